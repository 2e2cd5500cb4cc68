// What the files that translate expressions share.
#ifndef EXPORT_EXPORT_TERMS_PARTS_H
#define EXPORT_EXPORT_TERMS_PARTS_H

#include "export/export_terms.h"
#include "text/precedence.h"

// An operand's text. NULL: plain numbers, which have one only when they meet a tensor.
struct export_terms_term {
    const char *text;
    enum precedence level;
};

// How an operation is written: x and y in the pattern are its operands, at least so tightly bound.
struct writing {
    enum op op;
    const char *pattern;
    enum precedence level, left, right;
    bool tensors;  // both operands must be tensors, not numbers
};

// A function being called: its values are the terms from `base` on.
struct calling {
    const struct definition *definition;
    size_t base;
    const char *values;  // as they are given: "X, 2.0"
};

struct terms {
    struct statements *s;
    struct lower *w;
    struct buf stack;  // struct export_terms_term, beside lower.stack
    struct buf calls;  // struct calling
    bool lost;         // something has no translation
    bool too_long;     // a text became longer than a line may be: all of it is lost
};

// export_terms_ops.c
struct writing terms_writing(struct statements *s, enum op op);
// Two texts in place of x and y, each in parentheses if it is bound too loosely.
struct export_terms_term terms_written(struct statements *s, const struct writing *w,
                                       struct export_terms_term x, struct export_terms_term y);

// The last `count` terms, and the operands that they are beside.
struct export_terms_term *terms_top(struct terms *t, size_t count);
const struct operand *terms_operands(const struct terms *t, size_t count);
// There is no translation.
struct export_terms_term terms_lost(struct terms *t);
// Plain numbers as Python writes them: 2, or a tensor.
struct export_terms_term terms_literal(struct terms *t, const struct operand *x, bool tensor);
struct export_terms_term terms_matmul(struct terms *t);
// export_terms_calls.c: a derivative that is to be nodes, of the last two operands.
struct export_terms_term terms_gradient(struct terms *t);
// A function that is not an operation, called with `count` values.
struct export_terms_term terms_builtin(struct terms *t, const char *name, uint32_t count);

#endif
