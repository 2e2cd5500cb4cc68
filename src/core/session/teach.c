#include "session/teach.h"

#include <string.h>

#include "session/guess_parts.h"
#include "text/spelling.h"

static bool is_listed(struct teaching *t, struct piece p)
{
    for (size_t i = 0; i < t->count; i++) {
        if (text_length(&t->names[i]) == p.n && memcmp(text_get(&t->names[i]), p.s, p.n) == 0) {
            return true;
        }
    }
    return false;
}

// A name for which the learner can give a value: not a function's, a module's or an argument's, not
// after a dot, no word of the language, and not the e of e^x.
static bool lacks_value(const struct call *c, struct lexer *l, struct token before, struct token t)
{
    struct piece p = {token_text(l, t), token_length(t)};
    struct token next = lexer_peek(l);
    bool other = token_opens(next, '(') || next.kind == TOKEN_ASSIGN || before.kind == TOKEN_DOT ||
                 (next.kind == TOKEN_DOT && spelling_module(p.s, p.n)) ||
                 (guess_is_among(p, "e") && next.kind == TOKEN_INFIX && next.op == OP_POW);
    return t.kind == TOKEN_NAME && !t.partial && !other && !guess_is_bound(c, p) &&
           !lower_is_known(p.s, p.n) && !lower_is_function(p.s, p.n) &&
           !guess_is_among(p, "for in if else and or not is lambda");
}

// Does it go by this name in a comprehension: [E for x, y in …]?
static bool is_counted(const struct call *c, const struct lexer *statement, struct piece name)
{
    struct lexer l = *statement;
    bool counts = false;
    for (struct token t = guess_next(&l); !guess_is_end(t) && t.kind != TOKEN_BAD;
         t = guess_next(&l)) {
        struct piece p = guess_token(c, t);
        counts = guess_token_is(c, t, "for") || (counts && !guess_token_is(c, t, "in"));
        if (counts && p.n == name.n && memcmp(p.s, name.s, p.n) == 0) {
            return true;
        }
    }
    return false;
}

// The names; where the statement ends is returned.
static size_t find_names(struct call *c, size_t start, struct teaching *t)
{
    const struct lexer statement = {.source = c->lexer->source, .at = start};
    struct lexer l = statement;
    struct token token = guess_next(&l), before = {.kind = TOKEN_BREAK};
    size_t end = start;
    bool right = false;  // of the sign =
    while (!guess_is_end(token) && token.kind != TOKEN_BAD) {
        struct piece p = guess_token(c, token);
        if (right && t->count < TEACH_MOST && lacks_value(c, &l, before, token) &&
            !is_listed(t, p) && !is_counted(c, &statement, p)) {
            text_add_bytes(&t->names[t->count++], p.s, p.n);
        }
        right |= token.kind == TOKEN_ASSIGN;
        end = token.span.end;
        before = token;
        token = guess_next(&l);
    }
    return end;
}

enum shapes { SINGLE, COUNTS, SOME_ARRAYS, VECTORS, ALL_ARRAYS, SHAPES };

// The value of the i-th name: capitals are matrices, xs and ys are vectors.
static const char *value_of(const char *name, size_t i, enum shapes shapes)
{
    static const char *const numbers[] = {"2", "-3", "4", "1", "0.5", "-2", "3", "10"};
    static const char *const counts[] = {"2", "3", "4", "5", "6", "7", "8", "9"};
    static const char *const vectors[] = {"[1, 2]", "[3, -1]"};
    static const char *const matrices[] = {"[[1, 2], [3, 4]]", "[[0.5, -1], [2, 1]]"};
    size_t n = strlen(name);
    bool capital = name[0] >= 'A' && name[0] <= 'Z', many = n > 1 && name[n - 1] == 's';
    bool matrix = capital && (shapes == SOME_ARRAYS || shapes == ALL_ARRAYS);
    bool vector = shapes == VECTORS || shapes == ALL_ARRAYS || (many && shapes == SOME_ARRAYS);
    return matrix             ? matrices[i % 2]
           : vector           ? vectors[i % 2]
           : shapes == COUNTS ? counts[i % COUNT_OF(counts)]
                              : numbers[i % COUNT_OF(numbers)];
}

static bool work(struct call *c, struct teaching *t, enum shapes shapes)
{
    struct text tried;
    text_init(&tried);
    for (size_t i = 0; i < t->count; i++) {
        t->values[i] = value_of(text_get(&t->names[i]), i, shapes);
        text_addf(&tried, "%s = %s; ", text_get(&t->names[i]), t->values[i]);
    }
    text_add(&tried, text_get(&t->statement));
    bool works = guess_try(c, text_get(&tried));
    text_release(&tried);
    return works;
}

bool teach_find(struct call *c, size_t start, struct teaching *t)
{
    bool works = false;
    *t = (struct teaching){.count = 0};
    text_init(&t->statement);
    for (size_t i = 0; i < TEACH_MOST; i++) {
        text_init(&t->names[i]);
    }
    size_t end = find_names(c, start, t);
    text_add_bytes(&t->statement, c->lexer->source->text + start, end - start);
    for (enum shapes shapes = SINGLE; t->count > 0 && shapes < SHAPES && !works; shapes++) {
        works = work(c, t, shapes);
    }
    return works;
}

void teach_release(struct teaching *t)
{
    text_release(&t->statement);
    for (size_t i = 0; i < TEACH_MOST; i++) {
        text_release(&t->names[i]);
    }
}

void teach_put(struct teaching *t, struct records *out, struct rec *error)
{
    struct rec *names = rec_list(out, error, KEY_names);
    for (size_t i = 0; i < t->count; i++) {
        rec_text(out, names, KEY_NONE, text_get(&t->names[i]));
    }
    struct rec *values = rec_list(out, error, KEY_values);
    for (size_t i = 0; i < t->count; i++) {
        rec_text(out, values, KEY_NONE, t->values[i]);
    }
    rec_text(out, error, KEY_statement, text_get(&t->statement));
}
