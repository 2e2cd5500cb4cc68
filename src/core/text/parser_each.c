// Comprehensions: [x*x for x in X].
#include <string.h>

#include "text/parser_parts.h"

// How far ahead a comprehension's `for` is looked for.
enum { FOR_AHEAD = 2000 };

// The place of the word `for` at or after byte `at`, or where it was looked for no further.
static size_t find_for(const struct source *source, size_t at)
{
    size_t end = source->length - at < FOR_AHEAD ? source->length : at + FOR_AHEAD;
    const char *s = source->text + at, *stop = source->text + end;
    while (s < stop && (s = memchr(s, 'f', (size_t)(stop - s))) != NULL) {
        bool apart = strchr(" \t\n)]", s[-1]) != NULL;  // a bracket comes before
        if (apart && stop - s > 3 && memcmp(s, "for", 3) == 0 && strchr(" \t", s[3]) != NULL) {
            return (size_t)(s - source->text);
        }
        s++;
    }
    return end;
}

// Where the `for` of a comprehension is in the bracket just opened; 0 if it is not one.
static size_t for_inside(struct parser *p)
{
    struct lexer ahead = *p->lexer;
    struct diag ignored;
    diag_clear(&ignored);
    if (p->next_for < ahead.at) {
        p->next_for = find_for(ahead.source, ahead.at);
    }
    size_t open = ahead.open, end = ahead.at + FOR_AHEAD, next = p->next_for;
    bool any = next + 3 < ahead.source->length && memcmp(ahead.source->text + next, "for", 3) == 0;
    while (any && ahead.open >= open && ahead.at < end) {
        struct token t = lexer_next(&ahead, &ignored);
        if (ahead.open == open && token_is(&ahead, t, "for")) {
            return t.at;
        }
        any = t.kind != TOKEN_END && t.kind != TOKEN_BAD;
    }
    return 0;
}

static bool refuse_each(struct parser *p, struct span span)
{
    diag_set(p->diag, span, "this comprehension is not understood");
    return diag_hint(p->diag, "write [f(x) for x in X], or sum(f(x, y) for x, y in zip(X, Y))");
}

// x, or x, y, or (x, y), up to `in`, which is taken.
static bool read_each_names(struct parser *p, struct span *names)
{
    struct token t = lexer_next(p->lexer, p->diag);
    int open = 0;
    names->start = t.at;
    for (; !token_is(p->lexer, t, "in"); t = lexer_next(p->lexer, p->diag)) {
        open += token_opens(t, '(') - token_closes(t, ')');
        bool part = (t.kind == TOKEN_NAME && !t.partial) || t.kind == TOKEN_COMMA ||
                    token_opens(t, '(') || token_closes(t, ')');
        if (!part || open < 0) {
            return refuse_each(p, t.span);
        }
        names->end = t.span.end;
    }
    if (names->end <= names->start || open != 0) {
        return refuse_each(p, t.span);
    }
    return true;
}

// [E for x in X]: what comes first is X; E is read once for each element.
bool parser_read_each(struct parser *p)
{
    size_t at = for_inside(p);
    if (at == 0) {
        return false;
    }
    struct parser_frame f = {.kind = FRAME_EACH, .span = {p->lexer->at, at}};
    p->lexer->at = at + strlen("for");
    if (!read_each_names(p, &f.names)) {
        return true;
    }
    struct lexer ahead = *p->lexer;
    struct token word = lexer_next(&ahead, p->diag), open = lexer_next(&ahead, p->diag);
    f.counts = token_is(&ahead, word, "enumerate");
    f.zip = (f.counts || token_is(&ahead, word, "zip")) && token_opens(open, '(');
    *p->lexer = f.zip ? ahead : *p->lexer;
    parser_push(p, f);
    p->want_operand = true;
    return true;
}

// The bracket after zip(…) or X: the comprehension is complete, and with it the array or the call
// that it is in.
void parser_close_each(struct parser *p, struct token t)
{
    struct parser_frame f = *parser_bracket(p);
    if (f.zip) {
        lexer_next(p->lexer, p->diag);
        t = lexer_peek(p->lexer);
    }
    const struct parser_frame *outer = &BUF(struct parser_frame, &p->open)[p->open.count - 2];
    char wanted = parser_closing(outer);
    if (!token_closes(t, wanted)) {
        if (token_is(p->lexer, t, "if")) {
            diag_set(p->diag, t.span, "a comprehension here takes every element");
            diag_hint(p->diag, "multiply by a comparison: sum((x > 0)*x for x in X)");
        } else {
            refuse_each(p, t.span);
        }
        return;
    }
    bool call = outer->kind == FRAME_CALL;
    struct span name = outer->span;
    parser_pop_bracket(p);
    parser_pop_bracket(p);
    lexer_next(p->lexer, p->diag);
    parser_put(p, (struct item){.kind = ITEM_EACH,
                                .count = f.count + 1,
                                .node = f.counts,
                                .span = f.span,
                                .names = f.names});
    if (call) {
        parser_put(p, (struct item){.kind = ITEM_CALL, .count = 1, .span = name});
    }
    p->want_operand = false;
}
