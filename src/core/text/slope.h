// How a derivative of higher order is written: d2y/dx2, d²y/dx², d2L/dadb, ∂²L/∂a∂b, d^2y/dx^2,
// also with \frac. (dy/dx itself is read in parser.c.)
//
// The order counts: d2 asks for two names below the line. A digit there may be an order or belong
// to a name: d2z/dx2 is z twice in x, d2z/dx22 twice in x2, d2z/dx1dx2 once in each. Where bound
// names allow two readings, both are shown and neither is taken.
//
// A name may be an element's, its place in written numbers: d2z[0]/dW[0, 1]dx. Parentheses stand
// around a derivative that is differentiated, or differentiated in: d(dL/da)/d(dL/db).
#ifndef TEXT_SLOPE_H
#define TEXT_SLOPE_H

#include "text/lexer.h"
#include "text/names.h"

enum { SLOPE_ORDERS = 9 };  // the highest order

struct slope_name {
    struct span span;
    uint32_t node;   // of %7; else NODE_NONE
    uint32_t count;  // of an element: its indices; else 0
    double at[2];
};

// What a derivative in parentheses is taken as (struct item's count).
enum slope_use {
    SLOPE_PLAIN,    // not in parentheses: what the lowering's slopes_as says
    SLOPE_OVER,     // d(dL/da)/db: the node that it was grown as, if it was
    SLOPE_BENEATH,  // dP/d(dL/da): that node
};

struct slope_notation {
    int order;
    struct slope_name over;
    struct slope_name below[SLOPE_ORDERS];  // `order` of them, x twice for dx2
    struct span span;
    struct lexer behind;  // is after it
    // It could have been a division of two names; or it is a derivative though one is a name.
    bool divides, mine;
    struct span other;  // "x2" of dx2, where that is bound too; empty: none
};

// Can one begin with this token, just taken from the lexer? Nearly none can, and that is cheap to
// see.
static inline bool slope_may_begin(const struct lexer *lexer, struct token over)
{
    return over.partial || over.kind == TOKEN_PARTIAL ||
           (over.kind == TOKEN_NAME && token_text(lexer, over)[0] == 'd');
}

// Reads one at `over`, the token just taken from the lexer. False if it is not one, but s->divides
// may be set. True: it is one, or it is a mistake and d says which.
bool slope_read(const struct lexer *lexer, const struct names *names, struct token over,
                struct diag *d, struct slope_notation *s);
// The same of \frac{d^2y}{dx^2}: the lexer is before the first brace.
bool slope_read_braces(const struct lexer *lexer, const struct names *names, struct diag *d,
                       struct slope_notation *s);
// Does the statement end at `close`, where the brace `open` should be closed? Then d says so.
bool slope_unclosed(struct token open, struct token close, struct diag *d);
// Is this the d or ∂ before the parenthesis of d(dL/da), the lexer being after it?
bool slope_opens(const struct lexer *lexer, struct token d);
// And does a whole d(dL/da)/db begin there?
bool slope_nests(const struct lexer *lexer, struct token d);
// The brackets of W[0, 1], which end a name at byte `end`, if they hold nothing but one or two
// whole numbers: how many, and the lexer is after them. 0: it stays.
uint32_t slope_element(struct lexer *l, size_t end, double at[2]);

#endif
