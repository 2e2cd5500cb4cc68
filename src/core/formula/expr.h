// Formulas as data, to be printed, evaluated, differentiated and rewritten.
//
// All formulas that have to do with each other lie in one pool of nodes, linked by index. Operands
// precede what uses them, as on a tape, so that whatever walks a formula is a loop and a chain of a
// million operations needs no machine stack. A formula is the number of its last node, its root.
//
// Equal formulas are one node: asked for a node that is there already, the pool answers with it.
// So two roots are the same formula if and only if they are the same number, and what a formula
// uses twice is there once. (A derivative shares most of itself; written out it may be far longer
// than memory, which is why printing has a limit.)
//
// Failure is sticky as in mem.h: a pool that is full or out of memory answers EXPR_NONE, everything
// made of EXPR_NONE is EXPR_NONE, and expr_trouble says in the end which it was.
#ifndef FORMULA_EXPR_H
#define FORMULA_EXPR_H

#include "base/stop.h"
#include "base/text.h"
#include "engine/tape.h"
#include "text/names.h"
#include "text/parser.h"

#define EXPR_NONE UINT32_MAX
// The number that is read and written as pi.
#define EXPR_PI 3.14159265358979323846

enum { EXPRS_MOST = 1 << 24 };  // nodes that a pool can hold

enum expr_kind { EXPR_NUMBER, EXPR_NAME, EXPR_OP };

struct expr {
    uint8_t kind;   // enum expr_kind
    uint8_t op;     // EXPR_OP: enum op, never OP_LEAF
    bool constant;  // no name occurs in it
    union {
        double number;  // EXPR_NUMBER; any, also negative, inf and nan
        struct {
            uint32_t a, b;  // EXPR_OP: operands, b = a for one; EXPR_NAME: a is the name's number
        };
    };
};

struct exprs {
    struct buf nodes;    // struct expr
    struct buf slots;    // uint32_t: a hash table of nodes, by what they are
    struct names names;  // the names that occur; nothing is bound
    bool full;
    struct stop *stop;  // once it is asked, no node is made; NULL: nobody asks
};

void exprs_init(struct exprs *p);
void exprs_release(struct exprs *p);
uint32_t exprs_count(const struct exprs *p);
// Says why the pool failed. Returns false.
// Has it failed, is it full, or is it to stop? Then what it was to make is not whole, and
// expr_trouble says why.
bool exprs_failed(const struct exprs *p);
bool expr_trouble(const struct exprs *p, struct diag *d);

// ---- Making -------------------------------------------------------------------------------------

uint32_t expr_number(struct exprs *p, double number);
// A symbol: a name, or whatever else stands for a value: dL/da, a.grad, %7. The text is copied.
uint32_t expr_name(struct exprs *p, const char *s, size_t length);
// op on a and b (b is ignored for one operand). The opposite of a number is a number, so that -2
// is the same however it came about; nothing else is computed.
uint32_t expr_apply(struct exprs *p, enum op op, uint32_t a, uint32_t b);

// Reads one whole expression at the parser's place; afterwards the parser's lexer is before
// whatever ended it. pi, inf and nan are numbers unless the parser's names bind them. False: the
// parser's diag says why.
bool expr_parse(struct exprs *p, struct parser *parser, uint32_t *root);
// Reads a text that is one expression and nothing else, such as a formula of ops.def.
bool expr_read(struct exprs *p, const char *text, uint32_t *root, struct diag *d);
// The same with x, y and v in it replaced. The text is ours and known to be right.
uint32_t expr_formula(struct exprs *p, const char *text, uint32_t x, uint32_t y, uint32_t v);

// A node of a tape as the learner writes it: its number if it is a constant, else its name, else
// %7, its number on the tape.
uint32_t expr_label(struct exprs *p, const struct tape *t, struct names *names, uint32_t node);
// The formula of a tape's node: its operation on its operands' labels (d = c + e), or its label if
// it is a leaf.
uint32_t expr_of_node(struct exprs *p, const struct tape *t, struct names *names, uint32_t node);
// The same written out down to the leaves, and no further than the node `kept`, which stays a label
// (so that L can be differentiated in a node that is computed itself); NODE_NONE keeps none.
uint32_t expr_inlined(struct exprs *p, const struct tape *t, struct names *names, uint32_t node,
                      uint32_t kept);

// Copies a formula from one pool (which may be the same) to another. A node i of it for which
// instead[i] is not EXPR_NONE is replaced by that formula of the other pool. `instead` has an
// element for each node up to root, or is NULL.
uint32_t expr_copy(struct exprs *to, const struct exprs *from, uint32_t root,
                   const uint32_t *instead);
// The formula with every `old` in it (a name, or any formula) replaced by `by`.
uint32_t expr_substitute(struct exprs *p, uint32_t root, uint32_t old, uint32_t by);

// ---- Reading ------------------------------------------------------------------------------------

static inline struct expr expr_get(const struct exprs *p, uint32_t id)
{
    BS_ASSERT(id < p->nodes.count);
    return BUF(struct expr, &p->nodes)[id];
}

bool expr_is_op(const struct exprs *p, uint32_t id, enum op op);
// Is it this number?
bool expr_is_number(const struct exprs *p, uint32_t id, double number);

// The nodes that root is made of, lowest first, root last. False if out of memory, or if root is EXPR_NONE:
// then there is nothing to release.
bool expr_reach(const struct exprs *p, uint32_t root, struct buf *ids);
// The names in it, as nodes, in order of first appearance. False if out of memory.
bool expr_free_names(const struct exprs *p, uint32_t root, struct buf *ids);
// Its value, where the pool's name number k has the value of_name[k]. False if out of memory.
bool expr_value(const struct exprs *p, uint32_t root, const double *of_name, double *value);
// How many operations, numbers and names it has written out, counted as far as `most`.
size_t expr_length(const struct exprs *p, uint32_t root, size_t most);

// Writes it in the language, with the fewest parentheses that keep it the same formula when read
// again (comparisons always have theirs, and what would put two signs in a row: a - (-b), 2*(-b)).
// Numbers are written exactly. False: it is longer than
// `most` bytes and ends there in "…".
enum { EXPR_TEXT_MOST = 1 << 24 };
bool expr_print(struct text *out, const struct exprs *p, uint32_t root, size_t most);

#endif
