// An output's graph as statements on whole arrays, for languages that have arrays. Private to
// export.
//
// The formulas that made the values (text/recipe.h) are read again, with their names bound to what
// they meant then, and what each makes is laid over the nodes that it made, node by node. Where the
// two are the same graph the formula is right, and is translated; where they are not (an operation
// that was expanded, random numbers) the value is read off the tape instead. So the tape stays the
// truth, however the session came about.
#ifndef EXPORT_EXPORT_STATEMENTS_H
#define EXPORT_EXPORT_STATEMENTS_H

#include "export/export_program.h"

// One binding of a name, in order.
struct binding {
    uint32_t name;
    struct value value;
    bool last;  // the name is bound to this now
    bool leaf;  // leaves of its own
    bool param;
    bool data;    // the rows of an array that `data` bound
    bool opaque;  // to be read off the tape
    bool fixed;   // the text, or the numbers, hold for all rows of the data only
    bool needed;
    const char *text;  // what it is bound to, translated; NULL if leaf or opaque
    uint32_t uses,
        used;  // the bindings that the text reads: [uses, uses + used) in statements.uses
    uint32_t first_function, functions;  // that were called first here, in statements.functions
    uint32_t ident;                      // its name in the program, in statements.idents
};

// A function of the learner's, as one call of it was translated.
struct function {
    uint32_t name;
    const char *head;  // its values: "x, w, b"
    const char *body;
    uint32_t ident;  // in statements.idents
    bool written;    // it is in the program, or an earlier one that is the same is
};

struct statements {
    struct program *program;
    struct arena arena;    // the texts
    struct buf bindings;   // struct binding
    struct buf functions;  // struct function
    struct buf uses;       // uint32_t: bindings
    struct buf numbers;    // double: the arrays of numbers in the texts
    struct buf latest;     // uint32_t, by name: its binding so far, from 1; 0: none
    struct buf held;       // uint8_t, by node: a leaf that a binding holds
    // Of the formula at hand:
    struct definitions known;  // the functions there were
    uint32_t fresh;            // the first node that it makes; what it makes goes again
    struct buf real;           // uint32_t, by new node: the node that it is, plus 1; 0: not known
    struct buf literals;       // struct literal
    bool fixed;                // see binding.fixed
    bool failed;
};

// An array of numbers in a formula: constants from `node` on, and its place in statements.numbers.
struct literal {
    uint32_t node, count;
    size_t at;
};

// Reads them. False: out of memory, or interrupted.
bool statements_read(struct statements *s, struct program *p);
void statements_release(struct statements *s);

static inline struct binding *statements_binding(const struct statements *s, size_t i)
{
    return &BUF(struct binding, &s->bindings)[i];
}

// The node that element k (row by row) of a binding is.
static inline uint32_t statements_node(const struct statements *s, const struct binding *b,
                                       uint32_t k)
{
    return names_element(s->program->e->names, b->value, k);
}

// An array of plain numbers was written down. One as long as the data stands for its rows.
static inline void statements_wrote(struct statements *s, uint32_t rows, uint32_t cols)
{
    uint32_t length = rows == 1 ? cols : rows;
    s->fixed |= length > 1 && length == s->program->e->rows;
}

#endif
