// The door for grading: a lesson whose questions are answered by what somebody wrote elsewhere.
//
// The commands of lessons are not there: what is typed can neither look at the solution nor leave.
// For each question:
//
//   tutor_ask(t, seed), and tutor_run until it is asked
//   grading_judge, which looks at an answer; or, where something is to be done, statements are run
//   as always and grading_condition looks at what they came to
//   grading_leave, and tutor_run until the next is asked, or tutor_question is NULL
#ifndef PLAY_GRADING_H
#define PLAY_GRADING_H

#include "lesson/answer.h"
#include "lesson/lesson.h"
#include "play/tutor.h"

// Begins the lesson, which is the tutor's from now on; `quit` ends a text and nothing more. False if
// out of memory. Only once, and before anything else.
bool grading_begin(struct tutor *t, struct lesson *lesson);
// Judges an answer to the question that is asked. `said` receives, sentence by sentence, what there
// is to say to it, values filled in.
void grading_judge(struct tutor *t, const char *answer, struct judgement *j, struct text *said);
// Does this condition of the question hold? Else `why` receives what is the case instead; where the
// author has something to say to it, that comes first.
bool grading_condition(struct tutor *t, const struct question_line *until, struct text *why);
// Appends a record of kind "solution" with the right answer, and what is said with it.
void grading_key(struct tutor *t, struct records *out);
// Leaves the question unanswered.
void grading_leave(struct tutor *t);

#endif
