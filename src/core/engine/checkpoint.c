#include "engine/checkpoint.h"

void checkpoint_take(struct checkpoint *c, struct tape *tape, struct rng *rng)
{
    c->tape = tape;
    c->nodes = tape_count(tape);
    c->stale = tape->any_stale;
    c->rng = rng;
    c->count = 0;
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

enum sweep_end checkpoint_refresh(struct checkpoint *c, struct stop *stop)
{
    return sweep_forward(c->tape, &c->trail, stop, NULL);
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
