#include "engine/ops.h"

#include <string.h>

#include "base/mem.h"
#include "engine/ops_inline.h"

#define LIST(...) __VA_ARGS__
static const struct op_row rows[] = {
    [OP_LEAF] = {.name = "",
                 .sign = "",
                 .form = OP_LEAF_FORM,
                 .value = "",
                 .slope = {"", ""},
                 .where = "1",
                 .help = "a number that nothing computes",
                 .edge = "",
                 .atoms = ""},
#define OP(ID, ARITY, FORM, NAME, SIGN, VALUE, DX, DY, WHERE, XS, YS, HELP, EDGE, ATOMS)           \
    [OP_##ID] = {NAME, SIGN, FORM, ARITY, #VALUE, {#DX, #DY}, #WHERE, {{LIST XS}, {LIST YS}},      \
                 HELP, EDGE, ATOMS},
#include "engine/ops.def"
};

const struct op_row *op_get(enum op op)
{
    BS_ASSERT(op < OP_COUNT);
    return &rows[op];
}

const char *op_slope_text(enum op op, int slot)
{
    static const char *const shown[OP_COUNT][2] = {
#define SHOWN(ID, DX, DY) [OP_##ID] = {DX, DY},
#include "engine/ops.def"
    };
    return shown[op][slot] != NULL ? shown[op][slot] : op_get(op)->slope[slot];
}

const char *op_slope_text_at(enum op op, int slot, double x, double y)
{
    static const char *const apart[OP_COUNT][2] = {
#define APART(ID, DX, DY) [OP_##ID] = {DX, DY},
#include "engine/ops.def"
    };
    return apart[op][slot] != NULL && (x < y || x > y) ? apart[op][slot] : op_slope_text(op, slot);
}

const char *op_flat_text(enum op op, int slot)
{
    static const char *const flat[OP_COUNT][2] = {
#define FLAT(ID, IN_X, IN_Y) [OP_##ID] = {#IN_X, #IN_Y},
#include "engine/ops.def"
    };
    return flat[op][slot] != NULL ? flat[op][slot] : "0";
}

bool op_has_forms(enum op op)
{
    static const bool forms[OP_COUNT] = {
#define FORMS(ID) [OP_##ID] = true,
#include "engine/ops.def"
    };
    return forms[op];
}

enum op op_find(const char *name, size_t length, enum op_form form)
{
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        if (rows[op].form == form && strlen(rows[op].name) == length &&
            memcmp(rows[op].name, name, length) == 0) {
            return op;
        }
    }
    // The infix operation that NumPy and PyTorch also spell as a function, and mathematics' log.
    if (form == OP_CALL && length == 3 && memcmp(name, "pow", 3) == 0) {
        return OP_POW;
    }
    return form == OP_CALL && length == 2 && memcmp(name, "ln", 2) == 0 ? OP_LOG : OP_COUNT;
}

double op_value(enum op op, double x, double y)
{
    return op_value_inline(op, x, y);
}

double op_slope(enum op op, int slot, double x, double y, double v)
{
    double slope[2] = {0, 0};
    op_slopes_inline(op, x, y, v, slot == 1, &slope[0], &slope[1]);
    return slope[slot];
}

bool op_flat(enum op op, int slot, double x, double y)
{
    return (op_flat_inline(op, x, y) >> slot & 1) != 0;
}

bool op_defined(enum op op, double x, double y)
{
    return op_defined_inline(op, x, y);
}

void op_print(struct text *out, const struct op_row *row, const char *name, bool tight,
              const char *x, const char *y)
{
    if (row->form == OP_CALL) {
        text_addf(out, "%s(%s%s%s)", name, x, y == NULL ? "" : ", ", y == NULL ? "" : y);
    } else if (y == NULL) {
        text_addf(out, "%s%s", name, x);
    } else {
        text_addf(out, tight ? "%s%s%s" : "%s %s %s", x, name, y);
    }
}
