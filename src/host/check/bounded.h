// Work that is not trusted, in a process of its own: bounded in time and memory, and without files to
// write. What it does wrong, it does to itself.
#ifndef CHECK_BOUNDED_H
#define CHECK_BOUNDED_H

#include <stdbool.h>
#include <stdio.h>

#include "base/mem.h"

struct bounds {
    bool none;      // it may do what it likes
    int seconds;    // of processor time
    size_t memory;  // bytes of data
};

// Calls work(at, out) in a child, and appends what it writes to `out` to `told`, at most 4 MB. work
// returns false where it failed. True: it ended well and told all; else *why says, in the learner's
// words, how it ended.
bool bounded_run(const struct bounds *bounds, bool (*work)(void *at, FILE *out), void *at,
                 struct buf *told, const char **why);

#endif
