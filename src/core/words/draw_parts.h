// Drawing with characters: what the draw_*.c files share. Private to view.
//
//   draw_plan.c    what is at which rank, and what is wired to what
//   draw_box.c     how large a box is, where its wires begin and end, and how it looks
//   draw_place.c   the question to the layout, and places from its answer
//   draw_route.c   the lines between the ranks
//   draw.c         all of it together
//
// One set of words serves both ways of drawing. *Along* runs from the leaves to the output: columns
// when the drawing goes across, rows when it goes down. *Across the ranks* is the other direction,
// in which the boxes of one rank are beside each other: `at` and `size` are measured there.
#ifndef WORDS_DRAW_PARTS_H
#define WORDS_DRAW_PARTS_H

#include "words/canvas.h"
#include "words/draw.h"

// Operands that a box has room for: an operation has 2, a fold may have more.
enum { PORTS_MOST = 6 };

// Something at a rank: a box, or a wire that passes through on its way to a later rank. All the
// wires of one value are one net: they leave its box as one line, which forks where it must.
struct draw_item {
    const struct rec *box;               // NULL: a wire that passes through
    const struct rec *cell[PORTS_MOST];  // box: its operands, in the order in which they are shown
    bool source;                         // box: nothing is wired to it
    bool numbered;  // box: its value goes by its number, as there is no room for its formula
    uint32_t node;  // box: its node
    uint32_t net;   // the box whose value this is: its own number, for a box
    uint32_t rank;
    uint32_t last;     // box: the rank of its farthest use; its own where there is none
    uint32_t passing;  // box: its first item that passes through; one for each rank between
    int at, size;
    int length;               // along
    int out, in[PORTS_MOST];  // where the wires begin and end, counted from `at`
};

// What has flowed along a wire.
enum flow { FLOW_NONE, FLOW_BACK, FLOW_BACK_NOW };

// From a box to one operand's cell of another.
struct wire {
    uint32_t from, to;
    int port;  // which of the box's cells it ends on
    enum flow flow;
};

// A net's way through the channel behind a rank: it leaves the rank at one place and arrives at the
// next rank at one or more. It turns in a track of its own, unless it goes straight.
struct hop {
    uint32_t net, rank;
    int from;
    size_t goals, count;  // in plan.goals
    int low, high;        // the first and the last of all these places
    int track;            // -1: straight
};

// A rank, or the channel behind it.
struct band {
    int start, length;  // along
};

struct plan {
    const struct rec *scene;
    const struct rec *current;  // the box whose step was taken last, or NULL
    enum draw_way way;
    bool ascii;
    struct buf
        items;  // struct draw_item: the boxes in the order of the scene, then what passes through
    struct buf wires;  // struct wire
    uint32_t boxes;
    uint32_t ranks;
    struct buf order;   // uint32_t: the items, rank by rank, each from its first place on
    struct buf first;   // uint32_t: where in `order` each rank begins, and where the last one ends
    struct buf hops;    // struct hop, channel by channel
    struct buf goals;   // int: places
    struct buf tracks;  // int: how many there are in each channel
    struct buf bands;   // struct band: rank 0, the channel behind it, rank 1, …
};

static inline struct draw_item *plan_item(const struct plan *p, uint32_t i)
{
    return &BUF(struct draw_item, &p->items)[i];
}

static inline struct wire *plan_wire(const struct plan *p, size_t i)
{
    return &BUF(struct wire, &p->wires)[i];
}

// The item that carries the net of box `net` through `rank`: the box itself at its own.
static inline uint32_t plan_carrier(const struct plan *p, uint32_t net, uint32_t rank)
{
    const struct draw_item *box = plan_item(p, net);
    return rank == box->rank ? net : box->passing + (rank - box->rank - 1);
}

// The items of a rank, from the first place on.
static inline const uint32_t *plan_rank(const struct plan *p, uint32_t rank, uint32_t *count)
{
    const uint32_t *first = p->first.data;
    *count = first[rank + 1] - first[rank];
    return BUF_FROM(uint32_t, &p->order, first[rank]);
}

static inline struct band plan_rank_band(const struct plan *p, uint32_t rank)
{
    return BUF(struct band, &p->bands)[2 * rank];
}

// The channel behind `rank`.
static inline struct band plan_channel_band(const struct plan *p, uint32_t rank)
{
    return BUF(struct band, &p->bands)[2 * rank + 1];
}

// draw_plan.c. False if out of memory; release it all the same.
bool plan_init(struct plan *p, const struct rec *scene, enum draw_way way);
void plan_release(struct plan *p);

// draw_box.c
// How large the box is and where its wires begin and end.
void box_measure(const struct plan *p, struct draw_item *item);
// Draws it into the band of its rank: across it takes the whole length, down it is at the end.
void box_paint(const struct plan *p, struct canvas *c, const struct draw_item *item,
               struct band band);

// draw_place.c. False if the answer makes no sense or memory ran out.
bool plan_place(struct plan *p, const char *answer);

// draw_route.c. False if no way was found or memory ran out. Items may move a little.
bool plan_route(struct plan *p);
// The net's way through the channel behind `rank`, which it must pass.
const struct hop *plan_hop(const struct plan *p, uint32_t net, uint32_t rank);

#endif
