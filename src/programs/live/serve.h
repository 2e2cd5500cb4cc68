// Shows the page and what there is to tell it, over HTTP on 127.0.0.1. The only user of
// libmicrohttpd.
//
// Whoever does not know the address learns nothing: it holds 128 random bits. A request must be a
// GET without a body, name us as its host, come from no other origin, and ask for one of four
// things:
//
//   /TOKEN/            the page         /TOKEN/style.css, /TOKEN/live.js   what belongs to it
//   /TOKEN/events      what there is to tell, as server-sent events, without end
//
// The page's policy (Content-Security-Policy) allows it these and nothing else.
//
// Everything is bounded: connections, pages among them, bytes and headers of a request, and the
// time that anything but a page's events may take. A connection too many is closed at once. Each
// page holds at most one event that was overtaken; one that reads none of it for a while is
// dropped, and comes back by itself.
#ifndef LIVE_SERVE_H
#define LIVE_SERVE_H

#include <poll.h>

#include "live/news.h"

enum {
    CONNECTIONS_MOST = 64,
    PAGES_MOST = 16,                         // of these
    SERVE_POLLS = 1 + 2 * CONNECTIONS_MOST,  // descriptors to poll
};

struct serve;

// NULL if the port (0: any) cannot be had; errno says why. The news stay the caller's.
struct serve *serve_new(int port, const struct news *news);
void serve_free(struct serve *s);

// "http://127.0.0.1:PORT/TOKEN/"
const char *serve_address(const struct serve *s);

// Fills in what to poll and returns how many there are; *patience becomes the milliseconds to wait
// at most, if that is less.
int serve_polls(struct serve *s, struct pollfd polls[SERVE_POLLS], int *patience);
// Goes on as far as it can without waiting. `polls` is what serve_polls filled in and poll
// answered.
void serve_advance(struct serve *s, const struct pollfd *polls, int count);

#endif
