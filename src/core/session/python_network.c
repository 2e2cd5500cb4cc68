// The networks of the lecture: MLP, Layer and Neuron.
#include <math.h>

#include "base/format.h"
#include "session/python_parts.h"

struct network {
    struct token name;
    double in;
    uint32_t layers;
    double out[16];
    bool relu;
};

// MLP(3, [4, 4, 1]), Layer(3, 4), Neuron(3); relu as a last argument.
static bool read_network(struct call *c, const struct python_form *f, struct network *n)
{
    struct source only = *c->lexer->source;
    only.length = f->inside.end;
    struct lexer within = {.source = &only, .at = f->inside.start}, *outer = c->lexer;
    struct operand x[2] = {{0}};
    uint32_t count = 0;
    c->lexer = &within;
    bool ok = true, more = call_has_more(c);
    while (ok && more) {
        struct token word = lexer_peek(&within);
        if (token_is(&within, word, "relu") || token_is(&within, word, "tanh")) {
            n->relu = token_is(&within, lexer_next(&within, c->diag), "relu");
        } else {
            ok = count < 2 && call_expression(c, &x[count++]);
        }
        more = lexer_peek(&within).kind == TOKEN_COMMA;
        if (more) {
            lexer_next(&within, c->diag);
        }
    }
    ok = ok && call_finish(c);
    c->lexer = outer;
    n->in = count == 0 ? 0 : lower_number(call_lower(c), &x[0]);
    n->layers = count < 2 ? 1 : (uint32_t)operand_count(&x[1]);
    for (uint32_t i = 0; ok && count == 2 && i < n->layers && n->layers <= COUNT_OF(n->out); i++) {
        n->out[i] = operand_number(call_lower(c), &x[1], 0, i);
        ok = n->out[i] >= 1 && n->out[i] == floor(n->out[i]) && n->out[i] <= 1e6;
    }
    n->out[0] = count < 2 ? 1 : n->out[0];
    if (ok && n->in >= 1 && n->in == floor(n->in) && n->in <= 1e6 &&
        n->layers <= COUNT_OF(n->out)) {
        return true;
    }
    diag_set(c->diag, f->last.span, "a network has a number of inputs, and sizes of its layers");
    return diag_hint(c->diag, "write n = MLP(3, [4, 4, 1])");
}

// The statements that make it: parameters, and a function.
static void network_statements(const struct call *c, const struct network *n, struct text *out,
                               struct text *formula)
{
    const char *name = token_text(c->lexer, n->name), *bend = n->relu ? "relu" : "tanh";
    int length = (int)token_length(n->name);
    double in = n->in;
    text_add(formula, "x");
    for (uint32_t i = 0; i < n->layers; i++) {
        bool last = i + 1 == n->layers, single = last && n->out[i] == 1;
        char weights[16];
        struct text inner;
        text_init(&inner);
        format_write(weights, sizeof weights, "_%c%u", single ? 'w' : 'W', (unsigned)i + 1);
        if (single) {
            text_addf(out, "param %.*s%s = 2*rand(%.0f) - 1\nparam %.*s_b%u = 0\n", length, name,
                      weights, in, length, name, (unsigned)i + 1);
        } else {
            text_addf(out, "param %.*s%s = 2*rand(%.0f, %.0f) - 1\nparam %.*s_b%u = zeros(%.0f)\n",
                      length, name, weights, n->out[i], in, length, name, (unsigned)i + 1,
                      n->out[i]);
        }
        text_addf(&inner, "%s @ %.*s%s%s + %.*s_b%u", text_get(formula), length, name, weights,
                  single ? "" : ".T", length, name, (unsigned)i + 1);
        text_clear(formula);
        text_addf(formula, last && n->relu ? "%s%s" : "%s(%s)", last && n->relu ? "" : bend,
                  text_get(&inner));
        text_release(&inner);
        in = n->out[i];
    }
    text_addf(out, "def %.*s(x) = %s\n", length, name, text_get(formula));
}

bool python_make_network(struct call *c, const struct python_form *f, struct token name)
{
    struct network network = {.name = name}, *n = &network;
    struct text statements, formula;
    if (!read_network(c, f, n)) {
        return false;
    }
    text_init(&statements);
    text_init(&formula);
    network_statements(c, n, &statements, &formula);
    c->lexer->at = f->end;
    c->lexer->open = 0;
    if (call_echoes(c)) {
        call_notice(c, n->name.span, "def %.*s(x) = %s", (int)token_length(n->name),
                    token_text(c->lexer, n->name), text_get(&formula));
    }
    bool ok = session_push_frame(c->s, "<network>", (struct span){c->command.start, f->end},
                                 text_get(&statements), text_length(&statements));
    text_release(&statements);
    text_release(&formula);
    return ok || diag_out_of_memory(c->diag);
}
