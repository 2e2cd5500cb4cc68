// What a node depends on: as ids, and as stretches of the tape.
#include <string.h>

#include "engine/sweep.h"

static bool add_node(struct buf *stretches, uint32_t id)
{
    size_t n = stretches->count;
    if (n > 0 && BUF(struct stretch, stretches)[n - 1].end == id) {
        BUF(struct stretch, stretches)[n - 1].end++;
        return true;
    }
    struct stretch *at = buf_push(stretches, 1);
    if (at != NULL) {
        *at = (struct stretch){id, id + 1};
    }
    return at != NULL;
}

// The highest of the numbers that are kept comes first: a heap.
static bool heap_push(struct buf *heap, uint32_t id)
{
    size_t at = heap->count;
    if (buf_push(heap, 1) == NULL) {
        return false;
    }
    uint32_t *h = heap->data;
    for (; at > 0 && h[(at - 1) / 2] < id; at = (at - 1) / 2) {
        h[at] = h[(at - 1) / 2];
    }
    h[at] = id;
    return true;
}

static uint32_t heap_pop(struct buf *heap)
{
    uint32_t *h = heap->data, top = h[0], last = h[--heap->count];
    size_t at = 0;
    for (size_t child = 1; child < heap->count; child = 2 * at + 1) {
        child += child + 1 < heap->count && h[child + 1] > h[child];
        if (h[child] <= last) {
            break;
        }
        h[at] = h[child];
        at = child;
    }
    h[at] = last;
    return top;
}

// The operands of a node are met.
static bool meet_operands(const struct tape *t, uint32_t id, struct buf *heap)
{
    struct node n = tape_node(t, id);
    if (n.op == OP_LEAF) {
        return true;
    }
    // not reached: no room for the first, as a number was taken out just now
    return heap_push(heap, (uint32_t)n.a) && (n.b == n.a || heap_push(heap, (uint32_t)n.b));
}

// What root depends on, lowest first, if that is little beside the tape: found without a look at what
// lies between. False: it is more, or there is no memory (`failed`).
static bool list_few(const struct tape *t, uint32_t root, struct buf *ids)
{
    const size_t few = 64 + root / 128;
    struct buf heap;
    buf_init(&heap, sizeof(uint32_t));
    bool ok = heap_push(&heap, root);
    while (ok && heap.count > 0 && ids->count < few) {
        uint32_t id = heap_pop(&heap), *at = buf_push(ids, 1);
        while (heap.count > 0 && BUF(uint32_t, &heap)[0] == id) {
            heap_pop(&heap);
        }
        ok = at != NULL && meet_operands(t, id, &heap);
        if (ok) {
            *at = id;
        }
    }
    ids->failed |= heap.failed;
    bool whole = ok && heap.count == 0;
    buf_release(&heap);
    for (size_t i = 0, j = ids->count; whole && i + 1 < j; i++, j--) {
        uint32_t *id = ids->data, held = id[i];
        id[i] = id[j - 1];
        id[j - 1] = held;
    }
    return whole;
}

// One byte for each node up to root: 1 where root depends on it, the first at *lowest. Returns how many there
// are, root among them; 0: there is no memory, or it is asked to stop.
static size_t mark_reach(const struct tape *t, uint32_t root, struct buf *below, uint32_t *lowest)
{
    size_t marked = 0;
    buf_init(below, 1);
    if (!buf_resize(below, (size_t)root + 1)) {
        return 0;
    }
    const struct node *node = t->node.data;
    uint8_t *mark = below->data;
    mark[root] = 1;
    for (uint32_t i = root + 1; i-- > 0;) {
        if (stop_asked(t->stop, i)) {
            return 0;
        }
        if (mark[i] != 0) {
            mark[node[i].a] = mark[node[i].b] = 1;
            marked++;
        }
    }
    *lowest = (uint32_t)((uint8_t *)memchr(mark, 1, (size_t)root + 1) - mark);
    return marked;
}

// The same by looking at all nodes up to root.
static bool list_many(const struct tape *t, uint32_t root, struct buf *ids)
{
    struct buf below;
    uint32_t lowest;
    size_t count = mark_reach(t, root, &below, &lowest);
    bool ok = count > 0 && buf_resize(ids, count);
    const uint8_t *mark = below.data;
    uint32_t *id = ids->data;
    for (size_t i = lowest, k = 0; ok && k < count; i++) {
        ok = !stop_asked(t->stop, i);
        id[k] = (uint32_t)i;  // the next one takes its place if it is not marked
        k += mark[i];
    }
    buf_release(&below);
    return ok;
}

bool sweep_reach(const struct tape *t, uint32_t root, struct buf *ids)
{
    buf_init(ids, sizeof(uint32_t));
    if (list_few(t, root, ids) || (!ids->failed && list_many(t, root, ids))) {
        return true;
    }
    buf_release(ids);
    return false;
}

static bool add_nodes(struct buf *stretches, const struct buf *ids)
{
    bool ok = true;
    for (size_t k = 0; k < ids->count && ok; k++) {
        ok = add_node(stretches, BUF(uint32_t, ids)[k]);
    }
    return ok;
}

static bool add_marked(struct buf *stretches, const uint8_t *mark, uint32_t lowest, uint32_t root)
{
    bool ok = true;
    for (uint32_t i = lowest; i <= root && ok; i++) {
        if (mark[i] != 0) {
            struct stretch *at = buf_push(stretches, 1);
            uint32_t first = i;
            while (i < root && mark[i + 1] != 0) {
                i++;
            }
            ok = at != NULL;
            if (ok) {
                *at = (struct stretch){first, i + 1};
            }
        }
    }
    return ok;
}

bool sweep_stretches(const struct tape *t, uint32_t root, struct buf *out)
{
    struct buf ids, below;
    uint32_t lowest;
    buf_init(&ids, sizeof(uint32_t));
    buf_init(&below, 1);
    buf_init(out, sizeof(struct stretch));
    bool few = list_few(t, root, &ids);
    bool ok = few ? add_nodes(out, &ids)
                  : !ids.failed && mark_reach(t, root, &below, &lowest) > 0 &&
                        add_marked(out, below.data, lowest, root);
    buf_release(&ids);
    buf_release(&below);
    return ok;
}

bool sweep_near(const struct tape *t, uint32_t root, struct buf *out)
{
    struct buf ids;
    buf_init(&ids, sizeof(uint32_t));
    buf_init(out, sizeof(struct stretch));
    bool few = list_few(t, root, &ids), ok = !ids.failed && (!few || add_nodes(out, &ids));
    struct stretch *all = ok && !few ? buf_push(out, 1) : NULL;
    if (all != NULL) {
        *all = (struct stretch){0, root + 1};
    }
    buf_release(&ids);
    return ok && (few || all != NULL);
}

bool sweep_few(const struct tape *t, uint32_t root, uint32_t from, struct buf *ids)
{
    enum { NEAR = 1024 };  // so many nodes are walked sooner than looked for
    if (root - from < NEAR) {
        return true;
    }
    bool few = list_few(t, root, ids);
    uint32_t *id = ids->data;
    size_t below = few ? mem_search(id, ids->count, sizeof *id, from) : ids->count;
    if (below > 0 && below < ids->count) {
        memmove(id, id + below, (ids->count - below) * sizeof *id);
    }
    ids->count -= below;
    return !ids->failed;
}
