// Formulas as LaTeX, which needs no package but amsmath and which MathJax reads as well.
#ifndef FORMULA_MATH_H
#define FORMULA_MATH_H

#include "formula/expr.h"
#include "text/precedence.h"

// The formula with this root, in parentheses if it binds less tightly than `least`. Numbers are
// exact.
void math_formula(struct text *out, const struct exprs *pool, uint32_t root, enum precedence least);
// A name or a label: W1[0, 1] is W^{(1)}_{0,1}, w12 is w_{12}, %7 is \%_{7}, η is \eta. Nothing in
// it is read as a command.
void math_name(struct text *out, const char *s, size_t length);
// digits: significant digits; 0: exactly.
void math_number(struct text *out, double v, int digits);

#endif
