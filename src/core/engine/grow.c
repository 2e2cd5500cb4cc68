#include "engine/grow.h"

#include <math.h>
#include <string.h>

#include "engine/grow_rule.h"

enum term_kind { TERM_NONE, TERM_NUMBER, TERM_NODE };

// A number or a node; or nothing yet.
struct term {
    enum term_kind kind;
    uint32_t node;
    double number;
};

enum { RULES = 4 };  // of an operation: its derivatives in x and y, where it is flat in x and y

// What is known of each node from the lowest `of` up to root: a gradient can pass from it to an
// `of`; root depends on it.
enum { PASSES = 1, BELOW = 2 };

struct growing {
    struct tape *t;
    struct stop *stop;
    uint32_t root, from, start;  // the lowest `of`; nodes from `start` on are made here
    struct buf known;            // uint8_t by node less `from`
    struct buf adjoint;          // struct term, likewise: what has come to the node so far
    struct buf live;             // struct term: 1 where a gradient reaches it (see sweep.c)
    struct buf slots;            // uint32_t: a hash table of nodes, by what they are
    size_t hashed;
    struct arena memory;
    struct grow_rule *rules[OP_COUNT][RULES];
    bool failed;
};

static struct term number_term(double number)
{
    return (struct term){TERM_NUMBER, NODE_NONE, number};
}

static struct term node_term(uint32_t node)
{
    return (struct term){TERM_NODE, node, 0};
}

static bool is_number(struct term x, double number)
{
    return x.kind == TERM_NUMBER && x.number == number;
}

static bool same_term(struct term x, struct term y)
{
    return x.kind == TERM_NODE && y.kind == TERM_NODE && x.node == y.node;
}

static double term_value(const struct growing *g, struct term x)
{
    return x.kind == TERM_NODE ? tape_value(g->t, x.node) : x.number;
}

// ---- Equal nodes are made once ------------------------------------------------------------------

static uint64_t bits_of(double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static uint64_t hash(enum op op, uint64_t a, uint64_t b)
{
    uint64_t h = (a * 0x9E3779B97F4A7C15u) ^ (b * 0xC2B2AE3D27D4EB4Fu) ^ ((uint64_t)op << 57);
    h ^= h >> 29;
    h *= 0xBF58476D1CE4E5B9u;
    return h ^ (h >> 32);
}

static uint64_t hash_of_node(const struct tape *t, uint32_t id)
{
    struct node n = tape_node(t, id);
    return n.op == OP_LEAF ? hash(OP_LEAF, bits_of(tape_value(t, id)), 0)
                           : hash((enum op)n.op, n.a, n.b);
}

// Where a node of this hash lies, or may be put.
static bool grow_slots(struct growing *g)
{
    struct buf wider;
    size_t count = g->slots.count == 0 ? 256 : g->slots.count * 2;
    buf_init(&wider, sizeof(uint32_t));
    if (!buf_resize(&wider, count)) {
        return false;
    }
    uint32_t *to = wider.data;
    memset(to, 0xFF, count * sizeof *to);
    for (size_t i = 0; i < g->slots.count; i++) {
        uint32_t id = BUF(uint32_t, &g->slots)[i];
        if (id != NODE_NONE) {
            size_t at = hash_of_node(g->t, id) & (count - 1);
            while (to[at] != NODE_NONE) {
                at = (at + 1) & (count - 1);
            }
            to[at] = id;
        }
    }
    buf_release(&g->slots);
    g->slots = wider;
    return true;
}

static void keep_node(struct growing *g, uint32_t id)
{
    if (g->hashed * 2 >= g->slots.count && !grow_slots(g)) {
        g->failed = true;
        return;
    }
    size_t mask = g->slots.count - 1, at = hash_of_node(g->t, id) & mask;
    while (BUF(uint32_t, &g->slots)[at] != NODE_NONE) {
        at = (at + 1) & mask;
    }
    BUF(uint32_t, &g->slots)[at] = id;
    g->hashed++;
}

static uint32_t find_operation(const struct growing *g, enum op op, uint32_t a, uint32_t b)
{
    size_t mask = g->slots.count - 1, at = hash(op, a, b) & mask;
    for (; g->slots.count > 0; at = (at + 1) & mask) {
        uint32_t id = BUF(uint32_t, &g->slots)[at];
        if (id == NODE_NONE) {
            break;
        }
        struct node n = tape_node(g->t, id);
        if (n.op == op && n.a == a && n.b == b) {
            return id;
        }
    }
    return NODE_NONE;
}

static uint32_t find_constant(const struct growing *g, double number)
{
    size_t mask = g->slots.count - 1, at = hash(OP_LEAF, bits_of(number), 0) & mask;
    for (; g->slots.count > 0; at = (at + 1) & mask) {
        uint32_t id = BUF(uint32_t, &g->slots)[at];
        if (id == NODE_NONE) {
            break;
        }
        if (tape_op(g->t, id) == OP_LEAF && bits_of(tape_value(g->t, id)) == bits_of(number)) {
            return id;
        }
    }
    return NODE_NONE;
}

static uint32_t made(struct growing *g, uint32_t id)
{
    if (id == NODE_NONE) {
        g->failed = true;
    } else {
        keep_node(g, id);
    }
    return id;
}

static uint32_t as_node(struct growing *g, struct term x)
{
    if (x.kind == TERM_NODE) {
        return x.node;
    }
    uint32_t found = find_constant(g, x.number);
    return found != NODE_NONE ? found : made(g, tape_leaf(g->t, x.number, MARK_CONST));
}

static struct term operation(struct growing *g, enum op op, struct term x, struct term y)
{
    if (g->failed) {
        return number_term(0);
    }
    bool commutes = op == OP_ADD || op == OP_MUL || op == OP_EQ || op == OP_NE;
    uint32_t a = as_node(g, x), b = op_get(op)->arity == 2 ? as_node(g, y) : a;
    if (g->failed) {
        return number_term(0);
    }
    uint32_t found = find_operation(g, op, a, b);
    if (found == NODE_NONE && commutes) {
        found = find_operation(g, op, b, a);
    }
    found = found != NODE_NONE ? found : made(g, tape_apply(g->t, op, a, b));
    return g->failed ? number_term(0) : node_term(found);
}

// ---- Operations that need no node ---------------------------------------------------------------

static bool is_comparison(enum op op)
{
    return op == OP_LT || op == OP_LE || op == OP_GT || op == OP_GE || op == OP_EQ || op == OP_NE;
}

// Is it a node that is 0 or 1?
static bool is_truth(const struct growing *g, struct term x)
{
    return x.kind == TERM_NODE && is_comparison(tape_op(g->t, x.node));
}

static struct term negated(struct growing *g, struct term x);

static struct term product(struct growing *g, struct term x, struct term y)
{
    struct term *number = x.kind == TERM_NUMBER ? &x : &y, *other = number == &x ? &y : &x;
    if (other->kind == TERM_NUMBER) {
        return number_term(x.number * y.number);
    }
    if (is_number(*number, 1)) {
        return *other;
    }
    if (is_number(*number, -1)) {
        return negated(g, *other);
    }
    if (is_number(*number, 0) && isfinite(term_value(g, *other))) {
        return number_term(0);
    }
    return operation(g, OP_MUL, x, y);
}

static struct term negated(struct growing *g, struct term x)
{
    if (x.kind == TERM_NUMBER) {
        return number_term(-x.number);
    }
    struct node n = tape_node(g->t, x.node);
    return n.op == OP_NEG ? node_term((uint32_t)n.a) : operation(g, OP_NEG, x, x);
}

// op on x and y (y = x for one operand), the same to the last bit.
static struct term apply(struct growing *g, enum op op, struct term x, struct term y)
{
    bool two = op_get(op)->arity == 2;
    if (x.kind == TERM_NUMBER && (!two || y.kind == TERM_NUMBER)) {
        return number_term(op_value(op, x.number, y.number));
    }
    if (same_term(x, y) && (op == OP_NE || op == OP_EQ) && !isnan(term_value(g, x))) {
        return number_term(op == OP_EQ);
    }
    switch (op) {
    case OP_MUL:
        return product(g, x, y);
    case OP_NEG:
        return negated(g, x);
    case OP_ADD:
        return is_number(x, 0) ? y : is_number(y, 0) ? x : operation(g, op, x, y);
    case OP_SUB:
        return is_number(y, 0) ? x : operation(g, op, x, y);
    case OP_DIV:
        return is_number(y, 1) ? x : operation(g, op, x, y);
    case OP_POW:
        return is_number(y, 1) ? x : is_number(y, 0) ? number_term(1) : operation(g, op, x, y);
    case OP_NE:
        return is_number(y, 0) && is_truth(g, x) ? x : operation(g, op, x, y);
    default:
        return operation(g, op, x, y);
    }
}

// 1 where x is 0, else 0.
static struct term opposite(struct growing *g, struct term x)
{
    static const enum op other[OP_COUNT] = {[OP_LT] = OP_GE, [OP_GE] = OP_LT, [OP_GT] = OP_LE,
                                            [OP_LE] = OP_GT, [OP_EQ] = OP_NE, [OP_NE] = OP_EQ};
    if (x.kind == TERM_NUMBER) {
        return number_term(x.number == 0);
    }
    struct node n = tape_node(g->t, x.node);
    bool ordered =
        !isnan(tape_value(g->t, (uint32_t)n.a)) && !isnan(tape_value(g->t, (uint32_t)n.b));
    if (is_comparison((enum op)n.op) && ordered) {
        return apply(g, other[n.op], node_term((uint32_t)n.a), node_term((uint32_t)n.b));
    }
    return apply(g, OP_EQ, x, number_term(0));
}

static struct term both(struct growing *g, struct term x, struct term y)
{
    return x.kind == TERM_NUMBER   ? (x.number != 0 ? y : x)
           : y.kind == TERM_NUMBER ? (y.number != 0 ? x : y)
           : same_term(x, y)       ? x
                                   : operation(g, OP_MUL, x, y);
}

static struct term either(struct growing *g, struct term x, struct term y)
{
    return x.kind == TERM_NUMBER   ? (x.number != 0 ? x : y)
           : y.kind == TERM_NUMBER ? (y.number != 0 ? y : x)
           : same_term(x, y)       ? x
                                   : operation(g, OP_MAX, x, y);
}

// x where c, else 0.
static struct term when(struct growing *g, struct term c, struct term x)
{
    if (c.kind == TERM_NUMBER) {
        return c.number != 0 ? x : number_term(0);
    }
    if (is_number(x, 0)) {
        return x;
    }
    return is_truth(g, c) && is_number(x, 1) ? c : operation(g, OP_WHEN, c, x);
}

// ---- Formulas of ops.def ------------------------------------------------------------------------

// A formula at the operands of a node. `assumed` is a condition under which alone it is used: it
// counts as 1, and its opposite as 0.
struct setting {
    struct growing *g;
    const struct grow_rule *rule;
    struct term x, y, v, assumed;
    enum op op;
};

static struct term as_assumed(const struct setting *s, struct term x)
{
    return same_term(x, s->assumed) ? number_term(1) : x;
}

static struct term at_step(const struct setting *s, uint8_t step);

static struct term choose(const struct setting *s, const struct grow_step *step)
{
    struct growing *g = s->g;
    if (op_has_forms(s->op)) {
        double now = grow_rule_value(s->rule, step->a, term_value(g, s->x), term_value(g, s->y),
                                     term_value(g, s->v));
        return at_step(s, now != 0 ? step->b : step->c);
    }
    struct term c = at_step(s, step->a);
    struct term other = as_assumed(s, opposite(g, c));
    if (c.kind == TERM_NUMBER || other.kind == TERM_NUMBER) {
        bool holds = c.kind == TERM_NUMBER ? c.number != 0 : other.number == 0;
        return at_step(s, holds ? step->b : step->c);
    }
    return apply(g, OP_ADD, when(g, c, at_step(s, step->b)), when(g, other, at_step(s, step->c)));
}

static struct term at_step(const struct setting *s, uint8_t i)
{
    const struct grow_step *step = &s->rule->step[i];
    switch ((enum grow_kind)step->kind) {
    case GROW_NUMBER:
        return number_term(step->number);
    case GROW_X:
        return s->x;
    case GROW_Y:
        return s->y;
    case GROW_V:
        return s->v;
    case GROW_APPLY: {
        struct term a = at_step(s, step->a), b = step->b == step->a ? a : at_step(s, step->b);
        return as_assumed(s, apply(s->g, (enum op)step->op, a, b));
    }
    case GROW_NOT:
        return as_assumed(s, opposite(s->g, at_step(s, step->a)));
    case GROW_AND:
        return as_assumed(s, both(s->g, at_step(s, step->a), at_step(s, step->b)));
    case GROW_OR:
        return as_assumed(s, either(s->g, at_step(s, step->a), at_step(s, step->b)));
    case GROW_IF:
        return choose(s, step);
    }
    return number_term(0);
}

enum { IN_X, IN_Y, FLAT_IN_X, FLAT_IN_Y };

// One of an operation's rules; NULL if out of memory.
static const struct grow_rule *rule_of(struct growing *g, enum op op, int which)
{
    struct grow_rule **rule = &g->rules[op][which];
    if (*rule == NULL) {
        *rule = arena_alloc(&g->memory, sizeof **rule);
        g->failed |= *rule == NULL;
        if (*rule != NULL) {
            grow_rule_read(*rule, which < FLAT_IN_X ? op_get(op)->slope[which]
                                                    : op_flat_text(op, which - FLAT_IN_X));
        }
    }
    return *rule;
}

// ---- The sweep ----------------------------------------------------------------------------------

// A constant leaf counts as its number.
static struct term operand_term(const struct growing *g, uint32_t id)
{
    return tape_marked(g->t, id, MARK_CONST) ? number_term(tape_value(g->t, id)) : node_term(id);
}

static bool is(const struct growing *g, uint32_t id, uint8_t what)
{
    return id >= g->from && id <= g->root && !tape_marked(g->t, id, MARK_CONST) &&
           (BUF(uint8_t, &g->known)[id - g->from] & what) != 0;
}

// Can a gradient pass from node i to this operand of it?
static bool passes_to(const struct growing *g, uint32_t i, int slot)
{
    return is(g, tape_operand(g->t, i, slot), PASSES) &&
           strcmp(op_flat_text(tape_op(g->t, i), slot), "1") != 0;
}

static void find_dependence(struct growing *g, const uint32_t *of, size_t count)
{
    uint8_t *at = g->known.data;
    for (size_t k = 0; k < count; k++) {
        if (of[k] <= g->root) {
            at[of[k] - g->from] = PASSES;
        }
    }
    for (uint32_t i = g->from; i <= g->root; i++) {
        for (int slot = 0; slot < tape_arity(g->t, i); slot++) {
            at[i - g->from] |= passes_to(g, i, slot) ? PASSES : 0;
        }
    }
}

// The nodes that root depends on: marked, and kept to be found again.
static void keep_what_is_there(struct growing *g)
{
    struct buf ids;
    g->failed |= !sweep_reach(g->t, g->root, &ids);
    for (size_t i = 0; !g->failed && i < ids.count; i++) {
        uint32_t id = BUF(uint32_t, &ids)[i];
        if (id >= g->from) {
            BUF(uint8_t, &g->known)[id - g->from] |= BELOW;
        }
        if (tape_op(g->t, id) != OP_LEAF || tape_marked(g->t, id, MARK_CONST)) {
            keep_node(g, id);
        }
    }
    buf_release(&ids);
}

static struct term *adjoint_at(struct growing *g, uint32_t id)
{
    return &BUF(struct term, &g->adjoint)[id - g->from];
}

static struct term *live_at(struct growing *g, uint32_t id)
{
    return &BUF(struct term, &g->live)[id - g->from];
}

static void give(struct growing *g, uint32_t operand, struct term share, struct term live)
{
    struct term *sum = adjoint_at(g, operand), *any = live_at(g, operand);
    *sum = sum->kind == TERM_NONE ? share : apply(g, OP_ADD, *sum, share);
    *any = any->kind == TERM_NONE ? live : either(g, *any, live);
}

// May 0 times this slope be something else than 0?
static bool may_be_infinite(const struct growing *g, enum op op, struct term slope)
{
    return slope.kind == TERM_NODE &&
           (strcmp(op_get(op)->where, "1") != 0 || !isfinite(term_value(g, slope)));
}

// Hands upstream × local gradient to one operand of node i.
static void pass(struct growing *g, uint32_t i, int slot)
{
    struct node n = tape_node(g->t, i);
    enum op op = (enum op)n.op;
    const struct grow_rule *flat = rule_of(g, op, FLAT_IN_X + slot);
    const struct grow_rule *rule = rule_of(g, op, IN_X + slot);
    if (g->failed) {
        return;
    }
    struct setting s = {.g = g,
                        .rule = flat,
                        .x = operand_term(g, (uint32_t)n.a),
                        .y = operand_term(g, (uint32_t)n.b),
                        .v = node_term(i),
                        .op = op};
    struct term open = opposite(g, at_step(&s, (uint8_t)(flat->count - 1)));
    if (is_number(open, 0)) {
        return;
    }
    struct term live = both(g, *live_at(g, i), open);
    s.rule = rule;
    s.assumed = open;
    struct term slope = at_step(&s, (uint8_t)(rule->count - 1));
    struct term share = product(g, *adjoint_at(g, i), slope);
    share = when(g, may_be_infinite(g, op, slope) ? live : open, share);
    give(g, slot == 0 ? (uint32_t)n.a : (uint32_t)n.b, share, live);
}

static bool sweep(struct growing *g)
{
    *adjoint_at(g, g->root) = *live_at(g, g->root) = number_term(1);
    for (uint32_t i = g->root + 1; i-- > g->from && !g->failed;) {
        if (stop_asked_by(g->stop, i, 8)) {
            return false;
        }
        bool reached = adjoint_at(g, i)->kind != TERM_NONE;
        for (int slot = 0; reached && slot < tape_arity(g->t, i); slot++) {
            if (passes_to(g, i, slot)) {
                pass(g, i, slot);
            }
        }
    }
    return !g->failed;
}

// ---- The end ------------------------------------------------------------------------------------

static void mark_needed(const struct growing *g, uint8_t *needed, const uint32_t *of, size_t count)
{
    for (size_t k = 0; k < count; k++) {
        struct term x =
            of[k] <= g->root ? BUF(struct term, &g->adjoint)[of[k] - g->from] : number_term(0);
        if (x.kind == TERM_NODE && x.node >= g->start) {
            needed[x.node - g->start] = 1;
        }
    }
    for (uint32_t i = tape_count(g->t); i-- > g->start;) {
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
// NODE_NONE if it went.
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
    }
    for (uint32_t i = g->start; ok && i < end; i++) {
        struct node n = tape_node(t, i);
        uint32_t *place = BUF(uint32_t, to) + (i - g->start);
        *place = BUF(uint8_t, &needed)[i - g->start] != 0 ? next : NODE_NONE;
        if (*place == NODE_NONE) {
            continue;
        }
        n.a = n.op == OP_LEAF ? next & TAPE_MOST : moved(g, to->data, n.a) & TAPE_MOST;
        n.b = n.op == OP_LEAF ? next & TAPE_MOST : moved(g, to->data, n.b) & TAPE_MOST;
        BUF(struct node, &t->node)[next] = n;
        BUF(double, &t->value)[next] = tape_value(t, i);
        BUF(uint8_t, &t->mark)[next] = BUF(uint8_t, &t->mark)[i];
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
    for (uint32_t i = g->root; i-- > g->from;) {
        struct term x = *adjoint_at(g, i);
        bool new = x.kind == TERM_NODE && x.node >= g->start;
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
        struct term x = of[k] <= g->root ? *adjoint_at(g, of[k]) : number_term(0);
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
    if (!buf_resize(&g->known, nodes) || !buf_resize(&g->adjoint, nodes) ||
        !buf_resize(&g->live, nodes)) {
        return false;
    }
    find_dependence(g, of, count);
    keep_what_is_there(g);
    if (g->failed || !sweep(g)) {
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
    struct growing g = {.t = t, .stop = stop, .root = root, .from = root, .start = tape_count(t)};
    BS_ASSERT(root < g.start);
    for (size_t k = 0; k < count; k++) {
        g.from = of[k] < g.from ? of[k] : g.from;
    }
    buf_init(&g.known, sizeof(uint8_t));
    buf_init(&g.adjoint, sizeof(struct term));
    buf_init(&g.live, sizeof(struct term));
    buf_init(&g.slots, sizeof(uint32_t));
    arena_init(&g.memory);
    bool ok = grow(&g, of, count, out, rows);
    if (!ok) {
        tape_cut(t, g.start);
    }
    buf_release(&g.known);
    buf_release(&g.adjoint);
    buf_release(&g.live);
    buf_release(&g.slots);
    arena_release(&g.memory);
    return ok ? SWEEP_DONE : stop_is_asked(stop) ? SWEEP_STOPPED : SWEEP_NO_MEMORY;
}
