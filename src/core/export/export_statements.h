// An output's graph as statements on whole arrays, for languages that have arrays. Private to view.
//
// The statements that made the session are read again, on a tape of their own, and what they make
// is laid over the real tape, node by node from each name down. Where the two are the same graph
// the statement stands, and is translated; where they are not (a loop that built on itself, a name
// bound otherwise, an operation that was expanded) the name is read off the tape instead. So the
// tape stays the truth, however the session came about.
#ifndef EXPORT_EXPORT_STATEMENTS_H
#define EXPORT_EXPORT_STATEMENTS_H

#include "engine/rng.h"
#include "export/export_program.h"

// One binding of a name, in order.
struct binding {
    uint32_t name;
    struct value value;  // on the tape of the statements; its elements' real nodes: see below
    bool last;           // the name is bound to this now
    bool leaf;           // plain numbers
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
    bool written;    // it stands in the program, or an earlier one that is the same does
};

struct statements {
    struct program *program;
    struct tape tape;    // what the statements make
    struct names names;  // numbered as the session's are
    struct rng rng;
    struct arena arena;    // the texts
    struct buf bindings;   // struct binding
    struct buf functions;  // struct function
    struct buf uses;       // uint32_t: bindings
    // Numbers from 1, 0 where there is none:
    struct buf latest;  // uint32_t, by name: its last binding so far
    struct buf ends;    // uint32_t, by name: where in the script it is bound last
    struct buf real;    // uint32_t, by node of `tape`: the real node
    struct buf made;    // uint32_t, by real node: the node of `tape`
    struct buf loose;   // uint8_t, by node of `tape`: its number may differ
    bool fixed;         // what was translated since this was cleared: see binding.fixed
    bool failed;
};

// Reads them. False: out of memory, or interrupted.
bool statements_read(struct statements *s, struct program *p);
void statements_release(struct statements *s);

static inline struct binding *statements_binding(const struct statements *s, size_t i)
{
    return &BUF(struct binding, &s->bindings)[i];
}

// Element k (row by row) of a binding: the node of `tape`, and the real one (NODE_NONE: not known).
uint32_t statements_made(const struct statements *s, const struct binding *b, uint32_t k);
uint32_t statements_node(const struct statements *s, const struct binding *b, uint32_t k);

// An array of plain numbers was written down. One as long as the data stands for its rows.
static inline void statements_wrote(struct statements *s, uint32_t rows, uint32_t cols)
{
    uint32_t length = rows == 1 ? cols : rows;
    s->fixed |= length > 1 && length == s->program->e->rows;
}

// The real node that a node of `tape` is; NODE_NONE if that is not known.
uint32_t statements_real(const struct statements *s, uint32_t made);

#endif
