#include "engine/grow_parts.h"

#include <math.h>
#include <string.h>

double grow_value(const struct grow_nodes *g, struct grow_term x)
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
static bool grow_slots(struct grow_nodes *g)
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

void grow_keep(struct grow_nodes *g, uint32_t id)
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

static uint32_t find_operation(const struct grow_nodes *g, enum op op, uint32_t a, uint32_t b)
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

static uint32_t find_constant(const struct grow_nodes *g, double number)
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

static uint32_t made(struct grow_nodes *g, uint32_t id)
{
    if (id == NODE_NONE) {
        g->failed = true;
    } else {
        grow_keep(g, id);
    }
    return id;
}

static uint32_t as_node(struct grow_nodes *g, struct grow_term x)
{
    if (x.kind == TERM_NODE) {
        return x.node;
    }
    uint32_t found = find_constant(g, x.number);
    return found != NODE_NONE ? found : made(g, tape_leaf(g->t, x.number, MARK_CONST));
}

static struct grow_term operation(struct grow_nodes *g, enum op op, struct grow_term x,
                                  struct grow_term y)
{
    if (g->failed) {
        return term_of_number(0);
    }
    bool commutes = op == OP_ADD || op == OP_MUL || op == OP_EQ || op == OP_NE;
    uint32_t a = as_node(g, x), b = op_get(op)->arity == 2 ? as_node(g, y) : a;
    if (g->failed) {
        return term_of_number(0);
    }
    uint32_t found = find_operation(g, op, a, b);
    if (found == NODE_NONE && commutes) {
        found = find_operation(g, op, b, a);
    }
    found = found != NODE_NONE ? found : made(g, tape_apply(g->t, op, a, b));
    return g->failed ? term_of_number(0) : term_of_node(found);
}

// ---- Operations that need no node ---------------------------------------------------------------

static bool is_comparison(enum op op)
{
    return op == OP_LT || op == OP_LE || op == OP_GT || op == OP_GE || op == OP_EQ || op == OP_NE;
}

// Is it a node that is 0 or 1?
static bool is_truth(const struct grow_nodes *g, struct grow_term x)
{
    return x.kind == TERM_NODE && is_comparison(tape_op(g->t, x.node));
}

static struct grow_term negated(struct grow_nodes *g, struct grow_term x);

struct grow_term grow_product(struct grow_nodes *g, struct grow_term x, struct grow_term y)
{
    struct grow_term *number = x.kind == TERM_NUMBER ? &x : &y, *other = number == &x ? &y : &x;
    if (other->kind == TERM_NUMBER) {
        return term_of_number(x.number * y.number);
    }
    if (term_is(*number, 1)) {
        return *other;
    }
    if (term_is(*number, -1)) {
        return negated(g, *other);
    }
    if (term_is(*number, 0) && isfinite(grow_value(g, *other))) {
        return term_of_number(0);
    }
    return operation(g, OP_MUL, x, y);
}

static struct grow_term negated(struct grow_nodes *g, struct grow_term x)
{
    if (x.kind == TERM_NUMBER) {
        return term_of_number(-x.number);
    }
    struct node n = tape_node(g->t, x.node);
    return n.op == OP_NEG ? term_of_node((uint32_t)n.a) : operation(g, OP_NEG, x, x);
}

// op on x and y (y = x for one operand), the same to the last bit.
struct grow_term grow_apply(struct grow_nodes *g, enum op op, struct grow_term x,
                            struct grow_term y)
{
    bool two = op_get(op)->arity == 2;
    if (x.kind == TERM_NUMBER && (!two || y.kind == TERM_NUMBER)) {
        return term_of_number(op_value(op, x.number, y.number));
    }
    if (terms_same(x, y) && (op == OP_NE || op == OP_EQ) && !isnan(grow_value(g, x))) {
        return term_of_number(op == OP_EQ);
    }
    switch (op) {
    case OP_MUL:
        return grow_product(g, x, y);
    case OP_NEG:
        return negated(g, x);
    case OP_ADD:
        return term_is(x, 0) ? y : term_is(y, 0) ? x : operation(g, op, x, y);
    case OP_SUB:
        return term_is(y, 0) ? x : operation(g, op, x, y);
    case OP_DIV:
        return term_is(y, 1) ? x : operation(g, op, x, y);
    case OP_POW:
        return term_is(y, 1) ? x : term_is(y, 0) ? term_of_number(1) : operation(g, op, x, y);
    case OP_NE:
        return term_is(y, 0) && is_truth(g, x) ? x : operation(g, op, x, y);
    default:
        return operation(g, op, x, y);
    }
}

// 1 where x is 0, else 0.
struct grow_term grow_opposite(struct grow_nodes *g, struct grow_term x)
{
    static const enum op other[OP_COUNT] = {[OP_LT] = OP_GE, [OP_GE] = OP_LT, [OP_GT] = OP_LE,
                                            [OP_LE] = OP_GT, [OP_EQ] = OP_NE, [OP_NE] = OP_EQ};
    if (x.kind == TERM_NUMBER) {
        return term_of_number(x.number == 0);
    }
    struct node n = tape_node(g->t, x.node);
    bool ordered =
        !isnan(tape_value(g->t, (uint32_t)n.a)) && !isnan(tape_value(g->t, (uint32_t)n.b));
    if (is_comparison((enum op)n.op) && ordered) {
        return grow_apply(g, other[n.op], term_of_node((uint32_t)n.a), term_of_node((uint32_t)n.b));
    }
    return grow_apply(g, OP_EQ, x, term_of_number(0));
}

struct grow_term grow_both(struct grow_nodes *g, struct grow_term x, struct grow_term y)
{
    return x.kind == TERM_NUMBER   ? (x.number != 0 ? y : x)
           : y.kind == TERM_NUMBER ? (y.number != 0 ? x : y)
           : terms_same(x, y)      ? x
                                   : operation(g, OP_MUL, x, y);
}

struct grow_term grow_either(struct grow_nodes *g, struct grow_term x, struct grow_term y)
{
    return x.kind == TERM_NUMBER   ? (x.number != 0 ? x : y)
           : y.kind == TERM_NUMBER ? (y.number != 0 ? y : x)
           : terms_same(x, y)      ? x
                                   : operation(g, OP_MAX, x, y);
}

// x where c, else 0.
struct grow_term grow_when(struct grow_nodes *g, struct grow_term c, struct grow_term x)
{
    if (c.kind == TERM_NUMBER) {
        return c.number != 0 ? x : term_of_number(0);
    }
    if (term_is(x, 0)) {
        return x;
    }
    return is_truth(g, c) && term_is(x, 1) ? c : operation(g, OP_WHEN, c, x);
}
