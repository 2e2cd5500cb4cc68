#include "text/builtin.h"

#include <math.h>
#include <string.h>

#include "text/loss.h"
#include "text/lower.h"

// ---- Arguments ----------------------------------------------------------------------------------

bool builtin_number(struct lower *w, const struct operand *x, const char *what, double *number)
{
    if (operand_is_array(x)) {
        diag_set(w->diag, x->span, "%s is a single number, and this is an array", what);
        return diag_hint(w->diag, "len(X) is how many rows there are");
    }
    *number = lower_number(w, x);
    return true;
}

// -1: over everything; 0 and 1 as NumPy counts axes.
static bool read_axis(struct lower *w, const struct operand *x, uint32_t count, int *axis)
{
    double number = 0;
    *axis = -1;
    if (count < 2) {
        return true;
    }
    if (!builtin_number(w, &x[1], "the axis", &number)) {
        return false;
    }
    int dimensions = x[0].array.rank == VALUE_MATRIX ? 2 : 1;
    number = number < 0 ? number + dimensions : number;
    if (number != 0 && (number != 1 || dimensions < 2)) {
        diag_set(w->diag, x[1].span, "there is no such axis");
        return diag_hint(w->diag, dimensions == 2 ? "0 goes down the columns, 1 along the rows"
                                                  : "a vector has the axis 0 only");
    }
    // A vector lies in one row: its only axis runs along it.
    *axis = dimensions == 2 ? (int)number : -1;
    return true;
}

static bool apply(struct lower *w, enum op op, struct operand *x, struct operand *y,
                  struct span span, struct operand *out)
{
    return lower_apply(w, op, x, y, span, out);
}

static struct operand number_operand(double number, struct span span)
{
    return (struct operand){.number = number, .span = span};
}

// A vector of one result per row, as a column that stretches over the row.
static struct operand as_column(struct operand x)
{
    if (operand_is_array(&x)) {
        x.array = array_transpose(x.array);
        x.array.rank = VALUE_MATRIX;
    }
    return x;
}

// ---- Over arrays --------------------------------------------------------------------------------

static bool call_fold(struct lower *w, enum op op, struct operand *x, uint32_t count,
                      struct span span, struct operand *out)
{
    int axis = -1;
    if (!read_axis(w, x, count, &axis)) {
        return false;
    }
    if (!operand_is_array(x)) {
        *out = *x;
        return true;
    }
    return array_fold(w, op, x, axis, span, out);
}

static bool call_sum(struct lower *w, struct operand *x, uint32_t count, struct span span,
                     struct operand *out)
{
    return call_fold(w, OP_ADD, x, count, span, out);
}

// How many elements each result of a fold along this axis is made of.
static size_t fold_length(const struct operand *x, int axis)
{
    return axis < 0 ? operand_count(x) : axis == 0 ? operand_rows(x) : operand_cols(x);
}

// One result for each row, to be beside the rows; for each column they are so already.
static struct operand beside(struct operand x, int axis)
{
    return axis == 1 ? as_column(x) : x;
}

// The largest or smallest element, by steps that pass the gradient to all that tie; then the number
// of them divides it, so that each has an equal share. Of two elements max and min do just that.
static bool extreme(struct lower *w, enum op pair, enum op step, struct operand *x, uint32_t count,
                    struct span span, struct operand *out)
{
    int axis = -1;
    struct operand found, ties, number;
    if (!read_axis(w, x, count, &axis)) {
        return false;
    }
    if (!operand_is_array(x) || !x->is_node || fold_length(x, axis) < 3) {
        return call_fold(w, pair, x, count, span, out);
    }
    if (!array_fold(w, step, x, axis, span, &found)) {
        return false;
    }
    struct operand column = beside(found, axis);
    return apply(w, OP_EQ, x, &column, span, &ties) &&
           array_fold(w, OP_ADD, &ties, axis, span, &number) &&
           apply(w, OP_SPLIT, &found, &number, span, out);
}

static bool call_max(struct lower *w, struct operand *x, uint32_t count, struct span span,
                     struct operand *out)
{
    return extreme(w, OP_MAX, OP_AMAX, x, count, span, out);
}

static bool call_min(struct lower *w, struct operand *x, uint32_t count, struct span span,
                     struct operand *out)
{
    return extreme(w, OP_MIN, OP_AMIN, x, count, span, out);
}

static bool call_prod(struct lower *w, struct operand *x, uint32_t count, struct span span,
                      struct operand *out)
{
    return call_fold(w, OP_MUL, x, count, span, out);
}

static bool call_mean(struct lower *w, struct operand *x, uint32_t count, struct span span,
                      struct operand *out)
{
    struct operand sum;
    if (!call_sum(w, x, count, span, &sum)) {
        return false;
    }
    struct operand n = number_operand((double)(operand_count(x) / operand_count(&sum)), span);
    return apply(w, OP_DIV, &sum, &n, span, out);
}

// The square root of a sum of squares. At 0, where its slope is infinite but the norm's lowest
// point is, no gradient passes.
static bool root(struct lower *w, struct operand *sum, struct span span, struct operand *out)
{
    struct operand roots;
    return apply(w, OP_SQRT, sum, sum, span, &roots) && apply(w, OP_WHEN, sum, &roots, span, out);
}

static double element_value(const struct lower *w, const struct operand *x, uint32_t i, uint32_t j)
{
    return x->is_node ? tape_value(w->tape, operand_node(w, x, i, j)) : operand_number(w, x, i, j);
}

// The power of two below the largest size that is folded into element k; 1 where that is 0, inf or
// nan.
static double scale_of(const struct lower *w, const struct operand *x, int axis, uint32_t k)
{
    double largest = 0;
    uint32_t rows = operand_is_array(x) ? x->array.rows : 1, cols = operand_cols(x);
    for (uint32_t i = axis == 1 ? k : 0; i < (axis == 1 ? k + 1 : rows); i++) {
        for (uint32_t j = axis == 0 ? k : 0; j < (axis == 0 ? k + 1 : cols); j++) {
            largest = fmax(largest, fabs(element_value(w, x, i, j)));
        }
    }
    int power;
    frexp(largest, &power);
    return largest > 0 && isfinite(largest) ? ldexp(1, power - 1) : 1;
}

// Do the squares leave the range of numbers somewhere, where their root would not?
static bool out_of_range(const struct lower *w, const struct operand *x, int axis,
                         const struct operand *sum)
{
    bool found = false;
    for (uint32_t k = 0; k < operand_count(sum) && !found; k++) {
        double square = element_value(w, sum, 0, k), scale = scale_of(w, x, axis, k);
        found = scale != 1 && (isinf(square) || square < 1e-290);
    }
    return found;
}

// sqrt(sum((x/s)**2))*s, s being near the largest of x.
static bool scaled_norm(struct lower *w, struct operand *x, int axis, const struct operand *sum,
                        struct span span, struct operand *out)
{
    struct operand scale = number_operand(scale_of(w, x, axis, 0), span), less, squares, total,
                   small;
    if (operand_is_array(sum)) {
        double *numbers = array_numbers(w, VALUE_VECTOR, 1, operand_cols(sum), span, &scale);
        for (uint32_t k = 0; numbers != NULL && k < operand_cols(sum); k++) {
            numbers[k] = scale_of(w, x, axis, k);
        }
        if (numbers == NULL) {
            return false;
        }
    }
    struct operand column = operand_is_array(sum) ? beside(scale, axis) : scale;
    if (!apply(w, OP_DIV, x, &column, span, &less) ||
        !apply(w, OP_SQUARE, &less, &less, span, &squares)) {
        return false;
    }
    total = squares;
    return (!operand_is_array(x) || array_fold(w, OP_ADD, &squares, axis, span, &total)) &&
           root(w, &total, span, &small) && apply(w, OP_MUL, &small, &scale, span, out);
}

static bool call_norm(struct lower *w, struct operand *x, uint32_t count, struct span span,
                      struct operand *out)
{
    int axis = -1;
    uint32_t before = tape_count(w->tape);
    struct operand squares, sum;
    if (!read_axis(w, x, count, &axis) || !apply(w, OP_SQUARE, x, x, span, &squares)) {
        return false;
    }
    sum = squares;
    if (operand_is_array(x) && !array_fold(w, OP_ADD, &squares, axis, span, &sum)) {
        return false;
    }
    if (out_of_range(w, x, axis, &sum)) {
        tape_cut(w->tape, before);
        return scaled_norm(w, x, axis, &sum, span, out);
    }
    return root(w, &sum, span, out);
}

// The mean square of what elements differ from their mean, over n - 1.
static bool call_var(struct lower *w, struct operand *x, uint32_t count, struct span span,
                     struct operand *out)
{
    int axis = -1;
    struct operand sum, mean, apart, squares, total;
    if (!read_axis(w, x, count, &axis)) {
        return false;
    }
    size_t length = operand_is_array(x) ? fold_length(x, axis) : 1;
    if (length < 2) {
        diag_set(w->diag, x->span, "a variance is of two elements or more");
        return diag_hint(w->diag, "its sum of squares is divided by n - 1, which is 0 here");
    }
    struct operand n = number_operand((double)length, span);
    struct operand less = number_operand((double)length - 1, span);
    if (!array_fold(w, OP_ADD, x, axis, span, &sum) || !apply(w, OP_DIV, &sum, &n, span, &mean)) {
        return false;
    }
    mean = beside(mean, axis);
    return apply(w, OP_SUB, x, &mean, span, &apart) &&
           apply(w, OP_SQUARE, &apart, &apart, span, &squares) &&
           array_fold(w, OP_ADD, &squares, axis, span, &total) &&
           apply(w, OP_DIV, &total, &less, span, out);
}

static bool call_std(struct lower *w, struct operand *x, uint32_t count, struct span span,
                     struct operand *out)
{
    struct operand variance;
    return call_var(w, x, count, span, &variance) && root(w, &variance, span, out);
}

static bool any_infinite(const struct lower *w, const struct operand *x)
{
    uint32_t cols = operand_cols(x);
    bool found = false;
    for (uint32_t k = 0; k < operand_count(x) && !found; k++) {
        found = isinf(x->is_node ? tape_value(w->tape, operand_node(w, x, k / cols, k % cols))
                                 : operand_number(w, x, k / cols, k % cols));
    }
    return found;
}

// What is infinite is not subtracted: inf - inf is nan, where the logarithm is inf. As PyTorch has
// it.
static bool finite_alone(struct lower *w, struct operand *shift, struct span span)
{
    struct operand inf = number_operand((double)INFINITY, span), size, finite, whole = *shift;
    return !any_infinite(w, shift) || (apply(w, OP_ABS, &whole, &whole, span, &size) &&
                                       apply(w, OP_LT, &size, &inf, span, &finite) &&
                                       apply(w, OP_WHEN, &finite, &whole, span, shift));
}

// log(sum(exp(x))), less the largest first and with it again afterwards: stable for any size of x.
static bool call_logsumexp(struct lower *w, struct operand *x, uint32_t count, struct span span,
                           struct operand *out)
{
    int axis = -1;
    struct operand largest, shift, less, exps, sums, logs;
    if (!read_axis(w, x, count, &axis)) {
        return false;
    }
    if (!operand_is_array(x)) {
        *out = *x;
        return true;
    }
    if (!array_fold(w, OP_MAX, x, axis, span, &largest) ||
        !apply(w, OP_DETACH, &largest, &largest, span, &shift) || !finite_alone(w, &shift, span)) {
        return false;
    }
    struct operand column = beside(shift, axis);
    return apply(w, OP_SUB, x, &column, span, &less) &&
           apply(w, OP_EXP, &less, &less, span, &exps) &&
           array_fold(w, OP_ADD, &exps, axis, span, &sums) &&
           apply(w, OP_LOG, &sums, &sums, span, &logs) &&
           apply(w, OP_ADD, &logs, &shift, span, out);
}

// outer(x, y): all products of an element of x and one of y.
static bool call_outer(struct lower *w, struct operand *x, uint32_t count, struct span span,
                       struct operand *out)
{
    char shape[SHAPE_TEXT];
    for (uint32_t i = 0; i < count; i++) {
        if (x[i].array.rank != VALUE_VECTOR) {
            diag_set(w->diag, x[i].span, "outer is of two vectors, and this is %s",
                     operand_is_array(&x[i]) ? operand_shape(shape, &x[i]) : "a single number");
            return diag_hint(w->diag, "a product of matrices is W @ X");
        }
    }
    struct operand column = as_column(x[0]);
    return apply(w, OP_MUL, &column, &x[1], span, out);
}

static bool call_dot(struct lower *w, struct operand *x, uint32_t count, struct span span,
                     struct operand *out)
{
    (void)count;
    return array_matmul(w, &x[0], &x[1], span, out);
}

// x less the largest of its row, and the exponentials of that: stable for any size of x.
static bool shifted(struct lower *w, struct operand *x, struct span span, struct operand *less,
                    struct operand *exps, struct operand *sums)
{
    struct operand largest, column;
    int axis = x->array.rank == VALUE_MATRIX ? 1 : -1;
    if (!operand_is_array(x)) {
        diag_set(w->diag, span, "this function is over the elements of an array");
        return diag_hint(w->diag, "a single number has none");
    }
    if (!array_fold(w, OP_MAX, x, axis, span, &largest)) {
        return false;
    }
    column = as_column(largest);
    return apply(w, OP_SUB, x, &column, span, less) && apply(w, OP_EXP, less, less, span, exps) &&
           array_fold(w, OP_ADD, exps, axis, span, sums);
}

// These go along rows: down the columns is along the rows of the transpose.
static bool turned(struct lower *w, struct operand *x, uint32_t count, bool *turn)
{
    int axis = -1;
    if (!read_axis(w, x, count, &axis)) {
        return false;
    }
    *turn = axis == 0;
    if (*turn) {
        x->array = array_transpose(x->array);
    }
    return true;
}

static bool turn_back(struct operand *out, bool turn)
{
    if (turn) {
        out->array = array_transpose(out->array);
    }
    return true;
}

static bool call_softmax(struct lower *w, struct operand *x, uint32_t count, struct span span,
                         struct operand *out)
{
    struct operand less, exps, sums;
    bool turn;
    if (!turned(w, x, count, &turn) || !shifted(w, x, span, &less, &exps, &sums)) {
        return false;
    }
    sums = as_column(sums);
    return apply(w, OP_DIV, &exps, &sums, span, out) && turn_back(out, turn);
}

static bool call_log_softmax(struct lower *w, struct operand *x, uint32_t count, struct span span,
                             struct operand *out)
{
    struct operand less, exps, sums, logs;
    bool turn;
    if (!turned(w, x, count, &turn) || !shifted(w, x, span, &less, &exps, &sums) ||
        !apply(w, OP_LOG, &sums, &sums, span, &logs)) {
        return false;
    }
    logs = as_column(logs);
    return apply(w, OP_SUB, &less, &logs, span, out) && turn_back(out, turn);
}

static bool call_argmax(struct lower *w, struct operand *x, uint32_t count, struct span span,
                        struct operand *out)
{
    bool turn;
    if (!turned(w, x, count, &turn)) {
        return false;
    }
    uint32_t rows = operand_rows(x), cols = operand_cols(x);
    double *numbers = array_numbers(w, VALUE_VECTOR, 1, rows, span, out);
    for (uint32_t i = 0; numbers != NULL && i < rows; i++) {
        double largest = operand_number(w, x, i, 0);
        numbers[i] = 0;
        for (uint32_t j = 1; j < cols && !isnan(largest);
             j++) {  // the first nan counts as the largest
            double number = operand_number(w, x, i, j);
            if (!(number <= largest)) {
                largest = number;
                numbers[i] = j;
            }
        }
    }
    if (numbers != NULL && x->array.rank != VALUE_MATRIX) {
        *out = number_operand(numbers[0], span);
    }
    return numbers != NULL;
}

static bool call_len(struct lower *w, struct operand *x, uint32_t count, struct span span,
                     struct operand *out)
{
    (void)count;
    if (!operand_is_array(x)) {
        diag_set(w->diag, x->span, "a single number has no length");
        return diag_hint(w->diag, "len counts the rows of a matrix, or the elements of a vector");
    }
    *out = number_operand(x->array.rank == VALUE_MATRIX ? x->array.rows : x->array.cols, span);
    return true;
}

// pick(X, k): element k[i] of each row i, k a vector of class numbers.
static bool call_pick(struct lower *w, struct operand *x, uint32_t count, struct span span,
                      struct operand *out)
{
    uint32_t rows = operand_rows(x), cols = operand_cols(x);
    (void)count;
    if (operand_count(&x[1]) != rows) {
        size_t given = operand_count(&x[1]);
        diag_set(w->diag, x[1].span, "there %s %zu class number%s for %u row%s",
                 given == 1 ? "is" : "are", given, given == 1 ? "" : "s", (unsigned)rows,
                 rows == 1 ? "" : "s");
        return diag_hint(w->diag, "one class number is needed for each row");
    }
    if (!array_as_nodes(w, x, MARK_CONST)) {
        return false;
    }
    uint32_t *list = array_list(w, VALUE_VECTOR, 1, rows, span, out);
    for (uint32_t i = 0; list != NULL && i < rows; i++) {
        bool column = operand_cols(&x[1]) == 1;
        double k = operand_number(w, &x[1], column ? i : 0, column ? 0 : i);
        if (!(k >= 0 && k < cols) || k != floor(k)) {
            diag_set(w->diag, x[1].span, "class numbers are whole numbers from 0 to %u",
                     (unsigned)cols - 1);
            return diag_hint(w->diag, "here one is %g", k);
        }
        list[i] = operand_node(w, x, i, (uint32_t)k);
    }
    return list != NULL;
}

// Class numbers, one for each row; or for each row a row of chances.
static bool classes_fit(struct lower *w, const struct operand *x)
{
    char a[SHAPE_TEXT], b[SHAPE_TEXT];
    bool rows = x[0].array.rank == VALUE_MATRIX, chances = x[1].array.rank == x[0].array.rank;
    if (rows && operand_cols(&x[0]) == 1) {
        diag_set(w->diag, x[0].span, "each row here has one score, and its softmax is always 1");
        return diag_hint(w->diag, "for two classes from one score write bce_logits(z[:, 0], y)");
    }
    if (rows && x[1].array.rank == VALUE_MATRIX && operand_cols(&x[1]) == 1) {
        diag_set(w->diag, x[1].span,
                 "class numbers are a vector, and these are a column of shape %s",
                 operand_shape(b, &x[1]));
        return diag_hint(w->diag, "[:, 0] after it takes the column");
    }
    if (operand_is_array(&x[0]) && chances) {
        return loss_check(w, "cross_entropy", x, LOSS_CHANCES, false);
    }
    if (rows && operand_count(&x[1]) != operand_rows(&x[0])) {
        diag_set(w->diag, x[1].span, "the scores are of shape %s, and the class numbers are %s",
                 operand_shape(a, &x[0]), operand_shape(b, &x[1]));
        return diag_hint(w->diag, "one class number is needed for each row");
    }
    return true;
}

// cross_entropy(z, k): the mean over rows of -log_softmax(z)[k]; k class numbers, or one-hot rows.
static bool call_cross_entropy(struct lower *w, struct operand *x, uint32_t count, struct span span,
                               struct operand *out)
{
    (void)count;
    struct operand logs, part, sum;
    loss_note_chances(w, "cross_entropy", &x[0]);
    if (!classes_fit(w, x) || !call_log_softmax(w, x, 1, span, &logs)) {
        return false;
    }
    uint32_t rows = operand_rows(x);
    bool one_hot = rows == operand_rows(&x[1]) && operand_cols(x) == operand_cols(&x[1]) &&
                   (rows > 1 || operand_is_array(&x[1]));
    struct operand pair[2] = {logs, x[1]};
    if (!(one_hot ? apply(w, OP_MUL, &pair[0], &pair[1], span, &part)
                  : call_pick(w, pair, 2, span, &part)) ||
        !array_fold(w, OP_ADD, &part, -1, span, &sum)) {
        return false;
    }
    struct operand n = number_operand(-(double)rows, span);
    return apply(w, OP_DIV, &sum, &n, span, out);
}

// ---- Derivatives --------------------------------------------------------------------------------

static bool call_grad(struct lower *w, struct operand *x, uint32_t count, struct span span,
                      struct operand *out)
{
    (void)count;
    enum slopes_as as = w->slopes_as;
    w->slopes_as = w->nodes_asked ? SLOPES_NODES : as;
    w->nodes_asked = false;
    bool ok = lower_slopes(w, &x[0], &x[1], span, out);
    w->slopes_as = as;
    return ok;
}

static const struct builtin builtins[] = {
    {"sum", 1, 2, call_sum, "sum(X), sum(X, axis=0)", "the sum over all elements, or over an axis"},
    {"mean", 1, 2, call_mean, "mean(X), mean(X, axis=0)", "their mean"},
    {"max", 1, 2, call_max, "max(X), max(X, axis=0)", "the largest element; max(x, y) of two"},
    {"min", 1, 2, call_min, "min(X), min(X, axis=0)", "the smallest element; min(x, y) of two"},
    {"prod", 1, 2, call_prod, "prod(X), prod(X, axis=0)", "the product of the elements"},
    {"var", 1, 2, call_var, "var(X), var(X, axis=0)", "the variance, over n - 1 as in PyTorch"},
    {"std", 1, 2, call_std, "std(X), std(X, axis=0)", "its square root; at 0 the gradient is 0"},
    {"norm", 1, 2, call_norm, "norm(X), norm(X, axis=0)",
     "sqrt(sum(X**2)), also of 1e200; at 0 the gradient is 0"},
    {"logsumexp", 1, 2, call_logsumexp, "logsumexp(X), logsumexp(X, axis=0)",
     "log(sum(exp(X))), stable"},
    {"outer", 2, 2, call_outer, "outer(x, y)", "the matrix of the products x[i]*y[j]"},
    {"dot", 2, 2, call_dot, "dot(x, y)", "the products of the elements, added; x @ y"},
    {"softmax", 1, 2, call_softmax, "softmax(X)", "exp along each row, over the sum"},
    {"log_softmax", 1, 2, call_log_softmax, "log_softmax(X)", "the logarithm of softmax, stable"},
    {"argmax", 1, 2, call_argmax, "argmax(X), argmax(X, axis=0)",
     "where each row is largest: a plain number"},
    {"len", 1, 1, call_len, "len(X)", "how many rows, or elements of a vector"},
    {"pick", 2, 2, call_pick, "pick(X, k)", "element k[i] of each row i"},
    {"cross_entropy", 2, 2, call_cross_entropy, "cross_entropy(z, k)",
     "the mean over rows of -log_softmax(z)[k]"},
    {"grad", 2, 2, call_grad, "grad(L, a), or a.grad",
     "the derivative dL/da, computed on the spot"},
};

static const struct builtin_table over_arrays = {builtins, COUNT_OF(builtins)};
static const struct builtin_table *const tables[] = {&over_arrays, &builtin_makers};

const struct builtin *builtin_find(const char *s, size_t length)
{
    for (size_t i = 0; builtin_at(i) != NULL; i++) {
        const struct builtin *row = builtin_at(i);
        if (strlen(row->name) == length && memcmp(row->name, s, length) == 0) {
            return row;
        }
    }
    return NULL;
}

const struct builtin *builtin_at(size_t i)
{
    for (size_t t = 0; t < COUNT_OF(tables); t++) {
        if (i < tables[t]->count) {
            return &tables[t]->rows[i];
        }
        i -= tables[t]->count;
    }
    return NULL;
}
