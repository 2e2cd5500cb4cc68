#include "text/loss.h"

#include <stdio.h>

#include "text/lower.h"

static bool same_shape(const struct operand *x, const struct operand *y)
{
    return x->array.rank == y->array.rank && operand_rows(x) == operand_rows(y) &&
           operand_cols(x) == operand_cols(y);
}

static bool is_column(const struct operand *x)
{
    return x->array.rank == VALUE_MATRIX && operand_cols(x) == 1;
}

static bool is_row(const struct operand *x)
{
    return x->array.rank == VALUE_MATRIX && operand_rows(x) == 1;
}

// What to write, where one shape is the other laid out differently.
static const char *shape_fix(const struct operand *x, const struct operand *y)
{
    bool x_flat = x->array.rank == VALUE_VECTOR, y_flat = y->array.rank == VALUE_VECTOR;
    bool as_many = operand_count(x) == operand_count(y);
    if (as_many && ((is_column(x) && y_flat) || (x_flat && is_column(y)))) {
        return "take the column of the one that has one: [:, 0] after it";
    }
    if (as_many && ((is_row(x) && y_flat) || (x_flat && is_row(y)))) {
        return "take the row of the one that has one: [0] after it";
    }
    if (operand_rows(x) == operand_cols(y) && operand_cols(x) == operand_rows(y) && !x_flat &&
        !y_flat) {
        return "one of them is the transpose of the other: .T after it";
    }
    return "each prediction needs one label";
}

static bool shapes_agree(struct lower *w, const char *name, const struct operand *x)
{
    char a[SHAPE_TEXT], b[SHAPE_TEXT];
    if (!operand_is_array(&x[0]) || !operand_is_array(&x[1]) || same_shape(&x[0], &x[1])) {
        return true;
    }
    diag_set(w->diag, x[1].span, "%s compares one with one, and the shapes are %s and %s", name,
             operand_shape(a, &x[0]), operand_shape(b, &x[1]));
    return diag_hint(w->diag, "%s", shape_fix(&x[0], &x[1]));
}

static bool is_label(double y, enum loss_labels labels)
{
    return labels == LOSS_ANY       ? true
           : labels == LOSS_CHANCES ? y >= 0 && y <= 1
                                    : y == -1 || y == 1;
}

static bool labels_fit(struct lower *w, const char *name, const struct operand *y,
                       enum loss_labels labels)
{
    uint32_t cols = operand_cols(y);
    for (size_t k = 0; k < operand_count(y); k++) {
        double label = operand_number(w, y, (uint32_t)(k / cols), (uint32_t)(k % cols));
        if (!is_label(label, labels)) {
            bool signs = labels == LOSS_SIGNS;
            diag_set(w->diag, y->span, "the labels of %s are %s, and one of these is %g", name,
                     signs ? "-1 and 1" : "numbers from 0 to 1", label);
            return diag_hint(w->diag, "%s",
                             signs && label == 0     ? "2*y - 1 makes -1 and 1 of 0 and 1"
                             : !signs && label == -1 ? "(y + 1)/2 makes 0 and 1 of -1 and 1"
                             : signs                 ? "bce_logits takes labels from 0 to 1"
                                                     : "for other numbers there is mse");
        }
    }
    return true;
}

// A sigmoid's value; an exponential over a sum of such, as in a softmax.
static const char *chance(const struct tape *t, uint32_t node)
{
    if (tape_op(t, node) == OP_SIGMOID) {
        return "a sigmoid";
    }
    bool share = tape_op(t, node) == OP_DIV && tape_op(t, tape_operand(t, node, 0)) == OP_EXP &&
                 tape_op(t, tape_operand(t, node, 1)) == OP_ADD;
    return share ? "a softmax" : NULL;
}

void loss_note_chances(struct lower *w, const char *name, const struct operand *scores)
{
    const char *what = scores->is_node ? chance(w->tape, operand_node(w, scores, 0, 0)) : NULL;
    if (what != NULL) {
        lower_remark(w, arena_printf(&w->memory,
                                     "%s takes scores and makes chances of them itself; this is %s "
                                     "already, so leave that out",
                                     name, what));
    }
}

bool loss_check(struct lower *w, const char *name, const struct operand *x, enum loss_labels labels,
                bool scores)
{
    if (scores) {
        loss_note_chances(w, name, &x[0]);
    }
    return shapes_agree(w, name, x) && labels_fit(w, name, &x[1], labels);
}
