// The words of groups: groups, local of a call, and how things are drawn.
#include <string.h>

#include "words/say.h"

static const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

// "h2 = 0.377541   neuron 2, 5 operations as one"
static void add_head(struct words *w)
{
    int64_t operations = rec_get_whole(w->record, KEY_operations);
    int64_t results = rec_get_whole(w->record, KEY_results);
    const char *call = rec_get_text(w->record, KEY_call), *name = rec_get_text(w->record, KEY_name);
    ink_add(w->out, INK_NAME, name);
    if (results > 1) {
        text_addf(w->out, ": %lld results of %lld operation%s", (long long)results,
                  (long long)operations, plural(operations));
        text_addf(w->out, strcmp(call, name) == 0 ? "\n" : " by %s\n", call);
        return;
    }
    text_add(w->out, " = ");
    say_number(w, INK_VALUE, rec_get_number(w->record, KEY_value));
    text_addf(w->out, "   %s: %lld operation%s as one\n", call, (long long)operations,
              plural(operations));
}

// "dh2/dx1", "= -0.0705"; where there are several results, what comes from where.
static void add_row(struct words *w, struct table *t, const struct rec *row)
{
    struct text cell;
    text_init(&cell);
    if (rec_find(row, KEY_values) != NULL) {
        int64_t values = rec_get_whole(row, KEY_values);
        text_addf(&cell, "from %s", rec_get_text(row, KEY_child));
        table_cell(t, text_get(&cell));
        text_clear(&cell);
        text_addf(&cell, "%lld value%s", (long long)values, plural(values));
        table_cell(t, text_get(&cell));
        text_clear(&cell);
        if (rec_find(row, KEY_share) != NULL) {
            char number[NUMBER_TEXT];
            text_add(&cell, "gradient that flows back, its length ");
            ink_add(&cell, INK_GRAD,
                    number_text(number, rec_get_number(row, KEY_share), w->digits));
        }
        table_cell(t, text_get(&cell));
    } else {
        text_addf(&cell, "d%s/d%s", say_part(rec_get_text(w->record, KEY_name)).text,
                  say_part(rec_get_text(row, KEY_child)).text);
        table_cell(t, text_get(&cell));
        text_clear(&cell);
        text_add(&cell, "= ");
        ink_add(&cell, INK_LOCAL, rec_get_text(row, KEY_formula));
        table_cell(t, text_get(&cell));
        table_cell(t, "");
    }
    text_release(&cell);
}

void say_composite(struct words *w)
{
    struct table t;
    add_head(w);
    table_init(&t, "llw");
    for (const struct rec *row = rec_first(w->record, KEY_rows); row != NULL; row = row->next) {
        add_row(w, &t, row);
    }
    say_table(w, &t);
    say_more(w);
    if (rec_get_whole(w->record, KEY_results) > 1) {
        text_addf(w->out, "one of the results: local %s\n", rec_get_text(w->record, KEY_last));
    }
}

// The result and its value; of several how many there are.
static void add_result(struct words *w, struct table *t, const struct rec *row)
{
    int64_t results = rec_get_whole(row, KEY_results);
    const char *name = rec_get_text(row, KEY_name);
    struct text cell;
    text_init(&cell);
    text_add_char(&cell, INK_NAME);
    text_add_bytes(&cell, name, results > 1 ? strcspn(name, "[") : strlen(name));
    text_add_char(&cell, INK_END);
    table_cell(t, text_get(&cell));
    text_clear(&cell);
    if (results > 1) {
        text_addf(&cell, "%lld values", (long long)results);
        table_cell(t, text_get(&cell));
    } else {
        table_number(t, INK_VALUE, rec_get_number(row, KEY_value), w->digits);
    }
    text_release(&cell);
}

void say_groups(struct words *w)
{
    static const char *const titles[] = {"call", "operations", "result", "value", ""};
    struct table t;
    if (rec_first(w->record, KEY_rows) == NULL) {
        text_add(w->out, "no calls of functions; try def neuron(x, w, b) = tanh(w*x + b)\n");
        return;
    }
    table_init(&t, "lrldl");
    for (size_t i = 0; i < COUNT_OF(titles); i++) {
        table_ink(&t, INK_MUTED, titles[i]);
    }
    for (const struct rec *row = rec_first(w->record, KEY_rows); row != NULL; row = row->next) {
        struct text cell;
        char number[NUMBER_TEXT];
        text_init(&cell);
        text_fill(&cell, ' ', 2 * (size_t)rec_get_whole(row, KEY_depth));
        ink_add(&cell, INK_NAME, rec_get_text(row, KEY_text));
        table_cell(&t, text_get(&cell));
        table_cell(&t, number_text(number, (double)rec_get_whole(row, KEY_operations), 15));
        add_result(w, &t, row);
        table_ink(&t, INK_MUTED, rec_get_text(row, KEY_look));
        text_release(&cell);
    }
    say_table(w, &t);
    say_more(w);
}

void say_look(struct words *w)
{
    const char *what = rec_get_text(w->record, KEY_what);
    int64_t count = rec_get_whole(w->record, KEY_count);
    bool folded = rec_get_flag(w->record, KEY_folded);
    ink_add(w->out, INK_NAME, rec_get_text(w->record, KEY_text));
    if (strcmp(what, "statement") == 0) {
        text_add(w->out, folded ? ": pictures draw its formula as one box\n"
                                : ": pictures draw each value of its formula\n");
    } else if (strcmp(what, "array") == 0) {
        text_addf(w->out,
                  folded ? ": pictures draw its %lld value%s as one box\n"
                         : ": pictures draw each of its %lld value%s\n",
                  (long long)count, plural(count));
    } else if (count == 1) {
        text_add(w->out, folded ? ": pictures draw the call as one box\n"
                                : ": pictures draw what is in the call\n");
    } else {
        text_addf(w->out,
                  folded ? ": pictures draw each of %lld calls as one box\n"
                         : ": pictures draw what is in its %lld calls\n",
                  (long long)count);
    }
}
