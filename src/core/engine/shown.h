// What tables and pictures show of a value or a gradient: 0 where a sum cancelled but for rounding.
//
// 0.1 + 0.2 - 0.3 is 5.6e-17 on every machine with doubles, and the gradients of a softmax add up to
// such numbers too. A reader would look for a reason that is not there. So a sum is shown as 0 if it is
// at most 4·2⁻⁵² of its terms' absolute values together. What else is small is shown as it is: a
// product never becomes 0, and `print` and the records keep every number.
#ifndef ENGINE_SHOWN_H
#define ENGINE_SHOWN_H

#include <math.h>

#include "engine/sweep.h"
#include "engine/tape.h"

// Is `sum` no more than what rounding leaves of terms whose absolute values add up to `size`?
static inline bool shown_cancels(double sum, double size)
{
    return sum != 0 && isfinite(size) && fabs(sum) <= 4 * 0x1p-52 * size;
}

// Is the value that of a sum that cancelled, or the negative or a multiple (by a constant) of one?
bool shown_value_cancels(const struct tape *t, uint32_t id);
// The value as a table shows it.
double shown_value(const struct tape *t, uint32_t id);

struct shown_size {
    uint32_t node;  // one that has a gradient
    double size;
};
// The absolute values of all that was added into each gradient (struct shown_size, by node), from the
// gradients as they are; `sizes` is initialised here. Out of memory: it is empty, and mem.h counts the refusal.
// Where the tape's stop was asked they mean nothing.
void shown_sizes(const struct tape *t, struct buf *sizes);
// Did the contributions to this gradient cancel, or those to all gradients that it was made from?
bool shown_grad_cancels(const struct tape *t, const struct buf *sizes, uint32_t id);
// The gradient as a table shows it.
double shown_grad(const struct tape *t, const struct buf *sizes, uint32_t id);
// The same of derivatives that were computed aside.
void shown_adjoint_sizes(const struct tape *t, const struct adjoints *a, struct buf *sizes);
double shown_adjoint(const struct adjoints *a, const struct buf *sizes, uint32_t id);

#endif
