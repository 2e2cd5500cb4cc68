// Where something is in a lesson's file: what the checks tell mistakes by. The file is read
// anew each time, as few are told.
#ifndef STORE_LESSON_PLACE_H
#define STORE_LESSON_PLACE_H

#include <stddef.h>

// From 1, the column in characters.
struct lesson_place {
    size_t line, column;
};

// The value of `key:` in the block, or the front matter, that begins in this line. There is none:
// the beginning of the line.
struct lesson_place lesson_place_of_key(const char *path, size_t line, const char *key);
// Text that is in this line or in one of those below it, up to an empty one. It does not (or it
// is empty): the line's own beginning, or that of its value if it is `key: value`.
struct lesson_place lesson_place_of_text(const char *path, size_t line, const char *text, size_t n);

#endif
