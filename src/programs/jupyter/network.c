#include "jupyter/network.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <zmq.h>

#include "process/system.h"

enum {
    FRAMES_MOST = 128,      // of a message
    FRAME_MOST = 64 << 20,  // bytes of one
    TICK = 500,             // milliseconds
    LINGER = 500,           // …: how long the last messages may take
};

struct network_item {
    enum socket_name socket;
    struct parcel parcel;
    int64_t came;
};

// Items in their order; those before `next` have been taken.
struct network_queue {
    struct buf items;  // struct network_item
    size_t next;
};

struct network_thread {
    struct network_hooks hooks;
    void *context;
    void *sockets[SOCKET_COUNT];
    int wake[2];  // a pipe: something is to be sent, or it ends
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t came;
    // Guarded by the lock.
    struct network_queue in[SOCKET_COUNT], out;
    bool closed, ending;
};

int64_t network_now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

// ---- Queues -------------------------------------------------------------------------------------

static void queue_add(struct network_queue *q, enum socket_name socket, struct parcel *parcel)
{
    struct network_item *item = parcel_failed(parcel) ? NULL : buf_push(&q->items, 1);
    if (item == NULL) {
        parcel_release(parcel);
    } else {
        *item = (struct network_item){socket, *parcel, network_now()};
    }
    parcel_init(parcel);
}

static bool queue_take(struct network_queue *q, struct network_item *item)
{
    if (q->next == q->items.count) {
        return false;
    }
    *item = BUF(struct network_item, &q->items)[q->next++];
    if (q->next == q->items.count) {
        q->next = q->items.count = 0;
    }
    return true;
}

static void queue_release(struct network_queue *q)
{
    struct network_item item;
    while (queue_take(q, &item)) {
        parcel_release(&item.parcel);
    }
    buf_release(&q->items);
}

// ---- Reading and writing: in the thread ---------------------------------------------------------

// A message, whole. False if there is none, or it is dropped, being too long.
static bool receive(void *socket, struct parcel *parcel)
{
    bool more = true, ok = true;
    for (size_t i = 0; more; i++) {
        zmq_msg_t frame;
        zmq_msg_init(&frame);
        if (zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(&frame);
            return false;
        }
        ok = ok && i < FRAMES_MOST;
        if (ok) {
            parcel_add(parcel, zmq_msg_data(&frame), zmq_msg_size(&frame));
        }
        more = zmq_msg_more(&frame) != 0;
        zmq_msg_close(&frame);
    }
    return ok && !parcel_failed(parcel);
}

static void transmit(void *socket, const struct parcel *parcel)
{
    size_t count = parcel_count(parcel);
    for (size_t i = 0; i < count; i++) {
        struct frame_bytes frame = parcel_get(parcel, i);
        zmq_send(socket, frame.s, frame.n, ZMQ_DONTWAIT | (i + 1 < count ? ZMQ_SNDMORE : 0));
    }
}

static void send_all(struct network_thread *n)
{
    struct network_queue out;
    struct network_item item;
    char ignored[64];
    while (read(n->wake[0], ignored, sizeof ignored) > 0) {
    }
    pthread_mutex_lock(&n->lock);
    out = n->out;
    n->out = (struct network_queue){0};
    buf_init(&n->out.items, sizeof(struct network_item));
    pthread_mutex_unlock(&n->lock);
    while (queue_take(&out, &item)) {
        transmit(n->sockets[item.socket], &item.parcel);
        parcel_release(&item.parcel);
    }
    queue_release(&out);
}

static void deliver(struct network_thread *n, enum socket_name socket, struct parcel *parcel)
{
    struct frame_bytes first = parcel_get(parcel, 0);
    switch (socket) {
    case SOCKET_HEARTBEAT:
        transmit(n->sockets[socket], parcel);
        break;
    case SOCKET_CONTROL:
        n->hooks.control(n->hooks.at, parcel);
        break;
    case SOCKET_IOPUB:  // a subscription begins with 1, its end with 0
        if (first.n > 0 && first.s[0] == 1) {
            n->hooks.joined(n->hooks.at);
        }
        break;
    default:
        pthread_mutex_lock(&n->lock);
        queue_add(&n->in[socket], socket, parcel);
        pthread_cond_broadcast(&n->came);
        pthread_mutex_unlock(&n->lock);
    }
}

static bool is_ending(struct network_thread *n)
{
    pthread_mutex_lock(&n->lock);
    bool ending = n->ending;
    pthread_mutex_unlock(&n->lock);
    return ending;
}

static void *serve(void *at)
{
    struct network_thread *n = at;
    zmq_pollitem_t items[SOCKET_COUNT + 1];
    for (size_t i = 0; i < SOCKET_COUNT; i++) {
        items[i] = (zmq_pollitem_t){.socket = n->sockets[i], .events = ZMQ_POLLIN};
    }
    items[SOCKET_COUNT] = (zmq_pollitem_t){.fd = n->wake[0], .events = ZMQ_POLLIN};
    while (!is_ending(n)) {
        if (zmq_poll(items, SOCKET_COUNT + 1, TICK) < 0 && errno != EINTR) {
            break;
        }
        for (size_t i = 0; i < SOCKET_COUNT; i++) {
            struct parcel parcel;
            parcel_init(&parcel);
            if ((items[i].revents & ZMQ_POLLIN) != 0 && receive(n->sockets[i], &parcel)) {
                deliver(n, (enum socket_name)i, &parcel);
            }
            parcel_release(&parcel);
        }
        send_all(n);
        n->hooks.tick(n->hooks.at);
    }
    send_all(n);
    return NULL;
}

// ---- The door -----------------------------------------------------------------------------------

static bool set(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool bind_socket(struct network_thread *n, enum socket_name i, const char *address,
                        struct diag *d)
{
    static const int types[SOCKET_COUNT] = {[SOCKET_SHELL] = ZMQ_ROUTER,
                                            [SOCKET_CONTROL] = ZMQ_ROUTER,
                                            [SOCKET_IOPUB] = ZMQ_XPUB,
                                            [SOCKET_STDIN] = ZMQ_ROUTER,
                                            [SOCKET_HEARTBEAT] = ZMQ_REP};
    int64_t most = FRAME_MOST;
    void *socket = n->sockets[i] = zmq_socket(n->context, types[i]);
    bool ok = socket != NULL && set(socket, ZMQ_LINGER, LINGER) && set(socket, ZMQ_SNDHWM, 0) &&
              set(socket, ZMQ_RCVHWM, 0) &&
              zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &most, sizeof most) == 0;
    // A client that comes back under its old name (after a reconnection) takes its place.
    ok = ok && (types[i] != ZMQ_ROUTER || set(socket, ZMQ_ROUTER_HANDOVER, 1));
    if (ok && zmq_bind(socket, address) == 0) {
        return true;
    }
    if (errno == EADDRINUSE) {
        return diag_set(d, (struct span){0, 0},
                        "another program already listens on %s; start the "
                        "kernel again, and Jupyter chooses another port",
                        address);
    }
    return diag_set(d, (struct span){0, 0}, "nothing can listen on %s: %s", address,
                    zmq_strerror(errno));
}

static void release(struct network_thread *n)
{
    for (size_t i = 0; i < SOCKET_COUNT; i++) {
        if (n->sockets[i] != NULL) {
            zmq_close(n->sockets[i]);
        }
        queue_release(&n->in[i]);
    }
    queue_release(&n->out);
    if (n->context != NULL) {
        zmq_ctx_term(n->context);
    }
    for (size_t i = 0; i < COUNT_OF(n->wake); i++) {
        if (n->wake[i] >= 0) {
            close(n->wake[i]);
        }
    }
    free(n);
}

// Signals are for the session's thread.
static bool start_thread(struct network_thread *n)
{
    sigset_t all, before;
    pthread_condattr_t monotonic;
    pthread_mutex_init(&n->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&n->came, &monotonic);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&n->thread, NULL, serve, n);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error == 0;
}

bool network_start(struct network_thread **network, const struct connection *c,
                   const struct network_hooks *hooks, struct diag *d)
{
    struct network_thread *n = *network = calloc(1, sizeof *n);
    if (n == NULL) {
        return diag_out_of_memory(d);
    }
    n->hooks = *hooks;
    n->wake[0] = n->wake[1] = -1;
    bool piped = system_pipe(n->wake) == 0;
    if (piped) {
        fcntl(n->wake[0], F_SETFL, O_NONBLOCK);
        fcntl(n->wake[1], F_SETFL, O_NONBLOCK);
    }
    n->context = zmq_ctx_new();
    buf_init(&n->out.items, sizeof(struct network_item));
    bool ok = (piped && n->context != NULL) || diag_out_of_memory(d);
    for (size_t i = 0; i < SOCKET_COUNT; i++) {
        struct text address = c->address[i];
        buf_init(&n->in[i].items, sizeof(struct network_item));
        ok = ok && bind_socket(n, (enum socket_name)i, text_get(&address), d);
    }
    if (!ok || !start_thread(n)) {
        diag_set(d, (struct span){0, 0}, "the system refused a thread for the sockets");
        release(n);
        *network = NULL;
        return false;
    }
    return true;
}

static void wake(struct network_thread *n)
{
    if (write(n->wake[1], "", 1) < 0) {
        return;  // it is full: it is awake
    }
}

void network_send(struct network_thread *n, enum socket_name socket, struct parcel *parcel)
{
    pthread_mutex_lock(&n->lock);
    queue_add(&n->out, socket, parcel);
    pthread_mutex_unlock(&n->lock);
    wake(n);
}

enum network_end network_take(struct network_thread *n, enum socket_name socket, int milliseconds,
                              struct parcel *parcel, int64_t *came)
{
    struct network_item item;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += milliseconds % 1000 * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&n->lock);
    bool late = false, taken;
    while (!(taken = !n->closed && queue_take(&n->in[socket], &item)) && !n->closed && !late) {
        if (milliseconds < 0) {
            pthread_cond_wait(&n->came, &n->lock);
        } else {
            late = pthread_cond_timedwait(&n->came, &n->lock, &until) == ETIMEDOUT;
        }
    }
    enum network_end end = taken ? NETWORK_TAKEN : n->closed ? NETWORK_CLOSED : NETWORK_NOTHING;
    pthread_mutex_unlock(&n->lock);
    if (taken) {
        *parcel = item.parcel;
        *came = item.came;
    }
    return end;
}

void network_close(struct network_thread *n)
{
    pthread_mutex_lock(&n->lock);
    n->closed = true;
    pthread_cond_broadcast(&n->came);
    pthread_mutex_unlock(&n->lock);
}

void network_stop(struct network_thread *n)
{
    pthread_mutex_lock(&n->lock);
    n->ending = true;
    pthread_mutex_unlock(&n->lock);
    wake(n);
    pthread_join(n->thread, NULL);
    release(n);
}
