// Statements: which kind a line is, expressions, and how commands are found and begun.
#include <string.h>

#include "session/python.h"
#include "session/statement_parts.h"
#include "text/foreign.h"

// Shows an expression's value; the nodes made for it do not stay.
static bool is_differential(const struct call *c, struct token t)
{
    return t.kind == TOKEN_NAME &&
           (t.partial || (token_length(t) > 1 && *token_text(c->lexer, t) == 'd'));
}

// dL/dd = f, as notes write it: true: the diag says what to write.
static bool refuse_equation(struct call *c)
{
    struct lexer ahead = *c->lexer;
    struct diag ignored = {0};
    struct token of = lexer_next(&ahead, &ignored), over = lexer_next(&ahead, &ignored);
    struct token by = lexer_next(&ahead, &ignored), equals = lexer_next(&ahead, &ignored);
    if (!is_differential(c, of) || over.kind != TOKEN_INFIX || over.op != OP_DIV ||
        !is_differential(c, by) || equals.kind != TOKEN_ASSIGN || equals.op != OP_COUNT) {
        return false;
    }
    diag_set(c->diag, equals.span,
             "a derivative follows from the formulas, so it is not given a value");
    diag_hint(c->diag, "check dL/dd = f says whether an equation holds");
    return true;
}

static bool run_expression(struct call *c)
{
    struct operand value;
    uint32_t from = tape_count(&c->s->tape);
    size_t start = lexer_peek(c->lexer).at;
    if (refuse_equation(c) || !call_expression(c, &value) || !call_finish(c)) {
        return false;
    }
    size_t end = start + text_trimmed(c->lexer->source->text + start, c->lexer->at - start);
    struct span span = {start, end};
    call_note_strange(c, span, from);
    if (c->s->guess != NULL && !c->named && !operand_is_array(&value)) {
        return c->s->guess(c, value.number);
    }
    struct rec *r = call_record(c, KIND_value);
    rec_bytes(c->out, r, KEY_text, c->lexer->source->text + start, end - start);
    call_put_value(c, r, KEY_value, &value);
    call_note_stale_value(c, span, &value);
    tape_cut(&c->s->tape, from);
    return true;
}

enum statement_kind {
    STATEMENT_EXPRESSION,
    STATEMENT_COMMAND,
    STATEMENT_BINDING,
    STATEMENT_PARAM,
    STATEMENT_DATA,    // data X = …
    STATEMENT_NODE,    // node g = dL/da
    STATEMENT_FIELD,   // a.data = …
    STATEMENT_METHOD,  // L.backward()
    STATEMENT_DEF,
    STATEMENT_REPEAT,
    STATEMENT_FOR,
    STATEMENT_RESERVED,
};

// L.backward(): a command that is written as a method.
static bool is_method(struct lexer ahead)
{
    struct diag ignored;
    diag_clear(&ignored);
    struct token name = lexer_next(&ahead, &ignored);
    struct token open = lexer_next(&ahead, &ignored);
    struct token close = lexer_next(&ahead, &ignored);
    return (token_is(&ahead, name, "backward") || token_is(&ahead, name, "forward")) &&
           open.kind == TOKEN_OPEN && close.kind == TOKEN_CLOSE;
}

static bool is_field_assignment(struct lexer ahead)
{
    struct diag ignored;
    diag_clear(&ignored);
    struct token field = lexer_next(&ahead, &ignored);
    struct token assign = lexer_next(&ahead, &ignored);
    return assign.kind == TOKEN_ASSIGN &&
           (token_is(&ahead, field, "data") || token_is(&ahead, field, "grad"));
}

// W[0, 1].data = …
static bool is_element_assignment(const struct call *c)
{
    struct lexer ahead = *c->lexer;
    struct diag ignored;
    diag_clear(&ignored);
    lexer_next(&ahead, &ignored);
    size_t outside = ahead.open;
    struct token t = lexer_next(&ahead, &ignored);
    if (t.kind != TOKEN_OPEN || t.mark != '[') {
        return false;
    }
    while (ahead.open > outside && t.kind != TOKEN_END) {
        t = lexer_next(&ahead, &ignored);
    }
    return lexer_next(&ahead, &ignored).kind == TOKEN_DOT && is_field_assignment(ahead);
}

static enum statement_kind kind_of_statement(const struct call *c, const struct command **command)
{
    struct lexer ahead = *c->lexer;
    struct diag ignored;
    diag_clear(&ignored);
    struct token first = lexer_next(&ahead, &ignored);
    struct token second = lexer_next(&ahead, &ignored);
    if (first.kind == TOKEN_BAD && *token_text(c->lexer, first) == '?') {
        *command = command_find(c->s->world.commands, "help", 4);
        return *command != NULL ? STATEMENT_COMMAND : STATEMENT_EXPRESSION;
    }
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
    if (token_is(c->lexer, first, "data") && second.kind == TOKEN_NAME) {
        return STATEMENT_DATA;
    }
    if (token_is(c->lexer, first, "node") && second.kind == TOKEN_NAME && !second.partial) {
        return STATEMENT_NODE;
    }
    if (second.kind == TOKEN_ASSIGN) {
        return STATEMENT_BINDING;
    }
    if (!statement_is_reserved(c, first) && is_element_assignment(c)) {
        return STATEMENT_FIELD;
    }
    static const struct {
        const char *word;
        enum statement_kind kind;
    } words[] = {{"def", STATEMENT_DEF}, {"repeat", STATEMENT_REPEAT}, {"for", STATEMENT_FOR}};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (token_is(c->lexer, first, words[i].word)) {
            return words[i].kind;
        }
    }
    // jacobian [a, b] x is the command; after jacobian = [1, 2] jacobian[0] is an element.
    bool element =
        second.kind == TOKEN_OPEN && second.mark == '[' && !statement_is_reserved(c, first) &&
        names_lookup(&c->s->names, token_text(c->lexer, first), token_length(first)).rank !=
            VALUE_UNBOUND;
    *command = element ? NULL
                       : command_find(c->s->world.commands, token_text(c->lexer, first),
                                      token_length(first));
    return *command != NULL                  ? STATEMENT_COMMAND
           : statement_is_reserved(c, first) ? STATEMENT_RESERVED
                                             : STATEMENT_EXPRESSION;
}

enum statement_form statement_form(struct session *s, const struct source *source)
{
    struct lexer lexer = {.source = source};
    const struct command *command = NULL;
    struct call c = {.s = s, .lexer = &lexer};
    switch (kind_of_statement(&c, &command)) {
    case STATEMENT_EXPRESSION:
    case STATEMENT_RESERVED:
        return FORM_EXPRESSION;
    case STATEMENT_COMMAND:
        return FORM_COMMAND;
    default:
        return FORM_OTHER;
    }
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

// The words of the statement, without what ends a sentence.
static size_t sentence_length(const struct call *c, struct token first)
{
    const struct source *source = c->lexer->source;
    const char *s = source->text + first.span.start;
    size_t n = 0, most = source->length - first.span.start;
    while (n < most && strchr(";\n#", s[n]) == NULL) {
        n++;
    }
    while (n > 0 && strchr(" \t\r?.!", s[n - 1]) != NULL) {
        n--;
    }
    return n;
}

// A word by itself, or a term of the glossary, as somebody types who has a wish or a question.
static bool guess_wish(struct call *c, struct token first, struct token second)
{
    const char *s = token_text(c->lexer, first);
    size_t n = sentence_length(c, first);
    bool alone = second.kind == TOKEN_END || second.kind == TOKEN_BREAK;
    const char *wish = alone ? foreign_wish(s, token_length(first)) : NULL;
    bool page = wish == NULL && c->s->world.has_page != NULL && c->s->world.has_page(s, n);
    char quoted[QUOTED];
    if (wish != NULL) {
        diag_hint(c->diag, "%s", wish);
    } else if (page) {
        diag_hint(c->diag, "'help %s' says what that is", diag_quote(quoted, s, n));
    }
    return wish != NULL || page;
}

// d/dx x^2
static bool guess_derivative(struct call *c, struct token first, struct token second)
{
    struct lexer after = {.source = c->lexer->source, .at = second.span.end};
    struct token third = lexer_peek(&after);
    bool meant = token_length(first) == 1 && *token_text(c->lexer, first) == 'd' &&
                 second.kind == TOKEN_INFIX && second.op == OP_DIV && third.kind == TOKEN_NAME &&
                 *token_text(c->lexer, third) == 'd';
    return meant && c->diag->unbound &&
           !diag_hint(c->diag, "'derive x**2 x' gives a formula, rule by rule; dL/da is a number");
}

// A word that is no name, followed by another word, was probably meant as a command.
static void guess_command(struct call *c, struct token first)
{
    struct token second = lexer_peek(c->lexer);
    bool bound =
        names_lookup(&c->s->names, token_text(c->lexer, first), token_length(first)).rank !=
        VALUE_UNBOUND;
    if (first.kind != TOKEN_NAME || (bound && second.kind != TOKEN_COLON) ||
        guess_binding(c, second) || bound || (c->diag->unbound && guess_wish(c, first, second)) ||
        guess_derivative(c, first, second) || second.kind == TOKEN_OPEN ||
        second.kind == TOKEN_INFIX || second.kind == TOKEN_DOT ||
        foreign_hint(token_text(c->lexer, first), token_length(first), false) != NULL) {
        return;
    }
    struct nearest nearest;
    nearest_init(&nearest, token_text(c->lexer, first), token_length(first));
    const struct command *command;
    for (size_t i = 0; (command = command_at(c->s->world.commands, i)) != NULL; i++) {
        nearest_offer(&nearest, command->name, strlen(command->name));
    }
    size_t distance = nearest.distance;
    nearest_offer_bound(&nearest, &c->s->names);
    lower_offer_functions(&nearest);
    // Words of a sentence are not taken for slips, unless a letter is all that they are off by.
    bool sentence =
        second.kind == TOKEN_NAME &&
        names_lookup(&c->s->names, token_text(c->lexer, second), token_length(second)).rank ==
            VALUE_UNBOUND;
    bool likely = nearest.distance == distance && (!sentence || distance <= 1);
    if (nearest.best[0] != '\0' && likely && c->diag->set) {
        diag_hint(c->diag, "did you mean '%s'?", nearest.best);
    } else if (second.kind == TOKEN_NAME && c->diag->set && c->diag->unbound) {
        char quoted[QUOTED];
        diag_hint(c->diag, "'help' lists the commands; 'ask %s' searches the course",
                  diag_quote(quoted, token_text(c->lexer, first), sentence_length(c, first)));
    }
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
    const struct command *command =
        command_find(c->s->world.commands, token_text(outer, name), token_length(name));
    bool ok = command != NULL ? command->run(c) == CALL_DONE
                              : diag_set(c->diag, name.span, "there is no such method");
    c->lexer = outer;
    return ok;
}

// ---- Arguments as in a call: train(L, 100, lr=0.1)
// -------------------------------------------------

// The parentheses that hold all of a command's arguments; false: there are none.
static bool in_parentheses(const struct call *c, struct span *inside)
{
    struct lexer l = *c->lexer;
    struct diag ignored;
    diag_clear(&ignored);
    struct token t = lexer_next(&l, &ignored);
    if (t.kind != TOKEN_OPEN || t.mark != '(') {
        return false;
    }
    size_t outside = l.open - 1;
    inside->start = t.span.end;
    while (l.open > outside && t.kind != TOKEN_END) {
        t = lexer_next(&l, &ignored);
        ignored.set = false;
    }
    enum token_kind after = lexer_peek(&l).kind;
    inside->end = t.span.start;
    return t.kind == TOKEN_CLOSE && (after == TOKEN_END || after == TOKEN_BREAK);
}

// Blanks out the commas between arguments, and what names one: `lr =`, or the sign alone where the
// word says what follows, as in momentum=0.9. False if there is nothing of that kind.
static bool plain_arguments(struct call *c, struct span part, bool commas, char *copy)
{
    struct source only = *c->lexer->source;
    only.length = part.end;
    struct lexer l = {.source = &only, .at = part.start};
    struct diag ignored;
    diag_clear(&ignored);
    struct token before = {.kind = TOKEN_END};
    bool some = false;
    for (struct token t = lexer_next(&l, &ignored); t.kind != TOKEN_END && t.kind != TOKEN_BAD;
         before = t, t = lexer_next(&l, &ignored)) {
        bool named = t.kind == TOKEN_ASSIGN && t.op == OP_COUNT && before.kind == TOKEN_NAME;
        bool comma = commas && t.kind == TOKEN_COMMA;
        if (l.open > 0 || (!named && !comma)) {
            continue;
        }
        some = true;
        size_t from = named && text_among("lr learning_rate rate eta steps epochs n",
                                          token_text(&l, before), token_length(before))
                          ? before.at
                          : t.at;
        if (copy != NULL) {
            memset(copy + from, ' ', t.span.end - from);
        }
    }
    return some;
}

// Arguments that are written as those of a call are read as the command's own.
static enum call_end run_command(struct call *c, const struct command *command)
{
    struct span part = {lexer_peek(c->lexer).at, 0};
    bool print = strcmp(command->name, "print") == 0, called = in_parentheses(c, &part);
    bool plot = strcmp(command->name, "plot") == 0;
    bool trains = strcmp(command->name, "train") == 0 || strcmp(command->name, "update") == 0;
    part.end = called ? part.end : lexer_statement_end(c->lexer);
    if (print || (!called && !(trains && plain_arguments(c, part, false, NULL)))) {
        return command->run(c);
    }
    struct source source = *c->lexer->source;
    struct lexer only = {.source = &source, .at = part.start}, *outer = c->lexer;
    source.length = part.end;
    if (plain_arguments(c, part, called && !plot, NULL)) {
        char *copy = arena_copy(&c->out->arena, source.text, part.end);
        if (copy == NULL) {
            return diag_out_of_memory(c->diag) ? CALL_DONE : CALL_FAILED;
        }
        plain_arguments(c, part, called && !plot, copy);
        source.text = copy;
    }
    outer->at = part.end + called;
    outer->open = 0;
    c->method_end = outer;
    c->lexer = &only;
    enum call_end end = command->run(c);
    c->lexer = outer;
    return end;
}

enum call_end statement_run(struct call *c)
{
    const struct command *command = NULL;
    struct token first = lexer_peek(c->lexer);
    struct diag ignored;
    diag_clear(&ignored);
    bool ok = false;
    enum call_end end;
    c->command = first.span;
    if (python_statement(c, &end)) {
        return end;
    }
    switch (kind_of_statement(c, &command)) {
    case STATEMENT_COMMAND:
        lexer_next(c->lexer, &ignored);
        return run_command(c, command);
    case STATEMENT_PARAM:
        lexer_next(c->lexer, &ignored);
        ok = statement_run_binding(c, (struct statement_making){.marks = MARK_PARAM});
        break;
    case STATEMENT_DATA:
        lexer_next(c->lexer, &ignored);
        ok = statement_run_binding(c, (struct statement_making){.data = true});
        break;
    case STATEMENT_NODE:
        lexer_next(c->lexer, &ignored);
        ok = statement_run_binding(c, (struct statement_making){.nodes = true});
        break;
    case STATEMENT_BINDING:
        ok = statement_run_binding(c, (struct statement_making){0});
        break;
    case STATEMENT_FIELD:
        ok = statement_run_field_assignment(c);
        break;
    case STATEMENT_METHOD:
        ok = run_method(c);
        break;
    case STATEMENT_DEF:
        ok = define_function(c);
        break;
    case STATEMENT_REPEAT:
        ok = loop_repeat(c);
        break;
    case STATEMENT_FOR:
        ok = loop_for(c);
        break;
    case STATEMENT_RESERVED:
        ok = token_is(c->lexer, first, "param") ? statement_refuse_param(c, first.span)
                                                : statement_refuse_reserved(c, first);
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
