// Columns of text, aligned by what the learner sees (marks of meaning take no room).
#ifndef WORDS_TABLE_H
#define WORDS_TABLE_H

#include "base/mem.h"
#include "base/text.h"
#include "words/ink.h"

// How a column stands, one letter each, as in "lddw":
//   l  left; in a narrow terminal it is cut, and ends in …
//   n  left, never cut
//   r  right
//   d  numbers, one decimal point under the other; titles and texts stand right
//   w  words, the last column: in a narrow terminal they go on in lines of their own
struct table {
    const char *align;
    size_t room;  // columns that a row may take; 0: as many as it needs
    bool ascii;   // on a terminal that shows no more
    struct arena arena;
    struct buf cells;  // const char *, row by row
};

// `align` must outlive the table (a literal).
void table_init(struct table *t, const char *align);
void table_release(struct table *t);
// The next cell, left to right and top to bottom; copied.
void table_cell(struct table *t, const char *s);
void table_ink(struct table *t, enum ink ink, const char *s);
void table_number(struct table *t, enum ink ink, double v, int digits);
// The rows, two blanks between columns, no blanks at a line's end. A row that is wider than there
// is room for even when its columns have given way is written whole.
void table_write(struct table *t, struct text *out);

#endif
