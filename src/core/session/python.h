// Statements as Python writes them, that are read as ours or passed over: cells of notebooks,
// pasted as they are. (Expressions are the parser's, blocks are loop.c's.)
#ifndef SESSION_PYTHON_H
#define SESSION_PYTHON_H

#include "session/call.h"

// Is the statement, whose first two tokens are these, one of them? Then it is carried out, and *end
// says how it ended. The lexer `behind` is after the two, and may be moved.
bool python_statement(struct call *c, const struct token *first, const struct token *second,
                      struct lexer *behind, enum call_end *end);

// What to write instead of a word of Python's that means nothing here, such as `while`; NULL: it is
// no such word.
const char *python_word(const char *s, size_t n);

#endif
