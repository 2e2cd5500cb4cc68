#include "engine/optim.h"

#include "engine/maths.h"

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

bool optim_update(struct tape *t, struct trail *trail, const struct optim *o, struct buf *states,
                  size_t *moved)
{
    uint32_t count = tape_count(t);
    size_t params = 0;
    *moved = 0;
    if (!trail_save(trail, states, 0, states->count) || !trail_save(trail, &t->value, 0, count) ||
        !trail_save(trail, &t->mark, 0, count)) {
        return false;
    }
    const struct node *node = t->node.data;
    const double *grad = t->grad.data;
    double *value = t->value.data;
    uint8_t *mark = t->mark.data;
    for (uint32_t i = 0; i < count; i++) {
        if (node[i].op != OP_LEAF) {
            // What depends on a moved parameter is stale.
            if (((mark[node[i].a] | mark[node[i].b]) & (MARK_STALE | MARK_REACHED)) != 0) {
                mark[i] |= MARK_STALE;
                t->any_stale = true;
            }
        } else if ((mark[i] & MARK_PARAM) != 0) {
            if (params++ >= states->count && !buf_resize(states, params)) {
                return false;
            }
            if ((mark[i] & MARK_GRAD) != 0) {
                struct optim_state *s = &BUF(struct optim_state, states)[params - 1];
                value[i] -= o->rate * step(o, s, value[i], grad[i]);
                mark[i] |= MARK_REACHED;  // moved; cleared below
                (*moved)++;
            }
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        mark[i] &= (uint8_t)~MARK_REACHED;
    }
    return true;
}
