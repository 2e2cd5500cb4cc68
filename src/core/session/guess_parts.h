// What the files that guess share. Private to session.
#ifndef SESSION_GUESS_PARTS_H
#define SESSION_GUESS_PARTS_H

#include <string.h>

#include "session/guess.h"

// A part of the learner's text.
struct piece {
    const char *s;
    size_t n;
};

static inline struct piece guess_piece(const struct call *c, size_t start, size_t end)
{
    return (struct piece){c->lexer->source->text + start, end - start};
}

// Without the blanks around it.
static inline struct piece guess_trimmed(struct piece p)
{
    while (p.n > 0 && (p.s[0] == ' ' || p.s[0] == '\t')) {
        p = (struct piece){p.s + 1, p.n - 1};
    }
    p.n = text_trimmed(p.s, p.n);
    return p;
}

static inline struct piece guess_token(const struct call *c, struct token t)
{
    return guess_piece(c, t.span.start, t.span.end);
}

static inline bool guess_is_among(struct piece p, const char *words)
{
    return text_among(words, p.s, p.n);
}

static inline bool guess_token_is(const struct call *c, struct token t, const char *words)
{
    return guess_is_among(guess_token(c, t), words);
}

static inline bool guess_is_bound(const struct call *c, struct piece p)
{
    return names_lookup(&c->s->names, p.s, p.n).rank != VALUE_UNBOUND;
}

// The name of the first leaf that has one, and another one than this; empty: there is none.
static inline struct piece guess_leaf(const struct call *c, struct piece not )
{
    const struct names *names = &c->s->names;
    for (uint32_t i = 0; i < names_count(names); i++) {
        struct value v = names_get(names, i);
        struct piece p;
        p.s = names_text(names, i, &p.n);
        if (v.rank == VALUE_SCALAR && tape_op(&c->s->tape, v.base) == OP_LEAF &&
            (p.n != not .n || memcmp(p.s, not .s, p.n) != 0)) {
            return p;
        }
    }
    return (struct piece){"", 0};
}

// The next token, whatever is wrong with it.
static inline struct token guess_next(struct lexer *l)
{
    struct diag ignored;
    diag_clear(&ignored);
    return lexer_next(l, &ignored);
}

static inline bool guess_is_end(struct token t)
{
    return t.kind == TOKEN_END || t.kind == TOKEN_BREAK;
}

// The error is another one, about the same place.
static inline void guess_say(struct call *c, const char *message)
{
    struct span span = c->diag->span;
    diag_clear(c->diag);
    diag_set(c->diag, span, "%s", message);
}

// Would these statements be carried out? They are, and what they did is taken back.
bool guess_try(struct call *c, const char *text);

// The statement from `first` to byte `end` says something in other words than ours: the diag says what
// to write. False: nothing is known of such words.
bool guess_phrase(struct call *c, struct token first, size_t end);

// A derivative that was asked for in words, or written as an operator: d/dx x^3, derivative of L wrt a.
// The statement from `first` on ends at byte `end`. True: the diag says what to write.
bool guess_derivative(struct call *c, struct token first, size_t end);
// int x dx
bool guess_integral(struct call *c, struct token first, size_t end);

#endif
