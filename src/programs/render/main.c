// backstep-render: lays out DOT with Graphviz and draws it. The only user of libgvc.
//
//     backstep-render FORMAT [DPI PIXELS]  <graph.dot  >picture
//
// FORMAT "pages" makes a PDF with a page for each graph of the input, "plain" tells the positions of each.
//
// Where the first graph has an attribute `trial`, the input is several graphs, ways to draw the
// same thing, of which the best is drawn. Their attribute is
//
//     trial="NUMBER WORTH BOUND WIDTH HEIGHT GOAL FLOOR"
//
// which it is, the worth of the graph beside its letters, its worth at most (graphs come in
// descending order of it), and the area that the picture is to fit with the size of letters that is
// aimed at, all in points (scene/fit.h). Before the picture, which fits the area, comes a line
//
//     NUMBER LETTERS LAYOUTS WIDTH HEIGHT
//
// with the number of the graph that was drawn, the size of its smallest letters, how many layouts
// were tried, and how large the picture is. FORMAT "none" writes that line alone.
//
// FORMAT is one that Graphviz knows: png, svg, pdf, or plain and json0 for positions. With DPI and
// PIXELS a picture of bitmaps has that many dots an inch and is scaled down where it would be wider
// or higher than PIXELS. What the graph itself says (dpi, size) comes first.
//
// It is a program of its own because a layout can take for ever, take all memory, and leaks what it
// takes: whoever starts it waits as long as they like and kills it. It bounds its own memory, and
// its time too as a last resort, in case nobody is left to do so.
//
// Nothing on standard output counts unless the exit status is 0. Otherwise it is one of `enum
// status`, and the last line on standard error is a sentence for the learner.
#include <cgraph.h>
#include <dlfcn.h>
#include <glob.h>
#include <gvc.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/mem.h"
#include "render/pages.h"
#include "render/png.h"
#include "scene/worth.h"

enum status {
    DONE = 0,
    USAGE = 2,
    NO_GRAPH = 3,   // the input is not DOT
    NO_LAYOUT = 4,  // Graphviz has no dot layout here, or it failed
    NO_FORMAT = 5,  // Graphviz cannot write this format here
    NO_OUTPUT = 6,  // standard output cannot be written
};

enum { MEMORY_MOST = 1500 << 20, SECONDS_MOST = 600 };

__attribute__((format(printf, 2, 3))) static enum status fail(enum status status,
                                                              const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return status;
}

static void bound(unsigned resource, rlim_t most)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) == 0 &&
        (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > most)) {
        limit.rlim_cur = most;
        setrlimit(resource, &limit);
    }
}

static void bound_all(void)
{
#ifndef MEM_UNBOUNDED
    bound(RLIMIT_AS, MEMORY_MOST);
#endif
    bound(RLIMIT_CPU, SECONDS_MOST);
    bound(RLIMIT_CORE, 0);
}

// Sets a graph's attribute, but keeps what the graph itself says. (cgraph changes no string that it
// is given, but does not promise so.)
static void set_default(Agraph_t *g, const char *name, const char *value)
{
    if (agattr(g, AGRAPH, (char *)name, NULL) == NULL) {
        agattr(g, AGRAPH, (char *)name, (char *)value);
    }
}

// Of a picture of bitmaps: dots an inch (NULL if it is not one), and how many it may be wide or
// high.
struct render_dots {
    const char *dpi;
    double most;
};

static void prepare(Agraph_t *g, const struct render_dots *dots)
{
    // Without these bounds dot takes over a minute for a sum of 150 terms.
    set_default(g, "nslimit", "1");
    set_default(g, "nslimit1", "1");
    set_default(g, "newrank", "true");
    if (dots->dpi != NULL) {
        char size[64];
        set_default(g, "dpi", dots->dpi);
        double inches = floor(100 * dots->most / strtod(agget(g, (char *)"dpi"), NULL)) / 100;
        snprintf(size, sizeof size, "%.2f,%.2f", inches, inches);
        set_default(g, "size", size);
    }
}

static double number_of(Agraph_t *g, const char *name)
{
    const char *text = agget(g, (char *)name);
    return text == NULL ? 0 : strtod(text, NULL);
}

// Points of a whole number of dots.
static double whole_dots(double points, double dpi)
{
    return ceil(points * dpi / 72 - 0.001) * 72 / dpi;
}

// How large the picture will be, in points.
static void drawn_size(Agraph_t *g, double *width, double *height)
{
    double pad = 2 * 72 * number_of(g, "pad"), wide = 0, high = 0, scale = 1;
    double across = GD_bb(g).UR.x - GD_bb(g).LL.x + pad;
    double down = GD_bb(g).UR.y - GD_bb(g).LL.y + pad;
    const char *size = agget(g, (char *)"size");
    if (size != NULL && sscanf(size, "%lf,%lf", &wide, &high) == 2 && wide > 0 && high > 0) {
        scale = fmin(72 * wide / across, 72 * high / down);
        scale = strchr(size, '!') == NULL ? fmin(scale, 1) : scale;
    }
    *width = scale * across;
    *height = scale * down;
}

// A picture of bitmaps whose page is not a whole number of dots has a last column and row that
// one sees through. So the page is as large as the drawing, in the size that it is to have, and up
// to a dot more.
static void set_viewport(Agraph_t *g)
{
    double dpi = number_of(g, "dpi"), width, height;
    drawn_size(g, &width, &height);
    if (dpi > 0 && width > 0 && height > 0) {
        char viewport[80];
        snprintf(viewport, sizeof viewport, "%.6f,%.6f", whole_dots(width, dpi),
                 whole_dots(height, dpi));
        agattr(g, AGRAPH, (char *)"viewport", viewport);
    }
}

// A PNG says how dense it is.
static bool put_bytes(Agraph_t *g, const char *format, const char *bytes, size_t n)
{
    size_t begun = 0;
    double dpi = number_of(g, "dpi");
    if (strcmp(format, "png") == 0 && n > PNG_HEADER && dpi > 0) {
        uint8_t density[PNG_DENSITY];
        png_density(density, dpi);
        begun = PNG_HEADER;
        if (fwrite(bytes, 1, begun, stdout) != begun ||
            fwrite(density, 1, sizeof density, stdout) != sizeof density) {
            return false;
        }
    }
    return fwrite(bytes + begun, 1, n - begun, stdout) == n - begun;
}

// The bytes are taken into memory and written here, because Graphviz is careless about a full disk
// and ends the process as it likes. (gvRenderData does the same, but its last parameter is an
// unsigned int in some versions and a size_t in others.)
static enum status write_out(GVC_t *gvc, Agraph_t *g, const char *format)
{
    char *bytes = NULL;
    size_t n = 0;
    if (strcmp(format, "png") == 0) {
        set_viewport(g);
    }
    FILE *memory = open_memstream(&bytes, &n);
    enum status status = DONE;
    if (memory == NULL || gvRender(gvc, g, format, memory) != 0) {
        status = fail(NO_FORMAT, "Graphviz cannot write the format \"%s\" on this machine", format);
    }
    bool whole = memory != NULL && fclose(memory) == 0;
    if (status == DONE && (!whole || !put_bytes(g, format, bytes, n) || fflush(stdout) != 0)) {
        status = fail(NO_OUTPUT, "the picture cannot be passed on");
    }
    free(bytes);
    return status;
}

static enum status lay_out(GVC_t *gvc, Agraph_t *g)
{
    return gvLayout(gvc, g, "dot") == 0
               ? DONE
               : fail(NO_LAYOUT,
                      "Graphviz cannot lay this graph out: is its dot layout installed?");
}

static enum status draw(GVC_t *gvc, Agraph_t *g, const char *format)
{
    enum status status = lay_out(gvc, g);
    status = status == DONE ? write_out(gvc, g, format) : status;
    gvFreeLayout(gvc, g);
    return status;
}

// ---- Trials -------------------------------------------------------------------------------------

// Letters of every trial; more than twice that is too large for the rest of the slide. All in
// points.
#define LETTERS 10.0
#define ENLARGED 2.0
// Processor time for all trials: none is begun that, being as long as the longest, would end later.
#define TRIAL_SECONDS 1.0

struct render_trial {
    int number;
    double worth, bound;
    double width, height;  // of the area
    double goal, floor;
};

struct choice {
    Agraph_t *graph;
    struct render_trial trial;
    int layouts;
    double worth, letters;
    double width, height;  // of the picture as it is
    bool laid_out;
};

static bool read_trial(Agraph_t *g, struct render_trial *t)
{
    const char *text = agget(g, (char *)"trial");
    return text != NULL &&
           sscanf(text, "%d %lf %lf %lf %lf %lf %lf", &t->number, &t->worth, &t->bound, &t->width,
                  &t->height, &t->goal, &t->floor) == 7 &&
           t->width > 0 && t->height > 0 && t->goal > 0 && t->floor > 0;
}

// How large the picture is to be; it counts when the graph is laid out.
static void set_size(Agraph_t *g, double width, double height)
{
    char size[64];
    snprintf(size, sizeof size, "%.3f,%.3f!", width / 72, height / 72);
    agattr(g, AGRAPH, (char *)"size", size);
}

// Lays the graph out, to fill its area, and measures it. False if it cannot be laid out.
static bool try_layout(GVC_t *gvc, const struct render_dots *dots, struct choice *c)
{
    Agraph_t *g = c->graph;
    set_size(g, c->trial.width, c->trial.height);
    prepare(g, dots);
    if (gvLayout(gvc, g, "dot") != 0) {
        return false;
    }
    double pad = 2 * 72 * number_of(g, "pad");
    c->laid_out = true;
    c->width = GD_bb(g).UR.x - GD_bb(g).LL.x + pad;
    c->height = GD_bb(g).UR.y - GD_bb(g).LL.y + pad;
    double scale = fmin(c->trial.width / c->width, c->trial.height / c->height);
    c->letters = LETTERS * fmin(scale, ENLARGED);
    c->worth = c->trial.worth + worth_of_letters(c->letters, c->trial.goal, c->trial.floor);
    return true;
}

static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

// Graphviz keeps one layout at a time. The best one's stays as long as it is the last.
static void let_go(GVC_t *gvc, struct choice *c)
{
    if (c->laid_out) {
        gvFreeLayout(gvc, c->graph);
        c->laid_out = false;
    }
}

// The best of the graphs, the first of which was read; its graph is NULL if none can be laid out.
static void choose(GVC_t *gvc, Agraph_t *g, const struct render_dots *dots, struct choice *best)
{
    *best = (struct choice){.worth = -INFINITY};
    double longest = 0;
    int layouts = 0;
    for (; g != NULL; g = agread(stdin, NULL)) {
        struct choice c = {.graph = g};
        double begun = seconds();
        bool more = read_trial(g, &c.trial) && c.trial.bound > best->worth &&
                    (best->graph == NULL || begun + longest < TRIAL_SECONDS);
        if (!more) {
            agclose(g);
            break;
        }
        layouts++;
        let_go(gvc, best);
        if (try_layout(gvc, dots, &c) && c.worth > best->worth) {
            g = best->graph;
            *best = c;
        } else {
            let_go(gvc, &c);
        }
        if (g != NULL) {
            agclose(g);
        }
        longest = fmax(longest, seconds() - begun);
    }
    best->layouts = layouts;
}

// Lays the best out again, if that is gone. A small picture is not enlarged to fill its area.
static enum status lay_best_out(GVC_t *gvc, struct choice *c)
{
    double width = fmin(c->trial.width, ENLARGED * c->width);
    double height = fmin(c->trial.height, ENLARGED * c->height);
    bool small = width < c->trial.width && height < c->trial.height;
    if (c->laid_out && !small) {
        return DONE;
    }
    let_go(gvc, c);
    set_size(c->graph, width, height);
    enum status status = lay_out(gvc, c->graph);
    c->laid_out = status == DONE;
    return status;
}

static enum status draw_best(GVC_t *gvc, Agraph_t *first, const char *format,
                             const struct render_dots *dots)
{
    struct choice best;
    choose(gvc, first, dots, &best);
    if (best.graph == NULL) {
        return fail(NO_LAYOUT, "Graphviz cannot lay any of these graphs out");
    }
    double scale = best.letters / LETTERS;
    printf("%d %.3f %d %.3f %.3f\n", best.trial.number, best.letters, best.layouts,
           scale * best.width, scale * best.height);
    enum status status = DONE;
    if (strcmp(format, "none") != 0) {
        status = lay_best_out(gvc, &best);
        status = status == DONE ? write_out(gvc, best.graph, format) : status;
    }
    let_go(gvc, &best);
    agclose(best.graph);
    return fflush(stdout) == 0 ? status : fail(NO_OUTPUT, "the picture cannot be passed on");
}

// ---- Pages --------------------------------------------------------------------------------------

// All graphs of the input, the first of which was read.
static enum status draw_pages(GVC_t *gvc, Agraph_t *g)
{
    char *bytes = NULL;
    size_t n = 0;
    FILE *memory = open_memstream(&bytes, &n);
    struct pages *pages = memory == NULL ? NULL : pages_begin(memory);
    enum status status = pages == NULL ? fail(NO_OUTPUT, "out of memory") : DONE;
    for (; status == DONE && g != NULL; g = agread(stdin, NULL)) {
        agattr(g, AGRAPH, (char *)"dpi", (char *)"72");
        status = lay_out(gvc, g);
        if (status == DONE) {
            double width, height;
            drawn_size(g, &width, &height);
            if (!pages_add(pages, gvc, g, width, height)) {
                status = fail(NO_FORMAT, "Graphviz cannot draw pages on this machine");
            }
        }
        gvFreeLayout(gvc, g);
        agclose(g);
    }
    if (pages != NULL && !pages_end(pages) && status == DONE) {
        status = fail(NO_OUTPUT, "the picture cannot be passed on");
    }
    bool whole = memory != NULL && fclose(memory) == 0;
    if (status == DONE && (!whole || fwrite(bytes, 1, n, stdout) != n || fflush(stdout) != 0)) {
        status = fail(NO_OUTPUT, "the picture cannot be passed on");
    }
    free(bytes);
    return status;
}

// ---- Positions ----------------------------------------------------------------------------------

// All graphs of the input, the first of which was read.
static enum status draw_plain(GVC_t *gvc, Agraph_t *g, const struct render_dots *dots)
{
    enum status status = DONE;
    for (; status == DONE && g != NULL; g = agread(stdin, NULL)) {
        prepare(g, dots);
        status = draw(gvc, g, "plain");
        agclose(g);
    }
    return status;
}

// Graphviz's plugin of this name; NULL: it is not where it was when this program was built, or there are
// several.
static gvplugin_library_t *find_plugin(const char *name)
{
    char path[sizeof GRAPHVIZ_PLUGINS + 64], symbol[64];
    glob_t found;
    void *library = NULL;
    snprintf(path, sizeof path, "%s/libgvplugin_%s.so.?", GRAPHVIZ_PLUGINS, name);
    snprintf(symbol, sizeof symbol, "gvplugin_%s_LTX_library", name);
    if (glob(path, 0, NULL, &found) == 0) {
        library = found.gl_pathc == 1 ? dlopen(found.gl_pathv[0], RTLD_LAZY) : NULL;
        globfree(&found);
    }
    return library == NULL ? NULL : dlsym(library, symbol);
}

// Positions need no letters measured. A context without the plugin for those is there in half the time, as
// some twenty libraries need not be loaded.
static GVC_t *plain_context(void)
{
    gvplugin_library_t *layout = NULL, *core = NULL;
    if (getenv("GVBINDIR") == NULL && (layout = find_plugin("dot_layout")) != NULL) {
        core = find_plugin("core");
    }
    if (core == NULL) {
        return gvContext();
    }
    GVC_t *gvc = gvContextPlugins(NULL, 0);
    gvAddLibrary(gvc, layout);
    gvAddLibrary(gvc, core);
    return gvc;
}

static enum status run(int argc, char **argv)
{
    double dpi = argc == 4 ? strtod(argv[2], NULL) : 1;
    double pixels = argc == 4 ? strtod(argv[3], NULL) : 1;
    if ((argc != 2 && argc != 4) || !(dpi >= 1) || !(pixels >= 1)) {
        return fail(USAGE, "usage: backstep-render FORMAT [DPI PIXELS] <graph.dot >picture");
    }
    bound_all();
    agseterr(AGMAX);
    Agraph_t *g = agread(stdin, NULL);
    if (g == NULL) {
        return fail(NO_GRAPH, "this is not a graph in Graphviz's language");
    }
    bool plain = strcmp(argv[1], "plain") == 0;
    GVC_t *gvc = plain ? plain_context() : gvContext();
    enum status status;
    struct render_trial trial;
    const struct render_dots dots = {argc == 4 ? argv[2] : NULL, pixels};
    if (plain) {
        status = draw_plain(gvc, g, &dots);
    } else if (strcmp(argv[1], "pages") == 0) {
        status = draw_pages(gvc, g);
    } else if (read_trial(g, &trial)) {
        status = draw_best(gvc, g, argv[1], &dots);
    } else {
        prepare(g, &dots);
        status = draw(gvc, g, argv[1]);
        agclose(g);
    }
    gvFreeContext(gvc);
    return status;
}

int main(int argc, char **argv)
{
    return (int)run(argc, argv);
}
