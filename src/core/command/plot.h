// A plot while it is being made: what was asked for, and the record that answers it.
//
//   {kind: "plot", form: "curves",
//    x: {label, from, to, whole}, y: {from, to},   the part to be seen; whole: of an index
//    series: [{label, x: [numbers], y: [numbers]}]}
//
// y.from and y.to leave out what a pole throws far away; a renderer draws no line between two
// points that lie beyond them on different sides, nor to one that is not a number.
//
//   {kind: "plot", form: "boundary", model,
//    x: {label, from, to}, y: {label, from, to},
//    classes: [numbers],                 the labels, each a class; one score: below, above
//    threshold,                          of the one score; absent where the largest column wins
//    columns, rows, class: [wholes],     the class at the middle of each cell of a grid, from the
//                                        lower left, row by row; -1 where the model has no number
//    margin: [numbers],                  how far the score is from being another class's
//    points: [{x, y, class, right}],     the data: right if the model puts it into its class
//    right, shown, of}                   how many are, are in `points`, and are given
//
//   {kind: "plot", form: "landscape", formula,
//    x: {label, from, to}, y: {label, from, to},
//    columns, rows, values: [numbers],   over a lattice whose outer places lie on the ends of the
//                                        ranges, from the lower left, row by row
//    levels: [numbers], logs,            where contours are; true: each some times the one before
//    series: [{label, x, y}]}            paths of trainings, or the one place where one is "now"
//
// Where y.logs is true the numbers along y are logarithms to base 10, and the axis shows what they
// are the logarithms of. What is to be drawn in the terminal also has its "width" and whether it is
// "ascii"; in a file its "theme" and, where they were told, "title", "size_width", "size_height"
// (inches) and "letters" (points).
#ifndef COMMAND_PLOT_H
#define COMMAND_PLOT_H

#include "command/picture_words.h"
#include "session/aside.h"

enum { PLOT_SERIES_MOST = 6, PLOT_CLASSES_MOST = 6 };

// One of two values that are swept together.
struct plot_side {
    struct span swept;
    uint32_t leaf;  // NODE_NONE: a name without a value
    bool ranged;    // from and to were given
    double from, to;
    struct span range;
};

struct plot {
    struct call *call;
    struct span path;     // of the file
    struct span written;  // the same with its quotation marks, and its options
    const char *format;   // NULL: in the terminal
    struct span title;    // empty: none
    struct picture file;  // its theme, its size and its letters
    struct buf formulas;  // struct span
    struct buf names;     // struct span: the names that are in them
    bool ranged;          // from and to were given
    double from, to;
    struct span range;  // where
    bool over;          // what is to be swept was named
    struct span swept;
    uint32_t leaf;  // it: a leaf, moved in place; NODE_NONE: the name, whatever it was bound to
    // Of a boundary that a page shows: its cells, instead of as many as there is room for. And what
    // was computed before may be of parameters that have been moved since.
    size_t columns, rows;
    bool landscape;            // two were named
    struct plot_side axis[2];  // these
};

// Looks ahead for a file and what is after it: FILE [dark] [--size slide] [--title "Words"].
// The lexer stays. False: the diag says why. (plot_file.c)
bool plot_find_file(struct plot *p);
// What was said about it, into the record.
void plot_put_file(struct plot *p, struct rec *plot);
// Asks for that file, or tells that it was written.
enum call_end plot_end_of_file(struct plot *p);
// Reads "from A to B" into *from and *to. False: the diag says why.
bool plot_range(struct call *c, double *from, double *to, struct span *range);
// Nothing may follow. False: the diag says why.
bool plot_ends(struct call *c);
// The record's beginning, with all that the terminal needs to know.
struct rec *plot_record(struct plot *p, const char *form);

// Adds an axis; no label if that is NULL.
struct rec *plot_axis(struct plot *p, struct rec *plot, enum rec_key key, const char *label,
                      double from, double to);
// The text of a span.
const char *plot_text(const struct plot *p, struct span span, size_t *length);
// What was typed there, on one line and not too long.
void plot_label(const struct plot *p, struct span span, struct text *out);
// Where formula i is.
static inline struct span plot_formula(const struct plot *p, size_t i)
{
    return BUF(struct span, &p->formulas)[i];
}

// Decides what is swept, or that there are only arrays, which are plotted as they are. False: the
// diag says why. (plot_swept.c)
bool plot_choose(struct plot *p, bool *arrays);
// What it is called.
void plot_swept_label(const struct plot *p, struct text *out);

// Each answers with the record, or sets the diag.
bool plot_formulas(struct plot *p);                      // plot_curves.c
bool plot_history(struct plot *p, bool all, bool logs);  // plot_history.c
bool plot_boundary(struct plot *p);                      // plot_boundary.c
bool plot_landscape(struct plot *p);                     // plot_landscape.c

// The values that are to be seen; false if there is no number among them. (plot_curves.c)
bool plot_window(const struct buf *y, double *from, double *to);
// Points of a list over its index, no spike left out.
void plot_take_list(struct buf *x, struct buf *y, const double *v, size_t n);
// "adam 0.2": what kept training i is called; the loss's name before it where they are not all of
// one. (plot_history.c)
void plot_training_label(struct call *c, size_t i, struct text *out);

#endif
