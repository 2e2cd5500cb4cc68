#include "text/definition.h"

#include <string.h>

void definitions_init(struct definitions *d)
{
    buf_init(&d->rows, sizeof(struct definition));
    buf_init(&d->params, sizeof(uint32_t));
    buf_init(&d->text, 1);
}

void definitions_release(struct definitions *d)
{
    buf_release(&d->rows);
    buf_release(&d->params);
    buf_release(&d->text);
}

bool definitions_add(struct definitions *d, struct definition row, const uint32_t *names,
                     const char *text, size_t length)
{
    uint32_t count = row.count + row.locals;
    row.text = (uint32_t)d->text.count;
    row.length = (uint32_t)length;
    row.params = (uint32_t)d->params.count;
    if (length > UINT32_MAX / 4 || d->text.count > UINT32_MAX / 2 ||
        !buf_reserve(&d->rows, d->rows.count + 1) ||
        !buf_reserve(&d->params, d->params.count + count + 1) ||
        !buf_reserve(&d->text, d->text.count + length)) {
        return false;
    }
    if (count > 0) {
        memcpy(buf_push(&d->params, count), names, count * sizeof *names);
    }
    memcpy(buf_push(&d->text, length), text, length);
    *(struct definition *)buf_push(&d->rows, 1) = row;
    return true;
}

const struct definition *definitions_find(const struct definitions *d, uint32_t name)
{
    for (size_t i = d->rows.count; i-- > 0;) {
        const struct definition *row = &BUF(struct definition, &d->rows)[i];
        if (row->name == name) {
            return row;
        }
    }
    return NULL;
}
