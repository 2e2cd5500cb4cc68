// The instructions, for vectors of one width: included once by each file that is compiled for it,
// which defines LANES_WIDTH (doubles in a vector) and LANES_KERNEL (the name of its table).
//
// Nothing here may be shared with code for another processor: all is static but that table.
#include <string.h>

#define OPS_IN_LOOPS
#include "engine/lanes_parts.h"
#include "engine/ops_inline.h"

#define INLINE static inline __attribute__((always_inline))

typedef double vector __attribute__((vector_size(8 * LANES_WIDTH), aligned(8), may_alias));

typedef int64_t mask __attribute__((vector_size(8 * LANES_WIDTH)));

INLINE vector load(const double *at)
{
    return *(const vector *)at;
}

INLINE void store(double *at, vector v)
{
    *(vector *)at = v;
}

// Sums are kept in variables with names, not in an array, or compilers keep them in memory: a block
// of sums is written by repeating a line for each. Sum i of a block that is V vectors wide belongs
// to row i / V and to vector i % V of it. Two vectors side by side hide how long an addition takes;
// only where two are wider than a row may be, one can be left over.
#define ONE_LEFT (2 * LANES_WIDTH > LANES_STEP)
#define REPEAT_1(LINE) LINE(0)
#define REPEAT_2(LINE) REPEAT_1(LINE) LINE(1)
#define REPEAT_4(LINE) REPEAT_2(LINE) LINE(2) LINE(3)
#define REPEAT_5(LINE) REPEAT_4(LINE) LINE(4)
#define REPEAT_8(LINE) REPEAT_5(LINE) LINE(5) LINE(6) LINE(7)
#define REPEAT_10(LINE) REPEAT_8(LINE) LINE(8) LINE(9)

INLINE const double *row_at(const struct run *r, uint32_t row)
{
    size_t width = r->tile->width;
    return (row & ROW_INPUT) != 0 ? r->input + (row & ROW_INDEX) * width : r->value + row * width;
}

// ---- Maps ---------------------------------------------------------------------------------------

// Rows of one operand: `count` rows in a row, or a uniform spread over the scratch.
static const double *spread(const struct run *r, uint32_t row, double *scratch)
{
    if ((row & ROW_UNIFORM) == 0) {
        return row_at(r, row);
    }
    double value = r->node_value[BUF(uint32_t, &r->program->uniforms)[row & ROW_INDEX]];
    for (size_t l = 0; l < r->tile->width; l++) {
        scratch[l] = value;
    }
    return scratch;
}

static void map_rows(enum op op, double *restrict v, const double *x, const double *y, size_t n)
{
    switch (op) {
#define OP(ID, ARITY, FORM, NAME, SIGN, VALUE, ...)                                                \
    case OP_##ID:                                                                                  \
        for (size_t i = 0; i < n; i++) {                                                           \
            v[i] = op_value_inline(OP_##ID, x[i], y[i]);                                           \
        }                                                                                          \
        return;
#include "engine/ops.def"
    case OP_LEAF:
    case OP_COUNT:
        return;
    }
}

// Where a derivative has two forms (USUAL in ops.def): the one for all, and then the other for those
// that need it, moved together so that they are computed side by side. n is at most SOME, a multiple
// of LANES_STEP.
enum { SOME = 64 };

// The usual form for a vector of operands; for which of them it serves.
INLINE mask usual_slopes(enum op op, vector x, vector v, vector *dx)
{
    switch (op) {
#define USUAL(ID, WHERE, DX)                                                                       \
    case OP_##ID:                                                                                  \
        *dx = DX;                                                                                  \
        return WHERE;
#include "engine/ops.def"
    default:
        return (mask){0};
    }
}

INLINE bool are_all(mask m)
{
    int64_t all = m[0];
    for (int i = 1; i < LANES_WIDTH; i++) {
        all &= m[i];
    }
    return all != 0;
}

INLINE void slopes_by_forms(enum op op, double *restrict dx, const double *restrict x,
                            const double *restrict v, size_t n)
{
    double far[SOME], value[SOME], slope[SOME], none;
    uint32_t at[SOME + 1], others = 0;
    for (size_t i = 0; i < n; i += LANES_WIDTH) {
        vector usual;
        mask serves = usual_slopes(op, load(x + i), load(v + i), &usual);
        store(dx + i, usual);
        for (int k = 0; k < LANES_WIDTH && !are_all(serves); k++) {
            at[others] = (uint32_t)i + (uint32_t)k;
            others += serves[k] == 0;
        }
    }
    size_t padded = (others + LANES_STEP - 1) / LANES_STEP * LANES_STEP;
    for (size_t k = 0; k < padded; k++) {
        uint32_t from = at[k < others ? k : 0];
        far[k] = x[from];
        value[k] = v[from];
    }
    for (size_t k = 0; k < padded; k++) {
        op_slopes_inline(op, far[k], 0, value[k], false, &slope[k], &none);
    }
    for (size_t k = 0; k < others; k++) {
        dx[at[k]] = slope[k];  // analysis: others is at most padded
    }
}

INLINE void give_by_forms(enum op op, double *restrict to, const double *restrict g,
                          const double *x, const double *v, size_t n)
{
    double dx[SOME];
    for (size_t i = 0; i < n; i += SOME) {
        size_t some = n - i < SOME ? n - i : SOME;
        slopes_by_forms(op, dx, x + i, v + i, some);
        for (size_t k = 0; k < some; k++) {
            to[i + k] += g[i + k] * dx[k];
        }
    }
}

// What one operand receives is added to `to`.
static void give_rows(enum op op, int operand, double *restrict to, const double *restrict g,
                      const double *x, const double *y, const double *v, size_t n)
{
    switch (op) {
#define OP(ID, ARITY, FORM, NAME, SIGN, VALUE, ...)                                                \
    case OP_##ID:                                                                                  \
        if (op_has_usual_inline(OP_##ID)) {                                                        \
            give_by_forms(OP_##ID, to, g, x, v, n);                                                \
        } else if (operand == 0) {                                                                 \
            for (size_t i = 0; i < n; i++) {                                                       \
                double dx = 0, dy = 0;                                                             \
                op_slopes_inline(OP_##ID, x[i], y[i], v[i], false, &dx, &dy);                      \
                to[i] += (op_flat_inline(OP_##ID, x[i], y[i]) & 1) != 0 ? 0 : g[i] * dx;           \
            }                                                                                      \
        } else if (ARITY == 2) {                                                                   \
            for (size_t i = 0; i < n; i++) {                                                       \
                double dx = 0, dy = 0;                                                             \
                op_slopes_inline(OP_##ID, x[i], y[i], v[i], true, &dx, &dy);                       \
                to[i] += (op_flat_inline(OP_##ID, x[i], y[i]) & 2) != 0 ? 0 : g[i] * dy;           \
            }                                                                                      \
        }                                                                                          \
        return;
#include "engine/ops.def"
    case OP_LEAF:
    case OP_COUNT:
        return;
    }
}

// Are both operands so many rows in a row?
static bool is_flat(const struct instruction *in)
{
    bool binary = op_arity_inline(in->op) == 2;
    return in->count == 1 ? ((in->row[0] | (binary ? in->row[1] : 0)) & ROW_UNIFORM) == 0
                          : ((in->row[0] | (binary ? in->row[1] : 0)) & ROW_UNIFORM) == 0 &&
                                !in->again[0] && (!binary || !in->again[1]);
}

INLINE uint32_t operand_row(const struct instruction *in, int operand, uint32_t s)
{
    return in->row[operand] + (in->again[operand] ? 0 : s);
}

static void run_map(const struct run *r, const struct instruction *in)
{
    size_t width = r->tile->width;
    double *v = r->value + in->slot * width;
    bool binary = op_arity_inline(in->op) == 2;
    if (is_flat(in)) {
        const double *x = row_at(r, in->row[0]), *y = binary ? row_at(r, in->row[1]) : x;
        map_rows(in->op, v, x, y, in->count * width);
        return;
    }
    for (uint32_t s = 0; s < in->count; s++) {
        const double *x = spread(r, operand_row(in, 0, s), r->scratch);
        const double *y = binary ? spread(r, operand_row(in, 1, s), r->scratch + width) : x;
        map_rows(in->op, v + s * width, x, y, width);
    }
}

// The share of row s in operand `operand`, added to `to`.
static void give_one(const struct run *r, const struct instruction *in, int operand, uint32_t s,
                     double *to)
{
    size_t width = r->tile->width;
    const double *x = spread(r, operand_row(in, 0, s), r->scratch);
    const double *y =
        op_arity_inline(in->op) == 2 ? spread(r, operand_row(in, 1, s), r->scratch + width) : x;
    give_rows(in->op, operand, to, r->grad + (in->slot + s) * width, x, y,
              r->value + (in->slot + s) * width, width);
}

// A uniform's shares: lane by lane, the last first, and in a lane row by row.
static void give_uniform(const struct run *r, const struct instruction *in, int operand)
{
    size_t width = r->tile->width;
    const uint32_t *uniform =
        BUF_FROM(uint32_t, &r->program->uniforms, in->row[operand] & ROW_INDEX);
    double *shares = r->scratch + 2 * width;
    bool again = in->again[operand];
    for (uint32_t s = in->count; s-- > 0;) {
        double *share = shares + (again ? s * width : 0);
        memset(share, 0, width * sizeof *share);
        give_one(r, in, operand, s, share);
        for (uint32_t l = r->tile->real; l-- > 0 && !again;) {
            r->node_grad[uniform[s]] += share[l];
        }
    }
    for (uint32_t l = r->tile->real; l-- > 0 && again;) {
        for (uint32_t s = in->count; s-- > 0;) {
            r->node_grad[uniform[0]] += shares[s * width + l];
        }
    }
}

static void return_map(const struct run *r, const struct instruction *in)
{
    size_t width = r->tile->width;
    bool flat = is_flat(in);
    for (int operand = 0; operand < 2; operand++) {
        uint32_t row = in->row[operand];
        if (!in->gives[operand]) {
            continue;
        }
        if ((row & ROW_UNIFORM) != 0) {
            give_uniform(r, in, operand);
        } else if (flat) {
            const double *x = row_at(r, in->row[0]);
            const double *y = op_arity_inline(in->op) == 2 ? row_at(r, in->row[1]) : x;
            give_rows(in->op, operand, r->grad + row * width, r->grad + in->slot * width, x, y,
                      r->value + in->slot * width, in->count * width);
        } else {
            for (uint32_t s = in->count; s-- > 0;) {
                give_one(r, in, operand, s, r->grad + operand_row(in, operand, s) * width);
            }
        }
    }
}

// ---- Dots ---------------------------------------------------------------------------------------

// Where the rows of x lie, in this tile's values and inputs; likewise their gradients.
static const double **point(const struct run *r, const struct instruction *in, bool gradients)
{
    const uint32_t *x = BUF_FROM(uint32_t, &r->program->rows, in->x);
    size_t width = r->tile->width;
    for (uint32_t k = 0; k < in->terms; k++) {
        bool input = (x[k] & ROW_INPUT) != 0;
        r->pointers[k] = !gradients ? row_at(r, x[k]) : input ? NULL : r->grad + x[k] * width;
    }
    return r->pointers;
}

// What a block works on: from row `at` of the outputs or operands, from lane l on.
struct lane_block {
    const double *const *x;
    const double *weight;  // [terms][stride], from the first output on
    size_t stride, width, lane;
    uint32_t terms, count;
    enum lanes_bias bias;
    double *out;  // [output][width]
};

// out[j][l], each sum in the order of the terms.
#define SUM_BEGINS(i) vector s##i = load(x + (i % V) * LANES_WIDTH) * w[i / V];
#define SUM_BEGINS_AT_BIAS(i) s##i = s##i + bias[i / V];
#define BIAS_BEGINS(i) s##i = (vector){0} + bias[i / V];
#define TERM_ADDS(i) s##i += load(x + (i % V) * LANES_WIDTH) * w[i / V];
#define SUM_ENDS(i) store(out + (i / V) * b->width + (i % V) * LANES_WIDTH, s##i);
#define DOTS_BLOCK(NAME, REPEAT, VECTORS)                                                          \
    static void NAME(const struct lane_block *b)                                                   \
    {                                                                                              \
        enum { V = VECTORS };                                                                      \
        const double *w = b->weight, *bias = w + b->terms * b->stride, *x = b->x[0] + b->lane;     \
        double *out = b->out + b->lane;                                                            \
        uint32_t k = 1;                                                                            \
        REPEAT(SUM_BEGINS)                                                                         \
        if (b->bias == BIAS_FIRST) {                                                               \
            REPEAT(BIAS_BEGINS)                                                                    \
            k = 0;                                                                                 \
        }                                                                                          \
        for (w += k * b->stride; k < b->terms; k++, w += b->stride) {                              \
            x = b->x[k] + b->lane;                                                                 \
            REPEAT(TERM_ADDS)                                                                      \
        }                                                                                          \
        if (b->bias == BIAS_LAST) {                                                                \
            REPEAT(SUM_BEGINS_AT_BIAS)                                                             \
        }                                                                                          \
        REPEAT(SUM_ENDS)                                                                           \
    }

DOTS_BLOCK(dots_4_by_2, REPEAT_8, 2)
DOTS_BLOCK(dots_4_by_1, REPEAT_4, 1)
DOTS_BLOCK(dots_1_by_8, REPEAT_8, 8)
DOTS_BLOCK(dots_1_by_2, REPEAT_2, 2)
DOTS_BLOCK(dots_1_by_1, REPEAT_1, 1)

static void run_dots(const struct run *r, const struct instruction *in)
{
    size_t width = r->tile->width;
    struct lane_block b = {point(r, in, false),
                           r->weight + in->weight,
                           in->stride,
                           width,
                           0,
                           in->terms,
                           in->count,
                           in->bias,
                           r->value + in->slot * width};
    uint32_t j = 0;
    for (; j + 4 <= in->count; j += 4, b.weight += 4, b.out += 4 * width) {
        for (b.lane = 0; b.lane + 2 * LANES_WIDTH <= width; b.lane += 2 * LANES_WIDTH) {
            dots_4_by_2(&b);
        }
        if (ONE_LEFT && b.lane < width) {
            dots_4_by_1(&b);
        }
    }
    for (; j < in->count; j++, b.weight++, b.out += width) {
        for (b.lane = 0; b.lane + 8 * LANES_WIDTH <= width; b.lane += 8 * LANES_WIDTH) {
            dots_1_by_8(&b);
        }
        for (; b.lane + 2 * LANES_WIDTH <= width; b.lane += 2 * LANES_WIDTH) {
            dots_1_by_2(&b);
        }
        if (ONE_LEFT && b.lane < width) {
            dots_1_by_1(&b);
        }
    }
}

// The gradients of rows x[0] …, to which each output adds, the last one first.
#define GRADIENT_BEGINS(i) vector s##i = load(b->x[i / V] + b->lane + (i % V) * LANES_WIDTH);
#define OUTPUT_ADDS(i) s##i += load(g + (i % V) * LANES_WIDTH) * w[(i / V) * b->stride];
#define GRADIENT_ENDS(i) store((double *)b->x[i / V] + b->lane + (i % V) * LANES_WIDTH, s##i);
#define RETURN_BLOCK(NAME, REPEAT, VECTORS)                                                        \
    static void NAME(const struct lane_block *b)                                                   \
    {                                                                                              \
        enum { V = VECTORS };                                                                      \
        const double *g = b->out + b->lane + b->count * b->width, *w = b->weight + b->count;       \
        REPEAT(GRADIENT_BEGINS)                                                                    \
        for (uint32_t j = b->count; j > 0; j--) {                                                  \
            g -= b->width;                                                                         \
            w--;                                                                                   \
            REPEAT(OUTPUT_ADDS)                                                                    \
        }                                                                                          \
        REPEAT(GRADIENT_ENDS)                                                                      \
    }

RETURN_BLOCK(return_4_by_2, REPEAT_8, 2)
RETURN_BLOCK(return_4_by_1, REPEAT_4, 1)
RETURN_BLOCK(return_1_by_8, REPEAT_8, 8)
RETURN_BLOCK(return_1_by_2, REPEAT_2, 2)
RETURN_BLOCK(return_1_by_1, REPEAT_1, 1)

// One operand's gradient, or four's.
static void return_one(struct lane_block *b)
{
    for (b->lane = 0; b->lane + 8 * LANES_WIDTH <= b->width; b->lane += 8 * LANES_WIDTH) {
        return_1_by_8(b);
    }
    for (; b->lane + 2 * LANES_WIDTH <= b->width; b->lane += 2 * LANES_WIDTH) {
        return_1_by_2(b);
    }
    if (ONE_LEFT && b->lane < b->width) {
        return_1_by_1(b);
    }
}

static void return_four(struct lane_block *b)
{
    for (b->lane = 0; b->lane + 2 * LANES_WIDTH <= b->width; b->lane += 2 * LANES_WIDTH) {
        return_4_by_2(b);
    }
    if (ONE_LEFT && b->lane < b->width) {
        return_4_by_1(b);
    }
}

static void return_operands(const struct run *r, const struct instruction *in)
{
    size_t width = r->tile->width;
    struct lane_block b = {
        point(r, in, true), r->weight + in->weight,    in->stride, width, 0, in->terms, in->count,
        in->bias,           r->grad + in->slot * width};
    for (uint32_t k = 0; k < in->terms;) {
        uint32_t run = 0;
        while (run < 4 && k + run < in->terms && b.x[run] != NULL) {
            run++;
        }
        if (run == 4) {
            return_four(&b);
        } else if (run > 0) {
            return_one(&b);
        }
        run = run == 4 ? 4 : 1;
        k += run;
        b.x += run;
        b.weight += run * in->stride;
    }
}

// Rows turned into columns: out[l][c] for the tile's real lanes, zeros up to the stride; four rows and
// four lanes at a time. `out` has room for all lanes of the tile.
typedef double quad __attribute__((vector_size(32), aligned(8), may_alias));
#ifdef __clang__
#define CHOOSE(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
typedef int64_t quad_index __attribute__((vector_size(32)));
#define CHOOSE(a, b, i, j, k, l) __builtin_shuffle(a, b, (quad_index){i, j, k, l})
#endif

INLINE void turn_quad(const double *const row[4], size_t lane, size_t stride, double *out)
{
    const quad a = *(const quad *)(row[0] + lane), b = *(const quad *)(row[1] + lane);
    const quad c = *(const quad *)(row[2] + lane), d = *(const quad *)(row[3] + lane);
    const quad ab0 = CHOOSE(a, b, 0, 4, 2, 6), ab1 = CHOOSE(a, b, 1, 5, 3, 7);
    const quad cd0 = CHOOSE(c, d, 0, 4, 2, 6), cd1 = CHOOSE(c, d, 1, 5, 3, 7);
    *(quad *)out = CHOOSE(ab0, cd0, 0, 1, 4, 5);
    *(quad *)(out + stride) = CHOOSE(ab1, cd1, 0, 1, 4, 5);
    *(quad *)(out + 2 * stride) = CHOOSE(ab0, cd0, 2, 3, 6, 7);
    *(quad *)(out + 3 * stride) = CHOOSE(ab1, cd1, 2, 3, 6, 7);
}

static void turn(const struct run *r, const double *const *row, uint32_t count, uint32_t stride,
                 double *out)
{
    uint32_t real = r->tile->real;
    for (uint32_t c = 0; c < stride; c += 4) {
        const double *four[4];
        for (uint32_t k = 0; k < 4; k++) {
            four[k] = c + k < count ? row[c + k] : r->zeros;
        }
        for (uint32_t l = 0; l < real; l += 4) {
            turn_quad(four, l, stride, out + (size_t)l * stride + c);
        }
    }
}

// gradient[i][c] += a[i][l] × turned[l][c]: lanes last to first, so that every weight's sum runs as
// the tape's does.
#define SHARE_BEGINS(i) vector s##i = load(gradient + (i / V) * stride + (i % V) * LANES_WIDTH);
#define LANE_ADDS(i) s##i += load(column + (i % V) * LANES_WIDTH) * a[i / V][l];
#define SHARE_ENDS(i) store(gradient + (i / V) * stride + (i % V) * LANES_WIDTH, s##i);
#define OUTER_BLOCK(NAME, REPEAT, VECTORS)                                                         \
    static void NAME(const double *const *a, const double *turned, size_t stride, uint32_t real,   \
                     double *gradient)                                                             \
    {                                                                                              \
        enum { V = VECTORS };                                                                      \
        const double *column = turned + real * stride;                                             \
        REPEAT(SHARE_BEGINS)                                                                       \
        for (size_t l = real; l-- > 0;) {                                                          \
            column -= stride;                                                                      \
            REPEAT(LANE_ADDS)                                                                      \
        }                                                                                          \
        REPEAT(SHARE_ENDS)                                                                         \
    }

typedef void outer_block(const double *const *a, const double *turned, size_t stride, uint32_t real,
                         double *gradient);

OUTER_BLOCK(outer_5_by_2, REPEAT_10, 2)
OUTER_BLOCK(outer_5_by_1, REPEAT_5, 1)
OUTER_BLOCK(outer_4_by_2, REPEAT_8, 2)
OUTER_BLOCK(outer_4_by_1, REPEAT_4, 1)
OUTER_BLOCK(outer_1_by_2, REPEAT_2, 2)
OUTER_BLOCK(outer_1_by_1, REPEAT_1, 1)

// The columns from c on that the blocks are wide.
static void outer_columns(const double *const *a, uint32_t rows, const double *turned,
                          uint32_t stride, uint32_t real, double *gradient, bool two)
{
    outer_block *five = two ? outer_5_by_2 : outer_5_by_1,
                *four = two ? outer_4_by_2 : outer_4_by_1, *one = two ? outer_1_by_2 : outer_1_by_1;
    for (uint32_t i = 0; i < rows;) {
        uint32_t left = rows - i, take = left == 5 ? 5 : left >= 4 ? 4 : 1;
        outer_block *block = take == 5 ? five : take == 4 ? four : one;
        block(a + i, turned, stride, real, gradient + (size_t)i * stride);
        i += take;
    }
}

static void outer(const struct run *r, const double *const *a, uint32_t rows, const double *turned,
                  uint32_t stride, double *gradient)
{
    uint32_t c = 0;
    for (; c + 2 * LANES_WIDTH <= stride; c += 2 * LANES_WIDTH) {
        outer_columns(a, rows, turned + c, stride, r->tile->real, gradient + c, true);
    }
    if (ONE_LEFT && c < stride) {
        outer_columns(a, rows, turned + c, stride, r->tile->real, gradient + c, false);
    }
}

static void return_weights(const struct run *r, const struct instruction *in)
{
    const struct lanes_program *p = r->program;
    const uint32_t *x = BUF_FROM(uint32_t, &p->rows, in->x);
    size_t width = r->tile->width;
    const double **operand = r->pointers, **output = r->pointers + in->terms + 1;
    uint32_t operands = in->terms + (in->bias != BIAS_NONE);
    for (uint32_t k = 0; k < in->terms; k++) {
        operand[k] = row_at(r, x[k]);
    }
    operand[in->terms] = r->ones;
    for (uint32_t j = 0; j < in->count; j++) {
        output[j] = r->grad + (in->slot + j) * width;
    }
    if (in->shared) {
        lanes_fetch(p, in, r->node_grad, r->gradient);
    }
    double *gradient = r->gradient + in->gradient;
    if (in->across) {
        turn(r, operand, operands, in->gradient_stride, r->scratch);
        outer(r, output, in->count, r->scratch, in->gradient_stride, gradient);
    } else {
        turn(r, output, in->count, in->gradient_stride, r->scratch);
        outer(r, operand, operands, r->scratch, in->gradient_stride, gradient);
    }
    if (in->shared) {
        lanes_put_back(p, in, r->node_grad, r->gradient);
    }
}

// ---- Picks --------------------------------------------------------------------------------------

static void run_pick(const struct run *r, const struct instruction *in)
{
    const uint32_t *slot = &BUF(uint32_t, &r->program->picks)[in->picks + r->tile->first];
    size_t width = r->tile->width;
    double *to = r->value + in->slot * width;
    for (uint32_t l = 0; l < width; l++) {
        uint32_t from = slot[l < r->tile->real ? l : r->tile->real - 1];
        to[l] = r->value[from * width + l];
    }
}

static void return_pick(const struct run *r, const struct instruction *in)
{
    const uint32_t *slot = &BUF(uint32_t, &r->program->picks)[in->picks + r->tile->first];
    size_t width = r->tile->width;
    for (uint32_t l = 0; l < r->tile->real; l++) {
        r->grad[slot[l] * width + l] += r->grad[in->slot * width + l];
    }
}

// ---- All of it ----------------------------------------------------------------------------------

static void forward(const struct run *r)
{
    const struct instruction *code = r->program->code.data;
    for (size_t i = 0; i < r->program->code.count; i++) {
        switch (code[i].kind) {
        case LANES_MAP:
            run_map(r, &code[i]);
            break;
        case LANES_DOTS:
            run_dots(r, &code[i]);
            break;
        case LANES_PICK:
            run_pick(r, &code[i]);
            break;
        }
    }
}

static void backward(const struct run *r)
{
    const struct lanes_program *p = r->program;
    const struct instruction *code = p->code.data;
    size_t width = r->tile->width;
    for (size_t i = 0; i < p->slots * width; i += LANES_WIDTH) {
        store(r->grad + i, (vector){0});
    }
    for (size_t i = 0; i < p->terms.count; i++) {
        double *g = r->grad + BUF(uint32_t, &p->terms)[i] * width;
        for (size_t l = 0; l < width; l++) {
            g[l] += r->upstream;
        }
    }
    for (size_t i = p->code.count; i-- > 0;) {
        switch (code[i].kind) {
        case LANES_MAP:
            return_map(r, &code[i]);
            break;
        case LANES_DOTS:
            return_weights(r, &code[i]);
            return_operands(r, &code[i]);
            break;
        case LANES_PICK:
            return_pick(r, &code[i]);
            break;
        }
    }
}

const struct kernel LANES_KERNEL = {64 * LANES_WIDTH, forward, backward, map_rows, give_rows};
