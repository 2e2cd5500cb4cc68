#include "command/derive_parts.h"

#include <string.h>

#include "base/format.h"
#include "formula/derive.h"
#include "formula/same.h"

struct derive_answer {
    struct formula *f;
    struct buf of, in;   // uint32_t: formulas without definitions, and symbols
    struct buf results;  // uint32_t, a row for each of `of`
};

static uint32_t at(const struct buf *b, size_t i)
{
    return BUF(uint32_t, b)[i];
}

static bool push(struct derive_answer *p, struct buf *to, uint32_t id)
{
    uint32_t *place = id == EXPR_NONE ? NULL : buf_push(to, 1);
    if (place != NULL) {
        *place = id;
    }
    return place != NULL || expr_trouble(&p->f->pool, p->f->call->diag);
}

// ---- What is asked for --------------------------------------------------------------------------

// The formulas, down to the leaves.
static bool find_formulas(struct derive_answer *p)
{
    struct formula *f = p->f;
    size_t count = value_is_array(f->lowered.shape) ? f->lowered.roots.count : 1;
    for (size_t i = 0; i < count; i++) {
        f->root = value_is_array(f->lowered.shape) ? at(&f->lowered.roots, i) : f->typed;
        if (!formula_put_slopes_in(f) || !formula_put_definitions_in(f, true) ||
            !push(p, &p->of, expr_lower_without_shifts(&f->pool, f->root))) {
            return false;
        }
    }
    return true;
}

// The part of a symbol before its bracket: z of z[0].
static size_t array_part(const struct formula *f, uint32_t symbol, const char **s)
{
    size_t length;
    *s = names_text(&f->pool.names, expr_get(&f->pool, symbol).a, &length);
    const char *bracket = memchr(*s, '[', length);
    return bracket == NULL ? length : (size_t)(bracket - *s);
}

static bool is_known(const struct derive_answer *p, uint32_t symbol)
{
    for (size_t i = 0; i < p->in.count; i++) {
        if (at(&p->in, i) == symbol) {
            return true;
        }
    }
    return false;
}

static bool ask_which(struct derive_answer *p)
{
    struct formula *f = p->f;
    const char *s = f->call->lexer->source->text + f->span.start;
    char quoted[QUOTED] = "x";
    if (p->in.count > 0) {
        const char *name;
        size_t length = array_part(f, at(&p->in, 0), &name);
        diag_quote(quoted, name, length);
    }
    diag_set(f->call->diag, f->span,
             p->in.count == 0 ? "there is no name in this formula" : "with respect to which name?");
    return diag_hint(f->call->diag, "put it last, as in derive %.*s %s",
                     (int)(f->span.end - f->span.start), s, quoted);
}

// All names in the formulas: of one array, or a single one.
static bool find_only_names(struct derive_answer *p)
{
    struct formula *f = p->f;
    bool one = true;
    for (size_t i = 0; i < p->of.count; i++) {
        struct buf names;
        bool ok = expr_free_names(&f->pool, at(&p->of, i), &names);
        for (size_t k = 0; ok && k < names.count; k++) {
            ok = is_known(p, at(&names, k)) || push(p, &p->in, at(&names, k));
        }
        buf_release(&names);
        if (!ok) {
            return f->call->diag->set ? false : diag_out_of_memory(f->call->diag);
        }
    }
    for (size_t i = 1; i < p->in.count; i++) {
        const char *a, *b;
        size_t n = array_part(f, at(&p->in, 0), &a), m = array_part(f, at(&p->in, i), &b);
        one = one && n == m && memcmp(a, b, n) == 0;
    }
    return (one && p->in.count > 0) || ask_which(p);
}

static bool find_symbols(struct derive_answer *p, struct value array)
{
    struct formula *f = p->f;
    struct session *s = f->call->s;
    if (f->in != EXPR_NONE) {
        return push(p, &p->in, f->in);
    }
    if (!value_is_array(array)) {
        return find_only_names(p);
    }
    struct operand whole = lower_operand(array, f->span);
    for (size_t k = 0; k < operand_count(&whole) && k <= DERIVE_PARTS_MOST; k++) {
        uint32_t cols = operand_cols(&whole);
        uint32_t node =
            operand_node(call_lower(f->call), &whole, (uint32_t)k / cols, (uint32_t)k % cols);
        if (!push(p, &p->in, expr_label(&f->pool, &s->tape, &s->names, node))) {
            return false;
        }
    }
    return true;
}

// ---- Answers ------------------------------------------------------------------------------------

static bool derive_all(struct derive_answer *p)
{
    struct formula *f = p->f;
    for (size_t k = 0; k < p->of.count * p->in.count; k++) {
        struct derivation d = {0};
        bool ok = derive(&f->pool, at(&p->of, k / p->in.count), at(&p->in, k % p->in.count),
                         f->call->s->world.stop, &d, f->call->diag) &&
                  push(p, &p->results, d.result);
        derivation_release(&d);
        if (!ok) {
            return false;
        }
    }
    return true;
}

static bool is_same(struct derive_answer *p, uint32_t a, uint32_t b)
{
    struct comparison c = {.verdict = VERDICT_OPEN};
    bool same = a != EXPR_NONE && b != EXPR_NONE && compare_formulas(&p->f->pool, a, b, &c) &&
                c.verdict == VERDICT_SAME;
    comparison_release(&c);
    return same;
}

// s[i]*(1 - s[i]) on the diagonal and -s[i]*s[k] elsewhere, as a softmax has it.
static bool is_softmax(struct derive_answer *p)
{
    struct exprs *pool = &p->f->pool;
    size_t n = p->of.count;
    bool same = n > 1 && n == p->in.count;
    for (size_t k = 0; same && k < n * n; k++) {
        uint32_t a = at(&p->of, k / n), b = at(&p->of, k % n);
        uint32_t form =
            k / n == k % n
                ? expr_apply(pool, OP_MUL, a, expr_apply(pool, OP_SUB, expr_number(pool, 1), a))
                : expr_apply(pool, OP_NEG, expr_apply(pool, OP_MUL, a, b), EXPR_NONE);
        same = is_same(p, at(&p->results, k), form);
    }
    return same;
}

static void put_row(struct derive_answer *p, struct rec *rows, const char *of, const char *in,
                    const char *result)
{
    struct records *out = p->f->call->out;
    struct rec *row = rec_map(out, rows, KEY_NONE);
    rec_text(out, row, KEY_of, of);
    rec_text(out, row, KEY_in, in);
    rec_text(out, row, KEY_result, result);
}

// Is a sign outside all brackets, so that an index needs parentheses: (z**2)[0]?
static bool is_sum(const char *typed)
{
    int depth = 0;
    bool sign = false;
    for (const char *s = typed; *s != '\0'; s++) {
        depth += strchr("([{", *s) != NULL ? 1 : strchr(")]}", *s) != NULL ? -1 : 0;
        sign = sign || (depth == 0 && strchr("+-*/^@<>=", *s) != NULL);
    }
    return sign;
}

static void put_formula_row(struct derive_answer *p, struct rec *rows, size_t k, const char *typed)
{
    enum { LINE_MOST = 2000 };
    struct formula *f = p->f;
    struct text of, in, result;
    uint32_t cols = f->lowered.shape.cols;
    size_t i = k / p->in.count;
    text_init(&of);
    text_init(&in);
    text_init(&result);
    bool element = value_is_array(f->lowered.shape);
    text_addf(&of, element && is_sum(typed) ? "(%s)" : "%s", typed);
    if (f->lowered.shape.rank == VALUE_MATRIX) {
        text_addf(&of, "[%zu, %zu]", i / cols, i % cols);
    } else if (element) {
        text_addf(&of, "[%zu]", i);
    }
    expr_print(&in, &f->pool, at(&p->in, k % p->in.count), LINE_MOST);
    expr_print(&result, &f->pool, at(&p->results, k), LINE_MOST);
    put_row(p, rows, text_get(&of), text_get(&in), text_get(&result));
    text_release(&of);
    text_release(&in);
    text_release(&result);
}

// The two rules of a softmax, with a letter for it that is none of the formula's.
static void put_softmax_rows(struct derive_answer *p, struct rec *rows, const char *letter)
{
    const char *array;
    int length = (int)array_part(p->f, at(&p->in, 0), &array);
    for (size_t i = 0; i < 2; i++) {
        char of[8], in[QUOTED], result[32];
        format_write(of, sizeof of, "%s[i]", letter);
        format_write(in, sizeof in, i == 0 ? "%.*s[i]" : "%.*s[j]", length, array);
        format_write(result, sizeof result, i == 0 ? "%s[i]*(1 - %s[i])" : "-%s[i]*%s[j]", letter,
                     letter);
        put_row(p, rows, of, in, result);
    }
}

static void put_parts(struct derive_answer *p)
{
    struct formula *f = p->f;
    struct call *c = f->call;
    const char *s = c->lexer->source->text;
    const char *typed =
        arena_copy(&call_lower(c)->memory, s + f->span.start, f->span.end - f->span.start);
    struct rec *r = call_record(c, KIND_derivatives);
    bool softmax = is_softmax(p);
    const char *letter = names_find(&f->pool.names, "s", 1) == NAME_NONE ? "s" : "q";
    rec_text(c->out, r, KEY_of, typed == NULL ? "" : typed);
    rec_text(c->out, r, KEY_name, softmax ? letter : "");
    struct rec *rows = rec_list(c->out, r, KEY_rows);
    if (softmax) {
        put_softmax_rows(p, rows, letter);
        return;
    }
    for (size_t k = 0; k < p->results.count; k++) {
        put_formula_row(p, rows, k, typed == NULL ? "" : typed);
    }
}

static bool refuse_many(struct derive_answer *p)
{
    struct formula *f = p->f;
    diag_set(f->call->diag, f->span, "there are more than %d derivatives", DERIVE_PARTS_MOST);
    return diag_hint(f->call->diag, "ask for one element, as in derive L w[0]");
}

bool derive_parts_put(struct formula *f, struct value array)
{
    struct derive_answer p = {.f = f};
    buf_init(&p.of, sizeof(uint32_t));
    buf_init(&p.in, sizeof(uint32_t));
    buf_init(&p.results, sizeof(uint32_t));
    bool many = value_is_array(f->lowered.shape) && f->lowered.roots.count > DERIVE_PARTS_MOST;
    bool ok = !many ? find_formulas(&p) : refuse_many(&p);
    ok = ok && find_symbols(&p, array);
    ok = ok && (p.of.count * p.in.count <= DERIVE_PARTS_MOST || refuse_many(&p));
    ok = ok && derive_all(&p);
    if (ok) {
        put_parts(&p);
    }
    buf_release(&p.of);
    buf_release(&p.in);
    buf_release(&p.results);
    return ok;
}
