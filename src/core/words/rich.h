// Records for what is not a terminal: HTML, Markdown and LaTeX. All three are written from the same
// words that a terminal shows (words_*.c), with their structure kept: tables as rows of cells, the
// prose of lessons unbroken, mathematics as TeX. So no record needs a writer of its own, and a new
// one has all forms at once.
//
// Nothing that a learner or a lesson's author typed becomes markup: each form escapes every text
// that it is given.
#ifndef WORDS_RICH_H
#define WORDS_RICH_H

#include "words/table.h"
#include "words/words.h"

// The form that shows a record best, where a program can show all of them: tables and lines are
// HTML, the prose and questions of lessons Markdown, derivatives LaTeX. A scene and a plot are
// RICH_PICTURE: draw them as SVG; the forms hold their drawing in characters.
enum rich_form { RICH_HTML, RICH_MARKDOWN, RICH_LATEX, RICH_PICTURE };
enum rich_form rich_best(const struct rec *record);

// ---- For the writers of the forms: html.c, markdown.c, latex.c -----------------------------------

// How a form writes. `at` is the writer's own, which begins with the text that is written.
struct rich_writer {
    // A piece of text s[0..n), without marks, in this ink (INK_END: plain).
    void (*text)(void *at, enum ink ink, const char *s, size_t n);
    // Mathematics as TeX, without its dollar signs.
    void (*maths)(void *at, const char *s, size_t n);
    // A line or a paragraph of prose, whose pieces come in between. ink: INK_TITLE for a heading.
    void (*begin_line)(void *at, bool prose, enum ink ink);
    void (*end_line)(void *at, bool prose, enum ink ink);
    // Lines that keep their blanks and breaks, all of them at once: no other calls for them.
    void (*fixed)(void *at, const char *s, size_t n);
    // A table of so many columns, 'l' or 'r' for each in `align`. head: the row is one of titles.
    void (*begin_table)(void *at, const char *align, size_t columns, bool has_head);
    void (*begin_row)(void *at, bool head);
    void (*begin_cell)(void *at, char align, bool head, size_t column);
    void (*end_cell)(void *at, bool head);
    void (*end_row)(void *at, bool head);
    void (*end_table)(void *at);
};

void rich_write(const struct rec *record, const struct words_form *form,
                const struct rich_writer *writer, void *at);

#endif
