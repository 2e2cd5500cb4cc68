#include "words/draw.h"

#include <string.h>

#include "words/draw_parts.h"
#include "words/ink.h"
#include "words/rail.h"
#include "words/signs.h"

// ---- The sheet ----------------------------------------------------------------------------------

static int longest_box(const struct plan *p, uint32_t rank)
{
    int length = 0;
    for (uint32_t i = 0; i < p->boxes; i++) {
        const struct draw_item *box = plan_item(p, i);
        length = box->rank == rank && box->length > length ? box->length : length;
    }
    return length;
}

// Across, a channel has a column before its tracks and one behind, for the arrows; down, the arrows
// are on the boxes.
static int channel_length(const struct plan *p, int tracks)
{
    return p->way == DRAW_ACROSS ? tracks + 2 : tracks > 0 ? tracks : 1;
}

static bool lay_bands(struct plan *p)
{
    int at = 0;
    for (uint32_t rank = 0; rank < p->ranks; rank++) {
        struct band *band = buf_push(&p->bands, 2);
        if (band == NULL) {
            return false;
        }
        bool last = rank + 1 == p->ranks;
        band[0] = (struct band){at, longest_box(p, rank)};
        at += band[0].length;
        band[1] = (struct band){at, last ? 0 : channel_length(p, BUF(int, &p->tracks)[rank])};
        at += band[1].length;
    }
    return true;
}

static size_t length_along(const struct plan *p)
{
    struct band last = plan_rank_band(p, p->ranks - 1);
    return (size_t)(last.start + last.length);
}

static size_t length_across(const struct plan *p)
{
    int end = 0;
    for (uint32_t i = 0; i < p->items.count; i++) {
        const struct draw_item *item = plan_item(p, i);
        end = item->at + item->size > end ? item->at + item->size : end;
    }
    return (size_t)end;
}

// ---- Wires --------------------------------------------------------------------------------------

// A wire being painted, by places along and across the ranks.
struct pen {
    const struct plan *p;
    struct canvas *c;
    uint32_t net;
    int ink;
    int along, across;
};

static void line_along(struct pen *pen, int to)
{
    size_t a = (size_t)pen->along, b = (size_t)to, at = (size_t)pen->across;
    if (pen->p->way == DRAW_ACROSS) {
        canvas_line(pen->c, at, a, at, b, pen->net, pen->ink);
    } else {
        canvas_line(pen->c, a, at, b, at, pen->net, pen->ink);
    }
    pen->along = to;
}

static void line_across(struct pen *pen, int to)
{
    size_t a = (size_t)pen->across, b = (size_t)to, at = (size_t)pen->along;
    if (pen->p->way == DRAW_ACROSS) {
        canvas_line(pen->c, a, at, b, at, pen->net, pen->ink);
    } else {
        canvas_line(pen->c, at, a, at, b, pen->net, pen->ink);
    }
    pen->across = to;
}

static void paint_arrow(const struct pen *pen, enum flow flow)
{
    static const char *const arrows[2][DRAW_WAYS][2] = {{{"►", "◄"}, {"▼", "▲"}},
                                                        {{">", "<"}, {"v", "^"}}};
    bool across = pen->p->way == DRAW_ACROSS;
    size_t row = (size_t)(across ? pen->across : pen->along);
    size_t column = (size_t)(across ? pen->along : pen->across);
    canvas_put(pen->c, row, column, pen->ink,
               arrows[pen->p->ascii][pen->p->way][flow == FLOW_BACK_NOW]);
}

// Where a line ends that arrives at this rank: before a box across, on its edge down.
static int arrival(const struct plan *p, uint32_t rank)
{
    return plan_rank_band(p, rank).start - (p->way == DRAW_ACROSS);
}

static int departure(const struct plan *p, uint32_t rank)
{
    return plan_channel_band(p, rank).start - 1;
}

// From the edge of the box to the operand's cell.
static void paint_wire(const struct plan *p, struct canvas *c, const struct wire *wire)
{
    const struct draw_item *from = plan_item(p, wire->from), *to = plan_item(p, wire->to);
    int track = p->way == DRAW_ACROSS;  // where the first track of a channel is
    struct pen pen = {.p = p,
                      .c = c,
                      .net = wire->from,
                      .ink = wire->flow == FLOW_NONE ? INK_MUTED : INK_GRAD,
                      .along = departure(p, from->rank),
                      .across = from->at + from->out};
    for (uint32_t rank = from->rank; rank < to->rank; rank++) {
        bool last = rank + 1 == to->rank;
        const struct hop *hop = plan_hop(p, wire->from, rank);
        if (hop->track >= 0) {
            line_along(&pen, plan_channel_band(p, rank).start + track + hop->track);
        }
        line_across(&pen, last ? to->at + to->in[wire->port]
                               : plan_item(p, plan_carrier(p, wire->from, rank + 1))->at);
        line_along(&pen, last ? arrival(p, rank + 1) : departure(p, rank + 1));
    }
    paint_arrow(&pen, wire->flow);
}

// ---- All of it ----------------------------------------------------------------------------------

static bool paint(const struct plan *p, size_t rows, size_t columns, struct text *out)
{
    struct canvas c;
    canvas_init(&c, rows, columns, p->ascii);
    for (uint32_t i = 0; i < p->boxes; i++) {
        const struct draw_item *box = plan_item(p, i);
        box_paint(p, &c, box, plan_rank_band(p, box->rank));
    }
    // What has flowed is painted last, to be seen whole.
    for (enum flow flow = FLOW_NONE; flow <= FLOW_BACK_NOW; flow++) {
        for (size_t i = 0; i < p->wires.count; i++) {
            if (plan_wire(p, i)->flow == flow) {
                paint_wire(p, &c, plan_wire(p, i));
            }
        }
    }
    bool ok = canvas_write(&c, out);
    canvas_release(&c);
    return ok;
}

// False if it is too wide, or cannot be done.
static bool draw_boxes(struct text *out, const struct rec *scene, enum draw_way way,
                       const char *answer, size_t width)
{
    struct plan p;
    size_t refused = mem_refusals();  // then what was measured is not what would be painted
    bool ok = plan_init(&p, scene, way) && p.boxes > 0 && p.boxes <= DRAW_MOST &&
              plan_place(&p, answer) && plan_route(&p) && lay_bands(&p) &&
              mem_refusals() == refused;
    if (ok) {
        size_t along = length_along(&p), across = length_across(&p);
        size_t rows = way == DRAW_ACROSS ? across : along;
        size_t columns = way == DRAW_ACROSS ? along : across;
        ok = columns <= width && paint(&p, rows, columns, out);
    }
    plan_release(&p);
    return ok;
}

// The answer behind this one, which ends with a line "stop".
static const char *next_answer(const char *answer)
{
    static const char end[] = "\nstop\n";
    const char *stop = strstr(answer, end);
    return stop == NULL ? "" : stop + strlen(end);
}

void draw_scene(struct text *out, const struct rec *scene, size_t width)
{
    const char *answer = rec_get_text(scene, KEY_layout);
    bool drawn = false;
    for (enum draw_way way = DRAW_ACROSS; !drawn && way < DRAW_WAYS; way++) {
        drawn = *answer != '\0' && draw_boxes(out, scene, way, answer, width);
        answer = next_answer(answer);
    }
    if (!drawn) {
        rail_write(out, scene, width);
    }
}
