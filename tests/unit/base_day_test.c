// Dates against a calendar that is counted day by day.
#include "base/day.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int days_in(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static void every_day_of_a_thousand_years(void **state)
{
    (void)state;
    int64_t day = -135140;  // 1600-01-01, a Saturday
    for (int64_t year = 1600; year < 2600; year++) {
        for (int month = 1; month <= 12; month++) {
            for (int d = 1; d <= days_in(year, month); d++, day++) {
                struct date date = day_date(day);
                assert_true(date.year == year && date.month == month && date.day == d);
                assert_true(day_of_date(date) == day);
                assert_int_equal(day_of_week(day), (5 + day + 135140) % 7);
            }
        }
    }
}

static void assert_time(int64_t seconds, const char *expected)
{
    struct text out;
    text_init(&out);
    day_add_time(&out, seconds);
    assert_string_equal(text_get(&out), expected);
    text_release(&out);
}

static void times_are_written(void **state)
{
    (void)state;
    assert_time(0, "1970-01-01T00:00:00Z");
    assert_time(1709251199, "2024-02-29T23:59:59Z");
    assert_time(-1, "1969-12-31T23:59:59Z");
    assert_time(4102444800, "2100-01-01T00:00:00Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_a_thousand_years),
        cmocka_unit_test(times_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
