// The cells of a table in text: RFC 4180, and what else programs write under the name of CSV.
//
// Cells are separated by one of ; tab | , or by blanks (runs of spaces and tabs). A cell in
// quotation marks may hold separators and line ends; "" in it is one quotation mark. Lines end with
// \n, \r\n or \r, a file possibly with Ctrl-Z. Where every row ends with a separator it is not one:
// there is no column after it, unless the header has a name for one. Blank lines and blanks around
// cells are skipped. A line that begins with # is a comment, unless a separator follows at once:
// then # is the name of a column.
#ifndef TEXT_CSV_CELL_H
#define TEXT_CSV_CELL_H

#include "base/diag.h"
#include "text/csv_number.h"

struct csv_reader {
    const char *s;
    size_t n, at;
    size_t line;  // from 1, of the place `at`
    char comma;   // the separator; ' ' for blanks
    bool ended;   // every row ends with a separator, after which no cell is
};

struct csv_cell {
    struct span span;     // without quotation marks and blanks around
    bool last;            // of its line
    const char *trouble;  // NULL, or why it cannot be read
};

enum csv_line { CSV_LINE_NONE, CSV_LINE_ROW, CSV_LINE_COMMENT };

// At the start of bytes, past a byte order mark, with the separator that fits the first lines best:
// the one by which most of them have equally many cells, more than one, and most cells are numbers.
// A first line "sep=;" states it, and is skipped.
struct csv_reader csv_cell_begin(const char *bytes, size_t n);
// Skips blank lines and says what is next.
enum csv_line csv_cell_line(struct csv_reader *r);
// The next cell of the line.
struct csv_cell csv_cell_next(struct csv_reader *r);
void csv_cell_skip_line(struct csv_reader *r);

// What parts cells and lines.
static inline bool csv_is_padding(const struct csv_reader *r, char c)
{
    return (c == ' ' || c == '\t') && (c != r->comma || r->comma == ' ');
}

static inline bool csv_is_end(char c)
{
    return c == '\n' || c == '\r';
}

static inline bool csv_is_comma(const struct csv_reader *r, char c)
{
    return c == r->comma || (r->comma == ' ' && c == '\t');
}

static inline void csv_skip_line_end(struct csv_reader *r)
{
    if (r->at < r->n && csv_is_end(r->s[r->at])) {
        r->at += r->s[r->at] == '\r' && r->at + 1 < r->n && r->s[r->at + 1] == '\n' ? 2 : 1;
        r->line++;
    }
}

// csv_cell_next where the cell is a plain number (see csv_number_plain) and its end needs no second look.
// False: nothing was read, and csv_cell_next reads it.
static inline bool csv_cell_number(struct csv_reader *r, struct csv_cell *cell, double *number,
                                   bool *point)
{
    const char *s = r->s;
    size_t at = r->at;
    while (at < r->n && csv_is_padding(r, s[at])) {
        at++;
    }
    bool quoted = at < r->n && s[at] == '"' && r->comma != ' ';
    at += quoted;
    size_t used = r->ended ? 0 : csv_number_plain(s + at, r->n - at, number, point);
    size_t close = at + used, end = close + quoted;
    if (quoted && (close == r->n || s[close] != '"')) {
        return false;
    }
    bool last = end == r->n || csv_is_end(s[end]);
    bool cut = !last && s[end] == r->comma;
    // Of several blanks the last one parts the cells.
    if (used == 0 || !(last || cut) ||
        (cut && r->comma == ' ' &&
         (end + 1 == r->n || csv_is_end(s[end + 1]) || csv_is_comma(r, s[end + 1])))) {
        return false;
    }
    *cell = (struct csv_cell){.span = {at, close}, .last = last};
    r->at = end + cut;
    if (last) {
        csv_skip_line_end(r);
    }
    return true;
}

#endif
