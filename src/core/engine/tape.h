// The tape: a scalar computation graph as flat arrays. 25 bytes a node, 17 before a backward pass.
//
// Operands precede the node that uses them, so index order is a topological order: the forward
// pass is a loop up, the backward pass a loop down; nothing recurses and nothing chases pointers.
// Names, groups, source texts and styles live in side tables, keyed by node id.
//
// Structure, value, gradient and marks are arrays of their own (not one record a node), so that
// sweeps over runs of equal operations can load values and gradients as vectors. Each array has
// its own skew: see buf_init_skewed.
//
// A unary node's second operand repeats the first, a leaf's operands are itself: a sweep may load
// both operands without asking.
#ifndef ENGINE_TAPE_H
#define ENGINE_TAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/stop.h"
#include "base/trail.h"
#include "engine/ops.h"

// What a node is, in 8 bytes: 28 bits an operand.
struct node {
    uint64_t op : 8, a : 28, b : 28;
};

enum { TAPE_MOST = (1 << 28) - 1 };  // nodes that a tape can hold
enum { TAPE_BLOCK = 256 };           // nodes that share a byte of `blocks`
#define NODE_NONE UINT32_MAX

// Marks, a bit each.
enum {
    MARK_STALE = 1,     // an operand's value changed since this value was computed
    MARK_GRAD = 2,      // a backward pass has reached this node: its gradient means something
    MARK_CONST = 4,     // a leaf written as a number inside an expression
    MARK_PARAM = 8,     // a leaf that training updates
    MARK_REACHED = 16,  // scratch of one sweep; clear outside it
    MARK_LIVE = 32,     // scratch too: a path on which the gradient passes leads here
    MARK_MOVES = 64     // depends on a parameter
};

// The blocks of TAPE_BLOCK nodes that one of them uses nodes of: a bit for each, which it shares with others
// (tape_block_bit), and the lowest. No bit: it uses none.
struct tape_users {
    uint64_t bits;
    uint32_t lowest;
};

struct tape {
    struct buf node;    // struct node
    struct buf value;   // double
    struct buf
        grad;  // double; 0 until a backward pass adds to it and sets MARK_GRAD (see tape_note)
    struct buf mark;    // uint8_t
    struct buf blocks;  // uint8_t: what marks were ever set among TAPE_BLOCK nodes (see tape_next)
    struct buf used;  // uint8_t: a bit for each node, set where it may be an operand (tape_is_used)
    struct buf
        users;  // struct tape_users: for each TAPE_BLOCK nodes, which other blocks they use nodes of
    uint32_t room;      // nodes that fit into all of them
    uint32_t zeros;     // the gradients of nodes from this one on were never written: they are 0
    struct stop *stop;  // once it is asked, no node is made; NULL: nobody asks
    uint32_t most;      // nodes that it may hold: TAPE_MOST at first
    bool any_stale;     // false: no node is stale (true: some may be)
    uint32_t settled;   // every node below it that depends on a parameter is stale
};

void tape_init(struct tape *t);
void tape_release(struct tape *t);  // it is empty then, and may be used again
static inline uint32_t tape_count(const struct tape *t)
{
    return (uint32_t)t->node.count;
}

// Appends a leaf, or op applied to a and b (b = a for one operand), and computes its value. A node
// with a stale operand is born stale. Returns its id; NODE_NONE if the tape is full or memory is.
uint32_t tape_leaf(struct tape *t, double value, uint8_t marks);
uint32_t tape_apply(struct tape *t, enum op op, uint32_t a, uint32_t b);
// Appends `count` leaves at once, whose values the caller sets: the number of the first. NODE_NONE as
// above; some may have been appended then.
uint32_t tape_leaves(struct tape *t, uint32_t count, uint8_t marks);

// Nodes in rows and columns. Where list is NULL, (i, j) is node base + i*rs + j*cs; else the list has it
// at that place.
struct tape_view {
    const uint32_t *list;
    uint32_t base;
    int32_t rs, cs;
};
// Appends op applied to each (i, j) of a and b, row by row, at once: the number of the first. Operands
// may lie among the new nodes, before the node that they are of. NODE_NONE as above; some may have been
// appended then. rows*cols is below 2^32.
uint32_t tape_apply_block(struct tape *t, enum op op, struct tape_view a, struct tape_view b,
                          uint32_t rows, uint32_t cols);
// Room for so many more nodes, or for as many as the tape may still hold, before they are appended block by
// block. False if out of memory.
bool tape_make_room(struct tape *t, uint32_t count);
// For nodes that are appended by hand: room for so many in all. False if out of memory.
bool tape_reserve(struct tape *t, size_t count);
// The gradients of these nodes, which are about to be appended, are 0.
void tape_clear_grads(struct tape *t, uint32_t first, uint32_t end);
// It holds so many now. Who appends by hand writes their gradients too.
static inline void tape_hold(struct tape *t, uint32_t count)
{
    t->node.count = t->value.count = t->grad.count = t->mark.count = count;
    t->zeros = t->zeros > count ? t->zeros : count;
}
// Forgets the nodes from `count` on.
void tape_cut(struct tape *t, uint32_t count);

static inline struct node tape_node(const struct tape *t, uint32_t id)
{
    return BUF(struct node, &t->node)[id];
}

static inline enum op tape_op(const struct tape *t, uint32_t id)
{
    return (enum op)tape_node(t, id).op;
}

static inline double tape_value(const struct tape *t, uint32_t id)
{
    return BUF(double, &t->value)[id];
}

static inline double tape_grad(const struct tape *t, uint32_t id)
{
    return BUF(double, &t->grad)[id];
}

static inline bool tape_marked(const struct tape *t, uint32_t id, uint8_t marks)
{
    return (BUF(uint8_t, &t->mark)[id] & marks) != 0;
}

// A run of nodes, first … end - 1.
struct stretch {
    uint32_t first, end;
};

// The first node from `from` on, before `end`, that has one of these marks; `end` if none has. Blocks
// of nodes that never had one are passed over, so that a walk costs what it finds, not what there is.
// It may be asked for MARK_STALE, MARK_GRAD, MARK_PARAM and MARK_MOVES.
uint32_t tape_next(const struct tape *t, uint8_t marks, uint32_t from, uint32_t end);
// The next run of nodes that have one of them: from in->end on, before `end`. False: there is no more.
bool tape_next_stretch(const struct tape *t, uint8_t marks, uint32_t end, struct stretch *in);
// To be told by whoever sets such marks without a function of this file. Marks that are restored had
// been set before: `blocks` forgets nothing.
static inline void tape_note(struct tape *t, uint32_t id, uint8_t marks)
{
    BUF(uint8_t, &t->blocks)[id / TAPE_BLOCK] |= marks;
}
// A block's bit in `users`; blocks share bits, so that a bit which is set says that a block may be used.
static inline uint64_t tape_block_bit(uint32_t block)
{
    return (uint64_t)1 << (block * 0x9E3779B1u >> 26);
}
// Nodes whose users are looked for: the bits of their blocks, and the highest of these blocks. Zero it.
struct tape_used {
    uint64_t bits;
    uint32_t highest;
};
static inline void tape_used_add(struct tape_used *used, uint32_t node)
{
    uint32_t block = node / TAPE_BLOCK;
    used->bits |= tape_block_bit(block);
    used->highest = block > used->highest ? block : used->highest;
}
// The first node from `from` on, before `end`, that may use one of these: the blocks of nodes that use none
// are passed over.
static inline uint32_t tape_next_user(const struct tape *t, const struct tape_used *used,
                                      uint32_t from, uint32_t end)
{
    const struct tape_users *users = t->users.data;
    for (uint32_t b; b = from / TAPE_BLOCK, from < end && ((users[b].bits & used->bits) == 0 ||
                                                           users[b].lowest > used->highest);) {
        from = (b + 1) * TAPE_BLOCK;
    }
    return from < end ? from : end;
}
static inline void tape_note_operands(struct tape *t, uint32_t a, uint32_t b)
{
    uint8_t *used = (uint8_t *)t->used.data;
    used[a / 8] |= (uint8_t)(1u << a % 8);
    used[b / 8] |= (uint8_t)(1u << b % 8);
}
static inline void tape_note_users(struct tape *t, uint32_t id, uint32_t a, uint32_t b)
{
    struct tape_users *users = BUF_FROM(struct tape_users, &t->users, id / TAPE_BLOCK);
    uint32_t lowest = (a < b ? a : b) / TAPE_BLOCK;
    users->lowest = users->bits == 0 || lowest < users->lowest ? lowest : users->lowest;
    users->bits |= tape_block_bit(a / TAPE_BLOCK) | tape_block_bit(b / TAPE_BLOCK);
}
// To be told by whoever writes node `id` without a function of this file: these are its operands.
static inline void tape_note_use(struct tape *t, uint32_t id, uint32_t a, uint32_t b)
{
    tape_note_operands(t, a, b);
    tape_note_users(t, id, a, b);
}
// May some node have this one as an operand? Of what was cut off or taken back, it is not forgotten.
static inline bool tape_is_used(const struct tape *t, uint32_t id)
{
    return (BUF(uint8_t, &t->used)[id / 8] >> id % 8 & 1) != 0;
}
// The nodes from `first` on were appended by hand, with these marks. False if out of memory.
bool tape_note_new(struct tape *t, uint32_t first, uint8_t marks);
void tape_note_range(struct tape *t, uint32_t first, uint32_t end, uint8_t marks);

// Number of operands: 0 for a leaf, 1 or 2.
int tape_arity(const struct tape *t, uint32_t id);
// Operand `slot` (0 or 1) of a node that has it.
uint32_t tape_operand(const struct tape *t, uint32_t id, int slot);
// The local gradient of `id` in that operand, at the present values.
double tape_slope(const struct tape *t, uint32_t id, int slot);
// Is it flat in that operand there, so that no gradient passes? See FLAT in ops.def.
bool tape_flat(const struct tape *t, uint32_t id, int slot);
// What a backward pass has handed to that operand: upstream × local, 0 where none passes.
double tape_share(const struct tape *t, uint32_t id, int slot);
// Is operand `slot` a constant written in the expression, which asks for no gradient?
bool tape_constant(const struct tape *t, uint32_t id, int slot);

// Changes the values of n leaves and marks all that depends on them stale, at the cost of what does;
// sets one gradient. Recorded on `trail`. False if memory runs out or the tape's stop is asked meanwhile: then
// take the trail back.
bool tape_set_values(struct tape *t, struct trail *trail, const uint32_t *leaves,
                     const double *values, size_t n);
bool tape_set_value(struct tape *t, struct trail *trail, uint32_t leaf, double value);
bool tape_set_grad(struct tape *t, struct trail *trail, uint32_t id, double grad);
bool tape_set_marks(struct tape *t, struct trail *trail, uint32_t id, uint8_t marks);

#endif
