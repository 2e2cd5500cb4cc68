// The lines between the ranks.
//
// A net leaves a rank on its own line, turns into a track (a line of the channel that runs beside
// the ranks), and leaves the track for each of its goals. Two nets never share a line: in a track
// they lie apart; and where one net leaves the rank at the very place where another arrives at the
// next, the first one's track comes first, so that their two half lines do not meet. Whatever else
// they have in common is a crossing, and of all orders of the tracks the one with the fewest is
// taken. Nets that want to change places (each leaves where the other arrives) allow no order at
// all: then the goal is moved on by one, with all that are after it, and the channel done again.
#include <string.h>

#include "words/draw_parts.h"

enum {
    TRIES_MOST = 200,     // movings in one channel
    HOPS_MOST = 14,       // nets that turn in one channel: their orders are searched by subsets
    FORBIDDEN = 1 << 20,  // the cost of an order that cannot be
};

// ---- Hops ---------------------------------------------------------------------------------------

static bool add_goal(struct plan *p, struct hop *hop, int at)
{
    int *goal = buf_push(&p->goals, 1);
    if (goal == NULL) {
        return false;
    }
    *goal = at;
    hop->count++;
    hop->low = at < hop->low ? at : hop->low;
    hop->high = at > hop->high ? at : hop->high;
    return true;
}

static bool add_hop(struct plan *p, uint32_t rank, const struct draw_item *carrier)
{
    const struct draw_item *box = plan_item(p, carrier->net);
    int from = carrier->at + carrier->out;
    struct hop hop = {.net = carrier->net,
                      .rank = rank,
                      .from = from,
                      .goals = p->goals.count,
                      .low = from,
                      .high = from,
                      .track = -1};
    bool ok = true;
    if (box->last > rank + 1) {
        ok = add_goal(p, &hop, plan_item(p, plan_carrier(p, carrier->net, rank + 1))->at);
    }
    for (size_t i = 0; ok && i < p->wires.count; i++) {
        const struct wire *wire = plan_wire(p, i);
        const struct draw_item *to = plan_item(p, wire->to);
        if (wire->from == carrier->net && to->rank == rank + 1) {
            ok = add_goal(p, &hop, to->at + to->in[wire->port]);
        }
    }
    if (ok && hop.count > 0) {
        struct hop *at = buf_push(&p->hops, 1);
        ok = at != NULL;
        if (ok) {
            *at = hop;
        }
    }
    return ok;
}

static bool add_hops(struct plan *p, uint32_t rank)
{
    uint32_t count;
    const uint32_t *items = plan_rank(p, rank, &count);
    bool ok = true;
    for (uint32_t i = 0; ok && i < count; i++) {
        ok = add_hop(p, rank, plan_item(p, items[i]));
    }
    return ok;
}

static bool turns(const struct hop *hop)
{
    return hop->low != hop->high;
}

static bool arrives_at(const struct plan *p, const struct hop *hop, int at)
{
    const int *goals = BUF_FROM(int, &p->goals, hop->goals);
    for (size_t i = 0; i < hop->count; i++) {
        if (goals[i] == at) {
            return true;
        }
    }
    return false;
}

// ---- The order of the tracks --------------------------------------------------------------------

// Crossings of two nets if `a` turns before `b` does.
static int crossings(const struct plan *p, const struct hop *a, const struct hop *b)
{
    const int *goals = BUF_FROM(int, &p->goals, a->goals);
    if (arrives_at(p, a, b->from)) {
        return FORBIDDEN;
    }
    int count = a->low < b->from && b->from < a->high;
    for (size_t i = 0; i < a->count; i++) {
        count += b->low < goals[i] && goals[i] < b->high;
    }
    return count;
}

// The best order of a set of nets.
struct best {
    int cost;
    uint8_t last;  // the net that turns last
};

// The nets that turn in this channel, and what each pair costs.
struct channel {
    struct hop *hop[HOPS_MOST];
    int cost[HOPS_MOST][HOPS_MOST];  // [a][b]: a turns before b
    uint8_t order[HOPS_MOST];
    unsigned count;
};

static bool gather(struct plan *p, size_t first, struct channel *c)
{
    c->count = 0;
    for (size_t i = first; i < p->hops.count; i++) {
        struct hop *hop = &BUF(struct hop, &p->hops)[i];
        if (turns(hop) && c->count == HOPS_MOST) {
            return false;
        }
        if (turns(hop)) {
            c->hop[c->count++] = hop;
        }
    }
    for (unsigned a = 0; a < c->count; a++) {
        for (unsigned b = 0; b < c->count; b++) {
            c->cost[a][b] = a == b ? 0 : crossings(p, c->hop[a], c->hop[b]);
        }
    }
    return true;
}

// What it adds that net `i` turns after all of `set`.
static int cost_after(const struct channel *c, unsigned set, unsigned i)
{
    int cost = 0;
    for (unsigned before = 0; before < c->count; before++) {
        cost += (set >> before & 1) != 0 ? c->cost[before][i] : 0;
    }
    return cost;
}

// The cheapest order of each set of nets is the cheapest order of one net less, and that net.
static bool find_order(struct channel *c)
{
    unsigned all = (1u << c->count) - 1;
    struct buf table;
    buf_init(&table, sizeof(struct best));
    if (!buf_resize(&table, (size_t)all + 1)) {
        return false;
    }
    struct best *best = table.data;
    for (unsigned set = 1; set <= all; set++) {
        best[set].cost = INT32_MAX;
        for (unsigned i = 0; i < c->count; i++) {
            unsigned rest = set & ~(1u << i);
            int cost = rest == set ? INT32_MAX : best[rest].cost + cost_after(c, rest, i);
            if (cost < best[set].cost) {
                best[set] = (struct best){cost, (uint8_t)i};
            }
        }
    }
    unsigned set = all;
    for (unsigned i = c->count; i-- > 0;) {
        c->order[i] = best[set].last;
        set &= ~(1u << c->order[i]);
    }
    buf_release(&table);
    return true;
}

// Nets that lie apart share a track: down, with a blank between them, as the corners .'.' do not
// show which of their sides is open. Returns how many tracks there are.
static int give_tracks(const struct plan *p, struct channel *c)
{
    int tracks = 0, blank = p->way == DRAW_DOWN;
    for (unsigned i = 0; i < c->count; i++) {
        struct hop *hop = c->hop[c->order[i]];
        hop->track = 0;
        for (unsigned k = 0; k < i; k++) {
            const struct hop *before = c->hop[c->order[k]];
            bool apart = hop->low > before->high + blank || before->low > hop->high + blank;
            hop->track = apart || hop->track > before->track ? hop->track : before->track + 1;
        }
        tracks = hop->track + 1 > tracks ? hop->track + 1 : tracks;
    }
    return tracks;
}

// Where a net arrives that may not turn before the next one; NULL if the order is a good one.
static const struct hop *find_conflict(const struct channel *c, int *at)
{
    for (unsigned i = 1; i < c->count; i++) {
        for (unsigned k = 0; k < i; k++) {
            if (c->cost[c->order[k]][c->order[i]] >= FORBIDDEN) {
                *at = c->hop[c->order[i]]->from;
                return c->hop[c->order[k]];
            }
        }
    }
    return NULL;
}

// ---- Channels -----------------------------------------------------------------------------------

// Moves the item of this rank that holds the place `at`, and all that are after it, on by one.
static void move_on(struct plan *p, uint32_t rank, int at)
{
    uint32_t count;
    const uint32_t *items = plan_rank(p, rank, &count);
    for (uint32_t i = 0; i < count; i++) {
        struct draw_item *item = plan_item(p, items[i]);
        item->at += item->at + item->size > at;
    }
}

static bool route_channel(struct plan *p, uint32_t rank, int *tracks)
{
    size_t hops = p->hops.count, goals = p->goals.count;
    struct channel c;
    for (int tries = 0; tries < TRIES_MOST; tries++) {
        int at = 0;
        p->hops.count = hops;
        p->goals.count = goals;
        if (!add_hops(p, rank) || !gather(p, hops, &c) || !find_order(&c)) {
            return false;
        }
        if (find_conflict(&c, &at) == NULL) {
            *tracks = give_tracks(p, &c);
            return true;
        }
        move_on(p, rank + 1, at);
    }
    return false;
}

bool plan_route(struct plan *p)
{
    bool ok = buf_resize(&p->tracks, p->ranks - 1);
    for (uint32_t rank = 0; ok && rank + 1 < p->ranks; rank++) {
        ok = route_channel(p, rank, &BUF(int, &p->tracks)[rank]);
    }
    return ok;
}

const struct hop *plan_hop(const struct plan *p, uint32_t net, uint32_t rank)
{
    const struct hop *hop = p->hops.data;
    while (hop->net != net || hop->rank != rank) {
        hop++;
    }
    return hop;
}
