// Any bytes are a request to the live page's server: it answers or closes, in bounded time, and
// only who names the address gets the page.
//
// The bytes 1 and 2 stand for the secret part of its address and for its host, so that what lies
// after the address is reached too.
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "live/serve.h"

enum { BYTES_MOST = 4096, TURNS = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct news news;
static struct serve *serve;
static char host[64], token[64];
static int port;

static void release(void)
{
    serve_free(serve);
    news_release(&news);
}

static void begin(void)
{
    static const char before[] = "http://";
    serve = serve_new(0, &news);
    BS_ASSERT(serve != NULL);
    atexit(release);
    const char *address = serve_address(serve);
    BS_ASSERT(strncmp(address, before, sizeof before - 1) == 0);
    address += sizeof before - 1;
    snprintf(host, sizeof host, "%.*s", (int)strcspn(address, "/"), address);
    address += strcspn(address, "/") + 1;
    snprintf(token, sizeof token, "%.*s", (int)strcspn(address, "/"), address);
    port = atoi(strchr(host, ':') + 1);
}

static void advance(void)
{
    struct pollfd polls[SERVE_POLLS];
    int patience = 0, count = serve_polls(serve, polls, &patience);
    poll(polls, (nfds_t)count, 0);
    serve_advance(serve, polls, count);
}

// The server is reached, if not at once: a signal may interrupt a call, and the server is busy.
static int call(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    // What is closed leaves nothing behind, so that ports do not run out.
    const struct linger none = {.l_onoff = 1};
    for (int i = 0; i < TURNS; i++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        BS_ASSERT(fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none) == 0);
        if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0) {
            return fd;
        }
        close(fd);
        advance();
    }
    abort();
}

// What it answers, as far as that fits. An answer begins with its status, and says "no-store".
static void listen_to(int fd, bool knows)
{
    struct text answer;
    text_init(&answer);
    char bytes[4096];
    for (int i = 0, quiet = 0; i < TURNS && quiet < 20; i++) {
        advance();
        ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (n == 0) {
            break;
        }
        quiet = n > 0 ? 0 : quiet + 1;
        text_add_bytes(&answer, bytes, n > 0 ? (size_t)n : 0);
    }
    const char *s = text_get(&answer);
    if (text_length(&answer) > 0) {
        BS_ASSERT(strncmp(s, "HTTP/1.", 7) == 0);
        int status = atoi(s + 9);
        BS_ASSERT(status == 200 || (status >= 400 && status <= 505));
        // Who does not know the address learns nothing.
        BS_ASSERT(status != 200 || knows);
        BS_ASSERT(knows || strstr(s, token) == NULL);
    }
    text_release(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > BYTES_MOST) {
        return 0;
    }
    if (serve == NULL) {
        begin();
    }
    struct text request;
    bool knows = false;
    text_init(&request);
    for (size_t i = 0; i < size; i++) {
        knows |= data[i] == 1;
        if (data[i] == 1 || data[i] == 2) {
            text_add(&request, data[i] == 1 ? token : host);
        } else {
            text_add_char(&request, (char)data[i]);
        }
    }
    int fd = call();
    if (send(fd, text_get(&request), text_length(&request), MSG_NOSIGNAL) >= 0) {
        shutdown(fd, SHUT_WR);
        listen_to(fd, knows);
    }
    close(fd);
    advance();
    text_release(&request);
    return 0;
}
