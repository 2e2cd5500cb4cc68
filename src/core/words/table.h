// Columns of text, aligned by what the learner sees (marks of meaning take no room).
#ifndef WORDS_TABLE_H
#define WORDS_TABLE_H

#include "base/mem.h"
#include "base/text.h"
#include "words/ink.h"

// How a column stands: one letter each, 'l' left or 'r' right, as in "lrrl".
struct table {
    const char *align;
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
// The rows, two blanks between columns, no blanks at a line's end.
void table_write(struct table *t, struct text *out);

#endif
