// What stands for a sign where a terminal shows only ASCII: "…" is "...", "¼" is "1/4". The one
// table of it; prose, messages, tables and progress bars all read it.
#ifndef WORDS_ASCII_H
#define WORDS_ASCII_H

#include <stddef.h>

#include "base/text.h"

// The stand-in for the character of n bytes at s: of a letter with an accent the letter, "?" where
// there is none.
const char *ascii_of(const char *s, size_t n);
// Appends s[0..n) with a stand-in for each character beyond ASCII. Marks of meaning stay.
void ascii_add(struct text *out, const char *s, size_t n);

#endif
