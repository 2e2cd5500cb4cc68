#include "formula/derive.h"

#include <string.h>

#include "base/stop.h"
#include "formula/simplify.h"

const char *derive_rule_name(enum rule rule)
{
    static const char *const names[] = {
        [RULE_CONSTANT] = "constant",
        [RULE_VARIABLE] = "variable",
        [RULE_SUM] = "sum rule",
        [RULE_DIFFERENCE] = "difference rule",
        [RULE_FACTOR] = "constant factor",
        [RULE_PRODUCT] = "product rule",
        [RULE_QUOTIENT] = "quotient rule",
        [RULE_POWER] = "power rule",
        [RULE_EXPONENTIAL] = "exponential",
        [RULE_FUNCTION] = "known function",
        [RULE_CHAIN] = "chain rule",
        [RULE_GENERAL] = "chain rule in both",
    };
    return names[rule];
}

// ---- Slopes, from ops.def -----------------------------------------------------------------------

// A slope's text, read: a formula in x, y and v, without guards.
struct derive_slope {
    struct exprs pool;
    uint32_t root;
    bool read;
};

static bool is_guard(const struct exprs *p, uint32_t id)
{
    return (expr_is_op(p, id, OP_NE) || expr_is_op(p, id, OP_EQ)) &&
           expr_is_number(p, expr_get(p, id).b, 0);
}

// What is in for each node of a slope: nothing yet, but for the guards.
static bool init_instead(struct buf *instead, size_t count)
{
    buf_init(instead, sizeof(uint32_t));
    if (!buf_resize(instead, count)) {
        return false;
    }
    memset(instead->data, 0xFF, count * sizeof(uint32_t));
    return true;
}

static void read_slope(struct derive_slope *slope, const char *text)
{
    struct exprs *p = &slope->pool;
    struct diag d = {0};
    struct buf instead;
    exprs_init(p);
    buf_init(&instead, sizeof(uint32_t));
    slope->read = true;
    if (!expr_read(p, text, &slope->root, &d)) {
        slope->root = EXPR_NONE;
        return;
    }
    uint32_t count = exprs_count(p), one = expr_number(p, 1), zero = expr_number(p, 0);
    if (one != EXPR_NONE && zero != EXPR_NONE && init_instead(&instead, count)) {
        for (uint32_t i = 0; i < count; i++) {
            if (is_guard(p, i)) {
                BUF(uint32_t, &instead)[i] = expr_is_op(p, i, OP_NE) ? one : zero;
            }
        }
        slope->root = expr_copy(p, p, slope->root, instead.data);
    }
    buf_release(&instead);
}

// The slope with formulas of p put in for x, y and v.
static uint32_t use_slope(struct exprs *p, struct derive_slope *slope, const uint32_t xyv[3])
{
    struct buf instead;
    uint32_t result = EXPR_NONE;
    if (slope->root != EXPR_NONE && init_instead(&instead, exprs_count(&slope->pool))) {
        for (size_t i = 0; i < 3; i++) {
            if (names_find(&slope->pool.names, &"xyv"[i], 1) != NAME_NONE) {
                BUF(uint32_t, &instead)[expr_name(&slope->pool, &"xyv"[i], 1)] = xyv[i];
            }
        }
        result = expr_copy(p, &slope->pool, slope->root, instead.data);
        buf_release(&instead);
    }
    p->nodes.failed |= result == EXPR_NONE && !p->full;
    return result;
}

// ---- Differentiation ----------------------------------------------------------------------------

// What is known of a node of the formula.
struct derive_part {
    uint32_t slope;  // its derivative, simplified; EXPR_NONE: not needed
    uint32_t uses;
    bool varies;  // x occurs in it
    bool inner;   // part of a longer sum, differentiated with it
};

struct deriving {
    struct exprs *p;
    struct simplifier simplifier;
    struct derive_slope slopes[OP_COUNT][2];
    struct buf parts;  // struct derive_part, by node of the formula
    struct buf walk;   // struct signed_term: of a sum
    uint32_t of;
    struct derivation *out;
};

struct signed_term {
    uint32_t id;
    bool minus;
};

static struct derive_part *part_at(struct deriving *w, uint32_t id)
{
    return &BUF(struct derive_part, &w->parts)[id];
}

static bool varies(struct deriving *w, uint32_t id)
{
    return part_at(w, id)->varies;
}

static bool is_sum_like(struct expr e)
{
    return e.kind == EXPR_OP && (e.op == OP_ADD || e.op == OP_SUB || e.op == OP_NEG);
}

// A sum that nothing but a sum uses is differentiated together with it.
static void take_in(struct deriving *w, uint32_t id)
{
    part_at(w, id)->inner |= part_at(w, id)->uses == 1 && is_sum_like(expr_get(w->p, id));
}

static void find_parts(struct deriving *w, const struct buf *ids)
{
    const uint32_t *id = ids->data;
    for (size_t i = 0; i < ids->count; i++) {
        struct expr e = expr_get(w->p, id[i]);
        struct derive_part *part = part_at(w, id[i]);
        part->slope = EXPR_NONE;
        part->varies = id[i] == w->of;
        if (e.kind == EXPR_OP) {
            part->varies = varies(w, e.a) || varies(w, e.b);
            part_at(w, e.a)->uses++;
            part_at(w, e.b)->uses += op_get((enum op)e.op)->arity == 2;
        }
    }
    for (size_t i = 0; i < ids->count; i++) {
        struct expr e = expr_get(w->p, id[i]);
        if (is_sum_like(e)) {
            take_in(w, e.a);
            take_in(w, e.b);
        }
    }
}

static void push_term(struct deriving *w, uint32_t id, bool minus)
{
    struct signed_term *at = buf_push(&w->walk, 1);
    if (at == NULL) {
        w->p->nodes.failed = true;
    } else {
        *at = (struct signed_term){id, minus};
    }
}

// The derivatives of a sum's terms, added and subtracted as the terms were.
static uint32_t derive_sum(struct deriving *w, uint32_t id, bool *subtracts)
{
    uint32_t sum = EXPR_NONE;
    *subtracts = false;
    push_term(w, id, false);
    while (w->walk.count > 0) {
        struct signed_term term = BUF(struct signed_term, &w->walk)[--w->walk.count];
        struct expr e = expr_get(w->p, term.id);
        struct derive_part *part = part_at(w, term.id);
        if (term.id == id || part->inner) {
            if (e.op != OP_NEG) {
                push_term(w, e.b, term.minus != (e.op == OP_SUB));
            }
            push_term(w, e.a, term.minus != (e.op == OP_NEG));
            *subtracts |= e.op == OP_SUB;
        } else if (part->varies && sum == EXPR_NONE) {
            sum = term.minus ? expr_apply(w->p, OP_NEG, part->slope, part->slope) : part->slope;
        } else if (part->varies) {
            sum = expr_apply(w->p, term.minus ? OP_SUB : OP_ADD, sum, part->slope);
        }
    }
    return sum;
}

static uint32_t simplified(struct deriving *w, uint32_t id)
{
    return simplify(&w->simplifier, id);
}

// The operation's own slope in an operand.
static uint32_t own_slope(struct deriving *w, uint32_t id, int slot)
{
    struct expr e = expr_get(w->p, id);
    struct derive_slope *slope = &w->slopes[e.op][slot];
    if (!slope->read) {
        read_slope(slope, op_slope_text((enum op)e.op, slot));
    }
    return use_slope(w->p, slope, (uint32_t[3]){e.a, e.b, id});
}

// (f'*g - f*g')/g**2, with what f' and f share taken out above the line.
static uint32_t derive_quotient(struct deriving *w, struct expr e)
{
    struct exprs *p = w->p;
    uint32_t f = e.a, g = e.b, df = part_at(w, f)->slope, dg = part_at(w, g)->slope;
    uint32_t plus = simplified(w, expr_apply(p, OP_MUL, df, g));
    uint32_t minus = simplified(w, expr_apply(p, OP_MUL, f, dg));
    if (plus == EXPR_NONE || minus == EXPR_NONE) {
        return EXPR_NONE;
    }
    uint32_t common = simplify_common_factor(&w->simplifier, plus, minus);
    uint32_t above = expr_apply(p, OP_SUB, expr_apply(p, OP_DIV, plus, common),
                                expr_apply(p, OP_DIV, minus, common));
    above = expr_apply(p, OP_MUL, common, simplified(w, above));
    return expr_apply(p, OP_DIV, above, expr_apply(p, OP_POW, g, expr_number(p, 2)));
}

static enum rule find_rule(struct deriving *w, struct expr e)
{
    if (e.op == OP_MUL) {
        return varies(w, e.a) && varies(w, e.b) ? RULE_PRODUCT : RULE_FACTOR;
    }
    if (e.op == OP_DIV) {
        return varies(w, e.b) ? RULE_QUOTIENT : RULE_FACTOR;
    }
    if (op_get((enum op)e.op)->arity == 2 && varies(w, e.a) && varies(w, e.b)) {
        return RULE_GENERAL;
    }
    if ((varies(w, e.a) ? e.a : e.b) != w->of) {
        return RULE_CHAIN;
    }
    return e.op != OP_POW ? RULE_FUNCTION : varies(w, e.a) ? RULE_POWER : RULE_EXPONENTIAL;
}

// Slope times derivative for each operand that varies, added.
static uint32_t derive_operation(struct deriving *w, uint32_t id, struct derivation_step *step)
{
    struct expr e = expr_get(w->p, id);
    uint32_t operands[2] = {e.a, e.b}, sum = EXPR_NONE;
    int arity = op_get((enum op)e.op)->arity;
    BS_ASSERT(arity <= 2);
    for (int slot = 0; slot < arity; slot++) {
        if (varies(w, operands[slot])) {
            uint32_t slope = own_slope(w, id, slot), inner = part_at(w, operands[slot])->slope;
            // f'(u)*u', but f'*g: products keep the order in which they were written.
            bool turn = e.op == OP_MUL && slot == 0;
            uint32_t share = turn ? expr_apply(w->p, OP_MUL, inner, slope)
                                  : expr_apply(w->p, OP_MUL, slope, inner);
            sum = sum == EXPR_NONE ? share : expr_apply(w->p, OP_ADD, sum, share);
            if (step->rule == RULE_CHAIN) {
                step->inner = operands[slot];
                step->slope = simplified(w, slope);
                step->inner_slope = inner;
            }
        }
    }
    return sum;
}

static void note_edge(struct deriving *w, struct expr e)
{
    struct buf *edges = &w->out->edges;
    struct expr base = expr_get(w->p, e.a);
    // The edge of ** is that of its slope in the exponent, for a negative base.
    bool edgeless =
        e.op == OP_POW && (!varies(w, e.b) || (base.kind == EXPR_NUMBER && base.number > 0));
    if (op_get((enum op)e.op)->edge[0] == '\0' || edgeless) {
        return;
    }
    for (size_t i = 0; i < edges->count; i++) {
        if (BUF(enum op, edges)[i] == e.op) {
            return;
        }
    }
    enum op *at = buf_push(edges, 1);
    if (at == NULL) {
        w->p->nodes.failed = true;
    } else {
        *at = (enum op)e.op;
    }
}

static void derive_part(struct deriving *w, uint32_t id)
{
    struct expr e = expr_get(w->p, id);
    struct derivation_step step = {
        .of = id, .inner = EXPR_NONE, .slope = EXPR_NONE, .inner_slope = EXPR_NONE};
    uint32_t raw;
    if (id == w->of || !varies(w, id)) {
        step.rule = id == w->of ? RULE_VARIABLE : RULE_CONSTANT;
        raw = expr_number(w->p, id == w->of);
    } else if (is_sum_like(e)) {
        bool subtracts;
        raw = derive_sum(w, id, &subtracts);
        step.rule = e.op == OP_NEG ? RULE_FACTOR : subtracts ? RULE_DIFFERENCE : RULE_SUM;
    } else {
        step.rule = find_rule(w, e);
        raw = step.rule == RULE_QUOTIENT && varies(w, e.a) ? derive_quotient(w, e)
                                                           : derive_operation(w, id, &step);
        note_edge(w, e);
    }
    step.result = simplified(w, raw);
    part_at(w, id)->slope = step.result;
    struct derivation_step *at = buf_push(&w->out->steps, 1);
    if (at == NULL) {
        w->p->nodes.failed = true;
    } else {
        *at = step;
    }
}

static bool derive_parts(struct deriving *w, uint32_t root, struct diag *d)
{
    struct buf ids;
    bool ok = expr_reach(w->p, root, &ids) && buf_resize(&w->parts, (size_t)root + 1);
    if (ok) {
        find_parts(w, &ids);
    }
    for (size_t i = 0; ok && i < ids.count; i++) {
        uint32_t id = BUF(uint32_t, &ids)[i];
        const struct derive_part *part = part_at(w, id);
        if (id == root || (part->varies && !part->inner && id != w->of)) {
            // Its simplest form is wanted by what it is a part of: finding each when its own parts'
            // are known keeps the whole linear.
            simplified(w, id);
            derive_part(w, id);
        } else if (id == w->of) {
            part_at(w, id)->slope = expr_number(w->p, 1);
        }
        ok = ok && !exprs_failed(w->p);
    }
    w->out->result = ok ? part_at(w, root)->slope : EXPR_NONE;
    buf_release(&ids);
    return w->out->result != EXPR_NONE || (!d->set && expr_trouble(w->p, d));
}

bool derive(struct exprs *p, uint32_t root, uint32_t of, struct stop *stop, struct derivation *out,
            struct diag *d)
{
    struct deriving w = {.p = p, .of = of, .out = out};
    p->stop = stop;
    *out = (struct derivation){.result = EXPR_NONE};
    buf_init(&out->steps, sizeof(struct derivation_step));
    buf_init(&out->edges, sizeof(enum op));
    buf_init(&w.parts, sizeof(struct derive_part));
    buf_init(&w.walk, sizeof(struct signed_term));
    simplifier_init(&w.simplifier, p);
    bool ok = derive_parts(&w, root, d);
    for (int op = 0; op < OP_COUNT; op++) {
        for (int slot = 0; slot < 2; slot++) {
            if (w.slopes[op][slot].read) {
                exprs_release(&w.slopes[op][slot].pool);
            }
        }
    }
    simplifier_release(&w.simplifier);
    buf_release(&w.parts);
    buf_release(&w.walk);
    return ok;
}

void derivation_release(struct derivation *out)
{
    buf_release(&out->steps);
    buf_release(&out->edges);
}

// ---- One node of a tape -------------------------------------------------------------------------

uint32_t derive_local(struct exprs *p, const struct tape *t, struct names *names, uint32_t node,
                      int slot)
{
    enum op op = tape_op(t, node);
    uint32_t x = expr_label(p, t, names, tape_operand(t, node, 0));
    uint32_t y = expr_label(p, t, names, tape_operand(t, node, tape_arity(t, node) - 1));
    bool by_name = op_get(op)->form == OP_CALL && names_of_node(names, node) != NAME_NONE;
    uint32_t v = by_name ? expr_label(p, t, names, node) : expr_apply(p, op, x, y);
    struct derive_slope slope = {0};
    struct simplifier simplifier;
    read_slope(&slope,
               op_slope_text_at(op, slot, tape_value(t, tape_operand(t, node, 0)),
                                tape_value(t, tape_operand(t, node, op_get(op)->arity - 1))));
    simplifier_init(&simplifier, p);
    uint32_t local = simplify(&simplifier, use_slope(p, &slope, (uint32_t[3]){x, y, v}));
    simplifier_release(&simplifier);
    exprs_release(&slope.pool);
    return local;
}
