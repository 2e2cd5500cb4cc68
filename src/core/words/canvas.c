#include "words/canvas.h"

#include <string.h>

#include "words/ink.h"

enum { NORTH = 1, EAST = 2, SOUTH = 4, WEST = 8, ALL_ARMS = 15 };

struct canvas_cell {
    const char *text;  // NULL: none begins here
    uint16_t columns;  // of the text: it hides the cells that it reaches over
    uint8_t ink;
    uint8_t arms;
    bool crossed;   // by a second wire
    uint32_t wire;  // whose arms they are
};

void canvas_init(struct canvas *c, size_t rows, size_t columns, bool ascii)
{
    *c = (struct canvas){.rows = rows, .columns = columns, .ascii = ascii};
    arena_init(&c->arena);
    buf_init(&c->cells, sizeof(struct canvas_cell));
    if (!buf_resize(&c->cells, rows * columns)) {
        c->rows = 0;
    }
}

void canvas_release(struct canvas *c)
{
    arena_release(&c->arena);
    buf_release(&c->cells);
}

// Does this fit? What was measured while memory was refused may be too short; the drawing is not shown
// then.
static bool fits(const struct canvas *c, size_t row, size_t column, size_t columns)
{
    bool fits = row < c->rows && column + columns <= c->columns;
    BS_ASSERT(fits || mem_refusals() > 0);
    return fits;
}

// NULL if memory was refused, and only then.
static struct canvas_cell *cell_at(const struct canvas *c, size_t row, size_t column)
{
    if (c->cells.failed || !fits(c, row, column, 1)) {
        return NULL;
    }
    return BUF_FROM(struct canvas_cell, &c->cells, row * c->columns + column);
}

void canvas_put(struct canvas *c, size_t row, size_t column, int ink, const char *s)
{
    size_t n = strlen(s), columns = utf8_columns(s, n);
    struct canvas_cell *cell = columns == 0 ? NULL : cell_at(c, row, column);
    if (cell != NULL && fits(c, row, column, columns)) {
        cell->text = arena_copy(&c->arena, s, n);
        cell->columns = (uint16_t)columns;
        cell->ink = (uint8_t)ink;
    }
}

void canvas_fill(struct canvas *c, size_t row, size_t column, size_t n, int ink, const char *s)
{
    for (size_t i = 0; i < n; i++) {
        canvas_put(c, row, column + i, ink, s);
    }
}

static void add_arm(struct canvas *c, size_t row, size_t column, uint8_t arm, uint32_t wire,
                    int ink)
{
    struct canvas_cell *cell = cell_at(c, row, column);
    if (cell == NULL) {
        return;
    }
    cell->crossed = cell->crossed || (cell->arms != 0 && cell->wire != wire);
    cell->arms |= arm;
    cell->wire = wire;
    cell->ink = cell->text == NULL ? (uint8_t)ink : cell->ink;
}

static size_t toward(size_t from, size_t to)
{
    return from < to ? from + 1 : from > to ? from - 1 : from;
}

void canvas_line(struct canvas *c, size_t row, size_t column, size_t to_row, size_t to_column,
                 uint32_t wire, int ink)
{
    BS_ASSERT(row == to_row || column == to_column);
    while (row != to_row || column != to_column) {
        size_t next_row = toward(row, to_row), next_column = toward(column, to_column);
        bool down = next_row > row, up = next_row<row, right = next_column> column;
        add_arm(c, row, column, down ? SOUTH : up ? NORTH : right ? EAST : WEST, wire, ink);
        add_arm(c, next_row, next_column,
                down    ? NORTH
                : up    ? SOUTH
                : right ? WEST
                        : EAST,
                wire, ink);
        row = next_row;
        column = next_column;
    }
}

static const char *line_sign(const struct canvas *c, const struct canvas_cell *cell)
{
    static const char *const signs[2][ALL_ARMS + 1] = {
        {" ", "│", "─", "└", "│", "│", "┌", "├", "─", "┘", "─", "┴", "┐", "┤", "┬", "●"},
        {" ", "|", "-", "'", "|", "|", ".", "+", "-", "'", "-", "+", ".", "+", "+", "+"},
    };
    return cell->crossed ? (c->ascii ? "|" : "┼") : signs[c->ascii][cell->arms];
}

// Where the row ends: past its last sign.
static size_t row_end(const struct canvas *c, size_t row)
{
    size_t end = 0;
    for (size_t i = 0; i < c->columns; i++) {
        const struct canvas_cell *cell = cell_at(c, row, i);
        BS_ASSERT(cell != NULL);
        size_t columns = cell->text != NULL ? cell->columns : cell->arms != 0;
        end = columns > 0 && i + columns > end ? i + columns : end;
    }
    return end;
}

static void write_row(const struct canvas *c, size_t row, struct text *out)
{
    int ink = 0;
    size_t end = row_end(c, row);
    for (size_t i = 0; i < end;) {
        const struct canvas_cell *cell = cell_at(c, row, i);
        BS_ASSERT(cell != NULL);
        if (ink != 0 && cell->ink != ink) {
            text_add_char(out, INK_END);
        }
        if (cell->ink != 0 && cell->ink != ink) {
            text_add_char(out, (char)cell->ink);
        }
        ink = cell->ink;
        text_add(out, cell->text != NULL ? cell->text : line_sign(c, cell));
        i += cell->text != NULL ? cell->columns : 1;
    }
    text_add(out, ink != 0 ? (char[]){INK_END, '\0'} : "");
    text_add_char(out, '\n');
}

bool canvas_write(const struct canvas *c, struct text *out)
{
    if (c->cells.failed || c->arena.failed) {
        return false;
    }
    for (size_t row = 0; row < c->rows; row++) {
        write_row(c, row, out);
    }
    return true;
}
