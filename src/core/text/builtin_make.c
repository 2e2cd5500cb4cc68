// The functions that make arrays: of given numbers, of random ones, from a file.
#include <math.h>
#include <string.h>

#include "engine/maths.h"
#include "text/builtin.h"
#include "text/csv.h"
#include "text/csv_notes.h"
#include "text/lower.h"

// ---- Numbers ------------------------------------------------------------------------------------

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
        *out = (struct operand){.number = make(w, scale), .span = span};
        return true;
    }
    if (!builtin_number(w, &x[count - 1], "a size", &cols) ||
        (count == 2 && !builtin_number(w, &x[0], "a size", &rows))) {
        return false;
    }
    double *numbers =
        array_numbers(w, count == 2 ? VALUE_MATRIX : VALUE_VECTOR, rows, cols, span, out);
    for (size_t k = 0; numbers != NULL && k < operand_count(out); k++) {
        numbers[k] = make(w, scale);
        numbers = lower_goes_on(w, k, 4, span) ? numbers : NULL;
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

// uniform(a, b), uniform(a, b, n), uniform(a, b, n, m)
static bool call_uniform(struct lower *w, struct operand *x, uint32_t count, struct span span,
                         struct operand *out)
{
    double from = 0, to = 0, rows = 1, cols = 1;
    if (!builtin_number(w, &x[0], "a bound", &from) || !builtin_number(w, &x[1], "a bound", &to) ||
        (count > 2 && !builtin_number(w, &x[count - 1], "a size", &cols)) ||
        (count > 3 && !builtin_number(w, &x[2], "a size", &rows))) {
        return false;
    }
    if (count == 2) {
        *out = (struct operand){.number = from + (to - from) * rng_uniform(w->rng), .span = span};
        return true;
    }
    double *numbers =
        array_numbers(w, count > 3 ? VALUE_MATRIX : VALUE_VECTOR, rows, cols, span, out);
    for (size_t k = 0; numbers != NULL && k < operand_count(out); k++) {
        numbers[k] = from + (to - from) * rng_uniform(w->rng);
    }
    return numbers != NULL;
}

// linspace(from, to, n): n numbers in equal steps, both ends among them.
static bool call_linspace(struct lower *w, struct operand *x, uint32_t count, struct span span,
                          struct operand *out)
{
    double from = 0, to = 0, n = 50;
    if (!builtin_number(w, &x[0], "a bound", &from) || !builtin_number(w, &x[1], "a bound", &to) ||
        (count > 2 && !builtin_number(w, &x[2], "a size", &n))) {
        return false;
    }
    double *numbers = array_numbers(w, VALUE_VECTOR, 1, n, span, out);
    for (size_t k = 0; numbers != NULL && k < operand_count(out); k++) {
        numbers[k] =
            k + 1 == operand_count(out) && k > 0 ? to : from + (to - from) * (double)k / (n - 1);
    }
    if (numbers != NULL && n == 1) {
        numbers[0] = from;
    }
    return numbers != NULL;
}

// Glorot and Bengio (2010): variance 2/(n_in + n_out) keeps signals and gradients their size.
static bool call_xavier(struct lower *w, struct operand *x, uint32_t count, struct span span,
                        struct operand *out)
{
    double n_out = 0, n_in = 0;
    return builtin_number(w, &x[0], "a size", &n_out) &&
           builtin_number(w, &x[1], "a size", &n_in) &&
           build(w, x, count, make_normal, sqrt(2 / (n_in + n_out)), span, out);
}

// He et al. (2015): variance 2/n_in, for relu, which lets half of the signal through.
static bool call_he(struct lower *w, struct operand *x, uint32_t count, struct span span,
                    struct operand *out)
{
    double n_in = 0;
    return builtin_number(w, &x[1], "a size", &n_in) &&
           build(w, x, count, make_normal, sqrt(2 / n_in), span, out);
}

static bool call_eye(struct lower *w, struct operand *x, uint32_t count, struct span span,
                     struct operand *out)
{
    double n = 0;
    (void)count;
    if (!builtin_number(w, x, "a size", &n)) {
        return false;
    }
    double *numbers = array_numbers(w, VALUE_MATRIX, n, n, span, out);
    for (size_t k = 0; numbers != NULL && k < operand_count(out); k++) {
        numbers[k] = k % ((size_t)n + 1) == 0;
        numbers = lower_goes_on(w, k, 1, span) ? numbers : NULL;
    }
    return numbers != NULL;
}

// range(n), range(from, to), range(from, to, by)
static bool call_range(struct lower *w, struct operand *x, uint32_t count, struct span span,
                       struct operand *out)
{
    double from = 0, to = 0, by = 1;
    if (!builtin_number(w, &x[count == 1 ? 0 : 1], "a bound", &to) ||
        (count > 1 && !builtin_number(w, &x[0], "a bound", &from)) ||
        (count > 2 && !builtin_number(w, &x[2], "a step", &by))) {
        return false;
    }
    if (by == 0) {
        return diag_set(w->diag, span, "a step of 0 leads nowhere");
    }
    double n = ceil((to - from) / by);
    if (!(n >= 1)) {
        diag_set(w->diag, span, "this range is empty");
        return diag_hint(w->diag, "it goes up to, but not including, its end");
    }
    double *numbers = array_numbers(w, VALUE_VECTOR, 1, n, span, out);
    for (size_t k = 0; numbers != NULL && k < operand_count(out); k++) {
        numbers[k] = from + (double)k * by;
        numbers = lower_goes_on(w, k, 1, span) ? numbers : NULL;
    }
    return numbers != NULL;
}

// The numbers 0 … n - 1 in a random order, each order as likely as the others.
static bool call_randperm(struct lower *w, struct operand *x, uint32_t count, struct span span,
                          struct operand *out)
{
    double n = 0;
    (void)count;
    if (!builtin_number(w, x, "how many", &n)) {
        return false;
    }
    double *numbers = array_numbers(w, VALUE_VECTOR, 1, n, span, out);
    for (size_t k = 0; numbers != NULL && k < operand_count(out); k++) {
        size_t j = (size_t)rng_below(w->rng, k + 1);
        numbers[k] = numbers[j];
        numbers[j] = (double)k;
        numbers = lower_goes_on(w, k, 2, span) ? numbers : NULL;
    }
    return numbers != NULL;
}

// Two half circles that interlock, as rows (x, y, class), classes -1 and 1 in turn.
static bool call_moons(struct lower *w, struct operand *x, uint32_t count, struct span span,
                       struct operand *out)
{
    double n = 0, noise = 0.1;
    if (!builtin_number(w, &x[0], "the number of points", &n) ||
        (count > 1 && !builtin_number(w, &x[1], "the noise", &noise))) {
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
        numbers = lower_goes_on(w, i, 16, span) ? numbers : NULL;
    }
    return numbers != NULL;
}

// ---- From files ---------------------------------------------------------------------------------

// load_csv("file.csv"), load_csv("file.csv", header=no): a matrix of plain numbers.
static bool call_load_csv(struct lower *w, struct operand *x, uint32_t count, struct span span,
                          struct operand *out)
{
    double stated = 0;
    const char *path = w->source->text + x->span.start;
    size_t n = x->span.end - x->span.start;
    if (x->kind != OPERAND_TEXT || n == 0) {
        diag_set(w->diag, x->span, "load_csv takes a file's name in quotation marks");
        return diag_hint(w->diag, "write load_csv(\"iris.csv\")");
    }
    if (count > 1 && !builtin_number(w, &x[1], "the header", &stated)) {
        return false;
    }
    enum csv_header header = count < 2     ? CSV_HEADER_FIND
                             : stated != 0 ? CSV_HEADER_YES
                                           : CSV_HEADER_NO;
    if (w->inputs == NULL) {
        diag_set(w->diag, x->span, "a file cannot be read here");
        return diag_hint(w->diag, "give its array a name first: data X = load_csv(\"%.*s\")",
                         (int)n, path);
    }
    const struct input *file = inputs_find(w->inputs, path, n);
    if (file == NULL || file->why.set) {
        diag_set(w->diag, x->span, "%s",
                 file == NULL ? "a file cannot be read here" : file->why.message);
        return diag_hint(w->diag, "%s", file == NULL ? "" : file->why.hint);
    }
    char name[QUOTED];
    struct csv c;
    diag_quote(name, path, n);
    bool ok =
        csv_read(&c, name, file->bytes.data, file->bytes.count, header, w->stop, x->span, w->diag);
    ok = ok && array_take_numbers(w, &c.numbers, (uint32_t)c.rows, c.cols, span, out);
    if (ok) {
        csv_notes(&c, name, &w->memory, &w->remarks);
    }
    csv_release(&c);
    return ok;
}

// onehot(k, n): for each class number a row of n numbers, 1 at that place and 0 elsewhere.
static bool call_onehot(struct lower *w, struct operand *x, uint32_t count, struct span span,
                        struct operand *out)
{
    uint32_t rows = (uint32_t)operand_count(&x[0]), cols = operand_cols(&x[0]);
    double largest = 0, size = 0;
    for (uint32_t i = 0; i < rows; i++) {
        double k = operand_number(w, &x[0], i / cols, i % cols);
        if (!(k >= 0) || k != floor(k)) {
            diag_set(w->diag, x[0].span, "class numbers are whole numbers from 0 on");
            return diag_hint(w->diag, "here one is %g", k);
        }
        largest = k > largest ? k : largest;
    }
    if (count == 2 && !builtin_number(w, &x[1], "the number of classes", &size)) {
        return false;
    }
    size = count == 2 ? size : largest + 1;
    if (size <= largest) {
        diag_set(w->diag, x[1].span, "there is a class %g, and classes are counted from 0",
                 largest);
        return diag_hint(w->diag, "write %g or more", largest + 1);
    }
    bool single = !operand_is_array(&x[0]);
    double *numbers = array_numbers(w, single ? VALUE_VECTOR : VALUE_MATRIX, rows, size, span, out);
    for (size_t i = 0; numbers != NULL && i < operand_count(out); i++) {
        uint32_t row = (uint32_t)(i / (size_t)size);
        numbers[i] = operand_number(w, &x[0], row / cols, row % cols) == (double)(i % (size_t)size);
        numbers = lower_goes_on(w, i, 2, span) ? numbers : NULL;
    }
    return numbers != NULL;
}

static const struct builtin makers[] = {
    {"zeros", 0, 2, call_zeros, "zeros(n), zeros(n, m)", "zeros"},
    {"ones", 0, 2, call_ones, "ones(n), ones(n, m)", "ones"},
    {"eye", 1, 1, call_eye, "eye(n)", "the identity matrix"},
    {"onehot", 1, 2, call_onehot, "onehot(k, n)", "a row of n for each class, 1 at its place"},
    {"randn", 0, 2, call_randn, "randn(n), randn(n, m)",
     "normal random numbers; seed N fixes them"},
    {"rand", 0, 2, call_rand, "rand(n), rand(n, m)", "uniform random numbers from 0 to 1"},
    {"range", 1, 3, call_range, "range(n), range(from, to, by)", "numbers in equal steps"},
    {"linspace", 2, 3, call_linspace, "linspace(from, to, n)", "n numbers, both ends among them"},
    {"uniform", 2, 4, call_uniform, "uniform(a, b), uniform(a, b, n)",
     "uniform random numbers from a to b"},
    {"randperm", 1, 1, call_randperm, "randperm(n)", "0 to n - 1 in a random order"},
    {"xavier", 2, 2, call_xavier, "xavier(n_out, n_in)", "normal, variance 2/(n_in + n_out)"},
    {"he", 2, 2, call_he, "he(n_out, n_in)", "normal, variance 2/n_in"},
    {"moons", 1, 2, call_moons, "moons(n), moons(n, noise)", "n points (x, y, class) of two moons"},
    {"load_csv", 1, 2, call_load_csv, "load_csv(\"file.csv\")",
     "the numbers in a file, a row for each line"},
};

const struct builtin_table builtin_makers = {makers, COUNT_OF(makers)};
