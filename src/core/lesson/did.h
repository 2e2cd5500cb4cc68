// `did nudge b 0.001`: was that done? A statement is compared token by token, so that 1e-3 is 0.001, and
// however it is called: graph L, graph(L), L.backward().
#ifndef LESSON_DID_H
#define LESSON_DID_H

#include "text/lower.h"

// The condition that no value was typed in, since one was computed last.
#define DID_NOT_TYPED "not typed"

enum did {
    DID_NOT,        // something else was done
    DID_OTHERWISE,  // the same command with other words after it
    DID_THAT,
};

enum did_value {
    DID_NO_VALUE,
    DID_TYPE_VALUE,     // w.data = 3: nothing of the graph is in it
    DID_COMPUTE_VALUE,  // w.data -= 0.1*w.grad, train L 10 0.1
};

// How does the statement give a leaf its value?
enum did_value did_value(const char *statement, const struct scope *scope);
// Does the statement begin with these words, or with some of several, "repeat | for"? A name that the statement leaves out at its end is the
// output's, the node that commands take where none is named; NODE_NONE if there is none.
enum did did_what(const char *statement, const char *words, const struct scope *scope,
                  uint32_t output);

#endif
