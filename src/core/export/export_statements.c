#include "export/export_statements.h"

#include <string.h>

#include "base/format.h"
#include "engine/checkpoint.h"
#include "export/export_terms.h"

// ---- Is it the same graph? ----------------------------------------------------------------------

static bool same_number(double a, double b)
{
    return a == b || (a != a && b != b);
}

static bool is_literal(const struct statements *s, uint32_t node)
{
    for (size_t i = s->literals.count; i-- > 0;) {
        const struct literal *l = &BUF(struct literal, &s->literals)[i];
        if (node >= l->node && node - l->node < l->count) {
            return true;
        }
    }
    return false;
}

// May these two be the same node, as far as they themselves tell? The numbers of an array in a
// formula are those that the graph has.
static bool alike(const struct statements *s, uint32_t made, uint32_t real)
{
    const struct tape *t = s->program->e->tape;
    const uint8_t *mark = t->mark.data, marks = MARK_CONST | MARK_PARAM;
    return tape_op(t, made) == tape_op(t, real) &&
           (tape_op(t, real) != OP_LEAF ||
            (((mark[made] ^ mark[real]) & marks) == 0 &&
             (same_number(tape_value(t, made), tape_value(t, real)) || is_literal(s, made))));
}

struct export_statements_pair {
    uint32_t made, real;
};

static void push_pair(struct statements *s, struct buf *pairs, uint32_t made, uint32_t real)
{
    struct export_statements_pair *at = buf_push(pairs, 1);
    s->failed |= at == NULL;
    if (at != NULL) {
        *at = (struct export_statements_pair){made, real};
    }
}

// Lays the pairs over each other, and all that they depend on, down to what the formula's names hold.
static bool lay_over(struct statements *s, struct buf *pairs)
{
    const struct tape *t = s->program->e->tape;
    for (size_t turn = 1; pairs->count > 0 && !s->failed; turn++) {
        struct export_statements_pair p = BUF(struct export_statements_pair, pairs)[--pairs->count];
        uint32_t *real = p.made < s->fresh ? NULL : &BUF(uint32_t, &s->real)[p.made - s->fresh];
        if (real == NULL ? p.made == p.real : *real == p.real + 1) {
            continue;
        }
        if (real == NULL || *real != 0 || !alike(s, p.made, p.real) ||
            program_stopped(s->program, turn)) {
            return false;
        }
        *real = p.real + 1;
        struct node m = tape_node(t, p.made), r = tape_node(t, p.real);
        if (m.op != OP_LEAF) {
            push_pair(s, pairs, (uint32_t)m.a, (uint32_t)r.a);
            push_pair(s, pairs, (uint32_t)m.b, (uint32_t)r.b);
        }
    }
    return !s->failed;
}

// Has the formula made what the value is?
static bool makes_the_same(struct statements *s, struct value made, struct value real)
{
    const struct names *names = s->program->e->names;
    struct buf pairs;
    if (real.rank != made.rank || real.rows != made.rows || real.cols != made.cols ||
        !buf_resize(&s->real, tape_count(s->program->e->tape) - s->fresh)) {
        return false;
    }
    memset(s->real.data, 0, s->real.count * sizeof(uint32_t));
    buf_init(&pairs, sizeof(struct export_statements_pair));
    bool same = true;
    for (uint32_t k = 0; same && k < value_count(real); k++) {
        push_pair(s, &pairs, names_element(names, made, k), names_element(names, real, k));
        same = lay_over(s, &pairs);
    }
    buf_release(&pairs);
    return same;
}

// The numbers of the arrays in the formula: those of the graph.
static void take_numbers(struct statements *s)
{
    for (size_t i = 0; i < s->literals.count; i++) {
        const struct literal *l = &BUF(struct literal, &s->literals)[i];
        for (uint32_t k = 0; k < l->count; k++) {
            uint32_t real = BUF(uint32_t, &s->real)[l->node - s->fresh + k];
            if (real != 0) {
                BUF(double, &s->numbers)[l->at + k] = tape_value(s->program->e->tape, real - 1);
            }
        }
    }
}

// ---- Bindings -----------------------------------------------------------------------------------

// Reads the formula again and translates it. False: there is no translation.
static bool translate(struct statements *s, const struct recipe *row, struct binding *b)
{
    const struct export *e = s->program->e;
    struct rng rng;
    struct diag ignored = {0};
    struct recipe_reading g;
    struct operand result;
    struct scope scope = {.tape = e->tape,
                          .names = e->names,
                          .definitions = e->definitions,
                          .rng = &rng,
                          .stop = e->stop};
    bool translated = false;
    rng_seed(&rng, 0);
    recipe_begin(&g, e->recipes, row, &scope, &ignored);
    s->known = g.known;
    bool ok = terms_read(s, &g.lower, &g.parser, &result, &b->text, &translated) && translated;
    if (ok && row->op != OP_COUNT) {
        ok = terms_combine(s, &g.lower, row->op, b->name, &result, &b->text);
    }
    ok = ok && result.is_node;
    struct value made = ok && operand_is_array(&result) ? result.array : value_of_node(result.node);
    ok = ok && makes_the_same(s, made, b->value);
    if (ok) {
        take_numbers(s);
    }
    recipe_release(&g);
    return ok;
}

// Translates it, and forgets what that made.
static bool translate_aside(struct statements *s, const struct recipe *row, struct binding *b)
{
    const struct export *e = s->program->e;
    struct checkpoint before;
    checkpoint_take(&before, e->tape, NULL);
    checkpoint_array(&before, &e->names->lists);
    s->fresh = before.nodes;
    s->fixed = false;
    s->literals.count = 0;
    bool ok = translate(s, row, b);
    checkpoint_cut(&before);
    if (!ok) {
        s->uses.count = b->uses;
        s->functions.count = b->first_function;
        b->text = NULL;
    }
    b->fixed = s->fixed;
    return ok;
}

// Is the value made of leaves that no earlier binding holds, all or none of them parameters?
static bool takes_leaves(struct statements *s, struct binding *b)
{
    const struct tape *t = s->program->e->tape;
    uint8_t *held = s->held.data;
    bool leaf = true, some = false;
    b->param = true;
    for (uint32_t k = 0; leaf && k < value_count(b->value); k++) {
        uint32_t node = statements_node(s, b, k);
        leaf = tape_op(t, node) == OP_LEAF && !tape_marked(t, node, MARK_CONST) && held[node] == 0;
        b->param = b->param && tape_marked(t, node, MARK_PARAM);
        some |= tape_marked(t, node, MARK_PARAM);
    }
    leaf = leaf && some == b->param;
    for (uint32_t k = 0; leaf && k < value_count(b->value); k++) {
        held[statements_node(s, b, k)] = 1;
    }
    return leaf;
}

static void add_binding(struct statements *s, const struct recipe *row, struct value value,
                        bool last)
{
    struct binding b = {.name = row->name,
                        .value = value,
                        .last = last,
                        .data = row->data,
                        .uses = (uint32_t)s->uses.count,
                        .first_function = (uint32_t)s->functions.count};
    char suffix[16] = "";
    bool formula = recipe_length(row) > 0 && !row->data;
    b.opaque = !formula || !translate_aside(s, row, &b);
    if (b.opaque) {
        b.leaf = takes_leaves(s, &b);
        b.fixed = row->slope;
    }
    struct binding *at = buf_push(&s->bindings, 1);
    s->failed |= at == NULL;
    if (!last) {  // the name itself is for what it is bound to in the end
        format_write(suffix, sizeof suffix, "_%zu", s->bindings.count);
    }
    if (at != NULL) {
        b.functions = (uint32_t)s->functions.count - b.first_function;
        b.used = (uint32_t)s->uses.count - b.uses;
        b.ident = program_new_ident(s->program, b.name, suffix);
        *at = b;
        BUF(uint32_t, &s->latest)[b.name] = (uint32_t)s->bindings.count;
    }
}

// ---- Which of them ------------------------------------------------------------------------------

enum { NEED_NOT, NEED_READ, NEED_LAST };

// Of each name that holds some of the graph the last recipe, and what those need.
static bool find_needs(const struct program *p, struct buf *needs)
{
    const struct export *e = p->e;
    struct buf links, seen;
    size_t count = e->recipes->rows.count;
    bool ok = recipes_links(e->recipes, e->definitions, e->names, 0, &links);
    buf_init(needs, 1);
    buf_init(&seen, 1);
    ok = ok && buf_resize(needs, count) && buf_resize(&seen, names_count(e->names));
    uint8_t *need = needs->data;
    size_t l = links.count;
    for (size_t i = count; ok && i-- > 0;) {
        const struct recipe *row = recipes_at(e->recipes, i);
        uint8_t *met = &BUF(uint8_t, &seen)[row->name];
        struct value v = names_get(e->names, row->name);
        if (*met == 0 && v.rank != VALUE_UNBOUND &&
            (need[i] != NEED_NOT || program_has_some(p, v))) {
            need[i] = NEED_LAST;
        }
        *met = 1;
        for (; l > 0 && BUF(struct link, &links)[l - 1].recipe == i; l--) {
            uint8_t *of = &need[BUF(struct link, &links)[l - 1].of];
            *of = need[i] != NEED_NOT && *of == NEED_NOT ? NEED_READ : *of;
        }
    }
    buf_release(&links);
    buf_release(&seen);
    return ok;
}

// What each name is bound to now. The last recipe of a name may say something else, after expand.
static bool copy_bindings(const struct names *names, struct buf *now)
{
    buf_init(now, sizeof(struct value));
    bool ok = buf_resize(now, names_count(names));
    for (uint32_t i = 0; ok && i < names_count(names); i++) {
        BUF(struct value, now)[i] = names_get(names, i);
    }
    return ok;
}

// Goes through the recipes in their order; each name is bound to what it meant then.
static bool read_all(struct statements *s, struct trail *trail)
{
    const struct export *e = s->program->e;
    struct buf needs, now;
    bool found = find_needs(s->program, &needs), ok = copy_bindings(e->names, &now) && found;
    for (size_t i = 0; ok && i < e->recipes->rows.count; i++) {
        const struct recipe *row = recipes_at(e->recipes, i);
        uint8_t need = BUF(uint8_t, &needs)[i];
        struct value was = recipes_value(e->recipes, row);
        struct value value = need == NEED_LAST ? BUF(struct value, &now)[row->name] : was;
        if (need != NEED_NOT) {
            add_binding(s, row, value, need == NEED_LAST);
        } else {
            BUF(uint32_t, &s->latest)[row->name] = 0;
        }
        ok = names_bind(e->names, trail, row->name, value) && !s->failed &&
             !program_stopped(s->program, i + 1);
    }
    buf_release(&needs);
    buf_release(&now);
    return ok || s->program->stopped;
}

// ---- All together -------------------------------------------------------------------------------

bool statements_read(struct statements *s, struct program *p)
{
    const struct export *e = p->e;
    *s = (struct statements){.program = p};
    arena_init(&s->arena);
    buf_init(&s->bindings, sizeof(struct binding));
    buf_init(&s->functions, sizeof(struct function));
    buf_init(&s->uses, sizeof(uint32_t));
    buf_init(&s->numbers, sizeof(double));
    buf_init(&s->latest, sizeof(uint32_t));
    buf_init(&s->held, 1);
    buf_init(&s->real, sizeof(uint32_t));
    buf_init(&s->literals, sizeof(struct literal));
    if (!buf_resize(&s->latest, names_count(e->names)) ||
        !buf_resize(&s->held, tape_count(e->tape))) {
        return false;
    }
    struct checkpoint before;
    checkpoint_take(&before, e->tape, NULL);
    bool ok = read_all(s, &before.trail);
    checkpoint_back(&before);
    names_changed(e->names);
    return ok && !s->failed && !s->arena.failed;
}

void statements_release(struct statements *s)
{
    struct buf *tables[] = {&s->bindings, &s->functions, &s->uses, &s->numbers,
                            &s->latest,   &s->held,      &s->real, &s->literals};
    arena_release(&s->arena);
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        buf_release(tables[i]);
    }
}
