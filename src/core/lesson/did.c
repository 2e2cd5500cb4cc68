#include "lesson/did.h"

#include <string.h>

#include "text/lexer.h"

// The tokens of a statement as of a command with its words: without the parentheses and commas of a
// call, and with the node of a method after its name.
struct reading {
    struct source source;
    struct lexer lexer;
    struct token first, node;  // of a method; node.kind is TOKEN_END for all else
    size_t read;
    bool called;
};

static struct token next(struct reading *r)
{
    struct diag ignored = {0};
    return lexer_next(&r->lexer, &ignored);
}

static void begin(struct reading *r, const char *s, size_t n)
{
    *r = (struct reading){.source = {.name = "", .text = s, .length = n, .line = 1}};
    lexer_init(&r->lexer, &r->source);
    r->first = next(r);
    r->node.kind = TOKEN_END;
    struct lexer ahead = r->lexer;
    struct diag ignored = {0};
    struct token second = lexer_next(&ahead, &ignored);
    if (second.kind == TOKEN_DOT && lexer_peek(&ahead).kind == TOKEN_NAME) {
        r->node = r->first;
        r->first = lexer_next(&ahead, &ignored);
        r->lexer = ahead;
        second = lexer_next(&ahead, &ignored);
    }
    r->called = token_opens(second, '(');
    if (r->called) {
        r->lexer = ahead;
    }
}

// TOKEN_END: there are no more of this statement.
static struct token get(struct reading *r)
{
    r->read++;
    if (r->read == 1) {
        return r->first;
    }
    if (r->read == 2 && r->node.kind != TOKEN_END) {
        return r->node;
    }
    struct token t = next(r);
    while (r->called && t.kind == TOKEN_COMMA && r->lexer.open == 1) {
        t = next(r);
    }
    if (token_ends(t.kind) || (r->called && token_closes(t, ')') && r->lexer.open == 0)) {
        t.kind = TOKEN_END;
    }
    return t;
}

static bool same(const struct reading *a, struct token x, const struct reading *b, struct token y)
{
    size_t n = x.span.end - x.at;
    if (x.kind != y.kind) {
        return false;
    }
    return x.kind == TOKEN_NUMBER ? x.number == y.number
           : x.kind == TOKEN_NODE ? x.node == y.node
                                  : n == y.span.end - y.at && memcmp(a->source.text + x.at,
                                                                     b->source.text + y.at, n) == 0;
}

static bool is_output(const struct reading *r, struct token t, const struct scope *scope,
                      uint32_t output)
{
    if (t.kind != TOKEN_NAME || output == NODE_NONE) {
        return false;
    }
    struct value v = names_lookup(scope->names, token_text(&r->lexer, t), token_length(t));
    return v.rank == VALUE_SCALAR && names_element(scope->names, v, 0) == output;
}

static enum did did_these(const char *statement, const char *words, size_t n,
                          const struct scope *scope, uint32_t output)
{
    struct reading done, wanted;
    begin(&done, statement, strlen(statement));
    begin(&wanted, words, n);
    enum did did = DID_NOT;
    for (;;) {
        struct token w = get(&wanted);
        if (w.kind == TOKEN_END) {
            return DID_THAT;
        }
        struct token d = get(&done);
        if (d.kind == TOKEN_END && did == DID_OTHERWISE && is_output(&wanted, w, scope, output)) {
            return get(&wanted).kind == TOKEN_END ? DID_THAT : DID_OTHERWISE;
        }
        if (!same(&done, d, &wanted, w)) {
            return did;
        }
        did = DID_OTHERWISE;
    }
}

enum did did_what(const char *statement, const char *words, const struct scope *scope,
                  uint32_t output)
{
    enum did most = DID_NOT;
    for (const char *end = words; end != NULL; words = end == NULL ? words : end + 3) {
        end = strstr(words, " | ");
        size_t n = end == NULL ? strlen(words) : (size_t)(end - words);
        enum did did = did_these(statement, words, n, scope, output);
        most = did > most ? did : most;
    }
    return most;
}

enum did_value did_value(const char *statement, const struct scope *scope)
{
    struct source source = {.name = "", .text = statement, .length = strlen(statement), .line = 1};
    struct lexer l;
    struct diag ignored = {0};
    lexer_init(&l, &source);
    struct token first = lexer_next(&l, &ignored), before = first, t = first;
    if (first.kind == TOKEN_NAME &&
        text_among("train update repeat for", token_text(&l, first), token_length(first))) {
        return DID_COMPUTE_VALUE;
    }
    while (!token_ends(t.kind) && t.kind != TOKEN_BAD && t.kind != TOKEN_ASSIGN) {
        before = t;
        t = lexer_next(&l, &ignored);
    }
    if (t.kind != TOKEN_ASSIGN || !token_is(&l, before, "data")) {
        return DID_NO_VALUE;
    }
    bool computed = t.op != OP_COUNT;
    for (t = lexer_next(&l, &ignored); !token_ends(t.kind) && t.kind != TOKEN_BAD && !computed;
         t = lexer_next(&l, &ignored)) {
        computed =
            t.kind == TOKEN_NAME &&
            names_lookup(scope->names, token_text(&l, t), token_length(t)).rank != VALUE_UNBOUND;
    }
    return computed ? DID_COMPUTE_VALUE : DID_TYPE_VALUE;
}
