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
#include "engine/lanes.h"

struct call;

struct batch {
    uint32_t size;      // rows in a step; 0: no batches
    uint32_t rows;      // of the data
    uint32_t taken;     // of `order`, in this epoch
    struct buf order;   // uint32_t: the rows
    struct buf stages;  // struct stage: what is built for a step, in order; the last is the loss
    struct buf ties;    // struct tie
    // Where a batch's graph is a program over its rows (engine/lanes.h): the one over all rows,
    // never run, out of which `some` takes what it reads: for a whole batch, and for the last one
    // of an epoch. NULL if there is none.
    struct lanes *all, *some[2];
    struct buf data_rows;  // uint32_t: of each node the row of the data that it belongs to
    int tries[2];          // left to find each of `some`
};

void batch_release(struct batch *b);
// Finds out how `root` is built from its data; batch->size is set by the caller. The graph must not
// be stale. A program is looked for if so many steps repay that. False: the diag says why it cannot be.
bool batch_plan(struct call *c, struct batch *b, uint32_t root, int64_t steps);
// The next rows of the epoch: how many, and *rows points to them until the next call.
uint32_t batch_draw(struct call *c, struct batch *b, const uint32_t **rows);
// These rows, which were drawn last, will be drawn again.
void batch_put_back(struct batch *b, uint32_t count);
// Builds the loss from these rows, at the end of the tape. False: the diag says why, or that it was
// interrupted; nodes may have been appended.
bool batch_build(struct call *c, struct batch *b, const uint32_t *rows, uint32_t count,
                 uint32_t *root);
// The program for so many rows; NULL: none (yet).
struct lanes *batch_program(const struct batch *b, uint32_t count);
// Is there to be one, and not given up?
bool batch_wants_program(const struct batch *b, uint32_t count);
// Is the program that was made of the graph just built from these rows good for any others, too?
// Then it is the batch's, and the graph has to stay.
// program: NULL if none was found; it is tried a few times, as rows can be alike by chance.
bool batch_keep(struct batch *b, struct lanes *program, const uint32_t *rows, uint32_t count);

#endif
