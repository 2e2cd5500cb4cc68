// Frames: pictures of a walk that are equal but for what they hide, so that nothing in them moves.
//
// A frame has the texts of the scene at the walk's end. What is not known yet is marked:
// `hide_value` and `hide_grad` of a box or a chip, `hide_local` and `hide_share` of a cell. A
// drawer keeps the room of what is hidden. A worksheet hides the same way what is to be filled in.
#ifndef SCENE_FRAME_H
#define SCENE_FRAME_H

#include "base/record.h"

// What a worksheet leaves to be filled in; its key, nothing.
enum frame_blank { FRAME_KEY, FRAME_GRADS, FRAME_LOCALS };

// Where a frame is: in a pass, "forward" or "backward", before its first step or later.
struct frame_place {
    const char *pass;
    bool first;  // no box is the current one yet
};

// Appends to a list of scenes the frame at which the walk stands as in `now`: a scene of the same
// boxes as `last`, the walk's end. False if out of memory.
bool frame_add(struct records *out, struct rec *list, const struct rec *last, const struct rec *now,
               struct frame_place place);
// A worksheet, or its key. With FRAME_LOCALS local gradients are to be filled in too.
bool frame_add_sheet(struct records *out, struct rec *list, const struct rec *last,
                     enum frame_blank blank);

#endif
