// The file that Jupyter starts a kernel with: where to listen, and the key of the signatures.
#ifndef JUPYTER_CONNECTION_H
#define JUPYTER_CONNECTION_H

#include <stdbool.h>

#include "base/diag.h"
#include "base/text.h"

enum socket_name {
    SOCKET_SHELL,
    SOCKET_CONTROL,
    SOCKET_IOPUB,
    SOCKET_STDIN,
    SOCKET_HEARTBEAT,
    SOCKET_COUNT
};

struct connection {
    struct text address[SOCKET_COUNT];  // tcp://127.0.0.1:5555
    struct text key;
};

// Reads the file; the connection is released whatever came of it. False: d says why, in one sentence.
bool connection_read(struct connection *c, const char *path, struct diag *d);
void connection_release(struct connection *c);

#endif
