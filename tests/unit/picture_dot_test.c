// shell/dot and shell/image: what is drawn, that Graphviz reads it back, and that no layout
// program, however it behaves, harms the session or the file that was there.
//
// Draws with the real backstep-render, which lies beside the program in $BACKSTEP.
#include "dot/dot.h"

#include <graphviz/cgraph.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "dot/dot_label.h"
#include "engine/sweep.h"
#include "picture/image.h"
#include "scene/scene.h"

// ---- Scenes -------------------------------------------------------------------------------------

struct graph {
    struct tape tape;
    struct names names;
    struct records records;
    struct scene_options options;
};

static void graph_init(struct graph *g)
{
    tape_init(&g->tape);
    names_init(&g->names);
    records_init(&g->records);
    g->options = (struct scene_options){.theme = "light"};
}

static void graph_release(struct graph *g)
{
    tape_release(&g->tape);
    names_release(&g->names);
    records_release(&g->records);
}

static uint32_t name(struct graph *g, const char *s, uint32_t node)
{
    uint32_t known = names_intern(&g->names, s, strlen(s));
    assert_true(names_bind(&g->names, NULL, known, value_of_node(node)));
    return node;
}

static uint32_t leaf(struct graph *g, const char *s, double value)
{
    return name(g, s, tape_leaf(&g->tape, value, 0));
}

static uint32_t apply(struct graph *g, const char *s, enum op op, uint32_t a, uint32_t b)
{
    return name(g, s, tape_apply(&g->tape, op, a, b));
}

static void backward(struct graph *g, uint32_t root)
{
    assert_int_equal(sweep_backward(&g->tape, NULL, NULL, root, NULL), SWEEP_DONE);
}

// a = 2; b = -3; c = 10; e = a*b; d = e + c; f = -2; L = d*f
static uint32_t canonical(struct graph *g)
{
    uint32_t a = leaf(g, "a", 2), b = leaf(g, "b", -3), c = leaf(g, "c", 10);
    uint32_t e = apply(g, "e", OP_MUL, a, b), d = apply(g, "d", OP_ADD, e, c);
    return apply(g, "L", OP_MUL, d, leaf(g, "f", -2));
}

static const struct rec *scene(struct graph *g, uint32_t root)
{
    const struct rec *s = scene_build(&g->records, &g->tape, &g->names, root, &g->options);
    assert_non_null(s);
    return s;
}

static char *dot_of(const struct rec *s)
{
    struct text out;
    struct diag d = {0};
    text_init(&out);
    assert_true(dot_text(s, NULL, DOT_LAYOUT, &out, &d));
    char *copy = strdup(text_get(&out));
    text_release(&out);
    assert_non_null(copy);
    return copy;
}

// ---- DOT ----------------------------------------------------------------------------------------

static Agraph_t *read_back(const char *dot)
{
    agseterr(AGMAX);
    Agraph_t *g = agmemread(dot);
    assert_non_null(g);
    return g;
}

static Agnode_t *node(Agraph_t *g, const char *id)
{
    Agnode_t *n = agnode(g, (char *)id, 0);
    assert_non_null(n);
    return n;
}

static const char *said(void *object, const char *attribute)
{
    const char *value = agget(object, (char *)attribute);
    return value == NULL ? "" : value;
}

static void holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("'%s' is not in: %s", part, text);
    }
}

static void holds_not(const char *text, const char *part)
{
    if (strstr(text, part) != NULL) {
        fail_msg("'%s' is in: %s", part, text);
    }
}

static void dot_reads_back_as_the_graph(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t L = canonical(&g);
    backward(&g, L);
    char *dot = dot_of(scene(&g, L));
    Agraph_t *read = read_back(dot);
    assert_int_equal(agnnodes(read), 7);
    assert_int_equal(agnedges(read), 6);
    assert_string_equal(said(read, "rankdir"), "LR");
    assert_string_equal(said(read, "bgcolor"), "#FFFFFF");

    char *label = agget(node(read, "n4"), "label");
    assert_true(aghtmlstr(label) != 0);
    holds(label, "PORT=\"i0\"");
    holds(label, "PORT=\"i1\"");
    holds(label, "PORT=\"o\"");
    holds(label, ">∂e/∂a<");
    holds(label, ">×<");
    holds(label, "<B>6</B>");

    Agedge_t *edge = agedge(read, node(read, "n1"), node(read, "n4"), NULL, 0);
    assert_non_null(edge);
    assert_string_equal(said(edge, "tailport"), "o:e");
    assert_string_equal(said(edge, "headport"), "i0:w");
    assert_string_equal(said(edge, "penwidth"), "3.00");
    assert_string_equal(said(edge, "color"), "#C04A00");
    assert_string_equal(said(edge, "dir"), "");
    agclose(read);
    free(dot);
    graph_release(&g);
}

static void dot_is_the_same_every_time(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t L = canonical(&g);
    char *once = dot_of(scene(&g, L));
    void *between = malloc(12345);
    char *again = dot_of(scene(&g, L));
    assert_string_equal(once, again);
    free(between);
    free(once);
    free(again);
    graph_release(&g);
}

static void both_edges_of_a_plus_a(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t a = leaf(&g, "a", 3);
    char *dot = dot_of(scene(&g, apply(&g, "b", OP_ADD, a, a)));
    Agraph_t *read = read_back(dot);
    assert_int_equal(agnnodes(read), 2);
    assert_int_equal(agnedges(read), 2);
    Agedge_t *first = agfstin(read, node(read, "n2"));
    Agedge_t *second = agnxtin(read, first);
    assert_string_equal(said(first, "headport"), "i0:w");
    assert_string_equal(said(second, "headport"), "i1:w");
    agclose(read);
    free(dot);
    graph_release(&g);
}

static void kinds_differ_in_border_and_tag(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t w = name(&g, "w", tape_leaf(&g.tape, -1, MARK_PARAM)), x = leaf(&g, "x", 3);
    uint32_t z = apply(&g, "z", OP_MUL, w, x), h = apply(&g, "h", OP_RELU, z, z);
    uint32_t y = apply(&g, "y", OP_MUL, h, tape_leaf(&g.tape, 2, MARK_CONST));
    backward(&g, y);
    char *dot = dot_of(scene(&g, y));
    Agraph_t *read = read_back(dot);
    holds(said(node(read, "n1"), "label"), "BORDER=\"2\"");
    holds(said(node(read, "n2"), "label"), "STYLE=\"ROUNDED\"");
    holds(said(node(read, "n4"), "label"), "STYLE=\"DOTTED\"");
    holds(said(node(read, "n4"), "label"), "dead");
    holds(said(node(read, "n5"), "label"), "STYLE=\"DASHED\"");
    holds_not(said(node(read, "n5"), "label"), "grad");
    holds(said(node(read, "n6"), "label"), "output");
    holds(said(node(read, "n6"), "label"), "constant");
    // What a shut relu passes on is nothing; what runs into a constant neither.
    Agedge_t *dead = agedge(read, node(read, "n3"), node(read, "n4"), NULL, 0);
    assert_string_equal(said(dead, "style"), "dashed");
    assert_string_equal(said(dead, "color"), "#8A8A8A");
    Agedge_t *constant = agedge(read, node(read, "n5"), node(read, "n6"), NULL, 0);
    assert_string_equal(said(constant, "style"), "");
    assert_string_equal(said(constant, "color"), "#8A8A8A");
    agclose(read);
    free(dot);
    graph_release(&g);
}

// In every style a constant is its value, and nothing is beside it.
static void a_constant_is_its_value(void **state)
{
    (void)state;
    static const char *const styles[] = {"cells", "edges", "micrograd"};
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++) {
        struct graph g;
        graph_init(&g);
        uint32_t x = leaf(&g, "x", 3);
        uint32_t y = apply(&g, "y", OP_MUL, x, tape_leaf(&g.tape, 7, MARK_CONST));
        g.options.style = styles[i];
        char *dot = dot_of(scene(&g, y));
        Agraph_t *read = read_back(dot);
        holds(said(node(read, "n2"), "label"), ">7<");
        holds_not(said(node(read, "n2"), "label"), "%1");
        agclose(read);
        free(dot);
        graph_release(&g);
    }
}

// The relative luminance of "#RRGGBB" (WCAG 2.1).
static double luminance(const char *colour)
{
    static const double weights[] = {0.0722, 0.7152, 0.2126};
    unsigned long all = strtoul(colour + 1, NULL, 16);
    double sum = 0;
    for (int i = 0; i < 3; i++, all >>= 8) {
        double v = (double)(all & 0xFF) / 255;
        sum += weights[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static void assert_legible(const char *ink, const char *fill, double least)
{
    double a = luminance(ink) + 0.05, b = luminance(fill) + 0.05;
    double contrast = fmax(a, b) / fmin(a, b);
    if (contrast < least) {
        fail_msg("%s on %s: %.2f:1", ink, fill, contrast);
    }
}

// Words on whatever they may be on, and lines on the background (3:1 is asked for those).
static void every_word_can_be_read(void **state)
{
    (void)state;
    const struct palette *palettes[] = {&palette_light, &palette_dark};
    for (size_t i = 0; i < 2; i++) {
        const struct palette *p = palettes[i];
        const char *inks[] = {p->text, p->muted, p->value, p->local, p->grad};
        const char *fills[] = {p->background, p->cell,   p->parameter, p->input, p->constant,
                               p->interior,   p->output, p->group,     p->dead,  p->current};
        for (size_t k = 0; k < sizeof inks / sizeof inks[0]; k++) {
            for (size_t l = 0; l < sizeof fills / sizeof fills[0]; l++) {
                assert_legible(inks[k], fills[l], 4.6);
            }
        }
        assert_legible(p->header_text, p->header, 4.6);
        const char *lines[] = {p->edge, p->grad_edge, p->pending};
        for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++) {
            assert_legible(lines[k], p->background, 3);
        }
    }
}

static void a_backward_step_turns_its_edges_round(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t L = canonical(&g);
    backward(&g, L);
    g.options = (struct scene_options){.theme = "dark", .walk = SCENE_BACKWARD, .current = 4};
    char *dot = dot_of(scene(&g, L));
    Agraph_t *read = read_back(dot);
    assert_string_equal(said(read, "bgcolor"), "#16181D");
    assert_string_equal(said(read, "margin"), "0");  // the background goes up to the edge
    holds(said(node(read, "n5"), "label"), "▶");
    holds(said(node(read, "n5"), "label"), "#FFD84D");
    holds_not(said(node(read, "n4"), "label"), "▶");
    Agedge_t *now = agedge(read, node(read, "n3"), node(read, "n5"), NULL, 0);
    Agedge_t *done = agedge(read, node(read, "n5"), node(read, "n7"), NULL, 0);
    Agedge_t *ahead = agedge(read, node(read, "n1"), node(read, "n4"), NULL, 0);
    assert_string_equal(said(now, "dir"), "back");
    assert_string_equal(said(done, "dir"), "");
    assert_string_equal(said(done, "color"), "#FF9450");
    assert_string_equal(said(ahead, "color"), "#8C8C8C");
    agclose(read);
    free(dot);
    graph_release(&g);
}

static void a_compact_cell_holds_the_number_alone(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t a = leaf(&g, "a", 3), root = a;
    for (int i = 0; i < 11; i++) {
        root = tape_apply(&g.tape, OP_MUL, root, a);
    }
    char *dot = dot_of(scene(&g, root));
    Agraph_t *read = read_back(dot);
    assert_string_equal(said(read, "rankdir"), "TB");
    holds(said(node(read, "n3"), "label"), ">3<");
    holds_not(said(node(read, "n3"), "label"), "∂");
    Agedge_t *edge = agedge(read, node(read, "n2"), node(read, "n3"), NULL, 0);
    assert_string_equal(said(edge, "tailport"), "o:s");
    assert_string_equal(said(edge, "headport"), "i0:n");
    agclose(read);
    free(dot);
    graph_release(&g);
}

// ---- Pictures -----------------------------------------------------------------------------------

static const char program[] = "program", picture[] = "picture";

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_file(const char *path, const char *text)
{
    char found[64] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    found[fread(found, 1, sizeof found - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(found, text);
}

// Puts a shell script in the layout program's place.
static void pretend(const char *script)
{
    char path[4096];
    remove(program);
    write_file(program, "#!/bin/sh\n");
    FILE *file = fopen(program, "a");
    assert_non_null(file);
    assert_true(fputs(script, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(program, 0755), 0);
    assert_non_null(realpath(program, path));
    assert_int_equal(setenv("BACKSTEP_RENDER", path, 1), 0);
}

// $BACKSTEP_RENDER is the real program, and the deadline such that no slow machine meets it.
static int use_the_real_program(void **state)
{
    (void)state;
    char path[4096];
    const char *backstep = getenv("BACKSTEP");
    snprintf(path, sizeof path, "%s-render", backstep == NULL ? "backstep" : backstep);
    setenv("BACKSTEP_RENDER", path, 1);
    setenv("BACKSTEP_RENDER_SECONDS", "60", 1);
    return 0;
}

static struct buf drawn(const struct rec *s, const char *format)
{
    struct buf bytes;
    struct diag d = {0};
    char *dot = dot_of(s);
    buf_init(&bytes, 1);
    if (!image_render(dot, strlen(dot), format, NULL, &bytes, &d)) {
        fail_msg("%s: %s", d.message, d.hint);
    }
    *(char *)buf_push(&bytes, 1) = '\0';
    free(dot);
    return bytes;
}

static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void png_has_its_signature_and_a_sensible_size(void **state)
{
    (void)state;
    static const uint8_t signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    struct graph g;
    graph_init(&g);
    uint32_t L = canonical(&g);
    backward(&g, L);
    struct buf png = drawn(scene(&g, L), "png");
    assert_true(png.count > 1000);
    assert_memory_equal(png.data, signature, sizeof signature);
    uint32_t width = big_endian(BUF(uint8_t, &png) + 16);
    uint32_t height = big_endian(BUF(uint8_t, &png) + 20);
    assert_in_range(width, 600, 2000);
    assert_in_range(height, 200, 800);
    buf_release(&png);
    graph_release(&g);
}

static void a_png_of_a_huge_graph_stays_in_bounds(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t root = leaf(&g, "a", 0.5);
    for (int i = 0; i < 120; i++) {
        root = tape_apply(&g.tape, OP_TANH, root, root);
    }
    struct buf png = drawn(scene(&g, root), "png");
    assert_in_range(big_endian(BUF(uint8_t, &png) + 20), 3000, 6000);
    buf_release(&png);
    graph_release(&g);
}

// Fails unless every tag of the XML text is closed, in order.
static void assert_well_formed(const char *xml)
{
    const char *open[64];
    size_t depth = 0, elements = 0;
    for (const char *at = xml; (at = strchr(at, '<')) != NULL;) {
        const char *end = strncmp(at, "<!--", 4) == 0 ? strstr(at, "-->") : strchr(at, '>');
        assert_non_null(end);
        size_t length = strcspn(at + 1, " \n/>");
        if (at[1] == '/') {
            assert_true(depth > 0);
            length = strcspn(open[--depth], " \n/>");
            assert_true(strncmp(open[depth], at + 2, length) == 0 && at[2 + length] == '>');
        } else if (at[1] != '!' && at[1] != '?' && end[-1] != '/') {
            assert_true(length > 0 && depth < COUNT_OF(open));
            open[depth++] = at + 1;
            elements++;
        }
        at = end;
    }
    assert_int_equal(depth, 0);
    assert_true(elements > 0);
}

static void svg_is_well_formed_and_says_the_chain_rule(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t L = canonical(&g);
    backward(&g, L);
    struct buf svg = drawn(scene(&g, L), "svg");
    assert_well_formed(svg.data);
    holds(svg.data, ">∂e/∂a<");
    holds(svg.data, ">−8<");
    buf_release(&svg);
    graph_release(&g);
}

// A scene of one box that is called `called`.
static const struct rec *one_box(struct records *r, const char *called)
{
    struct rec *s = records_add(r, KIND_scene);
    rec_text(r, s, KEY_direction, "LR");
    struct rec *box = rec_map(r, rec_list(r, s, KEY_boxes), KEY_NONE);
    rec_text(r, box, KEY_id, "n1");
    rec_text(r, box, KEY_name, called);
    rec_text(r, box, KEY_op, called);
    rec_text(r, box, KEY_value_text, called);
    rec_list(r, box, KEY_cells);
    return s;
}

// Blanks that do not break, which some versions write as a character and some as an entity, become
// plain ones.
static void show_blanks(char *svg)
{
    char *to = svg;
    for (const char *at = svg; *at != '\0';) {
        size_t entity = strncmp(at, "&#160;", 6) == 0 ? 6 : strncmp(at, "\xC2\xA0", 2) == 0 ? 2 : 0;
        *to++ = entity > 0 ? ' ' : *at;
        at += entity > 0 ? entity : 1;
    }
    *to = '\0';
}

static void any_text_is_drawn_as_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *text, *svg;
    } cases[] = {
        {"a<b>c", ">a&lt;b&gt;c<"},
        {"R&D &amp;", ">R&amp;D &amp;amp;<"},
        {"say \"hi\"", ">say &quot;hi&quot;<"},
        {"\\N \\G \\\\ \\n", ">\\N \\G \\\\ \\n<"},
        {"{x|y}", ">{x|y}<"},
        {"]]> --> ;", "&gt; ;<"},
        {"bell\a esc\x1b[1m\n\t.", ">bell esc[1m.<"},
        {"bad\xFF\xC3utf", ">bad\xEF\xBF\xBD\xEF\xBF\xBDutf<"},
        {"\xEF\xBF\xBE", ">\xEF\xBF\xBD<"},
        {"η_1 重み δ̂ ג", ">η_1 重み δ̂ ג<"},
        {" ", "> <"},
        {"", "<svg"},
        {"\a", "<svg"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct records r;
        records_init(&r);
        struct buf svg = drawn(one_box(&r, cases[i].text), "svg");
        assert_well_formed(svg.data);
        show_blanks(svg.data);
        holds(svg.data, cases[i].svg);
        buf_release(&svg);
        records_release(&r);
    }
}

static void other_formats_and_none(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    const struct rec *s = scene(&g, canonical(&g));
    struct buf bytes = drawn(s, "pdf");
    assert_memory_equal(bytes.data, "%PDF-", 5);
    buf_release(&bytes);
    bytes = drawn(s, "plain");
    holds(bytes.data, "node n7 ");
    buf_release(&bytes);

    struct diag d = {0};
    char *dot = dot_of(s);
    buf_init(&bytes, 1);
    assert_false(image_render(dot, strlen(dot), "nonsense", NULL, &bytes, &d));
    holds(d.message, "\"nonsense\"");
    assert_int_equal(bytes.count, 0);
    d = (struct diag){0};
    assert_false(image_render("graph {", 7, "png", NULL, &bytes, &d));
    holds(d.message, "not a graph");
    assert_int_equal(bytes.count, 0);
    buf_release(&bytes);
    free(dot);
    graph_release(&g);
}

// ---- Trouble ------------------------------------------------------------------------------------

// The canonical graph over an old file must fail with these words and leave that file.
static void fails(const char *format, struct stop *stop, const char *words)
{
    struct graph g;
    struct diag d = {0};
    graph_init(&g);
    write_file(picture, "the old one");
    assert_false(picture_write(scene(&g, canonical(&g)), picture, format, stop, &d));
    assert_true(d.set);
    holds(d.message, words);
    assert_true(d.hint[0] != '\0');
    assert_file(picture, "the old one");
    graph_release(&g);
}

static void no_layout_program(void **state)
{
    (void)state;
    setenv("BACKSTEP_RENDER", "/nowhere/backstep-render", 1);
    fails("png", NULL, "cannot be started");
}

static void graphviz_without_its_layouts(void **state)
{
    (void)state;
    setenv("GVBINDIR", "/nowhere", 1);
    fails("png", NULL, "is its dot layout installed?");
    unsetenv("GVBINDIR");
}

static void a_layout_that_takes_too_long(void **state)
{
    (void)state;
    // It holds its ends open in a second process, too.
    pretend("sleep 30 &\nsleep 30\n");
    setenv("BACKSTEP_RENDER_SECONDS", "1", 1);
    time_t began = time(NULL);
    fails("svg", NULL, "more than 1 s");
    assert_true(time(NULL) - began < 10);
    pretend("exec <&- >&- 2>&-\nsleep 30\n");
    fails("svg", NULL, "more than 1 s");
    assert_true(time(NULL) - began < 20);
}

static void a_learner_who_gives_up(void **state)
{
    (void)state;
    static struct stop stop = {.asked = 1};
    pretend("sleep 30\n");
    fails("png", &stop, "stopped");
}

static void a_layout_that_crashes(void **state)
{
    (void)state;
    pretend("kill -9 $$\n");
    fails("png", NULL, "too large");
    pretend("echo half a picture; echo 'first line\nlibgvc.so.6: not found' >&2; exit 127\n");
    fails("png", NULL, "libgvc.so.6: not found");
    pretend("exit 0\n");
    fails("png", NULL, "the layout failed");
    // What it had drawn until then is taken back.
    struct buf bytes;
    struct diag d = {0};
    buf_init(&bytes, 1);
    pretend("echo half a picture; exit 1\n");
    assert_false(image_render("digraph {}", 10, "png", NULL, &bytes, &d));
    assert_int_equal(bytes.count, 0);
    buf_release(&bytes);
    pretend("cat /dev/zero\n");
    fails("png", NULL, "larger than 64 MB");
    pretend("cat /dev/zero >&2\n");
    fails("png", NULL, "larger than");
}

static void much_goes_both_ways_at_once(void **state)
{
    (void)state;
    enum { MUCH = 8 << 20 };
    char *sent = malloc(MUCH);
    assert_non_null(sent);
    for (size_t i = 0; i < MUCH; i++) {
        sent[i] = (char)(i * i >> 8);
    }
    struct buf bytes;
    struct diag d = {0};
    buf_init(&bytes, 1);
    pretend("cat\n");
    assert_true(image_render(sent, MUCH, "svg", NULL, &bytes, &d));
    assert_int_equal(bytes.count, MUCH);
    assert_memory_equal(bytes.data, sent, MUCH);
    // One that does not want to hear it all, which must not cost us a SIGPIPE.
    pretend("exec <&-; echo enough\n");
    assert_true(image_render(sent, MUCH, "svg", NULL, &bytes, &d));
    assert_int_equal(bytes.count, MUCH + 7);
    buf_release(&bytes);
    free(sent);
}

static void a_place_that_cannot_be_written(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    const struct rec *s = scene(&g, canonical(&g));
    static const char *const formats[] = {"dot", "svg"};
    for (size_t i = 0; i < COUNT_OF(formats); i++) {
        struct diag d = {0};
        assert_false(picture_write(s, "no/such/folder/picture", formats[i], NULL, &d));
        assert_true(d.set);
    }
    graph_release(&g);
}

static void files_are_written_whole(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    const struct rec *s = scene(&g, canonical(&g));
    char found[8] = "";
    struct diag d = {0};
    struct text dot;
    text_init(&dot);
    assert_true(dot_text(s, NULL, DOT_FILE, &dot, &d));
    assert_true(picture_write(s, picture, "dot", NULL, &d));
    struct stat st;
    assert_int_equal(stat(picture, &st), 0);
    assert_int_equal(st.st_size, text_length(&dot));
    assert_true(picture_write(s, picture, "png", NULL, &d));
    FILE *file = fopen(picture, "r");
    assert_non_null(file);
    assert_int_equal(fread(found, 1, 4, file), 4);
    assert_string_equal(found + 1, "PNG");
    fclose(file);
    text_release(&dot);
    graph_release(&g);
}

// ---- All of it ----------------------------------------------------------------------------------

static char scratch[] = "/tmp/backstep-dot-test-XXXXXX";

static int enter_scratch(void **state)
{
    (void)state;
    return mkdtemp(scratch) == NULL || chdir(scratch) != 0;
}

static int leave_scratch(void **state)
{
    (void)state;
    remove(program);
    remove(picture);
    return chdir("/") != 0 || rmdir(scratch) != 0;
}

int main(void)
{
#define WITH_PROGRAM(test) cmocka_unit_test_setup(test, use_the_real_program)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dot_reads_back_as_the_graph),
        cmocka_unit_test(dot_is_the_same_every_time),
        cmocka_unit_test(both_edges_of_a_plus_a),
        cmocka_unit_test(kinds_differ_in_border_and_tag),
        cmocka_unit_test(a_constant_is_its_value),
        cmocka_unit_test(every_word_can_be_read),
        cmocka_unit_test(a_backward_step_turns_its_edges_round),
        cmocka_unit_test(a_compact_cell_holds_the_number_alone),
        WITH_PROGRAM(png_has_its_signature_and_a_sensible_size),
        WITH_PROGRAM(a_png_of_a_huge_graph_stays_in_bounds),
        WITH_PROGRAM(svg_is_well_formed_and_says_the_chain_rule),
        WITH_PROGRAM(any_text_is_drawn_as_it_is),
        WITH_PROGRAM(other_formats_and_none),
        WITH_PROGRAM(files_are_written_whole),
        WITH_PROGRAM(a_place_that_cannot_be_written),
        WITH_PROGRAM(graphviz_without_its_layouts),
        WITH_PROGRAM(no_layout_program),
        WITH_PROGRAM(a_layout_that_takes_too_long),
        WITH_PROGRAM(a_learner_who_gives_up),
        WITH_PROGRAM(a_layout_that_crashes),
        WITH_PROGRAM(much_goes_both_ways_at_once),
    };
    return cmocka_run_group_tests_name("picture/dot", tests, enter_scratch, leave_scratch);
}
