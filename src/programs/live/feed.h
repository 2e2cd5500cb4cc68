// What comes from the prompt: messages, each a line "KIND GRAPH BYTES\n" and then so many bytes
// (src/host/picture/live.h says which there are).
#ifndef LIVE_FEED_H
#define LIVE_FEED_H

#include "base/text.h"

struct feed {
    struct text bytes;  // read, but not yet a whole message
};

struct message {
    char kind[8];
    unsigned long graph;
    const char *body;  // not ended by a 0; until the next call
    size_t length;
    size_t whole;  // bytes that it takes, header and all; 0 before the first
};

enum feed_end { FEED_MESSAGE, FEED_NOTHING, FEED_OVER };

void feed_init(struct feed *f);
void feed_release(struct feed *f);
// Reads what the pipe holds. False: it was closed.
bool feed_read(struct feed *f, int pipe);
// The next message. FEED_NOTHING: none is whole yet; FEED_OVER: what came is none, and the rest
// makes no sense.
enum feed_end feed_next(struct feed *f, struct message *m);

#endif
