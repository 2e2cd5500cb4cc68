// What follows where nothing more may: the sentence says what was probably meant.
#include <string.h>

#include "base/format.h"
#include "session/guess_parts.h"

// The command that is being carried out; NULL where its word is only a name: step = 2.
static const struct command *running_command(const struct call *c)
{
    struct lexer after = {.source = c->lexer->source, .at = c->command.end};
    enum token_kind next = lexer_peek(&after).kind;
    return next == TOKEN_ASSIGN || next == TOKEN_DOT
               ? NULL
               : command_find(c->s->world.commands, after.source->text + c->command.start,
                              c->command.end - c->command.start);
}

// The forms of a command that a line has room for; at least one.
static size_t usage_length(const char *usage)
{
    enum { ROOM = 80 };
    size_t length = 0;
    for (const char *bar = strstr(usage, " | "); bar != NULL; bar = strstr(bar + 1, " | ")) {
        length = (size_t)(bar - usage) <= ROOM ? (size_t)(bar - usage) : length;
    }
    size_t all = strlen(usage), first = strcspn(usage, "|");
    return all <= ROOM || first == all ? all : length > 0 ? length : first - 1;
}

// plot y = sin(x), print (x = 1)
static bool hint_value(struct call *c, struct token assign, const struct command *command)
{
    const char *text = c->lexer->source->text;
    char rest[QUOTED], bid[QUOTED + 16];
    size_t end = lexer_statement_end(c->lexer), from = assign.span.end;
    while (from < end && text[from] == ' ') {
        from++;
    }
    diag_quote(rest, text + from, from < end ? text_trimmed(text + from, end - from) : 0);
    format_write(bid, sizeof bid, "%s %s", command->name, rest);
    return guess_try(c, bid) ? diag_hint(c->diag, "write %s", bid)
                             : diag_hint(c->diag,
                                         "to compare, write ==; to give a name a value, "
                                         "leave out '%s'",
                                         command->name);
}

// A command is given more than it takes. Its word may also be a name of the learner's.
static bool refuse_argument(struct call *c, struct token t, const struct command *command)
{
    char quoted[QUOTED];
    diag_quote(quoted, c->lexer->source->text + t.at, t.span.end - t.at);
    if (names_lookup(&c->s->names, command->name, strlen(command->name)).rank != VALUE_UNBOUND) {
        diag_set(c->diag, c->command, "'%s' begins a command here, not an expression",
                 command->name);
        return diag_hint(c->diag, "print shows the value: print %s %s …", command->name, quoted);
    }
    if (strcmp(command->name, "print") == 0 && (t.kind == TOKEN_NAME || t.kind == TOKEN_NUMBER)) {
        const char *s = c->lexer->source->text + c->command.start;
        char printed[QUOTED];
        struct lexer after = {.source = c->lexer->source, .at = t.span.end};
        struct token last = token_is(&after, t, "and") ? lexer_peek(&after) : t;
        diag_quote(printed, s, text_trimmed(s, t.at - c->command.start));
        diag_set(c->diag, t.span, "'%s' follows without a comma between", quoted);
        size_t end = lexer_statement_end(c->lexer);
        const char *rest = after.source->text + last.at;
        diag_quote(quoted, rest, text_trimmed(rest, end > last.at ? end - last.at : 0));
        if (strchr(quoted, ' ') != NULL) {  // print a b L: as far as this
            diag_quote(quoted, rest, last.span.end - last.at);
        }
        char bid[2 * QUOTED + 4];
        format_write(bid, sizeof bid, "%s, %s", printed, quoted);
        return guess_try(c, bid) ? diag_hint(c->diag, "write %s", bid)
                                 : diag_hint(c->diag, "several values are apart by commas");
    }
    const char *text = c->lexer->source->text;
    size_t before = text_trimmed(text, t.at);
    if ((t.kind == TOKEN_NAME || (t.kind == TOKEN_OPEN && t.mark == '(')) && before > 0 &&
        text[before - 1] == ')') {
        diag_set(c->diag, t.span, "'%s' follows without an operation between", quoted);
        return diag_hint(c->diag, "to multiply write *");
    }
    diag_set(c->diag, t.span, "'%s' is more than '%s' takes", quoted, command->name);
    if (t.kind == TOKEN_ASSIGN && strcmp(command->name, "check") != 0) {
        return hint_value(c, t, command);
    }
    return diag_hint(c->diag, "write %.*s", (int)usage_length(command->usage), command->usage);
}

// L backward
static bool names_command_last(const struct call *c, struct token t)
{
    const char *s = c->lexer->source->text;
    struct lexer ahead = {.source = c->lexer->source, .at = t.span.end};
    enum token_kind next = lexer_peek(&ahead).kind;
    struct lexer begin = {.source = c->lexer->source, .at = c->command.start};
    struct token first = lexer_peek(&begin);
    return t.kind == TOKEN_NAME && first.kind == TOKEN_NAME &&
           text_trimmed(s + first.span.end, t.at - first.span.end) == 0 && token_ends(next) &&
           command_find(c->s->world.commands, s + t.at, token_length(t)) != NULL;
}

// L 2, a b: a statement of two words, which says no more than that.
static bool hint_pair(const struct call *c, struct token t, char *hint, size_t size)
{
    const char *s = c->lexer->source->text;
    struct lexer first = {.source = c->lexer->source, .at = c->command.start};
    struct diag ignored = {0};
    struct token a = lexer_next(&first, &ignored), b = lexer_peek(&first);
    struct lexer after = {.source = c->lexer->source, .at = t.span.end};
    enum token_kind next = lexer_peek(&after).kind;
    bool latex = c->command.start > 0 && s[c->command.start - 1] == '\\';  // \frac12 x
    bool simple = a.kind == TOKEN_NAME || a.kind == TOKEN_NUMBER;
    if (!simple || latex || b.at != t.at || t.kind == TOKEN_NODE || t.partial ||
        !token_ends(next)) {
        return false;
    }
    char x[QUOTED], y[QUOTED];
    diag_quote(x, s + a.at, a.span.end - a.at);
    diag_quote(y, s + t.at, t.span.end - t.at);
    format_write(hint, size,
                 a.kind == TOKEN_NAME ? "to multiply write %s*%s, to give a value %s = %s"
                                      : "to multiply write %s*%s",
                 x, y, x, y);
    return true;
}

// A value follows a value.
static bool refuse_operand(struct call *c, struct token t)
{
    const char *s = c->lexer->source->text;
    struct lexer ahead = {.source = c->lexer->source, .at = t.span.end};
    char before = t.at > 0 ? s[t.at - 1] : ' ', quoted[QUOTED];
    bool adjacent = strchr(" \t\n\r", before) == NULL, digit = text_is_digit(before);
    diag_quote(quoted, s + t.at, t.span.end - t.at);
    if (t.kind == TOKEN_NUMBER && (digit || before == '.')) {
        return diag_set(c->diag, t.span, "a number has one point");
    }
    if (t.kind == TOKEN_NAME && digit && lexer_peek(&ahead).kind == TOKEN_ASSIGN) {
        diag_set(c->diag, t.span, "a name does not begin with a digit");
        return diag_hint(c->diag, "write %s2 = …", quoted);
    }
    if (names_command_last(c, t)) {
        size_t from = c->command.start, n = text_trimmed(s + from, t.at - from);
        diag_set(c->diag, t.span, "a command comes first");
        return diag_hint(c->diag, "write %s %.*s", quoted, (int)n, s + from);
    }
    char hint[2 * QUOTED + 80];
    return parser_refuse_operand(c->lexer, t, c->diag,
                                 hint_pair(c, t, hint, sizeof hint) ? hint
                                 : adjacent
                                     ? "to multiply write *, as in 2*x"
                                     : "to multiply write *; a ';' begins another statement");
}

// a + b = 2, and x[0] = 5: an element is changed in place.
static bool refuse_assignment(struct call *c, struct token t)
{
    const char *text = c->lexer->source->text;
    size_t from = c->command.start, to = from + text_trimmed(text + from, t.at - from);
    if (to > from && text[to - 1] == ']') {
        char element[QUOTED];
        diag_quote(element, text + from, to - from);
        diag_set(c->diag, t.span,
                 "an element is not a name, so it cannot be given a value like this");
        return diag_hint(c->diag, "to change its value in place write %s.data %.*s …", element,
                         (int)(t.span.end - t.span.start), text + t.span.start);
    }
    diag_set(c->diag, t.span, "only a name can be given a value");
    return diag_hint(c->diag, "write name = …; to compare, write ==");
}

// a = 1, b = 2
static bool binds_next(const struct call *c, struct token comma)
{
    struct diag ignored = {0};
    struct lexer ahead = {.source = c->lexer->source, .at = comma.span.end};
    return lexer_next(&ahead, &ignored).kind == TOKEN_NAME &&
           lexer_peek(&ahead).kind == TOKEN_ASSIGN;
}

// What stands where nothing may: the sentence depends on what a learner probably meant.
static bool refuse_rest(struct call *c, struct token t)
{
    char quoted[QUOTED];
    const struct command *command = running_command(c);
    bool blank_before = t.at > 0 && c->lexer->source->text[t.at - 1] == ' ';
    diag_quote(quoted, c->lexer->source->text + t.at, t.span.end - t.at);
    bool apart = blank_before || t.kind == TOKEN_INFIX || t.kind == TOKEN_COMMA;
    if (command != NULL && apart && t.kind != TOKEN_BAD) {
        return refuse_argument(c, t, command);
    }
    switch (t.kind) {
    case TOKEN_BAD:
        lexer_next(c->lexer, c->diag);
        return false;
    case TOKEN_CLOSE:
        diag_set(c->diag, t.span, "'%c' closes nothing", t.mark);
        return diag_hint(c->diag, "an opening bracket is missing, or this one is too much");
    case TOKEN_ASSIGN:
        return refuse_assignment(c, t);
    case TOKEN_NUMBER:
    case TOKEN_NAME:
    case TOKEN_NODE:
        return refuse_operand(c, t);
    case TOKEN_OPEN:
        if (t.mark == '(') {
            diag_set(c->diag, t.span, "a parenthesis follows without an operation between");
            return diag_hint(c->diag, "to multiply write 2*(a + b)");
        }
        diag_set(c->diag, t.span, "'%c' is not allowed here", t.mark);
        return diag_hint(c->diag, "values here are single numbers and have no elements");
    case TOKEN_COMMA:
        diag_set(c->diag, t.span, "a ',' is only used between the values given to a function");
        if (binds_next(c, t)) {
            return diag_hint(c->diag, "a ';' begins another statement: a = 1; b = 2");
        }
        return diag_hint(c->diag, "numbers are written 1000 and 0.5; print a, b shows two values");
    default:
        diag_set(c->diag, t.span, "'%s' is not allowed here", quoted);
        return diag_hint(c->diag, "a ';' begins another statement");
    }
}

bool call_finish(struct call *c)
{
    struct token t = lexer_peek(c->lexer);
    if (token_ends(t.kind)) {
        return true;
    }
    return refuse_rest(c, t);
}
