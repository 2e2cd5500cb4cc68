#include <string.h>

#include "base/stop.h"
#include "base/text.h"
#include "text/foreign.h"
#include "text/parser_parts.h"

void parser_begin(struct parser *p, struct lexer *lexer, const struct names *names,
                  struct diag *diag)
{
    memset(&p->lexer, 0, sizeof *p - offsetof(struct parser, lexer));
    p->open.size = sizeof(struct parser_frame);
    p->out.size = sizeof(struct item);
    p->lexer = lexer;
    p->names = names;
    p->diag = diag;
    p->want_operand = true;
    p->last = (struct span){lexer->at, lexer->at};
}

void parser_rest(struct parser *p)
{
    buf_rest(&p->open);
    buf_rest(&p->out);
}

void parser_init(struct parser *p, struct lexer *lexer, const struct names *names,
                 struct diag *diag)
{
    p->open = p->out = (struct buf){0};
    parser_begin(p, lexer, names, diag);
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

static enum precedence frame_precedence(const struct parser_frame *f)
{
    return f == NULL || parser_is_bracket(f) ? PRECEDENCE_ANY
           : f->kind == FRAME_NEGATE         ? PRECEDENCE_SIGN
           : f->kind == FRAME_EXP            ? PRECEDENCE_POWER
           : f->kind == FRAME_ROOT           ? PRECEDENCE_ROOT
           : f->kind == FRAME_MATMUL         ? PRECEDENCE_PRODUCT
                                             : precedence_of(f->op);
}

// Completes what binds at least as tightly as `least`; stops at an open parenthesis.
void parser_reduce(struct parser *p, enum precedence least)
{
    for (const struct parser_frame *f = parser_top(p); f != NULL && frame_precedence(f) >= least;
         f = parser_top(p)) {
        enum op op = f->kind == FRAME_NEGATE ? OP_NEG
                     : f->kind == FRAME_EXP  ? OP_EXP
                     : f->kind == FRAME_ROOT ? OP_SQRT
                                             : f->op;
        parser_add(p, f->kind == FRAME_MATMUL ? ITEM_MATMUL : ITEM_OP, f->span)->op = op;
        p->open.count--;
    }
}

// Is it to be interrupted?
static void look_around(struct parser *p)
{
    if (stop_asked(p->stop, ++p->turns)) {
        diag_set(p->diag, p->last, "interrupted");
    }
}

static void read_infix(struct parser *p, enum op op, struct span span)
{
    enum precedence tight = precedence_of(op);
    parser_reduce(p, precedence_left(tight));
    const struct parser_frame *f = parser_top(p);
    if (tight == PRECEDENCE_COMPARE && frame_precedence(f) == PRECEDENCE_COMPARE) {
        diag_set(p->diag, span, "comparisons do not chain");
        diag_hint(p->diag, "write (a < b)*(b < c)");
        return;
    }
    parser_wait(p, FRAME_INFIX, op, span);
    p->want_operand = true;
    p->lexer->at = span.end;
}

static void read_matmul(struct parser *p, struct token t)
{
    parser_reduce(p, PRECEDENCE_PRODUCT);
    parser_wait(p, FRAME_MATMUL, OP_COUNT, t.span);
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
                          f->kind == FRAME_PAREN || parser_closing(f) == '}'
                              ? "to multiply write *"
                              : "a '*' or a ',' is missing here");
}

static void finish(struct parser *p)
{
    struct token t = lexer_peek(p->lexer);
    parser_reduce(p, PRECEDENCE_COMPARE);
    const struct parser_frame *f = parser_top(p);
    if (f != NULL && f->kind == FRAME_EACH && token_is(p->lexer, t, "if")) {
        parser_close_each(p, t);
        return;
    }
    bool value = t.kind == TOKEN_NAME || t.kind == TOKEN_NUMBER || t.kind == TOKEN_NODE ||
                 t.kind == TOKEN_OPEN || t.kind == TOKEN_ROOT || t.kind == TOKEN_STRING;
    if (f != NULL && t.kind == TOKEN_BREAK && parser_closing(f) == ']') {
        diag_set(p->diag, t.span, "a ';' ends the statement, also in brackets");
        diag_hint(p->diag, "rows are written [[1, 2], [3, 4]]");
    } else if (f != NULL && value) {
        sign_missing(p, f, t);
    } else if (f != NULL && t.kind == TOKEN_ASSIGN) {
        diag_set(p->diag, t.span, "an '=' is not allowed inside brackets");
        diag_hint(p->diag, "to compare write ==");
    } else if (f != NULL) {
        char wanted = parser_closing(f);
        bool call = f->kind == FRAME_CALL;
        diag_set(p->diag, f->span,
                 call            ? "this call's parenthesis is never closed"
                 : wanted == ')' ? "this parenthesis is never closed"
                 : wanted == ']' ? "this bracket is never closed"
                 : wanted == '|' ? "this bar is never closed"
                                 : "this brace is never closed");
        diag_hint(p->diag, "a '%c' is missing", wanted);
    } else {
        parser_add(p, ITEM_END, p->last);
    }
}

// a/2x, a**2x and 1/(x + 1)(x - 1) are read in two ways by two people.
static void refuse_two_readings(struct parser *p, const struct parser_frame *f, struct token t)
{
    char a[QUOTED], b[QUOTED];
    const char *s = p->lexer->source->text;
    const char *sign = f->kind == FRAME_MATMUL ? " @ " : f->op == OP_DIV ? "/" : "**";
    struct span left = p->number_before ? p->last : p->closed_name;
    struct span at = p->number_before ? p->last : (struct span){p->closed - 1, p->closed};
    const char *more = p->number_before ? "" : "(…)";
    bool call = p->lexer->source->length > t.span.end && s[t.span.end] == '(';
    const char *rest = t.kind == TOKEN_OPEN ? "…)" : call ? "(…)" : "";
    diag_quote(a, s + left.start, left.end - left.start);
    diag_quote(b, s + t.at, t.span.end - t.at);
    diag_set(p->diag, (struct span){at.start, t.span.end},
             "this could be …%s(%s%s*%s%s) or (…%s%s%s)*%s%s", sign, a, more, b, rest, sign, a,
             more, b, rest);
    diag_hint(p->diag, "write the one that you mean");
}

// 2e, 0xZ, 1_x: what follows looks like the rest of a number that was not read to its end.
static bool looks_like_number(struct parser *p, struct token t)
{
    const char *s = token_text(p->lexer, t);
    return s[0] == '_' ||
           (token_length(t) > 1 && (s[0] == 'x' || s[0] == 'e') && text_is_digit(s[1]));
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
        if (parser_is_bracket(f)) {
            return f->kind == FRAME_BARS;
        }
    }
    return false;
}

// 2x, 3(x + 1), 2√x: a written number directly before a name, a parenthesis, a root or a bar.
static bool multiplies_number(struct parser *p, struct token t)
{
    bool begins = t.kind == TOKEN_NAME || t.kind == TOKEN_ROOT || token_opens(t, '(') ||
                  (t.kind == TOKEN_BAR && !in_bars(p));
    return p->number_before && begins && t.at == p->last.end &&
           !(t.kind == TOKEN_NAME && !t.latex && looks_like_number(p, t)) && !is_assigned(p, t);
}

// (x + 1)(x - 1), sin(x)cos(x), (x + 1)√x: a parenthesis directly before another, a name or a root.
// No function here gives a function, so that it is not a call.
static bool multiplies_parenthesis(struct parser *p, struct token t)
{
    bool word = t.kind == TOKEN_NAME && !text_among("for if else in and or not is as from to",
                                                    token_text(p->lexer, t), token_length(t));
    bool room = p->closed > 0 && p->lexer->source->text[p->closed] == '\\';  // \left
    return p->closed > 0 && (t.at == p->closed || room) &&
           (word || t.kind == TOKEN_ROOT || token_opens(t, '(')) && !is_assigned(p, t);
}

// Any of these: the '*' is put in.
static bool read_implied_product(struct parser *p, struct token t)
{
    if (!multiplies_number(p, t) && !multiplies_parenthesis(p, t)) {
        return false;
    }
    const struct parser_frame *f = parser_top(p);
    if (f != NULL && (f->kind == FRAME_MATMUL ||
                      (f->kind == FRAME_INFIX && (f->op == OP_DIV || f->op == OP_POW)))) {
        refuse_two_readings(p, f, t);
        return true;
    }
    size_t left = p->number_before ? p->last.end : p->closed;
    if (p->implied.end == 0) {
        p->implied = (struct span){p->number_before ? p->last.start : t.at, t.span.end};
    }
    parser_reduce(p, PRECEDENCE_PRODUCT);
    parser_push(p, (struct parser_frame){.kind = FRAME_INFIX, .op = OP_MUL, .span = {left, left}});
    p->want_operand = true;
    return true;
}

// W^T: the transpose, where T is not a name.
static bool read_transpose(struct parser *p)
{
    struct lexer ahead = *p->lexer;
    struct diag ignored;
    diag_clear(&ignored);
    lexer_next(&ahead, &ignored);
    struct token t = lexer_next(&ahead, &ignored);
    bool brace = token_opens(t, '{');
    t = brace ? lexer_next(&ahead, &ignored) : t;
    if (!token_is(&ahead, t, "T") || p->number_before || parser_is_bound(p, t, 0) ||
        (brace && !token_closes(lexer_next(&ahead, &ignored), '}'))) {
        return false;
    }
    *p->lexer = ahead;
    parser_put(p, (struct item){.kind = ITEM_TRANSPOSE, .span = t.span});
    p->last = t.span;
    return true;
}

// x², xᵀ: binds tighter than any sign.
static void read_raised(struct parser *p, struct token t)
{
    lexer_next(p->lexer, p->diag);
    p->closed = p->closed == t.at ? t.span.end : 0;
    if (t.mark == 'T') {
        parser_put(p, (struct item){.kind = ITEM_TRANSPOSE, .span = t.span});
        return;
    }
    parser_put(p, (struct item){.kind = ITEM_NUMBER, .number = t.number, .span = t.span});
    parser_put(p, (struct item){.kind = ITEM_OP, .op = OP_POW, .span = t.span});
}

// y' directly after a name is a prime, not a text.
static bool refuse_prime(struct parser *p, struct token t)
{
    char mark = p->lexer->source->text[t.at];
    bool behind = t.at == p->last.end || (p->closed > 0 && t.at == p->closed);
    if ((t.kind != TOKEN_STRING && t.kind != TOKEN_BAD) || mark != '\'' || !behind) {
        return false;
    }
    diag_set(p->diag, (struct span){t.at, t.at + 1}, "a prime is not understood here");
    return !diag_hint(
        p->diag, "a derivative is written dy/dx, the second d2y/dx2; 'derive' gives a formula");
}

// x!, which looks like a negation where it comes first.
static bool refuse_factorial(struct parser *p, struct token t)
{
    const struct source *source = p->lexer->source;
    if (t.kind != TOKEN_BAD || source->text[t.at] != '!') {
        return false;
    }
    diag_set(p->diag, t.span, "'!' is not an operation here");
    return !diag_hint(p->diag, "4! is written 4*3*2; '!=' is 'differs from'");
}

// May it be more than it seems: a prime, a factorial, the right side of 2x, the ^ of W^T?
static bool is_doubtful(struct token t)
{
    switch (t.kind) {
    case TOKEN_INFIX:
        return t.op == OP_POW;
    case TOKEN_END:
    case TOKEN_BREAK:
    case TOKEN_CLOSE:
    case TOKEN_COMMA:
        return false;
    default:
        return true;
    }
}

static void read_operator(struct parser *p)
{
    struct token t = lexer_peek(p->lexer);
    if (is_doubtful(t) &&
        (refuse_prime(p, t) || refuse_factorial(p, t) || read_implied_product(p, t) ||
         (t.kind == TOKEN_INFIX && read_transpose(p)))) {
        return;
    }
    p->number_before = false;
    if (t.kind == TOKEN_BAD && p->brackets == 0 && p->lexer->source->text[t.at] == '?') {
        finish(p);  // a question: whoever asked for the expression knows what it means
    } else if (t.kind == TOKEN_BAD) {
        lexer_next(p->lexer, p->diag);
    } else if (t.kind == TOKEN_DOT) {
        parser_read_field(p);
    } else if (t.kind == TOKEN_INFIX) {
        read_infix(p, t.op, t.span);
    } else if (t.kind == TOKEN_MATMUL) {
        read_matmul(p, t);
    } else if (t.kind == TOKEN_RAISED) {
        read_raised(p, t);
    } else if (token_opens(t, '[')) {
        parser_push(p, (struct parser_frame){.kind = FRAME_INDEX, .span = t.span});
        p->want_operand = true;
        lexer_next(p->lexer, p->diag);
    } else if (t.kind == TOKEN_COLON && p->brackets > 0) {
        parser_read_colon(p, t);
    } else if ((t.kind == TOKEN_CLOSE || t.kind == TOKEN_BAR) && p->brackets > 0) {
        t.mark = t.kind == TOKEN_BAR ? '|' : t.mark;
        parser_read_close(p, t);
    } else if (t.kind == TOKEN_COMMA && p->brackets > 0) {
        parser_read_comma(p, t);
    } else {
        // A stray bracket or comma too: whoever asked for the expression refuses it.
        finish(p);
    }
}

// The operator after the operand just read, where it is plain and cannot be an error, as most are: then the
// parser need not come back for it. (Otherwise an error in the operand is reported first.)
static void read_plain_operator(struct parser *p)
{
    struct token t = lexer_peek(p->lexer);
    bool ends = token_ends(t.kind) && p->brackets == 0;
    bool plain =
        t.kind == TOKEN_INFIX && t.op != OP_POW && precedence_of(t.op) > PRECEDENCE_COMPARE;
    if (ends || plain) {
        look_around(p);
        p->number_before = false;
    }
    if (ends) {
        finish(p);
    } else if (plain) {
        read_infix(p, t.op, t.span);
    }
}

bool parser_in_slope(const struct parser *p)
{
    return p->open.count > 0 && BUF(struct parser_frame, &p->open)[0].kind == FRAME_SLOPE;
}

const struct item *parser_take(struct parser *p)
{
    static const struct item error = {.kind = ITEM_ERROR};
    while (p->taken == p->out.count && !p->diag->set) {
        p->taken = p->out.count = 0;
        look_around(p);
        if (!p->want_operand) {
            read_operator(p);
            continue;
        }
        parser_read_operand(p);
        if (!p->want_operand && !p->diag->set) {
            read_plain_operator(p);
        }
    }
    return p->diag->set ? &error : &BUF(struct item, &p->out)[p->taken++];
}
