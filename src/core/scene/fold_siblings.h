// Siblings: boxes without a name that are made of the same boxes, are used by the same, and hold as
// many values. They are the elements of an array that nobody gave a name, as X @ W is in
// f(X @ W, b).
#ifndef SCENE_FOLD_SIBLINGS_H
#define SCENE_FOLD_SIBLINGS_H

#include "scene/part.h"

// Boxes are numbers: `box` has that of each value of the part, and `may` tells of each value if its
// box may be a sibling. group[i] becomes the same number, from 0 on, for all values of siblings, and
// UINT32_MAX for all others; *count is how many groups there are. False if out of memory.
bool fold_siblings(struct buf *group, uint32_t *count, const struct tape *t,
                   const struct part *part, const uint32_t *box, const uint8_t *may);

#endif
