#include "text/slope.h"

#include <string.h>

// What is between two signs d or ∂ below the line, or what looks like it: x of dx, adb of dadb.
struct slope_piece {
    struct span span;  // after its d or ∂
    uint32_t node;     // of %7; else NODE_NONE
    int power;         // written raised: dx²; 0: not so
    bool partial;      // with ∂: what follows is one name
    uint32_t count;    // of an element, which the last name is of: W[0, 1]; else 0
    double at[2];
};

struct below {
    const struct lexer *lexer;
    const struct names *names;
    int order;
    bool bound;     // only names that are
    bool elements;  // brackets belong to the name before them
    struct slope_piece piece[SLOPE_ORDERS];
    size_t pieces;
    // The readings found: how many, and the first two.
    struct slope_name reading[2][SLOPE_ORDERS];
    size_t readings;
    struct slope_name now[SLOPE_ORDERS];
};

static const char *text_at(const struct lexer *l, size_t at)
{
    return l->source->text + at;
}

static bool is_bound(const struct lexer *l, const struct names *names, struct span span)
{
    return names_lookup(names, text_at(l, span.start), span.end - span.start).rank != VALUE_UNBOUND;
}

// Of a derivative of higher order: d2L/da2.
static bool is_order(char c)
{
    return c >= '2' && c <= '9';
}

// ---- Elements and parentheses -------------------------------------------------------------------

uint32_t slope_element(struct lexer *l, size_t end, double at[2])
{
    struct lexer ahead = *l;
    struct diag ignored;
    diag_clear(&ignored);
    uint32_t count = 0;
    struct token t = lexer_next(&ahead, &ignored);
    if (!token_opens(t, '[') || t.at != end) {
        return 0;
    }
    do {
        t = lexer_next(&ahead, &ignored);
        bool negative = t.kind == TOKEN_INFIX && t.op == OP_SUB;
        t = negative ? lexer_next(&ahead, &ignored) : t;
        if (t.kind != TOKEN_NUMBER || count == 2) {
            return 0;
        }
        at[count++] = negative ? -t.number : t.number;
        t = lexer_next(&ahead, &ignored);
    } while (t.kind == TOKEN_COMMA);
    if (!token_closes(t, ']')) {
        return 0;
    }
    *l = ahead;
    return count;
}

bool slope_opens(const struct lexer *lexer, struct token d)
{
    struct lexer ahead = *lexer;
    bool name = d.kind == TOKEN_NAME && !d.partial && token_is(lexer, d, "d");
    struct token open = lexer_peek(&ahead);
    return (name || d.kind == TOKEN_PARTIAL) && token_opens(open, '(') && open.at == d.span.end;
}

// What dL and ∂L begin with, and d(…).
static bool is_differential(const struct lexer *l, struct token t)
{
    return t.partial || (t.kind == TOKEN_NAME && *token_text(l, t) == 'd' && token_length(t) > 1) ||
           slope_opens(l, t);
}

bool slope_nests(const struct lexer *lexer, struct token d)
{
    if (!slope_opens(lexer, d)) {
        return false;
    }
    struct lexer ahead = *lexer;
    struct diag ignored;
    diag_clear(&ignored);
    lexer_next(&ahead, &ignored);
    struct token inner = lexer_next(&ahead, &ignored), t;
    if (!is_differential(&ahead, inner)) {
        return false;
    }
    enum { BYTES_MOST = 4 * LABEL_TEXT };
    bool derivative = slope_opens(&ahead, inner);  // or a /db comes: d(x) is a call of a function d
    for (int depth = 1; depth > 0;) {
        t = lexer_next(&ahead, &ignored);
        depth += t.kind == TOKEN_OPEN ? 1 : t.kind == TOKEN_CLOSE ? -1 : 0;
        struct lexer behind = ahead;
        struct token next = lexer_next(&behind, &ignored);
        derivative = derivative || (depth == 1 && t.kind == TOKEN_INFIX && t.op == OP_DIV &&
                                    is_differential(&behind, next));
        if (t.kind == TOKEN_END || t.kind == TOKEN_BAD || ahead.at - lexer->at > BYTES_MOST) {
            return false;
        }
    }
    if (!derivative) {
        return false;
    }
    t = lexer_next(&ahead, &ignored);
    struct token under = lexer_next(&ahead, &ignored);
    return t.kind == TOKEN_INFIX && t.op == OP_DIV && is_differential(&ahead, under);
}

// ---- Below the line -----------------------------------------------------------------------------

static bool same_name(const struct below *b, struct slope_name x, struct slope_name y)
{
    size_t n = x.span.end - x.span.start;
    return x.node == y.node && x.count == y.count && memcmp(x.at, y.at, sizeof x.at) == 0 &&
           n == y.span.end - y.span.start &&
           memcmp(text_at(b->lexer, x.span.start), text_at(b->lexer, y.span.start), n) == 0;
}

static int times_in(const struct below *b, const struct slope_name *reading, struct slope_name name)
{
    int times = 0;
    for (int i = 0; i < b->order; i++) {
        times += same_name(b, reading[i], name);
    }
    return times;
}

// The same names as often as in the first reading, in another order: no other derivative.
static bool is_first_reading(const struct below *b)
{
    for (int i = 0; b->readings > 0 && i < b->order; i++) {
        if (times_in(b, b->now, b->now[i]) != times_in(b, b->reading[0], b->now[i])) {
            return false;
        }
    }
    return b->readings > 0;
}

static void split(struct below *b, size_t piece, size_t at, int count);

// The name `span`, `times` over, and then what follows it.
static void take_name(struct below *b, size_t piece, struct span span, uint32_t node, int times,
                      size_t next, int count)
{
    if (count + times > b->order ||
        (b->bound && node == NODE_NONE && !is_bound(b->lexer, b->names, span))) {
        return;
    }
    const struct slope_piece *p = &b->piece[piece];
    bool ends = next == p->span.end;
    struct slope_name name = {.span = span, .node = node};
    if (ends && p->count > 0) {
        name.count = p->count;
        memcpy(name.at, p->at, sizeof name.at);
    }
    for (int i = 0; i < times; i++) {
        b->now[count + i] = name;
    }
    split(b, ends ? piece + 1 : piece, ends ? 0 : next, count + times);
}

// All readings of what follows, from byte `at` of a piece on (0: from its start), `count` names
// being read.
static void split(struct below *b, size_t piece, size_t at, int count)
{
    if (piece == b->pieces) {
        if (count == b->order && !is_first_reading(b)) {
            if (b->readings < COUNT_OF(b->reading)) {
                memcpy(b->reading[b->readings], b->now, sizeof b->now);
            }
            b->readings++;
        }
        return;
    }
    const struct slope_piece *p = &b->piece[piece];
    size_t start = at == 0 ? p->span.start : at, end = p->span.end;
    int power = p->power == 0 ? 1 : p->power;
    for (size_t e = start + 1; e < end && p->node == NODE_NONE; e++) {
        const char *s = text_at(b->lexer, e);
        bool digit = is_order(*s), last = e + 1 == end;
        struct span name = {start, e};
        if (digit && last && p->power == 0 && p->count == 0) {
            take_name(b, piece, name, NODE_NONE, *s - '0', end, count);
        } else if (digit && !p->partial && e + 2 < end && s[1] == 'd') {
            take_name(b, piece, name, NODE_NONE, *s - '0', e + 2, count);
        }
        if (*s == 'd' && !last && !p->partial) {
            take_name(b, piece, name, NODE_NONE, 1, e + 1, count);
        }
    }
    take_name(b, piece, (struct span){start, end}, p->node, power, end, count);
}

// A raised power, as in dx² or (carets) dx^2, dx^{2}: taken from the lexer. 0 if there is none.
static int read_power(struct lexer *l, bool caret)
{
    struct lexer ahead = *l;
    struct diag ignored;
    diag_clear(&ignored);
    struct token t = lexer_next(&ahead, &ignored);
    bool raised = t.kind == TOKEN_RAISED && t.mark != 'T';
    if (!raised && (!caret || t.kind != TOKEN_INFIX || t.op != OP_POW)) {
        return 0;
    }
    bool brace = false;
    if (!raised) {
        t = lexer_next(&ahead, &ignored);
        brace = token_opens(t, '{');
        t = brace ? lexer_next(&ahead, &ignored) : t;
        raised =
            t.kind == TOKEN_NUMBER && (!brace || token_closes(lexer_next(&ahead, &ignored), '}'));
    }
    if (!raised || t.number < 1 || t.number > SLOPE_ORDERS || t.number != (int)t.number) {
        return 0;
    }
    *l = ahead;
    return (int)t.number;
}

// A digit directly after an element: the 2 of dW[0]2.
static int read_times(struct lexer *l)
{
    struct lexer ahead = *l;
    struct diag ignored;
    diag_clear(&ignored);
    struct token t = lexer_next(&ahead, &ignored);
    if (t.kind != TOKEN_NUMBER || t.at != l->at || t.span.end != t.at + 1 ||
        !is_order(*text_at(l, t.at))) {
        return 0;
    }
    *l = ahead;
    return (int)t.number;
}

static bool is_part(const struct lexer *l, struct token t)
{
    return t.partial ? t.kind == TOKEN_NAME || t.kind == TOKEN_NODE
                     : t.kind == TOKEN_NAME && token_length(t) > 1 && *token_text(l, t) == 'd';
}

// The %7 of dxd%7, directly after a piece that ends in the d before it.
static bool node_follows(const struct below *b, const struct lexer *l, struct token t)
{
    const struct slope_piece *p = b->pieces == 0 ? NULL : &b->piece[b->pieces - 1];
    return p != NULL && t.kind == TOKEN_NODE && !t.partial && t.at == l->at && p->count == 0 &&
           p->power == 0 && p->node == NODE_NONE && p->span.end > p->span.start + 1 &&
           *text_at(l, p->span.end - 1) == 'd';
}

// The pieces at the lexer's place; it is after them afterwards.
static void read_pieces(struct below *b, struct lexer *l, bool caret)
{
    struct diag ignored;
    diag_clear(&ignored);
    b->pieces = 0;
    for (struct token t = lexer_peek(l);
         b->pieces < SLOPE_ORDERS && (is_part(l, t) || node_follows(b, l, t)); t = lexer_peek(l)) {
        if (b->pieces > 0 && !t.partial && t.at != l->at) {
            break;  // apart, and without ∂
        }
        bool bare = !t.partial && t.kind == TOKEN_NODE;
        if (bare) {
            b->piece[b->pieces - 1].span.end--;
        }
        lexer_next(l, &ignored);
        struct slope_piece *p = &b->piece[b->pieces++];
        *p = (struct slope_piece){.span = {t.span.start + (!t.partial && !bare), t.span.end},
                                  .node = t.kind == TOKEN_NODE ? t.node : NODE_NONE,
                                  .partial = t.partial};
        p->count = b->elements ? slope_element(l, t.span.end, p->at) : 0;
        p->power = p->count > 0 ? read_times(l) : 0;
        p->power = p->power == 0 ? read_power(l, caret) : p->power;
    }
}

// The brackets belong to the names before them, as in dW[0]dW[1], unless the order says otherwise:
// d2L/dv2[0] is a row of d2L/dv2.
static void read_below(struct below *b, struct lexer *l, bool caret)
{
    struct lexer ahead = *l;
    b->elements = true;
    read_pieces(b, &ahead, caret);
    struct below bound = *b;
    bound.bound = true;
    split(&bound, 0, 0, 0);
    if (bound.readings == 0) {
        struct below whole = *b;
        struct lexer to = *l;
        whole.elements = false;
        read_pieces(&whole, &to, caret);
        bound = whole;
        bound.bound = true;
        split(&bound, 0, 0, 0);
        if (bound.readings > 0) {
            *b = whole;
            ahead = to;
        }
    }
    *l = ahead;
}

// ---- Above the line -----------------------------------------------------------------------------

// d2y; d²y, d^2y; ∂²y: the order and the name. The lexer is after `t`, the first token, and
// afterwards after the name. *caret: with ^. False: it is no such thing.
static bool read_over(struct lexer *l, const struct names *names, struct token t,
                      struct slope_notation *s, bool *caret)
{
    const char *text = token_text(l, t);
    size_t n = token_length(t);
    s->order = t.order;
    s->over =
        (struct slope_name){.span = t.span, .node = t.kind == TOKEN_NODE ? t.node : NODE_NONE};
    if (t.partial) {
        *caret = true;
        s->over.count = slope_element(l, t.span.end, s->over.at);
        return s->order > 1;
    }
    if (t.kind != TOKEN_NAME || text[0] != 'd') {
        return false;
    }
    if (n > 2 && is_order(text[1]) && !text_is_digit(text[2])) {
        s->order = text[1] - '0';
        s->over.span.start += 2;
        s->over.count = slope_element(l, t.span.end, s->over.at);
        return true;
    }
    struct token node = lexer_peek(l);
    if (n == 2 && is_order(text[1]) && node.kind == TOKEN_NODE && !node.partial &&
        node.at == t.span.end) {  // d2%7
        s->order = text[1] - '0';
        s->over = (struct slope_name){.span = node.span, .node = node.node};
        lexer_next(l, &(struct diag){0});
        return true;
    }
    if (n != 1 || is_bound(l, names, t.span)) {
        return false;
    }
    struct token sign = lexer_peek(l);
    *caret = sign.kind == TOKEN_INFIX;
    s->order = read_power(l, true);
    struct diag ignored;
    diag_clear(&ignored);
    struct token name = lexer_next(l, &ignored);
    s->over.span = name.span;
    s->over.count = slope_element(l, name.span.end, s->over.at);
    return s->order > 1 && name.kind == TOKEN_NAME && !name.partial;
}

// ---- Both ---------------------------------------------------------------------------------------

static void add_nested(struct text *out, const struct below *b, const struct slope_notation *s,
                       const struct slope_name *below)
{
    for (int i = 0; i < s->order; i++) {
        text_add(out, "grad(");
    }
    text_add_bytes(out, text_at(b->lexer, s->over.span.start),
                   s->over.span.end - s->over.span.start);
    for (int i = 0; i < s->order; i++) {
        text_add(out, ", ");
        text_add_bytes(out, text_at(b->lexer, below[i].span.start),
                       below[i].span.end - below[i].span.start);
        text_add(out, ")");
    }
}

static void refuse_two_readings(const struct below *b, const struct slope_notation *s,
                                struct diag *d)
{
    struct text first, second;
    text_init(&first);
    text_init(&second);
    add_nested(&first, b, s, b->reading[0]);
    add_nested(&second, b, s, b->reading[1]);
    diag_set(d, s->span, "this can be read in two ways");
    diag_hint(d, "write %s, or %s", text_get(&first), text_get(&second));
    text_release(&first);
    text_release(&second);
}

static void refuse_count(const struct below *b, const struct slope_notation *s, struct diag *d)
{
    const char *y = text_at(b->lexer, s->over.span.start);
    const char *x = text_at(b->lexer, b->piece[0].span.start);
    int ny = (int)(s->over.span.end - s->over.span.start);
    int nx = (int)(b->piece[0].span.end - b->piece[0].span.start);
    while (nx > 1 && is_order(x[0])) {  // d2L/d2x
        x++;
        nx--;
    }
    for (int k = 1; k < nx; k++) {  // d2L/dx2y
        nx = is_order(x[k]) ? k : nx;
    }
    diag_set(d, s->span, "d%d before %.*s needs %d variables after the slash", s->order, ny, y,
             s->order);
    if (s->span.end < b->lexer->source->length && *text_at(b->lexer, s->span.end) == '[') {
        diag_hint(d, "an element's place is a written number: d2L/dW[0]dW[1]; else write "
                     "grad(grad(L, W[i]), W[j])");
        return;
    }
    if (b->piece[0].node != NODE_NONE) {  // d2%14/d%02 is of node 2
        diag_hint(d, "write each node: d2%%7/d%%3d%%3");
        return;
    }
    diag_hint(d, "write d%d%.*s/d%.*s%d, or a name for each: d2L/dadb", s->order, ny, y, nx, x,
              s->order);
}

// Which of the readings below the line is meant. False: d says why none is.
static bool choose(struct below *b, struct slope_notation *s, struct diag *d)
{
    b->bound = true;
    split(b, 0, 0, 0);
    if (b->readings > 1) {
        refuse_two_readings(b, s, d);
        return false;
    }
    if (b->readings == 0) {  // the trouble told is then the first name that is missing
        b->bound = false;
        split(b, 0, 0, 0);
    }
    if (b->readings == 0) {
        refuse_count(b, s, d);
        return false;
    }
    memcpy(s->below, b->reading[0], sizeof s->below);
    return true;
}

// dx2 where x2 is bound as well.
static void note_other(const struct below *b, struct slope_notation *s)
{
    const struct slope_piece *p = &b->piece[0];
    bool whole = s->below[0].span.end == p->span.end;
    if (b->pieces == 1 && !whole && p->power == 0 && is_bound(b->lexer, b->names, p->span)) {
        s->other = p->span;
    }
}

// Is it a derivative, given which of `over` and `under` as a whole are names? They are where d2y
// and dx2 are typed as names are.
static bool is_derivative(const struct below *b, struct slope_notation *s, struct token over,
                          struct token under)
{
    bool name = over.kind == TOKEN_NAME && !over.partial && token_length(over) > 1;
    bool above = name && is_bound(b->lexer, b->names, over.span);
    bool node = s->over.node != NODE_NONE;
    bool beneath = !under.partial && is_bound(b->lexer, b->names, under.span);
    bool inner = node || is_bound(b->lexer, b->names, s->over.span);
    struct below bound = *b;
    bound.bound = true;
    split(&bound, 0, 0, 0);
    inner = inner && bound.readings > 0;
    s->divides = above && beneath && inner;
    s->mine = above != beneath && inner;
    return (!above && !beneath) || s->mine;
}

bool slope_read(const struct lexer *lexer, const struct names *names, struct token over,
                struct diag *d, struct slope_notation *s)
{
    struct diag ignored;
    diag_clear(&ignored);
    struct below b = {.lexer = lexer, .names = names};
    struct lexer ahead = *lexer;
    bool caret = false;
    *s = (struct slope_notation){0};
    if (!read_over(&ahead, names, over, s, &caret)) {
        return false;
    }
    struct token slash = lexer_next(&ahead, &ignored), under = lexer_peek(&ahead);
    b.order = s->order;
    if (slash.kind != TOKEN_INFIX || slash.op != OP_DIV || !is_part(&ahead, under)) {
        if (over.partial) {
            diag_set(d, over.span, "a derivative is of one name with respect to others");
            diag_hint(d, "write ∂²L/∂a∂b, or d2L/dadb");
        }
        return over.partial;
    }
    read_below(&b, &ahead, caret);
    s->span = (struct span){over.at, ahead.at};
    s->behind = ahead;
    if (!is_derivative(&b, s, over, under)) {
        return false;
    }
    if (choose(&b, s, d)) {
        note_other(&b, s);
    }
    return true;
}

bool slope_unclosed(struct token open, struct token close, struct diag *d)
{
    if (!token_ends(close.kind)) {
        return false;
    }
    diag_set(d, open.span, "this brace is never closed");
    diag_hint(d, "a '}' is missing");
    return true;
}

bool slope_read_braces(const struct lexer *lexer, const struct names *names, struct diag *d,
                       struct slope_notation *s)
{
    struct diag ignored;
    diag_clear(&ignored);
    struct below b = {.lexer = lexer, .names = names};
    struct lexer ahead = *lexer;
    bool caret = false;
    *s = (struct slope_notation){0};
    struct token open = lexer_next(&ahead, &ignored), over = lexer_next(&ahead, &ignored);
    if (!token_opens(open, '{') || !read_over(&ahead, names, over, s, &caret)) {
        return false;
    }
    struct token close = lexer_next(&ahead, &ignored);
    if (slope_unclosed(open, close, d)) {
        return true;
    }
    struct token second = lexer_next(&ahead, &ignored);
    b.order = s->order;
    if (!token_closes(close, '}') || !token_opens(second, '{') ||
        !is_part(&ahead, lexer_peek(&ahead))) {
        return false;
    }
    read_below(&b, &ahead, true);
    s->span = (struct span){over.at, ahead.at};
    close = lexer_next(&ahead, &ignored);
    s->behind = ahead;
    if (slope_unclosed(second, close, d)) {
        return true;
    }
    if (!token_closes(close, '}')) {
        return false;
    }
    choose(&b, s, d);
    return true;
}
