// The frame of a plot: axes, ticks and legend around a field of cells. Private to view.
#ifndef WORDS_PLOT_FRAME_H
#define WORDS_PLOT_FRAME_H

#include "base/record.h"
#include "words/canvas.h"

struct range {
    double from, to;
};

// Where v lies in a range, 0 at its beginning, 1 at its end. Both may be as large as numbers get.
static inline double range_share(struct range r, double v)
{
    return (v / 2 - r.from / 2) / (r.to / 2 - r.from / 2);
}

struct range plot_range_of(const struct rec *plot, enum rec_key axis);

struct frame_of {
    struct canvas canvas;
    bool ascii;
    bool logs;             // along y are logarithms to base 10
    size_t left;           // columns before the field
    size_t rows, columns;  // of the field, which begins in row 0
    struct range x, y;
};

// The frame of a plot with a field of `rows` rows and at most `columns` columns, in a drawing of
// `width`. Its y axis gets the field's middle lines of cells as ends if `cells`, else their edges.
void frame_init(struct frame_of *f, const struct rec *plot, size_t width, size_t rows,
                size_t columns);
void frame_release(struct frame_of *f);
// Puts a sign into the field.
void frame_put(struct frame_of *f, size_t row, size_t column, int ink, const char *sign);
void frame_axes(struct frame_of *f, const struct rec *plot);
void frame_write(const struct frame_of *f, struct text *out);
// Axes, the name of the y axis above its own, and the field.
void frame_finish(struct frame_of *f, const struct rec *plot, struct text *out);

#endif
