// Which options a learner's line picks. Inside lesson/ only.
#ifndef LESSON_ANSWER_OPTIONS_H
#define LESSON_ANSWER_OPTIONS_H

#include "lesson/judging.h"

// What a line picks, in the order in which it does.
struct picks {
    const struct question_line *shown[OPTIONS_MOST], *picked[OPTIONS_MOST];
    size_t options, count;
};

// As people answer: "c", "a and c", "acd", "price, fee", "I think it doubles". False: it was refused.
bool answer_options_read(struct judging *j, struct picks *p);
// The texts of what was picked are what was understood.
void answer_options_echo(struct judging *j, const struct picks *p);

#endif
