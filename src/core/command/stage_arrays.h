// stage of a value that was computed with arrays: both passes as lines that the language and NumPy
// read alike.
#ifndef COMMAND_STAGE_ARRAYS_H
#define COMMAND_STAGE_ARRAYS_H

#include "session/call.h"

// Is this an expression of single values, or one with names that have no value? Then stage takes it
// as a formula, and nothing was read.
enum stage_arrays_end { STAGE_ARRAYS_DONE, STAGE_ARRAYS_FAILED, STAGE_ARRAYS_NONE };

// Reads [L] [python] at the call's place and answers with a record.
enum stage_arrays_end stage_arrays(struct call *c);

#endif
