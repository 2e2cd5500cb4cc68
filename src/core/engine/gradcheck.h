// The gradient check: central differences beside the gradient, for the leaves below root.
//
//   (f(x + h) - f(x - h)) / 2h
//
// is wrong by about h² f'''/6 for large h (truncation) and by about ε f/h for small h (rounding), a
// U over h. So each leaf is measured at twelve h, and the best one is chosen by what can be seen
// without knowing the answer: where neighbouring h agree most, counting in what rounding may do (an
// ulp of each node, carried to root by its gradient). The gradient is rounded as well: a value that
// is off by an ulp moves it by the second derivative times that. So near a minimum, where little
// else of the gradient is left, the check says that it cannot decide.
//
// At a kink there is no derivative to measure: where a relu, abs, sign, max, min or comparison
// is on different sides of its kink at x - h, x and x + h, that h is not used, and the node is
// named.
//
// Everything is computed aside (nudge.h); the tape stays as it is. The work is done in portions.
#ifndef ENGINE_GRADCHECK_H
#define ENGINE_GRADCHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/stop.h"
#include "engine/nudge.h"
#include "engine/sweep.h"
#include "engine/tape.h"

enum { GRADCHECK_STEPS = 12 };  // h = 1e-1 … 1e-12, times |x| where that is more than 1

struct gradcheck_point {
    double noise;  // what rounding of the two values may do to the measurement
    double h;
    double measured;  // the central difference; may be nan outside an operation's domain
    double error;     // |measured - gradient|
    double curved;    // the second derivative, measured: (f(x + h) - 2f(x) + f(x - h)) / h²
    uint32_t kink;    // the first node with different sides at x - h, x, x + h; NODE_NONE
};

enum gradcheck_verdict {
    GRADCHECK_WRONG,    // they differ by more than the measurement can be off
    GRADCHECK_UNCLEAR,  // no h gives a measurement that decides
    GRADCHECK_KINK,     // … because of a kink
    GRADCHECK_RIGHT
};

struct gradcheck_leaf {
    uint32_t leaf;
    double gradient;
    struct gradcheck_point curve[GRADCHECK_STEPS];
    int best;         // of the curve; -1 if no point can be used: measured is nan then
    double measured;  // at the best h
    double relative;  // |measured - gradient| over the larger; 0 where neither stands out from 0
    double doubt;     // by how much `measured` may be off
    enum gradcheck_verdict verdict;
    // The kink that is nearest (NODE_NONE: none), and the smallest h that reaches over it. Also
    // told where smaller h decided.
    uint32_t kink;
    double kink_h;
};

struct gradcheck {
    const struct tape *tape;
    struct nudge nudge;
    struct adjoints own;             // unless the caller brings gradients
    const struct adjoints *brought;  // NULL: `own`
    size_t total;                    // leaves below root, constants left out
    struct buf leaves;               // uint32_t: those to check, lowest first
    struct buf kinks;                // uint32_t: nodes below root that have a kink
    struct buf results;              // struct gradcheck_leaf, one for each leaf checked
    double largest;                  // gradient of a leaf, in size
};

// Prepares the check of at most `most` leaves, spread evenly over all. Gradients are those of a
// backward pass made aside, or `brought` by the caller, who keeps them until the release. Values
// must not be stale, nor change until then. Release it whatever the end.
enum sweep_end gradcheck_init(struct gradcheck *g, const struct tape *t, struct stop *stop,
                              uint32_t root, size_t most, const struct adjoints *brought);
void gradcheck_release(struct gradcheck *g);

// Checks leaves, one at least, until about `budget` nodes were computed. SWEEP_DONE: look at
// gradcheck_left, and call again. After the last leaf the results are sorted, worst first.
enum sweep_end gradcheck_more(struct gradcheck *g, struct stop *stop, uint64_t budget);
// Leaves still to check.
size_t gradcheck_left(const struct gradcheck *g);

#endif
