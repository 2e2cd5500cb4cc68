// The chain rule with whole arrays, for stage, derive, explain, local and the LaTeX export: the
// arrays that a value was computed from (rebuild.h), their derivatives as lines of code
// (formula/matrix_derive.h), and the proof that each line gives what the engine computes.
#ifndef COMMAND_ARRAYS_H
#define COMMAND_ARRAYS_H

#include "command/flow.h"
#include "formula/matrix_derive.h"

struct arrays {
    struct flow flow;
    struct matrix_pass pass;
    bool derived;
    struct source source;  // of a text that was read
    struct lexer lexer;
};

// Reads an expression at the call's place: one number. Release it whatever the end. False: the diag
// says why.
bool arrays_read(struct arrays *a, struct call *c);
// The same of a text, such as a name; an array where any_shape (then there are no derivatives).
bool arrays_read_text(struct arrays *a, struct call *c, const char *text, bool any_shape);
void arrays_release(struct arrays *a);
// Is it computed with whole arrays? Is there a product of matrices or vectors on the way to it?
bool arrays_has_any(const struct arrays *a);
bool arrays_has_products(const struct arrays *a);
// The row that goes by this label; MAT_NONE.
uint32_t arrays_find(const struct arrays *a, const char *label, size_t length);

// Derives all parameters (of layers, or declared), or else all leaves; or, if `only` is not
// MAT_NONE, this row. Every line is evaluated, and must give the engine's gradient. False: the diag
// says what has no such line.
bool arrays_derive(struct arrays *a, uint32_t only);

// A line as a part stage_line: the row's value, or, of its gradient, that.
void arrays_put_line(struct arrays *a, struct rec *to, const char *name, const char *formula,
                     uint32_t row, bool gradient);
// The lines of the forward pass: computed rows that have a label, operands first.
void arrays_put_forward(struct arrays *a, struct rec *list);
// The lines of the pass in the order of reading (uint32_t: their numbers): that of the pass, but a
// leaf's after the last one that it mentions. If `only` is not MAT_NONE, those that this row's
// needs. False if out of memory.
bool arrays_order(const struct arrays *a, uint32_t only, struct buf *order);
// The lines of the backward pass, in that order; if `only` is not MAT_NONE, those that this row's
// needs.
void arrays_put_backward(struct arrays *a, struct rec *list, uint32_t only);

#endif
