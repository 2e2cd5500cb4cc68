#include "check/grade.h"

#include <errno.h>
#include <fts.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/grade_child.h"
#include "check/grade_csv.h"
#include "process/tell.h"
#include "store/files.h"
#include "store/lesson_file.h"
#include "store/markdown.h"
#include "supply/ink.h"
#include "words/words.h"

enum { SECONDS = 10, NODES = 1000000 };

// The tasks, and what came of them so far.
struct grading {
    const struct grade_options *options;
    const char *path;  // of the tasks
    char *real;        // … links followed
    struct lesson *lesson;
    struct buf tasks;  // const struct question *
    struct grade_rules rules;
    struct records rows;  // KIND_graded, one for each student
    bool missed;          // a point was not earned
    bool unread;          // a file could not be read
};

static const struct question *task(const struct grading *g, size_t i)
{
    return BUF(const struct question *, &g->tasks)[i];
}

static double worth(const struct grading *g)
{
    double sum = 0;
    for (size_t i = 0; i < g->tasks.count; i++) {
        sum += task(g, i)->worth;
    }
    return sum;
}

// ---- Reports ------------------------------------------------------------------------------------

static void report(const struct grading *g, const struct rec *record)
{
    struct text words;
    const struct words_form form = {.style = WORDS_SCRIPT,
                                    .digits = 6,
                                    .columns = ink_room(stdout),
                                    .ascii = ink_is_ascii(stdout)};
    text_init(&words);
    if (g->options->form == GRADE_JSON) {
        rec_json(&words, record);
        text_add_char(&words, '\n');
        tell(stdout, "%s", text_get(&words));
    } else {
        words_add(&words, record, &form);
        ink_write(stdout, text_get(&words), g->options->theme);
    }
    text_release(&words);
}

static void begin_report(const struct grading *g)
{
    struct records hello;
    records_init(&hello);
    records_hello(&hello);
    if (g->options->form == GRADE_JSON) {
        report(g, hello.list.in.first);
    }
    records_release(&hello);
}

static void put_task(struct records *out, struct rec *list, const struct question *q,
                     const struct grade_result *r)
{
    struct rec *row = rec_map(out, list, KEY_NONE);
    rec_text(out, row, KEY_question, q->id);
    rec_text(out, row, KEY_verdict, grade_verdict_name(r->verdict));
    rec_number(out, row, KEY_score, r->points);
    rec_number(out, row, KEY_worth, q->worth);
    rec_text(out, row, KEY_given, r->given);
    rec_text(out, row, KEY_said, r->said);
}

// Ids that are none of the lesson's, and questions that were answered twice.
static void put_remarks(struct grading *g, struct rec *to, const struct answers *answers)
{
    struct rec *remarks = rec_list(&g->rows, to, KEY_remarks);
    for (size_t i = 0; i < answers->list.count; i++) {
        const struct answer *a = &BUF(struct answer, &answers->list)[i];
        struct text remark;
        text_init(&remark);
        if (a->again) {
            text_addf(&remark, "%s is answered twice; the last answer counts", a->id);
        } else if (lesson_question(g->lesson, a->id) == NULL) {
            text_addf(&remark, "%s is not a task (line %zu)", a->id, a->line - 1);
        }
        if (text_length(&remark) > 0) {
            rec_text(&g->rows, remarks, KEY_NONE, text_get(&remark));
        }
        text_release(&remark);
    }
}

static void put_student(struct grading *g, const char *name, const struct answers *answers,
                        const struct buf *results)
{
    struct rec *r = records_add(&g->rows, KIND_graded);
    double score = 0;
    int64_t unread = 0;
    for (size_t i = 0; i < results->count; i++) {
        const struct grade_result *result = &BUF(struct grade_result, results)[i];
        score += result->points;
        unread += result->verdict == GRADE_UNREAD;
        g->missed |= result->points < task(g, i)->worth && result->verdict != GRADE_UNREAD;
    }
    rec_text(&g->rows, r, KEY_file, name);
    rec_number(&g->rows, r, KEY_score, score);
    rec_number(&g->rows, r, KEY_worth, worth(g));
    rec_whole(&g->rows, r, KEY_unread, unread);
    struct rec *list = rec_list(&g->rows, r, KEY_tasks);
    for (size_t i = 0; i < results->count; i++) {
        put_task(&g->rows, list, task(g, i), &BUF(struct grade_result, results)[i]);
    }
    put_remarks(g, r, answers);
    if (g->options->form == GRADE_WORDS && g->rows.list.in.count > 1) {
        putchar('\n');
    }
    if (g->options->form != GRADE_CSV) {
        report(g, r);
    }
}

// Everybody's points, side by side.
static void report_class(struct grading *g)
{
    struct records out;
    records_init(&out);
    struct rec *r = records_add(&out, KIND_graded_class);
    struct rec *columns = rec_list(&out, r, KEY_tasks), *rows = rec_list(&out, r, KEY_rows);
    double *sums = calloc(g->tasks.count + 1, sizeof *sums);
    if (sums == NULL) {
        mem_refuse();
    }
    for (const struct rec *s = g->rows.list.in.first; sums != NULL && s != NULL; s = s->next) {
        struct rec *row = rec_map(&out, rows, KEY_NONE);
        rec_text(&out, row, KEY_file, rec_get_text(s, KEY_file));
        struct rec *scores = rec_list(&out, row, KEY_scores);
        size_t i = 0;
        for (const struct rec *t = rec_first(s, KEY_tasks); t != NULL; t = t->next) {
            sums[i++] += rec_get_number(t, KEY_score);
            rec_number(&out, scores, KEY_NONE, rec_get_number(t, KEY_score));
        }
        rec_number(&out, row, KEY_score, rec_get_number(s, KEY_score));
    }
    for (size_t i = 0; i < g->tasks.count && sums != NULL; i++) {
        double most = task(g, i)->worth * (double)g->rows.list.in.count;
        struct rec *column = rec_map(&out, columns, KEY_NONE);
        rec_text(&out, column, KEY_question, task(g, i)->id);
        rec_number(&out, column, KEY_worth, task(g, i)->worth);
        rec_number(&out, column, KEY_earned, most > 0 ? sums[i] / most : 1);
    }
    rec_number(&out, r, KEY_worth, worth(g));
    if (g->options->form == GRADE_WORDS) {
        putchar('\n');
    }
    report(g, r);
    free(sums);
    records_release(&out);
}

// ---- Students -----------------------------------------------------------------------------------

static void refuse(struct grading *g, const char *path, const char *why)
{
    struct text shown;
    text_init(&shown);
    text_add_visible(&shown, path, strlen(path));
    tell(stderr, "backstep: %s is not graded: %s\n", text_get(&shown), why);
    text_release(&shown);
    g->unread = true;
}

static void grade_answers(struct grading *g, const char *name, const struct answers *answers)
{
    struct buf results;
    struct arena arena;
    struct text shown;
    arena_init(&arena);
    buf_init(&results, sizeof(struct grade_result));
    text_init(&shown);
    text_add_visible(&shown, name, strlen(name));
    grade_in_child(g->lesson, answers, &g->rules, g->tasks.count, &arena, &results);
    put_student(g, text_get(&shown), answers, &results);
    text_release(&shown);
    buf_release(&results);
    arena_release(&arena);
}

static void grade_file(struct grading *g, const char *path, const char *name)
{
    struct buf bytes;
    struct diag d = {0};
    struct answers answers;
    buf_init(&bytes, 1);
    if (!files_read(path, MARKDOWN_LESSON_MOST, &bytes, &d)) {
        refuse(g, path, d.message);
    } else if (bytes.count > 0 && memchr(bytes.data, 0, bytes.count) != NULL) {
        refuse(g, path, "it is not text");
    } else {
        if (answers_read(&answers, bytes.count == 0 ? "" : bytes.data, bytes.count)) {
            grade_answers(g, name, &answers);
        } else {
            refuse(g, path, "there is not enough memory for it");
        }
        answers_release(&answers);
    }
    buf_release(&bytes);
}

static bool is_tasks(const struct grading *g, const char *path)
{
    char *real = realpath(path, NULL);
    bool same = real != NULL && g->real != NULL && strcmp(real, g->real) == 0;
    free(real);
    return same;
}

static bool can_be_answers(const char *name)
{
    static const char *const ends[] = {".md", ".markdown", ".txt", ".bs", ".py"};
    size_t n = strlen(name);
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        size_t m = strlen(ends[i]);
        if (n > m && strcmp(name + n - m, ends[i]) == 0) {
            return true;
        }
    }
    return false;
}

// The path without the folder that was named.
static const char *name_of(const FTSENT *e, const char *root)
{
    size_t n = strlen(root);
    const char *name = e->fts_path + n + strspn(e->fts_path + n, "/");
    return e->fts_level == FTS_ROOTLEVEL ? e->fts_path : name;
}

static void visit(struct grading *g, FTS *walk, FTSENT *e, const char *root)
{
    bool named = e->fts_level == FTS_ROOTLEVEL, hidden = !named && e->fts_name[0] == '.';
    switch (e->fts_info) {
    case FTS_D:
        if (hidden) {
            fts_set(walk, e, FTS_SKIP);
        }
        break;
    case FTS_F:
        if (hidden || is_tasks(g, e->fts_path)) {
            break;
        }
        if (named || can_be_answers(e->fts_name)) {
            grade_file(g, e->fts_path, name_of(e, root));
        } else {
            refuse(g, e->fts_path, "answers are .md, .txt, .bs or .py files");
        }
        break;
    case FTS_SL:
    case FTS_SLNONE:
        refuse(g, e->fts_path, "it is a link");
        break;
    case FTS_DEFAULT:
        refuse(g, e->fts_path, "it is not a file");
        break;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        refuse(g, e->fts_path, files_trouble(e->fts_errno));
        break;
    default:
        break;
    }
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void grade_path(struct grading *g, char *path)
{
    char *roots[] = {path, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    for (FTSENT *e; walk != NULL && (e = fts_read(walk)) != NULL;) {
        visit(g, walk, e, path);
    }
    if (walk != NULL) {
        fts_close(walk);
    }
}

// ---- The whole ----------------------------------------------------------------------------------

static bool find_tasks(struct grading *g)
{
    const struct lesson_item *item;
    for (size_t i = 0; (item = lesson_item(g->lesson, i)) != NULL; i++) {
        if (item->kind == LESSON_QUESTION && grade_counts(item->question)) {
            const struct question **slot = buf_push(&g->tasks, 1);
            if (slot != NULL) {
                *slot = item->question;
            }
        }
    }
    if (g->tasks.count == 0) {
        tell(stderr, "backstep: there is no task in %s; a task is a question of a lesson\n",
             g->path);
    }
    return g->tasks.count > 0;
}

static bool read_tasks(struct grading *g)
{
    struct lesson_trouble trouble = {0};
    g->lesson = lesson_file_read(g->path, &trouble);
    if (g->lesson == NULL) {
        struct text words;
        text_init(&words);
        lesson_trouble_say(g->path, &trouble, &words);
        tell(stderr, "%s", text_get(&words));
        text_release(&words);
    }
    lesson_trouble_release(&trouble);
    return g->lesson != NULL && find_tasks(g);
}

// The folder that a file lies in. The caller frees.
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL   ? strdup(".")
           : slash == path ? strdup("/")
                           : strndup(path, (size_t)(slash - path));
}

static int finish(struct grading *g)
{
    size_t students = g->rows.list.in.count;
    if (students == 0) {
        fputs("backstep: there are no answers to grade\n", stderr);
        return 2;
    }
    if (g->options->form == GRADE_CSV) {
        grade_csv(&g->rows, stdout);
    } else if (students > 1) {
        report_class(g);
    }
    return fflush(stdout) != 0 || g->missed || g->unread;
}

int grade_run(const struct grade_options *options, const char *tasks, char *const *students,
              int count)
{
    char *folder = folder_of(tasks);
    struct grading g = {.options = options,
                        .path = tasks,
                        .real = realpath(tasks, NULL),
                        .rules = {.trusted = options->trusted,
                                  .seconds = SECONDS,
                                  .nodes = NODES,
                                  .seed = options->seed,
                                  .folder = folder}};
    int status = 2;
    buf_init(&g.tasks, sizeof(const struct question *));
    records_init(&g.rows);
    if (folder != NULL && read_tasks(&g)) {
        begin_report(&g);
        for (int i = 0; i < count; i++) {
            grade_path(&g, students[i]);
        }
        status = finish(&g);
    }
    lesson_free(g.lesson);
    records_release(&g.rows);
    buf_release(&g.tasks);
    free(g.real);
    free(folder);
    return status;
}
