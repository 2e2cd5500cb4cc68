// How much a picture asks of the layout, before it is asked.
//
// dot puts boxes on ranks and gives a line a place on every rank that it passes: a sum of 1,000
// equal terms has 1,000 boxes and half a million such places, for which it takes gigabytes.
// (Measured on Graphviz 2.43: a chain of 5,000 boxes takes 1 s. With curved lines 10,000 places
// take 1 s in a sum, and 4 s where each value uses all before it; with straight lines and fewer
// rounds 26,000 of those take 2 s, and in a sum 45,000 take 2 s and 80,000 take 6 s.)
#ifndef DOT_DOT_EFFORT_H
#define DOT_DOT_EFFORT_H

#include "base/diag.h"
#include "base/record.h"

struct effort {
    size_t boxes, places;  // places: of lines, on ranks that they pass
};

// Of a scene (view/scene.h). SIZE_MAX places if out of memory.
struct effort dot_effort(const struct rec *scene);
// Beyond this lines are straight, and the layout makes fewer rounds.
bool effort_is_large(const struct effort *effort);
// Can it be drawn at all? False: d says why not, its span is 0.
bool effort_is_bearable(const struct effort *effort, struct diag *d);

#endif
