// `backstep check`: runs the literate transcripts in Markdown files.
//
// A fenced block marked `backstep` (or not marked, whose first line is a prompt) is run in the
// file's session: lines after "∇ " or "> " are typed at the prompt, lines after "… " or ". " go on
// with the line before, and what is between is what must come back. "..." on a line of its own
// matches any lines, within a line any text. A block of that kind without a prompt is a script that
// must run without an error and stays silent. `backstep new` begins a fresh session.
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include <stdbool.h>

// Checks files, and folders' *.md files (sorted by name, folders within too), each in a session of
// its own and a temporary folder of its own for what it writes. Differences go to standard output;
// the last line is a count: "N passed, N failed". bless: rewrite the files to what came back.
// Returns the exit status: 0 when all hold, 1 when not, 2 when nothing could be checked.
int check_run(char *const *paths, int count, bool bless);

#endif
