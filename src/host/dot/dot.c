#include "dot/dot.h"

#include <stdio.h>
#include <string.h>

#include "dot/dot_data.h"
#include "dot/dot_effort.h"
#include "dot/dot_graph.h"
#include "dot/dot_label.h"
#include "scene/fit_measure.h"

// ---- The graph ----------------------------------------------------------------------------------

struct dot_setting {
    const char *name, *value;
};

// nslimit, nslimit1 and newrank bound the time that dot takes: without them 150 terms of a + a + …
// take over a minute.
static const struct dot_setting of_graph[] = {
    {"pad", "0.15"},
    {"ranksep", "0.5"},
    {"nodesep", "0.2"},
    {"splines", "true"},
    {"outputorder", "edgesfirst"},
    {"fontsize", "12"},
    {"nslimit", "1"},
    {"nslimit1", "1"},
    {"newrank", "true"},
};

// A picture that fits an area spends less on what lies between.
static const struct dot_setting of_fit_graph[] = {
    {"pad", "0.05"},
    {"ranksep", "0.35"},
    {"nodesep", "0.12"},
    {"fontsize", "10"},
};

// Where lines are long: straight ones, and a tenth of the rounds.
static const struct dot_setting of_large_graph[] = {
    {"splines", "line"},
    {"nslimit", "0.1"},
    {"nslimit1", "0.1"},
    {"mclimit", "0.1"},
};

// A drawing's parts are called what the scene calls them: n4, and n4i0 for the edge into its first
// cell.
static const struct dot_setting of_node[] = {
    {"id", "\\N"},      {"shape", "plain"}, {"fontname", "DejaVu Sans,Verdana,sans-serif"},
    {"fontsize", "11"}, {"label", ""},      {"color", ""},
};

// The empty ones have to be declared too before an edge can be given its own.
static const struct dot_setting of_edge[] = {
    {"arrowsize", "0.8"},
    {"arrowhead", "normal"},
    {"penwidth", "1"},
    {"color", ""},
    {"style", ""},
    {"dir", ""},
    {"headport", ""},
    {"tailport", ""},
    {"id", ""},
    {"label", ""},
    {"fontname", "DejaVu Sans,Verdana,sans-serif"},
};

static void declare_all(struct dot_graph *g, enum dot_kind kind, const struct dot_setting *settings,
                        size_t n)
{
    for (size_t i = 0; i < n; i++) {
        dot_graph_declare(g, kind, settings[i].name, settings[i].value);
    }
}

static struct dot_part *node_of(struct dot_graph *g, const struct label_painter *p, const char *id)
{
    return dot_graph_node(g, (p->names == NULL ? id : dot_name_of(p->names, id)));
}

// The label in work, as HTML. (An empty one is an error.)
static void set_label(struct dot_part *part, const struct label_painter *p)
{
    if (text_length(p->html) > 0) {
        dot_graph_label(part, text_get(p->html));
    }
}

// An operation as a node of its own is called what its box is called, with an o behind; in a file
// with a blank and "op", which no name has.
static struct dot_part *operation_of(struct dot_graph *g, const struct label_painter *p,
                                     const struct rec *box)
{
    char name[128];
    const char *id = rec_get_text(box, KEY_id);
    if (p->names == NULL) {
        snprintf(name, sizeof name, "%.20so", id);
    } else {
        snprintf(name, sizeof name, "%.100s op", dot_name_of(p->names, id));
    }
    return dot_graph_node(g, name);
}

static bool has_operation(const struct label_painter *p, const struct rec *box)
{
    return p->style == STYLE_MICROGRAD && rec_count(box, KEY_cells) > 0;
}

static bool is_fit(const struct label_painter *p)
{
    return p->style >= STYLE_FIT;
}

static void set_node_data(struct dot_part *node, const struct label_painter *p,
                          const struct rec *box)
{
    struct dot_attribute data[DOT_NODE_DATA];
    if (p->names != NULL) {
        dot_node_data(box, data);
        for (size_t i = 0; i < COUNT_OF(data); i++) {
            dot_graph_set(node, data[i].name, data[i].value);
        }
        dot_graph_set(node, "tooltip", dot_called(box));
    }
}

static void set_edge_data(struct dot_part *edge, const struct label_painter *p,
                          const struct rec *cell)
{
    struct dot_attribute data[DOT_EDGE_DATA];
    if (p->names != NULL) {
        dot_edge_data(cell, data);
        for (size_t i = 0; i < COUNT_OF(data); i++) {
            dot_graph_set(edge, data[i].name, data[i].value);
        }
    }
}

static void add_node(struct dot_graph *g, const struct label_painter *p, const struct rec *box)
{
    text_clear(p->html);
    if (is_fit(p)) {
        dot_add_fit_box(p, box);
    } else {
        dot_add_box(p, box);
    }
    struct dot_part *node = node_of(g, p, rec_get_text(box, KEY_id));
    set_label(node, p);
    set_node_data(node, p, box);
    if (has_operation(p, box)) {
        struct dot_part *operation = operation_of(g, p, box);
        text_clear(p->html);
        dot_add_operation(p, box);
        set_label(operation, p);
        dot_graph_set(operation, "shape", "ellipse");
        dot_graph_set(operation, "color", p->ink->edge);
        struct dot_part *edge = dot_graph_edge(g, operation, node);
        dot_graph_set(edge, "color", p->ink->edge);
    }
}

static bool has_share(const struct rec *cell)
{
    return rec_find(cell, KEY_share) != NULL && !rec_get_flag(cell, KEY_hide_share);
}

// The pen tells what flows: nothing yet, a share (the wider the larger), or that none ever will.
static void paint_edge(struct dot_part *edge, const struct label_painter *p, const struct rec *cell,
                       bool reversed)
{
    bool known = has_share(cell);
    bool constant = rec_get_text(cell, KEY_local_text)[0] == '\0' && !dot_is_wide(cell);
    bool none = known && rec_get_number(cell, KEY_share) == 0;
    bool idle = constant || none || (!known && p->backward);
    char width[NUMBER_TEXT];
    snprintf(width, sizeof width, "%.2f", 0.9 + 2.1 * rec_get_number(cell, KEY_weight));
    dot_graph_set(edge, "color", idle ? p->ink->pending : known ? p->ink->grad_edge : p->ink->edge);
    dot_graph_set(edge, "penwidth", known ? width : "1");
    dot_graph_set(edge, "style", none ? "dashed" : "");
    dot_graph_set(edge, "dir", reversed ? "back" : "");
    if (p->style == STYLE_EDGES || p->style == STYLE_MICROGRAD) {
        text_clear(p->html);
        dot_add_edge_label(p, cell);
        set_label(edge, p);
    }
}

// Where an edge ends: on the operand's cell; if that has none on all cells, as the body is behind them;
// or on the body of a box without cells.
static void set_ports(struct dot_part *edge, const struct label_painter *p, const struct rec *box,
                      const struct rec *cell)
{
    unsigned slot = (unsigned)rec_get_whole(cell, KEY_slot);
    // In a file no side is told: Graphviz may be asked to turn the picture.
    bool file = p->names != NULL;
    const char *side = file ? "" : p->top_down ? ":n" : ":w";
    char port[16];
    if (dot_is_drawn(p, cell)) {
        snprintf(port, sizeof port, "i%u%s", slot, side);
    } else {
        snprintf(port, sizeof port, "%s%s", dot_has_cells(p, box) ? "c" : "o", side);
    }
    const char *operation = file ? "" : side + 1;
    dot_graph_set(edge, "headport", has_operation(p, box) ? operation : port);
    dot_graph_set(edge, "tailport", file ? "o" : p->top_down ? "o:s" : "o:e");
}

// ---- Edges --------------------------------------------------------------------------------------

// A picture from left to right that is broken into lines: the line of each box. One line: `line` is
// empty.
struct cut {
    struct buf line;  // uint32_t, in the order of the boxes
    unsigned ends;    // nodes that were made where edges are cut
};

// Which box of the scene this is, and its line.
static uint32_t line_of(const struct cut *cut, const struct rec *scene, const char *id)
{
    size_t i = 0;
    for (const struct rec *b = rec_first(scene, KEY_boxes); b != NULL && i < cut->line.count;
         b = b->next, i++) {
        if (strcmp(rec_get_text(b, KEY_id), id) == 0) {
            return BUF(uint32_t, &cut->line)[i];
        }
    }
    return 0;
}

static const struct rec *box_of(const struct rec *scene, const char *id)
{
    const struct rec *b = rec_first(scene, KEY_boxes);
    while (b != NULL && strcmp(rec_get_text(b, KEY_id), id) != 0) {
        b = b->next;
    }
    return b;
}

// A word in the place of a box that is on another line.
static struct dot_part *add_end(struct dot_graph *g, const struct label_painter *p, struct cut *cut,
                                const char *word)
{
    char id[24];
    snprintf(id, sizeof id, "e%u", ++cut->ends);
    text_clear(p->html);
    dot_add_run(p, p->ink->grad, false, word == NULL ? "" : "→ ");
    dot_add_run(p, p->ink->muted, true, word == NULL ? "…" : word);
    struct dot_part *node = dot_graph_node(g, id);
    set_label(node, p);
    return node;
}

// Is this the last box of its line, as far as edges go? Then the line goes on behind it.
static bool ends_line(const struct cut *cut, const struct rec *scene, const char *id)
{
    uint32_t line = line_of(cut, scene, id);
    for (const struct rec *b = rec_first(scene, KEY_boxes); b != NULL; b = b->next) {
        for (const struct rec *c = rec_first(b, KEY_cells); c != NULL; c = c->next) {
            if (strcmp(rec_get_text(c, KEY_from), id) == 0 &&
                line_of(cut, scene, rec_get_text(b, KEY_id)) == line) {
                return false;
            }
        }
    }
    return true;
}

static void add_cut_edge(struct dot_graph *g, const struct label_painter *p, struct cut *cut,
                         const struct rec *scene, const struct rec *cell, struct dot_part *tail)
{
    const char *id = rec_get_text(cell, KEY_from);
    if (ends_line(cut, scene, id)) {
        struct dot_part *edge = dot_graph_edge(g, tail, add_end(g, p, cut, NULL));
        dot_graph_set(edge, "tailport", "o:e");
        dot_graph_set(edge, "style", "dashed");
        dot_graph_set(edge, "arrowhead", "none");
        dot_graph_set(edge, "color", p->ink->pending);
    }
}

static void add_edge(struct dot_graph *g, const struct label_painter *p, struct cut *cut,
                     const struct rec *scene, const struct rec *box, const struct rec *cell)
{
    char id[32];
    const char *from = rec_get_text(cell, KEY_from), *to = rec_get_text(box, KEY_id);
    struct dot_part *head = has_operation(p, box) ? operation_of(g, p, box) : node_of(g, p, to);
    struct dot_part *tail = node_of(g, p, from);
    bool is_cut = line_of(cut, scene, from) != line_of(cut, scene, to);
    if (is_cut) {
        const struct rec *other = box_of(scene, from);
        add_cut_edge(g, p, cut, scene, cell, tail);
        tail = add_end(g, p, cut, other == NULL ? from : rec_get_text(other, KEY_name));
    }
    struct dot_part *edge = dot_graph_edge(g, tail, head);
    snprintf(id, sizeof id, "%.16si%u", to, (unsigned)rec_get_whole(cell, KEY_slot));
    if (p->names == NULL) {
        dot_graph_set(edge, "id", id);
    }
    set_edge_data(edge, p, cell);
    set_ports(edge, p, box, cell);
    // Of several frames each shows what has flowed so far; a single one, what has just flowed.
    bool flowed = p->frame ? has_share(cell) : rec_get_flag(box, KEY_current);
    paint_edge(edge, p, cell, p->backward && flowed);
    if (is_cut) {
        dot_graph_set(edge, "tailport", "");
        dot_graph_set(edge, "style", "dashed");
        dot_graph_set(edge, "penwidth", "1");
    }
}

// Has an earlier cell of the box the same operand?
static bool is_repeated(const struct rec *cells, const struct rec *cell)
{
    const struct rec *c = cells->in.first;
    while (c != cell && strcmp(rec_get_text(c, KEY_from), rec_get_text(cell, KEY_from)) != 0) {
        c = c->next;
    }
    return c != cell;
}

static void add_edges(struct dot_graph *g, const struct label_painter *p, struct cut *cut,
                      const struct rec *scene, const struct rec *box)
{
    const struct rec *cells = rec_find(box, KEY_cells);
    for (const struct rec *cell = cells->in.first; cell != NULL; cell = cell->next) {
        bool once = p->style != STYLE_BARE || !is_repeated(cells, cell);
        if (rec_find(cell, KEY_chip) == NULL && once) {
            add_edge(g, p, cut, scene, box, cell);
        }
    }
}

// ---- The whole ----------------------------------------------------------------------------------

// What the learner wants; else whoever draws it chooses.
static void declare_size(struct dot_graph *g, const struct rec *scene)
{
    char text[64];
    double width = rec_get_number(scene, KEY_size_width),
           height = rec_get_number(scene, KEY_size_height);
    if (width > 0) {
        snprintf(text, sizeof text, "%g,%g!", width, height);
        dot_graph_declare(g, DOT_GRAPH, "size", text);
    }
    if (rec_get_whole(scene, KEY_dpi) > 0) {
        snprintf(text, sizeof text, "%d", (int)rec_get_whole(scene, KEY_dpi));
        dot_graph_declare(g, DOT_GRAPH, "dpi", text);
    }
}

static void declare_fit(struct dot_graph *g, const struct label_painter *p,
                        const struct dot_form *form, int lines)
{
    declare_all(g, DOT_GRAPH, of_fit_graph, COUNT_OF(of_fit_graph));
    if (p->top_down) {
        dot_graph_declare(g, DOT_GRAPH, "ranksep", "0.4");
    }
    dot_graph_declare(g, DOT_NODE, "fontsize", "10");
    dot_graph_declare(g, DOT_EDGE, "arrowsize", "0.6");
    if (lines > 1) {
        dot_graph_declare(g, DOT_GRAPH, "nodesep", "0.25");
    }
    if (form != NULL && form->trial != NULL) {
        dot_graph_declare(g, DOT_GRAPH, "trial", form->trial);
    }
    if (form != NULL && form->width > 0) {
        char size[64];
        snprintf(size, sizeof size, "%.5f,%.5f!", form->width / 72, form->height / 72);
        dot_graph_declare(g, DOT_GRAPH, "size", size);
    }
    if (form != NULL && form->dpi > 0) {
        char text[32];
        snprintf(text, sizeof text, "%d", form->dpi);
        dot_graph_declare(g, DOT_GRAPH, "dpi", text);
    }
}

// dot stacks the lines from below: the nodes of the last one come first.
static void add_nodes(struct dot_graph *g, const struct label_painter *p, const struct cut *cut,
                      const struct rec *scene, int lines)
{
    for (int line = lines; line-- > 0;) {
        size_t i = 0;
        for (const struct rec *box = rec_first(scene, KEY_boxes); box != NULL;
             box = box->next, i++) {
            if (lines == 1 || BUF(uint32_t, &cut->line)[i] == (uint32_t)line) {
                add_node(g, p, box);
            }
        }
    }
}

// None of these names means anything to Graphviz but the last.
static void declare_data(struct dot_graph *g)
{
    static const char *const of_nodes[] = {"value", "grad", "op",     "kind",
                                           "dims",  "tape", "tooltip"};
    static const char *const of_edges[] = {"slot", "local", "share"};
    dot_graph_declare(g, DOT_NODE, "id", "");
    for (size_t i = 0; i < COUNT_OF(of_nodes); i++) {
        dot_graph_declare(g, DOT_NODE, of_nodes[i], "");
    }
    for (size_t i = 0; i < COUNT_OF(of_edges); i++) {
        dot_graph_declare(g, DOT_EDGE, of_edges[i], "");
    }
}

static bool add_graph(struct dot_graph *g, const struct label_painter *p, const struct rec *scene,
                      const struct dot_form *form)
{
    const struct rec *boxes = rec_find(scene, KEY_boxes);
    dot_graph_declare(g, DOT_GRAPH, "rankdir", p->top_down ? "TB" : "LR");
    dot_graph_declare(g, DOT_GRAPH, "bgcolor", p->ink->background);
    dot_graph_declare(g, DOT_GRAPH, "margin",
                      "0");  // a .pdf would have half an inch of white around it
    declare_all(g, DOT_GRAPH, of_graph, COUNT_OF(of_graph));
    struct effort effort = dot_effort(scene);
    if (effort_is_large(&effort)) {
        declare_all(g, DOT_GRAPH, of_large_graph, COUNT_OF(of_large_graph));
    }
    declare_size(g, scene);
    declare_all(g, DOT_NODE, of_node, COUNT_OF(of_node));
    declare_all(g, DOT_EDGE, of_edge, COUNT_OF(of_edge));
    if (p->names != NULL) {
        declare_data(g);
    }
    struct cut cut = {.ends = 0};
    int lines = form != NULL ? form->lines : (int)rec_get_whole(scene, KEY_lines);
    lines = lines > 1 ? lines : 1;
    buf_init(&cut.line, sizeof(uint32_t));
    if (is_fit(p)) {
        declare_fit(g, p, form, lines);
    }
    bool ok =
        lines == 1 || fit_lines(scene, (enum fit_style)(p->style - STYLE_FIT), lines, &cut.line);
    if (ok) {
        add_nodes(g, p, &cut, scene, lines);
    }
    for (const struct rec *box = boxes->in.first; ok && box != NULL; box = box->next) {
        add_edges(g, p, &cut, scene, box);
    }
    buf_release(&cut.line);
    return ok;
}

static enum style style_of(const struct rec *scene, const struct dot_form *form)
{
    static const char *const styles[] = {"cells", "edges", "micrograd"};
    const char *word = form != NULL ? form->style : rec_get_text(scene, KEY_style);
    enum style style = STYLE_MICROGRAD;
    if (rec_get_flag(scene, KEY_fit) || form != NULL) {
        for (style = STYLE_BARE; style > STYLE_FIT; style--) {
            if (strcmp(word, fit_style_names[style - STYLE_FIT]) == 0) {
                break;
            }
        }
        return style;
    }
    while (style > STYLE_CELLS && strcmp(word, styles[style]) != 0) {
        style--;
    }
    return style;
}

bool dot_text(const struct rec *scene, const struct dot_form *form, enum dot_use use,
              struct text *out, struct diag *d)
{
    struct text html;
    struct dot_names names;
    text_init(&html);
    if (!dot_names_find(&names, scene)) {
        dot_names_release(&names);
        return diag_out_of_memory(d);
    }
    const struct label_painter p = {
        .ink = strcmp(rec_get_text(scene, KEY_theme), "dark") == 0 ? &palette_dark : &palette_light,
        .style = style_of(scene, form),
        .compact = rec_get_flag(scene, KEY_compact),
        .top_down =
            form != NULL ? form->down : strcmp(rec_get_text(scene, KEY_direction), "TB") == 0,
        .backward = strcmp(rec_get_text(scene, KEY_walk), "backward") == 0,
        .frame = rec_get_flag(scene, KEY_frame),
        .blank = rec_get_flag(scene, KEY_blank),
        .names = use == DOT_FILE ? &names : NULL,
        .html = &html,
    };
    struct dot_graph g;
    size_t refused = mem_refusals();
    dot_graph_init(&g);
    bool ok = add_graph(&g, &p, scene, form);
    dot_graph_write(&g, out);
    dot_graph_release(&g);
    ok = ok && mem_refusals() == refused;
    text_release(&html);
    dot_names_release(&names);
    return ok || diag_out_of_memory(d);
}
