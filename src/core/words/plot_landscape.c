// A loss over two values, in the terminal: contours in braille, as on a map, and on them the places
// where trainings were.
#include <math.h>
#include <string.h>

#include "words/ink.h"
#include "words/plot_frame.h"
#include "words/plot_parts.h"

enum { PATHS_MOST = 6, ROWS_LEAST = 10, ROWS_MOST = 28, COLUMNS_MOST = 84 };

// The steps of a training.
static const struct step_look {
    const char *sign;
    char ascii[2];
    enum ink ink;
} looks[PATHS_MOST] = {
    {"●", "*", INK_GRAD}, {"▲", "#", INK_VALUE}, {"■", "+", INK_LOCAL},
    {"◆", "x", INK_GRAD}, {"▼", "%", INK_VALUE}, {"★", "&", INK_LOCAL},
};

// The lattice of values.
struct lattice {
    const double *values;
    size_t columns, rows;
};

static bool read_values(const struct rec *plot, struct buf *values, enum rec_key key)
{
    buf_init(values, sizeof(double));
    for (const struct rec *v = rec_first(plot, key); v != NULL; v = v->next) {
        double *at = buf_push(values, 1);
        if (at == NULL) {
            return false;
        }
        *at = v->number;
    }
    return true;
}

// Between four places of the lattice; x and y from 0 to 1 along its sides.
static double value_between(const struct lattice *l, double x, double y)
{
    double across = x * (double)(l->columns - 1), up = y * (double)(l->rows - 1);
    size_t i = (size_t)across, j = (size_t)up;
    i = i + 2 > l->columns ? l->columns - 2 : i;
    j = j + 2 > l->rows ? l->rows - 2 : j;
    double s = across - (double)i, t = up - (double)j;
    const double *v = l->values + j * l->columns + i;
    return (v[0] * (1 - s) + v[1] * s) * (1 - t) +
           (v[l->columns] * (1 - s) + v[l->columns + 1] * s) * t;
}

// How many levels a dot lies above; -1 where there is no number.
static int height_of(const struct lattice *l, const struct buf *levels, double x, double y)
{
    double v = value_between(l, x, y);
    int n = 0;
    for (size_t i = 0; i < levels->count; i++) {
        n += v >= BUF(double, levels)[i];
    }
    return isfinite(v) ? n : -1;
}

// A dot where the next one to the right or below is on another height.
static void put_contours(struct frame_of *f, const struct lattice *l, const struct buf *levels)
{
    size_t down = f->ascii ? 1 : 4, across = f->ascii ? 1 : 2;
    double width = (double)(f->columns * across), height = (double)(f->rows * down);
    for (size_t cell = 0; cell < f->rows * f->columns; cell++) {
        size_t row = cell / f->columns, column = cell % f->columns;
        unsigned bits = 0;
        for (size_t dot = 0; dot < down * across; dot++) {
            size_t i = dot / across, j = dot % across;
            double x = ((double)(column * across + j) + 0.5) / width;
            double y = 1 - ((double)(row * down + i) + 0.5) / height;
            int here = height_of(l, levels, x, y);
            int right = height_of(l, levels, fmin(x + 1 / width, 1), y);
            int below = height_of(l, levels, x, fmax(y - 1 / height, 0));
            bits |= here != right || here != below ? plot_braille_dot(i, j) : 0;
        }
        char sign[4];
        plot_braille(bits, sign);
        if (bits != 0) {
            frame_put(f, row, column, INK_MUTED, f->ascii ? "." : sign);
        }
    }
}

static void put_sign(struct frame_of *f, const struct rec *x, const struct rec *y, int ink,
                     const char *sign)
{
    double across = range_share(f->x, x->number) * (double)f->columns;
    double down = (1 - range_share(f->y, y->number)) * (double)f->rows;
    // The ends of the ranges belong to the last cells.
    across = x->number == f->x.to ? across - 0.5 : across;
    down = y->number == f->y.from ? down - 0.5 : down;
    if (across >= 0 && down >= 0 && across < (double)f->columns && down < (double)f->rows) {
        frame_put(f, (size_t)down, (size_t)across, ink, sign);
    }
}

// The steps first and the ends over them, so that none of these is hidden.
static void put_paths(struct frame_of *f, const struct rec *plot, bool ends)
{
    size_t n = 0;
    for (const struct rec *s = rec_first(plot, KEY_series); s != NULL && n < PATHS_MOST;
         s = s->next, n++) {
        const struct rec *x = rec_first(s, KEY_x), *y = rec_first(s, KEY_y);
        for (bool first = true; x != NULL && y != NULL; first = false, x = x->next, y = y->next) {
            bool last = x->next == NULL || y->next == NULL;
            if (ends && (first || last)) {
                const char *sign = last ? (f->ascii ? "@" : "◎") : f->ascii ? "o" : "○";
                put_sign(f, x, y, (int)looks[n].ink, sign);
            } else if (!ends) {
                put_sign(f, x, y, (int)looks[n].ink, f->ascii ? looks[n].ascii : looks[n].sign);
            }
        }
    }
}

static void draw_legend(struct text *out, const struct frame_of *f, const struct rec *plot,
                        size_t width)
{
    struct text entries[PATHS_MOST + 1];
    size_t n = 0;
    bool path = false;
    for (const struct rec *s = rec_first(plot, KEY_series); s != NULL && n < PATHS_MOST;
         s = s->next, n++) {
        const struct rec *x = rec_find(s, KEY_x);
        bool one = x->in.count < 2;
        const char *sign = f->ascii ? looks[n].ascii : looks[n].sign;
        text_init(&entries[n]);
        ink_add(&entries[n], looks[n].ink, one ? (f->ascii ? "@" : "◎") : sign);
        text_addf(&entries[n], " %s", rec_get_text(s, KEY_label));
        path |= !one;
    }
    if (path) {
        text_init(&entries[n]);
        text_add(&entries[n++], f->ascii ? "o start, @ end" : "○ start, ◎ end");
    }
    plot_legend(out, entries, n, f->left, width);
    for (size_t i = 0; i < n; i++) {
        text_release(&entries[i]);
    }
}

// "L has its contours at 1, 2, 5, 10"
static void add_sentence(struct text *out, const struct rec *plot)
{
    const struct rec *levels = rec_find(plot, KEY_levels);
    char number[NUMBER_TEXT];
    ink_add(out, INK_NAME, rec_get_text(plot, KEY_formula));
    text_add(out, levels->in.count == 1 ? ": the contour is at" : ": the contours are at");
    for (const struct rec *v = levels->in.first; v != NULL; v = v->next) {
        text_addf(out, "%s %s", v == levels->in.first ? "" : ",",
                  number_text(number, v->number, 6));
    }
    text_add_char(out, '\n');
}

void plot_draw_landscape(struct text *out, const struct rec *plot, size_t width)
{
    struct frame_of f;
    struct buf values, levels;
    size_t columns = width > 20 + COLUMNS_MOST ? COLUMNS_MOST : width > 40 ? width - 20 : 20;
    size_t rows = columns / 4 < ROWS_LEAST ? ROWS_LEAST : columns / 4;
    frame_init(&f, plot, width, rows < ROWS_MOST ? rows : ROWS_MOST, columns);
    bool ok = read_values(plot, &values, KEY_values);
    ok = read_values(plot, &levels, KEY_levels) && ok;
    const struct lattice l = {.values = values.data,
                              .columns = (size_t)rec_get_whole(plot, KEY_columns),
                              .rows = (size_t)rec_get_whole(plot, KEY_rows)};
    if (ok && l.columns > 1 && l.rows > 1 && values.count == l.columns * l.rows) {
        put_contours(&f, &l, &levels);
        put_paths(&f, plot, false);
        put_paths(&f, plot, true);
        frame_finish(&f, plot, out);
        draw_legend(out, &f, plot, width);
        add_sentence(out, plot);
    }
    buf_release(&values);
    buf_release(&levels);
    frame_release(&f);
}
