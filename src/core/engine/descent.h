// Gradient descent: the same step many times, at the cost of what is trained, not of what there is.
//
// A step is: the gradients to 0, a forward and a backward pass, and the parameters moved. The loss
// and what it depends on may change from step to step (a batch of rows), the tape's parameters may
// not. After every step values, gradients and marks of the nodes below the loss are what the passes
// of sweep.h and optim_update would have left; what lies elsewhere and depends on a moved parameter
// is marked stale at the end only.
#ifndef ENGINE_DESCENT_H
#define ENGINE_DESCENT_H

#include "base/stop.h"
#include "engine/lanes.h"
#include "engine/optim.h"
#include "engine/runs.h"
#include "engine/sweep.h"

struct descent {
    struct tape *tape;
    struct buf *states;  // struct optim_state, by parameter in tape order
    struct optim optim;
    int64_t done;  // steps
    uint32_t root;
    uint32_t nodes;        // that root depends on, root included; 0 before the first aim
    struct buf params;     // struct optim_param: all of the tape
    struct buf stretches;  // struct stretch: what root depends on
    struct lanes *lanes;   // a program for root, over rows; NULL: there is none
    struct runs *runs;     // or one over runs of nodes; NULL: neither
};

// Begins, aiming at root: all that steps will change is saved on `trail` (NULL: nothing is), every
// gradient is 0 then. Root NODE_NONE: each step is to have a root of its own. Release it with
// descent_release, whatever comes back. False if out of memory, or if the tape's stop was asked.
bool descent_begin(struct descent *d, struct tape *t, struct trail *trail, const struct optim *o,
                   struct buf *states, uint32_t root);
void descent_release(struct descent *d);
// The steps that follow go down from root. Gradients that were left by those before go to 0.
// Nodes may have been appended, and cut off again, since. False if out of memory.
bool descent_aim(struct descent *d, uint32_t root);
// Every gradient below root goes to 0.
void descent_clear(struct descent *d);
// Does it repay to look for a program, for so many steps over so many nodes? That takes as long as three
// steps, and as long as a walk over what lies between the nodes.
bool descent_repays(const struct tape *t, int64_t steps, uint32_t nodes);
// One step. *loss is root's value before it; where that is not finite nothing is moved. Stopped:
// parameters are as they were, and the gradients below root mean nothing.
enum sweep_end descent_step(struct descent *d, struct stop *stop, double *loss);
// Looks for a program that replays the steps: over rows (lanes.h), or else, where that is asked for,
// over runs (runs.h). Only after a step, so that all marks are as steps leave them. Is there one? (There is
// none where the tape's stop was asked meanwhile.)
bool descent_compile(struct descent *d, enum lanes_width width, bool runs_too);
// A step by the program, if there is one: the same, but that among the nodes below root only the
// values and gradients of parameters are kept up. A plain step must follow before anyone looks.
enum sweep_end descent_replay(struct descent *d, struct stop *stop, double *loss);
// The same by another program, which was made for a root that a step went down from. *moved: false
// where the loss or a gradient is not finite; then nothing was moved, and a plain step is to be
// taken instead.
enum sweep_end descent_run(struct descent *d, struct lanes *lanes, struct stop *stop, double *loss,
                           bool *moved);
// Marks stale, all over the tape, what depends on a parameter that was moved.
void descent_end(struct descent *d);

#endif
