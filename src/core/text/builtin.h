// The functions that are no operations: over arrays, building arrays, grad. One row each.
#ifndef TEXT_BUILTIN_H
#define TEXT_BUILTIN_H

#include "text/array.h"
#include "text/names.h"

struct lower;

struct builtin {
    const char *name;
    uint32_t least, most;  // values that it takes
    // Reads its `count` operands at `x`; leaves the result in *out. False: the diag says why.
    bool (*call)(struct lower *w, struct operand *x, uint32_t count, struct span span,
                 struct operand *out);
    const char *usage, *help;
};

struct builtin_table {
    const struct builtin *rows;
    size_t count;
};
// builtin_make.c: those that make arrays.
extern const struct builtin_table builtin_makers;

// A single number among the values of a function, such as a size: read once, as what it is now; no
// gradient passes through it. `what` names it in a message.
bool builtin_number(struct lower *w, const struct operand *x, const char *what, double *number);

const struct builtin *builtin_find(const char *s, size_t length);
const struct builtin *builtin_at(size_t i);  // NULL past the last

#endif
