// Judging what was typed at a question: told apart from a statement, judged, answered to.
#include <math.h>
#include <string.h>

#include "session/play.h"

// ---- The key ------------------------------------------------------------------------------------

void judge_prepare(struct play *p, struct records *out)
{
    const struct question *q = p->question;
    if (q->kind == QUESTION_NUMBER || q->kind == QUESTION_GUESS) {
        play_value(p, out, q->answer, q->line, &p->key);
    }
}

void judge_put_key(struct play *p, struct records *out, struct rec *to)
{
    char number[NUMBER_TEXT];
    if (p->question->kind == QUESTION_NUMBER || p->question->kind == QUESTION_GUESS) {
        rec_text(out, to, "answer", number_text(number, p->key, session_digits(p->outer)));
    }
}

// ---- An answer or a statement -------------------------------------------------------------------

bool question_takes(struct play *p, const struct source *line)
{
    return p->question->kind != QUESTION_DO && statement_form(line) == FORM_EXPRESSION;
}

// ---- Judging ------------------------------------------------------------------------------------

static void misread(struct play *p, const struct source *line, const struct diag *d,
                    struct records *out)
{
    (void)p;
    struct text excerpt;
    text_init(&excerpt);
    diag_excerpt(&excerpt, line, d->span, 0);
    struct rec *r = records_add(out, "misread");
    rec_text(out, r, "message", d->message);
    rec_text(out, r, "hint", d->hint);
    rec_text(out, r, "excerpt", text_get(&excerpt));
    text_release(&excerpt);
}

static enum rating rating_of(const struct play *p, bool right)
{
    return !right                                      ? RATING_AGAIN
           : p->wrong > 0 || p->hints > 0 || p->solved ? RATING_HARD
                                                       : RATING_GOOD;
}

static void answer_number(struct play *p, const struct source *line, struct records *out)
{
    const struct question *q = p->question;
    double value;
    bool named;
    struct diag d = {0};
    if (session_value(p->aside, line, &value, &named, &d) && named) {
        diag_set(&d, (struct span){0, line->length}, "a number is wanted here, and this has names");
        diag_hint(&d, "work it out; 'print' shows what an expression comes to");
    }
    if (d.set) {
        misread(p, line, &d, out);
        return;
    }
    bool right = answer_number_is_right(value, p->key, q->tolerance);
    question_attempt(p, out, rating_of(p, right), right, false);
    struct rec *r = play_record(p, out, "judged");
    rec_flag(out, r, "right", right);
    struct rec *said = rec_list(out, r, "said");
    for (const struct question_line *w = q->whens.first; !right && w != NULL; w = w->next) {
        double key;
        if (play_value(p, out, w->left, w->line, &key) &&
            answer_number_is_right(value, key, q->tolerance)) {
            rec_text(out, said, NULL, w->right);
            break;
        }
    }
    p->right += right && !p->passed;
    p->wrong += !right;
    if (right) {
        play_text(p, out, r, "then", q->then, q->line);
        question_pass(p, out);
    }
}

void question_answer(struct play *p, const struct source *line, struct records *out)
{
    text_clear(&p->given);
    text_add_bytes(&p->given, line->text, line->length);
    answer_number(p, line, out);
}

bool question_is_rating(const struct source *line)
{
    (void)line;
    return false;
}

void question_rate(struct play *p, const struct source *line, struct records *out)
{
    (void)p, (void)line, (void)out;
}

void question_look(struct play *p, const struct records *out, size_t from)
{
    (void)p, (void)out, (void)from;
}

void question_looked(struct play *p, struct records *out)
{
    (void)p, (void)out;
}
