#include "session/python.h"

#include <string.h>

#include "session/label.h"
#include "session/python_parts.h"
#include "text/spelling.h"

static const struct python_word {
    const char *words, *message, *hint;
} words[] = {
    {"if elif else", "there are no branches here",
     "write where(u > 2, a, b), or multiply by a comparison: (u > 2)*a"},
    {"while", "a loop here needs a known number of turns",
     "write repeat 100 { … }, or for k in range(100):"},
    {"try except finally raise", "errors are not caught here",
     "a statement that fails leaves everything as it was"},
    {"return yield", "this is only allowed in a function", "write def f(x) = x**2"},
    {"global nonlocal", "names in a function are its own, or mean what they mean outside",
     "a function only returns a value"},
    {"break continue", "a loop here always makes all of its turns", "write a loop of fewer turns"},
    {"async await", "nothing runs in parallel here", "leave the word out"},
    {"del", "names cannot be deleted", "'reset' starts with an empty graph; 'undo' takes one back"},
    {"class", "classes are not supported", "a function is written def f(x, k) = 0.5*k*x**2"},
    {"lambda", "a function has a name", "write def f(x) = x**2"},
};

const char *python_word(const char *s, size_t n)
{
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (text_among(words[i].words, s, n)) {
            return words[i].hint;
        }
    }
    return NULL;
}

// ---- The form of a statement --------------------------------------------------------------------

static bool ends(struct lexer *l)
{
    return token_ends(lexer_peek(l).kind);
}

// Behind the bracket that is open; false if it is never closed.
static bool skip_bracket(struct lexer *l, char closing)
{
    struct diag ignored;
    diag_clear(&ignored);
    size_t outside = l->open - 1;
    struct token t = {.kind = TOKEN_OPEN};
    while (l->open > outside && t.kind != TOKEN_END) {
        t = lexer_next(l, &ignored);
        ignored.set = false;
    }
    return token_closes(t, closing);
}

static struct python_form read_form(struct lexer l)
{
    struct diag ignored;
    diag_clear(&ignored);
    struct python_form f = {.first = lexer_next(&l, &ignored)};
    f.last = f.first;
    for (;;) {
        size_t before = l.at;
        struct token t = lexer_next(&l, &ignored);
        if (t.kind == TOKEN_DOT) {
            struct token name = lexer_next(&l, &ignored);
            if (name.kind != TOKEN_NAME) {
                return f;
            }
            f.owner = before;
            f.last = name;
            f.dots++;
        } else if (token_opens(t, '[')) {
            if (!skip_bracket(&l, ']')) {
                return f;
            }
        } else if (token_opens(t, '(')) {
            f.inside.start = t.span.end;
            bool closed = skip_bracket(&l, ')');
            f.inside.end = l.at - closed;
            f.called = closed && ends(&l);
            f.assign = closed ? lexer_peek(&l) : f.first;
            f.end = l.at;
            return f;
        } else {
            f.assign = t;
            f.end = l.at;
            return f;
        }
    }
}

static bool last_is(const struct call *c, const struct python_form *f, const char *names)
{
    return text_among(names, token_text(c->lexer, f->last), token_length(f->last));
}

static bool first_is(const struct call *c, const struct python_form *f, const char *names)
{
    return f->first.kind == TOKEN_NAME &&
           text_among(names, token_text(c->lexer, f->first), token_length(f->first));
}

static bool is_bound(const struct call *c, struct token t)
{
    return names_lookup(&c->s->names, token_text(c->lexer, t), token_length(t)).rank !=
           VALUE_UNBOUND;
}

static bool is_module(const struct call *c, const struct python_form *f)
{
    return f->dots > 0 && f->first.kind == TOKEN_NAME && !is_bound(c, f->first) &&
           spelling_module(token_text(c->lexer, f->first), token_length(f->first));
}

// ---- Statements of others -----------------------------------------------------------------------

// Runs a command on a part of the text; after it the statement ends.
static enum call_end run_on(struct call *c, const char *command, struct token word,
                            struct span part, size_t end)
{
    struct source source = *c->lexer->source;
    source.length = part.end;
    struct lexer only = {.source = &source, .at = part.start}, *outer = c->lexer;
    outer->at = end;
    outer->open = 0;
    c->method_end = outer;
    c->lexer = &only;
    c->command = word.span;
    const struct command *row = command_find(c->s->world.commands, command, strlen(command));
    enum call_end ended = CALL_FAILED;
    if (row == NULL) {
        diag_set(c->diag, word.span, "the command '%s' is not known here", command);
    } else {
        ended = row->run(c);
    }
    c->lexer = outer;
    return ended;
}

// a.label = 'a': the words that pictures and tables show beside the name.
static bool set_label(struct call *c, const struct python_form *f)
{
    struct operand x;
    struct source only = *c->lexer->source;
    only.length = f->owner;
    struct lexer target = {.source = &only, .at = f->first.at}, *outer = c->lexer;
    outer->at = f->end;
    struct token text = lexer_next(outer, c->diag);
    if (text.kind != TOKEN_STRING) {
        diag_set(c->diag, text.span, "a label is a text");
        return diag_hint(c->diag, "write it in quotation marks, as in a.label = 'a'");
    }
    c->lexer = &target;
    bool ok = call_expression(c, &x);
    c->lexer = outer;
    if (ok && x.is_node && !operand_is_array(&x)) {
        const char *s = outer->source->text + text.span.start;
        ok = labels_set(&c->s->labels, x.node, s, text.span.end - text.span.start) ||
             diag_out_of_memory(c->diag);
    }
    return ok && call_finish(c);
}

// x.grad.zero_() and x.grad = None: all of it becomes 0.
static bool zero_gradient(struct call *c, struct span target, size_t end)
{
    struct operand x;
    struct source only = *c->lexer->source;
    only.length = target.end;
    struct lexer within = {.source = &only, .at = target.start}, *outer = c->lexer;
    c->lexer = &within;
    bool ok = call_expression(c, &x);
    c->lexer = outer;
    outer->at = end;
    outer->open = 0;
    for (size_t k = 0; ok && x.is_node && k < operand_count(&x); k++) {
        uint32_t cols = operand_cols(&x);
        uint32_t node = operand_node(call_lower(c), &x, (uint32_t)k / cols, (uint32_t)k % cols);
        ok = tape_set_grad(&c->s->tape, &c->s->undo, node, 0) || diag_out_of_memory(c->diag);
    }
    return ok;
}

// Where x ends in x.grad, x.grad.data: 0 if there is no gradient.
static size_t before_grad(const struct call *c, const struct python_form *f)
{
    static const char *const fields[] = {".grad.data", ".grad"};
    const char *text = c->lexer->source->text;
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        size_t n = strlen(fields[i]);
        if (f->owner > f->first.at + n && memcmp(text + f->owner - n, fields[i], n) == 0) {
            return f->owner - n;
        }
    }
    return 0;
}

static bool point(struct call *c, struct token at, const char *message, const char *hint)
{
    diag_set(c->diag, at.span, "%s", message);
    return diag_hint(c->diag, "%s", hint);
}

static bool nothing(struct call *c, const struct python_form *f)
{
    c->lexer->at = f->end;
    c->lexer->open = 0;
    return true;
}

// name=True among the arguments of a call.
static bool is_given(const struct call *c, struct span inside, const char *name)
{
    struct source only = *c->lexer->source;
    only.length = inside.end;
    struct lexer l = {.source = &only, .at = inside.start};
    struct diag ignored;
    diag_clear(&ignored);
    for (struct token t = lexer_next(&l, &ignored); t.kind != TOKEN_END && t.kind != TOKEN_BAD;
         t = lexer_next(&l, &ignored)) {
        struct lexer ahead = l;
        if (token_is(&l, t, name) && lexer_next(&ahead, &ignored).kind == TOKEN_ASSIGN) {
            return token_is(&ahead, lexer_next(&ahead, &ignored), "True");
        }
    }
    return false;
}

// name.method(…) as a whole statement.
static bool run_method(struct call *c, const struct python_form *f, enum call_end *end)
{
    struct span target = {f->first.at, f->owner};
    bool module = is_module(c, f);
    if (last_is(c, f, "backward forward")) {
        bool backward = last_is(c, f, "backward");
        c->create_graph = backward && is_given(c, f->inside, "create_graph");
        *end = run_on(c, backward ? "backward" : "forward", f->last, target, f->end);
    } else if (module && last_is(c, f, "seed manual_seed")) {
        *end = run_on(c, "seed", f->last, f->inside, f->end);
    } else if (module && last_is(c, f, "plot")) {
        *end = run_on(c, "plot", f->last, f->inside, f->end);
    } else if (module &&
               last_is(c, f, "set_printoptions set_default_dtype use_deterministic_algorithms")) {
        *end = nothing(c, f) ? CALL_DONE : CALL_FAILED;
    } else if (last_is(c, f, "zero_grad")) {
        *end = run_on(c, "zero", f->last, (struct span){f->inside.end, f->inside.end}, f->end);
    } else if (last_is(c, f, "zero_ fill_") && before_grad(c, f) > 0) {
        target.end = before_grad(c, f);
        *end = zero_gradient(c, target, f->end) ? CALL_DONE : CALL_FAILED;
    } else if (last_is(c, f, "requires_grad_ retain_grad train eval to cuda cpu")) {
        *end = nothing(c, f) ? CALL_DONE : CALL_FAILED;
    } else if (last_is(c, f, "step")) {
        *end = point(c, f->last, "there are no optimiser objects here",
                     "'update 0.1' moves every parameter once, 'train L 100 0.1' many times")
                   ? CALL_DONE
                   : CALL_FAILED;
    } else if (last_is(c, f, "_backward")) {
        *end =
            point(c, f->last, "a single node's share of the backward pass is a step of the walk",
                  "'step L', and then 'step', take one node at a time; 'local a' shows its slopes")
                ? CALL_DONE
                : CALL_FAILED;
    } else if (last_is(c, f, "append extend insert pop remove")) {
        *end = point(c, f->last, "an array here cannot grow",
                     "a training's losses are 'history'; zeros(100) is an array to begin with")
                   ? CALL_DONE
                   : CALL_FAILED;
    } else {
        return false;
    }
    return true;
}

// name.field = …
static bool run_field(struct call *c, const struct python_form *f, enum call_end *end)
{
    struct lexer after = {.source = c->lexer->source, .at = f->end};
    if (last_is(c, f, "label")) {
        *end = set_label(c, f) ? CALL_DONE : CALL_FAILED;
        return true;
    }
    if (last_is(c, f, "grad") && token_is(&after, lexer_peek(&after), "None")) {
        size_t stop = lexer_statement_end(&after);
        *end =
            zero_gradient(c, (struct span){f->first.at, f->owner}, stop) ? CALL_DONE : CALL_FAILED;
        return true;
    }
    if (last_is(c, f, "requires_grad")) {
        c->lexer->at = lexer_statement_end(&after);
        *end = CALL_DONE;
        return true;
    }
    return false;
}

// n = MLP(…)
static bool run_network(struct call *c, const struct token *name, const struct token *assign,
                        struct lexer *behind, enum call_end *end)
{
    struct diag ignored;
    diag_clear(&ignored);
    if (assign->op != OP_COUNT || lexer_next(behind, &ignored).kind != TOKEN_NAME) {
        return false;
    }
    enum token_kind next = lexer_peek(behind).kind;
    if (next != TOKEN_OPEN && next != TOKEN_DOT) {
        return false;
    }
    struct python_form value =
        read_form((struct lexer){.source = c->lexer->source, .at = assign->span.end});
    if (!value.called || !last_is(c, &value, "MLP Layer Neuron")) {
        return false;
    }
    *end = python_make_network(c, &value, *name) ? CALL_DONE : CALL_FAILED;
    return true;
}

// ---- All of them --------------------------------------------------------------------------------

// f(x, y) = …, where x and y are bare names.
static bool is_bare_definition(const struct call *c, const struct python_form *f)
{
    struct lexer l = {.source = c->lexer->source, .at = f->inside.start};
    struct diag ignored;
    diag_clear(&ignored);
    if (f->first.kind != TOKEN_NAME || f->dots > 0 || f->called || f->inside.end == 0 ||
        f->assign.kind != TOKEN_ASSIGN || f->assign.op != OP_COUNT) {
        return false;
    }
    for (;;) {
        struct token name = lexer_next(&l, &ignored), after = lexer_next(&l, &ignored);
        if (name.kind != TOKEN_NAME || (after.kind != TOKEN_COMMA && after.kind != TOKEN_CLOSE)) {
            return false;
        }
        if (after.kind == TOKEN_CLOSE) {
            return true;
        }
    }
}

// A text that stands alone: what a cell is about.
static bool is_remark(const struct call *c)
{
    struct lexer l = *c->lexer;
    struct diag ignored;
    diag_clear(&ignored);
    struct token t = lexer_next(&l, &ignored);
    return t.kind == TOKEN_STRING && t.span.start - t.at == 3 && ends(&l);
}

static bool run_word(struct call *c, const struct python_form *f, enum call_end *end)
{
    const char *s = token_text(c->lexer, f->first);
    size_t n = token_length(f->first);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (text_among(words[i].words, s, n)) {
            *end = point(c, f->first, words[i].message, words[i].hint) ? CALL_DONE : CALL_FAILED;
            return true;
        }
    }
    return false;
}

bool python_statement(struct call *c, const struct token *first, const struct token *second,
                      struct lexer *behind, enum call_end *end)
{
    *end = CALL_DONE;
    if (first->kind == TOKEN_NAME && second->kind == TOKEN_ASSIGN) {
        return run_network(c, first, second, behind, end);
    }
    if (python_pass_over(c)) {
        return true;
    }
    if (is_remark(c)) {
        lexer_next(c->lexer, c->diag);
        return true;
    }
    struct python_form f = read_form(*c->lexer);
    bool name = f.first.kind == TOKEN_NAME && !f.first.partial;
    bool assigned = f.dots == 0 && f.assign.kind == TOKEN_ASSIGN;
    if (name && !assigned && f.dots == 0 && !is_bound(c, f.first) && run_word(c, &f, end)) {
        return true;
    }
    if (name && first_is(c, &f, "pass") &&
        ends(&(struct lexer){.source = c->lexer->source, .at = f.first.span.end})) {
        lexer_next(c->lexer, c->diag);
        return true;
    }
    if (name && first_is(c, &f, "with") && f.assign.kind == TOKEN_NAME) {
        *end = loop_with(c) ? CALL_DONE : CALL_FAILED;
        return true;
    }
    if (name && first_is(c, &f, "draw_dot") && f.called) {
        *end = run_on(c, "graph", f.first, f.inside, f.end);
        return true;
    }
    if (is_bare_definition(c, &f)) {
        *end = define_bare(c) ? CALL_DONE : CALL_FAILED;
        return true;
    }
    return (f.dots > 0 && f.called && run_method(c, &f, end)) ||
           (f.dots > 0 && f.assign.kind == TOKEN_ASSIGN && run_field(c, &f, end));
}
