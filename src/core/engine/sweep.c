#include "engine/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "engine/ops_inline.h"

// Saves a run of nodes after the other: one change for those that lie close together, and one for all
// that come after a few.
struct savings {
    struct trail *trail;
    struct buf *owner;
    struct stop *stop;
    uint32_t first, end;  // the run that is still to be saved
    int runs;
};

static bool save_run(struct savings *s)
{
    return trail_save_while(s->trail, s->owner, s->first, s->end - s->first, s->stop);
}

static bool add_run(struct savings *s, uint32_t first, uint32_t end, uint32_t count)
{
    enum { CLOSE = 64, FEW = 8 };
    bool ok = true;
    if (s->first == s->end || first > s->end + CLOSE) {
        ok = save_run(s);
        s->first = first;
        s->runs++;
    }
    s->end = s->runs > FEW ? count : end;
    return ok;
}

bool sweep_save(const struct tape *t, struct trail *trail, struct buf *owner, uint8_t marks,
                uint32_t from, struct stop *stop)
{
    struct savings s = {.trail = trail, .owner = owner, .stop = stop};
    uint32_t count = tape_count(t);
    struct stretch in = {.end = trail == NULL ? count : from};
    bool ok = true;
    while (ok && s.end < count && tape_next_stretch(t, marks, count, &in)) {
        ok = add_run(&s, in.first, in.end, count);
    }
    return ok && save_run(&s);
}

bool sweep_save_in(struct trail *trail, struct buf *owner, const struct buf *stretches,
                   struct stop *stop)
{
    struct savings s = {.trail = trail, .owner = owner, .stop = stop};
    const struct stretch *in = stretches->data;
    uint32_t count = stretches->count == 0 ? 0 : in[stretches->count - 1].end;
    bool ok = true;
    for (size_t k = 0; ok && trail != NULL && k < stretches->count && s.end != count; k++) {
        ok = add_run(&s, in[k].first, in[k].end, count);
    }
    return ok && save_run(&s);
}

enum sweep_end sweep_forward(struct tape *t, struct trail *trail, struct stop *stop,
                             uint32_t *count)
{
    uint32_t end = t->any_stale ? tape_count(t) : 0, fresh = 0;
    if (end > 0 && (!sweep_save(t, trail, &t->value, MARK_STALE, 0, stop) ||
                    !sweep_save(t, trail, &t->mark, MARK_STALE, 0, stop))) {
        return sweep_unsaved(stop);
    }
    const struct node *node = t->node.data;
    double *value = t->value.data;
    uint8_t *mark = t->mark.data;
    for (uint32_t i = tape_next(t, MARK_STALE, 0, end); i < end;
         i = tape_next(t, MARK_STALE, i + 1, end)) {
        if (stop_asked(stop, fresh)) {
            return SWEEP_STOPPED;
        }
        value[i] = op_value_inline((enum op)node[i].op, value[node[i].a], value[node[i].b]);
        mark[i] &= (uint8_t)~MARK_STALE;
        fresh++;
    }
    t->any_stale = false;
    t->settled = fresh > 0 ? 0 : t->settled;
    if (count != NULL) {
        *count = fresh;
    }
    return SWEEP_DONE;
}

enum sweep_end sweep_forward_in(struct tape *t, struct trail *trail, struct stop *stop,
                                const struct buf *stretches, uint32_t *count)
{
    uint32_t fresh = 0;
    const struct stretch *in = stretches->data;
    if (!sweep_save_in(trail, &t->value, stretches, stop) ||
        !sweep_save_in(trail, &t->mark, stretches, stop)) {
        return sweep_unsaved(stop);
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
                t->settled = t->settled < i ? t->settled : i;
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

// Made anew in each pass, for what is known there; for `make coverage` once, so that a branch counts once.
#ifdef BS_COVERAGE
#define INTO_PASSES static inline
#else
#define INTO_PASSES static inline __attribute__((always_inline))
#endif

static inline bool goes_before(const struct sweep_flow *f, uint64_t leaf)
{
    if (f->held == NODE_NONE) {
        return true;
    }
    bool param = (f->marks[leaf] & MARK_PARAM) != 0;
    bool held = (f->marks[f->held] & MARK_PARAM) != 0;
    return param == held ? leaf < f->held : param;
}

// Where the gradient and the marks of a node are. `ids` (of uint32_t): `grad` and `mark` are of these nodes
// alone; NULL: of all.
static inline uint32_t place_of(const struct sweep_flow *f, const struct buf *ids, uint32_t node)
{
    return ids == NULL ? node - f->from
                       : (uint32_t)mem_search(ids->data, ids->count, sizeof(uint32_t), node);
}

INTO_PASSES void give(struct sweep_flow *f, const struct buf *ids, uint64_t operand, double share,
                      uint8_t live)
{
    uint32_t at = place_of(f, ids, (uint32_t)operand);
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

INTO_PASSES void flow_through(struct sweep_flow *f, const struct buf *ids, uint32_t i)
{
    uint32_t at = place_of(f, ids, i);
    struct node n = f->node[i];
    bool to_a = n.a >= f->from && (f->marks[n.a] & MARK_CONST) == 0;
    bool to_b =
        n.b >= f->from && (f->marks[n.b] & MARK_CONST) == 0 && op_arity_inline((enum op)n.op) == 2;
    double upstream = f->grad[at], dx = 0, dy = 0;
    uint8_t live = f->mark[at] & MARK_LIVE;
    int flat = op_flat_inline((enum op)n.op, f->value[n.a], f->value[n.b]);
    op_slopes_inline((enum op)n.op, f->value[n.a], f->value[n.b], f->value[i], to_b, &dx, &dy);
    if (to_a) {
        give(f, ids, n.a, upstream * dx, (flat & 1) != 0 ? 0 : live);
    }
    if (to_b) {
        give(f, ids, n.b, upstream * dy, (flat & 2) != 0 ? 0 : live);
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
                flow_through(f, NULL, i);
            }
            f->mark[i] &= (uint8_t) ~(MARK_REACHED | MARK_LIVE);
        }
    }
    return true;
}

static struct sweep_flow flow_from(struct tape *t, uint32_t root)
{
    struct sweep_flow f = {.node = t->node.data,
                           .value = t->value.data,
                           .marks = t->mark.data,
                           .grad = t->grad.data,
                           .mark = t->mark.data,
                           .held = NODE_NONE};
    give(&f, NULL, root, 1, MARK_LIVE);
    return f;
}

// The pass over these stretches. False: it was stopped.
static bool walk_stretches(struct tape *t, struct stop *stop, uint32_t root,
                           const struct buf *stretches, struct sweep_flow *f)
{
    *f = flow_from(t, root);
    for (size_t k = stretches->count; k-- > 0;) {
        struct stretch in = BUF(struct stretch, stretches)[k];
        tape_note_range(t, in.first, in.end, MARK_GRAD);
        if (!walk_down(f, stop, in)) {
            return false;
        }
    }
    return true;
}

enum sweep_end sweep_backward(struct tape *t, struct trail *trail, struct stop *stop, uint32_t root,
                              uint32_t *held)
{
    struct buf below;
    struct sweep_flow f;
    bool ok = sweep_near(t, root, &below) && sweep_save_in(trail, &t->grad, &below, stop) &&
              sweep_save_in(trail, &t->mark, &below, stop);
    enum sweep_end end = !ok                                         ? sweep_unsaved(stop)
                         : walk_stretches(t, stop, root, &below, &f) ? SWEEP_DONE
                                                                     : SWEEP_STOPPED;
    buf_release(&below);
    if (end == SWEEP_DONE && held != NULL) {
        *held = f.held;
    }
    return end;
}

enum sweep_end sweep_backward_in(struct tape *t, struct stop *stop, uint32_t root,
                                 const struct buf *stretches, uint32_t *held)
{
    struct sweep_flow f;
    bool done = walk_stretches(t, stop, root, stretches, &f);
    if (done && held != NULL) {
        *held = f.held;
    }
    return done ? SWEEP_DONE : SWEEP_STOPPED;
}

// Eight marks at once: compilers do not see that by themselves.
static void unmark(uint8_t *mark, uint32_t count)
{
    const uint64_t others = ~((uint64_t)0x0101010101010101 * MARK_GRAD);
    uint32_t i = 0;
    for (uint64_t eight; count - i >= sizeof eight; i += sizeof eight) {
        memcpy(&eight, mark + i, sizeof eight);
        eight &= others;
        memcpy(mark + i, &eight, sizeof eight);
    }
    for (; i < count; i++) {
        mark[i] &= (uint8_t)~MARK_GRAD;
    }
}

void sweep_clear(struct tape *t, uint32_t first, uint32_t end)
{
    if (first < end) {
        memset(BUF_FROM(double, &t->grad, first), 0, (end - first) * sizeof(double));
        unmark(BUF_FROM(uint8_t, &t->mark, first), end - first);
    }
}

enum sweep_end sweep_zero(struct tape *t, struct trail *trail)
{
    if (!sweep_save(t, trail, &t->grad, MARK_GRAD, 0, t->stop) ||
        !sweep_save(t, trail, &t->mark, MARK_GRAD, 0, t->stop)) {
        return sweep_unsaved(t->stop);
    }
    struct stretch in = {0};
    while (tape_next_stretch(t, MARK_GRAD, tape_count(t), &in)) {
        sweep_clear(t, in.first, in.end);
    }
    return SWEEP_DONE;
}

// False: it was stopped.
static inline bool walk_aside(struct sweep_flow *f, const struct buf *ids, struct stop *stop,
                              const struct adjoints *a)
{
    give(f, ids, a->root, 1, MARK_LIVE);
    for (size_t k = a->grad.count; k-- > 0;) {
        uint32_t i = adjoints_node(a, k);
        if (stop_asked(stop, i)) {
            return false;
        }
        if ((f->mark[k] & MARK_REACHED) != 0 && f->node[i].op != OP_LEAF) {
            flow_through(f, ids, i);
        }
    }
    return true;
}

enum sweep_end sweep_adjoints(const struct tape *t, struct stop *stop, uint32_t root, uint32_t from,
                              struct adjoints *out)
{
    BS_ASSERT(root < tape_count(t));
    from = from == SWEEP_NEEDED ? 0 : from;
    *out = (struct adjoints){.from = from < root ? from : root, .root = root};
    buf_init(&out->ids, sizeof(uint32_t));
    buf_init(&out->grad, sizeof(double));
    buf_init(&out->reached, sizeof(uint8_t));
    bool ok = sweep_few(t, root, out->from, &out->ids);
    size_t count = out->ids.count > 0 ? out->ids.count : root - out->from + 1;
    if (!ok || !buf_resize(&out->grad, count) || !buf_resize(&out->reached, count)) {
        return SWEEP_NO_MEMORY;
    }
    struct sweep_flow f = {.node = t->node.data,
                           .value = t->value.data,
                           .marks = t->mark.data,
                           .grad = out->grad.data,
                           .mark = out->reached.data,
                           .from = out->from,
                           .held = NODE_NONE};
    bool done =
        out->ids.count > 0 ? walk_aside(&f, &out->ids, stop, out) : walk_aside(&f, NULL, stop, out);
    return done ? SWEEP_DONE : SWEEP_STOPPED;
}

bool sweep_live(const struct tape *t, uint32_t root, struct buf *live)
{
    struct buf ids;
    buf_init(live, sizeof(uint8_t));
    if (!sweep_reach(t, root, &ids)) {
        return false;
    }
    uint8_t *at = buf_resize(live, (size_t)root + 1) ? live->data : NULL;
    for (size_t k = at == NULL ? 0 : ids.count; k-- > 0;) {
        uint32_t i = BUF(uint32_t, &ids)[k];
        struct node n = tape_node(t, i);
        at[i] |= i == root;
        if (at[i] != 0 && n.op != OP_LEAF) {
            int flat = op_flat_inline((enum op)n.op, tape_value(t, (uint32_t)n.a),
                                      tape_value(t, (uint32_t)n.b));
            at[n.a] |= (flat & 1) == 0;
            at[n.b] |= op_arity_inline((enum op)n.op) == 2 && (flat & 2) == 0;
        }
    }
    buf_release(&ids);
    return at != NULL;
}

void adjoints_release(struct adjoints *a)
{
    buf_release(&a->ids);
    buf_release(&a->grad);
    buf_release(&a->reached);
}

size_t adjoints_place(const struct adjoints *a, uint32_t id)
{
    if (id < a->from || id > a->root) {
        return SIZE_MAX;
    }
    if (a->ids.count == 0) {
        return id - a->from;
    }
    return mem_find(a->ids.data, a->ids.count, sizeof id, id);
}

bool adjoints_reach(const struct adjoints *a, uint32_t id)
{
    size_t at = adjoints_place(a, id);
    return at != SIZE_MAX && BUF(uint8_t, &a->reached)[at] != 0;
}

double adjoints_get(const struct adjoints *a, uint32_t id)
{
    return adjoints_reach(a, id) ? BUF(double, &a->grad)[adjoints_place(a, id)] : 0;
}
