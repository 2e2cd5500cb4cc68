#include "text/parser.h"

#include <string.h>

#include "base/stop.h"
#include "text/builtin.h"
#include "text/foreign.h"
#include "text/slope.h"
#include "text/spelling.h"

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
    enum frame_kind kind;
    enum op op;         // FRAME_INFIX
    uint32_t count;     // brackets: parts complete so far
    bool axis;          // FRAME_CALL: the argument in hand was written axis=…
    bool slice;         // FRAME_INDEX: the part in hand is a slice, its ":" read
    double raised;      // FRAME_CALL: the power of sin^2(x); 0: none
    bool spread;        // FRAME_CALL: the argument in hand was written *x
    bool tuple;         // FRAME_PAREN: a comma was read, in a call's argument
    bool counts;        // FRAME_EACH: enumerate
    bool zip;           // FRAME_EACH: inside zip( or enumerate(
    struct span names;  // FRAME_EACH: of the elements
    bool root;          // FRAME_BRACE: of \sqrt
    bool beneath;       // FRAME_SLOPE: below the line
    bool tuple_of_one;  // FRAME_CALL: torch.autograd.grad, behind which [0] says nothing
    struct span span;   // the operator; the bracket; the function's name
};

static bool is_bracket(const struct parser_frame *f)
{
    return f->kind >= FRAME_PAREN;
}

void parser_init(struct parser *p, struct lexer *lexer, const struct names *names,
                 struct diag *diag)
{
    *p = (struct parser){.lexer = lexer, .names = names, .diag = diag};
    buf_init(&p->open, sizeof(struct parser_frame));
    buf_init(&p->out, sizeof(struct item));
    parser_restart(p);
}

void parser_release(struct parser *p)
{
    buf_release(&p->open);
    buf_release(&p->out);
}

void parser_restart(struct parser *p)
{
    p->open.count = p->out.count = p->taken = p->brackets = 0;
    p->want_operand = true;
    p->next_for = 0;
    p->last = (struct span){p->lexer->at, p->lexer->at};
}

static struct parser_frame *top(struct parser *p)
{
    return p->open.count == 0 ? NULL : &BUF(struct parser_frame, &p->open)[p->open.count - 1];
}

// The innermost open bracket, where there is one.
static struct parser_frame *bracket(struct parser *p)
{
    struct parser_frame *f = top(p);
    BS_ASSERT(f != NULL);
    return f;
}

static void put(struct parser *p, struct item item)
{
    struct item *at = buf_push(&p->out, 1);
    if (at == NULL) {
        diag_out_of_memory(p->diag);
    } else {
        *at = item;
    }
}

static void push(struct parser *p, struct parser_frame frame)
{
    struct parser_frame *at = buf_push(&p->open, 1);
    if (at == NULL) {
        diag_out_of_memory(p->diag);
    } else {
        *at = frame;
        p->brackets += is_bracket(&frame);
    }
}

static void pop_bracket(struct parser *p)
{
    p->open.count--;
    p->brackets--;
}

enum {
    PRECEDENCE_COMPARE = 1,
    PRECEDENCE_SUM,
    PRECEDENCE_PRODUCT,
    PRECEDENCE_SIGN,
    PRECEDENCE_POWER,
    PRECEDENCE_ROOT
};

static int precedence(enum op op)
{
    switch (op) {
    case OP_POW:
        return PRECEDENCE_POWER;
    case OP_MUL:
    case OP_DIV:
        return PRECEDENCE_PRODUCT;
    case OP_ADD:
    case OP_SUB:
        return PRECEDENCE_SUM;
    default:
        return PRECEDENCE_COMPARE;
    }
}

static int frame_precedence(const struct parser_frame *f)
{
    return f == NULL || is_bracket(f) ? 0
           : f->kind == FRAME_NEGATE  ? PRECEDENCE_SIGN
           : f->kind == FRAME_EXP     ? PRECEDENCE_POWER
           : f->kind == FRAME_ROOT    ? PRECEDENCE_ROOT
           : f->kind == FRAME_MATMUL  ? PRECEDENCE_PRODUCT
                                      : precedence(f->op);
}

// Completes what binds at least as tightly as `least`; stops at an open parenthesis.
static void reduce(struct parser *p, int least)
{
    for (const struct parser_frame *f = top(p); f != NULL && frame_precedence(f) >= least;
         f = top(p)) {
        enum op op = f->kind == FRAME_NEGATE ? OP_NEG
                     : f->kind == FRAME_EXP  ? OP_EXP
                     : f->kind == FRAME_ROOT ? OP_SQRT
                                             : f->op;
        put(p, (struct item){.kind = f->kind == FRAME_MATMUL ? ITEM_MATMUL : ITEM_OP,
                             .op = op,
                             .span = f->span});
        p->open.count--;
    }
}

static bool begins_with_d(struct parser *p, struct token t)
{
    return t.kind == TOKEN_NAME && token_length(t) > 1 && token_text(p->lexer, t)[0] == 'd';
}

static bool is_bound(struct parser *p, struct token t, size_t skip)
{
    return names_lookup(p->names, token_text(p->lexer, t) + skip, token_length(t) - skip).rank !=
           VALUE_UNBOUND;
}

// The derivative's part of a token: L of dL or ∂L, %7 of d%7, W[0] of dW[0], the lexer being behind
// the token, and then behind the brackets.
static struct slope_name slope_part(struct token t, struct lexer *ahead)
{
    size_t skip = t.partial ? 0 : 1;
    struct slope_name name = {.span = {t.span.start + skip, t.span.end},
                              .node = t.kind == TOKEN_NODE ? t.node : NODE_NONE};
    name.count = slope_element(ahead, t.span.end, name.at);
    return name;
}

enum slope_reading { READ_AS_NAME, READ_AS_SLOPE };

// dL/da: one primary where dL and da are not both names of the learner's and L or a is; see the
// grammar.
static enum slope_reading read_as_slope(struct parser *p, struct token over, struct token under)
{
    if (over.partial || under.partial) {
        return READ_AS_SLOPE;
    }
    bool over_bound = is_bound(p, over, 0), under_bound = is_bound(p, under, 0);
    bool inner = is_bound(p, over, 1), of = is_bound(p, under, 1);
    p->slope_mine |= over_bound != under_bound && inner && of;
    if (over_bound != under_bound && inner && of) {
        return READ_AS_SLOPE;
    }
    p->slope_notice |= over_bound && under_bound && inner && of;
    // dL/dq with nothing known is a slope too, so that the trouble told is the missing L.
    bool letters = token_length(over) == 2 && token_length(under) == 2;
    return !over_bound && !under_bound && (inner || of || letters) ? READ_AS_SLOPE : READ_AS_NAME;
}

// L, %7, W[0, 1].
static void put_slope_name(struct parser *p, struct slope_name name)
{
    put(p, (struct item){.kind = name.node != NODE_NONE ? ITEM_NODE : ITEM_NAME,
                         .node = name.node,
                         .span = name.span});
    for (uint32_t i = 0; i < name.count; i++) {
        put(p, (struct item){.kind = ITEM_NUMBER, .number = name.at[i], .span = name.span});
    }
    if (name.count > 0) {
        put(p, (struct item){.kind = ITEM_INDEX, .count = name.count, .span = name.span});
    }
}

// The derivative of the last two operands; in the parentheses of d(dL/da)/db it is a node.
static void put_slope(struct parser *p, struct span span)
{
    const struct parser_frame *f = top(p);
    enum slope_use use = f == NULL || f->kind != FRAME_SLOPE ? SLOPE_PLAIN
                         : f->beneath                        ? SLOPE_BENEATH
                                                             : SLOPE_OVER;
    put(p, (struct item){.kind = ITEM_SLOPE, .count = use, .span = span});
    p->want_operand = false;
}

// d2L/dadb is L a SLOPE b SLOPE.
static void put_higher_slope(struct parser *p, const struct slope_notation *s)
{
    if (p->diag->set) {
        return;
    }
    put_slope_name(p, s->over);
    for (int i = 0; i < s->order; i++) {
        put_slope_name(p, s->below[i]);
        put_slope(p, s->span);
    }
    p->slope_mine |= s->mine;
    if (s->other.end > 0) {
        p->slope_over = s->over.span;
        p->slope_other = s->other;
    }
    *p->lexer = s->behind;
    p->want_operand = false;
}

// d(dL/da)/db: what is in the parentheses comes first.
static bool read_nested_slope(struct parser *p, struct token d)
{
    if (!slope_nests(p->lexer, d)) {
        return false;
    }
    lexer_next(p->lexer, p->diag);
    push(p, (struct parser_frame){.kind = FRAME_SLOPE, .span = d.span});
    return true;
}

// The /db after the parenthesis of d(dL/da) that was just closed.
static void end_nested_slope(struct parser *p, struct span span, bool beneath)
{
    if (beneath) {
        put_slope(p, span);
        return;
    }
    struct token slash = lexer_next(p->lexer, p->diag), under = lexer_next(p->lexer, p->diag);
    if (slash.kind != TOKEN_INFIX || slash.op != OP_DIV) {
        diag_set(p->diag, slash.span, "the slash of this derivative is missing");
        diag_hint(p->diag, "write d(dL/da)/db");
    } else if (slope_opens(p->lexer, under)) {
        lexer_next(p->lexer, p->diag);
        push(p, (struct parser_frame){.kind = FRAME_SLOPE, .beneath = true, .span = span});
        p->want_operand = true;
    } else {
        put_slope_name(p, slope_part(under, p->lexer));
        put_slope(p, (struct span){span.start, under.span.end});
        p->last = under.span;
    }
}

static bool read_slope(struct parser *p, struct token over)
{
    if (!slope_may_begin(p->lexer, over)) {
        return false;
    }
    struct slope_notation higher;
    if (read_nested_slope(p, over)) {
        return true;
    }
    if (slope_read(p->lexer, p->names, over, p->diag, &higher)) {
        put_higher_slope(p, &higher);
        return true;
    }
    p->slope_notice |= higher.divides;
    if (!over.partial && !begins_with_d(p, over)) {
        return false;
    }
    struct lexer ahead = *p->lexer;
    struct diag ignored;
    diag_clear(&ignored);
    struct slope_name above = slope_part(over, &ahead);
    struct token slash = lexer_next(&ahead, &ignored);
    struct token under = lexer_next(&ahead, &ignored);
    bool shape = slash.kind == TOKEN_INFIX && slash.op == OP_DIV &&
                 (under.partial || begins_with_d(p, under));
    bool nested = slash.kind == TOKEN_INFIX && slash.op == OP_DIV && slope_opens(&ahead, under) &&
                  (over.partial || is_bound(p, over, 1));
    if (nested) {  // dP/d(dL/da)
        put_slope_name(p, above);
        lexer_next(&ahead, &ignored);
        push(p, (struct parser_frame){.kind = FRAME_SLOPE, .beneath = true, .span = over.span});
        *p->lexer = ahead;
        return true;
    }
    if (!shape && over.partial) {
        diag_set(p->diag, over.span, "a derivative is of one name with respect to another");
        diag_hint(p->diag, "write ∂L/∂a, or dL/da");
        return true;
    }
    enum slope_reading reading = shape ? read_as_slope(p, over, under) : READ_AS_NAME;
    if (reading == READ_AS_SLOPE) {
        put_slope_name(p, above);
        put_slope_name(p, slope_part(under, &ahead));
        put_slope(p, (struct span){over.span.start, under.span.end});
        *p->lexer = ahead;
    }
    return reading != READ_AS_NAME;
}

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
    } else if (t.kind == TOKEN_ASSIGN && t.op == OP_COUNT) {
        diag_hint(p->diag, "write '%s=' in one piece", quoted);
    } else if (is_doubled(source, sign->span)) {
        diag_hint(p->diag, "to go on by 1 write a %s= 1", quoted);
    }
}

static void operand_missing(struct parser *p, struct token t)
{
    if (t.kind == TOKEN_BAD) {
        return;
    }
    const struct parser_frame *f = top(p);
    char quoted[QUOTED];
    diag_quote(quoted, p->lexer->source->text + t.span.start, t.span.end - t.span.start);
    if (t.kind == TOKEN_STRING && quoted[0] == '(') {
        diag_set(p->diag, t.span, "a prime is not read here");
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
    } else if (t.kind == TOKEN_END || t.kind == TOKEN_BREAK) {
        diag_set(p->diag, t.span, "an expression is missing here");
        diag_hint(p->diag, "write a number, a name, or a formula such as a*b + c");
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
    const struct parser_frame *f = top(p);
    if (f == NULL || f->kind != FRAME_INDEX || (!f->slice && t.kind != TOKEN_COLON)) {
        return false;
    }
    put(p, (struct item){.kind = ITEM_NOTHING, .span = t.span});
    p->lexer->at = t.span.start;
    p->lexer->open += t.kind == TOKEN_CLOSE;
    p->want_operand = false;
    return true;
}

// "axis=" before an argument: NumPy's way to say which; PyTorch's is "dim=".
static bool read_axis(struct parser *p, struct token t)
{
    struct parser_frame *f = top(p);
    struct token next = lexer_peek(p->lexer);
    if (f == NULL || f->kind != FRAME_CALL || f->axis ||
        !(token_is(p->lexer, t, "axis") || token_is(p->lexer, t, "dim")) ||
        next.kind != TOKEN_ASSIGN || next.op != OP_COUNT) {
        return false;
    }
    lexer_next(p->lexer, p->diag);
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
            put(p, (struct item){.kind = ITEM_NUMBER, .number = words[i].value, .span = word.span});
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
    const struct parser_frame *f = top(p);
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
    put(p, (struct item){.kind = ITEM_TEXT, .span = t.span});
    p->want_operand = false;
    return true;
}

static bool is_function(const char *s, size_t n)
{
    return op_find(s, n, OP_CALL) != OP_COUNT || builtin_find(s, n) != NULL ||
           spelling_function(s, n) != NULL;
}

static bool is_open(struct token t, char mark)
{
    return t.kind == TOKEN_OPEN && t.mark == mark;
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
    bool brace = is_open(number, '{');
    number = brace ? lexer_next(&ahead, &ignored) : number;
    bool negative = number.kind == TOKEN_INFIX && number.op == OP_SUB;
    number = negative ? lexer_next(&ahead, &ignored) : number;
    if (brace) {
        lexer_next(&ahead, &ignored);
    }
    struct token open = lexer_next(&ahead, &ignored);
    bool power = number.kind == TOKEN_NUMBER || number.kind == TOKEN_RAISED;
    if (!power || !is_open(open, '(') ||
        !is_function(token_text(p->lexer, name), token_length(name)) || is_bound(p, name, 0)) {
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
    push(p, (struct parser_frame){.kind = FRAME_CALL, .span = name.span, .raised = number.number});
    return true;
}

// e^x and e**x, where e is no name: the exponential function.
static bool read_exponential(struct parser *p, struct token t)
{
    struct token next = lexer_peek(p->lexer);
    if (!token_is(p->lexer, t, "e") || is_bound(p, t, 0) || next.kind != TOKEN_INFIX ||
        next.op != OP_POW) {
        return false;
    }
    lexer_next(p->lexer, p->diag);
    push(p, (struct parser_frame){.kind = FRAME_EXP, .op = OP_EXP, .span = t.span});
    return true;
}

// np.exp, torch.nn.functional.relu: the module says nothing where it is no name.
static char closing(const struct parser_frame *f)
{
    return f->kind == FRAME_PAREN || f->kind == FRAME_CALL || f->kind == FRAME_SLOPE ? ')'
           : f->kind == FRAME_ARRAY || f->kind == FRAME_INDEX                        ? ']'
           : f->kind == FRAME_BARS                                                   ? '|'
                                                                                     : '}';
}

// How far ahead a comprehension's `for` is looked for.
enum { FOR_AHEAD = 2000 };

// The place of the word `for` at or after byte `at`, or where it was looked for no further.
static size_t find_for(const struct source *source, size_t at)
{
    size_t end = source->length - at < FOR_AHEAD ? source->length : at + FOR_AHEAD;
    const char *s = source->text + at, *stop = source->text + end;
    while (s < stop && (s = memchr(s, 'f', (size_t)(stop - s))) != NULL) {
        bool apart = s > source->text && strchr(" \t\n)]", s[-1]) != NULL;
        if (apart && stop - s > 3 && memcmp(s, "for", 3) == 0 && strchr(" \t", s[3]) != NULL) {
            return (size_t)(s - source->text);
        }
        s++;
    }
    return end;
}

// Where the `for` of a comprehension stands in the bracket just opened; 0: it is none.
static size_t for_inside(struct parser *p)
{
    struct lexer ahead = *p->lexer;
    struct diag ignored;
    diag_clear(&ignored);
    if (p->next_for < ahead.at) {
        p->next_for = find_for(ahead.source, ahead.at);
    }
    size_t open = ahead.open, end = ahead.at + FOR_AHEAD, next = p->next_for;
    bool any = next + 3 < ahead.source->length && memcmp(ahead.source->text + next, "for", 3) == 0;
    while (any && ahead.open >= open && ahead.at < end) {
        struct token t = lexer_next(&ahead, &ignored);
        if (ahead.open == open && token_is(&ahead, t, "for")) {
            return t.at;
        }
        any = t.kind != TOKEN_END && t.kind != TOKEN_BAD;
    }
    return 0;
}

static bool refuse_each(struct parser *p, struct span span)
{
    diag_set(p->diag, span, "this comprehension is not read");
    return diag_hint(p->diag, "write [f(x) for x in X], or sum(f(x, y) for x, y in zip(X, Y))");
}

// x, or x, y, or (x, y), up to `in`, which is taken.
static bool read_each_names(struct parser *p, struct span *names)
{
    struct token t = lexer_next(p->lexer, p->diag);
    names->start = t.at;
    for (; !token_is(p->lexer, t, "in"); t = lexer_next(p->lexer, p->diag)) {
        bool part = (t.kind == TOKEN_NAME && !t.partial) || t.kind == TOKEN_COMMA ||
                    is_open(t, '(') || (t.kind == TOKEN_CLOSE && t.mark == ')');
        if (!part) {
            return refuse_each(p, t.span);
        }
        names->end = t.span.end;
    }
    return names->end > names->start || refuse_each(p, t.span);
}

// [E for x in X]: what comes first is X; E is read once for each element.
static bool read_each(struct parser *p)
{
    size_t at = for_inside(p);
    if (at == 0) {
        return false;
    }
    struct parser_frame f = {.kind = FRAME_EACH, .span = {p->lexer->at, at}};
    p->lexer->at = at + strlen("for");
    if (!read_each_names(p, &f.names)) {
        return true;
    }
    struct lexer ahead = *p->lexer;
    struct token word = lexer_next(&ahead, p->diag), open = lexer_next(&ahead, p->diag);
    f.counts = token_is(&ahead, word, "enumerate");
    f.zip = (f.counts || token_is(&ahead, word, "zip")) && is_open(open, '(');
    *p->lexer = f.zip ? ahead : *p->lexer;
    push(p, f);
    p->want_operand = true;
    return true;
}

// The bracket behind zip(…) or X: the comprehension is complete, and with it the array or the call
// that it stands in.
static void close_each(struct parser *p, struct token t)
{
    struct parser_frame f = *bracket(p);
    if (f.zip) {
        lexer_next(p->lexer, p->diag);
        t = lexer_peek(p->lexer);
    }
    const struct parser_frame *outer = &BUF(struct parser_frame, &p->open)[p->open.count - 2];
    char wanted = closing(outer);
    if (t.kind != TOKEN_CLOSE || t.mark != wanted) {
        if (token_is(p->lexer, t, "if")) {
            diag_set(p->diag, t.span, "a comprehension here takes every element");
            diag_hint(p->diag, "multiply by a comparison: sum((x > 0)*x for x in X)");
        } else {
            refuse_each(p, t.span);
        }
        return;
    }
    bool call = outer->kind == FRAME_CALL;
    struct span name = outer->span;
    pop_bracket(p);
    pop_bracket(p);
    lexer_next(p->lexer, p->diag);
    put(p, (struct item){.kind = ITEM_EACH,
                         .count = f.count + 1,
                         .node = f.counts,
                         .span = f.span,
                         .names = f.names});
    if (call) {
        put(p, (struct item){.kind = ITEM_CALL, .count = 1, .span = name});
    }
    p->want_operand = false;
}

// n.parameters(), where n is no name of a value.
static bool read_params_of(struct parser *p, struct token t)
{
    struct lexer ahead = *p->lexer;
    struct diag ignored;
    diag_clear(&ignored);
    struct token dot = lexer_next(&ahead, &ignored), word = lexer_next(&ahead, &ignored);
    struct token open = lexer_next(&ahead, &ignored), close = lexer_next(&ahead, &ignored);
    if (dot.kind != TOKEN_DOT || !token_is(&ahead, word, "parameters") || !is_open(open, '(') ||
        close.kind != TOKEN_CLOSE || is_bound(p, t, 0)) {
        return false;
    }
    *p->lexer = ahead;
    put(p, (struct item){.kind = ITEM_PARAMS, .span = t.span});
    p->want_operand = false;
    return true;
}

// requires_grad=True says nothing here, label='x' names nothing but is shown. Read over up to the
// comma behind it, or the parenthesis.
static bool read_idle_argument(struct parser *p, struct token t)
{
    struct parser_frame *f = top(p);
    struct token next = lexer_peek(p->lexer);
    if (f == NULL || f->kind != FRAME_CALL || next.kind != TOKEN_ASSIGN || next.op != OP_COUNT ||
        !spelling_idle_argument(token_text(p->lexer, t), token_length(t))) {
        return false;
    }
    size_t outside = p->lexer->open;
    lexer_next(p->lexer, p->diag);
    struct token value = lexer_peek(p->lexer);
    if (token_is(p->lexer, t, "label") && value.kind == TOKEN_STRING && f->count > 0) {
        put(p, (struct item){.kind = ITEM_LABEL, .span = value.span});
    } else if (token_is(p->lexer, t, "create_graph") && token_is(p->lexer, value, "True")) {
        put(p, (struct item){.kind = ITEM_NODES, .span = t.span});
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

// Does a dot follow at once? Most names have none, and are looked at no further.
static bool is_dotted(const struct parser *p, struct token t)
{
    const struct source *s = p->lexer->source;
    return t.kind == TOKEN_NAME && t.span.end < s->length && s->text[t.span.end] == '.';
}

static struct token skip_modules(struct parser *p, struct token t)
{
    struct diag ignored;
    diag_clear(&ignored);
    while (is_dotted(p, t) && spelling_module(token_text(p->lexer, t), token_length(t)) &&
           !is_bound(p, t, 0) && lexer_peek(p->lexer).kind == TOKEN_DOT) {
        struct lexer ahead = *p->lexer;
        lexer_next(&ahead, &ignored);
        struct token name = lexer_next(&ahead, &ignored);
        if (name.kind != TOKEN_NAME) {
            break;
        }
        p->tuple_of_one = token_is(p->lexer, t, "autograd");
        *p->lexer = ahead;
        t = name;
    }
    return t;
}

// The [0] behind torch.autograd.grad(L, W), which gives a tuple of one.
static void skip_first(struct parser *p)
{
    struct diag ignored;
    diag_clear(&ignored);
    struct lexer ahead = *p->lexer;
    struct token open = lexer_next(&ahead, &ignored), zero = lexer_next(&ahead, &ignored);
    struct token close = lexer_next(&ahead, &ignored);
    if (is_open(open, '[') && zero.kind == TOKEN_NUMBER && zero.number == 0 &&
        close.kind == TOKEN_CLOSE && close.mark == ']') {
        *p->lexer = ahead;
    }
}

// The name in \frac{dL}{da}'s braces, which are read over; its kind is TOKEN_END if it is none.
static struct token braced_slope(struct parser *p, struct lexer *ahead)
{
    struct diag ignored;
    diag_clear(&ignored);
    struct token open = lexer_next(ahead, &ignored), name = lexer_next(ahead, &ignored);
    struct token close = lexer_next(ahead, &ignored);
    bool slope = is_open(open, '{') && close.kind == TOKEN_CLOSE && close.mark == '}' &&
                 (name.partial || begins_with_d(p, name));
    name.kind = slope ? name.kind : TOKEN_END;
    return name;
}

// \frac{a}{b} and \sqrt{x}. (Signs and Greek letters are names and signs like others.)
static bool read_latex(struct parser *p, struct token t)
{
    const char *s = token_text(p->lexer, t);
    size_t n = token_length(t);
    bool frac = t.latex && text_among("frac dfrac tfrac", s, n);
    bool root = t.latex && text_among("sqrt", s, n);
    if ((!frac && !root) || !is_open(lexer_peek(p->lexer), '{')) {
        return false;
    }
    struct slope_notation higher;
    if (frac && slope_read_braces(p->lexer, p->names, p->diag, &higher)) {
        put_higher_slope(p, &higher);
        return true;
    }
    struct lexer ahead = *p->lexer;
    struct token over = frac ? braced_slope(p, &ahead) : t;
    struct token under = frac && over.kind != TOKEN_END ? braced_slope(p, &ahead) : t;
    if (frac && over.kind != TOKEN_END && under.kind != TOKEN_END &&
        read_as_slope(p, over, under) == READ_AS_SLOPE) {
        struct lexer within = *p->lexer;
        put_slope_name(p, slope_part(over, &within));
        put_slope_name(p, slope_part(under, &within));
        put_slope(p, (struct span){over.span.start, under.span.end});
        *p->lexer = ahead;
        return true;
    }
    lexer_next(p->lexer, p->diag);
    push(p, (struct parser_frame){
                .kind = frac ? FRAME_FRAC : FRAME_BRACE, .root = root, .span = t.span});
    return true;
}

// A name that does not stand for itself.
static bool read_spelling(struct parser *p, struct token t)
{
    return read_latex(p, t) || read_exponential(p, t) || read_raised_function(p, t);
}

// A comma may stand before the bracket's end.
static bool read_last_comma(struct parser *p, struct token close)
{
    struct parser_frame *f = top(p);
    if (f == NULL || close.mark != (f->kind == FRAME_CALL ? ')' : ']') || f->count == 0 ||
        f->axis || f->slice || (f->kind != FRAME_CALL && f->kind != FRAME_ARRAY)) {
        return false;
    }
    enum item_kind kind = f->kind == FRAME_CALL ? ITEM_CALL : ITEM_ARRAY;
    bool first = f->tuple_of_one;
    put(p, (struct item){.kind = kind, .count = f->count, .span = f->span});
    pop_bracket(p);
    if (first) {
        skip_first(p);
    }
    p->want_operand = false;
    return true;
}

// signed, postfix and primary: everything that may come where an operand is wanted.
static void read_operand(struct parser *p)
{
    p->tuple_of_one = false;
    struct token t = skip_modules(p, lexer_next(p->lexer, p->diag));
    p->number_before = t.kind == TOKEN_NUMBER;
    if (read_text(p, t)) {
        p->last = t.span;
        return;
    }
    switch (t.kind) {
    case TOKEN_NUMBER:
        put(p, (struct item){.kind = ITEM_NUMBER, .number = t.number, .span = t.span});
        p->want_operand = false;
        break;
    case TOKEN_NODE:
        if (t.partial && read_slope(p, t)) {
            break;
        }
        put(p, (struct item){.kind = ITEM_NODE, .node = t.node, .span = t.span});
        p->want_operand = false;
        break;
    case TOKEN_NAME:
        if (read_slope(p, t) || read_axis(p, t) || read_idle_argument(p, t) ||
            read_spelling(p, t) || read_params_of(p, t)) {
            break;
        }
        if (is_open(lexer_peek(p->lexer), '(')) {
            lexer_next(p->lexer, p->diag);
            push(p, (struct parser_frame){
                        .kind = FRAME_CALL, .tuple_of_one = p->tuple_of_one, .span = t.span});
            read_each(p);
            break;
        }
        put(p, (struct item){.kind = ITEM_NAME, .span = t.span});
        p->want_operand = false;
        break;
    case TOKEN_INFIX:
        if (t.op == OP_MUL && top(p) != NULL && top(p)->kind == FRAME_CALL) {
            top(p)->spread = true;
        } else if (t.op == OP_SUB) {
            push(p, (struct parser_frame){.kind = FRAME_NEGATE, .span = t.span});
        } else if (t.op != OP_ADD) {
            operand_missing(p, t);
        }
        break;
    case TOKEN_PARTIAL:
        if (!read_slope(p, t)) {
            operand_missing(p, t);
        }
        break;
    case TOKEN_ROOT:
        push(p, (struct parser_frame){.kind = FRAME_ROOT, .op = OP_SQRT, .span = t.span});
        break;
    case TOKEN_BAR:
        if (lexer_peek(p->lexer).kind == TOKEN_BAR) {
            diag_set(p->diag, t.span, "a norm is not written with bars here");
            diag_hint(p->diag, "write sqrt(sum(w**2))");
            break;
        }
        push(p, (struct parser_frame){.kind = FRAME_BARS, .span = t.span});
        break;
    case TOKEN_OPEN:
        if (t.mark == '{' && top(p) != NULL &&
            (top(p)->op == OP_POW || top(p)->kind == FRAME_EXP)) {
            push(p, (struct parser_frame){.kind = FRAME_BRACE, .span = t.span});
            break;
        }
        if (t.mark == '{') {
            operand_missing(p, t);
            break;
        }
        push(p, (struct parser_frame){.kind = t.mark == '(' ? FRAME_PAREN : FRAME_ARRAY,
                                      .span = t.span});
        if (t.mark == '[') {
            read_each(p);
        }
        break;
    case TOKEN_COLON:
    case TOKEN_COMMA:
        if (!read_missing_bound(p, t)) {
            operand_missing(p, t);
        }
        break;
    case TOKEN_CLOSE:
        if (read_missing_bound(p, t) || read_last_comma(p, t)) {
            break;
        }
        if (t.mark == ')' && top(p) != NULL && top(p)->kind == FRAME_CALL && top(p)->count == 0) {
            put(p, (struct item){.kind = ITEM_CALL, .count = 0, .span = top(p)->span});
            pop_bracket(p);
            p->want_operand = false;
            break;
        }
        operand_missing(p, t);
        break;
    default:
        operand_missing(p, t);
    }
    p->last = t.span;
}

// "." name, or "." name "(": a field, or a function called as a method.
static void read_field(struct parser *p)
{
    lexer_next(p->lexer, p->diag);
    struct token name = lexer_next(p->lexer, p->diag);
    if (name.kind != TOKEN_NAME || name.partial) {
        diag_set(p->diag, name.span, "a field's name is missing after the point");
        diag_hint(p->diag, "fields are .data and .grad; a function may follow too: x.tanh()");
        return;
    }
    struct token next = lexer_peek(p->lexer);
    if (next.kind == TOKEN_OPEN && next.mark == '(') {
        struct span span = name.span;
        lexer_next(p->lexer, p->diag);
        struct lexer ahead = *p->lexer;
        struct token after = lexer_next(&ahead, p->diag);
        if (after.kind == TOKEN_CLOSE && after.mark == ')') {
            *p->lexer = ahead;
            put(p, (struct item){.kind = ITEM_CALL, .count = 1, .span = span});
        } else {
            push(p, (struct parser_frame){.kind = FRAME_CALL, .count = 1, .span = span});
            p->want_operand = true;
        }
        return;
    }
    put(p, (struct item){.kind = ITEM_FIELD, .span = name.span});
    p->last = name.span;
}

// A part of a bracket is complete: what its frame remembers of it is put out.
static void end_part(struct parser *p)
{
    struct parser_frame *f = top(p);
    if (f->axis) {
        put(p, (struct item){.kind = ITEM_AXIS, .span = f->span});
    }
    if (f->slice) {
        put(p, (struct item){.kind = ITEM_SLICE, .span = f->span});
    }
    if (f->spread) {
        put(p, (struct item){.kind = ITEM_SPREAD, .span = f->span});
    }
    f->axis = f->slice = f->spread = false;
    f->count++;
}

// What a bracket that is closed comes to.
static void put_bracket(struct parser *p, const struct parser_frame *f)
{
    static const enum item_kind items[] = {
        [FRAME_CALL] = ITEM_CALL, [FRAME_ARRAY] = ITEM_ARRAY, [FRAME_INDEX] = ITEM_INDEX};
    if (f->kind == FRAME_BARS) {
        put(p, (struct item){.kind = ITEM_OP, .op = OP_ABS, .span = f->span});
    } else if (f->kind == FRAME_FRAC) {
        put(p, (struct item){.kind = ITEM_OP, .op = OP_DIV, .span = f->span});
    } else if (f->kind == FRAME_BRACE && f->root) {
        put(p, (struct item){.kind = ITEM_OP, .op = OP_SQRT, .span = f->span});
    } else if (f->tuple) {
        put(p, (struct item){.kind = ITEM_TUPLE, .count = f->count + 1, .span = f->span});
    } else if (f->kind != FRAME_PAREN && f->kind != FRAME_BRACE) {
        put(p, (struct item){.kind = items[f->kind], .count = f->count, .span = f->span});
    }
    if (f->raised != 0) {
        put(p, (struct item){.kind = ITEM_NUMBER, .number = f->raised, .span = f->span});
        put(p, (struct item){.kind = ITEM_OP, .op = OP_POW, .span = f->span});
    }
}

static void read_close(struct parser *p, struct token t)
{
    reduce(p, PRECEDENCE_COMPARE);
    struct parser_frame *f = bracket(p);
    if (f->kind == FRAME_EACH) {
        close_each(p, t);
        return;
    }
    char wanted = closing(f);
    if (t.mark != wanted) {
        diag_set(p->diag, t.span, "'%c' closes nothing that is open here", t.mark);
        diag_hint(p->diag, "the open bracket here is '%c'",
                  wanted == ')'   ? '('
                  : wanted == ']' ? '['
                  : wanted == '}' ? '{'
                                  : '|');
        return;
    }
    if (f->kind == FRAME_CALL || f->kind == FRAME_ARRAY || f->kind == FRAME_INDEX) {
        end_part(p);
    }
    lexer_next(p->lexer, p->diag);
    if (f->kind == FRAME_FRAC && f->count++ == 0) {
        struct token open = lexer_next(p->lexer, p->diag);
        if (!is_open(open, '{')) {
            diag_set(p->diag, open.span, "the second part of this fraction is missing");
            diag_hint(p->diag, "write \\frac{a}{b}, or a/b");
        }
        p->want_operand = true;
        return;
    }
    struct parser_frame closed = *f;
    pop_bracket(p);
    if (closed.kind == FRAME_SLOPE) {
        end_nested_slope(p, closed.span, closed.beneath);
        return;
    }
    put_bracket(p, &closed);
    if (closed.tuple_of_one) {
        skip_first(p);
    }
}

// (2, 3) as the argument of a call: a vector, for what takes a shape.
static bool is_tuple(struct parser *p)
{
    return top(p)->kind == FRAME_PAREN && p->open.count > 1 &&
           BUF(struct parser_frame, &p->open)[p->open.count - 2].kind == FRAME_CALL;
}

static void read_comma(struct parser *p, struct token t)
{
    reduce(p, PRECEDENCE_COMPARE);
    if ((top(p)->kind == FRAME_EACH && top(p)->zip) || is_tuple(p)) {
        top(p)->tuple = top(p)->kind == FRAME_PAREN;
        top(p)->count++;
        p->want_operand = true;
        lexer_next(p->lexer, p->diag);
        return;
    }
    if (top(p)->kind != FRAME_CALL && top(p)->kind != FRAME_ARRAY && top(p)->kind != FRAME_INDEX) {
        diag_set(p->diag, t.span, "a comma separates the values given to a function");
        diag_hint(p->diag, "a name before the parenthesis is missing, or there is a comma too many");
        return;
    }
    end_part(p);
    p->want_operand = true;
    lexer_next(p->lexer, p->diag);
}

// The ":" of a slice, inside the brackets of an index.
static void read_colon(struct parser *p, struct token t)
{
    reduce(p, PRECEDENCE_COMPARE);
    struct parser_frame *f = bracket(p);
    if (f->kind == FRAME_INDEX && f->slice) {
        diag_set(p->diag, t.span, "a slice here has no step");
        diag_hint(p->diag, "an array of indices takes any rows: X[range(0, len(X), 2)]");
        return;
    }
    if (f->kind != FRAME_INDEX) {
        diag_set(p->diag, t.span, "a slice has one ':', between its bounds");
        diag_hint(p->diag, "write X[1:3] or X[:, 0]");
        return;
    }
    f->slice = p->want_operand = true;
    lexer_next(p->lexer, p->diag);
}

static void read_infix(struct parser *p, struct token t)
{
    int tight = precedence(t.op);
    // Powers group from the right, comparisons not at all, the rest from the left.
    reduce(p, t.op == OP_POW ? tight + 1 : tight == PRECEDENCE_COMPARE ? tight + 1 : tight);
    const struct parser_frame *f = top(p);
    if (tight == PRECEDENCE_COMPARE && frame_precedence(f) == PRECEDENCE_COMPARE) {
        diag_set(p->diag, t.span, "comparisons do not chain");
        diag_hint(p->diag, "write (a < b)*(b < c)");
        return;
    }
    push(p, (struct parser_frame){.kind = FRAME_INFIX, .op = t.op, .span = t.span});
    p->want_operand = true;
    lexer_next(p->lexer, p->diag);
}

static void read_matmul(struct parser *p, struct token t)
{
    reduce(p, PRECEDENCE_PRODUCT);
    push(p, (struct parser_frame){.kind = FRAME_MATMUL, .op = OP_COUNT, .span = t.span});
    p->want_operand = true;
    lexer_next(p->lexer, p->diag);
}

bool parser_refuse_operand(const struct lexer *l, struct token t, struct diag *d, const char *hint)
{
    char quoted[QUOTED];
    const char *foreign =
        t.kind == TOKEN_NAME ? foreign_hint(token_text(l, t), token_length(t), false) : NULL;
    diag_quote(quoted, l->source->text + t.at, t.span.end - t.at);
    diag_set(d, t.span, "'%s' follows without an operation between", quoted);
    return diag_hint(d, "%s", foreign != NULL ? foreign : hint);
}

// A value follows a value inside a bracket.
static void sign_missing(struct parser *p, const struct parser_frame *f, struct token t)
{
    parser_refuse_operand(p->lexer, t, p->diag,
                          f->kind == FRAME_PAREN || closing(f) == '}'
                              ? "to multiply write *"
                              : "a '*' or a ',' is missing here");
}

static void finish(struct parser *p)
{
    struct token t = lexer_peek(p->lexer);
    reduce(p, PRECEDENCE_COMPARE);
    const struct parser_frame *f = top(p);
    if (f != NULL && f->kind == FRAME_EACH && token_is(p->lexer, t, "if")) {
        close_each(p, t);
        return;
    }
    bool value = t.kind == TOKEN_NAME || t.kind == TOKEN_NUMBER || t.kind == TOKEN_NODE ||
                 t.kind == TOKEN_OPEN || t.kind == TOKEN_ROOT || t.kind == TOKEN_STRING;
    if (f != NULL && value) {
        sign_missing(p, f, t);
    } else if (f != NULL && t.kind == TOKEN_ASSIGN) {
        diag_set(p->diag, t.span, "an '=' is not allowed inside brackets");
        diag_hint(p->diag, "to compare write ==");
    } else if (f != NULL) {
        char wanted = closing(f);
        bool call = f->kind == FRAME_CALL;
        diag_set(p->diag, f->span,
                 call            ? "this call's parenthesis is never closed"
                 : wanted == ')' ? "this parenthesis is never closed"
                 : wanted == ']' ? "this bracket is never closed"
                                 : "this is never closed");
        diag_hint(p->diag, "a '%c' is missing", wanted);
    } else {
        put(p, (struct item){.kind = ITEM_END, .span = p->last});
    }
}

// a/2x and a**2x are read in two ways by two people.
static void refuse_two_readings(struct parser *p, const struct parser_frame *f, struct token t)
{
    char a[QUOTED], b[QUOTED];
    const char *s = p->lexer->source->text, *sign = f->op == OP_DIV ? "/" : "**";
    diag_quote(a, s + p->last.start, p->last.end - p->last.start);
    diag_quote(b, s + t.at, t.span.end - t.at);
    bool paren = t.kind == TOKEN_OPEN;
    diag_set(p->diag, (struct span){p->last.start, t.span.end},
             "this could be …%s(%s*%s%s) or (…%s%s)*%s%s", sign, a, b, paren ? "…)" : "", sign, a,
             b, paren ? "…)" : "");
    diag_hint(p->diag, "write the one that you mean");
}

// 2e, 0xZ, 1_x: what follows looks like the rest of a number that was not read to its end.
static bool looks_like_number(struct parser *p, struct token t)
{
    const char *s = token_text(p->lexer, t);
    return s[0] == '_' ||
           (token_length(t) > 1 && (s[0] == 'x' || s[0] == 'e') && s[1] >= '0' && s[1] <= '9');
}

// 2nd = 3: not a product, but a name that does not begin as names do.
static bool is_assigned(struct parser *p, struct token t)
{
    struct lexer after = {.source = p->lexer->source, .at = t.span.end};
    return t.kind == TOKEN_NAME && lexer_peek(&after).kind == TOKEN_ASSIGN;
}

// Is the innermost bracket |?
static bool in_bars(struct parser *p)
{
    for (size_t i = p->open.count; i-- > 0;) {
        const struct parser_frame *f = &BUF(struct parser_frame, &p->open)[i];
        if (is_bracket(f)) {
            return f->kind == FRAME_BARS;
        }
    }
    return false;
}

// 2x, 3(x + 1), 2√x: a written number directly before a name, a parenthesis, a root or a bar.
static bool read_implied_product(struct parser *p, struct token t)
{
    bool begins = t.kind == TOKEN_NAME || t.kind == TOKEN_ROOT || is_open(t, '(') ||
                  (t.kind == TOKEN_BAR && !in_bars(p));
    if (!p->number_before || !begins || t.at != p->last.end ||
        (t.kind == TOKEN_NAME && !t.latex && looks_like_number(p, t)) || is_assigned(p, t)) {
        return false;
    }
    const struct parser_frame *f = top(p);
    if (f != NULL && f->kind == FRAME_INFIX && (f->op == OP_DIV || f->op == OP_POW)) {
        refuse_two_readings(p, f, t);
        return true;
    }
    if (p->implied.end == 0) {
        p->implied = (struct span){p->last.start, t.span.end};
    }
    reduce(p, PRECEDENCE_PRODUCT);
    push(p, (struct parser_frame){
                .kind = FRAME_INFIX, .op = OP_MUL, .span = {p->last.end, p->last.end}});
    p->want_operand = true;
    return true;
}

// W^T: the transpose, where T is no name.
static bool read_transpose(struct parser *p, struct token power)
{
    struct lexer ahead = *p->lexer;
    struct diag ignored;
    diag_clear(&ignored);
    lexer_next(&ahead, &ignored);
    struct token t = lexer_next(&ahead, &ignored);
    bool brace = is_open(t, '{');
    t = brace ? lexer_next(&ahead, &ignored) : t;
    if (power.kind != TOKEN_INFIX || power.op != OP_POW || !token_is(&ahead, t, "T") ||
        p->number_before || is_bound(p, t, 0)) {
        return false;
    }
    if (brace) {
        lexer_next(&ahead, &ignored);
    }
    *p->lexer = ahead;
    put(p, (struct item){.kind = ITEM_TRANSPOSE, .span = t.span});
    p->last = t.span;
    return true;
}

// x², xᵀ: binds tighter than any sign.
static void read_raised(struct parser *p, struct token t)
{
    lexer_next(p->lexer, p->diag);
    if (t.mark == 'T') {
        put(p, (struct item){.kind = ITEM_TRANSPOSE, .span = t.span});
        return;
    }
    put(p, (struct item){.kind = ITEM_NUMBER, .number = t.number, .span = t.span});
    put(p, (struct item){.kind = ITEM_OP, .op = OP_POW, .span = t.span});
}

// y' directly after a name is a prime, not a text.
static bool refuse_prime(struct parser *p, struct token t)
{
    char mark = t.at < p->lexer->source->length ? p->lexer->source->text[t.at] : ' ';
    if ((t.kind != TOKEN_STRING && t.kind != TOKEN_BAD) || mark != '\'' || t.at != p->last.end) {
        return false;
    }
    diag_set(p->diag, (struct span){t.at, t.at + 1}, "a prime is not read here");
    return !diag_hint(p->diag, "a derivative is written dy/dx, the second d2y/dx2; 'derive' gives a formula");
}

static void read_operator(struct parser *p)
{
    struct token t = lexer_peek(p->lexer);
    if (refuse_prime(p, t) || read_implied_product(p, t) || read_transpose(p, t)) {
        return;
    }
    p->number_before = false;
    if (t.kind == TOKEN_BAD) {
        lexer_next(p->lexer, p->diag);
    } else if (t.kind == TOKEN_DOT) {
        read_field(p);
    } else if (t.kind == TOKEN_INFIX) {
        read_infix(p, t);
    } else if (t.kind == TOKEN_MATMUL) {
        read_matmul(p, t);
    } else if (t.kind == TOKEN_RAISED) {
        read_raised(p, t);
    } else if (is_open(t, '[')) {
        push(p, (struct parser_frame){.kind = FRAME_INDEX, .span = t.span});
        p->want_operand = true;
        lexer_next(p->lexer, p->diag);
    } else if (t.kind == TOKEN_COLON && p->brackets > 0) {
        read_colon(p, t);
    } else if ((t.kind == TOKEN_CLOSE || t.kind == TOKEN_BAR) && p->brackets > 0) {
        t.mark = t.kind == TOKEN_BAR ? '|' : t.mark;
        read_close(p, t);
    } else if (t.kind == TOKEN_COMMA && p->brackets > 0) {
        read_comma(p, t);
    } else {
        // A stray bracket or comma too: whoever asked for the expression refuses it.
        finish(p);
    }
}

bool parser_in_slope(const struct parser *p)
{
    return p->open.count > 0 && BUF(struct parser_frame, &p->open)[0].kind == FRAME_SLOPE;
}

struct item parser_next(struct parser *p)
{
    while (p->taken == p->out.count && !p->diag->set) {
        p->taken = p->out.count = 0;
        if (stop_asked(p->stop, ++p->turns)) {
            diag_set(p->diag, p->last, "interrupted");
        }
        if (p->want_operand) {
            read_operand(p);
        } else {
            read_operator(p);
        }
    }
    if (p->diag->set) {
        return (struct item){.kind = ITEM_ERROR};
    }
    return BUF(struct item, &p->out)[p->taken++];
}
