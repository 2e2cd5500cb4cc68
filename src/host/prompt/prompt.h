// The prompt: from the greeting to the last goodbye.
#ifndef PROMPT_PROMPT_H
#define PROMPT_PROMPT_H

#include "base/stop.h"
#include "supply/host.h"

// Greets, resumes a session that died or runs the init file, then reads and runs what is typed
// until the learner leaves; keeps the journal. h->tutor is new, its mode SESSION_PROMPT; *stop is
// what h->stop and the session's world point to. first: what is typed before anything else; or
// NULL. Returns the exit status; killed by a signal, it cleans up and dies of it.
int prompt_run(struct host *h, const char *first, struct stop *stop);

#endif
