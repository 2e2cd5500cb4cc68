#include "live/blob.h"

#include <stdlib.h>

struct blob *blob_new(struct text *text)
{
    struct blob *b = text->bytes.failed ? NULL : malloc(sizeof *b);
    if (b == NULL) {
        text_release(text);
        text_init(text);
        return NULL;
    }
    *b = (struct blob){.holders = 1, .text = *text};
    text_init(text);
    return b;
}

struct blob *blob_hold(struct blob *b)
{
    b->holders++;
    return b;
}

void blob_drop(struct blob *b)
{
    if (b != NULL && --b->holders == 0) {
        text_release(&b->text);
        free(b);
    }
}
