// Tables of numbers in text: comma-separated values as RFC 4180 has them, and what else programs
// write under that name.
//
// Cells are apart by commas, or by semicolons or tabs where the first line has more of those. A
// cell in quotation marks may hold commas and newlines; "" in it is one quotation mark. Lines end
// with \n, \r\n or \r; blank lines, blanks around cells and a byte order mark are skipped.
//
// - The first line is a header where one of its cells is no number and stands over numbers.
// - A column without any number is text: its different texts are classes, numbered from 0 in the
//   order in which they first appear.
// - In any other column each cell is a number, and so are an empty cell, nan, NA and inf. What is
//   none is named by row and column.
#ifndef TEXT_CSV_H
#define TEXT_CSV_H

#include "base/diag.h"
#include "base/mem.h"
#include "text/names.h"

struct csv_column {
    struct span name;       // in the bytes: what the header says, without quotation marks
    size_t numbers, texts;  // cells of either kind below the header
    size_t row, line;       // where the first text stands: its line in the table, and in the file
    struct span bad;        // that text
    bool text;              // the column is one of classes
    uint32_t words;         // text: which of csv.words
};

struct csv {
    const char *bytes;  // borrowed
    size_t rows;        // without the header
    uint32_t cols;
    bool header;
    struct buf numbers;  // double: a header's place first, where there is one; see csv_numbers
    struct buf columns;  // struct csv_column
    struct buf words;    // struct names: of each column of text, its words by class number
    size_t strange;      // cells that are nan or inf
    size_t strange_row;  // the first of them, both from 1
    uint32_t strange_col;
};

enum { CSV_CELLS_MOST = 1 << 24 };

// Reads the n bytes of the file `name` (for messages). False: the diag says why, about `span`, or
// that it was interrupted (stop may be NULL). Release it in either case.
bool csv_read(struct csv *out, const char *name, const char *bytes, size_t n,
              const volatile int *stop, struct span span, struct diag *d);
void csv_release(struct csv *c);

// rows × cols numbers, row by row; classes as their numbers.
const double *csv_numbers(const struct csv *c);
// "column 3 (petal_length)", of a column from 0.
enum { CSV_LABEL = 120 };
const char *csv_label(char out[CSV_LABEL], const struct csv *c, uint32_t column);

#endif
