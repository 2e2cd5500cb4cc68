// Work that is not trusted, in a process of its own: bounded in time and memory, and without files to
// write. What it does wrong, it does to itself.
#ifndef PROCESS_BOUNDED_H
#define PROCESS_BOUNDED_H

#include <stdbool.h>
#include <stdio.h>

#include "base/mem.h"

struct bounds {
    bool none;         // it may do what it likes
    bool undisturbed;  // Ctrl-C does not end it
    int seconds;       // of processor time, after which it is killed
    size_t memory;     // bytes of data; 0: as many as it likes
    size_t told;       // bytes that it may tell
};

enum bounded_end { BOUNDED_WELL, BOUNDED_FAILED, BOUNDED_NOT_BEGUN };

// Calls work(at, out) in a child, and appends what it writes to `out` to `told`. work returns false
// where it failed. BOUNDED_WELL: it told all; else *why says in the learner's words how it ended, or
// why it could not be begun.
enum bounded_end bounded_run(const struct bounds *bounds, bool (*work)(void *at, FILE *out),
                             void *at, struct buf *told, const char **why);

#endif
