// The question to the layout, and places from its answer.
//
// The ranks are known; what is asked is the order within each, and places that keep the lines
// straight. So every item is a node (what passes through a rank too), every edge leads to the next
// rank, and sizes are given in characters, a UNIT each.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "words/draw_parts.h"

#define UNIT 0.2  // inches that stand for one character

// Places beyond this are no answer to a question of ours.
enum { PLACE_MOST = 10000 };

// Characters that stay free between two items.
static int gap(const struct plan *p, const struct draw_item *a, const struct draw_item *b)
{
    bool boxes = a->box != NULL && b->box != NULL;
    return p->way == DRAW_ACROSS ? boxes : 1 + boxes;
}

// ---- The question -------------------------------------------------------------------------------

static void ask_for_edge(struct text *out, uint32_t from, uint32_t to, bool passing)
{
    text_addf(out, passing ? "i%u -> i%u [weight=8]\n" : "i%u -> i%u\n", (unsigned)from,
              (unsigned)to);
}

static void ask(struct text *out, const struct plan *p)
{
    text_addf(out,
              "digraph {\nnodesep=%.1f\nranksep=0.1\nsplines=false\n"
              "node [shape=box fixedsize=true label=\"\" height=0.1 width=%.1f]\n",
              p->way == DRAW_ACROSS ? UNIT : 2 * UNIT, UNIT);
    for (uint32_t i = 0; i < p->boxes; i++) {
        text_addf(out, "i%u [width=%.1f]\n", (unsigned)i, UNIT * plan_item(p, i)->size);
    }
    for (uint32_t i = p->boxes; i < p->items.count; i++) {
        const struct draw_item *item = plan_item(p, i);
        ask_for_edge(out, plan_carrier(p, item->net, item->rank - 1), i, true);
    }
    for (size_t i = 0; i < p->wires.count; i++) {
        const struct wire *wire = plan_wire(p, i);
        uint32_t rank = plan_item(p, wire->to)->rank;
        ask_for_edge(out, plan_carrier(p, wire->from, rank - 1), wire->to, false);
    }
    text_add(out, "}\n");
}

bool draw_question(struct text *out, const struct rec *scene, enum draw_way way)
{
    struct plan plan;
    bool ok = plan_init(&plan, scene, way);
    if (ok) {
        ask(out, &plan);
    }
    plan_release(&plan);
    return ok && !out->bytes.failed;
}

// ---- The answer ---------------------------------------------------------------------------------

// An item and where the layout put its middle.
struct draw_place_seat {
    double centre;
    uint32_t rank, item;
};

// A line of the answer: "node i3 X Y …". Others are passed over.
static void read_seat(const char *line, struct buf *seats)
{
    static const char begins[] = "node i";
    char *end;
    if (strncmp(line, begins, strlen(begins)) != 0) {
        return;
    }
    unsigned long item = strtoul(line + strlen(begins), &end, 10);
    double centre = strtod(end, NULL) / UNIT;
    if (item < seats->count && centre >= 0 && centre <= PLACE_MOST) {
        BUF(struct draw_place_seat, seats)[item].centre = centre;
    }
}

static const char *line_after(const char *s)
{
    s += strcspn(s, "\n");
    return *s == '\0' ? s : s + 1;
}

static bool read_answer(struct plan *p, const char *answer, struct buf *seats)
{
    if (!buf_resize(seats, p->items.count)) {
        return false;
    }
    struct draw_place_seat *seat = seats->data;
    for (uint32_t i = 0; i < p->items.count; i++) {
        seat[i] = (struct draw_place_seat){.centre = -1, .rank = plan_item(p, i)->rank, .item = i};
    }
    while (*answer != '\0' && strncmp(answer, "stop", 4) != 0) {
        read_seat(answer, seats);
        answer = line_after(answer);
    }
    for (uint32_t i = 0; i < p->items.count; i++) {
        if (seat[i].centre < 0) {
            return false;
        }
    }
    return true;
}

static int compare_seats(const void *a, const void *b)
{
    const struct draw_place_seat *x = a, *y = b;
    if (x->rank != y->rank) {
        return x->rank < y->rank ? -1 : 1;
    }
    if (x->centre != y->centre) {
        return x->centre < y->centre ? -1 : 1;
    }
    return x->item < y->item ? -1 : 1;
}

// What passes through is put where the port would be of a box with the same middle, for the line to
// be straight.
static int place_of(const struct plan *p, const struct draw_item *item, double centre)
{
    bool across = p->way == DRAW_ACROSS;
    int size = item->box == NULL && across ? 4 : item->size;
    return (int)lround(centre - size / 2.0) + (item->box == NULL && across ? 1 : 0);
}

// The order within the ranks, and places that leave the gaps.
static bool seat_items(struct plan *p, struct buf *seats)
{
    qsort(seats->data, seats->count, sizeof(struct draw_place_seat), compare_seats);
    if (!buf_resize(&p->order, seats->count) || !buf_resize(&p->first, p->ranks + 1)) {
        return false;
    }
    uint32_t rank = 0;
    struct draw_item *before = NULL;
    for (uint32_t i = 0; i < seats->count; i++) {
        const struct draw_place_seat *seat = &BUF(struct draw_place_seat, seats)[i];
        struct draw_item *item = plan_item(p, seat->item);
        for (; rank < seat->rank; before = NULL) {
            BUF(uint32_t, &p->first)[++rank] = i;
        }
        item->at = place_of(p, item, seat->centre);
        int least = before == NULL ? 0 : before->at + before->size + gap(p, before, item);
        item->at = item->at < least ? least : item->at;
        BUF(uint32_t, &p->order)[i] = seat->item;
        before = item;
    }
    BUF(uint32_t, &p->first)[p->ranks] = (uint32_t)seats->count;
    return true;
}

// ---- Operands -----------------------------------------------------------------------------------

static struct wire *wire_to(struct plan *p, uint32_t box, int port)
{
    for (size_t i = 0; i < p->wires.count; i++) {
        if (plan_wire(p, i)->to == box && plan_wire(p, i)->port == port) {
            return plan_wire(p, i);
        }
    }
    return NULL;
}

static int source_place(const struct plan *p, const struct wire *wire)
{
    const struct draw_item *from =
        plan_item(p, plan_carrier(p, wire->from, plan_item(p, wire->to)->rank - 1));
    return from->at + from->out;
}

// May the operands be shown in any order?
static bool has_no_order(const struct rec *box)
{
    const char *op = rec_get_text(box, KEY_op);
    return strcmp(op, "+") == 0 || strcmp(op, "×") == 0 ||
           strcmp(rec_get_text(box, KEY_kind), "group") == 0;
}

static void swap_operands(struct draw_item *item, struct wire *first, struct wire *second)
{
    int port = first->port;
    const struct rec *cell = item->cell[port];
    item->cell[port] = item->cell[second->port];
    item->cell[second->port] = cell;
    first->port = second->port;
    second->port = port;
}

// Operands without an order are shown in that in which their wires arrive.
static void turn_operands(struct plan *p, uint32_t box)
{
    struct draw_item *item = plan_item(p, box);
    bool turned = has_no_order(item->box);
    while (turned) {
        turned = false;
        for (int port = 0; port + 1 < PORTS_MOST; port++) {
            struct wire *first = wire_to(p, box, port), *second = wire_to(p, box, port + 1);
            if (first != NULL && second != NULL &&
                source_place(p, first) > source_place(p, second)) {
                swap_operands(item, first, second);
                turned = true;
            }
        }
    }
    box_measure(p, item);
}

// ---- Straight lines -----------------------------------------------------------------------------

// The layout means well, but knows neither characters nor where on a box a wire begins and ends.

// Moves an item by so much, if it is little and the neighbours leave the room.
static void shift(struct plan *p, uint32_t rank, uint32_t index, int by)
{
    uint32_t count;
    const uint32_t *items = plan_rank(p, rank, &count);
    struct draw_item *item = plan_item(p, items[index]);
    const struct draw_item *before = index > 0 ? plan_item(p, items[index - 1]) : NULL;
    const struct draw_item *after = index + 1 < count ? plan_item(p, items[index + 1]) : NULL;
    int at = item->at + by, most = p->way == DRAW_ACROSS ? 2 : 4;
    bool fits = (before == NULL || at >= before->at + before->size + gap(p, before, item)) &&
                (after == NULL || at + item->size + gap(p, item, after) <= after->at);
    item->at += abs(by) <= most && fits ? by : 0;
}

// The only wire that ends on a box; NULL if there are others, or none.
static const struct wire *only_wire_to(const struct plan *p, uint32_t box)
{
    const struct wire *only = NULL;
    for (size_t i = 0; i < p->wires.count; i++) {
        if (plan_wire(p, i)->to == box) {
            if (only != NULL) {
                return NULL;
            }
            only = plan_wire(p, i);
        }
    }
    return only;
}

// What has one line coming in moves to where that comes from.
static void straighten_behind(struct plan *p, uint32_t rank, uint32_t index)
{
    uint32_t count, i = plan_rank(p, rank, &count)[index];
    const struct draw_item *item = plan_item(p, i);
    const struct wire *wire = item->box != NULL ? only_wire_to(p, i) : NULL;
    if (rank > 0 && (item->box == NULL || wire != NULL)) {
        uint32_t net = wire != NULL ? wire->from : item->net;
        const struct draw_item *from = plan_item(p, plan_carrier(p, net, rank - 1));
        int in = wire != NULL ? item->in[wire->port] : 0;
        shift(p, rank, index, from->at + from->out - item->at - in);
    }
}

// A value that nothing computes and that is used once moves to where it is used.
static void straighten_before(struct plan *p, uint32_t rank, uint32_t index)
{
    uint32_t count, i = plan_rank(p, rank, &count)[index];
    const struct draw_item *item = plan_item(p, i);
    const struct wire *only = NULL;
    size_t uses = 0;
    for (size_t k = 0; k < p->wires.count; k++) {
        only = plan_wire(p, k)->from == i ? plan_wire(p, k) : only;
        uses += plan_wire(p, k)->from == i;
    }
    if (item->box != NULL && item->source && only != NULL && uses == 1) {
        const struct draw_item *to = plan_item(p, only->to);
        shift(p, rank, index, to->at + to->in[only->port] - item->at - item->out);
    }
}

static void straighten(struct plan *p)
{
    uint32_t count;
    for (uint32_t rank = 0; rank < p->ranks; rank++) {
        plan_rank(p, rank, &count);
        for (uint32_t i = 0; i < count; i++) {
            straighten_behind(p, rank, i);
        }
    }
    for (uint32_t rank = 0; rank < p->ranks; rank++) {
        plan_rank(p, rank, &count);
        for (uint32_t i = 0; i < count; i++) {
            straighten_before(p, rank, i);
        }
    }
}

static void begin_at_zero(struct plan *p)
{
    int least = PLACE_MOST;
    for (uint32_t i = 0; i < p->items.count; i++) {
        least = plan_item(p, i)->at < least ? plan_item(p, i)->at : least;
    }
    for (uint32_t i = 0; i < p->items.count; i++) {
        plan_item(p, i)->at -= least;
    }
}

bool plan_place(struct plan *p, const char *answer)
{
    struct buf seats;
    buf_init(&seats, sizeof(struct draw_place_seat));
    bool ok = read_answer(p, answer, &seats) && seat_items(p, &seats);
    buf_release(&seats);
    if (ok) {
        for (uint32_t i = 0; i < p->boxes; i++) {
            turn_operands(p, i);
        }
        straighten(p);
        begin_at_zero(p);
    }
    return ok;
}
