// Groups: the nodes that each call of a function made, and those of each turn of a loop.
//
// A call's nodes lie side by side on the tape, those of the calls inside it among them; so a group
// is a range, and the table is a list of ranges in the order in which the calls began, each with
// the call that it is in. The table only grows while a statement runs, as the tape does.
//
// Where nodes are made anew further up (expand, fold), a *piece* is appended for each run of them:
// a range that belongs to a group which is there already.
#ifndef TEXT_GROUP_H
#define TEXT_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/mem.h"

#define GROUP_NONE UINT32_MAX

// How a group is drawn: as it fits, as one box, or never as one.
enum group_look { LOOK_AS_IT_FITS, LOOK_FOLDED, LOOK_OPEN };

struct group {
    uint32_t name;    // of the function
    uint32_t within;  // the call that it is in; GROUP_NONE
    uint32_t whole;   // itself, or the group that this is a piece of
    uint32_t first, end;
    enum group_look look;  // of the whole
    uint32_t turn;         // 1: a turn of a loop (session/turns.h), not a call; calls are within it
};

static inline struct group *group_at(const struct buf *groups, uint32_t group)
{
    return &BUF(struct group, groups)[group];
}

// A call begins where the tape now ends. GROUP_NONE if out of memory.
uint32_t groups_begin(struct buf *groups, uint32_t name, uint32_t within, uint32_t nodes);
// It has ended. A call that made no nodes is forgotten.
void groups_end(struct buf *groups, uint32_t group, uint32_t nodes);
// The nodes from `nodes` on were taken off the tape: forgets what was called there.
void groups_trim(struct buf *groups, uint32_t nodes);
// The nodes [first, end) belong to a group that is there. False if out of memory.
bool group_add_piece(struct buf *groups, uint32_t whole, uint32_t first, uint32_t end);

// The innermost group of a node; GROUP_NONE. (The whole, where it lies in a piece.)
uint32_t group_of_node(const struct buf *groups, uint32_t node);

// The turn of a loop that the node was made in; GROUP_NONE.
uint32_t group_turn_of(const struct buf *groups, uint32_t node);
// Does it hold the node, itself or in a call inside it?
bool group_holds(const struct buf *groups, uint32_t group, uint32_t node);
// The outermost group whose last node this is; GROUP_NONE.
uint32_t group_with_result(const struct buf *groups, uint32_t node);

// The groups that these nodes belong to: numbers (uint32_t, one for each row of the table) becomes
// 1, 2 … for the calls of one function, in the order in which they began, and 0 for what none of
// the nodes is in. False if out of memory.
bool groups_number(const struct buf *groups, const uint32_t *ids, size_t count,
                   struct buf *numbers);

#endif
