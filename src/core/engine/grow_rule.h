// The formulas of ops.def as programs: a derivative, or where an operation is flat, read once so
// that it can be applied to nodes.
//
// These formulas are C (ops.def compiles them), with conditions that our language does not have:
// x > 0 || x != x, x < y ? 0 : 1. They are short and ours, so a recursive reader is enough.
#ifndef ENGINE_GROW_RULE_H
#define ENGINE_GROW_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/ops.h"

enum grow_kind {
    GROW_NUMBER,
    GROW_X,
    GROW_Y,
    GROW_V,
    GROW_APPLY,  // op on steps a and b (b = a for one operand)
    GROW_NOT,    // !a
    GROW_AND,    // a && b
    GROW_OR,     // a || b
    GROW_IF      // a ? b : c
};

struct grow_step {
    uint8_t kind;     // enum grow_kind
    uint8_t op;       // GROW_APPLY: enum op
    uint8_t a, b, c;  // steps before this one
    double number;    // GROW_NUMBER
};

// Steps come after those that they use. The last is the formula.
enum { GROW_STEPS = 48 };
struct grow_rule {
    struct grow_step step[GROW_STEPS];
    uint8_t count;
};

// Reads a formula of ops.def. One that cannot be read is a programmer's mistake (asserted).
void grow_rule_read(struct grow_rule *rule, const char *text);
// The value of a step at x, y, v.
double grow_rule_value(const struct grow_rule *rule, uint8_t step, double x, double y, double v);

#endif
