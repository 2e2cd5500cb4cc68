#include "engine/grow.h"

#include <math.h>
#include <string.h>

#include "engine/grow_parts.h"
#include "engine/grow_rule.h"

enum { RULES = 4 };  // of an operation: its derivatives in x and y, where it is flat in x and y

// What is known of each node from the lowest `of` up to root: a gradient can pass from it to an
// `of`; root depends on it.
enum { PASSES = 1, BELOW = 2 };

struct grow_found {
    struct grow_term adjoint;  // what has come to the node so far
    struct grow_term live;     // 1 where a gradient reaches it (see sweep.c)
    uint8_t known;
};

struct growing {
    struct grow_nodes nodes;
    struct tape *t;
    struct stop *stop;
    uint32_t root, from, start;  // the lowest `of`; nodes from `start` on are made here
    struct buf ids;              // uint32_t: the nodes that root depends on, lowest first
    struct buf
        found;  // struct grow_found by node less `from`: one table, large enough to come as fresh zeros
    struct arena memory;
    struct grow_rule *rules[OP_COUNT][RULES];
};

// ---- Formulas of ops.def ------------------------------------------------------------------------

// A formula at the operands of a node. `assumed` is a condition under which alone it is used: it
// counts as 1, and its opposite as 0.
struct grow_setting {
    struct grow_nodes *g;
    const struct grow_rule *rule;
    struct grow_term x, y, v, assumed;
    enum op op;
};

static struct grow_term as_assumed(const struct grow_setting *s, struct grow_term x)
{
    return terms_same(x, s->assumed) ? term_of_number(1) : x;
}

static struct grow_term at_step(const struct grow_setting *s, uint8_t step);

static struct grow_term choose(const struct grow_setting *s, const struct grow_step *step)
{
    struct grow_nodes *g = s->g;
    if (op_has_forms(s->op)) {
        double now = grow_rule_value(s->rule, step->a, grow_value(g, s->x), grow_value(g, s->y),
                                     grow_value(g, s->v));
        return at_step(s, now != 0 ? step->b : step->c);
    }
    struct grow_term c = at_step(s, step->a);
    struct grow_term other = as_assumed(s, grow_opposite(g, c));
    if (c.kind == TERM_NUMBER || other.kind == TERM_NUMBER) {
        bool holds = c.kind == TERM_NUMBER ? c.number != 0 : other.number == 0;
        return at_step(s, holds ? step->b : step->c);
    }
    return grow_apply(g, OP_ADD, grow_when(g, c, at_step(s, step->b)),
                      grow_when(g, other, at_step(s, step->c)));
}

static struct grow_term at_step(const struct grow_setting *s, uint8_t i)
{
    const struct grow_step *step = &s->rule->step[i];
    switch ((enum grow_kind)step->kind) {
    case GROW_NUMBER:
        return term_of_number(step->number);
    case GROW_X:
        return s->x;
    case GROW_Y:
        return s->y;
    case GROW_V:
        return s->v;
    case GROW_APPLY: {
        struct grow_term a = at_step(s, step->a), b = step->b == step->a ? a : at_step(s, step->b);
        return as_assumed(s, grow_apply(s->g, (enum op)step->op, a, b));
    }
    case GROW_NOT:
        return as_assumed(s, grow_opposite(s->g, at_step(s, step->a)));
    case GROW_AND:
        return as_assumed(s, grow_both(s->g, at_step(s, step->a), at_step(s, step->b)));
    case GROW_OR:
        return as_assumed(s, grow_either(s->g, at_step(s, step->a), at_step(s, step->b)));
    case GROW_IF:
        return choose(s, step);
    }
    return term_of_number(0);
}

enum { IN_X, IN_Y, FLAT_IN_X, FLAT_IN_Y };

// One of an operation's rules; NULL if out of memory.
static const struct grow_rule *rule_of(struct growing *g, enum op op, int which)
{
    struct grow_rule **rule = &g->rules[op][which];
    if (*rule == NULL) {
        *rule = arena_alloc(&g->memory, sizeof **rule);
        g->nodes.failed |= *rule == NULL;
        if (*rule != NULL) {
            grow_rule_read(*rule, which < FLAT_IN_X ? op_get(op)->slope[which]
                                                    : op_flat_text(op, which - FLAT_IN_X));
        }
    }
    return *rule;
}

// ---- The sweep ----------------------------------------------------------------------------------

// A constant leaf counts as its number.
static struct grow_term operand_term(const struct growing *g, uint32_t id)
{
    return tape_marked(g->t, id, MARK_CONST) ? term_of_number(tape_value(g->t, id))
                                             : term_of_node(id);
}

static struct grow_found *found_at(const struct growing *g, uint32_t id)
{
    return &BUF(struct grow_found, &g->found)[id - g->from];
}

static bool is(const struct growing *g, uint32_t id, uint8_t what)
{
    return id >= g->from && id <= g->root && !tape_marked(g->t, id, MARK_CONST) &&
           (found_at(g, id)->known & what) != 0;
}

// Can a gradient pass from node i to this operand of it?
static bool passes_to(const struct growing *g, uint32_t i, int slot)
{
    return is(g, tape_operand(g->t, i, slot), PASSES) &&
           strcmp(op_flat_text(tape_op(g->t, i), slot), "1") != 0;
}

static void find_dependence(struct growing *g, const uint32_t *of, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        if (of[k] <= g->root) {
            found_at(g, of[k])->known = PASSES;
        }
    }
    for (size_t k = 0; k < g->ids.count && !stop_asked(g->stop, k); k++) {
        uint32_t i = BUF(uint32_t, &g->ids)[k];
        for (int slot = 0; i >= g->from && slot < tape_arity(g->t, i); slot++) {
            found_at(g, i)->known |= passes_to(g, i, slot) ? PASSES : 0;
        }
    }
}

// The nodes that root depends on are marked, and kept to be found again.
static void keep_what_is_there(struct growing *g)
{
    for (size_t k = 0; !g->nodes.failed && k < g->ids.count && !stop_asked_by(g->stop, k, 8); k++) {
        uint32_t id = BUF(uint32_t, &g->ids)[k];
        if (id >= g->from) {
            found_at(g, id)->known |= BELOW;
        }
        if (tape_op(g->t, id) != OP_LEAF || tape_marked(g->t, id, MARK_CONST)) {
            grow_keep(&g->nodes, id);
        }
    }
}

static struct grow_term *adjoint_at(struct growing *g, uint32_t id)
{
    return &found_at(g, id)->adjoint;
}

static struct grow_term *live_at(struct growing *g, uint32_t id)
{
    return &found_at(g, id)->live;
}

static void give(struct growing *g, uint32_t operand, struct grow_term share, struct grow_term live)
{
    struct grow_term *sum = adjoint_at(g, operand), *any = live_at(g, operand);
    *sum = sum->kind == TERM_NONE ? share : grow_apply(&g->nodes, OP_ADD, *sum, share);
    *any = any->kind == TERM_NONE ? live : grow_either(&g->nodes, *any, live);
}

// May 0 times this slope be something else than 0?
static bool may_be_infinite(const struct growing *g, enum op op, struct grow_term slope)
{
    return slope.kind == TERM_NODE &&
           (strcmp(op_get(op)->where, "1") != 0 || !isfinite(grow_value(&g->nodes, slope)));
}

// Hands upstream × local gradient to one operand of node i.
static void pass(struct growing *g, uint32_t i, int slot)
{
    struct node n = tape_node(g->t, i);
    enum op op = (enum op)n.op;
    const struct grow_rule *flat = rule_of(g, op, FLAT_IN_X + slot);
    const struct grow_rule *rule = rule_of(g, op, IN_X + slot);
    if (g->nodes.failed) {
        return;
    }
    struct grow_setting s = {.g = &g->nodes,
                             .rule = flat,
                             .x = operand_term(g, (uint32_t)n.a),
                             .y = operand_term(g, (uint32_t)n.b),
                             .v = term_of_node(i),
                             .op = op};
    struct grow_term open = grow_opposite(&g->nodes, at_step(&s, (uint8_t)(flat->count - 1)));
    if (term_is(open, 0)) {
        return;
    }
    struct grow_term live = grow_both(&g->nodes, *live_at(g, i), open);
    s.rule = rule;
    s.assumed = open;
    struct grow_term slope = at_step(&s, (uint8_t)(rule->count - 1));
    struct grow_term share = grow_product(&g->nodes, *adjoint_at(g, i), slope);
    share = grow_when(&g->nodes, may_be_infinite(g, op, slope) ? live : open, share);
    give(g, slot == 0 ? (uint32_t)n.a : (uint32_t)n.b, share, live);
}

static bool sweep(struct growing *g)
{
    *adjoint_at(g, g->root) = *live_at(g, g->root) = term_of_number(1);
    for (size_t k = g->ids.count; k-- > 0 && !g->nodes.failed;) {
        uint32_t i = BUF(uint32_t, &g->ids)[k];
        if (i < g->from) {
            break;
        }
        if (stop_asked_by(g->stop, k, 8)) {
            return false;
        }
        bool reached = adjoint_at(g, i)->kind != TERM_NONE;
        for (int slot = 0; reached && slot < tape_arity(g->t, i); slot++) {
            if (passes_to(g, i, slot)) {
                pass(g, i, slot);
            }
        }
    }
    return !g->nodes.failed;
}

// ---- The end ------------------------------------------------------------------------------------

static void mark_needed(const struct growing *g, uint8_t *needed, const uint32_t *of, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        struct grow_term x = of[k] <= g->root ? found_at(g, of[k])->adjoint : term_of_number(0);
        if (x.kind == TERM_NODE && x.node >= g->start) {
            needed[x.node - g->start] = 1;
        }
    }
    for (uint32_t i = tape_count(g->t); i-- > g->start && !stop_asked(g->stop, i);) {
        struct node n = tape_node(g->t, i);
        if (needed[i - g->start] != 0 && n.op != OP_LEAF) {
            if (n.a >= g->start) {
                needed[n.a - g->start] = 1;
            }
            if (n.b >= g->start) {
                needed[n.b - g->start] = 1;
            }
        }
    }
}

static uint32_t moved(const struct growing *g, const uint32_t *to, uint64_t id)
{
    return id < g->start ? (uint32_t)id : to[id - g->start];
}

// Takes out the nodes that no derivative asked for needs. to[i] is the new number of node start + i,
// NODE_NONE if it went. False: there was no memory, or it was stopped; the new nodes are to go then.
static bool trim(struct growing *g, const uint32_t *of, size_t count, struct buf *to)
{
    struct tape *t = g->t;
    struct buf needed;
    uint32_t end = tape_count(t), next = g->start;
    buf_init(&needed, sizeof(uint8_t));
    buf_init(to, sizeof(uint32_t));
    bool ok = buf_resize(&needed, end - g->start) && buf_resize(to, end - g->start);
    if (ok) {
        mark_needed(g, needed.data, of, count);
        ok = !stop_is_asked(g->stop);
    }
    for (uint32_t i = g->start; ok && i < end; i++) {
        struct node n = tape_node(t, i);
        if (stop_asked(g->stop, i)) {
            ok = false;
            break;
        }
        uint32_t *place = BUF_FROM(uint32_t, to, i - g->start);
        *place = BUF(uint8_t, &needed)[i - g->start] != 0 ? next : NODE_NONE;
        if (*place == NODE_NONE) {
            continue;
        }
        n.a = n.op == OP_LEAF ? next & TAPE_MOST : moved(g, to->data, n.a) & TAPE_MOST;
        n.b = n.op == OP_LEAF ? next & TAPE_MOST : moved(g, to->data, n.b) & TAPE_MOST;
        BUF(struct node, &t->node)[next] = n;
        BUF(double, &t->value)[next] = tape_value(t, i);
        BUF(uint8_t, &t->mark)[next] = BUF(uint8_t, &t->mark)[i];
        tape_note(t, next, BUF(uint8_t, &t->mark)[i]);
        if (n.op != OP_LEAF) {
            tape_note_use(t, next, (uint32_t)n.a, (uint32_t)n.b);
        }
        next++;
    }
    if (ok) {
        tape_cut(t, next);
    }
    buf_release(&needed);
    return ok;
}

static bool report_rows(struct growing *g, const uint32_t *to, struct buf *rows)
{
    for (size_t k = g->ids.count - 1; k-- > 0 && BUF(uint32_t, &g->ids)[k] >= g->from;) {
        uint32_t i = BUF(uint32_t, &g->ids)[k];
        struct grow_term x = *adjoint_at(g, i);
        bool new = x.kind == TERM_NODE &&x.node >= g->start;
        uint32_t node = new ? moved(g, to, x.node) : NODE_NONE;
        struct grown *at = node == NODE_NONE ? NULL : buf_push(rows, 1);
        if (at != NULL) {
            *at = (struct grown){node, g->root, i};
        } else if (node != NODE_NONE) {
            return false;
        }
    }
    return true;
}

static void report(struct growing *g, const uint32_t *to, const uint32_t *of, size_t count,
                   struct gradient *out)
{
    for (size_t k = 0; k < count; k++) {
        struct grow_term x = of[k] <= g->root ? *adjoint_at(g, of[k]) : term_of_number(0);
        out[k] = (struct gradient){.node = x.kind == TERM_NODE ? moved(g, to, x.node) : NODE_NONE,
                                   .number = x.kind == TERM_NUMBER ? x.number : 0,
                                   .reached = is(g, of[k], BELOW)};
    }
}

static bool grow(struct growing *g, const uint32_t *of, size_t count, struct gradient *out,
                 struct buf *rows)
{
    size_t nodes = (size_t)g->root - g->from + 1, before = rows == NULL ? 0 : rows->count;
    struct buf to;
    if (stop_after(g->stop, 3 * nodes) || !buf_resize(&g->found, nodes)) {
        return false;
    }
    g->nodes.failed |= !sweep_reach(g->t, g->root, &g->ids);
    find_dependence(g, of, count);
    keep_what_is_there(g);
    if (g->nodes.failed || stop_is_asked(g->stop) || !sweep(g)) {
        return false;
    }
    bool ok = trim(g, of, count, &to);
    if (ok && rows != NULL && !report_rows(g, to.data, rows)) {
        rows->count = before;
        ok = false;
    }
    if (ok) {
        report(g, to.data, of, count, out);
    }
    buf_release(&to);
    return ok;
}

enum sweep_end grow_gradients(struct tape *t, struct stop *stop, uint32_t root, const uint32_t *of,
                              size_t count, struct gradient *out, struct buf *rows)
{
    struct growing g = {
        .nodes.t = t, .t = t, .stop = stop, .root = root, .from = root, .start = tape_count(t)};
    BS_ASSERT(root < g.start);
    for (size_t k = 0; k < count; k++) {
        g.from = of[k] < g.from ? of[k] : g.from;
    }
    buf_init(&g.found, sizeof(struct grow_found));
    buf_init(&g.nodes.slots, sizeof(uint32_t));
    buf_init(&g.ids, sizeof(uint32_t));
    arena_init(&g.memory);
    bool ok = grow(&g, of, count, out, rows);
    if (!ok) {
        tape_cut(t, g.start);
    }
    buf_release(&g.found);
    buf_release(&g.nodes.slots);
    buf_release(&g.ids);
    arena_release(&g.memory);
    return ok ? SWEEP_DONE : stop_is_asked(stop) ? SWEEP_STOPPED : SWEEP_NO_MEMORY;
}
