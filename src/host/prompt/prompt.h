// The prompt: from the greeting to the last goodbye.
#ifndef PROMPT_PROMPT_H
#define PROMPT_PROMPT_H

#include "base/stop.h"
#include "prompt/scripts.h"
#include "supply/host.h"

// What happens before the learner is asked for anything.
struct prompt_begin {
    const struct script *scripts;  // run first, as scripts are, whatever becomes of them …
    int count;
    const char *typed;  // then this is typed; or NULL
};

// Greets, resumes a session that died or runs the init file, then reads and runs what is typed
// until the learner leaves; keeps the journal. Where there are scripts, nothing is resumed: the
// session is to be theirs. h->tutor is new, its mode SESSION_PROMPT; *stop is what h->stop and the
// session's world point to. Returns the exit status; killed by a signal, it cleans up and dies of
// it.
int prompt_run(struct host *h, const struct prompt_begin *begin, struct stop *stop);

#endif
