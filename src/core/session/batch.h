// Batches: a loss that was built from all rows of the data, built anew from a few of them.
//
// The graph is flat and knows no rows, so a batch is not cut out of it: the formulas that made the
// loss (recipe.h) are evaluated once more, with each name that `data` bound standing for the drawn
// rows only. Leaves, the parameters above all, are the same nodes; whatever is computed is made
// anew, at the end of the tape, and goes with the step. So functions, arrays and random numbers in
// a formula (a dropout's mask) are what they would be had the learner typed it for these rows.
//
// Rows are drawn in epochs: all of them in a random order, `size` at a time, the last batch of an
// epoch taking what is left; then in a new order.
#ifndef SESSION_BATCH_H
#define SESSION_BATCH_H

#include <stdint.h>

#include "base/mem.h"

struct call;

struct batch {
    uint32_t size;      // rows in a step; 0: no batches
    uint32_t rows;      // of the data
    uint32_t taken;     // of `order`, in this epoch
    struct buf order;   // uint32_t: the rows
    struct buf stages;  // struct stage: what is built for a step, in order; the last is the loss
    struct buf ties;    // struct tie
};

void batch_release(struct batch *b);
// Finds out how `root` is built from its data; batch->size is set by the caller. The graph must not
// be stale. False: the diag says why it cannot be.
bool batch_plan(struct call *c, struct batch *b, uint32_t root);
// Draws the next rows and builds the loss from them, at the end of the tape. False: the diag says
// why, or that it was interrupted; nodes may have been appended.
bool batch_build(struct call *c, struct batch *b, uint32_t *root);

#endif
