#include "words/plot.h"

#include <math.h>
#include <string.h>

#include "words/ink.h"
#include "words/plot_frame.h"
#include "words/plot_parts.h"

enum { WIDTH_LEAST = 30, WIDTH_MOST = 160, ROWS_LEAST = 8, ROWS_MOST = 20 };

// Lengths of dashes and gaps in dots, drawn and not drawn in turn; 0 ends them.
static const struct style {
    int dashes[4];
    enum ink ink;
    char ascii[2];
} styles[] = {
    {{1, 0}, INK_VALUE, "*"},       {{5, 3}, INK_GRAD, "o"}, {{1, 2}, INK_LOCAL, "+"},
    {{7, 2, 1, 2}, INK_VALUE, "x"}, {{3, 2}, INK_GRAD, "#"}, {{1, 4}, INK_LOCAL, "@"},
};

// The dots of the field: a byte of braille for each cell, and the curve drawn there last.
struct plot_dots {
    struct buf bits;  // uint8_t
    struct buf of;    // uint8_t
    size_t rows, columns;
    size_t down, across;  // dots in a cell
    size_t walked;        // dots along the curve, which say where its dashes are
    size_t curve;
};

// The dots of a braille sign from its upper left, as its code numbers them.
static const uint8_t braille[4][2] = {{1, 8}, {2, 16}, {4, 32}, {64, 128}};

static bool pen_is_down(const struct plot_dots *d)
{
    const int *dashes = styles[d->curve % COUNT_OF(styles)].dashes;
    int period = 0, at;
    for (int i = 0; i < 4; i++) {
        period += dashes[i];
    }
    at = (int)(d->walked % (size_t)period);
    for (int i = 0; i < 4; i++) {
        if (at < dashes[i]) {
            return i % 2 == 0;
        }
        at -= dashes[i];
    }
    return true;
}

unsigned plot_braille_dot(size_t row, size_t column)
{
    return braille[row][column];
}

static void put_dot(struct plot_dots *d, double x, double y)
{
    if (!(x >= 0) || !(y >= 0) || x >= (double)(d->columns * d->across) ||
        y >= (double)(d->rows * d->down) || d->bits.failed || d->of.failed) {
        return;
    }
    size_t i = (size_t)x, j = (size_t)y, cell = j / d->down * d->columns + i / d->across;
    BUF(uint8_t, &d->bits)[cell] |= braille[j % d->down][i % d->across];
    BUF(uint8_t, &d->of)[cell] = (uint8_t)d->curve;
}

// A place in the field, in dots.
struct place_at {
    double x, y;
};

// From one point to the next, the first left out, both within or just beyond the field.
static void draw_line(struct plot_dots *d, struct place_at a, struct place_at b)
{
    double dx = b.x - a.x, dy = b.y - a.y;
    size_t steps = (size_t)ceil(fabs(dx) > fabs(dy) ? fabs(dx) : fabs(dy));
    // Several points may share a dot: a dash is as long as the way, not as the number of points.
    if (floor(a.x) == floor(b.x) && floor(a.y) == floor(b.y)) {
        return;
    }
    for (size_t k = 1; k <= steps; k++) {
        double t = (double)k / (double)steps;
        d->walked++;
        if (d->down == 1 || pen_is_down(d)) {
            put_dot(d, a.x + t * dx, a.y + t * dy);
        }
    }
}

// The part of a line that lies in the field's height; false if none does, or if it leaps across,
// as at a pole.
static bool clip(const struct plot_dots *d, struct place_at *a, struct place_at *b)
{
    double most = (double)(d->rows * d->down);
    bool above = a->y < 0 || b->y < 0, below = a->y >= most || b->y >= most;
    if ((a->y < 0 && b->y < 0) || (a->y >= most && b->y >= most) || (above && below)) {
        return false;
    }
    struct place_at *ends[2] = {a, b};
    for (int i = 0; i < 2; i++) {
        struct place_at *end = ends[i], other = *ends[1 - i];
        double edge = end->y < 0 ? 0 : most - 0.01;
        if (end->y < 0 || end->y >= most) {
            double t = (edge - other.y) / (end->y - other.y);
            end->x = other.x + (end->x - other.x) * (t > 0 ? t : 0);
            end->y = edge;
        }
    }
    return true;
}

static struct place_at place_of(const struct frame_of *f, const struct plot_dots *d, double x,
                                double y)
{
    double width = (double)(d->columns * d->across), height = (double)(d->rows * d->down);
    struct place_at at = {range_share(f->x, x) * width, (1 - range_share(f->y, y)) * height};
    // The ends of the ranges belong to the last dots.
    at.x = x == f->x.to ? width - 0.01 : at.x;
    at.y = y == f->y.from ? height - 0.01 : at.y;
    return at;
}

static void draw_curve(const struct frame_of *f, struct plot_dots *d, const struct rec *series)
{
    const struct rec *x = rec_first(series, KEY_x), *y = rec_first(series, KEY_y);
    struct place_at before = {0, 0};
    bool joined = false;
    for (d->walked = 0; x != NULL && y != NULL; x = x->next, y = y->next) {
        if (!isfinite(y->number)) {
            joined = false;
            continue;
        }
        struct place_at now = place_of(f, d, x->number, y->number), a = before, b = now;
        if (!joined) {
            put_dot(d, now.x, now.y);
        } else if (clip(d, &a, &b)) {
            draw_line(d, a, b);
        }
        before = now;
        joined = true;
    }
}

void plot_braille(unsigned bits, char out[4])
{
    // U+2800 + bits
    out[0] = (char)0xE2;
    out[1] = (char)(0xA0 | bits >> 6);
    out[2] = (char)(0x80 | (bits & 0x3F));
    out[3] = '\0';
}

static void put_dots(struct frame_of *f, const struct plot_dots *d)
{
    for (size_t i = 0; i < d->rows * d->columns; i++) {
        uint8_t bits = BUF(uint8_t, &d->bits)[i], of = BUF(uint8_t, &d->of)[i];
        const struct style *style = &styles[of % COUNT_OF(styles)];
        char sign[4];
        if (bits != 0) {
            plot_braille(bits, sign);
            frame_put(f, i / d->columns, i % d->columns, (int)style->ink,
                      f->ascii ? style->ascii : sign);
        }
    }
}

// A fine line where y is 0, if that lies inside.
static void put_zero(struct frame_of *f)
{
    double down = (1 - range_share(f->y, 0)) * (double)f->rows;
    size_t row = (size_t)(down > 0 ? down : 0);
    if (f->y.from < 0 && f->y.to > 0 && row < f->rows && !f->logs) {
        for (size_t i = 0; i < f->columns; i += 2) {
            frame_put(f, row, i, INK_MUTED, f->ascii ? "." : "·");
        }
    }
}

// A piece of the curve as it is drawn.
static void add_sample(struct text *out, size_t curve, bool ascii)
{
    const struct style *style = &styles[curve % COUNT_OF(styles)];
    struct plot_dots d = {.rows = 1, .columns = 1, .down = 4, .across = 2, .curve = curve};
    text_add_char(out, (char)style->ink);
    for (size_t cell = 0; cell < 4; cell++) {
        uint8_t bits = 0;
        for (size_t i = 0; i < 2; i++, d.walked++) {
            bits |= pen_is_down(&d) ? braille[1][i] : 0;
        }
        char sign[4];
        plot_braille(bits, sign);
        text_add(out, ascii ? style->ascii : sign);
    }
    text_add_char(out, INK_END);
}

void plot_legend(struct text *out, struct text *entries, size_t count, size_t left, size_t width)
{
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        size_t columns = ink_columns(text_get(&entries[i]), text_length(&entries[i]));
        bool fits = used > 0 && used + 3 + columns <= width;
        text_add(out, i == 0 ? "" : fits ? "   " : "\n");
        text_fill(out, ' ', fits ? 0 : left);
        text_add(out, text_get(&entries[i]));
        used = fits ? used + 3 + columns : left + columns;
    }
    text_add(out, count > 0 ? "\n" : "");
}

static void draw_legend(struct text *out, const struct frame_of *f, const struct rec *plot,
                        size_t width)
{
    struct text entries[COUNT_OF(styles)];
    size_t n = 0;
    for (const struct rec *s = rec_first(plot, KEY_series); s != NULL && n < COUNT_OF(entries);
         s = s->next, n++) {
        text_init(&entries[n]);
        add_sample(&entries[n], n, f->ascii);
        text_addf(&entries[n], " %s", rec_get_text(s, KEY_label));
    }
    plot_legend(out, entries, n, f->left, width);
    for (size_t i = 0; i < n; i++) {
        text_release(&entries[i]);
    }
}

static void draw_curves(struct text *out, const struct rec *plot, size_t width)
{
    struct frame_of f;
    size_t rows = width / 5 < ROWS_LEAST ? ROWS_LEAST : width / 5;
    rows = rows < ROWS_MOST ? rows : ROWS_MOST;
    frame_init(&f, plot, width, rows, width);
    struct plot_dots d = {
        .rows = f.rows, .columns = f.columns, .down = f.ascii ? 1 : 4, .across = f.ascii ? 1 : 2};
    buf_init(&d.bits, 1);
    buf_init(&d.of, 1);
    if (buf_resize(&d.bits, f.rows * f.columns) && buf_resize(&d.of, f.rows * f.columns)) {
        put_zero(&f);
        for (const struct rec *s = rec_first(plot, KEY_series); s != NULL; s = s->next) {
            draw_curve(&f, &d, s);
            d.curve++;
        }
        put_dots(&f, &d);
        frame_axes(&f, plot);
        frame_write(&f, out);
        draw_legend(out, &f, plot, width);
    }
    buf_release(&d.bits);
    buf_release(&d.of);
    frame_release(&f);
}

void plot_draw(struct text *out, const struct rec *plot, size_t width)
{
    width = width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : width;
    if (strcmp(rec_get_text(plot, KEY_form), "boundary") == 0) {
        plot_draw_boundary(out, plot, width);
    } else if (strcmp(rec_get_text(plot, KEY_form), "landscape") == 0) {
        plot_draw_landscape(out, plot, width);
    } else {
        draw_curves(out, plot, width);
    }
}
