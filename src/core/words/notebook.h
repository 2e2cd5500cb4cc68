// A Jupyter notebook (nbformat 4.4) as text: cells of Markdown and of code, written one after the
// other.
#ifndef WORDS_NOTEBOOK_H
#define WORDS_NOTEBOOK_H

#include <stdbool.h>

#include "base/text.h"

struct notebook {
    struct text *out;
    bool cells, outputs;  // one was written; of this cell one was
};

void notebook_begin(struct notebook *n, struct text *out);
void notebook_end(struct notebook *n);
void notebook_markdown(struct notebook *n, const char *s, size_t length);
// A cell of code; its outputs follow, each begun by notebook_output, which the caller writes as JSON.
void notebook_code(struct notebook *n, const char *s, size_t length);
void notebook_output(struct notebook *n);
void notebook_code_end(struct notebook *n);

#endif
