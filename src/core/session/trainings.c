#include "session/trainings.h"

#include <math.h>
#include <string.h>

enum {
    ROWS = 400,             // of one training at most, before it is over; even
    CLEAR_AT = 64,          // trainings
    CLEAR_NUMBERS = 200000  // of paths that nobody sees
};

void trainings_init(struct trainings *t)
{
    buf_init(&t->kept, sizeof(struct training_kept));
    buf_init(&t->paths, sizeof(double));
}

static struct training_kept *at(const struct trainings *t, size_t i)
{
    return &BUF(struct training_kept, &t->kept)[i];
}

static struct training_kept *last(const struct trainings *t)
{
    return at(t, t->kept.count - 1);
}

// Lets go of all but the last, if enough came together. What is cut off can be brought back.
static bool clear_up(struct trainings *t, struct trail *trail)
{
    struct training_kept stay[TRAININGS_KEPT];
    size_t n = t->kept.count;
    size_t gone = n > TRAININGS_KEPT ? at(t, n - TRAININGS_KEPT)->first : 0;
    if (n <= TRAININGS_KEPT || (n < CLEAR_AT && gone < CLEAR_NUMBERS)) {
        return true;
    }
    struct buf paths;
    buf_init(&paths, sizeof(double));
    size_t numbers = t->paths.count - gone;
    double *to = buf_push(&paths, numbers);
    bool ok = to != NULL;
    if (ok) {
        memcpy(to, BUF_FROM(double, &t->paths, gone), numbers * sizeof *to);
        memcpy(stay, at(t, n - TRAININGS_KEPT), sizeof stay);
        ok = trail_cut(trail, &t->kept, 0) && trail_cut(trail, &t->paths, 0) &&
             trail_save_length(trail, &t->kept) && trail_save_length(trail, &t->paths);
        struct training_kept *kept = ok ? buf_push(&t->kept, TRAININGS_KEPT) : NULL;
        double *back = kept != NULL ? buf_push(&t->paths, numbers) : NULL;
        ok = back != NULL;
        for (size_t i = 0; ok && i < TRAININGS_KEPT; i++) {
            kept[i] = stay[i];
            kept[i].first -= gone;
        }
        if (ok) {
            memcpy(back, to, numbers * sizeof *back);
        }
    }
    buf_release(&paths);
    return ok;
}

bool trainings_begin(struct trainings *t, struct trail *trail, const struct training_kept *about,
                     const struct tape *tape, struct names *names)
{
    if (!clear_up(t, trail) || !trail_save_length(trail, &t->kept) ||
        !trail_save_length(trail, &t->paths)) {
        return false;
    }
    struct training_kept *k = buf_push(&t->kept, 1);
    if (k == NULL) {
        return false;
    }
    *k = *about;
    k->every = 1;
    k->steps = 0;
    k->first = t->paths.count;
    k->params = 0;
    uint32_t count = tape_count(tape);
    for (uint32_t i = tape_next(tape, MARK_PARAM, 0, count);
         i < count && k->params < TRAININGS_PARAMS; i = tape_next(tape, MARK_PARAM, i + 1, count)) {
        k->param[k->params++] = (struct training_param){i, names_of_node(names, i)};
    }
    return true;
}

static bool add_row(struct trainings *t, const struct tape *tape, double loss)
{
    const struct training_kept *k = last(t);
    double *row = buf_push(&t->paths, 1 + k->params);
    for (uint32_t i = 0; row != NULL && i < k->params; i++) {
        row[1 + i] = tape_value(tape, k->param[i].node);
    }
    if (row != NULL) {
        row[0] = loss;
    }
    return row != NULL;
}

// Leaves every second row of a training that has as many as there may be: it was not known how many
// steps were to come, as Ctrl-C may end it. All rows are the running statement's own.
static void thin(struct trainings *t)
{
    struct training_kept *k = last(t);
    size_t width = 1 + k->params;
    if (t->paths.count - k->first < ROWS * width) {
        return;
    }
    double *rows = BUF_FROM(double, &t->paths, k->first);
    for (size_t i = 1; i < ROWS / 2; i++) {
        memmove(rows + i * width, rows + 2 * i * width, width * sizeof *rows);
    }
    t->paths.count = k->first + ROWS / 2 * width;
    k->every *= 2;
}

bool trainings_step(struct trainings *t, const struct tape *tape, int64_t done)
{
    if (done % last(t)->every == 0) {
        thin(t);
    }
    return done % last(t)->every != 0 || add_row(t, tape, (double)NAN);
}

void trainings_stepped(struct trainings *t, int64_t done, double loss, bool ok)
{
    const struct training_kept *k = last(t);
    size_t row = t->paths.count - 1 - k->params;
    if (done % k->every == 0 && ok) {
        BUF(double, &t->paths)[row] = loss;
    } else if (done % k->every == 0) {
        t->paths.count = row;
    }
}

bool trainings_end(struct trainings *t, const struct tape *tape, int64_t done, double loss)
{
    last(t)->steps = done;
    return add_row(t, tape, loss);
}

size_t trainings_count(const struct trainings *t)
{
    return t->kept.count < TRAININGS_KEPT ? t->kept.count : TRAININGS_KEPT;
}

const struct training_kept *trainings_get(const struct trainings *t, size_t i)
{
    return at(t, t->kept.count - trainings_count(t) + i);
}

const double *trainings_rows(const struct trainings *t, size_t i, size_t *rows)
{
    const struct training_kept *k = trainings_get(t, i);
    size_t end = i + 1 < trainings_count(t) ? trainings_get(t, i + 1)->first : t->paths.count;
    *rows = (end - k->first) / (1 + k->params);
    return BUF_FROM(double, &t->paths, k->first);
}

double trainings_step_of(const struct training_kept *k, size_t row, size_t rows)
{
    return row + 1 == rows ? (double)k->steps : (double)((int64_t)row * k->every);
}

void trainings_label(const struct training_kept *k, struct text *out)
{
    char rate[NUMBER_TEXT];
    struct text rest;
    text_init(&rest);
    optim_put(&k->optim, &rest);
    const char *name = optim_name(k->optim.kind), *s = text_get(&rest);
    size_t named = 1 + strlen(name);  // " adam", where it is said
    s += text_length(&rest) >= named && strncmp(s + 1, name, named - 1) == 0 ? named : 0;
    text_addf(out, "%s %s%s", name, number_text(rate, k->optim.rate, 6), s);
    if (k->batch > 0) {
        text_addf(out, " batch %u", (unsigned)k->batch);
    }
    text_release(&rest);
}
