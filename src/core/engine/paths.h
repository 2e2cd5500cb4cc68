// The paths from root down to a node: how many, which, and what they add up to.
//
// A path is a way along edges from root to `of`; a + a has two. It carries the product of the local
// gradients on its edges, and the sum of all products is d root / d of. Edges into constants
// carry nothing and are no part of a path.
//
// There can be exponentially many: 60 doublings make 2^60. They are counted and summed node by node
// from `of` upward (a node's paths are its operands' paths, each one edge longer), which is as much
// work as one backward pass; and listed one by one, as many as are asked for, in one fixed order,
// without ever turning into a way that does not end at `of`.
#ifndef ENGINE_PATHS_H
#define ENGINE_PATHS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/stop.h"
#include "engine/sweep.h"
#include "engine/tape.h"

struct path_count {
    uint64_t exact;  // the number, below 2^64
    double about;    // 0; beyond that: the number to 15 digits or so, inf beyond 1e308
};

// A place on a path: the node, the operand by which the path leaves it, and what is gathered.
struct path_step {
    uint32_t node;
    int slot;         // meaningless at `of`, where the path ends
    double local;     // the node's local gradient in that operand
    double product;   // of the local gradients from root to this node; 0 past a flat one
    bool flat, shut;  // no gradient passes on this edge; on one before it
};

struct paths {
    const struct tape *tape;
    uint32_t root, of;
    struct path_count count;
    double sum;        // over all paths: d root / d of, found without a backward pass
    struct buf leads;  // uint8_t, from `of` to root: does a path lead from here to `of`?
    struct buf steps;  // struct path_step: the path in hand, from root to `of`
    bool begun;        // a path has been in hand
};

// Counts and sums. Release it whatever the end. Values must not be stale, nor change while this is
// in use.
enum sweep_end paths_init(struct paths *p, const struct tape *t, struct stop *stop, uint32_t root,
                          uint32_t of);
void paths_release(struct paths *p);

// Takes the next path in hand: p->steps. False if there are no more, or no memory for it
// (p->steps.failed). The order is that of the turns taken, operand 0 before operand 1.
bool paths_next(struct paths *p);
// The product of the local gradients along the path in hand.
double paths_product(const struct paths *p);

#endif
