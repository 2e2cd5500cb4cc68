// Memory for readline. Where it is refused some, readline ends the program on the spot, with the terminal as
// it is; a program may bring functions of its own instead, under readline's names.
//
// These give a reserve back to the system, and ask again: there is room then for the line that is being
// typed, and the statement says that memory ran out.
#ifndef PROMPT_REPL_MEMORY_H
#define PROMPT_REPL_MEMORY_H

#include <stddef.h>

// Puts a reserve aside, or another where it was used. (If there is none, it does without.)
void repl_memory_reserve(void);

// Gives the reserve back for what is to begin now, or ends the program where there is none: readline's
// beginning asks the terminal's library, which asks for some 150 KB of its own, and crashes without.
void repl_memory_lend(void);

// As malloc and realloc. Where even the reserve is not enough the terminal is set right and the program
// ends: what was answered is in the journal.
void *xmalloc(size_t n);
void *xrealloc(void *old, size_t n);

#endif
