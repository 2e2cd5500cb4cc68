// The words of formulas: derive, stage, expand, fold and export.
#include <string.h>

#include "words/say.h"

// "d(x**3)/dx"
static void add_slope_of(struct words *w, const char *of)
{
    bool name = strpbrk(of, "+-*/ (<>=") == NULL;
    text_addf(w->out, name ? "d%s/d%s" : "d(%s)/d%s", of, rec_get_text(w->record, "in"));
}

static void say_derive_step(struct words *w, const struct rec *step)
{
    const char *slope = rec_get_text(step, "slope"), *inner = rec_get_text(step, "inner_slope");
    ink_add(w->out, INK_MUTED, rec_get_text(step, "rule"));
    text_add(w->out, ": ");
    add_slope_of(w, rec_get_text(step, "of"));
    if (*slope != '\0') {
        text_addf(w->out, say_is_loose(slope) ? " = (%s)" : " = %s", slope);
        text_addf(w->out, say_is_loose(inner) || *inner == '-' ? " * (%s)" : " * %s", inner);
    }
    text_addf(w->out, " = %s\n", rec_get_text(step, "result"));
}

// One rule a line; the last line is the formula alone.
void say_derive(struct words *w)
{
    for (const struct rec *d = say_first(w->record, "definitions"); d != NULL; d = d->next) {
        text_add_char(w->out, WRAP_FIXED);
        ink_add(w->out, INK_NAME, rec_get_text(d, "name"));
        text_addf(w->out, " = %s\n", rec_get_text(d, "formula"));
    }
    for (const struct rec *s = say_first(w->record, "steps"); s != NULL; s = s->next) {
        say_derive_step(w, s);
    }
    for (const struct rec *e = say_first(w->record, "edges"); e != NULL; e = e->next) {
        text_addf(w->out, "%s: %s\n", rec_get_text(e, "name"), rec_get_text(e, "text"));
    }
    text_add_char(w->out, WRAP_FIXED);
    ink_add(w->out, INK_LOCAL, rec_get_text(w->record, "result"));
    text_add_char(w->out, '\n');
}

static void add_lines(struct words *w, const char *key)
{
    for (const struct rec *line = say_first(w->record, key); line != NULL; line = line->next) {
        text_addf(w->out, "%c%s\n", WRAP_FIXED, line->text);
    }
}

void say_stage(struct words *w)
{
    if (rec_get_flag(w->record, "python")) {
        text_add(w->out, "import math\n");
        add_lines(w, "definitions");
    }
    ink_add(w->out, INK_MUTED, "# forward, stage by stage");
    text_add_char(w->out, '\n');
    add_lines(w, "forward");
    ink_add(w->out, INK_MUTED, "# backward, the last stage first");
    text_add_char(w->out, '\n');
    add_lines(w, "backward");
}

void say_expand(struct words *w)
{
    const struct rec *before = rec_find(w->record, "before"), *after = rec_find(w->record, "after");
    const char *atoms = rec_get_text(w->record, "atoms");
    ink_add(w->out, INK_NAME, rec_get_text(before, "name"));
    if (*atoms != '\0') {
        text_addf(w->out, ": %s in simpler operations, %s", rec_get_text(w->record, "op"), atoms);
    } else {
        text_addf(w->out, ": %s in one operation again", rec_get_text(w->record, "op"));
    }
    text_addf(w->out, "\n%lld nodes became %lld; the value was ",
              (long long)rec_get_whole(w->record, "nodes_before"),
              (long long)rec_get_whole(w->record, "nodes_after"));
    say_number(w, INK_VALUE, rec_get_number(before, "value"));
    text_add(w->out, " and is ");
    say_number(w, INK_VALUE, rec_get_number(after, "value"));
    text_add_char(w->out, '\n');
}

void say_export(struct words *w)
{
    text_add(w->out, rec_get_text(w->record, "text"));
}
