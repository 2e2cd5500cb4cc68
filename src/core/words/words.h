// Records to the words a learner reads: one function for each kind of record; see words.c.
#ifndef WORDS_WORDS_H
#define WORDS_WORDS_H

#include "base/record.h"
#include "words/ink.h"

// At the prompt answers stand two blanks in; in a script they are bare, and errors and notices
// name their place.
enum words_style { WORDS_PROMPT, WORDS_SCRIPT };

// Appends the words of a record, with marks of meaning (ink.h), each line ended by a newline.
// A kind that is not for reading (need, candidates, a scene that is for a file) adds nothing.
// digits: significant digits of the numbers, 1 to 17.
void words_add(struct text *out, const struct rec *record, enum words_style style, int digits);

// Is this an error or a notice, which a script keeps apart from its answers?
bool words_is_trouble(const struct rec *record);

#endif
