// The bodies of those functions of maths.h that are made for loops: private to the engine. maths.c
// exports them, and whatever is compiled for wider vectors has them inside its loops, so that one
// source gives every bit. Everything is static: a file compiled for a newer processor must leave
// nothing behind that another file could be linked with.
#ifndef ENGINE_MATHS_INLINE_H
#define ENGINE_MATHS_INLINE_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

// Whatever a compiler thinks of its length: called, it would not become vector code.
#define MATHS_INLINE static inline __attribute__((always_inline))

// The kernels have no branches and call nothing: what looks like a choice is a select, and rounding
// to an integer is the addition of a large number. So a compiler turns a loop over any of them into
// vector code, and every lane has the bits that the scalar has. Polynomials are written as trees
// (Estrin): faster than a chain and, with every product and sum spelled out, the same everywhere.

MATHS_INLINE uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

MATHS_INLINE double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

MATHS_INLINE double clamp(double x, double low, double high)
{
    x = x < low ? low : x;
    return x > high ? high : x;
}

static const uint64_t ONE_BITS = 0x3ff0000000000000;

// A sum with ROUND has no room for a fraction: it holds the nearest integer in its low bits.
static const double ROUND = 0x1.8p52;

// ---- exp and what is made of it -----------------------------------------------------------------

// ln 2 in two parts. The first has 40 bits, so that k * LN2_HIGH is exact for every exponent k.
static const double LN2_HIGH = 0x1.62e42fefa2000p-1;
static const double LN2_LOW = 0x1.9ef35793c7673p-41;
static const double LOG2_E = 0x1.71547652b82fep+0;

// An exponent k is kept as k + BIAS, which is never negative and splits into two exponent fields.
enum { BIAS = 2 * 1023 };

// y 2^k. Two factors, because 2^k can be out of range where y 2^k is not.
MATHS_INLINE double scale(double y, uint64_t biased)
{
    uint64_t half = biased >> 1;
    return y * from_bits(half << 52) * from_bits((biased - half) << 52);
}

// exp(x) = 2^k (1 + head + tail), with head exact and tail below 0.07.
struct exp_parts {
    double head;
    double tail;
    uint64_t biased;  // k + BIAS
    double inverse;   // 2^-k
};

// x = k ln 2 + r with |r| <= ln(2) / 2, and exp(r) = 1 + r + r^2 p(r).
MATHS_INLINE struct exp_parts exp_parts(double x)
{
    double shifted = x * LOG2_E + (ROUND + BIAS);
    double k = shifted - (ROUND + BIAS);
    double head = x - k * LN2_HIGH;
    double low = k * LN2_LOW;
    double r = head - low;
    double r2 = r * r;
    double r4 = r2 * r2;
    double p0 = (0x1.0000000000000p-1 + 0x1.5555555555558p-3 * r) +
                (0x1.5555555555559p-5 + 0x1.111111110fafcp-7 * r) * r2;
    double p4 = (0x1.6c16c16c14a57p-10 + 0x1.a01a01ae5075ap-13 * r) +
                (0x1.a01a01af2ab4fp-16 + 0x1.71ddfc10199d1p-19 * r) * r2;
    double p8 = (0x1.27e4c87a2be1fp-22 + 0x1.af58959fd8587p-26 * r) + 0x1.1f91822fc14acp-29 * r2;
    double p = p0 + (p4 + p8 * r4) * r4;
    uint64_t biased = bits_of(shifted) & 0xfff;
    return (struct exp_parts){head, r2 * p - low, biased, scale(1, 2 * BIAS - biased)};
}

// A number as a double and what rounding to that double took off.
struct pair {
    double high;
    double low;
};

// first + head + tail, where first is 0 or not smaller than head.
MATHS_INLINE struct pair sum_after(double first, struct exp_parts e)
{
    double sum = first + e.head;
    double rest = (e.head - (sum - first)) + e.tail;
    double high = sum + rest;
    return (struct pair){high, rest - (high - sum)};
}

MATHS_INLINE double maths_exp_inline(double x)
{
    struct exp_parts e = exp_parts(clamp(x, -746, 710));
    return scale(sum_after(1, e).high, e.biased);
}

MATHS_INLINE double maths_expm1_inline(double x)
{
    struct exp_parts e = exp_parts(clamp(x, -40, 710));
    double y = scale(sum_after(1 - e.inverse, e).high, e.biased);
    return x == 0 ? x : y;  // keeps the sign of -0
}

// tanh |x| by one quotient. With |x| = k ln(2)/2 + r, |r| <= ln(2)/4, t = 2^-k and c = r coth(r),
// an even function of r whose c - 1 needs five coefficients only,
//
//   tanh |x| = (c (1 - t) + r (1 + t)) / (c (1 + t) + r (1 - t))
//            = 1 - 2t (c - r) / (the same)
//
// and the second form, which ends in 1 smoothly, is the more exact one where the result is above a
// half. Both numerators are c (a - T) + r (a + T), with a = 1 and T = t or a = 0 and T = 2t.
// Above 20 it is 1, which is chosen last: choosing a smaller x first would have gcc choose all that
// comes of it anew.
MATHS_INLINE double maths_tanh_inline(double x)
{
    double size = fabs(x);
    double shifted = size * (2 * LOG2_E) + ROUND;
    double k = shifted - ROUND;
    double r = (size - k * (0.5 * LN2_HIGH)) - k * (0.5 * LN2_LOW);
    double t = from_bits(ONE_BITS - (bits_of(shifted) << 52));
    double z = r * r;
    double z2 = z * z;
    double p0 = 0x1.555555555553ep-2 - 0x1.6c16c16bebdcap-6 * z;
    double p2 = 0x1.1566aaf2759e8p-9 - 0x1.bbd41cab50c45p-13 * z + 0x1.6376be64cdbd3p-16 * z2;
    double d = z * (p0 + p2 * z2);  // c - 1
    double a = size > 0.55 ? 0 : 1;
    double T = size > 0.55 ? 2 * t : t;
    double above = (a - T) + (d * (a - T) + r * (a + T));
    double below = (1 + t) + (d * (1 + t) + r * (1 - t));
    double y = (1 - a) + above / below;
    return copysign(size > 20 ? 1 : y, x);
}

// With e = exp(-|x|), which cannot overflow: 1 / (1 + e), or e / (1 + e) for a negative x. What was
// lost in rounding e and 1 + e is put back into the quotient.
MATHS_INLINE double maths_sigmoid_inline(double x)
{
    struct exp_parts parts = exp_parts(clamp(-fabs(x), -746, 0));
    struct pair sum = sum_after(1, parts);
    double e = scale(sum.high, parts.biased);
    double e_lost = scale(sum.low, parts.biased);
    double divisor = 1 + e;
    double divisor_lost = (e - (divisor - 1)) + e_lost;
    double y = (x < 0 ? e : 1) / divisor;
    return y + ((x < 0 ? e_lost : 0) - y * divisor_lost) / divisor;
}

// (exp(x) + sign exp(-x)) / 2 for x >= 0. With exp(x) = 2^k (1 + q) and u = sign 4^-k it is
// 2^(k-1) (1 + q + u / (1 + q)), and u / (1 + q) = u - u (q - q^2 / (1 + q)): nothing cancels.
MATHS_INLINE double exp_and_inverse(double x, double sign)
{
    struct exp_parts e = exp_parts(clamp(x, 0, 711));
    double u = sign * (e.inverse * e.inverse);
    double q = e.head + e.tail;
    e.tail -= u * (e.head + (e.tail - q * q / (1 + q)));
    return scale(0.5 * sum_after(1 + u, e).high, e.biased);
}

MATHS_INLINE double maths_sinh_inline(double x)
{
    return copysign(exp_and_inverse(fabs(x), -1), x);
}

MATHS_INLINE double maths_cosh_inline(double x)
{
    return exp_and_inverse(fabs(x), 1);
}

// ---- log and what is made of it -----------------------------------------------------------------

static const uint64_t SQRT_HALF_BITS = 0x3fe6a09e667f3bcd;

// x = 2^k m with sqrt(1/2) <= m < sqrt(2).
struct log_parts {
    double k;
    double m;
};

// Of a normal x > 0; anything else gives a number without meaning, which the caller passes over.
MATHS_INLINE struct log_parts log_parts(double x)
{
    uint64_t shifted = bits_of(x) + (ONE_BITS - SQRT_HALF_BITS);
    double k = from_bits(bits_of(0x1p52) | shifted >> 52) - (0x1p52 + 1023);
    double m = from_bits((shifted & 0x000fffffffffffff) + SQRT_HALF_BITS);
    return (struct log_parts){k, m};
}

// k ln 2 + log(1 + f) + extra. With s = f / (2 + f), 1 + f is (1 + s) / (1 - s), and its logarithm
// 2s + s R, where R is z times a polynomial in z = s^2 and 2s = f - f^2/2 + s f^2/2: f is exact.
MATHS_INLINE double log_sum(double k, double f, double extra)
{
    double s = f / (2 + f);
    double z = s * s;
    double z2 = z * z;
    double p0 = (0x1.555555555558fp-1 + 0x1.9999999980d1dp-2 * z) +
                (0x1.249249413b39bp-2 + 0x1.c71c528a10a44p-3 * z) * z2;
    double p4 = (0x1.7466274cacf46p-3 + 0x1.39a3e567ce67cp-3 * z) + 0x1.2ef13e649078ep-3 * z2;
    double R = z * (p0 + p4 * (z2 * z2));
    double half = 0.5 * f * f;
    return k * LN2_HIGH - ((half - (s * (half + R) + (k * LN2_LOW + extra))) - f);
}

MATHS_INLINE double maths_log_inline(double x)
{
    bool tiny = x < DBL_MIN;
    struct log_parts p = log_parts(tiny ? x * 0x1p54 : x);
    double y = log_sum(tiny ? p.k - 54 : p.k, p.m - 1, 0);
    return x > 0 ? (x < INFINITY ? y : x) : x == 0 ? -INFINITY : NAN;
}

// log(1 + x) for x > -1: the logarithm of the rounded sum u, plus what was lost, divided by u.
// Where k is 0, x itself can stand for u - 1, and nothing is lost.
MATHS_INLINE double log1p_finite(double x)
{
    double u = 1 + x;
    double added = u - 1;
    double lost = (x - added) + (1 - (u - added));
    struct log_parts p = log_parts(u);
    return log_sum(p.k, p.k == 0 ? x : p.m - 1, p.k == 0 ? 0 : lost / u);
}

MATHS_INLINE double maths_log1p_inline(double x)
{
    double y = log1p_finite(x);
    y = x == 0 ? x : y;  // keeps the sign of -0
    return x > -1 ? (x < INFINITY ? y : x) : x == -1 ? -INFINITY : NAN;
}

MATHS_INLINE double maths_softplus_inline(double x)
{
    return (x < 0 ? 0 : x) + log1p_finite(maths_exp_inline(-fabs(x)));
}

// ---- Exact, or rounded correctly, on every machine ----------------------------------------------

MATHS_INLINE double maths_abs_inline(double x)
{
    return fabs(x);
}

MATHS_INLINE double maths_sign_inline(double x)
{
    return isnan(x) ? x : (x > 0) - (x < 0);
}

MATHS_INLINE double maths_sqrt_inline(double x)
{
    return sqrt(x);
}

#endif
