#include "scene/part.h"

#include <stdlib.h>
#include <string.h>

#include "engine/sweep.h"

void part_init(struct part *p)
{
    buf_init(&p->ids, sizeof(uint32_t));
    buf_init(&p->whole, 1);
    buf_init(&p->place, sizeof(uint32_t));
}

void part_release(struct part *p)
{
    buf_release(&p->ids);
    buf_release(&p->whole);
    buf_release(&p->place);
}

// Makes the table of places, where it is worth its memory.
static bool find_places(struct part *p)
{
    enum { FEW = 64, SPARSE = 16 };  // of few nodes, or one in so many, the place is searched for
    const uint32_t *ids = p->ids.data;
    size_t count = p->ids.count, span = count == 0 ? 0 : (size_t)(ids[count - 1] - ids[0]) + 1;
    if (count < FEW || span == count || span / SPARSE > count) {
        return true;
    }
    bool ok = buf_resize(&p->place, span);
    for (size_t i = 0, at = 0; ok && i < count; i++) {
        for (; at <= ids[i] - ids[0]; at++) {
            BUF(uint32_t, &p->place)[at] = (uint32_t)i;
        }
    }
    return ok;
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
    return ok && find_places(p);
}

// What a search has found out about each node of the tape, from 0 on.
enum { AWAY, CUT, WHOLE, INSIDE };

// What these whole nodes use and is not whole is cut off.
static void cut_operands(const struct tape *t, struct buf *state, const struct buf *among)
{
    uint8_t *s = state->data;
    for (size_t k = 0; k < among->count; k++) {
        uint32_t id = BUF(uint32_t, among)[k];
        for (int slot = 0; s[id] == WHOLE && slot < tape_arity(t, id); slot++) {
            uint32_t operand = tape_operand(t, id, slot);
            s[operand] = s[operand] == AWAY ? CUT : s[operand];
        }
    }
}

// Into the part with what is whole among these, with the operands that it uses. They are in ascending order,
// and the operands are among them.
static bool collect(struct part *p, const struct tape *t, struct buf *state,
                    const struct buf *among)
{
    const uint8_t *s = state->data;
    bool ok = true;
    cut_operands(t, state, among);
    for (size_t k = 0; ok && k < among->count; k++) {
        uint32_t id = BUF(uint32_t, among)[k];
        ok = s[id] == AWAY || add(p, id, s[id] == WHOLE || tape_arity(t, id) == 0);
    }
    return ok && find_places(p);
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
    ok = ok && (root != from || add(p, from, tape_arity(t, from) == 0)) &&
         collect(p, t, &state, &reach);
    buf_release(&state);
    buf_release(&reach);
    return ok;
}

static bool meet(struct buf *state, struct buf *met, uint32_t id)
{
    uint8_t *s = BUF_FROM(uint8_t, state, id);
    bool away = *s == AWAY;
    *s = away ? INSIDE : *s;
    return !away || buf_add(met, &id, 1);
}

static bool meet_operands(const struct tape *t, struct buf *state, struct buf *met)
{
    bool ok = true;
    for (size_t k = 0, count = met->count; ok && k < count; k++) {
        uint32_t id = BUF(uint32_t, met)[k];
        for (int slot = 0; ok && slot < tape_arity(t, id); slot++) {
            ok = meet(state, met, tape_operand(t, id, slot));
        }
    }
    return ok;
}

static bool meet_users(const struct tape *t, struct buf *state, struct buf *met)
{
    const uint8_t *s = state->data;
    uint32_t first = tape_count(t), end = first;
    struct tape_used used = {0};
    bool ok = true;
    for (size_t k = 0; k < met->count; k++) {
        uint32_t id = BUF(uint32_t, met)[k];
        tape_used_add(&used, id);
        first = id < first ? id : first;
    }
    for (uint32_t i = first; ok && (i = tape_next_user(t, &used, i + 1, end)) < end;) {
        struct node n = tape_node(t, i);
        ok = n.op == OP_LEAF || (s[n.a] != WHOLE && s[n.b] != WHOLE) || meet(state, met, i);
    }
    return ok;
}

// One edge further from the nodes in `met`, which are whole: what is new there is whole too.
static bool widen(const struct tape *t, struct buf *state, struct buf *met, bool to_operands)
{
    size_t before = met->count;
    bool ok = (!to_operands || meet_operands(t, state, met)) && meet_users(t, state, met);
    for (size_t k = before; k < met->count; k++) {
        BUF(uint8_t, state)[BUF(uint32_t, met)[k]] = WHOLE;
    }
    return ok;
}

bool part_near(struct part *p, const struct tape *t, uint32_t centre, long radius)
{
    struct buf met, state;
    buf_init(&met, sizeof(uint32_t));
    buf_init(&state, 1);
    bool ok = buf_resize(&state, tape_count(t)) && buf_add(&met, &centre, 1);
    if (ok) {
        BUF(uint8_t, &state)[centre] = WHOLE;
    }
    for (size_t before = 0; ok && radius > 1 && before < met.count; radius--) {
        before = met.count;
        ok = widen(t, &state, &met, true);
    }
    // One edge less than asked for is whole; its operands and its users are the last edge.
    ok = ok && widen(t, &state, &met, false) && meet_operands(t, &state, &met);
    if (ok) {
        qsort(met.data, met.count, sizeof(uint32_t), mem_compare_numbers);
    }
    ok = ok && collect(p, t, &state, &met);
    buf_release(&met);
    buf_release(&state);
    return ok;
}

bool part_around(struct part *p, const struct tape *t, uint32_t root, const uint32_t *ids,
                 size_t count)
{
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
    ok = ok && collect(p, t, &state, &reach);
    buf_release(&state);
    buf_release(&reach);
    return ok;
}

uint32_t part_search(const struct part *p, uint32_t node)
{
    return (uint32_t)mem_search(p->ids.data, p->ids.count, sizeof node, node);
}

size_t part_values(const struct part *p, const struct tape *t)
{
    size_t count = 0;
    for (size_t i = 0; i < p->ids.count; i++) {
        count += !tape_marked(t, BUF(uint32_t, &p->ids)[i], MARK_CONST);
    }
    return count;
}
