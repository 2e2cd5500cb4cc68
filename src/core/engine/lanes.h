// Lanes: the steps of a training replayed as one program over all rows of the data at once.
//
// A loss is nearly always a sum of like terms, one for each row. lanes_compile looks for such a sum
// below the root and proves that its terms are alike: that one list of operations, run on a vector
// with a lane for each term, computes them all. It may not change a bit: every value is the same
// function of the same operands, and before a program is accepted, its backward pass is walked once
// with the numbers of nodes instead of gradients, to see that every gradient receives its shares in
// the order of the plain sweep. Whatever does not fit is refused, and the plain sweep goes on.
//
// The vectors are as wide as the processor's (128, 256 or 512 bits); the answers do not depend on it,
// because every sum runs over the tape's own sequence: vectors lie across lanes or across
// parameters, never along a sum.
#ifndef ENGINE_LANES_H
#define ENGINE_LANES_H

#include "base/stop.h"
#include "engine/sweep.h"
#include "engine/tape.h"

// Vector code to run: what the processor has, or less of it (for tests), or no lanes at all.
enum lanes_width { LANES_WIDEST, LANES_NONE, LANES_128, LANES_256, LANES_512 };

struct lanes;

// A program for the loss at `root`, whose nodes are `stretches` (sweep_stretches); values must not
// be stale. The tape's structure may not change while it is in use; the values of parameters may,
// those of other leaves may not. NULL if there is none, no memory for it, or the tape's stop was asked.
struct lanes *lanes_compile(struct tape *t, uint32_t root, const struct buf *stretches,
                            enum lanes_width width);
void lanes_free(struct lanes *p);

// One forward and backward pass. *loss is root's value, and the gradient of every parameter below
// root is what the plain sweeps would leave, starting from 0. Other nodes' values and gradients are
// not kept up. SWEEP_STOPPED: the gradients mean nothing. Where one of them is not finite the plain
// sweep may give another: it takes note of paths on which no gradient passes, which makes a
// difference only where 0 meets inf or nan. (Anything that is not finite reaches a parameter here,
// as products and sums with it never are.)
enum sweep_end lanes_run(struct lanes *p, struct stop *stop, double *loss);

// From now on lanes_run clears *tame if a number on its way is not below LANES_TAME in size. If all
// are, products of two, and sums of these, are finite. False: one that no step changes is not.
#define LANES_TAME 1e150
bool lanes_watch(struct lanes *p, bool *tame);

// ---- Other rows ---------------------------------------------------------------------------------
// A program over a few rows can take other rows of the same data: it is compiled once from some,
// and once from all (which is never run), and then reads what each row gives out of that.

// Is what lane l reads computed from row row_of_lane[l] of the data alone, or the same in all
// lanes? data_rows: for each node the row that it is a number of, NODE_NONE for none, NODE_NONE - 1
// for several; it may be shorter than the tape. False also if out of memory.
bool lanes_follow(const struct lanes *p, const struct buf *data_rows, const uint32_t *row_of_lane);
// Are both the same program, and does `some` read what `all` reads in these rows? Lane l of `all`
// is row l.
bool lanes_match(const struct lanes *all, const struct lanes *some, const uint32_t *rows);
// From now on `some` reads what these rows give, as many as it has lanes.
void lanes_draw(const struct lanes *all, struct lanes *some, const uint32_t *rows);

// For tests and measurements: lanes, instructions, and the bits of a vector, which are fewer than were
// asked for where the processor has no more.
uint32_t lanes_count(const struct lanes *p);
uint32_t lanes_instructions(const struct lanes *p);
uint32_t lanes_bits(const struct lanes *p);

#endif
