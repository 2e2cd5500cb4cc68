#include "live/news.h"

void news_release(struct news *n)
{
    for (int kind = 0; kind < NEWS_KINDS; kind++) {
        blob_drop(n->latest[kind]);
    }
    for (int i = 0; i < LINES_KEPT; i++) {
        blob_drop(n->line[i]);
    }
    *n = (struct news){0};
}

// Where there is no memory the old one stays.
static void put(struct blob **place, unsigned long *count, const char *event, const char *json,
                size_t length)
{
    struct text text;
    text_init(&text);
    text_addf(&text, "event: %s\ndata: ", event);
    text_add_bytes(&text, json, length);
    text_add(&text, "\n\n");
    struct blob *fresh = blob_new(&text);
    if (fresh != NULL) {
        blob_drop(*place);
        *place = fresh;
        ++*count;
    }
}

void news_latest(struct news *n, enum news_kind kind, const char *json, size_t length)
{
    static const char *const events[] = {"picture", "state", "losses", "plane"};
    put(&n->latest[kind], &n->count[kind], events[kind], json, length);
}

void news_line(struct news *n, const char *json, size_t length)
{
    put(&n->line[n->lines % LINES_KEPT], &n->lines, "log", json, length);
}

// The first kind of which there is something newer; NEWS_KINDS: there is none.
static int newer(const struct news *n, const struct told *told)
{
    int kind = 0;
    while (kind < NEWS_KINDS && told->count[kind] == n->count[kind]) {
        kind++;
    }
    return kind;
}

bool news_has(const struct news *n, const struct told *told)
{
    return newer(n, told) < NEWS_KINDS || told->lines < n->lines;
}

struct blob *news_next(const struct news *n, struct told *told)
{
    int kind = newer(n, told);
    if (kind < NEWS_KINDS) {
        told->count[kind] = n->count[kind];
        return blob_hold(n->latest[kind]);
    }
    if (told->lines < n->lines) {
        if (n->lines - told->lines > LINES_KEPT) {
            told->lines = n->lines - LINES_KEPT;
        }
        return blob_hold(n->line[told->lines++ % LINES_KEPT]);
    }
    return NULL;
}
