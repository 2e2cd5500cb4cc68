// What the files of the parser share. Private to text.
#ifndef TEXT_PARSER_PARTS_H
#define TEXT_PARSER_PARTS_H

#include "text/parser.h"
#include "text/precedence.h"

enum frame_kind {
    FRAME_INFIX,
    FRAME_MATMUL,
    FRAME_NEGATE,
    FRAME_EXP,    // e^
    FRAME_ROOT,   // √
    FRAME_PAREN,  // this and what follows are brackets
    FRAME_CALL,
    FRAME_ARRAY,
    FRAME_INDEX,
    FRAME_BARS,   // |x|
    FRAME_BRACE,  // {x}, after ^ and \sqrt
    FRAME_EACH,   // what a comprehension goes through: [E for x in …]
    FRAME_FRAC,   // the two braces of \frac
    FRAME_SLOPE,  // the parentheses of d(dL/da)/db
};

// Something open, waiting for its right side.
struct parser_frame {
    enum frame_kind kind : 8;
    enum op op : 8;         // FRAME_INFIX
    bool axis : 1;          // FRAME_CALL: the argument in hand was written axis=…
    bool slice : 1;         // FRAME_INDEX: the part in hand is a slice, its ":" read
    bool spread : 1;        // FRAME_CALL: the argument in hand was written *x
    bool tuple : 1;         // FRAME_PAREN: a comma was read, in a call's argument
    bool counts : 1;        // FRAME_EACH: enumerate
    bool zip : 1;           // FRAME_EACH: inside zip( or enumerate(
    bool root : 1;          // FRAME_BRACE: of \sqrt
    bool beneath : 1;       // FRAME_SLOPE: below the line
    bool tuple_of_one : 1;  // FRAME_CALL: torch.autograd.grad, after which [0] says nothing
    uint32_t count;         // brackets: parts complete so far
    double raised;          // FRAME_CALL: the power of sin^2(x); 0: none
    struct span names;      // FRAME_EACH: of the elements
    struct span span;       // the operator; the bracket; the function's name
};

static inline bool parser_is_bracket(const struct parser_frame *f)
{
    return f->kind >= FRAME_PAREN;
}

static inline struct parser_frame *parser_top(struct parser *p)
{
    return p->open.count == 0 ? NULL : &BUF(struct parser_frame, &p->open)[p->open.count - 1];
}

// Another item, made in place, for the caller to fill in what else it has. (Where there is no memory it goes
// nowhere, and the diag says so.)
static inline struct item *parser_add(struct parser *p, enum item_kind kind, struct span span)
{
    struct item *at = buf_push(&p->out, 1);
    if (at == NULL) {
        diag_out_of_memory(p->diag);
        at = &p->lost;
    }
    *at = (struct item){.kind = kind, .span = span};
    return at;
}

static inline void parser_put(struct parser *p, struct item item)
{
    *parser_add(p, item.kind, item.span) = item;
}

// Something that is open and no bracket, op being what it becomes.
static inline void parser_wait(struct parser *p, enum frame_kind kind, enum op op, struct span span)
{
    struct parser_frame *at = buf_push(&p->open, 1);
    if (at == NULL) {
        diag_out_of_memory(p->diag);
    } else {
        *at = (struct parser_frame){.kind = kind, .op = op, .span = span};
    }
}

static inline void parser_push(struct parser *p, struct parser_frame frame)
{
    struct parser_frame *at = buf_push(&p->open, 1);
    if (at == NULL) {
        diag_out_of_memory(p->diag);
    } else {
        *at = frame;
        p->brackets += parser_is_bracket(&frame);
    }
}

static inline void parser_pop_bracket(struct parser *p)
{
    p->open.count--;
    p->brackets--;
}

// The innermost open bracket, where there is one.
static inline struct parser_frame *parser_bracket(struct parser *p)
{
    struct parser_frame *f = parser_top(p);
    BS_ASSERT(f != NULL);
    return f;
}

// Completes what binds at least as tightly as `least`; stops at an open parenthesis.
void parser_reduce(struct parser *p, enum precedence least);
bool parser_is_bound(struct parser *p, struct token t, size_t skip);
// The /db after the parenthesis of d(dL/da) that was just closed.
void parser_end_nested_slope(struct parser *p, struct span span, bool beneath);
bool parser_read_slope(struct parser *p, struct token over);
char parser_closing(const struct parser_frame *f);
// [E for x in X]: what comes first is X; E is read once for each element.
bool parser_read_each(struct parser *p);
// The bracket after zip(…) or X: the comprehension is complete, and with it the array or the call
// that it is in.
void parser_close_each(struct parser *p, struct token t);
// The [0] after torch.autograd.grad(L, W), which gives a tuple of one.
void parser_skip_first(struct parser *p);
// The 1 of \frac12, the a of \frac ab: what TeX takes without braces. False: there is none, and nothing
// is read.
bool parser_read_tex_argument(struct parser *p);
// \frac{a}{b} and \sqrt{x}. (Signs and Greek letters are names and signs like others.)
bool parser_read_latex(struct parser *p, struct token t);
// signed, postfix and primary: everything that may come where an operand is wanted.
void parser_read_operand(struct parser *p);
// "." name, or "." name "(": a field, or a function called as a method.
void parser_read_field(struct parser *p);
void parser_read_close(struct parser *p, struct token t);
void parser_read_comma(struct parser *p, struct token t);
// The ":" of a slice, inside the brackets of an index.
void parser_read_colon(struct parser *p, struct token t);

#endif
