#include "scene/part.h"

#include <string.h>

#include "engine/sweep.h"

void part_init(struct part *p)
{
    buf_init(&p->ids, sizeof(uint32_t));
    buf_init(&p->whole, 1);
}

void part_release(struct part *p)
{
    buf_release(&p->ids);
    buf_release(&p->whole);
}

static bool add(struct part *p, uint32_t id, bool whole)
{
    uint32_t *at = buf_push(&p->ids, 1);
    uint8_t *mark = buf_push(&p->whole, 1);
    if (at == NULL || mark == NULL) {
        return false;
    }
    *at = id;
    *mark = whole;
    return true;
}

bool part_all(struct part *p, const struct tape *t, uint32_t root)
{
    bool ok = sweep_reach(t, root, &p->ids) && buf_resize(&p->whole, p->ids.count);
    if (ok) {
        memset(p->whole.data, true, p->whole.count);
    }
    return ok;
}

// What a search has found out about each node of the tape, from 0 on.
enum { AWAY, CUT, WHOLE };

// Into the part with what is whole, with the operands that it uses, lowest first.
static bool collect(struct part *p, const struct tape *t, struct buf *state)
{
    uint8_t *s = state->data;
    for (uint32_t i = 0; i < state->count; i++) {
        for (int slot = 0; s[i] == WHOLE && slot < tape_arity(t, i); slot++) {
            uint32_t operand = tape_operand(t, i, slot);
            s[operand] = s[operand] == AWAY ? CUT : s[operand];
        }
    }
    bool ok = true;
    for (uint32_t i = 0; ok && i < state->count; i++) {
        ok = s[i] == AWAY || add(p, i, s[i] == WHOLE || tape_arity(t, i) == 0);
    }
    return ok;
}

bool part_from(struct part *p, const struct tape *t, uint32_t root, uint32_t from)
{
    struct buf state, reach;
    buf_init(&state, 1);
    buf_init(&reach, sizeof(uint32_t));
    bool ok = sweep_reach(t, root, &reach) && buf_resize(&state, (size_t)root + 1);
    uint8_t *s = state.data;
    for (size_t i = 0; ok && i < reach.count; i++) {
        uint32_t id = BUF(uint32_t, &reach)[i];
        for (int slot = 0; id > from && slot < tape_arity(t, id); slot++) {
            uint32_t operand = tape_operand(t, id, slot);
            s[id] = operand == from || s[operand] == WHOLE ? WHOLE : s[id];
        }
    }
    // A root that is the value itself is a part of one.
    ok = ok && (root != from || add(p, from, tape_arity(t, from) == 0)) && collect(p, t, &state);
    buf_release(&state);
    buf_release(&reach);
    return ok;
}

// One edge further, either way. False if there is nothing there.
static bool widen(const struct tape *t, uint8_t *near, uint32_t count)
{
    enum { OLD = 1, NEW = 2 };
    bool more = false;
    for (uint32_t i = 0; i < count; i++) {
        for (int slot = 0; slot < tape_arity(t, i); slot++) {
            uint32_t operand = tape_operand(t, i, slot);
            if (near[i] == OLD && near[operand] == 0) {
                near[operand] = NEW;
            } else if (near[operand] == OLD && near[i] == 0) {
                near[i] = NEW;
            }
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        more = more || near[i] == NEW;
        near[i] = near[i] == 0 ? 0 : OLD;
    }
    return more;
}

bool part_near(struct part *p, const struct tape *t, uint32_t centre, long radius)
{
    uint32_t count = tape_count(t);
    struct buf near, state;
    buf_init(&near, 1);
    buf_init(&state, 1);
    bool ok = buf_resize(&near, count) && buf_resize(&state, count);
    uint8_t *n = near.data, *s = state.data;
    if (ok) {
        n[centre] = 1;
    }
    while (ok && radius > 1 && widen(t, n, count)) {
        radius--;
    }
    // One edge less than asked for is whole; its operands and its users are the last edge.
    for (uint32_t i = 0; ok && i < count; i++) {
        for (int slot = 0; slot < tape_arity(t, i); slot++) {
            s[i] = n[i] != 0 || n[tape_operand(t, i, slot)] != 0 ? WHOLE : s[i];
        }
        s[i] = s[i] == AWAY && n[i] != 0 ? WHOLE : s[i];
    }
    ok = ok && collect(p, t, &state);
    buf_release(&near);
    buf_release(&state);
    return ok;
}

bool part_around(struct part *p, const struct tape *t, uint32_t root, const uint32_t *ids,
                 size_t count)
{
    enum { INSIDE = WHOLE + 1 };
    struct buf state, reach;
    buf_init(&state, 1);
    bool ok = sweep_reach(t, root, &reach) && buf_resize(&state, (size_t)root + 1);
    uint8_t *s = state.data;
    for (size_t i = 0; ok && i < count; i++) {
        s[ids[i]] = INSIDE;
    }
    for (size_t i = 0; ok && i < reach.count; i++) {
        uint32_t id = BUF(uint32_t, &reach)[i];
        for (int slot = 0; slot < tape_arity(t, id); slot++) {
            s[id] = s[id] == AWAY && s[tape_operand(t, id, slot)] == INSIDE ? WHOLE : s[id];
        }
    }
    for (size_t i = 0; ok && i < count; i++) {
        s[ids[i]] = WHOLE;
    }
    ok = ok && collect(p, t, &state);
    buf_release(&state);
    buf_release(&reach);
    return ok;
}

uint32_t part_place(const struct part *p, uint32_t node)
{
    const uint32_t *ids = p->ids.data;
    size_t low = 0, high = p->ids.count, near = high == 0 ? 0 : node - ids[0];
    if (near < high && ids[near] == node) {
        return (uint32_t)near;  // there are no gaps before it
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        low = ids[middle] < node ? middle + 1 : low;
        high = ids[middle] < node ? high : middle;
    }
    return (uint32_t)low;
}

size_t part_values(const struct part *p, const struct tape *t)
{
    size_t count = 0;
    for (size_t i = 0; i < p->ids.count; i++) {
        count += !tape_marked(t, BUF(uint32_t, &p->ids)[i], MARK_CONST);
    }
    return count;
}
