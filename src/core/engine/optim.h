// How parameters are moved against their gradients. g is the gradient, w the parameter, η the rate.
//
//   plain      w -= η g
//   momentum   m = μ m + g,  w -= η m                                          (Polyak 1964)
//   nesterov   m = μ m + g,  w -= η (g + μ m)                     (Sutskever et al. 2013)
//   rmsprop    v = 0.99 v + 0.01 g²,  w -= η g / (√v + 1e-8)      (Tieleman and Hinton 2012)
//   adam       m = 0.9 m + 0.1 g,  v = 0.999 v + 0.001 g²,
//              w -= η (m / (1 - 0.9^t)) / (√(v / (1 - 0.999^t)) + 1e-8)  (Kingma and Ba 2015)
//   adamw      adam, and w -= η λ w                       (Loshchilov and Hutter 2019)
//
// Weight decay λ adds λ w to the gradient, but for adamw. All as PyTorch has them.
#ifndef ENGINE_OPTIM_H
#define ENGINE_OPTIM_H

#include <stddef.h>

#include "base/mem.h"
#include "base/trail.h"
#include "engine/tape.h"

enum optim_kind {
    OPTIM_PLAIN,
    OPTIM_MOMENTUM,
    OPTIM_NESTEROV,
    OPTIM_RMSPROP,
    OPTIM_ADAM,
    OPTIM_ADAMW,
    OPTIM_COUNT
};

struct optim {
    enum optim_kind kind;
    double rate, momentum, decay;
};

// What an optimiser remembers of one parameter.
struct optim_state {
    double m, v, t;
};

const char *optim_name(enum optim_kind kind);

// A parameter of the tape, and whether it was moved.
struct optim_param {
    uint32_t node;
    bool moved;
};

// Moves every parameter of the tape once (a parameter that no backward pass has reached stays). The
// states lie in `states`, one for each parameter in tape order; missing ones begin at 0. Marks
// stale what depends on them. *moved receives how many were moved. False if out of memory.
bool optim_update(struct tape *t, struct trail *trail, const struct optim *o, struct buf *states,
                  size_t *moved);

// The same in parts, for many steps with the same parameters; nothing is recorded on a trail.
// The tape's parameters in tape order, none of them moved (`params`, of struct optim_param, is
// initialised here), and a state for each. False if out of memory.
bool optim_list(const struct tape *t, struct buf *params, struct buf *states);
// Moves those that a backward pass has reached. Marks nothing.
void optim_move(struct tape *t, const struct optim *o, struct buf *params, struct buf *states);
// Marks stale what depends on those that were moved: in these stretches (sweep.h), or everywhere
// (NULL).
void optim_spread(struct tape *t, const struct buf *params, const struct buf *stretches);

#endif
