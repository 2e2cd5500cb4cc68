// Statements: which kind a line is, expressions, and how commands are found and begun.
#include <string.h>

#include "session/guess.h"
#include "session/python.h"
#include "session/statement_parts.h"

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
    size_t start = of.at, end = lexer_statement_end(c->lexer);
    char quoted[QUOTED];
    diag_quote(quoted, c->lexer->source->text + start,
               text_trimmed(c->lexer->source->text + start, end - start));
    diag_hint(c->diag, "check %s says whether that holds", quoted);
    return true;
}

// With the \left of \left(, which the lexer takes for room.
static size_t expression_start(const struct call *c)
{
    const char *text = c->lexer->source->text;
    size_t end = lexer_peek(c->lexer).at, at = c->lexer->at;
    for (; at < end; at++) {
        if ((end - at >= 5 && memcmp(text + at, "\\left", 5) == 0) ||
            (end - at >= 4 && memcmp(text + at, "\\big", 4) == 0)) {
            return at;
        }
    }
    return end;
}

// dL/da? asks for what dL/da shows.
static void skip_question_mark(struct call *c)
{
    const struct source *source = c->lexer->source;
    size_t at = c->lexer->at;
    while (at < source->length && strchr(" \t\r?", source->text[at]) != NULL) {
        at++;
    }
    if (at == source->length || source->text[at] == '\n' || source->text[at] == ';') {
        c->lexer->at = at;
    }
}

// Shows an expression's value; the nodes made for it do not stay.
// a <- 2, as other languages give a value, is a comparison here.
static void note_arrow(struct call *c, struct span span)
{
    const char *s = c->lexer->source->text;
    struct lexer l = {.source = c->lexer->source, .at = span.start};
    struct diag ignored = {0};
    struct token name = lexer_next(&l, &ignored), less = lexer_next(&l, &ignored);
    bool arrow = name.kind == TOKEN_NAME && less.kind == TOKEN_INFIX && less.op == OP_LT &&
                 less.span.end < span.end && s[less.at] == '<' && s[less.at + 1] == '-';
    if (arrow) {
        size_t from = less.at + 2;
        from += strspn(s + from, " ");
        char quoted[QUOTED], value[QUOTED];
        diag_quote(quoted, s + name.at, name.span.end - name.at);
        diag_quote(value, s + from, span.end > from ? span.end - from : 0);
        call_notice(c, span, "this compares: %s < -%s; to give it a value write %s = %s", quoted,
                    value, quoted, value);
    }
}

static bool run_expression(struct call *c)
{
    struct operand value;
    uint32_t from = tape_count(&c->s->tape);
    size_t start = expression_start(c);
    if (refuse_equation(c) || !call_expression(c, &value)) {
        return false;
    }
    size_t end = start + text_trimmed(c->lexer->source->text + start, c->lexer->at - start);
    skip_question_mark(c);
    if (!call_finish(c)) {
        return false;
    }
    struct span span = {start, end};
    call_note_strange(c, span, from, NODE_NONE);
    if (c->s->guess != NULL && !c->named && !operand_is_array(&value)) {
        return c->s->guess(c, value.number);
    }
    struct rec *r = call_record(c, KIND_value);
    rec_bytes(c->out, r, KEY_text, c->lexer->source->text + start, end - start);
    call_put_value(c, r, KEY_value, &value);
    call_note_stale_value(c, span, &value);
    note_arrow(c, span);
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
           token_opens(open, '(') && token_closes(close, ')');
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
    if (!token_opens(t, '[')) {
        return false;
    }
    while (ahead.open > outside && t.kind != TOKEN_END) {
        t = lexer_next(&ahead, &ignored);
    }
    return lexer_next(&ahead, &ignored).kind == TOKEN_DOT && is_field_assignment(ahead);
}

// What a statement begins with says what kind it is.
struct beginning {
    struct token first, second;
    struct lexer behind;
};

static void read_beginning(const struct lexer *l, struct beginning *b)
{
    struct diag ignored;
    diag_clear(&ignored);
    lexer_init(&b->behind, l->source);
    b->behind.at = l->at;
    b->behind.open = l->open;
    b->first = lexer_next(&b->behind, &ignored);
    b->second = lexer_next(&b->behind, &ignored);
}

static enum statement_kind kind_of_statement(const struct call *c, const struct beginning *b,
                                             const struct command **command)
{
    if (b->first.kind == TOKEN_NAME && !b->first.partial && b->second.kind == TOKEN_ASSIGN) {
        return STATEMENT_BINDING;
    }
    struct token first = b->first, second = b->second;
    if (first.kind == TOKEN_BAD && *token_text(c->lexer, first) == '?') {
        *command = command_find(c->s->world.commands, "help", 4);
        return *command != NULL ? STATEMENT_COMMAND : STATEMENT_EXPRESSION;
    }
    if (first.partial || (first.kind != TOKEN_NAME && first.kind != TOKEN_NODE)) {
        return STATEMENT_EXPRESSION;
    }
    if (second.kind == TOKEN_DOT) {
        return is_method(b->behind)             ? STATEMENT_METHOD
               : is_field_assignment(b->behind) ? STATEMENT_FIELD
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
        token_opens(second, '[') && !statement_is_reserved(c, first) &&
        names_lookup(&c->s->names, token_text(c->lexer, first), token_length(first)).rank !=
            VALUE_UNBOUND;
    *command =
        element || call_is_function(c, first, second)
            ? NULL
            : command_find(c->s->world.commands, token_text(c->lexer, first), token_length(first));
    return *command != NULL                  ? STATEMENT_COMMAND
           : statement_is_reserved(c, first) ? STATEMENT_RESERVED
                                             : STATEMENT_EXPRESSION;
}

enum statement_form statement_form(struct session *s, const struct source *source)
{
    struct lexer lexer = {.source = source};
    const struct command *command = NULL;
    struct call c = {.s = s, .lexer = &lexer};
    struct beginning b;
    read_beginning(&lexer, &b);
    switch (kind_of_statement(&c, &b, &command)) {
    case STATEMENT_EXPRESSION:
    case STATEMENT_RESERVED:
        return FORM_EXPRESSION;
    case STATEMENT_COMMAND:
        return FORM_COMMAND;
    default:
        return FORM_OTHER;
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
    if (!token_opens(t, '(')) {
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
    return token_closes(t, ')') && token_ends(after);
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

static bool run_making(struct call *c, struct statement_making making)
{
    struct diag ignored;
    diag_clear(&ignored);
    lexer_next(c->lexer, &ignored);
    struct token name = lexer_next(c->lexer, c->diag), assign = lexer_next(c->lexer, c->diag);
    return statement_run_binding(c, &name, &assign, making);
}

static enum call_end run_kind(struct call *c, enum statement_kind kind, const struct beginning *b,
                              const struct command *command)
{
    struct diag ignored;
    bool ok = false;
    switch (kind) {
    case STATEMENT_COMMAND:
        diag_clear(&ignored);
        lexer_next(c->lexer, &ignored);
        return run_command(c, command);
    case STATEMENT_PARAM:
        ok = run_making(c, (struct statement_making){.marks = MARK_PARAM});
        break;
    case STATEMENT_DATA:
        ok = run_making(c, (struct statement_making){.data = true});
        break;
    case STATEMENT_NODE:
        ok = run_making(c, (struct statement_making){.nodes = true});
        break;
    case STATEMENT_BINDING:
        c->lexer->at = b->second.span.end;
        ok = statement_run_binding(c, &b->first, &b->second, (struct statement_making){0});
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
        ok = token_is(c->lexer, b->first, "param") ? statement_refuse_param(c, b->first.span)
                                                   : statement_refuse_reserved(c, b->first);
        break;
    case STATEMENT_EXPRESSION:
        ok = run_expression(c);
        break;
    }
    return ok ? CALL_DONE : c->waits ? CALL_NEED : CALL_FAILED;
}

enum call_end statement_run(struct call *c)
{
    const struct command *command = NULL;
    struct beginning b;
    read_beginning(c->lexer, &b);
    enum guess_of of = GUESS_OTHER;
    enum call_end end;
    c->command = b.first.span;
    if (!python_statement(c, &b.first, &b.second, &b.behind, &end)) {
        enum statement_kind kind = kind_of_statement(c, &b, &command);
        of = kind == STATEMENT_EXPRESSION ? GUESS_EXPRESSION
             : kind == STATEMENT_COMMAND  ? GUESS_COMMAND
             : kind == STATEMENT_BINDING  ? GUESS_BINDING
                                          : GUESS_OTHER;
        end = run_kind(c, kind, &b, command);
    }
    if (end == CALL_FAILED) {
        guess_statement(c, b.first, of);
    }
    return end;
}
