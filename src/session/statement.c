// Statements: which kind a line is, and the kinds that are no commands: bindings, assignments to
// .data and .grad, expressions.
#include <math.h>
#include <string.h>

#include "engine/sweep.h"
#include "lang/foreign.h"
#include "session/call.h"

// def, repeat, for and in will begin statements of their own; they are no names already.
static const char *const reserved[] = {"def", "param", "repeat", "for", "print", "in"};

static bool is_reserved(const struct call *c, struct token t)
{
    for (size_t i = 0; i < COUNT_OF(reserved); i++) {
        if (token_is(c->lexer, t, reserved[i])) {
            return true;
        }
    }
    return false;
}

static bool refuse_reserved(struct call *c, struct token t)
{
    char name[QUOTED];
    diag_quote(name, token_text(c->lexer, t), token_length(t));
    diag_set(c->diag, t.span, "'%s' is a word of the language, not a name", name);
    return diag_hint(c->diag, "choose another name, such as %s_1", name);
}

// The last named node that depends on `old`, where `fresh`, which took its name, does not;
// NODE_NONE where there is none.
static uint32_t left_behind(struct session *s, uint32_t old, uint32_t fresh)
{
    const struct tape *t = &s->tape;
    uint32_t count = tape_count(t), user = NODE_NONE;
    struct buf reached;
    buf_init(&reached, 1);
    bool ok = old < fresh && buf_resize(&reached, count - old);
    uint8_t *reach = reached.data;
    for (uint32_t i = old; ok && i < count; i++) {
        struct node n = tape_node(t, i);
        reach[i - old] = i == old || (n.op != OP_LEAF && ((n.a >= old && reach[n.a - old] != 0) ||
                                                          (n.b >= old && reach[n.b - old] != 0)));
        if (i > old && reach[i - old] != 0 && names_of_node(&s->names, i) != NAME_NONE) {
            user = i;
        }
    }
    bool depends = ok && reach[fresh - old] != 0;
    buf_release(&reached);
    return depends ? NODE_NONE : user;
}

// The trap of every newcomer: a = 5 does not change what was built from the old a.
static void note_old_user(struct call *c, struct token name, uint32_t old, uint32_t fresh)
{
    uint32_t user = left_behind(c->s, old, fresh);
    if (user == NODE_NONE) {
        return;
    }
    char label[LABEL_TEXT], mine[QUOTED], was[NUMBER_TEXT], is[NUMBER_TEXT];
    names_label(&c->s->names, label, user);
    diag_quote(mine, token_text(c->lexer, name), token_length(name));
    number_text(was, tape_value(&c->s->tape, old), session_digits(c->s));
    number_text(is, tape_value(&c->s->tape, fresh), session_digits(c->s));
    if (tape_op(&c->s->tape, old) == OP_LEAF && tape_op(&c->s->tape, fresh) == OP_LEAF) {
        call_notice(c, name.span,
                    "%s still uses the old %s (%s); to change that one: undo, then %s.data = %s",
                    label, mine, was, mine, is);
    } else {
        call_notice(c, name.span, "%s still uses the old %s (%s); build it again to use the new one",
                    label, mine, was);
    }
}

// A command's name stays a command as the first word of a line.
static void note_command(struct call *c, struct token name)
{
    if (command_find(token_text(c->lexer, name), token_length(name)) != NULL) {
        int n = (int)token_length(name);
        const char *s = token_text(c->lexer, name);
        call_notice(c, name.span, "'%.*s' alone is still the command; 'print %.*s' shows the value", n,
                    s, n, s);
    }
}

static void echo_binding(struct call *c, struct token name, uint32_t node)
{
    if (call_echoes(c) && tape_op(&c->s->tape, node) != OP_LEAF) {
        struct rec *r = call_record(c, "bind");
        rec_bytes(c->out, r, "text", token_text(c->lexer, name), token_length(name));
        call_put_node(c, r, node);
        call_note_stale(c, name.span, node);
    }
}

static bool bind(struct call *c, struct token name, struct operand *value, uint8_t marks)
{
    struct session *s = c->s;
    uint32_t id = names_intern(&s->names, token_text(c->lexer, name), token_length(name));
    struct value old = names_get(&s->names, id);
    struct lower w = {.tape = &s->tape, .diag = c->diag};
    if (!lower_as_node(&w, value, marks)) {
        return false;
    }
    if (!names_bind(&s->names, &s->undo, id, value_of_node(value->node))) {
        return diag_out_of_memory(c->diag);
    }
    if (old.rank == VALUE_UNBOUND) {
        note_command(c, name);
    } else if (old.base != value->node) {
        note_old_user(c, name, old.base, value->node);
    }
    if (tape_op(&s->tape, value->node) != OP_LEAF) {
        if (!call_change_settings(c)) {
            return false;
        }
        session_settings(s)->output = value->node;
    }
    echo_binding(c, name, value->node);
    return true;
}

// The value that an assignment gives: `= expr` itself, `+= expr` the old operand and it.
static bool assigned(struct call *c, struct token assign, struct operand old, struct operand *result)
{
    if (!call_expression(c, result) || !call_finish(c)) {
        return false;
    }
    if (assign.op == OP_COUNT) {
        return true;
    }
    if (!old.is_node && !result->is_node) {
        result->number = op_value(assign.op, old.number, result->number);
        return true;
    }
    struct lower w = {.tape = &c->s->tape, .diag = c->diag};
    if (!lower_as_node(&w, &old, MARK_CONST) || !lower_as_node(&w, result, MARK_CONST)) {
        return false;
    }
    result->node = tape_apply(&c->s->tape, assign.op, old.node, result->node);
    return result->node != NODE_NONE || diag_out_of_memory(c->diag);
}

static bool refuse_param(struct call *c, struct span span)
{
    diag_set(c->diag, span, "a parameter needs a name and a value to begin with");
    return diag_hint(c->diag, "write param w = 0.5");
}

// name = expr, name += expr, param name = expr
static bool run_binding(struct call *c, uint8_t marks)
{
    struct token name = lexer_next(c->lexer, c->diag);
    struct token assign = lexer_next(c->lexer, c->diag);
    if (is_reserved(c, name)) {
        return refuse_reserved(c, name);
    }
    if (assign.kind != TOKEN_ASSIGN) {
        return refuse_param(c, name.span);
    }
    struct operand old = {.span = name.span}, value;
    uint32_t from = tape_count(&c->s->tape);
    if (assign.op != OP_COUNT) {
        struct value bound =
            names_lookup(&c->s->names, token_text(c->lexer, name), token_length(name));
        if (bound.rank == VALUE_UNBOUND) {
            char quoted[QUOTED];
            diag_quote(quoted, token_text(c->lexer, name), token_length(name));
            diag_set(c->diag, name.span, "there is no '%s' yet to change", quoted);
            return diag_hint(c->diag, "give it a value first: %s = 0", quoted);
        }
        old.is_node = true;
        old.node = bound.base;
    }
    if (!assigned(c, assign, old, &value)) {
        return false;
    }
    if (marks != 0 && value.is_node) {
        diag_set(c->diag, value.span, "a parameter begins as a number, not as a formula of names");
        return diag_hint(c->diag, "write param w = 0.5");
    }
    call_note_strange(c, name.span, from);
    return bind(c, name, &value, marks);
}

static bool refuse_interior(struct call *c, struct span span, uint32_t node)
{
    char label[LABEL_TEXT];
    struct text formula;
    text_init(&formula);
    call_formula(c, &formula, node);
    names_label(&c->s->names, label, node);
    diag_set(c->diag, span, "%s is computed (%s), so its value is not set", label,
             text_get(&formula));
    diag_hint(c->diag, "change a leaf it depends on");
    text_release(&formula);
    return false;
}

// name.data = expr, name.grad = expr, and with += …
static bool run_field_assignment(struct call *c)
{
    struct token target = lexer_peek(c->lexer);
    uint32_t node, from = tape_count(&c->s->tape);
    if (!call_node(c, &node)) {
        return false;
    }
    lexer_next(c->lexer, c->diag);
    struct token field = lexer_next(c->lexer, c->diag);
    struct token assign = lexer_next(c->lexer, c->diag);
    bool data = token_is(c->lexer, field, "data");
    struct tape *t = &c->s->tape;
    if (data && tape_op(t, node) != OP_LEAF) {
        return refuse_interior(c, target.span, node);
    }
    struct operand old = {.number = data ? tape_value(t, node) : tape_grad(t, node)}, value;
    if (!assigned(c, assign, old, &value)) {
        return false;
    }
    double number = lower_number(&(struct lower){.tape = t}, &value);
    tape_cut(t, from);
    bool ok = data ? tape_set_value(t, &c->s->undo, node, number)
                   : tape_set_grad(t, &c->s->undo, node, number);
    return ok || diag_out_of_memory(c->diag);
}

// Shows an expression's value; the nodes made for it do not stay.
static bool run_expression(struct call *c)
{
    struct operand value;
    uint32_t from = tape_count(&c->s->tape);
    size_t start = lexer_peek(c->lexer).at;
    if (!call_expression(c, &value) || !call_finish(c)) {
        return false;
    }
    size_t end = c->lexer->at;
    while (end > start && strchr(" \t\r", c->lexer->source->text[end - 1]) != NULL) {
        end--;
    }
    struct span span = {start, end};
    call_note_strange(c, span, from);
    if (c->s->guessing && !c->named) {
        return step_take_guess(c, value.number);
    }
    struct rec *r = call_record(c, "value");
    rec_bytes(c->out, r, "text", c->lexer->source->text + start, end - start);
    rec_number(c->out, r, "value", lower_number(&(struct lower){.tape = &c->s->tape}, &value));
    if (value.is_node) {
        call_note_stale(c, span, value.node);
    }
    tape_cut(&c->s->tape, from);
    return true;
}

enum statement_kind {
    STATEMENT_EXPRESSION,
    STATEMENT_COMMAND,
    STATEMENT_BINDING,
    STATEMENT_PARAM,
    STATEMENT_FIELD,   // a.data = …
    STATEMENT_METHOD,  // L.backward()
    STATEMENT_RESERVED,
};

// L.backward(): a command that is written as a method.
static bool is_method(struct lexer ahead)
{
    struct diag ignored = {0};
    struct token name = lexer_next(&ahead, &ignored);
    struct token open = lexer_next(&ahead, &ignored);
    struct token close = lexer_next(&ahead, &ignored);
    return (token_is(&ahead, name, "backward") || token_is(&ahead, name, "forward")) &&
           open.kind == TOKEN_OPEN && close.kind == TOKEN_CLOSE;
}

static bool is_field_assignment(struct lexer ahead)
{
    struct diag ignored = {0};
    struct token field = lexer_next(&ahead, &ignored);
    struct token assign = lexer_next(&ahead, &ignored);
    return assign.kind == TOKEN_ASSIGN &&
           (token_is(&ahead, field, "data") || token_is(&ahead, field, "grad"));
}

static enum statement_kind kind_of_statement(const struct call *c, const struct command **command)
{
    struct lexer ahead = *c->lexer;
    struct diag ignored = {0};
    struct token first = lexer_next(&ahead, &ignored);
    struct token second = lexer_next(&ahead, &ignored);
    if (first.partial || (first.kind != TOKEN_NAME && first.kind != TOKEN_NODE)) {
        return STATEMENT_EXPRESSION;
    }
    if (second.kind == TOKEN_DOT) {
        return is_method(ahead)             ? STATEMENT_METHOD
               : is_field_assignment(ahead) ? STATEMENT_FIELD
                                            : STATEMENT_EXPRESSION;
    }
    if (first.kind == TOKEN_NODE) {
        return STATEMENT_EXPRESSION;
    }
    if (token_is(c->lexer, first, "param") && second.kind == TOKEN_NAME) {
        return STATEMENT_PARAM;
    }
    if (second.kind == TOKEN_ASSIGN) {
        return STATEMENT_BINDING;
    }
    *command = second.kind == TOKEN_OPEN && second.mark == '['
                   ? NULL
                   : command_find(token_text(c->lexer, first), token_length(first));
    return *command != NULL ? STATEMENT_COMMAND
           : is_reserved(c, first) ? STATEMENT_RESERVED
                                   : STATEMENT_EXPRESSION;
}

// c := 2, c == 2 and c, d = 1, 2 of names that are new.
static bool guess_binding(struct call *c, struct token second)
{
    if (second.kind == TOKEN_COMMA) {
        return !diag_hint(c->diag, "names are given values one at a time: c = 1; d = 2");
    }
    bool meant = second.kind == TOKEN_COLON || (second.kind == TOKEN_INFIX && second.op == OP_EQ);
    return meant && !diag_hint(c->diag, "to give it a value write c = 2");
}

// A word that is no name, followed by another word, was probably meant as a command.
static void guess_command(struct call *c, struct token first)
{
    struct token second = lexer_peek(c->lexer);
    bool bound = names_lookup(&c->s->names, token_text(c->lexer, first), token_length(first)).rank !=
                 VALUE_UNBOUND;
    if (first.kind != TOKEN_NAME || bound || guess_binding(c, second) ||
        second.kind == TOKEN_OPEN || second.kind == TOKEN_INFIX || second.kind == TOKEN_DOT ||
        foreign_hint(token_text(c->lexer, first), token_length(first), false) != NULL) {
        return;
    }
    struct nearest nearest;
    nearest_init(&nearest, token_text(c->lexer, first), token_length(first));
    for (size_t i = 0; command_at(i) != NULL; i++) {
        nearest_offer(&nearest, command_at(i)->name, strlen(command_at(i)->name));
    }
    size_t distance = nearest.distance;
    nearest_offer_bound(&nearest, &c->s->names);
    lower_offer_functions(&nearest);
    if (nearest.best[0] != '\0' && nearest.distance == distance && c->diag->set) {
        diag_hint(c->diag, "did you mean '%s'?", nearest.best);
    }
}

static bool run_named(struct call *c, const char *name)
{
    return command_find(name, strlen(name))->run(c) == CALL_DONE;
}

// L.backward() is `backward L`: the command reads its target from a text of its own.
static bool run_method(struct call *c)
{
    struct token target = lexer_next(c->lexer, c->diag);
    lexer_next(c->lexer, c->diag);
    struct token name = lexer_next(c->lexer, c->diag);
    lexer_next(c->lexer, c->diag);
    lexer_next(c->lexer, c->diag);
    if (!call_finish(c)) {
        return false;
    }
    struct source source = *c->lexer->source;
    source.length = target.span.end;
    struct lexer only = {.source = &source, .at = target.span.start};
    struct lexer *outer = c->lexer;
    c->method_end = outer;
    c->lexer = &only;
    c->command = name.span;
    bool ok = run_named(c, token_is(outer, name, "backward") ? "backward" : "forward");
    c->lexer = outer;
    return ok;
}

// vars(): a command with nothing in parentheses is the command.
static void skip_parentheses(struct lexer *l)
{
    struct lexer ahead = *l;
    struct diag ignored = {0};
    struct token open = lexer_next(&ahead, &ignored), close = lexer_next(&ahead, &ignored);
    enum token_kind after = lexer_peek(&ahead).kind;
    if (open.kind == TOKEN_OPEN && open.mark == '(' && close.kind == TOKEN_CLOSE &&
        close.mark == ')' && (after == TOKEN_END || after == TOKEN_BREAK)) {
        *l = ahead;
    }
}

enum call_end statement_run(struct call *c)
{
    const struct command *command = NULL;
    struct token first = lexer_peek(c->lexer);
    struct diag ignored = {0};
    bool ok = false;
    c->command = first.span;
    switch (kind_of_statement(c, &command)) {
    case STATEMENT_COMMAND:
        lexer_next(c->lexer, &ignored);
        skip_parentheses(c->lexer);
        return command->run(c);
    case STATEMENT_PARAM:
        lexer_next(c->lexer, &ignored);
        ok = run_binding(c, MARK_PARAM);
        break;
    case STATEMENT_BINDING:
        ok = run_binding(c, 0);
        break;
    case STATEMENT_FIELD:
        ok = run_field_assignment(c);
        break;
    case STATEMENT_METHOD:
        ok = run_method(c);
        break;
    case STATEMENT_RESERVED:
        ok = token_is(c->lexer, first, "param") ? refuse_param(c, first.span)
                                                : refuse_reserved(c, first);
        break;
    case STATEMENT_EXPRESSION:
        ok = run_expression(c);
        if (!ok) {
            struct lexer *l = c->lexer;
            l->at = first.span.end;
            guess_command(c, first);
        }
        break;
    }
    return ok ? CALL_DONE : c->waits ? CALL_NEED : CALL_FAILED;
}
