#include "command/rebuilt.h"

#include <math.h>

#include "engine/shown.h"

// A recipe, and what its formula gave when it was read again.
struct remade {
    bool needed, done;
    struct value value;
};

struct remaking {
    struct rebuilt *b;
    struct buf links;   // struct link
    struct buf remade;  // struct remade, by recipe
};

static struct remade *remade_at(const struct remaking *r, size_t i)
{
    return &BUF(struct remade, &r->remade)[i];
}

static struct value value_of(const struct operand *x)
{
    return operand_is_array(x) ? x->array : value_of_node(x->node);
}

// ---- Which formulas -----------------------------------------------------------------------------

// The last recipe of each name that the expression at the lexer's place mentions.
static void need_mentioned(struct remaking *r, struct lexer lexer)
{
    struct session *s = r->b->call->s;
    struct diag ignored = {0};
    for (struct token t = lexer_next(&lexer, &ignored);
         t.kind != TOKEN_END && t.kind != TOKEN_BAD && t.kind != TOKEN_BREAK;
         t = lexer_next(&lexer, &ignored)) {
        uint32_t name = t.kind == TOKEN_NAME
                            ? names_find(&s->names, token_text(&lexer, t), token_length(t))
                            : NAME_NONE;
        for (size_t i = s->recipes.rows.count; name != NAME_NONE && i-- > 0;) {
            if (recipes_at(&s->recipes, i)->name == name) {
                remade_at(r, i)->needed = true;
                break;
            }
        }
    }
}

// The same through the functions that it calls: names that they mention but do not define.
static void need_of_bodies(struct remaking *r)
{
    struct session *s = r->b->call->s;
    for (size_t d = 0; d < s->definitions.rows.count; d++) {
        const struct definition *row = &BUF(struct definition, &s->definitions.rows)[d];
        struct source body = {.text = BUF_FROM(char, &s->definitions.text, row->text),
                              .length = row->length,
                              .line = 1};
        struct lexer lexer;
        lexer_init(&lexer, &body);
        need_mentioned(r, lexer);
    }
}

static void need_linked(struct remaking *r)
{
    for (size_t i = r->links.count; i-- > 0;) {
        struct link l = BUF(struct link, &r->links)[i];
        if (remade_at(r, l.recipe)->needed) {
            remade_at(r, l.of)->needed = true;
        }
    }
}

// ---- Reading them again -------------------------------------------------------------------------

static bool evaluate(struct rebuilt *b, const struct recipe *r, struct diag *d, struct value *out)
{
    struct session *s = b->call->s;
    struct scope scope = session_scope(s);
    struct recipe_reading g;
    struct operand x;
    scope.groups = NULL;
    recipe_begin(&g, &s->recipes, r, &scope, d);
    bool ok = matrices_read(&b->matrices, &g.lower, &g.parser, &x);
    if (ok && r->op != OP_COUNT) {
        struct operand old = lower_operand(names_get(&s->names, r->name), x.span), given = x;
        ok = lower_apply(&g.lower, r->op, &old, &given, x.span, &x);
        ok = ok && (!x.is_node ||
                    matrices_note_op(&b->matrices, &g.lower, r->op, &old, &given, &x) != MAT_NONE);
    }
    ok = ok && array_as_nodes(&g.lower, &x, 0);
    *out = ok ? value_of(&x) : (struct value){0};
    recipe_release(&g);
    return ok;
}

static bool same_numbers(const struct rebuilt *b, struct value x, struct value y)
{
    const struct lower *w = call_lower(b->call);
    struct operand a = lower_operand(x, b->span), c = lower_operand(y, b->span);
    if (x.rank != y.rank || x.rows != y.rows || x.cols != y.cols) {
        return false;
    }
    for (uint32_t k = 0; k < x.rows * x.cols; k++) {
        double u = operand_number(w, &a, k / x.cols, k % x.cols);
        double v = operand_number(w, &c, k / x.cols, k % x.cols);
        if (u != v && !(isnan(u) && isnan(v)) && !(fabs(u - v) <= 1e-9 * (1 + fabs(u)))) {
            return false;
        }
    }
    return true;
}

static bool bind(struct rebuilt *b, uint32_t name, struct value value)
{
    return names_bind(&b->call->s->names, &b->aside.before.trail, name, value) ||
           diag_out_of_memory(b->call->diag);
}

// Binds the names in a formula to what they meant, made anew.
static bool bind_links(struct remaking *r, size_t recipe, size_t *link)
{
    const struct link *links = r->links.data;
    while (*link < r->links.count && links[*link].recipe < recipe) {
        ++*link;
    }
    for (size_t k = *link; k < r->links.count && links[k].recipe == recipe; k++) {
        if (!bind(r->b, links[k].name, remade_at(r, links[k].of)->value)) {
            return false;
        }
    }
    return true;
}

// The row of a recipe's value goes by its name, unless the name means something else later.
static bool name_row(struct remaking *r, size_t i, struct value value)
{
    struct rebuilt *b = r->b;
    struct session *s = b->call->s;
    struct operand x = lower_operand(value, b->span);
    uint32_t row = matrices_give(&b->matrices, call_lower(b->call), &x);
    for (size_t k = i + 1; k < s->recipes.rows.count; k++) {
        if (remade_at(r, k)->needed &&
            recipes_at(&s->recipes, k)->name == recipes_at(&s->recipes, i)->name) {
            return row != MAT_NONE;
        }
    }
    if (row != MAT_NONE && matrices_at(&b->matrices, row)->name == NAME_NONE) {
        matrices_at(&b->matrices, row)->name = recipes_at(&s->recipes, i)->name;
    }
    return row != MAT_NONE;
}

static bool remake(struct remaking *r)
{
    struct rebuilt *b = r->b;
    struct session *s = b->call->s;
    size_t link = 0;
    for (size_t i = 0; i < s->recipes.rows.count; i++) {
        const struct recipe row = *recipes_at(&s->recipes, i);
        struct remade *made = remade_at(r, i);
        if (!made->needed) {
            continue;
        }
        struct value typed = recipes_value(&s->recipes, &row);
        made->value = typed;
        if (recipe_length(&row) > 0 && !row.data &&
            recipe_is_computed(&s->recipes, &row, &s->tape, &s->names)) {
            struct diag d = {0};
            struct value value;
            if (!bind_links(r, i, &link)) {
                return false;
            }
            bool ok = evaluate(b, &row, &d, &value) && same_numbers(b, typed, value);
            if (stop_is_asked(s->world.stop)) {
                return diag_set(b->call->diag, b->call->command, "interrupted");
            }
            made->value = ok ? value : typed;
        }
        if (!name_row(r, i, made->value)) {
            return false;
        }
    }
    // In the expression each name means what it means now.
    for (size_t i = 0; i < s->recipes.rows.count; i++) {
        if (remade_at(r, i)->needed &&
            !bind(b, recipes_at(&s->recipes, i)->name, remade_at(r, i)->value)) {
            return false;
        }
    }
    return true;
}

// ---- The expression -----------------------------------------------------------------------------

static bool read_expression(struct rebuilt *b)
{
    struct call *c = b->call;
    struct parser p;
    struct scope scope = session_scope(c->s);
    struct lower *w = &b->lower;
    scope.groups = NULL;
    lower_init(w, &scope, c->lexer->source, c->diag);
    w->slopes_as = SLOPES_NODES;  // a formula is asked for, so a derivative in it is one too
    b->lowering = true;
    parser_init(&p, c->lexer, &c->s->names, c->diag);
    p.stop = c->s->world.stop;
    bool ok = matrices_read(&b->matrices, w, &p, &b->result);
    parser_release(&p);
    b->span.end = c->lexer->at;
    if (ok && !b->result.is_node) {
        ok = array_as_nodes(w, &b->result, 0);
    }
    b->row = ok ? matrices_give(&b->matrices, w, &b->result) : MAT_NONE;
    b->root = !ok                              ? NODE_NONE
              : !operand_is_array(&b->result)  ? b->result.node
              : operand_count(&b->result) == 1 ? operand_node(w, &b->result, 0, 0)
                                               : NODE_NONE;
    return ok && (b->row != MAT_NONE || diag_out_of_memory(c->diag));
}

bool rebuilt_read(struct rebuilt *b, struct call *c)
{
    struct remaking r = {.b = b};
    *b = (struct rebuilt){.call = c, .root = NODE_NONE, .row = MAT_NONE};
    matrices_init(&b->matrices);
    buf_init(&r.links, sizeof(struct link));
    buf_init(&r.remade, sizeof(struct remade));
    bool ok = aside_begin(&b->aside, c);
    b->span = (struct span){lexer_peek(c->lexer).at, lexer_peek(c->lexer).span.end};
    if (ok) {
        ok = (recipes_links(&c->s->recipes, &c->s->definitions, &c->s->names, 0, &r.links) &&
              buf_resize(&r.remade, c->s->recipes.rows.count)) ||
             diag_out_of_memory(c->diag);
    }
    if (ok) {
        need_mentioned(&r, *c->lexer);
        need_of_bodies(&r);
        need_linked(&r);
        ok = remake(&r) || c->diag->set || diag_out_of_memory(c->diag);
    }
    ok = ok && !c->diag->set && read_expression(b);
    buf_release(&r.links);
    buf_release(&r.remade);
    return ok;
}

void rebuilt_release(struct rebuilt *b)
{
    adjoints_release(&b->slopes);
    buf_release(&b->sizes);
    matrices_release(&b->matrices);
    if (b->lowering) {
        lower_release(&b->lower);
    }
    aside_end(&b->aside);
}

bool rebuilt_slopes(struct rebuilt *b)
{
    const struct tape *t = &b->call->s->tape;
    adjoints_release(&b->slopes);
    buf_release(&b->sizes);
    if (!call_swept(b->call,
                    sweep_adjoints(t, b->call->s->world.stop, b->root, SWEEP_NEEDED, &b->slopes))) {
        return false;
    }
    shown_adjoint_sizes(t, &b->slopes, &b->sizes);
    return true;
}

double rebuilt_slope(const struct rebuilt *b, uint32_t node)
{
    return shown_adjoint(&b->slopes, &b->sizes, node);
}

uint32_t rebuilt_node(const struct rebuilt *b, uint32_t row, size_t k)
{
    struct operand x = lower_operand(matrices_at(&b->matrices, row)->value, b->span);
    uint32_t cols = operand_cols(&x);
    return operand_node(call_lower(b->call), &x, (uint32_t)(k / cols), (uint32_t)(k % cols));
}

size_t rebuilt_count(const struct rebuilt *b, uint32_t row)
{
    struct value v = matrices_at(&b->matrices, row)->value;
    return (size_t)v.rows * v.cols;
}
