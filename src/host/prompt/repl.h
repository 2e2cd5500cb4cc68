// What is typed: readline with its history and completion. The only user of readline, with the files
// repl_*.c beside it.
//
// readline's hooks and signal handlers take no argument, so there is one of it, and it is where the
// program keeps what they need.
#ifndef PROMPT_REPL_H
#define PROMPT_REPL_H

#include "base/stop.h"
#include "base/text.h"
#include "supply/host.h"

// Takes over the terminal and the signals. The host's session offers the candidates for completion.
// *stop (the integer that h->stop and the session's world point to) is set by Ctrl-C, and by
// SIGTERM and SIGHUP, which also end the reading for good.
void repl_init(struct host *h, struct stop *stop);
// Saves the history.
void repl_release(void);

enum repl_end {
    REPL_ENTERED,   // it is there
    REPL_DROPPED,   // Ctrl-C
    REPL_TOO_LONG,  // it was more than anybody types, and is dropped
    REPL_SHORT,     // there was no memory for all of it
    REPL_LEFT,      // Ctrl-D, or hung up
};

// Reads one entry: a line, and those after it as long as a bracket is open; without the last
// newline. The terminal is left as it was found.
enum repl_end repl_read(struct text *entry);

// Is there more typed or pasted that was not read yet?
bool repl_has_keys(void);

// Is read next, as if it had been typed.
void repl_push(const char *line);

// The signal that ended the reading for good, or 0.
int repl_hung_up(void);

#endif
