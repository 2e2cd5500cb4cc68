// What a course says of itself: what comes next, and how many days in a row.
#include "lesson/course.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void add(struct course *c, const char *id, const char *requires, uint32_t done)
{
    struct course_lesson *l = buf_push(&c->lessons, 1);
    *l = (struct course_lesson){.id = id,
                                .title = id,
                                .path = id,
                                .requires = requires,
                                .deck = "",
                                .trouble = "",
                                .questions = 4,
                                .done = done};
}

static struct course_lesson *lesson(struct course *c, size_t i)
{
    return &BUF(struct course_lesson, &c->lessons)[i];
}

static void the_next_is_one_that_is_ready(void **state)
{
    (void)state;
    struct course c;
    course_init(&c);
    assert_null(course_next(&c));
    add(&c, "slope", "", 3);
    add(&c, "chain", "slope", 0);
    add(&c, "two-paths", "slope chain elsewhere", 0);
    assert_string_equal(course_next(&c)->id, "slope");
    lesson(&c, 0)->done = 4;
    assert_string_equal(course_next(&c)->id, "chain");
    lesson(&c, 1)->place = 4;  // been through, with a question that was not answered
    lesson(&c, 1)->skipped = 1;
    assert_string_equal(course_next(&c)->id, "two-paths");
    lesson(&c, 2)->done = 4;
    assert_null(course_next(&c));
    course_release(&c);
}

static void lessons_that_wait_for_each_other_or_are_broken(void **state)
{
    (void)state;
    struct course c;
    course_init(&c);
    add(&c, "a", "b", 0);
    add(&c, "b", "a", 0);
    assert_string_equal(course_next(&c)->id, "a");
    lesson(&c, 1)->trouble = "line 3: no";
    lesson(&c, 1)->questions = 0;
    assert_string_equal(course_next(&c)->id, "a");
    lesson(&c, 0)->done = 4;
    assert_null(course_next(&c));
    course_release(&c);
}

static void a_lesson_is_found(void **state)
{
    (void)state;
    struct course c;
    course_init(&c);
    add(&c, "slope", "", 0);
    add(&c, "chain", "", 0);
    assert_ptr_equal(course_find(&c, "chain"), lesson(&c, 1));
    assert_ptr_equal(course_find(&c, "2"), lesson(&c, 1));
    assert_null(course_find(&c, "3"));
    assert_null(course_find(&c, "0"));
    assert_null(course_find(&c, ""));
    assert_null(course_find(&c, "2x"));
    assert_null(course_find(&c, "99999999999999999999999"));
    course_release(&c);
}

// By what people call it: words of its id or title, from the first on.
static void a_lesson_is_looked_up(void **state)
{
    (void)state;
    struct course c;
    const struct course_lesson *rival;
    course_init(&c);
    add(&c, "two-paths", "", 0);
    add(&c, "two-steps", "", 0);
    add(&c, "chain-rule", "", 0);
    lesson(&c, 0)->title = "The way that forks";
    lesson(&c, 1)->title = "Two";
    static const struct {
        const char *words;
        int found;
    } rows[] = {{"two paths", 0},  {"Two  Paths", 0}, {"two p", 0},      {"way that forks", 0},
                {"the way", 0},    {"The Way", 0},    {"chain rule", 2}, {"the chain rule", 2},
                {"chain_rule", 2}, {"c", 2},          {"3", 2},          {"two", 1},
                {"two ", 1},       {"tw", -1},        {"paths", -1},     {"two pathsx", -1},
                {"", -1},          {"-", -1},         {"4", -1}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct course_lesson *l = course_look_up(&c, rows[i].words, &rival);
        assert_ptr_equal(l, rows[i].found < 0 ? NULL : lesson(&c, (size_t)rows[i].found));
    }
    assert_null(course_look_up(&c, "tw", &rival));
    assert_ptr_equal(rival, lesson(&c, 1));
    course_release(&c);
}

// ---- Known now ----------------------------------------------------------------------------------

// A letter for each attempt: wrong, right, hard (right after a wrong one), again (a recall), skipped; a
// blank begins another asking, a bar another day. What is known the minute after the last.
static double known_after(enum question_kind kind, const char *attempts)
{
    struct course c;
    struct log log;
    int64_t when = 1000000, day = 1;
    uint64_t seed = 1;
    course_init(&c);
    log_init(&log);
    add(&c, "slope", "", 0);
    struct course_question *q = buf_push(&c.questions, 1);
    *q = (struct course_question){
        .id = "slope.q", .covers = "", .text = "", .model = "", .kind = kind, .version = 1};
    for (const char *s = attempts; *s != '\0'; s++) {
        struct log_attempt a = {.when = when,
                                .question = "slope.q",
                                .version = 1,
                                .lesson = "slope",
                                .kind = "number",
                                .seed = seed,
                                .given = "",
                                .day = day};
        a.right = *s == 'r' || *s == 'h';
        a.skipped = *s == 's';
        a.rating = *s == 'r' ? RATING_GOOD : *s == 'h' ? RATING_HARD : RATING_AGAIN;
        seed += *s == ' ';
        when += *s == '|' ? 86400 : 60;
        day += *s == '|';
        if (*s != ' ' && *s != '|') {
            log_add(&log, &a);
        }
    }
    course_join(&c, &log, when, day, false);
    double known = course_known(&c, BUF(struct course_question, &c.questions));
    course_release(&c);
    return known;
}

static void what_was_missed_is_not_known(void **state)
{
    (void)state;
    static const char *const known[] = {"r", "w r", "s r", "wh r", "w|r", "wwh|r", "r r", "rr"};
    static const char *const missed[] = {"w", "wh", "wwh", "s", "r w", "r s", "r|w", "ws", "rw"};
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        assert_true(known_after(QUESTION_NUMBER, known[i]) > 0.9);
    }
    for (size_t i = 0; i < COUNT_OF(missed); i++) {
        assert_true(known_after(QUESTION_NUMBER, missed[i]) == 0);
    }
    assert_true(known_after(QUESTION_RECALL, "a") == 0);
    assert_true(known_after(QUESTION_RECALL, "ah") > 0.9);
    assert_true(known_after(QUESTION_NUMBER, "") < 0);
    assert_true(known_after(QUESTION_GUESS, "w") < 0);
}

static uint32_t streak(int64_t today, const int64_t *days, size_t count)
{
    struct course c;
    course_init(&c);
    c.today = today;
    for (size_t i = 0; i < count; i++) {
        struct course_day *day = buf_push(&c.days, 1);
        *day = (struct course_day){.day = days[i], .answers = 1};
    }
    uint32_t in_a_row = course_streak(&c);
    course_release(&c);
    return in_a_row;
}

static void days_in_a_row_are_counted(void **state)
{
    (void)state;
    const int64_t days[] = {10, 12, 13, 14};
    assert_int_equal(streak(14, days, 0), 0);
    assert_int_equal(streak(14, days, 4), 3);
    assert_int_equal(streak(15, days, 4), 3);
    assert_int_equal(streak(16, days, 4), 0);
    assert_int_equal(streak(13, days, 4), 2);
    assert_int_equal(streak(11, days, 4), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_is_one_that_is_ready),
        cmocka_unit_test(lessons_that_wait_for_each_other_or_are_broken),
        cmocka_unit_test(a_lesson_is_found),
        cmocka_unit_test(a_lesson_is_looked_up),
        cmocka_unit_test(what_was_missed_is_not_known),
        cmocka_unit_test(days_in_a_row_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
