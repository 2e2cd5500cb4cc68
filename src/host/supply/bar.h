// The progress of a long training: one line of a terminal, drawn over itself.
//
//   [######------] 1200/5000  430 steps/s  9 s left  loss 0.1234  █▆▄▃▂▁
//
// Rate and time left are of the time since the bar was first shown; the losses at the right are
// those it showed, thinned out evenly when they become too many.
#ifndef SUPPLY_BAR_H
#define SUPPLY_BAR_H

#include <stdbool.h>
#include <stdio.h>

#include "base/record.h"
#include "base/text.h"

enum { BAR_LOSSES = 24 };

struct bar {
    bool shown;
    double began;    // seconds
    double drawn;    // …: when it was last
    int64_t before;  // steps that were done when it was first shown
    double losses[BAR_LOSSES];
    size_t count;         // of them
    int64_t seen, every;  // losses offered, and how many of them go for each that is kept
};

// The line for a record of kind "training", `now` seconds, in a terminal of so many columns.
void bar_line(struct bar *bar, struct text *out, const struct rec *training, double now,
              int columns);
// Shows it, ten times a second at most, on a terminal that can draw over a line.
void bar_show(struct bar *bar, FILE *out, const struct rec *training, int columns);
// Takes the bar away again, if there is one.
void bar_clear(struct bar *bar, FILE *out);

#endif
