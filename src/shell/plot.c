#include "shell/plot.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <sys/wait.h>

#include "shell/child.h"
#include "shell/files.h"

#define GNUPLOT "gnuplot"

enum { SECONDS = 20, MEMORY = 1 << 30, SERIES_MOST = 6 };

// gnuplot takes larger numbers for none.
#define NUMBERS_MOST 1e300

static const struct span nowhere = {0, 0};

// Sizes are such that a picture fills a slide and its letters are read from the last row.
static const struct terminal {
    const char *format, *command;
} terminals[] = {
    {"png",
     "pngcairo noenhanced size 1600,1000 font 'DejaVu Sans,24' linewidth 3 background 'white'"},
    {"svg", "svg noenhanced size 960,600 font 'DejaVu Sans,15' linewidth 2 background 'white'"},
    {"pdf", "pdfcairo noenhanced size 20cm,12.5cm font 'DejaVu Sans,13' linewidth 3"},
};

// Colours that most colour-blind people tell apart (Okabe and Ito), dashes that show in grey, and
// signs for points that do.
static const struct look {
    const char *colour, *dashes;
    int point;
    unsigned char tint[3];  // of the region of a class
} looks[SERIES_MOST] = {
    {"#0072B2", "1", 7, {196, 222, 238}},      {"#D55E00", "(12,6)", 9, {253, 228, 208}},
    {"#009E73", "(2,5)", 5, {204, 238, 226}},  {"#CC79A7", "(12,4,2,4)", 13, {246, 226, 238}},
    {"#E69F00", "(6,3)", 11, {252, 243, 214}}, {"#303030", "(2,8)", 15, {226, 243, 253}},
};

// ---- Data ---------------------------------------------------------------------------------------

// A block of lines ends with a line that no line of ours can be: each of ours begins with a blank.
#define END_OF_BLOCK "backstep_end"

static void begin_block(struct text *out, const char *name)
{
    text_addf(out, "$%s << " END_OF_BLOCK "\n", name);
}

static void end_block(struct text *out)
{
    text_add(out, END_OF_BLOCK "\n");
}

static void add_number(struct text *out, double v)
{
    char number[NUMBER_TEXT];
    text_addf(out, " %s", isfinite(v) ? number_exact(number, v) : "nan");
}

// A line of text, to be read as a string; without what would end the line.
static void add_label(struct text *out, const char *s)
{
    text_add_char(out, ' ');
    text_add_visible(out, s, strlen(s));
    text_add_char(out, '\n');
}

static double axis(const struct rec *plot, const char *name, const char *end)
{
    return rec_get_number(rec_find(plot, name), end);
}

// The points of a curve; a blank line where it does not go on: at what is no number, and where a
// pole throws it from one side of the picture to the other.
static void add_curve(struct text *out, const struct rec *series, double low, double high)
{
    const struct rec *x = rec_find(series, "x")->in.first, *y = rec_find(series, "y")->in.first;
    double before = 0;
    for (; x != NULL && y != NULL; before = y->number, x = x->next, y = y->next) {
        bool leaps = (before < low && y->number > high) || (before > high && y->number < low);
        text_add(out, leaps || !isfinite(y->number) ? "\n" : "");
        if (isfinite(y->number)) {
            // Far outside all places are one; gnuplot's own arithmetic need not meet them.
            double most = 10 * (high / 2 - low / 2);
            double v = y->number > high + most ? high + most : y->number;
            add_number(out, x->number);
            add_number(out, v < low - most ? low - most : v);
            text_add_char(out, '\n');
        }
    }
}

// ---- Commands -----------------------------------------------------------------------------------

static void add_range(struct text *out, const char *name, double from, double to)
{
    text_addf(out, "set %srange [", name);
    add_number(out, from);
    text_add(out, " :");
    add_number(out, to);
    text_add(out, " ]\n");
}

static void add_terminal(struct text *out, const char *format)
{
    for (size_t i = 0; i < COUNT_OF(terminals); i++) {
        if (strcmp(terminals[i].format, format) == 0) {
            text_addf(out, "set terminal %s\n", terminals[i].command);
        }
    }
    text_add(out, "set encoding utf8\n"
                  "set border 3 linecolor rgb '#404040' linewidth 0.7\n"
                  "set tics nomirror out\n"
                  "set key bmargin center horizontal Left reverse samplen 4 spacing 1.3\n");
}

static void curves_script(const struct rec *plot, struct text *out)
{
    double low = axis(plot, "y", "from"), high = axis(plot, "y", "to");
    double room = (high / 2 - low / 2) * 0.08;
    const struct rec *series = rec_find(plot, "series")->in.first;
    size_t count = 0;
    begin_block(out, "label");
    add_label(out, rec_get_text(rec_find(plot, "x"), "label"));
    for (const struct rec *s = series; s != NULL; s = s->next) {
        add_label(out, rec_get_text(s, "label"));
    }
    end_block(out);
    for (const struct rec *s = series; s != NULL && count < SERIES_MOST; s = s->next, count++) {
        char name[16] = "curve0";
        name[5] = (char)('0' + count);
        begin_block(out, name);
        add_curve(out, s, low, high);
        end_block(out);
    }
    add_range(out, "x", axis(plot, "x", "from"), axis(plot, "x", "to"));
    add_range(out, "y", low - room, high + room);
    const struct rec *x = rec_find(plot, "x");
    bool few = axis(plot, "x", "to") - axis(plot, "x", "from") < 8;
    text_add(out, rec_get_flag(x, "whole") && few ? "set xtics 1\n" : "");
    text_add(out, "set xlabel $label[1] offset 0,0.3\n"
                  "set grid linecolor rgb '#E4E4E4' linewidth 0.5 dashtype 1\n"
                  "set xzeroaxis linecolor rgb '#909090' linewidth 0.7\n"
                  "plot ");
    for (size_t i = 0; i < count; i++) {
        text_addf(
            out,
            "%s$curve%zu using 1:2 with lines linecolor rgb '%s' dashtype %s title $label[%zu]",
            i == 0 ? "" : ", ", i, looks[i].colour, looks[i].dashes, i + 2);
    }
    text_add_char(out, '\n');
}

void plot_script(const struct rec *plot, const char *format, struct text *out)
{
    add_terminal(out, format);
    curves_script(plot, out);
}

// ---- What came of it ----------------------------------------------------------------------------

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
    static const char *const axes[] = {"x", "y"}, *const ends[] = {"from", "to"};
    for (int i = 0; i < 4; i++) {
        if (fabs(axis(plot, axes[i / 2], ends[i % 2])) > NUMBERS_MOST) {
            return true;
        }
    }
    return false;
}

static bool draw(const struct rec *plot, const char *format, const volatile int *stop,
                 struct buf *bytes, struct diag *d)
{
    static const char *const argv[] = {GNUPLOT, "-d", NULL};
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

bool plot_write(const struct rec *plot, const char *path, const char *format,
                const volatile int *stop, struct diag *d)
{
    struct buf bytes;
    if (too_large(plot)) {
        diag_set(d, nowhere, "these numbers are too large to be drawn into a file");
        return diag_hint(d, "choose a smaller range");
    }
    buf_init(&bytes, 1);
    bool ok = draw(plot, format, stop, &bytes, d) && files_write(path, bytes.data, bytes.count, d);
    buf_release(&bytes);
    return ok;
}
