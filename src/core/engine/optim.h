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

// Moves every parameter of the tape once (a parameter that no backward pass has reached stays). The
// states lie in `states`, one for each parameter in tape order; missing ones begin at 0. Marks
// stale what depends on them. *moved receives how many were moved. False if out of memory.
bool optim_update(struct tape *t, struct trail *trail, const struct optim *o, struct buf *states,
                  size_t *moved);

#endif
