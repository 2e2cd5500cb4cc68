#include "session/turns.h"

#include <string.h>

#include "text/group.h"

// More turns are more boxes than a picture should have; more bindings are not looked through.
enum { TURNS_MOST = 30, BINDINGS_MOST = 4000, ELEMENTS_MOST = 4096 };

// The bindings of the loop: rows from `first` on, `period` of them a turn.
struct turns_found {
    struct session *s;
    size_t first, count, period;
    struct buf ends;  // uint32_t, by turn: the node behind its last one
};

static const struct recipe *row_at(const struct turns_found *t, size_t i)
{
    return recipes_at(&t->s->recipes, t->first + i);
}

static bool is_same(const struct turns_found *t, size_t i, size_t k)
{
    const struct recipe *a = row_at(t, i), *b = row_at(t, k);
    uint32_t length = recipe_length(a);
    return a->name == b->name && a->op == b->op && length == recipe_length(b) &&
           (length == 0 ||
            memcmp(recipes_text(&t->s->recipes, a), recipes_text(&t->s->recipes, b), length) == 0);
}

static bool repeats(const struct turns_found *t, size_t period)
{
    for (size_t i = 0; i + period < t->count; i++) {
        if (!is_same(t, i, i + period)) {
            return false;
        }
    }
    return true;
}

// The fewest bindings that come again and again; 0: there are none.
static size_t find_period(const struct turns_found *t)
{
    for (size_t period = 1; period <= t->count / 2; period++) {
        if (t->count % period == 0 && repeats(t, period)) {
            return period;
        }
    }
    return 0;
}

// The last node of a value; false if it is too large to be looked through.
static bool last_node(const struct session *s, struct value v, uint32_t *last)
{
    uint64_t count = value_is_array(v) ? (uint64_t)v.rows * v.cols : 1;
    for (uint32_t k = 0; k < count && count <= ELEMENTS_MOST; k++) {
        uint32_t node = names_element(&s->names, v, k);
        *last = node > *last ? node : *last;
    }
    return count <= ELEMENTS_MOST;
}

// Where each turn ends. False if they do not follow each other, or there is no memory.
static bool find_ends(struct turns_found *t)
{
    uint32_t before = t->s->begun_nodes;
    for (size_t i = 0; i < t->count; i += t->period) {
        uint32_t last = 0, *end = buf_push(&t->ends, 1);
        for (size_t k = i; k < i + t->period; k++) {
            if (!last_node(t->s, recipes_value(&t->s->recipes, row_at(t, k)), &last)) {
                return false;
            }
        }
        if (end == NULL || last < before || last >= tape_count(&t->s->tape)) {
            return false;
        }
        *end = before = last + 1;
    }
    return true;
}

static bool push_group(struct buf *to, struct group group)
{
    struct group *at = buf_push(to, 1);
    if (at != NULL) {
        *at = group;
    }
    return at != NULL;
}

// The groups of the loop, `calls`, with those of the turns around them; `place` is where each of them
// goes. False if a call is not within one turn, or there is no memory.
static bool put_groups(const struct turns_found *t, uint32_t name, const struct group *calls,
                       uint32_t *place, uint32_t count, struct buf *to)
{
    uint32_t base = (uint32_t)t->s->begun_groups, first = t->s->begun_nodes, k = 0;
    for (size_t i = 0; i < t->ends.count; i++) {
        uint32_t end = BUF(uint32_t, &t->ends)[i], turn = base + (uint32_t)to->count;
        bool ok = push_group(to, (struct group){.name = name,
                                                .within = GROUP_NONE,
                                                .whole = turn,
                                                .first = first,
                                                .end = end,
                                                .turn = 1});
        for (; ok && k < count && calls[k].first < end; k++) {
            struct group g = calls[k];
            place[k] = base + (uint32_t)to->count;
            g.within = g.within == GROUP_NONE ? turn
                       : g.within < base      ? g.within
                                              : place[g.within - base];
            g.whole = g.whole < base ? g.whole : place[g.whole - base];
            ok = g.end <= end && push_group(to, g);
        }
        if (!ok) {
            return false;
        }
        first = end;
    }
    return k == count;
}

// Is the last turn made of the one before it, by more than one operation? Turns that are made of the
// same, as those of a training are, are graphs of their own.
static bool is_chain(const struct turns_found *t)
{
    const uint32_t *end = BUF_FROM(uint32_t, &t->ends, t->ends.count);
    uint32_t first = t->ends.count > 2 ? end[-3] : t->s->begun_nodes;
    bool several = end[-1] - end[-2] > 1;
    for (uint32_t i = end[-2]; several && i < end[-1]; i++) {
        for (int slot = 0; slot < tape_arity(&t->s->tape, i); slot++) {
            uint32_t operand = tape_operand(&t->s->tape, i, slot);
            if (operand >= first && operand < end[-2]) {
                return true;
            }
        }
    }
    return false;
}

static bool add_groups(struct turns_found *t)
{
    struct buf *groups = &t->s->groups, made, places;
    uint32_t count = (uint32_t)(groups->count - t->s->begun_groups);
    uint32_t name = names_intern(&t->s->names, "turn", 4);
    buf_init(&made, sizeof(struct group));
    buf_init(&places, sizeof(uint32_t));
    const struct group *calls = BUF_FROM(struct group, groups, t->s->begun_groups);
    bool ok = name != NAME_NONE && buf_resize(&places, count);
    if (ok && put_groups(t, name, count == 0 ? NULL : calls, places.data, count, &made)) {
        groups->count = t->s->begun_groups;
        ok = buf_add(groups, made.data, made.count);
    }
    ok = ok && !made.failed;
    buf_release(&made);
    buf_release(&places);
    return ok;
}

bool turns_group(struct session *s)
{
    struct turns_found t = {.s = s, .first = s->begun_recipes};
    t.count = s->recipes.rows.count - t.first;
    if (t.count < 2 || t.count > BINDINGS_MOST) {
        return true;
    }
    buf_init(&t.ends, sizeof(uint32_t));
    t.period = find_period(&t);
    bool ok = true;
    if (t.period > 0 && t.count / t.period <= TURNS_MOST && find_ends(&t) && is_chain(&t)) {
        ok = add_groups(&t);
    }
    ok = ok && !t.ends.failed;
    buf_release(&t.ends);
    return ok;
}
