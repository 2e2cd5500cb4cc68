// The words of help.
#include <string.h>

#include "words/say.h"

// The first form of a usage: `help NAME` shows them all.
static void usage_cell(struct table *t, const char *usage)
{
    const char *bar = strstr(usage, " | ");
    struct text first;
    text_init(&first);
    text_add_bytes(&first, usage, bar == NULL ? strlen(usage) : (size_t)(bar - usage));
    table_ink(t, INK_NAME, text_get(&first));
    text_release(&first);
}

// What else there is help on, on lines of a narrow terminal.
static void say_topics(struct words *w)
{
    enum { ROOM = 76 };
    size_t column = 0;
    text_add(w->out, "more: help NAME, of a command, a function or a term; and help with\n");
    for (const struct rec *topic = say_first(w->record, "topics"); topic != NULL;
         topic = topic->next) {
        size_t length = strlen(topic->text) + 2;
        bool wraps = column + length > ROOM;
        text_addf(w->out, "%s%s%s",
                  wraps         ? "\n"
                  : column == 0 ? ""
                                : " ",
                  topic->text, topic->next == NULL ? "\n" : ",");
        column = (wraps ? 0 : column) + length;
    }
}

void say_help_overview(struct words *w)
{
    text_add(w->out, "Type an expression such as L = d*f; each one grows the graph.\n"
                     "Or begin with a lesson: type lesson.\n");
    struct table t;
    table_init(&t, "ll");
    for (const struct rec *g = say_first(w->record, "groups"); g != NULL; g = g->next) {
        table_ink(&t, INK_TITLE, rec_get_text(g, "title"));
        table_cell(&t, "");
        for (const struct rec *c = say_first(g, "commands"); c != NULL; c = c->next) {
            usage_cell(&t, rec_get_text(c, "usage"));
            table_cell(&t, rec_get_text(c, "help"));
        }
    }
    table_write(&t, w->out);
    table_release(&t);
    say_topics(w);
}

void say_help_command(struct words *w)
{
    for (const char *form = rec_get_text(w->record, "usage"); form != NULL;) {
        const char *bar = strstr(form, " | ");
        text_add_char(w->out, INK_NAME);
        text_add_bytes(w->out, form, bar == NULL ? strlen(form) : (size_t)(bar - form));
        text_addf(w->out, "%c\n", INK_END);
        form = bar == NULL ? NULL : bar + 3;
    }
    text_addf(w->out, "%s\n", rec_get_text(w->record, "help"));
    text_addf(w->out, "for example: %s\n", rec_get_text(w->record, "example"));
}

// How an operation is typed: "x * y", "tanh(x)".
static const char *typed(struct text *out, const struct rec *row)
{
    const char *name = rec_get_text(row, "name"), *form = rec_get_text(row, "form");
    text_clear(out);
    text_addf(out,
              strcmp(form, "infix") == 0         ? "x %s y"
              : strcmp(form, "prefix") == 0      ? "%sx"
              : rec_get_whole(row, "arity") == 2 ? "%s(x, y)"
                                                 : "%s(x)",
              name);
    return text_get(out);
}

void say_help_function(struct words *w)
{
    static const char *const slopes[2] = {"d/dx = ", "d/dy = "};
    static const char *const facts[][2] = {
        {"where", "defined where "}, {"edge", ""}, {"atoms", "in simpler operations: "}};
    struct text call;
    text_init(&call);
    ink_add(w->out, INK_NAME, typed(&call, w->record));
    text_addf(w->out, "   %s\n", rec_get_text(w->record, "help"));
    text_release(&call);
    int slot = 0;
    for (const struct rec *s = say_first(w->record, "slopes"); s != NULL; s = s->next, slot++) {
        text_add(w->out, slopes[slot]);
        ink_add(w->out, INK_LOCAL, s->text);
        text_add(w->out, strchr(s->text, 'v') != NULL ? "   (v is the result)\n" : "\n");
    }
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        const char *fact = rec_get_text(w->record, facts[i][0]);
        text_add(w->out, *fact == '\0' ? "" : facts[i][1]);
        text_add(w->out, fact);
        text_add(w->out, *fact == '\0' ? "" : "\n");
    }
}

// Functions under a title: how each is called, and what it is.
static void say_calls(struct words *w, const char *title, const char *key)
{
    struct table t;
    ink_add(w->out, INK_TITLE, title);
    text_add_char(w->out, '\n');
    table_init(&t, "ll");
    for (const struct rec *row = say_first(w->record, key); row != NULL; row = row->next) {
        table_ink(&t, INK_NAME, rec_get_text(row, "usage"));
        table_cell(&t, rec_get_text(row, "help"));
    }
    table_write(&t, w->out);
    table_release(&t);
}

void say_help_functions(struct words *w)
{
    struct table t;
    struct text call;
    text_init(&call);
    table_init(&t, "ll");
    for (const struct rec *row = say_first(w->record, "rows"); row != NULL; row = row->next) {
        table_ink(&t, INK_NAME, typed(&call, row));
        table_cell(&t, rec_get_text(row, "help"));
    }
    table_write(&t, w->out);
    table_release(&t);
    text_release(&call);
    say_calls(w, "over arrays, and making them", "builtins");
    say_calls(w, "losses, written in the language itself; cross_entropy is another", "losses");
}

void say_help_builtin(struct words *w)
{
    ink_add(w->out, INK_NAME, rec_get_text(w->record, "usage"));
    text_addf(w->out, "   %s\n", rec_get_text(w->record, "help"));
}

void say_help_topic(struct words *w)
{
    ink_add(w->out, INK_TITLE, rec_get_text(w->record, "title"));
    text_addf(w->out, "\n%s\n", rec_get_text(w->record, "text"));
}
