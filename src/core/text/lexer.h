// Text to tokens, one at a time, on demand: nothing is stored, so a line may be as long as memory.
#ifndef TEXT_LEXER_H
#define TEXT_LEXER_H

#include <string.h>

#include "base/diag.h"
#include "base/mem.h"
#include "engine/ops.h"

enum token_kind {
    TOKEN_END,    // of the text
    TOKEN_BREAK,  // a newline outside brackets, or ;
    TOKEN_NUMBER,
    TOKEN_NAME,    // letters, digits, _; also ∂name (see token.partial)
    TOKEN_NODE,    // %7
    TOKEN_INFIX,   // an operation of two operands; `-` is one (token.op)
    TOKEN_MATMUL,  // @
    TOKEN_ASSIGN,  // =, or += -= *= /= **= (token.op; OP_COUNT for =)
    TOKEN_OPEN,    // ( [ {   (token.mark)
    TOKEN_CLOSE,   // ) ] }
    TOKEN_COMMA,
    TOKEN_DOT,
    TOKEN_COLON,
    TOKEN_STRING,   // "…", a text (span inside the quotes); token.mark is 'f' where that precedes
    TOKEN_RAISED,   // raised digits: x², x⁻¹ (token.number); xᵀ (token.mark 'T')
    TOKEN_ROOT,     // √
    TOKEN_PARTIAL,  // ∂ before a parenthesis: ∂(∂L/∂a)/∂b
    TOKEN_BAR,      // |, one of two around a value: |x|
    TOKEN_BAD,      // nothing of ours; the diag says what
};

// Small, as each is handed from reader to reader.
struct token {
    enum token_kind kind : 8;
    enum op op : 8;  // TOKEN_INFIX, TOKEN_ASSIGN
    char mark;       // TOKEN_OPEN, TOKEN_CLOSE
    uint8_t order;   // of a partial one: 2 of ∂²y; else 1
    bool partial;  // TOKEN_NAME, TOKEN_NODE: written with ∂ (or d%7) before it; span is after it
    bool latex;    // TOKEN_NAME: written with \ before it; span is after it
    bool braced;   // TOKEN_NAME: in the braces of \mathrm{…} and the like; span is inside them
    bool newline;  // TOKEN_BREAK: ends a line, or is the last thing on one
    struct span span;
    size_t at;  // its first byte: before span.start where ∂ or a quotation mark precedes
    union {
        double number;  // TOKEN_NUMBER, TOKEN_RAISED
        uint32_t node;  // TOKEN_NODE
    };
};

// A token that was read, and where: what a statement is gets found out by several readers, one after the
// other, and each token is read but once.
struct lexer_token {
    const char *at, *end;    // where it was looked for, and where the text ends; NULL: none is here
    size_t open;             // the brackets that were open there
    size_t next, next_open;  // the place behind it, and those open there
    struct token token;
};

// The last tokens that were read of one text, by the place where they were looked for.
struct lexer_memo {
    const char *text;  // NULL: of none
    size_t length;
    struct lexer_token tokens[64];  // a power of two
};

// Begins to remember the tokens of this text: source->memo is set. To be called again where the bytes
// may be other ones.
void lexer_remember(struct lexer_memo *memo, struct source *source);
// Forgets the text, which may go now.
void lexer_forget(struct lexer_memo *memo);

// A place in a text. `open` counts the brackets that are open there: inside them newlines are
// blanks.
struct lexer {
    const struct source *source;
    size_t at;
    size_t open;
    struct lexer_token last;  // where the source has no memo: the token that was read last
};

static inline void lexer_init(struct lexer *l, const struct source *source)
{
    *l = (struct lexer){.source = source};
}
// The token at the lexer's place, read and remembered. What is wrong with it goes to d, and is not
// remembered: it is read again, for the words to reach whoever takes it. There until the next call.
const struct lexer_token *lexer_read(struct lexer *l, struct diag *d);
// The same, where nobody takes it.
const struct lexer_token *lexer_look(struct lexer *l);

// The token there as it is remembered. NULL: it is not.
static inline const struct lexer_token *lexer_recall(const struct lexer *l)
{
    const struct source *source = l->source;
    const struct lexer_memo *m = source->memo;
    const struct lexer_token *t = m != NULL ? &m->tokens[l->at % COUNT_OF(m->tokens)] : &l->last;
    return t->at == source->text + l->at && t->end == source->text + source->length &&
                   t->open == l->open
               ? t
               : NULL;
}

// The next token; its trouble, if it is TOKEN_BAD, goes to d.
static inline struct token lexer_next(struct lexer *l, struct diag *d)
{
    const struct lexer_token *t = lexer_recall(l);
    t = t != NULL ? t : lexer_read(l, d);
    l->at = t->next;
    l->open = t->next_open;
    return t->token;
}

// The next token, without moving.
static inline struct token lexer_peek(struct lexer *l)
{
    const struct lexer_token *t = lexer_recall(l);
    return t != NULL ? t->token : lexer_look(l)->token;
}

// Where the statement that goes on here ends: the place of its `;` or line end, or the text's end.
size_t lexer_statement_end(const struct lexer *from);
// Does nothing but blanks and comments follow on this line?
bool lexer_line_is_done(const struct lexer *l);
// Are brackets still open at the end of the text, so that another line belongs to it?
bool lexer_wants_more(const struct source *source);

static inline const char *token_text(const struct lexer *l, struct token t)
{
    return l->source->text + t.span.start;
}

static inline size_t token_length(struct token t)
{
    return t.span.end - t.span.start;
}

// Does it open, or close, this bracket?
static inline bool token_opens(struct token t, char mark)
{
    return t.kind == TOKEN_OPEN && t.mark == mark;
}
static inline bool token_closes(struct token t, char mark)
{
    return t.kind == TOKEN_CLOSE && t.mark == mark;
}
// Does a statement end here?
static inline bool token_ends(enum token_kind kind)
{
    return kind == TOKEN_END || kind == TOKEN_BREAK;
}

// Is the token this name?
static inline bool token_is(const struct lexer *l, struct token t, const char *name)
{
    return t.kind == TOKEN_NAME && strlen(name) == token_length(t) &&
           memcmp(token_text(l, t), name, token_length(t)) == 0;
}

#endif
