#include "shell/dot.h"

#include <cgraph.h>
#include <stdio.h>
#include <string.h>

// ---- Colours and frames -------------------------------------------------------------------------

// Every word has a contrast of more than 4.5:1 (WCAG AA) to every fill that it may stand on.
struct palette {
    const char *background, *text, *muted, *value, *local, *grad;
    const char *edge, *grad_edge, *pending;
    const char *cell, *parameter, *input, *constant, *interior, *output, *dead, *current;
    const char *header, *header_text;  // of the current step
};

static const struct palette light = {
    .background = "#FFFFFF",
    .text = "#1A1A1A",
    .muted = "#595959",
    .value = "#00548A",
    .local = "#6A2C70",
    .grad = "#A63C00",
    .edge = "#404040",
    .grad_edge = "#C04A00",
    .pending = "#8A8A8A",
    .cell = "#F3F3F3",
    .parameter = "#FFF1CC",
    .input = "#DDEEFA",
    .constant = "#FFFFFF",
    .interior = "#FFFFFF",
    .output = "#DDF2E8",
    .dead = "#E4E4E4",
    .current = "#FFF3B8",
    .header = "#1A1A1A",
    .header_text = "#FFFFFF",
};

static const struct palette dark = {
    .background = "#16181D",
    .text = "#ECECEC",
    .muted = "#A8A8A8",
    .value = "#7CC4F4",
    .local = "#E3A6E0",
    .grad = "#FFA366",
    .edge = "#B8B8B8",
    .grad_edge = "#FF9450",
    .pending = "#8C8C8C",
    .cell = "#2B3038",
    .parameter = "#4A3B10",
    .input = "#16344A",
    .constant = "#16181D",
    .interior = "#20242B",
    .output = "#123D2E",
    .dead = "#3A3A3A",
    .current = "#3D3300",
    .header = "#FFD84D",
    .header_text = "#16181D",
};

static bool is_kind(const struct rec *box, const char *kind)
{
    return strcmp(rec_get_text(box, "kind"), kind) == 0;
}

// How a box is framed and filled.
struct look {
    const char *fill, *style;
    int border, padding;  // points
    bool twice;           // a second frame around it
};

static struct look look_of(const struct rec *box, const struct palette *ink)
{
    struct look look = {.fill = ink->interior, .style = "", .border = 1, .padding = 2};
    if (is_kind(box, "parameter")) {
        look.fill = ink->parameter;
        look.border = 2;
    } else if (is_kind(box, "input")) {
        look.fill = ink->input;
        look.style = " STYLE=\"ROUNDED\"";
        look.padding = 3;
    } else if (is_kind(box, "constant")) {
        look.fill = ink->constant;
        look.style = " STYLE=\"DASHED\"";
        look.padding = 4;
    } else if (is_kind(box, "output")) {
        look.fill = ink->output;
        look.twice = true;
    }
    if (rec_get_flag(box, "dead")) {
        look.fill = ink->dead;
        look.style = " STYLE=\"DOTTED\"";
    }
    if (rec_get_flag(box, "current")) {
        look.fill = ink->current;
    }
    return look;
}

// ---- Words --------------------------------------------------------------------------------------

// Appends s so that an HTML label shows just it. Blanks must not collapse; Graphviz looks for \N
// and the like, so a backslash is doubled; one control character or a byte that is no character
// would make the whole label unreadable, so the first is left out and the second shown as U+FFFD.
static void add_words(struct text *html, const char *s)
{
    size_t n = strlen(s);
    for (size_t i = 0; i < n;) {
        uint32_t c;
        size_t bytes = utf8_read(s + i, n - i, &c);
        if (bytes == 0 || c == 0xFFFE || c == 0xFFFF) {
            text_add(html, "\xEF\xBF\xBD");
        } else if (c == '&') {
            text_add(html, "&amp;");
        } else if (c == '<') {
            text_add(html, "&lt;");
        } else if (c == '>') {
            text_add(html, "&gt;");
        } else if (c == '"') {
            text_add(html, "&quot;");
        } else if (c == '\\') {
            text_add(html, "\\\\");
        } else if (c == ' ') {
            text_add(html, "&#160;");
        } else if (c >= 0x20 && (c < 0x7F || c > 0x9F)) {
            text_add_bytes(html, s + i, bytes);
        }
        i += bytes == 0 ? 1 : bytes;
    }
}

enum { SMALL = 9, NORMAL = 11, LARGE = 12 };

// Nothing for "": an empty <B> is an error. NORMAL is the size that every node is declared with.
static void add_run(struct text *html, const char *colour, int size, bool bold, const char *s)
{
    if (s[0] == '\0') {
        return;
    }
    text_addf(html, "<FONT COLOR=\"%s\"", colour);
    if (size != NORMAL) {
        text_addf(html, " POINT-SIZE=\"%d\"", size);
    }
    text_add(html, bold ? "><B>" : ">");
    add_words(html, s);
    text_add(html, bold ? "</B></FONT>" : "</FONT>");
}

// ---- Labels -------------------------------------------------------------------------------------

// What a scene is drawn with.
struct painter {
    const struct palette *ink;
    bool compact, top_down;
    bool backward;      // a backward walk is on
    struct text *html;  // the label in work
};

// "local × upstream = share", each in the colour of its meaning.
static void add_product(const struct painter *p, const struct rec *cell)
{
    const struct palette *ink = p->ink;
    add_run(p->html, ink->local, SMALL, false, rec_get_text(cell, "local_text"));
    add_run(p->html, ink->muted, SMALL, false, " × ");
    add_run(p->html, ink->grad, SMALL, false, rec_get_text(cell, "upstream_text"));
    add_run(p->html, ink->muted, SMALL, false, " = ");
    add_run(p->html, ink->grad, SMALL, true, rec_get_text(cell, "share_text"));
}

static void add_operand(const struct painter *p, const struct rec *cell)
{
    const char *local = rec_get_text(cell, "local_text");
    text_addf(p->html, "<TD PORT=\"i%d\" ALIGN=\"LEFT\" BALIGN=\"LEFT\">",
              (int)rec_get_whole(cell, "slot"));
    if (local[0] == '\0') {
        add_run(p->html, p->ink->muted, SMALL, false, p->compact ? "·" : "constant");
    } else if (p->compact) {
        add_run(p->html, p->ink->local, SMALL, false, local);
    } else {
        add_run(p->html, p->ink->muted, SMALL, false, rec_get_text(cell, "symbol"));
        add_run(p->html, p->ink->muted, SMALL, false, "  ");
        add_run(p->html, p->ink->local, SMALL, false, local);
    }
    if (!p->compact && rec_find(cell, "share") != NULL) {
        text_add(p->html, "<BR/>");
        add_product(p, cell);
    }
    text_add(p->html, "</TD>");
}

// One cell for each operand: in a column left of the body, or in a row above it.
static void add_operands(const struct painter *p, const struct rec *cells)
{
    text_addf(p->html,
              "<TABLE BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" CELLPADDING=\"2\""
              " COLOR=\"%s\" BGCOLOR=\"%s\">\n<TR>",
              p->ink->edge, p->ink->cell);
    for (const struct rec *cell = cells->in.first; cell != NULL; cell = cell->next) {
        add_operand(p, cell);
        text_add(p->html, p->top_down || cell->next == NULL ? "" : "</TR>\n<TR>");
    }
    text_add(p->html, "</TR></TABLE>");
}

// Name and operation; of the current step in a table of their own, so that one fill covers both.
static void add_header(const struct painter *p, const struct rec *box)
{
    bool current = rec_get_flag(box, "current");
    const char *name = current ? p->ink->header_text : p->ink->text;
    const char *tag = current ? p->ink->header_text : p->ink->muted;
    text_add(p->html, "\n<TR>");
    if (current) {
        text_addf(p->html,
                  "<TD COLSPAN=\"2\" CELLPADDING=\"0\"><TABLE BORDER=\"0\" CELLBORDER=\"0\""
                  " CELLSPACING=\"0\" CELLPADDING=\"2\" BGCOLOR=\"%s\"><TR>",
                  p->ink->header);
    }
    text_add(p->html, "<TD ALIGN=\"LEFT\">");
    add_run(p->html, name, SMALL, false, current ? "▶ " : "");
    add_run(p->html, name, LARGE, true, rec_get_text(box, "name"));
    text_add(p->html, "</TD><TD ALIGN=\"RIGHT\">");
    add_run(p->html, tag, SMALL, false, " ");
    add_run(p->html, tag, SMALL, false, rec_get_text(box, "op"));
    add_run(p->html, tag, SMALL, false, rec_get_flag(box, "dead") ? " · dead" : "");
    add_run(p->html, tag, SMALL, false, is_kind(box, "output") ? " · output" : "");
    text_add(p->html, current ? "</TD></TR></TABLE></TD></TR>" : "</TD></TR>");
}

static void add_row(const struct painter *p, const char *what, const char *colour, bool bold,
                    const char *number)
{
    bool known = strcmp(number, "·") != 0;
    text_add(p->html, "\n<TR><TD ALIGN=\"LEFT\">");
    add_run(p->html, p->ink->muted, SMALL, false, what);
    text_add(p->html, "</TD><TD ALIGN=\"RIGHT\">");
    add_run(p->html, known ? colour : p->ink->muted, NORMAL, bold && known, number);
    text_add(p->html, "</TD></TR>");
}

static void add_rows(const struct painter *p, const struct rec *box)
{
    const char *sum = rec_get_text(box, "sum_text");
    add_header(p, box);
    add_row(p, "value", p->ink->value, false, rec_get_text(box, "value_text"));
    add_row(p, "grad", p->ink->grad, true, rec_get_text(box, "grad_text"));
    if (sum[0] != '\0') {
        text_add(p->html, "\n<TR><TD COLSPAN=\"2\" ALIGN=\"RIGHT\">");
        add_run(p->html, p->ink->grad, SMALL, false, sum);
        text_add(p->html, "</TD></TR>");
    }
}

static void add_body(const struct painter *p, const struct rec *box, const struct look *look)
{
    text_addf(p->html,
              "<TABLE BORDER=\"%d\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"%d\""
              " COLOR=\"%s\" BGCOLOR=\"%s\"%s>",
              look->border, look->padding, look->border > 1 ? p->ink->text : p->ink->edge,
              look->fill, look->style);
    if (is_kind(box, "constant")) {
        text_add(p->html, "<TR><TD>");
        add_run(p->html, p->ink->value, NORMAL, false, rec_get_text(box, "value_text"));
        text_add(p->html, "</TD></TR>");
    } else {
        add_rows(p, box);
    }
    text_add(p->html, "</TABLE>");
}

static void add_label(const struct painter *p, const struct rec *box)
{
    const struct rec *cells = rec_find(box, "cells");
    struct look look = look_of(box, p->ink);
    if (look.twice) {
        text_addf(p->html,
                  "<TABLE BORDER=\"1\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"3\""
                  " COLOR=\"%s\"><TR><TD>",
                  p->ink->edge);
    }
    text_add(p->html,
             "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"0\"><TR>");
    if (cells->in.count > 0) {
        text_add(p->html, "<TD>");
        add_operands(p, cells);
        text_add(p->html, p->top_down ? "</TD></TR>\n<TR>" : "</TD>\n");
    }
    text_add(p->html, "<TD PORT=\"o\">");
    add_body(p, box, &look);
    text_add(p->html, look.twice ? "</TD></TR></TABLE></TD></TR></TABLE>" : "</TD></TR></TABLE>");
}

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

// A drawing's parts are called what the scene calls them: n4, and n4i0 for the edge into its first
// cell.
static const struct setting of_node[] = {
    {"id", "\\N"},      {"shape", "plain"}, {"fontname", "DejaVu Sans,Verdana,sans-serif"},
    {"fontsize", "11"}, {"label", ""},
};

// The empty ones have to be declared too before an edge can be given its own.
static const struct setting of_edge[] = {
    {"arrowsize", "0.8"}, {"arrowhead", "normal"}, {"penwidth", "1"}, {"color", ""}, {"style", ""},
    {"dir", ""},          {"headport", ""},        {"tailport", ""},  {"id", ""},
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

static void add_node(Agraph_t *g, const struct painter *p, const struct rec *box)
{
    text_clear(p->html);
    add_label(p, box);
    char *label = agstrdup_html(g, (char *)text_get(p->html));
    set(node_of(g, rec_get_text(box, "id")), "label", label);
    agstrfree(g, label);
}

// The pen tells what flows: nothing yet, a share (the wider the larger), or that none ever will.
static void paint_edge(Agedge_t *edge, const struct painter *p, const struct rec *cell,
                       bool reversed)
{
    bool known = rec_find(cell, "share") != NULL;
    bool constant = rec_get_text(cell, "local_text")[0] == '\0';
    bool none = known && rec_get_number(cell, "share") == 0;
    bool idle = constant || none || (!known && p->backward);
    char width[NUMBER_TEXT];
    snprintf(width, sizeof width, "%.2f", 0.9 + 2.1 * rec_get_number(cell, "weight"));
    set(edge, "color", idle ? p->ink->pending : known ? p->ink->grad_edge : p->ink->edge);
    set(edge, "penwidth", known ? width : "1");
    set(edge, "style", none ? "dashed" : "");
    set(edge, "dir", reversed ? "back" : "");
}

static void add_edges(Agraph_t *g, const struct painter *p, const struct rec *box)
{
    Agnode_t *head = node_of(g, rec_get_text(box, "id"));
    const struct rec *cells = rec_find(box, "cells");
    for (const struct rec *cell = cells->in.first; cell != NULL; cell = cell->next) {
        char port[8], id[24];
        Agnode_t *tail = node_of(g, rec_get_text(cell, "from"));
        Agedge_t *edge = agedge(g, tail, head, NULL, 1);
        snprintf(port, sizeof port, p->top_down ? "i%u:n" : "i%u:w",
                 (unsigned)rec_get_whole(cell, "slot") % 10);
        snprintf(id, sizeof id, "%s%.2s", rec_get_text(box, "id"), port);
        set(edge, "id", id);
        set(edge, "headport", port);
        set(edge, "tailport", p->top_down ? "o:s" : "o:e");
        paint_edge(edge, p, cell, p->backward && rec_get_flag(box, "current"));
    }
}

static void add_graph(Agraph_t *g, const struct painter *p, const struct rec *scene)
{
    const struct rec *boxes = rec_find(scene, "boxes");
    declare(g, AGRAPH, "rankdir", p->top_down ? "TB" : "LR");
    declare(g, AGRAPH, "bgcolor", p->ink->background);
    declare_all(g, AGRAPH, of_graph, COUNT_OF(of_graph));
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

bool dot_text(const struct rec *scene, struct text *out, struct diag *d)
{
    struct text html;
    text_init(&html);
    const struct painter p = {
        .ink = strcmp(rec_get_text(scene, "theme"), "dark") == 0 ? &dark : &light,
        .compact = rec_get_flag(scene, "compact"),
        .top_down = strcmp(rec_get_text(scene, "direction"), "TB") == 0,
        .backward = strcmp(rec_get_text(scene, "walk"), "backward") == 0,
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
