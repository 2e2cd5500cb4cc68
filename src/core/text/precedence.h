// How tightly operations bind: what the parser reads by, and what decides the parentheses of every
// formula that is written. Python binds the same.
#ifndef TEXT_PRECEDENCE_H
#define TEXT_PRECEDENCE_H

#include "engine/ops.h"

// Loosest first; see the grammar in parser.h.
enum precedence {
    PRECEDENCE_ANY,
    PRECEDENCE_COMPARE,
    PRECEDENCE_SUM,
    PRECEDENCE_PRODUCT,  // also @
    PRECEDENCE_SIGN,
    PRECEDENCE_POWER,
    PRECEDENCE_ROOT,  // √x without parentheses
    PRECEDENCE_ATOM   // a number, a name, a call, whatever is in brackets
};

static inline enum precedence precedence_of(enum op op)
{
    switch (op) {
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE:
    case OP_EQ:
    case OP_NE:
        return PRECEDENCE_COMPARE;
    case OP_ADD:
    case OP_SUB:
        return PRECEDENCE_SUM;
    case OP_MUL:
    case OP_DIV:
        return PRECEDENCE_PRODUCT;
    case OP_NEG:
        return PRECEDENCE_SIGN;
    case OP_POW:
        return PRECEDENCE_POWER;
    default:
        return PRECEDENCE_ATOM;
    }
}

// What the operands of an infix operation must be at least, or be in parentheses: sums and products
// group from the left, powers from the right, and comparisons do not chain.
static inline enum precedence precedence_left(enum precedence operation)
{
    return operation == PRECEDENCE_COMPARE || operation == PRECEDENCE_POWER ? operation + 1
                                                                            : operation;
}
static inline enum precedence precedence_right(enum precedence operation)
{
    return operation == PRECEDENCE_POWER ? PRECEDENCE_SIGN : operation + 1;
}

#endif
