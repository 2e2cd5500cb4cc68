// derive: the derivative of a formula, rule by rule.
#include <string.h>

#include "command/arrays.h"
#include "command/commands.h"
#include "command/derive_parts.h"
#include "command/formula.h"
#include "formula/derive.h"
#include "text/slope.h"

enum { STEPS_MOST = 1000 };  // rules in an answer: each with formulas of up to some thousand bytes

static bool is_free(const struct formula *f, uint32_t name)
{
    struct buf names;
    bool found = false;
    if (expr_free_names(&f->pool, f->root, &names)) {
        for (size_t i = 0; i < names.count; i++) {
            found |= BUF(uint32_t, &names)[i] == name;
        }
    }
    buf_release(&names);
    return found;
}

// The only name of the formula, where none was given.
static bool only_name(struct formula *f)
{
    struct call *c = f->call;
    struct buf names;
    bool ok = expr_free_names(&f->pool, f->root, &names) || diag_out_of_memory(c->diag);
    if (ok && names.count == 1) {
        f->in = BUF(uint32_t, &names)[0];
    } else if (ok) {
        char quoted[QUOTED];
        size_t length = 1;
        const char *s = names.count == 0
                            ? "x"
                            : names_text(&f->pool.names,
                                         expr_get(&f->pool, BUF(uint32_t, &names)[0]).a, &length);
        diag_set(c->diag, f->span,
                 names.count == 0 ? "there is no name in this formula"
                                  : "with respect to which name?");
        diag_hint(c->diag, "put it last, as in derive %.*s %s", (int)(f->span.end - f->span.start),
                  c->lexer->source->text + f->span.start, diag_quote(quoted, s, length));
        ok = false;
    }
    buf_release(&names);
    return ok;
}

static bool refuse_function(struct call *c, struct token t)
{
    char name[QUOTED];
    diag_quote(name, token_text(c->lexer, t), token_length(t));
    diag_set(c->diag, t.span, "'%s' is a function, not a name to differentiate with respect to",
             name);
    return diag_hint(c->diag, "write derive %s(x)", name);
}

// derive L a 2: how often.
static bool read_order(struct formula *f, struct value array)
{
    struct call *c = f->call;
    int64_t order = 1;
    struct span span = lexer_peek(c->lexer).span;
    if (lexer_peek(c->lexer).kind != TOKEN_NUMBER) {
        return true;
    }
    if (!call_whole(c, "the order", 1, SLOPE_ORDERS, &order)) {
        return false;
    }
    if (order > 1 && value_is_array(array)) {
        diag_set(c->diag, span, "the order is for one name, and this is an array");
        return diag_hint(c->diag, "name an element, as in derive L w[0] 2");
    }
    f->order = (int)order;
    return true;
}

// derive L wrt w, derive L with respect to w. False: derive x**2 at 3, which asks for a value, not a formula.
static bool skip_preposition(struct call *c)
{
    struct lexer ahead = *c->lexer;
    struct token t = lexer_next(&ahead, c->diag);
    const char *s = token_text(&ahead, t);
    if (t.kind != TOKEN_NAME ||
        names_lookup(&c->s->names, s, token_length(t)).rank != VALUE_UNBOUND) {
        return true;
    }
    if (text_among("at when where", s, token_length(t))) {
        diag_set(c->diag, t.span, "a derivative is a formula here, and holds everywhere");
        return diag_hint(c->diag, "for its value at a place write x = 3; y = x**2; dy/dx");
    }
    if (text_among("wrt by in", s, token_length(t)) && lexer_peek(&ahead).kind == TOKEN_NAME) {
        *c->lexer = ahead;
    } else if (token_is(&ahead, t, "with") &&
               token_is(&ahead, lexer_next(&ahead, c->diag), "respect") &&
               token_is(&ahead, lexer_next(&ahead, c->diag), "to")) {
        *c->lexer = ahead;
    }
    return true;
}

// The last word, apart from the formula: x, z[0], %7, or an array's name, whose elements are all
// asked for.
static bool read_last_word(struct formula *f, struct value *array)
{
    struct call *c = f->call;
    if (!skip_preposition(c)) {
        return false;
    }
    struct token t = lexer_peek(c->lexer);
    struct lexer after = *c->lexer;
    bool apart = t.at > 0 && strchr(" \t", c->lexer->source->text[t.at - 1]) != NULL;
    if (!apart || t.partial || (t.kind != TOKEN_NAME && t.kind != TOKEN_NODE)) {
        return call_finish(c);
    }
    lexer_next(&after, c->diag);
    struct token next = lexer_peek(&after);
    bool element = token_opens(next, '[');
    const char *s = token_text(c->lexer, t);
    struct names *names = &c->s->names;
    struct value value = names_lookup(names, s, token_length(t));
    if (t.kind == TOKEN_NODE || element) {
        if (!call_node(c, &f->in_node)) {
            return false;
        }
        f->in = expr_label(&f->pool, &c->s->tape, names, f->in_node);
        return read_order(f, (struct value){0}) && call_finish(c);
    }
    *c->lexer = after;
    if (value.rank == VALUE_UNBOUND &&
        (lower_is_function(s, token_length(t)) ||
         definitions_find(&c->s->definitions, names_find(names, s, token_length(t))) != NULL)) {
        return refuse_function(c, t);
    }
    if (value_is_array(value)) {
        *array = value;
    } else {
        f->in = expr_name(&f->pool, s, token_length(t));
        f->in_node = value.rank == VALUE_SCALAR ? value.base : NODE_NONE;
    }
    return read_order(f, *array) && call_finish(c);
}

// Other names of the node that is asked for, and its number, mean the same.
static bool join_names(struct formula *f)
{
    struct buf names;
    if (f->in_node == NODE_NONE) {
        return true;
    }
    bool ok = expr_free_names(&f->pool, f->root, &names);
    for (size_t i = 0; ok && i < names.count; i++) {
        uint32_t name = BUF(uint32_t, &names)[i];
        if (name != f->in && formula_node(f, name) == f->in_node) {
            f->root = expr_substitute(&f->pool, f->root, name, f->in);
            ok = f->root != EXPR_NONE;
        }
    }
    buf_release(&names);
    return ok || expr_trouble(&f->pool, f->call->diag);
}

// The formula asked for is only this name in what was read: L of dL/dW.
static void point_at(struct formula *f, uint32_t name)
{
    size_t length;
    const char *s = names_text(&f->pool.names, expr_get(&f->pool, name).a, &length);
    const char *source = f->call->lexer->source->text;
    for (size_t i = f->span.start; i + length <= f->span.end; i++) {
        if (memcmp(source + i, s, length) == 0) {
            f->span = (struct span){i, i + length};
            return;
        }
    }
}

static bool read_formula(struct formula *f, struct value *array)
{
    uint32_t of, in;
    if (!formula_read(f)) {
        return false;
    }
    if (call_has_more(f->call)) {
        return read_last_word(f, array);
    }
    // dy/dx alone asks for the derivative of y.
    if (expr_get(&f->pool, f->root).kind == EXPR_NAME && formula_slope(f, f->root, &of, &in)) {
        f->root = f->typed = of;
        f->in = in;
        f->in_node = formula_node(f, in);
        size_t length;
        const char *s = names_text(&f->pool.names, expr_get(&f->pool, in).a, &length);
        struct value value = names_lookup(&f->call->s->names, s, length);
        if (value_is_array(f->lowered.shape) && formula_slope(f, of, &of, &in)) {
            diag_set(f->call->diag, f->span, "this is an array of derivatives");
            return diag_hint(f->call->diag,
                             "name an element for each, as in derive d2L/dW[0]dW[1]");
        }
        if (value_is_array(value)) {  // dL/dW: in each of its elements
            *array = value;
            f->in = EXPR_NONE;
            f->lowered.shape = value_of_node(NODE_NONE);
            point_at(f, of);
        }
    }
    return true;
}

// Names of interior nodes stand for their formulas. Where the name asked for is in plain sight,
// those that do not depend on it stay names.
static bool read_derive(struct formula *f)
{
    uint32_t read = f->root;
    if (!formula_put_slopes_in(f)) {
        return false;
    }
    bool slopes = f->root != read;
    if (!join_names(f)) {
        return false;
    }
    bool plain =
        f->in == EXPR_NONE ? expr_get(&f->pool, f->root).kind != EXPR_NAME : is_free(f, f->in);
    if (!formula_put_definitions_in(f, !plain || slopes) || !join_names(f)) {
        return false;
    }
    f->root = expr_lower_without_shifts(&f->pool, f->root);
    return f->in != EXPR_NONE || only_name(f);
}

static bool among(const struct buf *told, uint32_t id)
{
    bool found = false;
    for (size_t i = 0; i < told->count && !found; i++) {
        found = BUF(uint32_t, told)[i] == id;
    }
    return found;
}

static bool tell(struct buf *told, uint32_t id)
{
    uint32_t *at = buf_push(told, 1);
    if (at != NULL) {
        *at = id;
    }
    return at != NULL;
}

// The chain of names that definitions were put in for: L = d*f, d = e + c, …
static void put_chain(struct formula *f, struct rec *r)
{
    enum { CHAIN_MOST = 20 };
    struct call *c = f->call;
    struct rec *chain = rec_list(c->out, r, KEY_definitions);
    struct buf names, ids, told;
    buf_init(&told, sizeof(uint32_t));
    if (f->typed == f->root) {
        return;
    }
    bool ok = expr_free_names(&f->pool, f->typed, &names);
    for (size_t i = 0; ok && i < names.count; i++) {
        uint32_t node = formula_definition(f, BUF(uint32_t, &names)[i]);
        if (node == NODE_NONE) {
            continue;
        }
        ok = sweep_reach(&c->s->tape, node, &ids);
        for (size_t k = ok ? ids.count : 0;
             k-- > 0 && chain != NULL && chain->in.count < CHAIN_MOST;) {
            uint32_t id = BUF(uint32_t, &ids)[k];
            if (tape_op(&c->s->tape, id) != OP_LEAF && !among(&told, id) && tell(&told, id)) {
                struct rec *row = rec_map(c->out, chain, KEY_NONE);
                struct text formula;
                text_init(&formula);
                call_put_node(c, row, id);
                call_formula(c, &formula, id);
                rec_text(c->out, row, KEY_formula, text_get(&formula));
                text_release(&formula);
            }
        }
        buf_release(&ids);
    }
    buf_release(&names);
    buf_release(&told);
}

// The parts that have names, where the whole is too long to be written out.
static void put_parts(struct formula *f, struct rec *r, const struct expr_shared *shared)
{
    struct records *out = f->call->out;
    struct rec *rows = rec_list(out, r, KEY_parts);
    for (size_t i = 0; i < shared->parts.count; i++) {
        const struct expr_part *part = &BUF(struct expr_part, &shared->parts)[i];
        struct rec *row = rec_map(out, rows, KEY_NONE);
        formula_put(f, row, KEY_name, part->name);
        formula_put(f, row, KEY_formula, part->formula);
    }
}

static void put_derivation(struct formula *f, struct rec *r, const struct derivation *d,
                           const struct expr_shared *shared)
{
    struct records *out = f->call->out;
    struct rec *steps = rec_list(out, r, KEY_steps);
    if (d->steps.count > STEPS_MOST) {
        rec_whole(out, r, KEY_more, (int64_t)(d->steps.count - STEPS_MOST));
    }
    for (size_t i = 0; i < d->steps.count && i < STEPS_MOST; i++) {
        const struct derivation_step *step = &BUF(struct derivation_step, &d->steps)[i];
        struct rec *row = rec_map(out, steps, KEY_NONE);
        rec_text(out, row, KEY_rule, derive_rule_name(step->rule));
        formula_put(f, row, KEY_of, expr_shared_get(shared, step->of));
        formula_put(f, row, KEY_result, expr_shared_get(shared, step->result));
        if (step->inner != EXPR_NONE) {
            formula_put(f, row, KEY_inner, expr_shared_get(shared, step->inner));
            formula_put(f, row, KEY_slope, expr_shared_get(shared, step->slope));
            formula_put(f, row, KEY_inner_slope, expr_shared_get(shared, step->inner_slope));
        }
    }
    struct rec *edges = rec_list(out, r, KEY_edges);
    for (size_t i = 0; i < d->edges.count; i++) {
        const struct op_row *row = op_get(BUF(enum op, &d->edges)[i]);
        struct rec *edge = rec_map(out, edges, KEY_NONE);
        rec_text(out, edge, KEY_name, row->name);
        rec_text(out, edge, KEY_text, row->edge);
    }
}

// derive L W, L being computed by products of matrices: in whole arrays. False if it is none of
// these, or the chain rule with whole arrays does not cover it; then nothing was read.
static bool derive_whole(struct call *c)
{
    struct arrays a;
    struct lexer before = *c->lexer;
    struct diag aside = {0}, *diag = c->diag;
    c->diag = &aside;
    bool ok = arrays_read(&a, c) && arrays_has_products(&a);
    struct token t = lexer_peek(c->lexer);
    uint32_t in = ok && t.kind == TOKEN_NAME && !t.partial
                      ? arrays_find(&a, token_text(c->lexer, t), token_length(t))
                      : MAT_NONE;
    ok = in != MAT_NONE;
    if (ok) {
        lexer_next(c->lexer, c->diag);
        ok = !call_has_more(c) && arrays_derive(&a, in);
    }
    c->diag = diag;
    if (ok) {
        const char *of = *flow_label(&a.flow, a.flow.made.row), *name = *flow_label(&a.flow, in);
        const struct matrix_line *lines = a.pass.lines.data;
        struct rec *r = call_record(c, KIND_derive_arrays);
        rec_text(c->out, r, KEY_of, of);
        rec_text(c->out, r, KEY_in, name);
        arrays_put_forward(&a, rec_list(c->out, r, KEY_forward));
        arrays_put_backward(&a, rec_list(c->out, r, KEY_backward), in);
        for (size_t i = 0; i < a.pass.lines.count; i++) {
            if (lines[i].row == in) {
                arrays_put_line(&a, rec_map(c->out, r, KEY_result), lines[i].name, lines[i].formula,
                                in, true);
            }
        }
    }
    arrays_release(&a);
    if (!ok) {
        *c->lexer = before;
    }
    return ok;
}

// Derives f->root, and says how; the derivative takes its place.
static bool derive_once(struct formula *f)
{
    struct call *c = f->call;
    struct derivation d = {0};
    struct expr_shared shared = {0};
    bool ok = derive(&f->pool, f->root, f->in, c->s->world.stop, &d, c->diag);
    if (ok && !(formula_fits(f, f->root) && formula_fits(f, d.result))) {
        const uint32_t both[] = {f->root, d.result};
        ok = expr_share(&f->pool, both, COUNT_OF(both), &c->s->names, &shared) ||
             expr_trouble(&f->pool, c->diag);
    }
    struct rec *r = ok ? call_record(c, KIND_derive) : NULL;
    if (ok) {
        formula_put(f, r, KEY_of, expr_shared_get(&shared, f->root));
        formula_put(f, r, KEY_in, f->in);
        put_chain(f, r);
        put_parts(f, r, &shared);
        put_derivation(f, r, &d, &shared);
        formula_put(f, r, KEY_result, expr_shared_get(&shared, d.result));
        f->root = f->typed = d.result;
    }
    expr_shared_release(&shared);
    derivation_release(&d);
    return ok;
}

// derive backprop: a word alone that has no value is no formula.
static bool refuse_word(const struct formula *f)
{
    enum { WORD_LEAST = 4 };  // letters: shorter ones are likely names
    size_t length;
    if (expr_get(&f->pool, f->root).kind != EXPR_NAME || formula_node(f, f->root) != NODE_NONE) {
        return false;
    }
    const char *s = names_text(&f->pool.names, expr_get(&f->pool, f->root).a, &length);
    char quoted[QUOTED];
    diag_quote(quoted, s, length);
    for (size_t i = 0; i < length; i++) {
        if (!text_is_letter(s[i]) || length < WORD_LEAST) {
            return false;
        }
    }
    diag_set(f->call->diag, f->span, "'%s' has no value and is no formula", quoted);
    return !diag_hint(f->call->diag, "write derive x**2 x");
}

enum call_end command_derive(struct call *c)
{
    if (call_has_more(c) && derive_whole(c)) {
        return CALL_DONE;
    }
    struct formula f;
    struct value array = {.rank = VALUE_UNBOUND};
    formula_init(&f, c);
    f.order = 1;
    bool ok = read_formula(&f, &array);
    if (ok && (value_is_array(f.lowered.shape) || value_is_array(array))) {
        ok = derive_parts_put(&f, array);
        formula_release(&f);
        return ok ? CALL_DONE : CALL_FAILED;
    }
    ok = ok && !refuse_word(&f) && read_derive(&f);
    for (int order = 1; ok && order <= f.order; order++) {
        ok = derive_once(&f);
    }
    formula_release(&f);
    return ok ? CALL_DONE : CALL_FAILED;
}
