// Every row of the tables of commands, and every term of the glossary: its example and its help.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lesson/course.h"
#include "lesson/glossary.h"
#include "lesson/lesson.h"
#include "play_seat.h"
#include "session/call.h"
#include "words/words.h"

static int setup(void **state)
{
    static struct seat seat;
    *state = &seat;
    return !seat_begin(&seat);
}

static int teardown(void **state)
{
    seat_end(*state);
    return 0;
}

static const struct rec *last(const struct seat *seat)
{
    return seat->records.list.in.last;
}

static const struct command_table *table_of(const struct seat *seat)
{
    return tutor_session(seat->tutor)->world.commands;
}

static struct lesson *small_lesson(void)
{
    static const char front[] = "id: two-paths\ntitle: When two paths meet\n";
    static const char ask[] = "What is db/da?\nkind: number\nanswer: db/da\nhint: Two edges.\n";
    struct diag d = {0};
    struct lesson *l = lesson_new("two-paths.md");
    bool ok = lesson_front(l, front, strlen(front), 2, &d) &&
              lesson_code(l, "a = 3\nb = a + a\n", 16, false, 6, &d) &&
              lesson_ask(l, "two-paths.one", ask, strlen(ask), 10, &d) &&
              lesson_ask(l, "two-paths.two", ask, strlen(ask), 20, &d) && lesson_end(l, &d);
    assert_true(ok);
    return l;
}

static void supply(struct seat *seat)
{
    static const char script[] = "a = 2\n";
    static const struct course_lesson two_paths = {.id = "two-paths",
                                                   .title = "When two paths meet",
                                                   .path = "two-paths.md",
                                                   .deck = "",
                                                   .requires = "",
                                                   .trouble = ""};
    static const struct course_question one = {.id = "two-paths.one",
                                               .covers = "N12",
                                               .text = "What is db/da?",
                                               .model = "",
                                               .version = 1};
    static const struct course_row row = {.id = "N12",
                                          .title = "The gradient of a value added to itself",
                                          .group = "From interviews."};
    static struct course course = {.lessons = {.count = 1, .size = sizeof two_paths},
                                   .questions = {.count = 1, .size = sizeof one},
                                   .rows = {.count = 1, .size = sizeof row}};
    course.lessons.data = (void *)&two_paths;
    course.questions.data = (void *)&one;
    course.rows.data = (void *)&row;
    const char *what = rec_get_text(last(seat), KEY_what);
    if (strcmp(what, "course") == 0) {
        tutor_supply_course(seat->tutor, &course);
    } else if (strcmp(what, "lesson") == 0) {
        tutor_supply_lesson(seat->tutor, small_lesson());
    } else {
        tutor_supply(seat->tutor, script, strcmp(what, "read") == 0 ? strlen(script) : 0);
    }
}

// Runs a text with all needs supplied: a file read is a small script.
static enum session_state run_supplied(struct seat *seat, const char *text)
{
    struct source source = {.name = "example", .text = text, .length = strlen(text), .line = 1};
    enum session_state state;
    records_release(&seat->records);
    records_init(&seat->records);
    tutor_begin(seat->tutor, &source, SESSION_PROMPT);
    while ((state = tutor_run(seat->tutor, &seat->records)) == SESSION_MORE ||
           state == SESSION_NEED) {
        if (state == SESSION_NEED) {
            supply(seat);
        }
    }
    return state;
}

// The same for what must not fail.
static void prompt(struct seat *seat, const char *text)
{
    enum session_state state = run_supplied(seat, text);
    if (state != SESSION_DONE) {
        fail_msg("'%s' fails: %s", text, rec_get_text(last(seat), KEY_message));
    }
}

// Statements that say nothing are run together, up to the first that answers. Turns of a loop are too, but only
// a few of them, so that the loop can be stopped soon.
static void quiet_statements_run_together(void **state)
{
    struct seat *seat = *state;
    static const char text[] = "a = 1\nb = 2; c = a + b\nprint c\nd = 4\nprint d\ne = 5";
    static const size_t answers[] = {1, 2, 2};
    struct source source = {.name = "quiet", .text = text, .length = strlen(text), .line = 1};
    prompt(seat, "reset");
    records_release(&seat->records);
    records_init(&seat->records);
    tutor_begin(seat->tutor, &source, SESSION_SCRIPT);
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        assert_int_equal(tutor_run(seat->tutor, &seat->records),
                         i + 1 < COUNT_OF(answers) ? SESSION_MORE : SESSION_DONE);
        assert_int_equal(seat->records.list.in.count, answers[i]);
    }
    struct source loop = source;
    loop.text = "f = 1\nrepeat 1000000000000 { f = f.data + 1 }";  // which cannot be replayed
    loop.length = strlen(loop.text);
    tutor_begin(seat->tutor, &loop, SESSION_SCRIPT);
    const struct session *s = tutor_session(seat->tutor);
    assert_int_equal(tutor_run(seat->tutor, &seat->records), SESSION_MORE);
    for (int i = 0; i < 10; i++) {
        uint32_t nodes = tape_count(&s->tape);
        assert_int_equal(tutor_run(seat->tutor, &seat->records), SESSION_MORE);
        assert_in_range(tape_count(&s->tape), nodes + 2, nodes + 3 * 64);
    }
}

static void every_command_runs_its_example(void **state)
{
    struct seat *seat = *state;
    const struct command *c;
    for (size_t i = 0; (c = command_at(table_of(seat), i)) != NULL; i++) {
        bool leaves = strcmp(c->name, "quit") == 0 || strcmp(c->name, "exit") == 0;
        prompt(seat, "reset; verbose off; predict off; precision 6");
        enum session_state end = run_supplied(seat, c->example);
        if (end != (leaves ? SESSION_QUIT : SESSION_DONE)) {
            fail_msg("the example of %s fails: %s", c->name, rec_get_text(last(seat), KEY_message));
        }
        assert_non_null(strstr(c->example, c->name));
        prompt(seat, strncmp(c->example, "lesson ", 7) == 0 ? "quit" : "");
        assert_true(strncmp(c->usage, c->name, strlen(c->name)) == 0);
    }
}

static void every_command_has_help(void **state)
{
    struct seat *seat = *state;
    const struct command *c;
    char line[64];
    for (size_t i = 0; (c = command_at(table_of(seat), i)) != NULL; i++) {
        snprintf(line, sizeof line, "help %s", c->name);
        prompt(seat, line);
        const struct rec *help = rec_of(&seat->records, KIND_help_command);
        assert_string_equal(rec_get_text(help, KEY_example), c->example);
    }
}

// What `help backward` shows is what the example answers: each command's runs without an error, and
// one of the lines that it types is the command.
static void every_command_shows_its_example_at_work(void **state)
{
    struct seat *seat = *state;
    const struct command *c;
    char line[64];
    for (size_t i = 0; (c = command_at(table_of(seat), i)) != NULL; i++) {
        snprintf(line, sizeof line, "help %s", c->name);
        prompt(seat, line);
        const struct rec *entry =
            rec_find(rec_of(&seat->records, KIND_help_command), KEY_transcript)->in.first;
        bool named = false;
        assert_non_null(entry);
        for (; entry != NULL; entry = entry->next) {
            named |= strncmp(rec_get_text(entry, KEY_entry), c->name, strlen(c->name)) == 0;
            const struct rec *r = rec_find(entry, KEY_replies)->in.first;
            for (; r != NULL; r = r->next) {
                if (rec_is(r, KIND_error)) {
                    fail_msg("%s: %s", line, rec_get_text(r, KEY_message));
                }
            }
        }
        assert_true(named);
    }
}

// The first screen of help names commands that exist, or gives a value to a name.
static void the_screen_of_help_can_be_typed(void **state)
{
    struct seat *seat = *state;
    prompt(seat, "?");
    const struct rec *row = rec_find(last(seat), KEY_rows)->in.first;
    for (; row != NULL; row = row->next) {
        for (const char *s = rec_get_text(row, KEY_typing); s != NULL;) {
            const char *bar = strstr(s, " | ");
            size_t n = bar == NULL ? strlen(s) : (size_t)(bar - s);
            bool binds = memchr(s, '=', n) != NULL;
            assert_true(binds || command_find(table_of(seat), s, strcspn(s, " |")) != NULL);
            s = bar == NULL ? NULL : bar + 3;
        }
    }
}

// L = d*f, typed first: what makes it work, and only there.
static void a_first_formula_is_told_what_it_lacks(void **state)
{
    struct seat *seat = *state;
    struct text words;
    text_init(&words);
    assert_int_equal(eval(seat, "L = d*f + d*pi", SESSION_PROMPT), SESSION_FAILED);
    words_add(&words, last(seat), &(struct words_form){.digits = 6});
    assert_non_null(
        strstr(text_get(&words), " d and f have no values yet; to make this work, type"));
    assert_non_null(strstr(text_get(&words), "d = 2; f = -3"));
    assert_non_null(strstr(text_get(&words), "L = d*f + d*pi"));
    text_release(&words);
    assert_int_equal(eval(seat, "o = tanh(n)", SESSION_PROMPT), SESSION_FAILED);
    assert_string_equal(rec_find(last(seat), KEY_names)->in.first->text, "n");
    prompt(seat, "d = 2; f = -3");
    prompt(seat, "L = d*f");
    assert_int_equal(eval(seat, "M = L*g", SESSION_PROMPT), SESSION_FAILED);
    assert_null(rec_find(last(seat), KEY_names));
}

static void every_term_has_help_and_an_example(void **state)
{
    struct seat *seat = *state;
    char line[64];
    for (size_t i = 0; glossary_at(i) != NULL; i++) {
        const struct term *t = glossary_at(i);
        snprintf(line, sizeof line, "help %s", t->term);
        prompt(seat, line);
        // A word may be a function's too (tanh), or an optimiser's (adam).
        const struct rec *help = seat->records.list.in.first;
        while (help != NULL && !rec_is(help, KIND_help_term)) {
            help = help->next;
        }
        assert_non_null(help);
        assert_string_equal(rec_get_text(help, KEY_text), t->text);
        prompt(seat, "reset");
        if (run_supplied(seat, t->example) != SESSION_DONE) {
            fail_msg("the example of %s fails: %s", t->term, rec_get_text(last(seat), KEY_message));
        }
    }
    prompt(seat, "help  Topological   ORDER");
    assert_string_equal(rec_get_text(last(seat), KEY_term), "topological sort");
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(quiet_statements_run_together),
        TEST(every_command_runs_its_example),
        TEST(every_command_has_help),
        TEST(every_command_shows_its_example_at_work),
        TEST(the_screen_of_help_can_be_typed),
        TEST(a_first_formula_is_told_what_it_lacks),
        TEST(every_term_has_help_and_an_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
