#include "session/label.h"

#include <string.h>

void labels_init(struct labels *l)
{
    buf_init(&l->rows, sizeof(struct label_row));
    buf_init(&l->text, 1);
}

void labels_release(struct labels *l)
{
    buf_release(&l->rows);
    buf_release(&l->text);
}

bool labels_set(struct labels *l, uint32_t node, const char *s, size_t n)
{
    enum { LONGEST = 200 };
    n = n < LONGEST ? n : LONGEST;
    struct label_row row = {node, (uint32_t)l->text.count, (uint32_t)n};
    if (l->text.count > UINT32_MAX / 2 || !buf_reserve(&l->rows, l->rows.count + 1) ||
        !buf_reserve(&l->text, l->text.count + n)) {
        return false;
    }
    memcpy(buf_push(&l->text, n), s, n);
    *(struct label_row *)buf_push(&l->rows, 1) = row;
    return true;
}

const char *labels_get(const struct labels *l, uint32_t node, size_t *length)
{
    for (size_t i = l->rows.count; i-- > 0;) {
        const struct label_row *row = &BUF(struct label_row, &l->rows)[i];
        if (row->node == node) {
            *length = row->length;
            return row->length == 0 ? NULL : BUF_FROM(char, &l->text, row->text);
        }
    }
    return NULL;
}
