// The structure of a record's words: rows and cells of tables, paragraphs of prose. The functions that
// put records into words write it with the words where a form keeps structure; rich.c reads it.
#ifndef WORDS_MARKS_H
#define WORDS_MARKS_H

#include "base/record.h"
#include "words/table.h"

// The first byte of a line says what it is. Texts cannot hold these bytes, since control
// characters are shown as \x1b; and if one did, the structure would change, but nothing would become
// markup.
enum mark {
    MARK_PROSE = 0x01,  // prose: the base ink, then the pieces
    MARK_TABLE = 0x02,  // a table begins: the alignments
    MARK_ROW = 0x03,    // a row: its cells, each ended by MARK_CELL
    MARK_CELL = 0x04,
    MARK_BREAK = 0x05,  // within prose: the next paragraph
};

// A table's rows. Every row has the columns of `align`.
void marks_put_table(struct text *out, const struct table *t);
// Prose with its lead (prose.h), and a table of a lesson.
void marks_put_prose(struct text *out, const char *text, const char *lead, enum ink ink);
void marks_put_prose_table(struct text *out, const struct rec *rows);

#endif
