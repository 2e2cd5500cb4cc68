#include "live/serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "process/system.h"

enum {
    TOKEN_BYTES = 16,
    HEADERS_MOST = 64,
    REQUEST_MEMORY = 16 << 10,  // bytes that a connection has for request and headers
    SEND_BUFFER = 256 << 10,    // bytes that the machine holds for one that does not read
    BLOCK = 16 << 10,           // bytes of an event sent at once
    IDLE = 10,                  // seconds without a byte, after which a connection is dropped
    ANSWER_TIME = 20,           // seconds that anything but events may take
    HEARTBEAT = 15,             // seconds without news, after which a page is sent an empty line
};

// One connection.
struct client {
    struct serve *serve;
    struct MHD_Connection *connection;  // NULL: this place is free
    int fd;
    long since;
    unsigned long number;  // of the connection, in the order they came
    bool asked;            // its request is there
    bool page;             // it is being sent events
    bool asleep;           // it has been told everything, and waits
    bool gone;             // the other end hung up
    struct told told;
    struct blob *event;  // on its way
    size_t sent;         // bytes of it
    long last;           // when it was last sent something
};

struct serve {
    struct MHD_Daemon *daemon;
    const struct news *news;
    int listener;
    int port;
    char token[2 * TOKEN_BYTES + 1];
    char host[32], address[96];
    int pages;
    unsigned long connections;  // that came so far
    struct blob *heartbeat;
    struct client clients[CONNECTIONS_MOST];
};

static long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

// ---- What is served -----------------------------------------------------------------------------

static const unsigned char page[] = {
#include "live.html.inc"
};
static const unsigned char style[] = {
#include "style.css.inc"
};
static const unsigned char script[] = {
#include "live.js.inc"
};

static const struct asset {
    const char *name, *type;
    const unsigned char *bytes;
    size_t n;
} assets[] = {
    {"", "text/html; charset=utf-8", page, sizeof page},
    {"style.css", "text/css; charset=utf-8", style, sizeof style},
    {"live.js", "text/javascript; charset=utf-8", script, sizeof script},
};

static const char *const headers[][2] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
     "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

// Sends an answer, which is dropped here. Only events keep their connection.
static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status,
                              struct MHD_Response *response, const char *type)
{
    if (response == NULL) {
        return MHD_NO;
    }
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        MHD_add_response_header(response, headers[i][0], headers[i][1]);
    }
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "Connection", "close");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        MHD_add_response_header(response, "Allow", "GET");
    }
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

// A page that is loaded again comes here, as its address is no longer in the address bar.
static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status)
{
    char words[160];
    int n =
        snprintf(words, sizeof words, "%u %s\n%s", status, MHD_get_reason_phrase_for(status),
                 status != MHD_HTTP_NOT_FOUND
                     ? ""
                     : "\nA page that follows a prompt cannot be loaded again: type 'view' at the "
                       "prompt, which opens it anew.\n");
    return answer(connection, status,
                  MHD_create_response_from_buffer((size_t)n, words, MHD_RESPMEM_MUST_COPY),
                  "text/plain; charset=utf-8");
}

// ---- Requests -----------------------------------------------------------------------------------

// What its headers say.
struct serve_request {
    const struct serve *serve;
    int headers, hosts;
    bool foreign_host, foreign_origin, body;
};

static enum MHD_Result read_header(void *closure, enum MHD_ValueKind kind, const char *key,
                                   const char *value)
{
    struct serve_request *r = closure;
    const char *host = r->serve->host;
    (void)kind;
    value = value == NULL ? "" : value;
    r->headers++;
    if (strcasecmp(key, "Host") == 0) {
        r->hosts++;
        r->foreign_host |= strcmp(value, host) != 0;
    } else if (strcasecmp(key, "Origin") == 0) {
        r->foreign_origin |= strncmp(value, "http://", 7) != 0 || strcmp(value + 7, host) != 0;
    } else if (strcasecmp(key, "Content-Length") == 0) {
        r->body |= strcmp(value, "0") != 0;
    } else if (strcasecmp(key, "Transfer-Encoding") == 0) {
        r->body = true;
    }
    return MHD_YES;
}

// The status to refuse the request with; 0: it may be answered.
static unsigned judge(const struct serve *s, struct MHD_Connection *connection, const char *url,
                      const char *method)
{
    struct serve_request r = {.serve = s};
    MHD_get_connection_values(connection, MHD_HEADER_KIND, read_header, &r);
    return r.headers > HEADERS_MOST         ? MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE
           : r.hosts != 1 || r.foreign_host ? MHD_HTTP_FORBIDDEN
           : r.foreign_origin               ? MHD_HTTP_FORBIDDEN
           : strcmp(method, "GET") != 0     ? MHD_HTTP_METHOD_NOT_ALLOWED
           : r.body                         ? MHD_HTTP_BAD_REQUEST
           : strstr(url, "..") != NULL      ? MHD_HTTP_BAD_REQUEST
                                            : 0;
}

// What follows "/TOKEN/"; NULL if the path does not begin so. Takes as long whichever byte differs.
static const char *after_token(const struct serve *s, const char *url)
{
    size_t n = sizeof s->token - 1, length = strlen(url);
    unsigned differ = 0;
    if (length < n + 2) {
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        differ |= (unsigned)(url[1 + i] ^ s->token[i]);
    }
    differ |= (unsigned)(url[0] ^ '/') | (unsigned)(url[n + 1] ^ '/');
    return differ == 0 ? url + n + 2 : NULL;
}

// ---- Events -------------------------------------------------------------------------------------

// The next bytes for a page: of the event on its way, else of the next one; a page that has been
// told everything sleeps.
static ssize_t more_events(void *closure, uint64_t position, char *bytes, size_t most)
{
    struct client *c = closure;
    struct serve *s = c->serve;
    (void)position;
    if (c->gone) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    if (c->event != NULL && c->sent == text_length(&c->event->text)) {
        blob_drop(c->event);
        c->event = NULL;
    }
    if (c->event == NULL) {
        bool quiet = now() - c->last >= HEARTBEAT;
        c->sent = 0;
        c->event = news_next(s->news, &c->told);
        c->event = c->event != NULL || !quiet ? c->event : blob_hold(s->heartbeat);
    }
    if (c->event == NULL) {
        c->asleep = true;
        MHD_suspend_connection(c->connection);
        return 0;
    }
    size_t left = text_length(&c->event->text) - c->sent, n = left < most ? left : most;
    memcpy(bytes, text_get(&c->event->text) + c->sent, n);
    c->sent += n;
    c->last = now();
    return (ssize_t)n;
}

static enum MHD_Result answer_events(struct serve *s, struct client *c)
{
    if (s->pages == PAGES_MOST) {
        return refuse(c->connection, MHD_HTTP_SERVICE_UNAVAILABLE);
    }
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, more_events, c, NULL);
    enum MHD_Result result =
        answer(c->connection, MHD_HTTP_OK, response, "text/event-stream; charset=utf-8");
    if (result == MHD_YES) {
        c->page = true;
        c->last = now();
        s->pages++;
    }
    return result;
}

// ---- Connections --------------------------------------------------------------------------------

static struct client *client_of(struct serve *s, const struct MHD_Connection *connection)
{
    for (int i = 0; i < CONNECTIONS_MOST; i++) {
        if (s->clients[i].connection == connection) {
            return &s->clients[i];
        }
    }
    return NULL;
}

static void on_connection(void *closure, struct MHD_Connection *connection, void **unused,
                          enum MHD_ConnectionNotificationCode what)
{
    struct serve *s = closure;
    (void)unused;
    bool begins = what == MHD_CONNECTION_NOTIFY_STARTED;
    struct client *c = client_of(s, begins ? NULL : connection);
    if (c == NULL) {
        return;
    }
    if (begins) {
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        *c = (struct client){.serve = s,
                             .connection = connection,
                             .fd = info == NULL ? -1 : info->connect_fd,
                             .number = ++s->connections,
                             .since = now()};
        return;
    }
    s->pages -= c->page;
    blob_drop(c->event);
    *c = (struct client){0};
}

static enum MHD_Result on_request(void *closure, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **unused)
{
    struct serve *s = closure;
    struct client *c = client_of(s, connection);
    (void)version, (void)upload, (void)upload_size, (void)unused;
    unsigned refusal = judge(s, connection, url, method);
    const char *name = after_token(s, url);
    if (c != NULL) {
        c->asked = true;
    }
    if (refusal != 0 || name == NULL || c == NULL) {
        return refuse(connection, refusal != 0 ? refusal : MHD_HTTP_NOT_FOUND);
    }
    if (strcmp(name, "events") == 0) {
        return answer_events(s, c);
    }
    for (size_t i = 0; i < COUNT_OF(assets); i++) {
        if (strcmp(name, assets[i].name) == 0) {
            return answer(connection, MHD_HTTP_OK,
                          MHD_create_response_from_buffer(assets[i].n, (void *)assets[i].bytes,
                                                          MHD_RESPMEM_PERSISTENT),
                          assets[i].type);
        }
    }
    return refuse(connection, MHD_HTTP_NOT_FOUND);
}

// Paths stay as they came: none of ours has anything to decode.
static size_t leave_encoded(void *closure, struct MHD_Connection *connection, char *s)
{
    (void)closure, (void)connection;
    return strlen(s);
}

// ---- Beginning and ending -----------------------------------------------------------------------

static bool make_token(struct serve *s)
{
    unsigned char bytes[TOKEN_BYTES];
    if (!system_random(bytes, sizeof bytes)) {
        return false;
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        snprintf(s->token + 2 * i, 3, "%02x", bytes[i]);
    }
    return true;
}

// We accept connections ourselves, so that one too many can be refused and none waits unseen.
static bool listen_on(struct serve *s, int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int on = 1;
    s->listener = system_socket();
    if (s->listener < 0 || setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(s->listener, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(s->listener, SOMAXCONN) != 0 ||
        getsockname(s->listener, (struct sockaddr *)&at, &size) != 0) {
        return false;
    }
    s->port = ntohs(at.sin_port);
    snprintf(s->host, sizeof s->host, "127.0.0.1:%d", s->port);
    snprintf(s->address, sizeof s->address, "http://%s/%s/", s->host, s->token);
    return true;
}

// With it, one descriptor stands for all connections.
static bool has_epoll(void)
{
    return SYSTEM_LINUX && MHD_is_feature_supported(MHD_FEATURE_EPOLL) == MHD_YES;
}

static bool start_daemon(struct serve *s)
{
    s->daemon = MHD_start_daemon(
        MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | (has_epoll() ? MHD_USE_EPOLL : 0), 0,
        NULL, NULL, on_request, s, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MOST,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)REQUEST_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)IDLE, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, s, MHD_OPTION_UNESCAPE_CALLBACK, leave_encoded, NULL, MHD_OPTION_END);
    return s->daemon != NULL;
}

struct serve *serve_new(int port, const struct news *news)
{
    struct serve *s = calloc(1, sizeof *s);
    struct text beat;
    text_init(&beat);
    text_add(&beat, ":\n\n");
    if (s == NULL) {
        return NULL;
    }
    s->news = news;
    s->listener = -1;
    s->heartbeat = blob_new(&beat);
    if (s->heartbeat != NULL && make_token(s) && listen_on(s, port) && start_daemon(s)) {
        return s;
    }
    int error = errno;
    serve_free(s);
    errno = error;
    return NULL;
}

static void wake(struct client *c)
{
    c->asleep = false;
    MHD_resume_connection(c->connection);
}

void serve_free(struct serve *s)
{
    // The library wants nobody asleep when it ends.
    for (int i = 0; i < CONNECTIONS_MOST; i++) {
        if (s->clients[i].asleep) {
            s->clients[i].gone = true;
            wake(&s->clients[i]);
        }
    }
    if (s->daemon != NULL) {
        MHD_run(s->daemon);
        MHD_stop_daemon(s->daemon);
    }
    if (s->listener >= 0) {
        close(s->listener);
    }
    blob_drop(s->heartbeat);
    free(s);
}

const char *serve_address(const struct serve *s)
{
    return s->address;
}

// ---- Going on -----------------------------------------------------------------------------------

// What the library waits for, which the first of polls[] take; returns how many.
static int library_polls(struct serve *s, struct pollfd polls[CONNECTIONS_MOST])
{
    if (has_epoll()) {
        const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
        polls[0] = (struct pollfd){.fd = info->epoll_fd, .events = POLLIN};
        return 1;
    }
    fd_set in, out, trouble;
    MHD_socket most = -1;
    int count = 0;
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_ZERO(&trouble);
    MHD_get_fdset(s->daemon, &in, &out, &trouble, &most);
    for (int fd = 0; fd <= most && count < CONNECTIONS_MOST; fd++) {
        int events = (FD_ISSET(fd, &in) ? POLLIN : 0) | (FD_ISSET(fd, &out) ? POLLOUT : 0);
        if (events != 0) {
            polls[count++] = (struct pollfd){.fd = fd, .events = (short)events};
        }
    }
    return count;
}

int serve_polls(struct serve *s, struct pollfd polls[SERVE_POLLS], int *patience)
{
    enum { LOOK = 1000 };  // milliseconds between two looks at the clock
    MHD_UNSIGNED_LONG_LONG wait;
    int count = 0;
    polls[count++] = (struct pollfd){.fd = s->listener, .events = POLLIN};
    bool any = false;
    for (int i = 0; i < CONNECTIONS_MOST; i++) {
        const struct client *c = &s->clients[i];
        any |= c->connection != NULL;
        // The library does not look at one that sleeps.
        polls[count++] = (struct pollfd){.fd = c->asleep ? c->fd : -1, .events = SYSTEM_GONE};
    }
    count += library_polls(s, polls + count);
    if (any && (*patience < 0 || *patience > LOOK)) {
        *patience = LOOK;
    }
    if (MHD_get_timeout(s->daemon, &wait) == MHD_YES &&
        (*patience < 0 || wait < (unsigned)*patience)) {
        *patience = (int)wait;
    }
    return count;
}

// All places are taken: of those who have not ended their request the one that has waited longest
// goes, so that nobody can keep others out by beginning requests.
static void make_place(struct serve *s)
{
    struct client *oldest = NULL;
    for (int i = 0; i < CONNECTIONS_MOST; i++) {
        struct client *c = &s->clients[i];
        if (c->connection != NULL && !c->asked && (oldest == NULL || c->number < oldest->number)) {
            oldest = c;
        }
    }
    if (oldest != NULL) {
        shutdown(oldest->fd, SHUT_RDWR);
        MHD_run(s->daemon);
    }
}

static void accept_all(struct serve *s)
{
    struct sockaddr_in from;
    int fd, buffer = SEND_BUFFER;
    while ((fd = system_accept(s->listener, &from)) >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
        if (client_of(s, NULL) == NULL) {
            make_place(s);
        }
        if (client_of(s, NULL) == NULL) {
            close(fd);
        } else {
            MHD_add_connection(s->daemon, fd, (struct sockaddr *)&from, sizeof from);
        }
    }
}

static void look_after(struct client *c, bool hung_up)
{
    c->gone |= hung_up;
    if (c->asleep &&
        (c->gone || now() - c->last >= HEARTBEAT || news_has(c->serve->news, &c->told))) {
        wake(c);
    }
    if (!c->page && now() - c->since > ANSWER_TIME) {
        shutdown(c->fd, SHUT_RDWR);
    }
}

void serve_advance(struct serve *s, const struct pollfd *polls, int count)
{
    (void)count;
    if (polls[0].revents != 0) {
        accept_all(s);
    }
    for (int i = 0; i < CONNECTIONS_MOST; i++) {
        if (s->clients[i].connection != NULL) {
            look_after(&s->clients[i], polls[1 + i].revents != 0);
        }
    }
    MHD_run(s->daemon);
}
