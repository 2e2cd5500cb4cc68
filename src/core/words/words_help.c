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
    for (const struct rec *topic = rec_first(w->record, KEY_topics); topic != NULL;
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

// "a = 2 | L = a*b + 1": what is typed, three blanks between.
static void add_typed(struct text *cell, const char *typed)
{
    for (const char *s = typed; s != NULL;) {
        const char *bar = strstr(s, " | ");
        text_add(cell, s == typed ? "" : "   ");
        text_add_char(cell, INK_NAME);
        text_add_bytes(cell, s, bar == NULL ? strlen(s) : (size_t)(bar - s));
        text_add_char(cell, INK_END);
        s = bar == NULL ? NULL : bar + 3;
    }
}

// One screen: what one wants to do, and what to type for it.
void say_help(struct words *w)
{
    static const char *const more[][2] = {
        {"help backward", "how a command is used; also a function, a term: help leaf"},
        {"help all", "every command; help functions, help glossary, help keys"},
        {"help language", "all that can be typed; help arrays, help data, help training"},
    };
    struct table t;
    struct text cell;
    text_add(w->out, "Type an expression, such as L = a*b; each one grows the graph.\n\n");
    text_init(&cell);
    table_init(&t, "nw");
    for (const struct rec *row = rec_first(w->record, KEY_rows); row != NULL; row = row->next) {
        table_ink(&t, INK_MUTED, rec_get_text(row, KEY_want));
        text_clear(&cell);
        add_typed(&cell, rec_get_text(row, KEY_typing));
        table_cell(&t, text_get(&cell));
    }
    table_cell(&t, "");
    table_cell(&t, "");
    for (size_t i = 0; i < COUNT_OF(more); i++) {
        table_ink(&t, INK_NAME, more[i][0]);
        table_cell(&t, more[i][1]);
    }
    say_table(w, &t);
    text_release(&cell);
}

void say_help_overview(struct words *w)
{
    struct table t;
    table_init(&t, "lw");
    for (const struct rec *g = rec_first(w->record, KEY_groups); g != NULL; g = g->next) {
        table_ink(&t, INK_TITLE, rec_get_text(g, KEY_title));
        table_cell(&t, "");
        for (const struct rec *c = rec_first(g, KEY_commands); c != NULL; c = c->next) {
            usage_cell(&t, rec_get_text(c, KEY_usage));
            table_cell(&t, rec_get_text(c, KEY_help));
        }
    }
    say_table(w, &t);
    say_topics(w);
}

// A line that was typed, and below it what came, as both look at a prompt. The lines are laid out
// already: each stays as it is.
static void say_entry(struct words *w, const struct rec *entry)
{
    enum { EDGE = 1, LINES_MOST = 20 };  // of a program that is exported there are many
    struct text answers;
    const struct words_form form = {
        .style = WORDS_PROMPT,
        .digits = w->digits,
        .columns = w->columns > 0 ? w->columns + EDGE : 0,
        .ascii = w->ascii,
    };
    text_init(&answers);
    ink_add(w->out, INK_MUTED, w->ascii ? "> " : "∇ ");
    ink_add(w->out, INK_CODE, rec_get_text(entry, KEY_entry));
    text_add_char(w->out, '\n');
    for (const struct rec *r = rec_first(entry, KEY_replies); r != NULL; r = r->next) {
        words_add(&answers, r, &form);
    }
    size_t lines = 0;
    for (const char *s = text_get(&answers); *s != '\0'; lines++) {
        size_t n = strcspn(s, "\n");
        if (lines == LINES_MOST) {
            ink_add(w->out, INK_MUTED, "  … and so on\n");
            break;
        }
        text_addf(w->out, "%c%.*s\n", WRAP_FIXED, (int)n, s);
        s += n + (s[n] == '\n');
    }
    text_release(&answers);
}

static void say_transcript(struct words *w)
{
    const struct rec *entry = rec_first(w->record, KEY_transcript);
    text_add(w->out, entry == NULL ? "" : "\n");
    for (; entry != NULL; entry = entry->next) {
        say_entry(w, entry);
    }
}

void say_help_command(struct words *w)
{
    for (const char *form = rec_get_text(w->record, KEY_usage); form != NULL;) {
        const char *bar = strstr(form, " | ");
        text_add_char(w->out, INK_NAME);
        text_add_bytes(w->out, form, bar == NULL ? strlen(form) : (size_t)(bar - form));
        text_addf(w->out, "%c\n", INK_END);
        form = bar == NULL ? NULL : bar + 3;
    }
    text_addf(w->out, "%s\n", rec_get_text(w->record, KEY_help));
    say_transcript(w);
}

// How an operation is typed: "x * y", "tanh(x)".
static const char *typed(struct text *out, const struct rec *row)
{
    const char *name = rec_get_text(row, KEY_name), *form = rec_get_text(row, KEY_form);
    text_clear(out);
    text_addf(out,
              strcmp(form, "infix") == 0           ? "x %s y"
              : strcmp(form, "prefix") == 0        ? "%sx"
              : rec_get_whole(row, KEY_arity) == 2 ? "%s(x, y)"
                                                   : "%s(x)",
              name);
    return text_get(out);
}

void say_help_function(struct words *w)
{
    static const char *const slopes[2] = {"d/dx = ", "d/dy = "};
    static const struct {
        enum rec_key key;
        const char *title;
    } facts[] = {
        {KEY_where, "defined where "}, {KEY_edge, ""}, {KEY_atoms, "in simpler operations: "}};
    struct text call;
    text_init(&call);
    ink_add(w->out, INK_NAME, typed(&call, w->record));
    text_addf(w->out, "   %s\n", rec_get_text(w->record, KEY_help));
    text_release(&call);
    int slot = 0;
    for (const struct rec *s = rec_first(w->record, KEY_slopes); s != NULL; s = s->next, slot++) {
        BS_ASSERT(slot < 2);
        text_add(w->out, slopes[slot]);
        ink_add(w->out, INK_LOCAL, s->text);
        text_add(w->out, strchr(s->text, 'v') != NULL ? "   (v is the result)\n" : "\n");
    }
    for (size_t i = 0; i < COUNT_OF(facts); i++) {
        const char *fact = rec_get_text(w->record, facts[i].key);
        text_add(w->out, *fact == '\0' ? "" : facts[i].title);
        text_add(w->out, fact);
        text_add(w->out, *fact == '\0' ? "" : "\n");
    }
}

// Functions under a title: how each is called, and what it is.
static void say_calls(struct words *w, const char *title, enum rec_key key)
{
    struct table t;
    ink_add(w->out, INK_TITLE, title);
    text_add_char(w->out, '\n');
    table_init(&t, "lw");
    for (const struct rec *row = rec_first(w->record, key); row != NULL; row = row->next) {
        table_ink(&t, INK_NAME, rec_get_text(row, KEY_usage));
        table_cell(&t, rec_get_text(row, KEY_help));
    }
    say_table(w, &t);
}

void say_help_functions(struct words *w)
{
    struct table t;
    struct text call;
    text_init(&call);
    table_init(&t, "lw");
    for (const struct rec *row = rec_first(w->record, KEY_rows); row != NULL; row = row->next) {
        table_ink(&t, INK_NAME, typed(&call, row));
        table_cell(&t, rec_get_text(row, KEY_help));
    }
    say_table(w, &t);
    text_release(&call);
    say_calls(w, "over arrays, and making them", KEY_builtins);
    say_calls(w, "choices and losses, written in the language (cross_entropy is built in)",
              KEY_losses);
}

void say_help_builtin(struct words *w)
{
    ink_add(w->out, INK_NAME, rec_get_text(w->record, KEY_usage));
    text_addf(w->out, "   %s\n", rec_get_text(w->record, KEY_help));
}

// Where the second column of such a line begins: "a = 2     a number makes a leaf". 0: it has none.
static size_t second_column(const char *line, size_t n)
{
    enum { APART = 3 };
    for (size_t i = 1; i + APART < n; i++) {
        if (line[i - 1] != ' ' && strncmp(line + i, "   ", APART) == 0) {
            return i + strspn(line + i, " ");
        }
    }
    return 0;
}

static void end_paragraph(struct words *w, struct text *prose)
{
    text_add(w->out, text_get(prose));
    text_add(w->out, text_length(prose) > 0 ? "\n" : "");
    text_clear(prose);
}

// Lines of two columns, from `line` on; returns the first that has none.
static const char *say_two_columns(struct words *w, const char *line)
{
    struct table t;
    size_t at, n;
    table_init(&t, "nw");
    while (n = strcspn(line, "\n"), at = second_column(line, n), at > 0) {
        struct text cell;
        text_init(&cell);
        text_add_bytes(&cell, line, at);
        while (text_length(&cell) > 0 && text_get(&cell)[text_length(&cell) - 1] == ' ') {
            cell.bytes.count--;
        }
        table_cell(&t, text_get(&cell));
        text_clear(&cell);
        text_add_bytes(&cell, line + at, n - at);
        table_cell(&t, text_get(&cell));
        text_release(&cell);
        line += n + (line[n] == '\n');
    }
    say_table(w, &t);
    return line;
}

// The texts of topics are laid out for 78 columns; where there are fewer, their paragraphs and
// their two columns are laid out anew.
static void say_narrow(struct words *w, const char *text)
{
    struct text prose;
    text_init(&prose);
    for (const char *line = text; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        if (second_column(line, n) > 0) {
            end_paragraph(w, &prose);
            line = say_two_columns(w, line);
            continue;
        }
        bool formula = n > 2 && strncmp(line, "  ", 2) == 0 && line[2] != ' ';
        if (formula) {
            end_paragraph(w, &prose);
        }
        text_add(&prose, text_length(&prose) > 0 && !formula ? " " : "");
        text_add_bytes(&prose, line, n);
        line += n + (line[n] == '\n');
        if (formula || *line == '(') {
            end_paragraph(w, &prose);
        }
    }
    end_paragraph(w, &prose);
    text_release(&prose);
}

static size_t widest_line(const char *text)
{
    size_t most = 0;
    while (*text != '\0') {
        size_t n = strcspn(text, "\n"), columns = utf8_columns(text, n);
        most = columns > most ? columns : most;
        text += n + (text[n] == '\n');
    }
    return most;
}

void say_help_topic(struct words *w)
{
    const char *text = rec_get_text(w->record, KEY_text);
    ink_add(w->out, INK_TITLE, rec_get_text(w->record, KEY_title));
    text_add_char(w->out, '\n');
    if (w->columns > 0 && widest_line(text) > w->columns) {
        say_narrow(w, text);
    } else {
        text_addf(w->out, "%s\n", text);
    }
}
