// What the files that note formulas of whole arrays share. Private to formula.
#ifndef FORMULA_MATRIX_PARTS_H
#define FORMULA_MATRIX_PARTS_H

#include "formula/matrix.h"

// The value that an operand of nodes is.
struct value matrix_value_of(const struct operand *x);
// The row of an operand, which it is given where it has none; plain numbers get a new one each time.
// MAT_NONE: out of memory, or full. (All below too.)
uint32_t matrix_row_of(struct matrices *m, const struct lower *w, const struct operand *x);
// Appends an operand to those of the row that is appended next. False if out of memory.
bool matrix_push_use(struct matrices *m, uint32_t row);
// Appends a row with the operands from `from` on, or with those at x.
uint32_t matrix_note_uses(struct matrices *m, const struct lower *w, struct mat row, uint32_t from,
                          const struct operand *result);
uint32_t matrix_note(struct matrices *m, const struct lower *w, struct mat row,
                     const struct operand *x, uint32_t count, const struct operand *result);

#endif
