// What was run in this session of a kernel, as a front end asks for it.
#ifndef JUPYTER_HISTORY_H
#define JUPYTER_HISTORY_H

#include "base/json.h"
#include "base/mem.h"

// Bytes of code that are kept: the oldest go first.
enum { HISTORY_BYTES = 16 << 20 };

struct history {
    struct buf entries;  // struct history_entry, private to history.c; entry i is cell i + 1
    size_t bytes, gone;
};

void history_init(struct history *h);
void history_release(struct history *h);
void history_add(struct history *h, const char *code, size_t n);
// Appends the content of a reply to a history_request.
void history_answer(const struct history *h, struct json request, struct text *out);

#endif
