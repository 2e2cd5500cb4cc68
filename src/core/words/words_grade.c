// The words of what was graded.
#include <string.h>

#include "words/say.h"

// 1, 0.5, 0.333
static void add_points(struct text *out, double points)
{
    char number[NUMBER_TEXT];
    text_add(out, number_text(number, points, 3));
}

static void add_of(struct text *out, const struct rec *map)
{
    add_points(out, rec_get_number(map, KEY_score));
    text_add(out, " of ");
    add_points(out, rec_get_number(map, KEY_worth));
}

// What comes before that which is said, by verdict.
static const char *lead_of(const char *verdict, bool said)
{
    static const struct {
        const char *verdict, *alone, *before;
    } leads[] = {
        {"right", "right", "right; "},
        {"partly", "in part", ""},
        {"wrong", "wrong", "wrong: "},
        {"misread", "not understood", "not understood: "},
        {"missing", "no answer", "no answer; "},
        {"unread", "to be read", "to be read: "},
        {"late", "it took too long", "it took too long: "},
        {"fault", "the task itself fails", "the task itself fails: "},
    };
    for (size_t i = 0; i < COUNT_OF(leads); i++) {
        if (strcmp(leads[i].verdict, verdict) == 0) {
            return said ? leads[i].before : leads[i].alone;
        }
    }
    return verdict;
}

// An answer in words, and a wrong one that is short, stands beside what is said to it.
static void add_task(struct text *out, const struct rec *task)
{
    enum { SHORT = 40 };
    const char *verdict = rec_get_text(task, KEY_verdict), *said = rec_get_text(task, KEY_said);
    const char *given = rec_get_text(task, KEY_given);
    bool unread = strcmp(verdict, "unread") == 0;
    bool wrong = strcmp(verdict, "wrong") == 0 || strcmp(verdict, "misread") == 0;
    bool shows = *given != '\0' && (unread || (wrong && strlen(given) <= SHORT));
    text_add(out, lead_of(verdict, *said != '\0' || shows));
    if (shows) {
        ink_add(out, INK_CODE, given);
        text_add(out, *said == '\0' ? "" : ": ");
    }
    text_add(out, said);
}

void say_graded(struct words *w)
{
    struct table t;
    struct text cell;
    int64_t unread = rec_get_whole(w->record, KEY_unread);
    text_init(&cell);
    add_of(&cell, w->record);
    ink_add(w->out, INK_TITLE, rec_get_text(w->record, KEY_file));
    text_addf(w->out, ": %s", text_get(&cell));
    if (unread > 0) {
        text_addf(w->out,
                  unread == 1 ? ", and %lld answer to be read" : ", and %lld answers to be read",
                  (long long)unread);
    }
    text_add_char(w->out, '\n');
    table_init(&t, "nnw");
    for (const struct rec *task = say_first(w->record, KEY_tasks); task != NULL;
         task = task->next) {
        table_ink(&t, INK_NAME, rec_get_text(task, KEY_question));
        text_clear(&cell);
        if (strcmp(rec_get_text(task, KEY_verdict), "unread") == 0) {
            text_add(&cell, "? of ");
            add_points(&cell, rec_get_number(task, KEY_worth));
        } else {
            add_of(&cell, task);
        }
        table_cell(&t, text_get(&cell));
        text_clear(&cell);
        add_task(&cell, task);
        table_cell(&t, text_get(&cell));
    }
    say_table(w, &t);
    for (const struct rec *r = say_first(w->record, KEY_remarks); r != NULL; r = r->next) {
        text_addf(w->out, "%s\n", r->text);
    }
    text_release(&cell);
}

// Behind the point of its id; the lesson is the same for all.
static const char *short_id(const struct rec *column)
{
    const char *id = rec_get_text(column, KEY_question), *point = strchr(id, '.');
    return point == NULL ? id : point + 1;
}

static void add_last_row(struct table *t, const struct rec *first)
{
    table_ink(t, INK_MUTED, "average");
    for (const struct rec *c = first; c != NULL; c = c->next) {
        struct text share;
        text_init(&share);
        add_points(&share, 100 * rec_get_number(c, KEY_earned));
        text_add_char(&share, '%');
        table_ink(t, INK_MUTED, text_get(&share));
        text_release(&share);
    }
    table_cell(t, "");
}

void say_graded_class(struct words *w)
{
    struct text align, cell;
    struct table t;
    const struct rec *first = say_first(w->record, KEY_tasks);
    text_init(&align);
    text_init(&cell);
    text_add_char(&align, 'n');
    for (const struct rec *c = first; c != NULL; c = c->next) {
        text_add_char(&align, 'r');
    }
    text_add_char(&align, 'r');
    table_init(&t, text_get(&align));
    table_ink(&t, INK_TITLE, "student");
    for (const struct rec *c = first; c != NULL; c = c->next) {
        table_ink(&t, INK_TITLE, short_id(c));
    }
    table_ink(&t, INK_TITLE, "points");
    for (const struct rec *row = say_first(w->record, KEY_rows); row != NULL; row = row->next) {
        table_ink(&t, INK_NAME, rec_get_text(row, KEY_file));
        for (const struct rec *s = say_first(row, KEY_scores); s != NULL; s = s->next) {
            text_clear(&cell);
            add_points(&cell, s->number);
            table_cell(&t, text_get(&cell));
        }
        text_clear(&cell);
        add_points(&cell, rec_get_number(row, KEY_score));
        text_add(&cell, " of ");
        add_points(&cell, rec_get_number(w->record, KEY_worth));
        table_cell(&t, text_get(&cell));
    }
    add_last_row(&t, first);
    say_table(w, &t);
    text_release(&align);
    text_release(&cell);
}
