// help: of commands, from the table that the session was given; of functions, topics and terms.
#include <string.h>

#include "base/options.h"
#include "command/commands.h"
#include "command/context.h"
#include "command/help_node.h"
#include "command/optimiser.h"
#include "lesson/glossary.h"
#include "text/builtin.h"
#include "text/foreign.h"
#include "text/prelude.h"

static const char *const group_titles[GROUP_COUNT] = {
    [GROUP_LOOK] = "look",           [GROUP_PASSES] = "the passes",
    [GROUP_STEPS] = "step by step",  [GROUP_WHY] = "why",
    [GROUP_FORMULAS] = "formulas",   [GROUP_LESSONS] = "lessons",
    [GROUP_SESSION] = "the session",
};

// What is not a command but asked for all the same.
static const struct help_topic {
    const char *name, *others, *title, *text;
} topics[] = {
#define TOPIC(NAME, OTHERS, TITLE, TEXT) {#NAME, OTHERS, TITLE, TEXT},
#include "command/help_topics.def"
};

static const struct want {
    const char *what, *typed;
} wants[] = {
#define WANT(WHAT, TYPED) {WHAT, TYPED},
#include "command/wants.def"
};

static void help_wants(struct call *c)
{
    struct rec *rows = rec_list(c->out, call_record(c, KIND_help), KEY_rows);
    for (size_t i = 0; i < COUNT_OF(wants); i++) {
        struct rec *row = rec_map(c->out, rows, KEY_NONE);
        rec_text(c->out, row, KEY_want, wants[i].what);
        rec_text(c->out, row, KEY_typing, wants[i].typed);
    }
}

static void help_overview(struct call *c)
{
    struct rec *r = call_record(c, KIND_help_overview);
    struct rec *groups = rec_list(c->out, r, KEY_groups);
    for (enum command_group g = 0; g < GROUP_COUNT; g++) {
        struct rec *group = rec_map(c->out, groups, KEY_NONE);
        rec_text(c->out, group, KEY_title, group_titles[g]);
        struct rec *rows = rec_list(c->out, group, KEY_commands);
        const struct command *command;
        for (size_t i = 0; (command = command_at(c->s->world.commands, i)) != NULL; i++) {
            if (command->group == g) {
                struct rec *row = rec_map(c->out, rows, KEY_NONE);
                rec_text(c->out, row, KEY_usage, command->usage);
                rec_text(c->out, row, KEY_help, command->help);
            }
        }
    }
    struct rec *names = rec_list(c->out, r, KEY_topics);
    rec_text(c->out, names, KEY_NONE, "functions");
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        rec_text(c->out, names, KEY_NONE, topics[i].name);
    }
    rec_text(c->out, names, KEY_NONE, "shell");
    rec_text(c->out, names, KEY_NONE, "glossary");
}

static void help_function_row(struct call *c, struct rec *r, enum op op)
{
    const struct op_row *row = op_get(op);
    rec_text(c->out, r, KEY_name, row->name);
    rec_text(c->out, r, KEY_form,
             row->form == OP_INFIX    ? "infix"
             : row->form == OP_PREFIX ? "prefix"
                                      : "call");
    rec_whole(c->out, r, KEY_arity, row->arity);
    rec_text(c->out, r, KEY_help, row->help);
    struct rec *slopes = rec_list(c->out, r, KEY_slopes);
    for (int slot = 0; slot < row->arity; slot++) {
        rec_text(c->out, slopes, KEY_NONE, op_slope_text(op, slot));
    }
    rec_text(c->out, r, KEY_where, strcmp(row->where, "1") == 0 ? "" : row->where);
    rec_text(c->out, r, KEY_edge, row->edge);
    rec_text(c->out, r, KEY_atoms, row->atoms);
}

static void help_call_row(struct call *c, struct rec *r, const char *usage, const char *help)
{
    rec_text(c->out, r, KEY_usage, usage);
    rec_text(c->out, r, KEY_help, help);
}

static void help_functions(struct call *c)
{
    struct rec *r = call_record(c, KIND_help_functions);
    struct rec *rows = rec_list(c->out, r, KEY_rows), *more = rec_list(c->out, r, KEY_builtins);
    struct rec *losses = rec_list(c->out, r, KEY_losses);
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        help_function_row(c, rec_map(c->out, rows, KEY_NONE), op);
    }
    for (size_t i = 0; builtin_at(i) != NULL; i++) {
        const struct builtin *row = builtin_at(i);
        help_call_row(c, rec_map(c->out, more, KEY_NONE), row->usage, row->help);
    }
    for (size_t i = 0; prelude_at(i) != NULL; i++) {
        const struct prelude_row *row = prelude_at(i);
        help_call_row(c, rec_map(c->out, losses, KEY_NONE), row->usage, row->help);
    }
}

static void help_command_row(struct call *c, struct rec *r, const struct command *command)
{
    rec_text(c->out, r, KEY_name, command->name);
    rec_text(c->out, r, KEY_usage, command->usage);
    rec_text(c->out, r, KEY_help, command->help);
    rec_text(c->out, r, KEY_example, command->example);
}

static bool help_command(struct call *c, struct span word)
{
    const struct command *command = command_find(
        c->s->world.commands, c->lexer->source->text + word.start, word.end - word.start);
    if (command != NULL) {
        struct rec *r = call_record(c, KIND_help_command);
        help_command_row(c, r, command);
        if (c->s->world.demo != NULL) {
            c->s->world.demo(c, r, command->example);
        }
    }
    return command != NULL;
}

// The topic of this name; also for one of its other words, the help on a command or function of
// that name being shown before it.
static bool help_topic(struct call *c, struct span word, bool shown)
{
    const char *s = c->lexer->source->text + word.start;
    size_t n = word.end - word.start, dashes = n > 2 && memcmp(s, "--", 2) == 0 ? 2 : 0;
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        if ((!shown && call_word_is(c, word, topics[i].name)) ||
            glossary_lists(topics[i].others, s + dashes, n - dashes)) {
            struct rec *r = call_record(c, KIND_help_topic);
            rec_text(c->out, r, KEY_title, topics[i].title);
            rec_text(c->out, r, KEY_text, topics[i].text);
            return true;
        }
    }
    return !shown && optimiser_help(c, word);
}

static void put_topic(struct call *c, const char *title, struct text *lines)
{
    size_t n = text_length(lines);
    struct rec *r = call_record(c, KIND_help_topic);
    rec_text(c->out, r, KEY_title, title);
    rec_bytes(c->out, r, KEY_text, text_get(lines), n > 0 ? n - 1 : 0);  // without the last end
}

// A word of the shell's command line: the rows of --help that it begins, or that have it. `shell`
// itself: all of them.
static bool help_shell(struct call *c, struct span word)
{
    const char *s = c->lexer->source->text + word.start;
    size_t n = word.end - word.start, dashes = n > 2 && s[0] == '-' && s[1] == '-' ? 2 : 0;
    bool all = glossary_lists("shell, command line, the shell, options, arguments", s, n);
    bool below = false, found = false;
    const struct option_row *row;
    struct text lines;
    text_init(&lines);
    for (size_t i = 0; (row = option_at(i)) != NULL; i++) {
        bool form = row->kind == OPTION_FORM;
        const char *name = form ? row->word : row->word + 2;
        bool same = strlen(name) == n - dashes && memcmp(name, s + dashes, n - dashes) == 0;
        below = form ? same && dashes == 0 : below && row->kind == OPTION_DETAIL;
        if (all || same || below) {
            option_line(&lines, row);
            text_add_char(&lines, '\n');
            found = true;
        }
    }
    if (found) {
        put_topic(c, "in a shell", &lines);
    }
    c->out->arena.failed |= lines.bytes.failed;
    text_release(&lines);
    return found;
}

// Is it a word of how a command is used, and no name that is there for another? (It may contain zero bytes.)
static bool usage_has(const char *usage, const char *s, size_t n)
{
    size_t length = strlen(usage);
    for (size_t i = 0; i + n <= length; i++) {
        bool begins = i == 0 || strchr(" [|\n-", usage[i - 1]) != NULL;
        if (begins && memcmp(usage + i, s, n) == 0 && strchr(" ]|,\n", usage[i + n]) != NULL) {
            return true;
        }
    }
    return false;
}

// A word that commands take: they are shown.
static bool help_word(struct call *c, struct span word)
{
    enum { LEAST = 3, MOST = 3 };
    const char *s = c->lexer->source->text + word.start;
    size_t n = word.end - word.start, found = 0;
    while (n > 0 && *s == '-') {
        s++;
        n--;
    }
    const struct command *command;
    for (size_t i = 0; n >= LEAST && (command = command_at(c->s->world.commands, i)) != NULL; i++) {
        if (found < MOST &&
            (usage_has(command->usage, s, n) || context_takes(command->name, s, n))) {
            help_command_row(c, call_record(c, KIND_help_command), command);
            found++;
        }
    }
    return found > 0;
}

// Every operation of this name: - is two.
static bool help_operation(struct call *c, struct span word)
{
    bool found = false;
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        if (call_word_is(c, word, op_get(op)->name)) {
            help_function_row(c, call_record(c, KIND_help_function), op);
            found = true;
        }
    }
    return found;
}

// A function that is not an operation: over arrays, or of the prelude.
static bool help_builtin(struct call *c, struct span word)
{
    const char *s = c->lexer->source->text + word.start;
    const struct builtin *builtin = builtin_find(s, word.end - word.start);
    const struct prelude_row *loss = prelude_find(s, word.end - word.start);
    if (builtin != NULL) {
        help_call_row(c, call_record(c, KIND_help_builtin), builtin->usage, builtin->help);
    } else if (loss != NULL) {
        help_call_row(c, call_record(c, KIND_help_builtin), loss->usage, loss->help);
    }
    return builtin != NULL || loss != NULL;
}

static bool help_term(struct call *c, struct span words)
{
    const struct term *term =
        glossary_find(c->lexer->source->text + words.start, words.end - words.start);
    if (term != NULL) {
        struct rec *r = call_record(c, KIND_help_term);
        rec_text(c->out, r, KEY_term, term->term);
        rec_text(c->out, r, KEY_others, term->others);
        rec_text(c->out, r, KEY_text, term->text);
        rec_text(c->out, r, KEY_example, term->example);
        rec_text(c->out, r, KEY_lesson, term->lesson);
        rec_whole(c->out, r, KEY_columns, c->s->terminal.columns);
        rec_flag(c->out, r, KEY_ascii, c->s->terminal.ascii);
    }
    return term != NULL;
}

static void help_glossary(struct call *c)
{
    struct rec *r = call_record(c, KIND_help_glossary);
    struct rec *rows = rec_list(c->out, r, KEY_terms);
    rec_whole(c->out, r, KEY_columns, c->s->terminal.columns);
    rec_flag(c->out, r, KEY_ascii, c->s->terminal.ascii);
    for (size_t i = 0; glossary_at(i) != NULL; i++) {
        rec_text(c->out, rows, KEY_NONE, glossary_at(i)->term);
    }
}

// What there is help on, and is written almost like this.
static void find_nearest(struct call *c, struct span word, struct nearest *nearest)
{
    const struct command *command;
    nearest_init(nearest, c->lexer->source->text + word.start, word.end - word.start);
    for (size_t i = 0; (command = command_at(c->s->world.commands, i)) != NULL; i++) {
        nearest_offer(nearest, command->name, strlen(command->name));
    }
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        nearest_offer(nearest, topics[i].name, strlen(topics[i].name));
    }
    optimiser_offer(nearest);
    for (size_t i = 0; glossary_at(i) != NULL; i++) {
        nearest_offer(nearest, glossary_at(i)->term, strlen(glossary_at(i)->term));
    }
    lower_offer_functions(nearest);
}

// The words up to the end of the statement: "chain rule". What is not known under them may be a
// study question, or be found in one.
static enum call_end search_or_refuse(struct call *c, struct span word)
{
    char quoted[QUOTED];
    const char *s = c->lexer->source->text + word.start;
    struct nearest nearest;
    enum call_end end;
    find_nearest(c, word, &nearest);
    const char *foreign = foreign_hint(s, word.end - word.start, true);
    if (foreign == NULL && nearest.best[0] == '\0' && c->s->world.search != NULL &&
        c->s->world.search(c, word, &end)) {
        return end;
    }
    diag_set(c->diag, word, "there is no help on '%s'",
             diag_quote(quoted, s, word.end - word.start));
    if (names_lookup(&c->s->names, s, word.end - word.start).rank != VALUE_UNBOUND) {
        diag_hint(c->diag, "'explain %s' says what it is",
                  diag_quote(quoted, s, word.end - word.start));
    } else if (foreign != NULL) {
        diag_hint(c->diag, "%s", foreign);
    } else if (nearest.best[0] != '\0') {
        diag_hint(c->diag, "did you mean '%s'?", nearest.best);
    } else {
        diag_hint(c->diag, "'help' lists what there is");
    }
    return CALL_FAILED;
}

// The id of a study question: N11. The usage of commands has one as an example.
static bool is_row(const struct call *c, struct span word)
{
    const char *s = c->lexer->source->text + word.start;
    size_t n = word.end - word.start, digits = 0;
    while (digits + 1 < n && text_is_digit(s[digits + 1])) {
        digits++;
    }
    return n > 1 && n < 4 && s[0] >= 'A' && s[0] <= 'Z' && digits + 1 == n;
}

enum call_end command_help(struct call *c)
{
    struct span word = call_rest(c);
    if (!call_finish(c)) {
        return CALL_FAILED;
    }
    if (word.start == word.end) {
        help_wants(c);
        return CALL_DONE;
    }
    if (call_word_is(c, word, "all")) {
        help_overview(c);
        return CALL_DONE;
    }
    if (call_word_is(c, word, "functions")) {
        help_functions(c);
        return CALL_DONE;
    }
    if (call_word_is(c, word, "glossary")) {
        help_glossary(c);
        return CALL_DONE;
    }
    bool node;
    if (!help_node(c, word, &node) || node) {
        return node && !c->diag->set ? CALL_DONE : CALL_FAILED;
    }
    bool term = help_term(c, word);  // a command or a function may be one as well: hessian, tanh
    bool found = help_command(c, word);
    bool operation = !found && help_operation(c, word);
    bool builtin = !found && help_builtin(c, word);
    found |= operation || builtin;
    found |= help_topic(c, word, found);
    found |= help_shell(c, word);
    found |= term;
    found = found || (!is_row(c, word) && help_word(c, word));
    return found ? CALL_DONE : search_or_refuse(c, word);
}
