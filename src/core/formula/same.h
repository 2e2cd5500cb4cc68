// Are two formulas equal? Answered by trying them at many points, as no rewriting can.
//
// Points are drawn from a fixed sequence: names get values of either sign between about 0.01 and
// 300, and around the sizes at which large and small numbers in the formulas matter (1e6 and 1e-6
// for sigmoid(1e6*x)). A point counts where both formulas are defined (every operation in them is, with a finite
// value).
//
// No fixed tolerance would do: too wide, and formulas that differ by a millionth pass; too narrow,
// and (x + 1)**2 - x**2 fails for rounding. So each value comes with a bound on its own error, from
// how far each operation's result moves when its operands move by theirs. Two values differ if they
// are further apart than their errors; they agree if they are not and the errors are small, else
// the point says nothing. So cancellation makes points useless rather than verdicts wrong, and a
// jump, as of (x > y) where x and y are nearly equal, is a large error like any other.
#ifndef FORMULA_SAME_H
#define FORMULA_SAME_H

#include "formula/expr.h"

enum verdict {
    VERDICT_SAME,       // one and the same formula, or agreement at VERDICT_POINTS or more
    VERDICT_DIFFERENT,  // at the point `at`
    VERDICT_OPEN        // too few points say anything: it can't be decided
};

enum { VERDICT_POINTS = 12 };

struct comparison {
    enum verdict verdict;
    size_t points;  // at which they agree
    // Where they differ: the value of the pool's name number k is element k of `at` (double).
    struct buf at;
    double left, right;
};

// Compares two formulas of a pool; names that they share have the same values. The caller releases
// *out, whatever came of it. False if out of memory.
bool compare_formulas(const struct exprs *p, uint32_t left, uint32_t right, struct comparison *out);
void comparison_release(struct comparison *c);

#endif
