#include "formula/same.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "engine/rng.h"

// Agreements on values other than 0 that are enough; points tried for them; operations evaluated.
enum { ENOUGH = 64, TRIES = 2048, WORK_MOST = 1 << 24 };

// A value and a bound on its error; the error is not finite where the value is not defined.
struct estimate {
    double value, error;
};

struct comparing {
    const struct exprs *p;
    struct buf left, right;  // uint32_t: the nodes of each
    struct buf estimates;    // struct estimate, by node
    struct buf at;           // double, by name
    struct buf scales;       // double: sizes of names at which numbers in the formulas matter
    struct rng rng;
    size_t strong;  // agreements of values other than 0
};

// ---- Values with errors -------------------------------------------------------------------------

static struct estimate number_estimate(double v)
{
    // A decimal such as 0.1 is not exactly what was written; 3 and 0.25 are.
    bool exact = v * 1024 == floor(v * 1024);
    return (struct estimate){v, isfinite(v) && exact ? 0 : fabs(v) * DBL_EPSILON};
}

// How far off an operation's result may be for given operands, relatively; see maths.h.
static double rounding(enum op op, double y)
{
    double ulps = op == OP_POW ? 4 + fmin(fabs(y), 1024) : op_get(op)->form == OP_CALL ? 4 : 1;
    return ulps * DBL_EPSILON;
}

// How far the result moves from v when the operands move by dx and dy, one way and the other: the
// sum of both, for what a single step leaves out where the operation is curved.
static double movement(enum op op, double x, double y, double v, double dx, double dy)
{
    if (dx == 0 && dy == 0) {
        return 0;
    }
    return fabs(op_value(op, x + dx, y + dy) - v) + fabs(op_value(op, x - dx, y - dy) - v);
}

// Sums, differences and products of whole numbers are exact: so (-1)**(n + 1) has a whole exponent.
static bool is_exact(enum op op, struct estimate x, struct estimate y, double v)
{
    bool kept = op == OP_ADD || op == OP_SUB || op == OP_MUL || op == OP_NEG;
    return kept && x.error == 0 && y.error == 0 && x.value == floor(x.value) &&
           y.value == floor(y.value) && fabs(v) <= 1 / DBL_EPSILON;
}

static const struct estimate UNDEFINED = {NAN, INFINITY};

// `once`: both operands are one and the same.
static struct estimate op_estimate(enum op op, struct estimate x, struct estimate y, bool once)
{
    const struct op_row *row = op_get(op);
    double v = op_value(op, x.value, y.value);
    // The domain of ** in ops.def is that of its slopes; its value has a larger one.
    bool defined = isfinite(v) && (op == OP_POW || op_defined(op, x.value, y.value));
    // What is uncertain by more than a wave of the sine tells nothing about its sine.
    if (!defined || (row->form == OP_CALL && fmax(x.error, y.error) > 1e-3)) {
        return UNDEFINED;
    }
    // A 0 may be what is left of something too small for a double, and 0*1e300 is not 0 then. But
    // that does not make x > 0 doubtful.
    if (is_exact(op, x, y, v)) {
        return (struct estimate){v, 0};
    }
    bool jumps = strcmp(row->slope[0], "0") == 0;
    double dx = jumps && x.error < DBL_MIN ? 0 : x.error;
    double dy = jumps && y.error < DBL_MIN ? 0 : y.error;
    // What jumps is exact: 0 or 1, or one of its operands.
    double small = fabs(v) < DBL_MIN ? DBL_TRUE_MIN : 0;
    double error = jumps ? 0 : rounding(op, y.value) * fabs(v) + small;
    error +=
        once ? movement(op, x.value, y.value, v, dx, dy)
             : movement(op, x.value, y.value, v, dx, 0) + movement(op, x.value, y.value, v, 0, dy);
    return (struct estimate){v, error};
}

static struct estimate node_estimate(const struct comparing *c, struct expr e)
{
    const struct estimate *of = c->estimates.data;
    return e.kind == EXPR_NUMBER ? number_estimate(e.number)
           : e.kind == EXPR_NAME ? (struct estimate){BUF(double, &c->at)[e.a], 0}
                                 : op_estimate((enum op)e.op, of[e.a], of[e.b], e.a == e.b);
}

static struct estimate evaluate(struct comparing *c, const struct buf *ids)
{
    struct estimate estimate = UNDEFINED;
    for (size_t i = 0; i < ids->count; i++) {
        uint32_t id = BUF(uint32_t, ids)[i];
        estimate = node_estimate(c, expr_get(c->p, id));
        if (!isfinite(estimate.error)) {
            break;
        }
        BUF(struct estimate, &c->estimates)[id] = estimate;
    }
    return estimate;
}

// ---- Points -------------------------------------------------------------------------------------

// The sizes at which the numbers in the formulas matter: x is min(x, 1000) up to there, and
// sigmoid(1e6*x) is x > 0 down to a millionth.
static bool find_scales(struct comparing *c, const struct buf *ids)
{
    for (size_t i = 0; i < ids->count; i++) {
        struct expr e = expr_get(c->p, BUF(uint32_t, ids)[i]);
        double size = e.kind == EXPR_NUMBER ? fabs(e.number) : 0;
        bool usual = size > 1.0 / 64 && size < 64;
        if (size > 0 && isfinite(size) && !usual) {
            double *at = buf_push(&c->scales, 2);
            if (at == NULL) {
                return false;
            }
            at[0] = 4 * size;
            at[1] = 4 / size;
        }
    }
    return true;
}

// Gives every name a value. Points of one sign reach what only positive numbers can; whole ones are
// for powers such as (-1)**n.
static void draw_point(struct comparing *c, size_t number, bool whole)
{
    static const struct {
        double size;
        bool both_signs;
    } styles[] = {{2, true},   {1, false}, {3, true},  {0.5, true},
                  {10, false}, {1, true},  {30, true}, {300, false}};
    size_t style = number % COUNT_OF(styles);
    bool scaled = !whole && c->scales.count > 0 && number % 3 == 2;
    double scale = scaled ? BUF(double, &c->scales)[number / 3 % c->scales.count] : 0;
    for (size_t i = 0; i < c->at.count; i++) {
        // Where several names meet, any of them may be the large one.
        bool large = scaled && (i == number / 3 % c->at.count || rng_uniform(&c->rng) < 0.5);
        double size = (large ? scale : styles[style].size) * (0.03 + 0.97 * rng_uniform(&c->rng));
        double value = whole ? 1 + floor(fmin(size, 8)) : size;
        bool both = scaled || styles[style].both_signs;
        bool minus = both && rng_uniform(&c->rng) < 0.5;
        BUF(double, &c->at)[i] = minus ? -value : value;
    }
}

// Compares at one point. False: they differ.
static bool compare_at_point(struct comparing *c, struct comparison *out, bool whole)
{
    struct estimate left = evaluate(c, &c->left);
    struct estimate right = isfinite(left.error) ? evaluate(c, &c->right) : left;
    double error = left.error + right.error, apart = fabs(left.value - right.value);
    double size = fmax(fabs(left.value), fabs(right.value));
    if (!isfinite(error)) {
        return true;
    }
    if (apart > error + DBL_MIN) {
        out->left = left.value;
        out->right = right.value;
        return false;
    }
    bool strong = size > 0 && error <= 1e-9 * size;
    c->strong += strong;
    // Two formulas that are both 0 agree; but any two may be where the names are whole numbers.
    out->points += strong || (size <= error && error <= 1e-12 && !whole);
    return true;
}

static void compare_at_points(struct comparing *c, struct comparison *out)
{
    BS_ASSERT(c->left.count > 0);
    size_t work = WORK_MOST / (c->left.count + c->right.count);
    size_t tries = work < TRIES ? work : TRIES;
    for (size_t i = 0; i < tries && c->strong < ENOUGH; i++) {
        bool whole = i >= tries / 2 && out->points < VERDICT_POINTS;
        draw_point(c, i, whole);
        if (!compare_at_point(c, out, whole)) {
            out->verdict = VERDICT_DIFFERENT;
            return;
        }
    }
    out->verdict = out->points >= VERDICT_POINTS ? VERDICT_SAME : VERDICT_OPEN;
}

bool compare_formulas(const struct exprs *p, uint32_t left, uint32_t right, struct comparison *out)
{
    *out = (struct comparison){.verdict = left == right ? VERDICT_SAME : VERDICT_OPEN};
    buf_init(&out->at, sizeof(double));
    if (left == right) {
        return true;
    }
    struct comparing c = {.p = p};
    size_t most = (size_t)(left > right ? left : right) + 1;
    buf_init(&c.right, sizeof(uint32_t));
    buf_init(&c.estimates, sizeof(struct estimate));
    buf_init(&c.at, sizeof(double));
    buf_init(&c.scales, sizeof(double));
    rng_seed(&c.rng, 0);
    bool ok = expr_reach(p, left, &c.left) && expr_reach(p, right, &c.right) &&
              buf_resize(&c.estimates, most) && buf_resize(&c.at, names_count(&p->names)) &&
              find_scales(&c, &c.left) && find_scales(&c, &c.right);
    if (ok) {
        compare_at_points(&c, out);
    }
    buf_release(&c.left);
    buf_release(&c.right);
    buf_release(&c.estimates);
    buf_release(&c.scales);
    out->at = c.at;
    return ok;
}

void comparison_release(struct comparison *c)
{
    buf_release(&c->at);
}
