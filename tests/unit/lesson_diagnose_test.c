// Mistakes are recognised by what they lead to: in small what bench/diagnosis.c measures.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lesson_measure.h"

enum { GRAPHS = 40, NOISE = 400 };

static void mistakes_are_named_rightly(void **state)
{
    (void)state;
    size_t made = 0, wrongly = 0;
    for (enum mistake_kind kind = 0; kind < MISTAKE_COUNT; kind++) {
        struct measured m;
        measure_kind(kind, GRAPHS, 77 + (uint64_t)kind, &m);
        if (m.made < GRAPHS || 100 * m.named < 95 * m.distinguishable) {
            fail_msg("%s: %zu of %zu named", mistake_get(kind)->name, m.named, m.distinguishable);
        }
        made += m.made;
        wrongly += m.wrongly;
    }
    assert_true(100 * wrongly < made);
}

static void other_numbers_are_rarely_taken_for_mistakes(void **state)
{
    (void)state;
    size_t tried, named = measure_noise(NOISE, 5, &tried);
    assert_int_equal(tried, NOISE);
    assert_true(100 * named < 2 * tried);
}

static void numbers_are_as_exact_as_they_are_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double absolute;
    } rows[] = {
        {"0.33", 0.00165}, {"-1.5", 0.0075},  {"0.3333", 0.00005}, {"6", 1e-12},
        {"60", 1e-12},     {"1235", 0.5},     {"1.235e+03", 0.5},  {"1.2345e-3", 5e-8},
        {"1/3", 1e-12},    {"-2*3.1", 1e-12},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct judgement out;
        struct given_number given;
        struct judging j = {.text = rows[i].text, .out = &out};
        judgement_init(&out);
        assert_true(answer_read_number(&j, "", (struct span){0, strlen(rows[i].text)}, &given));
        if (!(fabs(given.written.absolute - rows[i].absolute) <= 1e-5 * rows[i].absolute)) {
            fail_msg("%s: within %g", rows[i].text, given.written.absolute);
        }
        judgement_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_named_rightly),
        cmocka_unit_test(other_numbers_are_rarely_taken_for_mistakes),
        cmocka_unit_test(numbers_are_as_exact_as_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
