// A network by layers as a picture: a record of kind "flow" to a scene (scene.h).
//
// Inputs and targets are boxes, each layer is a box of its weighted sums, with its parameters, and
// one of what its activation makes of them, and the output is a box. Values are shown by their first
// numbers, gradients by their lengths; an edge carries the length of the gradient that comes back.
// A layer that vanishes, explodes, is saturated or has dead units says so in its box. Boxes are
// numbered in their order, operands first, as the nodes of other scenes are.
#ifndef SCENE_SCENE_LAYERS_H
#define SCENE_SCENE_LAYERS_H

#include "base/record.h"

// Appends the scene to `out`. theme: "light" or "dark". NULL if out of memory.
struct rec *scene_layers(struct records *out, const struct rec *flow, const char *theme);

#endif
