// The stepper: the forward pass and then the backward pass of one root, one node at a time, and
// back again, with every number that each step touches.
//
// The steps of a walk are numbered from 0:
//   forward    each node that root depends on and that is computed, in tape order: its value is
//              recomputed, stale or not
//   seed       the gradients of those nodes are cleared, root's becomes 1 (a leaf root: 1 is added)
//   backward   the same nodes in reverse: each adds upstream × local gradient into its operands
// Leaves have no steps of their own: values are given to them, gradients are added into them by
// others. A whole walk leaves, bit for bit, what sweep_forward and sweep_backward leave (only the
// sign of a nan is the compiler's choice).
//
// Starting costs one pass over the ids up to root, the seed one over what it clears; every other
// step, either way, costs the same on any graph. There is no copy of the graph: the walk has a
// trail of its own, with a mark for each step, and `back` takes back to it.
//
// The session's undo needs the changes too, so what changes the tape also records on a `trail` of
// the caller's (NULL: nowhere). Nobody else may change the tape's values or gradients during a
// walk, undo included: stepper_stop first, and leave the tape as it stands. (New nodes are fine.)
#ifndef ENGINE_STEPPER_H
#define ENGINE_STEPPER_H

#include "base/stop.h"
#include "base/trail.h"
#include "engine/sweep.h"
#include "engine/tape.h"

struct stepper {
    struct tape *tape;  // NULL: no walk
    uint32_t root;
    bool from_backward;  // the walk has no forward pass
    size_t at;           // steps done
    struct buf order;    // uint32_t: the computed nodes that root depends on, lowest first
    struct buf live;     // uint8_t, by node, in the backward pass: see sweep_live
    struct buf marks;    // size_t: for each step done, the trail's mark before it
    struct trail trail;
};

enum step_kind { STEP_FORWARD, STEP_SEED, STEP_BACKWARD };

struct step {
    enum step_kind kind;
    uint32_t node;
};

// One `+=` of a backward step.
struct step_share {
    int slot;        // which operand of the node
    uint32_t child;  // its id
    double held;     // the child's gradient before
    double local;    // the node's local gradient in this operand
    bool passes;     // does a gradient pass here? (see FLAT in ops.def)
    double share;    // upstream × local; 0 where none passes
    double now;      // held + share
};

// What a step did.
struct step_fact {
    struct step step;
    enum op op;
    int arity;
    uint32_t operand[2];
    double operand_value[2];
    double before, after;  // forward: the node's value; seed: root's gradient
    double upstream;       // backward: the node's gradient
    int shares;            // backward: how many operands receive a share (constants do not)
    struct step_share share[2];
};

void stepper_init(struct stepper *s);
void stepper_release(struct stepper *s);
// Ends the walk, if there is one. The tape stays as the last step left it.
void stepper_stop(struct stepper *s);
// Begins a walk (a running one is stopped). From the backward pass on, if asked: values must not
// be stale then. False if out of memory: there is no walk.
bool stepper_start(struct stepper *s, struct tape *tape, uint32_t root, bool from_backward);

// Steps that the walk has in all, and in the forward pass.
size_t stepper_steps(const struct stepper *s);
size_t stepper_forward_steps(const struct stepper *s);
// Which step is number k; s->at is the next one's number.
struct step stepper_get(const struct stepper *s, size_t k);

// Takes the next step, which must exist. False if out of memory: nothing happened.
bool stepper_step(struct stepper *s, struct trail *trail, struct step_fact *fact);
// Takes back the last step, which must exist. False if out of memory: nothing happened.
bool stepper_back(struct stepper *s, struct trail *trail);
// Steps, or steps back, until `to` steps are done. May be stopped between two steps.
enum sweep_end stepper_go(struct stepper *s, struct trail *trail, struct stop *stop, size_t to);

// Where `run` ends: after the pass that the next step belongs to.
size_t stepper_pass_end(const struct stepper *s);
// How many steps are done right after the nearest step at `node`, ahead or behind. False if there
// is none: a leaf, a node that root does not depend on, or no more in this direction.
bool stepper_find(const struct stepper *s, uint32_t node, bool ahead, size_t *to);

// For "step k of n of the backward pass": the pass that the last step belongs to; before the first
// step, the pass that begins.
struct step_place {
    bool backward;
    size_t done, steps;
};
struct step_place stepper_where(const struct stepper *s);

#endif
