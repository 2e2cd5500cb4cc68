// Records as HTML.
#ifndef WORDS_HTML_H
#define WORDS_HTML_H

#include "words/words.h"

// Appends the record as one <div class="backstep bs-KIND">, which needs nothing around it: tables
// are <table>, texts by meaning <span class="bs-value"> and so on, lines that keep their blanks
// <pre>, mathematics Unicode. A record that is not for reading adds nothing.
void html_add(struct text *out, const struct rec *record, const struct words_form *form);
// s[0..n) as text: < > & and both quotation marks are escaped, control characters and invalid
// bytes shown as \x1b. Fit for attributes too.
void html_text(struct text *out, const char *s, size_t n);
// The rules of a style sheet for these classes, light and dark, for a page of one's own.
const char *html_style(void);

#endif
