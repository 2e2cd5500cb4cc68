// Allocations that are refused by where they are made: a place is the functions that called one another down to
// the allocation, the last few of them. So a test refuses memory at every place it comes to, and at each once.
#ifndef TESTS_UNIT_BASE_PLACES_H
#define TESTS_UNIT_BASE_PLACES_H

#include <stdint.h>
#include <stdlib.h>
#include <unwind.h>

#include "base_refuse.h"

// Of functions that are not inlined: some of them are those of mem.c, and of this file.
enum { PLACES_MOST = 1 << 18, FUNCTIONS = 9 };

static uint64_t places[PLACES_MOST];  // hashes of those that were chosen; 0: none
static size_t places_chosen;

struct functions {
    uint64_t hash;
    int left;
};

static _Unwind_Reason_Code add_function(struct _Unwind_Context *context, void *data)
{
    struct functions *f = data;
    f->hash = (f->hash ^ (uint64_t)_Unwind_GetIP(context)) * UINT64_C(0x9E3779B97F4A7C15);
    f->hash ^= f->hash >> 29;
    return --f->left == 0 ? _URC_END_OF_STACK : _URC_NO_REASON;
}

// An allocation of a place where none was refused before, which is remembered.
static bool is_new_place(void)
{
    struct functions f = {.hash = 1, .left = FUNCTIONS};
    _Unwind_Backtrace(add_function, &f);
    size_t at = f.hash % PLACES_MOST;
    while (places[at] != 0 && places[at] != f.hash) {
        at = (at + 1) % PLACES_MOST;
    }
    if (places[at] == f.hash || places_chosen == PLACES_MOST / 2) {
        return false;
    }
    places[at] = f.hash;
    places_chosen++;
    return true;
}

// The next allocation at a new place is refused, and all that follow it or not.
static void refuse_next_place(bool all)
{
    refuse_from(0, all);
    is_chosen = is_new_place;
}

#endif
