#include "export/export_python.h"

#include <string.h>

#include "export/export_program.h"

// By operation: what the function is called, and its formulas in Python; x, y and v are floats.
static const struct python {
    enum op op;
    const char *name, *value, *slope[2];
} pythons[] = {
    {OP_POW,
     "power",
     "x**y",
     {"0.0 if y == 0 else math.inf if x == 0 and y < 1 else y*x**(y - 1)",
      "v*math.log(x) if x > 0 else 0.0 if x == 0 else math.nan"}},
    {OP_EXP, "exp", "math.exp(x)", {"v"}},
    {OP_LOG, "log", "math.log(x)", {"1/x"}},
    {OP_LOG1P, "log1p", "math.log1p(x)", {"1/(1 + x)"}},
    {OP_EXPM1, "expm1", "math.expm1(x)", {"math.exp(x)"}},
    {OP_SQRT, "sqrt", "math.sqrt(x)", {"0.5/v if v else math.inf"}},
    {OP_SIN, "sin", "math.sin(x)", {"math.cos(x)"}},
    {OP_COS, "cos", "math.cos(x)", {"-math.sin(x)"}},
    {OP_TAN, "tan", "math.tan(x)", {"1 + v*v"}},
    {OP_TANH,
     "tanh",
     "math.tanh(x)",
     {"1 - v*v if abs(x) < 3 else 4/(math.exp(min(abs(x), 350)) + math.exp(-min(abs(x), "
      "350)))**2"}},
    {OP_SINH, "sinh", "math.sinh(x)", {"math.cosh(x)"}},
    {OP_COSH, "cosh", "math.cosh(x)", {"math.sinh(x)"}},
    {OP_ATAN, "atan", "math.atan(x)", {"1/(1 + x*x)"}},
    {OP_ASIN, "asin", "math.asin(x)", {"1/math.sqrt((1 - x)*(1 + x)) if abs(x) < 1 else math.inf"}},
    {OP_ACOS,
     "acos",
     "math.acos(x)",
     {"-1/math.sqrt((1 - x)*(1 + x)) if abs(x) < 1 else -math.inf"}},
    {OP_SIGMOID,
     "sigmoid",
     "1/(1 + math.exp(-x)) if x > 0 else math.exp(x)/(1 + math.exp(x))",
     {"v/(1 + math.exp(x)) if x < 700 else 0.0"}},
    {OP_RELU, "relu", "max(x, 0.0)", {"float(x > 0)"}},
    {OP_ELU, "elu", "x if x > 0 else math.expm1(x)", {"1.0 if x > 0 else math.exp(x)"}},
    {OP_SILU,
     "silu",
     "x/(1 + math.exp(-x)) if x > 0 else x*math.exp(x)/(1 + math.exp(x))",
     {"(1 + x/(1 + math.exp(min(x, 700))))/(1 + math.exp(-x)) if x > -700 else 0.0"}},
    {OP_SOFTSIGN, "softsign", "x/(1 + abs(x))", {"1/(1 + abs(x))**2"}},
    {OP_LOG_LOSS,
     "log_loss",
     "-(y*(max(math.log(x), -100) if x > 0 else -100) + "
     "(1 - y)*(max(math.log1p(-x), -100) if x < 1 else -100))",
     {"(x - y)/max((1 - x)*x, 1e-12)", "(max(math.log1p(-x), -100) if x < 1 else -100) - "
                                       "(max(math.log(x), -100) if x > 0 else -100)"}},
    {OP_DETACH, "detach", "x", {NULL}},
    {OP_AMAX, "amax", "max(x, y)", {"float(x >= y)", "float(y >= x)"}},
    {OP_AMIN, "amin", "min(x, y)", {"float(x <= y)", "float(y <= x)"}},
    {OP_SPLIT, "split", "x", {"1/max(y, 1)"}},
    {OP_CLAMP_MIN, "clamp_min", "max(x, y)", {"float(x >= y)", "float(x < y)"}},
    {OP_CLAMP_MAX, "clamp_max", "min(x, y)", {"float(x <= y)", "float(x > y)"}},
    {OP_WHEN, "when", "y if x != 0 else 0.0", {"0.0", "float(x != 0)"}},
    {OP_LEAKY_RELU, "leaky_relu", "x if x > 0 else 0.01*x", {"1.0 if x > 0 else 0.01"}},
    {OP_SOFTPLUS,
     "softplus",
     "max(x, 0.0) + math.log1p(math.exp(-abs(x)))",
     {"1/(1 + math.exp(-x)) if x > 0 else math.exp(x)/(1 + math.exp(x))"}},
    {OP_GELU,
     "gelu",
     "0.5*x*math.erfc(-x/math.sqrt(2))",
     {"0.5*math.erfc(-x/math.sqrt(2)) + x*math.exp(-0.5*x*x)/math.sqrt(2*math.pi)"}},
    {OP_ABS, "absolute", "abs(x)", {"(x > 0) - (x < 0)"}},
    {OP_SIGN, "sign", "float((x > 0) - (x < 0))", {NULL}},
    {OP_SQUARE, "square", "x*x", {"2*x"}},
    {OP_ERF, "erf", "math.erf(x)", {"2*math.exp(-x*x)/math.sqrt(math.pi)"}},
    {OP_MAX, "maximum", "max(x, y)", {"(x > y) + 0.5*(x == y)", "(y > x) + 0.5*(x == y)"}},
    {OP_MIN, "minimum", "min(x, y)", {"(x < y) + 0.5*(x == y)", "(y < x) + 0.5*(x == y)"}},
    {OP_ATAN2,
     "atan2",
     "math.atan2(x, y)",
     {"y/(x*x + y*y) if x or y else math.nan", "-x/(x*x + y*y) if x or y else math.nan"}},
    {OP_LT, "less", "float(x < y)", {NULL}},
    {OP_LE, "at_most", "float(x <= y)", {NULL}},
    {OP_GT, "greater", "float(x > y)", {NULL}},
    {OP_GE, "at_least", "float(x >= y)", {NULL}},
    {OP_EQ, "equal", "float(x == y)", {NULL}},
    {OP_NE, "unequal", "float(x != y)", {NULL}},
};

// Functions that `math` has, and one of Python's own, under the names that ops.def has for them.
static const char *const renames[] = {
    "exp",   "math.exp",   "expm1", "math.expm1", "log",  "math.log",  "log1p", "math.log1p",
    "sqrt",  "math.sqrt",  "sin",   "math.sin",   "cos",  "math.cos",  "tan",   "math.tan",
    "tanh",  "math.tanh",  "sinh",  "math.sinh",  "cosh", "math.cosh", "atan",  "math.atan",
    "asin",  "math.asin",  "acos",  "math.acos",  "erf",  "math.erf",  "erfc",  "math.erfc",
    "atan2", "math.atan2", "pi",    "math.pi",    "abs",  "abs",       NULL};

static const struct python *find(enum op op)
{
    for (size_t i = 0; i < COUNT_OF(pythons); i++) {
        if (pythons[i].op == op) {
            return &pythons[i];
        }
    }
    return NULL;
}

bool python_has_sign(enum op op)
{
    return op == OP_ADD || op == OP_SUB || op == OP_MUL || op == OP_DIV || op == OP_NEG;
}

bool python_writes(enum op op)
{
    const struct op_row *row = op_get(op);
    return python_has_sign(op) || find(op) != NULL ||
           (export_is_portable(row->value, renames) && export_is_portable(row->slope[0], renames) &&
            export_is_portable(row->slope[1], renames));
}

bool python_is_name(const char *s)
{
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        if (strcmp(python_name(op), s) == 0 || strcmp(op_get(op)->name, s) == 0) {
            return true;
        }
    }
    return false;
}

const char *python_name(enum op op)
{
    const struct python *p = find(op);
    return p != NULL ? p->name : op_get(op)->name;
}

void python_value(struct text *out, enum op op)
{
    const struct python *p = find(op);
    if (p != NULL) {
        text_add(out, p->value);
    } else {
        export_formula(out, op_get(op)->value, "x", "y", "v", renames);
    }
}

bool python_slope(struct text *out, enum op op, int slot)
{
    const char *slope = find(op) != NULL ? find(op)->slope[slot] : op_get(op)->slope[slot];
    if (slope == NULL || slot >= op_get(op)->arity || strcmp(slope, "0") == 0) {
        return false;
    }
    if (find(op) != NULL) {
        text_add(out, slope);
    } else {
        export_formula(out, slope, "x", "y", "v", renames);
    }
    return true;
}
