// What the files that differentiate formulas of whole arrays share. Private to formula.
//
// A gradient is an element by element formula in the pool, whose symbols are arrays: names, and in
// parentheses whatever is not an operation element by element.
#ifndef FORMULA_MATRIX_DERIVE_PARTS_H
#define FORMULA_MATRIX_DERIVE_PARTS_H

#include "formula/matrix_derive.h"

static inline struct value matrix_row_shape(const struct matrix_pass *p, uint32_t row)
{
    return matrices_at(p->m, row)->value;
}

static inline size_t matrix_elements(struct value v)
{
    return (size_t)v.rows * v.cols;
}

static inline bool matrix_same_shape(struct value a, struct value b)
{
    return a.rank == b.rank && a.rows == b.rows && a.cols == b.cols;
}

static inline struct value matrix_shape(enum value_rank rank, uint32_t rows, uint32_t cols)
{
    return (struct value){.rank = rank, .rows = rows, .cols = cols};
}

// matrix_symbol.c. Formulas are EXPR_NONE where memory is short or something was refused.
// Notes the first thing that is not covered, and what it is called. Returns false.
bool matrix_refuse(struct matrix_pass *p, uint32_t row, const char *why);
// A symbol that stands for an array of this shape: a name, or a formula in parentheses.
uint32_t matrix_symbol(struct matrix_pass *p, const char *text, struct value v);
bool matrix_is_symbol(const struct matrix_pass *p, uint32_t formula);
// What a row is in formulas.
uint32_t matrix_symbol_of(struct matrix_pass *p, uint32_t row);
// What a formula is as an array: its symbols stretch to it.
struct value matrix_shape_of(struct matrix_pass *p, uint32_t formula);
// The formula as an array of this shape, if it is a smaller one that stretches to it.
uint32_t matrix_completed(struct matrix_pass *p, uint32_t formula, struct value v);
// Summed over the axes along which an operand of shape `to` was stretched to `from`.
uint32_t matrix_reduced(struct matrix_pass *p, uint32_t formula, struct value from,
                        struct value to);
// In the language; primary: as tight as a name. NULL: too long, or no memory.
const char *matrix_write(struct matrix_pass *p, uint32_t formula, bool primary);
// A symbol for what the format makes of one text, in place of <, or of two, the other in place of
// >. A transpose of a transpose is the array itself.
uint32_t matrix_compose(struct matrix_pass *p, struct value v, const char *format, const char *a,
                        const char *b);
uint32_t matrix_simplified(struct matrix_pass *p, uint32_t formula);
uint32_t matrix_times(struct matrix_pass *p, uint32_t a, uint32_t b);
// A gradient times a slope; of a gradient that is a sum, term by term where that is shorter.
uint32_t matrix_times_slope(struct matrix_pass *p, uint32_t gradient, uint32_t slope);
// The shorter of a formula and the same multiplied out.
uint32_t matrix_shortest(struct matrix_pass *p, uint32_t formula);
// A sign in front goes outside of what is linear.
uint32_t matrix_without_sign(struct matrix_pass *p, uint32_t formula, bool *minus);
uint32_t matrix_with_sign(struct matrix_pass *p, uint32_t formula, bool minus);

// One operand's share of the gradient of a row.
struct matrix_share {
    uint32_t row, slot, operand;
    uint32_t gradient;  // of the row: a formula of the pool
    struct value from, to;
};

// matrix_share.c: EXPR_NONE where the operation is not covered.
uint32_t matrix_share_of(struct matrix_pass *p, const struct matrix_share *s);

#endif
