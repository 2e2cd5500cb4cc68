// The five sockets of a kernel, and the thread that owns them. The only user of ZeroMQ.
//
// A socket of ZeroMQ belongs to one thread, waiting on it included. So this thread alone binds,
// polls, reads and writes them; the session's thread takes requests from a queue and leaves what is
// to be sent in another. The heartbeat and the control socket are thereby answered while a cell
// runs. No queue has a bound: a full one would stop the heartbeat, or lose output.
#ifndef JUPYTER_NETWORK_H
#define JUPYTER_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "jupyter/connection.h"
#include "jupyter/parcel.h"

struct network_thread;

// Called in the network's thread. They may send, and must not wait.
struct network_hooks {
    void (*control)(void *at, struct parcel *parcel);  // takes the parcel over
    void (*joined)(void *at);                          // somebody listens to iopub from now on
    void (*tick)(void *at);                            // twice a second, and after each message
    void *at;
};

// Binds the sockets and starts the thread, *network being set before that. False: d says why, in one
// sentence.
bool network_start(struct network_thread **network, const struct connection *c,
                   const struct network_hooks *hooks, struct diag *d);
// Sends what waits, for half a second at the most, and ends the thread.
void network_stop(struct network_thread *n);

// Sends a parcel, which is the network's from now on; in the order of the calls of a thread.
void network_send(struct network_thread *n, enum socket_name socket, struct parcel *parcel);

enum network_end { NETWORK_TAKEN, NETWORK_NOTHING, NETWORK_CLOSED };

// Takes the next parcel from shell or stdin, and when it came (network_now). Waits for it, for so
// many milliseconds at the most (-1: for ever).
enum network_end network_take(struct network_thread *n, enum socket_name socket, int milliseconds,
                              struct parcel *parcel, int64_t *came);
// Nothing more is taken: network_take tells so at once.
void network_close(struct network_thread *n);

// Milliseconds of a clock that only goes on.
int64_t network_now(void);

#endif
