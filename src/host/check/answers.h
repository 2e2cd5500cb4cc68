// A student's file taken apart: what is under the id of each question.
//
//   ## two-paths.sum          a heading, or a comment of a script, that is a question's id; a heading
//   6                         as in "## Task two-paths.sum (2 points)" too. What is below it is the
//                             answer to that question
//
//   ## neuron.build
//   ```backstep               the lines of a fence count without the fence
//   L = tanh(w*x + b)
//   ```
//
// The order is free. A file without any such line is a script: one answer to whatever there is to
// do. The file may be anything, so nothing is trusted.
#ifndef CHECK_ANSWERS_H
#define CHECK_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

struct answer {
    const char *id;    // of the question
    const char *text;  // lines, each with its end; fences left out
    size_t line;       // of the file, from 1: where `text` begins
    bool again;        // another answer to it comes further below, and counts
};

struct answers {
    struct arena arena;
    struct buf list;     // struct answer, in the order of the file
    const char *script;  // the whole file, where no line is an id; else NULL
};

// False: out of memory. Release it whatever came of it.
bool answers_read(struct answers *a, const char *s, size_t n);
void answers_release(struct answers *a);
// The answer to this question that counts; NULL if there is none.
const struct answer *answers_find(const struct answers *a, const char *id);

#endif
