// Runs: the steps of a training replayed as loops over nodes of one operation.
//
// For what lanes.h refuses: losses without rows, or rows that depend on each other. Nodes that
// depend on a parameter are sorted by how far they are from the leaves, and by operation; those that
// are alike in both depend on none of each other, so a run of them is one loop, over vectors where
// their operands are neighbours. Values and gradients lie in the order of the runs.
//
// Not a bit changes. A gradient is a sum whose order is that of the plain sweep: where the runs
// would bring a node's shares in another order, each share gets a place of its own, and they are
// summed when the last is there.
#ifndef ENGINE_RUNS_H
#define ENGINE_RUNS_H

#include "base/stop.h"
#include "engine/lanes.h"
#include "engine/sweep.h"
#include "engine/tape.h"

struct runs;

// A program for the loss at `root`, whose nodes are `stretches` (sweep_stretches); values must not
// be stale. As long as it is used the tape's structure, and the values of leaves that are no
// parameters, must stay. NULL if it would not pay, if there is no memory for it, or if the tape's stop
// was asked.
struct runs *runs_compile(struct tape *t, uint32_t root, const struct buf *stretches,
                          enum lanes_width width);
void runs_free(struct runs *p);

// One forward and backward pass; everything as lanes_run has it.
enum sweep_end runs_run(struct runs *p, struct stop *stop, double *loss);

// From now on runs_run clears *tame as lanes_run does (lanes_watch).
void runs_watch(struct runs *p, bool *tame);

// For tests and measurements: computed nodes; of those, nodes that are in no run; and shares that
// have a place of their own.
uint32_t runs_nodes(const struct runs *p);
uint32_t runs_alone(const struct runs *p);
uint32_t runs_apart(const struct runs *p);

#endif
