#include "base/day.h"

// Years here begin in March, so that the day that comes and goes is a year's last. The months from
// then on have 31 30 31 30 31, 31 30 31 30 31, 31 .. days, which is what 153/5 does.
enum { ERA_YEARS = 400, ERA_DAYS = 146097, DAYS_BEFORE_1970 = 719468 };

static int64_t floored(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

int64_t day_of_date(struct date date)
{
    int64_t year = date.year - (date.month <= 2);
    int64_t era = floored(year, ERA_YEARS), in_era = year - era * ERA_YEARS;
    int64_t month = (date.month + 9) % 12;  // March is 0
    int64_t in_year = (153 * month + 2) / 5 + date.day - 1;
    return era * ERA_DAYS + in_era * 365 + in_era / 4 - in_era / 100 + in_year - DAYS_BEFORE_1970;
}

struct date day_date(int64_t day)
{
    day += DAYS_BEFORE_1970;
    int64_t era = floored(day, ERA_DAYS), in_era = day - era * ERA_DAYS;
    int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * in_year + 2) / 153;
    struct date date = {.year = era * ERA_YEARS + year,
                        .month = (int)(month < 10 ? month + 3 : month - 9),
                        .day = (int)(in_year - (153 * month + 2) / 5 + 1)};
    date.year += date.month <= 2;
    return date;
}

int day_of_week(int64_t day)
{
    return (int)(day + 3 - floored(day + 3, 7) * 7);
}

void day_add(struct text *out, int64_t day)
{
    struct date date = day_date(day);
    text_addf(out, "%04lld-%02d-%02d", (long long)date.year, date.month, date.day);
}

void day_add_time(struct text *out, int64_t seconds)
{
    int64_t day = floored(seconds, DAY_SECONDS);
    int second = (int)(seconds - day * DAY_SECONDS);
    day_add(out, day);
    text_addf(out, "T%02d:%02d:%02dZ", second / 3600, second / 60 % 60, second % 60);
}
