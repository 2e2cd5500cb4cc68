#include "words/ticks.h"

#include <math.h>
#include <string.h>

#include "base/format.h"
#include "engine/maths.h"

#define LN_10 2.302585092994046

// x as d.ddde±nn: the power of ten.
static int power_of_ten(double x)
{
    char text[NUMBER_TEXT];
    int power = 0, sign = 1;
    format_write(text, sizeof text, "%.15e", x);
    const char *s = strchr(text, 'e');
    if (s == NULL) {
        return 0;
    }
    sign = s[1] == '-' ? -1 : 1;
    for (s += 2; text_is_digit(*s); s++) {
        power = 10 * power + (*s - '0');
    }
    return sign * power;
}

double ticks_decimal(int digit, int power)
{
    char text[NUMBER_TEXT];
    double value = 0;
    format_write(text, sizeof text, "%de%d", digit, power);
    number_read(text, strlen(text), &value);
    return value;
}

struct ticks ticks_choose(double from, double to, int most)
{
    // Halves, as the range of all numbers has no width that is one.
    double half = to / 2 - from / 2, size = fabs(from) > fabs(to) ? fabs(from) : fabs(to);
    struct ticks t = {.first = 1, .last = 0};
    int power = power_of_ten(half / most) - 1;
    static const int digits[] = {1, 2, 5};
    bool found = false;
    for (int i = 0; i < 12 && !found; i++) {
        t.step = ticks_decimal(digits[i % 3], power + i / 3);
        t.first = ceil(from / t.step - 1e-9);
        t.last = floor(to / t.step + 1e-9);
        found = t.step > 0 && isfinite(t.step) && t.last - t.first < most;
    }
    if (!found) {  // the largest and the smallest numbers have no neighbours that are round
        return (struct ticks){.step = 1, .first = 1, .last = 0, .digits = 3};
    }
    int more = power_of_ten(size) - power_of_ten(t.step) + 1;
    t.digits = more < 3 ? 3 : more > 15 ? 15 : more;
    return t;
}

const char *ticks_text(char out[NUMBER_TEXT], const struct ticks *t, double k)
{
    return number_text(out, k * t->step, t->digits);
}

// ---- Logarithms ---------------------------------------------------------------------------------

// Each `step`-th power of ten; with those between, 2 and 5 times each too.
static size_t power_ticks(double from, double to, bool between, double step, struct tick *out)
{
    static const double logs[] = {0, 0.30102999566398120, 0.69897000433601880};
    static const int parts[] = {1, 2, 5};
    size_t n = 0;
    for (double k = floor(from / step) * step; k <= to + 1e-9; k += step) {
        for (size_t i = 0; i < (between ? COUNT_OF(parts) : 1) && n < TICKS_MOST; i++) {
            double at = k + logs[i];
            if (at >= from - 1e-9 && at <= to + 1e-9) {
                out[n].at = at;
                number_text(out[n++].text, ticks_decimal(parts[i], (int)k), 3);
            }
        }
    }
    return n;
}

// Round numbers within one decade, where their logarithms are.
static size_t near_ticks(double from, double to, size_t most, struct tick *out)
{
    double low = maths_exp(from * LN_10), high = maths_exp(to * LN_10);
    size_t n = 0;
    if (!(high > low) || !isfinite(high)) {
        return 0;
    }
    struct ticks t = ticks_choose(low, high, (int)most);
    for (double k = t.first; k <= t.last && n < TICKS_MOST; k++) {
        if (k > 0) {
            out[n].at = maths_log(k * t.step) / LN_10;
            ticks_text(out[n++].text, &t, k);
        }
    }
    return n;
}

size_t ticks_choose_logs(double from, double to, size_t most, struct tick out[TICKS_MOST])
{
    double decades = to - from;
    if (decades < 0.7) {
        return near_ticks(from, to, most, out);
    }
    bool between = decades < 1.5 || decades * 3 <= (double)most;
    return power_ticks(from, to, between, fmax(1, ceil(decades / (double)(most - 1))), out);
}
