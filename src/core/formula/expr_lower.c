#include "formula/expr_lower.h"

#include <string.h>

#include "base/trail.h"
#include "engine/sweep.h"
#include "formula/same.h"
#include "text/slope.h"
#include "text/spelling.h"

// ---- Names without a value ----------------------------------------------------------------------

static bool is_known_number(const char *s, size_t n)
{
    static const char *const known[] = {"pi", "π", "inf", "nan"};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strlen(known[i]) == n && memcmp(known[i], s, n) == 0) {
            return true;
        }
    }
    return false;
}

static bool begins_with_d(const struct lexer *l, struct token t)
{
    return t.kind == TOKEN_NAME && (t.partial || (token_length(t) > 1 && *token_text(l, t) == 'd'));
}

// Is t the dL of dL/da, and the lexer after it? Then *behind is after da.
static bool is_slope(const struct lexer *l, struct token t, struct lexer *behind)
{
    struct diag aside = {0};
    *behind = *l;
    struct token line = lexer_next(behind, &aside);
    struct token of = lexer_next(behind, &aside);
    return begins_with_d(l, t) && line.kind == TOKEN_INFIX && line.op == OP_DIV &&
           begins_with_d(l, of);
}

// np of np.exp(x), and torch.autograd of its functions: no name of a value.
static bool is_module(const struct lexer *l, struct token t)
{
    struct diag aside = {0};
    struct lexer ahead = *l;
    return lexer_next(&ahead, &aside).kind == TOKEN_DOT &&
           spelling_module(token_text(l, t), token_length(t));
}

// What a.grad, a.data are of must have a value.
static bool has_field(const struct lexer *l)
{
    struct diag aside = {0};
    struct lexer ahead = *l;
    struct token dot = lexer_next(&ahead, &aside), field = lexer_next(&ahead, &aside);
    return dot.kind == TOKEN_DOT && (token_is(l, field, "grad") || token_is(l, field, "data"));
}

static bool stands_for_nothing(const struct scope *scope, const struct lexer *l, struct token t)
{
    const char *s = token_text(l, t);
    size_t n = token_length(t);
    return names_lookup(scope->names, s, n).rank == VALUE_UNBOUND && !is_known_number(s, n) &&
           !lower_is_function(s, n) &&
           definitions_find(scope->definitions, names_find(scope->names, s, n)) == NULL &&
           !has_field(l) && !is_module(l, t);
}

// Any number will do for it; no operation is undefined or on an edge here.
static bool bind(const struct scope *scope, struct trail *trail, const char *s, size_t n)
{
    uint32_t name = names_intern(scope->names, s, n);
    uint32_t leaf = name == NAME_NONE ? NODE_NONE : tape_leaf(scope->tape, 0.625, 0);
    return leaf != NODE_NONE && names_bind(scope->names, trail, name, value_of_node(leaf));
}

// Names that are no functions, fields or options get a leaf.
static bool bind_free_names(const struct scope *scope, struct trail *trail, struct lexer lexer,
                            struct diag *d)
{
    struct diag aside = {0};
    bool after_point = false;
    for (;;) {
        struct token t = lexer_next(&lexer, &aside);
        if (token_ends(t.kind) || t.kind == TOKEN_BAD) {
            return true;
        }
        struct token next = lexer_peek(&lexer);
        struct lexer behind;
        struct slope_notation higher;
        if (slope_read(&lexer, scope->names, t, &aside, &higher)) {
            lexer = aside.set ? lexer : higher.behind;
            continue;
        }
        if (is_slope(&lexer, t, &behind)) {
            lexer = behind;
            continue;
        }
        bool called = token_opens(next, '(');
        bool option = next.kind == TOKEN_ASSIGN;
        if (t.kind == TOKEN_NAME && !after_point && !called && !option &&
            stands_for_nothing(scope, &lexer, t) &&
            !bind(scope, trail, token_text(&lexer, t), token_length(t))) {
            return diag_out_of_memory(d);
        }
        after_point = t.kind == TOKEN_DOT;
    }
}

// ---- Nodes to formulas --------------------------------------------------------------------------

struct made_nodes {
    struct exprs *p;
    const struct scope *scope;
    uint32_t before;      // nodes from here on were made for the expression
    struct buf formulas;  // uint32_t, by node
    struct expr_lowered *out;
};

static uint32_t symbol(struct made_nodes *r, uint32_t node)
{
    uint32_t name = expr_label(r->p, r->scope->tape, r->scope->names, node);
    struct expr_symbol *at = name == EXPR_NONE || expr_get(r->p, name).kind != EXPR_NAME
                                 ? NULL
                                 : buf_push(&r->out->symbols, 1);
    if (at != NULL) {
        *at = (struct expr_symbol){name, node < r->before ? node : NODE_NONE};
    }
    return name;
}

// A node's formula, down to what was there before it was made.
static uint32_t node_formula(struct made_nodes *r, uint32_t root)
{
    struct tape *t = r->scope->tape;
    struct buf ids;
    bool ok = sweep_reach(t, root, &ids) && buf_resize(&r->formulas, tape_count(t));
    uint32_t *formula = r->formulas.data;
    for (size_t i = 0; ok && i < ids.count; i++) {
        uint32_t id = BUF(uint32_t, &ids)[i];
        struct node n = tape_node(t, id);
        formula[id] = id < r->before || n.op == OP_LEAF
                          ? symbol(r, id)
                          : expr_apply(r->p, (enum op)n.op, formula[n.a], formula[n.b]);
    }
    buf_release(&ids);
    r->p->nodes.failed |= !ok;
    return ok ? formula[root] : EXPR_NONE;
}

static bool read_elements(struct made_nodes *r, struct lower *w, const struct operand *x)
{
    uint32_t cols = operand_cols(x);
    for (uint32_t k = 0; k < operand_count(x); k++) {
        struct operand one = operand_is_array(x) ? ((struct operand){0}) : *x;
        if (operand_is_array(x) && x->is_node) {
            one = (struct operand){.is_node = true, .node = operand_node(w, x, k / cols, k % cols)};
        } else if (operand_is_array(x)) {
            one.number = operand_number(w, x, k / cols, k % cols);
        }
        uint32_t root = one.is_node ? node_formula(r, one.node) : expr_number(r->p, one.number);
        uint32_t *at = root == EXPR_NONE ? NULL : buf_push(&r->out->roots, 1);
        if (at == NULL) {
            return expr_trouble(r->p, w->diag);
        }
        *at = root;
        if (!lower_goes_on(w, k, 16, x->span)) {
            return false;
        }
    }
    return true;
}

static bool evaluate(struct made_nodes *r, const struct scope *scope, struct lexer *lexer,
                     struct diag *d)
{
    struct lower w;
    struct parser parser;
    struct operand result;
    lower_init(&w, scope, lexer->source, d);
    w.slopes_as = SLOPES_NODES;  // a derivative is a formula too, never the number that it comes to
    parser_init(&parser, lexer, scope->names, d);
    parser.stop = scope->stop;
    bool ok = lower_expression(&w, &parser, &result);
    if (ok) {
        r->out->shape = result.array;
        r->out->shape.rank = operand_is_array(&result) ? result.array.rank : VALUE_SCALAR;
        ok = read_elements(r, &w, &result);
    }
    parser_release(&parser);
    lower_release(&w);
    return ok;
}

bool expr_lower(struct exprs *p, const struct scope *scope, struct lexer *lexer,
                struct expr_lowered *out, struct diag *d)
{
    struct scope quiet = *scope;
    struct checkpoint before;
    *out = (struct expr_lowered){0};
    buf_init(&out->roots, sizeof(uint32_t));
    buf_init(&out->symbols, sizeof(struct expr_symbol));
    struct made_nodes r = {.p = p, .scope = scope, .before = tape_count(scope->tape), .out = out};
    buf_init(&r.formulas, sizeof(uint32_t));
    quiet.groups = NULL;
    size_t binds = scope->names->binds;
    scope_checkpoint(&quiet, &before);
    bool ok = bind_free_names(&quiet, &before.trail, *lexer, d) && evaluate(&r, &quiet, lexer, d);
    checkpoint_back(&before);
    names_back(scope->names, binds);
    buf_release(&r.formulas);
    return ok;
}

void expr_lowered_release(struct expr_lowered *out)
{
    buf_release(&out->roots);
    buf_release(&out->symbols);
}

uint32_t expr_lowered_node(const struct expr_lowered *l, uint32_t name)
{
    for (size_t i = 0; i < l->symbols.count; i++) {
        if (BUF(struct expr_symbol, &l->symbols)[i].name == name) {
            return BUF(struct expr_symbol, &l->symbols)[i].node;
        }
    }
    return NODE_NONE;
}

// ---- Without shifts -----------------------------------------------------------------------------

static bool is_largest(const struct exprs *p, uint32_t id)
{
    return expr_is_op(p, id, OP_MAX) || expr_is_op(p, id, OP_AMAX);
}

// What is subtracted somewhere in the formula and is a max.
static bool find_shift(const struct exprs *p, uint32_t root, uint32_t below, uint32_t *shift)
{
    struct buf ids;
    bool found = false;
    bool ok = expr_reach(p, root, &ids);
    for (size_t i = ids.count; ok && !found && i-- > 0;) {
        struct expr e = expr_get(p, BUF(uint32_t, &ids)[i]);
        found = e.kind == EXPR_OP && e.op == OP_SUB && is_largest(p, e.b) && e.b < below;
        *shift = e.b;
    }
    buf_release(&ids);
    return found;
}

// x - 0 and x + 0, as they are left where a shift was, are x.
static uint32_t drop_zeros(struct exprs *p, uint32_t root)
{
    struct buf ids;
    bool ok = expr_reach(p, root, &ids);
    uint32_t result = ok ? root : EXPR_NONE;
    for (size_t i = 0; result != EXPR_NONE && i < ids.count; i++) {
        uint32_t id = BUF(uint32_t, &ids)[i];
        struct expr e = expr_get(p, id);
        bool sum = e.kind == EXPR_OP && (e.op == OP_SUB || e.op == OP_ADD);
        if (sum && expr_is_number(p, e.b, 0)) {
            result = expr_substitute(p, result, id, e.a);
        } else if (sum && e.op == OP_ADD && expr_is_number(p, e.a, 0)) {
            result = expr_substitute(p, result, id, e.b);
        }
    }
    buf_release(&ids);
    return result;
}

uint32_t expr_lower_without_shifts(struct exprs *p, uint32_t root)
{
    enum { SHIFTS_MOST = 64 };
    uint32_t shift, below = root;
    for (int i = 0; i < SHIFTS_MOST && find_shift(p, root, below, &shift); i++) {
        struct comparison c = {.verdict = VERDICT_OPEN};
        uint32_t zero = expr_number(p, 0);
        uint32_t plain = zero == EXPR_NONE ? zero : expr_substitute(p, root, shift, zero);
        if (plain != EXPR_NONE && compare_formulas(p, root, plain, &c) &&
            c.verdict == VERDICT_SAME) {
            root = drop_zeros(p, plain);
            below = root;
        } else {
            below = shift;
        }
        comparison_release(&c);
    }
    return root;
}
