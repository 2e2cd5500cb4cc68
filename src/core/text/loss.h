// What a loss wants of its values. A mistake here trains without a word, to the wrong place, so
// each is an error that names the fix: shapes that would stretch against each other, labels that
// the loss does not know.
#ifndef TEXT_LOSS_H
#define TEXT_LOSS_H

#include "text/array.h"

enum loss_labels {
    LOSS_ANY,      // numbers
    LOSS_CHANCES,  // from 0 to 1
    LOSS_SIGNS,    // -1 or 1
};

// Of a loss that compares x[0], what was predicted, with x[1], the labels: both of one shape, or
// one of them a single number. `scores`: it takes scores, and a notice says so where it is given a
// softmax or a sigmoid. False: the diag says why, at the labels.
bool loss_check(struct lower *w, const char *name, const struct operand *x, enum loss_labels labels,
                bool scores);
// A notice where scores are wanted, and these are chances.
void loss_note_chances(struct lower *w, const char *name, const struct operand *scores);

#endif
