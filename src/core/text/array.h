// Operands of an expression: single values and arrays, plain numbers and nodes; and what can be
// done with arrays of them. Used by lower.c, which keeps them on its stack.
//
// An array operation makes nothing but ordinary scalar nodes, element by element, in such an order
// that the result is one block: W @ x is all products for one inner index, then all sums, then the
// next, so that runs of equal operations lie side by side on the tape.
//
// Shapes are NumPy's: a vector of n counts as one row where it meets a matrix, sizes of 1 stretch.
#ifndef TEXT_ARRAY_H
#define TEXT_ARRAY_H

#include "base/diag.h"
#include "text/value.h"

struct lower;

enum operand_kind { OPERAND_VALUE, OPERAND_NOTHING, OPERAND_SLICE, OPERAND_TEXT };

// 64 bytes: each item of an expression fills one.
struct operand {
    enum operand_kind kind : 8;
    bool is_node;   // nodes; else plain numbers, for no name was mentioned
    bool axis;      // written axis=…
    bool turned;    // a vector that was written x.T, which is the vector itself
    uint32_t node;  // a single node
    union {
        double number;  // a single number
        struct {
            int32_t from, to;  // OPERAND_SLICE; OPERAND_LEFT_OUT where a bound is
        };
    };
    uint32_t slope;      // it is a derivative: 1 more than its place in lower.slopes; else 0
    struct value array;  // an array (rank VALUE_UNBOUND: a single value). Numbers lie in
                         // lower.numbers, at base
    struct span span;
};
#define OPERAND_LEFT_OUT INT32_MIN

enum { ARRAY_MOST = 1 << 24 };  // elements of an array

static inline bool operand_is_array(const struct operand *x)
{
    return value_is_array(x->array);
}

// Shape of an operand; 1 × 1 for a single value.
uint32_t operand_rows(const struct operand *x);
uint32_t operand_cols(const struct operand *x);
size_t operand_count(const struct operand *x);
// Element (i, j); a single value has (0, 0). The number of a node is its present value.
uint32_t operand_node(const struct lower *w, const struct operand *x, uint32_t i, uint32_t j);
double operand_number(const struct lower *w, const struct operand *x, uint32_t i, uint32_t j);

enum { SHAPE_TEXT = 32 };
// "2x3", "5", or "a single number".
const char *operand_shape(char out[SHAPE_TEXT], const struct operand *x);

// A new array of plain numbers, to be filled: rows × cols of them at the pointer returned. NULL:
// too large or no memory, and the diag says so.
double *array_numbers(struct lower *w, enum value_rank rank, double rows, double cols,
                      struct span span, struct operand *out);
// A matrix of these numbers (double), row by row; `numbers` may be empty afterwards.
bool array_take_numbers(struct lower *w, struct buf *numbers, uint32_t rows, uint32_t cols,
                        struct span span, struct operand *out);
// Plain numbers become leaves with these marks. False: the diag says why.
bool array_as_nodes(struct lower *w, struct operand *x, uint8_t marks);
// The present numbers of x, as plain numbers.
bool array_numbers_of(struct lower *w, const struct operand *x, struct operand *out);
// A new list of nodes, to be filled by the caller: count ids at the pointer returned.
uint32_t *array_list(struct lower *w, enum value_rank rank, uint32_t rows, uint32_t cols,
                     struct span span, struct operand *out);

// op on each element of x, or of x and y together (y = x for one operand).
bool array_apply(struct lower *w, enum op op, struct operand *x, struct operand *y,
                 struct span span, struct operand *out);
// x @ y
bool array_matmul(struct lower *w, struct operand *x, struct operand *y, struct span span,
                  struct operand *out);
// [ … ] of count operands.
bool array_literal(struct lower *w, struct operand *parts, uint32_t count, struct span span,
                   struct operand *out);
// x[ … ]
bool array_index(struct lower *w, const struct operand *x, const struct operand *index,
                 uint32_t count, struct span span, struct operand *out);
struct value array_transpose(struct value v);
// A left fold with op over all elements (axis -1), down the columns (0) or along the rows (1).
bool array_fold(struct lower *w, enum op op, struct operand *x, int axis, struct span span,
                struct operand *out);

#endif
