// What the writers of programs share: which nodes there are, what each is called, and how numbers
// and formulas are written. Private to view.
#ifndef EXPORT_EXPORT_PROGRAM_H
#define EXPORT_EXPORT_PROGRAM_H

#include "export/export.h"

#define SPOT_NONE UINT32_MAX

// Something with a name of its own in the program: a single value, or an array.
struct variable {
    uint32_t name;       // the learner's
    struct value value;  // what it is bound to
    uint32_t ident;      // its name in the program, in program.text
};

// Where a node is: an element of a variable, or (SPOT_NONE) under its number on the tape.
struct spot {
    uint32_t variable, row, col;
};

struct program {
    const struct export *e;
    struct text *out;
    const char *reserved;
    struct buf ids;        // uint32_t: the nodes that root depends on, lowest first
    struct buf index;      // uint32_t, by node: its place among ids, from 1 on; 0: it has none
    struct buf spots;      // struct spot, for each of ids
    struct buf ordinal;    // uint32_t, for each of ids: how many parameters the tape has before it
    struct buf variables;  // struct variable
    struct buf text;       // char: identifiers, each ended by a 0
    struct names taken;    // identifiers in use
    size_t params;         // parameters that root depends on
    bool has_states;       // the optimiser remembers something
    bool failed, stopped;
    const char *refusal, *hint;  // why there is no such program; NULL: there is one
};

// `reserved`: the words that the language keeps to itself, apart by blanks.
bool program_init(struct program *p, struct text *out, const struct export *e,
                  const char *reserved);
void program_release(struct program *p);
// In turn i of a loop: is it to be left, because it was interrupted?
bool program_stopped(struct program *p, size_t i);
// There is no such program, because of the graph. Returns false.
// Does a node that no gradient reaches, on paths that are all flat, have a local gradient that is
// not finite? There a program that multiplies 0 by it gets nan, where the engine has 0.
bool program_shut_infinity(struct program *p);
bool program_refuse(struct program *p, const char *refusal, const char *hint);

static inline uint32_t program_node(const struct program *p, size_t i)
{
    return BUF(uint32_t, &p->ids)[i];
}

static inline const struct variable *program_variable(const struct program *p, uint32_t i)
{
    return &BUF(struct variable, &p->variables)[i];
}

static inline const char *program_ident(const struct program *p, const struct variable *v)
{
    return BUF_FROM(char, &p->text, v->ident);
}

// The place of a node in `ids`; SPOT_NONE if root does not depend on it.
uint32_t program_place(const struct program *p, uint32_t node);
// Does root depend on the node? On an element of the value?
bool program_has(const struct program *p, uint32_t node);
bool program_has_some(const struct program *p, struct value v);
struct spot program_spot(const struct program *p, uint32_t node);
// Is the node a number inside a formula, without a variable?
bool program_inline(const struct program *p, uint32_t node);
// A node that element (i, j) of a variable is; NODE_NONE if root does not depend on it, or another
// variable stands for it.
uint32_t program_element(const struct program *p, uint32_t variable, uint32_t i, uint32_t j);
// Is a leaf in it?
bool program_has_leaf(const struct program *p, uint32_t variable);

// A name of the learner's in letters and words that the program may use; and as an identifier that
// nothing else in it has, in program.text.
void program_plain_ident(const struct program *p, struct text *out, uint32_t name);
uint32_t program_new_ident(struct program *p, uint32_t name, const char *suffix);
// The identifiers so far are free again: for a writer that gives its own.
void program_forget_idents(struct program *p);

// The node as the learner calls it: a, W[0, 1], %7.
void program_label(const struct program *p, struct text *out, uint32_t node);
// The derivative of root with respect to it: dL/dW[0, 1].
void program_slope_label(const struct program *p, struct text *out, uint32_t node);
// The node in the program: a, W[0][1], n7.
void program_put(const struct program *p, struct text *out, const char *prefix, uint32_t node);

// A number that reads back as exactly v and is never taken for a whole one: 2.0, -0.0. What is not
// finite is written `inf` and `nan`.
void export_number(struct text *out, double v, const char *inf, const char *nan);
// A formula of ops.def with these texts in place of x, y and v. `renames`: pairs of words, the
// second in place of the first, ended by NULL.
void export_formula(struct text *out, const char *formula, const char *x, const char *y,
                    const char *v, const char *const *renames);
// Is the formula made of nothing but arithmetic, x, y, v and words that are renamed?
bool export_is_portable(const char *formula, const char *const *renames);
// Is the formula one name or one call, which needs no parentheses?
bool export_is_tight(const char *formula);

// What the optimiser remembers of a parameter.
struct optim_state program_state(const struct program *p, uint32_t node);
// Its words for a comment: "adam, learning rate 0.05".
void program_training_text(const struct program *p, struct text *out);

// The writers, one a language. `program` is made with the words of the row in export.c.
void export_c(struct program *p);
void export_micrograd(struct program *p);
void export_latex(struct program *p);
void export_torch(struct program *p);

#endif
