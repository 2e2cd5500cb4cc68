// `did nudge b 0.001`: was that done? A statement is compared token by token, so that 1e-3 is 0.001, and
// however it is called: graph L, graph(L), L.backward().
#ifndef LESSON_DID_H
#define LESSON_DID_H

#include "text/lower.h"

enum did {
    DID_NOT,        // something else was done
    DID_OTHERWISE,  // the same command with other words after it
    DID_THAT,
};

// Does the statement begin with these words? A name that the statement leaves out at its end is the
// output's, the node that commands take where none is named; NODE_NONE if there is none.
enum did did_what(const char *statement, const char *words, const struct scope *scope,
                  uint32_t output);

#endif
