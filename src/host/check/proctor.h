// A lesson played with nobody at the prompt, for what grades and prints: the questions are asked one
// after the other with numbers of a seed, and what is done at them is seen and bounded.
//
//   proctor_begin, proctor_next; then, while proctor_question is not NULL,
//   proctor_ask, whatever is wanted of the question (play/grading.h), proctor_leave
#ifndef CHECK_PROCTOR_H
#define CHECK_PROCTOR_H

#include "play/grading.h"
#include "supply/host.h"
#include "supply/sandbox.h"

struct proctor {
    struct host host;
    struct stop stop;
    struct patience patience;
    struct sandbox box;
    bool trusted;
    FILE *nowhere;
    void (*see)(void *seer, const struct rec *record);
    void *seer;
};

struct proctor_rules {
    const char *folder;  // where data is, and what is written if it is trusted
    bool trusted;        // files are written, time is not bounded
    uint32_t nodes;      // of each graph, if it is not; 0: any number
};

// Begins the lesson, which is the proctor's from now on. Every record is given to `see`. The proctor
// stays where it is. End it whatever comes of it; false: there was no memory.
bool proctor_begin(struct proctor *p, struct lesson *lesson, const struct proctor_rules *rules,
                   void (*see)(void *seer, const struct rec *record), void *seer);
void proctor_end(struct proctor *p);

// So many seconds of processor time from now on; then what runs is stopped.
void proctor_give(struct proctor *p, double seconds);
// Was it?
bool proctor_is_late(const struct proctor *p);
// Goes on until a question is asked, or the lesson is over.
void proctor_next(struct proctor *p);
// The question that is asked; NULL: the lesson is over.
const struct question *proctor_question(const struct proctor *p);
// Asks it again, with the numbers of this seed. False: it cannot be asked.
bool proctor_ask(struct proctor *p, uint64_t seed);
// Runs a text on its graph.
enum session_state proctor_run(struct proctor *p, const struct source *source);
// Leaves it, and goes on.
void proctor_leave(struct proctor *p);

#endif
