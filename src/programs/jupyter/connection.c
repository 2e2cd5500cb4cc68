#include "jupyter/connection.h"

#include <string.h>

#include "base/json.h"
#include "store/files.h"

enum { FILE_MOST = 1 << 16 };  // bytes

static const char *const ports[SOCKET_COUNT] = {"shell_port", "control_port", "iopub_port",
                                                "stdin_port", "hb_port"};

static bool refuse(struct diag *d, const char *path, const char *why)
{
    return diag_set(d, (struct span){0, 0}, "%s is not a connection file of Jupyter: %s", path,
                    why);
}

// Nothing that zmq would read as something else: a host's name or number, a file's path.
static bool is_plain(struct text *s)
{
    for (const char *c = text_get(s); *c != '\0'; c++) {
        if ((unsigned char)*c <= ' ' || strchr(";,?#", *c) != NULL) {
            return false;
        }
    }
    return text_length(s) > 0 && strlen(text_get(s)) == text_length(s);
}

static bool read_addresses(struct connection *c, struct json file, struct diag *d, const char *path)
{
    struct text ip;
    struct json transport = json_member(file, "transport");
    bool ipc = json_is(transport, "ipc");
    text_init(&ip);
    json_add_text(&ip, json_member(file, "ip"));
    bool ok = ((ipc || json_is(transport, "tcp")) && is_plain(&ip)) ||
              refuse(d, path, "its \"transport\" or its \"ip\" is missing or unknown");
    for (size_t i = 0; ok && i < SOCKET_COUNT; i++) {
        int64_t port;
        ok = json_read_whole(json_member(file, ports[i]), &port) && port > 0 && port < 65536;
        if (ok) {
            text_addf(&c->address[i], ipc ? "ipc://%s-%d" : "tcp://%s:%d", text_get(&ip),
                      (int)port);
        } else {
            struct text why;
            text_init(&why);
            text_addf(&why, "its \"%s\" is missing or not a port", ports[i]);
            refuse(d, path, text_get(&why));
            text_release(&why);
        }
    }
    text_release(&ip);
    return ok;
}

bool connection_read(struct connection *c, const char *path, struct diag *d)
{
    struct buf bytes;
    struct json file;
    const char *why;
    for (size_t i = 0; i < SOCKET_COUNT; i++) {
        text_init(&c->address[i]);
    }
    text_init(&c->key);
    buf_init(&bytes, 1);
    bool ok = files_read(path, FILE_MOST, &bytes, d);
    if (ok &&
        (!json_check(bytes.data, bytes.count, &file, &why, NULL) || json_kind(file) != JSON_MAP)) {
        ok = refuse(d, path, "it is not JSON");
    }
    struct json scheme = json_member(ok ? file : (struct json){0}, "signature_scheme");
    if (ok && scheme.s != NULL && !json_is(scheme, "hmac-sha256")) {
        ok = refuse(d, path, "it wants other signatures than hmac-sha256");
    }
    ok = ok && read_addresses(c, file, d, path);
    if (ok && !json_add_text(&c->key, json_member(file, "key"))) {
        ok = refuse(d, path, "its \"key\" is missing");
    }
    buf_release(&bytes);
    return ok;
}

void connection_release(struct connection *c)
{
    for (size_t i = 0; i < SOCKET_COUNT; i++) {
        text_release(&c->address[i]);
    }
    text_release(&c->key);
}
