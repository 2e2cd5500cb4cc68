#include "engine/optim.h"

#include "engine/maths.h"
#include "engine/sweep.h"

static const char *const names[OPTIM_COUNT] = {"plain",   "momentum", "nesterov",
                                               "rmsprop", "adam",     "adamw"};

const char *optim_name(enum optim_kind kind)
{
    return names[kind];
}

static double adam_step(struct optim_state *s, double g)
{
    s->m = 0.9 * s->m + 0.1 * g;
    s->v = 0.999 * s->v + 0.001 * g * g;
    double m = s->m / (1 - maths_exp(s->t * maths_log(0.9)));
    double v = s->v / (1 - maths_exp(s->t * maths_log(0.999)));
    return m / (maths_sqrt(v) + 1e-8);
}

// By how much w is lowered, before the rate.
static double step(const struct optim *o, struct optim_state *s, double w, double g)
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
        s->v = 0.99 * s->v + 0.01 * g * g;
        return g / (maths_sqrt(s->v) + 1e-8);
    case OPTIM_ADAM:
        return adam_step(s, g);
    case OPTIM_ADAMW:
        return adam_step(s, g) + o->decay * w;
    case OPTIM_PLAIN:
    case OPTIM_COUNT:
        break;
    }
    return g;
}

bool optim_list(const struct tape *t, struct buf *params, struct buf *states)
{
    buf_init(params, sizeof(struct optim_param));
    const uint8_t *mark = t->mark.data;
    for (uint32_t i = 0; i < tape_count(t); i++) {
        if ((mark[i] & MARK_PARAM) != 0 && tape_op(t, i) == OP_LEAF) {
            struct optim_param *at = buf_push(params, 1);
            if (at == NULL) {
                return false;
            }
            *at = (struct optim_param){i, false};
        }
    }
    return states->count >= params->count || buf_resize(states, params->count);
}

void optim_move(struct tape *t, const struct optim *o, struct buf *params, struct buf *states)
{
    const double *grad = t->grad.data;
    double *value = t->value.data;
    const uint8_t *mark = t->mark.data;
    struct optim_param *param = params->data;
    for (size_t k = 0; k < params->count; k++) {
        uint32_t i = param[k].node;
        if ((mark[i] & MARK_GRAD) != 0) {
            struct optim_state *s = &BUF(struct optim_state, states)[k];
            value[i] -= o->rate * step(o, s, value[i], grad[i]);
            param[k].moved = true;
        }
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
    for (uint32_t i = in.first; i < in.end; i++) {
        if (node[i].op != OP_LEAF &&
            ((mark[node[i].a] | mark[node[i].b]) & (MARK_STALE | MARK_REACHED)) != 0) {
            mark[i] |= MARK_STALE;
            t->any_stale = true;
        }
    }
}

void optim_spread(struct tape *t, const struct buf *params, const struct buf *stretches)
{
    mark_moved(t, params, true);
    if (stretches == NULL) {
        spread_over(t, (struct stretch){0, tape_count(t)});
    }
    for (size_t k = 0; stretches != NULL && k < stretches->count; k++) {
        spread_over(t, BUF(struct stretch, stretches)[k]);
    }
    mark_moved(t, params, false);
}

bool optim_update(struct tape *t, struct trail *trail, const struct optim *o, struct buf *states,
                  size_t *moved)
{
    struct buf params;
    uint32_t count = tape_count(t);
    *moved = 0;
    bool ok = optim_list(t, &params, states) && trail_save(trail, states, 0, states->count) &&
              trail_save(trail, &t->value, 0, count) && trail_save(trail, &t->mark, 0, count);
    if (ok) {
        optim_move(t, o, &params, states);
        optim_spread(t, &params, NULL);
    }
    for (size_t k = 0; ok && k < params.count; k++) {
        *moved += BUF(struct optim_param, &params)[k].moved;
    }
    buf_release(&params);
    return ok;
}
