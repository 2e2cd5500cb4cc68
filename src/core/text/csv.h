// Tables of numbers in text (csv_cell.h cuts it into cells, csv_number.h reads those).
//
// - The first line is a header where one of its cells is a text over numbers. In a table of texts
//   alone it is one where its cells are found nowhere below, while others come again. The caller
//   may also say what it is. `guessed` is set where the line could as well be a row.
// - A column without any number is text: its different texts are classes, numbered from 0 in the
//   order in which they first appear.
// - In any other column each cell is a number. What is none is named by row and column.
// - A missing cell (see csv_number_is_missing) is nan in either kind of column.
// - The decimal mark is found for each column: 4,5 says a comma, 4.5 a point. A column of numbers
//   like 1,200 that say neither follows the other columns; without them it is a comma only where
//   the cells are separated by semicolons.
#ifndef TEXT_CSV_H
#define TEXT_CSV_H

#include "base/diag.h"
#include "base/mem.h"
#include "base/stop.h"
#include "text/names.h"

enum csv_header { CSV_HEADER_FIND, CSV_HEADER_NO, CSV_HEADER_YES };

// What a cell can be seen to be. Kinds overlap: 4,5 is a NUMBER and a COMMA.
enum csv_seen {
    CSV_NUMBER,
    CSV_TEXT,
    CSV_POINT,   // a number only if the decimal mark is a point
    CSV_COMMA,   // … a comma
    CSV_EITHER,  // 1,200: one number or the other
    CSV_PERCENT,
    CSV_SEEN_COUNT
};

struct csv_column {
    struct span name;  // in the bytes: what the first line says, without quotation marks
    // Cells of each kind below the header, and where the first of each is: its line in the table
    // (the header is 0), its line in the file, and its bytes.
    struct {
        size_t count, row, line;
        struct span span;
    } seen[CSV_SEEN_COUNT];
    char decimal;    // '.' or ','
    bool stated;     // some cell of the column says so
    bool text;       // the column is one of classes
    uint32_t words;  // text: which of csv.words
};

struct csv {
    const char *bytes;  // borrowed
    size_t rows;        // without the header
    uint32_t cols;
    bool header, guessed;
    bool years;          // the first row may be a header: its numbers are years, and no others are
    struct buf numbers;  // double: rows × cols, row by row; classes as their numbers
    struct buf columns;  // struct csv_column
    struct buf words;    // struct names: of each column of text, its words by class number
    size_t strange;      // cells that are nan or inf
    size_t strange_row;  // the first of them, both from 1
    uint32_t strange_col;
    size_t comments;      // comment lines that look like rows: as many cells as a row has
    size_t comment_line;  // the first of them, in the file
};

enum { CSV_CELLS_MOST = 1 << 24 };

// Reads the n bytes of the file `name` (for messages). False: the diag says why, about `span`, or
// that it was interrupted (stop may be NULL). Release it in either case.
bool csv_read(struct csv *out, const char *name, const char *bytes, size_t n,
              enum csv_header header, struct stop *stop, struct span span, struct diag *d);
void csv_release(struct csv *c);

// "column 3 (petal_length)", of a column from 0.
enum { CSV_LABEL = 120 };
const char *csv_label(char out[CSV_LABEL], const struct csv *c, uint32_t column);

#endif
