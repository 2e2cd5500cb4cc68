// The colours of pictures, and the labels of their boxes in Graphviz's HTML: what dot.c puts on the
// nodes.
#ifndef DOT_DOT_LABEL_H
#define DOT_DOT_LABEL_H

#include "base/record.h"
#include "base/text.h"

// Every word has a contrast of at least 4.6:1 (WCAG AA asks for 4.5:1) to every fill that it may
// are on.
struct palette {
    const char *background, *text, *muted, *value, *local, *grad;
    const char *edge, *grad_edge, *pending;
    const char *cell, *parameter, *input, *constant, *interior, *output, *group, *dead, *derivative,
        *current;
    const char *header, *header_text;  // of the current step
};

extern const struct palette palette_light, palette_dark;

// How a picture is drawn: with a cell for each operand; with the derivatives on the edges; or with
// the operations as nodes of their own. From STYLE_FIT on as is chosen for a picture that fits an
// area (scene/fit.h).
enum style {
    STYLE_CELLS,
    STYLE_EDGES,
    STYLE_MICROGRAD,
    STYLE_FIT,
    STYLE_TERSE,
    STYLE_LINE,
    STYLE_BARE
};

// How a box is framed and filled.
struct look {
    const char *fill, *style;
    int border, padding;  // points
    bool twice;           // a second frame around it
    bool doubled;         // a second frame around the body
};

struct look dot_look_of(const struct rec *box, const struct palette *ink);

struct dot_names;

// What a scene is drawn with.
struct label_painter {
    const struct palette *ink;
    enum style style;
    bool compact, top_down;
    bool backward;                  // a backward walk is on
    const struct dot_names *names;  // of nodes, in a file; NULL: their ids are
    bool frame;                     // one of several that are equal but for what is hidden
    bool blank;                     // what is hidden is to be filled in
    const char *ground;             // the fill of the cell in work: what is hidden has its colour
    struct text *html;              // the label in work
};

// Words in letters of the size that the nodes are declared with; nothing for "".
void dot_add_run(const struct label_painter *p, const char *colour, bool bold, const char *s);
// What the value of a box is called: by its name, its formula, or its number.
const char *dot_called(const struct rec *box);
// A box of a picture that fits an area (dot_fit.c).
void dot_add_fit_box(const struct label_painter *p, const struct rec *box);

// Each appends to p->html. A box; what is on an edge; an operation that is a node of its own.
void dot_add_box(const struct label_painter *p, const struct rec *box);
void dot_add_edge_label(const struct label_painter *p, const struct rec *cell);
void dot_add_operation(const struct label_painter *p, const struct rec *box);

// Is this an edge of many values (scene/scene.h)? Has this operand a cell in the box, and the box
// any cells? Where there is none, edges end on the body.
bool dot_is_wide(const struct rec *cell);
bool dot_is_drawn(const struct label_painter *p, const struct rec *cell);
bool dot_has_cells(const struct label_painter *p, const struct rec *box);

#endif
