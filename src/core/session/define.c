// def: functions, whose bodies are kept as text.
#include <string.h>

#include "session/call.h"
#include "session/python.h"
#include "text/block.h"

enum { PARAMS_MOST = 64, OWN_MOST = 256 };

static bool read_params(struct call *c, uint32_t *params, uint32_t *count)
{
    struct token t = lexer_next(c->lexer, c->diag);
    if (!token_opens(t, '(')) {
        diag_set(c->diag, t.span, "the names of its values are missing");
        return diag_hint(c->diag, "write def neuron(x, w, b) = tanh(w @ x + b)");
    }
    for (t = lexer_next(c->lexer, c->diag); !token_closes(t, ')');) {
        if (t.kind != TOKEN_NAME || *count == PARAMS_MOST) {
            diag_set(c->diag, t.span,
                     *count == PARAMS_MOST ? "too many values for one function"
                                           : "a name is missing here");
            return diag_hint(c->diag,
                             "the values of a function are named, as in def f(x, y) = x*y");
        }
        params[*count] = names_intern(&c->s->names, token_text(c->lexer, t), token_length(t));
        for (uint32_t i = 0; i < *count; i++) {
            if (params[i] == params[*count]) {
                return diag_set(c->diag, t.span, "two values of this function have the same name");
            }
        }
        ++*count;
        t = lexer_next(c->lexer, c->diag);
        if (t.kind == TOKEN_COMMA) {
            t = lexer_next(c->lexer, c->diag);
        } else if (t.kind == TOKEN_ASSIGN) {
            diag_set(c->diag, t.span, "the values of a function have no defaults");
            return diag_hint(c->diag, "give every value in the call");
        } else if (!token_closes(t, ')')) {
            diag_set(c->diag, t.span, "a comma or ')' is missing here");
            return false;
        }
    }
    return true;
}

// Reads the body over, so that its form is known to be right; its names are looked up at each call.
static bool read_formula(struct call *c, struct span *body)
{
    struct parser p;
    struct item item;
    body->start = lexer_peek(c->lexer).at;
    parser_init(&p, c->lexer, &c->s->names, c->diag);
    do {
        item = parser_next(&p);
    } while (item.kind != ITEM_END && item.kind != ITEM_ERROR);
    body->end = c->lexer->at;
    parser_release(&p);
    return item.kind == ITEM_END && call_finish(c);
}

// ---- A body of lines ----------------------------------------------------------------------------

// The names of a function: of its parameters, then its own.
struct own {
    uint32_t names[OWN_MOST], count;
    uint32_t params;
};

static bool own_name(struct call *c, struct own *own, struct token t)
{
    uint32_t name = names_intern(&c->s->names, token_text(c->lexer, t), token_length(t));
    for (uint32_t i = 0; i < own->count; i++) {
        if (own->names[i] == name) {
            return true;
        }
    }
    if (name == NAME_NONE) {
        return diag_out_of_memory(c->diag);
    }
    if (own->count == OWN_MOST) {
        return diag_set(c->diag, t.span, "too many names for one function");
    }
    own->names[own->count++] = name;
    return true;
}

static bool refuse_line(struct call *c, struct token t)
{
    const char *s = token_text(c->lexer, t);
    const char *hint = t.kind == TOKEN_NAME ? python_word(s, token_length(t)) : NULL;
    diag_set(c->diag, t.span, "a function here gives names to values, and returns one");
    return diag_hint(c->diag, "%s", hint != NULL ? hint : "write z = w*x, and at the end return z");
}

// name = formula, name += formula, return formula; *returns: it was the last.
static bool read_line(struct call *c, struct own *own, bool *returns)
{
    struct span formula;
    struct token t = lexer_next(c->lexer, c->diag), assign = lexer_peek(c->lexer);
    *returns = token_is(c->lexer, t, "return");
    if (t.kind == TOKEN_STRING && token_ends(assign.kind)) {
        return true;  // what it is for, in words
    }
    if (!*returns && (t.kind != TOKEN_NAME || assign.kind != TOKEN_ASSIGN)) {
        return refuse_line(c, t);
    }
    if (!*returns) {
        lexer_next(c->lexer, c->diag);
    }
    if (!read_formula(c, &formula)) {
        return false;
    }
    return *returns || own_name(c, own, t);
}

// The lines of a body, up to the one that returns, which is the last.
static bool read_body_lines(struct call *c, struct span body, struct own *own)
{
    struct source only = *c->lexer->source;
    only.length = body.end;
    struct lexer within = {.source = &only, .at = body.start}, *outer = c->lexer;
    bool returns = false, ok = true;
    c->lexer = &within;  // analysis: put back below
    for (;;) {
        struct token t = lexer_peek(&within);
        if (t.kind == TOKEN_BREAK) {
            lexer_next(&within, c->diag);
            continue;
        }
        if (t.kind == TOKEN_END || !ok) {
            break;
        }
        if (returns) {
            diag_set(c->diag, t.span, "nothing comes after the line that returns");
            ok = diag_hint(c->diag, "there is one return, at the end");
            break;
        }
        ok = read_line(c, own, &returns);
    }
    c->lexer = outer;
    if (ok && !returns) {
        diag_set(c->diag, c->command, "this function returns nothing");
        ok = diag_hint(c->diag, "its last line must be return and a formula");
    }
    return ok;
}

static bool keep_function(struct call *c, uint32_t name, const struct own *own, bool lines,
                          struct span body)
{
    struct definition row = {
        .name = name, .count = own->params, .locals = own->count - own->params, .lines = lines};
    bool ok = name != NAME_NONE &&
              definitions_add(&c->s->definitions, row, own->names,
                              c->lexer->source->text + body.start, body.end - body.start);
    return ok || diag_out_of_memory(c->diag);
}

// The function's ":" or "=", and its body.
static bool read_function(struct call *c, uint32_t name, struct own *own)
{
    struct span body;
    struct token t = lexer_next(c->lexer, c->diag);
    if (t.kind == TOKEN_ASSIGN && t.op == OP_COUNT) {
        return read_formula(c, &body) && keep_function(c, name, own, false, body);
    }
    if (t.kind != TOKEN_COLON) {
        diag_set(c->diag, t.span, "'=' and the formula are missing");
        return diag_hint(c->diag, "write def f(x) = x*x");
    }
    if (!block_read(c->lexer->source, c->command.start, t.span.end, &body, c->diag)) {
        return false;
    }
    c->lexer->at = body.end;
    return read_body_lines(c, body, own) && keep_function(c, name, own, true, body);
}

// A built-in name may be taken, and then means what is defined here.
static void note_taken(struct call *c, struct token name)
{
    if (lower_is_function(token_text(c->lexer, name), token_length(name))) {
        call_notice(c, name.span, "%.*s is your own function from now on", (int)token_length(name),
                    token_text(c->lexer, name));
    }
}

// The rest of a definition, from its name on.
static bool define(struct call *c, struct token name)
{
    struct own own = {.count = 0};
    if (!read_params(c, own.names, &own.count)) {
        return false;
    }
    own.params = own.count;
    uint32_t id = names_intern(&c->s->names, token_text(c->lexer, name), token_length(name));
    if (!read_function(c, id, &own)) {
        return false;
    }
    note_taken(c, name);
    return true;
}

bool define_function(struct call *c)
{
    lexer_next(c->lexer, c->diag);
    struct token name = lexer_next(c->lexer, c->diag);
    if (name.kind != TOKEN_NAME) {
        diag_set(c->diag, name.span, "the function's name is missing");
        return diag_hint(c->diag, "write def neuron(x, w, b) = tanh(w @ x + b)");
    }
    return define(c, name);
}

bool define_bare(struct call *c)
{
    return define(c, lexer_next(c->lexer, c->diag));
}
