// The words of what was graded.
#include <string.h>

#include "base/format.h"
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

// An answer in words, and a wrong one that is short, is beside what is said to it.
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
    for (const struct rec *task = rec_first(w->record, KEY_tasks); task != NULL;
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
    for (const struct rec *r = rec_first(w->record, KEY_remarks); r != NULL; r = r->next) {
        text_addf(w->out, "%s\n", r->text);
    }
    text_release(&cell);
}

// After the point of its id; the lesson is the same for all.
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
    const struct rec *first = rec_first(w->record, KEY_tasks);
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
    for (const struct rec *row = rec_first(w->record, KEY_rows); row != NULL; row = row->next) {
        table_ink(&t, INK_NAME, rec_get_text(row, KEY_file));
        for (const struct rec *s = rec_first(row, KEY_scores); s != NULL; s = s->next) {
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

// ---- A class
// -------------------------------------------------------------------------------------

static void add_whole(struct table *t, const struct rec *row, enum rec_key key)
{
    char cell[32];
    format_write(cell, sizeof cell, "%lld", (long long)rec_get_whole(row, key));
    table_cell(t, cell);
}

static void add_titles(struct table *t, const char *const *titles, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        table_ink(t, INK_MUTED, titles[i]);
    }
}

// "gates 3/8"
static void add_place(struct table *t, const struct rec *row)
{
    struct text cell;
    int64_t of = rec_get_whole(row, KEY_of);
    text_init(&cell);
    text_add(&cell, rec_get_text(row, KEY_lesson));
    if (of > 0) {
        text_addf(&cell, " %lld/%lld", (long long)rec_get_whole(row, KEY_passed), (long long)of);
    }
    table_cell(t, text_get(&cell));
    text_release(&cell);
}

// The name; where another student has the same, with the file.
static void add_student(const struct words *w, struct table *t, const struct rec *student)
{
    const char *name = rec_get_text(student, KEY_name);
    int same = 0;
    struct text cell;
    for (const struct rec *r = rec_first(w->record, KEY_rows); r != NULL; r = r->next) {
        same += strcmp(rec_get_text(r, KEY_name), name) == 0;
    }
    text_init(&cell);
    ink_add(&cell, INK_NAME, name);
    if (same > 1) {
        text_addf(&cell, " (%s)", rec_get_text(student, KEY_file));
    }
    table_cell(t, text_get(&cell));
    text_release(&cell);
}

static void say_students(struct words *w)
{
    static const char *const titles[] = {"student", "finished", "now at",
                                         "answers", "right",    "last"};
    struct table t;
    table_init(&t, "lrlrrl");
    add_titles(&t, titles, COUNT_OF(titles));
    for (const struct rec *row = rec_first(w->record, KEY_rows); row != NULL; row = row->next) {
        char day[11];
        add_student(w, &t, row);
        add_whole(&t, row, KEY_finished);
        add_place(&t, row);
        add_whole(&t, row, KEY_answers);
        add_whole(&t, row, KEY_right);
        format_write(day, sizeof day, "%s", rec_get_text(row, KEY_when));
        table_cell(&t, day);
    }
    say_table(w, &t);
}

static void say_failures(struct words *w)
{
    static const char *const titles[] = {"question", "wrong at first", "wrong answers",
                                         "most often"};
    struct table t;
    struct text cell;
    text_init(&cell);
    table_init(&t, "nrrl");
    add_titles(&t, titles, COUNT_OF(titles));
    for (const struct rec *q = rec_first(w->record, KEY_questions); q != NULL; q = q->next) {
        table_ink(&t, INK_NAME, rec_get_text(q, KEY_question));
        text_clear(&cell);
        text_addf(&cell, "%lld of %lld", (long long)rec_get_whole(q, KEY_missed),
                  (long long)rec_get_whole(q, KEY_students));
        table_cell(&t, text_get(&cell));
        text_clear(&cell);
        text_addf(&cell, "%lld of %lld", (long long)rec_get_whole(q, KEY_wrong),
                  (long long)rec_get_whole(q, KEY_answers));
        table_cell(&t, text_get(&cell));
        text_clear(&cell);
        const char *common = rec_get_text(q, KEY_common);
        text_add_visible(&cell, common, strlen(common));
        if (rec_get_whole(q, KEY_times) > 1) {
            text_addf(&cell, " (%lld times)", (long long)rec_get_whole(q, KEY_times));
        }
        table_cell(&t, text_get(&cell));
    }
    say_table(w, &t);
    text_release(&cell);
}

static void say_disputed(struct words *w)
{
    for (const struct rec *row = rec_first(w->record, KEY_rows); row != NULL; row = row->next) {
        int64_t disputed = rec_get_whole(row, KEY_disputed);
        if (disputed > 0) {
            text_addf(w->out,
                      disputed == 1 ? "%s (%s): %lld answer is marked right and is not\n"
                                    : "%s (%s): %lld answers are marked right and are not\n",
                      rec_get_text(row, KEY_name), rec_get_text(row, KEY_file),
                      (long long)disputed);
        }
    }
}

void say_class_report(struct words *w)
{
    say_students(w);
    if (rec_first(w->record, KEY_questions) != NULL) {
        text_add_char(w->out, '\n');
        say_failures(w);
    }
    say_disputed(w);
}
