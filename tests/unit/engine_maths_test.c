// engine/maths: how far from the truth (libm's long double functions), what happens at the ends of
// the range, and that the bits are the same under every compiler.
#include "engine/maths.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

// Arguments a range is tried with, once evenly spaced and once at random.
enum { POINTS = 30000 };

static const long double HALF_PI = 1.57079632679489661923132169163975144L;

static long double sigmoid_truth(long double x)
{
    return 1 / (1 + expl(-x));
}

static long double softplus_truth(long double x)
{
    return x < 0 ? log1pl(expl(x)) : x + log1pl(expl(-x));
}

// Our own functions, with the bounds that maths.h states.
struct subject {
    const char *name;
    double (*ours)(double);
    long double (*truth)(long double);
    double ulps;
    double range[4][2];
};

static const struct subject SUBJECTS[] = {
    {"exp", maths_exp, expl, 0.8, {{-1, 1}, {-20, 20}, {-745.2, 709.8}, {-709, -708}}},
    {"expm1", maths_expm1, expm1l, 1.3, {{-0.4, 0.4}, {0.34, 0.5}, {-2, 2}, {-40, 709.8}}},
    {"tanh", maths_tanh, tanhl, 2.8, {{-0.2, 0.2}, {0.54, 0.56}, {-2, 2}, {-20, 20}}},
    {"sigmoid", maths_sigmoid, sigmoid_truth, 1.2, {{-1, 1}, {-4, 4}, {-40, 40}, {-745.2, -700}}},
    {"sinh", maths_sinh, sinhl, 1.7, {{-0.4, 0.4}, {-2, 2}, {-20, 20}, {-711, 711}}},
    {"cosh", maths_cosh, coshl, 1.2, {{-0.4, 0.4}, {-2, 2}, {-20, 20}, {-711, 711}}},
    {"log", maths_log, logl, 0.9, {{0.7, 1.42}, {0, 4}, {0, 1e10}, {0, 1e-307}}},
    {"log1p", maths_log1p, log1pl, 0.9, {{-0.3, 0.5}, {-1, 4}, {0, 1e10}, {-1e-6, 1e-6}}},
    {"softplus", maths_softplus, softplus_truth, 1.6, {{-1, 1}, {-5, 5}, {-40, 40}, {-745, 745}}},
    {"sin", maths_sin, sinl, 0.8, {{-0.8, 0.8}, {-10, 10}, {-1000, 1000}, {-131072, 131072}}},
    {"cos", maths_cos, cosl, 0.8, {{-0.8, 0.8}, {-10, 10}, {-1000, 1000}, {-131072, 131072}}},
};

// xorshift64: the test's own random bits, the same for ever.
static uint64_t next_bits(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static double next_between(uint64_t *state, double low, double high)
{
    return low + (high - low) * ((double)(next_bits(state) >> 11) * 0x1p-53);
}

// Any double at all: as many small as large, with infinities, nans and subnormals among them.
static double next_double(uint64_t *state)
{
    uint64_t bits = next_bits(state) * 0x9e3779b97f4a7c15;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

// The distance from y to the truth in units of the last place of a double next to the truth.
static double ulps_off(double y, long double truth)
{
    if (isnan(truth) || isinf((double)truth) || truth == 0) {
        return y == (double)truth || (isnan(y) && isnan(truth)) ? 0 : INFINITY;
    }
    int exponent = ilogbl(truth) < -1022 ? -1022 : ilogbl(truth);
    return isfinite(y) ? (double)(fabsl(y - truth) / ldexpl(1, exponent - 52)) : INFINITY;
}

static void assert_within(const struct subject *s, double x, double bound)
{
    double off = ulps_off(s->ours(x), s->truth(x));
    if (!(off <= bound)) {
        fail_msg("%s(%a) is %a, off by %g ulp", s->name, x, s->ours(x), off);
    }
}

static bool is_same(double a, double b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

static void assert_same(double got, double want)
{
    if (!is_same(got, want)) {
        fail_msg("%a instead of %a", got, want);
    }
}

static void need_wide_long_double(void)
{
    if (LDBL_MANT_DIG < 64) {
        skip();
    }
}

static void errors_stay_below_the_stated_bounds(void **state)
{
    (void)state;
    need_wide_long_double();
    uint64_t random = 1;
    for (size_t i = 0; i < COUNT_OF(SUBJECTS); i++) {
        const struct subject *s = &SUBJECTS[i];
        for (size_t r = 0; r < COUNT_OF(s->range); r++) {
            double low = s->range[r][0], high = s->range[r][1];
            for (int k = 0; k < POINTS; k++) {
                assert_within(s, low + (high - low) * k / POINTS, s->ulps);
                assert_within(s, next_between(&random, low, high), s->ulps);
            }
        }
        for (int k = 0; k < POINTS; k++) {
            assert_within(s, next_double(&random), s->ulps);
        }
    }
}

// Next to a multiple of pi/2 nearly all of x is taken off: the reduction must keep what is left.
static void sin_and_cos_survive_every_quarter_turn(void **state)
{
    (void)state;
    need_wide_long_double();
    const struct subject *sine = &SUBJECTS[COUNT_OF(SUBJECTS) - 2], *cosine = sine + 1;
    for (int k = 1; k * HALF_PI <= 0x1p17; k++) {
        double x = (double)(k * HALF_PI);
        assert_within(sine, x, sine->ulps);
        assert_within(cosine, x, cosine->ulps);
        assert_within(sine, nextafter(-x, 0), sine->ulps);
        assert_within(cosine, nextafter(-x, 0), cosine->ulps);
    }
}

static void special_values_are_those_of_c(void **state)
{
    (void)state;
    static const struct {
        double (*ours)(double);
        double x, y;
    } rows[] = {
        {maths_exp, 0, 1},
        {maths_exp, -0.0, 1},
        {maths_exp, INFINITY, INFINITY},
        {maths_exp, -INFINITY, 0},
        {maths_exp, 709.782712893384, 0x1.fffffffffff2ap+1023},
        {maths_exp, 709.7827128933841, INFINITY},
        {maths_exp, -745.1332191019411, 0x1p-1074},
        {maths_exp, -745.1332191019412, 0},
        {maths_expm1, 0, 0},
        {maths_expm1, -0.0, -0.0},
        {maths_expm1, -0x1p-1074, -0x1p-1074},
        {maths_expm1, INFINITY, INFINITY},
        {maths_expm1, -INFINITY, -1},
        {maths_tanh, 0, 0},
        {maths_tanh, -0.0, -0.0},
        {maths_tanh, 0x1p-1074, 0x1p-1074},
        {maths_tanh, -1e-300, -1e-300},
        {maths_tanh, 20, 1},
        {maths_tanh, INFINITY, 1},
        {maths_tanh, -INFINITY, -1},
        {maths_sigmoid, 0, 0.5},
        {maths_sigmoid, 40, 1},
        {maths_sigmoid, INFINITY, 1},
        {maths_sigmoid, -INFINITY, 0},
        {maths_sigmoid, -745, 0x1p-1074},
        {maths_sinh, -0.0, -0.0},
        {maths_sinh, 0x1p-1074, 0x1p-1074},
        {maths_sinh, 711, INFINITY},
        {maths_sinh, INFINITY, INFINITY},
        {maths_sinh, -INFINITY, -INFINITY},
        {maths_cosh, 0, 1},
        {maths_cosh, -711, INFINITY},
        {maths_cosh, -INFINITY, INFINITY},
        {maths_log, 1, 0},
        {maths_log, 0, -INFINITY},
        {maths_log, -0.0, -INFINITY},
        {maths_log, -1, NAN},
        {maths_log, -INFINITY, NAN},
        {maths_log, INFINITY, INFINITY},
        {maths_log1p, 0, 0},
        {maths_log1p, -0.0, -0.0},
        {maths_log1p, 0x1p-1074, 0x1p-1074},
        {maths_log1p, -1, -INFINITY},
        {maths_log1p, -1.5, NAN},
        {maths_log1p, INFINITY, INFINITY},
        {maths_softplus, -INFINITY, 0},
        {maths_softplus, INFINITY, INFINITY},
        {maths_softplus, 1000, 1000},
        {maths_softplus, -745, 0x1p-1074},
        {maths_sin, -0.0, -0.0},
        {maths_sin, 0x1p-1074, 0x1p-1074},
        {maths_sin, INFINITY, NAN},
        {maths_cos, 0, 1},
        {maths_cos, -INFINITY, NAN},
        {maths_abs, -0.0, 0},
        {maths_abs, -INFINITY, INFINITY},
        {maths_sign, -3, -1},
        {maths_sign, 0x1p-1074, 1},
        {maths_sign, -0.0, 0},
        {maths_sign, -INFINITY, -1},
        {maths_floor, -0.5, -1},
        {maths_sqrt, 4, 2},
        {maths_sqrt, -1, NAN},
        {maths_tan, 0, 0},
        {maths_atan, INFINITY, (double)HALF_PI},
        {maths_erf, -INFINITY, -1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!is_same(rows[i].ours(rows[i].x), rows[i].y)) {
            fail_msg("row %zu: %a gives %a", i, rows[i].x, rows[i].ours(rows[i].x));
        }
        assert_same(rows[i].ours(NAN), NAN);
    }
    assert_same(maths_atan2(1, 0), (double)HALF_PI);
    assert_same(maths_atan2(-0.0, 1), -0.0);
    assert_same(maths_atan2(NAN, 1), NAN);
}

static void shapes_are_those_of_the_curves(void **state)
{
    (void)state;
    for (double x = 0; x < 50; x += 0x1p-9) {
        double next = x + 0x1p-9;
        assert_same(maths_tanh(-x), -maths_tanh(x));
        assert_same(maths_sinh(-x), -maths_sinh(x));
        assert_same(maths_cosh(-x), maths_cosh(x));
        assert_same(maths_sin(-x), -maths_sin(x));
        assert_same(maths_cos(-x), maths_cos(x));
        assert_true(maths_tanh(x) <= maths_tanh(next) && maths_tanh(x) <= 1);
        assert_true(maths_sigmoid(x) <= maths_sigmoid(next) && maths_sigmoid(x) <= 1);
        assert_true(maths_sigmoid(-next) < maths_sigmoid(-x));
        assert_true(fabs(maths_sigmoid(x) + maths_sigmoid(-x) - 1) <= DBL_EPSILON / 2);
        assert_true(maths_softplus(-next) < maths_softplus(-x));
    }
}

static void whole_powers_are_products(void **state)
{
    (void)state;
    static const double xs[] = {3, -1.7, 0.1, 1e-3, 12345.678};
    for (size_t i = 0; i < COUNT_OF(xs); i++) {
        double x = xs[i];
        assert_same(maths_pow(x, 0), 1);
        assert_same(maths_pow(x, 1), x);
        assert_same(maths_pow(x, 2), x * x);
        assert_same(maths_pow(x, 3), x * (x * x));
        assert_same(maths_pow(x, -1), 1 / x);
        assert_same(maths_pow(x, -2), 1 / (x * x));
        assert_same(maths_pow(fabs(x), 0.5), sqrt(fabs(x)));
        assert_same(maths_pow(x, 2.5), pow(x, 2.5));
        assert_same(maths_pow(x, 1041), pow(x, 1041));
    }
}

static void whole_powers_stay_below_the_stated_bounds(void **state)
{
    (void)state;
    need_wide_long_double();
    uint64_t random = 1;
    for (int n = -1040; n <= 1040; n++) {
        // One more rounding for 1/x in each factor, where it must be a power of that.
        double bound = n > 0 ? n - 1 : -2 * n - (n < 0);
        for (int k = 0; k < 40; k++) {
            double x = exp(next_between(&random, -740, 709) / (n == 0 ? 1 : n));
            x = k % 2 ? x : -x;
            double off = ulps_off(maths_pow(x, n), powl(x, n));
            if (!(off <= bound)) {
                fail_msg("%a to the power %d is off by %g ulp", x, n, off);
            }
        }
    }
}

static void powers_at_the_ends_are_those_of_c(void **state)
{
    (void)state;
    static const double xs[] = {0, 0.5, 1, 2, 1e-200, 1e200, DBL_MIN, DBL_MAX, 0x1p-1074, INFINITY};
    static const double ys[] = {0, 0.5, 1, 1.5, 2, 3, 1023, 1024, 1025, 1e300, INFINITY};
    for (size_t i = 0; i < 2 * COUNT_OF(xs); i++) {
        double x = i % 2 ? -xs[i / 2] : xs[i / 2];
        for (size_t j = 0; j < 2 * COUNT_OF(ys); j++) {
            double y = j % 2 ? -ys[j / 2] : ys[j / 2];
            double ours = maths_pow(x, y), libm = pow(x, y);
            if (!is_same(ours, libm) && !(fabs(ours / libm - 1) <= DBL_EPSILON)) {
                fail_msg("%a to the power %g is %a", x, y, ours);
            }
        }
        assert_same(maths_pow(x, NAN), pow(x, NAN));
    }
    assert_same(maths_pow(NAN, 0), 1);
    assert_same(maths_pow(NAN, 2), NAN);
    assert_same(maths_pow(NAN, 0.5), NAN);
    assert_same(maths_pow(2, -1074), 0x1p-1074);
}

// The checksums were found with gcc and clang, at -O0 to -O3, for x86-64 with and without AVX2 and
// for WebAssembly. A change of one bit in one answer changes them, and every transcript with it.
static void bits_are_the_same_everywhere(void **state)
{
    (void)state;
    static const uint64_t checksums[COUNT_OF(SUBJECTS)] = {
        0xeb848a82b8c8c2f3, 0xe36671d1e33560b2, 0x9670f3f3554ff9d5, 0x315f2c0f4eef5f76,
        0x0a0c5aab1b0bfd80, 0xb7e4db4b4534b1f0, 0xeeaffb6c7db36033, 0xdd51a02ee36bc2c3,
        0xf9065fee204325a6, 0x12da92088d29cf04, 0x60e5fd20a6e90cc8,
    };
    static const double size[] = {1, 20, 700};
    for (size_t i = 0; i < COUNT_OF(SUBJECTS); i++) {
        const struct subject *s = &SUBJECTS[i];
        uint64_t random = 1, sum = 0;
        for (int k = 0; k < 100000; k++) {
            double y = s->ours(next_between(&random, -1, 1) * size[k % 3]);
            uint64_t bits = 0;
            if (!isnan(y)) {
                memcpy(&bits, &y, sizeof bits);
            }
            sum = (sum ^ bits) * 0x100000001b3;
        }
        if (sum != checksums[i]) {
            fail_msg("%s has the checksum 0x%016llx", s->name, (unsigned long long)sum);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_stay_below_the_stated_bounds),
        cmocka_unit_test(sin_and_cos_survive_every_quarter_turn),
        cmocka_unit_test(special_values_are_those_of_c),
        cmocka_unit_test(shapes_are_those_of_the_curves),
        cmocka_unit_test(whole_powers_are_products),
        cmocka_unit_test(whole_powers_stay_below_the_stated_bounds),
        cmocka_unit_test(powers_at_the_ends_are_those_of_c),
        cmocka_unit_test(bits_are_the_same_everywhere),
    };
    return cmocka_run_group_tests_name("engine/maths", tests, NULL, NULL);
}
