#include "scene/fold_siblings.h"

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

// An edge between two boxes, seen from one of them.
struct fold_siblings_edge {
    uint32_t box, other;
    bool user;  // the other uses it
};

// What siblings have in common, and which box it is.
struct kin {
    uint64_t edges;  // a digest of them
    uint32_t values, box;
};

static int compare_edges(const void *a, const void *b)
{
    const struct fold_siblings_edge *x = a, *y = b;
    return x->box != y->box       ? (x->box < y->box ? -1 : 1)
           : x->user != y->user   ? x->user - y->user
           : x->other != y->other ? (x->other < y->other ? -1 : 1)
                                  : 0;
}

static int compare_kin(const void *a, const void *b)
{
    const struct kin *x = a, *y = b;
    return x->edges != y->edges     ? (x->edges < y->edges ? -1 : 1)
           : x->values != y->values ? (x->values < y->values ? -1 : 1)
           : x->box != y->box       ? (x->box < y->box ? -1 : 1)
                                    : 0;
}

static bool add_edge(struct buf *edges, uint32_t box, uint32_t other, bool user)
{
    struct fold_siblings_edge *edge = buf_push(edges, 1);
    if (edge != NULL) {
        *edge = (struct fold_siblings_edge){box, other, user};
    }
    return edge != NULL;
}

// The edges between different boxes, of those that may be siblings.
static bool find_edges(struct buf *edges, const struct tape *t, const struct part *part,
                       const uint32_t *box, const uint8_t *may)
{
    for (uint32_t i = 0; i < part->ids.count; i++) {
        uint32_t node = BUF(uint32_t, &part->ids)[i];
        int arity = BUF(uint8_t, &part->whole)[i] ? tape_arity(t, node) : 0;
        for (int slot = 0; slot < arity; slot++) {
            uint32_t below = part_place(part, tape_operand(t, node, slot));
            bool apart = box[i] != box[below] && !tape_constant(t, node, slot);
            if ((apart && may[i] && !add_edge(edges, box[i], box[below], false)) ||
                (apart && may[below] && !add_edge(edges, box[below], box[i], true))) {
                return false;
            }
        }
    }
    if (edges->count > 0) {
        qsort(edges->data, edges->count, sizeof(struct fold_siblings_edge), compare_edges);
    }
    return true;
}

// FNV-1a, over numbers.
static uint64_t mix(uint64_t hash, uint32_t number)
{
    return (hash ^ number) * 0x100000001B3;
}

static bool find_kin(struct buf *kin, const struct buf *edges)
{
    const struct fold_siblings_edge *all = edges->data;
    for (size_t i = 0, end; i < edges->count; i = end) {
        struct kin *k = buf_push(kin, 1);
        if (k == NULL) {
            return false;
        }
        *k = (struct kin){.edges = 0xCBF29CE484222325, .box = all[i].box};
        for (end = i; end < edges->count && all[end].box == all[i].box; end++) {
            if (end == i || compare_edges(&all[end], &all[end - 1]) != 0) {
                k->edges = mix(mix(k->edges, all[end].other), all[end].user);
            }
        }
    }
    return true;
}

// Boxes come in order.
static struct kin *kin_of(const struct buf *kin, uint32_t box)
{
    struct kin *all = kin->data;
    size_t low = 0, high = kin->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        low = all[middle].box < box ? middle + 1 : low;
        high = all[middle].box < box ? high : middle;
    }
    return low < kin->count && all[low].box == box ? &all[low] : NULL;
}

// A number for each box that has siblings: a pair of box and group, sorted by box.
static bool find_groups(struct buf *pairs, uint32_t *count, struct buf *kin)
{
    struct kin *all = kin->data;
    *count = 0;
    if (kin->count > 0) {
        qsort(all, kin->count, sizeof *all, compare_kin);
    }
    for (size_t i = 0, end; i < kin->count; i = end) {
        for (end = i + 1;
             end < kin->count && all[end].edges == all[i].edges && all[end].values == all[i].values;
             end++) {
        }
        for (size_t k = i; end - i > 1 && k < end; k++) {
            if (!add_edge(pairs, all[k].box, *count, false)) {
                return false;
            }
        }
        *count += end - i > 1;
    }
    if (pairs->count > 0) {
        qsort(pairs->data, pairs->count, sizeof(struct fold_siblings_edge), compare_edges);
    }
    return true;
}

static uint32_t group_of(const struct buf *pairs, uint32_t box)
{
    const struct fold_siblings_edge *all = pairs->data;
    size_t low = 0, high = pairs->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        low = all[middle].box < box ? middle + 1 : low;
        high = all[middle].box < box ? high : middle;
    }
    return low < pairs->count && all[low].box == box ? all[low].other : NONE;
}

bool fold_siblings(struct buf *group, uint32_t *count, const struct tape *t,
                   const struct part *part, const uint32_t *box, const uint8_t *may)
{
    struct buf edges, kin, pairs;
    buf_init(&edges, sizeof(struct fold_siblings_edge));
    buf_init(&kin, sizeof(struct kin));
    buf_init(&pairs, sizeof(struct fold_siblings_edge));
    bool ok = buf_resize(group, part->ids.count) && find_edges(&edges, t, part, box, may) &&
              find_kin(&kin, &edges);
    for (size_t i = 0; ok && i < part->ids.count; i++) {
        struct kin *k = may[i] ? kin_of(&kin, box[i]) : NULL;
        if (k != NULL) {
            k->values++;
        }
    }
    *count = 0;
    ok = ok && find_groups(&pairs, count, &kin);
    for (size_t i = 0; ok && i < part->ids.count; i++) {
        BUF(uint32_t, group)[i] = may[i] ? group_of(&pairs, box[i]) : NONE;
    }
    buf_release(&edges);
    buf_release(&kin);
    buf_release(&pairs);
    return ok;
}
