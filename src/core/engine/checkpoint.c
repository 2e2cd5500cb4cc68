#include "engine/checkpoint.h"

#include <stdlib.h>

void checkpoint_take(struct checkpoint *c, struct tape *tape, struct rng *rng)
{
    c->tape = tape;
    c->nodes = tape_count(tape);
    c->stale = tape->any_stale;
    c->rng = rng;
    c->count = 0;
    c->listed = 0;
    buf_init(&c->moved, sizeof(uint32_t));
    buf_init(&c->follows, sizeof(uint32_t));
    if (rng != NULL) {
        c->drawn = *rng;
    }
    trail_init(&c->trail);
    trail_begin(&c->trail);
}

void checkpoint_array(struct checkpoint *c, struct buf *array)
{
    BS_ASSERT(c->count < CHECKPOINT_ARRAYS);
    c->arrays[c->count++] = (struct checkpoint_length){array, array->count};
}

static bool were_moved(const struct checkpoint *c, const uint32_t *leaves, size_t n)
{
    size_t k = 0;
    while (k < n &&
           mem_find(c->moved.data, c->moved.count, sizeof *leaves, leaves[k]) != SIZE_MAX) {
        k++;
    }
    return k == n;
}

bool checkpoint_move(struct checkpoint *c, const uint32_t *leaves, const double *values, size_t n)
{
    if (c->listed == tape_count(c->tape) && were_moved(c, leaves, n)) {
        for (size_t k = 0; k < n; k++) {
            BUF(double, &c->tape->value)[leaves[k]] = values[k];
        }
        return true;
    }
    c->listed = 0;
    if (!buf_add(&c->moved, leaves, n)) {
        return false;
    }
    qsort(c->moved.data, c->moved.count, sizeof *leaves, mem_compare_numbers);
    return tape_set_values(c->tape, &c->trail, leaves, values, n);
}

// Lists all that is stale, and what followed before.
static bool list_follows(struct checkpoint *c, struct stop *stop)
{
    struct tape *t = c->tape;
    uint32_t end = tape_count(t);
    for (size_t k = 0; k < c->follows.count; k++) {
        uint32_t id = BUF(uint32_t, &c->follows)[k];
        BUF(uint8_t, &t->mark)[id] |= id < end ? MARK_STALE : 0;
    }
    c->follows.count = 0;
    bool ok = sweep_save(t, &c->trail, &t->value, MARK_STALE, 0, stop) &&
              sweep_save(t, &c->trail, &t->mark, MARK_STALE, 0, stop);
    for (uint32_t i = 0; ok && (i = tape_next(t, MARK_STALE, i, end)) < end; i++) {
        ok = !stop_asked(stop, i) && buf_add(&c->follows, &i, 1);
    }
    c->listed = ok ? end : 0;
    t->settled = 0;
    return ok;
}

enum sweep_end checkpoint_refresh(struct checkpoint *c, struct stop *stop)
{
    struct tape *t = c->tape;
    if (c->moved.count == 0) {
        return sweep_forward(t, &c->trail, stop, NULL);
    }
    if (c->listed == 0 && !list_follows(c, stop)) {
        return sweep_unsaved(stop);
    }
    const struct node *node = t->node.data;
    double *value = t->value.data;
    for (size_t k = 0; k < c->follows.count; k++) {
        uint32_t i = BUF(uint32_t, &c->follows)[k];
        if (stop_asked(stop, k)) {
            return SWEEP_STOPPED;
        }
        value[i] = op_value((enum op)node[i].op, value[node[i].a], value[node[i].b]);
        BUF(uint8_t, &t->mark)[i] &= (uint8_t)~MARK_STALE;
    }
    t->any_stale = false;
    return SWEEP_DONE;
}

// All at once: the trail then has nothing to add when other leaves are changed.
bool checkpoint_save_values(struct checkpoint *c)
{
    return trail_save(&c->trail, &c->tape->value, 0, c->nodes) &&
           trail_save(&c->trail, &c->tape->mark, 0, c->nodes);
}

enum sweep_end checkpoint_recompute(struct checkpoint *c, struct stop *stop)
{
    struct tape *t = c->tape;
    for (uint32_t i = 0; i < tape_count(t); i++) {
        if (tape_op(t, i) != OP_LEAF) {
            BUF(uint8_t, &t->mark)[i] |= MARK_STALE;
            tape_note(t, i, MARK_STALE);
        }
    }
    t->any_stale = true;
    return checkpoint_refresh(c, stop);
}

void checkpoint_cut(struct checkpoint *c)
{
    tape_cut(c->tape, c->nodes);
    c->listed = c->listed > c->nodes ? 0 : c->listed;
    for (size_t i = 0; i < c->count; i++) {
        c->arrays[i].array->count = c->arrays[i].count;
    }
}

void checkpoint_redraw(struct checkpoint *c)
{
    if (c->rng != NULL) {
        *c->rng = c->drawn;
    }
}

static void take_back(struct checkpoint *c)
{
    trail_take_back(&c->trail, 0, NULL);
    trail_release(&c->trail);
    buf_release(&c->moved);
    buf_release(&c->follows);
    c->tape->any_stale = c->stale;
    checkpoint_redraw(c);
}

void checkpoint_keep_nodes(struct checkpoint *c)
{
    struct tape *t = c->tape;
    take_back(c);
    for (uint32_t i = c->nodes; c->stale && i < tape_count(t); i++) {
        struct node n = tape_node(t, i);
        if (tape_marked(t, (uint32_t)n.a, MARK_STALE) ||
            tape_marked(t, (uint32_t)n.b, MARK_STALE)) {
            BUF(uint8_t, &t->mark)[i] |= MARK_STALE;
            tape_note(t, i, MARK_STALE);
        }
    }
}

void checkpoint_back(struct checkpoint *c)
{
    checkpoint_cut(c);
    take_back(c);
}
