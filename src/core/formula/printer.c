#include "formula/printer.h"

#include <string.h>

// What is still to be written: a text, or a formula that must be at least as tight as `least`.
struct printer_piece {
    const char *text;  // NULL: a formula
    size_t length;
    uint32_t id;
    enum precedence least;
};

static void push(struct printer *p, struct printer_piece piece)
{
    struct printer_piece *at = buf_push(&p->todo, 1);
    if (at != NULL) {
        *at = piece;
    }
}

void printer_bytes(struct printer *p, const char *s, size_t n)
{
    push(p, (struct printer_piece){.text = s, .length = n});
}

void printer_text(struct printer *p, const char *s)
{
    printer_bytes(p, s, strlen(s));
}

void printer_formula(struct printer *p, uint32_t id, enum precedence least)
{
    push(p, (struct printer_piece){.id = id, .least = least});
}

void printer_argument(struct printer *p, uint32_t id)
{
    printer_formula(p, id, p->least);
}

// Does it begin with a minus when it is written as an operand that must be at least so tight?
static bool begins_with_minus(const struct printer *p, uint32_t id, enum precedence least)
{
    struct printer_node node = p->look(p, id);
    while (node.precedence >= least && node.precedence != PRECEDENCE_COMPARE &&
           node.left != PRINTER_NONE) {
        least = precedence_left(node.precedence);
        node = p->look(p, node.left);
    }
    return node.precedence == PRECEDENCE_SIGN && least <= PRECEDENCE_SIGN;
}

void printer_infix(struct printer *p, const char *sign, enum precedence own, uint32_t a, uint32_t b)
{
    enum precedence right = precedence_right(own);
    bool two_signs =
        (own == PRECEDENCE_SUM || own == PRECEDENCE_PRODUCT) && begins_with_minus(p, b, right);
    const char *space = own <= PRECEDENCE_SUM || sign[0] == '@' ? " " : "";
    printer_formula(p, a, precedence_left(own));
    printer_text(p, space);
    printer_text(p, sign);
    printer_text(p, space);
    printer_formula(p, b, two_signs ? PRECEDENCE_ATOM : right);
}

void printer_prefix(struct printer *p, const char *sign, uint32_t a)
{
    printer_text(p, sign);
    printer_formula(p, a,
                    begins_with_minus(p, a, PRECEDENCE_SIGN) ? PRECEDENCE_ATOM : PRECEDENCE_SIGN);
}

// The parts are given in order, and taken from the end.
static void reverse(struct buf *todo, size_t from)
{
    struct printer_piece *pieces = todo->data;
    for (size_t to = todo->count; from + 1 < to; from++, to--) {
        struct printer_piece piece = pieces[from];
        pieces[from] = pieces[to - 1];
        pieces[to - 1] = piece;
    }
}

static void write_formula(struct printer *p, uint32_t id, enum precedence least)
{
    bool wrapped = p->look(p, id).precedence < least;
    size_t from = p->todo.count;
    if (wrapped) {
        text_add(p->out, p->open);
    }
    p->parts(p, id);
    if (wrapped) {
        printer_text(p, p->close);
    }
    reverse(&p->todo, from);
}

bool printer_write(struct printer *p, struct text *out, uint32_t root, enum precedence least,
                   size_t most, struct stop *stop)
{
    size_t start = text_length(out);
    p->out = out;
    buf_init(&p->todo, sizeof(struct printer_piece));
    printer_formula(p, root, least);
    while (p->todo.count > 0 && text_length(out) - start <= most && !p->todo.failed &&
           !out->bytes.failed && !stop_after(stop, 4)) {
        struct printer_piece piece = BUF(struct printer_piece, &p->todo)[--p->todo.count];
        if (piece.text != NULL) {
            text_add_bytes(out, piece.text, piece.length);
        } else {
            write_formula(p, piece.id, piece.least);
        }
    }
    out->bytes.failed |= p->todo.failed;
    bool whole = p->todo.count == 0 && text_length(out) - start <= most;
    if (!whole) {
        text_add(out, "…");
    }
    buf_release(&p->todo);
    return whole && !out->bytes.failed;
}
