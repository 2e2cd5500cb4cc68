// Formulas whose symbols are arrays: making, stretching, writing and shortening them.
#include <string.h>

#include "formula/matrix_derive_parts.h"
#include "formula/matrix_print.h"

enum { TEXT_MOST = 600 };  // bytes of a formula; a longer one is not for reading

bool matrix_refuse(struct matrix_pass *p, uint32_t row, const char *why)
{
    p->refused = p->refused == MAT_NONE ? row : p->refused;
    p->why = p->why == NULL ? why : p->why;
    return false;
}

// ---- Symbols ------------------------------------------------------------------------------------

// A symbol of the pool that stands for an array of this shape: a name, or a formula in parentheses.
uint32_t matrix_symbol(struct matrix_pass *p, const char *text, struct value v)
{
    uint32_t id = text == NULL ? EXPR_NONE : expr_name(&p->pool, text, strlen(text));
    if (id == EXPR_NONE) {
        return EXPR_NONE;
    }
    uint32_t name = expr_get(&p->pool, id).a;
    if ((p->shapes.count <= name && !buf_resize(&p->shapes, (size_t)name + 1)) ||
        (p->turned.count <= name && !buf_resize(&p->turned, (size_t)name + 1))) {
        return EXPR_NONE;
    }
    BUF(struct value, &p->shapes)[name] = v;
    return id;
}

// What an element by element formula is as an array: its symbols stretch to it.
struct value matrix_shape_of(struct matrix_pass *p, uint32_t formula)
{
    struct buf names;
    struct value all = matrix_shape(VALUE_SCALAR, 1, 1);
    bool ok = formula != EXPR_NONE && expr_free_names(&p->pool, formula, &names);
    for (size_t i = 0; ok && i < names.count; i++) {
        uint32_t name = expr_get(&p->pool, BUF(uint32_t, &names)[i]).a;
        struct value v = BUF(struct value, &p->shapes)[name];
        all.rank = v.rank > all.rank ? v.rank : all.rank;
        all.rows = v.rows > all.rows ? v.rows : all.rows;
        all.cols = v.cols > all.cols ? v.cols : all.cols;
    }
    if (formula != EXPR_NONE) {
        buf_release(&names);
    }
    return all;
}

bool matrix_is_symbol(const struct matrix_pass *p, uint32_t formula)
{
    return formula != EXPR_NONE && expr_get(&p->pool, formula).kind == EXPR_NAME;
}

// Do the first and the last character of s[0..n) belong together as parentheses?
static bool is_wrapped(const char *s, size_t n)
{
    int open = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        open += s[i] == '(' ? 1 : s[i] == ')' ? -1 : 0;
        if (open == 0) {
            return false;
        }
    }
    return n > 1 && s[n - 1] == ')';
}

// A formula in the language; primary: as tight as a name. NULL: too long, or no memory.
const char *matrix_write(struct matrix_pass *p, uint32_t formula, bool primary)
{
    struct text out;
    if (formula == EXPR_NONE) {
        return NULL;
    }
    text_init(&out);
    bool whole = expr_print(&out, &p->pool, formula, TEXT_MOST);
    const char *s = text_get(&out);
    size_t n = text_length(&out);
    bool wrapped = matrix_is_symbol(p, formula) && is_wrapped(s, n);
    const char *text = !whole                         ? NULL
                       : wrapped && !primary          ? arena_copy(&p->arena, s + 1, n - 2)
                       : matrix_is_symbol(p, formula) ? arena_copy(&p->arena, s, n)
                       : primary                      ? arena_printf(&p->arena, "(%s)", s)
                                                      : arena_copy(&p->arena, s, n);
    text_release(&out);
    return text;
}

uint32_t matrix_simplified(struct matrix_pass *p, uint32_t formula)
{
    return formula == EXPR_NONE ? EXPR_NONE : simplify(&p->simplifier, formula);
}

uint32_t matrix_times(struct matrix_pass *p, uint32_t a, uint32_t b)
{
    return a == EXPR_NONE || b == EXPR_NONE
               ? EXPR_NONE
               : matrix_simplified(p, expr_apply(&p->pool, OP_MUL, a, b));
}

// What a row is in formulas: its label, numbers, an operation on such, or in parentheses what the
// learner would type.
uint32_t matrix_symbol_of(struct matrix_pass *p, uint32_t row)
{
    uint32_t *known = &BUF(uint32_t, &p->symbols)[row];
    const struct mat *m = matrices_at(p->m, row);
    if (*known != EXPR_NONE) {
        return *known;
    }
    uint32_t id;
    double number;
    if (p->labels[row] != NULL) {
        id = matrix_symbol(p, p->labels[row], m->value);
    } else if (m->kind == MAT_NUMBERS && m->value.rank == VALUE_SCALAR && m->text != NULL) {
        bool minus = m->text[0] == '-';
        bool read = number_read(m->text + minus, strlen(m->text) - minus, &number) > 0;
        id = read ? expr_number(&p->pool, minus ? -number : number) : EXPR_NONE;
    } else if (m->kind == MAT_OP) {
        uint32_t a = matrix_symbol_of(p, matrices_operand(p->m, row, 0));
        uint32_t b = m->used > 1 ? matrix_symbol_of(p, matrices_operand(p->m, row, 1)) : a;
        id = a == EXPR_NONE || b == EXPR_NONE ? EXPR_NONE : expr_apply(&p->pool, m->op, a, b);
    } else if (m->kind == MAT_GIVEN || (m->kind == MAT_NUMBERS && m->text == NULL) ||
               (m->kind == MAT_OTHER && m->text == NULL)) {
        matrix_refuse(p, row,
                      m->kind == MAT_NUMBERS ? "an array of many plain numbers, which needs a name"
                                             : "a value without a name");
        return EXPR_NONE;
    } else {
        struct text out;
        text_init(&out);
        matrix_print(&out, p->m, p->labels, row, true);
        bool tight = matrix_precedence(m) == PRECEDENCE_ATOM;
        id = matrix_symbol(p, arena_printf(&p->arena, tight ? "%s" : "(%s)", text_get(&out)),
                           m->value);
        text_release(&out);
    }
    *known = id;
    return id;
}

// ---- Shapes -------------------------------------------------------------------------------------

static uint32_t ones(struct matrix_pass *p, struct value v)
{
    const char *text =
        v.rank == VALUE_VECTOR
            ? arena_printf(&p->arena, "ones(%u)", (unsigned)v.cols)
            : arena_printf(&p->arena, "ones((%u, %u))", (unsigned)v.rows, (unsigned)v.cols);
    return matrix_symbol(p, text, v);
}

// The formula as an array of this shape, if it is a smaller one that stretches to it.
uint32_t matrix_completed(struct matrix_pass *p, uint32_t formula, struct value v)
{
    return v.rank == VALUE_SCALAR || matrix_same_shape(matrix_shape_of(p, formula), v)
               ? formula
               : matrix_times(p, formula, ones(p, v));
}

// A symbol for what the format makes of one formula, in place of <, or of two, the other in place of
// >. A transpose of a transpose is the array itself.
uint32_t matrix_compose(struct matrix_pass *p, struct value v, const char *format, const char *a,
                        const char *b)
{
    struct text out;
    uint32_t id = EXPR_NONE;
    if (a == NULL || b == NULL) {
        return id;
    }
    text_init(&out);
    for (const char *s = format; *s != '\0'; s++) {
        const char *put = *s == '<' ? a : *s == '>' ? b : NULL;
        size_t n = put == NULL ? 0 : strlen(put);
        bool twice = n > 2 && strcmp(put + n - 2, ".T") == 0 && strncmp(s + 1, ".T", 2) == 0;
        if (put == NULL) {
            text_add_char(&out, *s);
        } else {
            text_add_bytes(&out, put, twice ? n - 2 : n);
            s += twice ? 2 : 0;
        }
    }
    if (text_length(&out) <= TEXT_MOST) {
        id = matrix_symbol(p, arena_copy(&p->arena, text_get(&out), text_length(&out)), v);
    }
    text_release(&out);
    return id;
}

static const char *count_text(struct matrix_pass *p, size_t n)
{
    return arena_printf(&p->arena, "%zu", n);
}

// A sign in front goes outside of what is linear.
uint32_t matrix_without_sign(struct matrix_pass *p, uint32_t formula, bool *minus)
{
    *minus = false;
    if (formula == EXPR_NONE) {
        return EXPR_NONE;
    }
    struct expr e = expr_get(&p->pool, formula);
    *minus = e.kind == EXPR_OP && e.op == OP_NEG;
    return *minus ? e.a : formula;
}

uint32_t matrix_with_sign(struct matrix_pass *p, uint32_t formula, bool minus)
{
    return minus && formula != EXPR_NONE ? expr_apply(&p->pool, OP_NEG, formula, formula) : formula;
}

// Summed over the axes along which an operand of shape `to` was stretched to `from`.
uint32_t matrix_reduced(struct matrix_pass *p, uint32_t formula, struct value from, struct value to)
{
    bool minus;
    if (formula == EXPR_NONE || matrix_same_shape(from, to) || from.rank == VALUE_SCALAR) {
        return formula;
    }
    formula = matrix_without_sign(p, matrix_completed(p, formula, from), &minus);
    if (formula == EXPR_NONE) {
        return EXPR_NONE;
    }
    const char *e = matrix_write(p, formula, false), *tight = matrix_write(p, formula, true);
    const char *m = count_text(p, from.rows), *n = count_text(p, from.cols);
    bool rows = from.rows > to.rows, cols = from.cols > to.cols;
    uint32_t sum;
    if (to.rank == VALUE_SCALAR) {
        sum = matrix_compose(p, to, "sum(<)", e, "");
    } else if (to.rank == VALUE_VECTOR) {
        sum = cols ? matrix_compose(p, to, "[sum(<)]", e, "")
                   : matrix_compose(p, to, "sum(<, axis=0)", e, "");
    } else if (rows && cols) {
        const char *both = arena_printf(&p->arena, "(ones((1, %s)) @ %s @ ones((%s, 1)))", m,
                                        tight == NULL ? "" : tight, n);
        sum = tight == NULL ? EXPR_NONE : matrix_symbol(p, both, to);
    } else if (rows) {
        const char *left =
            arena_printf(&p->arena, "(ones((1, %s)) @ %s)", m, tight == NULL ? "" : tight);
        sum = tight == NULL ? EXPR_NONE : matrix_symbol(p, left, to);
    } else if (cols) {
        const char *right =
            arena_printf(&p->arena, "(%s @ ones((%s, 1)))", tight == NULL ? "" : tight, n);
        sum = tight == NULL ? EXPR_NONE : matrix_symbol(p, right, to);
    } else {
        sum = formula;
    }
    return matrix_with_sign(p, sum, minus);
}

// ---- Multiplying out ----------------------------------------------------------------------------

enum { TERMS_MOST = 24 };

struct matrix_terms {
    uint32_t terms[TERMS_MOST];
    size_t count;  // more than TERMS_MOST: too many
};

// The terms of a formula with its products of sums multiplied out.
static void multiply_out(struct matrix_pass *p, uint32_t id, struct matrix_terms *out)
{
    struct expr e = expr_get(&p->pool, id);
    struct matrix_terms a = {.count = 0}, b = {.count = 0};
    out->count = 0;
    bool op = e.kind == EXPR_OP && !e.constant;
    if (op && (e.op == OP_ADD || e.op == OP_SUB || e.op == OP_MUL)) {
        multiply_out(p, e.a, &a);
        multiply_out(p, e.b, &b);
    } else if (op && (e.op == OP_NEG || e.op == OP_DIV)) {
        multiply_out(p, e.a, &a);
    } else {
        out->terms[out->count++] = id;
        return;
    }
    size_t pairs = e.op == OP_MUL ? a.count * b.count : a.count + b.count;
    if (a.count > TERMS_MOST || b.count > TERMS_MOST || pairs > TERMS_MOST) {
        out->count = TERMS_MOST + 1;
        return;
    }
    for (size_t i = 0; i < a.count; i++) {
        uint32_t term = a.terms[i];
        if (e.op == OP_MUL) {
            for (size_t k = 0; k < b.count; k++) {
                out->terms[out->count++] = expr_apply(&p->pool, OP_MUL, term, b.terms[k]);
            }
        } else {
            out->terms[out->count++] = e.op == OP_NEG   ? expr_apply(&p->pool, OP_NEG, term, term)
                                       : e.op == OP_DIV ? expr_apply(&p->pool, OP_DIV, term, e.b)
                                                        : term;
        }
    }
    for (size_t k = 0; e.op != OP_MUL && k < b.count; k++) {
        uint32_t term = b.terms[k];
        out->terms[out->count++] = e.op == OP_SUB ? expr_apply(&p->pool, OP_NEG, term, term) : term;
    }
}

// The shorter of a formula and the same multiplied out.
uint32_t matrix_shortest(struct matrix_pass *p, uint32_t formula)
{
    enum { LENGTH_MOST = 60 };
    if (formula == EXPR_NONE || expr_length(&p->pool, formula, LENGTH_MOST + 1) > LENGTH_MOST) {
        return formula;
    }
    struct matrix_terms sum;
    multiply_out(p, formula, &sum);
    if (sum.count > TERMS_MOST || sum.count < 2) {
        return formula;
    }
    uint32_t all = EXPR_NONE;
    for (size_t i = 0; i < sum.count; i++) {
        uint32_t term = matrix_simplified(p, sum.terms[i]);
        all = term == EXPR_NONE  ? EXPR_NONE
              : all == EXPR_NONE ? term
                                 : expr_apply(&p->pool, OP_ADD, all, term);
    }
    all = matrix_simplified(p, all);
    return all != EXPR_NONE && expr_length(&p->pool, all, LENGTH_MOST) <
                                   expr_length(&p->pool, formula, LENGTH_MOST)
               ? all
               : formula;
}

// A gradient times a slope; of a gradient that is a sum, term by term where that is shorter, so that
// what is below a fraction line in one term only is cut.
uint32_t matrix_times_slope(struct matrix_pass *p, uint32_t gradient, uint32_t slope)
{
    enum { LENGTH_MOST = 60 };
    uint32_t whole = matrix_times(p, gradient, slope), all = EXPR_NONE;
    struct matrix_terms sum;
    if (whole == EXPR_NONE || expr_length(&p->pool, gradient, LENGTH_MOST + 1) > LENGTH_MOST) {
        return whole;
    }
    multiply_out(p, gradient, &sum);
    for (size_t i = 0; i < sum.count && sum.count <= TERMS_MOST; i++) {
        uint32_t term = matrix_times(p, sum.terms[i], slope);
        if (term == EXPR_NONE) {
            return EXPR_NONE;
        }
        all = all == EXPR_NONE ? term : expr_apply(&p->pool, OP_ADD, all, term);
    }
    all = all == EXPR_NONE ? whole : matrix_shortest(p, matrix_simplified(p, all));
    return all != EXPR_NONE && expr_length(&p->pool, all, LENGTH_MOST) <
                                   expr_length(&p->pool, whole, LENGTH_MOST)
               ? all
               : whole;
}
