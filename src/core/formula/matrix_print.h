// Formulas of whole arrays as the learner would type them.
#ifndef FORMULA_MATRIX_PRINT_H
#define FORMULA_MATRIX_PRINT_H

#include "formula/matrix.h"
#include "text/precedence.h"

// The operation of a row on its operands: "W1 @ x + b1". labels[i] (const char *) is what row i goes
// by; what has none (NULL) is written out, down to what has one. A row that is given, or that no
// text describes, is written "…". numpy: [a, b] is array([a, b]), which NumPy computes with and the
// language reads too. False: longer than MATRIX_TEXT_MOST bytes.
enum { MATRIX_TEXT_MOST = 2000 };
bool matrix_print(struct text *out, const struct matrices *m, const char *const *labels,
                  uint32_t row, bool numpy);
// How tightly what matrix_print writes binds.
enum precedence matrix_precedence(const struct mat *row);

#endif
