// A whole walk as one record: what a player needs to show both passes of an output, forward and
// back, without an engine.
//
//   {kind: "trace", digits: 6,
//    steps: [{kind: "step", …}],     as `step` answers, from the first forward step to the last
//    about: [{id: "n4",              one for each box of the scene
//             explain: {kind: "explain", …}, words: "e = a*b = -6: the product; …",
//             paths: {kind: "paths", …}}],     none of a constant
//    flow: {kind: "flow", …},        only where there are layers (command/flow.h)
//    view: "layers"}                 only where they are shown first
//
// `words` are those of the record before them, with the marks of view/ink.h. The scene is a record
// of its own beside the trace (view/scene.h), as both passes leave it.
//
// A large graph, or one of which something is folded, comes folded (command/screen.h). Then the
// trace has no steps and says nothing about boxes: a box is one step, which the page makes of the
// scene. And after the scene come records of kind "opening" (command/openings.h).
//
// The walk is taken aside, from fresh gradients: values, gradients and a walk that is on stay as
// they are.
#ifndef COMMAND_TRACE_H
#define COMMAND_TRACE_H

#include "session/call.h"

// Values that a player can show unfolded: more are not to be looked at one by one, and a layout is
// slow.
enum { TRACE_BOXES_MOST = 300 };

// Appends scene and trace of all that root depends on; full: unfolded. False, with the diag set:
// there are too many values, it was stopped, or there is no memory.
bool trace_put(struct call *c, uint32_t root, bool full);
// The same for a page that shows the layers first: flow is their record. Where there are too many
// values it shows nothing else, and there are neither steps nor a scene.
bool trace_put_layers(struct call *c, uint32_t root, const struct rec *flow);

// What there is to say about a box of a scene: an item of the list "about" without its paths, and
// then these (values must not be stale). False, with the diag set: stopped, or no memory.
bool trace_put_about(struct call *c, struct rec *list, const struct rec *box, uint32_t root);
bool trace_put_paths(struct call *c, struct rec *about, uint32_t node, uint32_t root);

#endif
