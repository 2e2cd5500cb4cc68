// What a name is bound to: one node, or a view of nodes as an array.
//
// Every element is an ordinary scalar node. An array's element (i, j) is at base + i*rs + j*cs:
// transposes and slices are views, and a stride of 0 repeats (broadcasting). What is there is
// the node of that number or, in a listed array, a place in names.lists that holds it: [a, b] of
// any two nodes is an array without a copy of either.
#ifndef TEXT_VALUE_H
#define TEXT_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/tape.h"

enum value_rank { VALUE_UNBOUND, VALUE_SCALAR, VALUE_VECTOR, VALUE_MATRIX };

struct value {
    enum value_rank rank : 8;
    bool listed;
    uint16_t none;  // 0: so that values are the same where their bytes are
    uint32_t base;
    uint32_t rows, cols;  // a vector has one row
    int32_t rs, cs;       // from one row to the next, from one column to the next
};

static inline struct value value_of_node(uint32_t node)
{
    return (struct value){.rank = VALUE_SCALAR, .base = node, .rows = 1, .cols = 1};
}

// rows × cols elements one after the other, row by row, from `base` on.
static inline struct value value_block(enum value_rank rank, uint32_t base, uint32_t rows,
                                       uint32_t cols)
{
    return (struct value){
        .rank = rank, .base = base, .rows = rows, .cols = cols, .rs = (int32_t)cols, .cs = 1};
}

static inline bool value_is_array(struct value v)
{
    return v.rank == VALUE_VECTOR || v.rank == VALUE_MATRIX;
}

static inline bool value_same(struct value a, struct value b)
{
    return a.rank == b.rank && a.listed == b.listed && a.base == b.base && a.rows == b.rows &&
           a.cols == b.cols && a.rs == b.rs && a.cs == b.cs;
}

static inline uint32_t value_count(struct value v)
{
    return v.rank == VALUE_SCALAR ? 1 : v.rows * v.cols;
}

// Where element (i, j) stands.
static inline uint32_t value_place(struct value v, uint32_t i, uint32_t j)
{
    return (uint32_t)(v.base + (int64_t)i * v.rs + (int64_t)j * v.cs);
}

#endif
