#include "words/plot_frame.h"

#include <math.h>
#include <string.h>

#include "words/ink.h"
#include "words/signs.h"
#include "words/ticks.h"

enum { LABEL_MOST = 12, ROWS_PER_TICK = 3, COLUMNS_PER_TICK = 10 };

struct range plot_range_of(const struct rec *plot, enum rec_key axis)
{
    const struct rec *r = rec_find(plot, axis);
    return (struct range){rec_get_number(r, KEY_from), rec_get_number(r, KEY_to)};
}

static size_t y_ticks(const struct frame_of *f, struct tick out[TICKS_MOST])
{
    size_t most = f->rows / ROWS_PER_TICK < 3 ? 3 : f->rows / ROWS_PER_TICK + 1;
    most = most < TICKS_MOST ? most : TICKS_MOST;
    if (f->logs) {
        return ticks_choose_logs(f->y.from, f->y.to, most, out);
    }
    struct ticks t = ticks_choose(f->y.from, f->y.to, (int)most);
    size_t n = 0;
    for (double k = t.first; k <= t.last && n < TICKS_MOST; k++, n++) {
        out[n].at = k * t.step;
        ticks_text(out[n].text, &t, k);
    }
    return n;
}

// Columns that the numbers at the y axis take.
static size_t gutter(const struct frame_of *f)
{
    struct tick ticks[TICKS_MOST];
    size_t most = 1, count = y_ticks(f, ticks);
    for (size_t k = 0; k < count; k++) {
        size_t n = strlen(ticks[k].text);
        most = n > most ? n : most;
    }
    return most;
}

static const char *x_label(const struct rec *plot)
{
    return rec_get_text(rec_find(plot, KEY_x), KEY_label);
}

void frame_init(struct frame_of *f, const struct rec *plot, size_t width, size_t rows,
                size_t columns)
{
    *f = (struct frame_of){.ascii = rec_get_flag(plot, KEY_ascii),
                           .logs = rec_get_flag(rec_find(plot, KEY_y), KEY_logs),
                           .rows = rows,
                           .x = plot_range_of(plot, KEY_x),
                           .y = plot_range_of(plot, KEY_y)};
    size_t label = signs_columns(x_label(plot)), around = 0;
    label = label > LABEL_MOST ? LABEL_MOST : label;
    f->left = gutter(f) + 2;
    around = f->left + 1 + label;
    f->columns = width > around + 8 ? width - around : 8;
    f->columns = f->columns < columns ? f->columns : columns;
    // The last number at the x axis may be over the field's end.
    canvas_init(&f->canvas, rows + 2, f->left + f->columns + NUMBER_TEXT + LABEL_MOST, f->ascii);
}

void frame_release(struct frame_of *f)
{
    canvas_release(&f->canvas);
}

void frame_put(struct frame_of *f, size_t row, size_t column, int ink, const char *sign)
{
    canvas_put(&f->canvas, row, f->left + column, ink, sign);
}

static void draw_y_axis(struct frame_of *f)
{
    struct tick ticks[TICKS_MOST];
    size_t count = y_ticks(f, ticks);
    for (size_t row = 0; row < f->rows; row++) {
        canvas_put(&f->canvas, row, f->left - 1, INK_MUTED, f->ascii ? "|" : "│");
    }
    for (size_t k = 0; k < count; k++) {
        const char *text = ticks[k].text;
        double down = (1 - range_share(f->y, ticks[k].at)) * (double)f->rows - 0.5;
        size_t row = down <= 0 ? 0 : (size_t)(down + 0.5);
        row = row < f->rows ? row : f->rows - 1;
        canvas_put(&f->canvas, row, f->left - 2 - strlen(text), INK_MUTED, text);
        canvas_put(&f->canvas, row, f->left - 1, INK_MUTED, f->ascii ? "+" : "┤");
    }
}

static void draw_x_axis(struct frame_of *f, const char *label, bool whole)
{
    int most = (int)(f->columns / COLUMNS_PER_TICK);
    struct ticks t = ticks_choose(f->x.from, f->x.to, most < 2 ? 2 : most);
    char text[NUMBER_TEXT];
    size_t free = 0;
    if (whole && t.step < 1) {
        t = (struct ticks){
            .step = 1, .first = ceil(f->x.from), .last = floor(f->x.to), .digits = 3};
    }
    canvas_put(&f->canvas, f->rows, f->left - 1, INK_MUTED, f->ascii ? "+" : "└");
    canvas_fill(&f->canvas, f->rows, f->left, f->columns, INK_MUTED, f->ascii ? "-" : "─");
    for (double k = t.first; k <= t.last; k++) {
        double across = range_share(f->x, k * t.step) * (double)f->columns - 0.5;
        size_t column = across <= 0 ? 0 : (size_t)(across + 0.5);
        column = f->left + (column < f->columns ? column : f->columns - 1);
        canvas_put(&f->canvas, f->rows, column, INK_MUTED, f->ascii ? "+" : "┬");
        size_t n = strlen(ticks_text(text, &t, k)), at = column > n / 2 ? column - n / 2 : 0;
        if (at >= free) {
            canvas_put(&f->canvas, f->rows + 1, at, INK_MUTED, text);
            free = at + n + 1;
        }
    }
    char cut[4 * LABEL_MOST + 1];
    size_t n = utf8_cut(label, strlen(label), LABEL_MOST);
    memcpy(cut, label, n);
    cut[n] = '\0';
    canvas_put(&f->canvas, f->rows, f->left + f->columns + 1, INK_NAME, cut);
}

void frame_axes(struct frame_of *f, const struct rec *plot)
{
    draw_y_axis(f);
    draw_x_axis(f, x_label(plot), rec_get_flag(rec_find(plot, KEY_x), KEY_whole));
}

void frame_write(const struct frame_of *f, struct text *out)
{
    canvas_write(&f->canvas, out);
}

void frame_finish(struct frame_of *f, const struct rec *plot, struct text *out)
{
    frame_axes(f, plot);
    text_fill(out, ' ', f->left - 1);
    ink_add(out, INK_NAME, rec_get_text(rec_find(plot, KEY_y), KEY_label));
    text_add_char(out, '\n');
    frame_write(f, out);
}
