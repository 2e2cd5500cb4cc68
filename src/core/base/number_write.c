// A double to digits, where one multiplication is enough.
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/number.h"
#include "base/number_quick.h"

// v is 10^power or more? For power 0 or less v may be a rounding below it: see number_write.
static bool reaches(double v, int power)
{
    return power >= 0 ? v >= number_tens[power] : v * number_tens[-power] >= 1;
}

// The power of ten at which a double between 1e-21 and 1e21 begins.
static int power_of(double v)
{
    int binary;
    frexp(v, &binary);
    int power = (int)floor((binary - 1) * 0.30102999566398120);
    return power + reaches(v, power + 1);
}

// Writes digits[0..n) as %g does, where the first one counts 10^power. Returns the end.
static char *lay_out(char *out, const char *digits, int n, int power, int precision)
{
    bool scientific = power < -4 || power >= precision;
    int point = scientific ? 1 : power + 1;
    if (point <= 0) {
        *out++ = '0';
        *out++ = '.';
        memset(out, '0', (size_t)-point);
        out += -point;
    }
    for (int i = 0; i < n || i < point; i++) {
        if (i == point && point > 0) {
            *out++ = '.';
        }
        *out++ = i < n ? digits[i] : '0';
    }
    if (scientific) {
        unsigned size = (unsigned)(power < 0 ? -power : power);
        *out++ = 'e';
        *out++ = power < 0 ? '-' : '+';
        *out++ = (char)('0' + size / 10);
        *out++ = (char)('0' + size % 10);
    }
    return out;
}

bool number_write(char *out, double v, int precision)
{
    enum { MOST = 15 };  // digits, so that all of them make a whole number below 2^53
    char digits[MOST];
    double x = fabs(v);
    if (precision < 1 || precision > MOST || !(x > 1e-21 && x < 1e21)) {
        return false;
    }
    int power = power_of(x), shift = precision - 1 - power;
    if (shift > NUMBER_EXACT || shift < -NUMBER_EXACT) {
        return false;
    }
    // Rounded once; so it is known on which side of a half what is left lies, but close to it.
    double scaled = shift >= 0 ? x * number_tens[shift] : x / number_tens[-shift],
           whole = floor(scaled);
    double left = scaled - whole - 0.5;
    if (!(fabs(left) > scaled * 0x1p-52)) {
        return false;
    }
    uint64_t w = (uint64_t)whole + (left > 0);
    if (w >= (uint64_t)number_tens[precision]) {  // 9.9996 to four digits
        w /= 10;
        power++;
    }
    number_digits(digits + precision, w);  // as many as the precision
    int n = precision;
    while (n > 1 && digits[n - 1] == '0') {
        n--;
    }
    if (v < 0) {
        *out++ = '-';
    }
    *lay_out(out, digits, n, power, precision) = '\0';
    return true;
}
