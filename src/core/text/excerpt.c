#include "text/excerpt.h"

#include <string.h>

void excerpt_init(struct excerpt *e, const struct names *names, const char *s, struct span at)
{
    *e = (struct excerpt){
        .source = {.name = "", .text = s + at.start, .length = at.end - at.start, .line = 1},
        .offset = at.start};
    names_init(&e->none);
    lexer_init(&e->lexer, &e->source);
    parser_init(&e->parser, &e->lexer, names == NULL ? &e->none : names, &e->d);
}

void excerpt_init_all(struct excerpt *e, const struct names *names, const char *s)
{
    excerpt_init(e, names, s, (struct span){0, strlen(s)});
}

void excerpt_release(struct excerpt *e)
{
    parser_release(&e->parser);
    names_release(&e->none);
}

bool excerpt_end(struct excerpt *e, bool ok, struct diag *d)
{
    excerpt_release(e);
    if (!ok) {
        *d = e->d;
        d->span.start += e->offset;
        d->span.end += e->offset;
    }
    return ok;
}
