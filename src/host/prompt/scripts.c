#include "prompt/scripts.h"

#include <stdio.h>
#include <string.h>

#include "process/tell.h"
#include "session/saved.h"
#include "store/files.h"

enum { SCRIPT_MOST = 1 << 30 };  // bytes of a script

// A saved session that was cut or changed runs up to its last whole line, and that is said.
static size_t whole_length(const struct buf *bytes, const char *name)
{
    struct saved saved = saved_read(bytes->count == 0 ? "" : bytes->data, bytes->count);
    struct text words;
    text_init(&words);
    saved_say(&saved, &words);
    if (text_length(&words) > 0) {
        tell(stderr, "backstep: %s: %s\n", name, text_get(&words));
    }
    text_release(&words);
    return saved.length;
}

static bool run_file(struct host *h, const char *path)
{
    struct buf bytes;
    struct diag d = {0};
    buf_init(&bytes, 1);
    bool ok = files_read(path, SCRIPT_MOST, &bytes, &d);
    if (!ok) {
        tell(stderr, "backstep: %s\n", d.message);
    } else {
        const char *name = strcmp(path, "-") == 0 ? "<stdin>" : path;
        size_t length = whole_length(&bytes, name);
        struct source source = {.name = name, .text = bytes.data, .length = length, .line = 1};
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
