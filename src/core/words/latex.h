// Records as LaTeX, for documents with amsmath and for MathJax, which pages and notebooks use.
#ifndef WORDS_LATEX_H
#define WORDS_LATEX_H

#include "words/words.h"

// Appends the record as displayed mathematics (equation* or align*). Values, bindings, local
// gradients and derivatives become formulas; of all other records the lines become texts and the
// tables arrays. A record that is not for reading adds nothing.
void latex_add(struct text *out, const struct rec *record, const struct words_form *form);
// The rows of what latex_add writes as align*: to be put into an environment of one's own, such as
// aligned. False: this record is no such formula, and nothing was added.
bool latex_rows(struct text *out, const struct rec *record, const struct words_form *form);
// The formula of a text in the language: x**2 is {x}^{2}. What cannot be read as one becomes text.
void latex_formula(struct text *out, const char *formula);
// s[0..n) as a text within mathematics; nothing in it is a command.
void latex_text(struct text *out, const char *s, size_t n);

#endif
