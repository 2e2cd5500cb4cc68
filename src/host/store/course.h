// The course on the disk: the lessons' folder, joined with the learner's progress.
//
// The folder is $BACKSTEP_LESSONS, or the one that came with the program. Every file *.md in it is
// a lesson, but README.md. They are read whole, by the same reader that plays them (lesson_file.h),
// each time, which takes about 50 ms for the course that comes along.
#ifndef STORE_COURSE_H
#define STORE_COURSE_H

#include "lesson/course.h"
#include "store/progress.h"

// The folder's path; the caller frees it. NULL if there is none.
char *course_folder(void);

// Fills a course, which the caller releases. folder may be NULL: then there are no lessons.
// progress may be NULL: then nothing has been done. now: Unix time, seconds; 0: asks the clock.
// with_log: c->attempts are wanted.
void course_load(struct course *c, const char *folder, struct progress *progress, int64_t now,
                 bool with_log);

#endif
