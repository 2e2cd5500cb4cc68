#include "formula/expr.h"

#include <math.h>

#include "formula/printer.h"

static struct printer_node look(const struct printer *p, uint32_t id)
{
    struct expr e = expr_get(p->formulas, id);
    struct printer_node node = {PRECEDENCE_ATOM, PRINTER_NONE};
    if (e.kind == EXPR_NUMBER && e.number < 0) {
        node.precedence = PRECEDENCE_SIGN;
    } else if (e.kind == EXPR_OP) {
        node.precedence = precedence_of((enum op)e.op);
        node.left = op_get((enum op)e.op)->form == OP_INFIX ? e.a : PRINTER_NONE;
    }
    return node;
}

static void print_number(struct text *out, double v)
{
    char number[NUMBER_TEXT];
    if (fabs(v) == EXPR_PI) {
        text_add(out, v < 0 ? "-pi" : "pi");
        return;
    }
    text_add(out, number_exact(number, v));
}

static void give_call(struct printer *p, const struct op_row *row, struct expr e)
{
    printer_text(p, row->name);
    printer_text(p, "(");
    printer_argument(p, e.a);
    if (row->arity == 2) {
        printer_text(p, ", ");
        printer_argument(p, e.b);
    }
    printer_text(p, ")");
}

static void give_parts(struct printer *p, uint32_t id)
{
    const struct exprs *pool = p->formulas;
    struct expr e = expr_get(pool, id);
    if (e.kind == EXPR_NUMBER) {
        print_number(p->out, e.number);
        return;
    }
    if (e.kind == EXPR_NAME) {
        size_t length;
        const char *s = names_text(&pool->names, e.a, &length);
        text_add_bytes(p->out, s, length);
        return;
    }
    const struct op_row *row = op_get((enum op)e.op);
    if (row->form == OP_INFIX) {
        printer_infix(p, row->name, precedence_of((enum op)e.op), e.a, e.b);
    } else if (row->form == OP_PREFIX) {
        printer_prefix(p, row->name, e.a);
    } else {
        give_call(p, row, e);
    }
}

bool expr_print(struct text *out, const struct exprs *p, uint32_t root, size_t most)
{
    struct printer printer = {.formulas = p,
                              .look = look,
                              .parts = give_parts,
                              .open = "(",
                              .close = ")",
                              .least = PRECEDENCE_SUM};  // comparisons always have parentheses
    return printer_write(&printer, out, root, PRECEDENCE_SUM, most, p->stop);
}
