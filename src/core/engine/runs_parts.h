// The inside of a program over runs: private to the runs*.c files.
#ifndef ENGINE_RUNS_PARTS_H
#define ENGINE_RUNS_PARTS_H

#include "engine/lanes_parts.h"
#include "engine/runs.h"

enum {
    RUNS_LEAST = 8,   // nodes of a run; fewer are computed one by one
    RUNS_BLOCK = 256  // nodes of a run that are worked on at a time: a multiple of LANES_STEP
};

// What a run does with one of its operands. Cells number values and gradients.
struct runs_side {
    bool in_row;  // the operands' cells are neighbours, in the run's own order
    enum { GIVES_NOTHING, GIVES_A_ROW, GIVES_EACH } gives;
};

// Nodes whose cells are neighbours: a run of one operation, or (`alone`) any.
struct runs_section {
    uint32_t first, count;  // of the computed nodes
    enum op op;
    bool alone;
    bool paired;  // shares are given node by node, a's and b's; otherwise all a's of a block first
    struct runs_side side[2];
};

// A node whose shares have places of their own.
struct runs_collected {
    uint32_t cell;
    uint32_t first, count;  // in `edges`
};

// Cells: inputs, which no step changes; parameters; computed nodes, in the order of the sections; one
// for what nobody wants; and those for single shares.
struct runs {
    struct buf self;  // the memory this lies in
    struct tape *tape;
    const struct kernel *kernel;
    struct buf params;  // uint32_t: their nodes
    uint32_t inputs, computed, nowhere, root;
    struct buf op;        // uint8_t, of each computed node
    struct buf reads[2];  // uint32_t: the cells of its operands
    struct buf gives[2];  // uint32_t: the cells where their shares go
    struct buf sections;
    struct buf collected;  // struct runs_collected, the highest cell first
    struct buf edges;      // uint32_t: cells of shares, in the order in which they are summed
    struct buf value, grad;
    bool *tame;  // of runs_watch; NULL: nobody asks
};

static inline uint32_t runs_first_cell(const struct runs *p)
{
    return p->inputs + (uint32_t)p->params.count;
}

// Sections, cells and values of an empty program for the loss at root. False: nothing depends on a
// parameter, there is no memory, or the tape's stop was asked.
bool runs_plan(struct runs *p, uint32_t root, const struct buf *stretches);

#endif
