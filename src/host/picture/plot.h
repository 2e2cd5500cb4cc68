// Plots in files, drawn by gnuplot: the only place that uses it, and only when a file is asked for.
//
// gnuplot is started anew for each plot (see child.h), fed through a pipe, and hands the picture
// back through another: it is told no path, and reads no settings of its own. What a learner typed
// reaches it as lines of data, never as commands.
#ifndef PICTURE_PLOT_H
#define PICTURE_PLOT_H

#include "base/diag.h"
#include "base/record.h"
#include "base/stop.h"

// The picture of a record of kind "plot", appended to `bytes`; otherwise as plot_write.
bool plot_draw_file(const struct rec *plot, const char *format, struct stop *stop,
                    struct buf *bytes, struct diag *d);
// Writes a record of kind "plot" (session/plot.h) into a file: "png", "svg" or "pdf". The file is
// whole or as it was. *stop (NULL: nothing) becoming not 0 ends it. False: d says why, its span is
// 0.
bool plot_write(const struct rec *plot, const char *path, const char *format, struct stop *stop,
                struct diag *d);
// The commands that gnuplot is given for it.
void plot_script(const struct rec *plot, const char *format, struct text *out);

#endif
