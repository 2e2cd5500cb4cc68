// Quizzes and exams: what is asked for, and where they begin. What they ask is lesson/quiz.h's, how
// it goes on review.c's.
#include "lesson/quiz.h"
#include "play/commands.h"
#include "play/play.h"

// [N] [MIN "min"] [TOPIC…]: the count first, then the time, as in exam 20 30min.
struct quiz_arguments {
    int64_t count, minutes;
    struct span topic;
};

static bool is_count(const struct call *c)
{
    struct lexer ahead = *c->lexer;
    struct diag ignored = {0};
    return call_has_more((struct call *)c) && lexer_next(&ahead, &ignored).kind == TOKEN_NUMBER;
}

// 30min, 30 min, 30 minutes: the number has been read.
static bool is_minutes(const char *s, size_t n)
{
    return text_among("min mins minute minutes m", s, n);
}

// The number that comes next, alone: as an expression 30min would be a product.
static bool take_number(struct call *c, int64_t *number)
{
    struct diag ignored = {0};
    struct token t = lexer_next(c->lexer, &ignored);
    if (!(t.number >= 1 && t.number <= QUIZ_MOST) || t.number != (double)(int64_t)t.number) {
        diag_set(c->diag, t.span, "this must be a whole number, 1 to %d", QUIZ_MOST);
        return diag_hint(c->diag, "quiz 20, or exam 20 30min");
    }
    *number = (int64_t)t.number;
    return true;
}

static bool take_minutes(struct call *c)
{
    struct lexer ahead = *c->lexer;
    struct diag ignored = {0};
    struct token t = lexer_next(&ahead, &ignored);
    bool minutes = t.kind == TOKEN_NAME &&
                   is_minutes(c->lexer->source->text + t.span.start, t.span.end - t.span.start);
    if (minutes) {
        *c->lexer = ahead;
    }
    return minutes;
}

static bool read_quiz(struct call *c, bool exam, struct quiz_arguments *a)
{
    *a = (struct quiz_arguments){.count = exam ? 2 * QUIZ_COUNT : QUIZ_COUNT};
    while (is_count(c)) {
        int64_t number = 0;
        struct lexer before = *c->lexer;
        if (!take_number(c, &number)) {
            return false;
        }
        if (take_minutes(c)) {
            a->minutes = number;
            if (!exam) {
                diag_set(c->diag, lexer_peek(&before).span, "a quiz takes no time limit");
                return diag_hint(c->diag, "exam 20 30min has one");
            }
        } else {
            a->count = number;
        }
    }
    a->topic = call_rest(c);
    return call_finish(c);
}

static enum call_end start_quiz(struct call *c, bool exam, const struct quiz_arguments *a)
{
    const struct course *course = tutor_of(c)->course;
    struct buf picks;
    struct quiz_wish wish = {.topic = c->lexer->source->text + a->topic.start,
                             .length = a->topic.end - a->topic.start,
                             .count = (size_t)a->count,
                             .exam = exam,
                             .seed = course->salt ^ (uint64_t)course->now};
    buf_init(&picks, sizeof(struct course_due));
    enum call_end end = CALL_FAILED;
    if (quiz_pick(course, &wish, &picks, c->diag)) {
        int64_t until = a->minutes == 0 ? 0 : course->now + 60 * a->minutes;
        end = lesson_begin_review(
            c, review_new(course, exam ? REVIEW_EXAM : REVIEW_QUIZ, &picks, until));
    } else {
        size_t at = wish.length == 0 ? c->command.start : a->topic.start;
        size_t n = wish.length == 0 ? c->command.end - at : wish.length;
        c->diag->span = (struct span){at, at + n};
    }
    buf_release(&picks);
    return end;
}

static enum call_end run_quiz(struct call *c, bool exam)
{
    struct tutor *t = tutor_of(c);
    struct quiz_arguments arguments;
    if (!read_quiz(c, exam, &arguments) || !lesson_may_begin(c)) {
        return CALL_FAILED;
    }
    if (c->s->rounds == 0) {
        call_ask(c, "course", "", 0);
        return CALL_NEED;
    }
    if (t->course == NULL || (c->s->rounds == 2 && t->lesson == NULL)) {
        return lesson_refused(c, c->command);
    }
    return lesson_has_course(c) ? start_quiz(c, exam, &arguments) : CALL_FAILED;
}

enum call_end command_quiz(struct call *c)
{
    return run_quiz(c, false);
}

enum call_end command_exam(struct call *c)
{
    return run_quiz(c, true);
}
