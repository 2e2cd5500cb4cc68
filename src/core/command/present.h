// What a page shows of a session that goes on.
#ifndef COMMAND_PRESENT_H
#define COMMAND_PRESENT_H

#include "session/session.h"

// The session as it stands between two statements; changes nothing. Appends
//
//   {kind: "present",
//    digits: 6,
//    root: {node, name, value},   the walk's output, else the last one; none: no values yet
//    formula: "e + c",            of the root
//    stale: flag,                 is its value stale?
//    values: 7,                   how many it depends on
//    walk: {at, steps, pass},     only during a walk: steps done, and of how many
//    step: {kind: "step", …},     only during a walk: the last one
//    flow: {kind: "flow", …},     only where there are layers (command/flow.h)
//    about: […]}                  as in command/trace.h; only where there are not too many
//
// and two records of kind "scene", unless there are too many values for a picture: the graph as it
// is, and as both passes will leave it, which is how it is to be laid out. False: it was stopped,
// or there is no memory.
bool present_put(struct session *s, struct records *out);

// The walk over both passes of what is shown, for a player (command/trace.h): appends its "trace" and
// "scene"; changes nothing. False: there are no values yet, or too many, it was stopped, or there is no
// memory.
bool present_put_trace(struct session *s, struct records *out);

#endif
