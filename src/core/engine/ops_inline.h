// The formulas of ops.def as inline switches, for the loops that need them inside: private to the
// engine. Everyone else calls op_value and op_slope.
#ifndef ENGINE_OPS_INLINE_H
#define ENGINE_OPS_INLINE_H

#include "engine/maths.h"
#include "engine/ops.h"

// The formulas' functions are ours. With OPS_IN_LOOPS their bodies, where they are made for that.
#ifdef OPS_IN_LOOPS
#include "engine/maths_inline.h"
#define OPS_BODY(name) maths_##name##_inline
#define OPS_INLINE static inline __attribute__((always_inline))
#else
#define OPS_BODY(name) maths_##name
#define OPS_INLINE static inline
#endif
#define exp(x) OPS_BODY(exp)(x)
#define expm1(x) OPS_BODY(expm1)(x)
#define log(x) OPS_BODY(log)(x)
#define log1p(x) OPS_BODY(log1p)(x)
#define sqrt(x) OPS_BODY(sqrt)(x)
#define pow(x, y) maths_pow(x, y)
#define sin(x) maths_sin(x)
#define cos(x) maths_cos(x)
#define tan(x) maths_tan(x)
#define tanh(x) OPS_BODY(tanh)(x)
#define sinh(x) OPS_BODY(sinh)(x)
#define cosh(x) OPS_BODY(cosh)(x)
#define atan(x) maths_atan(x)
#define acos(x) maths_acos(x)
#define asin(x) maths_asin(x)
#define atan2(x, y) maths_atan2(x, y)
#define sigmoid(x) OPS_BODY(sigmoid)(x)
#define softplus(x) OPS_BODY(softplus)(x)
#define erf(x) maths_erf(x)
#define erfc(x) maths_erfc(x)
#define abs(x) OPS_BODY(abs)(x)
#define bounded(x) maths_bounded(x)
#define sign(x) OPS_BODY(sign)(x)
#define pi 3.14159265358979323846

OPS_INLINE double op_value_inline(enum op op, double x, double y)
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
OPS_INLINE void op_slopes_inline(enum op op, double x, double y, double v, bool want_y, double *dx,
                                 double *dy)
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
OPS_INLINE int op_flat_inline(enum op op, double x, double y)
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

// Has its derivative two forms, one of which serves nearly always?
OPS_INLINE bool op_has_usual_inline(enum op op)
{
    switch (op) {
#define USUAL(ID, ...)                                                                             \
    case OP_##ID:                                                                                  \
        return true;
#include "engine/ops.def"
    default:
        return false;
    }
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
#undef erfc
#undef abs
#undef bounded
#undef sign
#undef pi

#endif
