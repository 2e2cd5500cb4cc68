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
        cmocka_unit_test(days_in_a_row_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
