// Round numbers along an axis: steps of 1, 2 or 5 times a power of ten.
#ifndef WORDS_TICKS_H
#define WORDS_TICKS_H

#include "base/text.h"

// The ticks are the multiples of `step`, from first*step to last*step, that lie in the range.
struct ticks {
    double step;
    double first, last;  // whole numbers; first > last: there is none
    int digits;          // significant digits that tell one from the next
};

// At most `most` (2 or more) of them between from and to; from < to, both finite.
struct ticks ticks_choose(double from, double to, int most);
// The number at tick k, as text. Returns `out`.
const char *ticks_text(char out[NUMBER_TEXT], const struct ticks *t, double k);

// digit times ten to the power, as near as can be.
double ticks_decimal(int digit, int power);

// A place along an axis, and the number at it.
struct tick {
    double at;
    char text[NUMBER_TEXT];
};

enum { TICKS_MOST = 24 };

// Along an axis of logarithms to base 10, from < to: powers of ten, with 2 and 5 times each where
// there is room, and within less than a decade round numbers. `at` is a logarithm, `text` what it
// is the logarithm of. At most `most` (2 or more), or a few more where there are 2 and 5 times a
// power. Returns how many.
size_t ticks_choose_logs(double from, double to, size_t most, struct tick out[TICKS_MOST]);

#endif
