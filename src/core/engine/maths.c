#include "engine/maths.h"

#include "engine/maths_inline.h"

_Static_assert(FLT_EVAL_METHOD == 0, "a double must be computed as a double");

// ---- Made for loops: see maths_inline.h ---------------------------------------------------------

double maths_exp(double x)
{
    return maths_exp_inline(x);
}

double maths_expm1(double x)
{
    return maths_expm1_inline(x);
}

double maths_tanh(double x)
{
    return maths_tanh_inline(x);
}

double maths_sigmoid(double x)
{
    return maths_sigmoid_inline(x);
}

double maths_sinh(double x)
{
    return maths_sinh_inline(x);
}

double maths_cosh(double x)
{
    return maths_cosh_inline(x);
}

double maths_log(double x)
{
    return maths_log_inline(x);
}

double maths_log1p(double x)
{
    return maths_log1p_inline(x);
}

double maths_softplus(double x)
{
    return maths_softplus_inline(x);
}

double maths_abs(double x)
{
    return maths_abs_inline(x);
}

double maths_sign(double x)
{
    return maths_sign_inline(x);
}

double maths_sqrt(double x)
{
    return maths_sqrt_inline(x);
}

// ---- sin and cos --------------------------------------------------------------------------------

// pi/2 in parts of 36, 36 and 53 bits. Up to REDUCIBLE there are fewer than 2^17 quarter turns, so
// that their products with the first two parts are exact.
static const double REDUCIBLE = 0x1p17;
static const double QUARTER_HIGH = 0x1.921fb54440000p+0;
static const double QUARTER_MIDDLE = 0x1.68c234c4c0000p-39;
static const double QUARTER_LOW = 0x1.98a2e03707345p-77;
static const double TWO_OVER_PI = 0x1.45f306dc9c883p-1;

// sin(r + low) for |r| <= pi/4 and low below r's last bit: r - r^3/6 + ...
static inline double sin_near(double r, double low)
{
    double z = r * r;
    double z2 = z * z;
    double cube = z * r;
    double p0 = 0x1.111111110f8cep-7 - 0x1.a01a019c1a3bap-13 * z;
    double p2 = 0x1.71de357e2a33fp-19 - 0x1.ae5e6ab60fb9bp-26 * z + 0x1.5d942e47dbdd9p-33 * z2;
    double p = p0 + p2 * z2;
    return r - ((z * (0.5 * low - cube * p) - low) + cube * 0x1.5555555555549p-3);
}

// cos(r + low), likewise: 1 - r^2/2 + r^4/24 - ...
static inline double cos_near(double r, double low)
{
    double z = r * r;
    double z2 = z * z;
    double p0 = 0x1.555555555554ep-5 - 0x1.6c16c16c15520p-10 * z;
    double p2 = (0x1.a01a019d00ebbp-16 - 0x1.27e4f83d03eddp-22 * z) +
                (0x1.1eea0b7087b98p-29 - 0x1.8fbda060eac28p-37 * z) * z2;
    double p = p0 + p2 * z2;
    double half = 0.5 * z;
    double first = 1 - half;
    double lost = (1 - first) - half;
    return first + (lost + (z2 * p - r * low));
}

// sin(x + turns pi/2) for |x| <= REDUCIBLE.
static inline double sin_turned(double x, uint64_t turns)
{
    double shifted = x * TWO_OVER_PI + ROUND;
    double k = shifted - ROUND;
    double high = x - k * QUARTER_HIGH;
    double middle = k * QUARTER_MIDDLE;
    double difference = high - middle;
    double lost = (high - difference) - middle;
    double rest = k * QUARTER_LOW - lost;
    double r = difference - rest;
    double low = (difference - r) - rest;

    uint64_t quarter = bits_of(shifted) + turns;
    double y = quarter & 1 ? cos_near(r, low) : sin_near(r, low);
    return from_bits(bits_of(y) ^ (quarter & 2) << 62);
}

double maths_sin(double x)
{
    return fabs(x) <= REDUCIBLE ? sin_turned(x, 0) : sin(x);
}

double maths_cos(double x)
{
    return fabs(x) <= REDUCIBLE ? sin_turned(x, 1) : cos(x);
}

// ---- powers -------------------------------------------------------------------------------------

// x^n by squaring, from the lowest bit of n up.
static double power(double x, unsigned n)
{
    double y = 1;
    for (; n > 0; n >>= 1, x *= x) {
        if (n & 1) {
            y *= x;
        }
    }
    return y;
}

// x^-n. Powers of 1/x are less exact than 1/x^n, but have a value where x^n is out of range.
static double inverse_power(double x, unsigned n)
{
    double y = power(x, n);
    return isnormal(y) ? 1 / y : power(1 / x, n);
}

// Exponents up to 1024 either way, and those of their derivatives of some orders.
enum { WHOLE_MOST = 1024, ORDERS = 16 };

double maths_pow(double x, double y)
{
    if (fabs(y) <= WHOLE_MOST + ORDERS) {
        int n = (int)y;
        if (y == n) {
            return n < 0 ? inverse_power(x, (unsigned)-n) : power(x, (unsigned)n);
        }
    }
    // Not for x = -0 and -inf, where pow and sqrt differ.
    return y == 0.5 && x > 0 ? sqrt(x) : pow(x, y);
}

// ---- floor, and libm's --------------------------------------------------------------------------

double maths_bounded(double x)
{
    return x < -100 ? -100 : x;
}

double maths_floor(double x)
{
    return floor(x);
}

double maths_tan(double x)
{
    return tan(x);
}

double maths_asin(double x)
{
    return asin(x);
}

double maths_acos(double x)
{
    return acos(x);
}

double maths_atan(double x)
{
    return atan(x);
}

double maths_atan2(double y, double x)
{
    return atan2(y, x);
}

double maths_erf(double x)
{
    return erf(x);
}

double maths_erfc(double x)
{
    return erfc(x);
}
