// The prompt: readline, history, completion. The only user of readline.
#ifndef SHELL_REPL_H
#define SHELL_REPL_H

#include "shell/host.h"

// Reads and runs lines until the learner leaves. Returns the exit status. h->session exists, its
// mode is SESSION_PROMPT; *stop (the integer that h->stop and the session's world point to) is set
// by Ctrl-C while a statement runs.
int repl_run(struct host *h, volatile int *stop);

#endif
