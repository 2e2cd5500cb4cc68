// Lines of a terminal: broken at blanks, marks of meaning (ink.h) kept on both sides of a break.
#ifndef WORDS_WRAP_H
#define WORDS_WRAP_H

#include "base/text.h"

// The first byte of a line that is never broken (a formula, a line with a caret under it).
#define WRAP_FIXED '\x0f'

// Appends the line s[0..n), which has no newline, in lines of at most `columns`, each ended by a
// newline. `indent` blanks are before all of them, `hang` more before those after the first,
// which also keep the blanks that the line itself begins with. A word that is wider than a line
// stays whole. columns 0: one line.
void wrap_add(struct text *out, const char *s, size_t n, size_t indent, size_t columns,
              size_t hang);

#endif
