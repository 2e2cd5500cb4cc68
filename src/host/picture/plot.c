#include "picture/plot.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/wait.h>

#include "process/child.h"
#include "process/helper.h"
#include "store/files.h"

#define GNUPLOT "gnuplot"

enum { SECONDS = 20, MEMORY = 1 << 30 };

// gnuplot takes larger numbers for none.
#define NUMBERS_MOST 1e300

static const struct span nowhere = {0, 0};

static bool explain(struct child_result *r, struct diag *d)
{
    const char *hint = "without a file's name the plot is drawn here";
    const char *last = child_last_words(r);
    char words[QUOTED];
    if (r->end == CHILD_NO_MEMORY) {
        return diag_out_of_memory(d);
    }
    if (r->end == CHILD_MISSING && r->error == ENOENT) {
        diag_set(d, nowhere, "plots are drawn into files by gnuplot, which is not installed");
        return diag_hint(d, "install the package gnuplot-nox; %s", hint);
    }
    if (r->end == CHILD_MISSING) {
        diag_set(d, nowhere, "gnuplot cannot be started: %s", files_trouble(r->error));
    } else if (r->end == CHILD_STOPPED) {
        diag_set(d, nowhere, "drawing was stopped");
        hint = "nothing was written";
    } else if (r->end == CHILD_TOO_LATE) {
        diag_set(d, nowhere, "gnuplot took more than %d s", SECONDS);
    } else if (r->end == CHILD_TOO_MUCH) {
        diag_set(d, nowhere, "the picture would be larger than %d MB", CHILD_BYTES_MOST >> 20);
    } else if (WIFSIGNALED(r->status)) {
        diag_set(d, nowhere, "gnuplot ended before the plot was drawn");
    } else {
        diag_set(d, nowhere, "gnuplot cannot draw this%s%s", last[0] == '\0' ? "" : ": ",
                 diag_quote(words, last, strlen(last)));
    }
    return diag_hint(d, "%s", hint);
}

static bool too_large(const struct rec *plot)
{
    static const enum rec_key axes[] = {KEY_x, KEY_y}, ends[] = {KEY_from, KEY_to};
    for (int i = 0; i < 4; i++) {
        if (fabs(rec_get_number(rec_find(plot, axes[i / 2]), ends[i % 2])) > NUMBERS_MOST) {
            return true;
        }
    }
    return false;
}

bool plot_draw_file(const struct rec *plot, const char *format, struct stop *stop,
                    struct buf *bytes, struct diag *d)
{
    if (too_large(plot)) {
        diag_set(d, nowhere, "these numbers are too large to be drawn into a file");
        return diag_hint(d, "choose a smaller range");
    }
    if (!helper_has_room(d)) {
        return false;
    }
    // Its own standard input gnuplot reads byte by byte, which takes a second for each megabyte.
    static const char *const argv[] = {GNUPLOT, "-d", "-e", "load '<cat'", NULL};
    struct text script;
    struct child_result result;
    text_init(&script);
    plot_script(plot, format, &script);
    const struct child child = {.program = GNUPLOT,
                                .argv = argv,
                                .bytes = text_get(&script),
                                .n = text_length(&script),
                                .seconds = SECONDS,
                                .memory = MEMORY,
                                .stop = stop};
    if (script.bytes.failed) {
        text_release(&script);
        return diag_out_of_memory(d);
    }
    child_run(&child, bytes, &result);
    bool ok = child_did_well(&result, bytes, 0) || explain(&result, d);
    text_release(&result.said);
    text_release(&script);
    return ok;
}

bool plot_write(const struct rec *plot, const char *path, const char *format, struct stop *stop,
                struct diag *d)
{
    struct buf bytes;
    buf_init(&bytes, 1);
    bool ok = plot_draw_file(plot, format, stop, &bytes, d) &&
              files_write(path, bytes.data, bytes.count, d);
    buf_release(&bytes);
    return ok;
}
