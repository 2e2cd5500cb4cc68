// A kernel of Jupyter: a session, and what is said about it over the network. Private to the program.
//
// Two threads: the session's, which takes requests from shell one after another, and the network's,
// which answers control while a cell runs. They share `stop` (as with Ctrl-C), the wire, whose count
// of messages is atomic, and the queues of the network; all else belongs to the session's thread.
#ifndef JUPYTER_KERNEL_H
#define JUPYTER_KERNEL_H

#include <pthread.h>
#include <stdatomic.h>

#include "jupyter/history.h"
#include "jupyter/network.h"
#include "jupyter/wire.h"
#include "store/progress.h"
#include "supply/host.h"

enum {
    // After an error what comes within so many milliseconds was sent before the error was seen, as
    // the rest of a "Run all", and is not run.
    KERNEL_ABORTS = 100,
    // A kernel that is told to end while it is busy ends after so many milliseconds in any case.
    KERNEL_ENDS = 1000,
};

struct kernel_state {
    struct wire_session wire;
    struct network_thread *network;
    struct stop stop;
    struct host host;
    struct progress progress;
    struct history history;
    int64_t count;        // of the last cell
    int64_t displays;     // that were drawn over, so far
    int64_t abort_until;  // of network_now: what came up to then is not run
    atomic_llong ending;  // of network_now, when it was told to end; 0: it was not
    pthread_t session;    // the session's thread
    int parent;           // process that started it, where it is to end with that; or 0
};

// False: there is no memory, or libsodium does not start. key: of the connection.
bool kernel_init(struct kernel_state *k, struct text *key);
void kernel_release(struct kernel_state *k);

// Answers requests until it is told to end. The network has been started, with these hooks.
void kernel_serve(struct kernel_state *k);
void kernel_control(void *kernel, struct parcel *parcel);
void kernel_joined(void *kernel);
void kernel_tick(void *kernel);

// Sends a message about a request (NULL: about none) to all who listen; to whoever asked.
void kernel_publish(struct kernel_state *k, const struct wire_message *about, const char *type,
                    const char *content);
void kernel_reply(struct kernel_state *k, const struct wire_message *to, enum socket_name socket,
                  const char *type, const char *content);

// execute.c: runs a cell that came at this time.
void execute_answer(struct kernel_state *k, const struct wire_message *request, int64_t came);

#endif
