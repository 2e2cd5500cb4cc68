#include "play/grading.h"

#include <string.h>

#include "command/commands.h"
#include "play/play.h"

bool grading_begin(struct tutor *t, struct lesson *lesson)
{
    t->graded = true;
    t->session->world.commands = &commands_table;
    t->play = play_new(t, lesson, NULL, 0);
    return t->play != NULL;
}

void grading_judge(struct tutor *t, const char *answer, struct judgement *j, struct text *said)
{
    struct play *p = t->play;
    const struct scope scope = session_scope(p->asked);
    judge(p->question, &scope, p->seed, answer, j);
    for (size_t i = 0; i < j->said_count; i++) {
        text_add(said, text_length(said) > 0 ? " " : "");
        tutor_question_fill(t, j->said[i], said);
    }
}

bool grading_condition(struct tutor *t, const struct question_line *until, struct text *why)
{
    return question_until(t->play, until, why) == CONDITION_HOLDS;
}

void grading_key(struct tutor *t, struct records *out)
{
    struct play *p = t->play;
    p->solved = true;  // a table's cells are shown
    struct rec *r = play_record(p, out, KIND_solution);
    judge_put_key(p, out, r);
    play_text(p, out, r, KEY_then, p->question->then, p->question->line);
}

void grading_leave(struct tutor *t)
{
    question_leave(t->play);
}
