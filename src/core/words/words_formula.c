// The words of formulas: derive, stage, expand, fold and export.
#include <string.h>

#include "words/say.h"

// "d(x**3)/dx"
static void add_slope_of(struct words *w, const char *of)
{
    bool name = strpbrk(of, "+-*/ (<>=") == NULL;
    text_addf(w->out, name ? "d%s/d%s" : "d(%s)/d%s", of, rec_get_text(w->record, KEY_in));
}

static void say_derive_step(struct words *w, const struct rec *step)
{
    const char *slope = rec_get_text(step, KEY_slope), *inner = rec_get_text(step, KEY_inner_slope);
    ink_add(w->out, INK_MUTED, rec_get_text(step, KEY_rule));
    text_add(w->out, ": ");
    add_slope_of(w, rec_get_text(step, KEY_of));
    if (*slope != '\0') {
        text_addf(w->out, say_is_loose(slope) ? " = (%s)" : " = %s", slope);
        text_addf(w->out, say_is_loose(inner) || *inner == '-' ? " * (%s)" : " * %s", inner);
    }
    text_addf(w->out, " = %s\n", rec_get_text(step, KEY_result));
}

static void add_named(struct words *w, enum rec_key key)
{
    for (const struct rec *d = rec_first(w->record, key); d != NULL; d = d->next) {
        text_add_char(w->out, WRAP_FIXED);
        ink_add(w->out, INK_NAME, rec_get_text(d, KEY_name));
        text_addf(w->out, " = %s\n", rec_get_text(d, KEY_formula));
    }
}

// One rule a line; the last line is the formula alone.
void say_derive(struct words *w)
{
    add_named(w, KEY_definitions);
    add_named(w, KEY_parts);
    for (const struct rec *s = rec_first(w->record, KEY_steps); s != NULL; s = s->next) {
        say_derive_step(w, s);
    }
    say_more_in(w, " steps");
    for (const struct rec *e = rec_first(w->record, KEY_edges); e != NULL; e = e->next) {
        text_addf(w->out, "%s: %s\n", rec_get_text(e, KEY_name), rec_get_text(e, KEY_text));
    }
    text_add_char(w->out, WRAP_FIXED);
    ink_add(w->out, INK_LOCAL, rec_get_text(w->record, KEY_result));
    text_add_char(w->out, '\n');
}

// A line each; with a letter for a formula whose elements come again in its own derivatives.
void say_derivatives(struct words *w)
{
    const char *name = rec_get_text(w->record, KEY_name);
    if (*name != '\0') {
        text_addf(w->out, "%c%s = %s\n", WRAP_FIXED, name, rec_get_text(w->record, KEY_of));
    }
    for (const struct rec *r = rec_first(w->record, KEY_rows); r != NULL; r = r->next) {
        const char *of = rec_get_text(r, KEY_of), *in = rec_get_text(r, KEY_in);
        bool loose = strpbrk(of, "+-*/ (<>=") != NULL;
        text_addf(w->out, loose ? "%cd(%s)/d%s = " : "%cd%s/d%s = ", WRAP_FIXED, of, in);
        ink_add(w->out, INK_LOCAL, rec_get_text(r, KEY_result));
        text_add(w->out,
                 *name != '\0' && strstr(in, "[j]") != NULL ? "   where j is not i\n" : "\n");
    }
}

static void add_lines(struct words *w, enum rec_key key)
{
    for (const struct rec *line = rec_first(w->record, key); line != NULL; line = line->next) {
        text_addf(w->out, "%c%s\n", WRAP_FIXED, line->text);
    }
}

void say_stage(struct words *w)
{
    if (rec_get_flag(w->record, KEY_python)) {
        text_add(w->out, "import math\n");
        add_lines(w, KEY_definitions);
    }
    ink_add(w->out, INK_MUTED, "# forward, stage by stage");
    text_add_char(w->out, '\n');
    add_lines(w, KEY_forward);
    ink_add(w->out, INK_MUTED, "# backward, the last stage first");
    text_add_char(w->out, '\n');
    add_lines(w, KEY_backward);
}

void say_expand(struct words *w)
{
    const struct rec *before = rec_find(w->record, KEY_before),
                     *after = rec_find(w->record, KEY_after);
    const char *atoms = rec_get_text(w->record, KEY_atoms);
    ink_add(w->out, INK_NAME, rec_get_text(before, KEY_name));
    if (*atoms != '\0') {
        text_addf(w->out, ": %s in simpler operations, %s", rec_get_text(w->record, KEY_op), atoms);
    } else {
        text_addf(w->out, ": %s in one operation again", rec_get_text(w->record, KEY_op));
    }
    text_addf(w->out, "\n%lld nodes became %lld; the value was ",
              (long long)rec_get_whole(w->record, KEY_nodes_before),
              (long long)rec_get_whole(w->record, KEY_nodes_after));
    say_number(w, INK_VALUE, rec_get_number(before, KEY_value));
    text_add(w->out, " and is ");
    say_number(w, INK_VALUE, rec_get_number(after, KEY_value));
    text_add_char(w->out, '\n');
}

void say_export(struct words *w)
{
    text_add(w->out, rec_get_text(w->record, KEY_text));
}
