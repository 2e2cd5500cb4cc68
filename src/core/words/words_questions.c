// The words of the study questions: the list, and what a search found.
#include <string.h>

#include "words/prose.h"
#include "words/say.h"

// "new", or how likely it is that what was met of it is known now.
static void say_known(struct table *t, const struct rec *row)
{
    const struct rec *recall = rec_find(row, KEY_recall);
    if (recall == NULL) {
        table_ink(t, INK_MUTED, "new");
    } else {
        char cell[NUMBER_TEXT];
        struct text text;
        text_init(&text);
        text_addf(&text, "%s%%", number_text(cell, 100 * recall->number, 2));
        table_ink(t, INK_RIGHT, text_get(&text));
        text_release(&text);
    }
}

static void say_group(struct words *w, const struct rec *first, const struct rec *end)
{
    struct table t;
    table_init(&t, "nlrn");
    for (const struct rec *row = first; row != end; row = row->next) {
        table_ink(&t, INK_NAME, rec_get_text(row, KEY_id));
        table_cell(&t, rec_get_text(row, KEY_title));
        say_known(&t, row);
        table_ink(&t, INK_MUTED, rec_get_text(row, KEY_lesson));
    }
    ink_add(w->out, INK_TITLE, rec_get_text(first, KEY_group));
    text_add_char(w->out, '\n');
    say_table(w, &t);
}

void say_question_list(struct words *w)
{
    const struct rec *first = rec_first(w->record, KEY_rows);
    while (first != NULL) {
        const struct rec *end = first;
        while (end != NULL &&
               strcmp(rec_get_text(end, KEY_group), rec_get_text(first, KEY_group)) == 0) {
            end = end->next;
        }
        if (first != rec_first(w->record, KEY_rows)) {
            text_add_char(w->out, '\n');
        }
        say_group(w, first, end);
        first = end;
    }
    text_add(w->out, "\nlesson N11 goes to a question's lesson, quiz N11 asks about it\n");
}

// What to type to get there.
static void say_way(struct text *out, const struct rec *result)
{
    bool term = strcmp(rec_get_text(result, KEY_type), "term") == 0;
    text_addf(out, "%s %s", term ? "help" : "lesson", rec_get_text(result, KEY_id));
}

void say_found(struct words *w)
{
    struct table t;
    struct text way;
    if (rec_first(w->record, KEY_results) == NULL) {
        text_add(w->out, "Nothing matches these words. help glossary lists the terms, questions "
                         "the study questions.\n");
        return;
    }
    text_init(&way);
    table_init(&t, "nl");
    for (const struct rec *r = rec_first(w->record, KEY_results); r != NULL; r = r->next) {
        text_clear(&way);
        say_way(&way, r);
        table_ink(&t, INK_CODE, text_get(&way));
        bool term = strcmp(rec_get_text(r, KEY_type), "term") == 0;
        table_cell(&t, term ? "what the word means" : rec_get_text(r, KEY_title));
    }
    say_table(w, &t);
    text_release(&way);
}
