// The words of second derivatives: hessian, curvature, jacobian.
#include <math.h>
#include <string.h>

#include "words/say.h"

enum { COLUMNS_MOST = 12, DIGITS_LEAST = 3 };

// The table with numbers of so many digits.
static void fill(struct words *w, struct table *t, const char *align, const struct rec *of,
                 int digits)
{
    table_init(t, align);
    table_cell(t, "");
    for (const struct rec *name = rec_first(w->record, KEY_names); name != NULL;
         name = name->next) {
        table_ink(t, INK_NAME, name->text);
    }
    const struct rec *label = of->in.first;
    for (const struct rec *row = rec_first(w->record, KEY_values); row != NULL;
         row = row->next, label = label->next) {
        table_ink(t, INK_NAME, label->text);
        for (const struct rec *x = row->type == REC_LIST ? row->in.first : NULL; x != NULL;
             x = x->next) {
            table_number(t, INK_GRAD, x->number, digits);
        }
    }
}

static size_t widest_line(const char *s)
{
    size_t most = 0;
    while (*s != '\0') {
        size_t n = strcspn(s, "\n"), columns = ink_columns(s, n);
        most = columns > most ? columns : most;
        s += n + (s[n] != '\0');
    }
    return most;
}

// A row of numbers for each name in `of`, with as many digits as there is room for.
static void say_matrix(struct words *w, const struct rec *of)
{
    static const char align[] = "ldddddddddddd";
    size_t columns = rec_count(w->record, KEY_names);
    char used[sizeof align];
    if (columns > COLUMNS_MOST) {
        text_addf(w->out, "%zu by %zu numbers are too many for a table; --json has them\n",
                  of->in.count, columns);
        return;
    }
    memcpy(used, align, columns + 1);
    used[columns + 1] = '\0';
    struct table t;
    struct text out;
    int digits = w->digits;
    text_init(&out);
    for (;; digits--) {
        fill(w, &t, used, of, digits);
        table_write(&t, &out);
        table_release(&t);
        if (w->columns == 0 || digits <= DIGITS_LEAST ||
            widest_line(text_get(&out)) <= w->columns) {
            break;
        }
        text_clear(&out);
    }
    text_release(&out);
    fill(w, &t, used, of, digits);
    say_table(w, &t);
}

void say_jacobian(struct words *w)
{
    say_matrix(w, rec_find(w->record, KEY_of));
}

// How far differences of the gradient are away, if they were taken.
static void add_difference(struct words *w)
{
    char number[NUMBER_TEXT];
    const struct rec *worst = rec_first(w->record, KEY_worst);
    number_text(number, rec_get_number(w->record, KEY_difference), 2);
    if (worst == NULL) {
        return;
    }
    if (!isfinite(rec_get_number(w->record, KEY_difference))) {
        text_addf(w->out,
                  "; it could not be compared with differences of the gradient at %s, %s: they are "
                  "not finite",
                  worst->text, worst->next->text);
    } else if (rec_get_number(w->record, KEY_difference) == 0) {
        text_add(w->out, "; differences of the gradient agree exactly");
    } else if (rec_get_number(w->record, KEY_difference) <= 1e-4) {
        text_addf(w->out, "; differences of the gradient agree to %s", number);
    } else {
        text_addf(w->out,
                  "; differences of the gradient are %s away at %s, %s: a kink may be near, or the "
                  "third derivative large",
                  number, worst->text, worst->next->text);
    }
}

void say_hessian(struct words *w)
{
    char number[NUMBER_TEXT];
    double asymmetry = rec_get_number(w->record, KEY_asymmetry);
    say_matrix(w, rec_find(w->record, KEY_names));
    text_add(w->out, "symmetric");
    if (asymmetry != 0) {
        text_addf(w->out, " to %s", number_text(number, asymmetry, 2));
    }
    add_difference(w);
    text_add_char(w->out, '\n');
}

// What a curvature says about the learning rate: 1/c is best on a parabola, above 2/c it climbs.
static void add_rates(struct words *w, double curvature)
{
    char c[NUMBER_TEXT], best[NUMBER_TEXT], most[NUMBER_TEXT];
    number_text(c, curvature, w->digits);
    if (curvature > 0) {
        text_addf(w->out,
                  "the best learning rate there is 1/%s = %s; above 2/%s = %s a step goes uphill\n",
                  c, number_text(best, 1 / curvature, w->digits), c,
                  number_text(most, 2 / curvature, w->digits));
    } else if (curvature < 0) {
        text_add(w->out, "it bends downwards there: each step against the gradient goes downhill, "
                         "and Newton's would climb\n");
    } else if (isnan(curvature)) {
        text_add(w->out, "it is not a number there, so it says nothing about the learning rate\n");
    } else {
        text_add(w->out, "it is straight there: no learning rate is too large nearby\n");
    }
}

void say_curvature(struct words *w)
{
    const char *root = say_called(w, rec_find(w->record, KEY_root));
    const struct rec *name = rec_first(w->record, KEY_names);
    double curvature = rec_get_number(w->record, KEY_curvature);
    double gradient = rec_get_number(w->record, KEY_gradient);
    char from[NUMBER_TEXT], to[NUMBER_TEXT];
    if (name->next == NULL) {
        double x = rec_get_number(w->record, KEY_value);
        text_addf(w->out, "d2%s/d%s2 = ", say_part(root).text, say_part(name->text).text);
        say_number(w, INK_GRAD, curvature);
        text_addf(w->out, "   d%s/d%s = ", say_part(root).text, say_part(name->text).text);
        say_number(w, INK_GRAD, gradient);
        text_add_char(w->out, '\n');
        add_rates(w, curvature);
        if (curvature > 0) {
            text_addf(w->out, "Newton's step: %s from %s to %s\n", name->text,
                      number_text(from, x, w->digits),
                      number_text(to, x - gradient / curvature, w->digits));
        }
        return;
    }
    text_add(w->out, "along the gradient, whose length is ");
    say_number(w, INK_GRAD, gradient);
    text_addf(w->out, ", the curvature of %s is ", root);
    say_number(w, INK_GRAD, curvature);
    text_add_char(w->out, '\n');
    add_rates(w, curvature);
}
