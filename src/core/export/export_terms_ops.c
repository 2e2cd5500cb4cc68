// How operations are written in PyTorch.
#include <string.h>

#include "export/export_terms_parts.h"

// Python has the other signs (+, -, *, /, **) as we do.
static const struct writing writings[] = {
    {OP_RELU, "torch.relu(x)", PRECEDENCE_ATOM, 0, 0, false},
    {OP_LEAKY_RELU, "F.leaky_relu(x, 0.01)", PRECEDENCE_ATOM, 0, 0, false},
    {OP_SOFTPLUS, "F.softplus(x, threshold=700)", PRECEDENCE_ATOM, 0, 0, false},
    {OP_GELU, "F.gelu(x)", PRECEDENCE_ATOM, 0, 0, false},
    {OP_ELU, "F.elu(x)", PRECEDENCE_ATOM, 0, 0, false},
    {OP_SILU, "F.silu(x)", PRECEDENCE_ATOM, 0, 0, false},
    {OP_SOFTSIGN, "F.softsign(x)", PRECEDENCE_ATOM, 0, 0, false},
    {OP_DETACH, "x.detach()", PRECEDENCE_ATOM, PRECEDENCE_ATOM, 0, false},
    {OP_WHEN, "torch.where(x != 0, y, 0.0)", PRECEDENCE_ATOM, PRECEDENCE_SUM, 0, true},
    {OP_CLAMP_MIN, "torch.clamp(x, min=y)", PRECEDENCE_ATOM, 0, 0, true},
    {OP_CLAMP_MAX, "torch.clamp(x, max=y)", PRECEDENCE_ATOM, 0, 0, true},
    // The steps of max(X) and min(X), where that cannot be written as torch.amax: a gradient
    // without a value, for each operand that ties.
    {OP_AMAX,
     "(torch.maximum(x, y).detach() + (x >= y)*(x - x.detach()) + (y >= x)*(y - y.detach()))",
     PRECEDENCE_ATOM, PRECEDENCE_ATOM, PRECEDENCE_ATOM, true},
    {OP_AMIN,
     "(torch.minimum(x, y).detach() + (x <= y)*(x - x.detach()) + (y <= x)*(y - y.detach()))",
     PRECEDENCE_ATOM, PRECEDENCE_ATOM, PRECEDENCE_ATOM, true},
    {OP_SPLIT, "(x.detach() + (x - x.detach())/torch.clamp(y, min=1))", PRECEDENCE_ATOM,
     PRECEDENCE_ATOM, 0, true},
    {OP_MAX, "torch.maximum(x, y)", PRECEDENCE_ATOM, 0, 0, true},
    {OP_MIN, "torch.minimum(x, y)", PRECEDENCE_ATOM, 0, 0, true},
    {OP_LOG_LOSS, "F.binary_cross_entropy(x, y, reduction=\"none\")", PRECEDENCE_ATOM, 0, 0, true},
    {OP_ATAN2, "torch.atan2(x, y)", PRECEDENCE_ATOM, 0, 0, true},
    {OP_LT, "(x < y).double()", PRECEDENCE_ATOM, PRECEDENCE_SUM, PRECEDENCE_SUM, false},
    {OP_LE, "(x <= y).double()", PRECEDENCE_ATOM, PRECEDENCE_SUM, PRECEDENCE_SUM, false},
    {OP_GT, "(x > y).double()", PRECEDENCE_ATOM, PRECEDENCE_SUM, PRECEDENCE_SUM, false},
    {OP_GE, "(x >= y).double()", PRECEDENCE_ATOM, PRECEDENCE_SUM, PRECEDENCE_SUM, false},
    {OP_EQ, "(x == y).double()", PRECEDENCE_ATOM, PRECEDENCE_SUM, PRECEDENCE_SUM, false},
    {OP_NE, "(x != y).double()", PRECEDENCE_ATOM, PRECEDENCE_SUM, PRECEDENCE_SUM, false},
};

// Functions that torch has under the name that ours have.
static const char *const renames[] = {
    "exp",   "torch.exp",   "expm1", "torch.expm1", "log",     "torch.log",
    "log1p", "torch.log1p", "sqrt",  "torch.sqrt",  "sin",     "torch.sin",
    "cos",   "torch.cos",   "tan",   "torch.tan",   "tanh",    "torch.tanh",
    "sinh",  "torch.sinh",  "cosh",  "torch.cosh",  "atan",    "torch.atan",
    "asin",  "torch.asin",  "acos",  "torch.acos",  "sigmoid", "torch.sigmoid",
    "abs",   "torch.abs",   "sign",  "torch.sign",  "square",  "torch.square",
    "erf",   "torch.erf",   "erfc",  "torch.erfc",  "pi",      "torch.pi",
    NULL};

static const char *function_of(enum op op)
{
    for (size_t i = 0; renames[i] != NULL; i += 2) {
        if (strcmp(renames[i], op_get(op)->name) == 0) {
            return renames[i + 1];
        }
    }
    return NULL;
}

static const struct writing *find_writing(enum op op)
{
    for (size_t i = 0; i < COUNT_OF(writings); i++) {
        if (writings[i].op == op) {
            return &writings[i];
        }
    }
    return NULL;
}

bool terms_write(enum op op)
{
    return find_writing(op) != NULL || op_get(op)->form != OP_CALL || function_of(op) != NULL ||
           export_is_portable(op_get(op)->value, renames);
}

// x + y, x*y, -x
static struct writing writing_of_sign(struct statements *s, enum op op)
{
    enum precedence own = precedence_of(op);
    bool infix = op_get(op)->form == OP_INFIX;
    struct text sign;
    text_init(&sign);
    op_print(&sign, op_get(op), op_get(op)->name, own > PRECEDENCE_SUM, "x", infix ? "y" : NULL);
    const char *pattern = arena_copy(&s->arena, text_get(&sign), text_length(&sign));
    s->failed |= sign.bytes.failed;
    text_release(&sign);
    return (struct writing){
        op, pattern, own, precedence_left(own), infix ? precedence_right(own) : 0, false};
}

// The rest is torch's function, or the formula of the row.
struct writing terms_writing(struct statements *s, enum op op)
{
    const struct writing *w = find_writing(op);
    if (w != NULL) {
        return *w;
    }
    if (op_get(op)->form != OP_CALL) {
        return writing_of_sign(s, op);
    }
    if (function_of(op) != NULL) {
        const char *call = arena_printf(&s->arena, "%s(x)", function_of(op));
        return (struct writing){op, call, PRECEDENCE_ATOM, 0, 0, false};
    }
    struct text formula;
    text_init(&formula);
    text_add_char(&formula, '(');
    export_formula(&formula, op_get(op)->value, "x", "y", "v", renames);
    text_add_char(&formula, ')');
    const char *pattern = arena_copy(&s->arena, text_get(&formula), text_length(&formula));
    s->failed |= formula.bytes.failed;
    text_release(&formula);
    return (struct writing){op, pattern, PRECEDENCE_ATOM, PRECEDENCE_ATOM, PRECEDENCE_ATOM, false};
}

// Two texts in place of x and y; each in parentheses if it is bound too loosely.
struct export_terms_term terms_written(struct statements *s, const struct writing *w,
                                       struct export_terms_term x, struct export_terms_term y)
{
    struct text out, left, right;
    text_init(&out);
    text_init(&left);
    text_init(&right);
    text_addf(&left, x.level < w->left ? "(%s)" : "%s", x.text);
    text_addf(&right, y.level < w->right ? "(%s)" : "%s", y.text);
    s->failed |= w->pattern == NULL;
    export_formula(&out, w->pattern == NULL ? "" : w->pattern, text_get(&left), text_get(&right),
                   "v", NULL);
    struct export_terms_term term = {arena_copy(&s->arena, text_get(&out), text_length(&out)),
                                     w->level};
    s->failed |= term.text == NULL || out.bytes.failed || left.bytes.failed || right.bytes.failed;
    text_release(&out);
    text_release(&left);
    text_release(&right);
    return term;
}

const char *terms_op(struct statements *s, enum op op, const char *x, const char *y)
{
    struct writing w = terms_writing(s, op);
    struct export_terms_term a = {x, x[0] == '-' ? PRECEDENCE_SIGN : PRECEDENCE_ATOM};
    struct export_terms_term b = {y, y[0] == '-' ? PRECEDENCE_SIGN : PRECEDENCE_ATOM};
    if (w.tensors) {
        a.text =
            x[0] == '-' || text_is_digit(x[0]) ? arena_printf(&s->arena, "torch.tensor(%s)", x) : x;
        b.text =
            y[0] == '-' || text_is_digit(y[0]) ? arena_printf(&s->arena, "torch.tensor(%s)", y) : y;
    }
    return a.text == NULL || b.text == NULL ? "" : terms_written(s, &w, a, b).text;
}
