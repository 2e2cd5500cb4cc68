// A formula that was typed, as a formula: what derive and stage begin with.
#ifndef COMMAND_FORMULA_H
#define COMMAND_FORMULA_H

#include "formula/expr.h"
#include "formula/expr_lower.h"
#include "formula/expr_shared.h"
#include "session/call.h"

struct formula {
    struct call *call;
    struct exprs pool;
    struct expr_lowered lowered;  // as the prompt reads it: all elements of an array
    uint32_t typed;               // as it was typed
    uint32_t root;                // with definitions put in for names, where that was asked for
    uint32_t in;                  // derive: the symbol to differentiate in; else EXPR_NONE
    uint32_t in_node;             // the node that it stands for; NODE_NONE: none
    struct span span;             // where it is
    int order;                    // derive: how often; 1 unless typed
};

void formula_init(struct formula *f, struct call *c);
void formula_release(struct formula *f);
// Reads one expression at the call's place: whatever `print` reads, and names without a value. Of
// an array, root is its first element. False: the diag says why.
bool formula_read(struct formula *f);
// Puts in for names of interior nodes their formulas down to the leaves, or to `in`: for all, or
// only for those that depend on `in`.
bool formula_put_definitions_in(struct formula *f, bool all);
// Puts in for dL/da, wherever it occurs, the derivative's formula.
bool formula_put_slopes_in(struct formula *f);
// Splits the symbol "dL/da" into names. False: it is another symbol.
bool formula_slope(struct formula *f, uint32_t symbol, uint32_t *of, uint32_t *in);
// The node that a symbol stands for; NODE_NONE if it has no value.
uint32_t formula_node(const struct formula *f, uint32_t symbol);
// The interior node that a symbol stands for; NODE_NONE if there is none.
uint32_t formula_definition(const struct formula *f, uint32_t name);
// Adds a formula of the pool to a record, as text.
void formula_put(struct formula *f, struct rec *to, enum rec_key key, uint32_t root);
// Is it so short that formula_put writes all of it?
bool formula_fits(const struct formula *f, uint32_t root);

#endif
