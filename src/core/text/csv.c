#include "text/csv.h"

#include <math.h>
#include <string.h>

#include "base/format.h"
#include "base/stop.h"
#include "base/text.h"
#include "text/csv_cell.h"
#include "text/csv_number.h"

// What is known while a table is read: once to see what its columns are, and for their numbers with a
// decimal point; once more for columns of text, or with a decimal comma.
struct csv_reading {
    struct csv *csv;
    struct csv_reader begin;  // at the first line
    struct csv_reader reader;
    const char *name;
    struct stop *stop;
    struct span span;
    struct diag *d;
    struct buf
        first;  // unsigned: what the cells of the first line are, a bit for each enum csv_seen
    size_t first_line;
    size_t lines;  // of the table, the header counted
};

static struct csv_column *column_at(const struct csv *c, uint32_t i)
{
    return &BUF(struct csv_column, &c->columns)[i];
}

static bool refuse(struct csv_reading *g, size_t line, const char *message)
{
    char name[QUOTED];
    diag_quote(name, g->name, strlen(g->name));
    return diag_set(g->d, g->span, "%s, line %zu: %s", name, line, message);
}

static inline bool is_interrupted(struct csv_reading *g, size_t turn)
{
    return stop_asked(g->stop, turn) && !diag_set(g->d, g->span, "interrupted");
}

// ---- What the columns are -----------------------------------------------------------------------

static unsigned classify(const char *s, size_t n)
{
    bool marks = memchr(s, ',', n) != NULL, point = memchr(s, '.', n) != NULL;
    if (csv_number_is_missing(s, n)) {
        return 0;
    }
    bool by_point = csv_number_fits(s, n, '.');
    bool by_comma = marks || point ? csv_number_fits(s, n, ',') : by_point;
    if (!by_point && !by_comma) {
        return 1u << CSV_TEXT;
    }
    unsigned seen = 1u << CSV_NUMBER;
    seen |= by_point && !by_comma ? 1u << CSV_POINT : 0;
    seen |= by_comma && !by_point ? 1u << CSV_COMMA : 0;
    seen |= by_point && by_comma && marks ? 1u << CSV_EITHER : 0;
    return seen | (csv_number_is_percent(s, n) ? 1u << CSV_PERCENT : 0);
}

// The next cell; *seen: what it is, a bit for each enum csv_seen; *number: what it is by a decimal point
// (nan: none).
static inline struct csv_cell next_cell(struct csv_reading *g, unsigned *seen, double *number)
{
    struct csv_cell cell;
    bool point;
    if (csv_cell_number(&g->reader, &cell, number, &point)) {
        *seen = 1u << CSV_NUMBER | (point ? 1u << CSV_POINT : 0);
        return cell;
    }
    cell = csv_cell_next(&g->reader);
    const char *s = g->csv->bytes + cell.span.start;
    size_t n = cell.span.end - cell.span.start;
    *seen = cell.trouble == NULL ? classify(s, n) : 0;
    *number = (double)NAN;
    if ((*seen >> CSV_NUMBER & 1) != 0) {
        csv_number_read(s, n, '.', number);
    }
    return cell;
}

// A cell of row `row` counts in its column. Rows come in order, but for row 0: it may come last.
static inline void count_cell(struct csv_column *column, unsigned seen, struct span span,
                              size_t row, size_t line)
{
    for (unsigned left = seen; left != 0; left &= left - 1) {
        int k = __builtin_ctz(left);
        if (column->seen[k].count++ == 0 || row == 0) {
            column->seen[k].row = row;
            column->seen[k].line = line;
            column->seen[k].span = span;
        }
    }
}

static bool has_room(struct csv_reading *g, size_t cells, size_t line)
{
    return cells <= CSV_CELLS_MOST ||
           refuse(g, line, "this is more than an array holds, 16777216 elements");
}

// A cell of the first line begins its column.
static bool see_first(struct csv_reading *g, struct span name, unsigned seen, double number)
{
    struct csv *c = g->csv;
    struct csv_column *column = buf_push(&c->columns, 1);
    if (column == NULL || !buf_add(&g->first, &seen, 1) || !buf_add(&c->numbers, &number, 1)) {
        return diag_out_of_memory(g->d);
    }
    *column = (struct csv_column){.name = name};
    return true;
}

static bool refuse_length(struct csv_reading *g, size_t line, uint32_t count)
{
    char words[96];
    format_write(words, sizeof words, "%u cell%s, where the first line has %u", (unsigned)count,
                 count == 1 ? "" : "s", (unsigned)g->csv->cols);
    refuse(g, line, words);
    return diag_hint(g->d, "all rows of a table have the same length");
}

static bool see_line(struct csv_reading *g)
{
    struct csv_reader *r = &g->reader;
    struct csv *c = g->csv;
    size_t line = r->line;
    bool first = g->lines == 0;
    if (!first && !has_room(g, (g->lines + 1) * c->cols, line)) {
        return false;
    }
    double *row = first ? NULL : buf_push(&c->numbers, c->cols);
    if (!first && row == NULL) {
        return diag_out_of_memory(g->d);
    }
    uint32_t count = 0;
    size_t turn = g->lines * c->cols;
    struct csv_cell cell;
    do {
        size_t cell_line = r->line;
        unsigned seen;
        double number;
        cell = next_cell(g, &seen, &number);
        if (cell.trouble != NULL) {
            return refuse(g, cell_line, cell.trouble);
        }
        if (first && (!has_room(g, count + 1, line) || !see_first(g, cell.span, seen, number))) {
            return false;
        }
        if (!first && count < c->cols) {
            row[count] = number;
            count_cell(column_at(c, count), seen, cell.span, g->lines, cell_line);
        }
        count++;
        if (is_interrupted(g, ++turn)) {
            return false;
        }
    } while (!cell.last);
    if (first) {
        c->cols = count;
        g->first_line = line;
    }
    g->lines++;
    return count == c->cols || refuse_length(g, line, count);
}

// A comment that could be a row is counted, so that it is not dropped in silence.
static void see_comment(struct csv_reading *g)
{
    struct csv_reader r = g->reader;
    size_t line = r.line, count = 0;
    struct csv_cell cell;
    csv_cell_skip_line(&g->reader);
    r.n = g->reader.at;
    do {
        cell = csv_cell_next(&r);
        count++;
    } while (!cell.last && cell.trouble == NULL);
    if (count == g->csv->cols && count > 1 && cell.trouble == NULL && g->csv->comments++ == 0) {
        g->csv->comment_line = line;
    }
}

static bool see_lines(struct csv_reading *g)
{
    enum csv_line next;
    while ((next = csv_cell_line(&g->reader)) != CSV_LINE_NONE) {
        if (next == CSV_LINE_COMMENT) {
            see_comment(g);
        } else if (!see_line(g)) {
            return false;
        }
    }
    return true;
}

// ---- The header ---------------------------------------------------------------------------------

static bool is_first(const struct csv_reading *g, uint32_t i, enum csv_seen kind)
{
    return (BUF(unsigned, &g->first)[i] >> kind & 1) != 0;
}

// A number among the names, or a name that begins as a number does, may be a row with a slip.
static bool is_doubtful(const struct csv_reading *g, uint32_t i)
{
    struct span name = column_at(g->csv, i)->name;
    return is_first(g, i, CSV_NUMBER) ||
           (name.end > name.start &&
            memchr("+-.0123456789", g->csv->bytes[name.start], 13) != NULL);
}

static void find_header(struct csv_reading *g, enum csv_header asked)
{
    struct csv *c = g->csv;
    for (uint32_t i = 0; i < c->cols; i++) {
        c->header |= is_first(g, i, CSV_TEXT) && column_at(c, i)->seen[CSV_NUMBER].count > 0;
        c->guessed |= is_doubtful(g, i);
    }
    c->header = asked == CSV_HEADER_FIND ? c->header : asked == CSV_HEADER_YES;
    c->guessed = c->guessed && c->header && asked == CSV_HEADER_FIND;
    for (uint32_t i = 0; !c->header && i < c->cols; i++) {
        struct csv_column *column = column_at(c, i);
        count_cell(column, BUF(unsigned, &g->first)[i], column->name, 0, g->first_line);
    }
}

// Names of columns and nothing else: no row is made of them.
static bool is_header_alone(const struct csv_reading *g, enum csv_header asked)
{
    bool texts = g->lines == 1;
    for (uint32_t i = 0; texts && i < g->csv->cols; i++) {
        texts = is_first(g, i, CSV_TEXT);
    }
    return (texts && asked == CSV_HEADER_FIND) || (g->lines == 1 && asked == CSV_HEADER_YES);
}

// In a table of texts alone, whose classes are known: are the words of the first line found nowhere
// below, while others come again?
static bool is_text_header(const struct csv *c)
{
    const double *numbers = c->numbers.data;
    bool again = false;
    for (uint32_t i = 0; i < c->cols; i++) {
        size_t words = 0, cells = 0;
        if (!column_at(c, i)->text || isnan(numbers[i])) {
            return false;
        }
        for (size_t k = 1; k < c->rows; k++) {
            double word = numbers[k * c->cols + i];
            if (word == 0) {
                return false;
            }
            cells += isnan(word) ? 0 : 1;
            words = word > (double)words ? (size_t)word : words;
        }
        again |= words < cells;
    }
    return again;
}

// ---- Numbers ------------------------------------------------------------------------------------

// The decimal marks of the columns, each by its own cells, then by the other columns'.
static void settle_decimals(struct csv_reading *g)
{
    struct csv *c = g->csv;
    bool points = false, commas = false, either = false;
    for (uint32_t i = 0; i < c->cols; i++) {
        struct csv_column *column = column_at(c, i);
        size_t point = column->seen[CSV_POINT].count, comma = column->seen[CSV_COMMA].count;
        column->stated = point + comma > 0;
        column->decimal = comma > point ? ',' : '.';
        points |= point > 0;
        commas |= comma > 0;
        either |= column->seen[CSV_EITHER].count > 0;
    }
    char other = commas ? ',' : '.';
    if (commas == points) {
        other = !commas && either && g->begin.comma == ';' ? ',' : '.';
    }
    for (uint32_t i = 0; i < c->cols; i++) {
        struct csv_column *column = column_at(c, i);
        column->decimal = column->stated ? column->decimal : other;
        column->stated |= commas != points;
    }
}

// "t.csv, row 2 (line 3), column 2 (y): '4o' is …", of the first cell of a kind.
static bool refuse_cell(struct csv_reading *g, uint32_t i, enum csv_seen kind, const char *is)
{
    const struct csv_column *column = column_at(g->csv, i);
    struct span span = column->seen[kind].span;
    char label[CSV_LABEL], cell[QUOTED], name[QUOTED];
    diag_quote(name, g->name, strlen(g->name));
    diag_quote(cell, g->csv->bytes + span.start, span.end - span.start);
    return diag_set(g->d, g->span, "%s, row %zu (line %zu), %s: '%s' %s", name,
                    column->seen[kind].row + !g->csv->header, column->seen[kind].line,
                    csv_label(label, g->csv, i), cell, is);
}

// A column mixes what cannot be mixed: the rarer kind is the odd one out.
static bool is_mixed(struct csv_reading *g, uint32_t i)
{
    const struct csv_column *column = column_at(g->csv, i);
    size_t numbers = column->seen[CSV_NUMBER].count, texts = column->seen[CSV_TEXT].count;
    size_t points = column->seen[CSV_POINT].count, commas = column->seen[CSV_COMMA].count;
    if (numbers > 0 && texts > numbers) {
        refuse_cell(g, i, CSV_NUMBER, "is a number, and most of the column is text");
        diag_hint(g->d, "a column holds numbers or texts, not both");
    } else if (numbers > 0 && texts > 0) {
        refuse_cell(g, i, CSV_TEXT, "is not a number");
        diag_hint(g->d, "where a number is missing leave the cell empty");
    } else if (points > 0 && commas > 0) {
        bool point = points < commas;
        refuse_cell(g, i, point ? CSV_POINT : CSV_COMMA,
                    point ? "has a decimal point, and other cells of the column a decimal comma"
                          : "has a decimal comma, and other cells of the column a decimal point");
        diag_hint(g->d, "write all numbers of a column in the same way");
    }
    return g->d->set;
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

static bool fill_cell(struct csv_reading *g, const struct csv_column *column, struct span span,
                      struct text *plain, double *number)
{
    const char *s = g->csv->bytes + span.start;
    size_t n = span.end - span.start;
    if (!column->text || csv_number_is_missing(s, n)) {
        bool ok = csv_number_read(s, n, column->decimal, number);
        BS_ASSERT(ok);
        return true;
    }
    uint32_t word = intern(&BUF(struct names, &g->csv->words)[column->words], s, n, plain);
    *number = word;
    return word != NAME_NONE || diag_out_of_memory(g->d);
}

// What the first reading could not tell: classes, and numbers with a decimal comma.
static bool is_to_fill(const struct csv_column *column)
{
    return column->text || column->decimal == ',';
}

// A line whose cells are the numbers from `at` on; `skip`: it is the header.
static void fill_line(struct csv_reading *g, struct csv_reader *r, struct text *plain, size_t at,
                      bool skip)
{
    double *row = BUF_FROM(double, &g->csv->numbers, at);
    struct csv_cell cell;
    uint32_t i = 0;
    do {
        const struct csv_column *column = column_at(g->csv, i);
        cell = csv_cell_next(r);
        if (!skip && is_to_fill(column)) {
            fill_cell(g, column, cell.span, plain, &row[i]);
        }
        i++;
    } while (!is_interrupted(g, at + i) && !cell.last && !g->d->set);
}

// The file read again, now that its columns are known.
static bool fill(struct csv_reading *g)
{
    struct csv *c = g->csv;
    struct csv_reader r = g->begin;
    struct text plain;
    enum csv_line next;
    size_t at = 0;
    bool skip = c->header;
    text_init(&plain);
    while (!g->d->set && (next = csv_cell_line(&r)) != CSV_LINE_NONE) {
        if (next == CSV_LINE_COMMENT) {
            csv_cell_skip_line(&r);
            continue;
        }
        fill_line(g, &r, &plain, at, skip);
        at += skip ? 0 : c->cols;
        skip = false;
    }
    text_release(&plain);
    return !g->d->set;
}

static bool fill_columns(struct csv_reading *g)
{
    for (uint32_t i = 0; i < g->csv->cols; i++) {
        if (is_to_fill(column_at(g->csv, i))) {
            return fill(g);
        }
    }
    return true;
}

// The first line turns out to be no row.
static void drop_header(struct csv_reading *g)
{
    struct csv *c = g->csv;
    double *numbers = c->numbers.data;
    c->rows = g->lines - 1;
    c->numbers.count -= c->cols;
    memmove(numbers, numbers + c->cols, c->numbers.count * sizeof *numbers);
}

static void release_words(struct csv *c)
{
    for (size_t i = 0; i < c->words.count; i++) {
        names_release(&BUF(struct names, &c->words)[i]);
    }
    c->words.count = 0;
}

static bool init_words(struct csv_reading *g)
{
    struct csv *c = g->csv;
    release_words(c);
    for (uint32_t i = 0; i < c->cols; i++) {
        struct csv_column *column = column_at(c, i);
        column->text = column->seen[CSV_NUMBER].count == 0 && column->seen[CSV_TEXT].count > 0;
        if (column->text) {
            column->words = (uint32_t)c->words.count;
            struct names *words = buf_push(&c->words, 1);
            if (words == NULL) {
                return diag_out_of_memory(g->d);
            }
            names_init(words);
        }
    }
    return true;
}

static bool read_numbers(struct csv_reading *g, enum csv_header asked)
{
    struct csv *c = g->csv;
    settle_decimals(g);
    for (uint32_t i = 0; i < c->cols; i++) {
        if (is_mixed(g, i)) {
            return false;
        }
    }
    c->rows = g->lines;
    if (c->header) {
        drop_header(g);
    }
    if (!init_words(g) || !fill_columns(g)) {
        return false;
    }
    if (asked == CSV_HEADER_FIND && !c->header && is_text_header(c)) {
        c->header = c->guessed = true;
        drop_header(g);
        return init_words(g) && fill(g);
    }
    return true;
}

// ---- The table ----------------------------------------------------------------------------------

static void count_strange(struct csv *c)
{
    const double *numbers = c->numbers.data;
    for (size_t k = 0; k < c->rows * c->cols; k++) {
        if (!isfinite(numbers[k]) && c->strange++ == 0) {
            c->strange_row = k / c->cols + 1;
            c->strange_col = (uint32_t)(k % c->cols);
        }
    }
}

static bool is_year(double x)
{
    return x >= 1800 && x <= 2200 && x == floor(x);
}

// country, 2019, 2020: two years or more, the only ones in their columns.
static bool begins_with_years(const struct csv *c)
{
    const double *numbers = c->numbers.data;
    size_t years = 0;
    for (uint32_t i = 0; i < c->cols; i++) {
        bool text = column_at(c, i)->text;
        for (size_t k = 0; !text && k < c->rows; k++) {
            if (is_year(numbers[k * c->cols + i]) != (k == 0)) {
                return false;
            }
        }
        years += !text;
    }
    return years > 1 && c->rows > 1;
}

static bool read_table(struct csv_reading *g, enum csv_header asked)
{
    const char *s = g->begin.s;
    if (g->begin.n >= 2 && (memcmp(s, "\xFF\xFE", 2) == 0 || memcmp(s, "\xFE\xFF", 2) == 0)) {
        refuse(g, 1, "this is not plain text but UTF-16");
        return diag_hint(g->d, "save it as CSV in UTF-8");
    }
    g->reader = g->begin = csv_cell_begin(s, g->begin.n);
    if (!see_lines(g)) {
        return false;
    }
    if (g->lines == 0) {
        return refuse(g, g->reader.line, "there is no row of numbers in this file");
    }
    if (is_header_alone(g, asked)) {
        refuse(g, g->first_line, "this is a header, and no row comes after it");
        return asked == CSV_HEADER_FIND &&
               diag_hint(g->d, "header=no after the file's name makes it a row");
    }
    find_header(g, asked);
    return read_numbers(g, asked);
}

bool csv_read(struct csv *out, const char *name, const char *bytes, size_t n,
              enum csv_header header, struct stop *stop, struct span span, struct diag *d)
{
    *out = (struct csv){.bytes = bytes};
    buf_init(&out->numbers, sizeof(double));
    buf_init(&out->columns, sizeof(struct csv_column));
    buf_init(&out->words, sizeof(struct names));
    struct csv_reading g = {.csv = out,
                            .begin = {.s = bytes, .n = n},
                            .name = name,
                            .stop = stop,
                            .span = span,
                            .d = d};
    buf_init(&g.first, sizeof(unsigned));
    bool ok = read_table(&g, header) && !d->set;
    buf_release(&g.first);
    if (ok) {
        out->years = header == CSV_HEADER_FIND && !out->header && begins_with_years(out);
        count_strange(out);
    }
    return ok;
}

void csv_release(struct csv *c)
{
    release_words(c);
    buf_release(&c->words);
    buf_release(&c->columns);
    buf_release(&c->numbers);
}

const char *csv_label(char out[CSV_LABEL], const struct csv *c, uint32_t column)
{
    struct span name = column_at(c, column)->name;
    size_t n = name.end - name.start;
    char quoted[QUOTED];
    int used = format_write(out, CSV_LABEL, "column %u", (unsigned)column + 1);
    if (c->header && n > 0) {
        diag_quote(quoted, c->bytes + name.start, n);
        int cut = (int)utf8_cut(quoted, strlen(quoted), 22);
        format_write(out + used, CSV_LABEL - (size_t)used, " (%.*s)", cut, quoted);
    }
    return out;
}
