// What a statement that failed was probably meant as, where that is likely: the error then says
// what to write. Private to session.
#ifndef SESSION_GUESS_H
#define SESSION_GUESS_H

#include "session/call.h"

// The statement that begins with `first` could not be read, and c->diag says why; the lexer is
// after its first word. Replaces the hint, or the whole diag, where a likelier meaning is known.
// What it evaluates to find out is taken back with the statement.
void guess_meaning(struct call *c, struct token first);

// A binding failed, as c = d = 2 does: true, and the diag says how to write it.
bool guess_chain(struct call *c, struct token first);

// A command's argument begins with a word that says nothing, as in `print the graph`: true, and the
// diag names the command that is meant.
bool guess_argument(struct call *c, struct token command);

#endif
