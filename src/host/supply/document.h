// The document that `notes` writes: the pictures are drawn, the file is written whole.
#ifndef SUPPLY_DOCUMENT_H
#define SUPPLY_DOCUMENT_H

#include "base/diag.h"
#include "base/stop.h"
#include "words/notes.h"

// Writes the notes into a file: format "md", "html" or "ipynb". name: the path as it was typed,
// whose last part is the document's title. The pictures of a Markdown document are files beside it:
// FILE-1.svg, FILE-2.svg. Where a picture cannot be drawn its drawing in characters stays. notes
// NULL: nothing was kept. False: d says why, its span is 0.
bool document_write(struct notes *notes, const char *format, const char *path, const char *name,
                    struct stop *stop, struct diag *d);

#endif
