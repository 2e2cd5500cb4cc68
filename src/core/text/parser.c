#include "text/parser.h"

#include <string.h>

#include "engine/stop.h"

enum frame_kind {
    FRAME_INFIX,
    FRAME_MATMUL,
    FRAME_NEGATE,
    FRAME_PAREN,  // this and what follows are brackets
    FRAME_CALL,
    FRAME_ARRAY,
    FRAME_INDEX
};

// Something open, waiting for its right side.
struct frame {
    enum frame_kind kind;
    enum op op;        // FRAME_INFIX
    uint32_t count;    // brackets: parts complete so far
    bool axis;         // FRAME_CALL: the argument in hand was written axis=…
    bool slice;        // FRAME_INDEX: the part in hand is a slice, its ":" read
    struct span span;  // the operator; the bracket; the function's name
};

static bool is_bracket(const struct frame *f)
{
    return f->kind >= FRAME_PAREN;
}

void parser_init(struct parser *p, struct lexer *lexer, const struct names *names,
                 struct diag *diag)
{
    *p = (struct parser){.lexer = lexer, .names = names, .diag = diag};
    buf_init(&p->open, sizeof(struct frame));
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
    p->last = (struct span){p->lexer->at, p->lexer->at};
}

static struct frame *top(struct parser *p)
{
    return p->open.count == 0 ? NULL : &BUF(struct frame, &p->open)[p->open.count - 1];
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

static void push(struct parser *p, struct frame frame)
{
    struct frame *at = buf_push(&p->open, 1);
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
    PRECEDENCE_POWER
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

static int frame_precedence(const struct frame *f)
{
    return f == NULL || is_bracket(f) ? 0
           : f->kind == FRAME_NEGATE  ? PRECEDENCE_SIGN
           : f->kind == FRAME_MATMUL  ? PRECEDENCE_PRODUCT
                                      : precedence(f->op);
}

// Completes what binds at least as tightly as `least`; stops at an open parenthesis.
static void reduce(struct parser *p, int least)
{
    while (frame_precedence(top(p)) >= least) {
        const struct frame *f = top(p);
        enum op op = f->kind == FRAME_NEGATE ? OP_NEG : f->op;
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

// The derivative's part of a token: L of dL or ∂L, %7 of d%7.
static struct item slope_part(struct token t)
{
    size_t skip = t.partial ? 0 : 1;
    return (struct item){.kind = t.kind == TOKEN_NODE ? ITEM_NODE : ITEM_NAME,
                         .node = t.node,
                         .span = {t.span.start + skip, t.span.end}};
}

enum slope_reading { READ_AS_NAME, READ_AS_SLOPE, READ_FAILED };

// dL/da: one primary where dL and da are no names of the learner's and L or a is; see the grammar.
static enum slope_reading read_as_slope(struct parser *p, struct token over, struct token under)
{
    if (over.partial || under.partial) {
        return READ_AS_SLOPE;
    }
    bool over_bound = is_bound(p, over, 0), under_bound = is_bound(p, under, 0);
    bool inner = is_bound(p, over, 1), of = is_bound(p, under, 1);
    if (over_bound != under_bound && inner && of) {
        struct token mine = over_bound ? over : under;
        char a[QUOTED], l[QUOTED], name[QUOTED];
        diag_quote(name, token_text(p->lexer, mine), token_length(mine));
        diag_quote(l, token_text(p->lexer, over) + 1, token_length(over) - 1);
        diag_quote(a, token_text(p->lexer, under) + 1, token_length(under) - 1);
        diag_set(p->diag, over.span,
                 "this could be a derivative or a division, because '%s' is a name of yours", name);
        diag_hint(p->diag, "for the derivative of %s with respect to %s write grad(%s, %s)", l, a,
                  l, a);
        return READ_FAILED;
    }
    p->slope_notice |= over_bound && under_bound && inner && of;
    // dL/dq with nothing known is a slope too, so that the trouble told is the missing L.
    bool letters = token_length(over) == 2 && token_length(under) == 2;
    return !over_bound && !under_bound && (inner || of || letters) ? READ_AS_SLOPE : READ_AS_NAME;
}

// The brackets of dz[0]/dw, if whole numbers are all that they hold: how many, or 0.
static uint32_t read_element(struct lexer *ahead, double at[2])
{
    struct diag ignored = {0};
    uint32_t count = 0;
    struct token t = lexer_next(ahead, &ignored);
    do {
        t = lexer_next(ahead, &ignored);
        bool negative = t.kind == TOKEN_INFIX && t.op == OP_SUB;
        t = negative ? lexer_next(ahead, &ignored) : t;
        if (t.kind != TOKEN_NUMBER || count == 2) {
            return 0;
        }
        at[count++] = negative ? -t.number : t.number;
        t = lexer_next(ahead, &ignored);
    } while (t.kind == TOKEN_COMMA);
    return t.kind == TOKEN_CLOSE && t.mark == ']' ? count : 0;
}

// L of dL, z[0] of dz[0].
static void put_over(struct parser *p, struct token over, const double at[2], uint32_t count)
{
    put(p, slope_part(over));
    for (uint32_t i = 0; i < count; i++) {
        put(p, (struct item){.kind = ITEM_NUMBER, .number = at[i], .span = over.span});
    }
    if (count > 0) {
        put(p, (struct item){.kind = ITEM_INDEX, .count = count, .span = over.span});
    }
}

static bool read_slope(struct parser *p, struct token over)
{
    if (!over.partial && !begins_with_d(p, over)) {
        return false;
    }
    struct lexer ahead = *p->lexer;
    struct diag ignored = {0};
    double at[2] = {0};
    struct token next = lexer_peek(&ahead);
    bool element = next.kind == TOKEN_OPEN && next.mark == '[';
    uint32_t count = element ? read_element(&ahead, at) : 0;
    struct token slash = lexer_next(&ahead, &ignored);
    struct token under = lexer_next(&ahead, &ignored);
    bool shape = slash.kind == TOKEN_INFIX && slash.op == OP_DIV &&
                 (under.partial || begins_with_d(p, under));
    if (!shape && over.partial) {
        diag_set(p->diag, over.span, "a derivative is of one name with respect to another");
        diag_hint(p->diag, "write ∂L/∂a, or dL/da");
        return true;
    }
    enum slope_reading reading = shape ? read_as_slope(p, over, under) : READ_AS_NAME;
    if (reading == READ_AS_SLOPE) {
        put_over(p, over, at, count);
        put(p, slope_part(under));
        put(p, (struct item){.kind = ITEM_SLOPE, .span = {over.span.start, under.span.end}});
        *p->lexer = ahead;
        p->want_operand = false;
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
static void right_side_missing(struct parser *p, const struct frame *sign, struct token t)
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
    const struct frame *f = top(p);
    char quoted[QUOTED];
    diag_quote(quoted, p->lexer->source->text + t.span.start, t.span.end - t.span.start);
    if (t.kind == TOKEN_STRING) {
        diag_set(p->diag, t.span, "a text is not a value");
        diag_hint(p->diag,
                  "only file names stand in quotation marks, as in load_csv(\"iris.csv\")");
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
    const struct frame *f = top(p);
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
    struct frame *f = top(p);
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
    const struct frame *f = top(p);
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

// signed, postfix and primary: everything that may come where an operand is wanted.
static void read_operand(struct parser *p)
{
    struct token t = lexer_next(p->lexer, p->diag);
    struct token next = {.kind = TOKEN_END};
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
        if (read_slope(p, t) || read_axis(p, t)) {
            break;
        }
        next = lexer_peek(p->lexer);
        if (next.kind == TOKEN_OPEN && next.mark == '(') {
            lexer_next(p->lexer, p->diag);
            push(p, (struct frame){.kind = FRAME_CALL, .span = t.span});
            break;
        }
        put(p, (struct item){.kind = ITEM_NAME, .span = t.span});
        p->want_operand = false;
        break;
    case TOKEN_INFIX:
        if (t.op == OP_SUB) {
            push(p, (struct frame){.kind = FRAME_NEGATE, .span = t.span});
        } else if (t.op != OP_ADD) {
            operand_missing(p, t);
        }
        break;
    case TOKEN_OPEN:
        if (t.mark == '{') {
            operand_missing(p, t);
            break;
        }
        push(p, (struct frame){.kind = t.mark == '(' ? FRAME_PAREN : FRAME_ARRAY, .span = t.span});
        break;
    case TOKEN_COLON:
    case TOKEN_COMMA:
        if (!read_missing_bound(p, t)) {
            operand_missing(p, t);
        }
        break;
    case TOKEN_CLOSE:
        if (read_missing_bound(p, t)) {
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
            push(p, (struct frame){.kind = FRAME_CALL, .count = 1, .span = span});
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
    struct frame *f = top(p);
    if (f->axis) {
        put(p, (struct item){.kind = ITEM_AXIS, .span = f->span});
    }
    if (f->slice) {
        put(p, (struct item){.kind = ITEM_SLICE, .span = f->span});
    }
    f->axis = f->slice = false;
    f->count++;
}

static void read_close(struct parser *p, struct token t)
{
    static const enum item_kind items[] = {
        [FRAME_CALL] = ITEM_CALL, [FRAME_ARRAY] = ITEM_ARRAY, [FRAME_INDEX] = ITEM_INDEX};
    reduce(p, PRECEDENCE_COMPARE);
    struct frame *f = top(p);
    char wanted = f->kind == FRAME_PAREN || f->kind == FRAME_CALL ? ')' : ']';
    if (t.mark != wanted) {
        diag_set(p->diag, t.span, "'%c' closes nothing that is open here", t.mark);
        diag_hint(p->diag, "the open bracket here is '%c'", wanted == ')' ? '(' : '[');
        return;
    }
    if (f->kind != FRAME_PAREN) {
        end_part(p);
        put(p, (struct item){.kind = items[f->kind], .count = f->count, .span = f->span});
    }
    pop_bracket(p);
    lexer_next(p->lexer, p->diag);
}

static void read_comma(struct parser *p, struct token t)
{
    reduce(p, PRECEDENCE_COMPARE);
    if (top(p)->kind == FRAME_PAREN) {
        diag_set(p->diag, t.span, "a comma stands between the values given to a function");
        diag_hint(p->diag, "a name before the parenthesis is missing, or the comma is too much");
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
    struct frame *f = top(p);
    if (f->kind == FRAME_INDEX && f->slice) {
        diag_set(p->diag, t.span, "a slice here has no step");
        diag_hint(p->diag, "an array of indices takes any rows: X[range(0, len(X), 2)]");
        return;
    }
    if (f->kind != FRAME_INDEX) {
        diag_set(p->diag, t.span, "':' stands only once, and between the bounds of a slice");
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
    const struct frame *f = top(p);
    if (tight == PRECEDENCE_COMPARE && frame_precedence(f) == PRECEDENCE_COMPARE) {
        diag_set(p->diag, t.span, "comparisons do not chain");
        diag_hint(p->diag, "write (a < b)*(b < c)");
        return;
    }
    push(p, (struct frame){.kind = FRAME_INFIX, .op = t.op, .span = t.span});
    p->want_operand = true;
    lexer_next(p->lexer, p->diag);
}

static void read_matmul(struct parser *p, struct token t)
{
    reduce(p, PRECEDENCE_PRODUCT);
    push(p, (struct frame){.kind = FRAME_MATMUL, .op = OP_COUNT, .span = t.span});
    p->want_operand = true;
    lexer_next(p->lexer, p->diag);
}

static void finish(struct parser *p)
{
    reduce(p, PRECEDENCE_COMPARE);
    const struct frame *f = top(p);
    if (f != NULL) {
        bool call = f->kind == FRAME_CALL;
        bool square = f->kind == FRAME_ARRAY || f->kind == FRAME_INDEX;
        diag_set(p->diag, f->span,
                 call     ? "this call's parenthesis is never closed"
                 : square ? "this bracket is never closed"
                          : "this parenthesis is never closed");
        diag_hint(p->diag, "a '%c' is missing", square ? ']' : ')');
        return;
    }
    put(p, (struct item){.kind = ITEM_END, .span = p->last});
}

static void read_operator(struct parser *p)
{
    struct token t = lexer_peek(p->lexer);
    if (t.kind == TOKEN_BAD) {
        lexer_next(p->lexer, p->diag);
    } else if (t.kind == TOKEN_DOT) {
        read_field(p);
    } else if (t.kind == TOKEN_INFIX) {
        read_infix(p, t);
    } else if (t.kind == TOKEN_MATMUL) {
        read_matmul(p, t);
    } else if (t.kind == TOKEN_OPEN && t.mark == '[') {
        push(p, (struct frame){.kind = FRAME_INDEX, .span = t.span});
        p->want_operand = true;
        lexer_next(p->lexer, p->diag);
    } else if (t.kind == TOKEN_COLON && p->brackets > 0) {
        read_colon(p, t);
    } else if (t.kind == TOKEN_CLOSE && p->brackets > 0) {
        read_close(p, t);
    } else if (t.kind == TOKEN_COMMA && p->brackets > 0) {
        read_comma(p, t);
    } else {
        // A stray bracket or comma too: whoever asked for the expression refuses it.
        finish(p);
    }
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
