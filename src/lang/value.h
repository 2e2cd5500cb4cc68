// What a name is bound to: one node, or a view of nodes as an array.
//
// Every element is an ordinary scalar node. An array's element (i, j) is node base + i*rs + j*cs:
// transposes and slices are views, and a stride of 0 repeats (broadcasting).
#ifndef LANG_VALUE_H
#define LANG_VALUE_H

#include <stdint.h>

#include "engine/tape.h"

enum value_rank { VALUE_UNBOUND, VALUE_SCALAR, VALUE_VECTOR, VALUE_MATRIX };

struct value {
    enum value_rank rank;
    uint32_t base;
    uint32_t rows, cols;  // a vector has one row
    int32_t rs, cs;       // in nodes
};

static inline struct value value_of_node(uint32_t node)
{
    return (struct value){.rank = VALUE_SCALAR, .base = node, .rows = 1, .cols = 1};
}

#endif
