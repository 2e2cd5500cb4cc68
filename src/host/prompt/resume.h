// Taking up a session that died: the offer at the start of the next one.
#ifndef PROMPT_RESUME_H
#define PROMPT_RESUME_H

#include <stdbool.h>

#include "store/journal.h"
#include "supply/host.h"

// Asks about journals that were left behind, newest first, until one is resumed (it is replayed
// into the host's session, which is new; `journal` takes it on) or there is none. One that is
// refused, or fails to replay, becomes an ordinary script, to be loaded later, and is not offered
// again. An answer that is neither yes nor no refuses it, is run at the prompt (repl_push), and
// ends the asking. Without an answer (Ctrl-C, no terminal) it stays for the next start. True if the
// session is a resumed one; *asked: something was asked.
bool resume_offer(struct host *h, struct journal *journal, bool *asked);

#endif
