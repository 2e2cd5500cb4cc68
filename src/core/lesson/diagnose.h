// What went wrong with a number that should be a derivative: engine/mistakes.h says what the usual
// mistakes give on this very graph, here it is decided what can be said.
//
// A kind of mistake is named where it alone explains the number. Where several do, another number
// is asked for, the gradient of a leaf on which they disagree; and so on, a few times.
#ifndef LESSON_DIAGNOSE_H
#define LESSON_DIAGNOSE_H

#include "engine/mistakes.h"
#include "lesson/judging.h"

// A number that was asked for to tell mistakes apart: d root / d leaf, as the learner has it.
struct told_number {
    uint32_t leaf;
    struct given_number number;
};

struct diagnosis {
    int kinds;                   // how many explain all numbers; 0: none does, or it is right
    enum mistake_kind found[2];  // the first two of them
    struct mistake_match match;  // of one that was not asked further about: where
    uint32_t more;               // of several: the leaf to ask for; NODE_NONE: none tells
};

// What explains the number given for d root / d of, and those that were told since. Values must not
// be stale. Stopped or out of memory, it finds nothing.
void diagnose(const struct scope *scope, uint32_t root, uint32_t of,
              const struct given_number *given, const struct told_number *told, size_t count,
              struct diagnosis *out);

#endif
