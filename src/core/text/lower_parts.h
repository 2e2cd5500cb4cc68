// The parts of lower.h, for its own files alone: lower.c has the stack of operands and what is done
// with one or two of them, lower_name.c what a name means, lower_slope.c derivatives, lower_call.c
// functions of the learner's and comprehensions, lower_take.c the item at hand.
#ifndef TEXT_LOWER_PARTS_H
#define TEXT_LOWER_PARTS_H

#include "text/lower.h"
#include "text/slope.h"

struct builtin;

// What a derivative on the stack is of, so that it can be differentiated again.
struct slope_of {
    uint32_t below;     // what was differentiated: 1 more than its place; 0: the node `root`
    uint32_t root;      // at the bottom
    struct operand of;  // one node or an array of them
};

// A function being called: its body is read like any expression, its parameters being operands that
// lie on the stack, and after them, where the body is lines, the names of its own that have a
// value by now. Or a comprehension: its formula is read once for each element, which is its only
// argument; the results gather below it.
struct activation {
    struct parser parser;
    struct lexer lexer;
    struct source source;
    const struct source *caller;
    const struct definition *definition;  // NULL: a comprehension
    const uint32_t *names;                // of what lies at `arguments`
    uint32_t count;
    size_t arguments;  // where they begin on the stack
    uint32_t group;
    struct span name, call;  // in the caller's source: its name, and all of the call
    // The line being read: its name (NAME_NONE: it returns), and the op of +=.
    uint32_t target;
    enum op op;
    // A comprehension: the arrays that it goes through, the element, how many there are, and where
    // the formula begins.
    size_t arrays;
    uint32_t over, at, elements;
    bool counts;
    size_t start;
    struct activation *next;  // of lower->spare
};

// The call or comprehension whose text is being read; NULL: the learner's own text.
static inline struct activation *lower_innermost(const struct lower *w)
{
    return w->calls.count == 0 ? NULL : BUF(struct activation *, &w->calls)[w->calls.count - 1];
}

// The last `count` operands of the stack, the first of them.
static inline struct operand *lower_operands(struct lower *w, size_t count)
{
    BS_ASSERT(w->stack.count >= count);
    return count == 0 ? NULL : BUF_FROM(struct operand, &w->stack, w->stack.count - count);
}

static inline struct operand lower_number_operand(double number, struct span span)
{
    return (struct operand){.number = number, .span = span};
}

// ---- lower.c ------------------------------------------------------------------------------------

// Both return false where memory is short, and the diag says so. lower_replace takes the last
// `count` operands off the stack first.
//
// lower_add makes another operand in place, for the caller to fill in what it is; where there is no memory
// it is w->lost.
static inline struct operand *lower_add(struct lower *w, struct span span)
{
    struct operand *at = buf_push(&w->stack, 1);
    if (at == NULL) {
        diag_out_of_memory(w->diag);
        at = &w->lost;
    }
    *at = (struct operand){.span = span};
    return at;
}
static inline bool lower_push(struct lower *w, struct operand operand)
{
    struct operand *at = buf_push(&w->stack, 1);
    if (at == NULL) {
        return diag_out_of_memory(w->diag);
    }
    *at = operand;
    return true;
}
static inline bool lower_replace(struct lower *w, size_t count, struct operand by)
{
    w->stack.count -= count;
    return lower_push(w, by);
}
// The function that the learner's own text calls, if one is being called.
const struct activation *lower_outermost(const struct lower *w);
// Spans are of the text that is being read, which may be the body of a function. What leaves this
// file is of the learner's text: there the call stands for all that happens in it.
struct span lower_learners_span(const struct lower *w, struct span span);
// The operand that a name stands for inside a function, or in a comprehension, which also sees what
// is around it; NULL if it is not a name of theirs.
struct operand *lower_argument(const struct lower *w, uint32_t name);

// ---- lower_name.c -------------------------------------------------------------------------------

// Adds a hint that shows how a function is called. Returns false.
bool lower_hint_call(struct lower *w, const char *s, size_t length);
// Is it a pass, as in L.backward()? That is a statement, which is read before expressions are.
bool lower_is_pass(const char *s, size_t length);
// What a function is called here that others call s: NULL if s is no such name, or has a meaning of
// its own.
const char *lower_spelled(const struct lower *w, const char *s, size_t length);
// Says that there is no such function, and what may have been meant. Returns false.
bool lower_unknown_function(struct lower *w, const char *s, struct span span);
// Push what a name, or a node's number, stands for. False: the diag says why.
bool lower_name(struct lower *w, struct span span);
bool lower_node(struct lower *w, const struct item *item);

// ---- lower_call.c -------------------------------------------------------------------------------

// Says how many values a function takes. (diag_hint may follow.)
void lower_refuse_count(struct lower *w, const struct item *item, uint32_t least, uint32_t most);
// Calls a builtin with the operands on the stack. False: the diag says why.
bool lower_builtin(struct lower *w, const struct item *item, const struct builtin *builtin);
// Begins the call of a function of the learner's: its body is what is read next.
bool lower_call(struct lower *w, const struct item *item, const struct definition *d);
// Begins a comprehension.
bool lower_each(struct lower *w, const struct item *item);
// n.parameters(): those that the formula of n mentions, in their order.
bool lower_params(struct lower *w, struct span span);
// The body is read: its value takes the place of the arguments.
bool lower_end_call(struct lower *w);
// A mistake inside a body is shown where the learner called it.
void lower_tell_call(struct lower *w);

#endif
