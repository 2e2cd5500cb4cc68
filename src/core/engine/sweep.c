#include "engine/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "engine/ops_inline.h"
#include "base/stop.h"

// The first and one past the last stale node; false if there is none.
static bool stale_range(const struct tape *t, uint32_t *first, uint32_t *end)
{
    const uint8_t *mark = t->mark.data;
    uint32_t lo = 0, hi = t->any_stale ? tape_count(t) : 0;
    while (lo < hi && (mark[lo] & MARK_STALE) == 0) {
        lo++;
    }
    while (hi > lo && (mark[hi - 1] & MARK_STALE) == 0) {
        hi--;
    }
    *first = lo;
    *end = hi;
    return lo < hi;
}

enum sweep_end sweep_forward(struct tape *t, struct trail *trail, struct stop *stop,
                             uint32_t *count)
{
    uint32_t first, end, fresh = 0;
    if (stale_range(t, &first, &end)) {
        if (!trail_save(trail, &t->value, first, end - first) ||
            !trail_save(trail, &t->mark, first, end - first)) {
            return SWEEP_NO_MEMORY;
        }
        const struct node *node = t->node.data;
        double *value = t->value.data;
        uint8_t *mark = t->mark.data;
        for (uint32_t i = first; i < end; i++) {
            if (stop_asked(stop, i)) {
                return SWEEP_STOPPED;
            }
            if ((mark[i] & MARK_STALE) != 0) {
                value[i] = op_value_inline((enum op)node[i].op, value[node[i].a], value[node[i].b]);
                mark[i] &= (uint8_t)~MARK_STALE;
                fresh++;
            }
        }
    }
    t->any_stale = false;
    if (count != NULL) {
        *count = fresh;
    }
    return SWEEP_DONE;
}

// ---- Stretches ----------------------------------------------------------------------------------

static bool add_node(struct buf *stretches, uint32_t id)
{
    size_t n = stretches->count;
    if (n > 0 && BUF(struct stretch, stretches)[n - 1].end == id) {
        BUF(struct stretch, stretches)[n - 1].end++;
        return true;
    }
    struct stretch *at = buf_push(stretches, 1);
    if (at != NULL) {
        *at = (struct stretch){id, id + 1};
    }
    return at != NULL;
}

static bool meet(struct tape *t, struct buf *ids, uint32_t id)
{
    uint8_t *mark = BUF(uint8_t, &t->mark) + id;
    if ((*mark & MARK_REACHED) != 0) {
        return true;
    }
    uint32_t *at = buf_push(ids, 1);
    if (at == NULL) {
        return false;
    }
    *at = id;
    *mark |= MARK_REACHED;
    return true;
}

// Marks what root depends on, and lists it in the order in which it was met. *lowest is the
// smallest number among them.
static bool mark_below(struct tape *t, uint32_t root, struct buf *ids, uint32_t *lowest)
{
    bool ok = meet(t, ids, root);
    *lowest = root;
    for (size_t k = 0; k < ids->count && ok; k++) {
        uint32_t id = BUF(uint32_t, ids)[k];
        struct node n = tape_node(t, id);
        *lowest = id < *lowest ? id : *lowest;
        ok = meet(t, ids, (uint32_t)n.b) && meet(t, ids, (uint32_t)n.a);
    }
    return ok;
}

static int compare_ids(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

// Down to where so many nodes in a row are not marked, looking is cheaper than sorting.
static uint32_t dense_from(const uint8_t *mark, uint32_t lowest, uint32_t root)
{
    enum { PATIENCE = 256 };
    uint32_t gap = 0, i = root + 1;
    while (i > lowest && gap < PATIENCE) {
        i--;
        gap = (mark[i] & MARK_REACHED) != 0 ? 0 : gap + 1;
    }
    return i;
}

// The listed ids below `end`, in ascending order.
static bool add_sorted(struct buf *ids, uint32_t end, struct buf *out)
{
    uint32_t *id = ids->data;
    size_t count = 0;
    for (size_t k = 0; k < ids->count; k++) {
        if (id[k] < end) {
            uint32_t held = id[count];
            id[count++] = id[k];
            id[k] = held;
        }
    }
    if (count > 1) {
        qsort(id, count, sizeof *id, compare_ids);
    }
    bool ok = true;
    for (size_t k = 0; k < count && ok; k++) {
        ok = add_node(out, id[k]);
    }
    return ok;
}

bool sweep_stretches(struct tape *t, uint32_t root, struct buf *out)
{
    struct buf ids;
    uint32_t lowest = root;
    buf_init(&ids, sizeof(uint32_t));
    buf_init(out, sizeof(struct stretch));
    bool ok = mark_below(t, root, &ids, &lowest);
    uint8_t *mark = t->mark.data;
    uint32_t dense = dense_from(mark, lowest, root);
    ok = ok && add_sorted(&ids, dense, out);
    for (uint32_t i = dense; i <= root && ok; i++) {
        ok = (mark[i] & MARK_REACHED) == 0 || add_node(out, i);
    }
    for (size_t k = 0; k < ids.count; k++) {
        mark[BUF(uint32_t, &ids)[k]] &= (uint8_t)~MARK_REACHED;
    }
    buf_release(&ids);
    return ok;
}

enum sweep_end sweep_forward_in(struct tape *t, struct trail *trail, struct stop *stop,
                                const struct buf *stretches, uint32_t *count)
{
    uint32_t fresh = 0;
    const struct stretch *in = stretches->data;
    uint32_t first = in[0].first, end = in[stretches->count - 1].end;
    if (!trail_save(trail, &t->value, first, end - first) ||
        !trail_save(trail, &t->mark, first, end - first)) {
        return SWEEP_NO_MEMORY;
    }
    const struct node *node = t->node.data;
    double *value = t->value.data;
    uint8_t *mark = t->mark.data;
    for (size_t k = 0; k < stretches->count; k++) {
        for (uint32_t i = in[k].first; i < in[k].end; i++) {
            if (stop_asked(stop, i)) {
                return SWEEP_STOPPED;
            }
            if ((mark[i] & MARK_STALE) != 0) {
                value[i] = op_value_inline((enum op)node[i].op, value[node[i].a], value[node[i].b]);
                mark[i] &= (uint8_t)~MARK_STALE;
                fresh++;
            }
        }
    }
    if (count != NULL) {
        *count = fresh;
    }
    return SWEEP_DONE;
}

// ---- Backward -----------------------------------------------------------------------------------

// What both backward sweeps do at node i: hand upstream × local gradient to each operand that is
// not a constant. `grad` and `mark` are indexed by node id less `from`; operands below `from` are
// left out. A first share replaces what an interior node held from an earlier pass.
//
// Where an operation is flat no gradient passes, and none passes further down that way: such shares
// are 0, not upstream × 0, which is nan where something above is infinite, nor 0 × local, which is
// nan where something below is. A node that gets only such shares is reached, but not live.
struct sweep_flow {
    const struct node *node;
    const double *value;
    const uint8_t *marks;  // the tape's, for MARK_CONST
    double *grad;
    uint8_t *mark;  // MARK_REACHED, MARK_GRAD, MARK_LIVE
    uint32_t from;
    uint32_t held;  // the lowest leaf that held a gradient when its first share came, parameters
                    // before others
};

static inline bool goes_before(const struct sweep_flow *f, uint64_t leaf)
{
    if (f->held == NODE_NONE) {
        return true;
    }
    bool param = (f->marks[leaf] & MARK_PARAM) != 0;
    bool held = (f->marks[f->held] & MARK_PARAM) != 0;
    return param == held ? leaf < f->held : param;
}

static inline void give(struct sweep_flow *f, uint64_t operand, double share, uint8_t live)
{
    uint32_t at = (uint32_t)operand - f->from;
    if ((f->mark[at] & MARK_REACHED) == 0) {
        f->mark[at] |= MARK_REACHED | MARK_GRAD;
        if (f->node[operand].op != OP_LEAF) {
            f->grad[at] = 0;
        } else if (f->grad[at] != 0 && goes_before(f, operand)) {
            f->held = (uint32_t)operand;
        }
    }
    f->mark[at] |= live;
    f->grad[at] += live != 0 ? share : 0;
}

static inline void flow_through(struct sweep_flow *f, uint32_t i)
{
    struct node n = f->node[i];
    bool to_a = n.a >= f->from && (f->marks[n.a] & MARK_CONST) == 0;
    bool to_b =
        n.b >= f->from && (f->marks[n.b] & MARK_CONST) == 0 && op_arity_inline((enum op)n.op) == 2;
    double upstream = f->grad[i - f->from], dx = 0, dy = 0;
    uint8_t live = f->mark[i - f->from] & MARK_LIVE;
    int flat = op_flat_inline((enum op)n.op, f->value[n.a], f->value[n.b]);
    op_slopes_inline((enum op)n.op, f->value[n.a], f->value[n.b], f->value[i], to_b, &dx, &dy);
    if (to_a) {
        give(f, n.a, upstream * dx, (flat & 1) != 0 ? 0 : live);
    }
    if (to_b) {
        give(f, n.b, upstream * dy, (flat & 2) != 0 ? 0 : live);
    }
}

// The scratch marks of a pass that ends at node i.
static void forget_reached(struct sweep_flow *f, uint32_t i)
{
    for (uint32_t k = 0; k <= i; k++) {
        f->mark[k] &= (uint8_t) ~(MARK_REACHED | MARK_LIVE);
    }
}

// Down from end - 1 to first. False: it was stopped.
static bool walk_down(struct sweep_flow *f, struct stop *stop, struct stretch in)
{
    for (uint32_t i = in.end; i-- > in.first;) {
        if (stop_asked(stop, i)) {
            forget_reached(f, i);
            return false;
        }
        if ((f->mark[i] & MARK_REACHED) != 0) {
            if (f->node[i].op != OP_LEAF) {
                flow_through(f, i);
            }
            f->mark[i] &= (uint8_t) ~(MARK_REACHED | MARK_LIVE);
        }
    }
    return true;
}

static struct sweep_flow flow_from(struct tape *t, uint32_t root)
{
    struct sweep_flow f = {t->node.data, t->value.data, t->mark.data, t->grad.data, t->mark.data, 0,
                           NODE_NONE};
    give(&f, root, 1, MARK_LIVE);
    return f;
}

enum sweep_end sweep_backward(struct tape *t, struct trail *trail, struct stop *stop,
                              uint32_t root, uint32_t *held)
{
    if (!trail_save(trail, &t->grad, 0, root + 1) || !trail_save(trail, &t->mark, 0, root + 1)) {
        return SWEEP_NO_MEMORY;
    }
    struct sweep_flow f = flow_from(t, root);
    if (!walk_down(&f, stop, (struct stretch){0, root + 1})) {
        return SWEEP_STOPPED;
    }
    if (held != NULL) {
        *held = f.held;
    }
    return SWEEP_DONE;
}

enum sweep_end sweep_backward_in(struct tape *t, struct stop *stop, uint32_t root,
                                 const struct buf *stretches)
{
    struct sweep_flow f = flow_from(t, root);
    for (size_t k = stretches->count; k-- > 0;) {
        if (!walk_down(&f, stop, BUF(struct stretch, stretches)[k])) {
            return SWEEP_STOPPED;
        }
    }
    return SWEEP_DONE;
}

void sweep_clear(struct tape *t, uint32_t first, uint32_t end)
{
    uint8_t *mark = t->mark.data;
    if (first < end) {
        memset(BUF(double, &t->grad) + first, 0, (end - first) * sizeof(double));
    }
    for (uint32_t i = first; i < end; i++) {
        mark[i] &= (uint8_t)~MARK_GRAD;
    }
}

enum sweep_end sweep_zero(struct tape *t, struct trail *trail)
{
    uint32_t count = tape_count(t);
    if (!trail_save(trail, &t->grad, 0, count) || !trail_save(trail, &t->mark, 0, count)) {
        return SWEEP_NO_MEMORY;
    }
    sweep_clear(t, 0, count);
    return SWEEP_DONE;
}

enum sweep_end sweep_adjoints(const struct tape *t, struct stop *stop, uint32_t root,
                              uint32_t from, struct adjoints *out)
{
    BS_ASSERT(root < tape_count(t));
    *out = (struct adjoints){.from = from < root ? from : root, .root = root};
    buf_init(&out->grad, sizeof(double));
    buf_init(&out->reached, sizeof(uint8_t));
    size_t count = root - out->from + 1;
    if (!buf_resize(&out->grad, count) || !buf_resize(&out->reached, count)) {
        return SWEEP_NO_MEMORY;
    }
    struct sweep_flow f = {t->node.data,      t->value.data, t->mark.data, out->grad.data,
                           out->reached.data, out->from,     NODE_NONE};
    give(&f, root, 1, MARK_LIVE);
    for (uint32_t i = root + 1; i-- > out->from;) {
        if (stop_asked(stop, i)) {
            return SWEEP_STOPPED;
        }
        if ((f.mark[i - f.from] & MARK_REACHED) != 0 && f.node[i].op != OP_LEAF) {
            flow_through(&f, i);
        }
    }
    return SWEEP_DONE;
}

bool sweep_live(const struct tape *t, uint32_t root, struct buf *live)
{
    buf_init(live, sizeof(uint8_t));
    if (!buf_resize(live, (size_t)root + 1)) {
        return false;
    }
    uint8_t *at = live->data;
    at[root] = 1;
    for (uint32_t i = root + 1; i-- > 0;) {
        struct node n = tape_node(t, i);
        if (at[i] != 0 && n.op != OP_LEAF) {
            int flat = op_flat_inline((enum op)n.op, tape_value(t, (uint32_t)n.a),
                                      tape_value(t, (uint32_t)n.b));
            at[n.a] |= (flat & 1) == 0;
            at[n.b] |= op_arity_inline((enum op)n.op) == 2 && (flat & 2) == 0;
        }
    }
    return true;
}

void adjoints_release(struct adjoints *a)
{
    buf_release(&a->grad);
    buf_release(&a->reached);
}

bool adjoints_reach(const struct adjoints *a, uint32_t id)
{
    return id >= a->from && id <= a->root && BUF(uint8_t, &a->reached)[id - a->from] != 0;
}

double adjoints_get(const struct adjoints *a, uint32_t id)
{
    return adjoints_reach(a, id) ? BUF(double, &a->grad)[id - a->from] : 0;
}

static bool mark_reach(const struct tape *t, uint32_t root, struct buf *below)
{
    buf_init(below, 1);
    if (!buf_resize(below, (size_t)root + 1)) {
        return false;
    }
    const struct node *node = t->node.data;
    uint8_t *mark = below->data;
    mark[root] = 1;
    for (uint32_t i = root + 1; i-- > 0;) {
        if (mark[i] != 0) {
            mark[node[i].a] = mark[node[i].b] = 1;
        }
    }
    return true;
}

bool sweep_reach(const struct tape *t, uint32_t root, struct buf *ids)
{
    buf_init(ids, sizeof(uint32_t));
    struct buf below;
    bool ok = mark_reach(t, root, &below);
    const uint8_t *mark = below.data;
    size_t count = 0;
    for (uint32_t i = 0; ok && i <= root; i++) {
        count += mark[i];
    }
    ok = ok && buf_resize(ids, count);
    for (uint32_t i = 0, k = 0; ok && i <= root; i++) {
        if (mark[i] != 0) {
            BUF(uint32_t, ids)[k++] = i;
        }
    }
    buf_release(&below);
    return ok;
}
