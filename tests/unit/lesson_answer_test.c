// Judging numbers: what is near enough, and what is not.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lesson/answer.h"

static const struct tolerance half_percent = {1e-6, 5e-3};

static void near_numbers_are_right(void **state)
{
    (void)state;
    assert_true(judge_number_is_right(-2, -2, half_percent));
    assert_true(judge_number_is_right(0.333, 1.0 / 3, half_percent));
    assert_true(judge_number_is_right(0, 0, half_percent));
    assert_true(judge_number_is_right(0, -0.0, half_percent));
    // The edge belongs to it, though 2.1 - 2 is a little more than 0.1 in doubles.
    assert_true(judge_number_is_right(2.1, 2, (struct tolerance){0.1, 0}));
    assert_true(judge_number_is_right(1.9, 2, (struct tolerance){0.1, 0}));
    assert_false(judge_number_is_right(2.1001, 2, (struct tolerance){0.1, 0}));
}

static void far_numbers_are_wrong(void **state)
{
    (void)state;
    assert_false(judge_number_is_right(2, -2, half_percent));
    assert_false(judge_number_is_right(0.33, 1.0 / 3, half_percent));
    assert_false(judge_number_is_right(0, 0.001, half_percent));
    assert_false(judge_number_is_right(1.0000001, 1, (struct tolerance){0, 0}));
}

static void what_is_not_finite_is_right_only_as_such(void **state)
{
    (void)state;
    assert_true(judge_number_is_right(INFINITY, INFINITY, half_percent));
    assert_true(judge_number_is_right(NAN, NAN, half_percent));
    assert_false(judge_number_is_right(-INFINITY, INFINITY, half_percent));
    assert_false(judge_number_is_right(1e300, INFINITY, half_percent));
    assert_false(judge_number_is_right(NAN, 1, half_percent));
    assert_false(judge_number_is_right(INFINITY, 1, half_percent));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_numbers_are_right),
        cmocka_unit_test(far_numbers_are_wrong),
        cmocka_unit_test(what_is_not_finite_is_right_only_as_such),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
