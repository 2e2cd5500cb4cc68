// Nodes that are derivatives go by what they are the derivatives of.
#include <stdlib.h>
#include <string.h>

#include "engine/grow.h"
#include "text/names.h"
#include "text/slope.h"

bool names_keep_grown(struct names *n, const struct buf *rows)
{
    struct grown *at = rows->count == 0 ? NULL : buf_push(&n->grown, rows->count);
    if (at != NULL) {
        memcpy(at, rows->data, rows->count * sizeof *at);
        n->by_grown_made = false;
    }
    return rows->count == 0 || at != NULL;
}

uint32_t names_grown(const struct names *n, uint32_t root, uint32_t of)
{
    for (size_t i = n->grown.count; i-- > 0;) {
        const struct grown *row = &BUF(struct grown, &n->grown)[i];
        if (row->root == root && row->of == of) {
            return row->node;
        }
    }
    return NODE_NONE;
}

// ---- By node ------------------------------------------------------------------------------------

// A node and the first row that it stands in.
struct grown_place {
    uint32_t node, row;
};

static int compare_places(const void *a, const void *b)
{
    const struct grown_place *x = a, *y = b;
    return x->node != y->node ? (x->node > y->node) - (x->node < y->node)
                              : (x->row > y->row) - (x->row < y->row);
}

static void make_by_grown(struct names *n)
{
    n->by_grown.count = 0;
    struct grown_place *place = n->grown.count == 0 ? NULL : buf_push(&n->by_grown, n->grown.count);
    for (uint32_t i = 0; place != NULL && i < n->grown.count; i++) {
        place[i] = (struct grown_place){BUF(struct grown, &n->grown)[i].node, i};
    }
    if (place != NULL) {
        qsort(place, n->grown.count, sizeof *place, compare_places);
    }
    n->by_grown_made = true;
}

const struct grown *names_grown_as(struct names *n, uint32_t node)
{
    if (!n->by_grown_made) {
        make_by_grown(n);
    }
    const struct grown_place *place = n->by_grown.data;
    size_t lo = 0, hi = n->by_grown.count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (place[mid].node < node) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo < n->by_grown.count && place[lo].node == node
               ? &BUF(struct grown, &n->grown)[place[lo].row]
               : NULL;
}

// ---- As it is written ---------------------------------------------------------------------------

// A node that is no derivative, by its name or number.
static void add_label(struct names *n, struct text *out, uint32_t node)
{
    char label[LABEL_TEXT];
    if (names_own_label(n, label, node)) {
        text_add(out, label);
    } else {
        text_addf(out, "%%%u", (unsigned)node);
    }
}

bool names_is_derivative(const char *label)
{
    return label[0] == 'd' && strstr(label, "/d") != NULL;
}

void names_derivative(struct names *n, struct text *out, uint32_t root, const uint32_t *of,
                      int order)
{
    text_add_char(out, 'd');
    if (order > 1) {
        text_addf(out, "%d", order);
    }
    add_label(n, out, root);
    text_add_char(out, '/');
    for (int i = 0; i < order;) {
        char label[LABEL_TEXT];
        bool named = names_own_label(n, label, of[i]);
        int times = 1;
        while (named && i + times < order && of[i + times] == of[i]) {
            times++;
        }
        text_add_char(out, 'd');
        add_label(n, out, of[i]);
        if (times > 1) {
            text_addf(out, "%d", times);
        }
        i += times;
    }
}

bool names_grown_label(struct names *n, char out[LABEL_TEXT], uint32_t node)
{
    uint32_t of[SLOPE_ORDERS];
    int order = 0;
    const struct grown *row;
    char own[LABEL_TEXT];
    while (order < SLOPE_ORDERS && (order == 0 || !names_own_label(n, own, node)) &&
           (row = names_grown_as(n, node)) != NULL) {
        of[SLOPE_ORDERS - 1 - order++] = row->of;
        node = row->root;
    }
    struct text text;
    text_init(&text);
    if (order > 0) {
        names_derivative(n, &text, node, of + SLOPE_ORDERS - order, order);
    }
    size_t length = text_length(&text);
    bool fits = order > 0 && length < LABEL_TEXT;
    if (fits) {
        memcpy(out, text_get(&text), length + 1);
    }
    text_release(&text);
    return fits;
}
