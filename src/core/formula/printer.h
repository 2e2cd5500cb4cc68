// Writes formulas with the fewest parentheses that keep them the same when they are read again.
//
// It does not know what the formulas are kept in: a pool of expressions, rows of whole arrays. Each
// of these says how tightly a node binds and what its parts are, and the printer decides on
// parentheses and spaces. It is a loop with a list of what is still to be written, so that a
// chain of a million operations needs no machine stack.
#ifndef FORMULA_PRINTER_H
#define FORMULA_PRINTER_H

#include "base/mem.h"
#include "base/stop.h"
#include "base/text.h"
#include "text/precedence.h"

#define PRINTER_NONE UINT32_MAX

struct printer_node {
    enum precedence precedence;
    uint32_t left;  // the left operand, if it is an infix operation, or PRINTER_NONE
};

struct printer {
    const void *formulas;  // what the two functions below look into
    struct printer_node (*look)(const struct printer *p, uint32_t id);
    // Gives the parts of a node, in order, with the functions below; what is not a formula itself
    // (a number, a name) may also be added to `out`, before any of these.
    void (*parts)(struct printer *p, uint32_t id);
    const char *open, *close;  // parentheses
    enum precedence least;     // what an argument must be at least
    // Set by printer_write.
    struct text *out;
    struct buf todo;  // struct printer_piece, the next one last
};

// Writes a formula, in parentheses if it binds less tightly than `least`. False: it is longer than
// `most` bytes, memory ran out or `stop` (or NULL) was asked, and it ends there in "…".
bool printer_write(struct printer *p, struct text *out, uint32_t root, enum precedence least,
                   size_t most, struct stop *stop);

// The texts are not copied.
void printer_text(struct printer *p, const char *s);
void printer_bytes(struct printer *p, const char *s, size_t n);
// A formula: in parentheses if it binds less tightly than `least`.
void printer_formula(struct printer *p, uint32_t id, enum precedence least);
void printer_argument(struct printer *p, uint32_t id);
// a + b, a*b, a @ b. What would put two signs in a row is in parentheses: a - (-b), 2*(-b); but
// x**-2.
void printer_infix(struct printer *p, const char *sign, enum precedence own, uint32_t a,
                   uint32_t b);
// -a
void printer_prefix(struct printer *p, const char *sign, uint32_t a);

#endif
