// Text copied with its prompts: what is run of it, and that places stay.
#include "text/prompts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *text, bool places, const char *bare)
{
    struct source source = {.text = text, .length = strlen(text), .line = 1};
    struct buf out;
    buf_init(&out, 1);
    bool stripped = prompts_strip(&source, places, &out);
    assert_int_equal(stripped, bare != NULL);
    if (bare != NULL) {
        assert_int_equal(out.count, strlen(bare));
        assert_memory_equal(out.data, bare, out.count);
    }
    buf_release(&out);
}

static void test_keeps_places(void **state)
{
    (void)state;
    expect("∇ a = 2\n∇ b = a\n  b = 2\n", true, "    a = 2\n    b = a\n       \n");
    expect(">>> a = 2\n>>> a\n2\n", true, "    a = 2\n    a\n \n");
    expect("∇ f(\n… 2)\n  f(2) = 4", true, "    f(\n    2)\n          ");
    expect(">>> for k in x:\n...     k\n...\n1\n", true, "    for k in x:\n        k\n   \n \n");
    expect("3/9 ∇ hint", true, "        hint");
    expect("In [2]: a = 1\nOut[2]: 1\n", true, "        a = 1\n         \n");
    expect("> a = 2\n> (a +\n. 1)\n  3", true, "  a = 2\n  (a +\n  1)\n   ");
}

static void test_leaves_answers_out(void **state)
{
    (void)state;
    expect("∇ a*2\n  a*2 = 4\n∇ a\n  4", false, "    a*2\n    a\n");
    // A selection that begins after the sign, and one that begins in an answer.
    expect("a = 2\n∇ a\n  a = 2", false, "a = 2\n    a\n");
    expect("  a = 2\n∇ a\n", false, "    a\n");
}

static void test_leaves_other_text_alone(void **state)
{
    (void)state;
    expect("", true, NULL);
    expect("a = 2\nb = 3\n", true, NULL);
    expect("x = (a\n> b)\n", true, NULL);
    expect("... a\n", true, NULL);
    expect("3/9\n3/9 + 1\n", true, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keeps_places),
        cmocka_unit_test(test_leaves_answers_out),
        cmocka_unit_test(test_leaves_other_text_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
