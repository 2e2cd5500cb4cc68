// Text by meaning (words/ink.h) to a terminal.
#ifndef SUPPLY_INK_H
#define SUPPLY_INK_H

#include <stdbool.h>
#include <stdio.h>

#include "supply/theme.h"

// Writes text that carries marks of meaning, in the colours of a theme. Where the locale's characters
// are not UTF-8, signs beyond ASCII are written as near to them as can be (… as ..., − as -).
void ink_write(FILE *out, const char *text, enum theme theme);

// The same on a terminal for a person: each line breaks at blanks where it is wider than that.
void ink_say(FILE *out, const char *text, enum theme theme);

// Columns that a line may take there: on a terminal, one less than it has; 0: any number.
size_t ink_room(FILE *out);
// Are colours wanted on this stream: a terminal, no NO_COLOR, TERM not dumb?
bool ink_wanted(FILE *out);
// Is this a terminal that can move its cursor, and so draw over a line: TERM neither dumb nor none?
bool ink_moves(FILE *out);
// Is this a terminal that shows only ASCII?
bool ink_is_ascii(FILE *out);
// Can this locale show UTF-8? (After setlocale.)
bool ink_is_utf8(void);

#endif
