#include "formula/ratio.h"

#include <float.h>
#include <math.h>

#include "base/text.h"
#include "engine/ops.h"

static const double WHOLE_MOST = 0x1p53;

static bool is_whole(double v)
{
    return fabs(v) <= WHOLE_MOST && v == floor(v);
}

bool ratio_number_is_short(double v)
{
    return number_rounded(v, 6) == v;
}

// v without a tail of digits that only rounding can have made.
static double tidy(double v)
{
    double tidied = is_whole(v) ? v : number_rounded(v, 12);
    return fabs(v - tidied) <= 4 * DBL_EPSILON * fabs(v) ? tidied : v;
}

double ratio_common(double a, double b)
{
    while (b != 0) {
        double rest = fmod(a, b);
        a = b;
        b = rest;
    }
    return a;
}

static bool reduce(double over, double under, struct ratio *result)
{
    if (is_whole(over) && is_whole(under)) {
        double divisor = ratio_common(fabs(over), under);
        *result = (struct ratio){over / divisor, under / divisor};
        return true;
    }
    over = tidy(over);
    if (!is_whole(under) || ratio_number_is_short(over / under)) {
        over = tidy(over / under);
        under = 1;
    }
    *result = (struct ratio){over, under};
    return isnormal(over);
}

bool ratio_times(struct ratio a, struct ratio b, struct ratio *result)
{
    if (a.over == 0 || b.over == 0) {
        *result = ratio_of(0);
        return true;
    }
    return isnormal(a.over * b.over) && reduce(a.over * b.over, a.under * b.under, result);
}

bool ratio_plus(struct ratio a, struct ratio b, struct ratio *result)
{
    if (a.under == 1 && b.under == 1) {
        *result = ratio_of(tidy(a.over + b.over));
        return isfinite(result->over);
    }
    double over = a.over * b.under + b.over * a.under;
    return isfinite(over) && reduce(over, a.under * b.under, result);
}

static bool inverse(struct ratio *r)
{
    if (is_whole(r->over)) {
        *r = (struct ratio){copysign(r->under, r->over), fabs(r->over)};
        return true;
    }
    double inverted = tidy(r->under / r->over);
    *r = ratio_of(inverted);
    return ratio_number_is_short(inverted);
}

bool ratio_power(double base, struct ratio power, struct ratio *result)
{
    double size = fabs(ratio_value(power));
    double value = tidy(op_value(OP_POW, base, size));
    // A power only where it stays readable; a root only where it is whole and leads back.
    bool exact = size == 1 || is_whole(value) || ratio_number_is_short(value);
    if (!ratio_is_whole(power)) {
        exact =
            is_whole(base) && is_whole(value) && tidy(op_value(OP_POW, value, 1 / size)) == base;
    }
    *result = ratio_of(value);
    return exact && isnormal(value) && (power.over > 0 || inverse(result));
}

double ratio_value(struct ratio r)
{
    return r.over / r.under;
}

bool ratio_is(struct ratio r, double over, double under)
{
    return r.over == over && r.under == under;
}

bool ratio_is_whole(struct ratio r)
{
    return r.under == 1 && is_whole(r.over);
}

bool ratio_is_odd(struct ratio r)
{
    return ratio_is_whole(r) && fmod(r.over, 2) != 0;
}
