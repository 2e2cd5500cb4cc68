// expand and fold: a composite operation and its atoms, each in place of the other.
//
// The tape is only ever appended to: what takes a node's place is appended, then all that depended
// on the old node is appended again on top of it, and the names move. Leaves stay where they are.
#include <math.h>
#include <string.h>

#include "command/commands.h"
#include "command/commands_group.h"
#include "formula/expr.h"

// Where the nodes from `from` on went: to[i] is what node from + i became (itself, mostly).
struct moves {
    uint32_t from, end;
    struct buf to;      // uint32_t
    struct buf places;  // uint32_t: for each node from `end` on the one whose place it takes
};

static uint32_t moved(const struct moves *m, uint32_t node)
{
    return node < m->from || node >= m->end ? node : BUF(uint32_t, &m->to)[node - m->from];
}

static bool note_place(struct moves *m, uint32_t old)
{
    uint32_t *place = buf_push(&m->places, 1);
    if (place != NULL) {
        *place = old;
    }
    return place != NULL;
}

static bool copy_above(struct session *s, struct moves *m)
{
    struct tape *t = &s->tape;
    for (uint32_t i = m->from + 1; i < m->end; i++) {
        struct node n = tape_node(t, i);
        uint32_t a = moved(m, (uint32_t)n.a), b = moved(m, (uint32_t)n.b);
        if (n.op == OP_LEAF || (a == n.a && b == n.b)) {
            continue;
        }
        uint32_t copy = tape_apply(t, (enum op)n.op, a, b);
        if (copy == NODE_NONE || !note_place(m, i)) {
            return false;
        }
        BUF(double, &t->grad)[copy] = tape_grad(t, i);
        BUF(uint8_t, &t->mark)[copy] |= BUF(uint8_t, &t->mark)[i] & MARK_GRAD;
        tape_note(t, copy, MARK_GRAD);
        BUF(uint32_t, &m->to)[i - m->from] = copy;
    }
    return true;
}

// A node belongs to the group of the one whose place it takes: a piece for each run of them.
static bool add_pieces(struct session *s, const struct moves *m)
{
    uint32_t start = 0, count = (uint32_t)m->places.count, group = GROUP_NONE;
    bool ok = true;
    for (uint32_t i = 0; ok && i <= count; i++) {
        uint32_t old = i == count ? NODE_NONE : BUF(uint32_t, &m->places)[i];
        uint32_t next = i == count ? GROUP_NONE : group_of_node(&s->groups, old);
        if (i == count || next != group) {
            ok = group == GROUP_NONE ||
                 group_add_piece(&s->groups, group, m->end + start, m->end + i);
            start = i;
            group = next;
        }
    }
    return ok;
}

// An array of which an element moved becomes a list of its elements.
static bool move_array(struct session *s, const struct moves *m, uint32_t name, struct value v)
{
    bool any = false;
    uint32_t count = v.rows * v.cols, base = (uint32_t)s->names.lists.count;
    uint32_t *list = buf_push(&s->names.lists, count);
    for (uint32_t k = 0; list != NULL && k < count; k++) {
        uint32_t node = names_element(&s->names, v, k);
        list[k] = moved(m, node);
        any |= list[k] != node;
    }
    struct value listed = value_block(v.rank, base, v.rows, v.cols);
    listed.listed = true;
    if (list != NULL && !any) {
        s->names.lists.count = base;
    }
    return list != NULL && (!any || names_bind(&s->names, &s->undo, name, listed));
}

static bool move_names(struct session *s, const struct moves *m)
{
    for (uint32_t i = 0; i < names_count(&s->names); i++) {
        struct value value = names_get(&s->names, i);
        if (value_is_array(value) && !move_array(s, m, i, value)) {
            return false;
        }
        if (value.rank == VALUE_SCALAR && moved(m, value.base) != value.base &&
            !names_bind(&s->names, &s->undo, i, value_of_node(moved(m, value.base)))) {
            return false;
        }
    }
    struct expansion *expansions = s->expansions.data;
    bool ok = trail_save(&s->undo, &s->expansions, 0, s->expansions.count);
    for (size_t i = 0; ok && i < s->expansions.count; i++) {
        expansions[i].root = moved(m, expansions[i].root);
        expansions[i].a = moved(m, expansions[i].a);
        expansions[i].b = moved(m, expansions[i].b);
    }
    return ok;
}

// `by`, already on the tape, takes the place of `old` in all that is named. `end`: the nodes there
// were before. The caller has saved the settings.
static bool take_place(struct session *s, uint32_t old, uint32_t by, uint32_t end)
{
    struct moves m = {.from = old, .end = end};
    buf_init(&m.to, sizeof(uint32_t));
    buf_init(&m.places, sizeof(uint32_t));
    bool ok = buf_resize(&m.to, end - old);
    for (uint32_t i = end; ok && i <= by; i++) {
        ok = note_place(&m, old);
    }
    for (uint32_t i = old; ok && i < end; i++) {
        BUF(uint32_t, &m.to)[i - old] = i == old ? by : i;
    }
    if (ok) {
        BUF(double, &s->tape.grad)[by] = tape_grad(&s->tape, old);
        BUF(uint8_t, &s->tape.mark)[by] |= BUF(uint8_t, &s->tape.mark)[old] & MARK_GRAD;
        tape_note(&s->tape, by, MARK_GRAD);
    }
    ok = ok && copy_above(s, &m) && add_pieces(s, &m) && move_names(s, &m);
    if (ok) {
        struct settings *settings = session_settings(s);
        settings->output = moved(&m, settings->output);
        settings->sabotaged = moved(&m, settings->sabotaged);
    }
    buf_release(&m.to);
    buf_release(&m.places);
    return ok;
}

// Appends a formula in x and y, applied to nodes a and b. NODE_NONE if there is no memory.
static uint32_t append_atoms(struct session *s, const char *atoms, uint32_t a, uint32_t b)
{
    static const double no_names[2] = {0, 0};  // x and y: only constants are evaluated
    struct exprs pool;
    struct buf ids, node;
    exprs_init(&pool);
    buf_init(&node, sizeof(uint32_t));
    uint32_t x = expr_name(&pool, "x", 1), y = expr_name(&pool, "y", 1), result = NODE_NONE;
    uint32_t root = expr_formula(&pool, atoms, x, y, EXPR_NONE);
    bool ok =
        root != EXPR_NONE && expr_reach(&pool, root, &ids) && buf_resize(&node, (size_t)root + 1);
    for (size_t i = 0; ok && i < ids.count; i++) {
        uint32_t id = BUF(uint32_t, &ids)[i];
        struct expr e = expr_get(&pool, id);
        uint32_t *at = BUF(uint32_t, &node);
        double number = 0;
        if (e.constant) {
            ok = expr_value(&pool, id, no_names, &number);
        }
        at[id] = id == x      ? a
                 : id == y    ? b
                 : e.constant ? tape_leaf(&s->tape, number, MARK_CONST)
                              : tape_apply(&s->tape, (enum op)e.op, at[e.a], at[e.b]);
        result = at[id];
        ok = ok && result != NODE_NONE;
    }
    if (root != EXPR_NONE) {
        buf_release(&ids);
    }
    buf_release(&node);
    exprs_release(&pool);
    return ok ? result : NODE_NONE;
}

static uint32_t nodes_below(struct call *c, uint32_t root)
{
    struct buf ids;
    uint32_t count = sweep_reach(&c->s->tape, root, &ids) ? (uint32_t)ids.count : 0;
    buf_release(&ids);
    return count;
}

// Which operation it is, before and after, and what it is made of.
static struct rec *put_change(struct call *c, enum rec_kind kind, uint32_t old, const char *op)
{
    struct rec *r = call_record(c, kind);
    call_put_node(c, rec_map(c->out, r, KEY_before), old);
    rec_text(c->out, r, KEY_op, op);
    rec_whole(c->out, r, KEY_nodes_before, nodes_below(c, old));
    return r;
}

static void put_after(struct call *c, struct rec *r, uint32_t node)
{
    call_put_node(c, rec_map(c->out, r, KEY_after), node);
    rec_whole(c->out, r, KEY_nodes_after, nodes_below(c, node));
}

static bool refuse_atom(struct call *c, struct span span, uint32_t node)
{
    char label[LABEL_TEXT], other[LABEL_TEXT];
    const struct tape *t = &c->s->tape;
    const struct op_row *row = op_get(tape_op(t, node));
    names_label(&c->s->names, label, node);
    if (tape_op(t, node) == OP_LEAF) {
        diag_set(c->diag, span, "%s is a leaf: no operation makes it", label);
        return diag_hint(c->diag, "expand a node that is computed");
    }
    diag_set(c->diag, span, "%s is made by %s, which has no simpler parts", label, row->name);
    struct buf ids;
    bool ok = sweep_reach(t, node, &ids);
    for (size_t i = ids.count; ok && i-- > 0;) {
        uint32_t id = BUF(uint32_t, &ids)[i];
        if (*op_get(tape_op(t, id))->atoms != '\0') {
            diag_hint(c->diag, "below it %s, made by %s, can be expanded",
                      names_label(&c->s->names, other, id), op_get(tape_op(t, id))->name);
            break;
        }
    }
    buf_release(&ids);
    return false;
}

// Do the atoms from node `end` up to `by` compute what `node` does: a finite value where that is
// finite, and finite shares? exp(2*x) overflows where tanh(x) does not.
static bool atoms_hold(struct call *c, uint32_t node, uint32_t end, uint32_t by)
{
    const struct tape *t = &c->s->tape;
    struct adjoints slopes;
    bool own = isfinite(tape_value(t, node)), parts = isfinite(tape_value(t, by));
    for (int slot = 0; slot < tape_arity(t, node); slot++) {
        own = own && isfinite(tape_slope(t, node, slot));
    }
    parts = parts && sweep_adjoints(t, NULL, by, end, &slopes) == SWEEP_DONE;
    for (uint32_t id = end; own && parts && id <= by; id++) {
        for (int slot = 0; slot < tape_arity(t, id); slot++) {
            parts = parts && (tape_flat(t, id, slot) || tape_constant(t, id, slot) ||
                              isfinite(adjoints_get(&slopes, id) * tape_slope(t, id, slot)));
        }
    }
    if (isfinite(tape_value(t, by))) {
        adjoints_release(&slopes);
    }
    return parts || !own;
}

static bool refuse_overflow(struct call *c, struct span span, uint32_t node, const char *atoms)
{
    char label[LABEL_TEXT];
    const struct op_row *row = op_get(tape_op(&c->s->tape, node));
    diag_set(c->diag, span,
             "%s cannot be taken apart here: parts of %s are inf or nan at this value",
             names_label(&c->s->names, label, node), atoms);
    return diag_hint(c->diag, "%s itself is computed in a way that stays finite", row->name);
}

static bool expand(struct call *c)
{
    struct session *s = c->s;
    uint32_t node, end = tape_count(&s->tape), fresh;
    struct token target = lexer_peek(c->lexer);
    if (group_is_looked_at(c)) {
        return group_look(c, false);
    }
    if (!call_target(c, &node) || !call_finish(c)) {
        return false;
    }
    enum group_found found =
        node < end ? group_look_at_node(c, node, GROUP_OPEN_FOLDED) : GROUP_NOTHING;
    if (found != GROUP_NOTHING) {
        return found == GROUP_DONE;
    }
    if (!call_refresh(c, &fresh) || !call_change_settings(c)) {
        return false;
    }
    struct node n = tape_node(&s->tape, node);
    const char *atoms = op_get((enum op)n.op)->atoms;
    if (*atoms == '\0' || node >= end) {
        found = node < end ? group_look_at_node(c, node, GROUP_OPEN) : GROUP_NOTHING;
        return found == GROUP_DONE || (found == GROUP_NOTHING && refuse_atom(c, target.span, node));
    }
    struct rec *r = put_change(c, KIND_expand, node, op_get((enum op)n.op)->name);
    uint32_t by = append_atoms(s, atoms, (uint32_t)n.a, (uint32_t)n.b);
    if (by != NODE_NONE && !atoms_hold(c, node, end, by)) {
        return refuse_overflow(c, target.span, node, atoms);
    }
    if (by == NODE_NONE || !take_place(s, node, by, end)) {
        return diag_out_of_memory(c->diag);
    }
    struct expansion *e = buf_push(&s->expansions, 1);
    if (e == NULL) {
        return diag_out_of_memory(c->diag);
    }
    *e = (struct expansion){by, (enum op)n.op, (uint32_t)n.a, (uint32_t)n.b};
    rec_text(c->out, r, KEY_atoms, atoms);
    put_after(c, r, by);
    return true;
}

enum call_end command_expand(struct call *c)
{
    return expand(c) ? CALL_DONE : CALL_FAILED;
}

static bool fold(struct call *c)
{
    struct session *s = c->s;
    uint32_t node, end = tape_count(&s->tape), fresh;
    struct token target = lexer_peek(c->lexer);
    char label[LABEL_TEXT];
    if (group_is_looked_at(c)) {
        return group_look(c, true);
    }
    if (!call_target(c, &node) || !call_finish(c) || !call_refresh(c, &fresh) ||
        !call_change_settings(c)) {
        return false;
    }
    for (size_t i = s->expansions.count; i-- > 0;) {
        struct expansion e = BUF(struct expansion, &s->expansions)[i];
        if (e.root == node && node < end) {
            struct rec *r = put_change(c, KIND_fold, node, op_get(e.op)->name);
            uint32_t by = tape_apply(&s->tape, e.op, e.a, e.b);
            if (by == NODE_NONE || !take_place(s, node, by, end)) {
                return diag_out_of_memory(c->diag);
            }
            put_after(c, r, by);
            return true;
        }
    }
    enum group_found found = node < end ? group_look_at_node(c, node, GROUP_FOLD) : GROUP_NOTHING;
    if (found != GROUP_NOTHING) {
        return found == GROUP_DONE;
    }
    diag_set(c->diag, target.span, "%s was not expanded", names_label(&s->names, label, node));
    return diag_hint(c->diag, "fold puts back what 'expand' took apart, and draws a function's "
                              "call, an array or a formula as one box");
}

enum call_end command_fold(struct call *c)
{
    return fold(c) ? CALL_DONE : CALL_FAILED;
}
