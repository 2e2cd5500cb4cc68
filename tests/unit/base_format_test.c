// What format_write writes itself is what the C library would.
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/format.h"

// Both texts, in rooms that are too small, just so large, and large.
#define ASSERT_SAME(...)                                                                           \
    do {                                                                                           \
        for (size_t size = 0; size <= 80; size++) {                                                \
            char own[100] = "before", other[100] = "before";                                       \
            assert_int_equal(format_write(own, size, __VA_ARGS__),                                 \
                             snprintf(other, size, __VA_ARGS__));                                  \
            assert_memory_equal(own, other, size == 0 ? sizeof own : strlen(other) + 1);           \
        }                                                                                          \
    } while (0)

static void texts_are_written(void **state)
{
    (void)state;
    const char unended[] = {'a', 'b', 'c'};
    ASSERT_SAME("%s", "");
    ASSERT_SAME("no value");
    ASSERT_SAME("100%%");
    ASSERT_SAME("%s still uses the old %s%s", "y", "x", " (3.5)");
    ASSERT_SAME("%.*s|%.*s|%.*s", 3, unended, 0, unended, 7, "short");
    ASSERT_SAME("%.*s", -1, "all of it");
    ASSERT_SAME("%c%c", 'x', '\xC3');
    ASSERT_SAME("%s", "a text that is longer than the room there is for it, whatever the room is");
}

static void no_text_is_left_out(void **state)
{
    (void)state;
    char out[8];
    const char *volatile none = NULL;  // or the compiler warns
    assert_int_equal(format_write(out, sizeof out, "a%sb%.*s", none, 3, none), 2);
    assert_string_equal(out, "ab");
}

static void whole_numbers_are_written(void **state)
{
    (void)state;
    ASSERT_SAME("%d %d %d %d", 0, -1, INT_MAX, INT_MIN);
    ASSERT_SAME("%u %u", 0u, UINT_MAX);
    ASSERT_SAME("%zu %zu", (size_t)10, SIZE_MAX);
    ASSERT_SAME("%lld %lld %lld", 0LL, LLONG_MAX, LLONG_MIN);
}

// Values before what is left to the C library are read again by it.
static void others_are_left_to_the_library(void **state)
{
    (void)state;
    ASSERT_SAME("%s %d %g", "x", 7, 0.1);
    ASSERT_SAME("%.*s %.*g", 2, "abc", 3, 1.0 / 3);
    ASSERT_SAME("%d %04x %5.1f %-4s|", 1, 255u, 2.25, "a");
    ASSERT_SAME("%llu %ld %zd", ULLONG_MAX, LONG_MIN, (ptrdiff_t)-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_written),
        cmocka_unit_test(no_text_is_left_out),
        cmocka_unit_test(whole_numbers_are_written),
        cmocka_unit_test(others_are_left_to_the_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
