// What went wrong with a number that should be a derivative: engine/mistakes.h says what the usual
// mistakes give on this very graph, here it is decided what can be said.
//
// A kind of mistake is named where it alone explains the number. Where several do, a second number
// is asked for, the gradient of a leaf on which they disagree.
#ifndef LESSON_DIAGNOSE_H
#define LESSON_DIAGNOSE_H

#include "engine/mistakes.h"
#include "lesson/judging.h"

struct diagnosis {
    int kinds;                   // how many explain it; 0: none does, or the number is right
    enum mistake_kind kind;      // of one: that one; of several: the first
    enum mistake_kind other;     // of several: the second
    struct mistake_match match;  // of `kind`: where
    uint32_t more;               // of several: the leaf to ask for; NODE_NONE: none tells
};

// Values must not be stale. Stopped or out of memory, it finds nothing.
void diagnose(const struct scope *scope, uint32_t root, uint32_t of,
              const struct given_number *given, struct diagnosis *out);
// With the second number, for d root / d leaf: how many kinds explain both, of which the first two
// are in `found`.
int diagnose_more(const struct scope *scope, uint32_t root, uint32_t of,
                  const struct given_number *given, uint32_t leaf,
                  const struct given_number *second, enum mistake_kind found[2]);

#endif
