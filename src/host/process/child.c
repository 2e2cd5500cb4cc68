#include "process/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "process/process.h"
#include "process/system.h"

enum { WORDS_MOST = 4096, CHUNK = 65536 };

// Milliseconds between two looks at `stop`.
enum { PAUSE = 50 };

// A child that runs: our ends of what it is connected to (-1 when closed), and what goes to and
// fro.
struct job {
    const struct child *child;
    struct child_result *result;
    pid_t pid;
    int data;   // a socket: its standard input and output
    int words;  // a pipe: its standard error
    size_t sent;
    bool fed;  // all was sent, or nobody listens any more
    struct buf *out;
    size_t before;  // what was in `out` already
    size_t heard;   // bytes on its standard error so far
    int64_t begun;  // when it was started, in milliseconds
    // What it had worked when it was last seen to have worked on, and when that was; since its deadline.
    int64_t worked, seen_at_work;
};

static void close_end(int *end)
{
    if (*end >= 0) {
        close(*end);
        *end = -1;
    }
}

// ---- Starting -----------------------------------------------------------------------------------

// The bound is set while it waits for what it is to read.
static void bound_memory(const struct job *job)
{
    size_t most = job->child->memory;
    if (most > 0) {
        system_limit_memory(job->pid, most);
    }
}

// Starts it with what connects us; returns an error number. A socket rather than two pipes: writing to one that nobody reads
// need not raise SIGPIPE.
static int connect_and_spawn(struct job *job)
{
    int data[2], words[2];
    int error = system_pair(data);
    if (error != 0) {
        return error;
    }
    job->data = data[0];
    error = system_pipe(words);
    if (error == 0) {
        job->words = words[0];
        const struct process_start start = {.program = job->child->program,
                                            .argv = job->child->argv,
                                            .input = data[1],
                                            .output = data[1],
                                            .errors = words[1]};
        error = process_start(&start, &job->pid);
        close(words[1]);
    }
    close(data[1]);
    if (error != 0) {
        close_end(&job->data);
        close_end(&job->words);
    }
    return error;
}

// ---- The conversation ---------------------------------------------------------------------------

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// Has it done nothing at all for so long that it waits for something? (On a busy machine it would have had its
// turn now and then.)
static bool is_asleep(struct job *job, int64_t worked)
{
    enum { QUIET = 2000 };  // milliseconds
    if (job->seen_at_work == 0 || worked > job->worked) {
        job->seen_at_work = now();
    }
    job->worked = worked;
    return now() - job->seen_at_work >= QUIET;
}

// CHILD_ENDED as long as nothing speaks against waiting.
static enum child_end patience(struct job *job)
{
    enum { SLOW = 6 };  // a machine that is busy takes so many times the processor's time
    int64_t most = 1000 * (int64_t)job->child->seconds, waited = now() - job->begun;
    if (stop_is_asked(job->child->stop)) {
        return CHILD_STOPPED;
    }
    if (waited < most) {
        return CHILD_ENDED;
    }
    int64_t worked = system_worked(job->pid);
    bool late = worked < 0 || worked >= most || waited >= SLOW * most || is_asleep(job, worked);
    return late ? CHILD_TOO_LATE : CHILD_ENDED;
}

// Sends what the socket takes. At the end of it the program reads the end of its input.
static void feed(struct job *job)
{
    const struct child *child = job->child;
    ssize_t took = system_send(job->data, child->bytes + job->sent, child->n - job->sent);
    job->sent += took > 0 ? (size_t)took : 0;
    job->fed = job->sent == child->n || (took < 0 && errno != EAGAIN && errno != EINTR);
    if (job->fed) {
        shutdown(job->data, SHUT_WR);
    }
}

// Takes what there is, and closes the end when no more will come. False if `into` would hold more
// than `most` bytes then.
static bool drain(int *end, struct buf *into, size_t most)
{
    char chunk[CHUNK];
    ssize_t n = read(*end, chunk, sizeof chunk);
    if (n > 0 && into->count + (size_t)n > most) {
        return false;
    }
    void *at = n > 0 ? buf_push(into, (size_t)n) : NULL;
    if (at != NULL) {
        memcpy(at, chunk, (size_t)n);
    } else if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
        close_end(end);
    }
    return true;
}

// What it says on its standard error: of much only the end, where trouble is named. False if it is more than
// a picture may be.
static bool hear(struct job *job)
{
    struct buf *said = &job->result->said.bytes;
    size_t before = said->count;
    drain(&job->words, said, SIZE_MAX);
    job->heard += said->count - before;
    if (said->count > WORDS_MOST) {
        memmove(said->data, BUF(char, said) + said->count - WORDS_MOST, WORDS_MOST);
        said->count = WORDS_MOST;
    }
    return job->heard <= CHILD_BYTES_MOST;
}

static enum child_end converse(struct job *job)
{
    const short ready = POLLIN | POLLERR | POLLHUP;
    struct buf *said = &job->result->said.bytes;
    while (job->data >= 0 || job->words >= 0) {
        enum child_end end = patience(job);
        if (end != CHILD_ENDED) {
            return end;
        }
        struct pollfd ends[] = {{.fd = job->data, .events = job->fed ? POLLIN : POLLIN | POLLOUT},
                                {.fd = job->words, .events = POLLIN}};
        if (poll(ends, COUNT_OF(ends), PAUSE) <= 0) {
            continue;
        }
        if (!job->fed && (ends[0].revents & ~POLLIN) != 0) {
            feed(job);
        }
        bool fits = true;
        if ((ends[0].revents & ready) != 0) {
            fits = drain(&job->data, job->out, job->before + CHILD_BYTES_MOST);
        }
        if ((ends[1].revents & ready) != 0) {
            fits = hear(job) && fits;
        }
        if (!fits || job->out->failed || said->failed) {
            return fits ? CHILD_NO_MEMORY : CHILD_TOO_MUCH;
        }
    }
    return CHILD_ENDED;
}

// Waits for the program to end; ends it if that is what the conversation came to.
static enum child_end reap(struct job *job, enum child_end end, int *status)
{
    close_end(&job->data);
    close_end(&job->words);
    *status = 0;
    while (end == CHILD_ENDED) {
        if (process_ended(job->pid, status)) {
            return CHILD_ENDED;
        }
        poll(NULL, 0, 1);
        end = patience(job);
    }
    process_kill(job->pid);
    process_wait(job->pid, status);
    return end;
}

void child_run(const struct child *child, struct buf *out, struct child_result *result)
{
    struct job job = {.child = child,
                      .result = result,
                      .data = -1,
                      .words = -1,
                      .out = out,
                      .before = out->count,
                      .begun = now()};
    *result = (struct child_result){.end = CHILD_MISSING};
    text_init(&result->said);
    result->error = connect_and_spawn(&job);
    if (result->error == 0) {
        bound_memory(&job);
        result->end = reap(&job, converse(&job), &result->status);
    }
}

bool child_did_well(const struct child_result *result, const struct buf *out, size_t before)
{
    return result->end == CHILD_ENDED && result->status == 0 && out->count > before;
}

const char *child_last_words(struct child_result *result)
{
    struct text *said = &result->said;
    size_t n = text_length(said);
    char *s = said->bytes.data;
    while (n > 0 && s[n - 1] == '\n') {
        said->bytes.count = --n;
    }
    const char *newline = n > 0 ? strrchr(text_get(said), '\n') : NULL;
    return newline == NULL ? text_get(said) : text_get(said) + (newline + 1 - s);
}
