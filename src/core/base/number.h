// Numbers read from text, exactly as strtod reads them: the double nearest to what is written.
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

// Reads a number as C writes them (12, .5, 1e-3, 0x1p4; no sign, no inf or nan) at the start of
// s[0..n). Returns the bytes used, 0 if there is none. Too large a number gives inf.
size_t number_read(const char *s, size_t n, double *v);

// How a decimal number is written.
struct number_form {
    size_t whole, behind;  // digits before and after the point
    bool point;
};
#endif
