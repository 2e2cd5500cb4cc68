// Rows of records as comma-separated values (RFC 4180): a head, then a line for each row, every
// line ended by CR LF. Texts with a comma, a quotation mark or a line end are quoted; flags are
// true and false.
#ifndef WORDS_SHEET_H
#define WORDS_SHEET_H

#include "base/record.h"

// The columns of a learner's log of answers (records of kind "attempts").
#define SHEET_ATTEMPTS "when,lesson,question,version,type,rating,right,skipped,hints,seed,given"

// columns: the head, and the keys of the fields below it, apart by commas.
void sheet_add(struct text *out, const char *columns, const struct rec *rows);

#endif
