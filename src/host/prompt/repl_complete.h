// What Tab completes: commands, names, functions, files and lessons.
#ifndef PROMPT_REPL_COMPLETE_H
#define PROMPT_REPL_COMPLETE_H

#include "play/tutor.h"

// Tells readline how to complete, with the names of the tutor's session.
void repl_complete_init(struct tutor *tutor);
// A line is about to be read. begins: a statement may begin where it does.
void repl_complete_line(bool begins);

#endif
