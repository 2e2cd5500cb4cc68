// The course joined with the log of what the learner answered.
#include <stdlib.h>
#include <string.h>

#include "lesson/course.h"

enum { SECONDS_OF_DAY = 86400 };

// An empty array has no first element to sort from.
static void sort(struct buf *b, int (*compare)(const void *, const void *))
{
    if (b->count > 1) {
        qsort(b->data, b->count, b->size, compare);
    }
}

// ---- Questions ----------------------------------------------------------------------------------

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
static bool chain_up(struct chains *chains, const struct course *c, const struct log *log)
{
    size_t count = log->attempts.count;
    uint32_t *next = name_questions(chains, c) && count > 0 ? buf_push(&chains->next, count) : NULL;
    if (next == NULL) {
        return false;
    }
    for (size_t i = count; i-- > 0;) {
        struct named wanted = {.id = BUF(struct log_attempt, &log->attempts)[i].question};
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
static bool counts(const struct course_question *q, const struct log_attempt *a)
{
    return a->version == q->version && !a->skipped && q->kind != QUESTION_GUESS &&
           a->rating >= RATING_AGAIN && a->rating <= RATING_EASY;
}

// Does attempt `a` begin another asking of the question than the one before it? A try that was wrong
// is followed by more.
static bool asks_anew(const struct course_question *q, const struct log_attempt *before,
                      const struct log_attempt *a)
{
    return before == NULL || before->seed != a->seed || before->day != a->day || before->right ||
           before->skipped || q->kind == QUESTION_RECALL;
}

static bool is_missed(const struct log_attempt *a)
{
    return !a->right || a->skipped || a->rating == RATING_AGAIN;
}

// Follows the chain of one question. `cards` is room for its attempts, used anew each time; *last
// becomes no earlier than the last of them.
static void join_question(struct course_question *q, const struct log *log, const uint32_t *next,
                          uint32_t at, struct buf *cards, int64_t *last)
{
    const struct log_attempt *attempts = log->attempts.data;
    const struct log_attempt *before = NULL;
    int64_t slipped = INT64_MIN, right = INT64_MIN;  // when it last was not right at once, and was
    cards->count = 0;
    for (; at != NOTHING; at = next[at]) {
        const struct log_attempt *a = &attempts[at];
        *last = a->when > *last ? a->when : *last;
        q->seen += before == NULL || a->seed != before->seed;
        if (a->version == q->version && q->kind != QUESTION_GUESS) {
            q->missed = (q->missed && !asks_anew(q, before, a)) || is_missed(a);
        }
        before = a;
        if (a->version == q->version) {
            q->done |= a->right;
            q->skipped = a->skipped && !q->done;
        }
        struct attempt *rated = counts(q, a) ? buf_push(cards, 1) : NULL;
        if (rated != NULL) {
            *rated = (struct attempt){.when = a->when, .rating = (enum rating)a->rating};
            int64_t *when = a->rating <= RATING_HARD ? &slipped : &right;
            *when = a->when;
            q->slipped = slipped > right;  // of one second nobody knows the order
        }
    }
    q->card = review_replay(cards->data, cards->count);
}

static void join_questions(struct course *c, const struct log *log)
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

static int by_recall(const void *a, const void *b)
{
    const struct course_due *x = a, *y = b;
    return x->recall != y->recall ? (x->recall > y->recall) - (x->recall < y->recall)
                                  : strcmp(x->question, y->question);
}

// What was not right at once can be asked again on the same day.
static bool is_due(const struct course *c, const struct course_question *q)
{
    bool late = q->card.due != 0 && q->card.due <= c->now;
    bool today = q->card.due != 0 && q->slipped && c->now - q->card.last < SECONDS_OF_DAY;
    return (late || today) && *BUF(struct course_lesson, &c->lessons)[q->lesson].trouble == '\0';
}

// Everything is remembered for some hours: what tells the weak from the strong is a day.
static double recall_of(const struct course *c, const struct course_question *q)
{
    int64_t day = q->card.last + SECONDS_OF_DAY;
    return review_recall(&q->card, c->now > day ? c->now : day);
}

static void sum_up(struct course *c)
{
    struct course_lesson *lessons = c->lessons.data;
    for (size_t i = 0; i < c->questions.count; i++) {
        const struct course_question *q = &BUF(struct course_question, &c->questions)[i];
        struct course_lesson *l = &lessons[q->lesson];
        l->done += q->done;
        l->skipped += q->skipped;
        l->due += is_due(c, q);
        struct course_due *due = is_due(c, q) ? buf_push(&c->due, 1) : NULL;
        if (due != NULL) {
            *due = (struct course_due){
                .lesson = l->path, .question = q->id, .recall = recall_of(c, q)};
        }
    }
    sort(&c->due, by_recall);
}

static void join_places(struct course *c, const struct log *log)
{
    for (size_t i = 0; i < c->lessons.count; i++) {
        struct course_lesson *l = &BUF(struct course_lesson, &c->lessons)[i];
        for (size_t k = 0; k < log->places.count; k++) {
            const struct log_place *place = &BUF(struct log_place, &log->places)[k];
            if (strcmp(place->lesson, l->id) == 0 && place->passed > 0) {
                l->place = place->passed < l->questions ? (uint32_t)place->passed : l->questions;
            }
        }
    }
}

static int by_day(const void *a, const void *b)
{
    const struct course_day *x = a, *y = b;
    return (x->day > y->day) - (x->day < y->day);
}

static void count_days(struct course *c, const struct log *log)
{
    for (size_t i = 0; i < log->attempts.count; i++) {
        const struct log_attempt *a = &BUF(struct log_attempt, &log->attempts)[i];
        struct course_day *day = a->skipped ? NULL : buf_push(&c->days, 1);
        if (day != NULL) {
            *day = (struct course_day){.day = a->day, .answers = 1, .right = a->right};
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

// What an earlier log came to.
static void forget(struct course *c)
{
    for (size_t i = 0; i < c->lessons.count; i++) {
        struct course_lesson *l = &BUF(struct course_lesson, &c->lessons)[i];
        l->done = l->skipped = l->due = l->place = 0;
        l->when = 0;
    }
    for (size_t i = 0; i < c->questions.count; i++) {
        struct course_question *q = &BUF(struct course_question, &c->questions)[i];
        q->done = q->skipped = q->slipped = q->missed = false;
        q->seen = 0;
        q->card = (struct card){0};
    }
    c->due.count = c->days.count = 0;
    log_release(&c->log);
    log_init(&c->log);
}

void course_join(struct course *c, struct log *log, int64_t now, int64_t today, bool with_log)
{
    forget(c);
    c->now = now;
    c->today = today;
    c->salt = log->salt;
    join_questions(c, log);
    join_places(c, log);
    sum_up(c);
    count_days(c, log);
    if (with_log) {
        c->log = *log;
    } else {
        log_release(log);
    }
}
