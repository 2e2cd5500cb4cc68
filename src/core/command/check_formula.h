// check dL/dw = (p - y)*x: is the learner's formula what the engine computes?
//
// Both sides are evaluated at the present point and at points around it, with all leaves that they
// depend on moved at random. So a formula that is right only by chance, -3 where b happens to be
// -3, is told from one that is right.
#ifndef COMMAND_CHECK_FORMULA_H
#define COMMAND_CHECK_FORMULA_H

#include "session/call.h"

// Is there a single = in the arguments of the running command?
bool check_formula_is_asked(const struct call *c);
enum call_end check_formula_run(struct call *c);

#endif
