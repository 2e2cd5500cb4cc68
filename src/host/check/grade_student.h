// One student's answers to the tasks of a lesson, judged: how many points each is worth, and why.
#ifndef CHECK_GRADE_STUDENT_H
#define CHECK_GRADE_STUDENT_H

#include "check/answers.h"
#include "lesson/lesson.h"

// What came of a task; the words are those of the records (grade_verdict_name).
enum grade_verdict {
    GRADE_RIGHT,
    GRADE_PARTLY,  // some of its cells, or of its conditions
    GRADE_WRONG,
    GRADE_MISREAD,  // not understood, or not to be decided
    GRADE_MISSING,  // there is no answer
    GRADE_UNREAD,   // in words: the teacher reads it
    GRADE_LATE,     // the time was up
    GRADE_FAULT,    // the task itself fails
    GRADE_VERDICTS
};

struct grade_result {
    enum grade_verdict verdict;
    double points;
    const char *given;  // the answer, as it was judged
    const char *said;   // what there is to say to it; "" if nothing
};

// What a student's answers may take, and what numbers the tasks have.
struct grade_rules {
    bool trusted;        // no bounds: files are read and written, programs started
    int seconds;         // of processor time, for all tasks
    uint32_t nodes;      // of each graph
    uint64_t seed;       // of the numbers that are drawn; a handout of the same seed has the same
    const char *folder;  // the tasks' own: where data is
};

// A guess is not a task: nothing is counted.
bool grade_counts(const struct question *q);
const char *grade_verdict_name(enum grade_verdict v);

// Judges all tasks in their order, and hands over what came of each that counts, as soon as it is
// known; its texts are good until `tell` returns. The lesson is this function's from now on. False:
// there was no memory.
bool grade_student(struct lesson *lesson, const struct answers *answers,
                   const struct grade_rules *rules,
                   void (*tell)(void *to, const struct grade_result *result), void *to);

#endif
