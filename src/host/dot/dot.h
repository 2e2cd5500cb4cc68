// A scene as DOT, Graphviz's language for graphs.
//
// A box becomes a node of shape plain whose label is a table: one cell PORT="i0", "i1" per operand,
// holding the local gradient and, once known, local × upstream = share; and the body, PORT="o",
// with name, operation, value and gradient. Edges run from body to cell, so that no word is on
// an edge and none can collide. Kinds differ in border and tag as well as in colour, which is what
// is left in grey print or to a colour-blind eye.
//
// The same scene gives the same text to the byte, and any Graphviz lays it out by `dot`.
#ifndef DOT_DOT_H
#define DOT_DOT_H

#include "base/diag.h"
#include "base/record.h"

// How a scene is drawn, in place of what it says itself.
struct dot_form {
    const char *style;  // "cells", "terse", "line", "bare"
    bool down;
    int lines;  // that a picture from left to right is broken into
    // What backstep-render is to know of this trial (programs/render/main.c); NULL if it is not
    // one.
    const char *trial;
    int dpi;               // 0: as usual
    double width, height;  // points that the picture is to fill; 0: as large as it is
};

// What the text is for: to be laid out by us, or a file, whose nodes and edges have names and
// numbers for other programs (dot_data.h).
enum dot_use { DOT_LAYOUT, DOT_FILE };

// Appends the DOT text of a scene (scene/scene.h); form NULL: as the scene says. False, and says so
// in d, if out of memory.
bool dot_text(const struct rec *scene, const struct dot_form *form, enum dot_use use,
              struct text *out, struct diag *d);

#endif
