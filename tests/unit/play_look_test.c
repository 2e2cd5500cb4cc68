// Looking at a session, completing what is typed into it, and what it waits for.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "command/complete.h"
#include "command/look.h"
#include "play_seat.h"

static struct seat seat;

static int begin(void **state)
{
    (void)state;
    return seat_begin(&seat) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    seat_end(&seat);
    return 0;
}

static void run(const char *text, enum session_state expected)
{
    assert_int_equal(eval(&seat, text, SESSION_PROMPT), expected);
}

// The whole session, as `save` would write it and as tables show it.
static void photograph(struct text *out)
{
    struct records r;
    records_init(&r);
    session_script(tutor_session(seat.tutor), out);
    session_eval(tutor_session(seat.tutor), "vars", SESSION_SCRIPT, &r);
    for (const struct rec *i = r.list.in.first; i != NULL; i = i->next) {
        rec_json(out, i);
    }
    records_release(&r);
}

static bool look(const char *statement, enum rec_kind expected)
{
    struct records r;
    records_init(&r);
    bool ok = look_run(tutor_graph(seat.tutor), statement, &r);
    assert_records_fit(&r, statement);
    if (ok != (expected != KIND_NONE)) {
        fail_msg("%s: %s", statement, ok ? "it looked" : "it did not look");
    }
    if (expected != KIND_NONE) {
        rec_of(&r, expected);
    } else {
        assert_null(r.list.in.last);
    }
    records_release(&r);
    return ok;
}

static void looking_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *statement;
        enum rec_kind answer;
    } looks[] = {{"explain a", KIND_explain},
                 {"help backward", KIND_help_command},
                 {"local L", KIND_local},
                 {"derive tanh(x)", KIND_derive},
                 {"vars", KIND_vars},
                 {"explain nothing", KIND_NONE},
                 {"c = 5", KIND_NONE},
                 {"a*7 + b", KIND_NONE},
                 {"", KIND_NONE},
                 {"load \"x.bs\"", KIND_NONE},
                 {"reset", KIND_NONE},
                 {"undo", KIND_NONE},
                 {"step L", KIND_NONE},
                 {"local L; undo", KIND_local}};
    struct text before, after;
    run("a = 2; b = -3; L = a*b; backward L; b.data = 4; d = 1; undo", SESSION_DONE);
    text_init(&before);
    text_init(&after);
    photograph(&before);
    for (size_t i = 0; i < COUNT_OF(looks); i++) {
        look(looks[i].statement, looks[i].answer);
        text_clear(&after);
        photograph(&after);
        assert_string_equal(text_get(&after), text_get(&before));
    }
    run("redo", SESSION_DONE);
    run("print(d)", SESSION_DONE);
    text_release(&before);
    text_release(&after);
}

static void a_guess_waits_on(void **state)
{
    (void)state;
    run("a = 2; L = a*a; predict on", SESSION_DONE);
    assert_int_equal(tutor_waits(seat.tutor), TUTOR_WAITS_NOTHING);
    run("step L", SESSION_DONE);
    assert_int_equal(tutor_waits(seat.tutor), TUTOR_WAITS_GUESS);
    look("explain a", KIND_explain);
    assert_int_equal(tutor_waits(seat.tutor), TUTOR_WAITS_GUESS);
    run("1", SESSION_DONE);
    assert_true(rec_is(seat.records.list.in.first, KIND_guessed));
}

static void completes(const char *text, size_t at, int64_t from, const char *expected)
{
    struct records r;
    struct text items;
    records_init(&r);
    text_init(&items);
    complete_at(tutor_graph(seat.tutor), text, at, true, &r);
    assert_records_fit(&r, text);
    const struct rec *c = r.list.in.first;
    assert_int_equal(rec_get_whole(c, KEY_from), from);
    assert_int_equal(rec_get_whole(c, KEY_to), utf8_length(text, at));
    for (const struct rec *i = rec_find(c, KEY_items)->in.first; i != NULL; i = i->next) {
        text_addf(&items, "%s ", i->text);
    }
    if (strcmp(text_get(&items), expected) != 0) {
        fail_msg("%s: %s, not %s", text, text_get(&items), expected);
    }
    text_release(&items);
    records_release(&r);
}

static void words_are_completed_where_they_stand(void **state)
{
    (void)state;
    run("alpha = 2; back2 = 1; β1 = 3; β2 = 4; def tank(x) = x", SESSION_DONE);
    completes("backw", 5, 0, "backward ");
    completes("L = 2*tan", 9, 6, "tan tanh tank ");
    completes("L = 2*back", 10, 6, "back2 ");
    completes("plot history al", 15, 13, "all alpha ");
    completes("plot history --s", 16, 13, "--size ");
    completes("plot L ov", 9, 7, "over ");
    completes("style te", 8, 6, "terse ");
    completes("a = 1\nbackw", 11, 6, "backward ");
    completes("a = 1; expl", 11, 7, "explain ");
    completes("local al", 8, 6, "alpha ");
    completes("𝒳 = 1; L = β", strlen("𝒳 = 1; L = β"), 11, "β1 β2 ");
    completes("verbose ", 8, 8, "off on ");
    completes("alp + 1", 3, 0, "alpha ");
    completes("zzz", 3, 0, "");
    completes("alpha.d", 7, 6, "data detach dot ");
    completes("alpha.", 6, 6, "T backward data forward grad ");
    completes("x = alpha.gr", 12, 10, "grad ");
    completes("dback2/dal", 10, 7, "dalpha ");
    completes("node g = dback2/dal", 19, 16, "dalpha ");
    completes("dback2/de", 9, 7, "detach ");
    completes("zero ", 5, 5, "");
    completes("stage alpha py", 14, 12, "python ");
    completes("assert alpha us", 15, 13, "uses ");
    completes("backward alpha ", 15, 15, "--layers graph ");
    completes("local tan", 9, 6, "tan tanh tank ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(looking_changes_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_guess_waits_on, begin, end),
        cmocka_unit_test_setup_teardown(words_are_completed_where_they_stand, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
