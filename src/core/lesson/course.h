// The course: what lessons there are, and how far the learner has come in each. Whoever has the
// lessons lists them (the host from a folder, a page from what it was packed with), and joins them
// with the log of answers; the session shows the course and finds what comes next.
//
//   course_init(&c);
//   course_add_lesson(&c, lesson, path) …; course_end_lessons(&c);
//   course_join(&c, &log, now, today, false);
#ifndef LESSON_COURSE_H
#define LESSON_COURSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/mem.h"
#include "lesson/lesson.h"
#include "lesson/log.h"
#include "lesson/review.h"

struct course_lesson {
    const char *id, *title;
    const char *deck;      // of cards: their topic; "" of a lesson
    const char *path;      // what a need of kind "lesson" may ask for
    const char *requires;  // ids, apart by blanks
    const char
        *trouble;  // why its file is not a lesson; "" if it is one. Then id and title are made
                   // of the file's name, and there are no questions.
    int order;
    uint32_t questions;  // in it
    uint32_t done;       // answered rightly, or rated
    uint32_t skipped;    // and not done since
    uint32_t due;        // to be asked again by now
    uint32_t place;      // questions passed when it was left: where it goes on
    int64_t when;        // Unix time of the last answer in it; 0 if there is none
};

struct course_question {
    const char *id;
    const char *covers;  // rows of the question list, as written: "N12, G2"
    const char *text;    // what is asked, as written
    const char *model;   // of a recall, the model answer; else ""
    uint32_t lesson;     // index into lessons
    enum question_kind kind;
    int version;
    bool done, skipped;
    bool missed;    // when it was asked last: not right at once, rated "again", or skipped
    uint32_t seen;  // times it was met, and something was answered
    bool slipped;   // when it was last answered: not right at once, or only with a hint
    struct card
        card;  // of this version; due 0: was never answered, or is not a question to come back
};

struct course_due {
    const char *lesson;    // its path
    const char *question;  // its id
    double recall;         // the chance that it is known a day after it was last asked, or now
};

// A day on which something was answered.
struct course_day {
    int64_t day;  // as in base/day.h, where the learner is
    uint32_t answers, right;
};

// A row of the list of study questions (questions.txt).
struct course_row {
    const char *id;     // "N12"
    const char *title;  // what it is about
    const char *group;  // the comment above the first row of its part: where it was asked
};

struct course {
    struct arena arena;
    struct buf rows;       // struct course_row, in the order of the list
    struct buf lessons;    // struct course_lesson, in the order of the course
    struct buf questions;  // struct course_question, in that order
    // struct course_due: what is to be asked again by now, and what was not right at once in the
    // last day; the weakest first.
    struct buf due;
    struct buf days;      // struct course_day, in order
    struct log log;       // what was joined; empty unless it was wanted
    int64_t now;          // Unix time, seconds
    int64_t today;        // as in base/day.h, where the learner is
    uint64_t salt;        // the learner's, for question_seed
    bool saved;           // what is done now will be kept
    const char *trouble;  // why it cannot be; "" if it can
};

void course_init(struct course *c);
void course_release(struct course *c);

// course_lessons.c: adds a lesson, which need not stay. path: what a need of kind "lesson" will ask
// for. A file `name` that is not a lesson is listed too, with the reason.
void course_add_lesson(struct course *c, const struct lesson *l, const char *path);
void course_add_trouble(struct course *c, const char *name, const char *path, const char *why);
// All are there: puts them in order, and refuses the second of two with one id.
void course_end_lessons(struct course *c);
// course_join.c: what a log comes to for the lessons and questions of the course. The log is the
// course's from now on; it is sorted, its days are set. now: Unix time, seconds; today: the day
// that is, where the learner is. May be done again with another log.
void course_join(struct course *c, struct log *log, int64_t now, int64_t today, bool with_log);

// By id, or by number ("3": the third in order). NULL if there is none.
const struct course_lesson *course_find(const struct course *c, const char *id);
// The same, and as people say it: by words of its id or of its title ("Two paths", "chain"),
// whatever the case, from the first word on. NULL if there is none, or several: *rival is then
// another.
const struct course_lesson *course_look_up(const struct course *c, const char *words,
                                           const struct course_lesson **rival);
const struct course_question *course_question(const struct course *c, const char *id);
// Is the row ("N12") one of those in a question's `covers`?
bool course_covers(const char *covers, const char *row);
// Reads the list of study questions: rows "N12  what it is about"; a line that begins with # is the
// heading of the rows below it. A line that is neither is passed over. False: out of memory.
bool course_read_rows(struct course *c, const char *s, size_t n);
// The row of this id, in either case ("n12"); NULL if there is none.
const struct course_row *course_row(const struct course *c, const char *id);
// The first question that covers the row and is not a card; NULL if there is none.
const struct course_question *course_row_question(const struct course *c, const char *row);
// Has the learner been through it?
bool course_is_finished(const struct course_lesson *l);
// The first that is not finished and whose `requires` are; NULL if all are.
const struct course_lesson *course_next(const struct course *c);
// Where the learner goes on: the lesson that was begun and not finished, the last played if there
// are several; else the next one after the lesson that was played last. NULL if all are finished.
const struct course_lesson *course_resume(const struct course *c);
// What comes after this lesson: the next in order that is not finished, else any that is not; NULL
// if all others are finished.
const struct course_lesson *course_after(const struct course *c, const char *id);
// How likely it is that a question is known now, 0 to 1: 0 if it was missed when it was asked last,
// however well it was known before. Negative if it was never met.
double course_known(const struct course *c, const struct course_question *q);
// When the next question comes back of those that are not due yet; 0 if there is none.
int64_t course_next_due(const struct course *c);
// Days in a row on which something was answered, up to today, or to yesterday while today has none.
uint32_t course_streak(const struct course *c);

#endif
