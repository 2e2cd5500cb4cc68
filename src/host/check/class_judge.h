// Answers that were handed in, judged again: what they are worth is computed, not believed.
#ifndef CHECK_CLASS_JUDGE_H
#define CHECK_CLASS_JUDGE_H

#include "base/mem.h"
#include "lesson/handin.h"
#include "lesson/lesson.h"

// A student's hand-in.
struct class_student {
    const char *file;
    struct handin handin;
    struct buf judged;  // uint8_t, an enum class_verdict for each attempt of the log
};

enum class_verdict {
    CLASS_UNJUDGED,  // no lesson has the question, or nobody but the learner can judge it
    CLASS_RIGHT,
    CLASS_WRONG,
};

// Judges all answers of all students (struct class_student) to questions of this lesson, which is
// this function's from now on, in a process of its own. What is done at a prompt, and what is rated
// by the learner, stays unjudged, as does an answer to another version of the question.
void class_judge(struct lesson *lesson, const char *folder, struct buf *students);
// What the student's attempt number i is worth: as it was judged, or else as the log says.
bool class_is_right(const struct class_student *s, size_t i);

#endif
