#include "check/class_report.h"

#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "check/grade_csv.h"

enum { QUESTIONS_MOST = 20 };  // that are listed: those that fail most

// An answer, as it is sorted to be counted.
struct class_report_row {
    const struct log_attempt *attempt;
    size_t number;      // of the attempt in its log
    bool right, first;  // it is right; it is the student's first to the question
};

// A question, over all students.
struct asked {
    const char *id;
    int64_t students, missed;  // who answered it, and whose first answer was wrong
    int64_t answers, wrong;
    const char *common;  // the wrong answer that was given most often, and how often
    int64_t times;
};

static const struct log_attempt *attempt(const struct class_student *s, size_t i)
{
    return &BUF(struct log_attempt, &s->handin.log.attempts)[i];
}

static size_t count(const struct class_student *s)
{
    return s->handin.log.attempts.count;
}

static size_t questions_of(const struct buf *lessons, const char *id)
{
    for (size_t i = 0; i < lessons->count; i++) {
        const struct class_lesson *l = &BUF(struct class_lesson, lessons)[i];
        if (strcmp(l->id, id) == 0) {
            return l->questions;
        }
    }
    return 0;
}

// By lesson, by question, and then as they were given.
static int by_lesson(const void *a, const void *b)
{
    const struct class_report_row *x = a, *y = b;
    int lesson = strcmp(x->attempt->lesson, y->attempt->lesson);
    int question = lesson != 0 ? lesson : strcmp(x->attempt->question, y->attempt->question);
    return question != 0 ? question : (x->number > y->number) - (x->number < y->number);
}

// By question, and all that are the same side by side.
static int by_given(const void *a, const void *b)
{
    const struct class_report_row *x = a, *y = b;
    int question = strcmp(x->attempt->question, y->attempt->question);
    return question != 0 ? question : strcmp(x->attempt->given, y->attempt->given);
}

// The student's answers by lesson and question, skips left out, the first to each question marked.
static bool sort_rows(const struct class_student *s, struct buf *rows)
{
    buf_init(rows, sizeof(struct class_report_row));
    for (size_t i = 0; i < count(s); i++) {
        struct class_report_row *r = attempt(s, i)->skipped ? NULL : buf_push(rows, 1);
        if (r != NULL) {
            *r = (struct class_report_row){attempt(s, i), i, class_is_right(s, i), false};
        }
    }
    if (rows->count > 1) {
        qsort(rows->data, rows->count, sizeof(struct class_report_row), by_lesson);
    }
    struct class_report_row *r = rows->data;
    for (size_t i = 0; i < rows->count; i++) {
        r[i].first = i == 0 || strcmp(r[i - 1].attempt->question, r[i].attempt->question) != 0;
    }
    return !rows->failed;
}

// ---- Students -----------------------------------------------------------------------------------

static int64_t passed_in(const struct class_student *s, const char *lesson)
{
    for (size_t i = 0; i < s->handin.log.places.count; i++) {
        const struct log_place *place = &BUF(struct log_place, &s->handin.log.places)[i];
        if (strcmp(place->lesson, lesson) == 0) {
            return place->passed;
        }
    }
    return 0;
}

// The lesson whose rows begin at i; *i is after them.
static bool put_lesson(const struct class_student *s, const struct buf *rows, size_t *i,
                       const struct buf *lessons, struct records *out, struct rec *list)
{
    const struct class_report_row *r = rows->data;
    const char *id = r[*i].attempt->lesson;
    int64_t of = (int64_t)questions_of(lessons, id), passed = passed_in(s, id), done = 0;
    while (*i < rows->count && strcmp(r[*i].attempt->lesson, id) == 0) {
        bool right = false;
        do {
            right |= r[*i].right;
            ++*i;
        } while (*i < rows->count && !r[*i].first);
        done += right;
    }
    struct rec *row = rec_map(out, list, KEY_NONE);
    rec_text(out, row, KEY_lesson, id);
    rec_whole(out, row, KEY_done, done);
    rec_whole(out, row, KEY_passed, passed);
    rec_whole(out, row, KEY_of, of);
    return of > 0 && passed >= of;
}

static int64_t put_lessons(const struct class_student *s, const struct buf *rows,
                           const struct buf *lessons, struct records *out, struct rec *to)
{
    struct rec *list = rec_list(out, to, KEY_lessons);
    int64_t finished = 0;
    for (size_t i = 0; i < rows->count;) {
        finished += put_lesson(s, rows, &i, lessons, out, list);
    }
    return finished;
}

// The last lesson that the student answered in.
static void put_place(const struct class_student *s, const struct buf *lessons, struct records *out,
                      struct rec *to)
{
    size_t n = count(s);
    const char *lesson = n == 0 ? "" : attempt(s, n - 1)->lesson;
    struct text when;
    text_init(&when);
    if (n > 0) {
        day_add_time(&when, attempt(s, n - 1)->when);
    }
    rec_text(out, to, KEY_lesson, lesson);
    rec_whole(out, to, KEY_passed, passed_in(s, lesson));
    rec_whole(out, to, KEY_of, (int64_t)questions_of(lessons, lesson));
    rec_text(out, to, KEY_when, text_get(&when));
    text_release(&when);
}

static void put_sums(const struct buf *rows, struct records *out, struct rec *to)
{
    int64_t right = 0, disputed = 0;
    for (size_t i = 0; i < rows->count; i++) {
        const struct class_report_row *r = &BUF(struct class_report_row, rows)[i];
        right += r->right;
        disputed += r->attempt->right && !r->right;
    }
    rec_whole(out, to, KEY_answers, (int64_t)rows->count);
    rec_whole(out, to, KEY_right, right);
    rec_whole(out, to, KEY_disputed, disputed);
}

static void put_student(struct class_student *s, const struct buf *rows, const struct buf *lessons,
                        struct records *out, struct rec *list)
{
    struct rec *row = rec_map(out, list, KEY_NONE);
    struct text file;
    text_init(&file);
    text_add_visible(&file, s->file, strlen(s->file));
    rec_text(out, row, KEY_name, text_get(&s->handin.name));
    rec_text(out, row, KEY_file, text_get(&file));
    text_release(&file);
    put_place(s, lessons, out, row);
    put_sums(rows, out, row);
    rec_whole(out, row, KEY_finished, put_lessons(s, rows, lessons, out, row));
}

// ---- Questions ----------------------------------------------------------------------------------

// The rows of all students but for guesses, which cannot fail.
static bool gather(struct buf *all, const struct buf *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        const struct class_report_row *r = &BUF(struct class_report_row, rows)[i];
        struct class_report_row *slot =
            strcmp(r->attempt->kind, "guess") == 0 ? NULL : buf_push(all, 1);
        if (slot != NULL) {
            *slot = *r;
        }
    }
    return !all->failed;
}

// One question, whose rows begin at *i; *i is after them.
static struct asked sum_up(const struct buf *all, size_t *i)
{
    const struct class_report_row *r = all->data;
    struct asked q = {.id = r[*i].attempt->question, .common = ""};
    while (*i < all->count && strcmp(r[*i].attempt->question, q.id) == 0) {
        size_t start = *i;
        int64_t wrong = 0;
        while (*i < all->count && by_given(&r[start], &r[*i]) == 0) {
            q.students += r[*i].first;
            q.missed += r[*i].first && !r[*i].right;
            q.answers++;
            wrong += !r[*i].right;
            ++*i;
        }
        q.wrong += wrong;
        if (wrong > q.times && *r[start].attempt->given != '\0') {
            q.times = wrong;
            q.common = r[start].attempt->given;
        }
    }
    return q;
}

// The larger share of those who missed it first; where it is the same, the larger number.
static int by_failures(const void *a, const void *b)
{
    const struct asked *x = a, *y = b;
    int64_t left = x->missed * y->students, right = y->missed * x->students;
    return left != right            ? (left < right ? 1 : -1)
           : x->missed != y->missed ? (x->missed < y->missed ? 1 : -1)
                                    : strcmp(x->id, y->id);
}

static bool find_failures(struct buf *all, struct buf *questions)
{
    buf_init(questions, sizeof(struct asked));
    if (all->count > 1) {
        qsort(all->data, all->count, sizeof(struct class_report_row), by_given);
    }
    for (size_t i = 0; i < all->count;) {
        struct asked q = sum_up(all, &i), *slot = q.wrong == 0 ? NULL : buf_push(questions, 1);
        if (slot != NULL) {
            *slot = q;
        }
    }
    if (questions->count > 1) {
        qsort(questions->data, questions->count, sizeof(struct asked), by_failures);
    }
    return !questions->failed;
}

static bool put_questions(struct buf *all, struct records *out, struct rec *to)
{
    struct buf questions;
    struct rec *list = rec_list(out, to, KEY_questions);
    bool ok = find_failures(all, &questions);
    for (size_t i = 0; i < questions.count && i < QUESTIONS_MOST; i++) {
        const struct asked *q = &BUF(struct asked, &questions)[i];
        struct rec *row = rec_map(out, list, KEY_NONE);
        rec_text(out, row, KEY_question, q->id);
        rec_whole(out, row, KEY_students, q->students);
        rec_whole(out, row, KEY_missed, q->missed);
        rec_whole(out, row, KEY_answers, q->answers);
        rec_whole(out, row, KEY_wrong, q->wrong);
        rec_text(out, row, KEY_common, q->common);
        rec_whole(out, row, KEY_times, q->times);
    }
    buf_release(&questions);
    return ok;
}

bool class_report(const struct buf *students, const struct buf *lessons, struct records *out)
{
    struct buf all;
    struct rec *r = records_add(out, KIND_class_report);
    struct rec *list = rec_list(out, r, KEY_rows);
    bool ok = true;
    buf_init(&all, sizeof(struct class_report_row));
    for (size_t i = 0; ok && i < students->count; i++) {
        struct class_student *s = &BUF(struct class_student, students)[i];
        struct buf rows;
        ok = sort_rows(s, &rows);
        put_student(s, &rows, lessons, out, list);
        ok = gather(&all, &rows) && ok;
        buf_release(&rows);
    }
    ok = put_questions(&all, out, r) && ok;
    buf_release(&all);
    return ok && !out->arena.failed;
}

void class_csv(const struct rec *report, FILE *out)
{
    static const enum rec_key texts[] = {KEY_name, KEY_file, KEY_lesson, KEY_when};
    static const enum rec_key wholes[] = {KEY_passed,  KEY_of,    KEY_finished,
                                          KEY_answers, KEY_right, KEY_disputed};
    fputs("name,file,lesson,last,passed,of,finished,answers,right,disputed\n", out);
    for (const struct rec *row = rec_first(report, KEY_rows); row != NULL; row = row->next) {
        for (size_t i = 0; i < COUNT_OF(texts); i++) {
            fputs(i == 0 ? "" : ",", out);
            grade_csv_text(out, rec_get_text(row, texts[i]));
        }
        for (size_t i = 0; i < COUNT_OF(wholes); i++) {
            fprintf(out, ",%lld", (long long)rec_get_whole(row, wholes[i]));
        }
        fputc('\n', out);
    }
}
