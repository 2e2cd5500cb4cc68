// Allocations that are refused by where they are made: a place is the functions that called one another down to
// the allocation, the last few of them. So a test refuses memory at every place it comes to, and at each once.
#ifndef TESTS_UNIT_BASE_PLACES_H
#define TESTS_UNIT_BASE_PLACES_H

#include <stdint.h>
#include <stdlib.h>
#include <unwind.h>

#include "base_refuse.h"

// Some of the functions are those of mem.c and of this file: more where nothing is inlined (make coverage).
#ifdef BS_COVERAGE
enum { PLACES_MOST = 1 << 18, FUNCTIONS = 14 };
#else
enum { PLACES_MOST = 1 << 18, FUNCTIONS = 9 };
#endif

static uint64_t places[PLACES_MOST];  // hashes of those that were chosen; 0: none
static size_t places_chosen;
static bool places_new;  // there was an allocation at a new place since notice_places

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

// The table's slot for the place of this allocation, taken or free. *hash receives the place's hash.
static size_t find_place(uint64_t *hash)
{
    struct functions f = {.hash = 1, .left = FUNCTIONS};
    _Unwind_Backtrace(add_function, &f);
    size_t at = f.hash % PLACES_MOST;
    while (places[at] != 0 && places[at] != f.hash) {
        at = (at + 1) % PLACES_MOST;
    }
    *hash = f.hash;
    return at;
}

// An allocation of a place where none was refused before, which is remembered.
static inline bool is_new_place(void)
{
    uint64_t hash;
    size_t at = find_place(&hash);
    if (places[at] != 0 || places_chosen == PLACES_MOST / 2) {
        return false;
    }
    places[at] = hash;
    places_chosen++;
    return true;
}

// The same, but it is only noticed.
static inline bool notice_place(void)
{
    uint64_t hash;
    places_new = places_new || places[find_place(&hash)] == 0;
    return false;
}

// None is refused, and places_new says then whether one was at a new place.
static inline void notice_places(void)
{
    refuse_from(0, false);
    places_new = false;
    is_chosen = notice_place;
}

// The next allocation at a new place is refused, and all that follow it or not.
static inline void refuse_next_place(bool all)
{
    refuse_from(0, all);
    is_chosen = is_new_place;
}

#endif
