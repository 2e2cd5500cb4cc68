// The words of the commands that ask why: nudge, paths, check, tangent, explain, sabotage.
#include <float.h>
#include <math.h>
#include <string.h>

#include "words/say.h"

static const char *name_at(const struct words *w, enum rec_key key)
{
    return say_called(w, rec_find(w->record, key));
}

// Is a difference no more than what rounding leaves of two values as large as these?
static bool is_rounding(double difference, double a, double b)
{
    return difference != 0 && fabs(difference) <= 4 * DBL_EPSILON * (fabs(a) + fabs(b));
}

void say_nudge(struct words *w)
{
    const struct rec *node = rec_find(w->record, KEY_node), *root = rec_find(w->record, KEY_root);
    double by = rec_get_number(w->record, KEY_by), value = rec_get_number(node, KEY_value);
    ink_add(w->out, INK_NAME, say_called(w, node));
    text_add(w->out, ": ");
    say_number(w, INK_VALUE, value);
    text_add(w->out, " -> ");
    say_number(w, INK_VALUE, value + by);
    text_add(w->out, "   ");
    ink_add(w->out, INK_NAME, say_called(w, root));
    text_add(w->out, ": ");
    say_number(w, INK_VALUE, rec_get_number(root, KEY_value));
    text_add(w->out, " -> ");
    say_number(w, INK_VALUE, rec_get_number(w->record, KEY_after));
    text_addf(w->out, "\nthe gradient predicts a change of d%s/d%s * h = ",
              say_part(say_called(w, root)).text, say_part(say_called(w, node)).text);
    say_number(w, INK_GRAD, rec_get_number(w->record, KEY_gradient));
    text_add(w->out, " * ");
    say_number(w, INK_VALUE, by);
    text_add(w->out, "\npredicted ");
    say_number(w, INK_GRAD, rec_get_number(w->record, KEY_predicted));
    text_add(w->out, ", actual ");
    say_number(w, INK_VALUE, rec_get_number(w->record, KEY_actual));
    double difference = rec_get_number(w->record, KEY_difference);
    if (is_rounding(difference, rec_get_number(root, KEY_value),
                    rec_get_number(w->record, KEY_after))) {
        text_add(w->out, ", no difference except rounding");
    } else {
        text_add(w->out, ", difference ");
        say_number(w, INK_MUTED, difference);
    }
    text_add_char(w->out, '\n');
}

// One path: "L > d > e > a" and the product of the local gradients on it.
static void path_row(struct words *w, struct table *t, const struct rec *row)
{
    struct text way, product;
    text_init(&way);
    text_init(&product);
    const char *before = "";
    int64_t cut = rec_get_whole(row, KEY_cut), i = 0;
    for (const struct rec *n = rec_first(row, KEY_nodes); n != NULL; n = n->next, i++) {
        char number[NUMBER_TEXT];
        if (cut > 0 && i == cut) {
            text_add(&way, " > …");
            text_add(&product, " * …");
        }
        const char *called = say_called(w, n);
        bool compares = strpbrk(called, "<>=") != NULL;
        text_addf(&way, compares ? "%s(%s)" : "%s%s", *before != '\0' ? " > " : "", called);
        if (n->next != NULL) {
            number_text(number, rec_get_number(n, KEY_local), w->digits);
            text_add(&product, *before != '\0' ? " * " : "= ");
            ink_add(&product, INK_LOCAL, number);
        }
        before = called;
    }
    char number[NUMBER_TEXT];
    number_text(number, rec_get_number(row, KEY_product), w->digits);
    table_cell(t, text_get(&way));
    if (rec_get_whole(row, KEY_edges) > 1) {
        text_addf(&product, " = ");
        ink_add(&product, INK_GRAD, number);
    } else if (rec_get_whole(row, KEY_edges) == 0) {
        text_addf(&product, "= %s", number);
    }
    table_cell(t, text_get(&product));
    text_release(&way);
    text_release(&product);
}

static void say_path_rows(struct words *w)
{
    struct table t;
    table_init(&t, w->called == CALLED_FREELY ? "nw" : "lw");
    for (const struct rec *row = rec_first(w->record, KEY_rows); row != NULL; row = row->next) {
        path_row(w, &t, row);
    }
    say_table(w, &t);
}

void say_paths(struct words *w)
{
    const char *count = rec_get_text(w->record, KEY_count);
    say_shortest(w, say_path_rows);
    text_add(w->out, rec_get_flag(w->record, KEY_cut) ? "… and more\n" : "");
    text_addf(w->out,
              "%s path%s from %s to %s; a backward pass visits %lld edges for all of them\n", count,
              strcmp(count, "1") == 0 ? "" : "s", name_at(w, KEY_root), name_at(w, KEY_of),
              (long long)rec_get_whole(w->record, KEY_edges));
    text_add(w->out, "sum = ");
    say_number(w, INK_GRAD, rec_get_number(w->record, KEY_sum));
    text_add_char(w->out, '\n');
}

// ---- check --------------------------------------------------------------------------------------

static void check_row(struct words *w, struct table *t, const struct rec *row)
{
    const struct rec *kink = rec_find(row, KEY_kink);
    const char *verdict = rec_get_text(row, KEY_verdict);
    char number[NUMBER_TEXT];
    struct text why;
    text_init(&why);
    if (kink != NULL) {
        text_addf(&why, "a kink of %s = %s within %s", rec_get_text(kink, KEY_name),
                  rec_get_text(kink, KEY_formula),
                  number_text(number, rec_get_number(kink, KEY_h), 2));
    }
    table_ink(t, INK_NAME, rec_get_text(row, KEY_name));
    table_number(t, INK_GRAD, rec_get_number(row, KEY_gradient), w->digits);
    if (isnan(rec_get_number(row, KEY_measured))) {
        table_ink(t, INK_MUTED, "·");  // no h gives a measurement
        table_ink(t, INK_MUTED, "·");
    } else {
        table_number(t, INK_VALUE, rec_get_number(row, KEY_measured), w->digits);
        table_number(t, INK_MUTED, rec_get_number(row, KEY_relative), 2);
    }
    table_ink(t, strcmp(verdict, "wrong") == 0 ? INK_ERROR : INK_MUTED, verdict);
    table_ink(t, INK_MUTED, text_get(&why));
    text_release(&why);
}

// The U over h: truncation on the left, rounding on the right.
static void add_curve(struct words *w)
{
    struct table t;
    table_init(&t, "rddw");
    text_addf(w->out, "central differences for %s over h:\n", name_at(w, KEY_curve_of));
    static const char *const titles[] = {"h", "measured", "error", ""};
    for (size_t i = 0; i < COUNT_OF(titles); i++) {
        table_ink(&t, INK_MUTED, titles[i]);
    }
    for (const struct rec *p = rec_first(w->record, KEY_curve); p != NULL; p = p->next) {
        table_number(&t, INK_MUTED, rec_get_number(p, KEY_h), 2);
        table_number(&t, INK_VALUE, rec_get_number(p, KEY_measured), w->digits);
        table_number(&t, INK_MUTED, rec_get_number(p, KEY_error), 2);
        table_cell(&t, rec_get_flag(p, KEY_kink)   ? "over a kink"
                       : rec_get_flag(p, KEY_best) ? "taken"
                                                   : "");
    }
    say_table(w, &t);
}

void say_check(struct words *w)
{
    static const char *const titles[] = {"leaf", "gradient", "measured", "relative error", "", ""};
    int64_t checked = rec_get_whole(w->record, KEY_checked),
            leaves = rec_get_whole(w->record, KEY_leaves);
    int64_t wrong = rec_get_whole(w->record, KEY_wrong),
            right = rec_get_whole(w->record, KEY_right);
    if (checked == 0) {
        text_addf(w->out, "%s depends on no leaf: there is nothing to check\n",
                  name_at(w, KEY_root));
        return;
    }
    struct table t;
    table_init(&t, "ldddlw");
    for (size_t i = 0; i < COUNT_OF(titles); i++) {
        table_ink(&t, INK_MUTED, titles[i]);
    }
    for (const struct rec *row = rec_first(w->record, KEY_rows); row != NULL; row = row->next) {
        check_row(w, &t, row);
    }
    say_table(w, &t);
    add_curve(w);
    if (checked < leaves) {
        text_addf(w->out, "%lld of %lld leaves were checked\n", (long long)checked,
                  (long long)leaves);
    }
    text_addf(w->out, "%lld right, %lld wrong, %lld undecided\n", (long long)right,
              (long long)wrong, (long long)(checked - right - wrong));
}

// "w = 0.52, x = 2.1"
static void add_check_leaves(struct words *w)
{
    const struct rec *leaf = rec_first(w->record, KEY_leaves);
    for (const char *between = ""; leaf != NULL; leaf = leaf->next, between = ", ") {
        text_addf(w->out, "%s%s = ", between, rec_get_text(leaf, KEY_name));
        say_number(w, INK_VALUE, rec_get_number(leaf, KEY_value));
    }
}

static void add_counterexample(struct words *w, const char *of)
{
    double factor = rec_get_number(w->record, KEY_factor);
    text_add(w->out, "wrong: at ");
    add_check_leaves(w);
    text_addf(w->out, ", %s%s is ", of, rec_get_text(w->record, KEY_place));
    say_number(w, INK_GRAD, rec_get_number(w->record, KEY_gradient));
    text_add(w->out, " and your formula gives ");
    say_number(w, INK_VALUE, rec_get_number(w->record, KEY_given));
    text_add_char(w->out, '\n');
    if (fabs(factor + 1) < 1e-7) {
        text_add(w->out, "its size is right everywhere, and its sign is wrong\n");
    } else if (factor != 0) {
        text_add(w->out, "it is always ");
        say_number(w, INK_VALUE, factor);
        text_addf(w->out, " times %s\n", of);
    }
}

void say_check_formula(struct words *w)
{
    const char *of = rec_get_text(w->record, KEY_of);
    const char *verdict = rec_get_text(w->record, KEY_verdict);
    long long points = (long long)rec_get_whole(w->record, KEY_points);
    if (strcmp(verdict, "wrong") == 0) {
        add_counterexample(w, of);
        return;
    }
    if (strcmp(verdict, "undecided") == 0) {
        text_addf(w->out, "undecided: only %lld of the points around here give both a value\n",
                  points);
        return;
    }
    text_addf(w->out, "right: %s = %s here and at %lld points around", of,
              rec_get_text(w->record, KEY_formula), points - 1);
    if (rec_first(w->record, KEY_leaves) != NULL) {
        text_add(w->out, ", as long as ");
        add_check_leaves(w);
    }
    text_add_char(w->out, '\n');
}

// ---- tangent ------------------------------------------------------------------------------------

void say_tangent(struct words *w)
{
    const char *of = name_at(w, KEY_of), *root = name_at(w, KEY_root);
    long long forward = (long long)rec_get_whole(w->record, KEY_multiply_adds);
    long long reverse = (long long)rec_get_whole(w->record, KEY_reverse_multiply_adds);
    long long leaves = (long long)rec_get_whole(w->record, KEY_leaves);
    struct table t;
    struct text cell;
    text_init(&cell);
    table_init(&t, "llw");
    for (const struct rec *row = rec_first(w->record, KEY_rows); row != NULL; row = row->next) {
        const char *formula = rec_get_text(row, KEY_formula);
        text_clear(&cell);
        text_addf(&cell, "d%s/d%s =", say_part(say_called(w, row)).text, say_part(of).text);
        table_ink(&t, INK_NAME, rec_get_text(row, KEY_name));
        table_cell(&t, *formula == '\0' ? "the input" : formula);
        char number[NUMBER_TEXT];
        text_addf(&cell, " %s", number_text(number, rec_get_number(row, KEY_slope), w->digits));
        table_cell(&t, text_get(&cell));
    }
    say_table(w, &t);
    say_more(w);
    text_release(&cell);
    text_addf(w->out, "forward mode: %lld multiply-adds for d%s/d%s alone", forward,
              say_part(root).text, say_part(of).text);
    text_addf(w->out, leaves > 1 ? ", one such pass for each of %lld leaves\n" : "\n", leaves);
    text_addf(w->out, "reverse mode: %lld multiply-adds for the gradients of all leaves at once\n",
              reverse);
    text_addf(w->out, "d%s/d%s = ", say_part(root).text, say_part(of).text);
    say_number(w, INK_GRAD, rec_get_number(w->record, KEY_slope));
    text_add_char(w->out, '\n');
}

// ---- sabotage -----------------------------------------------------------------------------------

void say_sabotage(struct words *w)
{
    text_add(w->out, "a backward pass of ");
    ink_add(w->out, INK_NAME, rec_get_text(w->record, KEY_name));
    text_add(w->out, " was run with one mistake in it; find the node with\n"
                     "grads, local, paths and check, then: accuse NODE\n");
}

void say_accuse(struct words *w)
{
    const char *name = say_called(w, w->record);
    int64_t before = rec_get_whole(w->record, KEY_wrong_before);
    if (!rec_get_flag(w->record, KEY_right)) {
        text_addf(w->out,
                  "%s did its part rightly; look at what it received, and at what it handed "
                  "on\n",
                  name);
        return;
    }
    text_add(w->out, "yes, ");
    say_numbered(w->out, w->record);
    text_addf(w->out, ": %s\n", rec_get_text(w->record, KEY_mistake));
    text_addf(w->out, "%s\n", rec_get_text(w->record, KEY_what));
    text_addf(w->out, before == 0 ? "found at the first attempt; " : "found after %lld other%s; ",
              (long long)before, before == 1 ? "" : "s");
    text_add(w->out, "the gradients are right again\n");
}

// ---- explain ------------------------------------------------------------------------------------

static bool is_special(const struct words *w, const char *what)
{
    for (const struct rec *s = rec_first(w->record, KEY_special); s != NULL; s = s->next) {
        if (strcmp(s->text, what) == 0) {
            return true;
        }
    }
    return false;
}

static void explain_what(struct words *w)
{
    const char *formula = rec_get_text(w->record, KEY_formula),
               *role = rec_get_text(w->record, KEY_role);
    ink_add(w->out, INK_NAME, rec_get_text(w->record, KEY_name));
    text_addf(w->out, *formula == '\0' ? "%s" : " = %s", formula);
    text_add(w->out, " = ");
    say_number(w, INK_VALUE, rec_get_number(w->record, KEY_value));
    if (*formula == '\0') {
        text_addf(w->out, " is a %s: nothing computes it, so the backward pass ends here\n", role);
    } else {
        text_addf(w->out, ": %s\n", rec_get_text(w->record, KEY_help));
    }
}

static void explain_children(struct words *w)
{
    const char *name = say_called(w, w->record);
    for (const struct rec *c = rec_first(w->record, KEY_children); c != NULL; c = c->next) {
        if (rec_get_flag(c, KEY_constant)) {
            continue;
        }
        const char *formula = rec_get_text(c, KEY_formula);
        char number[NUMBER_TEXT];
        number_text(number, rec_get_number(c, KEY_local), w->digits);
        text_add(w->out, "its operand ");
        say_numbered(w->out, c);
        text_add(w->out, *rec_get_text(c, KEY_called) != '\0' ? " = " : " is ");
        say_number(w, INK_VALUE, rec_get_number(c, KEY_value));
        text_addf(w->out, "; local gradient d%s/d%s = ", say_part(name).text,
                  say_part(say_called(w, c)).text);
        ink_add(w->out, INK_LOCAL, formula);
        if (strcmp(formula, number) != 0) {
            text_add(w->out, " = ");
            ink_add(w->out, INK_LOCAL, number);
        }
        text_add_char(w->out, '\n');
    }
}

static void explain_special(struct words *w)
{
    static const struct {
        const char *special, *words;
    } rows[] = {
        {"dead",
         "it is a dead relu at this value: its slope is 0, so no gradient passes through it\n"},
        {"saturated", "it is saturated: its slope is nearly 0, so hardly any gradient passes\n"},
        {"tie", "its operands are equal, a tie: each receives half of the upstream gradient\n"},
        {"stale", "it is stale: a value it depends on has changed since; 'forward' refreshes it\n"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        text_add(w->out, is_special(w, rows[i].special) ? rows[i].words : "");
    }
    if (is_special(w, "kink")) {
        text_addf(w->out, "its operand is just at the kink: %s\n",
                  rec_get_text(w->record, KEY_edge));
    }
    const struct rec *origin = rec_find(w->record, KEY_origin);
    if (origin != NULL) {
        const char *formula = rec_get_text(origin, KEY_formula);
        text_add(w->out, "its value is not finite; that began at ");
        ink_add(w->out, INK_NAME, rec_get_text(origin, KEY_name));
        text_addf(w->out, *formula == '\0' ? "%s, a leaf\n" : " = %s\n", formula);
    }
}

// The shares: "dL/dd * f = 1 * -2 = -2, from L = d*f".
static double explain_shares(struct words *w, const char *output)
{
    double sum = 0;
    for (const struct rec *u = rec_first(w->record, KEY_uses); u != NULL; u = u->next) {
        const char *formula = rec_get_text(u, KEY_formula);
        text_addf(w->out, say_is_loose(formula) ? "  d%s/d%s * (%s) = " : "  d%s/d%s * %s = ",
                  say_part(output).text, say_part(say_called(w, u)).text, formula);
        say_number(w, INK_GRAD, say_shown(u, KEY_upstream));
        text_add(w->out, " * ");
        say_number(w, INK_LOCAL, rec_get_number(u, KEY_local));
        text_add(w->out, " = ");
        say_number(w, INK_GRAD,
                   rec_get_flag(u, KEY_upstream_cancels) ? 0 : rec_get_number(u, KEY_share));
        text_addf(w->out, "   from %s = %s\n", rec_get_text(u, KEY_name), rec_get_text(u, KEY_is));
        sum += rec_get_number(u, KEY_share);
    }
    return sum;
}

static void explain_gradient(struct words *w)
{
    const struct rec *output = rec_find(w->record, KEY_output);
    const char *name = say_called(w, w->record), *out = say_called(w, output);
    int64_t uses = rec_get_whole(w->record, KEY_use_count);
    bool is_output =
        output != NULL && rec_get_whole(output, KEY_node) == rec_get_whole(w->record, KEY_node);
    bool reached = rec_get_flag(w->record, KEY_reached);
    if (rec_find(w->record, KEY_grad) == NULL) {
        text_add(w->out, "no backward pass has reached it yet\n");
        return;
    }
    double grad = rec_get_number(w->record, KEY_grad);
    if (is_output) {
        text_addf(w->out, "it is the output: its own gradient d%s/d%s is the seed, 1\n",
                  say_part(out).text, say_part(out).text);
        return;
    }
    if (!reached) {
        text_add(w->out, output == NULL ? "" : "the last output does not depend on it; ");
        text_add(w->out, "it holds a gradient of an earlier pass\n");
        return;
    }
    text_addf(w->out,
              uses == 1 ? "it is used once, so d%s/d%s is one share, upstream times local:\n"
                        : "it is used more than once, so d%s/d%s is a sum of shares, "
                          "upstream times local:\n",
              say_part(out).text, say_part(name).text);
    double sum = explain_shares(w, out);
    const struct rec *list = rec_find(w->record, KEY_uses);
    if (list != NULL && (int64_t)list->in.count < uses) {
        text_addf(w->out, "  … and %lld more\n", (long long)(uses - (int64_t)list->in.count));
        return;
    }
    if (rec_get_flag(w->record, KEY_grad_cancels)) {
        text_add(w->out, "together 0, except for rounding\n");
    } else if (fabs(sum - grad) > 1e-9 * (fabs(sum) + fabs(grad))) {
        text_add(w->out, "these add up to ");
        say_number(w, INK_GRAD, sum);
        text_add(w->out, ", but it holds ");
        say_number(w, INK_GRAD, grad);
        text_add(w->out, ": earlier passes were not cleared with 'zero', or it was set\n");
    } else if (uses > 1) {
        text_add(w->out, "together ");
        say_number(w, INK_GRAD, grad);
        text_add_char(w->out, '\n');
    }
}

void say_explain(struct words *w)
{
    explain_what(w);
    explain_children(w);
    explain_special(w);
    explain_gradient(w);
}
