// The equations of both passes as a LaTeX document that needs no package but amsmath: what each
// value is, and each derivative by the chain rule.
#include <math.h>
#include <string.h>

#include "engine/sweep.h"
#include "export/export_program.h"
#include "formula/derive.h"
#include "formula/math.h"

// A number as a factor: in parentheses if it is negative.
static void put_factor(struct text *out, double v, int digits)
{
    text_add(out, v < 0 ? "(" : "");
    math_number(out, v, digits);
    text_add(out, v < 0 ? ")" : "");
}

// ---- The passes ---------------------------------------------------------------------------------

static void put_label(struct program *p, uint32_t node)
{
    struct text label;
    text_init(&label);
    program_label(p, &label, node);
    math_name(p->out, text_get(&label), text_length(&label));
    text_release(&label);
}

// ∂ and the node's label, in parentheses where that is a derivative's.
static void put_differential(struct program *p, uint32_t node)
{
    char grown[LABEL_TEXT];
    bool derivative =
        !names_own_label(p->e->names, grown, node) && names_grown_label(p->e->names, grown, node);
    text_add(p->out, derivative ? "\\partial \\left(" : "\\partial ");
    put_label(p, node);
    text_add(p->out, derivative ? "\\right)" : "");
}

static void put_partial(struct program *p, uint32_t node)
{
    text_add(p->out, "\\frac{");
    put_differential(p, p->e->root);
    text_add(p->out, "}{");
    put_differential(p, node);
    text_add(p->out, "}");
}

static void put_value(struct program *p, uint32_t node)
{
    const struct tape *t = p->e->tape;
    text_add(p->out, "  ");
    put_label(p, node);
    text_add(p->out, " &= ");
    if (tape_op(t, node) != OP_LEAF) {
        struct exprs pool;
        exprs_init(&pool);
        uint32_t formula = expr_of_node(&pool, t, p->e->names, node);
        if (formula != EXPR_NONE) {
            math_formula(p->out, &pool, formula, PRECEDENCE_ANY);
        }
        p->failed |= formula == EXPR_NONE;
        exprs_release(&pool);
        text_add(p->out, " = ");
    }
    math_number(p->out, tape_value(t, node), p->e->digits);
}

// The node's share of an upstream derivative, in symbols and in numbers.
struct export_latex_share {
    uint32_t user;
    int slot;
};

static void find_shares(struct program *p, size_t i, struct buf *shares)
{
    const struct tape *t = p->e->tape;
    shares->count = 0;
    for (size_t k = i + 1; k < p->ids.count; k++) {
        uint32_t user = program_node(p, k);
        for (int slot = 0; slot < tape_arity(t, user); slot++) {
            if (tape_operand(t, user, slot) == program_node(p, i)) {
                struct export_latex_share *at = buf_push(shares, 1);
                if (at != NULL) {
                    *at = (struct export_latex_share){user, slot};
                }
            }
        }
    }
    p->failed |= shares->failed;
}

static void put_slope(struct program *p, struct export_latex_share s)
{
    struct exprs pool;
    exprs_init(&pool);
    uint32_t slope = derive_local(&pool, p->e->tape, p->e->names, s.user, s.slot);
    put_partial(p, s.user);
    text_add(p->out, " \\cdot ");
    if (slope != EXPR_NONE) {
        math_formula(p->out, &pool, slope, PRECEDENCE_PRODUCT);
    }
    p->failed |= slope == EXPR_NONE;
    exprs_release(&pool);
}

static const char *between(size_t k)
{
    return k == 0 ? "" : k % 4 == 0 ? " \\\\\n    &\\quad + " : " + ";
}

static void put_gradient(struct program *p, size_t i, const struct adjoints *slopes,
                         struct buf *shares)
{
    const struct tape *t = p->e->tape;
    uint32_t node = program_node(p, i);
    find_shares(p, i, shares);
    const struct export_latex_share *s = shares->data;
    text_add(p->out, "  ");
    put_partial(p, node);
    text_add(p->out, " &= ");
    for (size_t k = 0; k < shares->count; k++) {
        text_add(p->out, between(k));
        put_slope(p, s[k]);
    }
    text_add(p->out, shares->count > 2 ? " \\\\\n    &= " : shares->count > 0 ? " = " : "");
    for (size_t k = 0; k < shares->count; k++) {
        text_add(p->out, between(k));
        put_factor(p->out, adjoints_get(slopes, s[k].user), p->e->digits);
        text_add(p->out, " \\cdot ");
        put_factor(p->out, tape_slope(t, s[k].user, s[k].slot), p->e->digits);
    }
    text_add(p->out, shares->count > 0 ? " = " : "");
    math_number(p->out, adjoints_get(slopes, node), p->e->digits);
}

static void put_forward(struct program *p, bool leaves)
{
    bool first = true;
    for (size_t i = 0; i < p->ids.count && !program_stopped(p, i); i++) {
        uint32_t node = program_node(p, i);
        if (!program_inline(p, node) && (tape_op(p->e->tape, node) == OP_LEAF) == leaves) {
            text_add(p->out, first ? "\\begin{align*}\n" : " \\\\\n");
            put_value(p, node);
            first = false;
        }
    }
    text_add(p->out, first ? "" : "\n\\end{align*}\n");
}

static void put_backward(struct program *p, const struct adjoints *slopes)
{
    struct buf shares;
    bool first = true;
    buf_init(&shares, sizeof(struct export_latex_share));
    for (size_t i = p->ids.count; i-- > 0 && !program_stopped(p, 0);) {
        if (!program_inline(p, program_node(p, i))) {
            text_add(p->out, first ? "\\begin{align*}\n" : " \\\\\n");
            put_gradient(p, i, slopes, &shares);
            first = false;
        }
    }
    text_add(p->out, "\n\\end{align*}\n");
    buf_release(&shares);
}

void export_latex(struct program *p)
{
    struct adjoints slopes = {0};
    enum sweep_end end =
        sweep_adjoints(p->e->tape, p->e->stop, p->e->root, program_node(p, 0), &slopes);
    p->stopped |= end == SWEEP_STOPPED;
    p->failed |= end == SWEEP_NO_MEMORY;
    if (end == SWEEP_DONE) {
        text_add(p->out, "\\documentclass{article}\n\\usepackage{amsmath}\n\\allowdisplaybreaks\n"
                         "\\begin{document}\n\n\\section*{Given}\n");
        put_forward(p, true);
        text_add(p->out, "\n\\section*{Forward}\n");
        put_forward(p, false);
        text_add(p->out, "\n\\section*{Backward}\n");
        put_backward(p, &slopes);
        text_add(p->out, "\n\\end{document}\n");
    }
    adjoints_release(&slopes);
}
