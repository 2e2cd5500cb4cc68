// The backward pass of a program, walked with the numbers of nodes instead of gradients.
//
// A gradient is a sum of floating-point numbers, so its bits depend on their order. In the plain
// sweep a node receives its shares from its users in descending order of their numbers (and from a
// user that has it twice, first as a, then as b). Here every share that the program will add is
// given in the order in which it will be, and held against that; in the end every node must have
// received as many as it has users, and none after it handed its own gradient on.
#include <string.h>

#include "engine/lanes_parts.h"

struct proof {
    const struct lanes_program *p;
    const struct finding *f;
    struct buf shares;   // uint32_t, by id less low: how many there were
    struct buf last;     // uint32_t: the last user that gave one, if there were any
    struct buf flowed;   // uint8_t: it has handed its gradient on
    struct buf like_of;  // uint32_t: the like of each slot; NODE_NONE: a pick's
    bool ok;
};

static void give(struct proof *w, uint32_t to, uint32_t user, int operand)
{
    uint32_t at = to - w->f->low;
    uint32_t *last = &BUF(uint32_t, &w->last)[at], *shares = &BUF(uint32_t, &w->shares)[at];
    bool in_order = *shares == 0 || user < *last || (user == *last && operand == 1);
    w->ok = w->ok && in_order && BUF(uint8_t, &w->flowed)[at] == 0;
    *last = user;
    ++*shares;
}

static void flow(struct proof *w, uint32_t id)
{
    BUF(uint8_t, &w->flowed)[id - w->f->low] = 1;
}

// A node that is computed alone.
static void flow_alone(struct proof *w, uint32_t id)
{
    flow(w, id);
    for (int slot = 0; slot < tape_arity(w->f->tape, id); slot++) {
        uint32_t operand = tape_operand(w->f->tape, id, slot);
        if (finding_depends(w->f, operand)) {
            give(w, operand, id, slot);
        }
    }
}

// The sum hands its gradient to every term: one addition after the other, from the top down.
static void flow_sum(struct proof *w)
{
    const uint32_t *adder = w->f->adders.data, *end = w->f->ends.data;
    for (size_t i = w->f->ends.count; i-- > 0 && w->ok;) {
        w->ok = !stop_asked_by(w->f->tape->stop, i, 4);
        bool foot = i == 0 && w->f->foot == NODE_NONE;
        give(w, end[i], adder[i], foot ? 0 : 1);
        uint32_t below = i > 0 ? adder[i - 1] : NODE_NONE;
        if (!foot) {
            flow(w, adder[i]);
            if (i > 0 && below != adder[i]) {
                give(w, below, adder[i], 0);
            }
        }
    }
}

static uint32_t node_in(const struct proof *w, uint32_t like, uint32_t lane)
{
    return finding_ids(w->f, finding_like(w->f, like)->ids)[lane];
}

static void give_row(struct proof *w, uint32_t row, uint32_t like, int operand, struct tile t)
{
    uint32_t to = (row & ROW_UNIFORM) != 0 ? NODE_NONE : BUF(uint32_t, &w->like_of)[row];
    if (to == NODE_NONE) {
        return;  // a pick: it is given on by its own instruction
    }
    for (uint32_t l = 0; l < t.real; l++) {
        give(w, node_in(w, to, t.first + l), node_in(w, like, t.first + l), operand);
    }
}

static void flow_map(struct proof *w, const struct instruction *in, struct tile t)
{
    const uint32_t *like = BUF_FROM(uint32_t, &w->p->likes, in->like);
    for (uint32_t s = 0; s < in->count; s++) {
        for (uint32_t l = 0; l < t.real; l++) {
            flow(w, node_in(w, like[s], t.first + l));
        }
    }
    for (int operand = 0; operand < 2; operand++) {
        if (!in->gives[operand]) {
            continue;
        }
        uint32_t row = in->row[operand];
        if ((row & ROW_UNIFORM) == 0) {
            for (uint32_t s = in->count; s-- > 0;) {
                give_row(w, row + (in->again[operand] ? 0 : s), like[s], operand, t);
            }
            continue;
        }
        for (uint32_t l = t.real; l-- > 0;) {
            for (uint32_t s = in->count; s-- > 0;) {
                uint32_t index = (row & ROW_INDEX) + (in->again[operand] ? 0 : s);
                give(w, BUF(uint32_t, &w->p->uniforms)[index], node_in(w, like[s], t.first + l),
                     operand);
            }
        }
    }
}

static void flow_dots(struct proof *w, const struct instruction *in, struct tile t)
{
    const uint32_t *likes = BUF_FROM(uint32_t, &w->p->likes, in->likes);
    const uint32_t *nodes = BUF_FROM(uint32_t, &w->p->nodes, in->names);
    const uint32_t *x = BUF_FROM(uint32_t, &w->p->rows, in->x);
    for (uint32_t j = 0; j < in->count; j++) {
        for (uint32_t l = 0; l < t.real; l++) {
            flow(w, node_in(w, BUF(uint32_t, &w->like_of)[in->slot + j], t.first + l));
        }
    }
    uint32_t weights = (in->terms + (in->bias != BIAS_NONE)) * in->count;
    for (uint32_t k = 0; k < weights; k++) {
        for (uint32_t l = t.real; l-- > 0;) {
            give(w, nodes[k], node_in(w, likes[k], t.first + l), 0);
        }
    }
    for (uint32_t k = 0; k < in->terms; k++) {
        for (uint32_t j = in->count; j-- > 0 && (x[k] & ROW_INPUT) == 0;) {
            give_row(w, x[k], likes[k * in->count + j], 0, t);
        }
    }
}

static void flow_pick(struct proof *w, const struct instruction *in, struct tile t)
{
    const uint32_t *ids = finding_ids(w->f, BUF(uint32_t, &w->f->picks)[in->row[0]]);
    for (uint32_t l = t.first; l < t.first + t.real; l++) {
        give(w, ids[l], node_in(w, in->like, l), (int)in->slot_of_use);
    }
}

static void flow_tile(struct proof *w, struct tile t)
{
    const struct instruction *code = w->p->code.data;
    for (size_t i = w->p->code.count; i-- > 0 && w->ok;) {
        w->ok =
            !stop_after(w->f->tape->stop, (uint64_t)(code[i].terms + 1) * code[i].count * t.real);
        switch (code[i].kind) {
        case LANES_MAP:
            flow_map(w, &code[i], t);
            break;
        case LANES_DOTS:
            flow_dots(w, &code[i], t);
            break;
        case LANES_PICK:
            flow_pick(w, &code[i], t);
            break;
        }
    }
}

// Which like each slot holds; and inside a dot product nothing has a second user.
static bool place_likes(struct proof *w)
{
    const struct finding *f = w->f;
    uint32_t *like_of = w->like_of.data;
    memset(like_of, 0xff, w->like_of.count * sizeof *like_of);
    for (uint32_t i = 0; i < f->likes.count; i++) {
        const struct like *like = finding_like(f, i);
        if (like->slot != NODE_NONE) {
            like_of[like->slot] = i;
            continue;
        }
        if (stop_asked_by(f->tape->stop, i, f->lanes)) {
            return false;
        }
        for (uint32_t l = 0; l < f->lanes; l++) {
            if (BUF(uint32_t, &f->uses)[finding_ids(f, like->ids)[l] - f->low] != 1) {
                return false;
            }
        }
    }
    return true;
}

// Nodes inside a dot product are not seen as such: they have the one user that was read.
static bool all_are_given(const struct proof *w)
{
    const struct finding *f = w->f;
    const uint32_t *uses = f->uses.data, *shares = w->shares.data;
    for (size_t k = 0; k < f->stretches->count; k++) {
        struct stretch in = BUF(struct stretch, f->stretches)[k];
        for (uint32_t i = in.first; i < in.end; i++) {
            uint32_t owner = *finding_owner(f, i);
            if (stop_asked(f->tape->stop, i)) {
                return false;
            }
            bool inside = owner < f->likes.count && finding_like(f, owner)->slot == NODE_NONE;
            if (finding_depends(f, i) && !inside && i != f->root &&
                shares[i - f->low] != uses[i - f->low]) {
                return false;
            }
        }
    }
    return true;
}

bool lanes_proof(const struct lanes_program *p, const struct finding *f, size_t early)
{
    struct proof w = {.p = p, .f = f};
    size_t span = f->owner.count;
    buf_init(&w.last, sizeof(uint32_t));
    buf_init(&w.shares, sizeof(uint32_t));
    buf_init(&w.flowed, sizeof(uint8_t));
    buf_init(&w.like_of, sizeof(uint32_t));
    w.ok = buf_resize(&w.last, span) && buf_resize(&w.shares, span) &&
           buf_resize(&w.flowed, span) && buf_resize(&w.like_of, p->slots) && place_likes(&w);
    const uint32_t *before = f->before.data, *after = f->after.data;
    size_t b = f->before.count, a = f->after.count;
    while (w.ok && (a > 0 || f->before.count - b < early)) {
        w.ok = !stop_asked(f->tape->stop, a + b);
        // The lower one later: as lanes.c merges the two.
        bool take_after = a > 0 && (f->before.count - b == early || after[a - 1] > before[b - 1]);
        flow_alone(&w, take_after ? after[--a] : before[--b]);
    }
    if (w.ok) {
        flow_sum(&w);
    }
    for (size_t i = p->tiles.count; i-- > 0 && w.ok;) {
        flow_tile(&w, BUF(struct tile, &p->tiles)[i]);
    }
    while (b > 0 && w.ok) {
        w.ok = !stop_asked(f->tape->stop, b);
        flow_alone(&w, before[--b]);
    }
    bool ok = w.ok && all_are_given(&w);
    buf_release(&w.last);
    buf_release(&w.shares);
    buf_release(&w.flowed);
    buf_release(&w.like_of);
    return ok;
}
