// Text by meaning (view/ink.h) to a terminal: the only place that knows colours.
#ifndef SUPPLY_INK_H
#define SUPPLY_INK_H

#include <stdbool.h>
#include <stdio.h>

// Writes text that carries marks of meaning, in colours or without. Where the locale's characters
// are not UTF-8, signs beyond ASCII are written as near to them as can be (… as ..., − as -).
void ink_write(FILE *out, const char *text, bool colour);

// Are colours wanted on this stream: a terminal, no NO_COLOR, TERM not dumb?
bool ink_wanted(FILE *out);
// Is this a terminal that shows only ASCII?
bool ink_is_ascii(FILE *out);
// Can this locale show UTF-8? (After setlocale.)
bool ink_is_utf8(void);

#endif
