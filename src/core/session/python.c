#include "session/python.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "session/label.h"
#include "text/block.h"
#include "text/foreign.h"
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

// name.name[…].name, and what follows it: ( … ) up to the statement's end, or an assignment.
struct form {
    struct token first, last;
    size_t owner;  // where what stands before the last point ends; 0: there is no point
    size_t dots;
    bool called;         // a call, which is the whole statement
    struct span inside;  // its parentheses'
    struct token assign;
    size_t end;  // of the statement, or behind the assignment's sign
};

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

static struct form read_form(const struct call *c)
{
    struct diag ignored;
    diag_clear(&ignored);
    struct lexer l = *c->lexer;
    struct form f = {.first = lexer_next(&l, &ignored)};
    f.last = f.first;
    for (;;) {
        struct lexer before = l;
        struct token t = lexer_next(&l, &ignored);
        if (t.kind == TOKEN_DOT) {
            struct token name = lexer_next(&l, &ignored);
            if (name.kind != TOKEN_NAME) {
                return f;
            }
            f.owner = before.at;
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

static bool last_is(const struct call *c, const struct form *f, const char *names)
{
    return text_among(names, token_text(c->lexer, f->last), token_length(f->last));
}

static bool first_is(const struct call *c, const struct form *f, const char *names)
{
    return f->first.kind == TOKEN_NAME &&
           text_among(names, token_text(c->lexer, f->first), token_length(f->first));
}

static bool is_bound(const struct call *c, struct token t)
{
    return names_lookup(&c->s->names, token_text(c->lexer, t), token_length(t)).rank !=
           VALUE_UNBOUND;
}

static bool is_module(const struct call *c, const struct form *f)
{
    return f->dots > 0 && f->first.kind == TOKEN_NAME && !is_bound(c, f->first) &&
           spelling_module(token_text(c->lexer, f->first), token_length(f->first));
}

// ---- Passed over --------------------------------------------------------------------------------

static size_t line_end(const struct source *source, size_t at)
{
    const char *newline = memchr(source->text + at, '\n', source->length - at);
    return newline == NULL ? source->length : (size_t)(newline - source->text);
}

// `from a import (b,
//                c)`
static size_t statement_end(const struct source *source, size_t at)
{
    return lexer_statement_end(&(struct lexer){.source = source, .at = at});
}

// The end of a class or function with all that is indented below it.
static size_t definition_end(const struct source *source, size_t at)
{
    struct lexer l = {.source = source, .at = at};
    struct diag ignored;
    diag_clear(&ignored);
    struct span inside;
    struct token t;
    do {
        t = lexer_next(&l, &ignored);
        ignored.set = false;
        if (t.kind == TOKEN_COLON && l.open == 0) {
            // Its lines are not ours to judge.
            return block_read(source, at, t.span.end, &inside, &ignored) ? inside.end
                   : ignored.span.start > t.span.end ? line_end(source, ignored.span.start)
                                                     : t.at;
        }
    } while (!token_ends(t.kind));
    return t.at;
}

// What stands at byte `at`, where a statement begins, is passed over up to the byte returned; 0: it
// is not.
static size_t passed_over(const struct source *source, size_t at)
{
    static const char *const built_in = "Value Module Neuron Layer MLP";
    static const char *const drawing = "trace draw_dot build_topo draw build";
    struct lexer l = {.source = source, .at = at};
    struct diag ignored;
    diag_clear(&ignored);
    const char *s = source->text + at;
    size_t n = source->length - at;
    size_t sign = n > 2 && (s[0] == '%' || s[0] == '!') ? 1 + (s[1] == s[0]) : 0, letters = 0;
    while (sign > 0 && sign + letters < n && s[sign + letters] >= 'a' && s[sign + letters] <= 'z') {
        letters++;
    }
    if (letters > 1) {
        return line_end(source, at);
    }
    struct token word = lexer_next(&l, &ignored), next = lexer_next(&l, &ignored);
    bool name = word.kind == TOKEN_NAME && next.kind == TOKEN_NAME;
    const char *called = name ? token_text(&l, next) : "";
    if (name && (token_is(&l, word, "import") || token_is(&l, word, "from"))) {
        return statement_end(source, at);
    }
    if ((name && token_is(&l, word, "class") && text_among(built_in, called, token_length(next))) ||
        (name && token_is(&l, word, "def") && text_among(drawing, called, token_length(next)) &&
         lexer_next(&l, &ignored).kind == TOKEN_OPEN)) {
        return definition_end(source, at);
    }
    if (word.kind == TOKEN_NAME && next.kind == TOKEN_DOT &&
        (token_is(&l, word, "plt") || token_is(&l, word, "warnings")) &&
        !token_is(&l, lexer_peek(&l), "plot")) {
        return statement_end(source, at);
    }
    return 0;
}

// "import math", "class Value": up to the line's end, shortened.
static void add_passed(struct text *list, const struct source *source, size_t at, size_t end)
{
    enum { SHOWN = 28 };
    size_t stop = line_end(source, at);
    stop = stop < end ? stop : end;
    for (size_t i = at; i < stop; i++) {
        stop = strchr("(:#", source->text[i]) != NULL ? i : stop;
    }
    stop = at + text_trimmed(source->text + at, stop - at);
    size_t cut = utf8_cut(source->text + at, stop - at, SHOWN);
    text_addf(list, "%s%.*s%s", text_length(list) == 0 ? "" : ", ", (int)cut, source->text + at,
              cut < stop - at ? "…" : "");
}

// Imports of the modules whose functions are here go without saying.
static bool goes_without_saying(const struct source *source, size_t at)
{
    struct lexer l = {.source = source, .at = at};
    struct diag ignored;
    diag_clear(&ignored);
    struct token word = lexer_next(&l, &ignored), name = lexer_next(&l, &ignored);
    return (token_is(&l, word, "import") || token_is(&l, word, "from")) &&
           name.kind == TOKEN_NAME &&
           (spelling_module(token_text(&l, name), token_length(name)) ||
            text_among("matplotlib micrograd", token_text(&l, name), token_length(name)));
}

// One notice for all of a text.
static void note_passed(struct call *c, size_t from)
{
    enum { LISTED = 6 };
    const struct source *source = c->lexer->source;
    struct text list;
    size_t count = 0;
    bool silent = true;
    text_init(&list);
    for (size_t at = from; at < source->length; at = line_end(source, at) + 1) {
        size_t end = passed_over(source, at);
        if (end > 0 && count++ < LISTED) {
            add_passed(&list, source, at, end);
            silent &= goes_without_saying(source, at);
        }
        at = end > at ? end : at;
    }
    if (count > LISTED) {
        text_addf(&list, " and %zu more", count - LISTED);
    }
    if (!silent) {
        call_notice(c, (struct span){from, from + 1}, "passed over, as it is not needed here: %s",
                    text_get(&list));
    }
    text_release(&list);
    c->frame->told_passed = true;
}

static bool pass_over(struct call *c)
{
    const struct source *source = c->lexer->source;
    size_t at = lexer_peek(c->lexer).at, end = passed_over(source, at);
    if (end == 0) {
        return false;
    }
    if (!c->frame->told_passed) {
        note_passed(c, at);
    }
    c->lexer->at = end;
    c->lexer->open = 0;
    return true;
}

// ---- Statements of others -----------------------------------------------------------------------

// Runs a command on a part of the text; behind it the statement ends.
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
static bool set_label(struct call *c, const struct form *f)
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
static size_t before_grad(const struct call *c, const struct form *f)
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

static bool nothing(struct call *c, const struct form *f)
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
static bool run_method(struct call *c, const struct form *f, enum call_end *end)
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
static bool run_field(struct call *c, const struct form *f, enum call_end *end)
{
    struct lexer after = {.source = c->lexer->source, .at = f->end};
    if (last_is(c, f, "label")) {
        *end = set_label(c, f) ? CALL_DONE : CALL_FAILED;
        return true;
    }
    if (last_is(c, f, "grad") && token_is(&after, lexer_peek(&after), "None")) {
        size_t stop = statement_end(after.source, after.at);
        *end =
            zero_gradient(c, (struct span){f->first.at, f->owner}, stop) ? CALL_DONE : CALL_FAILED;
        return true;
    }
    if (last_is(c, f, "requires_grad")) {
        c->lexer->at = statement_end(c->lexer->source, f->end);
        *end = CALL_DONE;
        return true;
    }
    return false;
}

// ---- Networks of the lecture --------------------------------------------------------------------

struct network {
    struct token name;
    double in;
    uint32_t layers;
    double out[16];
    bool relu;
};

// MLP(3, [4, 4, 1]), Layer(3, 4), Neuron(3); relu as a last argument.
static bool read_network(struct call *c, const struct form *f, struct network *n)
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
        snprintf(weights, sizeof weights, "_%c%u", single ? 'w' : 'W', (unsigned)i + 1);
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

static bool make_network(struct call *c, const struct form *f, struct network *n)
{
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

// n = MLP(…)
static bool run_network(struct call *c, const struct form *f, enum call_end *end)
{
    struct lexer behind = {.source = c->lexer->source, .at = f->end};
    struct call at = *c;
    at.lexer = &behind;
    struct form value = read_form(&at);
    struct network n = {.name = f->first};
    if (f->first.kind != TOKEN_NAME || f->dots > 0 || f->assign.kind != TOKEN_ASSIGN ||
        f->assign.op != OP_COUNT || !value.called || value.first.kind != TOKEN_NAME ||
        !last_is(&at, &value, "MLP Layer Neuron")) {
        return false;
    }
    *end = make_network(c, &value, &n) ? CALL_DONE : CALL_FAILED;
    return true;
}

// ---- All of them --------------------------------------------------------------------------------

// f(x, y) = …, where x and y are bare names.
static bool is_bare_definition(const struct call *c, const struct form *f)
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

static bool run_word(struct call *c, const struct form *f, enum call_end *end)
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

bool python_statement(struct call *c, enum call_end *end)
{
    *end = CALL_DONE;
    if (pass_over(c)) {
        return true;
    }
    if (is_remark(c)) {
        lexer_next(c->lexer, c->diag);
        return true;
    }
    struct form f = read_form(c);
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
    return run_network(c, &f, end) || (f.dots > 0 && f.called && run_method(c, &f, end)) ||
           (f.dots > 0 && f.assign.kind == TOKEN_ASSIGN && run_field(c, &f, end));
}
