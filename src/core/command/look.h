// Asking about a session between two texts, as a front end does that shows help at the cursor.
#ifndef COMMAND_LOOK_H
#define COMMAND_LOOK_H

#include "session/session.h"

// Runs one statement of a command that only looks: derive, explain, help, local, paths, topo, vars.
// Whatever it came to is taken back, and a lesson or a step that waits for an answer waits on.
// False if it is none of these, or failed; then nothing is appended.
bool look_run(struct session *s, const char *statement, struct records *out);
// What there is to say of a word: of a name that has a value what `explain` says, of any other what
// `help` does. False: nothing.
bool look_word(struct session *s, const char *word, size_t n, struct records *out);

#endif
