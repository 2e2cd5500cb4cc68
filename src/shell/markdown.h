// The fenced code blocks of a Markdown file: where lessons and transcripts keep what runs.
// markdown.c is the only user of cmark-gfm.
//
// A file may come from anywhere, and cmark-gfm takes quadratic time on some inputs (two minutes for
// 256 KiB of nested lists). No check of the text's shape would know them all, and no alarm can take
// a library back out of the middle of its work. So a child process parses, with two seconds of
// processor time and no more; if it spends them, or dies of anything else, the file is refused. The
// child only says what it found: that it stands in the file where it says is checked here.
#ifndef SHELL_MARKDOWN_H
#define SHELL_MARKDOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "base/mem.h"

enum {
    MARKDOWN_MOST = 1 << 20,          // bytes of a file
    MARKDOWN_LESSON_MOST = 256 << 10  // … of one that begins with a lesson's front matter, "---"
};

struct fence {
    const char *info;  // what follows the opening fence, "backstep new"; blanks around it trimmed
    size_t line;       // of the opening fence, from 1
    // The content's lines as bytes of the file, without what nests them (blanks, "> ") and without
    // their ends. A block can be nested in a way that its lines are not to be found in the file
    // (half a tab is indentation, the other half content): then it is not placed and has none.
    bool placed;
    size_t count;
    struct span *lines;
};

struct markdown {
    struct buf fences;  // struct fence, in the file's order
    struct arena arena;
};

// Reads s[0..n), which need not stay. False: the diag says why. Release it whatever came of it.
bool markdown_read(struct markdown *m, const char *s, size_t n, struct diag *d);
void markdown_release(struct markdown *m);

#endif
