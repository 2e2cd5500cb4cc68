// What the files that read statements of Python share.
#ifndef SESSION_PYTHON_PARTS_H
#define SESSION_PYTHON_PARTS_H

#include "session/call.h"

// name.name[…].name, and what follows it: ( … ) up to the statement's end, or an assignment.
struct python_form {
    struct token first, last;
    size_t owner;  // where what comes before the last point ends; 0: there is no point
    size_t dots;
    bool called;         // a call, which is the whole statement
    struct span inside;  // its parentheses'
    struct token assign;
    size_t end;  // of the statement, or after the assignment's sign
};

// python_passed.c: imports, the classes of the lecture, drawings: passes over what is not needed
// here, and says so once. False: the statement is none of these.
bool python_pass_over(struct call *c);
// python_network.c: n = MLP(3, [4, 4, 1]), of which `f` is what follows the sign, becomes
// parameters and a function. False: the diag says why not.
bool python_make_network(struct call *c, const struct python_form *f, struct token name);

#endif
