// Decimal numbers that strtod is not needed for, read where they are: for whoever reads many of them.
#ifndef BASE_NUMBER_QUICK_H
#define BASE_NUMBER_QUICK_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/number.h"
#include "base/text.h"

enum {
    NUMBER_DIGITS = 19,  // any so many are below 2^64
    NUMBER_EXACT = 22,   // 10^22 is the last power of ten that is a double
    NUMBER_FIVES = 27    // 5^27 is the last one below 2^63
};

// Eight digits are taken at once, but not in the playground: it reads few numbers, and its module must stay small.
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && !defined __wasm__
#define NUMBER_EIGHT 1
#endif

// number.c: w / 10^n, rounded once; n is at most NUMBER_FIVES.
double number_quotient(uint64_t w, int n);

// number.c: the powers of ten that are doubles.
extern const double number_tens[NUMBER_EXACT + 1];

// w·10^power, rounded once. Where both are doubles, one multiplication or division does it (Clinger, How
// to Read Floating Point Numbers Accurately, 1990). False: it takes more.
static inline bool number_scale(uint64_t w, int64_t power, double *v)
{
    if (w == 0) {
        *v = 0;
    } else if (w <= (uint64_t)1 << 53 && power >= -NUMBER_EXACT && power <= NUMBER_EXACT) {
        *v = power < 0 ? (double)w / number_tens[-power] : (double)w * number_tens[power];
    } else if (power <= 0 && power >= -NUMBER_FIVES) {
        *v = number_quotient(w, (int)-power);
    } else {
        return false;
    }
    return true;
}

// The bytes of an exponent at s[i], which begins with this letter, small or large; 0: there is none.
static inline size_t number_exponent_span(const char *s, size_t n, size_t i, char lower)
{
    size_t start = i;
    if (i < n && (s[i] | 0x20) == lower) {
        i++;
        i += i < n && (s[i] == '+' || s[i] == '-');
        size_t digits = i;
        while (i < n && text_is_digit(s[i])) {
            i++;
        }
        return i == digits ? 0 : i - start;
    }
    return 0;
}

// As number_take_digits, of as many of the next 8 bytes as are digits, all at once: their number is told by the first
// byte that is none, and three multiplications join pairs, fours and all of them.
static inline size_t number_take_eight(const char *s, uint64_t *w)
{
    static const uint64_t tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
    const uint64_t each = 0x0101010101010101;
    uint64_t bytes;
    memcpy(&bytes, s, sizeof bytes);
    bytes ^= '0' * each;  // a digit is now 0 to 9
    uint64_t others = (bytes | ((bytes & 0x7F * each) + (0x80 - 10) * each)) & 0x80 * each;
    size_t count = others == 0 ? 8 : (size_t)__builtin_ctzll(others) / 8;
    if (count == 0) {
        return 0;
    }
    bytes <<= 64 - 8 * count;  // zeros before them
    bytes = (bytes * 10 + (bytes >> 8)) & 0x00FF00FF00FF00FF;
    bytes = (bytes * 100 + (bytes >> 16)) & 0x0000FFFF0000FFFF;
    bytes = (bytes * 10000 + (bytes >> 32)) & 0x00000000FFFFFFFF;
    *w = *w * tens[count] + bytes;
    return count;
}

// The bytes of the digits at s; *w receives them behind those that it has (not past 2^64).
static inline size_t number_take_digits(const char *s, size_t n, uint64_t *w)
{
    size_t i = 0;
#ifdef NUMBER_EIGHT
    for (size_t took = 8; took == 8 && i + 8 <= n; i += took) {
        took = number_take_eight(s + i, w);
    }
#endif
    for (; i < n && text_is_digit(s[i]); i++) {
        *w = 10 * *w + (uint64_t)(s[i] - '0');
    }
    return i;
}

// The same where there are mostly few.
static inline size_t number_take_few(const char *s, size_t n, uint64_t *w)
{
    size_t i = 0;
    for (; i < n && text_is_digit(s[i]); i++) {
#ifdef NUMBER_EIGHT
        if (i == 3) {
            return i + number_take_digits(s + i, n - i, w);
        }
#endif
        *w = 10 * *w + (uint64_t)(s[i] - '0');
    }
    return i;
}

// The digits of s[0..n) from the first that is not 0; points are none.
static inline size_t number_digits_that_count(const char *s, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        count += text_is_digit(s[i]) && (count > 0 || s[i] != '0');
    }
    return count;
}

// Reads a decimal number (no 0x) that strtod is not needed for: up to 19 digits that count, and a power
// of ten that is not far from 0. Returns the bytes used; 0 if there is none, or strtod is needed.
static inline size_t number_read_quickly(const char *s, size_t n, double *v,
                                         struct number_form *form)
{
    enum { FAR = 4 };  // digits of an exponent
    uint64_t w = 0, far = 0;
    size_t whole = number_take_few(s, n, &w), i = whole, behind = 0;
    bool point = i < n && s[i] == '.';
    if (point) {
        behind = number_take_digits(s + i + 1, n - i - 1, &w);
        i += 1 + behind;
    }
    if (whole + behind == 0 ||
        (whole + behind > NUMBER_DIGITS && number_digits_that_count(s, i) > NUMBER_DIGITS)) {
        return 0;
    }
    size_t power = i < n && (s[i] | 0x20) == 'e' ? number_exponent_span(s, n, i, 'e') : 0;
    size_t sign = power > 0 && !text_is_digit(s[i + 1]);
    if (power > 1 + sign + FAR) {
        return 0;
    }
    for (size_t k = 1 + sign; k < power; k++) {
        far = 10 * far + (uint64_t)(s[i + k] - '0');
    }
    int64_t ten = sign > 0 && s[i + 1] == '-' ? -(int64_t)far : (int64_t)far;
    *form = (struct number_form){whole, behind, point};
    return number_scale(w, ten - (int64_t)behind, v) ? i + power : 0;
}

#endif
