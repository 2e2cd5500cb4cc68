// The functions that are no operations: over arrays, building arrays, grad. One row each.
#ifndef LANG_BUILTIN_H
#define LANG_BUILTIN_H

#include "lang/array.h"
#include "lang/names.h"

struct lower;

struct builtin {
    const char *name;
    uint32_t least, most;  // values that it takes
    // Reads its `count` operands at `x`; leaves the result in *out. False: the diag says why.
    bool (*call)(struct lower *w, struct operand *x, uint32_t count, struct span span,
                 struct operand *out);
    const char *usage, *help;
};

const struct builtin *builtin_find(const char *s, size_t length);
const struct builtin *builtin_at(size_t i);  // NULL past the last

#endif
