// Are the figures in a lesson's prose its own? One that is written out goes wrong without a word
// when the graph it was read off changes. So a number of three digits or more, with a point, must
// be computed ({= EXPR}), or be in the lesson's code or in what that answers, where it is
// checked; or it is meant as it stands, and is written as `code`.
#ifndef CHECK_CHECK_FIGURES_H
#define CHECK_CHECK_FIGURES_H

#include <stddef.h>

struct figure {
    size_t at, n;  // bytes of the file
};

// The next such number of the lesson s[0..size) that is none of these, from byte `from` on; n is 0
// if there is none.
struct figure check_figures_next(const char *s, size_t size, size_t from);

#endif
