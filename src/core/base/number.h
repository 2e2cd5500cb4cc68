// Numbers read from text, exactly as strtod reads them: the double nearest to what is written.
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Writes the digits of w, at most 20, the last of them before `end`. Returns where they begin. (WebAssembly
// divides 32-bit numbers much faster, so 64 bits are used only while they are needed.)
static inline char *number_digits(char *end, uint64_t w)
{
    for (; w > UINT32_MAX; w /= 10) {
        *--end = (char)('0' + w % 10);
    }
    uint32_t few = (uint32_t)w;
    do {
        *--end = (char)('0' + few % 10);
        few /= 10;
    } while (few > 0);
    return end;
}

// Reads a number as C writes them (12, .5, 1e-3, 0x1p4; no sign, no inf or nan) at the start of
// s[0..n). Returns the bytes used, 0 if there is none. Too large a number gives inf.
size_t number_read(const char *s, size_t n, double *v);

// How a decimal number is written.
struct number_form {
    size_t whole, behind;  // digits before and after the point
    bool point;
};
// Writes v as %.*g of C does, with so many significant digits, and a 0 after it: at most
// precision + 8 bytes. False, and nothing is written, where that takes more than a multiplication: more than
// 15 digits, numbers far from 1, 0, and those next to a half of the last digit.
bool number_write(char *out, double v, int precision);

#endif
