// Words that people bring along from Python, PyTorch and elsewhere, and what to write here instead.
// Looked up where a name, a function or a command is not known, before a spelling is guessed.
#ifndef TEXT_FOREIGN_H
#define TEXT_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

// The hint for s[0..length), typed as a function before a parenthesis (called) or not; NULL if the
// word is not a known stranger.
const char *foreign_hint(const char *s, size_t length, bool called);

// The same of a field behind a dot: a._prev.
const char *foreign_field(const char *s, size_t length);

// The same of a word that is the whole statement, as a wish: next, start. Elsewhere it is a name.
const char *foreign_wish(const char *s, size_t length);

// The hint for a function of theirs that is the whole statement, without parentheses. NULL also
// where the word is likely a name.
const char *foreign_bare(const char *s, size_t length);

// A word of a sentence that says what is wanted ("show me the picture"): what to write for it.
// NULL: it is not one, but may be a command's own word.
const char *foreign_topic(const char *s, size_t length);

// Does a sentence that begins with it ask for something to be done? show, compute, let me …
bool foreign_wants(const char *s, size_t length);

// Does it say nothing in such a sentence? me, the, of …
bool foreign_is_filler(const char *s, size_t length);

// Does it ask, or point at something said: what, this?
bool foreign_asks(const char *s, size_t length);

// Does it begin a line of a shell: cd, pip, git? Some of these are likely names, too.
bool foreign_is_shell(const char *s, size_t length);

// Would nobody give it a value? Then "give it a value first" is not said of it.
bool foreign_is_no_name(const char *s, size_t length);

// Is it a word that people type and mean, although it is close to one of ours (sort, trace, path)?
// Then it is not a slip, and nothing is guessed.
bool foreign_is_meant(const char *s, size_t length);

#endif
