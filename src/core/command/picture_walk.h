// All steps of a pass as pictures in which nothing moves, and worksheets: `graph L walk-%d.png`,
// `graph L sheet.pdf --blank grads`.
//
// The passes are taken aside, from fresh gradients. It takes three rounds: the host chooses a layout
// for the walk's end, draws every frame in just that layout, and then it is told.
#ifndef COMMAND_PICTURE_WALK_H
#define COMMAND_PICTURE_WALK_H

#include "command/picture_words.h"
#include "scene/part.h"

enum call_end picture_walk(struct call *c, const struct picture *p, const struct part *part);

#endif
