#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "words/ink.h"
#include "words/plot_frame.h"
#include "words/plot_parts.h"

enum { CLASSES_MOST = 6 };

// Of two classes it is shown where the model is less sure: where its score is nearer to the
// boundary than this share of what nine tenths of the plane have.
#define UNSURE (1.0 / 3)
static const struct plot_boundary_unsure {
    const char *region;
    char ascii_region[2];
} unsure[2] = {{"·", "."}, {"░", ":"}};

// How a class looks: its region, and the points that have its label.
static const struct plot_boundary_look {
    const char *region, *point;
    char ascii_region[2], ascii_point[2];
    enum ink ink;
} looks[CLASSES_MOST] = {
    {" ", "o", " ", "o", INK_VALUE}, {"▒", "x", "%", "x", INK_GRAD},
    {"░", "+", ":", "+", INK_LOCAL}, {"·", "*", ".", "*", INK_VALUE},
    {"▓", "#", "=", "#", INK_GRAD},  {"˙", "@", "'", "@", INK_LOCAL},
};

static int compare_margins(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

// The margin below which the model is less sure; 0 where that is not shown.
static double unsure_below(const struct rec *plot)
{
    struct buf margins;
    double below = 0;
    buf_init(&margins, sizeof(double));
    if (rec_count(plot, KEY_classes) == COUNT_OF(unsure)) {
        const struct rec *m = rec_first(plot, KEY_margin);
        for (; m != NULL; m = m->next) {
            double *at = isfinite(m->number) ? buf_push(&margins, 1) : NULL;
            if (at != NULL) {
                *at = m->number;
            }
        }
    }
    if (margins.count > 0) {
        qsort(margins.data, margins.count, sizeof(double), compare_margins);
        below = UNSURE * BUF(double, &margins)[(margins.count - 1) * 9 / 10];
    }
    buf_release(&margins);
    return below;
}

static void put_region(struct frame_of *f, size_t row, size_t column, size_t class, bool sure)
{
    const struct plot_boundary_look *look = &looks[class];
    const char *region = sure ? look->region : unsure[class].region;
    const char *ascii = sure ? look->ascii_region : unsure[class].ascii_region;
    if (*region != ' ') {
        frame_put(f, row, column, (int)look->ink, f->ascii ? ascii : region);
    }
}

// The region of the first class is left empty; where the model gives no number is a ?.
static void put_regions(struct frame_of *f, const struct rec *plot)
{
    size_t columns = (size_t)rec_get_whole(plot, KEY_columns), i = 0;
    size_t rows = (size_t)rec_get_whole(plot, KEY_rows);
    double below = unsure_below(plot);
    const struct rec *class = rec_first(plot, KEY_class);
    const struct rec *margin = rec_first(plot, KEY_margin);
    for (; class != NULL && margin != NULL && i < rows * columns;
         class = class->next, margin = margin->next, i++) {
        size_t row = rows - 1 - i / columns, column = i % columns;
        bool inside = row < f->rows && column < f->columns;
        if (inside && class->whole < 0) {
            frame_put(f, row, column, INK_ERROR, "?");
        } else if (inside && class->whole < CLASSES_MOST) {
            put_region(f, row, column, (size_t) class->whole, !(margin->number < below));
        }
    }
}

// Those on the wrong side last, so that none of them is hidden.
static void put_points(struct frame_of *f, const struct rec *plot, bool right)
{
    const struct rec *p = rec_first(plot, KEY_points);
    for (; p != NULL; p = p->next) {
        double x = range_share(f->x, rec_get_number(p, KEY_x)) * (double)f->columns;
        double y = (1 - range_share(f->y, rec_get_number(p, KEY_y))) * (double)f->rows;
        int64_t class = rec_get_whole(p, KEY_class);
        if (rec_get_flag(p, KEY_right) == right && x >= 0 && x < (double)f->columns && y >= 0 &&
            y < (double)f->rows && class >= 0 && class < CLASSES_MOST) {
            const struct plot_boundary_look *look = &looks[class];
            frame_put(f, (size_t)y, (size_t)x, right ? (int)look->ink : INK_ERROR,
                      f->ascii ? look->ascii_point : look->point);
        }
    }
}

// "o label -1   x label 1, where model says 1: ░"
static void draw_legend(struct text *out, const struct frame_of *f, const struct rec *plot,
                        size_t width)
{
    struct text entries[CLASSES_MOST + 1];
    size_t n = 0;
    for (const struct rec *c = rec_first(plot, KEY_classes); c != NULL && n < CLASSES_MOST;
         c = c->next, n++) {
        const struct plot_boundary_look *look = &looks[n];
        const char *region = f->ascii ? look->ascii_region : look->region;
        char number[NUMBER_TEXT];
        text_init(&entries[n]);
        ink_add(&entries[n], look->ink, f->ascii ? look->ascii_point : look->point);
        text_addf(&entries[n], " %s", number_text(number, c->number, 6));
        if (strcmp(region, " ") != 0) {
            text_add_char(&entries[n], ' ');
            ink_add(&entries[n], look->ink, region);
            ink_add(&entries[n], look->ink, region);
        }
    }
    if (n == COUNT_OF(unsure)) {
        text_init(&entries[n]);
        for (size_t k = 0; k < n; k++) {
            const char *region = f->ascii ? unsure[k].ascii_region : unsure[k].region;
            ink_add(&entries[n], looks[k].ink, region);
        }
        text_add(&entries[n++], " less sure");
    }
    plot_legend(out, entries, n, f->left, width);
    for (size_t i = 0; i < n; i++) {
        text_release(&entries[i]);
    }
}

static void add_sentence(struct text *out, const struct rec *plot)
{
    long long right = (long long)rec_get_whole(plot, KEY_right);
    long long shown = (long long)rec_get_whole(plot, KEY_shown),
              of = (long long)rec_get_whole(plot, KEY_of);
    char number[NUMBER_TEXT];
    ink_add(out, INK_NAME, rec_get_text(plot, KEY_model));
    text_addf(out, " puts %lld of %lld points into their class", right, shown);
    if (shown < of) {
        text_addf(out, " (of %lld, evenly chosen)", of);
    }
    if (rec_find(plot, KEY_threshold) != NULL) {
        text_addf(out, "; it decides at %s",
                  number_text(number, rec_get_number(plot, KEY_threshold), 6));
    } else {
        text_add(out, "; the largest of its columns decides");
    }
    text_add_char(out, '\n');
}

void plot_draw_boundary(struct text *out, const struct rec *plot, size_t width)
{
    struct frame_of f;
    frame_init(&f, plot, width, (size_t)rec_get_whole(plot, KEY_rows),
               (size_t)rec_get_whole(plot, KEY_columns));
    put_regions(&f, plot);
    put_points(&f, plot, true);
    put_points(&f, plot, false);
    frame_finish(&f, plot, out);
    draw_legend(out, &f, plot, width);
    add_sentence(out, plot);
    frame_release(&f);
}
