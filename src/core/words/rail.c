#include "words/rail.h"

#include <stdlib.h>
#include <string.h>

#include "words/ink.h"
#include "words/rail_parts.h"
#include "words/say.h"
#include "words/signs.h"
#include "words/table.h"

enum { NAME_MOST = 24 };  // columns of a name

static struct rail_row *row_at(const struct rails *r, uint32_t i)
{
    return &BUF(struct rail_row, &r->rows)[i];
}

static uint32_t operand_at(const struct rails *r, const struct rail_row *row, size_t k)
{
    return BUF(uint32_t, &r->operands)[row->first + k];
}

static bool uses(const struct rails *r, const struct rail_row *row, uint32_t operand)
{
    for (size_t k = 0; k < row->count; k++) {
        if (operand_at(r, row, k) == operand) {
            return true;
        }
    }
    return false;
}

static uint32_t *live_at(const struct rails *r, size_t rail)
{
    return &BUF(uint32_t, &r->live)[rail];
}

// ---- Order --------------------------------------------------------------------------------------

static int compare_rows(const void *node, const void *row)
{
    uint32_t a = *(const uint32_t *)node, b = ((const struct rail_row *)row)->node;
    return a < b ? -1 : a > b;
}

// The row of a box by its id, "n4" for node 3. (A scene's boxes are in the order of their nodes.)
static uint32_t find_row(const struct rails *r, const char *id)
{
    uint32_t node = (uint32_t)strtoul(id + 1, NULL, 10) - 1;
    const struct rail_row *row =
        r->rows.count == 0 ? NULL
                           : bsearch(&node, r->rows.data, r->rows.count, sizeof *row, compare_rows);
    return row == NULL ? NO_ROW : (uint32_t)(row - BUF(struct rail_row, &r->rows));
}

const struct rec *rail_box(const struct rails *r, const char *id)
{
    uint32_t row = find_row(r, id);
    return row == NO_ROW ? NULL : row_at(r, row)->box;
}

static bool is_constant(const struct rails *r, uint32_t row)
{
    return signs_is(row_at(r, row)->box, KEY_kind, "constant");
}

static bool add_row(struct rails *r, const struct rec *box)
{
    struct rail_row *row = buf_push(&r->rows, 1);
    if (row == NULL) {
        return false;
    }
    *row = (struct rail_row){
        .box = box, .node = (uint32_t)rec_get_whole(box, KEY_node), .first = r->operands.count};
    for (const struct rec *cell = rec_first(box, KEY_cells); cell != NULL; cell = cell->next) {
        uint32_t operand = find_row(r, rec_get_text(cell, KEY_from));
        if (operand != NO_ROW && !is_constant(r, operand) && !uses(r, row, operand)) {
            uint32_t *at = buf_push(&r->operands, 1);
            if (at == NULL) {
                return false;
            }
            *at = operand;
            row->count++;
        }
    }
    return true;
}

static bool show(struct rails *r, uint32_t i)
{
    struct rail_row *row = row_at(r, i);
    uint32_t *place = row->shown ? NULL : buf_push(&r->order, 1);
    if (place != NULL) {
        *place = i;
        row->shown = true;
        row->last = (uint32_t)r->order.count - 1;
    }
    return row->shown;
}

static bool is_leaf(const struct rail_row *row)
{
    return rec_count(row->box, KEY_cells) == 0;
}

// Operations in their order, and before each those of its operands that nothing computes.
static bool find_order(struct rails *r)
{
    bool ok = true;
    for (uint32_t i = 0; ok && i < r->rows.count; i++) {
        const struct rail_row *row = row_at(r, i);
        for (size_t k = 0; ok && k < row->count; k++) {
            ok = show(r, operand_at(r, row, k));
        }
        ok = ok && (is_leaf(row) || show(r, i));
        for (size_t k = 0; k < row->count; k++) {
            row_at(r, operand_at(r, row, k))->last = (uint32_t)r->order.count - 1;
        }
    }
    // What nothing shown uses: a picture of a single value.
    for (uint32_t i = 0; ok && i < r->rows.count; i++) {
        ok = is_constant(r, i) || show(r, i);
    }
    return ok;
}

// ---- Rails --------------------------------------------------------------------------------------

// The rail of a new value in place `at`: the leftmost that ends there, else the first free one.
static uint32_t find_rail(struct rails *r, uint32_t at)
{
    size_t free_rail = r->live.count;
    for (size_t i = 0; i < r->live.count; i++) {
        uint32_t row = *live_at(r, i);
        if (row != NO_ROW && row_at(r, row)->last == at) {
            return (uint32_t)i;
        }
        free_rail = row == NO_ROW && i < free_rail ? i : free_rail;
    }
    uint32_t *rail = free_rail < r->live.count ? live_at(r, free_rail) : buf_push(&r->live, 1);
    if (rail != NULL) {
        *rail = NO_ROW;
    }
    return (uint32_t)free_rail;
}

static const char *mark_of(const struct rails *r, const struct rec *box)
{
    bool leaf = signs_is(box, KEY_kind, "parameter") || signs_is(box, KEY_kind, "input");
    if (signs_is(box, KEY_kind, "group") && !rec_get_flag(box, KEY_output)) {
        return r->ascii ? "&" : "⊞";
    }
    return leaf ? (signs_is(box, KEY_kind, "parameter") ? (r->ascii ? "#" : "◆")
                   : r->ascii                           ? "o"
                                                        : "◇")
           : signs_is(box, KEY_kind, "output") || rec_get_flag(box, KEY_output)
               ? (r->ascii ? "@" : "◉")
               : (r->ascii ? "*" : "●");
}

// The rails that the line through a row's operands and its own mark reaches over.
struct rail_stretch {
    size_t low, high;
};

static struct rail_stretch stretch_of(const struct rails *r, const struct rail_row *row)
{
    struct rail_stretch s = {row->rail, row->rail};
    for (size_t k = 0; k < row->count; k++) {
        size_t rail = row_at(r, operand_at(r, row, k))->rail;
        s.low = rail < s.low ? rail : s.low;
        s.high = rail > s.high ? rail : s.high;
    }
    return s;
}

// A rail on its way through a row.
static const char *rail_sign(const struct rails *r, const struct rail_row *row, uint32_t at,
                             size_t rail, struct rail_stretch s)
{
    uint32_t live = *live_at(r, rail);
    bool inside = rail >= s.low && rail <= s.high,
         ends = live != NO_ROW && row_at(r, live)->last == at;
    if (live == NO_ROW) {
        return !inside ? " " : r->ascii ? "-" : "─";
    }
    if (!inside || !uses(r, row, live)) {
        return inside && !r->ascii ? "┼" : r->ascii ? "|" : "│";
    }
    bool passed = rail > s.low && rail < s.high;
    if (r->ascii) {
        return ends ? "'" : "+";
    }
    return passed ? (ends ? "┴" : "╪") : rail < row->rail ? (ends ? "╰" : "├") : (ends ? "╯" : "┤");
}

static void add_rails(const struct rails *r, const struct rail_row *row, uint32_t at,
                      struct text *out)
{
    struct rail_stretch s = stretch_of(r, row);
    text_add_char(out, INK_MUTED);
    for (size_t rail = 0; rail < r->live.count; rail++) {
        if (rail == row->rail) {
            text_add_char(out, INK_END);
            text_add(out, mark_of(r, row->box));
            text_add_char(out, INK_MUTED);
        } else {
            text_add(out, rail_sign(r, row, at, rail, s));
        }
        bool joined = rail >= s.low && rail < s.high;
        text_add(out, !joined ? " " : r->ascii ? "-" : "─");
    }
    text_add_char(out, INK_END);
}

// Rails that end here are free from now on; the row's own begins, if it is used at all.
static void end_row(struct rails *r, uint32_t i, uint32_t at)
{
    for (size_t rail = 0; rail < r->live.count; rail++) {
        uint32_t live = *live_at(r, rail);
        if (live != NO_ROW && row_at(r, live)->last == at) {
            *live_at(r, rail) = NO_ROW;
        }
    }
    if (row_at(r, i)->last > at) {
        *live_at(r, row_at(r, i)->rail) = i;
    }
}

// ---- Columns ------------------------------------------------------------------------------------

// The name, cut to what a table can bear; in a walk behind room for the mark of the current step.
static void add_name(const struct rails *r, const struct rec *box, struct text *out)
{
    const char *name = rec_get_text(box, KEY_name);
    size_t cut = utf8_cut(name, strlen(name), NAME_MOST);
    bool current = box == r->current;
    bool gradient = rec_get_flag(box, KEY_derivative);
    text_add_char(out, current ? INK_CURRENT : gradient ? INK_GRAD : INK_NAME);
    text_add(out, current ? (r->ascii ? ">" : "▶") : signs_is(r->scene, KEY_walk, "") ? "" : " ");
    text_add_bytes(out, name, cut);
    text_add(out, name[cut] == '\0' ? "" : r->ascii ? ".." : "…");
    text_add_char(out, INK_END);
}

// "∂a 1  ∂b 1": each in the operand's name. What is kept free may end in blanks.
static void add_locals(const struct rails *r, const struct rec *box, struct text *out)
{
    const struct rec *cells = rec_find(box, KEY_cells);
    struct text figure;
    text_init(&figure);
    for (const struct rec *cell = cells->in.first; cell != NULL; cell = cell->next) {
        if (rec_get_text(cell, KEY_local_text)[0] == '\0') {
            continue;
        }
        text_clear(&figure);
        signs_figure(&figure, rec_get_text(cell, KEY_local_text), r->ascii);
        size_t used = signs_columns(text_get(&figure));
        size_t room = (size_t)rec_get_whole(cell, KEY_local_room);
        text_add(out, text_length(out) > 0 ? "  " : " ");
        text_add(out, r->ascii ? "d" : "∂");
        rail_add_part(r, cell, out);
        text_add_char(out, ' ');
        ink_add(out, signs_is(cell, KEY_local_text, "·") ? INK_MUTED : INK_LOCAL,
                text_get(&figure));
        text_fill(out, ' ', room > used ? room - used : 0);
    }
    text_add(out, rec_get_flag(box, KEY_dead) ? "  dead" : "");
    if (rec_find(box, KEY_parameters) != NULL) {
        text_add(out, text_length(out) > 0 ? "  " : " ");
        ink_add(out, INK_MUTED, rec_get_text(box, KEY_parameters_text));
    }
    text_release(&figure);
}

// A number, or the columns that are kept free for it.
static void figure_cell(const struct rails *r, struct table *t, const struct rec *box,
                        enum rec_key key, enum rec_key room_key, enum ink ink)
{
    struct text figure, cell;
    text_init(&figure);
    text_init(&cell);
    signs_figure(&figure, rec_get_text(box, key), r->ascii);
    size_t used = signs_columns(text_get(&figure)), room = (size_t)rec_get_whole(box, room_key);
    text_fill(&cell, ' ', room > used ? room - used : 0);
    // Of several results the length of their gradients.
    bool length = ink == INK_GRAD && rec_get_whole(box, KEY_results) > 1;
    text_add(&cell, length && !signs_is(box, key, "·") ? (r->ascii ? "|" : "‖") : "");
    ink_add(&cell, signs_is(box, key, "·") ? INK_MUTED : ink, text_get(&figure));
    text_add(&cell, length && !signs_is(box, key, "·") ? (r->ascii ? "|" : "‖") : "");
    table_cell(t, text_get(&cell));
    text_release(&figure);
    text_release(&cell);
}

// What a table shows, from all to the least.
enum detail { DETAIL_ALL, DETAIL_RAILS, DETAIL_PLAIN, DETAIL_CUT };

static void add_header(struct table *t, enum detail detail)
{
    static const char *const titles[] = {"", "name", "", "value", "grad", " local gradients"};
    for (size_t i = detail >= DETAIL_PLAIN; i < COUNT_OF(titles) - (detail > DETAIL_ALL); i++) {
        table_ink(t, INK_MUTED, titles[i]);
    }
}

static void add_cells(const struct rails *r, struct table *t, const struct rail_row *row,
                      uint32_t at, enum detail detail)
{
    struct text cell;
    text_init(&cell);
    if (detail < DETAIL_PLAIN) {
        add_rails(r, row, at, &cell);
        table_cell(t, text_get(&cell));
        text_clear(&cell);
    }
    add_name(r, row->box, &cell);
    table_cell(t, text_get(&cell));
    text_clear(&cell);
    rail_add_formula(r, row->box, &cell);
    table_cell(t, text_get(&cell));
    figure_cell(r, t, row->box, KEY_value_text, KEY_value_room, INK_VALUE);
    figure_cell(r, t, row->box, KEY_grad_text, KEY_grad_room, INK_GRAD);
    if (detail == DETAIL_ALL) {
        text_clear(&cell);
        add_locals(r, row->box, &cell);
        table_cell(t, text_get(&cell));
    }
    text_release(&cell);
}

// ---- All of it ----------------------------------------------------------------------------------

static void add_table(struct rails *r, struct text *out, enum detail detail)
{
    static const char *const align[] = {"lllrrl", "lllrr", "llrr", "llrr"};
    struct table t;
    table_init(&t, align[detail]);
    add_header(&t, detail);
    r->live.count = 0;
    for (uint32_t at = 0; at < r->order.count; at++) {
        uint32_t i = BUF(uint32_t, &r->order)[at];
        row_at(r, i)->rail = find_rail(r, at);
        if (r->live.failed) {
            break;
        }
        add_cells(r, &t, row_at(r, i), at, detail);
        end_row(r, i, at);
    }
    table_write(&t, out);
    table_release(&t);
}

static bool fits(struct text *table, size_t width)
{
    const char *line = text_get(table);
    for (const char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        if (ink_columns(line, (size_t)(end - line)) > width) {
            return false;
        }
    }
    return true;
}

static void drop_blanks(struct text *out)
{
    while (text_length(out) > 0 && BUF(char, &out->bytes)[text_length(out) - 1] == ' ') {
        out->bytes.count--;
    }
}

// The first `width` columns of each line, without blanks at its end.
static void add_cut(struct text *out, struct text *table, size_t width)
{
    size_t columns = 0;
    const char *s = text_get(table), *end = s + text_length(table);
    while (s < end) {
        uint32_t character;
        size_t bytes = utf8_read(s, (size_t)(end - s), &character);
        bytes = bytes == 0 ? 1 : bytes;
        bool mark = ink_is_mark(*s);
        columns += mark ? 0 : utf8_columns(s, bytes);
        if (*s == '\n') {
            drop_blanks(out);
            columns = 0;
        }
        if (mark || columns <= width) {
            text_add_bytes(out, s, bytes);
        }
        s += bytes;
    }
}

static bool rails_init(struct rails *r, const struct rec *scene)
{
    *r = (struct rails){
        .scene = scene, .current = signs_current(scene), .ascii = rec_get_flag(scene, KEY_ascii)};
    buf_init(&r->rows, sizeof(struct rail_row));
    buf_init(&r->operands, sizeof(uint32_t));
    buf_init(&r->order, sizeof(uint32_t));
    buf_init(&r->live, sizeof(uint32_t));
    bool ok = true;
    const struct rec *boxes = rec_find(scene, KEY_boxes);
    for (const struct rec *box = boxes->in.first; ok && box != NULL; box = box->next) {
        ok = add_row(r, box);
    }
    return ok && find_order(r);
}

void rail_write(struct text *out, const struct rec *scene, size_t width)
{
    struct rails r;
    struct text table;
    text_init(&table);
    if (rails_init(&r, scene)) {
        // Where the formulas of operands take too much room, their numbers stand for them.
        bool fit = false;
        for (int i = 0; !fit && i < 2 * DETAIL_CUT; i++) {
            text_clear(&table);
            r.numbers = i % 2 == 1;
            add_table(&r, &table, (enum detail)(i / 2));
            fit = fits(&table, width);
        }
        add_cut(out, &table, width);
    }
    text_release(&table);
    buf_release(&r.rows);
    buf_release(&r.operands);
    buf_release(&r.order);
    buf_release(&r.live);
}
