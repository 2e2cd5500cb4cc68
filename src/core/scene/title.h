// What the boxes of a picture are called, and the formulas of what is in them.
//
// A value without a name is called by its own formula, where that is short (w0·x0, exp(−t1)), and
// else t1, t2 … in the order of the tape; what comes of a turn of a loop that is one box, turn 1. Formulas are written as pictures show them: · for times,
// a real minus, ^ for a power.
#ifndef SCENE_TITLE_H
#define SCENE_TITLE_H

#include "formula/expr.h"
#include "scene/fold.h"
#include "scene/part.h"

// Letters of a formula that serves as a name; of any formula that is shown.
enum { TITLE_MOST = 16, FORMULA_MOST = 36 };

struct titles {
    struct exprs pool;
    struct names *names;
    const struct tape *tape;
    const struct part *part;
    struct buf called;  // uint32_t for each value: what formulas call it
    struct buf made;    // uint32_t for each value: what makes it, down to other boxes
};

// Of a part as it is folded (NULL: nothing is). Release it whatever the end. False if out of
// memory.
bool titles_find(struct titles *t, const struct tape *tape, struct names *names,
                 const struct part *part, const struct folds *folds);
void titles_release(struct titles *t);

// What value i of the part is called. Returns `out`.
const char *title_of(struct titles *t, size_t i, char out[LABEL_TEXT]);
// Appends the formula of value i; what is beyond FORMULA_MOST letters is cut. Nothing of a leaf.
void title_formula(struct titles *t, size_t i, struct text *out);
// Appends a text of the learner's, on one line, at most so many letters of it.
void title_cut(struct text *out, const char *s, size_t n, size_t most);

#endif
