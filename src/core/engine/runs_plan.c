// Which nodes become a run, where their values and gradients lie, and in which order shares arrive.
#include <string.h>

#include "engine/ops_inline.h"
#include "engine/runs_parts.h"

// ---- Sorting ------------------------------------------------------------------------------------

// Arrays are indexed by id less low.
struct runs_sorting {
    struct runs *p;
    const struct tape *tape;
    const struct buf *stretches;
    uint32_t low, root;
    struct buf depends;       // uint8_t: on a parameter
    struct buf level;         // uint32_t: computed nodes on the longest way from a parameter
    struct buf user;          // uint32_t: the lowest level of a user
    struct buf cell;          // uint32_t; NODE_NONE: none yet
    struct buf order, spare;  // uint32_t: computed nodes
    struct buf counts;        // uint32_t
};

static bool depends(const struct runs_sorting *w, uint32_t id)
{
    return BUF(uint8_t, &w->depends)[id - w->low] != 0;
}

static uint32_t *level_of(const struct runs_sorting *w, uint32_t id)
{
    return &BUF(uint32_t, &w->level)[id - w->low];
}

static uint32_t *user_of(const struct runs_sorting *w, uint32_t id)
{
    return &BUF(uint32_t, &w->user)[id - w->low];
}

static uint32_t *cell_of(const struct runs_sorting *w, uint32_t id)
{
    return &BUF(uint32_t, &w->cell)[id - w->low];
}

// A power of 2 is a square, to the last bit.
static enum op op_of(const struct runs_sorting *w, uint32_t id)
{
    struct node n = tape_node(w->tape, id);
    bool square = n.op == OP_POW && !depends(w, n.b) && tape_value(w->tape, n.b) == 2;
    return square ? OP_SQUARE : (enum op)n.op;
}

static bool push_number(struct buf *b, uint32_t number)
{
    return buf_add(b, &number, 1);
}

static bool look_at(struct runs_sorting *w, uint32_t id)
{
    struct node n = tape_node(w->tape, id);
    uint8_t *d = BUF(uint8_t, &w->depends);
    *user_of(w, id) = UINT32_MAX;  // no level
    *cell_of(w, id) = NODE_NONE;
    if (n.op == OP_LEAF) {
        d[id - w->low] = tape_marked(w->tape, id, MARK_PARAM);
        return d[id - w->low] == 0 || push_number(&w->p->params, id);
    }
    d[id - w->low] = depends(w, n.a) || depends(w, n.b);
    uint32_t a = *level_of(w, n.a), b = *level_of(w, n.b);
    *level_of(w, id) = d[id - w->low] == 0 ? 0 : 1 + (a > b ? a : b);
    return d[id - w->low] == 0 || push_number(&w->order, id);
}

// What depends on a parameter, its level, and that of its lowest user.
static bool survey(struct runs_sorting *w)
{
    size_t span = (size_t)w->root - w->low + 1;
    if (!buf_resize(&w->depends, span) || !buf_resize(&w->level, span) ||
        !buf_resize(&w->user, span) || !buf_resize(&w->cell, span)) {
        return false;
    }
    for (size_t k = 0; k < w->stretches->count; k++) {
        struct stretch in = BUF(struct stretch, w->stretches)[k];
        for (uint32_t i = in.first; i < in.end; i++) {
            if (stop_asked(w->tape->stop, i) || !look_at(w, i)) {
                return false;
            }
        }
    }
    *user_of(w, w->root) = 0;
    for (size_t k = w->order.count; k-- > 0;) {
        uint32_t id = BUF(uint32_t, &w->order)[k], level = *level_of(w, id);
        if (stop_asked(w->tape->stop, k)) {
            return false;
        }
        struct node n = tape_node(w->tape, id);
        const uint32_t operand[2] = {(uint32_t)n.a, (uint32_t)n.b};
        for (int s = 0; s < 2; s++) {
            uint32_t *user = user_of(w, operand[s]);
            *user = *user > level ? level : *user;
        }
    }
    return w->order.count > 0;
}

enum sort_key { BY_USER, BY_OP, BY_LEVEL };

static uint32_t key_of(const struct runs_sorting *w, enum sort_key key, uint32_t id)
{
    return key == BY_USER ? *user_of(w, id) : key == BY_LEVEL ? *level_of(w, id) : op_of(w, id);
}

// Nodes with equal keys stay in their order.
static bool sort_by(struct runs_sorting *w, enum sort_key key, uint32_t most)
{
    size_t n = w->order.count;
    w->counts.count = 0;
    if (!buf_resize(&w->counts, (size_t)most + 2) || !buf_resize(&w->spare, n)) {
        return false;
    }
    uint32_t *count = w->counts.data;
    const uint32_t *from = w->order.data;
    uint32_t *to = w->spare.data;
    memset(count, 0, w->counts.count * sizeof *count);
    for (size_t k = 0; k < n; k++) {
        if (stop_asked(w->tape->stop, k)) {
            return false;
        }
        count[key_of(w, key, from[k]) + 1]++;
    }
    for (uint32_t i = 0; i <= most; i++) {
        count[i + 1] += count[i];
    }
    for (size_t k = 0; k < n; k++) {
        if (stop_asked(w->tape->stop, k)) {
            return false;
        }
        to[count[key_of(w, key, from[k])]++] = from[k];
    }
    struct buf held = w->order;
    w->order = w->spare;
    w->spare = held;
    return true;
}

// By level and operation; in a run by the user's level, as what one run makes for another should be
// neighbours there.
static bool sort(struct runs_sorting *w)
{
    uint32_t levels = *level_of(w, w->root);
    return sort_by(w, BY_USER, levels) && sort_by(w, BY_OP, OP_COUNT) &&
           sort_by(w, BY_LEVEL, levels);
}

// ---- Sections -----------------------------------------------------------------------------------

static bool are_alike(const struct runs_sorting *w, uint32_t x, uint32_t y)
{
    return *level_of(w, x) == *level_of(w, y) && op_of(w, x) == op_of(w, y);
}

static bool add_section(struct runs *p, uint32_t first, uint32_t count, enum op op)
{
    struct runs_section *last =
        p->sections.count == 0 ? NULL
                               : &BUF(struct runs_section, &p->sections)[p->sections.count - 1];
    bool alone = count < RUNS_LEAST;
    if (alone && last != NULL && last->alone) {
        last->count += count;
        return true;
    }
    struct runs_section made = {.first = first, .count = count, .op = op, .alone = alone};
    return buf_add(&p->sections, &made, 1);
}

static bool cut_sections(struct runs_sorting *w)
{
    const uint32_t *id = w->order.data;
    uint32_t n = (uint32_t)w->order.count;
    for (uint32_t k = 0, end; k < n; k = end) {
        end = k + 1;
        while (end < n && are_alike(w, id[k], id[end])) {
            end++;
        }
        if (stop_after(w->tape->stop, end - k) || !add_section(w->p, k, end - k, op_of(w, id[k]))) {
            return false;
        }
    }
    return true;
}

// Inputs are numbered as sections read them.
static void number_inputs(struct runs_sorting *w, struct runs_section s)
{
    for (int slot = 0; slot < 2; slot++) {
        for (uint32_t k = s.first; k < s.first + s.count; k++) {
            struct node n = tape_node(w->tape, BUF(uint32_t, &w->order)[k]);
            uint32_t id = slot == 0 ? (uint32_t)n.a : (uint32_t)n.b;
            if (!depends(w, id) && *cell_of(w, id) == NODE_NONE) {
                *cell_of(w, id) = w->p->inputs++;
            }
        }
    }
}

static bool number_cells(struct runs_sorting *w)
{
    struct runs *p = w->p;
    uint32_t n = (uint32_t)w->order.count;
    for (size_t i = 0; i < p->sections.count; i++) {
        struct runs_section s = BUF(struct runs_section, &p->sections)[i];
        if (stop_after(w->tape->stop, s.count)) {
            return false;
        }
        number_inputs(w, s);
    }
    for (uint32_t i = 0; i < p->params.count; i++) {
        *cell_of(w, BUF(uint32_t, &p->params)[i]) = p->inputs + i;
    }
    p->computed = n;
    p->nowhere = runs_first_cell(p) + n;
    bool ok = buf_resize(&p->op, n);
    for (int slot = 0; slot < 2; slot++) {
        ok = ok && buf_resize(&p->reads[slot], n) && buf_resize(&p->gives[slot], n);
    }
    for (uint32_t k = 0; k < n && ok; k++) {
        *cell_of(w, BUF(uint32_t, &w->order)[k]) = runs_first_cell(p) + k;
    }
    for (uint32_t k = 0; k < n && ok; k++) {
        uint32_t id = BUF(uint32_t, &w->order)[k];
        struct node node = tape_node(w->tape, id);
        const uint32_t operand[2] = {(uint32_t)node.a, (uint32_t)node.b};
        enum op op = op_of(w, id);
        ok = !stop_asked(w->tape->stop, k);
        BUF(uint8_t, &p->op)[k] = (uint8_t)op;
        for (int slot = 0; slot < 2; slot++) {
            bool given = slot < op_arity_inline(op) && depends(w, operand[slot]);
            BUF(uint32_t, &p->reads[slot])[k] = *cell_of(w, operand[slot]);
            BUF(uint32_t, &p->gives[slot])[k] = given ? *cell_of(w, operand[slot]) : p->nowhere;
        }
    }
    p->root = *cell_of(w, w->root);
    return ok;
}

static bool are_neighbours(const uint32_t *cell, uint32_t n)
{
    bool are = true;
    for (uint32_t i = 0; i < n && are; i++) {
        are = cell[i] == cell[0] + i;
    }
    return are;
}

static void look_at_sides(struct runs *p, struct runs_section *s)
{
    for (int slot = 0; slot < 2 && !s->alone; slot++) {
        const uint32_t *reads = BUF_FROM(uint32_t, &p->reads[slot], s->first);
        const uint32_t *gives = BUF_FROM(uint32_t, &p->gives[slot], s->first);
        bool nothing = true;
        for (uint32_t i = 0; i < s->count && nothing; i++) {
            nothing = gives[i] == p->nowhere;
        }
        s->side[slot].in_row = are_neighbours(reads, s->count);
        s->side[slot].gives = nothing                           ? GIVES_NOTHING
                              : are_neighbours(gives, s->count) ? GIVES_A_ROW
                                                                : GIVES_EACH;
    }
}

// ---- The order of summation ---------------------------------------------------------------------

// A node receives its shares in the plain sweep from its users in descending order of their numbers,
// and from a user that has it twice first as a, then as b.
struct order_check {
    const struct runs_sorting *w;
    struct buf last;   // uint32_t, by cell: the last user that gave a share
    struct buf apart;  // uint8_t, by cell: the order is another
    bool any;
};

static void give(struct order_check *c, uint32_t k, int slot)
{
    const struct runs *p = c->w->p;
    uint32_t to = BUF(uint32_t, &p->gives[slot])[k], user = BUF(uint32_t, &c->w->order)[k];
    uint32_t *last = &BUF(uint32_t, &c->last)[to];
    bool good = to == p->nowhere || user < *last || (user == *last && slot == 1);
    *last = user;
    BUF(uint8_t, &c->apart)[to] |= !good;
    c->any = c->any || !good;
}

// As `give_section` does it.
static void check_section(struct order_check *c, const struct runs_section *s)
{
    for (uint32_t end = s->count, begin; end > 0; end = begin) {
        begin = s->alone ? 0 : (end - 1) / RUNS_BLOCK * RUNS_BLOCK;
        if (s->alone || s->paired) {
            for (uint32_t k = end; k-- > begin;) {
                give(c, s->first + k, 0);
                give(c, s->first + k, 1);
            }
            continue;
        }
        for (int slot = 0; slot < 2; slot++) {
            for (uint32_t k = end; k-- > begin;) {
                give(c, s->first + k, slot);
            }
        }
    }
}

// Shares for such a cell get cells of their own, neighbours where those of a section are.
static bool set_apart(struct order_check *c)
{
    struct runs *p = c->w->p;
    uint32_t next = p->nowhere + 1;
    for (size_t i = 0; i < p->sections.count; i++) {
        const struct runs_section *s = &BUF(struct runs_section, &p->sections)[i];
        if (stop_after(c->w->tape->stop, s->count)) {
            return false;
        }
        for (int slot = 0; slot < 2; slot++) {
            uint32_t *to = BUF(uint32_t, &p->gives[slot]);
            for (uint32_t k = s->first; k < s->first + s->count; k++) {
                if (to[k] != p->nowhere && BUF(uint8_t, &c->apart)[to[k]] != 0) {
                    to[k] = next++;
                }
            }
        }
    }
    return true;
}

// Walks the computed nodes as the plain sweep does: `count` and then `fill` the shares of each cell
// that was set apart; `at` is where its next one goes.
static bool walk_edges(struct order_check *c, uint32_t *at, bool fill)
{
    const struct runs_sorting *w = c->w;
    struct runs *p = w->p;
    for (size_t i = w->stretches->count; i-- > 0;) {
        struct stretch in = BUF(struct stretch, w->stretches)[i];
        for (uint32_t id = in.end; id-- > in.first;) {
            struct node n = tape_node(w->tape, id);
            if (stop_asked(w->tape->stop, id)) {
                return false;
            }
            if (n.op == OP_LEAF || !depends(w, id)) {
                continue;
            }
            uint32_t k = *cell_of(w, id) - runs_first_cell(p);
            const uint32_t operand[2] = {(uint32_t)n.a, (uint32_t)n.b};
            for (int slot = 0; slot < 2; slot++) {
                uint32_t cell = *cell_of(w, operand[slot]);
                uint32_t to = BUF(uint32_t, &p->gives[slot])[k];
                if (BUF(uint8_t, &c->apart)[cell] == 0 || to == p->nowhere) {
                    continue;
                }
                if (fill) {
                    BUF(uint32_t, &p->edges)[at[cell]] = to;
                }
                at[cell]++;
            }
        }
    }
    return true;
}

static bool collect_edges(struct order_check *c)
{
    struct runs *p = c->w->p;
    uint32_t *at = c->last.data, total = 0;
    memset(at, 0, c->last.count * sizeof *at);
    if (!walk_edges(c, at, false)) {
        return false;
    }
    for (uint32_t cell = p->nowhere; cell-- > 0;) {
        if (BUF(uint8_t, &c->apart)[cell] != 0) {
            struct runs_collected made = {cell, total, at[cell]};
            at[cell] = total;
            total += made.count;
            if (!buf_add(&p->collected, &made, 1)) {
                return false;
            }
        }
    }
    if (!buf_resize(&p->edges, total)) {
        return false;
    }
    return walk_edges(c, at, true);
}

static bool order_shares(struct runs_sorting *w)
{
    struct order_check c = {.w = w};
    struct runs *p = w->p;
    struct runs_section *section = p->sections.data;
    size_t n = p->sections.count;
    buf_init(&c.last, sizeof(uint32_t));
    buf_init(&c.apart, sizeof(uint8_t));
    bool ok = buf_resize(&c.last, (size_t)p->nowhere + 1) &&
              buf_resize(&c.apart, (size_t)p->nowhere + 1) &&
              mem_fill_while(c.last.data, 0xff, c.last.count * sizeof(uint32_t), w->tape->stop);
    for (size_t i = n; i-- > 0 && ok;) {
        struct runs_section *s = &section[i];
        ok = !stop_after(w->tape->stop, s->count);
        look_at_sides(p, s);
        const struct runs_side *side = s->side;
        s->paired = side[0].gives != GIVES_NOTHING && side[1].gives != GIVES_NOTHING &&
                    (side[0].gives == GIVES_EACH || side[1].gives == GIVES_EACH);
        check_section(&c, s);
    }
    if (ok && c.any) {
        ok = set_apart(&c) && collect_edges(&c);
        for (size_t i = 0; i < n; i++) {
            look_at_sides(p, &section[i]);
        }
    }
    buf_release(&c.last);
    buf_release(&c.apart);
    return ok;
}

// ---- All of it ----------------------------------------------------------------------------------

// Vectors may be read up to LANES_STEP cells past a section's end.
static bool make_room(struct runs_sorting *w)
{
    struct runs *p = w->p;
    size_t cells = (size_t)p->nowhere + 1 + LANES_STEP;
    if (!buf_resize(&p->value, cells) || !buf_resize(&p->grad, cells + p->edges.count)) {
        return false;
    }
    for (size_t k = 0; k < w->stretches->count; k++) {
        struct stretch in = BUF(struct stretch, w->stretches)[k];
        for (uint32_t i = in.first; i < in.end; i++) {
            uint32_t cell = *cell_of(w, i);
            if (stop_asked(w->tape->stop, i)) {
                return false;
            }
            if (cell != NODE_NONE) {
                BUF(double, &p->value)[cell] = tape_value(w->tape, i);
            }
        }
    }
    return true;
}

bool runs_plan(struct runs *p, uint32_t root, const struct buf *stretches)
{
    struct runs_sorting w = {.p = p,
                             .tape = p->tape,
                             .stretches = stretches,
                             .root = root,
                             .low = BUF(struct stretch, stretches)[0].first};
    struct buf *const numbers[] = {&w.level, &w.user, &w.cell, &w.order, &w.spare, &w.counts};
    buf_init(&w.depends, sizeof(uint8_t));
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        buf_init(numbers[i], sizeof(uint32_t));
    }
    bool ok = survey(&w) && sort(&w) && cut_sections(&w) && number_cells(&w) && order_shares(&w) &&
              make_room(&w);
    buf_release(&w.depends);
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        buf_release(numbers[i]);
    }
    return ok;
}
