// `help` knows every word that a person may ask about: each command, each word that a command takes,
// each word and option of the program's command line.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/options.h"
#include "play_seat.h"
#include "session/call.h"

static const struct {
    const char *command, *words;
} contexts[] = {
#define CONTEXT(COMMAND, WORD, KIND, WORDS) {COMMAND, WORDS},
#include "command/context.def"
};

static void assert_helped(struct seat *seat, const char *word, const char *shows)
{
    char text[128];
    bool found = false;
    snprintf(text, sizeof text, "help %s", word);
    eval(seat, text, SESSION_PROMPT);
    for (const struct rec *r = seat->records.list.in.first; r != NULL; r = r->next) {
        if (rec_is(r, KIND_error)) {
            fail_msg("%s: %s", text, rec_get_text(r, KEY_text));
        }
        found |= strstr(rec_get_text(r, rec_is(r, KIND_help_topic) ? KEY_text : KEY_usage),
                        shows) != NULL;
    }
    if (!found) {
        fail_msg("%s does not show '%s'", text, shows);
    }
}

static void test_every_command(void **state)
{
    struct seat seat;
    const struct command *c;
    (void)state;
    assert_true(seat_begin(&seat));
    const struct command_table *table = tutor_session(seat.tutor)->world.commands;
    for (size_t i = 0; (c = command_at(table, i)) != NULL; i++) {
        assert_helped(&seat, c->name, c->name);
    }
    seat_end(&seat);
}

static void test_every_word_of_a_command(void **state)
{
    struct seat seat;
    (void)state;
    assert_true(seat_begin(&seat));
    for (size_t i = 0; i < COUNT_OF(contexts); i++) {
        char words[256], *rest = NULL;
        snprintf(words, sizeof words, "%s", contexts[i].words);
        for (char *w = strtok_r(words, " ", &rest); w != NULL; w = strtok_r(NULL, " ", &rest)) {
            if (strlen(w) > 2) {  // "to", "on" and "c" are explained with their commands
                assert_helped(&seat, w, "");
            }
        }
    }
    seat_end(&seat);
}

static void test_the_command_line(void **state)
{
    struct seat seat;
    const struct option_row *row;
    (void)state;
    assert_true(seat_begin(&seat));
    for (size_t i = 0; (row = option_at(i)) != NULL; i++) {
        if (*row->word != '\0') {
            assert_helped(&seat, row->word, row->help);
        }
    }
    assert_helped(&seat, "shell", "backstep check FILE.md");
    assert_helped(&seat, "seed", "seed");
    seat_end(&seat);
}

static void test_what_pictures_take(void **state)
{
    static const char *const words[] = {
        "slide",   "a4",      "column",   "square", "--size", "png",  "svg",      "pdf",    "html",
        "--blank", "letters", "outlines", "Slide",  "dark",   "--lr", "pictures", "images", "dpi"};
    struct seat seat;
    (void)state;
    assert_true(seat_begin(&seat));
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        assert_helped(&seat, words[i], "--");
    }
    seat_end(&seat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_command),
        cmocka_unit_test(test_every_word_of_a_command),
        cmocka_unit_test(test_the_command_line),
        cmocka_unit_test(test_what_pictures_take),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
