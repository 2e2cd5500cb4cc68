// What Markdown must not see of a lesson: its front matter, and stars and underscores in {= } and
// $ $. Bytes keep their places, so that what Markdown says of lines is true of the file.
#ifndef STORE_MASK_H
#define STORE_MASK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

// Blanks out the front matter of s[0..n), which begins with `---`, and masks the rest. *front
// receives the bytes between the lines `---`. False: the first is not followed by a second.
bool mask_lesson(char *s, size_t n, struct span *front);
// Puts back what was masked, in any part of the text.
void mask_undo(char *s, size_t n);

#endif
