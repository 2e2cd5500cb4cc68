// Pictures that fit an area: what is folded, how labels are worded and which way the picture runs,
// chosen so that the smallest letters are as large as can be for what is shown.
//
// The core has no layout, so it makes candidates, the most promising first; whoever has a layout
// tries them in turn, measures the letters, and stops where no later one can be better. A candidate
// is a scene (a stage of folding, and how many leaves are shown in the cells of their users) with a
// style and a direction:
//
//   cells   every cell has the derivative's name and, after the backward pass, the product
//   terse   a cell has the local derivative alone
//   line    the body is one line
//   bare    the same without cells
//
// Nothing depends on a clock: with the same fonts the choice is the same everywhere.
#ifndef SCENE_FIT_H
#define SCENE_FIT_H

#include "scene/scene.h"

enum fit_style { FIT_CELLS, FIT_TERSE, FIT_LINE, FIT_BARE, FIT_STYLES };
extern const char *const fit_style_names[FIT_STYLES];

enum fit_way { FIT_ANY_WAY, FIT_ACROSS, FIT_DOWN };

// At most so many layouts are tried; pictures with more boxes are not looked at while others are
// left, and with many more none is made.
enum { FIT_LAYOUTS = 40, FIT_BOXES = 60, FIT_BOXES_MOST = 300 };

// All in points: the area, and how large letters are to be.
struct fit_area {
    double width, height;
    double goal, floor;
};

struct fit_wish {
    struct fit_area area;
    enum fit_way way;
    int style;            // enum fit_style; FIT_STYLES: any
    bool all_boxes;       // every leaf is a box of its own
    bool sheet;           // gradients are to be filled in: every box has a row for its own
    enum fold_mode mode;  // FOLD_NOTHING, FOLD_ALL; FOLD_AS_IT_FITS: any stage
    const struct buf *groups, *looks;  // as for folds (scene/fold.h)
    const struct scene_typed *typed;   // as for scenes
    size_t names;
};

struct making {
    struct fold_stage stage;
    size_t chips;
    double cost;  // of these
};

// A candidate.
struct fit_trial {
    size_t scene;  // which of the scenes
    enum fit_style style;
    bool down;
    int lines;            // that a picture from left to right is broken into
    double worth, bound;  // without its letters; and what it is worth at most
};

struct fit {
    struct records scenes;  // of kind scene
    struct buf makings;     // struct making: how each was made
    struct buf trials;      // struct fit_trial: at most FIT_LAYOUTS, the most promising first
};

// Candidates for all of `options->part`. None if every one would have too many boxes. Release it
// whatever the end; false if out of memory.
bool fit_find(struct fit *f, const struct tape *tape, struct names *names, uint32_t root,
              const struct scene_options *options, const struct fit_wish *wish);
void fit_release(struct fit *f);

// The scene of a trial made anew, as things are now or as other options say. NULL if out of memory.
struct rec *fit_make(const struct fit *f, const struct fit_trial *trial, struct records *out,
                     const struct tape *tape, struct names *names, uint32_t root,
                     const struct scene_options *options, const struct fit_wish *wish);
const struct rec *fit_scene(const struct fit *f, const struct fit_trial *trial);
// Boxes of a scene, and leaves that are no boxes but shown in cells.
size_t fit_boxes(const struct rec *scene);
size_t fit_chips(const struct rec *scene);

#endif
