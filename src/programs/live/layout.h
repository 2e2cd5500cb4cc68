// A scene laid out by backstep-render, a program of ours that runs beside: a layout may take long,
// and neither the prompt nor a page waits for it. One runs at a time; when another is wanted
// meanwhile, only the newest is remembered, and begun as soon as this one is done.
#ifndef LIVE_LAYOUT_H
#define LIVE_LAYOUT_H

#include <sys/types.h>

#include "base/text.h"

struct layout {
    const char *program;  // backstep-render's path
    int seconds;          // of the processor's time that it may take
    pid_t pid;            // 0: none runs
    int words;            // its standard error, which ends when it does
    int picture;          // its standard output, a file in memory
    long begun, deadline;  // when it is looked whether it takes too long
    bool late;             // it was ended
    struct text said;
    struct text scene, running_scene;  // JSON
    struct text dot;                   // wanted; empty: nothing is
    unsigned long graph, running_graph;
};

void layout_init(struct layout *l, const char *program, int seconds);
// Ends what runs.
void layout_release(struct layout *l);

// The scene that the next DOT text belongs to, and this text, which is wanted from now on.
void layout_take_scene(struct layout *l, unsigned long graph, const char *json, size_t n);
void layout_want(struct layout *l, unsigned long graph, const char *dot, size_t n);

// What to poll for reading (-1: nothing), and how many milliseconds at most until layout_advance
// is to be called (-1: any).
int layout_fd(const struct layout *l);
int layout_patience(const struct layout *l);
// Goes on as far as it can without waiting. True: one is done, and `json` has it:
//   {"graph": 7, "scene": {…}, "svg": "<svg …"}     or, instead of svg, "trouble": why there is
//   none
bool layout_advance(struct layout *l, struct text *json);

#endif
