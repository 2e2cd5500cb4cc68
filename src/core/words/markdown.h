// Records as Markdown (CommonMark, with the tables of GitHub and mathematics between dollar signs).
#ifndef WORDS_MARKDOWN_H
#define WORDS_MARKDOWN_H

#include "words/words.h"

// Appends the record as paragraphs, tables and blocks of code, each after an empty line. A record
// that is not for reading adds nothing.
void markdown_add(struct text *out, const struct rec *record, const struct words_form *form);
// s[0..n) as text: what Markdown or HTML would read as a sign is escaped.
void markdown_text(struct text *out, const char *s, size_t n);
// Lines as a block of code, each ended by a newline. info: what is after the fence.
void markdown_fence(struct text *out, const char *info, const char *s, size_t n);

#endif
