// What one pass over all that root depends on visits.
#ifndef ENGINE_EXTENT_H
#define ENGINE_EXTENT_H

#include <stdint.h>

#include "base/stop.h"
#include "engine/sweep.h"
#include "engine/tape.h"

struct extent {
    uint32_t nodes;   // computed ones, root among them
    uint32_t leaves;  // that a gradient is asked for: constants are not counted
    uint64_t edges;   // operands that receive a share: the `+=` of one backward pass
};

enum sweep_end extent_count(const struct tape *t, struct stop *stop, uint32_t root,
                            struct extent *out);

#endif
