#include "shell/bar.h"

#include <time.h>
#include <unistd.h>

#include "base/text.h"

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void bar_show(struct bar *bar, FILE *out, const struct rec *training)
{
    enum { WIDTH = 20 };
    if (!isatty(fileno(out))) {
        return;
    }
    double now = seconds(), done = (double)rec_get_whole(training, "steps");
    double wanted = (double)rec_get_whole(training, "wanted");
    bar->began = bar->began == 0 ? now : bar->began;
    double rate = done / (now - bar->began + 1e-3), left = (wanted - done) / (rate + 1e-9);
    char loss[NUMBER_TEXT];
    fputs("\r  [", out);
    for (int i = 0; i < WIDTH; i++) {
        fputc(i < (int)(WIDTH * done / wanted) ? '#' : '-', out);
    }
    fprintf(out, "] %.0f/%.0f  %.0f steps/s  %.0f s left  loss %s\x1b[K", done, wanted, rate, left,
            number_text(loss, rec_get_number(training, "loss"), 4));
}

void bar_clear(struct bar *bar, FILE *out)
{
    if (bar->began != 0) {
        fputs("\r\x1b[K", out);
        bar->began = 0;
    }
}
