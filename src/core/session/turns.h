// The turns of a loop as groups of nodes, so that pictures can show each as one box: turn 1, turn 2 …
#ifndef SESSION_TURNS_H
#define SESSION_TURNS_H

#include "session/call.h"

// To be called when the outermost loop is over. What each of its turns made becomes a group called
// "turn", with the calls of that turn in it. Turns are told by what they bind: a loop whose turns bind
// different names, are not made of each other, are single operations, or are many, gets no groups. False if out of memory.
bool turns_group(struct session *s);

#endif
