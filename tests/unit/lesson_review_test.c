// The schedule against values that the algorithm's authors publish with their own implementation
// (the tests of py-fsrs 5, default weights).
#include "lesson/review.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { DAY = 86400, MINUTE = 60, BEGUN = 1669725000, MOST = 16 };

static void assert_near(double a, double b, double within)
{
    if (!(fabs(a - b) <= within)) {
        fail_msg("%.9g is not %.9g", a, b);
    }
}

static void published_intervals_come_out(void **state)
{
    (void)state;
    static const char ratings[] = "3333331133333";
    // In days; 0 is one of that implementation's learning steps, of ten minutes.
    static const int intervals[] = {0, 4, 14, 44, 125, 328, 0, 0, 7, 16, 34, 71, 142};
    struct attempt attempts[MOST];
    int64_t now = BEGUN;
    for (size_t i = 0; ratings[i] != '\0'; i++) {
        attempts[i] = (struct attempt){now, (enum rating)(ratings[i] - '0')};
        struct card card = review_replay(attempts, i + 1);
        if (intervals[i] > 0) {
            assert_int_equal((card.due - card.last) / DAY, intervals[i]);
        }
        now += intervals[i] == 0 ? 10 * MINUTE : (int64_t)intervals[i] * DAY;
    }
    assert_int_equal(review_replay(attempts, 13).lapses, 2);
    assert_int_equal(review_replay(attempts, 13).reviews, 13);
}

static void published_states_come_out(void **state)
{
    (void)state;
    static const int intervals[] = {0, 0, 1, 3, 8, 21};
    struct attempt attempts[MOST];
    int64_t now = BEGUN;
    for (size_t i = 0; i < 7; i++) {
        attempts[i] = (struct attempt){now, i == 0 ? RATING_AGAIN : RATING_GOOD};
        now += i < 6 ? (int64_t)intervals[i] * DAY : 0;
    }
    struct card card = review_replay(attempts, 7);
    assert_near(card.stability, 49, 0.5);
    assert_near(card.difficulty, 7.0866, 0.00005);
}

static void difficulty_stays_within_bounds(void **state)
{
    (void)state;
    struct attempt attempts[MOST];
    for (size_t i = 0; i < MOST; i++) {
        attempts[i] = (struct attempt){BEGUN, RATING_EASY};
    }
    assert_true(review_replay(attempts, 10).difficulty == 1);
    for (size_t i = 0; i < MOST; i++) {
        attempts[i] = (struct attempt){BEGUN + (int64_t)i * 400 * DAY, RATING_AGAIN};
    }
    struct card card = review_replay(attempts, MOST);
    assert_true(card.difficulty <= 10 && card.difficulty > 9);
    assert_true(card.stability > 0);
    assert_int_equal(card.due - card.last, DAY);
}

static void recall_falls_to_nine_tenths_at_the_stability(void **state)
{
    (void)state;
    struct attempt attempt = {BEGUN, RATING_EASY};
    struct card card = review_replay(&attempt, 1), fresh = review_replay(NULL, 0);
    assert_near(card.stability, 15.69105, 1e-9);
    assert_near(card.difficulty, 3.2245, 0.00005);
    assert_near(review_recall(&card, BEGUN + (int64_t)(15.69105 * DAY)), 0.9, 1e-6);
    assert_true(review_recall(&card, BEGUN) == 1);
    assert_true(review_recall(&card, BEGUN - DAY) == 1);
    assert_true(review_recall(&fresh, BEGUN) == 0);
    assert_int_equal(fresh.due, 0);
}

static void a_clock_set_back_does_no_harm(void **state)
{
    (void)state;
    const struct attempt attempts[] = {{BEGUN, RATING_GOOD}, {0, RATING_GOOD}};
    struct card card = review_replay(attempts, 2);
    assert_true(isfinite(card.stability) && card.stability > 3);
}

static void ratings_are_words_or_numbers(void **state)
{
    (void)state;
    enum rating rating;
    assert_true(rating_read(" good ", 6, &rating));
    assert_int_equal(rating, RATING_GOOD);
    assert_true(rating_read("1", 1, &rating));
    assert_int_equal(rating, RATING_AGAIN);
    assert_false(rating_read("5", 1, &rating));
    assert_false(rating_read("goo", 3, &rating));
    assert_false(rating_read("", 0, &rating));
    assert_string_equal(rating_name(RATING_EASY), "easy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_intervals_come_out),
        cmocka_unit_test(published_states_come_out),
        cmocka_unit_test(difficulty_stays_within_bounds),
        cmocka_unit_test(recall_falls_to_nine_tenths_at_the_stability),
        cmocka_unit_test(a_clock_set_back_does_no_harm),
        cmocka_unit_test(ratings_are_words_or_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
