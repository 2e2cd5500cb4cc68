#include "live/feed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { HEADER_MOST = 64, BODY_MOST = 8 << 20, CHUNK = 1 << 16 };

void feed_init(struct feed *f)
{
    text_init(&f->bytes);
}

void feed_release(struct feed *f)
{
    text_release(&f->bytes);
}

bool feed_read(struct feed *f, int pipe)
{
    char chunk[CHUNK];
    ssize_t n = read(pipe, chunk, sizeof chunk);
    if (n <= 0) {
        return n < 0 && (errno == EINTR || errno == EAGAIN);
    }
    text_add_bytes(&f->bytes, chunk, (size_t)n);
    return !f->bytes.bytes.failed;
}

// The message given before is at the start of the bytes until now.
static void forget(struct feed *f, size_t n)
{
    char *bytes = f->bytes.bytes.data;
    if (n > 0) {
        f->bytes.bytes.count -= n;
        memmove(bytes, bytes + n, f->bytes.bytes.count);
    }
}

enum feed_end feed_next(struct feed *f, struct message *m)
{
    forget(f, m->whole);
    m->whole = 0;
    const char *bytes = text_get(&f->bytes);
    size_t n = text_length(&f->bytes);
    const char *end = memchr(bytes, '\n', n < HEADER_MOST ? n : HEADER_MOST);
    int used = 0;
    if (end == NULL) {
        return n < HEADER_MOST ? FEED_NOTHING : FEED_OVER;
    }
    if (sscanf(bytes, "%7[a-z] %lu %zu%n", m->kind, &m->graph, &m->length, &used) != 3 ||
        bytes + used != end || m->length > BODY_MOST) {
        return FEED_OVER;
    }
    size_t header = (size_t)(end + 1 - bytes);
    if (n - header < m->length) {
        return FEED_NOTHING;
    }
    m->body = end + 1;
    m->whole = header + m->length;
    return FEED_MESSAGE;
}
