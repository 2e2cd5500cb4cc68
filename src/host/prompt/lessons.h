// Lessons from the command line: `backstep lesson …`.
#ifndef PROMPT_LESSONS_H
#define PROMPT_LESSONS_H

#include "supply/host.h"

// Runs what begins a lesson, then what would be typed, read from a file ("-": from standard input;
// NULL: nothing), a line each; what is typed is shown after the prompt. Returns the exit status: 1
// where the lesson or the answers cannot be read, or a statement of the lesson fails.
int lessons_play(struct host *h, const char *statement, const char *answers);
// What is typed to begin a lesson: lesson "FILE". NULL: the one that comes next. The words that
// follow it, up to a NULL, stay as they are: lesson "two-paths" 3 seed 7. The caller frees.
char *lessons_statement(const char *lesson, char *const *rest);

// `backstep lesson new ID`: lays a lesson to begin with, ID.md in the working directory, which
// passes `backstep check`. Returns the exit status; an existing file is left alone.
int lessons_lay(const char *id);

#endif
