// Loading what was written for Python: a program (.py) or a notebook (.ipynb).
//
// Most of such a text may run here (session/python.h), and some of it will not. So each of its
// statements stands for itself: one that fails is taken back, listed with the reason, and the next
// one runs. What was left out comes at the end as a record of kind "loaded". All of it is still one
// transaction, that of the `load`.
#ifndef SESSION_SALVAGE_H
#define SESSION_SALVAGE_H

#include "session/call.h"

// Is a file of this name read so: does it end in .py or .ipynb?
bool salvage_wants(const char *name, size_t n);
// Starts executing the file's bytes, as session_push_frame does. False: d says why not, its span is
// `load`.
bool salvage_push(struct session *s, const char *name, struct span load, const char *bytes,
                  size_t n, struct diag *d);

// ---- For run.c ----------------------------------------------------------------------------------

// The statement at byte `start` of the frame begins: from here it can be taken back. False if out
// of memory.
bool salvage_begin(struct session *s, struct frame *f, size_t start);
// How many frames there are up to the innermost that is read so; 0: none is.
size_t salvage_depth(const struct session *s);
// The statement of this frame, the top one, failed: it is taken back and listed, and the frame goes
// on after it.
void salvage_skip(struct session *s, struct frame *f, const struct diag *d);
// The frame is done: says what came of it.
void salvage_tell(struct session *s, struct frame *f, struct records *out);

#endif
