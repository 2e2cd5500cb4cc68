// The formulas of a rail table.
#include <string.h>

#include "text/precedence.h"
#include "words/rail_parts.h"
#include "words/say.h"
#include "words/signs.h"

static void add_operation(const struct rails *r, const struct rec *box, enum precedence least,
                          struct text *out);

static void add_number(const struct rails *r, const struct rec *box, struct text *out)
{
    bool negative = rec_get_number(box, KEY_value) < 0;
    text_add(out, negative ? "(" : "");
    signs_figure(out, rec_get_text(box, KEY_value_text), r->ascii);
    text_add(out, negative ? ")" : "");
}

// A name, the number that a constant is, or what is called by its formula: so few letters that it
// does not go deep.
static void add_operand(const struct rails *r, const struct rec *cell, enum precedence least,
                        struct text *out)
{
    const struct rec *box = rail_box(r, rec_get_text(cell, KEY_from));
    if (box == NULL) {
        return;
    }
    if (signs_is(box, KEY_kind, "constant")) {
        add_number(r, box, out);
    } else if (!r->numbers && *rec_get_text(box, KEY_called) != '\0' &&
               signs_operation(box) != NULL && rec_first(box, KEY_cells) != NULL) {
        add_operation(r, box, least, out);
    } else {
        text_add(out, rec_get_text(box, KEY_name));
    }
}

// An operation of a box with cells, in parentheses where it is looser than `least`.
static void add_operation(const struct rails *r, const struct rec *box, enum precedence least,
                          struct text *out)
{
    const struct op_row *op = signs_operation(box);
    const struct rec *cell = rec_first(box, KEY_cells);
    enum precedence own = precedence_of(op_find(op->name, strlen(op->name), op->form));
    bool call = own == PRECEDENCE_ATOM;
    struct text x, y;
    text_init(&x);
    text_init(&y);
    add_operand(r, cell, call ? PRECEDENCE_ANY : precedence_left(own), &x);
    if (cell->next != NULL) {
        add_operand(r, cell->next, call ? PRECEDENCE_ANY : precedence_right(own), &y);
    }
    text_add(out, own < least ? "(" : "");
    op_print(out, op, call || r->ascii ? op->name : op->sign, own == PRECEDENCE_POWER, text_get(&x),
             cell->next == NULL ? NULL : text_get(&y));
    text_add(out, own < least ? ")" : "");
    out->bytes.failed |= x.bytes.failed || y.bytes.failed;
    text_release(&x);
    text_release(&y);
}

// "= neuron(x1, x2)" of a call, "5 ops of x1, x2" of what else is folded.
static void add_folded(const struct rails *r, const struct rec *box, struct text *out)
{
    enum { SHOWN = 4 };
    const struct rec *cells = rec_find(box, KEY_cells), *cell = cells->in.first;
    const char *call = rec_get_text(box, KEY_call);
    bool called = *call != '\0';
    text_addf(out, called ? "= %s(" : "%s", called ? call : rec_get_text(box, KEY_op));
    text_add(out, !called && cell != NULL ? " of " : "");
    for (int i = 0; cell != NULL && i < SHOWN; cell = cell->next, i++) {
        text_add(out, i > 0 ? ", " : "");
        add_operand(r, cell, PRECEDENCE_ANY, out);
    }
    text_add(out, cell == NULL ? "" : r->ascii ? ", .." : ", …");
    text_add(out, called ? ")" : "");
}

void rail_add_formula(const struct rails *r, const struct rec *box, struct text *out)
{
    if (signs_is(box, KEY_kind, "group")) {
        add_folded(r, box, out);
    } else if (signs_operation(box) == NULL) {
        text_add(out, signs_is(box, KEY_kind, "parameter") ? "parameter" : "input");
    } else {
        text_add(out, "= ");
        if (rec_first(box, KEY_cells) == NULL) {
            text_add(out, r->ascii ? ".." : "…");
        } else {
            add_operation(r, box, PRECEDENCE_ANY, out);
        }
    }
}

void rail_add_part(const struct rails *r, const struct rec *cell, struct text *out)
{
    const struct rec *box = rail_box(r, rec_get_text(cell, KEY_from));
    if (box != NULL && signs_is(box, KEY_kind, "constant")) {
        add_number(r, box, out);
    } else if (box != NULL) {
        text_add(out, say_part(rec_get_text(box, KEY_name)).text);
    }
}
