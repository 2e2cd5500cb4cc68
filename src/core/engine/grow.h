// Growing a gradient: the backward pass as nodes.
//
// The sweep of sweep_adjoints with nodes in place of numbers. From the root down, each edge's local
// gradient, which is the formula of the operation's row in ops.def, is applied to the operands'
// nodes and multiplied by the upstream gradient; shares are added in the sweep's order. So the
// value of a grown gradient is the gradient to the last bit, and the nodes are ordinary ones: they
// can be differentiated again, to any order.
//
// What changes no result is left out: 1*u, 0 + u, u**1, what only constants make, and the guards
// that are constant (x**3 gives 3*x**2). An edge that is flat somewhere grows as when(c, u), never
// as c*u, so that 0 is handed on there even if u is inf or nan. Equal nodes are made once; the
// search is among the nodes that root depends on and those that this growth makes.
//
// Two things are settled at the present values: which of two forms of one function is taken (FORMS
// in ops.def), and that a value which is not nan now is none later.
#ifndef ENGINE_GROW_H
#define ENGINE_GROW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "engine/sweep.h"

// A derivative that has been grown: a node, or a number where it depends on nothing.
struct gradient {
    uint32_t node;  // NODE_NONE: a number
    double number;
    bool reached;  // root depends on it
};

// d root / d of is this node, which was made for it. Rows of one growth are together, in descending
// order of `of`.
struct grown {
    uint32_t node, root, of;
};

// Grows d root / d of[k] into out[k] for all `count` of them, in one sweep. Values that root
// depends on must not be stale. rows, if not NULL, receives a struct grown for each node between
// root and the lowest `of` whose derivative is a node that stays. Otherwise than SWEEP_DONE: out of
// memory, the tape is full or interrupted, and the tape and rows are as before.
enum sweep_end grow_gradients(struct tape *t, struct stop *stop, uint32_t root, const uint32_t *of,
                              size_t count, struct gradient *out, struct buf *rows);

#endif
