#include "text/csv.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "engine/stop.h"

struct reader {
    const char *s;
    size_t n, at;
    size_t line;  // from 1, of the place `at`
    char comma;
};

struct cell {
    struct span span;  // without quotation marks and blanks around
    bool quoted;
    bool last;            // of its line
    const char *trouble;  // NULL, or why it cannot be read
};

// ---- Cells --------------------------------------------------------------------------------------

static bool is_blank(const struct reader *r, char c)
{
    return (c == ' ' || c == '\t') && c != r->comma;
}

static bool is_end(char c)
{
    return c == '\n' || c == '\r';
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->n && is_blank(r, r->s[r->at])) {
        r->at++;
    }
}

static void skip_line_end(struct reader *r)
{
    if (r->at < r->n && is_end(r->s[r->at])) {
        r->at += r->s[r->at] == '\r' && r->at + 1 < r->n && r->s[r->at + 1] == '\n' ? 2 : 1;
        r->line++;
    }
}

// To the next line that is not blank. False: there is none.
static bool find_line(struct reader *r)
{
    for (;;) {
        size_t start = r->at;
        skip_blanks(r);
        if (r->at == r->n) {
            return false;
        }
        if (!is_end(r->s[r->at])) {
            r->at = start;
            return true;
        }
        skip_line_end(r);
    }
}

// Past the closing quotation mark; false if there is none.
static bool read_quoted(struct reader *r, struct cell *c)
{
    c->quoted = true;
    c->span.start = ++r->at;
    for (; r->at < r->n; r->at++) {
        char x = r->s[r->at];
        bool pair = x == '"' && r->at + 1 < r->n && r->s[r->at + 1] == '"';
        if (x == '"' && !pair) {
            c->span.end = r->at++;
            return true;
        }
        r->line += x == '\n' || (x == '\r' && !(r->at + 1 < r->n && r->s[r->at + 1] == '\n'));
        r->at += pair;
    }
    return false;
}

static void read_plain(struct reader *r, struct cell *c)
{
    c->span.start = r->at;
    while (r->at < r->n && r->s[r->at] != r->comma && !is_end(r->s[r->at])) {
        r->at++;
    }
    c->span.end = r->at;
    while (c->span.end > c->span.start && is_blank(r, r->s[c->span.end - 1])) {
        c->span.end--;
    }
}

static struct cell next_cell(struct reader *r)
{
    struct cell c = {.last = true};
    skip_blanks(r);
    if (r->at < r->n && r->s[r->at] == '"') {
        if (!read_quoted(r, &c)) {
            c.trouble = "this quotation mark is never closed";
            return c;
        }
        skip_blanks(r);
    } else {
        read_plain(r, &c);
    }
    if (r->at < r->n && r->s[r->at] == r->comma) {
        r->at++;
        c.last = false;
    } else if (r->at < r->n && !is_end(r->s[r->at])) {
        c.trouble = "more follows after the closing quotation mark";
    } else {
        skip_line_end(r);
    }
    return c;
}

// What stands most often between the cells of the first line.
static char find_comma(struct reader r)
{
    static const char commas[] = ",;\t";
    size_t count[3] = {0}, best = 0;
    bool quoted = false;
    for (size_t i = r.at; i < r.n && (quoted || !is_end(r.s[i])); i++) {
        const char *at = r.s[i] == '\0' ? NULL : strchr(commas, r.s[i]);
        quoted ^= r.s[i] == '"';
        if (at != NULL && !quoted) {
            count[at - commas]++;
        }
    }
    for (size_t i = 1; i < 3; i++) {
        best = count[i] > count[best] ? i : best;
    }
    return commas[best];
}

// ---- Numbers ------------------------------------------------------------------------------------

static bool is_word(const char *s, size_t n, const char *word)
{
    size_t i = 0;
    while (i < n && word[i] != '\0' && (s[i] | 0x20) == (word[i] | 0x20)) {
        i++;
    }
    return i == n && word[i] == '\0';
}

// The number that a cell holds; false if it is none.
static bool read_number(const char *s, size_t n, double *number)
{
    static const char *const missing[] = {"nan", "na", "n/a"};
    bool minus = n > 0 && s[0] == '-', sign = minus || (n > 0 && s[0] == '+');
    *number = (double)NAN;
    if (n == 0) {
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(missing); i++) {
        if (is_word(s, n, missing[i])) {
            return true;
        }
    }
    s += sign;
    n -= sign;
    if (is_word(s, n, "inf") || is_word(s, n, "infinity")) {
        *number = (double)INFINITY;
    } else if (n == 0 || number_read(s, n, number) != n) {
        *number = (double)NAN;
        return false;
    }
    *number = minus ? -*number : *number;
    return true;
}

// ---- The table ----------------------------------------------------------------------------------

// What is known while a table is read.
struct reading {
    struct csv *csv;
    struct reader reader;
    struct reader begin;  // the reader at the first line
    const char *name;
    const volatile int *stop;
    struct span span;
    struct diag *d;
    struct buf first;  // bool: is this cell of the first line a number?
    size_t lines;      // of the table, the header counted
};

static struct csv_column *column_at(const struct csv *c, uint32_t i)
{
    return &BUF(struct csv_column, &c->columns)[i];
}

static bool refuse(struct reading *g, size_t line, const char *message)
{
    char name[QUOTED];
    diag_quote(name, g->name, strlen(g->name));
    return diag_set(g->d, g->span, "%s, line %zu: %s", name, line, message);
}

static bool push_cell(struct reading *g, const struct cell *cell, uint32_t col, size_t line)
{
    struct csv *c = g->csv;
    if (c->numbers.count == CSV_CELLS_MOST) {
        return refuse(g, line, "this is more than an array holds, 16777216 elements");
    }
    double *at = buf_push(&c->numbers, 1);
    if (g->lines == 0 && buf_push(&c->columns, 1) != NULL && buf_push(&g->first, 1) != NULL) {
        *column_at(c, col) = (struct csv_column){.name = cell->span};
    }
    if (at == NULL || c->columns.failed || g->first.failed) {
        return diag_out_of_memory(g->d);
    }
    struct csv_column *column = column_at(c, col);
    bool number =
        read_number(g->reader.s + cell->span.start, cell->span.end - cell->span.start, at);
    if (g->lines == 0) {
        BUF(bool, &g->first)[col] = number;
    } else if (number) {
        column->numbers +=
            cell->span.end > cell->span.start;  // a missing one may be of either kind
    } else if (column->texts++ == 0) {
        column->row = g->lines;
        column->line = line;
        column->bad = cell->span;
    }
    return true;
}

static bool read_line(struct reading *g)
{
    struct reader *r = &g->reader;
    struct csv *c = g->csv;
    size_t line = r->line;
    uint32_t count = 0;
    struct cell cell;
    do {
        size_t cell_line = r->line;
        cell = next_cell(r);
        if (cell.trouble != NULL) {
            return refuse(g, cell_line, cell.trouble);
        }
        if (g->lines == 0 || count < c->cols) {
            if (!push_cell(g, &cell, count, cell_line)) {
                return false;
            }
        }
        count++;
        if (stop_asked(g->stop, c->numbers.count)) {
            return diag_set(g->d, g->span, "interrupted");
        }
    } while (!cell.last);
    c->cols = g->lines == 0 ? count : c->cols;
    if (count != c->cols) {
        char words[96];
        snprintf(words, sizeof words, "%u cell%s, where the first line has %u", (unsigned)count,
                 count == 1 ? "" : "s", (unsigned)c->cols);
        refuse(g, line, words);
        return diag_hint(g->d, "all rows of a table have the same length");
    }
    g->lines++;
    return true;
}

// Where a cell of the first line is no number and stands over numbers, the line is a header. Where
// it is none, its cells count like all others.
static void find_header(struct reading *g)
{
    struct csv *c = g->csv;
    const bool *number = g->first.data;
    for (uint32_t i = 0; i < c->cols; i++) {
        c->header |= !number[i] && column_at(c, i)->numbers > 0;
    }
    for (uint32_t i = 0; !c->header && i < c->cols; i++) {
        struct csv_column *column = column_at(c, i);
        column->numbers += number[i] && column->name.end > column->name.start;
        column->texts += !number[i];  // which then stands over no number
    }
    c->rows = g->lines - c->header;
}

static bool refuse_cell(struct reading *g, uint32_t i)
{
    const struct csv_column *column = column_at(g->csv, i);
    const char *s = g->csv->bytes + column->bad.start;
    size_t n = column->bad.end - column->bad.start;
    char label[CSV_LABEL], cell[QUOTED], name[QUOTED];
    diag_quote(name, g->name, strlen(g->name));
    diag_quote(cell, s, n);
    diag_set(g->d, g->span, "%s, row %zu (line %zu), %s: '%s' is not a number", name,
             column->row + !g->csv->header, column->line, csv_label(label, g->csv, i), cell);
    return g->reader.comma == ';' && memchr(s, ',', n) != NULL
               ? diag_hint(g->d, "decimals are written with a point")
               : diag_hint(g->d, "where a number is missing leave the cell empty");
}

// A text as it is meant: "" is one quotation mark.
static uint32_t intern(struct names *words, const char *s, size_t n, struct text *plain)
{
    if (memchr(s, '"', n) == NULL) {
        return names_intern(words, s, n);
    }
    text_clear(plain);
    for (size_t i = 0; i < n; i++) {
        text_add_char(plain, s[i]);
        i += s[i] == '"';
    }
    return plain->bytes.failed ? NAME_NONE
                               : names_intern(words, text_get(plain), text_length(plain));
}

// The file read again, for its columns of text.
static bool number_texts(struct reading *g)
{
    struct csv *c = g->csv;
    struct reader r = g->begin;
    struct text plain;
    text_init(&plain);
    for (size_t k = 0; k < g->lines && !g->d->set; k++) {
        find_line(&r);
        for (uint32_t i = 0; i < c->cols; i++) {
            struct cell cell = next_cell(&r);
            const struct csv_column *column = column_at(c, i);
            size_t n = cell.span.end - cell.span.start;
            if (!column->text || n == 0 || (k == 0 && c->header)) {
                continue;
            }
            uint32_t word = intern(&BUF(struct names, &c->words)[column->words],
                                   r.s + cell.span.start, n, &plain);
            BUF(double, &c->numbers)[k * c->cols + i] = word;
            if (word == NAME_NONE) {
                diag_out_of_memory(g->d);
            }
        }
        if (stop_asked(g->stop, k)) {
            diag_set(g->d, g->span, "interrupted");
        }
    }
    text_release(&plain);
    return !g->d->set;
}

static bool settle_columns(struct reading *g)
{
    struct csv *c = g->csv;
    bool any = false;
    for (uint32_t i = 0; i < c->cols; i++) {
        struct csv_column *column = column_at(c, i);
        column->text = column->numbers == 0 && column->texts > 0;
        if (column->texts > 0 && column->numbers > 0) {
            return refuse_cell(g, i);
        }
        if (column->text) {
            column->words = (uint32_t)c->words.count;
            struct names *words = buf_push(&c->words, 1);
            if (words == NULL) {
                return diag_out_of_memory(g->d);
            }
            names_init(words);
            any = true;
        }
    }
    return !any || number_texts(g);
}

static void count_strange(struct csv *c)
{
    const double *numbers = csv_numbers(c);
    for (size_t k = 0; k < c->rows * c->cols; k++) {
        if (!isfinite(numbers[k]) && c->strange++ == 0) {
            c->strange_row = k / c->cols + 1;
            c->strange_col = (uint32_t)(k % c->cols);
        }
    }
}

static bool read_lines(struct reading *g)
{
    const char *s = g->reader.s;
    size_t n = g->reader.n;
    if (n >= 2 && (memcmp(s, "\xFF\xFE", 2) == 0 || memcmp(s, "\xFE\xFF", 2) == 0)) {
        refuse(g, 1, "this is not plain text but UTF-16");
        return diag_hint(g->d, "save it as CSV in UTF-8");
    }
    g->reader.at = n >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    find_line(&g->reader);
    g->reader.comma = find_comma(g->reader);
    g->begin = g->reader;
    while (find_line(&g->reader)) {
        if (!read_line(g)) {
            return false;
        }
    }
    find_header(g);
    if (g->csv->rows == 0) {
        refuse(g, g->reader.line, "there is no row of numbers in this file");
        return false;
    }
    return settle_columns(g);
}

bool csv_read(struct csv *out, const char *name, const char *bytes, size_t n,
              const volatile int *stop, struct span span, struct diag *d)
{
    *out = (struct csv){.bytes = bytes};
    buf_init(&out->numbers, sizeof(double));
    buf_init(&out->columns, sizeof(struct csv_column));
    buf_init(&out->words, sizeof(struct names));
    struct reading g = {.csv = out,
                        .reader = {.s = bytes, .n = n, .line = 1, .comma = ','},
                        .name = name,
                        .stop = stop,
                        .span = span,
                        .d = d};
    buf_init(&g.first, sizeof(bool));
    bool ok = read_lines(&g);
    buf_release(&g.first);
    if (ok) {
        count_strange(out);
    }
    return ok;
}

void csv_release(struct csv *c)
{
    for (size_t i = 0; i < c->words.count; i++) {
        names_release(&BUF(struct names, &c->words)[i]);
    }
    buf_release(&c->words);
    buf_release(&c->columns);
    buf_release(&c->numbers);
}

const double *csv_numbers(const struct csv *c)
{
    return BUF(double, &c->numbers) + (c->header ? c->cols : 0);
}

const char *csv_label(char out[CSV_LABEL], const struct csv *c, uint32_t column)
{
    struct span name = column_at(c, column)->name;
    size_t n = name.end - name.start;
    char quoted[QUOTED];
    int used = snprintf(out, CSV_LABEL, "column %u", (unsigned)column + 1);
    if (c->header && n > 0) {
        diag_quote(quoted, c->bytes + name.start, n);
        int cut = (int)utf8_cut(quoted, strlen(quoted), 22);
        snprintf(out + used, CSV_LABEL - (size_t)used, " (%.*s)", cut, quoted);
    }
    return out;
}
