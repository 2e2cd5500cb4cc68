#include "text/input.h"

#include <string.h>

void inputs_init(struct inputs *f)
{
    buf_init(&f->given, sizeof(struct input));
    text_init(&f->wanted);
}

void inputs_clear(struct inputs *f)
{
    for (size_t i = 0; i < f->given.count; i++) {
        struct input *file = &BUF(struct input, &f->given)[i];
        text_release(&file->path);
        buf_release(&file->bytes);
    }
    f->given.count = 0;
    text_clear(&f->wanted);
}

void inputs_release(struct inputs *f)
{
    inputs_clear(f);
    buf_release(&f->given);
    text_release(&f->wanted);
}

bool inputs_give(struct inputs *f, struct buf *bytes, const struct diag *why)
{
    struct input *file = buf_push(&f->given, 1);
    if (file == NULL) {
        return false;
    }
    *file = (struct input){.path = f->wanted, .bytes = *bytes, .why = *why};
    text_init(&f->wanted);
    buf_init(bytes, 1);
    return true;
}

const struct input *inputs_find(struct inputs *f, const char *path, size_t n)
{
    for (size_t i = 0; i < f->given.count; i++) {
        struct input *file = &BUF(struct input, &f->given)[i];
        if (text_length(&file->path) == n && memcmp(text_get(&file->path), path, n) == 0) {
            return file;
        }
    }
    text_clear(&f->wanted);
    text_add_bytes(&f->wanted, path, n);
    return NULL;
}
