// Who of a class is where, and which questions fail most.
#ifndef CHECK_CLASS_REPORT_H
#define CHECK_CLASS_REPORT_H

#include <stdio.h>

#include "base/record.h"
#include "check/class_judge.h"

// A lesson that answers may be about.
struct class_lesson {
    const char *id;
    size_t questions;
};

// Appends a record of kind class_report on the students (struct class_student), whose answers were
// judged, and the lessons (struct class_lesson). False: out of memory.
bool class_report(const struct buf *students, const struct buf *lessons, struct records *out);
// The students of such a record as CSV, a line each.
void class_csv(const struct rec *report, FILE *out);

#endif
