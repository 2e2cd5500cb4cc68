#include "formula/matrix_print.h"

#include "formula/printer.h"

struct matrix_printer {
    const struct matrices *m;
    const char *const *labels;
    uint32_t root;  // is written out even if it has a label
    bool numpy;
};

enum precedence matrix_precedence(const struct mat *row)
{
    switch (row->kind) {
    case MAT_MATMUL:
        return PRECEDENCE_PRODUCT;
    case MAT_NUMBERS:
        return row->text != NULL && row->text[0] == '-' ? PRECEDENCE_SIGN : PRECEDENCE_ATOM;
    case MAT_OP:
        return precedence_of(row->op);
    default:
        return PRECEDENCE_ATOM;
    }
}

static const char *label_of(const struct matrix_printer *f, uint32_t row)
{
    return row == f->root ? NULL : f->labels[row];
}

static bool is_infix(const struct mat *row)
{
    return row->kind == MAT_MATMUL || (row->kind == MAT_OP && op_get(row->op)->form == OP_INFIX);
}

static struct printer_node look(const struct printer *p, uint32_t row)
{
    const struct matrix_printer *f = p->formulas;
    const struct mat *m = matrices_at(f->m, row);
    if (label_of(f, row) != NULL) {
        return (struct printer_node){PRECEDENCE_ATOM, PRINTER_NONE};
    }
    return (struct printer_node){matrix_precedence(m),
                                 is_infix(m) ? matrices_operand(f->m, row, 0) : PRINTER_NONE};
}

static void give_operands(struct printer *p, uint32_t row)
{
    const struct matrices *m = ((const struct matrix_printer *)p->formulas)->m;
    for (uint32_t k = 0; k < matrices_at(m, row)->used; k++) {
        printer_text(p, k > 0 ? ", " : "");
        printer_argument(p, matrices_operand(m, row, k));
    }
}

// f(a, b, axis=0)
static void give_call(struct printer *p, const char *name, uint32_t row, bool axis)
{
    const struct matrix_printer *f = p->formulas;
    int over = axis ? matrices_at(f->m, row)->axis : -1;
    printer_text(p, name);
    printer_text(p, "(");
    give_operands(p, row);
    printer_text(p, over < 0 ? ")" : over == 0 ? ", axis=0)" : ", axis=1)");
}

static void give_stack(struct printer *p, uint32_t row)
{
    const struct matrix_printer *f = p->formulas;
    const struct mat *m = matrices_at(f->m, row);
    if (m->used == 0) {
        printer_text(p, "…");
        return;
    }
    uint32_t first = matrices_operand(f->m, row, 0);
    struct value of = matrices_at(f->m, first)->value;
    if (m->used == 1 && value_is_array(of) && m->value.rank <= of.rank) {
        printer_formula(p, first, PRECEDENCE_ATOM);
        printer_text(p, "[…]");  // some elements of one array
        return;
    }
    printer_text(p, f->numpy ? "array([" : "[");
    give_operands(p, row);
    printer_text(p, f->numpy ? "])" : "]");
}

static void give_suffix(struct printer *p, uint32_t row, const char *suffix)
{
    const struct matrix_printer *f = p->formulas;
    printer_formula(p, matrices_operand(f->m, row, 0), PRECEDENCE_ATOM);
    printer_text(p, suffix);
}

static void give_op(struct printer *p, const char *name, uint32_t row)
{
    const struct matrix_printer *f = p->formulas;
    const struct mat *m = matrices_at(f->m, row);
    if (is_infix(m)) {
        printer_infix(p, name, matrix_precedence(m), matrices_operand(f->m, row, 0),
                      matrices_operand(f->m, row, 1));
    } else if (op_get(m->op)->form == OP_PREFIX) {
        printer_prefix(p, name, matrices_operand(f->m, row, 0));
    } else {
        give_call(p, name, row, false);
    }
}

static void give_parts(struct printer *p, uint32_t row)
{
    const struct matrix_printer *f = p->formulas;
    const struct mat *m = matrices_at(f->m, row);
    const char *label = label_of(f, row), *known = m->text == NULL ? "…" : m->text;
    if (label != NULL) {
        printer_text(p, label);
        return;
    }
    switch (m->kind) {
    case MAT_GIVEN:
        printer_text(p, "…");
        break;
    case MAT_NUMBERS:
        printer_text(p, known);
        break;
    case MAT_MATMUL:
        give_op(p, "@", row);
        break;
    case MAT_TRANSPOSE:
        give_suffix(p, row, ".T");
        break;
    case MAT_INDEX:
        give_suffix(p, row, m->text == NULL ? "[…]" : m->text);
        break;
    case MAT_STACK:
        give_stack(p, row);
        break;
    case MAT_SUM:
        give_call(p, "sum", row, true);
        break;
    case MAT_MEAN:
        give_call(p, "mean", row, true);
        break;
    case MAT_SOFTMAX:
        give_call(p, "softmax", row, m->axis == 0);
        break;
    case MAT_CROSS_ENTROPY:
        give_call(p, "cross_entropy", row, false);
        break;
    case MAT_OUTER:
        give_call(p, "outer", row, false);
        break;
    case MAT_OTHER:
        give_call(p, known, row, false);
        break;
    case MAT_OP:
        give_op(p, op_get(m->op)->name, row);
        break;
    }
}

bool matrix_print(struct text *out, const struct matrices *m, const char *const *labels,
                  uint32_t row, bool numpy)
{
    struct matrix_printer formulas = {m, labels, row, numpy};
    struct printer p = {.formulas = &formulas,
                        .look = look,
                        .parts = give_parts,
                        .open = "(",
                        .close = ")",
                        .least = PRECEDENCE_ANY};
    return printer_write(&p, out, row, PRECEDENCE_ANY, MATRIX_TEXT_MOST, NULL);
}
