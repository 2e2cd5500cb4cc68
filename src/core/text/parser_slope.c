// Derivatives in an expression: dL/da, ∂²f/∂x∂y, d(dL/da)/db; and \frac, which may be one.
#include "text/parser_parts.h"
#include "text/slope.h"

static bool begins_with_d(struct parser *p, struct token t)
{
    return t.kind == TOKEN_NAME && token_length(t) > 1 && token_text(p->lexer, t)[0] == 'd';
}

bool parser_is_bound(struct parser *p, struct token t, size_t skip)
{
    return names_lookup(p->names, token_text(p->lexer, t) + skip, token_length(t) - skip).rank !=
           VALUE_UNBOUND;
}

// The derivative's part of a token: L of dL or ∂L, %7 of d%7, W[0] of dW[0], the lexer being after
// the token, and then after the brackets.
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
    bool over_bound = parser_is_bound(p, over, 0), under_bound = parser_is_bound(p, under, 0);
    bool inner = parser_is_bound(p, over, 1), of = parser_is_bound(p, under, 1);
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
    parser_put(p, (struct item){.kind = name.node != NODE_NONE ? ITEM_NODE : ITEM_NAME,
                                .node = name.node,
                                .span = name.span});
    for (uint32_t i = 0; i < name.count; i++) {
        parser_put(p, (struct item){.kind = ITEM_NUMBER, .number = name.at[i], .span = name.span});
    }
    if (name.count > 0) {
        parser_put(p, (struct item){.kind = ITEM_INDEX, .count = name.count, .span = name.span});
    }
}

// The derivative of the last two operands; in the parentheses of d(dL/da)/db it is a node.
static void put_slope(struct parser *p, struct span span)
{
    const struct parser_frame *f = parser_top(p);
    enum slope_use use = f == NULL || f->kind != FRAME_SLOPE ? SLOPE_PLAIN
                         : f->beneath                        ? SLOPE_BENEATH
                                                             : SLOPE_OVER;
    parser_put(p, (struct item){.kind = ITEM_SLOPE, .count = use, .span = span});
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
    parser_push(p, (struct parser_frame){.kind = FRAME_SLOPE, .span = d.span});
    return true;
}

// The /db after the parenthesis of d(dL/da) that was just closed.
void parser_end_nested_slope(struct parser *p, struct span span, bool beneath)
{
    if (beneath) {
        put_slope(p, span);
        return;
    }
    struct token slash = lexer_next(p->lexer, p->diag), under = lexer_next(p->lexer, p->diag);
    BS_ASSERT(slash.kind == TOKEN_INFIX && slash.op == OP_DIV);  // slope_nests has looked
    if (slope_opens(p->lexer, under)) {
        lexer_next(p->lexer, p->diag);
        parser_push(p, (struct parser_frame){.kind = FRAME_SLOPE, .beneath = true, .span = span});
        p->want_operand = true;
    } else {
        put_slope_name(p, slope_part(under, p->lexer));
        put_slope(p, (struct span){span.start, under.span.end});
        p->last = under.span;
    }
}

bool parser_read_slope(struct parser *p, struct token over)
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
                  (over.partial || parser_is_bound(p, over, 1));
    if (nested) {  // dP/d(dL/da)
        put_slope_name(p, above);
        lexer_next(&ahead, &ignored);
        parser_push(p,
                    (struct parser_frame){.kind = FRAME_SLOPE, .beneath = true, .span = over.span});
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

// The name in \frac{dL}{da}'s braces, which are read over; its kind is TOKEN_END if it is not one. Where it is
// one and the brace is not closed, the parser's diag is set.
static struct token braced_slope(struct parser *p, struct lexer *ahead)
{
    struct diag ignored;
    diag_clear(&ignored);
    struct token open = lexer_next(ahead, &ignored), name = lexer_next(ahead, &ignored);
    struct token close = lexer_next(ahead, &ignored);
    bool part = token_opens(open, '{') && (name.partial || begins_with_d(p, name));
    bool slope = part && !slope_unclosed(open, close, p->diag) && token_closes(close, '}');
    name.kind = slope ? name.kind : TOKEN_END;
    return name;
}

bool parser_read_tex_argument(struct parser *p)
{
    const struct source *source = p->lexer->source;
    struct token t = lexer_peek(p->lexer);
    uint32_t c;
    size_t bytes =
        t.at < source->length ? utf8_read(source->text + t.at, source->length - t.at, &c) : 0;
    if (t.kind == TOKEN_NAME && t.latex) {
        lexer_next(p->lexer, p->diag);
    } else if (t.kind == TOKEN_NUMBER && text_is_digit(source->text[t.at])) {
        t.number = source->text[t.at] - '0';
        t.span.end = p->lexer->at = t.at + 1;
    } else if (t.kind == TOKEN_NAME && !t.partial && bytes > 0) {
        t.span = (struct span){t.at, t.at + bytes};
        p->lexer->at = t.span.end;
    } else {
        return false;
    }
    parser_put(p, t.kind == TOKEN_NUMBER
                      ? (struct item){.kind = ITEM_NUMBER, .number = t.number, .span = t.span}
                      : (struct item){.kind = ITEM_NAME, .span = t.span});
    p->last = t.span;
    p->want_operand = false;
    return true;
}

// \frac12, \frac1{2}, \frac ab
static bool read_bare_fraction(struct parser *p, struct token t)
{
    if (!parser_read_tex_argument(p)) {
        return false;
    }
    if (token_opens(lexer_peek(p->lexer), '{')) {
        lexer_next(p->lexer, p->diag);
        parser_push(p, (struct parser_frame){.kind = FRAME_FRAC, .count = 1, .span = t.span});
        p->want_operand = true;
    } else if (parser_read_tex_argument(p)) {
        parser_put(p, (struct item){.kind = ITEM_OP, .op = OP_DIV, .span = t.span});
    } else {
        diag_set(p->diag, t.span, "the second part of this fraction is missing");
        diag_hint(p->diag, "write \\frac{a}{b}, or a/b");
    }
    return true;
}

// \sqrt2, \sqrt x, \sqrt[3]{8}
static bool read_bare_root(struct parser *p, struct token t)
{
    struct lexer ahead = *p->lexer;
    struct diag ignored;
    diag_clear(&ignored);
    struct token open = lexer_next(&ahead, &ignored), degree = lexer_next(&ahead, &ignored);
    if (open.kind == TOKEN_NAME || open.kind == TOKEN_NUMBER) {
        parser_push(p, (struct parser_frame){.kind = FRAME_ROOT, .op = OP_SQRT, .span = t.span});
        return true;
    }
    if (!token_opens(open, '[') || degree.kind != TOKEN_NUMBER || degree.number == 0 ||
        !token_closes(lexer_next(&ahead, &ignored), ']') ||
        !token_opens(lexer_next(&ahead, &ignored), '{')) {
        return false;
    }
    *p->lexer = ahead;
    parser_push(
        p, (struct parser_frame){.kind = FRAME_BRACE, .raised = 1 / degree.number, .span = t.span});
    return true;
}

// \frac{a}{b} and \sqrt{x}. (Signs and Greek letters are names and signs like others.)
bool parser_read_latex(struct parser *p, struct token t)
{
    const char *s = token_text(p->lexer, t);
    size_t n = token_length(t);
    bool frac = t.latex && text_among("frac dfrac tfrac", s, n);
    bool root = t.latex && text_among("sqrt", s, n);
    if (!frac && !root) {
        return false;
    }
    if (!token_opens(lexer_peek(p->lexer), '{')) {
        return frac ? read_bare_fraction(p, t) : read_bare_root(p, t);
    }
    struct slope_notation higher;
    if (frac && slope_read_braces(p->lexer, p->names, p->diag, &higher)) {
        put_higher_slope(p, &higher);
        return true;
    }
    struct lexer ahead = *p->lexer;
    struct token over = frac ? braced_slope(p, &ahead) : t;
    struct token under = frac && over.kind != TOKEN_END ? braced_slope(p, &ahead) : t;
    if (p->diag->set) {
        return true;
    }
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
    parser_push(p, (struct parser_frame){
                       .kind = frac ? FRAME_FRAC : FRAME_BRACE, .root = root, .span = t.span});
    return true;
}
