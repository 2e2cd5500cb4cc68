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
// and two records of kind "scene": the graph as it is, and as both passes will leave it, which is how
// it is to be laid out, folded where it is large (command/screen.h). None where too many boxes would
// be left. False: it was stopped, or there is no memory.
bool present_put(struct session *s, struct records *out);

// A training that is under way, or the last one, as a record of kind "losses": the losses so far, of a
// long one a few hundred evenly chosen. Nothing where nothing was trained. False: no memory.
bool present_put_losses(const struct session *s, struct records *out);

// What the model of the last `plot boundary` makes of the plane with its parameters as they are, in the
// middle of a training too: a record of kind "plot" (command/plot.h) with a coarse grid. Changes
// nothing. Nothing is appended where none was plotted, or where it cannot be any more. False: no memory.
bool present_put_boundary(struct session *s, struct records *out);

// The walk over both passes of what is shown, for a player (command/trace.h): appends its "trace" and
// "scene"; changes nothing. False: there are no values yet, or too many, it was stopped, or there is no
// memory.
bool present_put_trace(struct session *s, struct records *out);

#endif
