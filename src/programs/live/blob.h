// Bytes that several pages are sent, each at its own pace: they stay until the last has them.
#ifndef LIVE_BLOB_H
#define LIVE_BLOB_H

#include "base/text.h"

struct blob {
    size_t holders;
    struct text text;
};

// Takes over the text, which is empty afterwards. One holder. NULL if out of memory.
struct blob *blob_new(struct text *text);
struct blob *blob_hold(struct blob *b);
// NULL is not a blob.
void blob_drop(struct blob *b);

#endif
