// The number in a cell of a table, as spreadsheets and programs write it.
//
//   -1.5  1e3  .5  +2  −2     plain; the sign may be U+2212
//   1,5  or  1.5              the decimal mark is the caller's to say: one for a column
//   1,200.50  1 200  1'200    thousands: groups of three, in front of the decimal mark
//   $1,200  €5  5 €           the currency is dropped
//   50%                       0.5
//   True, false               1 and 0, in any case
//   inf, -Infinity
//
// Which decimal mark a cell allows tells a column's readings apart: 4,5 is a number with a decimal
// comma only, 1,234.5 with a point only, and 1,200 with either.
#ifndef TEXT_CSV_NUMBER_H
#define TEXT_CSV_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/number_quick.h"

// What most cells are: digits, perhaps with a sign before them, with a point among them, or a power of
// ten behind them. Reads such a number at the start of s[0..n); the bytes used, 0 if there is none.
// *point: it says that the decimal mark is a point, so nobody takes that for a mark between thousands.
static inline size_t csv_number_plain(const char *s, size_t n, double *number, bool *point)
{
    struct number_form form;
    size_t sign = n > 0 && (*s == '-' || *s == '+');
    size_t used = number_read_quickly(s + sign, n - sign, number, &form);
    if (used == 0) {
        return 0;
    }
    bool thousands = form.whole >= 1 && form.whole <= 3 && form.behind == 3 && s[sign] != '0';
    *point = form.point && !thousands;
    *number = *s == '-' ? -*number : *number;
    return sign + used;
}

// Empty, nan, NA, N/A, null, None or ?, in any case.
bool csv_number_is_missing(const char *s, size_t n);
// Is s[0..n) a number whose decimal mark is `decimal` ('.' or ',')? No memory is taken.
bool csv_number_fits(const char *s, size_t n, char decimal);
bool csv_number_is_percent(const char *s, size_t n);
// The number; nan if it is missing. False: it is neither.
bool csv_number_read(const char *s, size_t n, char decimal, double *number);

#endif
