// A loss over two values, as commands for gnuplot.
#include <math.h>
#include <string.h>

#include "picture/plot_script.h"

// The steps of a training on a landscape.
static const int land_points[SERIES_MOST] = {7, 9, 5, 13, 11, 15};

// The lattice as a matrix, a line for each row of it.
static void add_lattice(const struct rec *plot, struct text *out)
{
    size_t columns = (size_t)rec_get_whole(plot, KEY_columns), i = 1;
    plot_script_begin_block(out, "land");
    for (const struct rec *v = rec_first(plot, KEY_values); v != NULL; v = v->next, i++) {
        plot_script_add_number(out, fabs(v->number) <= NUMBERS_MOST ? v->number : (double)NAN);
        text_add(out, i % columns == 0 ? "\n" : "");
    }
    plot_script_end_block(out);
}

// Contours, and the colours: from the paper's to a deep one, the lower the lighter.
static void add_levels(const struct rec *plot, struct text *out)
{
    const struct rec *levels = rec_find(plot, KEY_levels);
    bool dark = strcmp(plot_script_inks_of(plot)->theme, "dark") == 0,
         logs = rec_get_flag(plot, KEY_logs);
    double least = 0, most = 0;
    char a[NUMBER_TEXT], b[NUMBER_TEXT];
    for (const struct rec *v = rec_first(plot, KEY_values); v != NULL; v = v->next) {
        bool fits = fabs(v->number) <= NUMBERS_MOST;
        least = fits && (v->number < least || most == least) ? v->number : least;
        most = fits && v->number > most ? v->number : most;
    }
    if (logs) {
        double first = levels->in.first->number;
        least = fmax(least, first / 3);
        text_add(out, "set logscale cb\n");
    }
    if (levels->in.count > 0) {
        text_add(out, "set contour base\nunset surface\nset cntrparam levels discrete ");
        for (const struct rec *v = levels->in.first; v != NULL; v = v->next) {
            text_addf(out, "%s%s", v == levels->in.first ? "" : ", ", number_exact(a, v->number));
        }
        text_add(out, "\nset table $contours\nsplot ");
        plot_script_add_matrix(plot, "$land", false, out);
        text_add(out, "\nunset table\nunset contour\nset surface\n");
    }
    text_addf(out,
              "set cbrange [%s:%s]\nset format cb '%%g'\nset cbtics textcolor rgb '%s'\n"
              "set colorbox noborder\nset palette defined (0 '%s', 1 '#5A86AE')\n",
              number_exact(a, least), number_exact(b, most), plot_script_inks_of(plot)->letters,
              dark ? "#22303C" : "#FFFFFF");
}

static void add_path(const struct rec *series, struct text *out)
{
    const struct rec *x = rec_first(series, KEY_x), *y = rec_first(series, KEY_y);
    for (; x != NULL && y != NULL; x = x->next, y = y->next) {
        bool fits = fabs(x->number) <= NUMBERS_MOST && fabs(y->number) <= NUMBERS_MOST;
        if (fits) {
            plot_script_add_number(out, x->number);
            plot_script_add_number(out, y->number);
        }
        text_add_char(out, '\n');
    }
}

static size_t add_paths(const struct rec *plot, struct text *out)
{
    size_t count = 0;
    for (const struct rec *s = rec_first(plot, KEY_series); s != NULL && count < SERIES_MOST;
         s = s->next, count++) {
        char name[16] = "path0";
        name[4] = (char)('0' + count);
        plot_script_begin_block(out, name);
        add_path(s, out);
        plot_script_end_block(out);
    }
    return count;
}

void plot_landscape_script(const struct rec *plot, struct text *out)
{
    const struct plot_inks *inks = plot_script_inks_of(plot);
    plot_script_begin_block(out, "label");
    plot_script_add_label(out, rec_get_text(rec_find(plot, KEY_x), KEY_label));
    plot_script_add_label(out, rec_get_text(rec_find(plot, KEY_y), KEY_label));
    plot_script_add_label(out, rec_get_text(plot, KEY_formula));
    for (const struct rec *s = rec_first(plot, KEY_series); s != NULL; s = s->next) {
        plot_script_add_label(out, rec_get_text(s, KEY_label));
    }
    plot_script_end_block(out);
    add_lattice(plot, out);
    size_t count = add_paths(plot, out);
    add_levels(plot, out);
    plot_script_add_range(out, "x", plot_script_axis(plot, KEY_x, KEY_from),
                          plot_script_axis(plot, KEY_x, KEY_to));
    plot_script_add_range(out, "y", plot_script_axis(plot, KEY_y, KEY_from),
                          plot_script_axis(plot, KEY_y, KEY_to));
    text_addf(out,
              "set xlabel $label[1] offset 0,0.3 textcolor rgb '%s'\n"
              "set ylabel $label[2] textcolor rgb '%s'\n"
              "set cblabel $label[3] textcolor rgb '%s'\nplot ",
              inks->letters, inks->letters, inks->letters);
    plot_script_add_matrix(plot, "$land", false, out);
    text_add(out, " with image notitle");
    if (rec_count(plot, KEY_levels) > 0) {
        text_addf(out, ", $contours with lines linecolor rgb '%s' linewidth 0.7 notitle",
                  strcmp(inks->theme, "dark") == 0 ? "#9AA4AE" : "#595959");
    }
    for (size_t i = 0; i < count; i++) {
        text_addf(out,
                  ", $path%zu using 1:2 with linespoints linecolor rgb '%s' dashtype %s"
                  " linewidth 1.2 pointtype %d pointsize 0.8 title $label[%zu]"
                  ", $path%zu using 1:2 every ::0::0 with points pointtype 6 pointsize 2.6"
                  " linewidth 1.2 linecolor rgb '%s' notitle",
                  i, inks->curves[i], plot_script_strokes[i].dashes, land_points[i], i + 4, i,
                  inks->curves[i]);
    }
    text_add_char(out, '\n');
}
