// A lesson on paper: its prose, its code with what comes back, its questions, and apart from them
// the answers.
//
// The lesson is played once with the numbers of a seed, and what it shows is kept as records;
// handout_html.c and handout_pdf.c write them down. `grade` with the same seed asks for the same.
#ifndef CHECK_HANDOUT_H
#define CHECK_HANDOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/record.h"
#include "base/stop.h"
#include "lesson/lesson.h"

struct handout_item {
    const struct rec *record;  // what is shown
    // Of a question; id is NULL of all else.
    const char *id;
    size_t number;  // from 1
    enum question_kind kind;
    int worth;
    const struct rec *key;  // of kind solution: the answer
    const char *solve;      // the statements that solve it, a line each; "" if none
};

struct handout {
    struct records records;
    struct arena arena;
    struct buf items;  // struct handout_item
    const char *id, *title;
    enum language language;
    uint64_t seed;
    struct text trouble;  // the first mistake of the lesson's own; "" if none
    // Why the first picture that is missing could not be drawn; not set: none is missing.
    struct diag undrawn;
};

// Plays the lesson, which is this function's from now on; data is read beside it, in `folder`.
// Release the handout whatever comes of it. False: there was no memory.
bool handout_make(struct handout *h, struct lesson *lesson, const char *folder, uint64_t seed);
void handout_release(struct handout *h);
// The title of the page for answers, and what is at its foot: how answers are written into a file.
const char *handout_answers(const struct handout *h);
void handout_foot(const struct handout *h, struct text *out);
// "2 points"; nothing of what is not counted.
void handout_points(const struct handout *h, const struct handout_item *item, struct text *out);
// Lines that an answer of this kind needs on paper; 0: none, it is written elsewhere.
size_t handout_lines(enum question_kind kind);
// The picture of a record that is one, in this format, at a density for paper. False if it is not
// one, or it cannot be drawn.
bool handout_draw(struct handout *h, const struct rec *record, const char *format,
                  struct buf *bytes);

// Appends it as one page that needs nothing else; keys: with the answers after it.
void handout_html(struct handout *h, bool keys, struct text *out);
// The same as PDF, on A4, drawn by backstep-print. False: d says why.
bool handout_pdf(struct handout *h, bool keys, struct buf *out, struct diag *d);

#endif
