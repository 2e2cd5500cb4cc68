// Curves: of formulas over a range, of arrays over their index.
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command/plot.h"

enum {
    POINTS_LEAST = 61,
    POINTS_FILE = 1001,
    INDEX_MOST = 4000,  // points of an array that are kept
    WORK = 300000000,   // values computed for one plot, more or less
};

// The curves being drawn: one after the other in `y`, a value for each element of x.
struct curves {
    struct plot *plot;
    struct aside aside;
    struct buf x;  // double
    struct buf y;  // double: point by point, a value of each curve
    size_t count;
    size_t of[PLOT_SERIES_MOST];     // the formula that it is of
    size_t part[PLOT_SERIES_MOST];   // the element of its value
    size_t parts[PLOT_SERIES_MOST];  // elements that each formula's value has
};

// ---- What is seen -------------------------------------------------------------------------------

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

// Where the values lie but for a twentieth of them at either end, and as much again on both sides.
static bool middle(const struct buf *y, double *from, double *to)
{
    struct buf sorted;
    buf_init(&sorted, sizeof(double));
    double *v = y->count == 0 ? NULL : buf_push(&sorted, y->count);
    size_t n = 0;
    for (size_t i = 0; v != NULL && i < y->count; i++) {
        double value = BUF(double, y)[i];
        v[n] = value;
        n += isfinite(value) != 0;
    }
    if (n > 0) {
        qsort(v, n, sizeof *v, by_size);
        double low = v[n / 20], high = v[n - 1 - n / 20];
        *from = low - (high - low);
        *to = high + (high - low);
    }
    buf_release(&sorted);
    return n > 0 && isfinite(*to - *from) && *to > *from;
}

static bool beyond(double v, double from, double to)
{
    return !isfinite(v) || v < from || v > to;
}

// Does a curve leap from one side of the window to the other, or to no number at all? A narrow
// bell does not: it comes back the way it went.
static bool has_pole(const struct buf *y, size_t curves, double from, double to)
{
    const double *v = y->data;
    for (size_t i = curves; i < y->count; i++) {
        double before = v[i - curves], now = v[i];
        bool leaps = (before < from && now > to) || (before > to && now < from);
        bool ends =
            isfinite(before) != isfinite(now) && beyond(before, from, to) && beyond(now, from, to);
        if (leaps || ends) {
            return true;
        }
    }
    return false;
}

// The values that are to be seen; false if there is no number among them.
static bool window(const struct buf *y, size_t curves, bool poles, double *from, double *to)
{
    bool any = false;
    double low, high;
    for (size_t i = 0; i < y->count; i++) {
        double v = BUF(double, y)[i];
        *from = isfinite(v) && (!any || v < *from) ? v : *from;
        *to = isfinite(v) && (!any || v > *to) ? v : *to;
        any |= isfinite(v) != 0;
    }
    if (any && poles && middle(y, &low, &high) &&
        (*to / 2 - *from / 2) > (high / 2 - low / 2) * 3 && has_pole(y, curves, low, high)) {
        *from = *from > low ? *from : low;
        *to = *to < high ? *to : high;
    }
    // A constant, but for rounding, gets room on both sides.
    double size = fabs(*to) > fabs(*from) ? fabs(*to) : fabs(*from);
    if (any && !(*to - *from > size * 1e-12)) {
        double room = size > 0 ? size / 2 : 1;
        *from = fmax(*from - room, -DBL_MAX);
        *to = fmin(*to + room, DBL_MAX);
    }
    return any;
}

// ---- The record ---------------------------------------------------------------------------------

// Formula i, and which element of its value it is.
static void formula_label(const struct plot *p, size_t i, size_t part, size_t parts,
                          struct text *out)
{
    plot_label(p, plot_formula(p, i), out);
    if (parts > 1) {
        text_addf(out, "[%zu]", part);
    }
}

static bool put_curves(struct curves *k, const char *x_label, bool poles,
                       void (*label)(const struct curves *, size_t, struct text *))
{
    struct call *c = k->plot->call;
    double from = 0, to = 0;
    const double *x = k->x.data, *y = k->y.data;
    size_t n = k->x.count;
    if (k->x.failed || k->y.failed) {
        return diag_out_of_memory(c->diag);
    }
    if (!window(&k->y, k->count, poles, &from, &to)) {
        diag_set(c->diag, k->plot->formulas.count > 0 ? plot_formula(k->plot, 0) : c->command,
                 "there is no number to plot: every value is nan or inf");
        return diag_hint(c->diag, "choose another range; 'help log' tells where log is defined");
    }
    struct rec *r = plot_record(k->plot, "curves");
    double last = n > 1 ? x[n - 1] : x[0] + 1;
    rec_flag(c->out, plot_axis(k->plot, r, KEY_x, x_label, x[0], last), KEY_whole, !poles);
    plot_axis(k->plot, r, KEY_y, NULL, from, to);
    struct rec *series = rec_list(c->out, r, KEY_series);
    for (size_t i = 0; i < k->count; i++) {
        struct rec *one = rec_map(c->out, series, KEY_NONE);
        struct text text;
        text_init(&text);
        label(k, i, &text);
        rec_text(c->out, one, KEY_label, text_get(&text));
        text_release(&text);
        struct rec *xs = rec_list(c->out, one, KEY_x), *ys = rec_list(c->out, one, KEY_y);
        for (size_t j = 0; j < n; j++) {
            rec_number(c->out, xs, KEY_NONE, x[j]);
            rec_number(c->out, ys, KEY_NONE, y[j * k->count + i]);
        }
    }
    return true;
}

static void curves_init(struct curves *k, struct plot *p)
{
    *k = (struct curves){.plot = p};
    buf_init(&k->x, sizeof(double));
    buf_init(&k->y, sizeof(double));
}

static void curves_release(struct curves *k)
{
    buf_release(&k->x);
    buf_release(&k->y);
}

// ---- Over an index ------------------------------------------------------------------------------

// Of each stretch of a long list its least and its greatest number, in their order, so that no
// spike is lost.
static void add_stretch(struct buf *xs, struct buf *ys, const double *v, size_t from, size_t to)
{
    size_t low = from, high = from;
    for (size_t i = from; i < to; i++) {
        low = v[i] < v[low] || isnan(v[low]) ? i : low;
        high = v[i] > v[high] || isnan(v[high]) ? i : high;
    }
    size_t ends[2] = {low < high ? low : high, low < high ? high : low};
    for (size_t i = 0; i < (ends[0] == ends[1] ? 1 : 2); i++) {
        double *x = buf_push(xs, 1), *y = buf_push(ys, 1);
        if (x != NULL && y != NULL) {
            *x = (double)ends[i];
            *y = v[ends[i]];
        }
    }
}

void plot_take_list(struct buf *x, struct buf *y, const double *v, size_t n)
{
    size_t stretches = n > INDEX_MOST ? INDEX_MOST / 2 : n;
    for (size_t i = 0; i < stretches; i++) {
        add_stretch(x, y, v, i * n / stretches, (i + 1) * n / stretches);
    }
}

bool plot_window(const struct buf *y, double *from, double *to)
{
    return window(y, 1, false, from, to);
}

static void element_label(const struct curves *k, size_t i, struct text *out)
{
    formula_label(k->plot, i, 0, 1, out);
}

// ---- Arrays -------------------------------------------------------------------------------------

static bool refuse_matrix(struct plot *p, size_t i, const struct operand *x)
{
    char shape[SHAPE_TEXT];
    diag_set(p->call->diag, plot_formula(p, i), "this is an array of shape %s, not one line",
             operand_shape(shape, x));
    return diag_hint(p->call->diag, "plot a row, as in W[0], or a column, as in W[:, 0]");
}

static bool refuse_lengths(struct plot *p, size_t i, size_t first, size_t here)
{
    diag_set(p->call->diag, plot_formula(p, i), "this has %zu elements, and the first one %zu",
             here, first);
    return diag_hint(p->call->diag, "arrays of one length share a plot");
}

// All formulas are arrays: each is a curve over its index.
static bool plot_arrays(struct plot *p)
{
    struct curves k;
    struct buf all;
    struct operand x;
    size_t n = 0, curves = p->formulas.count;
    bool ok = true;
    curves_init(&k, p);
    buf_init(&all, sizeof(double));
    ok = aside_begin(&k.aside, p->call);
    for (size_t i = 0; ok && i < curves; i++) {
        ok = aside_evaluate(&k.aside, p->call->lexer->source, plot_formula(p, i), &x);
        size_t count = ok ? operand_count(&x) : 0;
        if (ok && operand_rows(&x) > 1 && operand_cols(&x) > 1) {
            ok = refuse_matrix(p, i, &x);
        } else if (ok && i > 0 && count != n) {
            ok = refuse_lengths(p, i, n, count);
        }
        n = count;
        double *at = ok ? buf_push(&all, n) : NULL;
        for (size_t j = 0; at != NULL && j < n; j++) {
            at[j] = aside_number(&k.aside, &x, j);
        }
        ok = ok && (at != NULL || diag_out_of_memory(p->call->diag));
        aside_cut(&k.aside);
    }
    aside_end(&k.aside);
    if (ok && curves == 1) {
        plot_take_list(&k.x, &k.y, all.data, n);
        k.count = 1;
    } else if (ok) {
        // Several: every so many-th element, for all the same.
        size_t step = 1 + n / INDEX_MOST;
        for (size_t j = 0; j < n; j += step) {
            double *at = buf_push(&k.x, 1), *y = buf_push(&k.y, curves);
            for (size_t i = 0; at != NULL && y != NULL && i < curves; i++) {
                y[i] = BUF(double, &all)[i * n + j];
            }
            if (at != NULL) {
                *at = (double)j;
            }
        }
        k.count = curves;
    }
    ok = ok && put_curves(&k, "index", false, element_label);
    buf_release(&all);
    curves_release(&k);
    return ok;
}

// ---- Points -------------------------------------------------------------------------------------

static void curve_label(const struct curves *k, size_t i, struct text *out)
{
    formula_label(k->plot, k->of[i], k->part[i], k->parts[k->of[i]], out);
}

// The first point tells how many numbers each formula's value has.
static bool count_curves(struct curves *k, size_t i, const struct operand *x)
{
    struct call *c = k->plot->call;
    size_t parts = operand_count(x);
    if (k->count + parts > PLOT_SERIES_MOST || (operand_rows(x) > 1 && operand_cols(x) > 1)) {
        char shape[SHAPE_TEXT];
        diag_set(c->diag, plot_formula(k->plot, i), "the value is of shape %s, not one number",
                 operand_shape(shape, x));
        return diag_hint(c->diag, "a plot has at most %d curves; take an element, or the sum",
                         PLOT_SERIES_MOST);
    }
    k->parts[i] = parts;
    for (size_t part = 0; part < parts; part++, k->count++) {
        k->of[k->count] = i;
        k->part[k->count] = part;
    }
    return true;
}

// The values at x, onto k->y.
static bool take_point(struct curves *k, double x, bool first)
{
    struct plot *p = k->plot;
    struct operand value;
    double values[PLOT_SERIES_MOST];
    size_t n = 0;
    if (p->leaf != NODE_NONE ? !aside_move(&k->aside, &p->leaf, &x, 1)
                             : !aside_leaf(&k->aside, x)) {
        return false;
    }
    for (size_t i = 0; i < p->formulas.count; i++) {
        if (!aside_evaluate(&k->aside, p->call->lexer->source, plot_formula(p, i), &value) ||
            (first && !count_curves(k, i, &value))) {
            return false;
        }
        for (size_t part = 0; part < k->parts[i] && n < k->count; part++) {
            values[n++] =
                part < operand_count(&value) ? aside_number(&k->aside, &value, part) : (double)NAN;
        }
    }
    if (!first) {
        buf_add(&k->y, values, k->count);
    }
    return true;
}

static size_t points_wanted(const struct plot *p)
{
    size_t columns =
        p->call->s->terminal.columns < 400 ? (size_t)p->call->s->terminal.columns : 400;
    return p->format != NULL ? POINTS_FILE : 4 * columns + 1;
}

static bool take_points(struct curves *k)
{
    struct plot *p = k->plot;
    struct session *s = p->call->s;
    struct stop *stop = s->world.stop;
    if (!take_point(k, p->from, true)) {
        return false;
    }
    size_t work = tape_count(&s->tape) - (p->leaf != NODE_NONE ? 0 : k->aside.before.nodes) + 1;
    aside_cut(&k->aside);
    size_t n = points_wanted(p), most = WORK / work;
    n = n <= most ? n : most > POINTS_LEAST ? most : POINTS_LEAST;
    for (size_t i = 0; i < n; i++) {
        double t = (double)i / (double)(n - 1), *x = buf_push(&k->x, 1);
        if (stop_is_asked(stop)) {
            return diag_set(p->call->diag, p->call->command, "interrupted");
        }
        double at = p->from * (1 - t) + p->to * t;
        if (!take_point(k, at, false)) {
            return false;
        }
        aside_cut(&k->aside);
        if (x != NULL) {
            *x = at;
        }
    }
    return true;
}

static bool begin_sweep(struct curves *k)
{
    struct plot *p = k->plot;
    size_t length;
    const char *s = plot_text(p, p->swept, &length);
    return aside_begin(&k->aside, p->call) &&
           (p->leaf != NODE_NONE ||
            aside_bind(&k->aside, length == 0 ? "x" : s, length == 0 ? 1 : length,
                       value_of_node(k->aside.before.nodes)));
}

bool plot_formulas(struct plot *p)
{
    struct curves k;
    bool arrays;
    if (!plot_choose(p, &arrays)) {
        return false;
    }
    if (arrays) {
        return plot_arrays(p);
    }
    curves_init(&k, p);
    bool ok = begin_sweep(&k) && take_points(&k);
    aside_end(&k.aside);
    struct text x;
    text_init(&x);
    plot_swept_label(p, &x);
    ok = ok && put_curves(&k, text_get(&x), true, curve_label);
    text_release(&x);
    curves_release(&k);
    return ok;
}
