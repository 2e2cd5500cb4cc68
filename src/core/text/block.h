// Blocks by indentation, as Python writes them:
//
//   for k in range(3):
//       L = (w - k)**2      # all lines below that are further in
//       L.backward()
//   for k in range(3): print(k)
//
// A block is a span of the text, found by looking at columns: there are no tokens for it, and what
// is in it runs as what is in braces does. Blank lines and comments never end it. A tab goes on to
// the next column that 8 divides.
#ifndef TEXT_BLOCK_H
#define TEXT_BLOCK_H

#include "text/lexer.h"

// The column, from 0, of the first thing in the line that byte `at` is in.
size_t block_column(const struct source *source, size_t at);

// The block of the statement that begins at byte `head`, where `at` is after its ":". *inside
// reaches from its first statement to the end of its last. False: d says what is wrong.
bool block_read(const struct source *source, size_t head, size_t at, struct span *inside,
                struct diag *d);

// Is what was typed so far, line by line, to be gone on with: a bracket is open, or a block, which
// an empty line ends, and a first line that does not stand further in?
bool block_wants_more(const struct source *typed);

// The line that begins at byte *at of `all`, and those after it as long as a bracket is open or the
// block that it begins goes on, as a source of their own; *at moves after them.
void block_take_lines(struct source *all, size_t *at, struct source *lines);

#endif
