// plot history: the losses of the last training, or of all that were kept.
#include <math.h>
#include <string.h>

#include "command/plot.h"
#include "engine/maths.h"

#define LN_10 2.302585092994046

// A curve of its own points.
struct losses {
    struct buf x, y;  // double
    struct text label;
};

// Powers of ten lie equally far apart. A loss that has no logarithm leaves a gap.
static void take_logs(struct losses *l)
{
    double *y = l->y.data;
    for (size_t i = 0; i < l->y.count; i++) {
        y[i] = y[i] > 0 ? maths_log(y[i]) / LN_10 : (double)NAN;
    }
}

static void init(struct losses *l)
{
    buf_init(&l->x, sizeof(double));
    buf_init(&l->y, sizeof(double));
    text_init(&l->label);
}

static void release(struct losses *l)
{
    buf_release(&l->x);
    buf_release(&l->y);
    text_release(&l->label);
}

static void put_series(struct call *c, struct rec *series, struct losses *l)
{
    struct rec *one = rec_map(c->out, series, KEY_NONE);
    rec_text(c->out, one, KEY_label, text_get(&l->label));
    struct rec *xs = rec_list(c->out, one, KEY_x), *ys = rec_list(c->out, one, KEY_y);
    for (size_t j = 0; j < l->x.count; j++) {
        rec_number(c->out, xs, KEY_NONE, BUF(double, &l->x)[j]);
        rec_number(c->out, ys, KEY_NONE, BUF(double, &l->y)[j]);
    }
}

static bool put(struct plot *p, struct losses *l, size_t count, bool logs)
{
    struct call *c = p->call;
    struct buf all;
    double from = 0, to = 0, last = 1;
    buf_init(&all, sizeof(double));
    bool room = true;
    for (size_t i = 0; room && i < count; i++) {
        size_t n = l[i].x.count;
        double *at = buf_push(&all, n);
        room = at != NULL && !l[i].x.failed && !l[i].y.failed && n > 0;
        if (room) {
            memcpy(at, l[i].y.data, n * sizeof *at);
            last = fmax(last, BUF(double, &l[i].x)[n - 1]);
        }
    }
    bool any = room && plot_window(&all, &from, &to);
    buf_release(&all);
    if (!room) {
        return diag_out_of_memory(c->diag);
    }
    if (!any) {
        diag_set(c->diag, c->command, "there is no loss to plot: each is %s",
                 logs ? "0, negative or not a number, and has no logarithm" : "nan or inf");
        return diag_hint(c->diag, logs ? "leave out 'log'" : "a smaller learning rate may help");
    }
    struct rec *r = plot_record(p, "curves");
    rec_flag(c->out, plot_axis(p, r, KEY_x, "step", 0, last), KEY_whole, true);
    rec_flag(c->out, plot_axis(p, r, KEY_y, NULL, from, to), KEY_logs, logs);
    struct rec *series = rec_list(c->out, r, KEY_series);
    for (size_t i = 0; i < count; i++) {
        put_series(c, series, &l[i]);
    }
    return true;
}

// A number is after a name that was there already.
void plot_training_label(struct call *c, size_t i, struct text *out)
{
    const struct trainings *t = &c->s->trainings;
    const struct training_kept *k = trainings_get(t, i);
    bool mixed = false;
    size_t same = 1;
    for (size_t j = 0; j < trainings_count(t); j++) {
        const struct training_kept *other = trainings_get(t, j);
        struct text a, b;
        text_init(&a);
        text_init(&b);
        trainings_label(k, &a);
        trainings_label(other, &b);
        mixed |= other->root != k->root;
        same += j < i && other->root == k->root && strcmp(text_get(&a), text_get(&b)) == 0;
        text_release(&a);
        text_release(&b);
    }
    if (mixed && k->root != NAME_NONE) {
        size_t length;
        const char *name = names_text(&c->s->names, k->root, &length);
        text_add_bytes(out, name, length);
        text_add(out, ": ");
    }
    trainings_label(k, out);
    if (same > 1) {
        text_addf(out, " (%zu)", same);
    }
}

static void take_kept(struct call *c, size_t i, struct losses *l)
{
    const struct trainings *t = &c->s->trainings;
    const struct training_kept *k = trainings_get(t, i);
    size_t rows;
    const double *row = trainings_rows(t, i, &rows);
    for (size_t j = 0; j < rows; j++, row += 1 + k->params) {
        double *x = buf_push(&l->x, 1), *y = buf_push(&l->y, 1);
        if (x != NULL && y != NULL) {
            *x = trainings_step_of(k, j, rows);
            *y = *row;
        }
    }
    plot_training_label(c, i, &l->label);
}

bool plot_history(struct plot *p, bool all, bool logs)
{
    struct call *c = p->call;
    const struct buf *history = &c->s->history;
    struct losses l[TRAININGS_KEPT];
    size_t count = all ? trainings_count(&c->s->trainings) : 1;
    if (history->count == 0) {
        diag_set(c->diag, c->command, "there is no history yet: nothing was trained");
        return diag_hint(c->diag, "'train L 200 0.05' keeps the loss of each step");
    }
    for (size_t i = 0; i < count; i++) {
        init(&l[i]);
        if (all) {
            take_kept(c, i, &l[i]);
        } else {
            plot_take_list(&l[i].x, &l[i].y, history->data, history->count);
            text_add(&l[i].label, "loss");
        }
        if (logs) {
            take_logs(&l[i]);
        }
    }
    bool ok = put(p, l, count, logs);
    for (size_t i = 0; i < count; i++) {
        release(&l[i]);
    }
    return ok;
}
