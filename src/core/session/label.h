// Labels: words that pictures and tables show beside a node's name (a.label = 'a times b'). A label
// is not a name, and belongs to the node: it stays when the name moves on. A table for the trail:
// rows are only appended, and a node's last row counts.
#ifndef SESSION_LABEL_H
#define SESSION_LABEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

struct label_row {
    uint32_t node, text, length;
};

struct labels {
    struct buf rows;  // struct label_row
    struct buf text;  // char
};

void labels_init(struct labels *l);
void labels_release(struct labels *l);
// Appends. False if out of memory.
bool labels_set(struct labels *l, uint32_t node, const char *s, size_t n);
// The node's label, not ended by a 0; NULL: it has none.
const char *labels_get(const struct labels *l, uint32_t node, size_t *length);

#endif
