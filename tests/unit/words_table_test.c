// Tables on narrow screens: words go on within their column, or below their row.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "words/table.h"

// Rows of a name, a number and words, in so many columns.
static void assert_table(size_t room, const char *const (*rows)[3], size_t count,
                         const char *expected)
{
    struct table t;
    struct text out;
    table_init(&t, "ldw");
    t.room = room;
    text_init(&out);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < 3; k++) {
            table_cell(&t, rows[i][k]);
        }
    }
    table_write(&t, &out);
    assert_string_equal(text_get(&out), expected);
    text_release(&out);
    table_release(&t);
}

static void words_go_on_within_their_column(void **state)
{
    (void)state;
    static const char *const rows[][3] = {{"name", "value", "chain rule"},
                                          {"w", "0.5", "dL/dL * x and some more words"}};
    assert_table(80, rows, 2,
                 "name  value  chain rule\n"
                 "w       0.5  dL/dL * x and some more words\n");
    assert_table(33, rows, 2,
                 "name  value  chain rule\n"
                 "w       0.5  dL/dL * x and some\n"
                 "             more words\n");
}

// A word is never broken while there is room for it below.
static void a_long_word_is_below_its_row(void **state)
{
    (void)state;
    static const char *const rows[][3] = {{"name", "value", "chain rule"},
                                          {"w", "0.5", "dL/dL * a_rather_long_name_of_it"}};
    assert_table(36, rows, 2,
                 "name  value\n"
                 "    chain rule\n"
                 "w       0.5\n"
                 "    dL/dL * a_rather_long_name_of_it\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_go_on_within_their_column),
        cmocka_unit_test(a_long_word_is_below_its_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
