// Prose as a terminal shows it: lines, marks, mathematics, ASCII.
#include "words/prose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_shown(const char *text, const char *lead, size_t columns, bool ascii,
                         const char *expected)
{
    struct text inked, plain;
    text_init(&inked);
    text_init(&plain);
    prose_add(&inked, text, lead, columns, ascii, INK_END);
    ink_plain(&plain, text_get(&inked), text_length(&inked));
    assert_string_equal(text_get(&plain), expected);
    text_release(&inked);
    text_release(&plain);
}

static void lines_are_wrapped_between_words(void **state)
{
    (void)state;
    assert_shown("one two three four five", "", 12, false, "one two\nthree four\nfive\n");
    assert_shown("one two three four", "• ", 14, false, "• one two\n  three four\n");
    assert_shown("one\n\ntwo  three", "", 40, false, "one\n\ntwo three\n");
    assert_shown("say `a = b + c` now", "", 12, false, "say\na = b + c\nnow\n");
    assert_shown("", "", 40, false, "\n");
}

static void marks_are_taken_for_what_they_are(void **state)
{
    (void)state;
    assert_shown("2*x*y and *soft* and **hard**", "", 60, false, "2*x*y and soft and hard\n");
    assert_shown("\\*not\\* `a*b` \\`x", "", 60, false, "*not* a*b `x\n");
    assert_shown("it costs $5 or $6", "", 60, false, "it costs $5 or $6\n");
    assert_shown("an \x01 sign", "", 60, false, "an \\x01 sign\n");
}

static void mathematics_is_shown_in_unicode(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"$\\frac{\\partial L}{\\partial a}$", "∂L/∂a\n"},
        {"$\\frac{a + b}{2}$", "(a + b)/2\n"},
        {"$\\sum_i w_i x_i$", "Σᵢ wᵢ xᵢ\n"},
        {"$x^2 + e^{-x}$", "x² + e⁻ˣ\n"},
        {"$w \\leftarrow w - \\eta \\cdot g$", "w ← w − η · g\n"},
        {"$\\sqrt{x + 1}$, $\\tanh(x)$", "√(x + 1), tanh(x)\n"},
        {"$\\hat{y}_{max}$", "y\u0302ₘₐₓ\n"},
        {"$x^{q}$", "x^q\n"},
        {"${{{{$", "\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_shown(rows[i][0], "", 60, false, rows[i][1]);
    }
}

static void ascii_has_no_other_signs(void **state)
{
    (void)state;
    assert_shown("∂L/∂a − x² → “Σᵢ ηx”", "", 60, true, "dL/da - x^2 -> \"sum_i eta x\"\n");
    assert_shown("日", "", 60, true, "?\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_wrapped_between_words),
        cmocka_unit_test(marks_are_taken_for_what_they_are),
        cmocka_unit_test(mathematics_is_shown_in_unicode),
        cmocka_unit_test(ascii_has_no_other_signs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
