// Lines that another program sends, read by a thread so that one of them can interrupt what the
// line before it asked for.
//
// A line {"interrupt": true} is not a request: it ends, as Ctrl-C does, the request that is being
// answered and those that were read before it, and is not handed out.
#ifndef TALK_REQUESTS_H
#define TALK_REQUESTS_H

#include "base/stop.h"
#include "base/text.h"

enum {
    REQUEST_MOST = 64 << 20,  // bytes of a line
    REQUESTS_MOST = 1 << 10,  // lines that wait; then nothing more is read
};

struct requests;

// Starts to read. *stop is set by an interrupt. NULL: there is no memory, or no thread.
struct requests *requests_start(int fd, struct stop *stop);
// Where the input has not ended, the thread still waits for it, and what it needs stays.
void requests_end(struct requests *r);

enum request_end { REQUEST_LINE, REQUEST_TOO_LONG, REQUEST_STOPPED, REQUEST_NONE };

// Waits for the next request, and lets what was asked to stop begin anew. REQUEST_NONE: the input
// has ended.
enum request_end requests_next(struct requests *r, struct text *line);
// The same in the midst of a request: REQUEST_STOPPED if that is interrupted meanwhile.
enum request_end requests_next_of_same(struct requests *r, struct text *line);

#endif
