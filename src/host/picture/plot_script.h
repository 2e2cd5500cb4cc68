// What the writers of commands for gnuplot share. Private to picture.
#ifndef PICTURE_PLOT_SCRIPT_H
#define PICTURE_PLOT_SCRIPT_H

#include "base/record.h"

enum { SERIES_MOST = 6 };

// gnuplot takes larger numbers for none.
#define NUMBERS_MOST 1e300

// The inks of a picture.
struct plot_inks {
    const char *theme, *paper, *letters, *axes, *grid, *line;
    const char *curves[SERIES_MOST];
};

// How a curve is told apart in grey.
struct plot_stroke {
    const char *dashes;
    int point;  // 0: none
};

extern const struct plot_stroke plot_script_strokes[SERIES_MOST];

const struct plot_inks *plot_script_inks_of(const struct rec *plot);
// A block of data, called $name, is what is added between these two.
void plot_script_begin_block(struct text *out, const char *name);
void plot_script_end_block(struct text *out);
void plot_script_add_number(struct text *out, double v);
// A line of text, to be read as a string; without what would end the line.
void plot_script_add_label(struct text *out, const char *s);
// The range of an axis, "x" or "y".
void plot_script_add_range(struct text *out, const char *name, double from, double to);
// An end of an axis.
double plot_script_axis(const struct rec *plot, enum rec_key name, enum rec_key end);
// A matrix's block with where its numbers belong: at places from one end of an axis to the other, or
// in the middles of cells.
void plot_script_add_matrix(const struct rec *plot, const char *block, bool middle,
                            struct text *out);
// All commands of a landscape but the terminal's (plot_landscape.c).
void plot_landscape_script(const struct rec *plot, struct text *out);

#endif
