// export latex of a value that was computed with arrays: the equations of both passes, layer by
// layer, in matrices.
#ifndef COMMAND_LATEX_ARRAYS_H
#define COMMAND_LATEX_ARRAYS_H

#include "session/call.h"

// Appends the document. False: this node is not computed with arrays, or the chain rule with whole
// arrays does not cover it; then nothing is appended, and its nodes are written one by one.
bool latex_arrays(struct call *c, uint32_t root, struct text *out);

#endif
