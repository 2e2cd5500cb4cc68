// Evaluating a piece of text again and again, aside: at many points of a plot.
//
// All that it does to the session is taken back at the end: values that were refreshed or moved,
// names that were bound for it, nodes, lists and random numbers. The tape is cut after each
// evaluation, so that a plot of ten thousand points needs no more room than one.
#ifndef SESSION_ASIDE_H
#define SESSION_ASIDE_H

#include "session/call.h"

struct aside {
    struct call *call;
    struct checkpoint before;
    size_t binds;          // of the names, before
    struct source source;  // of the last evaluation
    struct lower lower;
    bool lowering;
};

// Begins: stale values are refreshed. False: the diag says why. To be ended whatever came of it.
bool aside_begin(struct aside *a, struct call *c);
void aside_end(struct aside *a);

// Binds a name until the end. False, with the diag set, if out of memory.
bool aside_bind(struct aside *a, const char *name, size_t length, struct value value);
// Changes the values of leaves, and all that depends on them; the same leaves again at the cost of that.
// False: the diag says why.
bool aside_move(struct aside *a, const uint32_t *leaves, const double *values, size_t count);
// Computes all that is computed anew: in the middle of a training.
bool aside_recompute(struct aside *a);
// Appends a leaf; the first after aside_cut has the number `before.nodes`. False: the diag says why.
bool aside_leaf(struct aside *a, double value);
// Evaluates the expression that is this piece of a text. *result holds until aside_cut. False: the
// diag says why, its place being in the text.
bool aside_evaluate(struct aside *a, const struct source *text, struct span span,
                    struct operand *result);
// Element k of a result, row by row.
double aside_number(const struct aside *a, const struct operand *result, size_t k);
// Forgets the last evaluation and all that was made for it.
void aside_cut(struct aside *a);

#endif
