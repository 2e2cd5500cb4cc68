// The rail table: a graph as a table, for a narrow terminal or more values than boxes can show.
//
//               name              value     grad   local gradients
//   ◇           a     input          -4    138.8
//   │ ◇         b     input           2    645.6
//   ├─╪─●       c     = a + b        -2   -27.77   ∂a 1  ∂b 1
//   │ │ ●       %5    = c + c        -4   -13.88   ∂c 1  ∂c 1
//
// A row for each value, what is read right before its first use. From each value a rail runs down
// to its last use; a new value takes the leftmost rail that ends in its row, else the first free
// one.
//   ◆ parameter  ◇ input  ● operation  ⊞ folded  ◉ output
//   ├ ┤ a use   ╰ ╯ the last use   ╪ ┴ the same where the line from another operand passes through
//   ┼ two lines that have nothing to do with each other
// It asks for no layout: any host can show it.
#ifndef WORDS_RAIL_H
#define WORDS_RAIL_H

#include "base/record.h"
#include "base/text.h"

// Appends the table, with marks of meaning, in lines of at most `width` columns: what does not fit
// is left out, first the local gradients, then the rails, then the ends of the lines. Fields of
// the scene that it looks at beside those of scene.h: see draw.h.
void rail_write(struct text *out, const struct rec *scene, size_t width);

#endif
