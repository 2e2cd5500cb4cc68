#include "engine/nudge.h"

#include <string.h>

#include "base/stop.h"

enum sweep_end nudge_init(struct nudge *n, const struct tape *t, uint32_t root)
{
    *n = (struct nudge){.tape = t, .root = root, .node = NODE_NONE};
    buf_init(&n->value, sizeof(double));
    buf_init(&n->moved, sizeof(uint8_t));
    buf_init(&n->follows, sizeof(uint32_t));
    size_t count = (size_t)root + 1;
    double *values = NULL;
    if (!sweep_reach(t, root, &n->under) || !buf_resize(&n->moved, count) ||
        (values = buf_push(&n->value, count)) == NULL) {
        return SWEEP_NO_MEMORY;
    }
    memcpy(values, t->value.data, count * sizeof *values);
    return SWEEP_DONE;
}

void nudge_release(struct nudge *n)
{
    buf_release(&n->value);
    buf_release(&n->moved);
    buf_release(&n->under);
    buf_release(&n->follows);
}

static void restore(struct nudge *n, uint32_t id)
{
    BUF(double, &n->value)[id] = tape_value(n->tape, id);
    BUF(uint8_t, &n->moved)[id] = 0;
}

static void put_back(struct nudge *n)
{
    if (n->node != NODE_NONE) {
        restore(n, n->node);
    }
    for (size_t i = 0; i < n->follows.count; i++) {
        restore(n, BUF(uint32_t, &n->follows)[i]);
    }
    n->follows.count = 0;
    n->node = NODE_NONE;
}

enum sweep_end nudge_take(struct nudge *n, struct stop *stop, uint32_t node)
{
    BS_ASSERT(node <= n->root);
    put_back(n);
    uint8_t *moved = n->moved.data;
    n->node = node;
    moved[node] = 1;
    n->work += n->under.count;
    for (size_t i = 0; i < n->under.count; i++) {
        if (stop_asked(stop, i)) {
            return SWEEP_STOPPED;
        }
        uint32_t id = BUF(uint32_t, &n->under)[i];
        struct node at = tape_node(n->tape, id);
        // What is detached is a constant to its users.
        if (id > node && at.op != OP_LEAF && at.op != OP_DETACH &&
            (moved[at.a] | moved[at.b]) != 0) {
            uint32_t *follower = buf_push(&n->follows, 1);
            if (follower == NULL) {
                return SWEEP_NO_MEMORY;
            }
            *follower = id;
            moved[id] = 1;
        }
    }
    return SWEEP_DONE;
}

enum sweep_end nudge_to(struct nudge *n, struct stop *stop, double value, double *root_value)
{
    BS_ASSERT(n->node != NODE_NONE);
    double *values = n->value.data;
    values[n->node] = value;
    n->work += n->follows.count;
    for (size_t i = 0; i < n->follows.count; i++) {
        if (stop_asked(stop, i)) {
            return SWEEP_STOPPED;
        }
        uint32_t id = BUF(uint32_t, &n->follows)[i];
        struct node at = tape_node(n->tape, id);
        values[id] = op_value((enum op)at.op, values[at.a], values[at.b]);
    }
    *root_value = values[n->root];
    return SWEEP_DONE;
}

static enum sweep_end move(const struct tape *t, struct stop *stop, uint32_t root, uint32_t node,
                           double h, double *after)
{
    struct nudge n;
    enum sweep_end end = nudge_init(&n, t, root);
    if (end == SWEEP_DONE) {
        end = nudge_take(&n, stop, node);
    }
    if (end == SWEEP_DONE) {
        end = nudge_to(&n, stop, tape_value(t, node) + h, after);
    }
    nudge_release(&n);
    return end;
}

enum sweep_end nudge_once(const struct tape *t, struct stop *stop, uint32_t root, uint32_t node,
                          double h, struct nudged *out)
{
    double before = tape_value(t, root);
    *out = (struct nudged){.before = before, .after = before};
    // Root cannot depend on what came after it.
    if (node > root) {
        return SWEEP_DONE;
    }
    struct adjoints adjoints;
    enum sweep_end end = sweep_adjoints(t, stop, root, node, &adjoints);
    if (end == SWEEP_DONE) {
        out->gradient = adjoints_get(&adjoints, node);
        end = move(t, stop, root, node, h, &out->after);
    }
    adjoints_release(&adjoints);
    out->predicted = out->gradient * h;
    out->actual = out->after - out->before;
    return end;
}
