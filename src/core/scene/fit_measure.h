// How large the labels of a scene are, roughly, and so how large its picture: enough to tell which
// layouts are worth a try, and to break a picture into lines.
#ifndef SCENE_FIT_MEASURE_H
#define SCENE_FIT_MEASURE_H

#include "scene/fit.h"

// In points, with letters of 10 points.
struct measure {
    double width, height;     // of the picture, roughly
    double letters;           // fitted into the area, none is larger than this
    double letters_in_lines;  // the same, were it broken into lines
};

// False if out of memory.
bool fit_measure(const struct rec *scene, enum fit_style style, bool down,
                 const struct fit_area *area, struct measure *m);

// The line of each box (uint32_t, in the order of the scene), when a picture from left to right is
// broken into so many. False if out of memory.
bool fit_lines(const struct rec *scene, enum fit_style style, int lines, struct buf *line);
// Are only few edges cut by that?
bool fit_is_chain(const struct rec *scene, enum fit_style style, int lines);

#endif
