// What went wrong with a formula that should be a derivative: the formula that each usual slip
// leads to is worked out, and compared with what was given.
//
// A slip is made wherever it can be. Slopes come from ops.def, as rightly they do in derive.h; here
// only the places are changed where people slip.
#include <string.h>

#include "formula/same.h"
#include "lesson/judging.h"

enum slip {
    SLIP_NONE,
    SLIP_POWER_KEPT,
    SLIP_POWER_LOST,
    SLIP_POWER_RAISED,
    SLIP_INSIDE_LOST,
    SLIP_AT_X,
    SLIP_AT_INNER_SLOPE,
    SLIP_PRODUCT_OF_SLOPES,
    SLIP_PRODUCT_FIRST,
    SLIP_PRODUCT_SECOND,
    SLIP_QUOTIENT_OF_SLOPES,
    SLIP_QUOTIENT_SUM,
    SLIP_QUOTIENT_FLIPPED,
    SLIP_QUOTIENT_UNSQUARED,
    SLIP_POWER_OF_E,
    SLIP_FUNCTION_SIGN,
    SLIP_FUNCTION_KEPT,
    SLIP_CONSTANT_KEPT,
    SLIP_FACTOR_LOST,
    SLIP_COUNT
};

static const char *const says[SLIP_COUNT] = {
    [SLIP_POWER_KEPT] = "the exponent comes down as a factor but is not lowered by one",
    [SLIP_POWER_LOST] = "the exponent is lowered by one but does not come down as a factor",
    [SLIP_POWER_RAISED] = "the exponent is raised by one, as in the other direction",
    [SLIP_INSIDE_LOST] = "the chain rule's second factor is left out: the slope of what is inside",
    [SLIP_AT_X] = "the outer slope is taken at the variable, not at what is inside",
    [SLIP_AT_INNER_SLOPE] = "the outer slope is taken at the slope of what is inside",
    [SLIP_PRODUCT_OF_SLOPES] = "the slopes of a product's factors are multiplied with each other",
    [SLIP_PRODUCT_FIRST] = "only the first factor of a product is taken to vary",
    [SLIP_PRODUCT_SECOND] = "only the second factor of a product is taken to vary",
    [SLIP_QUOTIENT_OF_SLOPES] = "the slope above is divided by the slope below",
    [SLIP_QUOTIENT_SUM] = "the two parts of the quotient rule are added, not subtracted",
    [SLIP_QUOTIENT_FLIPPED] = "the two parts of the quotient rule are subtracted the other way",
    [SLIP_QUOTIENT_UNSQUARED] = "what is below the line is not squared",
    [SLIP_POWER_OF_E] = "the power rule is used on exp, as if its base were the variable",
    [SLIP_FUNCTION_SIGN] = "the sign of a function's slope is turned",
    [SLIP_FUNCTION_KEPT] = "a function is taken for its own slope",
    [SLIP_CONSTANT_KEPT] = "a constant term is kept; its slope is 0",
    [SLIP_FACTOR_LOST] = "a constant factor is lost",
};

struct slipping {
    struct exprs *p;
    uint32_t in;
    enum slip slip;
    bool made;          // the slip changed something
    struct buf slopes;  // uint32_t, by node: its derivative, with the slip in it
    struct buf varies;  // bool, by node
};

static uint32_t slope_of(const struct slipping *w, uint32_t id)
{
    return BUF(uint32_t, &w->slopes)[id];
}

static bool varies(const struct slipping *w, uint32_t id)
{
    return BUF(bool, &w->varies)[id];
}

static uint32_t make(struct slipping *w, enum op op, uint32_t a, uint32_t b)
{
    return expr_apply(w->p, op, a, b);
}

static uint32_t number(struct slipping *w, double x)
{
    return expr_number(w->p, x);
}

static uint32_t local(struct slipping *w, enum op op, int slot, uint32_t x, uint32_t y)
{
    return expr_formula(w->p, op_slope_text(op, slot), x, y, make(w, op, x, y));
}

// A slip that is made here: whatever it gives.
static uint32_t here(struct slipping *w, uint32_t result)
{
    w->made = true;
    return result;
}

// x to a constant power n: the factor by which its slope is more than that of x.
static uint32_t power_factor(struct slipping *w, uint32_t x, uint32_t n)
{
    switch (w->slip) {
    case SLIP_POWER_KEPT:
        return here(w, make(w, OP_MUL, n, make(w, OP_POW, x, n)));
    case SLIP_POWER_LOST:
        return here(w, make(w, OP_POW, x, make(w, OP_SUB, n, number(w, 1))));
    case SLIP_POWER_RAISED: {
        uint32_t raised = make(w, OP_ADD, n, number(w, 1));
        return here(w, make(w, OP_DIV, make(w, OP_POW, x, raised), raised));
    }
    default:
        return make(w, OP_MUL, n, make(w, OP_POW, x, make(w, OP_SUB, n, number(w, 1))));
    }
}

// A function's slope at x.
static uint32_t function_factor(struct slipping *w, enum op op, uint32_t x)
{
    if (op == OP_SQUARE) {
        return power_factor(w, x, number(w, 2));
    }
    if (w->slip == SLIP_POWER_OF_E && op == OP_EXP) {
        return here(w, make(w, OP_MUL, x, make(w, OP_EXP, make(w, OP_SUB, x, number(w, 1)), x)));
    }
    if (w->slip == SLIP_FUNCTION_KEPT && op != OP_EXP) {
        return here(w, make(w, op, x, x));
    }
    uint32_t slope = local(w, op, 0, x, x);
    return w->slip == SLIP_FUNCTION_SIGN ? here(w, make(w, OP_NEG, slope, slope)) : slope;
}

// The chain rule: the outer slope at x, times the slope of x.
static uint32_t chain(struct slipping *w, enum op op, uint32_t x, uint32_t n)
{
    bool inside = x != w->in;
    uint32_t at = x;
    if (inside && w->slip == SLIP_AT_X) {
        at = here(w, w->in);
    } else if (inside && w->slip == SLIP_AT_INNER_SLOPE) {
        at = here(w, slope_of(w, x));
    }
    uint32_t outer = op == OP_POW ? power_factor(w, at, n) : function_factor(w, op, at);
    if (inside && w->slip == SLIP_INSIDE_LOST) {
        return here(w, outer);
    }
    return make(w, OP_MUL, outer, slope_of(w, x));
}

static uint32_t product(struct slipping *w, uint32_t a, uint32_t b)
{
    uint32_t first = make(w, OP_MUL, slope_of(w, a), b);
    uint32_t second = make(w, OP_MUL, a, slope_of(w, b));
    switch (w->slip) {
    case SLIP_PRODUCT_OF_SLOPES:
        return here(w, make(w, OP_MUL, slope_of(w, a), slope_of(w, b)));
    case SLIP_PRODUCT_FIRST:
        return here(w, first);
    case SLIP_PRODUCT_SECOND:
        return here(w, second);
    default:
        return make(w, OP_ADD, first, second);
    }
}

static uint32_t quotient(struct slipping *w, uint32_t a, uint32_t b)
{
    uint32_t first = make(w, OP_MUL, slope_of(w, a), b);
    uint32_t second = make(w, OP_MUL, a, slope_of(w, b));
    uint32_t below = make(w, OP_MUL, b, b);
    switch (w->slip) {
    case SLIP_QUOTIENT_OF_SLOPES:
        return here(w, make(w, OP_DIV, slope_of(w, a), slope_of(w, b)));
    case SLIP_QUOTIENT_SUM:
        return here(w, make(w, OP_DIV, make(w, OP_ADD, first, second), below));
    case SLIP_QUOTIENT_FLIPPED:
        return here(w, make(w, OP_DIV, make(w, OP_SUB, second, first), below));
    case SLIP_QUOTIENT_UNSQUARED:
        return here(w, make(w, OP_DIV, make(w, OP_SUB, first, second), b));
    default:
        return make(w, OP_DIV, make(w, OP_SUB, first, second), below);
    }
}

// A constant times f, or f over a constant: the constant stays.
static uint32_t scaled(struct slipping *w, enum op op, uint32_t a, uint32_t b)
{
    uint32_t inner = varies(w, a) ? slope_of(w, a) : slope_of(w, b);
    if (w->slip == SLIP_FACTOR_LOST) {
        return here(w, inner);
    }
    return varies(w, a) ? make(w, op, inner, b) : make(w, op, a, inner);
}

static uint32_t any(struct slipping *w, enum op op, uint32_t a, uint32_t b)
{
    uint32_t sum = EXPR_NONE;
    uint32_t operands[2] = {a, b};
    int arity = op_get(op)->arity;
    BS_ASSERT(arity <= 2);
    for (int slot = 0; slot < arity; slot++) {
        if (varies(w, operands[slot])) {
            uint32_t share = make(w, OP_MUL, local(w, op, slot, a, b), slope_of(w, operands[slot]));
            sum = sum == EXPR_NONE ? share : make(w, OP_ADD, sum, share);
        }
    }
    return sum;
}

static uint32_t op_slope_of(struct slipping *w, enum op op, uint32_t a, uint32_t b)
{
    bool both = varies(w, a) && varies(w, b);
    bool product_of_two = op == OP_MUL || (op == OP_DIV && varies(w, a));
    if (op_get(op)->arity == 1 && op != OP_NEG) {
        return chain(w, op, a, a);
    }
    if (op == OP_POW && !varies(w, b)) {
        return chain(w, op, a, b);
    }
    if (op == OP_MUL && both) {
        return product(w, a, b);
    }
    if (op == OP_DIV && varies(w, b)) {
        return quotient(w, a, b);
    }
    if (product_of_two) {
        return scaled(w, op, a, b);
    }
    return any(w, op, a, b);
}

static uint32_t node_slope(struct slipping *w, uint32_t id)
{
    struct expr e = expr_get(w->p, id);
    if (id == w->in) {
        return number(w, 1);
    }
    if (e.kind != EXPR_OP) {
        return number(w, 0);
    }
    enum op op = (enum op)e.op;
    bool sum = op == OP_ADD || op == OP_SUB;
    if (sum && w->slip == SLIP_CONSTANT_KEPT && varies(w, e.a) != varies(w, e.b)) {
        return here(w, make(w, op, varies(w, e.a) ? slope_of(w, e.a) : e.a,
                            varies(w, e.b) ? slope_of(w, e.b) : e.b));
    }
    return varies(w, id) ? op_slope_of(w, op, e.a, e.b) : number(w, 0);
}

static void find_varying(struct slipping *w, const struct buf *ids)
{
    for (size_t i = 0; i < ids->count; i++) {
        uint32_t id = BUF(uint32_t, ids)[i];
        struct expr e = expr_get(w->p, id);
        BUF(bool, &w->varies)
        [id] = id == w->in || (e.kind == EXPR_OP && (varies(w, e.a) || varies(w, e.b)));
    }
}

// The derivative of `base` with the slip made; EXPR_NONE if it cannot be made.
static uint32_t slipped(struct slipping *w, const struct buf *ids, enum slip slip)
{
    w->slip = slip;
    w->made = false;
    uint32_t result = EXPR_NONE;
    for (size_t i = 0; i < ids->count; i++) {
        uint32_t id = BUF(uint32_t, ids)[i];
        result = node_slope(w, id);
        BUF(uint32_t, &w->slopes)[id] = result;
        if (result == EXPR_NONE) {
            return result;
        }
    }
    return w->made ? result : EXPR_NONE;
}

static bool same(const struct exprs *p, uint32_t a, uint32_t b)
{
    struct comparison c;
    bool same = a != EXPR_NONE && b != EXPR_NONE && compare_formulas(p, a, b, &c);
    if (same) {
        same = c.verdict == VERDICT_SAME;
        comparison_release(&c);
    }
    return same;
}

// The only slip that leads to what was given; SLIP_NONE if none does, or several do.
static enum slip find_slip(struct slipping *w, const struct buf *ids, uint32_t given)
{
    enum slip found = SLIP_NONE;
    for (enum slip slip = SLIP_NONE + 1; slip < SLIP_COUNT; slip++) {
        if (same(w->p, slipped(w, ids, slip), given)) {
            if (found != SLIP_NONE) {
                return SLIP_NONE;
            }
            found = slip;
        }
    }
    return found;
}

bool diagnose_formula(struct judging *j, struct exprs *p, uint32_t base, uint32_t in,
                      uint32_t right, uint32_t given)
{
    enum { NODES_MOST = 200 };
    struct slipping w = {.p = p, .in = in};
    struct buf ids;
    size_t count = (base > in ? base : in) + (size_t)1;
    buf_init(&w.slopes, sizeof(uint32_t));
    buf_init(&w.varies, sizeof(bool));
    enum slip slip = SLIP_NONE;
    if (expr_reach(p, base, &ids) && ids.count <= NODES_MOST && buf_resize(&w.slopes, count) &&
        buf_resize(&w.varies, count)) {
        find_varying(&w, &ids);
        slip = find_slip(&w, &ids, given);
    }
    bool said = slip != SLIP_NONE;
    if (said) {
        judge_say(j, "That is what comes out when %s.", phrase(j->q->language, says[slip]));
    } else if (same(p, given, base)) {
        said = true;
        judge_say(j, "That is the function itself; its slope is asked for.");
    } else if (same(p, given, expr_apply(p, OP_NEG, right, right))) {
        said = true;
        judge_say(j, "The sign is turned; all else is right.");
    }
    buf_release(&ids);
    buf_release(&w.slopes);
    buf_release(&w.varies);
    return said;
}
