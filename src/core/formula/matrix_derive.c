#include "formula/matrix_derive.h"

#include <string.h>

#include "formula/matrix_derive_parts.h"

static bool find_needed(struct matrix_pass *p, const uint8_t *wanted)
{
    struct buf reached;
    bool ok = matrices_reach(p->m, p->root, &reached);
    for (uint32_t i = 0; ok && i <= p->root; i++) {
        uint8_t *needed = &BUF(uint8_t, &p->needed)[i];
        *needed = wanted[i];
        for (uint32_t k = 0; k < matrices_at(p->m, i)->used; k++) {
            *needed |= BUF(uint8_t, &p->needed)[matrices_operand(p->m, i, k)];
        }
        *needed &= BUF(uint8_t, &reached)[i];
    }
    buf_release(&reached);
    return ok;
}

static bool needed(const struct matrix_pass *p, uint32_t row)
{
    return BUF(uint8_t, &p->needed)[row] != 0;
}

// The share of operand `slot`; EXPR_NONE: refused, or no memory.
static uint32_t operand_share(struct matrix_pass *p, uint32_t row, uint32_t slot, uint32_t gradient)
{
    uint32_t operand = matrices_operand(p->m, row, slot);
    struct matrix_share s = {
        row, slot, operand, gradient, matrix_row_shape(p, row), matrix_row_shape(p, operand)};
    return matrix_shortest(p, matrix_share_of(p, &s));
}

// "dW2"; of a row without a label "ds1".
static const char *gradient_name(struct matrix_pass *p, uint32_t row)
{
    const char *label = p->labels[row];
    const char *name = label != NULL ? arena_printf(&p->arena, "d%s", label)
                                     : arena_printf(&p->arena, "ds%u", ++p->numbered);
    for (uint32_t i = 0; name != NULL && i <= p->root; i++) {
        if (p->labels[i] != NULL && strcmp(p->labels[i], name) == 0) {
            name = arena_printf(&p->arena, "%s_", name);
        }
    }
    return name;
}

// Does writing the gradient where it is used make the next line hardly longer? So it is where slopes
// cancel.
static bool cancels(struct matrix_pass *p, uint32_t row, uint32_t gradient)
{
    enum { SLACK = 3 };
    const struct mat *m = matrices_at(p->m, row);
    if (m->used != 1 || matrix_is_symbol(p, gradient) || p->refused != MAT_NONE) {
        return false;
    }
    uint32_t share = operand_share(p, row, 0, gradient);
    const char *next = matrix_write(p, share, false), *here = matrix_write(p, gradient, false);
    return next != NULL && here != NULL && strlen(next) <= strlen(here) + SLACK;
}

// Is it the label of a row, so that a line would only give that another name?
static bool is_label(const struct matrix_pass *p, uint32_t formula)
{
    for (uint32_t i = 0; i <= p->root; i++) {
        if (p->labels[i] != NULL && BUF(uint32_t, &p->symbols)[i] == formula) {
            return true;
        }
    }
    return false;
}

// Is the gradient to have a line of its own?
static bool has_line(struct matrix_pass *p, uint32_t row, uint32_t gradient)
{
    const struct mat *m = matrices_at(p->m, row);
    if (m->kind == MAT_GIVEN || (p->local && p->labels[row] != NULL)) {
        return true;
    }
    if (p->labels[row] != NULL) {
        return !is_label(p, gradient) && !cancels(p, row, gradient);
    }
    uint32_t users = 0;
    for (uint32_t k = 0; k < m->used; k++) {
        users += needed(p, matrices_operand(p->m, row, k));
    }
    bool plain = matrix_is_symbol(p, gradient) || expr_get(&p->pool, gradient).kind == EXPR_NUMBER;
    return !plain && m->kind != MAT_OP && m->kind != MAT_SUM && m->kind != MAT_MEAN && users > 1;
}

// Writes the row's line, if it is to have one; what its gradient is called from then on.
static uint32_t put_line(struct matrix_pass *p, uint32_t row, uint32_t gradient)
{
    struct value v = matrix_row_shape(p, row);
    if (row == p->root || !has_line(p, row, gradient)) {
        return gradient;
    }
    const char *name = gradient_name(p, row);
    const char *formula = matrix_write(p, matrix_completed(p, gradient, v), false);
    struct matrix_line *line = name == NULL || formula == NULL ? NULL : buf_push(&p->lines, 1);
    if (line == NULL) {
        if (formula == NULL && !p->arena.failed) {
            matrix_refuse(p, row, "a formula that is too long to read");
        }
        return EXPR_NONE;
    }
    *line = (struct matrix_line){row, name, formula};
    BUF(const char *, &p->names)[row] = name;
    return matrix_symbol(p, name, v);
}

static bool pass_back(struct matrix_pass *p, uint32_t row)
{
    uint32_t total = BUF(uint32_t, &p->totals)[row];
    if (total == EXPR_NONE) {
        return true;
    }
    uint32_t gradient = put_line(p, row, matrix_shortest(p, matrix_simplified(p, total)));
    if (p->local && row != p->root && p->labels[row] != NULL) {
        return gradient != EXPR_NONE;
    }
    for (uint32_t k = 0; k < matrices_at(p->m, row)->used && gradient != EXPR_NONE; k++) {
        uint32_t operand = matrices_operand(p->m, row, k);
        if (!needed(p, operand)) {
            continue;
        }
        uint32_t share = operand_share(p, row, k, gradient);
        uint32_t *sum = &BUF(uint32_t, &p->totals)[operand];
        if (share == EXPR_NONE) {
            return false;
        }
        *sum = *sum == EXPR_NONE ? share : expr_apply(&p->pool, OP_ADD, *sum, share);
    }
    return gradient != EXPR_NONE;
}

static bool init(struct matrix_pass *p)
{
    size_t count = (size_t)p->root + 1;
    arena_init(&p->arena);
    exprs_init(&p->pool);
    simplifier_init(&p->simplifier, &p->pool);
    buf_init(&p->lines, sizeof(struct matrix_line));
    buf_init(&p->names, sizeof(const char *));
    buf_init(&p->shapes, sizeof(struct value));
    buf_init(&p->turned, sizeof(uint32_t));
    buf_init(&p->symbols, sizeof(uint32_t));
    buf_init(&p->totals, sizeof(uint32_t));
    buf_init(&p->needed, 1);
    bool ok = buf_resize(&p->names, count) && buf_resize(&p->symbols, count) &&
              buf_resize(&p->totals, count) && buf_resize(&p->needed, count);
    for (size_t i = 0; ok && i < count; i++) {
        BUF(uint32_t, &p->symbols)[i] = BUF(uint32_t, &p->totals)[i] = EXPR_NONE;
    }
    return ok;
}

static bool run(struct matrix_pass *p, uint32_t seed)
{
    BUF(uint32_t, &p->totals)[p->root] = seed;
    bool ok = seed != EXPR_NONE;
    for (uint32_t i = p->root + 1; ok && i-- > 0;) {
        ok = !needed(p, i) || pass_back(p, i);
    }
    return ok && !exprs_failed(&p->pool) && !p->arena.failed;
}

bool matrix_derive(struct matrix_pass *p, const struct matrices *m, const struct lower *w,
                   const char *const *labels, uint32_t root, const uint8_t *wanted)
{
    *p = (struct matrix_pass){.m = m, .w = w, .labels = labels, .root = root, .refused = MAT_NONE};
    return init(p) && find_needed(p, wanted) && run(p, expr_number(&p->pool, 1));
}

bool matrix_derive_local(struct matrix_pass *p, const struct matrices *m, const struct lower *w,
                         const char *const *labels, uint32_t row)
{
    *p = (struct matrix_pass){
        .m = m, .w = w, .labels = labels, .root = row, .refused = MAT_NONE, .local = true};
    struct buf wanted;
    buf_init(&wanted, 1);
    bool ok = init(p) && buf_resize(&wanted, m->rows.count);
    for (uint32_t i = 0; ok && i < row; i++) {
        BUF(uint8_t, &wanted)[i] = labels[i] != NULL;
    }
    ok = ok && find_needed(p, wanted.data);
    buf_release(&wanted);
    const char *name = ok ? gradient_name(p, row) : NULL;
    return name != NULL && run(p, matrix_symbol(p, name, matrix_row_shape(p, row)));
}

void matrix_pass_release(struct matrix_pass *p)
{
    arena_release(&p->arena);
    simplifier_release(&p->simplifier);
    exprs_release(&p->pool);
    buf_release(&p->lines);
    buf_release(&p->names);
    buf_release(&p->shapes);
    buf_release(&p->turned);
    buf_release(&p->symbols);
    buf_release(&p->totals);
    buf_release(&p->needed);
}
