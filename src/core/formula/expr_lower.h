// Formulas as the prompt reads them.
//
// expr_parse reads operations on single numbers and nothing more. This reads everything that
// `print` reads, by evaluating it: functions of one's own, losses, arrays and their elements,
// softmax. What comes out are the formulas of the nodes that were made, in terms of those that were
// there before. What `print` refuses is refused here, with the same words; only a name without a
// value is not a mistake: it stands for a number.
#ifndef FORMULA_EXPR_LOWER_H
#define FORMULA_EXPR_LOWER_H

#include "formula/expr.h"
#include "text/lower.h"

// A symbol of a formula, and the node of the graph that it stands for.
struct expr_symbol {
    uint32_t name;  // in the pool: EXPR_NAME
    uint32_t node;  // NODE_NONE: a name without a value
};

struct expr_lowered {
    struct buf roots;    // uint32_t: the formula of each element, row by row
    struct buf symbols;  // struct expr_symbol: those that occur, in the order of their nodes
    struct value shape;  // of an array; rank VALUE_SCALAR for one number
};

// Reads one expression at the lexer's place, and stops before what ends it. Nothing stays of what
// is made for it. False: the diag says why. Release *out, whatever came of it.
bool expr_lower(struct exprs *p, const struct scope *scope, struct lexer *lexer,
                struct expr_lowered *out, struct diag *d);
void expr_lowered_release(struct expr_lowered *out);

// The node that a symbol stands for; NODE_NONE if there is none.
uint32_t expr_lowered_node(const struct expr_lowered *l, uint32_t name);

// The formula without what a stable softmax subtracts: exp(a - max(a, b))/(…) is exp(a)/(…). Each
// max whose operands are subtracted from is left out if the formula is the same without it (see
// same.h).
uint32_t expr_lower_without_shifts(struct exprs *p, uint32_t root);

#endif
