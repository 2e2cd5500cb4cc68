// Statements in short pieces: which unnamed values of a long formula are to be boxes of their own,
// for the formula in every box to be short.
#ifndef SCENE_FOLD_SHORT_H
#define SCENE_FOLD_SHORT_H

#include "scene/part.h"
#include "text/names.h"

// apart[i] becomes 1 where value i of the part is unnamed and is to be a box of its own: because it
// is used more than once, or because its user's formula would have more than `most` letters with
// it. `name` and `array` have for each value its name and the array it is an element of, or
// NAME_NONE. False if out of memory.
bool fold_short(struct buf *apart, const struct tape *t, struct names *names,
                const struct part *part, const uint32_t *name, const uint32_t *array, size_t most);

#endif
