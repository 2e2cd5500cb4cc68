// A scene (view/scene.h) drawn with characters: boxes joined by lines, or the rail table.
//
// Graphviz computes where the boxes are; the core has no layout: draw_question says what to
// ask it, and whoever has it answers with its "plain" format. Everything else is done here: how
// large a box is, how the lines run between them (a router of our own, draw_route.c), which
// character stands where. The boxes are drawn across (from left to right) if that is narrow enough,
// else down; else, and where there is no answer, the rail table (view/rail.h) takes their place.
//
// For this the scene carries, beside what scene.h says:
//   width   columns that the drawing may take
//   ascii   only ASCII characters are to be used
//   watched it is the picture of a watched walk: a host may draw it in one place
//   layout  the answers to the two questions, one after the other; "" for the rail table
// and, in a box, value_room and grad_room, in a cell local_room: columns to keep free for what will
// be known later, so that nothing moves from one step of a walk to the next.
#ifndef WORDS_DRAW_H
#define WORDS_DRAW_H

#include "base/record.h"
#include "base/text.h"

enum draw_way { DRAW_ACROSS, DRAW_DOWN, DRAW_WAYS };

// Scenes of more values than this (constants are none) are better read as a rail table: no question
// need be asked.
enum { DRAW_MOST = 15 };

// The graph that Graphviz is to lay out by `dot`, top-down whatever the way, appended as DOT.
// False if out of memory.
bool draw_question(struct text *out, const struct rec *scene, enum draw_way way);

// The drawing with marks of meaning (view/ink.h), lines of at most `width` columns: what the scene
// allows, less what the caller puts before each line. An answer that makes no sense, or a want of
// memory, gives the rail table.
void draw_scene(struct text *out, const struct rec *scene, size_t width);

// Room for all scenes of a walk. draw_measure widens the rooms (uint32_t, to begin with none) by
// what one of them takes; draw_reserve gives a scene the rooms, if there are any. All must be
// scenes of the same part of the same graph. False if out of memory.
bool draw_measure(struct buf *rooms, const struct rec *scene);
void draw_reserve(struct records *out, struct rec *scene, const struct buf *rooms);

#endif
