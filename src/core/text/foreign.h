// Words that people bring along from Python, PyTorch and elsewhere, and what to write here instead.
// Looked up where a name, a function or a command is not known, before a spelling is guessed.
#ifndef TEXT_FOREIGN_H
#define TEXT_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

// The hint for s[0..length), typed as a function before a parenthesis (called) or not; NULL if the
// word is not a known stranger.
const char *foreign_hint(const char *s, size_t length, bool called);

// The same of a word that is the whole statement, as a wish: next, start. Elsewhere it is a name.
const char *foreign_wish(const char *s, size_t length);

// Is it a word that people type and mean, although it is close to one of ours (sort, trace, path)?
// Then it is no slip, and nothing is guessed.
bool foreign_is_meant(const char *s, size_t length);

#endif
