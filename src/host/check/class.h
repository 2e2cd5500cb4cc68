// `backstep class`: what a class has handed in (`progress handin`).
#ifndef CHECK_CLASS_H
#define CHECK_CLASS_H

#include "check/grade.h"

// Reads the hand-ins in the folder, and in folders within; lessons among them (*.md) are lessons that
// the answers may be about, beside those of the course. All answers are judged again. What is neither
// is named on standard error. Returns the exit status: 0; 1 where a file could not be read, or an
// answer is marked right that is not; 2 where there is no hand-in.
int class_run(const char *folder, enum grade_form form, enum theme theme);

#endif
