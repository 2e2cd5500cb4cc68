// Students' files taken apart.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "check/answers.h"

static struct answers read(const char *text)
{
    struct answers a;
    assert_true(answers_read(&a, text, strlen(text)));
    return a;
}

static void assert_answer(const struct answers *a, const char *id, const char *text, size_t line)
{
    const struct answer *found = answers_find(a, id);
    assert_non_null(found);
    assert_string_equal(found->text, text);
    assert_int_equal(found->line, line);
}

static void answers_stand_below_their_ids(void **state)
{
    (void)state;
    struct answers a = read("# Ada\nhello\n\n## hw.b\n2*x\n\n### `hw.a`:\r\n6\r\n");
    assert_null(a.script);
    assert_int_equal(a.list.count, 2);
    assert_answer(&a, "hw.a", "6\n", 8);
    assert_answer(&a, "hw.b", "2*x\n\n", 5);
    assert_null(answers_find(&a, "hw.c"));
    answers_release(&a);
}

static void headings_of_other_kinds_are_text(void **state)
{
    (void)state;
    struct answers a =
        read("## hw.a\n## Why\n#hw.b\n## hw.b is hard\n## hw.\n## a.b.c\nhw.b\n##\n");
    assert_int_equal(a.list.count, 1);
    assert_answer(&a, "hw.a", "## Why\n#hw.b\n## hw.b is hard\n## hw.\n## a.b.c\nhw.b\n##\n", 2);
    answers_release(&a);
}

// Whatever case its letters have, and with what a task sheet has around it.
static void a_heading_may_say_more_than_the_id(void **state)
{
    (void)state;
    struct answers a =
        read("## HW.A\n1\n## Task hw.b (2 points)\n2\n## hw.c (hard)\r\n3\n# hw.d (no)\n4\n");
    assert_int_equal(a.list.count, 3);
    assert_answer(&a, "hw.a", "1\n", 2);
    assert_answer(&a, "hw.b", "2\n", 4);
    assert_answer(&a, "hw.c", "3\n# hw.d (no)\n4\n", 6);
    answers_release(&a);
}

static void fences_are_left_out_and_hide_nothing(void **state)
{
    (void)state;
    struct answers a = read("## hw.a\n```backstep\na = 2\n## hw.b\n~~~\n3\n~~~\n## hw.c\n``x``\n");
    assert_answer(&a, "hw.a", "\na = 2\n", 2);
    assert_answer(&a, "hw.b", "\n3\n\n", 5);
    assert_answer(&a, "hw.c", "``x``\n", 9);
    answers_release(&a);
}

static void the_last_of_two_counts(void **state)
{
    (void)state;
    struct answers a = read("## hw.a\n1\n## hw.a\n2");
    assert_answer(&a, "hw.a", "2\n", 4);
    assert_true(BUF(struct answer, &a.list)[0].again);
    assert_false(BUF(struct answer, &a.list)[1].again);
    answers_release(&a);
}

static void a_file_without_ids_is_a_script(void **state)
{
    (void)state;
    struct answers a = read("# mine\na = 2\n");
    assert_string_equal(a.script, "# mine\na = 2\n");
    answers_release(&a);
    a = read("");
    assert_string_equal(a.script, "");
    answers_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_stand_below_their_ids),
        cmocka_unit_test(headings_of_other_kinds_are_text),
        cmocka_unit_test(a_heading_may_say_more_than_the_id),
        cmocka_unit_test(fences_are_left_out_and_hide_nothing),
        cmocka_unit_test(the_last_of_two_counts),
        cmocka_unit_test(a_file_without_ids_is_a_script),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
