#include "check/grade_child.h"

#include <stdio.h>
#include <string.h>

#include "process/bounded.h"

enum {
    TEXT_MOST = 8000,     // bytes of one text
    TOLD_MOST = 4 << 20,  // of all that is told
};

// What the child is to do.
struct work {
    struct lesson *lesson;
    const struct answers *answers;
    const struct grade_rules *rules;
};

static void tell(void *to, const struct grade_result *r)
{
    FILE *out = to;
    fprintf(out, "%d %.17g %zu %zu\n", (int)r->verdict, r->points, strlen(r->given),
            strlen(r->said));
    fputs(r->given, out);
    fputs(r->said, out);
    fflush(out);
}

static bool judge_all(void *at, FILE *out)
{
    const struct work *w = at;
    return grade_student(w->lesson, w->answers, w->rules, tell, out);
}

// One result at *at, which moves after it. False if there is none.
static bool read_result(const struct buf *told, size_t *at, struct arena *arena,
                        struct grade_result *r)
{
    int verdict, used = 0;
    size_t given, said, rest = told->count - *at;
    const char *s = rest == 0 ? NULL : BUF_FROM(char, told, *at);
    char head[100];
    const char *newline =
        s == NULL ? NULL : memchr(s, '\n', rest < sizeof head ? rest : sizeof head);
    if (newline == NULL) {
        return false;
    }
    size_t n = (size_t)(newline - s);
    memcpy(head, s, n);
    head[n] = '\0';
    if (sscanf(head, "%d %lf %zu %zu%n", &verdict, &r->points, &given, &said, &used) != 4 ||
        head[used] != '\0' || verdict < 0 || verdict >= GRADE_VERDICTS || given > TEXT_MOST ||
        said > TEXT_MOST || given + said > rest - n - 1) {
        return false;
    }
    r->verdict = (enum grade_verdict)verdict;
    r->given = arena_copy(arena, newline + 1, given);
    r->said = arena_copy(arena, newline + 1 + given, said);
    *at += n + 1 + given + said;
    return r->given != NULL && r->said != NULL;
}

static void take_results(const struct buf *told, const char *why, size_t count, struct arena *arena,
                         struct buf *results)
{
    size_t at = 0;
    struct grade_result r;
    for (size_t i = 0; i < count; i++) {
        if (!read_result(told, &at, arena, &r)) {
            r = (struct grade_result){.verdict = GRADE_LATE, .given = "", .said = why};
            at = told->count;
        }
        struct grade_result *slot = buf_push(results, 1);
        if (slot != NULL) {
            *slot = r;
        }
    }
}

void grade_in_child(struct lesson *lesson, const struct answers *answers,
                    const struct grade_rules *rules, size_t count, struct arena *arena,
                    struct buf *results)
{
    struct work work = {lesson, answers, rules};
    const struct bounds bounds = {.none = rules->trusted,
                                  .seconds = rules->seconds + 2,
                                  .memory = GRADE_MEMORY,
                                  .told = TOLD_MOST};
    struct buf told;
    const char *why;
    char words[100];
    buf_init(&told, 1);
    bounded_run(&bounds, judge_all, &work, &told, &why);
    snprintf(words, sizeof words, "judging ended here: %s", why);
    const char *copy = arena_copy(arena, words, strlen(words));
    take_results(&told, copy == NULL ? "" : copy, count, arena, results);
    buf_release(&told);
}
