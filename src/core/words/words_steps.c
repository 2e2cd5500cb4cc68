// The words of a walk: steps, guesses, places.
#include <string.h>

#include "engine/shown.h"
#include "words/say.h"

// "e = a*b", or "a" for a leaf.
static void add_definition(struct words *w, const struct rec *node)
{
    const char *formula = rec_get_text(node, KEY_formula);
    ink_add(w->out, INK_NAME, rec_get_text(node, KEY_name));
    text_addf(w->out, *formula == '\0' ? "%s" : " = %s", formula);
}

// "2 * -3", "tanh(0.8814)": the operation on its operands' values.
static void add_on_values(struct words *w)
{
    const char *op = rec_get_text(w->record, KEY_op);
    const struct rec *v = rec_first(w->record, KEY_operands);
    bool infix = rec_get_flag(w->record, KEY_infix);
    text_addf(w->out, infix ? "%s" : "%s(", infix ? "" : op);
    for (; v != NULL; v = v->next) {
        say_number(w, INK_VALUE, v->number);
        if (v->next != NULL) {
            text_addf(w->out, infix ? " %s " : ", ", op);
        }
    }
    text_add(w->out, infix ? "" : ")");
}

static void add_share(struct words *w, struct table *t, const struct rec *share)
{
    char held[NUMBER_TEXT], local[NUMBER_TEXT], up[NUMBER_TEXT], product[NUMBER_TEXT];
    const char *root = say_called(w, rec_find(w->record, KEY_root));
    const char *formula = rec_get_text(share, KEY_formula);
    struct text cell;
    text_init(&cell);
    text_addf(&cell, "  %s.grad", say_part(say_called(w, rec_find(share, KEY_child))).text);
    table_cell(t, text_get(&cell));
    table_ink(t, INK_GRAD, number_text(held, rec_get_number(share, KEY_held), w->digits));
    text_clear(&cell);
    text_addf(&cell, say_is_loose(formula) ? "+= d%s/d%s * (%s)" : "+= d%s/d%s * %s",
              say_part(root).text, say_part(say_called(w, w->record)).text, formula);
    table_cell(t, text_get(&cell));
    text_clear(&cell);
    text_add(&cell, "= ");
    ink_add(&cell, INK_GRAD, number_text(up, say_shown(w->record, KEY_upstream), w->digits));
    text_add(&cell, " * ");
    ink_add(&cell, INK_LOCAL, number_text(local, rec_get_number(share, KEY_local), w->digits));
    bool none = rec_get_flag(w->record, KEY_upstream_cancels);
    double passed = none ? 0 : rec_get_number(share, KEY_share);
    text_addf(&cell, " = %s", number_text(product, passed, w->digits));
    table_cell(t, text_get(&cell));
    text_clear(&cell);
    text_add(&cell, "now ");
    double before = rec_get_number(share, KEY_held), now = rec_get_number(share, KEY_now);
    bool cancels = shown_cancels(now, fabs(before) + fabs(passed));
    bool rounding = cancels || (none && before == 0);
    ink_add(&cell, INK_GRAD, number_text(held, rounding ? 0 : now, w->digits));
    table_cell(t, text_get(&cell));
    text_release(&cell);
}

static void say_shares(struct words *w)
{
    struct table t;
    table_init(&t, "ndnnn");
    for (const struct rec *s = rec_first(w->record, KEY_shares); s != NULL; s = s->next) {
        add_share(w, &t, s);
    }
    say_table(w, &t);
}

void say_step(struct words *w)
{
    const char *step = rec_get_text(w->record, KEY_step);
    const char *root = say_called(w, rec_find(w->record, KEY_root));
    text_addf(w->out, "%s %lld/%lld   ", rec_get_text(w->record, KEY_pass),
              (long long)rec_get_whole(w->record, KEY_done),
              (long long)rec_get_whole(w->record, KEY_steps));
    if (strcmp(step, "forward") == 0) {
        add_definition(w, w->record);
        text_add(w->out, " = ");
        add_on_values(w);
        text_add(w->out, " = ");
        say_number(w, INK_VALUE, rec_get_number(w->record, KEY_after));
        text_add_char(w->out, '\n');
        return;
    }
    bool seed = strcmp(step, "seed") == 0;
    say_numbered(w->out, w->record);
    text_addf(w->out, "   d%s/d%s = ", say_part(root).text,
              say_part(say_called(w, w->record)).text);
    say_number(w, INK_GRAD,
               seed ? rec_get_number(w->record, KEY_after) : say_shown(w->record, KEY_upstream));
    text_add(w->out, seed ? "   the seed\n" : "\n");
    say_shortest(w, say_shares);
}

void say_steps_skipped(struct words *w)
{
    text_addf(w->out, "… %lld steps before these\n",
              (long long)rec_get_whole(w->record, KEY_count));
}

void say_where(struct words *w)
{
    const struct rec *next = rec_find(w->record, KEY_next);
    bool back = strcmp(rec_get_text(w->record, KEY_moved), "back") == 0;
    text_addf(w->out, "%s%s pass of ", back ? "back: " : "", rec_get_text(w->record, KEY_pass));
    ink_add(w->out, INK_NAME, say_called(w, rec_find(w->record, KEY_root)));
    text_addf(w->out, ", %lld of %lld steps done; ", (long long)rec_get_whole(w->record, KEY_done),
              (long long)rec_get_whole(w->record, KEY_steps));
    if (next == NULL) {
        text_add(w->out, "the walk is at its end\n");
        return;
    }
    text_add(w->out, "next ");
    if (strcmp(rec_get_text(next, KEY_step), "forward") == 0) {
        add_definition(w, next);
    } else {
        text_add(w->out, strcmp(rec_get_text(next, KEY_step), "seed") == 0 ? "the seed at "
                                                                           : "backward through ");
        say_numbered(w->out, next);
    }
    text_add_char(w->out, '\n');
}

void say_stopped(struct words *w)
{
    text_add(w->out, "the walk has ended\n");
}

void say_predict(struct words *w)
{
    const char *formula = rec_get_text(w->record, KEY_formula);
    text_addf(w->out, "%s: ", rec_get_text(w->record, KEY_pass));
    ink_add(w->out, INK_NAME, rec_get_text(rec_find(w->record, KEY_at), KEY_name));
    text_addf(w->out, *formula == '\0' ? "%s" : " = %s", formula);
    text_addf(w->out, ". What will be %s? A number, or 'step' to see\n",
              rec_get_text(w->record, KEY_what));
}

void say_guessed(struct words *w)
{
    if (rec_get_flag(w->record, KEY_right)) {
        text_add(w->out, "right\n");
        return;
    }
    text_addf(w->out, "not quite: %s is ", rec_get_text(w->record, KEY_what));
    say_number(w, INK_VALUE, rec_get_number(w->record, KEY_key));
    text_add(w->out, ", you said ");
    say_number(w, INK_VALUE, rec_get_number(w->record, KEY_guess));
    text_add_char(w->out, '\n');
}
