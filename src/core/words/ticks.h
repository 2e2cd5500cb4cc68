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

#endif
