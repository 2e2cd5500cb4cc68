// A sheet of characters to draw on: words, and lines that join themselves up.
//
// A line is not stored as characters but as arms: which of its four neighbours a place is joined
// to, and to which wire it belongs. The character follows from that at the end, so that lines may
// be drawn in any order, and so that a place where two wires cross never looks like one where one
// wire forks: ┼ is always a crossing, a fork has three arms, and a fork of four is ●.
//
// Memory: failure is sticky; canvas_write then adds nothing and says so.
#ifndef WORDS_CANVAS_H
#define WORDS_CANVAS_H

#include <stdint.h>

#include "base/mem.h"
#include "base/text.h"

struct canvas {
    struct arena arena;
    struct buf cells;  // struct canvas_cell (canvas.c), row by row
    size_t rows, columns;
    bool ascii;  // lines are drawn with - | + . '
};

// Rows and columns are fixed. What is drawn must lie inside.
void canvas_init(struct canvas *c, size_t rows, size_t columns, bool ascii);
void canvas_release(struct canvas *c);

// Words, in one ink (view/ink.h; 0: plain), over whatever was there; copied.
void canvas_put(struct canvas *c, size_t row, size_t column, int ink, const char *s);
// One character, n times, to the right.
void canvas_fill(struct canvas *c, size_t row, size_t column, size_t n, int ink, const char *s);
// A straight line from one place to another, both included. Where the wire itself has been before
// they join; where another wire is they cross, so that may only happen at a right angle. The ink
// drawn last covers the others. Words that are there already stay. `wire` is any number.
void canvas_line(struct canvas *c, size_t row, size_t column, size_t to_row, size_t to_column,
                 uint32_t wire, int ink);

// All of it, a line each, no blanks at a line's end. False if out of memory.
bool canvas_write(const struct canvas *c, struct text *out);

#endif
