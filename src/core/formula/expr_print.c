#include "formula/expr.h"

#include <math.h>
#include <stdlib.h>

// How tightly a formula holds together; see the grammar in parser.h.
enum level { ANY, COMPARE, SUM, PRODUCT, SIGNED, POWER, PRIMARY };

// What is still to be written: a text, or a formula that must be at least as tight as `least`.
struct expr_print_piece {
    const char *text;
    uint32_t id;
    enum level least;
};

static enum level level_of(const struct exprs *p, uint32_t id)
{
    struct expr e = expr_get(p, id);
    if (e.kind == EXPR_NUMBER) {
        return e.number < 0 ? SIGNED : PRIMARY;
    }
    if (e.kind == EXPR_NAME || op_get((enum op)e.op)->form == OP_CALL) {
        return PRIMARY;
    }
    switch (e.op) {
    case OP_ADD:
    case OP_SUB:
        return SUM;
    case OP_MUL:
    case OP_DIV:
        return PRODUCT;
    case OP_NEG:
        return SIGNED;
    case OP_POW:
        return POWER;
    default:
        return COMPARE;
    }
}

static void print_number(struct text *out, double v)
{
    char number[NUMBER_TEXT];
    if (fabs(v) == EXPR_PI) {
        text_add(out, v < 0 ? "-pi" : "pi");
        return;
    }
    // Not the fewest digits: those of 100 are 1e+02.
    for (int digits = 15; digits <= 17; digits++) {
        number_text(number, v, digits);
        if (strtod(number, NULL) == v) {
            break;
        }
    }
    text_add(out, number);
}

static void push(struct buf *todo, struct expr_print_piece piece)
{
    struct expr_print_piece *at = buf_push(todo, 1);
    if (at != NULL) {
        *at = piece;
    }
}

static void push_text(struct buf *todo, const char *text)
{
    push(todo, (struct expr_print_piece){.text = text});
}

static void push_formula(struct buf *todo, uint32_t id, enum level least)
{
    push(todo, (struct expr_print_piece){.id = id, .least = least});
}

// Does it begin with a minus when it is written as an operand of this level?
static bool begins_with_minus(const struct exprs *p, uint32_t id, enum level least)
{
    struct expr e = expr_get(p, id);
    while (level_of(p, id) >= least && e.kind == EXPR_OP &&
           op_get((enum op)e.op)->form == OP_INFIX && level_of(p, id) != COMPARE) {
        least = level_of(p, id) == POWER ? PRIMARY : level_of(p, id);
        id = e.a;
        e = expr_get(p, id);
    }
    return level_of(p, id) == SIGNED && least <= SIGNED;
}

// The parts of an operation, last first, as the next to be written is taken from the end.
static void push_parts(struct buf *todo, const struct exprs *p, struct expr e, enum level level)
{
    const struct op_row *row = op_get((enum op)e.op);
    if (row->form == OP_CALL) {
        push_text(todo, ")");
        if (row->arity == 2) {
            push_formula(todo, e.b, ANY);
            push_text(todo, ", ");
        }
        push_formula(todo, e.a, ANY);
        push_text(todo, "(");
    } else if (row->form == OP_INFIX) {
        // Sums and products group from the left, powers from the right, comparisons not at all.
        // Two signs in a row are hard to read: a - (-b), 2*(-b); but x**-2.
        bool sign = (level == SUM || level == PRODUCT) && begins_with_minus(p, e.b, level + 1);
        push_formula(todo, e.b, sign ? PRIMARY : level == POWER ? SIGNED : level + 1);
        push_text(todo, level == SUM || level == COMPARE ? " " : "");
        push_text(todo, row->name);
        push_text(todo, level == SUM || level == COMPARE ? " " : "");
        push_formula(todo, e.a, level == POWER ? PRIMARY : level == COMPARE ? SUM : level);
        return;
    } else {
        push_formula(todo, e.a, begins_with_minus(p, e.a, level) ? PRIMARY : level);
    }
    push_text(todo, row->name);
}

static void print_formula(struct text *out, const struct exprs *p, struct buf *todo,
                          struct expr_print_piece piece)
{
    struct expr e = expr_get(p, piece.id);
    enum level level = level_of(p, piece.id);
    if (level < piece.least || level == COMPARE) {
        text_add(out, "(");
        push_text(todo, ")");
    }
    if (e.kind == EXPR_NUMBER) {
        print_number(out, e.number);
    } else if (e.kind == EXPR_NAME) {
        size_t length;
        const char *s = names_text(&p->names, e.a, &length);
        text_add_bytes(out, s, length);
    } else {
        push_parts(todo, p, e, level);
    }
}

bool expr_print(struct text *out, const struct exprs *p, uint32_t root, size_t most)
{
    size_t start = text_length(out);
    struct buf todo;
    buf_init(&todo, sizeof(struct expr_print_piece));
    push_formula(&todo, root, ANY);
    while (todo.count > 0 && text_length(out) - start <= most && !out->bytes.failed &&
           !stop_after(p->stop, 4)) {
        struct expr_print_piece piece = BUF(struct expr_print_piece, &todo)[--todo.count];
        if (piece.text != NULL) {
            text_add(out, piece.text);
        } else {
            print_formula(out, p, &todo, piece);
        }
    }
    out->bytes.failed |= todo.failed;
    bool whole = todo.count == 0 && text_length(out) - start <= most;
    if (!whole) {
        text_add(out, "…");
    }
    buf_release(&todo);
    return whole && !out->bytes.failed;
}
