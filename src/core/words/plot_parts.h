// What the drawers of plots share. Private to view.
#ifndef WORDS_PLOT_PARTS_H
#define WORDS_PLOT_PARTS_H

#include "base/record.h"

// The entries side by side where they fit, from column `left` on.
void plot_legend(struct text *out, struct text *entries, size_t count, size_t left, size_t width);
// The sign with these dots; and the dot in a row (of 4) and a column (of 2).
void plot_braille(unsigned bits, char out[4]);
unsigned plot_braille_dot(size_t row, size_t column);
// A loss over two values (plot_landscape.c).
void plot_draw_landscape(struct text *out, const struct rec *plot, size_t width);
// The plane as a model divides it (plot_boundary.c).
void plot_draw_boundary(struct text *out, const struct rec *plot, size_t width);

#endif
