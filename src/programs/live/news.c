#include "live/news.h"

void news_release(struct news *n)
{
    blob_drop(n->picture);
    blob_drop(n->state);
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

void news_picture(struct news *n, const char *json, size_t length)
{
    put(&n->picture, &n->pictures, "picture", json, length);
}

void news_state(struct news *n, const char *json, size_t length)
{
    put(&n->state, &n->states, "state", json, length);
}

void news_line(struct news *n, const char *json, size_t length)
{
    put(&n->line[n->lines % LINES_KEPT], &n->lines, "log", json, length);
}

bool news_has(const struct news *n, const struct told *told)
{
    return told->pictures < n->pictures || told->states < n->states || told->lines < n->lines;
}

struct blob *news_next(const struct news *n, struct told *told)
{
    if (told->pictures < n->pictures) {
        told->pictures = n->pictures;
        return blob_hold(n->picture);
    }
    if (told->states < n->states) {
        told->states = n->states;
        return blob_hold(n->state);
    }
    if (told->lines < n->lines) {
        if (n->lines - told->lines > LINES_KEPT) {
            told->lines = n->lines - LINES_KEPT;
        }
        return blob_hold(n->line[told->lines++ % LINES_KEPT]);
    }
    return NULL;
}
