// Trouble that a learner can mend, and where it is in what they typed.
//
// A diag is a plain value with room for its words inside, so that reporting "out of memory" needs
// none. It is returned, never thrown; programmer's mistakes are asserts instead.
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

// A piece of source, in bytes from its start; end is past the last byte.
struct span {
    size_t start, end;
};

// Without the blanks at both ends (spaces, tabs, ends of lines).
struct span span_trim(const char *s, struct span at);

// A text to be read: borrowed from whoever reads it, not ended by a 0.
struct source {
    const char *name;  // as given by the user: a file, "<stdin>", "-e"
    const char *text;
    size_t length;
    size_t line;  // the number of its first line, from 1
    // So that lines are not counted again and again: byte `known` begins a line, and so many lines
    // come before it. 0 at first; see source_advance.
    size_t known, known_lines;
    struct lexer_memo *memo;  // where its tokens are remembered (text/lexer.h); NULL: nowhere
};

enum { DIAG_WORDS = 400 };

struct diag {
    bool set;
    struct span span;
    char message[DIAG_WORDS];  // one sentence, no full stop
    char hint[DIAG_WORDS];     // the likely fix, or ""
    bool unbound;              // it is a name without a value, and nothing likelier
};

// Nothing is wrong yet. (It is large: where little else is done, `= {0}` would take longer than
// that.)
static inline void diag_clear(struct diag *d)
{
    d->set = d->unbound = false;
    d->span = (struct span){0};
    d->message[0] = d->hint[0] = '\0';
}

// Sets the message (formatted) unless one is set already: the first trouble is the one to mend.
// Always returns false, so that a parser can say `return diag_set(…)`.
//
// These are cold: a compiler takes the way to them for the rare one, and lays it away from the code that
// runs in every statement, which fits into the processor's nearest cache only so.
__attribute__((cold, format(printf, 3, 4))) bool diag_set(struct diag *d, struct span span,
                                                          const char *format, ...);
// The likely fix, for the message just set.
__attribute__((cold, format(printf, 2, 3))) bool diag_hint(struct diag *d, const char *format, ...);
__attribute__((cold)) bool diag_out_of_memory(struct diag *d);

// Static analysers read one file at a time, and are told here that all three return false.
#ifdef BS_ANALYSIS
#define diag_set(...) (diag_set(__VA_ARGS__), false)
#define diag_hint(...) (diag_hint(__VA_ARGS__), false)
#define diag_out_of_memory(d) (diag_out_of_memory(d), false)
#endif

// s[0..n) made fit for a message: control characters visible, at most 40 columns, then "…".
enum { QUOTED = 200 };
__attribute__((cold)) const char *diag_quote(char out[QUOTED], const char *s, size_t n);

// Where byte `at` stands. Line and column count from 1, the column in characters.
struct place {
    size_t line, column;
    size_t line_start, line_end;  // bytes; the line without its newline
};
struct place source_place(const struct source *source, size_t at);
// Remembers the line of byte `at`: places after it are found from there.
void source_advance(struct source *source, size_t at);
// Is there nothing in it but blanks, tabs and returns?
bool source_is_blank(const struct source *source);

// The span with the parentheses that it leaves open on either side: an operand's own do not belong
// to its span.
struct span source_with_parentheses(const struct source *source, struct span span);

// The source line of `span` and a caret under its start, each after `indent` blanks and ended by a
// newline. Longer than 200 columns: an excerpt around the caret. Control characters show as \x1b.
void diag_excerpt(struct text *out, const struct source *source, struct span span, size_t indent);

#endif
