#include "dot/dot.h"

#include <cgraph.h>
#include <stdio.h>
#include <string.h>

#include "dot/dot_data.h"
#include "dot/dot_effort.h"
#include "dot/dot_label.h"
#include "scene/fit_measure.h"

// ---- The graph ----------------------------------------------------------------------------------

struct setting {
    const char *name, *value;
};

// nslimit, nslimit1 and newrank bound the time that dot takes: without them 150 terms of a + a + …
// take over a minute.
static const struct setting of_graph[] = {
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
static const struct setting of_fit_graph[] = {
    {"pad", "0.05"},
    {"ranksep", "0.35"},
    {"nodesep", "0.12"},
    {"fontsize", "10"},
};

// Where lines are long: straight ones, and a tenth of the rounds.
static const struct setting of_large_graph[] = {
    {"splines", "line"},
    {"nslimit", "0.1"},
    {"nslimit1", "0.1"},
    {"mclimit", "0.1"},
};

// A drawing's parts are called what the scene calls them: n4, and n4i0 for the edge into its first
// cell.
static const struct setting of_node[] = {
    {"id", "\\N"},      {"shape", "plain"}, {"fontname", "DejaVu Sans,Verdana,sans-serif"},
    {"fontsize", "11"}, {"label", ""},      {"color", ""},
};

// The empty ones have to be declared too before an edge can be given its own.
static const struct setting of_edge[] = {
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

// cgraph's functions take plain char * and change nothing.
static void declare(Agraph_t *g, int kind, const char *name, const char *value)
{
    agattr(g, kind, (char *)name, (char *)value);
}

static void declare_all(Agraph_t *g, int kind, const struct setting *settings, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        declare(g, kind, settings[i].name, settings[i].value);
    }
}

static void set(void *object, const char *name, const char *value)
{
    agset(object, (char *)name, (char *)value);
}

static Agnode_t *node_of(Agraph_t *g, const struct painter *p, const char *id)
{
    return agnode(g, (char *)(p->names == NULL ? id : dot_name_of(p->names, id)), 1);
}

// The label in work, as HTML. (An empty one is an error.)
static void set_label(void *object, const struct painter *p)
{
    if (text_length(p->html) > 0) {
        char *label = agstrdup_html(agraphof(object), (char *)text_get(p->html));
        set(object, "label", label);
        agstrfree(agraphof(object), label);
    }
}

// An operation as a node of its own is called what its box is called, with an o behind; in a file
// with a blank and "op", which no name has.
static Agnode_t *operation_of(Agraph_t *g, const struct painter *p, const struct rec *box)
{
    char name[128];
    const char *id = rec_get_text(box, KEY_id);
    if (p->names == NULL) {
        snprintf(name, sizeof name, "%.20so", id);
    } else {
        snprintf(name, sizeof name, "%.100s op", dot_name_of(p->names, id));
    }
    return agnode(g, name, 1);
}

static bool has_operation(const struct painter *p, const struct rec *box)
{
    return p->style == STYLE_MICROGRAD && rec_find(box, KEY_cells)->in.count > 0;
}

static bool is_fit(const struct painter *p)
{
    return p->style >= STYLE_FIT;
}

static void set_node_data(Agnode_t *node, const struct painter *p, const struct rec *box)
{
    struct dot_attribute data[DOT_NODE_DATA];
    if (p->names != NULL) {
        dot_node_data(box, data);
        for (size_t i = 0; i < COUNT_OF(data); i++) {
            set(node, data[i].name, data[i].value);
        }
        set(node, "tooltip", rec_get_text(box, KEY_name));
    }
}

static void set_edge_data(Agedge_t *edge, const struct painter *p, const struct rec *cell)
{
    struct dot_attribute data[DOT_EDGE_DATA];
    if (p->names != NULL) {
        dot_edge_data(cell, data);
        for (size_t i = 0; i < COUNT_OF(data); i++) {
            set(edge, data[i].name, data[i].value);
        }
    }
}

static void add_node(Agraph_t *g, const struct painter *p, const struct rec *box)
{
    text_clear(p->html);
    if (is_fit(p)) {
        dot_add_fit_box(p, box);
    } else {
        dot_add_box(p, box);
    }
    Agnode_t *node = node_of(g, p, rec_get_text(box, KEY_id));
    set_label(node, p);
    set_node_data(node, p, box);
    if (has_operation(p, box)) {
        Agnode_t *operation = operation_of(g, p, box);
        text_clear(p->html);
        dot_add_operation(p, box);
        set_label(operation, p);
        set(operation, "shape", "ellipse");
        set(operation, "color", p->ink->edge);
        Agedge_t *edge = agedge(g, operation, node, NULL, 1);
        set(edge, "color", p->ink->edge);
    }
}

// The pen tells what flows: nothing yet, a share (the wider the larger), or that none ever will.
static void paint_edge(Agedge_t *edge, const struct painter *p, const struct rec *cell,
                       bool reversed)
{
    bool known = rec_find(cell, KEY_share) != NULL;
    bool constant = rec_get_text(cell, KEY_local_text)[0] == '\0' && !dot_is_wide(cell);
    bool none = known && rec_get_number(cell, KEY_share) == 0;
    bool idle = constant || none || (!known && p->backward);
    char width[NUMBER_TEXT];
    snprintf(width, sizeof width, "%.2f", 0.9 + 2.1 * rec_get_number(cell, KEY_weight));
    set(edge, "color", idle ? p->ink->pending : known ? p->ink->grad_edge : p->ink->edge);
    set(edge, "penwidth", known ? width : "1");
    set(edge, "style", none ? "dashed" : "");
    set(edge, "dir", reversed ? "back" : "");
    if (p->style == STYLE_EDGES || p->style == STYLE_MICROGRAD) {
        text_clear(p->html);
        dot_add_edge_label(p, cell);
        set_label(edge, p);
    }
}

// Where an edge ends: on the operand's cell, or on the body of a box that has none.
static void set_ports(Agedge_t *edge, const struct painter *p, const struct rec *box,
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
        snprintf(port, sizeof port, "o%s", side);
    }
    const char *operation = file ? "" : side + 1;
    set(edge, "headport", has_operation(p, box) ? operation : port);
    set(edge, "tailport", file ? "o" : p->top_down ? "o:s" : "o:e");
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
    for (const struct rec *b = rec_find(scene, KEY_boxes)->in.first;
         b != NULL && i < cut->line.count; b = b->next, i++) {
        if (strcmp(rec_get_text(b, KEY_id), id) == 0) {
            return BUF(uint32_t, &cut->line)[i];
        }
    }
    return 0;
}

static const struct rec *box_of(const struct rec *scene, const char *id)
{
    const struct rec *b = rec_find(scene, KEY_boxes)->in.first;
    while (b != NULL && strcmp(rec_get_text(b, KEY_id), id) != 0) {
        b = b->next;
    }
    return b;
}

// A word in the place of a box that is on another line.
static Agnode_t *add_end(Agraph_t *g, const struct painter *p, struct cut *cut, const char *word)
{
    char id[24];
    snprintf(id, sizeof id, "e%u", ++cut->ends);
    text_clear(p->html);
    dot_add_run(p, p->ink->grad, false, word == NULL ? "" : "→ ");
    dot_add_run(p, p->ink->muted, true, word == NULL ? "…" : word);
    Agnode_t *node = agnode(g, id, 1);
    set_label(node, p);
    return node;
}

// Is this the last box of its line, as far as edges go? Then the line goes on behind it.
static bool ends_line(const struct cut *cut, const struct rec *scene, const char *id)
{
    uint32_t line = line_of(cut, scene, id);
    for (const struct rec *b = rec_find(scene, KEY_boxes)->in.first; b != NULL; b = b->next) {
        for (const struct rec *c = rec_find(b, KEY_cells)->in.first; c != NULL; c = c->next) {
            if (strcmp(rec_get_text(c, KEY_from), id) == 0 &&
                line_of(cut, scene, rec_get_text(b, KEY_id)) == line) {
                return false;
            }
        }
    }
    return true;
}

static void add_cut_edge(Agraph_t *g, const struct painter *p, struct cut *cut,
                         const struct rec *scene, const struct rec *cell, Agnode_t *tail)
{
    const char *id = rec_get_text(cell, KEY_from);
    if (ends_line(cut, scene, id)) {
        Agedge_t *edge = agedge(g, tail, add_end(g, p, cut, NULL), NULL, 1);
        set(edge, "tailport", "o:e");
        set(edge, "style", "dashed");
        set(edge, "arrowhead", "none");
        set(edge, "color", p->ink->pending);
    }
}

static void add_edge(Agraph_t *g, const struct painter *p, struct cut *cut, const struct rec *scene,
                     const struct rec *box, const struct rec *cell)
{
    char id[32];
    const char *from = rec_get_text(cell, KEY_from), *to = rec_get_text(box, KEY_id);
    Agnode_t *head = has_operation(p, box) ? operation_of(g, p, box) : node_of(g, p, to);
    Agnode_t *tail = node_of(g, p, from);
    bool is_cut = line_of(cut, scene, from) != line_of(cut, scene, to);
    if (is_cut) {
        const struct rec *other = box_of(scene, from);
        add_cut_edge(g, p, cut, scene, cell, tail);
        tail = add_end(g, p, cut, other == NULL ? from : rec_get_text(other, KEY_name));
    }
    Agedge_t *edge = agedge(g, tail, head, NULL, 1);
    snprintf(id, sizeof id, "%.16si%u", to, (unsigned)rec_get_whole(cell, KEY_slot));
    if (p->names == NULL) {
        set(edge, "id", id);
    }
    set_edge_data(edge, p, cell);
    set_ports(edge, p, box, cell);
    paint_edge(edge, p, cell, p->backward && rec_get_flag(box, KEY_current));
    if (is_cut) {
        set(edge, "tailport", "");
        set(edge, "style", "dashed");
        set(edge, "penwidth", "1");
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

static void add_edges(Agraph_t *g, const struct painter *p, struct cut *cut,
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
static void declare_size(Agraph_t *g, const struct rec *scene)
{
    char text[64];
    double width = rec_get_number(scene, KEY_size_width),
           height = rec_get_number(scene, KEY_size_height);
    if (width > 0) {
        snprintf(text, sizeof text, "%g,%g!", width, height);
        declare(g, AGRAPH, "size", text);
    }
    if (rec_get_whole(scene, KEY_dpi) > 0) {
        snprintf(text, sizeof text, "%d", (int)rec_get_whole(scene, KEY_dpi));
        declare(g, AGRAPH, "dpi", text);
    }
}

static void declare_fit(Agraph_t *g, const struct painter *p, const struct dot_form *form,
                        int lines)
{
    declare_all(g, AGRAPH, of_fit_graph, COUNT_OF(of_fit_graph));
    if (p->top_down) {
        declare(g, AGRAPH, "ranksep", "0.4");
    }
    declare(g, AGNODE, "fontsize", "10");
    declare(g, AGEDGE, "arrowsize", "0.6");
    if (lines > 1) {
        declare(g, AGRAPH, "nodesep", "0.25");
    }
    if (form != NULL && form->trial != NULL) {
        declare(g, AGRAPH, "trial", form->trial);
    }
    if (form != NULL && form->dpi > 0) {
        char text[32];
        snprintf(text, sizeof text, "%d", form->dpi);
        declare(g, AGRAPH, "dpi", text);
    }
}

// dot stacks the lines from below: the nodes of the last one come first.
static void add_nodes(Agraph_t *g, const struct painter *p, const struct cut *cut,
                      const struct rec *scene, int lines)
{
    for (int line = lines; line-- > 0;) {
        size_t i = 0;
        for (const struct rec *box = rec_find(scene, KEY_boxes)->in.first; box != NULL;
             box = box->next, i++) {
            if (lines == 1 || BUF(uint32_t, &cut->line)[i] == (uint32_t)line) {
                add_node(g, p, box);
            }
        }
    }
}

// None of these names means anything to Graphviz but the last.
static void declare_data(Agraph_t *g)
{
    static const char *const of_nodes[] = {"value", "grad", "op",     "kind",
                                           "dims",  "tape", "tooltip"};
    static const char *const of_edges[] = {"slot", "local", "share"};
    declare(g, AGNODE, "id", "");
    for (size_t i = 0; i < COUNT_OF(of_nodes); i++) {
        declare(g, AGNODE, of_nodes[i], "");
    }
    for (size_t i = 0; i < COUNT_OF(of_edges); i++) {
        declare(g, AGEDGE, of_edges[i], "");
    }
}

static bool add_graph(Agraph_t *g, const struct painter *p, const struct rec *scene,
                      const struct dot_form *form)
{
    const struct rec *boxes = rec_find(scene, KEY_boxes);
    declare(g, AGRAPH, "rankdir", p->top_down ? "TB" : "LR");
    declare(g, AGRAPH, "bgcolor", p->ink->background);
    declare(g, AGRAPH, "margin", "0");  // a .pdf would have half an inch of white around it
    declare_all(g, AGRAPH, of_graph, COUNT_OF(of_graph));
    struct effort effort = dot_effort(scene);
    if (effort_is_large(&effort)) {
        declare_all(g, AGRAPH, of_large_graph, COUNT_OF(of_large_graph));
    }
    declare_size(g, scene);
    declare_all(g, AGNODE, of_node, COUNT_OF(of_node));
    declare_all(g, AGEDGE, of_edge, COUNT_OF(of_edge));
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

static int put(void *text, const char *s)
{
    text_add(text, s);
    return 0;
}

static int flush(void *text)
{
    (void)text;
    return 0;
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
    const struct painter p = {
        .ink = strcmp(rec_get_text(scene, KEY_theme), "dark") == 0 ? &palette_dark : &palette_light,
        .style = style_of(scene, form),
        .compact = rec_get_flag(scene, KEY_compact),
        .top_down =
            form != NULL ? form->down : strcmp(rec_get_text(scene, KEY_direction), "TB") == 0,
        .backward = strcmp(rec_get_text(scene, KEY_walk), "backward") == 0,
        .names = use == DOT_FILE ? &names : NULL,
        .html = &html,
    };
    // cgraph's own discipline (its members differ from version to version), but writing to `out`.
    Agiodisc_t io = AgIoDisc;
    Agdisc_t discipline = AgDefaultDisc;
    io.putstr = put;
    io.flush = flush;
    discipline.io = &io;
    Agraph_t *g = agopen("backstep", Agdirected, &discipline);
    bool ok = add_graph(g, &p, scene, form);
    agwrite(g, out);
    agclose(g);
    ok = ok && !html.bytes.failed && !out->bytes.failed;
    text_release(&html);
    dot_names_release(&names);
    return ok || diag_out_of_memory(d);
}
