// What there is to tell a page: the newest picture, the newest state, the newest of a training, and
// the last lines of the log, each ready to be sent as an event
// (https://html.spec.whatwg.org/#server-sent-events). A page that comes late is told the present at
// once; one that is slow is told the newest, and never what lay between.
#ifndef LIVE_NEWS_H
#define LIVE_NEWS_H

#include "live/blob.h"

enum { LINES_KEPT = 200 };

// Of these a page is told the newest only, in this order.
enum news_kind { NEWS_PICTURE, NEWS_STATE, NEWS_LOSSES, NEWS_PLANE, NEWS_KINDS };

struct news {
    struct blob *latest[NEWS_KINDS];
    unsigned long count[NEWS_KINDS];  // how many there have been
    struct blob *line[LINES_KEPT];    // line k is at k modulo LINES_KEPT
    unsigned long lines;              // how many there have been
};

// What one page has been told.
struct told {
    unsigned long count[NEWS_KINDS], lines;
};

void news_release(struct news *n);

// `json` is one line of JSON.
void news_latest(struct news *n, enum news_kind kind, const char *json, size_t length);
void news_line(struct news *n, const char *json, size_t length);

// Is there something this page has not been told?
bool news_has(const struct news *n, const struct told *told);
// The next of it, which counts as told; the caller drops it. NULL: nothing.
struct blob *news_next(const struct news *n, struct told *told);

#endif
