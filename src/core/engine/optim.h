// How parameters are moved against their gradients: the formulas are in optim.def, and are those of
// PyTorch's optimisers, step by step.
//
// Weight decay λ adds λ w to the gradient; with adamw, λ w rate is taken off beside the step.
#ifndef ENGINE_OPTIM_H
#define ENGINE_OPTIM_H

#include <stddef.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/trail.h"
#include "engine/tape.h"

enum optim_kind {
#define OPTIM(ID, ...) OPTIM_##ID,
#define OPTIM_WORD(...)
#include "engine/optim.def"
    OPTIM_COUNT
};

// How the rate changes from step to step.
enum optim_schedule { OPTIM_STEADY, OPTIM_COSINE, OPTIM_STEPS };

struct optim {
    enum optim_kind kind;
    enum optim_schedule schedule;
    double rate;
    double momentum;  // momentum and nesterov; of rmsprop, 0 for none
    double decay;
    double beta[2];  // adam and adamw
    double clip;     // the largest norm of all gradients together; 0: any
    int64_t length;  // OPTIM_COSINE: the step at which the rate is 0
    int64_t every;   // OPTIM_STEPS: times `factor` after each so many
    double factor;
    int64_t warmup;  // the first steps, in which the rate rises; 0: none
};

// What an optimiser remembers of one parameter.
struct optim_state {
    double m, v, t;
};

// An optimiser as its name alone says it.
struct optim optim_of(enum optim_kind kind, double rate);
const char *optim_name(enum optim_kind kind);
// The rate of the step that follows `done` others.
double optim_rate(const struct optim *o, int64_t done);
// Writes what comes after the rate: " adam decay 0.01", so that it can be typed again.
void optim_put(const struct optim *o, struct text *out);

// What help says, one kind or word after the other; NULL past the last.
struct optim_help {
    const char *name, *title, *text;
};
const struct optim_help *optim_help_at(size_t i);

// A parameter of the tape, and whether it was moved.
struct optim_param {
    uint32_t node;
    bool moved;
};

// Moves every parameter of the tape once (a parameter that no backward pass has reached stays). The
// states lie in `states`, one for each parameter in tape order; missing ones begin at 0. Marks
// stale what depends on them. *moved receives how many were moved. False if out of memory, or if the
// tape's stop was asked before anything was moved.
bool optim_update(struct tape *t, struct trail *trail, const struct optim *o, struct buf *states,
                  size_t *moved);

// The same in parts, for many steps with the same parameters; nothing is recorded on a trail.
// The tape's parameters in tape order, none of them moved (`params`, of struct optim_param, is
// initialised here), and a state for each. False if out of memory, or if the tape's stop was asked.
bool optim_list(const struct tape *t, struct buf *params, struct buf *states);
// Moves those that a backward pass has reached, at this rate. Marks nothing.
void optim_move(struct tape *t, const struct optim *o, double rate, struct buf *params,
                struct buf *states);
// Marks stale what depends on those that were moved: in these stretches (sweep.h), or everywhere
// (NULL).
void optim_spread(struct tape *t, const struct buf *params, const struct buf *stretches);

#endif
