// What a statement that failed was probably meant as, where that is likely: the error then says
// what to write. Private to session.
#ifndef SESSION_GUESS_H
#define SESSION_GUESS_H

#include "session/call.h"

// What kind of statement it was.
enum guess_of { GUESS_EXPRESSION, GUESS_COMMAND, GUESS_BINDING, GUESS_OTHER };

// The statement that begins with `first` failed, and c->diag says why. Replaces the hint, or the whole
// diag, where a likelier meaning is known. What it evaluates to find out is taken back with the
// statement.
void guess_statement(struct call *c, struct token first, enum guess_of of);

#endif
