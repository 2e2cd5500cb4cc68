// plot L over w, b: a loss over two values, as contours, and the ways that trainings took there.
#include <math.h>
#include <string.h>

#include "command/plot.h"
#include "engine/maths.h"
#include "words/ticks.h"

#define LN_10 2.302585092994046

enum {
    GRID = 61,         // places along each side
    GRID_LEAST = 15,   // and where the graph is large
    WORK = 200000000,  // values computed for one plot, more or less
    LEVELS_FILE = 10,
    LEVELS_TERM = 6,
};

struct land {
    struct plot *plot;
    struct aside aside;
    double from[2], to[2];
    double now[2];  // the leaves' values
    size_t side;    // places along each side of the grid
    struct buf values;
    double least, most;  // of the finite ones
    double above;        // the least of them above 0, if there is one
    struct records *out;
};

static bool is_leaf(const struct plot *p, int axis)
{
    return p->axis[axis].leaf != NODE_NONE;
}

// ---- What is swept ------------------------------------------------------------------------------

static bool check_axis(struct plot *p, int axis)
{
    struct call *c = p->call;
    size_t length;
    const char *s = plot_text(p, p->axis[axis].swept, &length);
    char quoted[QUOTED];
    if (is_leaf(p, axis) && tape_op(&c->s->tape, p->axis[axis].leaf) != OP_LEAF) {
        diag_set(c->diag, p->axis[axis].swept, "'%s' is computed from others, and cannot be moved",
                 diag_quote(quoted, s, length));
        return diag_hint(c->diag, "sweep leaves that it depends on");
    }
    return true;
}

static bool same_axes(const struct plot *p)
{
    size_t n, m;
    const char *s = plot_text(p, p->axis[0].swept, &n), *t = plot_text(p, p->axis[1].swept, &m);
    bool names = n == m && memcmp(s, t, n) == 0;
    return is_leaf(p, 0) || is_leaf(p, 1) ? p->axis[0].leaf == p->axis[1].leaf : names;
}

static bool check(struct plot *p)
{
    struct call *c = p->call;
    if (p->formulas.count > 1) {
        diag_set(c->diag, plot_formula(p, 1), "over two values one loss is plotted");
        return diag_hint(c->diag, "make a plot of each");
    }
    if (!check_axis(p, 0) || !check_axis(p, 1)) {
        return false;
    }
    if (same_axes(p)) {
        diag_set(c->diag, p->axis[1].swept, "these are one and the same");
        return diag_hint(c->diag, "two different ones are swept, as in plot L over w, b");
    }
    return true;
}

static bool bind_axes(struct land *l)
{
    struct plot *p = l->plot;
    uint32_t next = l->aside.before.nodes;
    for (int axis = 0; axis < 2; axis++) {
        size_t length;
        const char *s = plot_text(p, p->axis[axis].swept, &length);
        if (!is_leaf(p, axis) && !aside_bind(&l->aside, s, length, value_of_node(next++))) {
            return false;
        }
    }
    return true;
}

// ---- The paths ----------------------------------------------------------------------------------

// Which of a training's parameters is on this axis: the leaf, or one of its name before.
static uint32_t param_on(const struct plot *p, const struct training_kept *k, int axis)
{
    struct call *c = p->call;
    uint32_t leaf = p->axis[axis].leaf;
    uint32_t name = leaf == NODE_NONE ? NAME_NONE : names_of_node(&c->s->names, leaf);
    for (uint32_t i = 0; leaf != NODE_NONE && i < k->params; i++) {
        if (k->param[i].node == leaf || (name != NAME_NONE && k->param[i].name == name)) {
            return i;
        }
    }
    return TRAININGS_PARAMS;
}

// The path of training i: calls `take` at each place of it. False if it is none over these two, or moved
// neither of them.
static bool walk_path(struct land *l, size_t i, void (*take)(struct land *, double, double, void *),
                      void *with)
{
    const struct trainings *t = &l->plot->call->s->trainings;
    const struct training_kept *k = trainings_get(t, i);
    uint32_t x = param_on(l->plot, k, 0), y = param_on(l->plot, k, 1);
    size_t rows;
    const double *row = trainings_rows(t, i, &rows);
    if (x == TRAININGS_PARAMS || y == TRAININGS_PARAMS) {
        return false;
    }
    const double *first = row;
    bool moved = false;
    for (size_t j = 0; j < rows; j++, row += 1 + k->params) {
        if (isfinite(row[1 + x]) && isfinite(row[1 + y])) {
            take(l, row[1 + x], row[1 + y], with);
        }
        moved |= row[1 + x] != first[1 + x] || row[1 + y] != first[1 + y];
    }
    return moved;
}

static void widen(struct land *l, double x, double y, void *any)
{
    const double at[2] = {x, y};
    for (int axis = 0; axis < 2; axis++) {
        l->from[axis] = *(bool *)any ? fmin(l->from[axis], at[axis]) : at[axis];
        l->to[axis] = *(bool *)any ? fmax(l->to[axis], at[axis]) : at[axis];
    }
    *(bool *)any = true;
}

// What was said; else the box of the paths and some room; else around the present values.
static bool find_ranges(struct land *l)
{
    struct plot *p = l->plot;
    bool any = false;
    for (size_t i = 0; i < trainings_count(&p->call->s->trainings); i++) {
        walk_path(l, i, widen, &any);
    }
    for (int axis = 0; axis < 2; axis++) {
        double size = fmax(1, fabs(l->now[axis])),
               room = any ? 0.2 * (l->to[axis] - l->from[axis]) : 0;
        if (p->axis[axis].ranged) {
            l->from[axis] = p->axis[axis].from;
            l->to[axis] = p->axis[axis].to;
        } else if (any && room > 1e-9 * size && isfinite(room)) {
            l->from[axis] -= room;
            l->to[axis] += room;
        } else {
            double middle = is_leaf(p, axis) ? l->now[axis] : 0;
            l->from[axis] = middle - (is_leaf(p, axis) ? 2 * size : 5);
            l->to[axis] = middle + (is_leaf(p, axis) ? 2 * size : 5);
        }
    }
    if (isfinite(l->to[0] - l->from[0]) && isfinite(l->to[1] - l->from[1])) {
        return true;
    }
    diag_set(p->call->diag, p->axis[0].swept, "these trainings went too far to be drawn");
    return diag_hint(p->call->diag, "choose a part: plot L over w, b from -2 to 2 from -2 to 2");
}

// ---- The values ---------------------------------------------------------------------------------

static bool value_at(struct land *l, const double at[2], double *value)
{
    struct plot *p = l->plot;
    struct operand x;
    uint32_t leaves[2];
    double values[2];
    size_t moves = 0;
    for (int axis = 0; axis < 2; axis++) {
        if (is_leaf(p, axis)) {
            leaves[moves] = p->axis[axis].leaf;
            values[moves++] = at[axis];
        }
    }
    if (moves > 0 && !aside_move(&l->aside, leaves, values, moves)) {
        return false;
    }
    for (int axis = 0; axis < 2; axis++) {
        if (!is_leaf(p, axis) && !aside_leaf(&l->aside, at[axis])) {
            return false;
        }
    }
    if (!aside_evaluate(&l->aside, p->call->lexer->source, plot_formula(p, 0), &x)) {
        return false;
    }
    if (operand_count(&x) != 1) {
        char shape[SHAPE_TEXT];
        diag_set(p->call->diag, plot_formula(p, 0), "the value is of shape %s, not one number",
                 operand_shape(shape, &x));
        return diag_hint(p->call->diag, "take an element, or the sum");
    }
    *value = aside_number(&l->aside, &x, 0);
    return true;
}

// A large graph is asked at fewer places, and a too large one at none. The first value tells.
static bool find_side(struct land *l)
{
    struct call *c = l->plot->call;
    double value;
    if (!value_at(l, l->from, &value)) {
        return false;
    }
    const struct checkpoint *before = &l->aside.before;
    size_t work = before->follows.count + tape_count(&c->s->tape) - before->nodes + 1;
    aside_cut(&l->aside);
    l->side = GRID;
    while (l->side > GRID_LEAST && l->side * l->side > WORK / work) {
        l->side -= 2;
    }
    if (l->side * l->side <= WORK / work) {
        return true;
    }
    diag_set(c->diag, plot_formula(l->plot, 0),
             "%zu values are computed for a single place, and a landscape has many", work);
    return diag_hint(c->diag, "plot it over one of them");
}

static bool take_values(struct land *l)
{
    struct call *c = l->plot->call;
    bool any = false;
    for (size_t i = 0; i < l->side * l->side; i++) {
        double s = (double)(i % l->side) / (double)(l->side - 1);
        double t = (double)(i / l->side) / (double)(l->side - 1);
        const double at[2] = {l->from[0] * (1 - s) + l->to[0] * s,
                              l->from[1] * (1 - t) + l->to[1] * t};
        double *v = buf_push(&l->values, 1);
        if (stop_is_asked(c->s->world.stop)) {
            return diag_set(c->diag, c->command, "interrupted");
        }
        if (v == NULL) {
            return diag_out_of_memory(c->diag);
        }
        if (!value_at(l, at, v)) {
            return false;
        }
        aside_cut(&l->aside);
        if (isfinite(*v)) {
            l->least = any ? fmin(l->least, *v) : *v;
            l->most = any ? fmax(l->most, *v) : *v;
            l->above = *v > 0 && (l->above == 0 || *v < l->above) ? *v : l->above;
            any = true;
        }
    }
    if (any && l->most - l->least > 1e-12 * fmax(fabs(l->least), fabs(l->most))) {
        return true;
    }
    diag_set(c->diag, plot_formula(l->plot, 0),
             any ? "it is the same all over this part" : "it is nan or inf all over this part");
    return diag_hint(c->diag, any ? "sweep two values that it depends on"
                                  : "choose another part: from -1 to 1 from -1 to 1");
}

// ---- Levels -------------------------------------------------------------------------------------

// The numbers 1, 2 and 5 times a power of ten, or 1 and 3 times, or 1 time every so many-th power,
// whichever are at most `most` between from and to, both above 0. Returns how many.
static size_t find_levels(double from, double to, size_t most, double *out)
{
    static const int parts[][3] = {{1, 2, 5}, {1, 3, 0}, {1, 0, 0}};
    int first = (int)floor(maths_log(from) / LN_10), last = (int)floor(maths_log(to) / LN_10);
    for (int way = 0; way < 600; way++) {
        const int *part = parts[way < 2 ? way : 2];
        int step = way < 2 ? 1 : way - 1;
        size_t n = 0;
        bool fits = true;
        for (int power = first - first % step - step; fits && power <= last; power += step) {
            for (int i = 0; i < 3 && part[i] > 0; i++) {
                double level = ticks_decimal(part[i], power);
                if (level > from && level < to && n < most) {
                    out[n++] = level;
                } else {
                    fits &= level <= from || level >= to;
                }
            }
        }
        if (fits && n > 1) {
            return n;
        }
    }
    return 0;
}

static void put_levels(struct land *l, struct rec *r)
{
    double levels[LEVELS_FILE];
    size_t most = l->plot->format != NULL ? LEVELS_FILE : LEVELS_TERM;
    // What is next to 0 by chance is as good as 0.
    double from = fmax(1.1 * l->above, 1e-6 * l->most);
    size_t n = l->least >= 0 && from > 0 ? find_levels(from, l->most, most, levels) : 0;
    struct rec *list = rec_list(l->out, r, KEY_levels);
    rec_flag(l->out, r, KEY_logs, n > 0);
    struct ticks t = ticks_choose(l->least, l->most, (int)most);
    for (double k = t.first; n == 0 && k <= t.last; k++) {
        rec_number(l->out, list, KEY_NONE, k * t.step);
    }
    for (size_t i = 0; i < n; i++) {
        rec_number(l->out, list, KEY_NONE, levels[i]);
    }
}

// ---- The record ---------------------------------------------------------------------------------

struct plot_landscape_taken {
    struct rec *x, *y;
};

static void take_place(struct land *l, double x, double y, void *with)
{
    struct plot_landscape_taken *taken = with;
    rec_number(l->out, taken->x, KEY_NONE, x);
    rec_number(l->out, taken->y, KEY_NONE, y);
}

static struct plot_landscape_taken begin_path(struct land *l, struct rec *series, const char *label)
{
    struct rec *one = rec_map(l->out, series, KEY_NONE);
    rec_text(l->out, one, KEY_label, label);
    struct rec *x = rec_list(l->out, one, KEY_x), *y = rec_list(l->out, one, KEY_y);
    return (struct plot_landscape_taken){x, y};
}

static void ignore_place(struct land *l, double x, double y, void *with)
{
    (void)l;
    (void)x;
    (void)y;
    (void)with;
}

// Did training i move a parameter that is on neither axis?
static bool moved_others(const struct land *l, size_t i)
{
    const struct trainings *t = &l->plot->call->s->trainings;
    const struct training_kept *k = trainings_get(t, i);
    uint32_t x = param_on(l->plot, k, 0), y = param_on(l->plot, k, 1);
    size_t rows;
    const double *first = trainings_rows(t, i, &rows), *last = first + (rows - 1) * (1 + k->params);
    bool moved = k->params == TRAININGS_PARAMS;  // there may be more
    for (uint32_t p = 0; p < k->params; p++) {
        moved |= p != x && p != y && first[1 + p] != last[1 + p];
    }
    return moved;
}

static void put_paths(struct land *l, struct rec *r)
{
    struct plot *p = l->plot;
    struct call *c = p->call;
    struct rec *series = rec_list(l->out, r, KEY_series);
    size_t shown = 0;
    bool others = false;
    for (size_t i = 0; i < trainings_count(&c->s->trainings); i++) {
        if (!walk_path(l, i, ignore_place, NULL)) {
            continue;
        }
        struct text label;
        text_init(&label);
        plot_training_label(c, i, &label);
        struct plot_landscape_taken taken = begin_path(l, series, text_get(&label));
        walk_path(l, i, take_place, &taken);
        text_release(&label);
        others |= moved_others(l, i);
        shown++;
    }
    if (shown == 0 && is_leaf(p, 0) && is_leaf(p, 1)) {
        struct plot_landscape_taken taken = begin_path(l, series, "now");
        take_place(l, l->now[0], l->now[1], &taken);
    }
    if (others) {
        call_notice(c, p->axis[0].swept,
                    "the trainings moved other parameters too; here these are as they are now");
    }
}

static void put_axis(struct land *l, struct rec *r, enum rec_key key, int axis)
{
    struct text label;
    text_init(&label);
    plot_label(l->plot, l->plot->axis[axis].swept, &label);
    plot_axis(l->plot, r, key, text_get(&label), l->from[axis], l->to[axis]);
    text_release(&label);
}

static void put_land(struct land *l)
{
    struct rec *r = plot_record(l->plot, "landscape");
    struct text formula;
    text_init(&formula);
    plot_label(l->plot, plot_formula(l->plot, 0), &formula);
    rec_text(l->out, r, KEY_formula, text_get(&formula));
    text_release(&formula);
    put_axis(l, r, KEY_x, 0);
    put_axis(l, r, KEY_y, 1);
    rec_whole(l->out, r, KEY_columns, (int64_t)l->side);
    rec_whole(l->out, r, KEY_rows, (int64_t)l->side);
    struct rec *values = rec_list(l->out, r, KEY_values);
    for (size_t i = 0; i < l->values.count; i++) {
        rec_number(l->out, values, KEY_NONE, BUF(double, &l->values)[i]);
    }
    put_levels(l, r);
    put_paths(l, r);
}

bool plot_landscape(struct plot *p)
{
    struct land l = {.plot = p, .out = p->call->out};
    if (!check(p)) {
        return false;
    }
    buf_init(&l.values, sizeof(double));
    for (int axis = 0; axis < 2; axis++) {
        l.now[axis] = is_leaf(p, axis) ? tape_value(&p->call->s->tape, p->axis[axis].leaf) : 0;
    }
    bool ok = find_ranges(&l);
    if (ok) {
        ok = aside_begin(&l.aside, p->call) && bind_axes(&l) && find_side(&l) && take_values(&l);
        aside_end(&l.aside);
    }
    if (ok) {
        put_land(&l);
    }
    buf_release(&l.values);
    return ok;
}
