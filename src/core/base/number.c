#include "base/number.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number_quick.h"
#include "base/text.h"

// ---- Digits to the nearest double ---------------------------------------------------------------

const double number_tens[NUMBER_EXACT + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// (high·2^64 + low) / d, for high < d and d >= 2^63; *rest: something is left. Long division with
// digits of 32 bits (Knuth, The Art of Computer Programming 2, 4.3.1, algorithm D).
static uint64_t divide(uint64_t high, uint64_t low, uint64_t d, bool *rest)
{
    const uint64_t half = UINT32_MAX, d1 = d >> 32, d0 = d & half;
    uint64_t parts[2] = {low >> 32, low & half}, quotient = 0;
    for (int i = 0; i < 2; i++) {
        uint64_t q = high / d1, r = high % d1;
        while (q > half || q * d0 > (r << 32 | parts[i])) {
            q--;
            r += d1;
            if (r > half) {
                break;
            }
        }
        high = (high << 32) + parts[i] - q * d;
        quotient = quotient << 32 | q;
    }
    *rest = high != 0;
    return quotient;
}

// 5^n, n at most NUMBER_FIVES.
static uint64_t power_of_five(int n)
{
    uint64_t power = 1;
    for (uint64_t square = 5; n > 0; n >>= 1, square *= square) {
        power *= n % 2 == 1 ? square : 1;
    }
    return power;
}

// The quotient of w and 5^n to 63 bits or more, of which the last one tells whether anything is left, so that its
// conversion rounds as the whole number would.
double number_quotient(uint64_t w, int n)
{
    bool rest;
    uint64_t fives = power_of_five(n);
    int a = __builtin_clzll(w), b = __builtin_clzll(fives);
    w <<= a;
    uint64_t q = divide(w >> 1, w << 63, fives << b, &rest);
    return ldexp((double)(q | (rest ? 1 : 0)), b - a - n - 63);
}

// ---- The text of a number -----------------------------------------------------------------------

static bool is_hex(char c)
{
    return text_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// How many bytes from s[i] on are digits, with at most one point among them; 0 if none is a digit.
static size_t digits_span(const char *s, size_t n, size_t i, bool (*is)(char))
{
    size_t start = i, digits = 0;
    bool point = false;
    for (; i < n && (is(s[i]) || (s[i] == '.' && !point)); i++) {
        point |= s[i] == '.';
        digits += s[i] != '.';
    }
    return digits == 0 ? 0 : i - start;
}

// strtod wants a 0 at the end, and the text may be one long line: copies just the number. Digits past
// the first thousand cannot change the nearest double unless made to (they are kept then).
static bool read_slowly(const char *s, size_t n, double *v)
{
    char few[64];
    char *copy = n < sizeof few ? few : NULL;
    struct buf many;
    buf_init(&many, 1);
    if (copy == NULL && (copy = buf_push(&many, n + 1)) == NULL) {
        return false;
    }
    memcpy(copy, s, n);
    copy[n] = '\0';
    *v = strtod(copy, NULL);
    buf_release(&many);
    return true;
}

size_t number_read(const char *s, size_t n, double *v)
{
    struct number_form form;
    bool hex = n > 2 && s[0] == '0' && (s[1] | 0x20) == 'x' && digits_span(s, n, 2, is_hex) > 0;
    size_t used = hex ? 0 : number_read_quickly(s, n, v, &form);
    if (used > 0) {
        return used;
    }
    if (hex) {
        used = 2 + digits_span(s, n, 2, is_hex);
        used += number_exponent_span(s, n, used, 'p');
    } else {
        used = digits_span(s, n, 0, text_is_digit);
        used += used == 0 ? 0 : number_exponent_span(s, n, used, 'e');
    }
    return used == 0 || !read_slowly(s, used, v) ? 0 : used;
}
