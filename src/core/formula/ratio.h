// Fractions, so that 1/3 stays 1/3: a number over a whole number from 1 to 2^53.
//
// A decimal such as 0.1 is {0.1, 1}. Operations on whole numbers are exact and reduced; on
// decimals they round as doubles do, and drop a tail that only rounding made (0.1 + 0.2 is 0.3).
#ifndef FORMULA_RATIO_H
#define FORMULA_RATIO_H

#include <stdbool.h>

struct ratio {
    double over, under;
};

static inline struct ratio ratio_of(double number)
{
    return (struct ratio){number, 1};
}

// False where the result leaves the range of doubles, and the operands had better stay as they are.
bool ratio_times(struct ratio a, struct ratio b, struct ratio *result);
bool ratio_plus(struct ratio a, struct ratio b, struct ratio *result);
// base to the power `power`, if a person would work it out: 2**3, 4**(1/2), 0.5**-1; not 2**0.5.
bool ratio_power(double base, struct ratio power, struct ratio *result);

double ratio_value(struct ratio r);
bool ratio_is(struct ratio r, double over, double under);
// Is it a whole number?
bool ratio_is_whole(struct ratio r);
bool ratio_is_odd(struct ratio r);
// The greatest whole number that divides both; a and b are whole and not negative.
double ratio_common(double a, double b);
// Does the number have at most six digits?
bool ratio_number_is_short(double v);

#endif
