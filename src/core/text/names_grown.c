// Nodes that are derivatives go by what they are the derivatives of.
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "engine/grow.h"
#include "text/names.h"
#include "text/slope.h"

bool names_keep_grown(struct names *n, const struct buf *rows)
{
    n->by_grown_made &= rows->count == 0;
    return buf_add(&n->grown, rows->data, rows->count);
}

// ---- By node, and by derivative -----------------------------------------------------------------

// A node and a row that it is in.
struct grown_place {
    uint32_t node, row;
};

static int compare_places(const void *a, const void *b)
{
    const struct grown_place *x = a, *y = b;
    return x->node != y->node ? (x->node > y->node) - (x->node < y->node)
                              : (x->row > y->row) - (x->row < y->row);
}

// A derivative and the row that it is in.
struct grown_slope {
    uint64_t slope;  // root and `of`
    uint32_t row;
};

static uint64_t slope_key(uint32_t root, uint32_t of)
{
    return (uint64_t)root << 32 | of;
}

// The last row of a derivative comes first.
static int compare_slopes(const void *a, const void *b)
{
    const struct grown_slope *x = a, *y = b;
    return x->slope != y->slope ? (x->slope > y->slope) - (x->slope < y->slope)
                                : (x->row < y->row) - (x->row > y->row);
}

// A node may be several derivatives, as dL/dw and dL/d%2 where w - 1 is %2. It goes by the first
// one of something that has a name: that place comes first. (No other is looked at.)
static void put_named_first(struct names *n, struct grown_place *place, size_t count)
{
    char label[LABEL_TEXT];
    for (size_t from = 0, i; from < count; from = i) {
        bool found = false;
        for (i = from; i < count && place[i].node == place[from].node; i++) {
            bool more = i > from || (i + 1 < count && place[i + 1].node == place[i].node);
            const struct grown *row = &BUF(struct grown, &n->grown)[place[i].row];
            if (more && !found && names_own_label(n, label, row->of)) {
                place[from].row = place[i].row;
                found = true;
            }
        }
    }
}

static void make_by_grown(struct names *n)
{
    size_t count = n->grown.count;
    n->by_grown.count = n->by_slope.count = 0;
    struct grown_place *place = count == 0 ? NULL : buf_push(&n->by_grown, count);
    struct grown_slope *slope = count == 0 ? NULL : buf_push(&n->by_slope, count);
    for (uint32_t i = 0; place != NULL && slope != NULL && i < count; i++) {
        const struct grown *row = &BUF(struct grown, &n->grown)[i];
        place[i] = (struct grown_place){row->node, i};
        slope[i] = (struct grown_slope){slope_key(row->root, row->of), i};
    }
    if (place != NULL && slope != NULL) {
        qsort(place, count, sizeof *place, compare_places);
        qsort(slope, count, sizeof *slope, compare_slopes);
        put_named_first(n, place, count);
    } else {
        n->by_grown.count = n->by_slope.count = 0;
    }
    n->by_grown_made = true;
}

// Of few rows, which are looked through faster than sorted.
static uint32_t grown_among_few(const struct names *n, uint32_t root, uint32_t of)
{
    for (size_t i = n->grown.count; i-- > 0;) {
        const struct grown *row = &BUF(struct grown, &n->grown)[i];
        if (row->root == root && row->of == of) {
            return row->node;
        }
    }
    return NODE_NONE;
}

uint32_t names_grown(struct names *n, uint32_t root, uint32_t of)
{
    enum { FEW = 2000 };
    if (!n->by_grown_made && n->grown.count < FEW) {
        return grown_among_few(n, root, of);
    }
    if (!n->by_grown_made) {
        make_by_grown(n);
    }
    const struct grown_slope *slope = n->by_slope.data;
    uint64_t key = slope_key(root, of);
    size_t lo = 0, hi = n->by_slope.count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (slope[mid].slope < key) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo < n->by_slope.count && slope[lo].slope == key
               ? BUF(struct grown, &n->grown)[slope[lo].row].node
               : NODE_NONE;
}

bool names_any_grown(const struct names *n, uint32_t root)
{
    bool found = false;
    for (size_t i = 0; i < n->grown.count && !found; i++) {
        found = BUF(struct grown, &n->grown)[i].root == root;
    }
    return found;
}

const struct grown *names_grown_as(struct names *n, uint32_t node)
{
    if (!n->by_grown_made) {
        make_by_grown(n);
    }
    const struct grown_place *place = n->by_grown.data;
    size_t at = mem_find(place, n->by_grown.count, sizeof *place, node);
    return at == SIZE_MAX ? NULL : &BUF(struct grown, &n->grown)[place[at].row];
}

// ---- As it is written ---------------------------------------------------------------------------

// A node that is not a derivative, by its name or number.
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

// Is x2 a name, so that dx2 is not x twice?
static bool is_name(const struct names *n, const char *label, int times)
{
    char name[LABEL_TEXT + 16];
    int length = format_write(name, sizeof name, "%s%d", label, times);
    return names_lookup(n, name, (size_t)length).rank != VALUE_UNBOUND;
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
        bool named = names_own_label(n, label, of[i]) && strchr(label, '[') == NULL;
        int times = 1;
        while (named && i + times < order && of[i + times] == of[i]) {
            times++;
        }
        times = times > 1 && is_name(n, label, times) ? 1 : times;
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
           (row = names_grown_as(n, node)) != NULL && names_grown(n, row->root, row->of) == node) {
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
