// The operations as facts: ops.def read into a table. See there for what a row holds.
#ifndef ENGINE_OPS_H
#define ENGINE_OPS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum op_form { OP_LEAF_FORM, OP_INFIX, OP_PREFIX, OP_CALL };

enum op {
    OP_LEAF,  // a number that nothing computes
#define OP(ID, ...) OP_##ID,
#include "engine/ops.def"
    OP_COUNT
};

enum { OP_SAMPLES = 3 };

struct op_row {
    const char *name, *sign;
    enum op_form form;
    int arity;
    // Formulas in x, y (operands) and v (value), as they are compiled: C, and nearly always our
    // language too. (op_slope_text: the derivatives as the learner reads them.)
    const char *value, *slope[2], *where;
    double sample[2][OP_SAMPLES];
    const char *help, *edge, *atoms;
};

const struct op_row *op_get(enum op op);
// The derivative in operand `slot` as our language reads it and the learner sees it.
const char *op_slope_text(enum op op, int slot);
// The same where the operands have these values.
const char *op_slope_text_at(enum op op, int slot, double x, double y);
// Where no gradient passes to operand `slot`: a condition on x and y in C, "0" for nowhere.
const char *op_flat_text(enum op op, int slot);
// Does the condition in its derivative choose between two forms of one function? See FORMS.
bool op_has_forms(enum op op);
// The operation called `name` with this many operands, typed in this form; OP_COUNT if none. Any
// operation may also be called by its function name (pow is ** as a function).
enum op op_find(const char *name, size_t length, enum op_form form);
// Appends the operation, called `name`, on operands that are written already (y is NULL where there
// is one): "tanh(n)", "-x", "a + b", or if `tight` "a*b".
void op_print(struct text *out, const struct op_row *row, const char *name, bool tight,
              const char *x, const char *y);

// The value of op at operands x, y (y unused for one operand).
double op_value(enum op op, double x, double y);
// The local gradient in operand `slot` (0: x, 1: y), v being the value.
double op_slope(enum op op, int slot, double x, double y, double v);
// Does no gradient pass to operand `slot` here? Then its share is 0 whatever the upstream gradient
// is.
bool op_flat(enum op op, int slot, double x, double y);
// Is the operation defined at x, y?
bool op_defined(enum op op, double x, double y);

#endif
