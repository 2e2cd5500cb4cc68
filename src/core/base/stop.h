// How work in progress is ended from outside: by Ctrl-C, by a host whose patience is at an end, or
// by a budget of work, for hosts without clock and signals (a page in a browser).
//
// Whatever may take longer than a few milliseconds tells what it has done now and then, and leaves
// when it is answered true. Work is counted in units of about ten nanoseconds: a node swept, a byte
// read, an element filled. Between two looks lie STOP_STRIDE units at the most, well under a
// millisecond, so that Ctrl-C is always heeded at once.
#ifndef BASE_STOP_H
#define BASE_STOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STOP_STRIDE = 1 << 14 };

// Why: the learner wants it; it takes longer than it may.
enum { STOP_NOW = 1, STOP_LATE };

struct stop {
    volatile int asked;  // 0, or why; may be set by a signal's handler or another thread
    uint64_t most;       // units of work until it sets STOP_LATE itself; 0: any number
    uint64_t done;       // units of work since stop_renew
};

// The one look: `work` more units are done; leave? stop may be NULL: nobody asks. Costs a few
// instructions.
static inline bool stop_after(struct stop *stop, uint64_t work)
{
    if (stop == NULL) {
        return false;
    }
    stop->done += work;
    if (stop->most != 0 && stop->done > stop->most && stop->asked == 0) {
        stop->asked = STOP_LATE;
    }
    return stop->asked != 0;
}

// Is it to leave? For whoever waits, and does no work.
static inline bool stop_is_asked(struct stop *stop)
{
    return stop_after(stop, 0);
}

// In turn i of a loop whose turns are a unit each: leave?
static inline bool stop_asked(struct stop *stop, size_t i)
{
    return i % STOP_STRIDE == 0 && stop_after(stop, i == 0 ? 1 : STOP_STRIDE);
}

// The same of a loop whose turns are `each` units: looks after every STOP_STRIDE of them, about.
static inline bool stop_asked_by(struct stop *stop, size_t i, size_t each)
{
    size_t turns = each >= STOP_STRIDE ? 1 : STOP_STRIDE / (each == 0 ? 1 : each);
    return i % turns == 0 && stop_after(stop, i == 0 ? 1 : turns * each);
}

// Something new begins: nobody has asked yet, and no work is done.
static inline void stop_renew(struct stop *stop)
{
    stop->asked = 0;
    stop->done = 0;
}

#endif
