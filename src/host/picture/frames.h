// The frames of a walk as files: one each (walk-0.png, walk-1.png …), the pages of a .pdf, or an
// .svg that moves by itself.
#ifndef PICTURE_FRAMES_H
#define PICTURE_FRAMES_H

#include "base/diag.h"
#include "base/record.h"
#include "base/stop.h"

// Writes what a need of kind "frames" asks for. `path` has %d where the frames are numbered. All
// are drawn before the first is written. The need's text (what was chosen: picture/image.h) and the
// number of frames are appended to `told`. False: d says why, its span is 0.
bool frames_write(const struct rec *need, const char *path, struct stop *stop, struct buf *told,
                  struct diag *d);

// Joins SVGs of one size, one for each frame, into one that shows them in turn, for ever. `svgs` is
// an array of struct buf of bytes. False if one of them is not an SVG of ours, or if out of memory.
bool frames_join(struct text *out, const struct buf *svgs, size_t count);

#endif
