// Expected lines laid beside the lines that came back: does a transcript hold, what differs, and
// what of it to keep when it is blessed are three readings of one alignment.
//
// In an expected line "..." stands for any text. A line of nothing else (blanks aside) stands for
// any number of lines. The alignment is the one with the fewest changes (an edit distance with free
// wildcards, so that a changed line after a "..." is shown as changed and not swallowed by it); it
// takes time and memory in proportion to the product of both counts, and where that is more than
// 16 million it is not looked for: everything is missing then, and everything extra.
#ifndef CHECK_ALIGN_H
#define CHECK_ALIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

struct line {
    const char *s;
    size_t n;
};

enum align_step {
    ALIGN_SAME,     // the next expected line is the next that came
    ALIGN_ANY,      // a "..." swallows the next line that came
    ALIGN_ANY_END,  // that "..." is done
    ALIGN_CHANGED,  // the next expected line and the next that came differ
    ALIGN_MISSING,  // the next expected line did not come
    ALIGN_EXTRA,    // the next line that came was not expected
};

// Fills `steps` (enum align_step, initialised by the caller). False: out of memory.
bool align_lines(const struct line *expected, size_t n, const struct line *came, size_t m,
                 struct buf *steps);
// Is there no difference?
bool align_holds(const struct buf *steps);

#endif
