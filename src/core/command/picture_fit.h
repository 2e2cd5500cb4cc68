// Pictures in files that fit an area: `graph L FILE --size slide`, and all that have more operations
// than can be read in full.
#ifndef COMMAND_PICTURE_FIT_H
#define COMMAND_PICTURE_FIT_H

#include "command/graph_words.h"
#include "scene/part.h"

// Is the picture to fit an area?
bool picture_fits(const struct call *c, const struct picture *p, const struct part *part);
// Asks for the file, or, where it was written, says how it turned out.
enum call_end picture_fit(struct call *c, const struct picture *p, const struct part *part);

#endif
