// What was loaded.
#include "words/say.h"

static void add_place(struct table *t, const struct rec *row)
{
    struct text place;
    text_init(&place);
    if (rec_find(row, KEY_cell) != NULL) {
        text_addf(&place, "cell %lld, line ", (long long)rec_get_whole(row, KEY_cell));
    }
    text_addf(&place, "%lld", (long long)rec_get_whole(row, KEY_line));
    table_cell(t, text_get(&place));
    text_release(&place);
}

void say_loaded(struct words *w)
{
    long long done = (long long)rec_get_whole(w->record, KEY_done);
    long long more = (long long)rec_get_whole(w->record, KEY_more), left = more;
    const struct rec *first = rec_first(w->record, KEY_rows);
    struct table t;
    for (const struct rec *row = first; row != NULL; row = row->next) {
        left++;
    }
    text_addf(w->out, "%s: %lld statement%s ran", rec_get_text(w->record, KEY_path), done,
              done == 1 ? "" : "s");
    text_addf(w->out, left > 0 ? ", %lld did not\n" : "\n", left);
    if (left == 0) {
        return;
    }
    table_init(&t, "nlw");
    table_ink(&t, INK_MUTED, rec_find(first, KEY_cell) != NULL ? "place" : "line");
    table_ink(&t, INK_MUTED, "statement");
    table_ink(&t, INK_MUTED, "why not");
    for (const struct rec *row = first; row != NULL; row = row->next) {
        add_place(&t, row);
        table_ink(&t, INK_CODE, rec_get_text(row, KEY_text));
        table_cell(&t, rec_get_text(row, KEY_message));
    }
    say_table(w, &t);
    say_more(w);
}
