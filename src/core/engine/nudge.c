#include "engine/nudge.h"

#include "base/stop.h"

// SIZE_MAX: root does not depend on the node.
static size_t place_of(const struct nudge *n, uint32_t id)
{
    return mem_find(n->under.data, n->under.count, sizeof id, id);
}

// Where the operands of each node are: searched for, or where there are many looked up in a list of all
// nodes. False if out of memory, or if the tape's stop was asked.
static bool find_operands(struct nudge *n)
{
    enum { FEW = 32 };  // times as many on the tape: then it is quicker to search
    const uint32_t *under = n->under.data;
    size_t count = n->under.count;
    bool searches = n->root / FEW > count;
    struct nudge_operands *operands = buf_push(&n->operands, count);
    struct buf places;
    buf_init(&places, sizeof(uint32_t));
    uint32_t *place = searches ? NULL : buf_push(&places, (size_t)n->root + 1);
    bool ok = operands != NULL && (searches || place != NULL);
    for (size_t k = 0; ok && k < count; k++) {
        ok = !stop_asked(n->tape->stop, k);
        struct node at = tape_node(n->tape, under[k]);
        if (searches) {
            operands[k] = (struct nudge_operands){(uint32_t)place_of(n, (uint32_t)at.a),
                                                  (uint32_t)place_of(n, (uint32_t)at.b)};
        } else {
            place[under[k]] = (uint32_t)k;
            operands[k] = (struct nudge_operands){place[at.a], place[at.b]};
        }
    }
    buf_release(&places);
    return ok;
}

enum sweep_end nudge_init(struct nudge *n, const struct tape *t, uint32_t root)
{
    *n = (struct nudge){.tape = t, .root = root, .node = NODE_NONE};
    buf_init(&n->operands, sizeof(struct nudge_operands));
    buf_init(&n->value, sizeof(double));
    buf_init(&n->moved, sizeof(uint8_t));
    buf_init(&n->follows, sizeof(uint32_t));
    bool ok = sweep_reach(t, root, &n->under) && find_operands(n) &&
              buf_resize(&n->moved, n->under.count) && buf_resize(&n->value, n->under.count);
    for (size_t k = 0; ok && k < n->under.count; k++) {
        BUF(double, &n->value)[k] = tape_value(t, BUF(uint32_t, &n->under)[k]);
    }
    return ok ? SWEEP_DONE : stop_is_asked(t->stop) ? SWEEP_STOPPED : SWEEP_NO_MEMORY;
}

void nudge_release(struct nudge *n)
{
    buf_release(&n->under);
    buf_release(&n->operands);
    buf_release(&n->value);
    buf_release(&n->moved);
    buf_release(&n->follows);
}

static void restore(struct nudge *n, size_t place)
{
    BUF(double, &n->value)[place] = tape_value(n->tape, BUF(uint32_t, &n->under)[place]);
    BUF(uint8_t, &n->moved)[place] = 0;
}

static void put_back(struct nudge *n)
{
    size_t place = n->node == NODE_NONE ? SIZE_MAX : place_of(n, n->node);
    if (place != SIZE_MAX) {
        restore(n, place);
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
    const struct nudge_operands *operands = n->operands.data;
    size_t place = place_of(n, node);
    n->node = node;
    if (place != SIZE_MAX) {
        moved[place] = 1;
    }
    n->work += n->under.count;
    for (size_t i = 0; i < n->under.count; i++) {
        if (stop_asked(stop, i)) {
            return SWEEP_STOPPED;
        }
        enum op op = tape_op(n->tape, BUF(uint32_t, &n->under)[i]);
        // What is detached is a constant to its users.
        if (i != place && op != OP_LEAF && op != OP_DETACH &&
            (moved[operands[i].a] | moved[operands[i].b]) != 0) {
            uint32_t *follower = buf_push(&n->follows, 1);
            if (follower == NULL) {
                return SWEEP_NO_MEMORY;
            }
            *follower = (uint32_t)i;
            moved[i] = 1;
        }
    }
    return SWEEP_DONE;
}

enum sweep_end nudge_to(struct nudge *n, struct stop *stop, double value, double *root_value)
{
    BS_ASSERT(n->node != NODE_NONE);
    double *values = n->value.data;
    size_t place = place_of(n, n->node);
    if (place != SIZE_MAX) {
        values[place] = value;
    }
    n->work += n->follows.count;
    for (size_t i = 0; i < n->follows.count; i++) {
        if (stop_asked(stop, i)) {
            return SWEEP_STOPPED;
        }
        uint32_t at = BUF(uint32_t, &n->follows)[i];
        struct nudge_operands of = BUF(struct nudge_operands, &n->operands)[at];
        values[at] =
            op_value(tape_op(n->tape, BUF(uint32_t, &n->under)[at]), values[of.a], values[of.b]);
    }
    *root_value = values[n->under.count - 1];
    return SWEEP_DONE;
}

double nudge_value(const struct nudge *n, uint32_t id)
{
    size_t place = place_of(n, id);
    return place == SIZE_MAX ? tape_value(n->tape, id) : BUF(double, &n->value)[place];
}

bool nudge_moved(const struct nudge *n, uint32_t id)
{
    size_t place = place_of(n, id);
    return place != SIZE_MAX && BUF(uint8_t, &n->moved)[place] != 0;
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
