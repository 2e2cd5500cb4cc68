// The words of progress: a calendar of the last weeks, what was learned, what comes next; and the
// log of answers as a sheet.
#include <stdarg.h>
#include <string.h>

#include "base/day.h"
#include "base/format.h"
#include "words/prose.h"
#include "words/say.h"
#include "words/sheet.h"

enum { WEEK = 7, CELL = 2 };  // days; columns of a day in the calendar

// How much was answered on a day, from so many answers on.
static const struct shade {
    int64_t from;
    const char *sign, *ascii;
} shades[] = {{0, "·", "."}, {1, "░", "-"}, {5, "▒", "+"}, {15, "▓", "%"}, {30, "█", "#"}};

static const char *shade(const struct words *w, int64_t answers)
{
    size_t i = COUNT_OF(shades) - 1;
    while (i > 0 && answers < shades[i].from) {
        i--;
    }
    return rec_get_flag(w->record, KEY_ascii) ? shades[i].ascii : shades[i].sign;
}

// ---- The calendar -------------------------------------------------------------------------------

// The columns of a day, alike side by side: what was answered is a surface.
static void add_day(struct words *w, const char *sign, bool answered, bool last)
{
    text_add_char(w->out, answered ? INK_VALUE : INK_MUTED);
    text_add(w->out, sign);
    text_add(w->out, answered ? sign : last ? "" : " ");
    text_add_char(w->out, INK_END);
}

static int64_t answers_on(const struct words *w, int64_t day)
{
    for (const struct rec *d = rec_first(w->record, KEY_days); d != NULL; d = d->next) {
        if (rec_get_whole(d, KEY_day) == day) {
            return rec_get_whole(d, KEY_answers);
        }
    }
    return 0;
}

// The first week that is shown: as many as there is room for.
static int64_t first_day(const struct words *w)
{
    enum { LABELS = 8, WEEKS_LEAST = 4 };
    int64_t first = rec_get_whole(w->record, KEY_first),
            today = rec_get_whole(w->record, KEY_today);
    int64_t weeks = (today - first) / WEEK + 1;
    int64_t room = (rec_get_whole(w->record, KEY_columns) - LABELS) / CELL;
    room = room < WEEKS_LEAST ? WEEKS_LEAST : room;
    return weeks > room ? first + (weeks - room) * WEEK : first;
}

// A month's name above the week in which it begins.
static void say_months(struct words *w, int64_t first, int64_t today)
{
    static const char names[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct text line;
    text_init(&line);
    text_fill(&line, ' ', 5);
    for (int64_t week = first; week <= today; week += WEEK) {
        struct date end = day_date(week + WEEK - 1 < today ? week + WEEK - 1 : today);
        size_t at = 5 + (size_t)((week - first) / WEEK) * CELL;
        if (end.day <= WEEK && text_length(&line) <= at) {
            text_fill(&line, ' ', at - text_length(&line));
            text_add(&line, names[end.month - 1]);
        }
    }
    ink_add(w->out, INK_MUTED, text_get(&line));
    text_add_char(w->out, '\n');
    text_release(&line);
}

static void say_calendar(struct words *w)
{
    static const char names[WEEK][4] = {"Mon", "", "Wed", "", "Fri", "", "Sun"};
    int64_t today = rec_get_whole(w->record, KEY_today), first = first_day(w);
    say_months(w, first, today);
    for (int row = 0; row < WEEK; row++) {
        struct text name;
        text_init(&name);
        text_addf(&name, "%-5s", names[row]);
        ink_add(w->out, INK_MUTED, text_get(&name));
        text_release(&name);
        for (int64_t day = first + row; day <= today; day += WEEK) {
            int64_t answers = answers_on(w, day);
            add_day(w, shade(w, answers), answers > 0, day + WEEK > today);
        }
        text_add_char(w->out, '\n');
    }
}

static void say_shades(struct words *w)
{
    text_fill(w->out, ' ', 5);
    text_add_char(w->out, INK_MUTED);
    for (size_t i = 1; i < COUNT_OF(shades); i++) {
        const char *sign = shade(w, shades[i].from);
        text_addf(w->out, "%s%s %lld   ", sign, sign, (long long)shades[i].from);
    }
    text_add(w->out, "answers a day, or more");
    text_add_char(w->out, INK_END);
    text_add_char(w->out, '\n');
}

// ---- Sums ---------------------------------------------------------------------------------------

static void add_count(struct words *w, int64_t count, const char *one, const char *many)
{
    text_addf(w->out, "%lld %s", (long long)count, count == 1 ? one : many);
}

static void say_sums(struct words *w)
{
    int64_t streak = rec_get_whole(w->record, KEY_streak);
    add_count(w, rec_get_whole(w->record, KEY_answers), "answer", "answers");
    text_addf(w->out, ", %lld right", (long long)rec_get_whole(w->record, KEY_right));
    if (streak > 0) {
        text_add(w->out, "; ");
        add_count(w, streak, "day", "days");
        text_add(w->out, " in a row");
    }
    text_add_char(w->out, '\n');
}

static void say_command(struct words *w, const char *command, const char *id)
{
    text_add_char(w->out, INK_NAME);
    text_addf(w->out, "%s%s%s", command, *id == '\0' ? "" : " ", id);
    text_add_char(w->out, INK_END);
}

// "in 40 minutes", "in 3 hours", "in 12 days": what is a little more counts as one more.
static void add_time(struct words *w, int64_t seconds)
{
    enum { MINUTE = 60, HOUR = 60 * MINUTE };
    if (seconds <= HOUR) {
        add_count(w, (seconds + MINUTE - 1) / MINUTE, "minute", "minutes");
    } else if (seconds <= DAY_SECONDS) {
        add_count(w, (seconds + HOUR - 1) / HOUR, "hour", "hours");
    } else {
        add_count(w, (seconds + DAY_SECONDS / 2) / DAY_SECONDS, "day", "days");
    }
}

static void say_due(struct words *w)
{
    int64_t due = rec_get_whole(w->record, KEY_due);
    const struct rec *next = rec_find(w->record, KEY_next_due_in);
    if (due > 0) {
        add_count(w, due, "question is", "questions are");
        text_add(w->out, " due: ");
        say_command(w, "review", "");
        text_add_char(w->out, '\n');
    } else if (next != NULL) {
        text_add(w->out, "Nothing is due; the next question comes back in ");
        add_time(w, next->whole);
        text_add_char(w->out, '\n');
    }
}

void say_nothing_due(struct words *w)
{
    say_due(w);
    if (rec_find(w->record, KEY_next_due_in) == NULL) {
        text_add(w->out, "Nothing is due: what you answer in lessons comes back here.\n");
    }
}

static void say_next(struct words *w)
{
    const char *id = rec_get_text(w->record, KEY_next);
    if (*id != '\0') {
        text_add(w->out, "Next: ");
        say_command(w, "lesson", id);
        text_addf(w->out, "   %s\n", rec_get_text(w->record, KEY_next_title));
    } else if (rec_first(w->record, KEY_lessons) != NULL) {
        text_add(w->out, "You have been through all lessons.\n");
    }
}

// ---- Topics and lessons -------------------------------------------------------------------------

static void cell_bar(struct words *w, struct table *t, int64_t done, int64_t of)
{
    enum { WIDTH = 10, ROOM = 60 };
    if (w->columns > 0 && w->columns < ROOM) {
        table_cell(t, "");  // the numbers beside it say as much
        return;
    }
    bool ascii = rec_get_flag(w->record, KEY_ascii);
    // Full only when all is done, empty only when nothing is.
    int64_t full = of == 0 ? 0 : (done * WIDTH + of - 1) / of;
    full = done < of && full == WIDTH ? WIDTH - 1 : full;
    struct text bar;
    text_init(&bar);
    text_add_char(&bar, INK_VALUE);
    for (int64_t i = 0; i < full; i++) {
        text_add(&bar, ascii ? "#" : "█");
    }
    text_add_char(&bar, INK_END);
    text_add_char(&bar, INK_MUTED);
    for (int64_t i = full; i < WIDTH; i++) {
        text_add(&bar, ascii ? "." : "░");
    }
    text_add_char(&bar, INK_END);
    table_cell(t, text_get(&bar));
    text_release(&bar);
}

__attribute__((format(printf, 3, 4))) static void cell(struct table *t, enum ink ink,
                                                       const char *format, ...)
{
    va_list arguments;
    char words[200];
    va_start(arguments, format);
    format_write_args(words, sizeof words, format, arguments);
    va_end(arguments);
    table_ink(t, ink, words);
}

// Done, due, known: what a topic's row and a lesson's have alike.
static void cells(struct words *w, struct table *t, const struct rec *row)
{
    int64_t done = rec_get_whole(row, KEY_done), questions = rec_get_whole(row, KEY_questions);
    const struct rec *recall = rec_find(row, KEY_recall);
    cell_bar(w, t, done, questions);
    cell(t, INK_END, "%lld/%lld", (long long)done, (long long)questions);
    if (recall != NULL) {
        cell(t, INK_END, "%.0f%%", 100 * recall->number);
    } else {
        table_cell(t, "");
    }
    if (rec_get_whole(row, KEY_due) > 0) {
        cell(t, INK_END, "%lld", (long long)rec_get_whole(row, KEY_due));
    } else {
        table_cell(t, "");
    }
}

static void head(struct table *t, const char *first)
{
    const char *const names[] = {first, "", "", "done", "known", "due"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        table_ink(t, INK_MUTED, names[i]);
    }
}

static void say_rows(struct words *w, enum rec_key list, const char *name, enum rec_key id,
                     enum rec_key title)
{
    struct table t;
    bool any = false;
    table_init(&t, "llnrrr");
    head(&t, name);
    for (const struct rec *row = rec_first(w->record, list); row != NULL; row = row->next) {
        const struct rec *begun = rec_find(row, KEY_begun);
        if (begun == NULL || begun->flag) {
            table_ink(&t, INK_NAME, rec_get_text(row, id));
            table_cell(&t, rec_get_text(row, title));
            cells(w, &t, row);
            any = true;
        }
    }
    if (any) {
        text_add_char(w->out, '\n');
        say_table(w, &t);
    } else {
        table_release(&t);
    }
}

void say_progress(struct words *w)
{
    if (rec_get_whole(w->record, KEY_answers) > 0) {
        say_calendar(w);
        say_shades(w);
        text_add_char(w->out, '\n');
        say_sums(w);
    } else {
        text_add(w->out, "Nothing has been answered yet.\n");
    }
    say_due(w);
    say_next(w);
    if (*rec_get_text(w->record, KEY_trouble) != '\0') {
        text_add(w->out, "Nothing is being kept now.\n");
    }
    say_rows(w, KEY_topics, "topic", KEY_topic, KEY_name);
    say_rows(w, KEY_lessons, "lesson", KEY_id, KEY_title);
}

// ---- A review -----------------------------------------------------------------------------------

void say_review_item(struct words *w)
{
    long long seconds = (long long)rec_get_whole(w->record, KEY_seconds_left);
    bool deck = rec_get_flag(w->record, KEY_deck);
    if (deck && seconds == 0) {
        return;
    }
    text_add_char(w->out, '\n');
    text_add_char(w->out, INK_MUTED);
    if (!deck) {
        text_addf(w->out, "from the lesson %s: %s", rec_get_text(w->record, KEY_lesson),
                  rec_get_text(w->record, KEY_title));
    }
    if (seconds > 0) {
        text_addf(w->out, "%s%lld:%02lld left", deck ? "" : "   ", seconds / 60, seconds % 60);
    }
    text_add_char(w->out, INK_END);
    text_add_char(w->out, '\n');
}

// A question of an exam that was not answered rightly: what was asked, given, and right.
static void say_missed_answer(struct words *w, const struct rec *missed)
{
    enum { MARGIN = 4 };
    int64_t columns = rec_get_whole(w->record, KEY_columns);
    size_t width = columns > 24 ? (size_t)columns - MARGIN : 20;
    bool ascii = rec_get_flag(w->record, KEY_ascii);
    const char *given = rec_get_text(missed, KEY_given), *text = rec_get_text(missed, KEY_text);
    if (*text == '\0') {
        return;
    }
    text_add_char(w->out, '\n');
    prose_add(w->out, text, "", width, ascii, INK_END);
    prose_add(w->out, rec_get_text(missed, KEY_answer), "right: ", width, ascii, INK_RIGHT);
    ink_add(w->out, INK_MUTED, *given == '\0' ? "skipped" : "yours: ");
    text_add_visible(w->out, given, strlen(given));
    text_add_char(w->out, '\n');
}

// The lessons that missed questions come from, each once.
static void say_missed_lessons(struct words *w)
{
    struct text names;
    text_init(&names);
    for (const struct rec *m = rec_first(w->record, KEY_missed); m != NULL; m = m->next) {
        const char *lesson = rec_get_text(m, KEY_lesson);
        bool said = false;
        for (const struct rec *o = rec_first(w->record, KEY_missed); o != m; o = o->next) {
            said |= strcmp(rec_get_text(o, KEY_lesson), lesson) == 0;
        }
        if (!said) {
            text_addf(&names, "%s%s", text_length(&names) == 0 ? "" : ", ", lesson);
        }
    }
    if (text_length(&names) > 0) {
        struct text line;
        text_init(&line);
        text_addf(&line, "To look at again: %s.", text_get(&names));
        prose_add(w->out, text_get(&line), "", 76, rec_get_flag(w->record, KEY_ascii), INK_END);
        text_release(&line);
    }
    text_release(&names);
}

void say_review_end(struct words *w)
{
    int64_t skipped = rec_get_whole(w->record, KEY_skipped),
            of = rec_get_whole(w->record, KEY_questions);
    const char *type = rec_get_text(w->record, KEY_type);
    bool exam = strcmp(type, "exam") == 0;
    if (rec_get_flag(w->record, KEY_late)) {
        text_add(w->out, "\nTime is up.");
    }
    text_addf(w->out, "\nEnd of the %s: %lld of %lld right%s", type,
              (long long)rec_get_whole(w->record, KEY_right), (long long)of,
              exam ? "" : " at the first try");
    if (skipped > 0) {
        text_addf(w->out, ", %lld skipped", (long long)skipped);
    }
    text_add(w->out, ". Your own graph is back.\n");
    for (const struct rec *m = rec_first(w->record, KEY_missed); exam && m != NULL; m = m->next) {
        say_missed_answer(w, m);
    }
    say_missed_lessons(w);
    int64_t more = rec_get_whole(w->record, KEY_more);
    if (more > 0) {
        text_addf(w->out, "%lld more %s due: ", (long long)more, more == 1 ? "is" : "are");
        ink_add(w->out, INK_CODE, "review");
        text_add(w->out,
                 rec_get_flag(w->record, KEY_reads_along) ? ", or Enter, goes on\n" : " goes on\n");
    }
}

// ---- The log ------------------------------------------------------------------------------------

// What was typed may hold anything; line ends are the sheet's.
void say_attempts(struct words *w)
{
    struct text sheet;
    text_init(&sheet);
    sheet_add_attempts(&sheet, rec_find(w->record, KEY_rows));
    for (const char *s = text_get(&sheet); *s != '\0';) {
        size_t n = strcspn(s, "\r\n"), ends = strspn(s + n, "\r\n");
        text_add_visible(w->out, s, n);
        text_add_bytes(w->out, s + n, ends);
        s += n + ends;
    }
    text_release(&sheet);
}

// ---- Importing ----------------------------------------------------------------------------------

void say_imported(struct words *w)
{
    long long answers = (long long)rec_get_whole(w->record, KEY_answers);
    long long places = (long long)rec_get_whole(w->record, KEY_places);
    long long known = (long long)rec_get_whole(w->record, KEY_known);
    if (answers == 0 && places == 0) {
        text_add(w->out, known == 0 ? "There are no answers in it.\n"
                                    : "All of it was in your progress before.\n");
        return;
    }
    text_addf(w->out, "%lld answer%s added to your progress", answers, answers == 1 ? "" : "s");
    if (known > 0) {
        text_addf(w->out, "; %lld %s there before", known, known == 1 ? "was" : "were");
    }
    if (places > 0) {
        text_addf(w->out, "; %lld lesson%s further along", places, places == 1 ? " is" : "s are");
    }
    text_add(w->out, ".\n");
}
