// A Markdown file as blocks: fences, where lessons and transcripts keep what runs, and prose, its
// inlines in the text form of lesson/lesson.h. markdown.c is the only user of cmark-gfm.
//
// A file may come from anywhere, and cmark-gfm takes quadratic time on some inputs (two minutes for
// 256 KiB of nested lists). No check of the text's shape would know them all, and no alarm can take
// a library back out of the middle of its work. So a child process parses, with two seconds of
// processor time and no more; if it spends them, or dies of anything else, the file is refused. The
// child only says what it found: that a fence is in the file where it says is checked here.
//
// A file that begins with `---` is a lesson: what stands up to the next such line is its front
// matter, no Markdown. In a lesson {= } and $ $ keep their bytes, whatever Markdown would make of a
// star or an underscore in them.
#ifndef STORE_MARKDOWN_H
#define STORE_MARKDOWN_H

#include "base/diag.h"
#include "base/mem.h"

enum {
    MARKDOWN_MOST = 1 << 20,          // bytes of a file
    MARKDOWN_LESSON_MOST = 256 << 10  // … of a lesson
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

enum markdown_kind {
    MARKDOWN_HEADING,    // text; level 1 to 6
    MARKDOWN_PARAGRAPH,  // text
    MARKDOWN_BULLET,  // text: a paragraph in a list; level: how deep, from 1; mark: "•" or "2.",
                      // "" where it goes on with the item above
    MARKDOWN_QUOTE,   // text
    MARKDOWN_TABLE,   // cells
    MARKDOWN_FENCE,   // fence; text: its content as it stands
    MARKDOWN_INDENTED,  // text: code without a fence
    MARKDOWN_HTML,      // a block of HTML that is not a comment
};

struct markdown_block {
    enum markdown_kind kind;
    size_t line;  // its first, from 1
    int level;
    const char *mark, *text;
    const char *const *cells;  // row by row, the head first
    size_t rows, columns;
    struct fence fence;
};

struct markdown {
    bool has_front;
    struct span front;  // the front matter's bytes: from line 2 up to the line that closes it
    struct buf blocks;  // struct markdown_block, in the file's order
    struct arena arena;
};

// Reads s[0..n), which need not stay. False: the diag says why. Release it whatever came of it.
bool markdown_read(struct markdown *m, const char *s, size_t n, struct diag *d);

// A text that a child may have read already, together with others: to start a child takes longer than to
// read a text, above all beside a large graph.
struct markdown_text {
    const char *s;  // borrowed
    size_t n;
    bool known;       // it has been read
    struct buf told;  // what the child told of it
};

// Reads these texts in one child, which has as much time as it would have for one. What it does not come to
// is not known, and is read by itself later.
void markdown_read_ahead(struct markdown_text *texts, size_t count);
// As markdown_read.
bool markdown_read_text(struct markdown *m, const struct markdown_text *text, struct diag *d);
void markdown_release(struct markdown *m);

#endif
