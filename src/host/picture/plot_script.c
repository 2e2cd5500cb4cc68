#include "picture/plot.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "picture/plot_script.h"
#include "words/ticks.h"

static const struct plot_terminal {
    const char *format, *name;
    const char *unit;      // of its sizes
    double width, height;  // unless told
    double inch;           // units in an inch
    double letters, line;  // sizes unless told: points, and a line's width
    double point;          // what letters of a point are called here
} terminals[] = {
    {"png", "pngcairo", "", 1600, 1000, 144, 24, 3, 2},
    {"svg", "svg", "", 960, 600, 96, 15, 2, 96.0 / 72},
    {"pdf", "pdfcairo", "cm", 20, 12.5, 2.54, 13, 3, 1},
};

// The inks of a picture.
static const struct plot_inks themes[] = {
    {"light",
     "#FFFFFF",
     "#000000",
     "#404040",
     "#E4E4E4",
     "#909090",
     {"#A63C00", "#6A2C70", "#00548A", "#1A1A1A", "#A63C00", "#00548A"}},
    {"dark",
     "#1B1F24",
     "#E6E6E6",
     "#B0B0B0",
     "#33383F",
     "#7A8088",
     {"#FFB070", "#E0A8E8", "#7CC4F5", "#F2F2F2", "#FFB070", "#7CC4F5"}},
};

// Curves are told apart in grey too: by their dashes, from the fourth on also by signs on them.
const struct plot_stroke plot_script_strokes[SERIES_MOST] = {
    {"1", 0}, {"(12,6)", 0}, {"(3,4)", 0}, {"(12,4,3,4)", 7}, {"1", 4}, {"(12,6)", 8},
};

// Of the classes: colours that most colour-blind people tell apart (Okabe and Ito), and signs for
// points.
static const struct plot_script_look {
    const char *colour;
    int point;
    unsigned char tint[3];  // of the region of a class
} looks[SERIES_MOST] = {
    {"#0072B2", 7, {150, 197, 228}},  {"#D55E00", 9, {250, 190, 140}},
    {"#009E73", 5, {150, 218, 196}},  {"#CC79A7", 13, {232, 188, 214}},
    {"#E69F00", 11, {247, 224, 150}}, {"#303030", 15, {190, 190, 190}},
};

const struct plot_inks *plot_script_inks_of(const struct rec *plot)
{
    return &themes[strcmp(rec_get_text(plot, KEY_theme), "dark") == 0];
}

// ---- Data ---------------------------------------------------------------------------------------

// A block of lines ends with a line that no line of ours can be: each of ours begins with a blank.
#define END_OF_BLOCK "backstep_end"

void plot_script_begin_block(struct text *out, const char *name)
{
    text_addf(out, "$%s << " END_OF_BLOCK "\n", name);
}

void plot_script_end_block(struct text *out)
{
    text_add(out, END_OF_BLOCK "\n");
}

void plot_script_add_number(struct text *out, double v)
{
    char number[NUMBER_TEXT];
    text_addf(out, " %s", isfinite(v) ? number_exact(number, v) : "nan");
}

// A line of text, to be read as a string; without what would end the line.
void plot_script_add_label(struct text *out, const char *s)
{
    text_add_char(out, ' ');
    text_add_visible(out, s, strlen(s));
    text_add_char(out, '\n');
}

double plot_script_axis(const struct rec *plot, enum rec_key name, enum rec_key end)
{
    return rec_get_number(rec_find(plot, name), end);
}

// The points of a curve; a blank line where it does not go on: at what is not a number, and where a
// pole throws it from one side of the picture to the other.
static void add_curve(struct text *out, const struct rec *series, double low, double high,
                      bool logs)
{
    const struct rec *x = rec_first(series, KEY_x), *y = rec_first(series, KEY_y);
    double before = 0;
    for (; x != NULL && y != NULL; before = y->number, x = x->next, y = y->next) {
        bool leaps = (before < low && y->number > high) || (before > high && y->number < low);
        text_add(out, leaps || !isfinite(y->number) ? "\n" : "");
        if (isfinite(y->number)) {
            // Far outside all places are one; gnuplot's own arithmetic need not meet them.
            double most = 10 * (high / 2 - low / 2);
            double v = y->number > high + most ? high + most : y->number;
            plot_script_add_number(out, x->number);
            v = v < low - most ? low - most : v;
            plot_script_add_number(out, logs ? pow(10, v) : v);
            text_add_char(out, '\n');
        }
    }
}

// ---- Commands -----------------------------------------------------------------------------------

void plot_script_add_range(struct text *out, const char *name, double from, double to)
{
    text_addf(out, "set %srange [", name);
    plot_script_add_number(out, from);
    text_add(out, " :");
    plot_script_add_number(out, to);
    text_add(out, " ]\n");
}

// As large as was told, its letters as large as that calls for, else so that it fills a slide and
// is read from the last row.
static void add_terminal(struct text *out, const struct rec *plot, const char *format)
{
    const struct plot_inks *inks = plot_script_inks_of(plot);
    const struct plot_terminal *t = &terminals[0];
    for (size_t i = 0; i < COUNT_OF(terminals); i++) {
        t = strcmp(terminals[i].format, format) == 0 ? &terminals[i] : t;
    }
    double width = rec_get_number(plot, KEY_size_width) * t->inch;
    double height = rec_get_number(plot, KEY_size_height) * t->inch;
    bool sized = rec_find(plot, KEY_size_width) != NULL;
    double letters = sized ? rec_get_number(plot, KEY_letters) * t->point : t->letters;
    char a[NUMBER_TEXT], b[NUMBER_TEXT];
    width = sized ? width : t->width;
    height = sized ? height : t->height;
    bool dots = t->unit[0] == '\0';
    text_addf(out, "set terminal %s noenhanced size %s%s,%s%s", t->name,
              number_text(a, dots ? fmax(1, round(width)) : width, 9), t->unit,
              number_text(b, dots ? fmax(1, round(height)) : height, 9), t->unit);
    text_addf(out, " font 'DejaVu Sans,%s' linewidth %s background '%s'\n",
              number_text(a, letters, 4), number_text(b, t->line * letters / t->letters, 4),
              inks->paper);
    text_addf(out,
              "set encoding utf8\n"
              "set border 3 linecolor rgb '%s' linewidth 0.7\n"
              "set tics nomirror out textcolor rgb '%s'\n"
              "set key bmargin center horizontal Left reverse samplen 4 spacing 1.3"
              " textcolor rgb '%s'\n",
              inks->axes, inks->letters, inks->letters);
    if (*rec_get_text(plot, KEY_title) != '\0') {
        plot_script_begin_block(out, "title");
        plot_script_add_label(out, rec_get_text(plot, KEY_title));
        plot_script_end_block(out);
        text_addf(out, "set title $title[1] textcolor rgb '%s'\n", inks->letters);
    }
}

// The numbers along y are logarithms: gnuplot is given what they are of, and its own axis.
static void add_axis_y(const struct rec *plot, double low, double high, struct text *out)
{
    double room = (high / 2 - low / 2) * 0.08;
    if (!rec_get_flag(rec_find(plot, KEY_y), KEY_logs)) {
        plot_script_add_range(out, "y", low - room, high + room);
        return;
    }
    plot_script_add_range(out, "y", pow(10, low - room), pow(10, high + room));
    text_add(out, "set logscale y\nset format y '%g'\n");
    if (high - low < 2) {
        // Its own ticks are powers of ten, of which here are too few.
        struct tick ticks[TICKS_MOST];
        size_t n = ticks_choose_logs(low - room, high + room, 8, ticks);
        for (size_t i = 0; i < n; i++) {
            char at[NUMBER_TEXT];
            text_addf(out, "%s'%s' %s", i == 0 ? "set ytics (" : ", ", ticks[i].text,
                      number_exact(at, pow(10, ticks[i].at)));
        }
        text_add(out, n > 0 ? ")\n" : "");
    }
}

static void add_strokes(const struct rec *plot, size_t count, struct text *out)
{
    const struct plot_inks *inks = plot_script_inks_of(plot);
    text_add(out, "plot ");
    for (size_t i = 0; i < count; i++) {
        const struct plot_stroke *s = &plot_script_strokes[i];
        text_addf(out, "%s$curve%zu using 1:2 with %s linecolor rgb '%s' dashtype %s linewidth 1.7",
                  i == 0 ? "" : ", ", i, s->point > 0 ? "linespoints" : "lines", inks->curves[i],
                  s->dashes);
        if (s->point > 0) {
            text_addf(out, " pointtype %d pointsize 1.1 pointnumber 9", s->point);
        }
        text_addf(out, " title $label[%zu]", i + 2);
    }
    text_add_char(out, '\n');
}

static void curves_script(const struct rec *plot, struct text *out)
{
    double low = plot_script_axis(plot, KEY_y, KEY_from),
           high = plot_script_axis(plot, KEY_y, KEY_to);
    const struct plot_inks *inks = plot_script_inks_of(plot);
    const struct rec *series = rec_first(plot, KEY_series);
    size_t count = 0;
    plot_script_begin_block(out, "label");
    plot_script_add_label(out, rec_get_text(rec_find(plot, KEY_x), KEY_label));
    for (const struct rec *s = series; s != NULL; s = s->next) {
        plot_script_add_label(out, rec_get_text(s, KEY_label));
    }
    plot_script_end_block(out);
    for (const struct rec *s = series; s != NULL && count < SERIES_MOST; s = s->next, count++) {
        char name[16] = "curve0";
        name[5] = (char)('0' + count);
        plot_script_begin_block(out, name);
        add_curve(out, s, low, high, rec_get_flag(rec_find(plot, KEY_y), KEY_logs));
        plot_script_end_block(out);
    }
    plot_script_add_range(out, "x", plot_script_axis(plot, KEY_x, KEY_from),
                          plot_script_axis(plot, KEY_x, KEY_to));
    add_axis_y(plot, low, high, out);
    const struct rec *x = rec_find(plot, KEY_x);
    bool few = plot_script_axis(plot, KEY_x, KEY_to) - plot_script_axis(plot, KEY_x, KEY_from) < 8;
    text_add(out, rec_get_flag(x, KEY_whole) && few ? "set xtics 1\n" : "");
    text_addf(out,
              "set xlabel $label[1] offset 0,0.3 textcolor rgb '%s'\n"
              "set grid linecolor rgb '%s' linewidth 0.5 dashtype 1\n",
              inks->letters, inks->grid);
    if (!rec_get_flag(rec_find(plot, KEY_y), KEY_logs)) {
        text_addf(out, "set xzeroaxis linecolor rgb '%s' linewidth 0.7\n", inks->line);
    }
    add_strokes(plot, count, out);
}

// ---- A decision boundary ------------------------------------------------------------------------

// The grid as a matrix, a line for each row of it (many short lines take gnuplot long): how far
// inside the region of a class each cell is, below 0 outside.
static void add_grid(const struct rec *plot, int64_t of, const char *name, struct text *out)
{
    size_t columns = (size_t)rec_get_whole(plot, KEY_columns), i = 1;
    const struct rec *class = rec_first(plot, KEY_class);
    const struct rec *margin = rec_first(plot, KEY_margin);
    plot_script_begin_block(out, name);
    for (; class != NULL && margin != NULL; class = class->next, margin = margin->next, i++) {
        char number[NUMBER_TEXT];
        double inside = fmin(margin->number, NUMBERS_MOST),
               v = class->whole == of ? inside : -inside;
        text_addf(out, " %s", class->whole < 0 ? "nan" : number_text(number, v, 7));
        text_add(out, i % columns == 0 ? "\n" : "");
    }
    plot_script_end_block(out);
}

// From a column's or a row's number to its place, " (from + step*$1)", or to the middle of its
// cell, " (from + width*($1 + 0.5))".
static void add_place(const struct rec *plot, enum rec_key name, enum rec_key count, int column,
                      bool middle, struct text *out)
{
    double n = (double)(rec_get_whole(plot, count) - !middle),
           from = plot_script_axis(plot, name, KEY_from);
    char first[NUMBER_TEXT], step[NUMBER_TEXT];
    text_addf(out, middle ? "(%s + %s*($%d + 0.5))" : "(%s + %s*$%d)", number_exact(first, from),
              number_exact(step, plot_script_axis(plot, name, KEY_to) / n - from / n), column);
}

void plot_script_add_matrix(const struct rec *plot, const char *block, bool middle,
                            struct text *out)
{
    text_addf(out, "%s matrix using ", block);
    add_place(plot, KEY_x, KEY_columns, 1, middle, out);
    text_add(out, ":");
    add_place(plot, KEY_y, KEY_rows, 2, middle, out);
    text_add(out, ":3");
}

static void add_points(const struct rec *plot, int64_t class, bool right, const char *name,
                       struct text *out)
{
    plot_script_begin_block(out, name);
    for (const struct rec *p = rec_first(plot, KEY_points); p != NULL; p = p->next) {
        if (right ? rec_get_whole(p, KEY_class) == class : !rec_get_flag(p, KEY_right)) {
            plot_script_add_number(out, rec_get_number(p, KEY_x));
            plot_script_add_number(out, rec_get_number(p, KEY_y));
            text_add_char(out, '\n');
        }
    }
    plot_script_end_block(out);
}

// The line around each region, where its class is neither gaining nor losing.
static void add_contours(const struct rec *plot, size_t classes, struct text *out)
{
    text_add(out, "set contour base\nunset surface\nset cntrparam levels discrete 0\n");
    for (size_t k = 0; k < classes; k++) {
        char name[16] = "inside0";
        name[6] = (char)('0' + k);
        add_grid(plot, (int64_t)k, name, out);
        text_addf(out, "set table $line%zu\nsplot $", k);
        plot_script_add_matrix(plot, name, true, out);
        text_add(out, "\nunset table\n");
    }
    text_add(out, "unset contour\nset surface\n");
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

// The margin from which on a model counts as sure: a tenth of the plane is beyond it.
static double sure_margin(const struct rec *plot)
{
    struct buf margins;
    buf_init(&margins, sizeof(double));
    const struct rec *class = rec_first(plot, KEY_class);
    const struct rec *margin = rec_first(plot, KEY_margin);
    for (; class != NULL && margin != NULL; class = class->next, margin = margin->next) {
        double *at = class->whole >= 0 ? buf_push(&margins, 1) : NULL;
        if (at != NULL) {
            *at = fmin(margin->number, NUMBERS_MOST);
        }
    }
    double sure = 0;
    if (margins.count > 0) {
        qsort(margins.data, margins.count, sizeof(double), by_size);
        sure = BUF(double, &margins)[margins.count * 9 / 10];
    }
    buf_release(&margins);
    return sure > 0 ? sure : 1;
}

// The class of each cell, and behind the point how sure the model is there: 0.05 at the boundary,
// 0.95 at most, so that rounding leads to no other class's colour.
static bool add_confidence(const struct rec *plot, struct text *out)
{
    size_t columns = (size_t)rec_get_whole(plot, KEY_columns), i = 1;
    const struct rec *class = rec_first(plot, KEY_class);
    const struct rec *margin = rec_first(plot, KEY_margin);
    double sure = sure_margin(plot);
    bool any = false;
    plot_script_begin_block(out, "grid");
    for (; class != NULL && margin != NULL; class = class->next, margin = margin->next, i++) {
        char number[NUMBER_TEXT];
        double v = (double)class->whole + 0.05 + 0.9 * fmin(margin->number / sure, 1);
        text_addf(out, " %s", class->whole < 0 ? "nan" : number_text(number, v, 6));
        text_add(out, i % columns == 0 ? "\n" : "");
        any |= class->whole >= 0;
    }
    plot_script_end_block(out);
    return any;
}

// A colour for each class: pale at the boundary, its own where the model is sure. Pale is not
// white, so that a region can be seen whose scores differ by powers of ten.
static void add_palette(const struct rec *plot, size_t classes, struct text *out)
{
    unsigned paper = strcmp(plot_script_inks_of(plot)->theme, "dark") == 0 ? 200 : 255;
    text_addf(out, "unset colorbox\nset cbrange [0:%zu]\nset palette defined (", classes);
    for (size_t k = 0; k < classes; k++) {
        char own[8], pale[8];
        const unsigned char *tint = looks[k].tint;
        snprintf(own, sizeof own, "#%02X%02X%02X", tint[0], tint[1], tint[2]);
        snprintf(pale, sizeof pale, "#%02X%02X%02X", (tint[0] + 3 * paper) / 4 & 255,
                 (tint[1] + 3 * paper) / 4 & 255, (tint[2] + 3 * paper) / 4 & 255);
        text_addf(out, "%s%zu '%s', %zu.05 '%s', %zu.95 '%s', %zu.99 '%s'", k == 0 ? "" : ", ", k,
                  pale, k, pale, k, own, k, own);
    }
    text_add(out, ")\nset palette maxcolors 0\n");
}

static void boundary_script(const struct rec *plot, struct text *out)
{
    const struct rec *labels = rec_find(plot, KEY_classes);
    size_t classes = labels->in.count < SERIES_MOST ? labels->in.count : SERIES_MOST;
    bool wrong = rec_get_whole(plot, KEY_right) < rec_get_whole(plot, KEY_shown);
    char number[NUMBER_TEXT], name[16] = "points0";
    plot_script_begin_block(out, "label");
    plot_script_add_label(out, rec_get_text(rec_find(plot, KEY_x), KEY_label));
    plot_script_add_label(out, rec_get_text(rec_find(plot, KEY_y), KEY_label));
    plot_script_add_label(out, rec_get_text(plot, KEY_model));
    for (const struct rec *c = labels->in.first; c != NULL; c = c->next) {
        plot_script_add_label(out, number_text(number, c->number, 6));
    }
    plot_script_end_block(out);
    bool any = add_confidence(plot, out);
    for (size_t k = 0; k < classes; k++) {
        name[6] = (char)('0' + k);
        add_points(plot, (int64_t)k, true, name, out);
    }
    add_points(plot, 0, false, "wrong", out);
    // Of two classes the one's line is the other's.
    size_t lines = !any ? 0 : classes == 2 ? 1 : classes;
    add_contours(plot, lines, out);
    add_palette(plot, classes, out);
    plot_script_add_range(out, "x", plot_script_axis(plot, KEY_x, KEY_from),
                          plot_script_axis(plot, KEY_x, KEY_to));
    plot_script_add_range(out, "y", plot_script_axis(plot, KEY_y, KEY_from),
                          plot_script_axis(plot, KEY_y, KEY_to));
    text_addf(out,
              "set xlabel $label[1] offset 0,0.3 textcolor rgb '%s'\n"
              "set ylabel $label[2] textcolor rgb '%s'\nplot ",
              plot_script_inks_of(plot)->letters, plot_script_inks_of(plot)->letters);
    plot_script_add_matrix(plot, "$grid", true, out);
    text_add(out, " with image notitle");
    for (size_t k = 0; k < lines; k++) {
        text_addf(out, ", $line%zu with lines linecolor rgb '#303030' linewidth 0.9 notitle", k);
    }
    for (size_t k = 0; k < classes; k++) {
        text_addf(
            out,
            ", $points%zu with points pointtype %d pointsize 1.7 linecolor rgb 'white' notitle"
            ", $points%zu with points pointtype %d pointsize 1.3 linecolor rgb '%s'"
            " title 'class'.$label[%zu]",
            k, looks[k].point, k, looks[k].point, looks[k].colour, k + 4);
    }
    text_add(out, wrong ? ", $wrong with points pointtype 6 pointsize 2.6 linecolor rgb '#101010'"
                          " title 'in another class'\n"
                        : "\n");
}

// -------------------------------------------------------------------------------------------------

void plot_script(const struct rec *plot, const char *format, struct text *out)
{
    add_terminal(out, plot, format);
    if (strcmp(rec_get_text(plot, KEY_form), "boundary") == 0) {
        boundary_script(plot, out);
    } else if (strcmp(rec_get_text(plot, KEY_form), "landscape") == 0) {
        plot_landscape_script(plot, out);
    } else {
        curves_script(plot, out);
    }
}
