#include "dot/dot.h"

#include <cgraph.h>
#include <stdio.h>
#include <string.h>

#include "dot/dot_effort.h"
#include "dot/dot_label.h"

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

static Agnode_t *node_of(Agraph_t *g, const char *id)
{
    return agnode(g, (char *)id, 1);
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

// An operation as a node of its own is called what its box is called, with an o behind.
static Agnode_t *operation_of(Agraph_t *g, const struct rec *box)
{
    char id[24];
    snprintf(id, sizeof id, "%.20so", rec_get_text(box, KEY_id));
    return node_of(g, id);
}

static bool has_operation(const struct painter *p, const struct rec *box)
{
    return p->style == STYLE_MICROGRAD && rec_find(box, KEY_cells)->in.count > 0;
}

static void add_node(Agraph_t *g, const struct painter *p, const struct rec *box)
{
    text_clear(p->html);
    dot_add_box(p, box);
    set_label(node_of(g, rec_get_text(box, KEY_id)), p);
    if (has_operation(p, box)) {
        Agnode_t *operation = operation_of(g, box);
        text_clear(p->html);
        dot_add_operation(p, box);
        set_label(operation, p);
        set(operation, "shape", "ellipse");
        set(operation, "color", p->ink->edge);
        Agedge_t *edge = agedge(g, operation, node_of(g, rec_get_text(box, KEY_id)), NULL, 1);
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
    if (p->style != STYLE_CELLS) {
        text_clear(p->html);
        dot_add_edge_label(p, cell);
        set_label(edge, p);
    }
}

// Where an edge ends: on the operand's cell, or on the body of a box that has none.
static void set_ports(Agedge_t *edge, const struct painter *p, const struct rec *box, unsigned slot)
{
    char port[16];
    const char *side = p->top_down ? "n" : "w";
    if (dot_has_cells(p, box)) {
        snprintf(port, sizeof port, "i%u:%s", slot, side);
    } else {
        snprintf(port, sizeof port, "o:%s", side);
    }
    set(edge, "headport", has_operation(p, box) ? side : port);
    set(edge, "tailport", p->top_down ? "o:s" : "o:e");
}

static void add_edges(Agraph_t *g, const struct painter *p, const struct rec *box)
{
    Agnode_t *head =
        has_operation(p, box) ? operation_of(g, box) : node_of(g, rec_get_text(box, KEY_id));
    const struct rec *cells = rec_find(box, KEY_cells);
    for (const struct rec *cell = cells->in.first; cell != NULL; cell = cell->next) {
        char id[32];
        unsigned slot = (unsigned)rec_get_whole(cell, KEY_slot);
        Agnode_t *tail = node_of(g, rec_get_text(cell, KEY_from));
        Agedge_t *edge = agedge(g, tail, head, NULL, 1);
        snprintf(id, sizeof id, "%.16si%u", rec_get_text(box, KEY_id), slot);
        set(edge, "id", id);
        set_ports(edge, p, box, slot);
        paint_edge(edge, p, cell, p->backward && rec_get_flag(box, KEY_current));
    }
}

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

static void add_graph(Agraph_t *g, const struct painter *p, const struct rec *scene)
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
    for (const struct rec *box = boxes->in.first; box != NULL; box = box->next) {
        add_node(g, p, box);
    }
    for (const struct rec *box = boxes->in.first; box != NULL; box = box->next) {
        add_edges(g, p, box);
    }
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

static enum style style_of(const struct rec *scene)
{
    static const char *const styles[] = {"cells", "edges", "micrograd"};
    enum style style = STYLE_MICROGRAD;
    while (style > STYLE_CELLS && strcmp(rec_get_text(scene, KEY_style), styles[style]) != 0) {
        style--;
    }
    return style;
}

bool dot_text(const struct rec *scene, struct text *out, struct diag *d)
{
    struct text html;
    text_init(&html);
    const struct painter p = {
        .ink = strcmp(rec_get_text(scene, KEY_theme), "dark") == 0 ? &palette_dark : &palette_light,
        .style = style_of(scene),
        .compact = rec_get_flag(scene, KEY_compact),
        .top_down = strcmp(rec_get_text(scene, KEY_direction), "TB") == 0,
        .backward = strcmp(rec_get_text(scene, KEY_walk), "backward") == 0,
        .html = &html,
    };
    // cgraph's own discipline (its members differ from version to version), but writing to `out`.
    Agiodisc_t io = AgIoDisc;
    Agdisc_t discipline = AgDefaultDisc;
    io.putstr = put;
    io.flush = flush;
    discipline.io = &io;
    Agraph_t *g = agopen("backstep", Agdirected, &discipline);
    add_graph(g, &p, scene);
    agwrite(g, out);
    agclose(g);
    bool ok = !html.bytes.failed && !out->bytes.failed;
    text_release(&html);
    return ok || diag_out_of_memory(d);
}
