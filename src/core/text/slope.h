// How a derivative of higher order is written: d2y/dx2, d²y/dx², d2L/dadb, ∂²L/∂a∂b, d^2y/dx^2,
// also with \frac. (dy/dx itself is read in parser.c.)
//
// The order counts: d2 asks for two names below the line. A digit there may be an order or belong
// to a name: d2z/dx2 is z twice in x, d2z/dx22 twice in x2, d2z/dx1dx2 once in each. Where bound
// names allow two readings, both are shown and neither is taken.
#ifndef TEXT_SLOPE_H
#define TEXT_SLOPE_H

#include "text/lexer.h"
#include "text/names.h"

enum { SLOPE_ORDERS = 9 };  // the highest order

struct slope_name {
    struct span span;
    uint32_t node;  // of %7; else NODE_NONE
};

struct slope_notation {
    int order;
    struct slope_name over;
    struct slope_name below[SLOPE_ORDERS];  // `order` of them, x twice for dx2
    struct span span;
    struct lexer behind;  // stands after it
    // It could have been a division of two names; or it is a derivative though one is a name.
    bool divides, mine;
    struct span other;  // "x2" of dx2, where that is bound too; empty: none
};

// Can one begin with this token, just taken from the lexer? Nearly none can, and that is cheap to see.
static inline bool slope_may_begin(const struct lexer *lexer, struct token over)
{
    return over.partial || (over.kind == TOKEN_NAME && token_text(lexer, over)[0] == 'd');
}

// Reads one at `over`, the token just taken from the lexer. False: it is none, but s->divides may be
// set. True: it is one, or it is a mistake and d says which.
bool slope_read(const struct lexer *lexer, const struct names *names, struct token over,
                struct diag *d, struct slope_notation *s);
// The same of \frac{d^2y}{dx^2}: the lexer stands before the first brace.
bool slope_read_braces(const struct lexer *lexer, const struct names *names, struct diag *d,
                       struct slope_notation *s);

#endif
