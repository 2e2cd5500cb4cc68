// Derivatives as formulas.
//
// Each operation's slope is the text of its row in ops.def, with the operands put in for x and y
// and the operation itself for v, times the operand's own derivative: the chain rule is all that
// this file knows of calculus, and a new row needs nothing here. (One exception, for looks: a
// quotient whose two sides both vary is (f'*g - f*g')/g**2.) A guard of a slope such as (y != 0)
// is left out, as calculus would: it only keeps 0 * inf from the engine's numbers.
#ifndef FORMULA_DERIVE_H
#define FORMULA_DERIVE_H

#include "base/stop.h"
#include "formula/expr.h"

// The rule by which a derivative was found.
enum rule {
    RULE_CONSTANT,     // no x in it: 0
    RULE_VARIABLE,     // x itself: 1
    RULE_SUM,          // each term by itself; a sum of many terms is one step
    RULE_DIFFERENCE,   // a sum in which something is subtracted
    RULE_FACTOR,       // a constant times f (or f over a constant, or -f): the constant stays
    RULE_PRODUCT,      // f'*g + f*g'
    RULE_QUOTIENT,     // (f'*g - f*g')/g**2
    RULE_POWER,        // x to a constant power
    RULE_EXPONENTIAL,  // a constant to the power x
    RULE_FUNCTION,     // a function of x itself: its row's slope
    RULE_CHAIN,        // the last three of something else than x: the slope there times its own
    RULE_GENERAL       // two operands that both vary, each by the chain rule, and added
};

// The rule's name for a reader: "product rule".
const char *derive_rule_name(enum rule rule);

// One rule applied. Formulas are simplified, but for `of`.
struct derivation_step {
    enum rule rule;
    uint32_t of;      // the part of the formula, as written
    uint32_t result;  // its derivative
    // Of RULE_CHAIN: what is inside, the slope of `of` there, and the derivative of the inside:
    // result is slope * inner_slope. Else EXPR_NONE.
    uint32_t inner, slope, inner_slope;
};

struct derivation {
    struct buf steps;  // struct derivation_step, parts before what they are parts of
    struct buf edges;  // enum op: operations whose row has an edge that is used, each once
    uint32_t result;
};

// Differentiates the formula `root` of the pool in the name `of` (a node of the pool). The caller
// releases *out, whatever came of it. False: d says why (no room, or *stop was set; see stop.h).
bool derive(struct exprs *p, uint32_t root, uint32_t of, struct stop *stop, struct derivation *out,
            struct diag *d);
void derivation_release(struct derivation *out);

// The local gradient of a tape's node in its operand `slot`, as a formula of labels: of e = a*b
// in a: b. The node itself is written by its own name where it is a function (d = tanh(n) has
// 1 - d**2) and has one, else as its operation (e = a/b has -a/b**2 in b, as in every textbook).
// EXPR_NONE if the pool failed.
uint32_t derive_local(struct exprs *p, const struct tape *t, struct names *names, uint32_t node,
                      int slot);

#endif
