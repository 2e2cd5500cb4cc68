// How a long loop is interrupted: it looks at a flag now and then, and leaves when it is set.
#ifndef ENGINE_STOP_H
#define ENGINE_STOP_H

#include <stdbool.h>
#include <stddef.h>

enum { STOP_STRIDE = 1 << 14 };  // turns between two looks: well under a millisecond's work

// In turn i of a loop: should it leave? stop may be NULL.
static inline bool stop_asked(const volatile int *stop, size_t i)
{
    return i % STOP_STRIDE == 0 && stop != NULL && *stop != 0;
}

#endif
