#include "text/csv_cell.h"

#include <string.h>

#include "text/csv_number.h"

// ---- Lines and cells ----------------------------------------------------------------------------

static void skip_blanks(struct csv_reader *r)
{
    while (r->at < r->n && csv_is_padding(r, r->s[r->at])) {
        r->at++;
    }
}

void csv_cell_skip_line(struct csv_reader *r)
{
    while (r->at < r->n && !csv_is_end(r->s[r->at])) {
        r->at++;
    }
    csv_skip_line_end(r);
}

enum csv_line csv_cell_line(struct csv_reader *r)
{
    for (;;) {
        size_t start = r->at;
        skip_blanks(r);
        if (r->at == r->n) {
            return CSV_LINE_NONE;
        }
        if (!csv_is_end(r->s[r->at])) {
            const char *s = r->s + r->at;
            bool named = r->at + 1 < r->n && r->comma != ' ' && s[1] == r->comma;
            r->at = start;
            return *s == '#' && !named ? CSV_LINE_COMMENT : CSV_LINE_ROW;
        }
        csv_skip_line_end(r);
    }
}

// Past the closing quotation mark; false if there is none: the cell is then all that is left.
static bool read_quoted(struct csv_reader *r, struct csv_cell *c)
{
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
    c->span.end = r->at;
    return false;
}

static void read_plain(struct csv_reader *r, struct csv_cell *c)
{
    c->span.start = r->at;
    while (r->at < r->n && !csv_is_comma(r, r->s[r->at]) && !csv_is_end(r->s[r->at])) {
        r->at++;
    }
    c->span.end = r->at;
    while (c->span.end > c->span.start && csv_is_padding(r, r->s[c->span.end - 1])) {
        c->span.end--;
    }
}

struct csv_cell csv_cell_next(struct csv_reader *r)
{
    struct csv_cell c = {.last = true};
    bool blanks = r->comma == ' ', apart = false;
    skip_blanks(r);
    if (r->at < r->n && r->s[r->at] == '"') {
        if (!read_quoted(r, &c)) {
            c.trouble = "this quotation mark is never closed";
            return c;
        }
        apart = blanks && r->at < r->n && csv_is_comma(r, r->s[r->at]);
        skip_blanks(r);
    } else {
        read_plain(r, &c);
        apart = blanks;
        if (blanks) {
            skip_blanks(r);
        }
    }
    bool end = r->at == r->n || csv_is_end(r->s[r->at]);
    if (end) {
        csv_skip_line_end(r);
    } else if (apart || (!blanks && r->s[r->at] == r->comma)) {
        r->at += !blanks;
        size_t behind = r->at;
        if (r->ended) {
            skip_blanks(r);
        }
        c.last = r->ended && (r->at == r->n || csv_is_end(r->s[r->at]));
        if (c.last) {
            csv_skip_line_end(r);
        } else {
            r->at = behind;
        }
    } else {
        c.trouble = "more follows after the closing quotation mark";
    }
    return c;
}

// ---- The separator ------------------------------------------------------------------------------

// What the first lines are like when they are cut by one separator.
enum { SAMPLE_LINES = 50, SAMPLE_CELLS = 100000 };

struct sample {
    size_t cells[SAMPLE_LINES];  // of each line; 0: it cannot be read
    size_t lines;
    size_t numbers, all;  // cells below the first line, or in it where it is the only one
};

static void sample_line(struct sample *a, struct csv_reader *r)
{
    size_t count = 0, numbers = 0;
    struct csv_cell cell;
    do {
        cell = csv_cell_next(r);
        const char *s = r->s + cell.span.start;
        size_t n = cell.span.end - cell.span.start;
        numbers +=
            cell.trouble == NULL && (csv_number_is_missing(s, n) || csv_number_fits(s, n, '.') ||
                                     (r->comma != ',' && csv_number_fits(s, n, ',')));
        count++;
    } while (!cell.last && cell.trouble == NULL && count < SAMPLE_CELLS);
    if (cell.trouble != NULL || !cell.last) {
        csv_cell_skip_line(r);
        count = cell.trouble != NULL ? 0 : count;
    }
    bool fresh = a->lines <= 1;
    a->cells[a->lines++] = count;
    a->numbers = (fresh ? 0 : a->numbers) + numbers;
    a->all = (fresh ? 0 : a->all) + count;
}

// The number of cells that most lines have, the larger of two as frequent; how many have it.
static size_t usual_cells(const struct sample *a, size_t *have)
{
    size_t usual = 0;
    *have = 0;
    for (size_t i = 0; i < a->lines; i++) {
        size_t same = 0;
        for (size_t k = 0; k < a->lines; k++) {
            same += a->cells[k] == a->cells[i];
        }
        if (same > *have || (same == *have && a->cells[i] > usual)) {
            *have = same;
            usual = a->cells[i];
        }
    }
    return usual;
}

// From 0 (not this one) to 3: twice the share of lines that agree, and the share of numbers.
static double fit(struct csv_reader r)
{
    struct sample a = {0};
    enum csv_line line;
    size_t have;
    while (a.lines < SAMPLE_LINES && (line = csv_cell_line(&r)) != CSV_LINE_NONE) {
        if (line == CSV_LINE_COMMENT) {
            csv_cell_skip_line(&r);
        } else {
            sample_line(&a, &r);
        }
    }
    if (a.lines == 0 || usual_cells(&a, &have) < 2) {
        return 0;
    }
    double agree = (double)have / (double)a.lines;
    double numbers = a.all == 0 ? 0 : (double)a.numbers / (double)a.all;
    // Words have blanks between them too.
    bool words = r.comma == ' ' && (numbers == 0 || agree < 0.6);
    return words ? 0 : 2 * agree + numbers;
}

static bool stated(struct csv_reader *r)
{
    const char *s = r->s + r->at;
    size_t n = r->n - r->at;
    if (n < 6 || memcmp(s, "sep=", 4) != 0 || memchr(";\t|, ", s[4], 5) == NULL ||
        !csv_is_end(s[5])) {
        return false;
    }
    r->comma = s[4];
    csv_cell_skip_line(r);
    return true;
}

// Is the line's last cell an empty one, after a separator? *cells receives how many it has,
// *numbers how many of them are numbers.
static bool ends_with_comma(struct csv_reader *r, size_t *cells, size_t *numbers)
{
    struct csv_cell cell;
    *cells = *numbers = 0;
    do {
        cell = csv_cell_next(r);
        ++*cells;
        *numbers += csv_number_fits(r->s + cell.span.start, cell.span.end - cell.span.start, '.');
    } while (!cell.last && cell.trouble == NULL);
    return cell.trouble == NULL && *cells > 1 && cell.span.start == cell.span.end;
}

// Every row ends with a separator; the header too, or it has a cell less than they and no number.
static bool all_end_with_comma(struct csv_reader r)
{
    size_t first = 0, lines = 0, cells, numbers;
    bool header = false;
    enum csv_line line;
    while ((line = csv_cell_line(&r)) != CSV_LINE_NONE) {
        if (line == CSV_LINE_COMMENT) {
            csv_cell_skip_line(&r);
            continue;
        }
        bool ends = ends_with_comma(&r, &cells, &numbers);
        if (lines == 0 && !ends && numbers > 0) {
            return false;
        }
        header = lines == 0 ? ends : header;
        first = lines == 0 ? cells : first;
        if (lines > 0 && (!ends || cells != first + !header)) {
            return false;
        }
        lines++;
    }
    return lines > 1 || header;
}

static struct csv_reader choose_separator(struct csv_reader r)
{
    static const char commas[] = ";\t|, ";
    double best = 0;
    char comma = ',';
    if (stated(&r)) {
        return r;
    }
    for (const char *c = commas; *c != '\0'; c++) {
        r.comma = *c;
        double found = fit(r);
        if (found > best) {
            best = found;
            comma = *c;
        }
    }
    r.comma = comma;
    return r;
}

struct csv_reader csv_cell_begin(const char *bytes, size_t n)
{
    struct csv_reader r = {.s = bytes, .n = n, .line = 1, .comma = ','};
    r.at = n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    r.n -= n > 0 && bytes[n - 1] == 0x1A;
    r = choose_separator(r);
    r.ended = r.comma != ' ' && all_end_with_comma(r);
    return r;
}
