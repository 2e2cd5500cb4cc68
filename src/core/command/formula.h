// A formula that was typed, as a formula: what derive and stage begin with.
#ifndef COMMAND_FORMULA_H
#define COMMAND_FORMULA_H

#include "formula/expr.h"
#include "session/call.h"

struct formula {
    struct call *call;
    struct exprs pool;
    uint32_t typed;    // as it was typed
    uint32_t root;     // with definitions put in for names, where that was asked for
    uint32_t in;       // derive: the name to differentiate in; else EXPR_NONE
    struct span span;  // where it stands
};

void formula_init(struct formula *f, struct call *c);
void formula_release(struct formula *f);
// Reads one expression at the call's place. False: the diag says why.
bool formula_read(struct formula *f);
// Puts in for names of interior nodes their formulas down to the leaves, or to `in`.
bool formula_put_definitions_in(struct formula *f);
// The interior node that a name of the pool is bound to; NODE_NONE if there is none.
uint32_t formula_definition(const struct formula *f, uint32_t name);
// Adds a formula of the pool to a record, as text.
void formula_put(struct formula *f, struct rec *to, enum rec_key key, uint32_t root);

#endif
