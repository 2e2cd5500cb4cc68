#include "command/formula.h"

enum { LINE_MOST = 2000 };  // bytes of a formula in an answer

void formula_init(struct formula *f, struct call *c)
{
    *f = (struct formula){.call = c, .root = EXPR_NONE, .in = EXPR_NONE};
    exprs_init(&f->pool);
}

void formula_release(struct formula *f)
{
    exprs_release(&f->pool);
}

void formula_put(struct formula *f, struct rec *to, enum rec_key key, uint32_t root)
{
    struct text text;
    text_init(&text);
    expr_print(&text, &f->pool, root, LINE_MOST);
    rec_text(f->call->out, to, key, text_get(&text));
    text_release(&text);
}

bool formula_read(struct formula *f)
{
    struct call *c = f->call;
    struct parser parser;
    if (!call_has_more(c)) {
        diag_set(c->diag, c->command, "a formula is missing");
        return diag_hint(c->diag, "write %.*s x*tanh(x)", (int)(c->command.end - c->command.start),
                         c->lexer->source->text + c->command.start);
    }
    f->span.start = lexer_peek(c->lexer).at;
    parser_init(&parser, c->lexer, &c->s->names, c->diag);
    bool ok = expr_parse(&f->pool, &parser, &f->root);
    parser_release(&parser);
    f->span.end = c->lexer->at;
    f->typed = f->root;
    return ok || (!c->diag->set && expr_trouble(&f->pool, c->diag));
}

uint32_t formula_definition(const struct formula *f, uint32_t name)
{
    size_t length;
    const char *s = names_text(&f->pool.names, expr_get(&f->pool, name).a, &length);
    struct session *session = f->call->s;
    struct value value = names_lookup(&session->names, s, length);
    bool interior = value.rank == VALUE_SCALAR && tape_op(&session->tape, value.base) != OP_LEAF;
    return interior ? value.base : NODE_NONE;
}

bool formula_put_definitions_in(struct formula *f)
{
    struct buf names;
    struct session *s = f->call->s;
    bool ok = expr_free_names(&f->pool, f->root, &names);
    uint32_t kept = f->in == EXPR_NONE ? NODE_NONE : formula_definition(f, f->in);
    for (size_t i = 0; ok && i < names.count; i++) {
        uint32_t name = BUF(uint32_t, &names)[i], node = formula_definition(f, name);
        if (node != NODE_NONE && name != f->in) {
            uint32_t by = expr_inlined(&f->pool, &s->tape, &s->names, node, kept);
            f->root = expr_substitute(&f->pool, f->root, name, by);
        }
    }
    buf_release(&names);
    return (ok && f->root != EXPR_NONE) || expr_trouble(&f->pool, f->call->diag);
}
