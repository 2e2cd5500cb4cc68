// A plot while it is being made: what was asked for, and the record that answers it.
//
//   {kind: "plot", form: "curves",
//    x: {label, from, to, whole}, y: {from, to},   the part to be seen; whole: of an index
//    series: [{label, x: [numbers], y: [numbers]}]}
//
// y.from and y.to leave out what a pole throws far away; a renderer draws no line between two
// points that lie beyond them on different sides, nor to one that is no number.
//
// What is to be drawn in the terminal also has its "width" and whether it is "ascii".
#ifndef SESSION_PLOT_H
#define SESSION_PLOT_H

#include "session/aside.h"

enum { PLOT_SERIES_MOST = 6 };

struct plot {
    struct call *call;
    struct span path;     // of the file
    struct span written;  // the same with its quotation marks
    const char *format;   // NULL: in the terminal
    struct buf formulas;  // struct span
    struct buf names;     // struct span: the names that stand in them
    bool ranged;          // from and to were given
    double from, to;
    struct span range;  // where
    bool over;          // what is to be swept was named
    struct span swept;
    uint32_t leaf;  // it: a leaf, moved in place; NODE_NONE: the name, whatever it was bound to
};

// Reads "from A to B" into *from and *to. False: the diag says why.
bool plot_range(struct call *c, double *from, double *to, struct span *range);
// The record's beginning, with all that the terminal needs to know.
struct rec *plot_record(struct plot *p, const char *form);

// Each answers with the record, or sets the diag.
bool plot_formulas(struct plot *p);  // plot_curves.c
bool plot_history(struct plot *p);

#endif
