// Items of an expression to nodes on the tape.
//
// A stack machine: it takes the parser's items one by one and keeps, for each operand on its
// stack, either a plain number (no name was mentioned: 1/3) or a node. A number becomes a node, a
// constant leaf, only where it meets one. So an expression without names is a number, and a sum of
// ten million terms needs a stack of two.
#ifndef TEXT_LOWER_H
#define TEXT_LOWER_H

#include "base/stop.h"
#include "engine/checkpoint.h"
#include "engine/grow.h"
#include "engine/rng.h"
#include "engine/tape.h"
#include "text/array.h"
#include "text/definition.h"
#include "text/group.h"
#include "text/input.h"
#include "text/parser.h"

// Whose values expressions read as numbers: a loop that is replayed must not depend on one that its
// turns may change.
struct value_use {
    uint32_t fixed;  // nodes below it that depend on no parameter stay as they are
    bool others;     // the value or gradient of another was read
};

// What expressions are evaluated in; all of it outlives them.
struct scope {
    struct tape *tape;
    struct names *names;
    const struct definitions *definitions;
    struct rng *rng;
    struct stop *stop;
    // A function's call makes a group of nodes. NULL: nobody wants to know.
    struct buf *groups;  // struct group
    // Nodes from here on were numbered anew when a loop cleared up; numbers below the second have
    // been in use. Equal: none.
    uint32_t renumbered, used;
    // The files that may be read. NULL: none.
    struct inputs *inputs;
    struct value_use *uses;  // NULL: nobody wants to know
};

// A checkpoint of all that expressions leave behind in it: nodes, lists, groups, random numbers.
void scope_checkpoint(const struct scope *scope, struct checkpoint *c);

// What a derivative in an expression becomes.
enum slopes_as {
    SLOPES_NUMBERS,  // a number: dL/da
    SLOPES_NODES,    // nodes: node g = dL/da
    SLOPES_GROWN,    // the node that it was grown as, where a command takes a node
    SLOPES_MADE      // that node, if it was grown, else a number: inside d(dL/da)/db
};

struct lower {
    struct buf stack;     // struct operand
    struct buf slopes;    // struct slope_of: what the derivatives among the operands are of
    struct buf grown;     // struct grown: derivatives that this expression made into nodes
    struct buf numbers;   // double: the elements of arrays of plain numbers
    struct buf calls;     // struct activation *: the functions being called, outermost first
    struct buf remarks;   // const char *, in `memory`: what is worth saying
    struct arena memory;  // where activations lie
    struct operand lost;  // one that there was no memory for
    struct tape *tape;
    struct names *names;
    const struct definitions *definitions;
    struct rng *rng;
    struct buf *groups;
    struct inputs *inputs;
    struct value_use *uses;
    const struct source *source;
    struct diag *diag;
    struct stop *stop;
    enum slopes_as slopes_as;
    bool nodes_asked;          // the grad(…) that follows is to give nodes
    struct activation *spare;  // calls that are over, to be used again
    size_t called;             // how often a function was called
    size_t turns;              // how many elements comprehensions took
    bool named;                // a name or a node was mentioned
    uint32_t unreached;        // a slope was asked for of an output that does not depend on this
    uint32_t unreached_by;
    bool told_unreached;  // … of a derivative, in a remark
    uint32_t renumbered, used;
    bool by_new_number;  // a node was mentioned by such a number
    struct span label;   // of the value that was made last, in the source (empty: none)
    uint32_t gradless;   // .grad was read of this node, before any backward pass
    // Plain numbers that gave inf or nan (empty if none did). In a function that is being called,
    // the place is the outermost call, and the text is the formula in its body; else NULL.
    struct span strange;
    const char *strange_text;
    double strange_value;
};

void lower_init(struct lower *w, const struct scope *scope, const struct source *source,
                struct diag *diag);
void lower_release(struct lower *w);
// The same for a lowering that is used for one statement after the other and keeps a little of its memory
// between them. At first it is zero; lower_rest ends a statement, lower_release all.
void lower_begin(struct lower *w, const struct scope *scope, const struct source *source,
                 struct diag *diag);
void lower_rest(struct lower *w);
// What failed inside a function leaves no call open: the next expression is of the learner's text.
void lower_leave_calls(struct lower *w);

// Reads one whole expression at the parser's place. On success the stack holds its one operand,
// which is returned in *result. False: the diag says why; nodes may have been appended.
bool lower_expression(struct lower *w, struct parser *p, struct operand *result);

// The same item by item, for who wants to know what each of them does: lower_read reads the next
// item, in the function that is being called if one is, and lower_take carries it out. Begin with
// an empty stack; the ITEM_END of the expression itself is not taken, the stack then holds its
// operand.
const struct item *lower_read(struct lower *w, struct parser *p);
bool lower_take(struct lower *w, const struct item *item);

// The operand as a node: a number becomes a leaf with these marks. False if out of memory.
bool lower_as_node(struct lower *w, struct operand *operand, uint8_t marks);
// The operand's number: a node's value.
double lower_number(const struct lower *w, const struct operand *operand);

// The value of a node is read as a number; or more than one, or a gradient (NODE_NONE).
void lower_uses(const struct lower *w, uint32_t node);

// What a name is bound to, as an operand.
struct operand lower_operand(struct value value, struct span span);
// Applies op to x and y (y = x for one operand), single values or arrays.
bool lower_apply(struct lower *w, enum op op, struct operand *x, struct operand *y,
                 struct span span, struct operand *out);
// d root / d of for a single root, of a single node or every element of an array, as plain numbers
// (or as w->slopes_as says); stale values are refreshed on the side first. A root that is itself
// such a number, and nothing more, is differentiated again: it is grown (engine/grow.h) at the end
// of the tape, which is cut again. False: the diag says why.
bool lower_slopes(struct lower *w, const struct operand *root, const struct operand *of,
                  struct span span, struct operand *out);
// Grows d root / d of[k] at the end of the tape, as a group, and keeps what they are in w->grown.
// Values must not be stale. False: the diag says why.
bool lower_grow(struct lower *w, uint32_t root, const uint32_t *of, size_t count,
                struct gradient *out, struct span span);
// Says that the tape is full, or that memory is short. Returns false.
bool lower_no_room(struct lower *w, struct span span);
// Says that there is no node of this number. Returns false.
bool lower_no_node(struct lower *w, uint32_t node, struct span span);
// In turn i of a loop whose turns are `each` units of work (base/stop.h): does it go on? False: it
// is to be stopped, and the diag says so.
bool lower_goes_on(struct lower *w, size_t i, size_t each, struct span span);

// Keeps a remark for whoever evaluates: words in w->memory (NULL: out of memory, nothing is kept).
void lower_remark(struct lower *w, const char *words);

// Is there a function of this name: an operation typed as a call, a builtin? (Not: the learner's.)
bool lower_is_known(const char *s, size_t length);  // a number that has a name: pi, inf
bool lower_is_function(const char *name, size_t length);
// Offers the names of these functions.
void lower_offer_functions(struct nearest *n);

#endif
