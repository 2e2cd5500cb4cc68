// The picture of a graph on a page: as it is where it is small, else folded until one can read it.
//
// A page lays nothing out, and numbers of it change while one looks on. So one layout is chosen here,
// without trying: the first stage of folding with few enough boxes, with labels as full as the screen
// has room for. A leaf is always a box of its own, so that it can be dragged.
#ifndef COMMAND_SCREEN_H
#define COMMAND_SCREEN_H

#include "scene/fit.h"
#include "session/call.h"

// Boxes that a page shows: as many as one likes to have where it is folded by itself, and at most.
enum { SCREEN_TO = 24, SCREEN_MOST = 60 };

struct screen {
    struct part part;
    struct folds folds;
    struct titles titles;
    struct buf typed;         // struct scene_typed: formulas as they were typed
    struct fold_stage stage;  // as far as it was folded
    bool folded;              // false: it is drawn as it is
    bool chosen;              // are the next two known?
    enum fit_style style;
    bool down;
};

// How root is to be shown. stage NULL: as far folded as it takes; else exactly so. groups and looks are
// what the learner folded or opened (scene/fold.h). Release it whatever the end; false: the diag is
// set.
bool screen_find(struct screen *s, struct call *c, uint32_t root, const struct fold_stage *stage,
                 const struct buf *groups, const struct buf *looks);
void screen_release(struct screen *s);

// Appends its scene, as things are now. The first one made decides style and direction, so it is to be
// the one that will be laid out. inner: with all that it takes to compute it anew. NULL: the diag is
// set.
struct rec *screen_scene(struct screen *s, struct call *c, uint32_t root,
                         const struct scene_options *options, bool inner);

#endif
