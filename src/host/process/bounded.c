#include "process/bounded.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "process/process.h"

#ifdef BS_COVERAGE  // make coverage: what a child runs is counted in files
void __gcov_dump(void);
#define COUNTED 1
#else
#define COUNTED 0
#define __gcov_dump() ((void)0)
#endif

enum { SLOW = 6 };  // a machine that is busy takes so many times the processor's time

// ---- In the child -------------------------------------------------------------------------------

static bool bound(unsigned resource, rlim_t most)
{
    struct rlimit limit = {.rlim_cur = most, .rlim_max = most};
    return setrlimit(resource, &limit) == 0;
}

static bool bound_all(const struct bounds *b)
{
    bool ok = bound(RLIMIT_CPU, (rlim_t)b->seconds) && bound(RLIMIT_CORE, 0) &&
              (COUNTED || bound(RLIMIT_FSIZE, 0));
#ifndef MEM_UNBOUNDED
    ok = ok && (b->memory == 0 || bound(RLIMIT_DATA, b->memory));
#endif
    return ok;
}

static _Noreturn void run_child(const struct bounds *bounds, bool (*work)(void *at, FILE *out),
                                void *at, int to)
{
    FILE *out = fdopen(to, "w");
    if (!bounds->undisturbed) {
        signal(SIGINT, SIG_DFL);
    }
    bool ok = out != NULL && (bounds->none || bound_all(bounds)) && work(at, out);
    ok = out != NULL && fflush(out) == 0 && ok;
    __gcov_dump();
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
static bool listen_to(int from, int64_t deadline, size_t most, struct buf *told)
{
    enum { CHUNK = 1 << 16 };
    for (;;) {
        int64_t wait = deadline == 0 ? -1 : deadline - now();
        struct pollfd end = {.fd = from, .events = POLLIN};
        if ((deadline != 0 && wait <= 0) || told->count > most ||
            !buf_reserve(told, told->count + CHUNK)) {
            return false;
        }
        int ready = poll(&end, 1, (int)wait);
        ssize_t n = ready > 0 ? read(from, BUF_FROM(char, told, told->count), CHUNK) : -1;
        if (n == 0) {
            return true;
        }
        if (n < 0 && ready != 0 && errno != EINTR) {
            return false;
        }
        told->count += n > 0 ? (size_t)n : 0;
    }
}

static const char *why_it_ended(bool heard, int status)
{
    bool late = !heard || (WIFSIGNALED(status) &&
                           (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL));
    return late ? "it took too long" : "it needed more memory than it is allowed";
}

enum bounded_end bounded_run(const struct bounds *bounds, bool (*work)(void *at, FILE *out),
                             void *at, struct buf *told, const char **why)
{
    int ends[2], status = 0;
    fflush(NULL);
    *why = "too many files are open to read one more";
    if (pipe(ends) != 0) {
        return BOUNDED_NOT_BEGUN;
    }
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        run_child(bounds, work, at, ends[1]);
    }
    close(ends[1]);
    int64_t deadline = bounds->none ? 0 : now() + 1000 * SLOW * (int64_t)bounds->seconds;
    bool heard = child > 0 && listen_to(ends[0], deadline, bounds->told, told);
    close(ends[0]);
    if (child < 0) {
        *why = "no process could be started";
        return BOUNDED_NOT_BEGUN;
    }
    if (!heard) {
        kill(child, SIGKILL);
    }
    process_wait(child, &status);
    *why = why_it_ended(heard, status);
    bool well = heard && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return well ? BOUNDED_WELL : BOUNDED_FAILED;
}
