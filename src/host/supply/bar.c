#include "supply/bar.h"

#include <time.h>
#include <unistd.h>

#include "supply/ink.h"
#include "words/spark.h"

#define PERIOD 0.1  // seconds: faster than that nobody reads

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void keep_loss(struct bar *bar, double loss)
{
    if (bar->seen++ % bar->every != 0) {
        return;
    }
    if (bar->count == BAR_LOSSES) {
        bar->count = 0;
        for (size_t i = 0; i < BAR_LOSSES; i += 2) {
            bar->losses[bar->count++] = bar->losses[i];
        }
        bar->every *= 2;
    }
    bar->losses[bar->count++] = loss;
}

static void add_time_left(struct text *out, double seconds_left)
{
    if (seconds_left < 100) {
        text_addf(out, "  %.0f s left", seconds_left);
    } else if (seconds_left < 6000) {
        text_addf(out, "  %.0f min left", seconds_left / 60);
    } else {
        text_addf(out, "  %.0f h left", seconds_left / 3600);
    }
}

void bar_line(struct bar *bar, struct text *out, const struct rec *training, double now,
              int columns)
{
    enum { WIDTH = 12, MARGIN = 5 };  // ^C is echoed after it

    int64_t done = rec_get_whole(training, KEY_steps), wanted = rec_get_whole(training, KEY_wanted);
    double loss = rec_get_number(training, KEY_loss);
    char number[NUMBER_TEXT];
    if (!bar->shown) {
        *bar = (struct bar){.shown = true, .began = now, .before = done, .every = 1};
    }
    keep_loss(bar, loss);
    text_add(out, "  [");
    for (int i = 0; i < WIDTH; i++) {
        text_add_char(out, (double)i < (double)WIDTH * (double)done / (double)wanted ? '#' : '-');
    }
    text_addf(out, "] %lld/%lld", (long long)done, (long long)wanted);
    double rate = now > bar->began ? (double)(done - bar->before) / (now - bar->began) : 0;
    if (rate > 0) {
        text_addf(out, rate < 10 ? "  %.1f steps/s" : "  %.0f steps/s", rate);
        add_time_left(out, (double)(wanted - done) / rate);
    }
    text_addf(out, "  loss %s", number_text(number, loss, 4));
    int left = columns - (int)text_length(out) - MARGIN;
    size_t shown = left <= 0 ? 0 : bar->count < (size_t)left ? bar->count : (size_t)left;
    if (shown > 1) {
        text_add(out, "  ");
        spark_add(out, bar->losses + bar->count - shown, shown);
    }
}

void bar_show(struct bar *bar, FILE *out, const struct rec *training, int columns)
{
    double now = seconds();
    if (!ink_moves(out) || (bar->shown && now - bar->drawn < PERIOD)) {
        return;
    }
    struct text line;
    text_init(&line);
    bar_line(bar, &line, training, now, columns);
    bar->drawn = now;
    line.bytes.count =
        utf8_cut(text_get(&line), text_length(&line), (size_t)(columns > 3 ? columns - 3 : 1));
    fputc('\r', out);
    ink_write(out, text_get(&line), THEME_PLAIN);
    fputs("\x1b[K", out);
    text_release(&line);
}

void bar_clear(struct bar *bar, FILE *out)
{
    if (bar->shown) {
        fputs("\r\x1b[K", out);
        bar->shown = false;
    }
}
