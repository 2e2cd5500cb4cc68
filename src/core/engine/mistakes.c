#include "engine/mistakes.h"

#include <math.h>
#include <string.h>

#include "base/stop.h"
#include "engine/maths.h"
#include "engine/tangent.h"

enum { AT_NODE, AT_CHILD };

static const struct mistake_row rows[] = {
#define MISTAKE(ID, AT, LIKE, NAME, WHAT, ...) {NAME, WHAT, AT == AT_CHILD, MISTAKE_##LIKE},
#include "engine/mistakes.def"
};

const struct mistake_row *mistake_get(enum mistake_kind kind)
{
    BS_ASSERT(kind < MISTAKE_COUNT);
    return &rows[kind];
}

uint32_t mistake_culprit(const struct tape *t, const struct mistake *m)
{
    BS_ASSERT(m->kind < MISTAKE_COUNT && m->node != NODE_NONE);
    return rows[m->kind].at_child ? tape_operand(t, m->node, m->slot) : m->node;
}

// ---- A backward pass, edge by edge --------------------------------------------------------------

// One edge, and what the rows may know of it.
struct mistakes_edge {
    uint32_t node, child;
    int slot;
    double upstream, local;
    double held;     // by the child, so far
    double earlier;  // the child's gradient after an earlier, right pass
    bool first;      // the child's first share
    bool passes;     // does a gradient pass on this edge? (see FLAT in ops.def)
};

// A pass that stops at every edge, for someone to say what the child then holds.
struct mistakes_walk {
    const struct tape *tape;
    struct adjoints earlier, now;
    uint32_t node;  // where the walk is, and which operand comes next
    int slot;
    size_t turns;
};

// Back to the start: only root has a gradient, 1.
static void walk_rewind(struct mistakes_walk *w)
{
    uint32_t root = w->now.root;
    memset(w->now.grad.data, 0, w->now.grad.count * sizeof(double));
    memset(w->now.reached.data, 0, w->now.reached.count);
    BUF(double, &w->now.grad)[root] = 1;
    BUF(uint8_t, &w->now.reached)[root] = 1 | MARK_LIVE;
    w->node = root;
    w->slot = 0;
}

static enum sweep_end walk_init(struct mistakes_walk *w, const struct tape *t, struct stop *stop,
                                uint32_t root)
{
    *w = (struct mistakes_walk){.tape = t, .now.root = root};
    buf_init(&w->now.grad, sizeof(double));
    buf_init(&w->now.reached, sizeof(uint8_t));
    enum sweep_end end = sweep_adjoints(t, stop, root, SWEEP_NEEDED, &w->earlier);
    if (end != SWEEP_DONE) {
        return end;
    }
    size_t count = (size_t)root + 1;
    if (!buf_resize(&w->now.grad, count) || !buf_resize(&w->now.reached, count)) {
        return SWEEP_NO_MEMORY;
    }
    walk_rewind(w);
    return SWEEP_DONE;
}

static void walk_release(struct mistakes_walk *w)
{
    adjoints_release(&w->earlier);
    adjoints_release(&w->now);
}

// Goes on to an operand that receives a share. False at the end of the pass.
static bool walk_on(struct mistakes_walk *w)
{
    for (;;) {
        int arity = adjoints_reach(&w->now, w->node) ? tape_arity(w->tape, w->node) : 0;
        while (w->slot < arity && tape_constant(w->tape, w->node, w->slot)) {
            w->slot++;
        }
        if (w->slot < arity) {
            return true;
        }
        if (w->node == 0) {
            return false;
        }
        w->node--;
        w->slot = 0;
    }
}

static bool walk_next(struct mistakes_walk *w, struct mistakes_edge *e)
{
    if (!walk_on(w)) {
        return false;
    }
    uint32_t child = tape_operand(w->tape, w->node, w->slot);
    *e = (struct mistakes_edge){
        .node = w->node,
        .child = child,
        .slot = w->slot,
        .upstream = adjoints_get(&w->now, w->node),
        .local = tape_slope(w->tape, w->node, w->slot),
        .held = adjoints_get(&w->now, child),
        .earlier = adjoints_get(&w->earlier, child),
        .first = !adjoints_reach(&w->now, child),
        .passes = (BUF(uint8_t, &w->now.reached)[w->node] & MARK_LIVE) != 0 &&
                  !tape_flat(w->tape, w->node, w->slot),
    };
    w->slot++;
    return true;
}

static void walk_give(struct mistakes_walk *w, const struct mistakes_edge *e, double now)
{
    BUF(double, &w->now.grad)[e->child] = now;
    BUF(uint8_t, &w->now.reached)[e->child] |= e->passes ? 1 | MARK_LIVE : 1;
}

// ---- The rows' formulas -------------------------------------------------------------------------

static double rightly(const struct mistakes_edge *e)
{
    return e->held + (e->passes ? e->upstream * e->local : 0);
}

static bool is_function(enum op op)
{
    const struct op_row *row = op_get(op);
    return row->form == OP_CALL && row->arity == 1;
}

static bool is_gate(enum op op)
{
    return op == OP_RELU || op == OP_LEAKY_RELU || op == OP_MAX || op == OP_MIN;
}

static double other_value(const struct tape *t, const struct mistakes_edge *e)
{
    return tape_arity(t, e->node) == 2 ? tape_value(t, tape_operand(t, e->node, 1 - e->slot)) : 0;
}

// An operand of the child: the first that is not a constant. A leaf's is the leaf.
static double inner_value(const struct tape *t, uint32_t child)
{
    if (tape_arity(t, child) == 0) {
        return tape_value(t, child);
    }
    int slot = tape_arity(t, child) == 2 && tape_constant(t, child, 0) ? 1 : 0;
    return tape_value(t, tape_operand(t, child, slot));
}

// Not every row asks for these two, and they cost something: so they are looked up when asked for.
#define across tape_slope(t, e->node, 1 - e->slot)
#define local_at(x) op_slope(op, 0, x, 0, op_value(op, x, 0))

// What the child holds after the edge if the mistake is made on it; rightly, where it cannot be.
static double wrongly(const struct tape *t, enum mistake_kind kind, const struct mistakes_edge *e,
                      bool always)
{
    const enum op op = tape_op(t, e->node);
    const int slot = e->slot;
    const double own = tape_value(t, e->child), other = other_value(t, e);
    const double v = tape_value(t, e->node), inner = inner_value(t, e->child);
    const double upstream = e->upstream, local = e->local, held = e->held, earlier = e->earlier;
    const bool first = e->first, leaf = tape_op(t, e->child) == OP_LEAF;
    switch (kind) {
#define MISTAKE(ID, AT, LIKE, NAME, WHAT, WHERE, NOW)                                              \
    case MISTAKE_##ID:                                                                             \
        return (WHERE) ? NOW : rightly(e);
#include "engine/mistakes.def"
    case MISTAKE_COUNT:
        break;
    }
    return rightly(e);
}

#undef across
#undef local_at

// ---- Made ---------------------------------------------------------------------------------------

static enum sweep_end walk_with(struct mistakes_walk *w, struct stop *stop, const struct mistake *m)
{
    bool always = m->node == NODE_NONE;
    struct mistakes_edge e;
    for (size_t i = 1; walk_next(w, &e); i++) {
        if (stop_asked(stop, i)) {
            return SWEEP_STOPPED;
        }
        bool here = always || (e.node == m->node && e.slot == m->slot);
        walk_give(w, &e, here ? wrongly(w->tape, m->kind, &e, always) : rightly(&e));
    }
    return SWEEP_DONE;
}

enum sweep_end mistakes_sweep(const struct tape *t, struct stop *stop, uint32_t root,
                              const struct mistake *m, struct adjoints *out)
{
    struct mistakes_walk w;
    enum sweep_end end = walk_init(&w, t, stop, root);
    if (end == SWEEP_DONE) {
        end = walk_with(&w, stop, m);
    }
    *out = w.now;
    adjoints_release(&w.earlier);
    return end;
}

enum sweep_end mistakes_backward(struct tape *t, struct trail *trail, struct stop *stop,
                                 uint32_t root, const struct mistake *m)
{
    struct adjoints adjoints;
    enum sweep_end end = mistakes_sweep(t, stop, root, m, &adjoints);
    size_t count = (size_t)root + 1;
    if (end == SWEEP_DONE &&
        (!trail_save(trail, &t->grad, 0, count) || !trail_save(trail, &t->mark, 0, count))) {
        end = SWEEP_NO_MEMORY;
    }
    for (uint32_t id = 0; end == SWEEP_DONE && id < count; id++) {
        if (adjoints_reach(&adjoints, id)) {
            double held = tape_op(t, id) == OP_LEAF ? tape_grad(t, id) : 0;
            BUF(double, &t->grad)[id] = held + adjoints_get(&adjoints, id);
            BUF(uint8_t, &t->mark)[id] |= MARK_GRAD;
            tape_note(t, id, MARK_GRAD);
        }
    }
    adjoints_release(&adjoints);
    return end;
}

// ---- Diagnosed ----------------------------------------------------------------------------------

static bool explains(const struct given_answer *given, double x)
{
    double a = fabs(x), b = fabs(given->answer), larger = a > b ? a : b;
    return fabs(x - given->answer) <= given->absolute + given->relative * larger;
}

static void try_edge(const struct mistakes_walk *w, const struct mistakes_edge *e,
                     const struct given_answer *given, double tangent,
                     struct mistake_match matches[MISTAKE_COUNT])
{
    double right = adjoints_get(&w->earlier, given->of);
    for (enum mistake_kind kind = 0; kind < MISTAKE_COUNT; kind++) {
        // What the child holds too much goes down every path from it to `of`.
        double too_much = wrongly(w->tape, kind, e, false) - rightly(e);
        if (explains(given, right + too_much * tangent) && matches[kind].places++ == 0) {
            matches[kind].first = (struct mistake){kind, e->node, e->slot};
        }
    }
}

static enum sweep_end try_places(struct mistakes_walk *w, struct stop *stop,
                                 const struct given_answer *given,
                                 struct mistake_match matches[MISTAKE_COUNT])
{
    struct tangent tangent;
    enum sweep_end end = tangent_sweep(w->tape, stop, given->root, given->of, &tangent);
    struct mistakes_edge e;
    for (size_t i = 1; end == SWEEP_DONE && walk_next(w, &e); i++) {
        if (tangent_follows(&tangent, e.child)) {
            try_edge(w, &e, given, tangent_get(&tangent, e.child), matches);
        }
        walk_give(w, &e, rightly(&e));
        end = stop_asked(stop, i) ? SWEEP_STOPPED : SWEEP_DONE;
    }
    tangent_release(&tangent);
    return end;
}

static enum sweep_end try_everywhere(struct mistakes_walk *w, struct stop *stop,
                                     const struct given_answer *given,
                                     struct mistake_match matches[MISTAKE_COUNT])
{
    for (enum mistake_kind kind = 0; kind < MISTAKE_COUNT; kind++) {
        walk_rewind(w);
        enum sweep_end end = walk_with(w, stop, &(struct mistake){kind, NODE_NONE, 0});
        if (end != SWEEP_DONE) {
            return end;
        }
        matches[kind].always = explains(given, adjoints_get(&w->now, given->of));
    }
    return SWEEP_DONE;
}

static bool matched(const struct mistake_match *m)
{
    return m->always || m->places > 0;
}

// Of two that look the same keeps the one that is to be named.
static int keep_distinct(struct mistake_match matches[MISTAKE_COUNT])
{
    bool named_instead[MISTAKE_COUNT];
    for (enum mistake_kind kind = 0; kind < MISTAKE_COUNT; kind++) {
        named_instead[kind] = rows[kind].like != kind && matched(&matches[rows[kind].like]);
    }
    int kinds = 0;
    for (enum mistake_kind kind = 0; kind < MISTAKE_COUNT; kind++) {
        if (named_instead[kind]) {
            matches[kind] = (struct mistake_match){0};
        }
        kinds += matched(&matches[kind]);
    }
    return kinds;
}

enum sweep_end mistakes_diagnose(const struct tape *t, struct stop *stop,
                                 const struct given_answer *given,
                                 struct mistake_match matches[MISTAKE_COUNT], int *kinds)
{
    memset(matches, 0, MISTAKE_COUNT * sizeof *matches);
    *kinds = 0;
    struct mistakes_walk w;
    enum sweep_end end = walk_init(&w, t, stop, given->root);
    bool ask = end == SWEEP_DONE && adjoints_reach(&w.earlier, given->of) &&
               !explains(given, adjoints_get(&w.earlier, given->of));
    if (ask) {
        end = try_places(&w, stop, given, matches);
    }
    if (ask && end == SWEEP_DONE) {
        end = try_everywhere(&w, stop, given, matches);
    }
    if (ask && end == SWEEP_DONE) {
        *kinds = keep_distinct(matches);
    }
    walk_release(&w);
    return end;
}

// ---- Picked -------------------------------------------------------------------------------------

// Does a mistake on this edge show in the child's gradient?
static bool shows(const struct tape *t, enum mistake_kind kind, const struct mistakes_edge *e)
{
    double too_much = fabs(wrongly(t, kind, e, false) - rightly(e));
    return isfinite(too_much) && too_much > 1e-6 + 1e-3 * fabs(e->earlier);
}

// Counts for each kind the places where it shows, up to the one sought, which it puts into *m.
static enum sweep_end survey(struct mistakes_walk *w, struct stop *stop, enum mistake_kind sought,
                             uint64_t number, uint64_t counts[MISTAKE_COUNT], struct mistake *m)
{
    struct mistakes_edge e;
    memset(counts, 0, MISTAKE_COUNT * sizeof *counts);
    for (size_t i = 1; walk_next(w, &e); i++) {
        if (stop_asked(stop, i)) {
            return SWEEP_STOPPED;
        }
        for (enum mistake_kind kind = 0; kind < MISTAKE_COUNT; kind++) {
            if (shows(w->tape, kind, &e) && counts[kind]++ == number && kind == sought) {
                *m = (struct mistake){kind, e.node, e.slot};
                return SWEEP_DONE;
            }
        }
        walk_give(w, &e, rightly(&e));
    }
    return SWEEP_DONE;
}

// A kind that has places, each as likely as the others; MISTAKE_COUNT if none has.
static enum mistake_kind pick_kind(const uint64_t counts[MISTAKE_COUNT], struct rng *rng)
{
    enum mistake_kind able[MISTAKE_COUNT] = {0};
    uint64_t count = 0;
    for (enum mistake_kind kind = 0; kind < MISTAKE_COUNT; kind++) {
        if (counts[kind] > 0) {
            able[count++] = kind;
        }
    }
    return count == 0 ? MISTAKE_COUNT : able[rng_below(rng, count)];
}

enum sweep_end mistakes_pick(const struct tape *t, struct stop *stop, uint32_t root,
                             struct rng *rng, struct mistake *m)
{
    *m = (struct mistake){MISTAKE_COUNT, NODE_NONE, 0};
    uint64_t counts[MISTAKE_COUNT];
    struct mistakes_walk w;
    enum sweep_end end = walk_init(&w, t, stop, root);
    if (end == SWEEP_DONE) {
        end = survey(&w, stop, MISTAKE_COUNT, 0, counts, m);
    }
    enum mistake_kind kind = end == SWEEP_DONE ? pick_kind(counts, rng) : MISTAKE_COUNT;
    if (kind != MISTAKE_COUNT) {
        walk_rewind(&w);
        end = survey(&w, stop, kind, rng_below(rng, counts[kind]), counts, m);
    }
    walk_release(&w);
    return end;
}
