#include "check/class_judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/proctor.h"
#include "process/bounded.h"

enum { SECONDS = 10, NODES = 1000000, MEMORY = 256 << 20, TOLD_MOST = 4 << 20 };

struct judging_class {
    struct lesson *lesson;
    const char *folder;
    const struct buf *students;
    struct proctor proctor;
    FILE *out;
};

static bool can_be_judged(enum question_kind kind)
{
    return kind != QUESTION_DO && kind != QUESTION_RECALL && kind != QUESTION_FILL;
}

static void ignore(void *seer, const struct rec *record)
{
    (void)seer, (void)record;
}

// One answer, with the numbers that it was given to.
static void judge_attempt(struct judging_class *c, const struct log_attempt *a, size_t student,
                          size_t number)
{
    struct judgement j;
    struct text said;
    proctor_give(&c->proctor, 1);
    if (!proctor_ask(&c->proctor, a->seed)) {
        return;
    }
    judgement_init(&j);
    text_init(&said);
    grading_judge(c->proctor.host.tutor, a->given, &j, &said);
    if (j.judged == JUDGED_RIGHT || j.judged == JUDGED_WRONG || j.judged == JUDGED_MALFORMED) {
        fprintf(c->out, "%zu %zu %d\n", student, number,
                j.judged == JUDGED_RIGHT ? CLASS_RIGHT : CLASS_WRONG);
    }
    text_release(&said);
    judgement_release(&j);
}

static void judge_question(struct judging_class *c, const struct question *q)
{
    for (size_t s = 0; can_be_judged(q->kind) && s < c->students->count; s++) {
        const struct log *log = &BUF(struct class_student, c->students)[s].handin.log;
        for (size_t i = 0; i < log->attempts.count; i++) {
            const struct log_attempt *a = &BUF(struct log_attempt, &log->attempts)[i];
            if (!a->skipped && *a->given != '\0' && a->version == q->version &&
                strcmp(a->question, q->id) == 0) {
                judge_attempt(c, a, s, i);
            }
        }
    }
}

static bool judge_lesson(void *at, FILE *out)
{
    struct judging_class *c = at;
    const struct proctor_rules rules = {.folder = c->folder, .nodes = NODES};
    const struct question *q;
    bool ok = proctor_begin(&c->proctor, c->lesson, &rules, ignore, NULL);
    c->out = out;
    if (ok) {
        proctor_give(&c->proctor, SECONDS);
        proctor_next(&c->proctor);
    }
    while (ok && (q = proctor_question(&c->proctor)) != NULL) {
        judge_question(c, q);
        proctor_give(&c->proctor, SECONDS);
        proctor_leave(&c->proctor);
    }
    proctor_end(&c->proctor);
    return ok;
}

// "STUDENT ATTEMPT VERDICT", a line each; a line that is cut off, or tells of nobody, counts for
// nothing.
static void take_verdicts(const struct buf *told, struct buf *students)
{
    const char *s = told->data, *end = told->count == 0 ? s : s + told->count;
    while (s < end) {
        const char *newline = memchr(s, '\n', (size_t)(end - s));
        char line[80];
        size_t n = newline == NULL ? sizeof line : (size_t)(newline - s), student, number;
        int verdict;
        if (n >= sizeof line) {
            return;
        }
        memcpy(line, s, n);
        line[n] = '\0';
        if (sscanf(line, "%zu %zu %d", &student, &number, &verdict) == 3 &&
            student < students->count &&
            number < BUF(struct class_student, students)[student].judged.count &&
            (verdict == CLASS_RIGHT || verdict == CLASS_WRONG)) {
            BUF(uint8_t, &BUF(struct class_student, students)[student].judged)
            [number] = (uint8_t)verdict;
        }
        s = newline + 1;
    }
}

void class_judge(struct lesson *lesson, const char *folder, struct buf *students)
{
    struct judging_class c = {.lesson = lesson, .folder = folder, .students = students};
    const struct bounds bounds = {
        .seconds = SECONDS * (int)(students->count < 360 ? 1 + students->count : 360) + 2,
        .memory = MEMORY,
        .told = TOLD_MOST};
    const char *why;
    struct buf told;
    buf_init(&told, 1);
    bounded_run(&bounds, judge_lesson, &c, &told, &why);
    take_verdicts(&told, students);
    buf_release(&told);
    lesson_free(lesson);  // the child had its own
}

bool class_is_right(const struct class_student *s, size_t i)
{
    const struct log_attempt *a = &BUF(struct log_attempt, &s->handin.log.attempts)[i];
    uint8_t verdict = BUF(uint8_t, &s->judged)[i];
    return verdict == CLASS_UNJUDGED ? a->right && !a->skipped : verdict == CLASS_RIGHT;
}
