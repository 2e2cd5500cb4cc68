// Scripts from the command line: files, and code typed there.
#ifndef PROMPT_SCRIPTS_H
#define PROMPT_SCRIPTS_H

#include "supply/host.h"

struct script {
    char *text;  // a file's path, "-" for standard input; or code
    bool is_code;
};

// Runs them in the host's session, in this order, up to the first that fails. False: one did, which
// was said, or could not be read.
bool scripts_run(struct host *h, const struct script *scripts, int count);

#endif
