// Forward mode: the derivative of every node in *one* node `of`, carried upward with the values.
//
// d node / d of = Σ over operands of local gradient × d operand / d of, with d of / d of = 1.
// One such pass gives the derivatives of all outputs in one input; one backward pass gives those of
// one output in all inputs. Both take one multiply-add an edge, so that for n inputs forward mode
// costs n passes: why backpropagation goes backward. (extent.h counts what a backward pass takes.)
#ifndef ENGINE_TANGENT_H
#define ENGINE_TANGENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/stop.h"
#include "engine/sweep.h"
#include "engine/tape.h"

struct tangent {
    uint32_t of, root;
    struct buf under;        // uint32_t: the nodes that root depends on, lowest first
    struct buf slope;        // double: d node / d of, from `of` to root
    struct buf follows;      // uint8_t: does root depend on the node, and the node on `of`?
    uint64_t multiply_adds;  // that this pass took
};

// Fills `out`, which the caller releases whatever the end; the tape stays as it is. Values must not
// be stale. Where root does not depend on `of` every slope is 0.
enum sweep_end tangent_sweep(const struct tape *t, struct stop *stop, uint32_t root, uint32_t of,
                             struct tangent *out);
void tangent_release(struct tangent *t);
// d id / d of; 0 for a node that does not follow.
double tangent_get(const struct tangent *t, uint32_t id);
bool tangent_follows(const struct tangent *t, uint32_t id);

#endif
