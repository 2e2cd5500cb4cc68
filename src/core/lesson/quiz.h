// Which questions a quiz asks, and what came of them.
#ifndef LESSON_QUIZ_H
#define LESSON_QUIZ_H

#include "base/diag.h"
#include "lesson/course.h"

enum { QUIZ_COUNT = 10, QUIZ_MOST = 200 };

// What is asked for: so many questions about a topic (bytes of `topic`; length 0: about everything
// that the learner has met, or all where that is too little).
struct quiz_wish {
    const char *topic;
    size_t length;
    size_t count;
    bool exam;      // only questions that are answered in one line, without looking at the graph
    uint64_t seed;  // of the choice
};

// Picks the questions, in the order in which they are to be asked: those that are least likely to
// be known come up most. A topic is a lesson's id, a deck of cards, a study question (N12), or
// words that the study questions are searched for. Appends struct course_due to `picks`. False: the
// diag says that there is no such topic (its span begins with the topic), or that memory ran out.
bool quiz_pick(const struct course *course, const struct quiz_wish *wish, struct buf *picks,
               struct diag *d);

#endif
