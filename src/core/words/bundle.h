// A record for a front end that shows the richest form it can: Jupyter's MIME bundle, one JSON map
// of forms. Plain text is always among them; beside it stands what shows the record best (rich.h).
//
//   {"text/plain": "  L = -8\n", "text/html": "<div …"}
//   {"text/plain": …, "image/svg+xml": "<svg …", "text/html": "<img src=\"data:…"}
//
// A picture comes twice: programs that clean HTML empty an <svg>, and the ids of two drawings would
// meet on one page; an <img> is safe from both.
#ifndef WORDS_BUNDLE_H
#define WORDS_BUNDLE_H

#include "base/record.h"
#include "words/words.h"

// Larger drawings than this, in bytes, come as SVG alone.
enum { BUNDLE_IMAGE_MOST = 256 << 10 };

struct bundle_drawer {
    // Appends the SVG of a scene or a plot. False if there is none, and its drawing in characters
    // is taken.
    bool (*draw)(void *at, const struct rec *record, struct text *svg);
    void *at;
    const char *style;  // a <style> before the HTML of lines and tables; NULL: none
};

// Appends the bundle. drawer NULL: nothing is drawn.
void bundle_add(struct text *out, const struct rec *record, const struct words_form *form,
                const struct bundle_drawer *drawer);
// The words of a record without marks of meaning; nothing for a record that is not for reading, and
// for a picture that went to a file.
void bundle_plain(struct text *out, const struct rec *record, const struct words_form *form);
// Is this a scene or a plot that is shown where it was asked for, not written to a file?
bool bundle_is_picture(const struct rec *record);
// s[0..n) in base64.
void bundle_add_base64(struct text *out, const char *s, size_t n);

#endif
