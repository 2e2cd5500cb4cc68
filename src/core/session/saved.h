// A session as `save` writes it: its statements between a first line that says so and how many
// lines there are, and a last one with a digest of all that is before it. So whoever loads one that
// was cut, or changed, is told.
//
//     # backstep session 1, 2 lines: load it, or run it as a script
//     a = 2
//     L = a*a
//     # digest 63fe1a2b00c9d4e7
//
// Both are comments: any backstep runs such a file. The digest (FNV-1a, 64 bits) is against
// accidents, not against malice; ends of lines may become \r\n on the way.
#ifndef SESSION_SAVED_H
#define SESSION_SAVED_H

#include "base/text.h"

void saved_write(struct text *out, const char *script, size_t n);

enum saved_state {
    SAVED_NOT,      // it is not a saved session
    SAVED_WHOLE,    // as it was written
    SAVED_CUT,      // its end is missing
    SAVED_CHANGED,  // it is not what was written
    SAVED_NEWER,    // by a later version of backstep, in a form of its own
};

struct saved {
    enum saved_state state;
    size_t length;   // bytes of the whole lines: what is to be run
    size_t lines;    // of statements, that are there
    size_t missing;  // lines
};

struct saved saved_read(const char *bytes, size_t n);
// What the learner should know of it: "3 of its 12 lines are missing: the file was cut"; "" if it
// is whole, or no saved session.
void saved_say(const struct saved *saved, struct text *out);

#endif
