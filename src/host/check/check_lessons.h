// `backstep check` on lessons: plays every question as learners will, and a few ways they will not.
#ifndef CHECK_CHECK_LESSONS_H
#define CHECK_CHECK_LESSONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

// Where what is checked is counted, and what the lessons of one folder are held against together.
struct lessons_check {
    size_t passed, failed;
    size_t warned;       // of what may be meant
    bool fell_short;     // memory was refused: nothing was found out
    struct buf lessons;  // struct lesson *: those read so far
};

void lessons_check_init(struct lessons_check *c);
void lessons_check_release(struct lessons_check *c);
// Does this text begin with a lesson's front matter?
bool lessons_check_is_one(const char *s, size_t n);
// Plays a lesson; what its statements write goes into `folder`. Says what fails on standard output:
// FILE:LINE:COLUMN: what it is and how to mend it.
void lessons_check_file(struct lessons_check *c, const char *path, const char *folder);
// What the lessons read so far are together: a folder's ids, requires and order, and whether they
// cover the question list, folder/questions.txt, if there is one. Forgets them. (check_folder.c)
void lessons_check_folder(struct lessons_check *c, const char *folder);
void lessons_check_forget(struct lessons_check *c);

#endif
