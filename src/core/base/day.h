// Days: the calendar of dates without clocks or zones. A day is a number, day 0 is 1970-01-01
// (a Thursday); the calendar is the Gregorian one, before 1582 too.
#ifndef BASE_DAY_H
#define BASE_DAY_H

#include <stdint.h>

#include "base/text.h"

struct date {
    int64_t year;
    int month, day;  // 1 to 12, 1 to 31
};

enum { DAY_SECONDS = 24 * 60 * 60 };

int64_t day_of_date(struct date date);
struct date day_date(int64_t day);
// 0 Monday to 6 Sunday.
int day_of_week(int64_t day);
// "2024-02-29"
void day_add(struct text *out, int64_t day);
// Unix time in seconds as "2024-02-29T23:59:59Z".
void day_add_time(struct text *out, int64_t seconds);

#endif
