#include "lang/builtin.h"

#include <math.h>
#include <string.h>

#include "engine/maths.h"
#include "lang/csv.h"
#include "lang/lower.h"

// ---- Arguments ----------------------------------------------------------------------------------

static bool plain_number(struct lower *w, const struct operand *x, const char *what, double *number)
{
    if (x->is_node || operand_is_array(x)) {
        diag_set(w->diag, x->span, "%s is a plain number here", what);
        return diag_hint(w->diag, "a value that the graph computes cannot be used for it");
    }
    *number = x->number;
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
    if (!plain_number(w, &x[1], "the axis", &number)) {
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

static bool call_max(struct lower *w, struct operand *x, uint32_t count, struct span span,
                     struct operand *out)
{
    return call_fold(w, OP_MAX, x, count, span, out);
}

static bool call_min(struct lower *w, struct operand *x, uint32_t count, struct span span,
                     struct operand *out)
{
    return call_fold(w, OP_MIN, x, count, span, out);
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

static bool call_softmax(struct lower *w, struct operand *x, uint32_t count, struct span span,
                         struct operand *out)
{
    struct operand less, exps, sums;
    (void)count;
    if (!shifted(w, x, span, &less, &exps, &sums)) {
        return false;
    }
    sums = as_column(sums);
    return apply(w, OP_DIV, &exps, &sums, span, out);
}

static bool call_log_softmax(struct lower *w, struct operand *x, uint32_t count, struct span span,
                             struct operand *out)
{
    struct operand less, exps, sums, logs;
    (void)count;
    if (!shifted(w, x, span, &less, &exps, &sums) || !apply(w, OP_LOG, &sums, &sums, span, &logs)) {
        return false;
    }
    logs = as_column(logs);
    return apply(w, OP_SUB, &less, &logs, span, out);
}

static bool call_argmax(struct lower *w, struct operand *x, uint32_t count, struct span span,
                        struct operand *out)
{
    uint32_t rows = operand_rows(x), cols = operand_cols(x);
    (void)count;
    double *numbers = array_numbers(w, VALUE_VECTOR, 1, rows, span, out);
    for (uint32_t i = 0; numbers != NULL && i < rows; i++) {
        uint32_t best = 0;
        for (uint32_t j = 1; j < cols; j++) {
            best = operand_number(w, x, i, j) > operand_number(w, x, i, best) ? j : best;
        }
        numbers[i] = best;
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
        diag_set(w->diag, x[1].span, "there are %u rows and %zu class numbers", (unsigned)rows,
                 operand_count(&x[1]));
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

// cross_entropy(z, k): the mean over rows of -log_softmax(z)[k]; k class numbers, or one-hot rows.
static bool call_cross_entropy(struct lower *w, struct operand *x, uint32_t count, struct span span,
                               struct operand *out)
{
    struct operand logs, part, sum;
    if (!call_log_softmax(w, x, count, span, &logs)) {
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

// ---- Building -----------------------------------------------------------------------------------

static double make_zero(struct lower *w, double scale)
{
    (void)w;
    (void)scale;
    return 0;
}

static double make_one(struct lower *w, double scale)
{
    (void)w;
    return scale;
}

static double make_uniform(struct lower *w, double scale)
{
    return scale * rng_uniform(w->rng);
}

static double make_normal(struct lower *w, double scale)
{
    return scale * rng_normal(w->rng);
}

// rows × cols elements, or `cols` ones if only one size is given, or a single number if none is.
static bool build(struct lower *w, const struct operand *x, uint32_t count,
                  double (*make)(struct lower *w, double scale), double scale, struct span span,
                  struct operand *out)
{
    double rows = 1, cols = 1;
    if (count == 0) {
        *out = number_operand(make(w, scale), span);
        return true;
    }
    if (!plain_number(w, &x[count - 1], "a size", &cols) ||
        (count == 2 && !plain_number(w, &x[0], "a size", &rows))) {
        return false;
    }
    double *numbers =
        array_numbers(w, count == 2 ? VALUE_MATRIX : VALUE_VECTOR, rows, cols, span, out);
    for (size_t k = 0; numbers != NULL && k < operand_count(out); k++) {
        numbers[k] = make(w, scale);
    }
    return numbers != NULL;
}

static bool call_zeros(struct lower *w, struct operand *x, uint32_t count, struct span span,
                       struct operand *out)
{
    return build(w, x, count, make_zero, 0, span, out);
}

static bool call_ones(struct lower *w, struct operand *x, uint32_t count, struct span span,
                      struct operand *out)
{
    return build(w, x, count, make_one, 1, span, out);
}

static bool call_rand(struct lower *w, struct operand *x, uint32_t count, struct span span,
                      struct operand *out)
{
    return build(w, x, count, make_uniform, 1, span, out);
}

static bool call_randn(struct lower *w, struct operand *x, uint32_t count, struct span span,
                       struct operand *out)
{
    return build(w, x, count, make_normal, 1, span, out);
}

// Glorot and Bengio (2010): variance 2/(n_in + n_out) keeps signals and gradients their size.
static bool call_xavier(struct lower *w, struct operand *x, uint32_t count, struct span span,
                        struct operand *out)
{
    double n_out = 0, n_in = 0;
    return plain_number(w, &x[0], "a size", &n_out) && plain_number(w, &x[1], "a size", &n_in) &&
           build(w, x, count, make_normal, sqrt(2 / (n_in + n_out)), span, out);
}

// He et al. (2015): variance 2/n_in, for relu, which lets half of the signal through.
static bool call_he(struct lower *w, struct operand *x, uint32_t count, struct span span,
                    struct operand *out)
{
    double n_in = 0;
    return plain_number(w, &x[1], "a size", &n_in) &&
           build(w, x, count, make_normal, sqrt(2 / n_in), span, out);
}

static bool call_eye(struct lower *w, struct operand *x, uint32_t count, struct span span,
                     struct operand *out)
{
    double n = 0;
    (void)count;
    if (!plain_number(w, x, "a size", &n)) {
        return false;
    }
    double *numbers = array_numbers(w, VALUE_MATRIX, n, n, span, out);
    for (size_t k = 0; numbers != NULL && k < operand_count(out); k++) {
        numbers[k] = k % ((size_t)n + 1) == 0;
    }
    return numbers != NULL;
}

// range(n), range(from, to), range(from, to, by)
static bool call_range(struct lower *w, struct operand *x, uint32_t count, struct span span,
                       struct operand *out)
{
    double from = 0, to = 0, by = 1;
    if (!plain_number(w, &x[count == 1 ? 0 : 1], "a bound", &to) ||
        (count > 1 && !plain_number(w, &x[0], "a bound", &from)) ||
        (count > 2 && !plain_number(w, &x[2], "a step", &by))) {
        return false;
    }
    double n = ceil((to - from) / by);
    if (!(n >= 1)) {
        diag_set(w->diag, span, "this range is empty");
        return diag_hint(w->diag, "it goes up to, but not including, its end");
    }
    double *numbers = array_numbers(w, VALUE_VECTOR, 1, n, span, out);
    for (size_t k = 0; numbers != NULL && k < operand_count(out); k++) {
        numbers[k] = from + (double)k * by;
    }
    return numbers != NULL;
}

// Two half circles that interlock, as rows (x, y, class), classes -1 and 1 in turn.
static bool call_moons(struct lower *w, struct operand *x, uint32_t count, struct span span,
                       struct operand *out)
{
    double n = 0, noise = 0.1;
    if (!plain_number(w, &x[0], "the number of points", &n) ||
        (count > 1 && !plain_number(w, &x[1], "the noise", &noise))) {
        return false;
    }
    double *numbers = array_numbers(w, VALUE_MATRIX, n, 3, span, out);
    for (uint32_t i = 0; numbers != NULL && i < out->array.rows; i++) {
        bool upper = i % 2 == 0;
        double angle = 3.14159265358979323846 * (i / 2) / fmax(ceil(n / 2) - 1, 1);
        double *row = numbers + 3 * (size_t)i;
        row[0] = (upper ? maths_cos(angle) : 1 - maths_cos(angle)) + noise * rng_normal(w->rng);
        row[1] = (upper ? maths_sin(angle) : 0.5 - maths_sin(angle)) + noise * rng_normal(w->rng);
        row[2] = upper ? -1 : 1;
    }
    return numbers != NULL;
}

// What a learner must know of a file that was read: which numbers stand for its texts, and where
// numbers are missing.
static void remark(struct lower *w, const char *words)
{
    const char **at = words == NULL ? NULL : buf_push(&w->remarks, 1);
    if (at != NULL) {
        *at = words;
    }
}

static void remark_classes(struct lower *w, const char *name, const struct csv *c, uint32_t column)
{
    enum { SHOWN = 6 };
    struct names *words =
        &BUF(struct names, &c->words)[BUF(struct csv_column, &c->columns)[column].words];
    char label[CSV_LABEL], quoted[QUOTED];
    struct text said;
    text_init(&said);
    text_addf(&said, "%s: %s is text, read as class numbers: ", name, csv_label(label, c, column));
    size_t count = names_count(words);
    for (uint32_t i = 0; i < count && i < SHOWN; i++) {
        size_t length;
        const char *word = names_text(words, i, &length);
        text_addf(&said, "%s%s %s%u", i == 0 ? "" : ", ", diag_quote(quoted, word, length),
                  i == 0 ? "is " : "", (unsigned)i);
    }
    if (count > SHOWN) {
        text_addf(&said, " … %zu in all", count);
    }
    remark(w, arena_copy(&w->memory, text_get(&said), text_length(&said)));
    text_release(&said);
}

static void remark_file(struct lower *w, const char *name, const struct csv *c)
{
    enum { SHOWN = 4 };
    char label[CSV_LABEL];
    size_t texts = 0;
    for (uint32_t i = 0; i < c->cols; i++) {
        if (BUF(struct csv_column, &c->columns)[i].text && texts++ < SHOWN) {
            remark_classes(w, name, c, i);
        }
    }
    if (texts > SHOWN) {
        remark(w, arena_printf(&w->memory, "%s: %zu more columns are text", name, texts - SHOWN));
    }
    if (c->strange > 0) {
        remark(w, arena_printf(&w->memory,
                               "%s: %zu of %zu numbers %s missing (nan) or infinite, the first in "
                               "row %zu, %s",
                               name, c->strange, c->rows * c->cols, c->strange == 1 ? "is" : "are",
                               c->strange_row, csv_label(label, c, c->strange_col)));
    }
}

// load_csv("file.csv"): a matrix of plain numbers.
static bool call_load_csv(struct lower *w, struct operand *x, uint32_t count, struct span span,
                          struct operand *out)
{
    (void)count;
    const char *path = w->source->text + x->span.start;
    size_t n = x->span.end - x->span.start;
    if (x->kind != OPERAND_TEXT || n == 0) {
        diag_set(w->diag, x->span, "load_csv takes a file's name in quotation marks");
        return diag_hint(w->diag, "write load_csv(\"iris.csv\")");
    }
    if (w->inputs == NULL) {
        diag_set(w->diag, x->span, "a file cannot be read here");
        return diag_hint(w->diag, "give its array a name first: data X = load_csv(\"%.*s\")",
                         (int)n, path);
    }
    const struct input *file = inputs_find(w->inputs, path, n);
    if (file == NULL || file->why.set) {
        diag_set(w->diag, x->span, "%s", file == NULL ? "not read yet" : file->why.message);
        return diag_hint(w->diag, "%s", file == NULL ? "" : file->why.hint);
    }
    char name[QUOTED];
    struct csv c;
    diag_quote(name, path, n);
    bool ok = csv_read(&c, name, file->bytes.data, file->bytes.count, w->stop, x->span, w->diag);
    double *numbers = ok ? array_numbers(w, VALUE_MATRIX, (double)c.rows, c.cols, span, out) : NULL;
    if (numbers != NULL) {
        memcpy(numbers, csv_numbers(&c), c.rows * c.cols * sizeof *numbers);
        remark_file(w, name, &c);
    }
    csv_release(&c);
    return numbers != NULL;
}

// ---- Derivatives --------------------------------------------------------------------------------

static bool call_grad(struct lower *w, struct operand *x, uint32_t count, struct span span,
                      struct operand *out)
{
    (void)count;
    return lower_slopes(w, &x[0], &x[1], span, out);
}

static const struct builtin builtins[] = {
    {"sum", 1, 2, call_sum, "sum(X), sum(X, axis=0)", "the sum over all elements, or over an axis"},
    {"mean", 1, 2, call_mean, "mean(X), mean(X, axis=0)", "their mean"},
    {"max", 1, 2, call_max, "max(X), max(X, axis=0)",
     "the largest element (of two values: max(x, y))"},
    {"min", 1, 2, call_min, "min(X), min(X, axis=0)",
     "the smallest element (of two values: min(x, y))"},
    {"dot", 2, 2, call_dot, "dot(x, y)", "the products of the elements, added; x @ y"},
    {"softmax", 1, 1, call_softmax, "softmax(X)", "exponentials along each row, over their sum"},
    {"log_softmax", 1, 1, call_log_softmax, "log_softmax(X)", "the logarithm of softmax, stable"},
    {"argmax", 1, 1, call_argmax, "argmax(X)", "where each row is largest: a plain number"},
    {"len", 1, 1, call_len, "len(X)", "how many rows, or elements of a vector"},
    {"pick", 2, 2, call_pick, "pick(X, k)", "element k[i] of each row i"},
    {"cross_entropy", 2, 2, call_cross_entropy, "cross_entropy(z, k)",
     "the mean over rows of -log_softmax(z)[k]"},
    {"zeros", 0, 2, call_zeros, "zeros(n), zeros(n, m)", "zeros"},
    {"ones", 0, 2, call_ones, "ones(n), ones(n, m)", "ones"},
    {"eye", 1, 1, call_eye, "eye(n)", "the identity matrix"},
    {"randn", 0, 2, call_randn, "randn(n), randn(n, m)",
     "normal random numbers; seed N fixes them"},
    {"rand", 0, 2, call_rand, "rand(n), rand(n, m)", "uniform random numbers from 0 to 1"},
    {"range", 1, 3, call_range, "range(n), range(from, to, by)", "numbers in equal steps"},
    {"xavier", 2, 2, call_xavier, "xavier(n_out, n_in)", "normal, variance 2/(n_in + n_out)"},
    {"he", 2, 2, call_he, "he(n_out, n_in)", "normal, variance 2/n_in"},
    {"moons", 1, 2, call_moons, "moons(n), moons(n, noise)", "n points (x, y, class) of two moons"},
    {"load_csv", 1, 1, call_load_csv, "load_csv(\"file.csv\")",
     "the numbers in a file, a row for each line"},
    {"grad", 2, 2, call_grad, "grad(L, a), or a.grad",
     "the derivative dL/da, computed on the spot"},
};

const struct builtin *builtin_find(const char *s, size_t length)
{
    for (size_t i = 0; i < COUNT_OF(builtins); i++) {
        if (strlen(builtins[i].name) == length && memcmp(builtins[i].name, s, length) == 0) {
            return &builtins[i];
        }
    }
    return NULL;
}

const struct builtin *builtin_at(size_t i)
{
    return i < COUNT_OF(builtins) ? &builtins[i] : NULL;
}
