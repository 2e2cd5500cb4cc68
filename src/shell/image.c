#include "shell/image.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "shell/dot.h"
#include "shell/files.h"
#include "shell/helper.h"

enum { BYTES_MOST = 64 << 20, WORDS_MOST = 4096, CHUNK = 65536 };

// Milliseconds between two looks at `stop`.
enum { PAUSE = 50 };

// Of PNG: sharp on a slide, and never so large that drawing it takes more than a second or two.
#define DPI "144"
#define PIXELS "6000"

static const struct span nowhere = {0, 0};

// ---- The program --------------------------------------------------------------------------------

#define RENDER "backstep-render"

// One picture being drawn: the running program, our ends of what it is connected to (-1 when
// closed), and what goes to and fro.
struct job {
    pid_t pid;
    int data;   // a socket: its standard input and output
    int words;  // a pipe: its standard error
    const char *dot;
    size_t n, sent;
    bool fed;  // all was sent, or nobody listens any more
    struct buf *bytes;
    size_t before;  // what was in `bytes` already
    struct text said;
    const volatile int *stop;
    int seconds;
    int64_t deadline;
};

static void close_end(int *end)
{
    if (*end >= 0) {
        close(*end);
        *end = -1;
    }
}

// Starts it in a process group of its own, so that Ctrl-C reaches us alone, and so that what it may
// have started ends with it. Returns an error number.
static int spawn(struct job *job, const char *path, const char *format, int data, int words)
{
    bool bitmap = strcmp(format, "png") == 0;
    char *argv[] = {RENDER, (char *)format, bitmap ? DPI : NULL, PIXELS, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGINT);
    sigaddset(&usual, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, data, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, data, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, words, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    int error = posix_spawn(&job->pid, path, &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

// The same, with what connects us. A socket rather than two pipes: writing to one that nobody reads
// need not raise SIGPIPE.
static int connect_and_spawn(struct job *job, const char *path, const char *format)
{
    int data[2], words[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, data) != 0) {
        return errno;
    }
    job->data = data[0];
    int error = pipe2(words, O_CLOEXEC) == 0 ? 0 : errno;
    if (error == 0) {
        job->words = words[0];
        error = spawn(job, path, format, data[1], words[1]);
        close(words[1]);
    }
    close(data[1]);
    return error;
}

static bool start(struct job *job, const char *format, struct diag *d)
{
    char path[PATH_MAX];
    int error = helper_find(path, RENDER, "BACKSTEP_RENDER") ? connect_and_spawn(job, path, format)
                                                             : ENAMETOOLONG;
    if (error == 0) {
        return true;
    }
    close_end(&job->data);
    close_end(&job->words);
    diag_set(d, nowhere, "the program that draws pictures, " RENDER ", cannot be started: %s",
             files_trouble(error));
    return diag_hint(d, "install backstep anew, or write a .dot file");
}

// ---- The conversation ---------------------------------------------------------------------------

enum ending { HEARD_OUT, STOPPED, TOO_LATE, TOO_MUCH, NO_MEMORY };

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// HEARD_OUT as long as nothing speaks against waiting.
static enum ending patience(const struct job *job)
{
    bool stopped = job->stop != NULL && *job->stop != 0;
    return stopped ? STOPPED : now() >= job->deadline ? TOO_LATE : HEARD_OUT;
}

// Sends what the socket takes. At the end of it the program reads the end of its input.
static void feed(struct job *job)
{
    ssize_t took =
        send(job->data, job->dot + job->sent, job->n - job->sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    job->sent += took > 0 ? (size_t)took : 0;
    job->fed = job->sent == job->n || (took < 0 && errno != EAGAIN && errno != EINTR);
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

static enum ending converse(struct job *job)
{
    const short ready = POLLIN | POLLERR | POLLHUP;
    while (job->data >= 0 || job->words >= 0) {
        enum ending ending = patience(job);
        if (ending != HEARD_OUT) {
            return ending;
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
            fits = drain(&job->data, job->bytes, job->before + BYTES_MOST);
        }
        if ((ends[1].revents & ready) != 0) {
            fits = drain(&job->words, &job->said.bytes, WORDS_MOST) && fits;
        }
        if (!fits || job->bytes->failed || job->said.bytes.failed) {
            return fits ? NO_MEMORY : TOO_MUCH;
        }
    }
    return HEARD_OUT;
}

// Waits for the program to end; ends it if that is what the conversation came to. *status receives
// what waitpid tells, or 0 where somebody else was told: the bytes decide then.
static enum ending reap(struct job *job, enum ending ending, int *status)
{
    close_end(&job->data);
    close_end(&job->words);
    *status = 0;
    while (ending == HEARD_OUT) {
        pid_t ended = waitpid(job->pid, status, WNOHANG);
        if (ended == job->pid || (ended < 0 && errno != EINTR)) {
            return HEARD_OUT;
        }
        poll(NULL, 0, 1);
        ending = patience(job);
    }
    kill(-job->pid, SIGKILL);
    while (waitpid(job->pid, status, 0) < 0 && errno == EINTR) {
    }
    return ending;
}

// ---- What came of it ----------------------------------------------------------------------------

// Exit statuses of ours (src/render/main.c), with which comes a sentence for the learner.
enum { SPOKEN_FIRST = 2, SPOKEN_LAST = 6 };

// The last line of what the program said.
static const char *last_words(struct text *said)
{
    size_t n = text_length(said);
    char *s = said->bytes.data;
    while (n > 0 && s[n - 1] == '\n') {
        said->bytes.count = --n;
    }
    const char *newline = n > 0 ? memrchr(s, '\n', n) : NULL;
    return newline == NULL ? text_get(said) : text_get(said) + (newline + 1 - s);
}

static bool explain(struct job *job, enum ending ending, int status, struct diag *d)
{
    const char *hint = "draw a part of the graph, or write a .dot file and lay it out yourself";
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    char words[QUOTED];
    if (ending == NO_MEMORY) {
        return diag_out_of_memory(d);
    }
    if (ending == STOPPED) {
        diag_set(d, nowhere, "drawing was stopped");
        hint = "nothing was written";
    } else if (ending == TOO_LATE) {
        diag_set(d, nowhere, "the layout took more than %d s", job->seconds);
    } else if (ending == TOO_MUCH) {
        diag_set(d, nowhere, "the picture would be larger than %d MB", BYTES_MOST >> 20);
    } else if (code >= SPOKEN_FIRST && code <= SPOKEN_LAST) {
        diag_set(d, nowhere, "%s", last_words(&job->said));
        hint = "install the whole of Graphviz, or write a .dot file";
    } else if (code < 0) {
        diag_set(d, nowhere, "the layout gave up: this graph is too large for it");
    } else {
        const char *last = last_words(&job->said);
        diag_set(d, nowhere, "the layout failed%s%s", last[0] == '\0' ? "" : ": ",
                 diag_quote(words, last, strlen(last)));
    }
    return diag_hint(d, "%s", hint);
}

bool image_render(const char *dot, size_t n, const char *format, const volatile int *stop,
                  struct buf *bytes, struct diag *d)
{
    struct job job = {.data = -1,
                      .words = -1,
                      .dot = dot,
                      .n = n,
                      .bytes = bytes,
                      .before = bytes->count,
                      .stop = stop,
                      .seconds = helper_seconds()};
    text_init(&job.said);
    job.deadline = now() + 1000 * job.seconds;
    if (!start(&job, format, d)) {
        return false;
    }
    int status;
    enum ending ending = reap(&job, converse(&job), &status);
    bool ok = ending == HEARD_OUT && status == 0 && bytes->count > job.before;
    if (!ok) {
        bytes->count = job.before;
        explain(&job, ending, status, d);
    }
    text_release(&job.said);
    return ok;
}

bool picture_write(const struct rec *scene, const char *path, const char *format,
                   const volatile int *stop, struct diag *d)
{
    struct text dot;
    struct buf bytes;
    text_init(&dot);
    buf_init(&bytes, 1);
    bool as_text = strcmp(format, "dot") == 0;
    bool ok = dot_text(scene, &dot, d) &&
              (as_text || image_render(text_get(&dot), text_length(&dot), format, stop, &bytes, d));
    const char *what = as_text ? text_get(&dot) : bytes.data;
    ok = ok && files_write(path, what, as_text ? text_length(&dot) : bytes.count, d);
    text_release(&dot);
    buf_release(&bytes);
    return ok;
}

bool picture_layout(const struct rec *questions, const volatile int *stop, struct buf *bytes,
                    struct diag *d)
{
    size_t before = bytes->count;
    for (const struct rec *q = questions->in.first; q != NULL; q = q->next) {
        if (!image_render(q->text, strlen(q->text), "plain", stop, bytes, d)) {
            bytes->count = before;
            return false;
        }
    }
    return true;
}
