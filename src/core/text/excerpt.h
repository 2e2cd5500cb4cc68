// An expression inside a longer text, read as a text of its own: an answer, a line of a question, a
// formula that we wrote ourselves.
#ifndef TEXT_EXCERPT_H
#define TEXT_EXCERPT_H

#include "text/parser.h"

struct excerpt {
    struct source source;
    struct lexer lexer;
    struct parser parser;
    struct diag d;  // in columns of the excerpt
    size_t offset;
    struct names none;
};

// names: what is bound; NULL for nothing. The text is not copied, and `e` must not move.
void excerpt_init(struct excerpt *e, const struct names *names, const char *s, struct span at);
// A whole text that ends in 0.
void excerpt_init_all(struct excerpt *e, const struct names *names, const char *s);
void excerpt_release(struct excerpt *e);
// Releases it and returns `ok`. If not, *d is what went wrong, in columns of the longer text.
bool excerpt_end(struct excerpt *e, bool ok, struct diag *d);

#endif
