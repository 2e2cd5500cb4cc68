// What goes over a socket as one: some frames of bytes, in one piece of memory.
#ifndef JUPYTER_PARCEL_H
#define JUPYTER_PARCEL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

struct parcel {
    struct buf bytes;  // char: the frames, one after the other, each ended by a 0 of its own
    struct buf ends;   // size_t: where each frame ends, that 0 not counted
};

struct frame_bytes {
    const char *s;
    size_t n;
};

void parcel_init(struct parcel *p);
void parcel_release(struct parcel *p);
void parcel_add(struct parcel *p, const char *s, size_t n);
size_t parcel_count(const struct parcel *p);
// Frame i, until another is added.
struct frame_bytes parcel_get(const struct parcel *p, size_t i);
// Was memory short?
bool parcel_failed(const struct parcel *p);

#endif
