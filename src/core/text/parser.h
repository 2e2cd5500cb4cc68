// An expression as a stream of items in postfix order.
//
// The parser is pulled: each call returns the next item, operands before what uses them. It keeps
// only a stack of what is open, never a tree, so that an expression of ten million terms costs no
// more memory than its graph, and a million parentheses no machine stack. To keep the expression,
// collect the items (see expr.h); for its value, feed them to a lowering (lower.h).
//
// Grammar, loosest first (each line's operands are of the next):
//   compare  = sum [("<" | "<=" | ">" | ">=" | "==" | "!=") sum]
//   sum      = product (("+" | "-") product)*
//   product  = signed (("*" | "/" | "@") signed)*
//   signed   = ("-" | "+")* power
//   power    = postfix [("**" | "^") signed]
//   postfix  = primary ("." name | "." name "(" args ")" | "[" index ("," index)* "]" | raised)*
//   index    = compare | [compare] ":" [compare]
//   primary  = number | name | "%" digits | slope | name "(" args ")" | "(" compare ")"
//            | "[" compare ("," compare)* "]"
//   args     = [arg ("," arg)*]        arg = [("axis" | "dim") "="] compare
//            | text ["," "header" "=" word], of load_csv
//   only slope    = part "/" part, where part = "d" name [element] | "d(" slope ")"
//                   where neither "dname" is bound; ∂name/∂name always
//            | a derivative of higher order: d2name/dname2 and its spellings; see slope.h
//   element  = "[" ["-"] number ["," ["-"] number] "]"
// A comma may be before the end of any bracket.
//
// Spellings of others (spelling.h) come out as the items of what they mean:
//   2x, 3(x + 1)       a number directly before a name or a parenthesis multiplies it
//   (x + 1)(x - 1)     and so does a parenthesis: sin(x)cos(x)
//   e^x, e**x          exp(x), where e is not a name
//   sin^2(x), sin²(x)  sin(x)**2
//   √x, |x|            sqrt and abs
//   W^T, Wᵀ            W.T, where T is not a name
//   \frac{a}{b}, \frac12, \sqrt{x}, \sqrt[3]{x}, x^{2}, \mathrm{ReLU}(x)
//   np.exp(x)          exp(x), where np is not a name
//
// And Python's own forms:
//   [E for x in X], sum(E for x, y in zip(X, Y)), [E for i, x in enumerate(X)]
//   f((2, 3)), f(*x), f(x, label='x', requires_grad=True)
//   n.parameters()     where n is not a name
#ifndef TEXT_PARSER_H
#define TEXT_PARSER_H

#include "base/mem.h"
#include "base/stop.h"
#include "text/lexer.h"
#include "text/names.h"

enum item_kind {
    ITEM_END,        // the expression is complete
    ITEM_ERROR,      // the diag says why
    ITEM_NUMBER,     // .number
    ITEM_NAME,       // span is the name
    ITEM_NODE,       // .node
    ITEM_TEXT,       // span is a file's name, the only argument of load_csv
    ITEM_OP,         // .op on the last one or two operands
    ITEM_CALL,       // the function named at `span` on the last .count operands
    ITEM_FIELD,      // the last operand's field named at `span` (data, grad, T)
    ITEM_TRANSPOSE,  // W.T, written W^T or Wᵀ
    ITEM_SLOPE,      // d(operand before last)/d(last operand); .count: its enum slope_use
    ITEM_MATMUL,     // @ on the last two operands
    ITEM_ARRAY,      // [ … ] of the last .count operands
    ITEM_NOTHING,    // an operand that was left out: a bound of a slice
    ITEM_SLICE,      // the last two operands are the bounds of a slice
    ITEM_INDEX,      // the operand before the last .count, indexed by them
    ITEM_AXIS,       // the last operand was written axis=…
    ITEM_NODES,      // the call that follows is to give nodes: create_graph=True
    ITEM_LABEL,      // span is the text that the call's value is labelled with
    ITEM_SPREAD,     // the last operand was written *x: its elements are the arguments
    ITEM_TUPLE,      // like ITEM_ARRAY, written (a, b)
    ITEM_EACH,       // the formula at `span` for each element of the last .count operands, which
                     // go by the names at `names`; .node: 1 where the first name counts
    ITEM_PARAMS,     // the parameters that the function named at `span` depends on
};

struct item {
    enum item_kind kind : 8;
    enum op op : 8;
    uint32_t count;
    union {
        double number;
        uint32_t node;
    };
    struct span span;
    struct span names;
};

struct parser {
    struct buf open;   // struct parser_frame: what waits for its right side
    struct buf out;    // struct item: items ready, to be taken one by one
    struct item lost;  // one that there was no memory for
    struct lexer *lexer;
    const struct names *names;  // decides whether dL/da is a slope
    struct diag *diag;
    size_t taken;
    size_t brackets;  // parentheses among `open`
    bool want_operand;
    bool slope_notice;  // dL/da was read as a division of two names
    bool slope_mine;    // … as a derivative, though one of them is a name
    // Of d2z/dx2: z, and x2 where that is a name as well (empty: none).
    struct span slope_over, slope_other;
    struct span implied;      // the first product without a sign: 2x (empty: none)
    size_t closed;            // where the parenthesis that was closed last ends
    struct span closed_name;  // … the name before it, in a call
    size_t next_for;          // where the word `for` comes next, looked up when it is needed
    bool number_before;       // the operand just read is a written number
    bool tuple_of_one;        // … was written torch.autograd.…
    struct span last;         // of the last operand read
    struct stop *stop;        // looked at now and then; NULL (as at first): nobody interrupts
    size_t turns;
};

// Starts an expression at the lexer's place. Release it when done, whatever came of it.
void parser_init(struct parser *p, struct lexer *lexer, const struct names *names,
                 struct diag *diag);
void parser_release(struct parser *p);
// The same for a parser that is used for one expression after the other and keeps a little of its memory
// between them. At first it is zero; parser_rest ends an expression, parser_release all.
void parser_begin(struct parser *p, struct lexer *lexer, const struct names *names,
                  struct diag *diag);
void parser_rest(struct parser *p);
// Starts another expression with the same parser (its memory is kept).
void parser_restart(struct parser *p);
// The next item, which is there until the next call. After ITEM_END the lexer is before the token that
// ended the expression.
const struct item *parser_take(struct parser *p);
static inline struct item parser_next(struct parser *p)
{
    return *parser_take(p);
}
// Is the expression, as far as it was read, the beginning of one d(dL/da)/db?
bool parser_in_slope(const struct parser *p);

// Says that the value t follows another value, and what is missing: where t is a word of another
// language, that language's, else `hint`. Returns false.
bool parser_refuse_operand(const struct lexer *l, struct token t, struct diag *d, const char *hint);

#endif
