// Files that expressions read, as load_csv("iris.csv") does.
//
// The core opens no file. An expression that comes upon a file it was not given notes its path in
// `wanted` and fails; whoever had it evaluated asks the host for the bytes, adds them here, and has
// it evaluated again from its start.
#ifndef TEXT_INPUT_H
#define TEXT_INPUT_H

#include "base/diag.h"
#include "base/mem.h"

struct input {
    struct text path;
    struct buf bytes;  // char
    struct diag why;   // set: it could not be had
};

struct inputs {
    struct buf given;    // struct input
    struct text wanted;  // "": none is
};

void inputs_init(struct inputs *f);
void inputs_release(struct inputs *f);
// Forgets all that was given, and what is wanted.
void inputs_clear(struct inputs *f);
// What was wanted is given: takes over the bytes (which are left empty), or the reason why not.
// False if out of memory.
bool inputs_give(struct inputs *f, struct buf *bytes, const struct diag *why);
// The file of this path; NULL if it was not given: then it is wanted.
const struct input *inputs_find(struct inputs *f, const char *path, size_t n);

#endif
