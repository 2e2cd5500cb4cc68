// Programs whose lanes are rows of data: for other rows the same program runs on other inputs.
#include <string.h>

#include "engine/lanes_parts.h"

// A node's row: of all the data leaves that it is computed from the one row; or one of these.
#define ROW_OF_NONE NODE_NONE
#define ROW_OF_SEVERAL (NODE_NONE - 1)

static uint32_t join_rows(uint32_t a, uint32_t b)
{
    return a == b || b == ROW_OF_NONE ? a : a == ROW_OF_NONE ? b : ROW_OF_SEVERAL;
}

// The rows of all nodes, from those of the data.
static bool spread_rows(const struct tape *t, const struct buf *data_rows, struct buf *rows)
{
    uint32_t count = tape_count(t);
    buf_init(rows, sizeof(uint32_t));
    if (!buf_resize(rows, count)) {
        return false;
    }
    uint32_t *row = rows->data;
    for (uint32_t i = 0; i < count; i++) {
        struct node n = tape_node(t, i);
        if (stop_asked(t->stop, i)) {
            return false;
        }
        row[i] = i < data_rows->count ? BUF(uint32_t, data_rows)[i] : ROW_OF_NONE;
        if (row[i] == ROW_OF_NONE && n.op != OP_LEAF) {
            row[i] = join_rows(row[n.a], row[n.b]);
        }
    }
    return true;
}

// Is every input the same number in all lanes, or in each made from that lane's row alone?
static bool reads_its_row(const struct lanes *p, const uint32_t *row, const uint32_t *row_of_lane)
{
    for (uint32_t i = 0; i < p->program.inputs; i++) {
        const uint32_t *ids = BUF_FROM(uint32_t, &p->ids, BUF(uint32_t, &p->inputs)[i]);
        for (uint32_t l = 0; l < p->program.lanes; l++) {
            bool own = row[ids[l]] == row_of_lane[l];
            bool same = row[ids[l]] == ROW_OF_NONE &&
                        tape_value(p->tape, ids[l]) == tape_value(p->tape, ids[0]);
            if (!own && !same) {
                return false;
            }
        }
    }
    return true;
}

// What is computed alone may read nothing that another batch would change.
static bool reads_no_row(const struct lanes *p, const struct buf *ids, const uint32_t *row)
{
    for (size_t k = 0; k < ids->count; k++) {
        struct node n = tape_node(p->tape, BUF(uint32_t, ids)[k]);
        const uint32_t operand[2] = {(uint32_t)n.a, (uint32_t)n.b};
        for (int slot = 0; slot < 2; slot++) {
            uint32_t id = operand[slot];
            if (BUF(uint8_t, &p->depends)[id - p->low] == 0 && row[id] != ROW_OF_NONE) {
                return false;
            }
        }
    }
    return true;
}

bool lanes_follow(const struct lanes *p, const struct buf *data_rows, const uint32_t *row_of_lane)
{
    struct buf rows;
    bool ok = spread_rows(p->tape, data_rows, &rows) && reads_its_row(p, rows.data, row_of_lane) &&
              reads_no_row(p, &p->before, rows.data) && reads_no_row(p, &p->after, rows.data) &&
              (p->foot == NODE_NONE || BUF(uint32_t, &rows)[p->foot] == ROW_OF_NONE);
    buf_release(&rows);
    return ok;
}

// ---- Two programs -------------------------------------------------------------------------------

static bool same_instruction(const struct instruction *a, const struct instruction *b)
{
    bool same = a->kind == b->kind && a->slot == b->slot && a->count == b->count;
    switch (a->kind) {
    case LANES_MAP:
        return same && a->op == b->op && a->row[0] == b->row[0] && a->row[1] == b->row[1] &&
               a->again[0] == b->again[0] && a->again[1] == b->again[1];
    case LANES_DOTS:
        return same && a->x == b->x && a->terms == b->terms && a->names == b->names &&
               a->bias == b->bias && a->weight == b->weight;
    case LANES_PICK:
        return same;
    }
    return false;
}

static bool same_numbers(const struct buf *a, const struct buf *b)
{
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->data, b->data, a->count * a->size) == 0);
}

static bool same_code(const struct lanes_program *a, const struct lanes_program *b)
{
    bool same = a->code.count == b->code.count && a->inputs == b->inputs && a->slots == b->slots &&
                same_numbers(&a->rows, &b->rows) && same_numbers(&a->nodes, &b->nodes) &&
                same_numbers(&a->uniforms, &b->uniforms) && same_numbers(&a->terms, &b->terms);
    for (size_t i = 0; i < a->code.count && same; i++) {
        same = same_instruction(&BUF(struct instruction, &a->code)[i],
                                &BUF(struct instruction, &b->code)[i]);
    }
    return same;
}

bool lanes_match(const struct lanes *all, const struct lanes *some, const uint32_t *rows)
{
    const struct lanes_program *p = &some->program;
    if (!same_code(&all->program, p)) {
        return false;
    }
    for (uint32_t l = 0; l < p->lanes; l++) {
        size_t of_a, of_b;
        const double *a = lanes_input(all, rows[l], &of_a), *b = lanes_input(some, l, &of_b);
        for (uint32_t i = 0; i < p->inputs; i++) {
            if (memcmp(&a[i * of_a], &b[i * of_b], sizeof *a) != 0) {
                return false;
            }
        }
        for (size_t k = 0; k < p->picks.count / p->lanes; k++) {
            if (BUF(uint32_t, &p->picks)[k * p->lanes + l] !=
                BUF(uint32_t, &all->program.picks)[k * all->program.lanes + rows[l]]) {
                return false;
            }
        }
    }
    return true;
}

void lanes_draw(const struct lanes *all, struct lanes *some, const uint32_t *rows)
{
    struct lanes_program *p = &some->program;
    for (uint32_t l = 0; l < p->lanes; l++) {
        size_t width, to_next;
        const double *from = lanes_input(all, rows[l], &width);
        double *to = lanes_input(some, l, &to_next);
        for (uint32_t i = 0; i < p->inputs; i++) {
            to[i * to_next] = from[i * width];
        }
        for (size_t k = 0; k < p->picks.count / p->lanes; k++) {
            BUF(uint32_t, &p->picks)
            [k * p->lanes + l] =
                BUF(uint32_t, &all->program.picks)[k * all->program.lanes + rows[l]];
        }
    }
    for (size_t k = 0; k < p->tiles.count; k++) {  // the last lane fills the row
        const struct tile t = BUF(struct tile, &p->tiles)[k];
        size_t width;
        double *at = lanes_input(some, t.first, &width);
        for (uint32_t i = 0; i < p->inputs && t.real < t.width; i++, at += width) {
            for (uint32_t l = t.real; l < t.width; l++) {
                at[l] = at[t.real - 1];
            }
        }
    }
}
