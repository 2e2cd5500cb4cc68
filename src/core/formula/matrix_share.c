// What each operation hands to its operands, in whole arrays.
#include <math.h>
#include <string.h>

#include "formula/matrix_derive_parts.h"

// ---- Shares -------------------------------------------------------------------------------------

static uint32_t share_of_op(struct matrix_pass *p, const struct matrix_share *s)
{
    const struct mat *m = matrices_at(p->m, s->row);
    uint32_t x = matrix_symbol_of(p, matrices_operand(p->m, s->row, 0));
    uint32_t y = m->used > 1 ? matrix_symbol_of(p, matrices_operand(p->m, s->row, 1)) : x;
    uint32_t v = matrix_symbol_of(p, s->row);
    if (x == EXPR_NONE || y == EXPR_NONE || v == EXPR_NONE) {
        return EXPR_NONE;
    }
    uint32_t slope = expr_formula(&p->pool, op_slope_text(m->op, (int)s->slot), x, y, v);
    return matrix_reduced(p, matrix_times_slope(p, s->gradient, slope), s->from, s->to);
}

// The transpose of what was just made of g and o, as a product of its own: (X.T @ G).T is G.T @ X.
static void note_turned(struct matrix_pass *p, const struct matrix_share *s, uint32_t made,
                        uint32_t g, uint32_t other)
{
    bool left = s->slot == 0;
    struct value v = matrix_shape(VALUE_MATRIX, s->to.cols, s->to.rows);
    if (!matrix_is_symbol(p, made) || s->to.rank != VALUE_MATRIX) {
        return;
    }
    bool vector = matrix_shape_of(p, other).rank != VALUE_MATRIX;
    const char *e = matrix_write(p, g, !vector), *o = matrix_write(p, other, !vector);
    uint32_t turned = vector ? matrix_compose(p, v, left ? "outer(>, <)" : "outer(<, >)", e, o)
                             : matrix_compose(p, v, left ? "(> @ <.T)" : "(<.T @ >)", e, o);
    if (turned != EXPR_NONE) {
        BUF(uint32_t, &p->turned)[expr_get(&p->pool, made).a] = turned + 1;
    }
}

static uint32_t share_of_matmul(struct matrix_pass *p, const struct matrix_share *s)
{
    struct value other_shape = matrix_row_shape(p, matrices_operand(p->m, s->row, 1 - s->slot));
    uint32_t other = matrix_symbol_of(p, matrices_operand(p->m, s->row, 1 - s->slot));
    bool minus, left = s->slot == 0;
    uint32_t g = matrix_without_sign(p, matrix_completed(p, s->gradient, s->from), &minus);
    const char *o = matrix_write(p, other, true), *e = matrix_write(p, g, true);
    bool matrix = s->to.rank == VALUE_MATRIX, other_matrix = other_shape.rank == VALUE_MATRIX;
    uint32_t id;
    if (!matrix && !other_matrix) {
        id = g == EXPR_NONE || other == EXPR_NONE ? EXPR_NONE : matrix_times(p, g, other);
    } else if (matrix && !other_matrix) {
        id = left ? matrix_compose(p, s->to, "outer(<, >)", matrix_write(p, g, false),
                                   matrix_write(p, other, false))
                  : matrix_compose(p, s->to, "outer(>, <)", matrix_write(p, g, false),
                                   matrix_write(p, other, false));
    } else if (matrix) {
        id = left ? matrix_compose(p, s->to, "(< @ >.T)", e, o)
                  : matrix_compose(p, s->to, "(>.T @ <)", e, o);
    } else {
        id = left ? matrix_compose(p, s->to, "(> @ <)", e, o)
                  : matrix_compose(p, s->to, "(>.T @ <)", e, o);
    }
    note_turned(p, s, id, g, other);
    return matrix_with_sign(p, id, minus);
}

static uint32_t share_of_transpose(struct matrix_pass *p, const struct matrix_share *s)
{
    bool minus;
    uint32_t g = matrix_without_sign(p, matrix_completed(p, s->gradient, s->from), &minus);
    uint32_t turned =
        matrix_is_symbol(p, g) ? BUF(uint32_t, &p->turned)[expr_get(&p->pool, g).a] : 0;
    return matrix_with_sign(
        p, turned > 0 ? turned - 1 : matrix_compose(p, s->to, "<.T", matrix_write(p, g, true), ""),
        minus);
}

// Along an axis again: what was summed over it is as many times as there were elements.
static uint32_t share_of_sum(struct matrix_pass *p, const struct matrix_share *s)
{
    const struct mat *m = matrices_at(p->m, s->row);
    uint32_t g = s->gradient;
    double n = (double)(matrix_elements(s->to) / matrix_elements(s->from));
    if (m->kind == MAT_MEAN && n != 1) {
        g = matrix_simplified(p, expr_apply(&p->pool, OP_DIV, g, expr_number(&p->pool, n)));
    }
    if (m->axis == 1 && s->to.rank == VALUE_MATRIX && matrix_shape_of(p, g).rank != VALUE_SCALAR) {
        const char *along = arena_printf(&p->arena, "ones(%u)", (unsigned)s->to.cols);
        g = matrix_compose(p, s->to, "outer(<, >)", matrix_write(p, g, false), along);
    }
    return g;
}

// The sum along the axis of a softmax, stretched over it again.
static uint32_t softmax_sum(struct matrix_pass *p, const struct mat *m, uint32_t formula)
{
    bool minus;
    struct value v = m->value;
    if (formula == EXPR_NONE) {
        return EXPR_NONE;
    }
    formula = matrix_without_sign(p, matrix_completed(p, formula, v), &minus);
    const char *e = matrix_write(p, formula, false);
    const char *n = arena_printf(&p->arena, "ones(%u)", (unsigned)v.cols);
    uint32_t sum = v.rank != VALUE_MATRIX
                       ? matrix_compose(p, matrix_shape(VALUE_SCALAR, 1, 1), "sum(<)", e, "")
                   : m->axis == 0 ? matrix_compose(p, matrix_shape(VALUE_VECTOR, 1, v.cols),
                                                   "sum(<, axis=0)", e, "")
                                  : matrix_compose(p, v, "outer(sum(<, axis=1), >)", e, n);
    return matrix_with_sign(p, sum, minus);
}

// Do the elements of a given array add up to 1 along the axis of this softmax?
static bool adds_up(const struct matrix_pass *p, const struct mat *m, uint32_t row)
{
    struct operand x = lower_operand(matrices_at(p->m, row)->value, (struct span){0});
    if (matrices_at(p->m, row)->kind != MAT_GIVEN || !matrix_same_shape(x.array, m->value)) {
        return false;
    }
    uint32_t lines = m->axis == 0 ? m->value.cols : m->value.rows;
    uint32_t along = m->axis == 0 ? m->value.rows : m->value.cols;
    for (uint32_t i = 0; i < lines; i++) {
        double sum = 0;
        for (uint32_t j = 0; j < along; j++) {
            sum += operand_number(p->w, &x, m->axis == 0 ? j : i, m->axis == 0 ? i : j);
        }
        if (!(fabs(sum - 1) < 1e-12)) {
            return false;
        }
    }
    return true;
}

// R*G - R*sum(R*G). Where R*G is a multiple c*Y of labels that add up to 1, c*(Y - R): softmax and
// cross-entropy.
static uint32_t share_of_softmax(struct matrix_pass *p, const struct matrix_share *s)
{
    const struct mat *m = matrices_at(p->m, s->row);
    uint32_t r = matrix_symbol_of(p, s->row), rg = matrix_times(p, r, s->gradient);
    for (uint32_t i = 0; rg != EXPR_NONE && i <= p->root; i++) {
        uint32_t y = p->labels[i] != NULL && adds_up(p, m, i) ? matrix_symbol_of(p, i) : EXPR_NONE;
        uint32_t ratio =
            y == EXPR_NONE ? y : matrix_simplified(p, expr_apply(&p->pool, OP_DIV, rg, y));
        if (ratio != EXPR_NONE && expr_get(&p->pool, ratio).constant) {
            uint32_t minus = matrix_simplified(p, expr_apply(&p->pool, OP_NEG, ratio, ratio));
            return minus == EXPR_NONE ? minus
                                      : matrix_times(p, minus, expr_apply(&p->pool, OP_SUB, r, y));
        }
    }
    uint32_t second = matrix_times(p, r, softmax_sum(p, m, rg));
    return second == EXPR_NONE ? EXPR_NONE
                               : matrix_simplified(p, expr_apply(&p->pool, OP_SUB, rg, second));
}

static uint32_t share_of_cross_entropy(struct matrix_pass *p, const struct matrix_share *s)
{
    uint32_t labels = matrices_operand(p->m, s->row, 1);
    struct value given = matrix_row_shape(p, labels);
    if (s->slot == 1) {
        matrix_refuse(p, s->row, "the labels of a cross_entropy");
        return EXPR_NONE;
    }
    uint32_t scores = matrix_symbol_of(p, s->operand), target = matrix_symbol_of(p, labels);
    uint32_t chances = matrix_compose(p, s->to, "softmax(<)", matrix_write(p, scores, false), "");
    if (given.rank != s->to.rank) {
        const char *n = arena_printf(&p->arena, "%u", (unsigned)s->to.cols);
        target = matrix_compose(p, s->to, "onehot(<, >)", matrix_write(p, target, false), n);
    }
    if (chances == EXPR_NONE || target == EXPR_NONE) {
        return EXPR_NONE;
    }
    uint32_t error = expr_apply(&p->pool, OP_SUB, chances, target);
    uint32_t rows = expr_number(&p->pool, s->to.rank == VALUE_MATRIX ? s->to.rows : 1);
    return matrix_times(p, s->gradient, expr_apply(&p->pool, OP_DIV, error, rows));
}

static uint32_t share_of_outer(struct matrix_pass *p, const struct matrix_share *s)
{
    uint32_t other = matrix_symbol_of(p, matrices_operand(p->m, s->row, 1 - s->slot));
    const char *o = matrix_write(p, other, true);
    const char *e = matrix_write(p, matrix_completed(p, s->gradient, s->from), true);
    return matrix_compose(p, s->to, s->slot == 0 ? "(< @ >)" : "(> @ <)", e, o);
}

static uint32_t node_at(const struct matrix_pass *p, struct value v, uint32_t i, uint32_t j)
{
    struct operand x = lower_operand(v, (struct span){0});
    return operand_node(p->w, &x, i, j);
}

// [0, 1, 0]: 1 at place k of n.
static const char *unit(struct matrix_pass *p, uint32_t k, uint32_t n)
{
    struct text out;
    text_init(&out);
    for (uint32_t i = 0; i < n; i++) {
        text_addf(&out, i == 0 ? "[%d" : ", %d", i == k);
    }
    text_add_char(&out, ']');
    const char *text = n > 64 ? NULL : arena_copy(&p->arena, text_get(&out), text_length(&out));
    text_release(&out);
    return text;
}

// X[i], X[:, j], X[i, j]: which it is, is seen from the nodes.
static uint32_t share_of_index(struct matrix_pass *p, const struct matrix_share *s)
{
    struct value x = s->to, r = s->from;
    const char *g = matrix_write(p, matrix_completed(p, s->gradient, r), false);
    uint32_t first = node_at(p, r, 0, 0), row = 0, col = 0;
    while (row < x.rows && node_at(p, x, row, col) != first) {
        col = col + 1 < x.cols ? col + 1 : 0;
        row += col == 0;
    }
    if (row == x.rows || r.rank == VALUE_MATRIX || (r.rank == x.rank && r.cols != x.cols)) {
        matrix_refuse(p, s->row, "a slice");
        return EXPR_NONE;
    }
    if (r.rank == VALUE_SCALAR && x.rank == VALUE_VECTOR) {
        uint32_t at = matrix_symbol(p, unit(p, col, x.cols), x);
        return at == EXPR_NONE ? at : matrix_times(p, s->gradient, at);
    }
    if (r.rank == VALUE_SCALAR) {
        uint32_t at =
            matrix_compose(p, x, "outer(<, >)", unit(p, row, x.rows), unit(p, col, x.cols));
        return at == EXPR_NONE ? at : matrix_times(p, s->gradient, at);
    }
    bool is_row =
        r.cols == x.cols && node_at(p, x, row, x.cols - 1) == node_at(p, r, 0, r.cols - 1);
    return is_row ? matrix_compose(p, x, "outer(>, <)", g, unit(p, row, x.rows))
                  : matrix_compose(p, x, "outer(<, >)", g, unit(p, col, x.cols));
}

// [X, Y]: the gradient at the places where the operand is.
static uint32_t share_of_stack(struct matrix_pass *p, const struct matrix_share *s)
{
    struct value x = s->to, r = s->from;
    uint32_t all = EXPR_NONE, first = node_at(p, x, 0, 0);
    bool element = x.rank == VALUE_SCALAR && r.rank == VALUE_VECTOR;
    bool row = x.rank == VALUE_VECTOR && r.rank == VALUE_MATRIX && x.cols == r.cols;
    uint32_t places = element ? r.cols : row ? r.rows : 0;
    const char *g = matrix_write(p, matrix_completed(p, s->gradient, r), true);
    for (uint32_t k = 0; k < places; k++) {
        if (node_at(p, r, element ? 0 : k, element ? k : 0) == first) {
            const char *index = arena_printf(&p->arena, "%u", (unsigned)k);
            uint32_t part = matrix_compose(p, x, "<[>]", g, index);
            all = all == EXPR_NONE ? part : expr_apply(&p->pool, OP_ADD, all, part);
        }
    }
    if (all == EXPR_NONE) {
        matrix_refuse(p, s->row, "an array put together of parts of others");
    }
    return all;
}

uint32_t matrix_share_of(struct matrix_pass *p, const struct matrix_share *s)
{
    const struct mat *m = matrices_at(p->m, s->row);
    switch (m->kind) {
    case MAT_OP:
        return share_of_op(p, s);
    case MAT_MATMUL:
        return share_of_matmul(p, s);
    case MAT_TRANSPOSE:
        return share_of_transpose(p, s);
    case MAT_SUM:
    case MAT_MEAN:
        return share_of_sum(p, s);
    case MAT_SOFTMAX:
        return share_of_softmax(p, s);
    case MAT_CROSS_ENTROPY:
        return share_of_cross_entropy(p, s);
    case MAT_OUTER:
        return share_of_outer(p, s);
    case MAT_INDEX:
        return share_of_index(p, s);
    case MAT_STACK:
        return share_of_stack(p, s);
    default:
        matrix_refuse(p, s->row, m->text == NULL ? "a value whose formula is not known" : m->text);
        return EXPR_NONE;
    }
}
