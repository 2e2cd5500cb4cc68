#include "engine/optim.h"

#include "engine/maths.h"
#include "engine/sweep.h"

static const struct optim_help rows[] = {
#define OPTIM(ID, NAME, TITLE, HELP) {NAME, TITLE, HELP},
#define OPTIM_WORD(ID, NAME, TITLE, HELP) {NAME, TITLE, HELP},
#include "engine/optim.def"
};

const struct optim_help *optim_help_at(size_t i)
{
    return i < COUNT_OF(rows) ? &rows[i] : NULL;
}

const char *optim_name(enum optim_kind kind)
{
    return rows[kind].name;
}

struct optim optim_of(enum optim_kind kind, double rate)
{
    bool runs = kind == OPTIM_MOMENTUM || kind == OPTIM_NESTEROV;
    return (struct optim){.kind = kind,
                          .rate = rate,
                          .momentum = runs ? 0.9 : 0,
                          .decay = kind == OPTIM_ADAMW ? 0.01 : 0,
                          .beta = {0.9, 0.999}};
}

double optim_rate(const struct optim *o, int64_t done)
{
    static const double PI = 3.14159265358979323846;
    double rate = o->rate;
    if (done < o->warmup) {
        return rate * (double)(done + 1) / (double)o->warmup;
    }
    if (o->schedule == OPTIM_COSINE) {
        double length = (double)(o->length - o->warmup), at = (double)(done - o->warmup);
        return at >= length ? 0 : rate * (1 + maths_cos(PI * at / length)) / 2;
    }
    if (o->schedule == OPTIM_STEPS) {
        rate *= maths_pow(o->factor, (double)((done - o->warmup) / o->every));
    }
    return rate;
}

void optim_put(const struct optim *o, struct text *out)
{
    const struct optim usual = optim_of(o->kind, o->rate);
    char a[NUMBER_TEXT], b[NUMBER_TEXT];
    if (o->kind != OPTIM_PLAIN) {
        text_addf(out, " %s", optim_name(o->kind));
    }
    if (o->kind == OPTIM_RMSPROP && o->momentum != 0) {
        text_addf(out, " momentum %s", number_exact(a, o->momentum));
    } else if (usual.momentum != 0) {
        text_addf(out, " %s", number_exact(a, o->momentum));
    }
    if (o->beta[0] != usual.beta[0] || o->beta[1] != usual.beta[1]) {
        text_addf(out, " betas %s %s", number_exact(a, o->beta[0]), number_exact(b, o->beta[1]));
    }
    if (o->decay != usual.decay) {
        text_addf(out, " decay %s", number_exact(a, o->decay));
    }
    if (o->clip != 0) {
        text_addf(out, " clip %s", number_exact(a, o->clip));
    }
    if (o->schedule == OPTIM_COSINE) {
        text_addf(out, " schedule cosine %lld", (long long)o->length);
    } else if (o->schedule == OPTIM_STEPS) {
        text_addf(out, " schedule step %lld %s", (long long)o->every, number_exact(a, o->factor));
    }
    if (o->warmup != 0) {
        text_addf(out, " warmup %lld", (long long)o->warmup);
    }
}

// 1 - beta^t, by exp and log, which are the same on every machine.
static double unbiased(double beta, double t)
{
    return 1 - maths_exp(t * maths_log(beta));
}

// What adam divides by at step t. Most parameters of a step have taken equally many, so it is kept from
// one to the next.
struct optim_unbiased {
    double t, m, v;
};

static void unbias(const struct optim *o, struct optim_unbiased *u, double t)
{
    if (u->t != t) {
        *u = (struct optim_unbiased){t, unbiased(o->beta[0], t), unbiased(o->beta[1], t)};
    }
}

static double adam_step(const struct optim *o, struct optim_state *s, double g,
                        struct optim_unbiased *u)
{
    s->m = o->beta[0] * s->m + (1 - o->beta[0]) * g;
    s->v = o->beta[1] * s->v + (1 - o->beta[1]) * g * g;
    unbias(o, u, s->t);
    double m = s->m / u->m, v = s->v / u->v;
    return m / (maths_sqrt(v) + 1e-8);
}

static double rmsprop_step(const struct optim *o, struct optim_state *s, double g)
{
    s->v = 0.99 * s->v + 0.01 * g * g;
    double scaled = g / (maths_sqrt(s->v) + 1e-8);
    return o->momentum == 0 ? scaled : (s->m = o->momentum * s->m + scaled);
}

// By how much w is lowered, before the rate.
static double step(const struct optim *o, struct optim_state *s, double w, double g,
                   struct optim_unbiased *u)
{
    g += o->kind == OPTIM_ADAMW ? 0 : o->decay * w;
    s->t++;
    switch (o->kind) {
    case OPTIM_MOMENTUM:
        return s->m = o->momentum * s->m + g;
    case OPTIM_NESTEROV:
        s->m = o->momentum * s->m + g;
        return g + o->momentum * s->m;
    case OPTIM_RMSPROP:
        return rmsprop_step(o, s, g);
    case OPTIM_ADAM:
        return adam_step(o, s, g, u);
    case OPTIM_ADAMW:
        return adam_step(o, s, g, u) + o->decay * w;
    case OPTIM_PLAIN:
    case OPTIM_COUNT:
        break;
    }
    return g;
}

// What gradients are multiplied by, so that all together are no longer than the clip.
static double clipping(const struct tape *t, const struct optim *o, const struct buf *params)
{
    double squares = 0;
    for (size_t k = 0; o->clip > 0 && k < params->count; k++) {
        uint32_t i = BUF(struct optim_param, params)[k].node;
        double g = tape_marked(t, i, MARK_GRAD) ? tape_grad(t, i) : 0;
        squares += g * g;
    }
    double scale = o->clip > 0 ? o->clip / (maths_sqrt(squares) + 1e-6) : 1;
    return scale < 1 ? scale : 1;
}

bool optim_list(const struct tape *t, struct buf *params, struct buf *states)
{
    buf_init(params, sizeof(struct optim_param));
    uint32_t count = tape_count(t);
    for (uint32_t i = tape_next(t, MARK_PARAM, 0, count); i < count;
         i = tape_next(t, MARK_PARAM, i + 1, count)) {
        struct optim_param *at = tape_op(t, i) == OP_LEAF ? buf_push(params, 1) : NULL;
        if (params->failed || stop_asked(t->stop, i)) {
            return false;
        }
        if (at != NULL) {
            *at = (struct optim_param){i, false};
        }
    }
    return states->count >= params->count || buf_resize(states, params->count);
}

void optim_move(struct tape *t, const struct optim *o, double rate, struct buf *params,
                struct buf *states)
{
    double scale = clipping(t, o, params);
    const double *grad = t->grad.data;
    double *value = t->value.data;
    const uint8_t *mark = t->mark.data;
    struct optim_param *param = params->data;
    struct optim_state *state = states->data;
    struct optim_unbiased u = {0};  // a step's t is 1 or more
    double decay = o->decay;
    for (size_t k = 0; k < params->count; k++) {
        uint32_t i = param[k].node;
        if ((mark[i] & MARK_GRAD) == 0) {
            continue;
        }
        if (o->kind == OPTIM_PLAIN) {  // as `step` has it, without a call
            state[k].t++;
            value[i] -= rate * (scale * grad[i] + decay * value[i]);
        } else {
            value[i] -= rate * step(o, &state[k], value[i], scale * grad[i], &u);
        }
        param[k].moved = true;
    }
}

// Sets or clears the scratch mark of the parameters that were moved.
static void mark_moved(struct tape *t, const struct buf *params, bool on)
{
    uint8_t *mark = t->mark.data;
    for (size_t k = 0; k < params->count; k++) {
        struct optim_param p = BUF(struct optim_param, params)[k];
        if (p.moved) {
            mark[p.node] =
                (uint8_t)(on ? mark[p.node] | MARK_REACHED : mark[p.node] & ~MARK_REACHED);
        }
    }
}

static void spread_over(struct tape *t, struct stretch in)
{
    const struct node *node = t->node.data;
    uint8_t *mark = t->mark.data;
    bool stale = false;
    for (uint32_t i = in.first; i < in.end; i++) {
        if (node[i].op != OP_LEAF &&
            ((mark[node[i].a] | mark[node[i].b]) & (MARK_STALE | MARK_REACHED)) != 0) {
            mark[i] |= MARK_STALE;
            stale = true;
        }
    }
    if (stale) {
        t->any_stale = true;
        tape_note_range(t, in.first, in.end, MARK_STALE);
    }
}

// What depends on no parameter is passed over, and what is stale already.
static void spread_everywhere(struct tape *t)
{
    uint32_t count = tape_count(t);
    struct stretch in = {.end = t->settled};
    while (tape_next_stretch(t, MARK_MOVES, count, &in)) {
        spread_over(t, in);
    }
}

static bool all_moved(const struct buf *params)
{
    bool all = true;
    for (size_t k = 0; k < params->count; k++) {
        all &= BUF(struct optim_param, params)[k].moved;
    }
    return all;
}

void optim_spread(struct tape *t, const struct buf *params, const struct buf *stretches)
{
    bool all = all_moved(params);
    mark_moved(t, params, true);
    if (stretches == NULL) {
        spread_everywhere(t);
        t->settled = all ? tape_count(t) : t->settled;
    }
    for (size_t k = 0; stretches != NULL && k < stretches->count; k++) {
        struct stretch in = BUF(struct stretch, stretches)[k];
        spread_over(t, in);
        if (all && in.first <= t->settled && t->settled < in.end) {
            t->settled = in.end;
        }
    }
    mark_moved(t, params, false);
}

bool optim_update(struct tape *t, struct trail *trail, const struct optim *o, struct buf *states,
                  size_t *moved)
{
    struct buf params;
    *moved = 0;
    bool ok = optim_list(t, &params, states) &&
              trail_save_while(trail, states, 0, states->count, t->stop) &&
              sweep_save(t, trail, &t->value, MARK_PARAM, 0, t->stop) &&
              sweep_save(t, trail, &t->mark, MARK_MOVES, t->settled, t->stop);
    if (ok) {
        optim_move(t, o, o->rate, &params, states);
        optim_spread(t, &params, NULL);
    }
    for (size_t k = 0; ok && k < params.count; k++) {
        *moved += BUF(struct optim_param, &params)[k].moved;
    }
    buf_release(&params);
    return ok;
}
