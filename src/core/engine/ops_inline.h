// The formulas of ops.def as inline switches, for the loops that need them inside: private to the
// engine. Everyone else calls op_value and op_slope.
#ifndef ENGINE_OPS_INLINE_H
#define ENGINE_OPS_INLINE_H

#include "engine/maths.h"
#include "engine/ops.h"

// The formulas' functions are ours.
#define exp(x) maths_exp(x)
#define expm1(x) maths_expm1(x)
#define log(x) maths_log(x)
#define log1p(x) maths_log1p(x)
#define sqrt(x) maths_sqrt(x)
#define pow(x, y) maths_pow(x, y)
#define sin(x) maths_sin(x)
#define cos(x) maths_cos(x)
#define tan(x) maths_tan(x)
#define tanh(x) maths_tanh(x)
#define sinh(x) maths_sinh(x)
#define cosh(x) maths_cosh(x)
#define atan(x) maths_atan(x)
#define acos(x) maths_acos(x)
#define asin(x) maths_asin(x)
#define atan2(x, y) maths_atan2(x, y)
#define sigmoid(x) maths_sigmoid(x)
#define softplus(x) maths_softplus(x)
#define erf(x) maths_erf(x)
#define abs(x) maths_abs(x)
#define sign(x) maths_sign(x)
#define pi 3.14159265358979323846

static inline double op_value_inline(enum op op, double x, double y)
{
    switch (op) {
#define OP(ID, ARITY, FORM, NAME, SIGN, VALUE, ...)                                                \
    case OP_##ID:                                                                                  \
        return VALUE;
#include "engine/ops.def"
    case OP_LEAF:
    case OP_COUNT:
        break;
    }
    return x;
}

// Both local gradients at once; *dy is left alone where it is not asked for or does not exist.
static inline void op_slopes_inline(enum op op, double x, double y, double v, bool want_y,
                                    double *dx, double *dy)
{
    switch (op) {
#define OP(ID, ARITY, FORM, NAME, SIGN, VALUE, DX, DY, ...)                                        \
    case OP_##ID:                                                                                  \
        *dx = DX;                                                                                  \
        if (ARITY == 2 && want_y) {                                                                \
            *dy = DY;                                                                              \
        }                                                                                          \
        return;
#include "engine/ops.def"
    case OP_LEAF:
    case OP_COUNT:
        break;
    }
}

// Where the operation is flat in an operand, so that no gradient passes to it: 1 for x, 2 for y.
static inline int op_flat_inline(enum op op, double x, double y)
{
    switch (op) {
#define FLAT(ID, IN_X, IN_Y)                                                                       \
    case OP_##ID:                                                                                  \
        return ((IN_X) ? 1 : 0) | ((IN_Y) ? 2 : 0);
#include "engine/ops.def"
    default:
        break;
    }
    (void)x;
    (void)y;
    return 0;
}

static inline bool op_defined_inline(enum op op, double x, double y)
{
    switch (op) {
#define OP(ID, ARITY, FORM, NAME, SIGN, VALUE, DX, DY, WHERE, ...)                                 \
    case OP_##ID:                                                                                  \
        return WHERE;
#include "engine/ops.def"
    case OP_LEAF:
    case OP_COUNT:
        break;
    }
    (void)y;
    return x == x;
}

static inline int op_arity_inline(enum op op)
{
    static const unsigned char arity[] = {
        0,
#define OP(ID, ARITY, ...) ARITY,
#include "engine/ops.def"
    };
    return arity[op];
}

#undef exp
#undef expm1
#undef log
#undef log1p
#undef sqrt
#undef pow
#undef sin
#undef cos
#undef tan
#undef tanh
#undef sinh
#undef cosh
#undef atan
#undef acos
#undef asin
#undef atan2
#undef sigmoid
#undef softplus
#undef erf
#undef abs
#undef sign
#undef pi

#endif
