// How large a box is, where its wires begin and end, and how it looks.
//
//   across                    down
//   ┌──┬ × ──────┐            ┌─▼──┬─▼─┐
//   │-3│ e = -6  ├─           │ -3 │ 2 │
//   │ 2│ ∂ -2    │            ├ × ─┴───┤
//   └──┴─────────┘            │ e = -6 │
//                             │ ∂ -2   │
//                             └───┬────┘
#include <string.h>

#include "base/format.h"
#include "words/draw_parts.h"
#include "words/ink.h"
#include "words/signs.h"

// ---- Frames -------------------------------------------------------------------------------------

// The kind of a value shows in its frame.
enum look {
    LOOK_PARAMETER,
    LOOK_INPUT,
    LOOK_INTERIOR,
    LOOK_OUTPUT,
    LOOK_GROUP,
    LOOK_DEAD,
    LOOK_COUNT
};

// The signs of a frame, in this order.
enum sign {
    LEVEL,
    UPRIGHT,
    TOP_LEFT,
    TOP_RIGHT,
    FOOT_LEFT,
    FOOT_RIGHT,
    OUT_RIGHT,  // where the net leaves, across
    OUT_DOWN,   // and down
    // Only where there are operands: what parts them from each other and from the rest.
    CELL_ABOVE,
    CELL_BELOW,
    INNER,
    ROW_LEFT,  // under the row of them, down
    ROW_RIGHT,
    ROW_LEVEL,
    ROW_END,
};

static const char *const frames[2][LOOK_COUNT] = {
    {
        [LOOK_PARAMETER] = "━┃┏┓┗┛┠┯",
        [LOOK_INPUT] = "─│╭╮╰╯├┬",
        [LOOK_INTERIOR] = "─│┌┐└┘├┬┬┴│├┤─┴",
        [LOOK_OUTPUT] = "═║╔╗╚╝╟╤╤╧│╟╢─┴",
        [LOOK_GROUP] = "═│╒╕╘╛├╤╤╧│├┤─┴",
        [LOOK_DEAD] = "╌┆┌┐└┘├┬┬┴┆├┤╌┴",
    },
    {
        [LOOK_PARAMETER] = "=#######",
        [LOOK_INPUT] = "-|..''++",
        [LOOK_INTERIOR] = "-|++++++++|++-+",
        [LOOK_OUTPUT] = "=|++++++++|++-+",
        [LOOK_GROUP] = "=|++++++++|++-+",
        [LOOK_DEAD] = ".:++++++++:++.+",
    },
};

static enum look look_of(const struct rec *box)
{
    return signs_is(box, KEY_kind, "parameter") ? LOOK_PARAMETER
           : signs_is(box, KEY_kind, "input")   ? LOOK_INPUT
           : signs_is(box, KEY_kind, "output")  ? LOOK_OUTPUT
           : rec_get_flag(box, KEY_output)      ? LOOK_OUTPUT
           : signs_is(box, KEY_kind, "group")   ? LOOK_GROUP
           : rec_get_flag(box, KEY_dead)        ? LOOK_DEAD
                                                : LOOK_INTERIOR;
}

// ---- Sizes --------------------------------------------------------------------------------------

static int larger(int a, int b)
{
    return a > b ? a : b;
}

// Columns of a number, or what is kept free for it.
static int figure_columns(const struct plan *p, const struct rec *map, enum rec_key key,
                          enum rec_key room)
{
    struct text figure;
    text_init(&figure);
    signs_figure(&figure, rec_get_text(map, key), p->ascii);
    int columns = larger((int)signs_columns(text_get(&figure)), (int)rec_get_whole(map, room));
    text_release(&figure);
    return columns;
}

static const struct rec *constant_of(const struct plan *p, const struct rec *cell)
{
    const struct rec *box = rec_first(p->scene, KEY_boxes);
    while (box != NULL && !signs_is(box, KEY_id, rec_get_text(cell, KEY_from))) {
        box = box->next;
    }
    return box;
}

// Of many values?
static bool is_wide(const struct rec *cell)
{
    return rec_find(cell, KEY_values) != NULL;
}

static bool is_constant(const struct rec *cell)
{
    return rec_get_text(cell, KEY_local_text)[0] == '\0' && !is_wide(cell);
}

// "[16]": so many values come in here.
enum { WIDE_TEXT = 24 };
static const char *wide_text(char out[WIDE_TEXT], const struct rec *cell)
{
    format_write(out, WIDE_TEXT, "[%d]", (int)rec_get_whole(cell, KEY_values));
    return out;
}

// What is in a cell: the local gradient, how many values there are, or the constant itself.
static int cell_columns(const struct plan *p, const struct rec *cell)
{
    char wide[WIDE_TEXT];
    return is_wide(cell) ? (int)strlen(wide_text(wide, cell))
           : is_constant(cell)
               ? figure_columns(p, constant_of(p, cell), KEY_value_text, KEY_value_room)
               : figure_columns(p, cell, KEY_local_text, KEY_local_room);
}

static int cells_of(const struct draw_item *item)
{
    int count = 0;
    while (count < PORTS_MOST && item->cell[count] != NULL) {
        count++;
    }
    return count;
}

// "∂": the gradient, or of several results the length of theirs.
static const char *grad_sign(const struct plan *p, const struct rec *box)
{
    bool several = rec_get_whole(box, KEY_results) > 1;
    return several ? (p->ascii ? "|g| " : "‖∂‖ ") : p->ascii ? "g " : "∂ ";
}

static const char *name_of(const struct draw_item *item)
{
    const char *called = item->numbered ? "" : rec_get_text(item->box, KEY_called);
    return *called != '\0' ? called : rec_get_text(item->box, KEY_name);
}

// "name = value" over "∂ gradient".
static int body_columns(const struct plan *p, const struct draw_item *item)
{
    const struct rec *box = item->box;
    int name = (int)signs_columns(name_of(item));
    return larger(name + 3 + figure_columns(p, box, KEY_value_text, KEY_value_room),
                  (int)signs_columns(grad_sign(p, box)) +
                      figure_columns(p, box, KEY_grad_text, KEY_grad_room));
}

// In a walk a relu may yet turn out to be shut.
static int title_columns(const struct plan *p, const struct rec *box)
{
    const struct op_row *row = signs_operation(box);
    bool open = row == op_get(OP_RELU) && !rec_get_flag(box, KEY_dead);
    struct text title;
    text_init(&title);
    signs_title(&title, box, p->ascii);
    text_add(&title, open && !signs_is(p->scene, KEY_walk, "") ? SIGNS_DEAD : "");
    int columns = (int)signs_columns(text_get(&title));
    text_release(&title);
    return columns;
}

// Columns of the cells' column, across.
static int cells_column(const struct plan *p, const struct draw_item *item)
{
    int columns = 0;
    for (int i = 0; i < cells_of(item); i++) {
        columns = larger(columns, cell_columns(p, item->cell[i]));
    }
    return columns;
}

static void measure_across(const struct plan *p, struct draw_item *item)
{
    int cells = cells_of(item) == 0 ? 0 : cells_column(p, item) + 1;
    int body = larger(body_columns(p, item), title_columns(p, item->box) + 1);
    item->size = 2 + larger(2, cells_of(item));
    item->length = 1 + cells + 1 + body + 1 + 1;
    item->out = 1;
    for (int i = 0; i < PORTS_MOST; i++) {
        item->in[i] = 1 + i;
    }
}

// Where cell `i` begins and how wide it is, down: the cells fill the box. Each has its share of
// what is to spare, the last one the rest.
static struct band cell_band(const struct plan *p, const struct draw_item *item, int i)
{
    int count = cells_of(item), inside = item->size - 2, spare = inside - (count - 1), start = 1;
    for (int k = 0; k < count; k++) {
        spare -= 2 + cell_columns(p, item->cell[k]);
    }
    for (int k = 0; k < i; k++) {
        start += 2 + cell_columns(p, item->cell[k]) + spare / count + 1;
    }
    int length =
        i + 1 < count ? 2 + cell_columns(p, item->cell[i]) + spare / count : inside + 1 - start;
    return (struct band){start, length};
}

static void measure_down(const struct plan *p, struct draw_item *item)
{
    int count = cells_of(item), cells = count > 0 ? count - 1 : 0;
    for (int i = 0; i < count; i++) {
        cells += cell_columns(p, item->cell[i]) + 2;
    }
    int body = larger(body_columns(p, item) + 2, title_columns(p, item->box) + 3);
    item->size = 2 + larger(cells, body);
    item->length = count > 0 ? 6 : 4;
    item->out = item->size / 2;
    for (int i = 0; i < count; i++) {
        struct band cell = cell_band(p, item, i);
        item->in[i] = cell.start + cell.length / 2;
    }
}

void box_measure(const struct plan *p, struct draw_item *item)
{
    if (p->way == DRAW_ACROSS) {
        measure_across(p, item);
    } else {
        measure_down(p, item);
    }
}

// ---- Painting -----------------------------------------------------------------------------------

// A box being painted: its rows and columns on the sheet.
struct brush {
    const struct plan *p;
    struct canvas *c;
    const struct draw_item *item;
    enum look look;
    size_t row, column, rows, columns;
    struct text words;
};

// A sign of the frame, so many times to the right.
static void paint_signs(const struct brush *b, size_t row, size_t column, size_t n, enum sign sign)
{
    const char *s = frames[b->p->ascii][b->look];
    uint32_t character;
    size_t bytes = utf8_read(s, strlen(s), &character);
    for (enum sign i = LEVEL; i < sign; i++) {
        s += bytes;
        bytes = utf8_read(s, strlen(s), &character);
    }
    char one[5] = "";
    bool plain = b->look == LOOK_INTERIOR || b->look == LOOK_DEAD;
    canvas_fill(b->c, row, column, n, plain ? INK_MUTED : 0, memcpy(one, s, bytes));
}

static void paint_sign(const struct brush *b, size_t row, size_t column, enum sign sign)
{
    paint_signs(b, row, column, 1, sign);
}

// From one side to the other.
static void paint_level(const struct brush *b, size_t row, enum sign left, enum sign level,
                        enum sign right)
{
    paint_sign(b, row, b->column, left);
    paint_signs(b, row, b->column + 1, b->columns - 2, level);
    paint_sign(b, row, b->column + b->columns - 1, right);
}

static void paint_frame(const struct brush *b)
{
    size_t foot = b->row + b->rows - 1;
    paint_level(b, b->row, TOP_LEFT, LEVEL, TOP_RIGHT);
    for (size_t row = b->row + 1; row < foot; row++) {
        paint_sign(b, row, b->column, UPRIGHT);
        paint_sign(b, row, b->column + b->columns - 1, UPRIGHT);
    }
    paint_level(b, foot, FOOT_LEFT, LEVEL, FOOT_RIGHT);
}

static const char *figure(struct brush *b, const struct rec *map, enum rec_key key)
{
    text_clear(&b->words);
    signs_figure(&b->words, rec_get_text(map, key), b->p->ascii);
    return text_get(&b->words);
}

static void paint_title(struct brush *b, size_t row, size_t column)
{
    text_clear(&b->words);
    text_add_char(&b->words, ' ');
    signs_title(&b->words, b->item->box, b->p->ascii);
    text_add_char(&b->words, ' ');
    if (text_length(&b->words) > 2) {
        canvas_put(b->c, row, column, 0, text_get(&b->words));
    }
}

// A number in its own ink; what is not known is muted.
static void paint_figure(struct brush *b, size_t row, size_t column, const struct rec *map,
                         enum rec_key key, int ink)
{
    bool known = !signs_is(map, key, "·");
    canvas_put(b->c, row, column, known ? ink : INK_MUTED, figure(b, map, key));
}

// A run of several inks is one put for each: returns the column behind it.
static size_t paint_words(struct brush *b, size_t row, size_t column, int ink, const char *s)
{
    canvas_put(b->c, row, column, ink, s);
    return column + signs_columns(s);
}

// The current step's name and value are turned inside out, to the frame.
static void paint_current(struct brush *b, size_t row, size_t column)
{
    const struct rec *box = b->item->box;
    struct text line;
    text_init(&line);
    text_addf(&line, "%s%s = %s", b->p->ascii ? ">" : "▶", name_of(b->item),
              figure(b, box, KEY_value_text));
    size_t room = b->column + b->columns - 1 - column, used = signs_columns(text_get(&line));
    text_fill(&line, ' ', room > used ? room - used : 0);
    canvas_put(b->c, row, column, INK_CURRENT, text_get(&line));
    text_release(&line);
}

static void paint_body(struct brush *b, size_t row, size_t column)
{
    const struct rec *box = b->item->box;
    if (box == b->p->current) {
        paint_current(b, row, column);
    } else {
        int ink = rec_get_flag(box, KEY_derivative) ? INK_GRAD : INK_NAME;
        size_t at = paint_words(b, row, column + 1, ink, name_of(b->item));
        at = paint_words(b, row, at, INK_MUTED, " = ");
        paint_figure(b, row, at, box, KEY_value_text, INK_VALUE);
    }
    size_t at = paint_words(b, row + 1, column + 1, INK_MUTED, grad_sign(b->p, box));
    paint_figure(b, row + 1, at, box, KEY_grad_text, INK_GRAD);
}

// Right-aligned where it is one of a column, else in the middle.
static void paint_cell(struct brush *b, const struct rec *cell, size_t row, size_t column,
                       size_t room)
{
    if (is_wide(cell)) {
        char wide[WIDE_TEXT];
        size_t spare = room - strlen(wide_text(wide, cell));
        canvas_put(b->c, row, column + (b->p->way == DRAW_ACROSS ? spare : (spare + 1) / 2),
                   INK_MUTED, wide);
        return;
    }
    const struct rec *constant = is_constant(cell) ? constant_of(b->p, cell) : NULL;
    const struct rec *map = constant != NULL ? constant : cell;
    enum rec_key key = constant != NULL ? KEY_value_text : KEY_local_text;
    size_t spare = room - signs_columns(figure(b, map, key));
    paint_figure(b, row, column + (b->p->way == DRAW_ACROSS ? spare : (spare + 1) / 2), map, key,
                 constant != NULL ? INK_MUTED : INK_LOCAL);
}

static bool has_uses(const struct draw_item *item)
{
    return item->last > item->rank;
}

static void paint_across(struct brush *b)
{
    size_t body = b->column + 1;
    if (cells_of(b->item) > 0) {
        size_t room = (size_t)cells_column(b->p, b->item);
        for (int i = 0; i < cells_of(b->item); i++) {
            paint_cell(b, b->item->cell[i], b->row + 1 + (size_t)i, body, room);
        }
        body += room;
        paint_sign(b, b->row, body, CELL_ABOVE);
        for (size_t row = b->row + 1; row + 1 < b->row + b->rows; row++) {
            paint_sign(b, row, body, INNER);
        }
        paint_sign(b, b->row + b->rows - 1, body, CELL_BELOW);
        body++;
    }
    paint_title(b, b->row, body);
    paint_body(b, b->row + 1, body);
    if (has_uses(b->item)) {
        paint_sign(b, b->row + 1, b->column + b->columns - 1, OUT_RIGHT);
    }
}

static void paint_cells_row(struct brush *b)
{
    paint_level(b, b->row + 2, ROW_LEFT, ROW_LEVEL, ROW_RIGHT);
    for (int i = 0; i < cells_of(b->item); i++) {
        struct band cell = cell_band(b->p, b->item, i);
        size_t column = b->column + (size_t)cell.start;
        if (i > 0) {
            paint_sign(b, b->row, column - 1, CELL_ABOVE);
            paint_sign(b, b->row + 1, column - 1, INNER);
            paint_sign(b, b->row + 2, column - 1, ROW_END);
        }
        paint_cell(b, b->item->cell[i], b->row + 1, column, (size_t)cell.length);
    }
}

static void paint_down(struct brush *b)
{
    size_t body = b->row + 1;
    if (cells_of(b->item) > 0) {
        paint_cells_row(b);
        body += 2;
    }
    paint_title(b, body - 1, b->column + 1);
    paint_body(b, body, b->column + 1);
    if (has_uses(b->item)) {
        paint_sign(b, b->row + b->rows - 1, b->column + (size_t)b->item->out, OUT_DOWN);
    }
}

void box_paint(const struct plan *p, struct canvas *c, const struct draw_item *item,
               struct band band)
{
    bool across = p->way == DRAW_ACROSS;
    struct brush b = {.p = p, .c = c, .item = item, .look = look_of(item->box)};
    int end = band.start + band.length;
    b.rows = (size_t)(across ? item->size : item->length);
    b.columns = (size_t)(across ? band.length : item->size);
    // Down, boxes are at the foot of their rank, where their nets leave.
    b.row = (size_t)(across ? item->at : end - item->length);
    b.column = (size_t)(across ? band.start : item->at);
    text_init(&b.words);
    paint_frame(&b);
    if (across) {
        paint_across(&b);
    } else {
        paint_down(&b);
    }
    text_release(&b.words);
}
