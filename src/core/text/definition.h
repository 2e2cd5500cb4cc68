// Functions that the learner defines: def neuron(x, w, b) = tanh(w @ x + b).
//
// The body is a formula, or, as in Python, lines that give values to names of the function's own
// and one that returns:
//
//   def f(x, w):
//       z = w*x
//       return tanh(z)
//
// A definition is kept as text, and read anew at each call with its parameters bound to the values
// given: what it makes are ordinary nodes. Tables for the trail: rows are only appended, and a
// name's last row is its definition.
#ifndef TEXT_DEFINITION_H
#define TEXT_DEFINITION_H

#include "base/diag.h"
#include "base/mem.h"
#include "base/trail.h"

struct definition {
    uint32_t name;           // its number among the names
    uint32_t text, length;   // the body, in definitions.text
    uint32_t params, count;  // the parameters' names, in definitions.params
    uint32_t locals;         // names of its own, which follow them, in the order of their values
    bool lines;              // the body is lines; else a formula
};

struct definitions {
    struct buf rows;    // struct definition
    struct buf params;  // uint32_t
    struct buf text;    // char
};

void definitions_init(struct definitions *d);
void definitions_release(struct definitions *d);
// Appends the definition of row->name, which has row->count parameters and row->locals; `names` are
// theirs. False if out of memory.
bool definitions_add(struct definitions *d, struct definition row, const uint32_t *names,
                     const char *text, size_t length);
// The row that defines this name; NULL if there is none.
const struct definition *definitions_find(const struct definitions *d, uint32_t name);

#endif
