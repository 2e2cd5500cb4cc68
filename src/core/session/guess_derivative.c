// Derivatives that are asked for in words, or written as operators: what to write for them.
#include <string.h>

#include "base/format.h"
#include "session/guess_parts.h"
#include "text/foreign.h"

// A derivative as it was asked for: of what, and by which variable (empty: nothing is said of it).
struct wanted {
    struct piece of, by;
    struct piece claimed;  // what is said to be its derivative; empty: nothing
};

// Without the parentheses around all of it.
static struct piece unwrapped(struct piece p)
{
    size_t depth = 0;
    p = guess_trimmed(p);
    for (size_t i = 0; i < p.n; i++) {
        depth += p.s[i] == '(';
        depth -= p.s[i] == ')' && depth > 0;
        if (depth == 0 && i + 1 < p.n) {
            return p;
        }
    }
    return p.n > 2 && p.s[0] == '(' ? guess_trimmed((struct piece){p.s + 1, p.n - 2}) : p;
}

// The variable below the line: the x of dx and ∂x.
static bool is_below(const struct call *c, struct token t, struct piece *by)
{
    *by = guess_token(c, t);
    if (t.kind == TOKEN_NAME && !t.partial && by->n > 1 && by->s[0] == 'd') {
        *by = (struct piece){by->s + 1, by->n - 1};
        return true;
    }
    return t.kind == TOKEN_NAME && t.partial;
}

static struct piece behind(const struct call *c, const struct lexer *l, size_t end)
{
    struct lexer ahead = *l;
    struct token t = guess_next(&ahead);
    bool of = t.kind == TOKEN_NAME && guess_token_is(c, t, "of");
    size_t from = of ? ahead.at : l->at;
    return from < end ? unwrapped(guess_piece(c, from, end)) : (struct piece){0};
}

// What is written over the line, which the lexer is in front of, and behind it afterwards. The line is a
// slash, or between the braces of a fraction in LaTeX. Empty: there is no line.
static struct piece over_line(const struct call *c, struct lexer *l, bool frac)
{
    enum { MOST = 4 };  // tokens: \ partial
    size_t from = l->at;
    for (int i = 0; i < MOST; i++) {
        struct token t = guess_next(l);
        if (frac ? t.kind == TOKEN_CLOSE : t.kind == TOKEN_INFIX && t.op == OP_DIV) {
            bool opens = !frac || guess_next(l).kind == TOKEN_OPEN;
            return opens ? guess_trimmed(guess_piece(c, from, t.at)) : (struct piece){0};
        }
    }
    return (struct piece){0};
}

// d/dx x^3, ∂/∂x x^3, \frac{d}{dx} x^3, \frac{\partial}{\partial x}(x^3), dy/dx of x^3
static bool read_as_operator(const struct call *c, size_t start, size_t end, struct wanted *w)
{
    struct lexer l = {.source = c->lexer->source, .at = start}, within = l;
    struct token over = guess_next(&within);
    bool frac = over.latex && guess_token_is(c, over, "frac dfrac");
    if (frac) {
        guess_next(&within);
        l = within;
        over = guess_next(&within);
    }
    struct piece above = over_line(c, &l, frac), ignored;
    bool bare = guess_is_among(above, "d ∂ \\partial \\mathrm{d} \\text{d}");
    bool whole = above.n == over.span.end - over.at && is_below(c, over, &ignored);
    struct token below = guess_next(&l);
    bool closed = !frac || guess_next(&l).kind == TOKEN_CLOSE;
    struct lexer ahead = l;
    struct token of = guess_next(&ahead);
    bool said = of.kind == TOKEN_NAME && guess_token_is(c, of, "of");
    if (!closed || !is_below(c, below, &w->by) || !(bare || (whole && said))) {
        return false;
    }
    w->of = behind(c, &l, end);
    return w->of.n > 0;
}

// d L / d x
static bool read_apart(const struct call *c, size_t start, size_t end, struct wanted *w)
{
    struct lexer l = {.source = c->lexer->source, .at = start};
    struct token d = guess_next(&l), of = guess_next(&l), slash = guess_next(&l);
    struct token e = guess_next(&l), by = guess_next(&l);
    w->of = guess_token(c, of);
    w->by = guess_token(c, by);
    return guess_token_is(c, d, "d") && guess_token_is(c, e, "d") && of.kind == TOKEN_NAME &&
           by.kind == TOKEN_NAME && slash.kind == TOKEN_INFIX && slash.op == OP_DIV &&
           by.span.end == end && guess_is_bound(c, w->of);
}

// d(x^3)/dx
static bool read_as_call(const struct call *c, size_t start, size_t end, struct wanted *w)
{
    struct lexer l = {.source = c->lexer->source, .at = start};
    struct token d = guess_next(&l), open = guess_next(&l), t = open;
    if (!guess_token_is(c, d, "d") || open.kind != TOKEN_OPEN) {
        return false;
    }
    while (l.open > 0 && !guess_is_end(t)) {
        t = guess_next(&l);
    }
    w->of = guess_trimmed(guess_piece(c, open.span.end, t.span.start));
    struct token slash = guess_next(&l), below = guess_next(&l), sign = guess_next(&l);
    if (sign.kind == TOKEN_ASSIGN && sign.span.end < end) {
        w->claimed = guess_trimmed(guess_piece(c, sign.span.end, end));
    }
    return t.kind == TOKEN_CLOSE && w->of.n > 0 && slash.kind == TOKEN_INFIX &&
           slash.op == OP_DIV && is_below(c, below, &w->by) &&
           (below.span.end == end || w->claimed.n > 0);
}

// Cuts "… with respect to x", "… wrt x", "…, x" at its end.
static void cut_variable(struct piece *of, struct piece *by)
{
    static const char *const words[] = {" with respect to ", " w.r.t. ", " w.r.t ", " wrt ",
                                        " regarding ",       " in ",     " by ",    ","};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t n = strlen(words[i]);
        for (size_t at = of->n; at-- > 0;) {
            if (of->n - at > n && memcmp(of->s + at, words[i], n) == 0) {
                *by = guess_trimmed((struct piece){of->s + at + n, of->n - at - n});
                *of = guess_trimmed((struct piece){of->s, at});
                return;
            }
        }
    }
}

static bool is_function(struct piece p)
{
    return lower_is_function(p.s, p.n);
}

// Does it look like a formula, and not like words?
static bool is_formula(const struct call *c, struct piece p)
{
    if (guess_is_bound(c, p) || is_function(p)) {
        return true;
    }
    bool sign = false;
    for (size_t i = 0; i < p.n; i++) {
        bool word = i > 1 && p.s[i] == ' ' && text_is_letter(p.s[i - 1]) && i + 1 < p.n &&
                    text_is_letter(p.s[i + 1]);
        if (word) {
            return false;
        }
        sign |= strchr("+-*/^(", p.s[i]) != NULL || (unsigned char)p.s[i] >= 0x80 ||
                text_is_digit(p.s[i]);
    }
    return sign || p.n == 1;
}

// the derivative of x^3 with respect to x, differentiate x^3, diff(x^3, x), gradient of L wrt a
static bool read_as_words(const struct call *c, size_t start, size_t end, struct wanted *w)
{
    struct lexer l = {.source = c->lexer->source, .at = start};
    struct token t = guess_next(&l), second = lexer_peek(&l);
    w->of = guess_token(c, t);
    w->by = (struct piece){0};
    if (is_function(w->of) && second.span.end == end &&
        guess_token_is(c, second, "derivative gradient deriv slope")) {
        return true;  // sigmoid derivative
    }
    while (t.kind == TOKEN_NAME && t.span.end < end) {
        struct piece word = guess_token(c, t);
        if (guess_is_among(word,
                           "derivative differentiate derivate deriv diff gradient derivatives")) {
            break;
        }
        if (!foreign_is_filler(word.s, word.n) && !foreign_wants(word.s, word.n) &&
            !guess_is_among(word, "whats partial")) {
            return false;
        }
        t = guess_next(&l);
    }
    if (t.kind != TOKEN_NAME || t.span.end >= end) {
        return false;
    }
    w->of = behind(c, &l, end);
    cut_variable(&w->of, &w->by);
    w->of = unwrapped(w->of);
    return w->of.n > 0 && is_formula(c, w->of) && (w->by.n == 0 || is_formula(c, w->by));
}

// x^2 y: a product as papers write it.
static bool lacks_sign(struct piece p)
{
    for (size_t i = 1; i + 1 < p.n; i++) {
        bool before = text_in_name(p.s[i - 1]) || p.s[i - 1] == ')';
        if (p.s[i] == ' ' && before && (text_in_name(p.s[i + 1]) || p.s[i + 1] == '(')) {
            return true;
        }
    }
    return false;
}

bool guess_derivative(struct call *c, struct token first, size_t end)
{
    struct wanted w = {0};
    char of[QUOTED], by[QUOTED];
    size_t start = first.at;
    bool signs = read_as_operator(c, start, end, &w);
    if (!signs && !read_as_call(c, start, end, &w) && !read_apart(c, start, end, &w) &&
        !read_as_words(c, start, end, &w)) {
        return false;
    }
    for (size_t i = 0; i + 4 < w.of.n; i++) {  // the derivative of x^2 is 2*x
        if (memcmp(w.of.s + i, " is ", 4) == 0) {
            w.claimed = guess_trimmed((struct piece){w.of.s + i + 4, w.of.n - i - 4});
            w.of.n = i;
        }
    }
    const char *equals = memchr(w.of.s, '=', w.of.n);
    if (equals != NULL) {  // d/dx x^2 = 2x
        size_t at = (size_t)(equals - w.of.s);
        w.claimed = guess_trimmed((struct piece){equals + 1, w.of.n - at - 1});
        w.of = unwrapped((struct piece){w.of.s, at});
    }
    if (w.claimed.n > 0) {
        char claimed[QUOTED], bid[5 * QUOTED];
        struct piece name = w.by.n > 0 ? w.by : (struct piece){"x", 1};
        diag_quote(of, w.of.s, w.of.n);
        diag_quote(by, name.s, name.n);
        diag_quote(claimed, w.claimed.s, w.claimed.n);
        format_write(bid, sizeof bid, "%s%sF = %s; check dF/d%s = %s",
                     guess_is_bound(c, name) ? "" : by, guess_is_bound(c, name) ? "" : " = 3; ", of,
                     by, claimed);
        if (!guess_try(c, bid)) {
            return false;
        }
        guess_say(c, "whether a derivative is right is a command");
        diag_hint(c->diag, "write %s", bid);
        return true;
    }
    diag_quote(of, w.of.s, w.of.n);
    diag_quote(by, w.by.s, w.by.n);
    if (guess_is_bound(c, w.of) && w.by.n > 0) {
        guess_say(c, "a derivative of two names is written as one");
        diag_hint(c->diag, "write d%s/d%s, or derive %s %s for its formula", of, by, of, by);
    } else if (guess_is_bound(c, w.of)) {
        struct piece leaf = guess_leaf(c, w.of);
        guess_say(c, "a derivative is with respect to a name");
        diag_hint(c->diag, "write d%s/d%.*s; 'backward %s' computes all of them", of,
                  leaf.n > 0 ? (int)leaf.n : 1, leaf.n > 0 ? leaf.s : "a", of);
    } else {
        char bid[3 * QUOTED];
        format_write(bid, sizeof bid, "derive %s%s%s%s", of, is_function(w.of) ? "(x)" : "",
                     w.by.n > 0 ? " " : "", by);
        bool can = guess_try(c, bid);
        if (!can && !(signs && is_formula(c, w.of))) {
            return false;
        }
        guess_say(c, "the derivative of a formula is a command");
        diag_hint(c->diag,
                  can                ? "write %s"
                  : lacks_sign(w.of) ? "write derive x**2*y x, with a * in each product"
                                     : "write derive x**2 x for the derivative of x**2 in x",
                  bid);
    }
    return true;
}

bool guess_integral(struct call *c, struct token first, size_t end)
{
    struct lexer l = {.source = c->lexer->source, .at = first.span.end};
    struct token t = guess_next(&l), last = t;
    struct piece by;
    while (t.at < end && !guess_is_end(t)) {
        last = t;
        t = guess_next(&l);
    }
    if (!guess_token_is(c, first, "int") || !is_below(c, last, &by)) {
        return false;
    }
    guess_say(c, "there are no integrals here");
    diag_hint(c->diag, "'derive x**2 x' gives a derivative");
    return true;
}
