// What a learner must know of a table that was read: which numbers stand for its texts, where
// numbers are missing, and what could have been read in another way.
#ifndef TEXT_CSV_NOTES_H
#define TEXT_CSV_NOTES_H

#include "text/csv.h"

// Appends sentences, in `memory`, to `notes` (const char *).
void csv_notes(const struct csv *c, const char *name, struct arena *memory, struct buf *notes);

#endif
