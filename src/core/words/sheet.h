// Rows of records as comma-separated values (RFC 4180): a head, then a line for each row, every
// line ended by CR LF. Texts with a comma, a quotation mark or a line end are quoted; flags are
// true and false.
#ifndef WORDS_SHEET_H
#define WORDS_SHEET_H

#include "base/record.h"

// A learner's log of answers: the rows of a record of kind "attempts".
void sheet_add_attempts(struct text *out, const struct rec *rows);

#endif
