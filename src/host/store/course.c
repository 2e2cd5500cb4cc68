#include "store/course.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/day.h"
#include "store/files.h"
#include "store/folders.h"
#include "store/lesson_file.h"

enum { LESSONS_MOST = 500 };

// An empty array has no first element to sort from.
static void sort(struct buf *b, int (*compare)(const void *, const void *))
{
    if (b->count > 1) {
        qsort(b->data, b->count, b->size, compare);
    }
}

// ---- The lessons' folder ------------------------------------------------------------------------

char *course_folder(void)
{
    const char *named = getenv("BACKSTEP_LESSONS");
    if (named != NULL && *named != '\0') {
        return strdup(named);
    }
    char *shipped = folder_shipped("lessons", ".");
    if (shipped != NULL) {
        shipped[strlen(shipped) - strlen("/.")] = '\0';
    }
    return shipped;
}

static int is_lesson(const struct dirent *entry)
{
    const char *name = entry->d_name, *end = strrchr(name, '.');
    return name[0] != '.' && end != NULL && strcmp(end, ".md") == 0 &&
           strcmp(name, "README.md") != 0;
}

// Text that is the course's own.
static const char *copy(struct course *c, const char *s)
{
    const char *own = arena_copy(&c->arena, s, strlen(s));
    return own == NULL ? "" : own;
}

// "07-two-paths.md" is two-paths, until it says otherwise.
static const char *id_of_name(struct course *c, const char *name)
{
    const char *id = name + strspn(name, "0123456789");
    id += id > name && *id == '-';
    const char *own = arena_copy(&c->arena, id, strlen(id) - strlen(".md"));
    return own == NULL ? "" : own;
}

static const char *ids(struct course *c, const struct lesson *l)
{
    struct text all;
    text_init(&all);
    for (size_t i = 0; i < l->requires_count; i++) {
        text_addf(&all, "%s%s", i == 0 ? "" : " ", l->requires[i]);
    }
    const char *own = copy(c, text_get(&all));
    text_release(&all);
    return own;
}

static void add_questions(struct course *c, const struct lesson *l)
{
    const struct lesson_item *item;
    for (size_t i = 0; (item = lesson_item(l, i)) != NULL; i++) {
        const struct question *q = item->kind == LESSON_QUESTION ? item->question : NULL;
        struct course_question *at = q == NULL ? NULL : buf_push(&c->questions, 1);
        if (at != NULL) {
            *at = (struct course_question){.id = copy(c, q->id),
                                           .covers = copy(c, q->covers),
                                           .text = copy(c, q->text),
                                           .model = copy(c, q->model),
                                           .lesson = (uint32_t)c->lessons.count - 1,
                                           .kind = q->kind,
                                           .version = q->version};
        }
    }
}

static void add_lesson(struct course *c, const char *folder, const char *name)
{
    struct lesson_trouble trouble;
    struct diag d = {0};
    const char *path = arena_printf(&c->arena, "%s/%s", folder, name);
    struct course_lesson *at = path == NULL ? NULL : buf_push(&c->lessons, 1);
    if (at == NULL) {
        return;
    }
    *at = (struct course_lesson){.path = path, .requires = "", .trouble = "", .deck = "", .order = INT32_MAX};
    struct lesson *l = lesson_file_read(path, &trouble);
    if (l == NULL) {
        lesson_trouble_diag(name, &trouble, &d);
        at->id = id_of_name(c, name);
        at->title = copy(c, name);
        at->trouble = copy(c, d.message);
    } else {
        at->id = copy(c, l->id);
        at->title = copy(c, l->title);
        at->deck = copy(c, l->deck);
        at->requires = ids(c, l);
        at->order = l->order;
        at->questions = (uint32_t)l->questions;
        add_questions(c, l);
    }
    lesson_trouble_release(&trouble);
    lesson_free(l);
}

// Two lessons of one id: the second cannot be told from the first.
static void refuse_doubles(struct course *c)
{
    struct course_lesson *lessons = c->lessons.data;
    for (size_t i = 1; i < c->lessons.count; i++) {
        for (size_t k = 0; k < i && *lessons[i].trouble == '\0'; k++) {
            if (strcmp(lessons[i].id, lessons[k].id) == 0) {
                const char *words =
                    arena_printf(&c->arena, "another lesson, %s, has this id", lessons[k].path);
                lessons[i].trouble = words == NULL ? "" : words;
            }
        }
    }
}

static int by_order(const void *a, const void *b)
{
    const struct course_lesson *x = a, *y = b;
    return x->order != y->order ? (x->order > y->order) - (x->order < y->order)
                                : strcmp(x->path, y->path);
}

// Questions name their lesson by its place, which sorting changes; they follow their lessons.
static bool sort_lessons(struct course *c)
{
    struct course_lesson *lessons = c->lessons.data;
    struct buf sorted;
    buf_init(&sorted, sizeof(struct course_question));
    for (size_t i = 0; i < c->lessons.count; i++) {
        lessons[i].place = (uint32_t)i;  // where it was
    }
    sort(&c->lessons, by_order);
    for (size_t i = 0; i < c->lessons.count; i++) {
        for (size_t k = 0; k < c->questions.count; k++) {
            struct course_question q = BUF(struct course_question, &c->questions)[k];
            struct course_question *at = q.lesson == lessons[i].place ? buf_push(&sorted, 1) : NULL;
            if (at != NULL) {
                q.lesson = (uint32_t)i;
                *at = q;
            }
        }
        lessons[i].place = 0;
    }
    buf_release(&c->questions);
    c->questions = sorted;
    return !sorted.failed;
}

// The list of study questions, where the folder has one.
static void list_rows(struct course *c, const char *folder)
{
    enum { LIST_MOST = 1 << 20 };
    struct buf bytes;
    struct diag ignored = {0};
    const char *path = arena_printf(&c->arena, "%s/questions.txt", folder);
    buf_init(&bytes, 1);
    if (path != NULL && files_read(path, LIST_MOST, &bytes, &ignored)) {
        course_read_rows(c, bytes.data, bytes.count);
    }
    buf_release(&bytes);
}

static void list_lessons(struct course *c, const char *folder)
{
    list_rows(c, folder);
    struct dirent **entries;
    int count = scandir(folder, &entries, is_lesson, alphasort);
    for (int i = 0; i < count; i++) {
        if (i < LESSONS_MOST) {
            add_lesson(c, folder, entries[i]->d_name);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
    refuse_doubles(c);
    sort_lessons(c);
}

// ---- The log ------------------------------------------------------------------------------------

// A question's attempts are a chain through the log, oldest first.
#define NOTHING UINT32_MAX

struct chains {
    struct buf first;  // uint32_t by question
    struct buf next;   // uint32_t by attempt
    struct buf names;  // struct named, by id
};

struct named {
    const char *id;
    uint32_t question;
};

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->id, ((const struct named *)b)->id);
}

static bool name_questions(struct chains *chains, const struct course *c)
{
    buf_init(&chains->first, sizeof(uint32_t));
    buf_init(&chains->next, sizeof(uint32_t));
    buf_init(&chains->names, sizeof(struct named));
    uint32_t *first = buf_push(&chains->first, c->questions.count);
    struct named *named = buf_push(&chains->names, c->questions.count);
    if (first == NULL || named == NULL) {
        return false;
    }
    for (size_t i = 0; i < c->questions.count; i++) {
        first[i] = NOTHING;
        named[i].id = BUF(struct course_question, &c->questions)[i].id;
        named[i].question = (uint32_t)i;
    }
    sort(&chains->names, by_id);
    return true;
}

// False if there is nothing to chain, or no memory for it.
static bool chain_up(struct chains *chains, const struct course *c, const struct progress_log *log)
{
    size_t count = log->attempts.count;
    uint32_t *next = name_questions(chains, c) && count > 0 ? buf_push(&chains->next, count) : NULL;
    if (next == NULL) {
        return false;
    }
    for (size_t i = count; i-- > 0;) {
        struct named wanted = {.id = BUF(struct progress_attempt, &log->attempts)[i].question};
        const struct named *found =
            bsearch(&wanted, chains->names.data, chains->names.count, sizeof wanted, by_id);
        if (found != NULL) {
            next[i] = BUF(uint32_t, &chains->first)[found->question];
            BUF(uint32_t, &chains->first)[found->question] = (uint32_t)i;
        }
    }
    return true;
}

static void release_chains(struct chains *chains)
{
    buf_release(&chains->first);
    buf_release(&chains->next);
    buf_release(&chains->names);
}

// Does this attempt tell how well the question is remembered? A guess costs nothing.
static bool counts(const struct course_question *q, const struct progress_attempt *a)
{
    return a->version == q->version && !a->skipped && q->kind != QUESTION_GUESS &&
           a->rating >= RATING_AGAIN && a->rating <= RATING_EASY;
}

// Follows the chain of one question. `cards` is room for its attempts, used anew each time; *last
// becomes no earlier than the last of them.
static void join_question(struct course_question *q, const struct progress_log *log,
                          const uint32_t *next, uint32_t at, struct buf *cards, int64_t *last)
{
    const struct progress_attempt *attempts = log->attempts.data;
    uint64_t seed = 0;
    cards->count = 0;
    for (; at != NOTHING; at = next[at]) {
        const struct progress_attempt *a = &attempts[at];
        *last = a->when > *last ? a->when : *last;
        q->seen += q->seen == 0 || a->seed != seed;
        seed = a->seed;
        if (a->version == q->version) {
            q->done |= a->right;
            q->skipped = a->skipped && !q->done;
        }
        struct attempt *rated = counts(q, a) ? buf_push(cards, 1) : NULL;
        if (rated != NULL) {
            *rated = (struct attempt){.when = a->when, .rating = (enum rating)a->rating};
        }
    }
    q->card = review_replay(cards->data, cards->count);
}

static void join_questions(struct course *c, const struct progress_log *log)
{
    struct chains chains;
    struct buf cards;
    buf_init(&cards, sizeof(struct attempt));
    if (chain_up(&chains, c, log)) {
        for (size_t i = 0; i < c->questions.count; i++) {
            struct course_question *q = &BUF(struct course_question, &c->questions)[i];
            struct course_lesson *l = &BUF(struct course_lesson, &c->lessons)[q->lesson];
            join_question(q, log, chains.next.data, BUF(uint32_t, &chains.first)[i], &cards,
                          &l->when);
        }
    }
    buf_release(&cards);
    release_chains(&chains);
}

static int by_due(const void *a, const void *b)
{
    const struct course_due *x = a, *y = b;
    return x->due != y->due ? (x->due > y->due) - (x->due < y->due)
                            : strcmp(x->question, y->question);
}

static void sum_up(struct course *c)
{
    struct course_lesson *lessons = c->lessons.data;
    for (size_t i = 0; i < c->questions.count; i++) {
        const struct course_question *q = &BUF(struct course_question, &c->questions)[i];
        struct course_lesson *l = &lessons[q->lesson];
        bool is_due = q->card.due != 0 && q->card.due <= c->now && *l->trouble == '\0';
        l->done += q->done;
        l->skipped += q->skipped;
        l->due += is_due;
        struct course_due *due = is_due ? buf_push(&c->due, 1) : NULL;
        if (due != NULL) {
            *due = (struct course_due){.lesson = l->path, .question = q->id, .due = q->card.due};
        }
    }
    sort(&c->due, by_due);
}

static void join_places(struct course *c, const struct progress_log *log)
{
    for (size_t i = 0; i < c->lessons.count; i++) {
        struct course_lesson *l = &BUF(struct course_lesson, &c->lessons)[i];
        for (size_t k = 0; k < log->places.count; k++) {
            const struct progress_place *place = &BUF(struct progress_place, &log->places)[k];
            if (strcmp(place->lesson, l->id) == 0 && place->passed > 0) {
                l->place = place->passed < l->questions ? (uint32_t)place->passed : l->questions;
            }
        }
    }
}

// The day it is then, where the learner is.
static int64_t day_of(int64_t when)
{
    time_t seconds = (time_t)when;
    struct tm local;
    if (localtime_r(&seconds, &local) == NULL) {
        return 0;
    }
    return day_of_date(
        (struct date){local.tm_year + (int64_t)1900, local.tm_mon + 1, local.tm_mday});
}

static int by_day(const void *a, const void *b)
{
    const struct course_day *x = a, *y = b;
    return (x->day > y->day) - (x->day < y->day);
}

static void count_days(struct course *c, const struct progress_log *log)
{
    for (size_t i = 0; i < log->attempts.count; i++) {
        const struct progress_attempt *a = &BUF(struct progress_attempt, &log->attempts)[i];
        struct course_day *day = a->skipped ? NULL : buf_push(&c->days, 1);
        if (day != NULL) {
            *day = (struct course_day){.day = day_of(a->when), .answers = 1, .right = a->right};
        }
    }
    struct course_day *days = c->days.data;
    size_t kept = 0;
    sort(&c->days, by_day);
    for (size_t i = 0; i < c->days.count; i++) {
        if (kept > 0 && days[kept - 1].day == days[i].day) {
            days[kept - 1].answers += days[i].answers;
            days[kept - 1].right += days[i].right;
        } else {
            days[kept++] = days[i];
        }
    }
    c->days.count = kept;
}

static void copy_log(struct course *c, const struct progress_log *log)
{
    for (size_t i = 0; i < log->attempts.count; i++) {
        const struct progress_attempt *a = &BUF(struct progress_attempt, &log->attempts)[i];
        struct course_attempt *at = buf_push(&c->attempts, 1);
        if (at != NULL) {
            *at = (struct course_attempt){.question = copy(c, a->question),
                                          .lesson = copy(c, a->lesson),
                                          .kind = copy(c, a->kind),
                                          .given = copy(c, a->given),
                                          .version = a->version,
                                          .when = a->when,
                                          .rating = a->rating,
                                          .hints = a->hints,
                                          .seed = a->seed,
                                          .right = a->right,
                                          .skipped = a->skipped};
        }
    }
}

void course_join(struct course *c, const struct progress_log *log, int64_t now, bool with_log)
{
    c->now = now != 0 ? now : (int64_t)time(NULL);
    c->today = day_of(c->now);
    c->salt = log->salt;
    join_questions(c, log);
    join_places(c, log);
    sum_up(c);
    count_days(c, log);
    if (with_log) {
        copy_log(c, log);
    }
}

void course_load(struct course *c, const char *folder, struct progress *progress, int64_t now,
                 bool with_log)
{
    struct progress_log nothing = {0};
    course_init(c);
    if (folder != NULL) {
        list_lessons(c, folder);
    }
    if (progress == NULL) {
        course_join(c, &nothing, now, with_log);
        return;
    }
    struct progress_log log;
    progress_read(progress, &log);
    course_join(c, &log, now, with_log);
    progress_log_release(&log);
    c->trouble = copy(c, progress_trouble(progress));
    c->saved = progress->keep && *c->trouble == '\0';
}
