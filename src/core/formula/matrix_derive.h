// The backward pass of whole arrays, as lines of code: dz2 = p - y, dW2 = outer(dz2, a1), …
//
// With G = dL/dR, the gradient of a row R (it has R's shape), its operands get
//
//   R = f(X, Y), element by element   G * ∂f/∂X, summed over the axes along which X was stretched
//   R = X @ Y                         G @ Y.T and X.T @ G; with vectors outer(G, Y) and outer(X, G)
//   R = X.T                           G.T
//   R = sum(X), sum(X, axis=…)        G along the axis again; of a mean, over the number of elements
//   R = softmax(X)                    R*G - R*sum(R*G), along the axis
//   R = cross_entropy(X, k)           (softmax(X) - onehot(k, n)) * G over the number of rows
//   R = outer(X, Y)                   G @ Y and X @ G
//   R = X[i], X[:, j], X[i, j]        G at that place, 0 elsewhere
//   R = [X, Y]                        G[0] and G[1]
//
// Element by element formulas are simplified (simplify.h), so that the slopes of a sigmoid and of
// its cross-entropy cancel. What a line says, NumPy and the language read alike; a gradient with no
// line of its own is written where it is used. All other operations are refused by name.
#ifndef FORMULA_MATRIX_DERIVE_H
#define FORMULA_MATRIX_DERIVE_H

#include "formula/matrix.h"
#include "formula/simplify.h"

struct matrix_line {
    uint32_t row;         // whose gradient it is
    const char *name;     // "dW2"
    const char *formula;  // "outer(dz2, a1)"
};

struct matrix_pass {
    const struct matrices *m;
    const struct lower *w;
    const char *const *labels;  // by row: identifiers, or NULL (see matrix_print.h)
    uint32_t root;
    struct arena arena;
    struct exprs pool;
    struct simplifier simplifier;
    struct buf lines;    // struct matrix_line, in the order of the pass
    struct buf names;    // const char *, by row: what its gradient is called; NULL: it has no line
    struct buf shapes;   // struct value, by name of the pool: what the symbol is
    struct buf turned;   // uint32_t, by name: the symbol of its transpose, plus 1; 0: none is known
    struct buf symbols;  // uint32_t, by row: its formula in the pool
    struct buf totals;   // uint32_t, by row: the gradient so far, EXPR_NONE: none
    struct buf needed;   // uint8_t, by row: a wanted row depends on it
    uint32_t refused;    // the row whose operation is not covered; MAT_NONE
    const char *why;     // what it is called
    unsigned numbered;   // gradients that were given a number
    bool local;          // it ends at rows that have a label
};

// Differentiates `root`, a single value, in the rows that are `wanted` (uint8_t, by row). Release it
// whatever the end. False: refused, or out of memory where `refused` is MAT_NONE.
bool matrix_derive(struct matrix_pass *p, const struct matrices *m, const struct lower *w,
                   const char *const *labels, uint32_t root, const uint8_t *wanted);
// The same of one row that has a label and may be an array, given its gradient: what it hands to the
// labelled rows that it is computed from, one step down.
bool matrix_derive_local(struct matrix_pass *p, const struct matrices *m, const struct lower *w,
                         const char *const *labels, uint32_t row);
void matrix_pass_release(struct matrix_pass *p);

#endif
