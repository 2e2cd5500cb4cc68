// The page that follows the prompt: this end of it.
//
// backstep-live, a program of ours that runs beside (src/programs/live/), serves the page. It is
// fed through a pipe and answers nothing but, once, its address: a page has no way to the session.
// The prompt never waits for it. What the pipe does not take yet waits here, and of what waits only
// the newest is kept: one scene, one state, some last words of the log.
//
//     live_begin(l, &source);            what was typed
//     live_hear(l, record, digits);      each record that it is answered with
//     live_follow(l, session);           between two pieces of a training
//     live_end(l, session);              the page is told; nothing happens where none follows
//     live_push(l);                      whenever live_fd is ready
//
// A message on the pipe is a line "KIND GRAPH BYTES\n" and then so many bytes:
//   scene   the record of the graph as both passes leave it, which is how it is laid out; in JSON
//   dot     the same in DOT: to be laid out now, instead of what is not laid out yet
//   state   {"kind": "present", …} (session/session.h), and in it "graph", the number of the scene
//           that the state belongs to (0: none), and "scene", the graph as it is
//   losses  {"kind": "losses", …} (command/present.h): of a training, while it goes on and when it ended
//   plane   {"kind": "plot", "form": "boundary", …}: once `plot boundary` was asked, again and again
//           during a training
//   log     {"number": 3, "typed": "L = d*f", "words": "  L = -8\n"}, the words with the marks of
//           view/ink.h
#ifndef PICTURE_LIVE_H
#define PICTURE_LIVE_H

#include <sys/types.h>

#include "base/diag.h"
#include "base/record.h"
#include "base/stop.h"
#include "session/session.h"

struct live {
    pid_t pid;      // 0: no program runs
    pid_t browser;  // that was opened; 0: none, or it is known to have ended
    int pipe;       // to the program
    char *door;     // the file that leads the browser there; NULL if there is none
    struct text address;
    struct text going;                               // the message on its way
    size_t sent;                                     // bytes of it
    struct text log, drawing, state, losses, plane;  // what waits, each a message or some
    long told, drawn;             // when losses and plane were last sent, in milliseconds
    bool trained;                 // the entry that runs has moved parameters, or plotted a boundary
    struct text key;              // what the last scene's layout depends on
    unsigned long graph, number;  // of the last scene, of the last line of the log
    struct text typed, words;     // the entry that runs
};

void live_init(struct live *l);
// Ends the program, and with it the pages' connection.
void live_release(struct live *l);

// Starts the program unless it runs on this port (0: any), and opens a browser where there is one.
// Appends the page's address. False: d says why, its span is 0.
// *stop becoming not 0 ends the waiting for it.
bool live_open(struct live *l, int port, struct stop *stop, struct buf *address, struct diag *d);
// False, and says so, if no program runs.
bool live_stop(struct live *l, struct diag *d);

void live_begin(struct live *l, const struct source *source);
void live_hear(struct live *l, const struct rec *record, int digits);
// A training goes on: the page is told of it now and then.
void live_follow(struct live *l, struct session *session);
void live_end(struct live *l, struct session *session);

// Where to write when it is ready; -1: nothing waits.
int live_fd(const struct live *l);
void live_push(struct live *l);

#endif
