// What is at which rank, and what is wired to what.
//
// A value is after all its operands and, being read before it is used, as near to its first use
// as that allows: no net is longer than it need be. The ranks are found here and not by the layout,
// because the layout has to be told where the nets pass: a net that forks late is one line for most
// of its way, which it would not be if each edge were laid out by itself.
#include <limits.h>
#include <stdlib.h>

#include "words/draw_parts.h"
#include "words/signs.h"

// ---- Items and wires ----------------------------------------------------------------------------

// Has every box few enough operands? Else there is nothing to plan.
static bool has_room(const struct rec *boxes)
{
    const struct rec *box = boxes->in.first;
    while (box != NULL && rec_count(box, KEY_cells) <= PORTS_MOST) {
        box = box->next;
    }
    return box == NULL;
}

static bool add_boxes(struct plan *p)
{
    const struct rec *boxes = rec_find(p->scene, KEY_boxes);
    const struct rec *first = has_room(boxes) ? boxes->in.first : NULL;
    for (const struct rec *box = first; box != NULL; box = box->next) {
        if (signs_is(box, KEY_kind, "constant")) {
            continue;
        }
        struct draw_item *item = buf_push(&p->items, 1);
        if (item == NULL) {
            return false;
        }
        *item = (struct draw_item){.box = box,
                                   .node = (uint32_t)rec_get_whole(box, KEY_node),
                                   .net = (uint32_t)p->items.count - 1,
                                   .source = true};
    }
    p->boxes = (uint32_t)p->items.count;
    return true;
}

// The box that a cell comes from, by its id, "n4" for node 3; p->boxes if it is not drawn.
static uint32_t find_box(const struct plan *p, const char *id)
{
    unsigned long node = strtoul(id + 1, NULL, 10) - 1;
    uint32_t i = 0;
    while (i < p->boxes && plan_item(p, i)->node != node) {
        i++;
    }
    return i;
}

static enum flow flow_of(const struct plan *p, const struct rec *box, const struct rec *cell)
{
    bool flowed = signs_is(p->scene, KEY_walk, "backward") && rec_find(cell, KEY_share) != NULL;
    return !flowed ? FLOW_NONE : box == p->current ? FLOW_BACK_NOW : FLOW_BACK;
}

static bool add_wires(struct plan *p, uint32_t to)
{
    struct draw_item *item = plan_item(p, to);
    const struct rec *cells = rec_find(item->box, KEY_cells);
    int slot = 0;
    for (const struct rec *cell = cells->in.first; cell != NULL && slot < PORTS_MOST;
         cell = cell->next) {
        uint32_t from = find_box(p, rec_get_text(cell, KEY_from));
        item->cell[slot] = cell;
        if (from < to) {
            struct wire *wire = buf_push(&p->wires, 1);
            if (wire == NULL) {
                return false;
            }
            *wire = (struct wire){
                .from = from, .to = to, .port = slot, .flow = flow_of(p, item->box, cell)};
            item->source = false;
        }
        slot++;
    }
    return true;
}

// ---- Ranks --------------------------------------------------------------------------------------

// After all operands. (Wires are in the order of the boxes that they end on, operands first.)
static void rank_computed(struct plan *p)
{
    for (size_t i = 0; i < p->wires.count; i++) {
        struct draw_item *from = plan_item(p, plan_wire(p, i)->from),
                         *to = plan_item(p, plan_wire(p, i)->to);
        to->rank = from->rank + 1 > to->rank ? from->rank + 1 : to->rank;
    }
}

// The first rank at which box `i` is used, or none.
static uint32_t first_use(const struct plan *p, uint32_t i)
{
    uint32_t first = UINT32_MAX;
    for (size_t k = 0; k < p->wires.count; k++) {
        uint32_t rank = plan_item(p, plan_wire(p, k)->to)->rank;
        first = plan_wire(p, k)->from == i && rank < first ? rank : first;
    }
    return first;
}

// What has no operands is right before its first use.
static void rank_sources(struct plan *p)
{
    for (uint32_t i = 0; i < p->boxes; i++) {
        uint32_t first = plan_item(p, i)->source ? first_use(p, i) : UINT32_MAX;
        if (first != UINT32_MAX) {
            plan_item(p, i)->rank = first - 1;
        }
    }
}

// Finds how far each net reaches, and returns the lengths of all.
static uint32_t measure_nets(struct plan *p)
{
    uint32_t sum = 0;
    for (uint32_t i = 0; i < p->boxes; i++) {
        plan_item(p, i)->last = plan_item(p, i)->rank;
    }
    for (size_t i = 0; i < p->wires.count; i++) {
        struct draw_item *from = plan_item(p, plan_wire(p, i)->from);
        uint32_t rank = plan_item(p, plan_wire(p, i)->to)->rank;
        sum += rank > from->last ? rank - from->last : 0;
        from->last = rank > from->last ? rank : from->last;
    }
    return sum;
}

// Moves a box nearer to its first use as long as that makes no net longer than it makes others
// shorter.
static void rank_late(struct plan *p, uint32_t i)
{
    struct draw_item *item = plan_item(p, i);
    uint32_t first = first_use(p, i), best = item->rank, least = measure_nets(p);
    for (uint32_t rank = best + 1; first != UINT32_MAX && rank < first; rank++) {
        item->rank = rank;
        rank_sources(p);
        uint32_t length = measure_nets(p);
        best = length <= least ? rank : best;
        least = length <= least ? length : least;
    }
    item->rank = best;
    rank_sources(p);
}

static void find_ranks(struct plan *p)
{
    rank_computed(p);
    rank_sources(p);
    for (uint32_t i = p->boxes; i-- > 0;) {
        if (!plan_item(p, i)->source) {
            rank_late(p, i);
        }
    }
    measure_nets(p);
    for (uint32_t i = 0; i < p->boxes; i++) {
        uint32_t rank = plan_item(p, i)->rank;
        p->ranks = rank + 1 > p->ranks ? rank + 1 : p->ranks;
    }
}

static bool add_passing(struct plan *p, uint32_t net)
{
    struct draw_item *box = plan_item(p, net);
    uint32_t from = box->rank + 1, to = box->last;
    box->passing = (uint32_t)p->items.count;
    for (uint32_t rank = from; rank < to; rank++) {
        struct draw_item *item = buf_push(&p->items, 1);
        if (item == NULL) {
            return false;
        }
        *item = (struct draw_item){.net = net, .rank = rank, .size = 1};
    }
    return true;
}

// ---- Formulas -----------------------------------------------------------------------------------

static int columns_of(const struct plan *p, const struct draw_item *item)
{
    return p->way == DRAW_ACROSS ? item->length : item->size;
}

// The columns that the drawing takes across: the longest box of each rank, and a channel behind it with
// one track; or that a rank takes down: its boxes, and a gap behind each.
static int columns_needed(const struct plan *p, uint32_t rank)
{
    enum { CHANNEL = 3, GAP = 2 };
    int sum = 0, longest = 0;
    for (uint32_t r = p->way == DRAW_ACROSS ? 0 : rank; r < p->ranks; r++, longest = 0) {
        for (uint32_t i = 0; i < p->boxes; i++) {
            int columns = plan_item(p, i)->rank == r ? columns_of(p, plan_item(p, i)) : 0;
            sum += p->way == DRAW_DOWN && columns > 0 ? columns + GAP : 0;
            longest = columns > longest ? columns : longest;
        }
        if (p->way == DRAW_DOWN) {
            return sum - GAP;
        }
        sum += longest + CHANNEL;
    }
    return sum - CHANNEL;
}

// The widest box that has a formula; of this rank, if it goes down.
static struct draw_item *widest_formula(const struct plan *p, uint32_t rank)
{
    struct draw_item *widest = NULL;
    for (uint32_t i = 0; i < p->boxes; i++) {
        struct draw_item *item = plan_item(p, i);
        bool counts = (p->way == DRAW_ACROSS || item->rank == rank) && !item->numbered &&
                      *rec_get_text(item->box, KEY_called) != '\0';
        if (counts && (widest == NULL || columns_of(p, item) > columns_of(p, widest))) {
            widest = item;
        }
    }
    return widest;
}

// Where there is not room for all formulas the widest give way to numbers: a drawing that would go
// across without them still does.
static void fit_formulas(struct plan *p)
{
    const struct rec *width = rec_find(p->scene, KEY_width);
    int room = width == NULL ? INT_MAX : (int)rec_get_whole(p->scene, KEY_width) - 2;
    uint32_t ranks = p->way == DRAW_ACROSS && p->ranks > 0 ? 1 : p->ranks;
    for (uint32_t rank = 0; rank < ranks; rank++) {
        struct draw_item *item;
        while (columns_needed(p, rank) > room && (item = widest_formula(p, rank)) != NULL) {
            item->numbered = true;
            box_measure(p, item);
        }
    }
}

// ---- The plan -----------------------------------------------------------------------------------

bool plan_init(struct plan *p, const struct rec *scene, enum draw_way way)
{
    *p = (struct plan){.scene = scene,
                       .current = signs_current(scene),
                       .way = way,
                       .ascii = rec_get_flag(scene, KEY_ascii)};
    buf_init(&p->items, sizeof(struct draw_item));
    buf_init(&p->wires, sizeof(struct wire));
    buf_init(&p->order, sizeof(uint32_t));
    buf_init(&p->first, sizeof(uint32_t));
    buf_init(&p->hops, sizeof(struct hop));
    buf_init(&p->goals, sizeof(int));
    buf_init(&p->tracks, sizeof(int));
    buf_init(&p->bands, sizeof(struct band));
    bool ok = add_boxes(p);
    for (uint32_t i = 0; ok && i < p->boxes; i++) {
        ok = add_wires(p, i);
        box_measure(p, plan_item(p, i));
    }
    if (ok) {
        find_ranks(p);
        fit_formulas(p);
    }
    for (uint32_t i = 0; ok && i < p->boxes; i++) {
        ok = add_passing(p, i);
    }
    return ok;
}

void plan_release(struct plan *p)
{
    struct buf *all[] = {&p->items, &p->wires, &p->order,  &p->first,
                         &p->hops,  &p->goals, &p->tracks, &p->bands};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        buf_release(all[i]);
    }
}
