// The course: what lessons there are, and how far the learner has come in each. Made by whoever
// can list files and read the log of attempts (the shell); the session shows it and finds what
// comes next.
#ifndef LESSON_COURSE_H
#define LESSON_COURSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/mem.h"

struct course_lesson {
    const char *id, *title;
    const char *path;      // what a need of kind "lesson" may ask for
    const char *requires;  // ids, apart by blanks
    int order;
    uint32_t questions;  // in it
    uint32_t done;       // answered rightly, or rated
    uint32_t skipped;
    uint32_t place;  // questions passed when it was left: where it goes on
};

struct course_due {
    const char *lesson;    // its path
    const char *question;  // its id
    int64_t due;           // Unix time, seconds
};

struct course {
    struct arena arena;
    struct buf lessons;   // struct course_lesson, in the order of the course
    struct buf due;       // struct course_due: the longest due first
    uint64_t salt;        // the learner's, for question_seed
    bool saved;           // progress is being kept
    const char *trouble;  // why it is not; "" if it is
};

void course_init(struct course *c);
void course_release(struct course *c);
// By id, or by number ("3": the third in order). NULL if there is none.
const struct course_lesson *course_find(const struct course *c, const char *id);
// The first that is not done and whose `requires` are; NULL if all is done.
const struct course_lesson *course_next(const struct course *c);

#endif
