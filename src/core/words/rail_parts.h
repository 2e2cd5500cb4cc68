// A rail table being made: what rail.c and rail_formula.c share.
#ifndef WORDS_RAIL_PARTS_H
#define WORDS_RAIL_PARTS_H

#include "base/mem.h"
#include "base/record.h"
#include "base/text.h"

#define NO_ROW UINT32_MAX

// A value, or a constant, which has no row of its own.
struct rail_row {
    const struct rec *box;
    uint32_t node;
    size_t first, count;  // its operands in rails.operands: rows, one for each different value
    uint32_t last;        // where in the table it is used last; its own place where it is not
    uint32_t rail;
    bool shown;
};

struct rails {
    const struct rec *scene, *current;
    bool ascii;
    bool numbers;         // operands without a name go by their numbers
    struct buf rows;      // struct rail_row, in the order of the scene
    struct buf operands;  // uint32_t
    struct buf order;     // uint32_t: rows as they stand in the table
    struct buf live;      // uint32_t: the row whose rail this is; NO_ROW: it is free
};

// The box with this id; NULL if the table has none.
const struct rec *rail_box(const struct rails *r, const char *id);

// rail_formula.c
// "= a + b", "= b^3", "= relu(x)", "= neuron(x1, x2)" of a call; what a leaf is. An operand without a
// name is written by its own formula where the box has that, and there is room.
void rail_add_formula(const struct rails *r, const struct rec *box, struct text *out);
// An operand as it stands after a ∂: its name, its number, or the number that a constant is.
void rail_add_part(const struct rails *r, const struct rec *cell, struct text *out);

#endif
