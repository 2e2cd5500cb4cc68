// Judging a learner's answer. Pure: no session, no files, no clock.
#ifndef LESSON_ANSWER_H
#define LESSON_ANSWER_H

#include <stdbool.h>

// How far off an answer may be: |answer - key| <= absolute + relative × the larger of the two.
struct tolerance {
    double absolute, relative;
};

// Unless a question says otherwise: half a percent, and what rounding may leave where 0 is asked.
#define TOLERANCE_RELATIVE 5e-3
#define TOLERANCE_ROUNDING 1e-12

// Is the number the learner gave the one that is asked for? inf and nan are right only as such.
bool answer_number_is_right(double answer, double key, struct tolerance tolerance);

#endif
