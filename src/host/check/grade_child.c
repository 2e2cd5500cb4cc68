#include "check/grade_child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    TOLD_MOST = 4 << 20,  // bytes that it may tell
    TEXT_MOST = 8000,     // … of one text
    SLOW = 6,             // a machine that is busy takes so many times the processor's time
};

// The address sanitizer maps terabytes that it never uses.
#if defined __has_feature
#if __has_feature(address_sanitizer)
#define UNBOUNDED 1
#endif
#endif
#if defined __SANITIZE_ADDRESS__
#define UNBOUNDED 1
#endif

// ---- In the child -------------------------------------------------------------------------------

static bool bound(unsigned resource, rlim_t most)
{
    struct rlimit limit = {.rlim_cur = most, .rlim_max = most};
    return setrlimit(resource, &limit) == 0;
}

static bool bound_all(const struct grade_rules *rules)
{
    bool ok = bound(RLIMIT_CPU, (rlim_t)rules->seconds + 2) && bound(RLIMIT_CORE, 0) &&
              bound(RLIMIT_FSIZE, 0);
#ifndef UNBOUNDED
    ok = ok && bound(RLIMIT_DATA, GRADE_MEMORY);
#endif
    return ok;
}

static void tell(void *to, const struct grade_result *r)
{
    FILE *out = to;
    fprintf(out, "%d %.17g %zu %zu\n", (int)r->verdict, r->points, strlen(r->given),
            strlen(r->said));
    fputs(r->given, out);
    fputs(r->said, out);
    fflush(out);
}

static _Noreturn void run_child(struct lesson *lesson, const struct answers *answers,
                                const struct grade_rules *rules, int to)
{
    FILE *out = fdopen(to, "w");
    signal(SIGINT, SIG_DFL);
    bool ok = out != NULL && (rules->trusted || bound_all(rules)) &&
              grade_student(lesson, answers, rules, tell, out);
    _exit(ok ? 0 : 1);  // what the parent had not written yet is not ours to write
}

// ---- In the parent ------------------------------------------------------------------------------

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// Reads what it tells until it ends, tells too much, or takes too long. deadline 0: it may.
static bool listen_to(int from, int64_t deadline, struct buf *told)
{
    enum { CHUNK = 1 << 16 };
    for (;;) {
        int64_t wait = deadline == 0 ? -1 : deadline - now();
        struct pollfd end = {.fd = from, .events = POLLIN};
        if ((deadline != 0 && wait <= 0) || told->count > TOLD_MOST ||
            !buf_reserve(told, told->count + CHUNK)) {
            return false;
        }
        int ready = poll(&end, 1, (int)wait);
        ssize_t n = ready > 0 ? read(from, BUF(char, told) + told->count, CHUNK) : -1;
        if (n == 0) {
            return true;
        }
        if (n < 0 && (ready > 0 || errno != EINTR) && ready != 0) {
            return false;
        }
        told->count += n > 0 ? (size_t)n : 0;
    }
}

// One result at *at, which moves behind it. False: there is none.
static bool read_result(const struct buf *told, size_t *at, struct arena *arena,
                        struct grade_result *r)
{
    int verdict, used = 0;
    size_t given, said, rest = told->count - *at;
    const char *s = rest == 0 ? NULL : BUF(char, told) + *at;
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

// Why there are no more results.
static const char *why_it_ended(bool heard, int status)
{
    bool late = !heard || (WIFSIGNALED(status) &&
                           (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL));
    return late ? "judging was ended here: it took too long"
                : "judging was ended here: it needed more memory than it may";
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
    int ends[2], status = 0;
    struct buf told;
    buf_init(&told, 1);
    fflush(NULL);
    bool open = pipe(ends) == 0;
    pid_t child = open ? fork() : -1;
    if (child == 0) {
        close(ends[0]);
        run_child(lesson, answers, rules, ends[1]);
    }
    if (open) {
        close(ends[1]);
    }
    int64_t deadline = rules->trusted ? 0 : now() + 1000 * SLOW * (int64_t)rules->seconds;
    bool heard = child > 0 && listen_to(ends[0], deadline, &told);
    if (open) {
        close(ends[0]);
    }
    if (child > 0) {
        if (!heard) {
            kill(child, SIGKILL);
        }
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
    }
    take_results(&told, child > 0 ? why_it_ended(heard, status) : "it could not be judged", count,
                 arena, results);
    buf_release(&told);
}
