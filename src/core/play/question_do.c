// Questions that are answered at the prompt (do): after each line, does what was asked for hold now?
#include <string.h>

#include "play/play.h"
#include "session/transaction.h"

static const char *written_in(const struct records *out, size_t from)
{
    const char *path = "";
    size_t i = 0;
    for (const struct rec *r = out->list.in.first; r != NULL; r = r->next, i++) {
        if (i >= from && rec_is(r, KIND_written)) {
            path = rec_get_text(r, KEY_path);
        }
    }
    return path;
}

struct question_sight question_sight_of(struct play *p, const struct scope *scope,
                                        const struct records *out, size_t from)
{
    return (struct question_sight){.scope = scope,
                                   .output = session_settings(p->aside)->output,
                                   .digits = session_digits(p->aside),
                                   .did = out == NULL ? "" : transaction_statement(p->aside),
                                   .wrote = out == NULL ? "" : written_in(out, from),
                                   .done = p->done,
                                   .tried = p->tried};
}

void question_look(struct play *p, const struct records *out, size_t from)
{
    if (p->question == NULL || p->question->kind != QUESTION_DO || p->passed || p->held ||
        p->state != PLAY_QUESTION) {
        return;
    }
    const struct scope scope = session_scope(p->aside);
    struct question_sight sight = question_sight_of(p, &scope, out, from);
    bool holds = question_holds(p->question, &sight);
    p->done = sight.done;
    p->tried = sight.tried;
    p->held = holds && !p->tutor->graded;  // what is graded is looked at when all is done
}

// What was found may contain formulas, whose stars must not be read as emphasis.
static void add_found(struct text *why, const char *form, const char *found)
{
    bool stars = strchr(found, '*') != NULL;
    text_addf(why, form, stars ? "`" : "", found, stars ? "`" : "");
}

enum condition_end question_until(struct play *p, const struct question_line *until,
                                   struct text *why)
{
    const struct scope scope = session_scope(p->aside);
    struct question_sight sight = question_sight_of(p, &scope, NULL, 0);
    struct records aside;
    struct text found;
    records_init(&aside);
    text_init(&found);
    enum condition_end end = question_condition(p->question, until, &sight, &found);
    if (end != CONDITION_HOLDS && *until->right != '\0') {
        play_fill(p, &aside, why, until->right, until->line);
        if (text_length(&found) > 0) {
            add_found(why, " (%s%s%s)", text_get(&found));
        }
    } else if (end != CONDITION_HOLDS && text_length(&found) > 0) {
        add_found(why, "%s%s%s", text_get(&found));
    } else if (end != CONDITION_HOLDS) {
        text_addf(why, phrase(p->question->language, "%s does not hold"), until->left);
    }
    text_release(&found);
    records_release(&aside);
    return end;
}

// A line has changed the graph, or nearly did what is asked for: says what does not hold, the first of
// it. What can't be told yet, as its names have no values, is not said.
static void say_unmet(struct play *p, struct records *out)
{
    size_t logged;
    session_log(p->aside, &logged);
    if (p->checked || (logged == p->logged && p->tried == 0)) {
        return;
    }
    struct text why;
    text_init(&why);
    enum condition_end end = CONDITION_HOLDS;
    for (const struct question_line *l = p->question->until.first;
         l != NULL && end == CONDITION_HOLDS; l = l->next) {
        end = question_until(p, l, &why);
    }
    if (end == CONDITION_FAILS) {
        rec_text(out, play_record(p, out, KIND_unmet), KEY_text, text_get(&why));
    }
    text_release(&why);
}

void question_looked(struct play *p, struct records *out)
{
    bool asked = p->question != NULL && p->question->kind == QUESTION_DO && !p->passed &&
                 p->state == PLAY_QUESTION;
    if (asked && p->held) {
        text_clear(&p->given);
        text_add_bytes(&p->given, p->typed.bytes.data, p->typed.bytes.count);
        judge_right(p, out);
    } else if (asked) {
        say_unmet(p, out);
    }
}
