// Mathematics: the one place that knows libm.
//
// A libm answers differently from machine to machine (another library, or a processor with fused
// multiply-add, changes the last bits), and a lesson, a seed and a transcript must not. So what
// training needs is our own here: additions, multiplications and divisions of doubles in a fixed
// order, with -ffp-contract=off the same bits from gcc, clang and WebAssembly at any optimisation.
//
// Nothing fails, and there is no state: outside its domain a function is nan, beyond the largest
// double inf, and of nan it is nan; results between 0 and the smallest normal double are rounded
// like all others, and a zero keeps its sign where C says so.
//
// Errors are in ulp, the distance between doubles at the true result, and were measured against
// libm's long double functions: the largest among over thirty million arguments each, spread over
// the whole range and crowded where the error is largest, rounded up. (A result rounded correctly
// is off by 0.5 at most.) tests/unit/engine_maths_test.c holds the functions to them, and to their
// bits; bench/maths.c says what they cost.
//
// Sources: the polynomials are minimax approximations computed for this file by the Remez exchange
// at 300 bits. The ways to reduce an argument are the known ones: Cody and Waite, Software Manual
// for the Elementary Functions (1980), for exp, sin and cos; Sun's fdlibm (1993) for log and log1p
// by s = f / (2 + f), and for sin and cos of a number in two parts.
#ifndef ENGINE_MATHS_H
#define ENGINE_MATHS_H

// ---- Our own, for every x -----------------------------------------------------------------------
// Without branches, so that a loop over their bodies (maths_inline.h) becomes vector code.

double maths_exp(double x);       // 0.8 ulp
double maths_expm1(double x);     // exp(x) - 1, exact near 0 too: 1.3 ulp
double maths_tanh(double x);      // 2.8 ulp; odd to the last bit, and never above 1
double maths_sigmoid(double x);   // 1 / (1 + exp(-x)): 1.2 ulp
double maths_sinh(double x);      // 1.7 ulp; odd to the last bit
double maths_cosh(double x);      // 1.2 ulp; even to the last bit
double maths_log(double x);       // 0.9 ulp
double maths_log1p(double x);     // log(1 + x), exact near 0 too: 0.9 ulp
double maths_softplus(double x);  // log(1 + exp(x)), which overflows for no x: 1.6 ulp

// ---- Our own within bounds ----------------------------------------------------------------------

// 0.8 ulp for |x| <= 2^17 radians, next to the multiples of pi too; libm's beyond.
double maths_sin(double x);
double maths_cos(double x);

// x to the power y, with C's answers to 0, inf, nan and negative x. A whole y = n, |n| <= 1040, is
// multiplied out by squaring, and 1 / x^-n for n < 0: so x^2 is x * x, x^-1 is 1 / x, and in
// general every factor can cost an ulp: n - 1 in all, |n| for n < 0 (2|n| where x^|n| is out of
// range or nearly so). For y = 1/2 the square root, 0.5 ulp. Any other power is libm's.
double maths_pow(double x, double y);

// ---- Exact, or rounded correctly, on every machine ----------------------------------------------

double maths_abs(double x);
double maths_sign(double x);     // -1, 0 (of -0 too) or 1
double maths_bounded(double x);  // x, but at least -100
double maths_floor(double x);
double maths_sqrt(double x);

// ---- libm's -------------------------------------------------------------------------------------

double maths_tan(double x);
double maths_asin(double x);
double maths_acos(double x);
double maths_atan(double x);
double maths_atan2(double y, double x);  // the angle of the point (x, y)
double maths_erf(double x);
double maths_erfc(double x);  // 1 - erf(x), exact where that is next to 0

#endif
