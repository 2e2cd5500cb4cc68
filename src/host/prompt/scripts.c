#include "prompt/scripts.h"

#include <stdio.h>
#include <string.h>

#include "process/tell.h"
#include "store/files.h"

enum { SCRIPT_MOST = 1 << 30 };  // bytes of a script

static bool run_file(struct host *h, const char *path)
{
    struct buf bytes;
    struct diag d = {0};
    buf_init(&bytes, 1);
    bool ok = files_read(path, SCRIPT_MOST, &bytes, &d);
    if (!ok) {
        tell(stderr, "backstep: %s\n", d.message);
    } else {
        struct source source = {.name = strcmp(path, "-") == 0 ? "<stdin>" : path,
                                .text = bytes.data,
                                .length = bytes.count,
                                .line = 1};
        enum session_state state = host_run(h, &source);
        ok = state == SESSION_DONE || state == SESSION_QUIT;
    }
    buf_release(&bytes);
    return ok;
}

static bool run_code(struct host *h, const char *code)
{
    struct source source = {.name = "-e", .text = code, .length = strlen(code), .line = 1};
    return host_run(h, &source) != SESSION_FAILED;
}

bool scripts_run(struct host *h, const struct script *scripts, int count)
{
    bool ok = true;
    for (int i = 0; ok && i < count; i++) {
        ok = scripts[i].is_code ? run_code(h, scripts[i].text) : run_file(h, scripts[i].text);
    }
    return ok;
}
