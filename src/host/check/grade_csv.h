// What was graded as a table for a spreadsheet.
#ifndef CHECK_GRADE_CSV_H
#define CHECK_GRADE_CSV_H

#include <stdio.h>

#include "base/record.h"

// A cell that is a text, in quotation marks. One that a spreadsheet would take for a formula stays the
// text that it is.
void grade_csv_text(FILE *out, const char *text);
// Writes the students (records of kind "graded", all with the same tasks) as CSV, a line each: the
// file, the points of each task, their sum, how many there are, how many answers wait to be read.
void grade_csv(const struct records *students, FILE *out);

#endif
