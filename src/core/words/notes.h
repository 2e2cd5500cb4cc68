// A session as a document: what was typed, what came back, and the pictures.
//
// A log keeps each entry of a prompt with the records that answered it; a document is written from
// that, so that it shows what the learner saw, whatever has changed since. Three forms:
//
//   NOTES_MARKDOWN  statements and answers as blocks that `backstep check` runs again; a picture
//                   is below its block, and in the block its answer is "..."
//   NOTES_HTML      one page that needs nothing else
//   NOTES_NOTEBOOK  a Jupyter notebook (nbformat 4.4), a cell for each entry
//
// What is typed while a lesson is played goes into a document as text: it belongs to the lesson's
// graph, and cannot be run without it.
#ifndef WORDS_NOTES_H
#define WORDS_NOTES_H

#include "base/record.h"
#include "base/text.h"

enum notes_format { NOTES_MARKDOWN, NOTES_HTML, NOTES_NOTEBOOK };

// No more is kept than so many bytes: what is typed later is left out, and the document says so.
enum { NOTES_MOST = 64 << 20 };

struct notes {
    struct buf entries;  // struct note, private to notes.c
    struct text setup;   // the script of what the session held before; its owner adds to it
    size_t bytes;
    size_t left_out;  // entries
    bool playing;     // a lesson, now
};

void notes_init(struct notes *n);
void notes_release(struct notes *n);
// An entry was typed: typed[0..length).
void notes_begin(struct notes *n, const char *typed, size_t length);
// It is answered with this record; digits are the significant ones that it is shown with.
void notes_hear(struct notes *n, const struct rec *record, int digits);

struct notes_page {
    enum notes_format format;
    const char *title;
    // The picture of a scene or a plot, the number-th (from 1) of the document: in Markdown appends
    // the path of a file that it has written, otherwise SVG. False if there is none, and the
    // drawing in characters is taken.
    bool (*draw)(void *at, const struct rec *record, size_t number, struct text *out);
    void *at;
};

// Appends the document of all entries but the last one, which asked for it.
void notes_write(struct notes *n, const struct notes_page *page, struct text *out);

#endif
