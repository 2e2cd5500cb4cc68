#include <math.h>
#include <string.h>

#include "words/ink.h"
#include "words/plot_frame.h"
#include "words/plot_parts.h"

enum { CLASSES_MOST = 6 };

// How a class looks: its region, and the points that have its label.
static const struct plot_boundary_look {
    const char *region, *point;
    char ascii_region[2], ascii_point[2];
    enum ink ink;
} looks[CLASSES_MOST] = {
    {" ", "o", " ", "o", INK_VALUE}, {"░", "x", ":", "x", INK_GRAD},
    {"▒", "+", "%", "+", INK_LOCAL}, {"·", "*", ".", "*", INK_VALUE},
    {"▓", "#", "=", "#", INK_GRAD},  {"˙", "@", "'", "@", INK_LOCAL},
};

// The region of the first class is left empty; where the model gives no number stands a ?.
static void put_regions(struct frame_of *f, const struct rec *plot)
{
    size_t columns = (size_t)rec_get_whole(plot, KEY_columns), i = 0;
    size_t rows = (size_t)rec_get_whole(plot, KEY_rows);
    const struct rec *class = rec_find(plot, KEY_class)->in.first;
    for (; class != NULL && i < rows * columns; class = class->next, i++) {
        size_t row = rows - 1 - i / columns, column = i % columns;
        bool inside = row < f->rows && column < f->columns;
        if (inside && class->whole < 0) {
            frame_put(f, row, column, INK_ERROR, "?");
        } else if (inside && class->whole > 0 && class->whole < CLASSES_MOST) {
            const struct plot_boundary_look *look = &looks[class->whole];
            frame_put(f, row, column, (int)look->ink, f->ascii ? look->ascii_region : look->region);
        }
    }
}

// Those on the wrong side last, so that none of them is hidden.
static void put_points(struct frame_of *f, const struct rec *plot, bool right)
{
    const struct rec *p = rec_find(plot, KEY_points)->in.first;
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
    struct text entries[CLASSES_MOST];
    size_t n = 0;
    for (const struct rec *c = rec_find(plot, KEY_classes)->in.first; c != NULL && n < CLASSES_MOST;
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
    frame_axes(&f, plot);
    text_fill(out, ' ', f.left - 1);
    ink_add(out, INK_NAME, rec_get_text(rec_find(plot, KEY_y), KEY_label));
    text_add_char(out, '\n');
    frame_write(&f, out);
    draw_legend(out, &f, plot, width);
    add_sentence(out, plot);
    frame_release(&f);
}
