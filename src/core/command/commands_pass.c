// The forward and the backward pass, and zero.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command/commands.h"
#include "command/flow.h"
#include "engine/sweep.h"
#include "formula/called.h"
#include "formula/expr.h"

enum call_end command_forward(struct call *c)
{
    uint32_t root = NODE_NONE, fresh;
    if ((call_has_more(c) && !call_target(c, &root)) || !call_finish(c) ||
        !call_refresh(c, &fresh)) {
        return CALL_FAILED;
    }
    replay_note_forward(c->s);
    if (root == NODE_NONE) {
        root = session_settings(c->s)->output;
    }
    if (call_echoes(c)) {
        struct rec *r = call_record(c, KIND_forward);
        rec_whole(c->out, r, KEY_fresh, fresh);
        if (root != NODE_NONE) {
            call_put_node(c, r, root);
        }
    }
    return CALL_DONE;
}

// ---- The table of the backward pass -------------------------------------------------------------

// One use of a node by a later one, on the way from the root.
struct pass_use {
    uint32_t node, user;
    int slot;
};

// A node that the table shows, and the gradient it held before the pass.
struct shown {
    uint32_t node;
    double held;
};

struct pass_table {
    struct call *call;
    uint32_t root;
    struct buf shown;  // struct shown, highest node first: the order of the pass
    struct buf uses;   // struct pass_use, by node in the same order
    size_t more;       // nodes that are not shown
};

static int compare_uses(const void *a, const void *b)
{
    const struct pass_use *x = a, *y = b;
    if (x->node != y->node) {
        return x->node < y->node ? 1 : -1;
    }
    if (x->user != y->user) {
        return x->user < y->user ? 1 : -1;
    }
    return x->slot - y->slot;
}

// Before the pass: the nodes it will visit, constants left out, with what the leaves hold.
static bool table_begin(struct pass_table *table, struct call *c, uint32_t root)
{
    const struct tape *t = &c->s->tape;
    struct buf ids;
    *table = (struct pass_table){.call = c, .root = root};
    buf_init(&table->shown, sizeof(struct shown));
    buf_init(&table->uses, sizeof(struct pass_use));
    bool ok = sweep_reach(t, root, &ids);
    size_t visible = 0;
    for (size_t i = ids.count; ok && i-- > 0;) {
        uint32_t node = BUF(uint32_t, &ids)[i];
        if (!tape_marked(t, node, MARK_CONST) && visible++ < CALL_ROWS_MOST) {
            struct shown *at = buf_push(&table->shown, 1);
            if (at != NULL) {
                *at = (struct shown){node, tape_op(t, node) == OP_LEAF ? tape_grad(t, node) : 0};
            }
        }
    }
    if (visible > CALL_ROWS_MOST && table->shown.count > CALL_ROWS_CUT) {
        table->shown.count = CALL_ROWS_CUT;
    }
    table->more = visible - table->shown.count;
    buf_release(&ids);
    return ok && !table->shown.failed;
}

static void table_release(struct pass_table *table)
{
    buf_release(&table->shown);
    buf_release(&table->uses);
}

static bool add_uses(struct pass_table *table, uint32_t user, uint32_t least)
{
    const struct tape *t = &table->call->s->tape;
    for (int slot = 0; slot < tape_arity(t, user); slot++) {
        uint32_t node = tape_operand(t, user, slot);
        bool counts = node >= least && !tape_constant(t, user, slot);
        struct pass_use *at = counts ? buf_push(&table->uses, 1) : NULL;
        if (at != NULL) {
            *at = (struct pass_use){node, user, slot};
        }
    }
    return !table->uses.failed;
}

// All users of a node lie above it: those of the shown nodes lie above the lowest of them.
static bool collect_uses(struct pass_table *table)
{
    uint32_t least = BUF(struct shown, &table->shown)[table->shown.count - 1].node;
    struct buf below;
    bool ok = sweep_stretches(&table->call->s->tape, table->root, &below);
    for (size_t k = below.count; ok && k-- > 0;) {
        struct stretch in = BUF(struct stretch, &below)[k];
        for (uint32_t i = in.end; ok && i-- > in.first && i > least;) {
            ok = add_uses(table, i, least);
        }
    }
    buf_release(&below);
    if (table->uses.count > 0) {
        qsort(table->uses.data, table->uses.count, sizeof(struct pass_use), compare_uses);
    }
    return ok;
}

// upstream × local gradient, in names and in numbers.
static void put_term(struct call *c, struct rec *terms, struct pass_use use)
{
    const struct tape *t = &c->s->tape;
    struct text formula;
    text_init(&formula);
    struct rec *term = rec_map(c->out, terms, KEY_NONE);
    call_put_node(c, rec_map(c->out, term, KEY_user), use.user);
    rec_number(c->out, term, KEY_upstream, tape_grad(t, use.user));
    if (call_grad_cancels(c, use.user)) {
        rec_flag(c->out, term, KEY_upstream_cancels, true);
    }
    call_slope_formula(c, &formula, use.user, use.slot);
    rec_text(c->out, term, KEY_formula, text_get(&formula));
    rec_number(c->out, term, KEY_local, tape_slope(t, use.user, use.slot));
    text_release(&formula);
}

// The formula of a grown node: written out down to what has a name, or is a derivative itself.
static void add_grown_formula(struct call *c, struct text *out, uint32_t node)
{
    enum { MOST = 200 };
    struct tape *t = &c->s->tape;
    struct names *names = &c->s->names;
    struct exprs pool;
    struct buf ids, formulas;
    char own[LABEL_TEXT];
    exprs_init(&pool);
    buf_init(&formulas, sizeof(uint32_t));
    bool ok = sweep_reach(t, node, &ids) && buf_resize(&formulas, (size_t)node + 1);
    uint32_t *formula = formulas.data;
    for (size_t i = 0; ok && i < ids.count; i++) {
        uint32_t id = BUF(uint32_t, &ids)[i];
        struct node n = tape_node(t, id);
        bool label = n.op == OP_LEAF ||
                     (id != node &&
                      (names_own_label(names, own, id) || names_grown_as(names, id) != NULL ||
                       group_of_node(&c->s->groups, id) != group_of_node(&c->s->groups, node)));
        formula[id] = label ? expr_label(&pool, t, names, id)
                            : expr_apply(&pool, (enum op)n.op, formula[n.a], formula[n.b]);
    }
    if (ok && !exprs_failed(&pool) && formula[node] != EXPR_NONE) {
        expr_print(out, &pool, formula[node], MOST);
    }
    buf_release(&ids);
    buf_release(&formulas);
    exprs_release(&pool);
}

// The row above row i whose gradient is the same node; i if there is none.
static size_t first_of_gradient(const struct pass_table *table, const struct buf *grown, size_t i)
{
    const struct shown *shown = table->shown.data;
    const struct gradient *g = grown->data;
    size_t k = 0;
    while (k < i && g[shown[k].node].node != g[shown[i].node].node) {
        k++;
    }
    return k;
}

// The gradient of row i as it was grown: the formula of the node that was made for it, the gradient
// of a row above that it equals, or what it is besides: f, 1.
static void put_grown(const struct pass_table *table, struct rec *row, const struct buf *grown,
                      size_t i)
{
    struct call *c = table->call;
    const struct shown *shown = table->shown.data;
    struct gradient g = BUF(struct gradient, grown)[shown[i].node];
    char label[LABEL_TEXT], own[NUMBER_TEXT];
    struct text out;
    text_init(&out);
    const struct grown *made = names_grown_as(&c->s->names, g.node);
    size_t first = first_of_gradient(table, grown, i);
    if (g.node == NODE_NONE) {
        text_add(&out, number_text(own, g.number, session_digits(c->s)));
    } else if (made != NULL && made->root == table->root && first < i) {
        names_derivative(&c->s->names, &out, table->root, &shown[first].node, 1);
    } else if (made != NULL && made->root == table->root) {
        add_grown_formula(c, &out, g.node);
    } else {
        text_add(&out, names_label(&c->s->names, label, g.node));
    }
    rec_text(c->out, row, KEY_grown, text_get(&out));
    text_release(&out);
}

// Of a node that has no name.
static void put_formula(struct call *c, struct rec *row, uint32_t node)
{
    struct text formula;
    text_init(&formula);
    if (rec_get_text(row, KEY_name)[0] == '%') {
        called_short_formula(&formula, &c->s->tape, &c->s->names, node, session_digits(c->s));
    }
    if (text_length(&formula) > 0) {
        rec_text(c->out, row, KEY_formula, text_get(&formula));
    }
    text_release(&formula);
}

// {root, rows: [{node, name, value, grad, seed, held, uses, terms: […]}], more}
static bool table_put(struct pass_table *table, const struct buf *grown)
{
    enum { TERMS_MOST = 4 };
    struct call *c = table->call;
    if (!collect_uses(table)) {
        return diag_out_of_memory(c->diag);
    }
    struct rec *r = call_record(c, KIND_backward);
    call_put_node(c, rec_map(c->out, r, KEY_root), table->root);
    struct rec *rows = rec_list(c->out, r, KEY_rows);
    const struct pass_use *uses = table->uses.data;
    size_t next = 0;
    for (size_t i = 0; i < table->shown.count; i++) {
        struct shown shown = BUF(struct shown, &table->shown)[i];
        struct rec *row = rec_map(c->out, rows, KEY_NONE);
        call_put_row(c, row, shown.node);
        put_formula(c, row, shown.node);
        call_put_grad(c, row, shown.node);
        rec_flag(c->out, row, KEY_seed, shown.node == table->root);
        rec_number(c->out, row, KEY_held, shown.held);
        struct rec *terms = rec_list(c->out, row, KEY_terms);
        size_t first = next;
        for (; next < table->uses.count && uses[next].node == shown.node; next++) {
            if (next - first < TERMS_MOST) {
                put_term(c, terms, uses[next]);
            }
        }
        rec_whole(c->out, row, KEY_uses, (int64_t)(next - first));
        if (grown->count > 0) {
            put_grown(table, row, grown, i);
        }
    }
    rec_whole(c->out, r, KEY_more, (int64_t)table->more);
    return true;
}

// ---- The pass -----------------------------------------------------------------------------------

// The first node, in the order of the pass, whose gradient is inf or nan.
static void note_strange_gradient(struct call *c, uint32_t root)
{
    const struct tape *t = &c->s->tape;
    char label[LABEL_TEXT], number[NUMBER_TEXT];
    struct buf ids;  // what an earlier pass left elsewhere is no news
    bool ok = sweep_reach(t, root, &ids);
    for (size_t k = ids.count; ok && k-- > 0;) {
        uint32_t i = BUF(uint32_t, &ids)[k];
        if (tape_marked(t, i, MARK_GRAD) && !isfinite(tape_grad(t, i))) {
            call_notice(c, c->command, "%s appears first in the gradient of %s",
                        number_text(number, tape_grad(t, i), 6),
                        names_label(&c->s->names, label, i));
            break;
        }
    }
    buf_release(&ids);
}

// Do leaves below root have a gradient of 0 by now, set by hand? (Asked before the pass.)
static bool some_are_zero(const struct tape *t, uint32_t root)
{
    struct buf ids;
    bool zero = false, ok = sweep_reach(t, root, &ids);
    for (size_t k = 0; ok && !zero && k < ids.count; k++) {
        uint32_t i = BUF(uint32_t, &ids)[k];
        zero = tape_op(t, i) == OP_LEAF && !tape_marked(t, i, MARK_CONST) &&
               tape_marked(t, i, MARK_GRAD) && tape_grad(t, i) == 0;
    }
    buf_release(&ids);
    return zero;
}

// A sum of gradients spoils a step of training where it is a parameter's, or, where there are none,
// where no leaf was set to 0 by hand: then those of the data may gather.
static bool matters(const struct tape *t, uint32_t root, uint32_t held, bool zeroed)
{
    struct buf ids;
    bool params = false;
    if (tape_marked(t, held, MARK_PARAM)) {
        return true;
    }
    bool ok = sweep_reach(t, root, &ids);
    for (size_t k = 0; ok && !params && k < ids.count; k++) {
        params = tape_marked(t, BUF(uint32_t, &ids)[k], MARK_PARAM);
    }
    buf_release(&ids);
    return !params && !zeroed;
}

// Nodes for the gradients of all that root depends on; `all` receives them (struct gradient), by
// node, those of constants left as they are.
static bool grow_all(struct call *c, uint32_t root, struct buf *all)
{
    const struct tape *t = &c->s->tape;
    struct lower *w = call_lower(c);
    struct buf ids, grown;
    buf_init(&grown, sizeof(struct gradient));
    bool ok = sweep_reach(t, root, &ids);
    uint32_t *id = ids.data;
    size_t count = 0;
    for (size_t k = 0; ok && k < ids.count; k++) {
        if (!tape_marked(t, id[k], MARK_CONST)) {
            id[count++] = id[k];
        }
    }
    ok = (ok && buf_resize(&grown, count) && !stop_is_asked(c->s->world.stop) &&
          buf_resize(all, (size_t)root + 1)) ||
         diag_out_of_memory(c->diag);
    w->grown.count = 0;
    ok = ok && lower_grow(w, root, id, count, grown.data, c->command);
    for (size_t k = 0; ok && k < count; k++) {
        BUF(struct gradient, all)[id[k]] = BUF(struct gradient, &grown)[k];
    }
    ok = ok && call_keep_grown(c, c->command);
    buf_release(&ids);
    buf_release(&grown);
    return ok;
}

static bool run_backward(struct call *c, uint32_t root, bool graph, bool echo)
{
    struct session *s = c->s;
    uint32_t fresh, held;
    struct pass_table table = {0};
    struct buf grown;
    char label[LABEL_TEXT];
    buf_init(&grown, sizeof(struct gradient));
    if (!call_refresh_to(c, root, &fresh)) {
        return false;
    }
    bool zeroed = call_in_later_turn(c) && some_are_zero(&s->tape, root);
    bool ok = !echo || table_begin(&table, c, root) || diag_out_of_memory(c->diag);
    if (ok && !graph) {
        replay_note_backward(s, root);
    }
    ok = ok && call_swept(c, sweep_backward(&s->tape, &s->undo, s->world.stop, root, &held)) &&
         call_change_settings(c);
    if (ok) {
        session_settings(s)->output = root;
        if (fresh > 0 && !call_in_later_turn(c)) {
            call_notice(c, c->command, "%u stale value%s recomputed first", (unsigned)fresh,
                        fresh == 1 ? " was" : "s were");
        }
        if (held != NODE_NONE && matters(&s->tape, root, held, zeroed)) {
            call_notice(c, c->command,
                        "leaves such as %s already held a gradient: they hold a sum now; 'zero' "
                        "clears it",
                        names_label(&s->names, label, held));
        }
        note_strange_gradient(c, root);
        ok = (!graph || grow_all(c, root, &grown)) && (!echo || table_put(&table, &grown));
    }
    buf_release(&grown);
    if (echo) {
        table_release(&table);
    }
    return ok;
}

// Does "NAME --layers" follow? (As an expression that would be a difference.) *name receives where
// the name ends.
static bool wants_layers(const struct call *c, size_t *name)
{
    static const char flag[] = "--layers";
    const char *s = c->lexer->source->text;
    struct lexer after = *c->lexer;
    struct diag ignored = {0};
    struct token t = lexer_next(&after, &ignored);
    size_t end = lexer_statement_end(c->lexer), at = t.span.end;
    while (at < end && s[at] == ' ') {
        at++;
    }
    *name = t.span.end;
    return t.kind == TOKEN_NAME && at > *name && end - at >= strlen(flag) &&
           memcmp(s + at, flag, strlen(flag)) == 0;
}

// backward L --layers: the pass, and what it leaves layer by layer.
static bool backward_layers(struct call *c, size_t name)
{
    struct flow f;
    uint32_t root;
    const struct source *whole = c->lexer->source;
    struct source cut = *whole;
    struct lexer before = *c->lexer;
    cut.length = name;
    c->lexer->source = &cut;
    bool ok = call_target(c, &root) && run_backward(c, root, false, false);
    replay_spoil(c->s);
    if (ok) {
        *c->lexer = before;
        c->lexer->source = &cut;
        ok = flow_read(&f, c);
        c->lexer->source = whole;
        ok = ok && flow_put(&f, call_record(c, KIND_backward_layers));
        flow_release(&f);
    }
    c->lexer->source = whole;
    struct span flag = ok ? call_word(c) : (struct span){0};
    return ok && flag.end > flag.start && call_finish(c);
}

enum call_end command_backward(struct call *c)
{
    uint32_t root;
    size_t name;
    if (c->method_end == NULL && wants_layers(c, &name)) {
        return backward_layers(c, name) ? CALL_DONE : CALL_FAILED;
    }
    bool ok = call_target(c, &root), graph = c->create_graph;
    if (ok && token_is(c->lexer, lexer_peek(c->lexer), "graph")) {
        lexer_next(c->lexer, c->diag);
        graph = true;
    }
    ok = ok && call_finish(c) && run_backward(c, root, graph, call_echoes(c));
    return ok ? CALL_DONE : CALL_FAILED;
}

enum call_end command_zero(struct call *c)
{
    bool ok = call_finish(c);
    replay_note_zero(c->s);
    if (!ok || !call_swept(c, sweep_zero(&c->s->tape, &c->s->undo))) {
        return CALL_FAILED;
    }
    if (call_echoes(c)) {
        call_record(c, KIND_zero);
    }
    return CALL_DONE;
}
