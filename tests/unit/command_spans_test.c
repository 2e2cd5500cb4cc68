// A span always knows its text: what a notice or an error quotes was typed by the learner, however
// odd the values are that a function is called with, whether it is of the prelude or the learner's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "command_seat.h"
#include "text/prelude.h"

static const char *const values[] = {
    "inf",         "-inf",
    "nan",         "0",
    "1",           "1e308",
    "-1e308",      "x",
    "1/0",         "log(0)",
    "sigmoid(40)", "[1, 0]",
    "[[1], [0]]",  "[[1, 2], [3, 4]]",
    "[1, 2, 3]",   "[inf, nan]",
    "X",           "X[0]",
    "X[0:0]",      "[]",
    "(0)",         "log(0 - (0))",
};

static const char *const forms[] = {
    "%s(%s, %s)",
    "L = %s(%s, %s)",
    "print 2*%s(%s, %s)",
    "L = wrap(%s(%s, %s), 0)",
};

// What follows the statement in memory. Nobody may ever see it.
static const char beyond[] = "BEYOND BEYOND BEYOND\nBEYOND";

// The statement as the start of a longer text; under the sanitizers it ends where its memory does.
static enum session_state run_at_an_edge(struct seat *seat, const char *statement, bool edge)
{
    size_t n = strlen(statement);
    char *text = malloc(n + (edge ? 0 : sizeof beyond));
    assert_non_null(text);
    memcpy(text, statement, n);
    if (!edge) {
        memcpy(text + n, beyond, sizeof beyond);
    }
    struct source source = {.name = "<edge>", .text = text, .length = n, .line = 1};
    records_release(&seat->records);
    enum session_state state = SESSION_MORE;
    session_begin(seat->session, &source, SESSION_PROMPT);
    while (state == SESSION_MORE) {
        state = session_run(seat->session, &seat->records);
    }
    free(text);
    return state;
}

static void quotes_only(struct seat *seat, const char *statement)
{
    for (const struct rec *r = seat->records.list.in.first; r != NULL; r = r->next) {
        const char *said =
            rec_is(r, KIND_error) ? rec_get_text(r, KEY_message) : rec_get_text(r, KEY_text);
        if (strstr(said, "BEYOND") != NULL || strstr(said, "\\x") != NULL) {
            fail_msg("'%s' quotes what was never typed: %s", statement, said);
        }
        if (rec_is(r, KIND_notice) || rec_is(r, KIND_error)) {
            assert_in_range(rec_get_whole(r, KEY_column), 1, strlen(statement) + 1);
        }
    }
}

// `more` are the arguments after the second: "", or ", 2".
static void try_all(struct seat *seat, const char *function, const char *more, bool edge)
{
    char statement[200], second[40];
    for (size_t f = 0; f < COUNT_OF(forms); f++) {
        for (size_t a = 0; a < COUNT_OF(values); a++) {
            for (size_t b = 0; b < COUNT_OF(values); b++) {
                snprintf(second, sizeof second, "%s%s", values[b], more);
                snprintf(statement, sizeof statement, forms[f], function, values[a], second);
                run_at_an_edge(seat, statement, edge);
                quotes_only(seat, statement);
            }
        }
    }
}

static void prepare(struct seat *seat)
{
    assert_int_equal(eval(seat,
                          "x = 1; X = [[1, 2], [3, 4]]\n"
                          "def wrap(a, b) = a + log(b)\n"
                          "def ratio(numerator, denominator) = wrap(numerator/denominator, 0)\n",
                          SESSION_SCRIPT),
                     SESSION_DONE);
}

static void test_prelude(void **state)
{
    prepare(*state);
    for (size_t i = 0; prelude_at(i) != NULL; i++) {
        const char *form = prelude_at(i)->usage, *comma = strchr(form, ',');
        const char *more = comma != NULL && strchr(comma + 1, ',') != NULL ? ", inf" : "";
        try_all(*state, prelude_at(i)->name, more, false);
        try_all(*state, prelude_at(i)->name, more, true);
    }
}

static void test_learners_functions(void **state)
{
    prepare(*state);
    try_all(*state, "ratio", "", false);
    try_all(*state, "ratio", "", true);
}

// The notice is at the call, names it as it was typed, and quotes the formula in the body.
static void test_notice_at_the_call(void **state)
{
    struct seat *seat = *state;
    prepare(seat);
    run_at_an_edge(seat, "L = 2*ratio((1), 1 - 1)", false);
    const struct rec *notice = seat->records.list.in.first;
    assert_true(rec_is(notice, KIND_notice));
    assert_int_equal(rec_get_whole(notice, KEY_column), 7);
    assert_string_equal(rec_get_text(notice, KEY_text),
                        "in ratio((1), 1 - 1): numerator/denominator is inf");
}

// An interruption inside a body is reported at the call too.
static void test_interrupted_inside(void **state)
{
    struct seat *seat = *state;
    char body[40000] = "def long(a) = 0";
    for (size_t n = strlen(body); n + 8 < sizeof body; n += 4) {
        memcpy(body + n, " + a", 5);
    }
    assert_int_equal(eval(seat, body, SESSION_SCRIPT), SESSION_DONE);
    seat->stop.asked = STOP_NOW;
    run_at_an_edge(seat, "L = long(1)", false);
    seat->stop.asked = 0;
    const struct rec *error = seat->records.list.in.last;
    assert_true(rec_is(error, KIND_error));
    assert_string_equal(rec_get_text(error, KEY_message), "interrupted");
    assert_in_range(rec_get_whole(error, KEY_column), 5, 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_prelude, setup, teardown),
        cmocka_unit_test_setup_teardown(test_learners_functions, setup, teardown),
        cmocka_unit_test_setup_teardown(test_notice_at_the_call, setup, teardown),
        cmocka_unit_test_setup_teardown(test_interrupted_inside, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
