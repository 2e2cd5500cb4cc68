#include "words/table.h"

#include <string.h>

void table_init(struct table *t, const char *align)
{
    *t = (struct table){.align = align};
    arena_init(&t->arena);
    buf_init(&t->cells, sizeof(const char *));
}

void table_release(struct table *t)
{
    arena_release(&t->arena);
    buf_release(&t->cells);
}

void table_cell(struct table *t, const char *s)
{
    const char *copy = arena_copy(&t->arena, s, strlen(s));
    const char **cell = buf_push(&t->cells, 1);
    if (cell != NULL) {
        *cell = copy == NULL ? "" : copy;
    }
}

void table_ink(struct table *t, enum ink ink, const char *s)
{
    struct text cell;
    text_init(&cell);
    ink_add(&cell, ink, s);
    table_cell(t, text_get(&cell));
    text_release(&cell);
}

void table_number(struct table *t, enum ink ink, double v, int digits)
{
    char number[NUMBER_TEXT];
    table_ink(t, ink, number_text(number, v, digits));
}

static size_t columns_of(const char *cell)
{
    return ink_columns(cell, strlen(cell));
}

static size_t column_width(const struct table *t, size_t column, size_t columns)
{
    size_t width = 0;
    for (size_t i = column; i < t->cells.count; i += columns) {
        size_t w = columns_of(BUF(const char *, &t->cells)[i]);
        width = w > width ? w : width;
    }
    return width;
}

void table_write(struct table *t, struct text *out)
{
    enum { COLUMNS_MOST = 16 };
    size_t columns = strlen(t->align), width[COLUMNS_MOST];
    BS_ASSERT(columns <= COLUMNS_MOST);
    for (size_t column = 0; column < columns; column++) {
        width[column] = column_width(t, column, columns);
    }
    size_t owed = 0;  // blanks, until something follows them: no line ends in one
    for (size_t i = 0; i < t->cells.count; i++) {
        const char *cell = BUF(const char *, &t->cells)[i];
        size_t column = i % columns, used = columns_of(cell), pad = width[column] - used;
        bool right = t->align[column] == 'r';
        owed += right ? pad : 0;
        if (used > 0) {
            text_fill(out, ' ', owed);
            text_add(out, cell);
            owed = 0;
        }
        owed += (right ? 0 : pad) + 2;
        if (column == columns - 1) {
            text_add_char(out, '\n');
            owed = 0;
        }
    }
}
