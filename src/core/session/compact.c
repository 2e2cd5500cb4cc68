// Loops that build their graph anew at each turn must not fill memory: between two turns the nodes
// that nothing leads to any more are taken out.
//
// Only nodes that the outermost loop made may go: what was there before keeps its place, so that
// the transaction can still be taken back, and so that a loop leaves the same in a file that is
// loaded as it did at the prompt. The rest moves together, order kept.
#include <string.h>

#include "session/call.h"

enum { COMPACT_FEW = 2000 };  // nodes and bindings that are not worth clearing up

struct compaction {
    struct session *s;
    uint32_t first, end;  // the nodes that may go
    struct buf to;        // uint32_t for each of them: first 1 where it stays, then its new number,
                          // or that of the next one which stays
};

static uint32_t *to(const struct compaction *k, uint32_t node)
{
    return &BUF(uint32_t, &k->to)[node - k->first];
}

static void keep(const struct compaction *k, uint32_t node)
{
    if (node != NODE_NONE && node >= k->first) {
        *to(k, node) = 1;
    }
}

// All between the first and the last element of an array stays, so that its strides stay true. What
// was there before this loop stays anyway.
static void keep_value(const struct compaction *k, struct value v)
{
    if (v.rank == VALUE_SCALAR) {
        keep(k, v.base);
    } else if (value_is_array(v) && v.listed && v.base >= k->s->begun_lists) {
        for (uint32_t i = 0; i < v.rows * v.cols; i++) {
            keep(k, BUF(uint32_t, &k->s->names.lists)[value_place(v, i / v.cols, i % v.cols)]);
        }
    } else if (value_is_array(v) && !v.listed) {
        uint32_t last = value_place(v, v.rows - 1, v.cols - 1);
        for (uint32_t node = v.base > k->first ? v.base : k->first; node <= last; node++) {
            keep(k, node);
        }
    }
}

// Which recipes of this loop stay: of each name the last, and what the formula of one that
// stays mentions. The others are taken out, with their formulas.
static bool compact_recipes(struct session *s)
{
    struct buf links, last, stays;
    uint32_t first = (uint32_t)s->begun_recipes, count = (uint32_t)s->recipes.rows.count;
    struct recipe *rows = s->recipes.rows.data;
    bool ok = recipes_links(&s->recipes, &s->definitions, &s->names, first, &links);
    buf_init(&last, sizeof(uint32_t));
    buf_init(&stays, sizeof(bool));
    ok = ok && buf_resize(&last, names_count(&s->names)) && buf_resize(&stays, count - first);
    bool *stay = stays.data;
    size_t l = links.count;
    for (uint32_t i = count; ok && i-- > first;) {
        uint32_t *of_name = &BUF(uint32_t, &last)[rows[i].name];
        stay[i - first] |= *of_name == 0;
        *of_name = 1;
        for (; l > 0 && BUF(struct link, &links)[l - 1].recipe == i; l--) {
            stay[BUF(struct link, &links)[l - 1].of - first] |= stay[i - first];
        }
    }
    uint32_t next = first, text = ok && first < count ? rows[first].text : 0;
    struct value *arrays = s->recipes.arrays.data;
    uint32_t array = (uint32_t)s->begun_arrays;
    for (uint32_t i = first; ok && i < count; i++) {
        struct recipe r = rows[i];
        if (stay[i - first]) {
            if (r.bytes > 0) {
                memmove(BUF_FROM(char, &s->recipes.text, text),
                        BUF_FROM(char, &s->recipes.text, r.text), r.bytes);
            }
            r.text = text;
            text += r.bytes;
            if (r.array) {
                arrays[array] = arrays[r.of];
                r.of = array++;
            }
            rows[next++] = r;
        }
    }
    if (ok && first < count) {
        s->recipes.rows.count = next;
        s->recipes.arrays.count = array;
        s->recipes.text.count = text;
    }
    buf_release(&links);
    buf_release(&last);
    buf_release(&stays);
    return ok;
}

// The values that must stay true: those of the names, then the arrays of the recipes of this transaction,
// then the arrays that loops go through. (Recipes of single nodes hold nothing but the node.)
static size_t holders(const struct session *s)
{
    return names_count(&s->names) + s->recipes.arrays.count - s->begun_arrays +
           s->frames.count * TURN_NAMES;
}

static struct value *held(struct session *s, size_t i)
{
    size_t names = names_count(&s->names), arrays = s->recipes.arrays.count - s->begun_arrays;
    if (i >= names + arrays) {
        size_t at = i - names - arrays;
        return &BUF(struct frame, &s->frames)[at / TURN_NAMES].each.each[at % TURN_NAMES];
    }
    return i < names ? &BUF(struct symbol, &s->names.symbols)[i].value
                     : &BUF(struct value, &s->recipes.arrays)[s->begun_arrays + i - names];
}

static void keep_roots(const struct compaction *k)
{
    struct session *s = k->s;
    for (size_t i = 0; i < holders(s); i++) {
        keep_value(k, *held(s, i));
    }
    for (size_t i = s->begun_recipes; i < s->recipes.rows.count; i++) {
        const struct recipe *row = recipes_at(&s->recipes, i);
        keep(k, row->array ? NODE_NONE : row->of);
    }
    keep(k, session_settings(s)->output);
    keep(k, session_settings(s)->sabotaged);
    keep(k, session_settings(s)->mistake.kind == MISTAKE_COUNT ? NODE_NONE
                                                               : session_settings(s)->mistake.node);
    for (size_t i = 0; i < s->expansions.count; i++) {
        const struct expansion *e = &BUF(struct expansion, &s->expansions)[i];
        keep(k, e->root);
        keep(k, e->a);
        keep(k, e->b);
    }
    for (uint32_t i = k->end; i-- > k->first;) {
        if (*to(k, i) != 0) {
            keep(k, (uint32_t)tape_node(&s->tape, i).a);
            keep(k, (uint32_t)tape_node(&s->tape, i).b);
        }
    }
}

static uint32_t moved(const struct compaction *k, uint32_t node)
{
    return node == NODE_NONE || node < k->first ? node : *to(k, node);
}

// What an optimiser remembers is in the order of the parameters: what it remembers of one that
// goes must not become that of the next.
static void move_states(const struct compaction *k)
{
    struct buf *states = &k->s->optimiser;
    struct optim_state *state = states->data;
    size_t from = 0, next = 0;
    const struct tape *t = &k->s->tape;
    for (uint32_t i = tape_next(t, MARK_PARAM, 0, k->end); i < k->end && from < states->count;
         i = tape_next(t, MARK_PARAM, i + 1, k->end)) {
        if (i < k->first || *to(k, i) != 0) {
            state[next++] = state[from];
        }
        from++;
    }
    states->count -= from - next;
}

// The labels of nodes that go, go too: of this loop's rows only, for others are of older nodes.
static void drop_labels(const struct compaction *k)
{
    struct buf *rows = &k->s->labels.rows;
    struct label_row *row = rows->data;
    size_t next = 0;
    for (size_t i = 0; i < rows->count; i++) {
        bool older = row[i].node < k->first;
        if (older || *to(k, row[i].node) != 0) {
            row[next++] = row[i];
        }
    }
    rows->count = next;
}

static void move_labels(const struct compaction *k)
{
    struct buf *rows = &k->s->labels.rows;
    for (size_t i = 0; i < rows->count; i++) {
        struct label_row *row = &BUF(struct label_row, rows)[i];
        row->node = moved(k, row->node);
    }
}

static bool stays(const struct compaction *k, uint32_t node)
{
    return node < k->first || *to(k, node) != 0;
}

// That a node is a derivative is forgotten with any of the three nodes.
static void drop_grown(const struct compaction *k)
{
    struct buf *rows = &k->s->names.grown;
    struct grown *row = rows->data;
    size_t next = 0;
    for (size_t i = 0; i < rows->count; i++) {
        if (stays(k, row[i].node) && stays(k, row[i].root) && stays(k, row[i].of)) {
            row[next++] = row[i];
        }
    }
    rows->count = next;
}

static void move_grown(const struct compaction *k)
{
    for (size_t i = 0; i < k->s->names.grown.count; i++) {
        struct grown *row = &BUF(struct grown, &k->s->names.grown)[i];
        *row = (struct grown){moved(k, row->node), moved(k, row->root), moved(k, row->of)};
    }
}

static void move_nodes(struct compaction *k)
{
    struct tape *t = &k->s->tape;
    struct node *node = t->node.data;
    double *value = t->value.data, *grad = t->grad.data;
    uint8_t *mark = t->mark.data;
    uint32_t next = k->first;
    for (uint32_t i = k->first; i < k->end; i++) {
        bool stays = *to(k, i) != 0;
        *to(k, i) = next;
        if (!stays) {
            continue;
        }
        struct node n = node[i];
        n.a = moved(k, (uint32_t)n.a) & TAPE_MOST;
        n.b = moved(k, (uint32_t)n.b) & TAPE_MOST;
        node[next] = n;
        value[next] = value[i];
        grad[next] = grad[i];
        mark[next] = mark[i];
        tape_note(t, next, mark[i]);
        tape_note_users(t, next, (uint32_t)n.a, (uint32_t)n.b);
        next++;
    }
    // Any of them may be an operand of another; what lies before them has not moved.
    memset(BUF_FROM(uint8_t, &t->used, k->first / 8), 0xFF, (next + 7) / 8 - k->first / 8);
    tape_cut(t, next);
}

static void move_bindings(struct compaction *k)
{
    struct session *s = k->s;
    for (size_t i = 0; i < holders(s); i++) {
        struct value *v = held(s, i);
        if (v->rank != VALUE_UNBOUND && !v->listed && v->base >= k->first) {
            v->base = moved(k, v->base);
        }
    }
    for (size_t i = s->begun_recipes; i < s->recipes.rows.count; i++) {
        struct recipe *row = recipes_at(&s->recipes, i);
        row->of = row->array ? row->of : moved(k, row->of);
    }
    names_changed(&s->names);
    uint32_t *lists = s->names.lists.data;
    for (size_t i = s->begun_lists; i < s->names.lists.count; i++) {
        lists[i] = moved(k, lists[i]);
    }
    struct settings *settings = session_settings(s);
    settings->output = moved(k, settings->output);
    settings->sabotaged = moved(k, settings->sabotaged);
    settings->mistake.node = moved(k, settings->mistake.node);
    for (size_t i = 0; i < s->expansions.count; i++) {
        struct expansion *e = &BUF(struct expansion, &s->expansions)[i];
        e->root = moved(k, e->root);
        e->a = moved(k, e->a);
        e->b = moved(k, e->b);
    }
}

// Lists that nobody holds go too; the others are laid close together.
static bool compact_lists(struct session *s)
{
    struct buf kept;
    buf_init(&kept, sizeof(uint32_t));
    size_t first = s->begun_lists;
    const uint32_t *lists = s->names.lists.data;
    for (size_t i = 0; i < holders(s); i++) {
        struct value v = *held(s, i);
        if (!value_is_array(v) || !v.listed || v.base < first) {
            continue;
        }
        uint32_t base = (uint32_t)(first + kept.count), *at = buf_push(&kept, v.rows * v.cols);
        for (uint32_t j = 0; at != NULL && j < v.rows * v.cols; j++) {
            at[j] = lists[value_place(v, j / v.cols, j % v.cols)];
        }
        v.base = base;
        v.rs = (int32_t)v.cols;
        v.cs = 1;
        if (at != NULL) {
            *held(s, i) = v;
        }
    }
    bool ok = !kept.failed;
    if (ok && kept.count > 0) {
        memcpy(BUF_FROM(uint32_t, &s->names.lists, first), kept.data,
               kept.count * sizeof(uint32_t));
    }
    s->names.lists.count = ok ? first + kept.count : s->names.lists.count;
    buf_release(&kept);
    return ok;
}

// The first of the nodes that stayed, from this one on.
static uint32_t stayed_from(const struct compaction *k, uint32_t node)
{
    return node < k->first ? node : node < k->end ? *to(k, node) : tape_count(&k->s->tape);
}

// A group keeps those of its nodes that stay; without any it goes. A piece of one that goes is a
// group from then on.
static bool compact_groups(const struct compaction *k)
{
    struct buf *groups = &k->s->groups, places;
    uint32_t kept = (uint32_t)k->s->begun_groups, first = kept;
    buf_init(&places, sizeof(uint32_t));
    bool ok = buf_resize(&places, groups->count);
    uint32_t *place = places.data;
    for (uint32_t i = 0; ok && i < groups->count; i++) {
        struct group g = *group_at(groups, i);
        place[i] = i < first ? i : GROUP_NONE;
        g.first = stayed_from(k, g.first);
        g.end = stayed_from(k, g.end);
        if (i < first || g.first == g.end) {
            continue;
        }
        place[i] = kept;
        place[g.whole] = place[g.whole] == GROUP_NONE ? kept : place[g.whole];
        g.whole = place[g.whole];
        g.within = g.within == GROUP_NONE ? GROUP_NONE : place[g.within];
        *group_at(groups, kept++) = g;
    }
    groups->count = ok ? kept : first;
    buf_release(&places);
    return ok;
}

void session_compact_from_here(struct session *s)
{
    s->begun_nodes = tape_count(&s->tape);
    s->begun_lists = s->names.lists.count;
    s->begun_groups = s->groups.count;
    s->begun_recipes = s->recipes.rows.count;
    s->begun_arrays = s->recipes.arrays.count;
    s->compact_at = s->begun_nodes + s->begun_recipes + COMPACT_FEW;
}

bool session_compact(struct session *s)
{
    struct compaction k = {.s = s, .first = s->begun_nodes, .end = tape_count(&s->tape)};
    if (k.end + s->recipes.rows.count < s->compact_at) {
        return true;
    }
    replay_clearing(s);
    stepper_stop(&s->stepper);  // its nodes may move
    s->guess = NULL;
    buf_init(&k.to, sizeof(uint32_t));
    bool ok = buf_resize(&k.to, k.end - k.first) && compact_recipes(s);
    if (ok) {
        keep_roots(&k);
        move_states(&k);
        drop_labels(&k);
        drop_grown(&k);
        move_nodes(&k);
        move_grown(&k);
        move_labels(&k);
        move_bindings(&k);
        ok = compact_groups(&k) && compact_lists(s);
    }
    struct settings *settings = session_settings(s);
    bool first = settings->used == 0 || k.first < settings->renumbered;
    settings->renumbered = first ? k.first : settings->renumbered;
    settings->used = k.end > settings->used ? k.end : settings->used;
    s->told.renumbered = false;
    size_t older = s->begun_nodes + s->begun_recipes;
    size_t made = tape_count(&s->tape) + s->recipes.rows.count - older;
    // Clearing up looks at every name, so more are waited for where there are many. Counted are
    // bindings, which are the same where a saved session is loaded, unlike names that were only looked up.
    s->compact_at = older + 2 * made + COMPACT_FEW + s->begun_recipes;
    if (ok) {
        replay_cleared(s, k.first, k.end, k.to.data);
    }
    buf_release(&k.to);
    return ok;
}
