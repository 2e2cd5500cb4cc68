// A folded picture with one of its boxes opened, as `expand NAME` would have it: what a player shows
// when a box is clicked.
//
//   {kind: "opening", of: "n9", picture: {kind: "scene", …}}      the box n9 of the picture is open
//   {kind: "opening", of: "n9/n7", picture: {…}}                  and in it the box n7
//
// Boxes that would show more than a page bears are not opened, nor more than a few dozen in all.
#ifndef COMMAND_OPENINGS_H
#define COMMAND_OPENINGS_H

#include "command/screen.h"

// Appends one record for each box of `shown` that can be opened. False: the diag is set.
bool openings_put(struct call *c, const struct screen *shown, uint32_t root,
                  const struct scene_options *options);

#endif
