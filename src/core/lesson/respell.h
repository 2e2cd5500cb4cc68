// Names as the learner spells them: η for a question's eta, eta for its η.
#ifndef LESSON_RESPELL_H
#define LESSON_RESPELL_H

#include "lesson/judging.h"

// The question's own spelling of a name, appended; false: it has none, or the name is its own.
bool respell_name(const struct judging *j, const char *s, size_t n, struct text *out);
// The whole answer so, appended. False: nothing in it is spelled differently.
bool respell_answer(const struct judging *j, struct text *out);

#endif
