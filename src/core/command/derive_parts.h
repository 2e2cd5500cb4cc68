// derive for arrays: the derivative of each element of a formula in each element of an array.
#ifndef COMMAND_DERIVE_PARTS_H
#define COMMAND_DERIVE_PARTS_H

#include "command/formula.h"

enum { DERIVE_PARTS_MOST = 64 };  // derivatives in one answer

// Answers with a record. The elements are those of `array`; if that is unbound, those of the one
// array that the formula is made of, or f->in if it is set. False: the diag says why.
bool derive_parts_put(struct formula *f, struct value array);

#endif
