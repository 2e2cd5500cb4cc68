// What a learner hands in: a name, and the log of their answers, as text.
//
//   backstep handin 1
//   name<TAB>Ada Lovelace
//   backstep progress 1
//   …                            the log, as log.h writes it
//   end<TAB>3<TAB>ba0ab7d8c3847a25
//   handin<TAB>0123456789abcdef
//
// The last line has the FNV-1a hash of all before it. It tells a file that was cut off or changed
// by accident from one that is whole; whoever means to change one can compute it too.
#ifndef LESSON_HANDIN_H
#define LESSON_HANDIN_H

#include "lesson/log.h"

enum { HANDIN_NAME_MOST = 100 };  // columns of a name

struct handin {
    struct text name;
    struct log log;
};

// Appends the text; what is not text in the name is made visible.
void handin_write(struct text *out, const char *name, const struct log *log);
// Does s[0..n) begin as one?
bool handin_is_one(const char *s, size_t n);
// Reads it, lines ended by CR LF too. Release it whatever comes of it. False: the diag says what is
// wrong with it.
bool handin_read(struct handin *h, const char *s, size_t n, struct diag *d);
void handin_release(struct handin *h);

#endif
