// Students who handed in more than once.
#ifndef CHECK_CLASS_AGAIN_H
#define CHECK_CLASS_AGAIN_H

#include "base/mem.h"

// Two hand-ins under one name are one student's if they are of one progress (its salt), or have an
// answer in common, given at the same second. Then the later one counts, by its last answer: the other is
// named on standard error, and taken out of `students` (struct class_student). Different students of
// one name stay.
void class_again(struct buf *students);

#endif
