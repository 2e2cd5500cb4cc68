#include "text/csv_notes.h"

#include <math.h>

#include "base/text.h"
#include "text/csv_number.h"

struct csv_findings {
    const struct csv *csv;
    const char *name;
    struct arena *memory;
    struct buf *out;
};

static void add(struct csv_findings *n, const char *words)
{
    const char **at = words == NULL ? NULL : buf_push(n->out, 1);
    if (at != NULL) {
        *at = words;
    }
}

static struct csv_column *column_at(const struct csv *c, uint32_t i)
{
    return &BUF(struct csv_column, &c->columns)[i];
}

// "iris.csv: column 5 (species): setosa is 0, versicolor 1, virginica 2"
static void add_classes(struct csv_findings *n, uint32_t column)
{
    enum { SHOWN = 6 };
    struct names *words = &BUF(struct names, &n->csv->words)[column_at(n->csv, column)->words];
    char label[CSV_LABEL], quoted[QUOTED];
    struct text said;
    text_init(&said);
    text_addf(&said, "%s: %s: ", n->name, csv_label(label, n->csv, column));
    size_t count = names_count(words);
    for (uint32_t i = 0; i < count && i < SHOWN; i++) {
        size_t length;
        const char *word = names_text(words, i, &length);
        text_addf(&said, "%s%s %s%u", i == 0 ? "" : ", ", diag_quote(quoted, word, length),
                  i == 0 ? "is " : "", (unsigned)i);
    }
    if (count > SHOWN) {
        text_addf(&said, " … %zu in all", count);
    }
    add(n, arena_copy(n->memory, text_get(&said), text_length(&said)));
    text_release(&said);
}

// "prices.csv: column 2 (price): 1,200 is read as 1200"
static void add_reading(struct csv_findings *n, uint32_t i, enum csv_seen kind)
{
    const struct csv_column *column = column_at(n->csv, i);
    struct span span = column->seen[kind].span;
    const char *s = n->csv->bytes + span.start;
    char label[CSV_LABEL], quoted[QUOTED], number[NUMBER_TEXT];
    double value;
    csv_number_read(s, span.end - span.start, column->decimal, &value);
    add(n,
        arena_printf(n->memory, "%s: %s: %s is read as %s", n->name, csv_label(label, n->csv, i),
                     diag_quote(quoted, s, span.end - span.start), number_text(number, value, 6)));
}

static bool is_ambiguous(const struct csv_column *column)
{
    return !column->stated && column->seen[CSV_EITHER].count > 0;
}

static void add_columns(struct csv_findings *n)
{
    enum { SHOWN = 4 };
    size_t texts = 0, readings = 0;
    for (uint32_t i = 0; i < n->csv->cols; i++) {
        const struct csv_column *column = column_at(n->csv, i);
        bool percent = column->seen[CSV_PERCENT].count > 0;
        if (column->text && texts++ < SHOWN) {
            add_classes(n, i);
        } else if ((percent || is_ambiguous(column)) && readings++ < SHOWN) {
            add_reading(n, i, percent ? CSV_PERCENT : CSV_EITHER);
        }
    }
    if (texts > SHOWN) {
        add(n, arena_printf(n->memory, "%s: %zu more columns are text", n->name, texts - SHOWN));
    }
    if (readings > SHOWN) {
        add(n, arena_printf(n->memory, "%s: so are %zu more columns", n->name, readings - SHOWN));
    }
}

void csv_notes(const struct csv *c, const char *name, struct arena *memory, struct buf *notes)
{
    struct csv_findings n = {c, name, memory, notes};
    char label[CSV_LABEL];
    if (c->guessed) {
        add(&n, arena_printf(memory,
                             "%s: the first line is taken as the header; header=no after the "
                             "file's name makes it a row",
                             name));
    }
    if (c->years) {
        add(&n, arena_printf(memory,
                             "%s: the first line may be a header of years, and is taken as a row; "
                             "header=yes after the file's name makes it the header",
                             name));
    }
    add_columns(&n);
    if (c->comments > 0) {
        add(&n, arena_printf(memory,
                             "%s: %zu line%s with cells like a row begin%s with # and %s skipped, "
                             "the first is line %zu",
                             name, c->comments, c->comments == 1 ? "" : "s",
                             c->comments == 1 ? "s" : "", c->comments == 1 ? "is" : "are",
                             c->comment_line));
    }
    if (c->strange > 0) {
        add(&n, arena_printf(memory,
                             "%s: %zu of %zu numbers %s missing (nan) or infinite, the first in "
                             "row %zu, %s",
                             name, c->strange, c->rows * c->cols, c->strange == 1 ? "is" : "are",
                             c->strange_row, csv_label(label, c, c->strange_col)));
    }
}
