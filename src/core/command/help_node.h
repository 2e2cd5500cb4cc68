// help %7: what a value is that has no name.
#ifndef COMMAND_HELP_NODE_H
#define COMMAND_HELP_NODE_H

#include "session/call.h"

// Answers where the word is a node's number; *found: it is one. False: the diag says why not.
bool help_node(struct call *c, struct span word, bool *found);

#endif
