// What a node is called on a screen.
//
// A node without a name goes by its formula where that is short: a*b + c says more than %7. A formula
// is short if it has at most CALLED_MOST letters and names all that is in it. Any other node without
// a name goes by its number on the tape. Every node can be typed by its number.
#ifndef FORMULA_CALLED_H
#define FORMULA_CALLED_H

#include "formula/expr.h"

// Letters of a formula that serves as a name; bytes of any formula that is shown beside a number.
enum { CALLED_MOST = 16, CALLED_FORMULA_MOST = 200 };

// How the formula of another node writes this one: its name, the number that a constant is (to this
// many significant digits), its own formula if that is short, or %7.
uint32_t called_expr(struct exprs *p, const struct tape *t, struct names *names, uint32_t node,
                     int digits);
// Appends the formula of a node: a*b + c. Nothing of a leaf.
void called_formula(struct text *out, const struct tape *t, struct names *names, uint32_t node,
                    int digits);
// The same in at most CALLED_MOST letters, as far as that goes if operands without a name are written
// as numbers, the longest first: %7 + b.
void called_short_formula(struct text *out, const struct tape *t, struct names *names,
                          uint32_t node, int digits);
// Is the node called by its formula? Then that is written into `out`; else `out` is "".
bool called_by_formula(char out[LABEL_TEXT], const struct tape *t, struct names *names,
                       uint32_t node, int digits);
// The node's name, short formula, or number. Returns `out`.
const char *called_label(char out[LABEL_TEXT], const struct tape *t, struct names *names,
                         uint32_t node, int digits);

#endif
