// What is typed at a question and is no answer: a wish for help, for the solution, or to go on.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "lesson/evasion.h"

static void wishes_are_told_from_answers(void **state)
{
    (void)state;
    static const struct {
        const char *typed;
        enum evasion expected;
    } rows[] = {
        {"idk", EVADES_FOR_HELP},
        {"I don't know", EVADES_FOR_HELP},
        {"I don’t know.", EVADES_FOR_HELP},
        {"  DONT  KNOW  ", EVADES_FOR_HELP},
        {"no idea!", EVADES_FOR_HELP},
        {"not sure...", EVADES_FOR_HELP},
        {"what?", EVADES_FOR_HELP},
        {"can't", EVADES_FOR_HELP},
        {"weiß nicht", EVADES_FOR_HELP},
        {"hint, please", EVADES_FOR_HELP},
        {"I give up", EVADES_FOR_SOLUTION},
        {"tell me", EVADES_FOR_SOLUTION},
        {"What's the answer?", EVADES_FOR_SOLUTION},
        {"next", EVADES_ONWARDS},
        {"pass", EVADES_ONWARDS},
        {"ok", EVADES_AGREEING},
        {"Go on.", EVADES_AGREEING},
        {"", EVADES_NOT},
        {"?", EVADES_NOT},
        {"6", EVADES_NOT},
        {"a", EVADES_NOT},
        {"no", EVADES_NOT},
        {"I know", EVADES_NOT},
        {"hint", EVADES_NOT},  // a command of its own
        {"I don't know whether the gradient is cleared", EVADES_NOT},
        {"it goes to the next node", EVADES_NOT},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        enum evasion evasion = evasion_of(rows[i].typed, strlen(rows[i].typed));
        if (evasion != rows[i].expected) {
            fail_msg("'%s' is taken for %d, not for %d", rows[i].typed, (int)evasion,
                     (int)rows[i].expected);
        }
    }
}

// Not one byte behind the text is read.
static void a_text_ends_where_it_ends(void **state)
{
    (void)state;
    assert_int_equal(evasion_of("idkx", 3), EVADES_FOR_HELP);
    assert_int_equal(evasion_of("next question", 4), EVADES_ONWARDS);
    assert_int_equal(evasion_of("i don\xe2\x80", 7), EVADES_NOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wishes_are_told_from_answers),
        cmocka_unit_test(a_text_ends_where_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
