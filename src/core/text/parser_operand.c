// What may come where an operand is wanted, and what is said where none comes.
#include <string.h>

#include "text/builtin.h"
#include "text/foreign.h"
#include "text/parser_parts.h"
#include "text/slope.h"
#include "text/spelling.h"

// A sign that is typed twice: a++, a--.
static bool is_doubled(const struct source *source, struct span sign)
{
    const char *s = source->text;
    char c = s[sign.start];
    bool before = sign.start > 0 && s[sign.start - 1] == c;
    bool after = sign.end < source->length && s[sign.end] == c;
    return (c == '+' || c == '-') && (before || after);
}

// `sign` waits for its right side, and t is none.
static void right_side_missing(struct parser *p, const struct parser_frame *sign, struct token t)
{
    const struct source *source = p->lexer->source;
    char quoted[QUOTED];
    diag_quote(quoted, source->text + sign->span.start, sign->span.end - sign->span.start);
    diag_set(p->diag, t.span, "a number or a name is missing after '%s'", quoted);
    if (t.kind == TOKEN_INFIX && t.op == OP_MUL) {
        diag_hint(p->diag, "a power is written x**2");
    } else if (t.kind == TOKEN_INFIX && t.op == OP_DIV && sign->op == OP_DIV) {
        diag_hint(p->diag, "'/' divides; there is no whole division");
    } else if (t.kind == TOKEN_ASSIGN && t.op == OP_COUNT && sign->op == OP_EQ) {
        diag_hint(p->diag, "to compare write ==");
    } else if (t.kind == TOKEN_ASSIGN && t.op == OP_COUNT) {
        diag_hint(p->diag, "'%s=' is written in one piece", quoted);
    } else if (sign->op == OP_LT && t.kind == TOKEN_INFIX && t.op == OP_GT) {
        diag_hint(p->diag, "'differs from' is written !=");
    } else if (is_doubled(source, sign->span)) {
        diag_hint(p->diag, "to go on by 1 write a %s= 1", quoted);
    }
}

// => and =<
static bool is_turned(const struct source *source, struct span sign)
{
    const char *s = source->text + sign.start;
    return sign.start > 0 && sign.end == sign.start + 1 && s[-1] == '=' && (*s == '<' || *s == '>');
}

static void operand_missing(struct parser *p, struct token t)
{
    if (t.kind == TOKEN_BAD) {
        return;
    }
    const struct parser_frame *f = parser_top(p);
    char quoted[QUOTED];
    diag_quote(quoted, p->lexer->source->text + t.span.start, t.span.end - t.span.start);
    if (t.kind == TOKEN_STRING && quoted[0] == '(') {
        diag_set(p->diag, t.span, "a prime is not understood here");
        diag_hint(p->diag, "a derivative is written dy/dx, or derive f(x)");
    } else if (t.kind == TOKEN_STRING) {
        diag_set(p->diag, t.span, "a text is not a value");
        diag_hint(p->diag, "texts are for print, and file names for load_csv(\"iris.csv\")");
    } else if (f != NULL && (f->kind == FRAME_INFIX || f->kind == FRAME_NEGATE)) {
        right_side_missing(p, f, t);
    } else if (t.kind == TOKEN_CLOSE && f != NULL && f->kind == FRAME_PAREN) {
        diag_set(p->diag, t.span, "there is nothing between these parentheses");
        diag_hint(p->diag, "write an expression, as in (a + b)");
    } else if (t.kind == TOKEN_CLOSE && f != NULL && f->kind == FRAME_ARRAY && f->count == 0) {
        diag_set(p->diag, t.span, "an empty array has no shape");
        diag_hint(p->diag, "write its elements, as in [1, 2], or zeros(3)");
    } else if (token_ends(t.kind)) {
        diag_set(p->diag, t.span, "an expression is missing here");
        diag_hint(p->diag, "write a number, a name, or a formula such as a*b + c");
    } else if (t.kind == TOKEN_OPEN && t.mark == '{') {
        diag_set(p->diag, t.span, "an expression cannot begin with '{'");
        diag_hint(p->diag, "an array is written [1, 2]");
    } else if (is_turned(p->lexer->source, t.span)) {
        diag_set(p->diag, t.span, "a comparison has its '=' behind");
        diag_hint(p->diag, "it is written %s=", quoted);
    } else if (t.kind == TOKEN_ASSIGN) {
        diag_set(p->diag, t.span, "there is no name before '%s'", quoted);
        diag_hint(p->diag, "write a = 2");
    } else {
        diag_set(p->diag, t.span, "an expression cannot begin with '%s'", quoted);
        diag_hint(p->diag, "a number or a name is missing before it");
    }
}

// A bound of a slice that is left out: W[:, 0]. What ends it is left to be read as an operator.
static bool read_missing_bound(struct parser *p, struct token t)
{
    const struct parser_frame *f = parser_top(p);
    if (f == NULL || f->kind != FRAME_INDEX || (!f->slice && t.kind != TOKEN_COLON)) {
        return false;
    }
    parser_put(p, (struct item){.kind = ITEM_NOTHING, .span = t.span});
    p->lexer->at = t.span.start;
    p->lexer->open += t.kind == TOKEN_CLOSE;
    p->want_operand = false;
    return true;
}

// "axis=" before an argument: NumPy's way to say which; PyTorch's is "dim=".
static bool read_axis(struct parser *p, struct token t)
{
    struct parser_frame *f = parser_top(p);
    // analysis: an argument is read inside a call, which has a frame
    if (f->axis || !(token_is(p->lexer, t, "axis") || token_is(p->lexer, t, "dim"))) {
        return false;
    }
    lexer_next(p->lexer, p->diag);
    if (f->count == 0) {
        diag_set(p->diag, t.span, "an array is missing before its axis");
        diag_hint(p->diag, "write sum(W, axis=0)");
    }
    f->axis = true;
    return true;
}

// header=no, header=yes (also in Python's words) after a file's name: 0 or 1.
static void read_header(struct parser *p, struct token t)
{
    static const struct {
        const char *word;
        double value;
    } words[] = {{"no", 0},  {"None", 0}, {"False", 0}, {"false", 0},
                 {"yes", 1}, {"True", 1}, {"true", 1}};
    struct token equal = token_is(p->lexer, t, "header") ? lexer_next(p->lexer, p->diag) : t;
    bool ok = equal.kind == TOKEN_ASSIGN && equal.op == OP_COUNT;
    struct token word = ok ? lexer_next(p->lexer, p->diag) : equal;
    for (size_t i = 0; ok && i < COUNT_OF(words); i++) {
        if (token_is(p->lexer, word, words[i].word)) {
            parser_put(
                p, (struct item){.kind = ITEM_NUMBER, .number = words[i].value, .span = word.span});
            p->want_operand = false;
            return;
        }
    }
    if (!p->diag->set) {
        diag_set(p->diag, word.span, "after the file's name comes header=no or header=yes");
        diag_hint(p->diag, "write load_csv(\"my.csv\", header=no)");
    }
}

// load_csv("file.csv"): the one function that takes a text, and little but a text.
static bool read_text(struct parser *p, struct token t)
{
    static const char reader[] = "load_csv";
    const struct parser_frame *f = parser_top(p);
    size_t n = sizeof reader - 1;
    if (t.kind == TOKEN_BAD || t.kind == TOKEN_CLOSE || f == NULL || f->kind != FRAME_CALL ||
        f->span.end - f->span.start != n ||
        memcmp(p->lexer->source->text + f->span.start, reader, n) != 0) {
        return false;
    }
    if (f->count > 0) {
        read_header(p, t);
        return true;
    }
    struct token next = lexer_peek(p->lexer);
    if (t.kind != TOKEN_STRING || (next.kind != TOKEN_CLOSE && next.kind != TOKEN_COMMA)) {
        diag_set(p->diag, t.kind == TOKEN_STRING ? next.span : t.span,
                 "load_csv takes a file's name in quotation marks");
        diag_hint(p->diag, "write load_csv(\"iris.csv\")");
        return true;
    }
    parser_put(p, (struct item){.kind = ITEM_TEXT, .span = t.span});
    p->want_operand = false;
    return true;
}

static bool is_function(const char *s, size_t n)
{
    return op_find(s, n, OP_CALL) != OP_COUNT || builtin_find(s, n) != NULL ||
           spelling_function(s, n) != NULL;
}

// sin^2(x), sin²(x): the power is kept until the parenthesis is closed.
static bool read_raised_function(struct parser *p, struct token name)
{
    struct lexer ahead = *p->lexer;
    struct diag ignored;
    diag_clear(&ignored);
    struct token t = lexer_next(&ahead, &ignored), number = t;
    if (t.kind == TOKEN_INFIX && t.op == OP_POW) {
        number = lexer_next(&ahead, &ignored);
    } else if (t.kind != TOKEN_RAISED || t.mark == 'T') {
        return false;
    }
    bool brace = token_opens(number, '{');
    number = brace ? lexer_next(&ahead, &ignored) : number;
    bool negative = number.kind == TOKEN_INFIX && number.op == OP_SUB;
    number = negative ? lexer_next(&ahead, &ignored) : number;
    bool whole = !brace || token_closes(lexer_next(&ahead, &ignored), '}');
    struct token open = lexer_next(&ahead, &ignored);
    bool power = whole && (number.kind == TOKEN_NUMBER || number.kind == TOKEN_RAISED);
    if (!power || !token_opens(open, '(') ||
        !is_function(token_text(p->lexer, name), token_length(name)) ||
        parser_is_bound(p, name, 0)) {
        return false;
    }
    if (negative || number.number <= 0) {
        char quoted[QUOTED];
        diag_quote(quoted, token_text(p->lexer, name), token_length(name));
        diag_set(p->diag, t.span, "this could be 1/%s(x), or the inverse of %s", quoted, quoted);
        diag_hint(p->diag, "write 1/%s(x), or the inverse by its name, such as atan(x)", quoted);
        return true;
    }
    *p->lexer = ahead;
    parser_push(
        p, (struct parser_frame){.kind = FRAME_CALL, .span = name.span, .raised = number.number});
    return true;
}

// e^x and e**x, where e is not a name: the exponential function.
static bool read_exponential(struct parser *p, struct token t)
{
    struct token power = lexer_peek(p->lexer);
    if (power.kind != TOKEN_INFIX || !token_is(p->lexer, t, "e") || parser_is_bound(p, t, 0)) {
        return false;
    }
    lexer_next(p->lexer, p->diag);
    parser_push(p, (struct parser_frame){.kind = FRAME_EXP, .op = OP_EXP, .span = t.span});
    return true;
}

// n.parameters(), where n is not a name of a value.
static bool read_params_of(struct parser *p, struct token t)
{
    struct lexer ahead = *p->lexer;
    struct diag ignored;
    diag_clear(&ignored);
    struct token dot = lexer_next(&ahead, &ignored), word = lexer_next(&ahead, &ignored);
    struct token open = lexer_next(&ahead, &ignored), close = lexer_next(&ahead, &ignored);
    if (dot.kind != TOKEN_DOT || !token_is(&ahead, word, "parameters") || !token_opens(open, '(') ||
        !token_closes(close, ')') || parser_is_bound(p, t, 0)) {
        return false;
    }
    *p->lexer = ahead;
    parser_put(p, (struct item){.kind = ITEM_PARAMS, .span = t.span});
    p->want_operand = false;
    return true;
}

// requires_grad=True says nothing here, label='x' names nothing but is shown. Read over up to the
// comma after it, or the parenthesis.
static bool read_idle_argument(struct parser *p, struct token t)
{
    const struct parser_frame *f = parser_top(p);
    if (!spelling_idle_argument(token_text(p->lexer, t), token_length(t))) {
        return false;
    }
    size_t outside = p->lexer->open;
    lexer_next(p->lexer, p->diag);
    struct token value = lexer_peek(p->lexer);
    if (token_is(p->lexer, t, "label") && value.kind == TOKEN_STRING && f->count > 0) {
        parser_put(p, (struct item){.kind = ITEM_LABEL, .span = value.span});
    } else if (token_is(p->lexer, t, "create_graph") && token_is(p->lexer, value, "True")) {
        parser_put(p, (struct item){.kind = ITEM_NODES, .span = t.span});
    }
    for (;;) {
        struct token ahead = lexer_peek(p->lexer);
        bool end =
            p->lexer->open == outside && (ahead.kind == TOKEN_COMMA || ahead.kind == TOKEN_CLOSE);
        if (ahead.kind == TOKEN_END || ahead.kind == TOKEN_BAD || end) {
            if (ahead.kind == TOKEN_COMMA) {
                lexer_next(p->lexer, p->diag);
            }
            return true;
        }
        lexer_next(p->lexer, p->diag);
    }
}

// Value(data=2.0): the value itself. Other arguments have no names.
static void read_named_argument(struct parser *p, struct token t)
{
    const struct parser_frame *f = parser_top(p);
    const char *s = p->lexer->source->text;
    bool value = spelling_value(s + f->span.start, f->span.end - f->span.start);
    struct token equal = lexer_next(p->lexer, p->diag);
    // analysis: an argument is read inside a call, which has a frame
    if (!value || f->count > 0 ||
        !(token_is(p->lexer, t, "data") || token_is(p->lexer, t, "object"))) {
        char quoted[QUOTED];
        const char *foreign = foreign_hint(token_text(p->lexer, t), token_length(t), false);
        const char *called = foreign_hint(s + f->span.start, f->span.end - f->span.start, true);
        foreign = called != NULL && !value ? called : foreign;
        bool bound = names_lookup(p->names, s + f->span.start, f->span.end - f->span.start).rank !=
                     VALUE_UNBOUND;
        foreign = bound ? foreign_hint("at", 2, false) : foreign;
        diag_quote(quoted, token_text(p->lexer, t), token_length(t));
        diag_set(p->diag, (struct span){t.span.start, equal.span.end},
                 "the values of a function have no names");
        diag_hint(p->diag, foreign != NULL ? "%s" : "leave out '%s='; to compare write ==",
                  foreign != NULL ? foreign : quoted);
    }
}

// name=… in a call.
static bool read_argument(struct parser *p, struct token t, struct token equal)
{
    const struct parser_frame *f = parser_top(p);
    if (f == NULL || f->kind != FRAME_CALL || equal.op != OP_COUNT) {
        return false;
    }
    if (!read_axis(p, t) && !read_idle_argument(p, t)) {
        read_named_argument(p, t);
    }
    return true;
}

// Does a dot follow at once? Most names have none, and are looked at no further.
static bool is_dotted(const struct parser *p, struct token t)
{
    const struct source *s = p->lexer->source;
    return t.kind == TOKEN_NAME && t.span.end < s->length && s->text[t.span.end] == '.';
}

// np.exp, torch.nn.functional.relu: the module says nothing where it is not a name. *t, which is dotted,
// becomes the name after it.
static void skip_modules(struct parser *p, struct token *t)
{
    struct diag ignored;
    diag_clear(&ignored);
    while (is_dotted(p, *t) && !parser_is_bound(p, *t, 0) &&
           spelling_module(token_text(p->lexer, *t), token_length(*t)) &&
           lexer_peek(p->lexer).kind == TOKEN_DOT) {
        struct lexer ahead = *p->lexer;
        lexer_next(&ahead, &ignored);
        struct token name = lexer_next(&ahead, &ignored);
        if (name.kind != TOKEN_NAME) {
            break;
        }
        p->tuple_of_one = token_is(p->lexer, *t, "autograd");
        *p->lexer = ahead;
        *t = name;
    }
}

// The [0] after torch.autograd.grad(L, W), which gives a tuple of one.
void parser_skip_first(struct parser *p)
{
    struct diag ignored;
    diag_clear(&ignored);
    struct lexer ahead = *p->lexer;
    struct token open = lexer_next(&ahead, &ignored), zero = lexer_next(&ahead, &ignored);
    struct token close = lexer_next(&ahead, &ignored);
    if (token_opens(open, '[') && zero.kind == TOKEN_NUMBER && zero.number == 0 &&
        token_closes(close, ']')) {
        *p->lexer = ahead;
    }
}

// Does a name not stand for itself? What follows it says which of these it may be.
static bool read_special(struct parser *p, struct token t, struct token next)
{
    switch (next.kind) {
    case TOKEN_ASSIGN:
        return read_argument(p, t, next);
    case TOKEN_INFIX:
        return next.op == OP_POW && (read_exponential(p, t) || read_raised_function(p, t));
    case TOKEN_RAISED:
        return read_raised_function(p, t);
    case TOKEN_DOT:
        return read_params_of(p, t);
    default:
        return false;
    }
}

// A comma may be before the bracket's end.
static bool read_last_comma(struct parser *p, struct token close)
{
    struct parser_frame *f = parser_top(p);
    if (f == NULL || close.mark != (f->kind == FRAME_CALL ? ')' : ']') || f->count == 0 ||
        f->axis || (f->kind != FRAME_CALL && f->kind != FRAME_ARRAY)) {
        return false;
    }
    enum item_kind kind = f->kind == FRAME_CALL ? ITEM_CALL : ITEM_ARRAY;
    bool first = f->tuple_of_one;
    parser_put(p, (struct item){.kind = kind, .count = f->count, .span = f->span});
    parser_pop_bracket(p);
    if (first) {
        parser_skip_first(p);
    }
    p->want_operand = false;
    return true;
}

// A name, the function of a call, and all else that begins with a word.
static void read_name(struct parser *p, struct token t)
{
    if (slope_may_begin(p->lexer, t) && parser_read_slope(p, t)) {
        return;
    }
    struct token next = lexer_peek(p->lexer);
    if (read_special(p, t, next) || (t.latex && parser_read_latex(p, t))) {
        return;
    }
    if (token_opens(next, '(')) {
        lexer_next(p->lexer, p->diag);
        parser_push(p, (struct parser_frame){
                           .kind = FRAME_CALL, .tuple_of_one = p->tuple_of_one, .span = t.span});
        parser_read_each(p);
        return;
    }
    parser_add(p, ITEM_NAME, t.span);
    p->want_operand = false;
}

static void read_open(struct parser *p, struct token t)
{
    const struct parser_frame *f = parser_top(p);
    if (t.mark == '{' && f != NULL && (f->op == OP_POW || f->kind == FRAME_EXP)) {
        parser_push(p, (struct parser_frame){.kind = FRAME_BRACE, .span = t.span});
        return;
    }
    if (t.mark == '{') {
        operand_missing(p, t);
        return;
    }
    parser_push(p, (struct parser_frame){.kind = t.mark == '(' ? FRAME_PAREN : FRAME_ARRAY,
                                         .span = t.span});
    if (t.mark == '[') {
        parser_read_each(p);
    }
}

// f(), X[1:], [a, b,]: where a bracket may close though an operand is wanted.
static void read_early_close(struct parser *p, struct token t)
{
    if (read_missing_bound(p, t) || read_last_comma(p, t)) {
        return;
    }
    const struct parser_frame *f = parser_top(p);
    if (t.mark == ')' && f != NULL && f->kind == FRAME_CALL && f->count == 0) {
        parser_put(p, (struct item){.kind = ITEM_CALL, .count = 0, .span = f->span});
        parser_pop_bracket(p);
        p->want_operand = false;
        return;
    }
    operand_missing(p, t);
}

// -x, +x, and *x among the arguments of a call.
static void read_sign(struct parser *p, struct token t)
{
    if (t.op == OP_MUL && parser_top(p) != NULL && parser_top(p)->kind == FRAME_CALL) {
        parser_top(p)->spread = true;
    } else if (t.op == OP_SUB) {
        parser_wait(p, FRAME_NEGATE, OP_LEAF, t.span);
    } else if (t.op != OP_ADD) {
        operand_missing(p, t);
    }
}

// |x|
static void read_bar(struct parser *p, struct token t)
{
    if (lexer_peek(p->lexer).kind == TOKEN_BAR) {
        diag_set(p->diag, t.span, "a norm is not written with bars here");
        diag_hint(p->diag, "it is written norm(w)");
    } else {
        parser_push(p, (struct parser_frame){.kind = FRAME_BARS, .span = t.span});
    }
}

// signed, postfix and primary: everything that may come where an operand is wanted.
void parser_read_operand(struct parser *p)
{
    p->tuple_of_one = false;
    p->closed = 0;
    struct token t = lexer_next(p->lexer, p->diag);
    if (is_dotted(p, t)) {
        skip_modules(p, &t);
    }
    p->number_before = t.kind == TOKEN_NUMBER;
    if (read_text(p, t)) {
        p->last = t.span;
        return;
    }
    switch (t.kind) {
    case TOKEN_NUMBER:
        parser_add(p, ITEM_NUMBER, t.span)->number = t.number;
        p->want_operand = false;
        break;
    case TOKEN_NODE:
        if (t.partial) {
            parser_read_slope(p, t);
            break;
        }
        parser_put(p, (struct item){.kind = ITEM_NODE, .node = t.node, .span = t.span});
        p->want_operand = false;
        break;
    case TOKEN_NAME:
        read_name(p, t);
        break;
    case TOKEN_INFIX:
        read_sign(p, t);
        break;
    case TOKEN_PARTIAL:
        if (!parser_read_slope(p, t)) {
            operand_missing(p, t);
        }
        break;
    case TOKEN_ROOT:
        parser_push(p, (struct parser_frame){.kind = FRAME_ROOT, .op = OP_SQRT, .span = t.span});
        break;
    case TOKEN_BAR:
        read_bar(p, t);
        break;
    case TOKEN_OPEN:
        read_open(p, t);
        break;
    case TOKEN_COLON:
    case TOKEN_COMMA:
        if (!read_missing_bound(p, t)) {
            operand_missing(p, t);
        }
        break;
    case TOKEN_CLOSE:
        read_early_close(p, t);
        break;
    default:
        operand_missing(p, t);
    }
    p->last = t.span;
}
