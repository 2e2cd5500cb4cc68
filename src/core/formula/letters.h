// Names in letters that every language takes.
#ifndef FORMULA_LETTERS_H
#define FORMULA_LETTERS_H

#include "base/text.h"

// A name of the learner's in ASCII: η is eta, other letters are u and their number.
void letters_ascii(struct text *out, const char *s, size_t length);
// Has LaTeX a command for this Greek letter, from Α to Ω or from α to ω? (Alpha looks like A, and has none.)
bool letters_is_greek_command(uint32_t letter);

#endif
