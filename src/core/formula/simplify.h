// Formulas in the form that a teacher would write.
//
// What is done: numbers are worked out (fractions stay fractions; 2**100 and sqrt(2) stay as they
// are), like terms and like factors are collected (x + x is 2*x, x*x is x**2), signs are pulled
// out of products, and negative powers go below a fraction line. What is not: nothing is multiplied
// out but a number times a sum, and that only where it makes the whole no longer.
//
// What is chosen:
//   sums      terms in the order in which they were written, a positive one first
//   products  a number, then constants such as pi or sqrt(2), then names and their powers as they
//             were written, then the rest in the order of their nodes: 2*x*cos(x**2)
//   equals    that were written differently, a + b and b + a, become the one seen first
//   powers    x**(1/2) and x**0.5 are sqrt(x)
//
// The result has the value of the formula wherever both are defined, up to rounding; it may be
// defined where the formula was not (x/x is 1).
//
// How: each operation's simplest form is found once, operands first, and remembered. A chain of
// additions (or of multiplications) is taken apart into its terms as a whole, in one walk.
#ifndef FORMULA_SIMPLIFY_H
#define FORMULA_SIMPLIFY_H

#include "formula/expr.h"

struct simplifier {
    struct exprs *pool;
    struct buf notes;    // struct note, one for each node of the pool
    struct buf todo;     // uint32_t: nodes to be simplified
    struct buf visits;   // struct visit: what a walk has still to look at
    struct buf factors;  // struct factor: of the products being put together
    struct buf terms;    // struct term: of the sums being put together
    size_t order;        // terms and factors met so far
    unsigned depth;      // in exponents of exponents
};

void simplifier_init(struct simplifier *s, struct exprs *pool);
void simplifier_release(struct simplifier *s);

// The simplest form of a formula of the pool, in the pool. EXPR_NONE if the pool failed, or if
// `root` is that.
uint32_t simplify(struct simplifier *s, uint32_t root);
// What the simplified products a and b have in common: 2*x of 4*x*y and 6*x**2; 1 if nothing.
uint32_t simplify_common_factor(struct simplifier *s, uint32_t a, uint32_t b);

#endif
