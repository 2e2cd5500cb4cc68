// Records to the words a learner reads: one function for each kind of record; see words.c.
#ifndef WORDS_WORDS_H
#define WORDS_WORDS_H

#include "base/record.h"
#include "words/ink.h"

// At the prompt answers stand two blanks in; in a script they are bare, and errors and notices
// name their place.
enum words_style { WORDS_PROMPT, WORDS_SCRIPT };

struct words_form {
    enum words_style style;
    int digits;      // significant digits of the numbers, 1 to 17
    size_t columns;  // of the terminal that a person reads on; 0: a line is as long as it is
    bool ascii;      // that terminal shows no more than ASCII
};

// Appends the words of a record, with marks of meaning (ink.h), each line ended by a newline.
// A kind that is not for reading (need, candidates, a scene that is for a file) adds nothing.
// On a terminal lines break at blanks, and tables give way (table.h). Values of `print`, formulas
// and pictures stay as they are.
void words_add(struct text *out, const struct rec *record, const struct words_form *form);

// The same with its structure kept, for rich.h: nothing is indented, broken or aligned.
void words_structured(struct text *out, const struct rec *record, const struct words_form *form);
// Does every line of this record stay as it is: values, programs, drawings?
bool words_is_fixed(const struct rec *record);
// Is this an error or a notice, which a script keeps apart from its answers?
bool words_is_trouble(const struct rec *record);

#endif
