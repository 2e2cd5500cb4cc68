// What a value was computed from, array by array: the formulas that made it (text/recipe.h) are
// read again aside, and each step is noted (formula/matrix.h). The session does not change; leaves
// are its own nodes, everything computed is made anew at the end of the tape.
//
// Where a formula read again gives other numbers (it draws random ones, say), the value is taken as
// it is: gradients still pass through it, but what is inside is not seen.
#ifndef COMMAND_REBUILT_H
#define COMMAND_REBUILT_H

#include "formula/matrix.h"
#include "session/aside.h"

struct rebuilt {
    struct call *call;
    struct aside aside;
    struct matrices matrices;
    struct lower lower;  // of the expression
    bool lowering;
    struct operand result;   // of the expression
    uint32_t row;            // its row
    uint32_t root;           // its node, where it is a single value; else NODE_NONE
    struct span span;        // of the expression
    struct adjoints slopes;  // d root / d every node; filled by rebuilt_slopes
    struct buf sizes;        // of what they are sums of: see engine/shown.h
};

// Reads one expression at the call's place and what its names were made of. Release it whatever the
// end. False: the diag says why.
bool rebuilt_read(struct rebuilt *b, struct call *c);
void rebuilt_release(struct rebuilt *b);
// The derivatives of the root. False: the diag says why.
bool rebuilt_slopes(struct rebuilt *b);

// Element k of a row, row by row: its node.
uint32_t rebuilt_node(const struct rebuilt *b, uint32_t row, size_t k);
// d root / d node as tables show it: 0 where a sum cancelled.
double rebuilt_slope(const struct rebuilt *b, uint32_t node);
size_t rebuilt_count(const struct rebuilt *b, uint32_t row);

#endif
