#include "talk/requests.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"

struct waiting {
    struct text line;
    bool too_long;
};

struct requests {
    int fd;
    struct stop *stop;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    // Guarded by the lock: a ring of lines, those that were read and handed out since the start, and
    // how many had been read when the last interrupt came.
    struct waiting ring[REQUESTS_MOST];
    uint64_t read, taken, interrupted;
    bool ended;
};

// ---- The thread ---------------------------------------------------------------------------------

static bool is_interrupt(struct text *line)
{
    enum { SHORT = 1 << 12 };  // it has nothing else to say
    struct json request;
    const char *why;
    return text_length(line) <= SHORT &&
           json_check(text_get(line), text_length(line), &request, &why, NULL) &&
           json_is_true(json_member(request, "interrupt"));
}

// Hands a line over; it is empty afterwards.
static void hand_over(struct requests *r, struct text *line, bool too_long)
{
    pthread_mutex_lock(&r->lock);
    if (!too_long && is_interrupt(line)) {
        r->interrupted = r->read;
        r->stop->asked = STOP_NOW;
        text_clear(line);
    } else {
        while (r->read - r->taken == REQUESTS_MOST) {
            pthread_cond_wait(&r->changed, &r->lock);
        }
        r->ring[r->read++ % REQUESTS_MOST] = (struct waiting){*line, too_long};
        text_init(line);
    }
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

static void take_bytes(struct requests *r, const char *bytes, size_t n, struct text *line,
                       bool *too_long)
{
    for (size_t i = 0; i < n;) {
        const char *newline = memchr(bytes + i, '\n', n - i);
        size_t length = newline == NULL ? n - i : (size_t)(newline - bytes) - i;
        *too_long = *too_long || text_length(line) + length > REQUEST_MOST;
        if (!*too_long) {
            text_add_bytes(line, bytes + i, length);
        }
        *too_long = *too_long || line->bytes.failed;
        if (newline != NULL) {
            hand_over(r, line, *too_long);
            *too_long = false;
        }
        i += length + 1;
    }
}

static void *read_lines(void *at)
{
    enum { CHUNK = 1 << 16 };
    struct requests *r = at;
    struct text line;
    bool too_long = false;
    char chunk[CHUNK];
    ssize_t n;
    text_init(&line);
    while ((n = read(r->fd, chunk, sizeof chunk)) > 0 || (n < 0 && errno == EINTR)) {
        take_bytes(r, chunk, n > 0 ? (size_t)n : 0, &line, &too_long);
    }
    if (text_length(&line) > 0 || too_long) {  // the last line needs no end
        hand_over(r, &line, too_long);
    }
    text_release(&line);
    pthread_mutex_lock(&r->lock);
    r->ended = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

// ---- The door -----------------------------------------------------------------------------------

struct requests *requests_start(int fd, struct stop *stop)
{
    struct requests *r = calloc(1, sizeof *r);
    pthread_t thread;
    sigset_t all, before;
    if (r == NULL) {
        return NULL;
    }
    r->fd = fd;
    r->stop = stop;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->changed, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);  // Ctrl-C is the other thread's
    int error = pthread_create(&thread, NULL, read_lines, r);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        free(r);
        return NULL;
    }
    pthread_detach(thread);
    return r;
}

void requests_end(struct requests *r)
{
    pthread_mutex_lock(&r->lock);
    bool ended = r->ended;
    for (; ended && r->taken < r->read; r->taken++) {
        text_release(&r->ring[r->taken % REQUESTS_MOST].line);
    }
    pthread_mutex_unlock(&r->lock);
    if (ended) {
        free(r);
    }
}

static enum request_end next(struct requests *r, struct text *line, bool same)
{
    enum { LOOK = 20000000 };  // nanoseconds after which a signal is looked for
    enum request_end end = REQUEST_NONE;
    text_release(line);
    pthread_mutex_lock(&r->lock);
    while (r->read == r->taken && !r->ended && !(same && stop_is_asked(r->stop))) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LOOK;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        if (same) {
            pthread_cond_timedwait(&r->changed, &r->lock, &until);
        } else {
            pthread_cond_wait(&r->changed, &r->lock);
        }
    }
    if (same && stop_is_asked(r->stop)) {
        end = REQUEST_STOPPED;
    } else if (r->read > r->taken) {
        struct waiting *w = &r->ring[r->taken++ % REQUESTS_MOST];
        *line = w->line;
        end = w->too_long ? REQUEST_TOO_LONG : REQUEST_LINE;
        if (!same) {
            stop_renew(r->stop);
            r->stop->asked = r->taken <= r->interrupted ? STOP_NOW : 0;
        }
        pthread_cond_broadcast(&r->changed);
    }
    pthread_mutex_unlock(&r->lock);
    return end;
}

enum request_end requests_next(struct requests *r, struct text *line)
{
    return next(r, line, false);
}

enum request_end requests_next_of_same(struct requests *r, struct text *line)
{
    return next(r, line, true);
}
