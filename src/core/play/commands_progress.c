// What the learner has done: progress.
#include <string.h>

#include "base/day.h"
#include "lesson/course.h"
#include "lesson/handin.h"
#include "play/commands.h"
#include "play/play.h"
#include "words/sheet.h"

enum { WEEKS = 26 };  // of the calendar

// ---- progress -----------------------------------------------------------------------------------

static const struct progress_topic {
    char letter;
    const char *name;
} topics[] = {
#define TOPIC(LETTER, NAME) {LETTER, NAME},
#include "lesson/topics.def"
};

// What is said of several questions together.
struct progress_tally {
    int64_t questions, done, skipped, due;
    int64_t met;   // at some time
    double known;  // of these, the chances that they are known now, added up
};

static void count(struct progress_tally *t, const struct course *c, const struct course_question *q)
{
    double known = course_known(c, q);
    t->questions++;
    t->done += q->done;
    t->skipped += q->skipped;
    t->due += q->card.due != 0 && q->card.due <= c->now;
    if (known >= 0) {
        t->met++;
        t->known += known;
    }
}

static void put_tally(struct call *c, struct rec *to, const struct progress_tally *t)
{
    rec_whole(c->out, to, KEY_questions, t->questions);
    rec_whole(c->out, to, KEY_done, t->done);
    rec_whole(c->out, to, KEY_skipped, t->skipped);
    rec_whole(c->out, to, KEY_due, t->due);
    if (t->met > 0) {
        rec_number(c->out, to, KEY_recall, t->known / (double)t->met);
    }
}

// Does one of these rows, "N12, G2", begin with the letter?
static bool covers(const char *rows, char letter)
{
    for (const char *s = rows; *s != '\0'; s += *s == ',') {
        s += strspn(s, " ");
        if (*s == letter) {
            return true;
        }
        s += strcspn(s, ",");
    }
    return false;
}

static void put_topics(struct call *c, struct rec *to, const struct course *course)
{
    const struct course_question *questions = course->questions.data;
    struct rec *list = rec_list(c->out, to, KEY_topics);
    for (size_t i = 0; i < COUNT_OF(topics); i++) {
        struct progress_tally tally = {0};
        for (size_t k = 0; k < course->questions.count; k++) {
            if (covers(questions[k].covers, topics[i].letter)) {
                count(&tally, course, &questions[k]);
            }
        }
        if (tally.questions > 0) {
            struct rec *row = rec_map(c->out, list, KEY_NONE);
            rec_bytes(c->out, row, KEY_topic, &topics[i].letter, 1);
            rec_text(c->out, row, KEY_name, topics[i].name);
            put_tally(c, row, &tally);
        }
    }
}

static void put_lessons(struct call *c, struct rec *to, const struct course *course)
{
    const struct course_question *questions = course->questions.data;
    struct rec *list = rec_list(c->out, to, KEY_lessons);
    for (size_t i = 0; i < course->lessons.count; i++) {
        const struct course_lesson *l = &BUF(struct course_lesson, &course->lessons)[i];
        struct rec *row = rec_map(c->out, list, KEY_NONE);
        struct progress_tally tally = {0};
        for (size_t k = 0; k < course->questions.count; k++) {
            if (questions[k].lesson == i) {
                count(&tally, course, &questions[k]);
            }
        }
        rec_text(c->out, row, KEY_id, l->id);
        rec_text(c->out, row, KEY_title, l->title);
        rec_flag(c->out, row, KEY_begun, l->done > 0 || l->skipped > 0 || l->place > 0);
        put_tally(c, row, &tally);
    }
}

// The days of the calendar on which something was answered. It ends with this week.
static void put_calendar(struct call *c, struct rec *to, const struct course *course)
{
    int64_t first = course->today - day_of_week(course->today) - 7 * (WEEKS - 1);
    struct rec *list;
    rec_whole(c->out, to, KEY_today, course->today);
    rec_whole(c->out, to, KEY_first, first);
    list = rec_list(c->out, to, KEY_days);
    for (size_t i = 0; i < course->days.count; i++) {
        const struct course_day *day = &BUF(struct course_day, &course->days)[i];
        if (day->day >= first && day->day <= course->today) {
            struct rec *row = rec_map(c->out, list, KEY_NONE);
            rec_whole(c->out, row, KEY_day, day->day);
            rec_whole(c->out, row, KEY_answers, day->answers);
            rec_whole(c->out, row, KEY_right, day->right);
        }
    }
}

// How many answers there are in all, and when the next question comes back.
static void put_sums(struct call *c, struct rec *to, const struct course *course)
{
    int64_t answers = 0, right = 0, next = course_next_due(course);
    for (size_t i = 0; i < course->days.count; i++) {
        answers += BUF(struct course_day, &course->days)[i].answers;
        right += BUF(struct course_day, &course->days)[i].right;
    }
    rec_whole(c->out, to, KEY_answers, answers);
    rec_whole(c->out, to, KEY_right, right);
    rec_whole(c->out, to, KEY_streak, course_streak(course));
    rec_whole(c->out, to, KEY_due, (int64_t)course->due.count);
    if (next != 0) {
        rec_whole(c->out, to, KEY_next_due_in, next - course->now);
    }
}

static void show_progress(struct call *c, const struct course *course)
{
    const struct course_lesson *next = course_next(course);
    struct rec *r = call_record(c, KIND_progress);
    rec_whole(c->out, r, KEY_columns, c->s->terminal.columns);
    rec_flag(c->out, r, KEY_ascii, c->s->terminal.ascii);
    put_calendar(c, r, course);
    put_sums(c, r, course);
    put_topics(c, r, course);
    put_lessons(c, r, course);
    if (next != NULL) {
        rec_text(c->out, r, KEY_next, next->id);
        rec_text(c->out, r, KEY_next_title, next->title);
    }
    rec_flag(c->out, r, KEY_saved, course->saved);
    rec_text(c->out, r, KEY_trouble, course->trouble == NULL ? "" : course->trouble);
}

// ---- The answers as a sheet ----------------------------------------------------------------------------

// A seed has 64 bits, more than other programs' numbers: it is a text.
static void put_attempt(struct call *c, struct rec *to, const struct log_attempt *a)
{
    struct text cell;
    text_init(&cell);
    day_add_time(&cell, a->when);
    rec_text(c->out, to, KEY_when, text_get(&cell));
    rec_text(c->out, to, KEY_lesson, a->lesson);
    rec_text(c->out, to, KEY_question, a->question);
    rec_whole(c->out, to, KEY_version, a->version);
    rec_text(c->out, to, KEY_type, a->kind);
    rec_whole(c->out, to, KEY_rating, a->rating);
    rec_flag(c->out, to, KEY_right, a->right);
    rec_flag(c->out, to, KEY_skipped, a->skipped);
    rec_whole(c->out, to, KEY_hints, a->hints);
    text_clear(&cell);
    text_addf(&cell, "%llu", (unsigned long long)a->seed);
    rec_text(c->out, to, KEY_seed, text_get(&cell));
    rec_text(c->out, to, KEY_given, a->given);
    text_release(&cell);
}

static struct rec *put_attempts(struct call *c, const struct course *course)
{
    struct rec *r = call_record(c, KIND_attempts);
    struct rec *rows = rec_list(c->out, r, KEY_rows);
    for (size_t i = 0; i < course->log.attempts.count; i++) {
        put_attempt(c, rec_map(c->out, rows, KEY_NONE),
                    &BUF(struct log_attempt, &course->log.attempts)[i]);
    }
    return r;
}

// ---- Arguments ----------------------------------------------------------------------------------

enum form {
    FORM_SHOWN,
    FORM_CSV,     // to a file, or shown
    FORM_EXPORT,  // as the text of lesson/log.h
    FORM_HANDIN,  // the same with a name
    FORM_IMPORT,
};

static bool no_such_form(struct call *c, struct span word)
{
    diag_set(c->diag, word, "progress is shown, exported, imported or handed in");
    return diag_hint(c->diag, "write progress, progress export FILE, progress import FILE, "
                              "progress handin FILE, or progress export csv FILE");
}

static bool needs_file(struct call *c, struct span word, const char *example)
{
    diag_set(c->diag, word, "a file is missing here");
    return diag_hint(c->diag, "write %s", example);
}

// [export [csv] [FILE] | import FILE | handin FILE [NAME]]
static bool read_arguments(struct call *c, enum form *form, struct span *path, struct span *name)
{
    struct span word = call_word(c);
    *form = FORM_SHOWN;
    *path = *name = call_word(c);
    if (word.start == word.end) {
        return call_finish(c);
    }
    if (call_word_is(c, word, "handin")) {
        *form = FORM_HANDIN;
        *name = call_rest(c);
        return path->start < path->end
                   ? call_finish(c)
                   : needs_file(c, word, "progress handin ada.txt Ada Lovelace");
    }
    bool import = call_word_is(c, word, "import");
    if (!import && !call_word_is(c, word, "export")) {
        return no_such_form(c, word);
    }
    *form = import ? FORM_IMPORT : call_word_is(c, *path, "csv") ? FORM_CSV : FORM_EXPORT;
    if (*form == FORM_CSV) {
        *path = call_word(c);
    } else if (path->start == path->end) {
        return needs_file(c, word,
                          import ? "progress import answers.txt" : "progress export answers.txt");
    }
    return call_finish(c);
}

static enum call_end ask_for_course(struct call *c, bool with_log)
{
    rec_flag(c->out, call_ask(c, "course", "", 0), KEY_log, with_log);
    return CALL_NEED;
}

static enum call_end refused(struct call *c, struct span at)
{
    call_supplied(c);
    c->diag->span = at;
    return CALL_FAILED;
}

// ---- Exporting ----------------------------------------------------------------------------------

static void put_sheet(struct call *c, struct text *sheet)
{
    size_t before = c->out->list.in.count;
    sheet_add_attempts(sheet, rec_find(put_attempts(c, tutor_of(c)->course), KEY_rows));
    rec_cut(&c->out->list, before);
}

// As it was typed, or else what the file is called, without its folder and its ending.
static void add_name(struct call *c, struct span path, struct span name, struct text *out)
{
    const char *s = c->lexer->source->text;
    for (size_t i = path.start; name.start == name.end && i < path.end; i++) {
        path.start = s[i] == '/' ? i + 1 : path.start;
    }
    for (size_t i = path.end; name.start == name.end && i > path.start + 1; i--) {
        if (s[i - 1] == '.') {
            path.end = i - 1;
            break;
        }
    }
    struct span at = name.start < name.end ? name : path;
    text_add_bytes(out, s + at.start, at.end - at.start);
}

static void put_handin(struct call *c, struct span path, struct span name, struct text *out)
{
    struct text called;
    text_init(&called);
    add_name(c, path, name, &called);
    handin_write(out, text_get(&called), &tutor_of(c)->course->log);
    text_release(&called);
}

static enum call_end write_file(struct call *c, enum form form, struct span path, struct span name)
{
    struct text text;
    text_init(&text);
    if (form == FORM_CSV) {
        put_sheet(c, &text);
    } else if (form == FORM_HANDIN) {
        put_handin(c, path, name, &text);
    } else {
        log_write(&text, &tutor_of(c)->course->log);
    }
    struct rec *need = call_need(c, "write", path);
    rec_text(c->out, need, KEY_text, text_get(&text));
    bool ok = !text.bytes.failed || diag_out_of_memory(c->diag);
    text_release(&text);
    return ok ? CALL_NEED : CALL_FAILED;
}

static enum call_end end_export(struct call *c, enum form form, struct span path, struct span name)
{
    if (path.start == path.end) {
        put_attempts(c, tutor_of(c)->course);
        return CALL_DONE;
    }
    if (c->s->rounds == 1) {
        return write_file(c, form, path, name);
    }
    if (call_supplied(c) && c->diag->set) {
        return refused(c, path);
    }
    call_written(c, path);
    return CALL_DONE;
}

// ---- Importing ----------------------------------------------------------------------------------

// The file's bytes are there: they are read whole before anything is asked to be kept of them.
static enum call_end ask_for_import(struct call *c, struct span path)
{
    struct log log;
    const char *bytes = c->s->supply.data;
    size_t n = c->s->supply.count;
    bool ok = log_read(&log, bytes == NULL ? "" : bytes, n, c->diag);
    log_release(&log);
    if (!ok) {
        c->diag->span = path;
        return CALL_FAILED;
    }
    rec_bytes(c->out, call_need(c, "import", path), KEY_text, bytes, n);
    return CALL_NEED;
}

// What was done, as log_write_counts says it.
static enum call_end end_import(struct call *c, struct span path)
{
    static const enum rec_key keys[] = {KEY_answers, KEY_places, KEY_known};
    const char *s = c->s->supply.data;
    size_t n = c->s->supply.count, at = 0;
    struct rec *r = call_record(c, KIND_imported);
    rec_bytes(c->out, r, KEY_path, c->lexer->source->text + path.start, path.end - path.start);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        int64_t count = 0;
        for (at += at < n && s[at] == ' '; at < n && text_is_digit(s[at]); at++) {
            count = count < INT32_MAX ? 10 * count + (s[at] - '0') : count;
        }
        rec_whole(c->out, r, keys[i], count);
    }
    return CALL_DONE;
}

static enum call_end import(struct call *c, struct span path)
{
    if (!call_supplied(c)) {
        call_need(c, "read", path);
        return CALL_NEED;
    }
    if (c->diag->set) {
        c->diag->span = path;
        return CALL_FAILED;
    }
    return c->s->rounds == 1 ? ask_for_import(c, path) : end_import(c, path);
}

enum call_end command_progress(struct call *c)
{
    enum form form;
    struct span path, name;
    if (!read_arguments(c, &form, &path, &name)) {
        return CALL_FAILED;
    }
    if (form == FORM_IMPORT) {
        return import(c, path);
    }
    if (c->s->rounds == 0) {
        return ask_for_course(c, form != FORM_SHOWN);
    }
    if (tutor_of(c)->course == NULL) {
        return refused(c, c->command);
    }
    if (form != FORM_SHOWN) {
        return end_export(c, form, path, name);
    }
    show_progress(c, tutor_of(c)->course);
    return CALL_DONE;
}
