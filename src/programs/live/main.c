// backstep-live: the page that follows a prompt.
//
//     backstep-live PORT RENDER SECONDS  <messages
//
// PORT is 0 for any that is free; RENDER is the path of backstep-render, which has SECONDS for each
// layout. The address goes to standard output as one line, or else one sentence that says why there
// is none; then standard output is closed. The messages (src/programs/live/feed.h) come from the prompt, and
// when they end this program does: nothing that happens here can reach the session.
//
// One thread, and nothing in it waits but poll.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "live/feed.h"
#include "live/layout.h"
#include "live/serve.h"

enum { PICTURE_MOST = 16 << 20 };  // bytes of a layout

struct live_server {
    struct feed feed;
    struct layout layout;
    struct news news;
    struct serve *serve;
};

// What follows is told the pages and the layout. False: there is nothing more to come.
static bool take_messages(struct live_server *l)
{
    struct message m = {0};
    enum feed_end end;
    while ((end = feed_next(&l->feed, &m)) == FEED_MESSAGE) {
        if (strcmp(m.kind, "scene") == 0) {
            layout_take_scene(&l->layout, m.graph, m.body, m.length);
        } else if (strcmp(m.kind, "dot") == 0) {
            layout_want(&l->layout, m.graph, m.body, m.length);
        } else if (strcmp(m.kind, "state") == 0) {
            news_latest(&l->news, NEWS_STATE, m.body, m.length);
        } else if (strcmp(m.kind, "losses") == 0) {
            news_latest(&l->news, NEWS_LOSSES, m.body, m.length);
        } else if (strcmp(m.kind, "plane") == 0) {
            news_latest(&l->news, NEWS_PLANE, m.body, m.length);
        } else if (strcmp(m.kind, "log") == 0) {
            news_line(&l->news, m.body, m.length);
        }
    }
    return end == FEED_NOTHING;
}

static void lay_out(struct live_server *l)
{
    struct text json;
    text_init(&json);
    while (layout_advance(&l->layout, &json)) {
        news_latest(&l->news, NEWS_PICTURE, text_get(&json), text_length(&json));
        text_clear(&json);
    }
    text_release(&json);
}

static void run(struct live_server *l)
{
    struct pollfd polls[2 + SERVE_POLLS];
    bool fed = true;
    while (fed) {
        int patience = layout_patience(&l->layout);
        polls[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
        polls[1] = (struct pollfd){.fd = layout_fd(&l->layout), .events = POLLIN};
        int count = serve_polls(l->serve, polls + 2, &patience);
        if (poll(polls, (nfds_t)count + 2, patience) < 0) {
            continue;
        }
        if (polls[0].revents != 0) {
            fed = feed_read(&l->feed, STDIN_FILENO) && take_messages(l);
        }
        lay_out(l);
        serve_advance(l->serve, polls + 2, count);
    }
}

// Says the address, or why there is none.
static bool begin(struct live_server *l, int port)
{
    l->serve = serve_new(port, &l->news);
    if (l->serve != NULL) {
        puts(serve_address(l->serve));
    } else if (errno == EADDRINUSE) {
        printf("port %d is taken by another program\n", port);
    } else {
        printf("no page can be shown on port %d: %s\n", port, strerror(errno));
    }
    bool said = fflush(stdout) == 0;
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    dup2(nowhere, STDOUT_FILENO);
    close(nowhere);
    return said && l->serve != NULL;
}

// A layout's picture is a file in memory, and larger ones are not wanted.
static void bound_files(void)
{
    struct rlimit most = {PICTURE_MOST, PICTURE_MOST};
    setrlimit(RLIMIT_FSIZE, &most);
}

int main(int argc, char **argv)
{
    struct live_server l = {0};
    if (argc != 4) {
        fputs("usage: backstep-live PORT RENDER SECONDS <messages\n", stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    bound_files();
    fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
    feed_init(&l.feed);
    layout_init(&l.layout, argv[2], atoi(argv[3]));
    bool begun = begin(&l, atoi(argv[1]));
    if (begun) {
        run(&l);
        serve_free(l.serve);
    }
    layout_release(&l.layout);
    feed_release(&l.feed);
    news_release(&l.news);
    return begun ? 0 : 1;
}
