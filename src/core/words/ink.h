// Text by meaning. What the core writes for a learner carries, instead of colours, one byte before
// and one after each piece that means something: a value, a gradient, a name. The shell turns them
// into colours, or drops them; learner's text cannot contain them (control characters are shown as
// \x1b).
#ifndef WORDS_INK_H
#define WORDS_INK_H

#include "base/text.h"

enum ink {
    INK_END = 0x0E,  // back to plain
    INK_NAME = 0x10,
    INK_VALUE,
    INK_GRAD,
    INK_LOCAL,
    INK_MUTED,
    INK_ERROR,
    INK_TITLE,
    INK_CURRENT,  // the step of a walk that was taken last
    // In prose.
    INK_CODE,
    INK_EMPHASIS,
    INK_RIGHT,  // an answer was
    INK_LAST = INK_RIGHT,
};

// Appends `s` in this ink.
void ink_add(struct text *out, enum ink ink, const char *s);
// Is this byte a mark of ours?
bool ink_is_mark(char c);
// Columns of s[0..n), marks not counted.
size_t ink_columns(const char *s, size_t n);
// Appends s[0..n) without its marks.
void ink_plain(struct text *out, const char *s, size_t n);

#endif
