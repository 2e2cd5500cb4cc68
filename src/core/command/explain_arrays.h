// explain and local of a whole array: its place in a network by layers, and the chain rule at it.
#ifndef COMMAND_EXPLAIN_ARRAYS_H
#define COMMAND_EXPLAIN_ARRAYS_H

#include "session/call.h"

// Each: is the call's only argument the name of an array of which there is something to say? Then it
// is read, and answered with a record. False: nothing was read.
// explain W1: which part of which layer it is, and the lines of its gradient of the last output.
bool explain_array(struct call *c);
// local a1: what it hands to the arrays that it is computed from.
bool explain_local_array(struct call *c);

#endif
