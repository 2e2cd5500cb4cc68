// The progress of a long training: one line of a terminal, drawn over itself.
#ifndef SHELL_BAR_H
#define SHELL_BAR_H

#include <stdio.h>

#include "base/record.h"

struct bar {
    double began;  // seconds; 0: no bar is shown
};

// Shows a record of kind "training": share, rate, time left, loss. Only on a terminal.
void bar_show(struct bar *bar, FILE *out, const struct rec *training);
// Takes the bar away again, if there is one.
void bar_clear(struct bar *bar, FILE *out);

#endif
