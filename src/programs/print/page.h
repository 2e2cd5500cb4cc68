// Blocks of a document, set on pages of A4 with Pango and drawn as PDF with cairo.
//
// Lengths are in points, a 72nd of an inch. Texts are Pango markup.
#ifndef PRINT_PAGE_H
#define PRINT_PAGE_H

#include <stdbool.h>
#include <stddef.h>

enum block_kind {
    BLOCK_TITLE,
    BLOCK_HEADING,
    BLOCK_TEXT,
    BLOCK_BULLET,  // mark: "•" or "2."; level: how deep, from 1
    BLOCK_QUOTE,
    BLOCK_CODE,     // one line
    BLOCK_TABLE,    // mark: a letter for each column, l or r; text: rows apart by \n, cells by \t
    BLOCK_FIELDS,   // text: names apart by \t, each with room to write after it
    BLOCK_LINES,    // level: so many lines to write on
    BLOCK_PICTURE,  // text: a PNG of `length` bytes
    BLOCK_BOX,      // a frame begins …
    BLOCK_END,      // … and ends
    BLOCK_PAGE      // a new page
};

struct block {
    enum block_kind kind;
    int level;
    const char *mark, *text;
    size_t length;
};

// Writes the blocks as a PDF to standard output. False: a picture is not a PNG, a text has bad markup, or
// it cannot be written; *why says so.
bool page_write(const struct block *blocks, size_t count, const char **why);

#endif
