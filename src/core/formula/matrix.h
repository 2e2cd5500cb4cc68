// Formulas of whole arrays: what a loss was computed from, array by array.
//
// The tape knows single numbers only. While expressions are lowered to it, each step that makes an
// array (or a single value) is noted here as one operation on whole arrays: W @ x, z + b,
// sigmoid(z), mean(e, axis=0). Functions of the learner's are seen through: what counts is what is
// computed in them.
//
// A value is known by the nodes that it is made of. So a name, a function's value, parentheses and
// anything else that stands for an array that is there already needs no row of its own; a view of
// other strides (W.T, X[:, 0]) does. Operands precede what uses them.
#ifndef FORMULA_MATRIX_H
#define FORMULA_MATRIX_H

#include "text/lower.h"

#define MAT_NONE UINT32_MAX

enum mat_kind {
    MAT_GIVEN,    // not computed here: a leaf, or a value whose formula is not known
    MAT_NUMBERS,  // plain numbers in a formula
    MAT_OP,       // op, element by element, of a single value or of arrays that stretch
    MAT_MATMUL,   // a @ b
    MAT_TRANSPOSE,
    MAT_SUM,  // over `axis`
    MAT_MEAN,
    MAT_SOFTMAX,        // along `axis`
    MAT_CROSS_ENTROPY,  // of scores a and labels b
    MAT_OUTER,
    MAT_INDEX,  // a part of a, `text` after it: "[:, 0]"
    MAT_STACK,  // an array of values that are there already: [a, b]
    MAT_OTHER,  // the function `text`; NULL: it was computed in a way that is not known
};

struct mat {
    enum mat_kind kind;
    enum op op;
    int axis;  // -1: over all elements. Of a softmax: 1 along the rows, 0 down the columns
    uint32_t uses, used;   // its operands: [uses, uses + used) in matrices.uses
    struct value value;    // MAT_NUMBERS: its shape only
    uint32_t name;         // in the names that were read with; NAME_NONE
    uint32_t call;         // the name of the outermost function whose result it is; NAME_NONE
    uint32_t given, gave;  // that function's values: [given, given + gave) in matrices.uses
    const char *text;      // in matrices.arena; NULL
};

struct matrices {
    struct buf rows;   // struct mat
    struct buf uses;   // uint32_t
    struct buf slots;  // uint32_t: a hash table of rows, by value
    struct buf owner;  // uint32_t, by node: the first row that it is an element of, plus 1
    struct arena arena;
    bool full;  // there are more than MATRICES_MOST
};

enum { MATRICES_MOST = 1 << 16 };

void matrices_init(struct matrices *m);
void matrices_release(struct matrices *m);

static inline struct mat *matrices_at(const struct matrices *m, uint32_t i)
{
    return &BUF(struct mat, &m->rows)[i];
}

// Operand k of a row.
static inline uint32_t matrices_operand(const struct matrices *m, uint32_t i, uint32_t k)
{
    return BUF(uint32_t, &m->uses)[matrices_at(m, i)->uses + k];
}

// The row of a value; MAT_NONE if it has none.
uint32_t matrices_find(const struct matrices *m, struct value v);
// The same; where it has none it gets one: given, or a stack of what its nodes belong to. MAT_NONE:
// out of memory, or full.
uint32_t matrices_give(struct matrices *m, const struct lower *w, const struct operand *x);
// Lowers one expression, as lower_expression does, and notes what it makes. False: the diag says
// why not.
bool matrices_read(struct matrices *m, struct lower *w, struct parser *p, struct operand *result);
// op on two values that were read, as in `name += value`. MAT_NONE as above.
uint32_t matrices_note_op(struct matrices *m, const struct lower *w, enum op op,
                          const struct operand *x, const struct operand *y,
                          const struct operand *result);

// For each row (uint8_t): does `root` depend on it? False if out of memory.
bool matrices_reach(const struct matrices *m, uint32_t root, struct buf *reached);

#endif
