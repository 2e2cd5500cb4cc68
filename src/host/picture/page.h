// The player: a scene and the walk over it as one HTML file that steps through both passes in a
// browser. It fetches nothing and needs nothing beside it. The page itself is src/web/page/, which
// the build joins into one text and puts into the program (tools/page, Makefile); here the drawing
// and the records are put into that.
//
// The drawing, of the walk's end, is laid out once: the page changes words and colours, never where
// anything stands.
#ifndef PICTURE_PAGE_H
#define PICTURE_PAGE_H

#include "base/diag.h"
#include "base/record.h"
#include "base/stop.h"

// Appends the page. svg[0..n) is the scene's drawing as XML; trace is command/trace.h's record.
// Where there is no scene (NULL), the page shows the layers alone. more: what follows these in a
// list of JSON, or "". What the records say cannot end the element that they are in, whatever it
// is.
void page_text(struct text *out, const struct rec *scene, const struct rec *trace, const char *more,
               const char *svg, size_t n);

// Draws the first scene of these records, and those of their openings, and writes the page into a
// file, which is whole or as it was. *stop (NULL: nothing) becoming not 0 ends the drawing. False:
// d says why, its span is 0.
bool page_write(const struct records *records, const char *path, struct stop *stop, struct diag *d);

#endif
