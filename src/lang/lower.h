// Items of an expression to nodes on the tape.
//
// A stack machine: it takes the parser's items one by one and keeps, for each operand on its
// stack, either a plain number (no name was mentioned: 1/3) or a node. A number becomes a node, a
// constant leaf, only where it meets one. So an expression without names is a number, and a sum of
// ten million terms needs a stack of two.
#ifndef LANG_LOWER_H
#define LANG_LOWER_H

#include "engine/tape.h"
#include "lang/parser.h"

struct operand {
    bool is_node;
    uint32_t node;
    double number;
    struct span span;
};

struct lower {
    struct tape *tape;
    const struct names *names;
    const struct source *source;
    struct diag *diag;
    const volatile int *stop;
    struct buf stack;     // struct operand
    bool named;           // a name or a node was mentioned
    uint32_t unreached;   // a slope was asked for of an output that does not depend on this
    uint32_t unreached_by;
    uint32_t gradless;    // .grad was read of this node, before any backward pass
    struct span strange;  // plain numbers that gave inf or nan (empty if none did)
    double strange_value;
};

void lower_init(struct lower *w, struct tape *tape, const struct names *names,
                const struct source *source, struct diag *diag, const volatile int *stop);
void lower_release(struct lower *w);

// Reads one whole expression at the parser's place. On success the stack holds its one operand,
// which is returned in *result. False: the diag says why; nodes may have been appended.
bool lower_expression(struct lower *w, struct parser *p, struct operand *result);

// The operand as a node: a number becomes a leaf with these marks. False if out of memory.
bool lower_as_node(struct lower *w, struct operand *operand, uint8_t marks);
// The operand's number: a node's value.
double lower_number(const struct lower *w, const struct operand *operand);

// d root / d of, values refreshed first on a copy if they are stale. False: the diag says why.
bool lower_slope(struct lower *w, uint32_t root, uint32_t of, struct span span, double *slope);

// Is there a function of this name? (An operation typed as a call, or grad.)
bool lower_is_function(const char *name, size_t length);
// Offers the functions' names.
void lower_offer_functions(struct nearest *n);

#endif
