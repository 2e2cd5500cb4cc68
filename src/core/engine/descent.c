#include "engine/descent.h"

#include <math.h>

bool descent_begin(struct descent *d, struct tape *t, struct trail *trail, const struct optim *o,
                   struct buf *states, uint32_t root)
{
    *d = (struct descent){.tape = t, .states = states, .optim = *o, .root = NODE_NONE};
    buf_init(&d->stretches, sizeof(struct stretch));
    bool ok = optim_list(t, &d->params, states) &&
              trail_save_while(trail, states, 0, states->count, t->stop) &&
              sweep_zero(t, trail) == SWEEP_DONE &&
              sweep_save(t, trail, &t->mark, MARK_MOVES, t->settled, t->stop) &&
              (root == NODE_NONE || descent_aim(d, root));
    struct buf *const changing[] = {&t->value, &t->grad, &t->mark};
    for (size_t i = 0; i < COUNT_OF(changing); i++) {
        ok = ok &&
             (root == NODE_NONE ? trail_save_while(trail, changing[i], 0, tape_count(t), t->stop)
                                : sweep_save_in(trail, changing[i], &d->stretches, t->stop));
    }
    return ok;
}

static void forget_program(struct descent *d)
{
    lanes_free(d->lanes);
    runs_free(d->runs);
    d->lanes = NULL;
    d->runs = NULL;
}

void descent_release(struct descent *d)
{
    buf_release(&d->params);
    buf_release(&d->stretches);
    forget_program(d);
}

void descent_clear(struct descent *d)
{
    uint32_t count = tape_count(d->tape);
    for (size_t k = 0; k < d->stretches.count; k++) {
        struct stretch in = BUF(struct stretch, &d->stretches)[k];
        sweep_clear(d->tape, in.first, in.end < count ? in.end : count);
    }
}

bool descent_aim(struct descent *d, uint32_t root)
{
    descent_clear(d);
    buf_release(&d->stretches);
    forget_program(d);
    d->root = root;
    d->nodes = 0;
    bool ok = sweep_stretches(d->tape, root, &d->stretches);
    for (size_t k = 0; k < d->stretches.count; k++) {
        struct stretch in = BUF(struct stretch, &d->stretches)[k];
        d->nodes += in.end - in.first;
    }
    return ok;
}

bool descent_repays(const struct tape *t, int64_t steps, uint32_t nodes)
{
    enum {
        WORTHWHILE = 30,
        PLAIN = 4
    };  // a plain step takes a node at least PLAIN times as long as a walk
    return steps >= WORTHWHILE && (double)steps * nodes * PLAIN >= tape_count(t);
}

enum sweep_end descent_step(struct descent *d, struct stop *stop, double *loss)
{
    enum sweep_end end = sweep_forward_in(d->tape, NULL, stop, &d->stretches, NULL);
    if (end == SWEEP_DONE) {
        descent_clear(d);
        end = sweep_backward_in(d->tape, stop, d->root, &d->stretches, NULL);
    }
    if (end != SWEEP_DONE) {
        return end;
    }
    *loss = tape_value(d->tape, d->root);
    if (isfinite(*loss)) {
        optim_move(d->tape, &d->optim, optim_rate(&d->optim, d->done++), &d->params, d->states);
        optim_spread(d->tape, &d->params, &d->stretches);
    }
    return SWEEP_DONE;
}

bool descent_compile(struct descent *d, enum lanes_width width, bool runs_too)
{
    enum sweep_end end = sweep_forward_in(d->tape, NULL, d->tape->stop, &d->stretches, NULL);
    // The marks are as a step leaves them, also where it takes too long to look for a program.
    optim_spread(d->tape, &d->params, &d->stretches);
    if (end == SWEEP_DONE) {
        d->lanes = lanes_compile(d->tape, d->root, &d->stretches, width);
        if (d->lanes == NULL && runs_too && !stop_is_asked(d->tape->stop)) {
            d->runs = runs_compile(d->tape, d->root, &d->stretches, width);
        }
    }
    return d->lanes != NULL || d->runs != NULL;
}

static bool gradients_are_finite(const struct descent *d)
{
    double sum = 0;  // 0, or nan
    for (size_t k = 0; k < d->params.count; k++) {
        uint32_t i = BUF(struct optim_param, &d->params)[k].node;
        sum += tape_marked(d->tape, i, MARK_GRAD) ? 0 * tape_grad(d->tape, i) : 0;
    }
    return sum == 0;
}

// After a pass by a program.
static enum sweep_end move(struct descent *d, enum sweep_end end, const double *loss, bool *moved)
{
    *moved = end == SWEEP_DONE && isfinite(*loss) && gradients_are_finite(d);
    if (*moved) {
        optim_move(d->tape, &d->optim, optim_rate(&d->optim, d->done++), &d->params, d->states);
    }
    return end;
}

enum sweep_end descent_run(struct descent *d, struct lanes *lanes, struct stop *stop, double *loss,
                           bool *moved)
{
    return move(d, lanes_run(lanes, stop, loss), loss, moved);
}

enum sweep_end descent_replay(struct descent *d, struct stop *stop, double *loss)
{
    bool moved = false;
    if (d->lanes != NULL || d->runs != NULL) {
        enum sweep_end end =
            d->lanes != NULL ? lanes_run(d->lanes, stop, loss) : runs_run(d->runs, stop, loss);
        end = move(d, end, loss, &moved);
        if (end != SWEEP_DONE || moved) {
            return end;
        }
    }
    return descent_step(d, stop, loss);
}

void descent_end(struct descent *d)
{
    optim_spread(d->tape, &d->params, NULL);
}
