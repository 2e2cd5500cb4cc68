// Plots in the terminal: curves, and the plane as a model divides it.
//
// A cell of the terminal is a braille sign, two dots wide and four high, or in ASCII one character.
// Curves differ in their dashes as well as in their ink, so that they can be told apart without
// colours too.
#ifndef WORDS_PLOT_H
#define WORDS_PLOT_H

#include "base/record.h"

// Appends the drawing of a record of kind "plot" (session/plot.h has its fields), each line ended
// by a newline. It takes `width` columns, or as many as are of use.
void plot_draw(struct text *out, const struct rec *plot, size_t width);

#endif
