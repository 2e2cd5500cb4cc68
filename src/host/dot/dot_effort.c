#include "dot/dot_effort.h"

#include <stdlib.h>

#include "base/mem.h"

enum { PLACES_MANY = 6000, PLACES_MOST = 50000, BOXES_MOST = 10000 };

struct dot_effort_seat {
    uint32_t node, rank;
    bool leaf;
};

#define RANK_NONE UINT32_MAX

static int compare_seats(const void *a, const void *b)
{
    const struct dot_effort_seat *x = a, *y = b;
    return x->node < y->node ? -1 : x->node > y->node;
}

// The box that a cell comes from; NULL if it is not there. (Boxes are in the order of their
// nodes, what a box uses before it.)
static struct dot_effort_seat *seat_of(const struct buf *seats, const struct rec *cell)
{
    struct dot_effort_seat wanted = {
        .node = (uint32_t)strtoul(rec_get_text(cell, KEY_from) + 1, NULL, 10) - 1};
    return seats->count == 0
               ? NULL
               : bsearch(&wanted, seats->data, seats->count, sizeof wanted, compare_seats);
}

// Behind its operands, the first rank being 1; a leaf moves up to right before its first use.
static uint32_t rank_of(const struct buf *seats, const struct rec *cells)
{
    uint32_t rank = 1;
    for (const struct rec *c = cells->in.first; c != NULL; c = c->next) {
        const struct dot_effort_seat *from = seat_of(seats, c);
        rank = from != NULL && !from->leaf && from->rank >= rank ? from->rank + 1 : rank;
    }
    for (const struct rec *c = cells->in.first; c != NULL; c = c->next) {
        struct dot_effort_seat *from = seat_of(seats, c);
        if (from != NULL && from->leaf && from->rank > rank - 1) {
            from->rank = rank - 1;
        }
    }
    return rank;
}

static bool seat_all(struct buf *seats, const struct rec *boxes)
{
    for (const struct rec *box = boxes->in.first; box != NULL; box = box->next) {
        const struct rec *cells = rec_find(box, KEY_cells);
        bool leaf = cells->in.count == 0;
        uint32_t rank = leaf ? RANK_NONE : rank_of(seats, cells);
        struct dot_effort_seat *seat = buf_push(seats, 1);
        if (seat == NULL) {
            return false;
        }
        *seat = (struct dot_effort_seat){(uint32_t)rec_get_whole(box, KEY_node), rank, leaf};
    }
    return true;
}

struct effort dot_effort(const struct rec *scene)
{
    const struct rec *boxes = rec_find(scene, KEY_boxes);
    struct effort effort = {.boxes = boxes->in.count};
    struct buf seats;
    buf_init(&seats, sizeof(struct dot_effort_seat));
    if (!seat_all(&seats, boxes)) {
        effort.places = SIZE_MAX;
    }
    const struct dot_effort_seat *seat = seats.data;
    for (const struct rec *box = boxes->in.first; box != NULL && effort.places < SIZE_MAX;
         box = box->next, seat++) {
        const struct rec *cells = rec_find(box, KEY_cells);
        for (const struct rec *c = cells->in.first; c != NULL; c = c->next) {
            const struct dot_effort_seat *from = seat_of(&seats, c);
            effort.places += from == NULL ? 0 : seat->rank - from->rank - 1;
        }
    }
    buf_release(&seats);
    return effort;
}

bool effort_is_large(const struct effort *effort)
{
    return effort->places > PLACES_MANY;
}

bool effort_is_bearable(const struct effort *effort, struct diag *d)
{
    if (effort->boxes <= BOXES_MOST && effort->places <= PLACES_MOST) {
        return true;
    }
    if (effort->boxes > BOXES_MOST) {
        diag_set(d, (struct span){0, 0}, "%zu boxes are too many to lay out", effort->boxes);
    } else {
        diag_set(d, (struct span){0, 0},
                 "the lines between these %zu boxes are too long to lay out: they pass other "
                 "values %zu times",
                 effort->boxes, effort->places);
    }
    return diag_hint(d, "leave out --full, draw a part of the graph, or write a .dot file and lay "
                        "it out yourself");
}
