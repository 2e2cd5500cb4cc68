#include "formula/matrix_print.h"

#include <string.h>

enum matrix_level matrix_level(const struct mat *row)
{
    if (row->kind == MAT_MATMUL) {
        return MATRIX_PRODUCT;
    }
    if (row->kind == MAT_NUMBERS) {
        return row->text != NULL && row->text[0] == '-' ? MATRIX_SIGNED : MATRIX_PRIMARY;
    }
    if (row->kind != MAT_OP || op_get(row->op)->form == OP_CALL) {
        return MATRIX_PRIMARY;
    }
    switch (row->op) {
    case OP_ADD:
    case OP_SUB:
        return MATRIX_SUM;
    case OP_MUL:
    case OP_DIV:
        return MATRIX_PRODUCT;
    case OP_NEG:
        return MATRIX_SIGNED;
    case OP_POW:
        return MATRIX_POWER;
    default:
        return MATRIX_COMPARE;
    }
}

// What is still to be written: a text, or a row that must be at least as tight as `least`.
struct matrix_print_piece {
    const char *text;
    uint32_t row;
    enum matrix_level least;
};

struct printer {
    const struct matrices *m;
    bool numpy;
    struct buf todo;  // struct matrix_print_piece, the next one last
};

static void put(struct printer *p, const char *text)
{
    struct matrix_print_piece *at = buf_push(&p->todo, 1);
    if (at != NULL) {
        *at = (struct matrix_print_piece){.text = text};
    }
}

static void put_row(struct printer *p, uint32_t row, enum matrix_level least)
{
    struct matrix_print_piece *at = buf_push(&p->todo, 1);
    if (at != NULL) {
        *at = (struct matrix_print_piece){.row = row, .least = least};
    }
}

// f(a, b, axis=0), its parts last first.
static void put_call(struct printer *p, const char *name, uint32_t row, bool axis)
{
    const struct mat *m = matrices_at(p->m, row);
    put(p, !axis || m->axis < 0 ? ")" : m->axis == 0 ? ", axis=0)" : ", axis=1)");
    for (uint32_t k = m->used; k-- > 0;) {
        put_row(p, matrices_operand(p->m, row, k), MATRIX_ANY);
        put(p, k > 0 ? ", " : "(");
    }
    put(p, name);
}

// Sums and products group from the left, powers from the right. No two signs in a row.
static void put_infix(struct printer *p, const char *name, uint32_t row, enum matrix_level level)
{
    uint32_t a = matrices_operand(p->m, row, 0), b = matrices_operand(p->m, row, 1);
    bool tight = level == MATRIX_PRODUCT || level == MATRIX_POWER;
    const struct mat *right = matrices_at(p->m, b);
    bool minus = level != MATRIX_POWER && matrix_level(right) == MATRIX_SIGNED;
    put_row(p, b,
            minus                   ? MATRIX_PRIMARY
            : level == MATRIX_POWER ? MATRIX_SIGNED
                                    : (enum matrix_level)(level + 1));
    bool spaced = !tight || name[0] == '@';
    put(p, spaced ? " " : "");
    put(p, name);
    put(p, spaced ? " " : "");
    put_row(p, a, level == MATRIX_POWER ? MATRIX_PRIMARY : level);
}

static void put_stack(struct printer *p, uint32_t row)
{
    const struct mat *m = matrices_at(p->m, row);
    if (m->used == 1 && value_is_array(matrices_at(p->m, matrices_operand(p->m, row, 0))->value) &&
        m->value.rank <= matrices_at(p->m, matrices_operand(p->m, row, 0))
                             ->value.rank) {  // some elements of one array
        put(p, "[…]");
        put_row(p, matrices_operand(p->m, row, 0), MATRIX_PRIMARY);
        return;
    }
    put(p, m->used == 0 ? "…" : p->numpy ? "])" : "]");
    for (uint32_t k = m->used; k-- > 0;) {
        put_row(p, matrices_operand(p->m, row, k), MATRIX_ANY);
        put(p, k > 0 ? ", " : p->numpy ? "array([" : "[");
    }
}

static void put_parts(struct printer *p, uint32_t row)
{
    const struct mat *m = matrices_at(p->m, row);
    switch (m->kind) {
    case MAT_GIVEN:
        put(p, "…");
        break;
    case MAT_NUMBERS:
        put(p, m->text == NULL ? "…" : m->text);
        break;
    case MAT_MATMUL:
        put_infix(p, "@", row, MATRIX_PRODUCT);
        break;
    case MAT_TRANSPOSE:
        put(p, ".T");
        put_row(p, matrices_operand(p->m, row, 0), MATRIX_PRIMARY);
        break;
    case MAT_INDEX:
        put(p, m->text == NULL ? "[…]" : m->text);
        put_row(p, matrices_operand(p->m, row, 0), MATRIX_PRIMARY);
        break;
    case MAT_STACK:
        put_stack(p, row);
        break;
    case MAT_SUM:
        put_call(p, "sum", row, true);
        break;
    case MAT_MEAN:
        put_call(p, "mean", row, true);
        break;
    case MAT_SOFTMAX:
        put_call(p, "softmax", row, m->axis == 0);
        break;
    case MAT_CROSS_ENTROPY:
        put_call(p, "cross_entropy", row, false);
        break;
    case MAT_OUTER:
        put_call(p, "outer", row, false);
        break;
    case MAT_OTHER:
        put_call(p, m->text == NULL ? "…" : m->text, row, false);
        break;
    case MAT_OP:
        if (op_get(m->op)->form == OP_CALL) {
            put_call(p, op_get(m->op)->name, row, false);
        } else if (op_get(m->op)->form == OP_INFIX) {
            put_infix(p, op_get(m->op)->name, row, matrix_level(m));
        } else {
            put_row(p, matrices_operand(p->m, row, 0), MATRIX_POWER);
            put(p, op_get(m->op)->name);
        }
        break;
    }
}

bool matrix_print(struct text *out, const struct matrices *m, const char *const *labels,
                  uint32_t row, bool numpy)
{
    struct printer p = {.m = m, .numpy = numpy};
    size_t start = text_length(out);
    buf_init(&p.todo, sizeof(struct matrix_print_piece));
    put_parts(&p, row);
    while (p.todo.count > 0 && text_length(out) - start <= MATRIX_TEXT_MOST) {
        struct matrix_print_piece piece = BUF(struct matrix_print_piece, &p.todo)[--p.todo.count];
        const char *text = piece.text;
        if (text == NULL) {
            text = labels[piece.row];
        }
        if (text != NULL) {
            text_add(out, text);
        } else if (matrix_level(matrices_at(m, piece.row)) < piece.least) {
            put(&p, ")");
            put_parts(&p, piece.row);
            put(&p, "(");
        } else {
            put_parts(&p, piece.row);
        }
    }
    bool whole = p.todo.count == 0;
    if (!whole) {
        text_add(out, "…");
    }
    buf_release(&p.todo);
    return whole;
}
