// session/batch, session/recipe: batches are what the same formulas give for the drawn rows, and a
// training in batches is one statement like any other.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "command/commands.h"
#include "session/session.h"

static struct session *fresh(struct stop *stop)
{
    struct session *s =
        session_new(&(struct session_world){.commands = &commands_table, .stop = stop, .seed = 1});
    assert_non_null(s);
    return s;
}

// Runs a text that must succeed, or must not.
static void run(struct session *s, const char *text, enum session_state expected)
{
    struct records r;
    records_init(&r);
    enum session_state end = session_eval(s, text, SESSION_SCRIPT, &r);
    if (end != expected) {
        fail_msg("%s: %s", text,
                 r.list.in.last == NULL ? "" : rec_get_text(r.list.in.last, KEY_message));
    }
    records_release(&r);
}

static double value(struct session *s, const char *expression)
{
    struct records r;
    records_init(&r);
    assert_int_equal(session_eval(s, expression, SESSION_SCRIPT, &r), SESSION_DONE);
    double v = rec_get_number(r.list.in.last, KEY_value);
    records_release(&r);
    return v;
}

#define SETTING                                                                                    \
    "seed 5; data X = randn(12, 3); data y = randn(12); param w = [0.1, 0.2, 0.3]; param b = 0\n"  \
    "def f(X) = tanh(X @ w + b)\n"

// All rows at once, in any order, are the same training as without batches.
static void a_batch_of_all_rows_is_all_the_data(void **state)
{
    (void)state;
    struct session *a = fresh(NULL), *b = fresh(NULL);
    run(a, SETTING "L = mse(f(X), y) + 0.01*sum(w**2); train L 30 0.1 adam", SESSION_DONE);
    run(b, SETTING "L = mse(f(X), y) + 0.01*sum(w**2); train L 30 0.1 adam batch 12", SESSION_DONE);
    assert_true(fabs(value(a, "w[1]") - value(b, "w[1]")) < 1e-9);
    assert_true(fabs(value(a, "L") - value(b, "L")) < 1e-9);
    session_free(a);
    session_free(b);
}

static void each_epoch_takes_every_row_once(void **state)
{
    (void)state;
    struct session *s = fresh(NULL);
    // The gradient of w[i] is x[i] alone: after an epoch each has moved once, by -1 over the rows
    // of its batch (2, 2 and 1).
    run(s, "data X = eye(5); param w = zeros(5); L = mean(X @ w); train L 3 1 batch 2",
        SESSION_DONE);
    assert_true(fabs(value(s, "sum(w)") + 3) < 1e-12);
    assert_true(fabs(value(s, "max(w)") + 0.5) < 1e-12);
    assert_true(fabs(value(s, "min(w)") + 1) < 1e-12);
    run(s, "train L 3 1 batch 2", SESSION_DONE);
    assert_true(fabs(value(s, "sum(w)") + 6) < 1e-12);
    session_free(s);
}

static void it_is_one_statement(void **state)
{
    (void)state;
    struct session *s = fresh(NULL), *again = fresh(NULL);
    run(s, SETTING "h = f(X); L = mse(h, y)", SESSION_DONE);
    double before = value(s, "L");
    run(s, "train L 7 0.1 momentum 0.8 batch 5", SESSION_DONE);
    double after = value(s, "L"), weight = value(s, "w[2]");
    assert_true(after != before);
    run(s, "undo", SESSION_DONE);
    assert_true(value(s, "L") == before);
    run(s, "redo", SESSION_DONE);
    assert_true(value(s, "L") == after);
    run(s, "undo; train L 7 0.1 momentum 0.8 batch 5", SESSION_DONE);
    assert_true(value(s, "w[2]") == weight);
    // What is saved draws the same rows, and leaves the same random numbers to be drawn.
    struct text script;
    text_init(&script);
    session_script(s, &script);
    run(again, text_get(&script), SESSION_DONE);
    assert_true(value(again, "w[2]") == weight);
    assert_true(value(again, "rand()") == value(s, "rand()"));
    text_release(&script);
    session_free(s);
    session_free(again);
}

// A loop that clears up keeps the formulas that its names are made by, and no others.
static void formulas_outlive_clearing_up(void **state)
{
    (void)state;
    struct session *s = fresh(NULL);
    run(s,
        SETTING "def g(X) = X*1\n"
                "repeat 600 { x = g(X); h = f(x); h = h + 0; L = mse(h, y); backward L; update "
                "0.01; zero }",
        SESSION_DONE);
    run(s, "forward", SESSION_DONE);
    double before = value(s, "L");
    run(s, "train L 10 0 batch 5", SESSION_DONE);
    assert_true(value(s, "L") == before);
    // The last turn's formulas are those of now, the parameters' values do not matter.
    run(s, "w.data = [3, -3, 3]; forward", SESSION_DONE);
    before = value(s, "L");
    run(s, "x = 3; h = 4; train L 50 0.05 batch 5", SESSION_DONE);
    assert_true(value(s, "L") < 0.9 * before);
    session_free(s);
}

// What an optimiser remembers of a parameter that is cleared up is not the next one's.
static void a_new_parameter_remembers_nothing(void **state)
{
    (void)state;
    struct session *s = fresh(NULL);
    run(s, "repeat 1500 { param v = 1; M = v*v; zero; backward M; update 0.01 momentum }; k = v",
        SESSION_DONE);
    assert_true(value(s, "k") == 1 - 0.01 * 2);
    session_free(s);
}

// Ctrl-C between two steps keeps what was learned, and the log holds the steps that were taken.
static void interrupted_it_keeps_whole_steps(void **state)
{
    (void)state;
    struct stop stop = {0};
    struct session *s = fresh(&stop), *again = fresh(NULL);
    struct source source = {.name = "t", .line = 1};
    source.text = SETTING "L = mse(f(X), y); train L 100000000 0.01 batch 5";
    source.length = strlen(source.text);
    session_begin(s, &source, SESSION_SCRIPT);
    enum session_state end = SESSION_MORE;
    for (int i = 0; end == SESSION_MORE; i++) {
        struct records r;
        records_init(&r);
        stop.asked = i == 12;
        end = session_run(s, &r);
        records_release(&r);
    }
    stop_renew(&stop);
    assert_int_equal(end, SESSION_DONE);
    struct text script;
    text_init(&script);
    session_script(s, &script);
    assert_non_null(strstr(text_get(&script), " batch 5"));
    run(again, text_get(&script), SESSION_DONE);
    assert_true(value(s, "w[0]") == value(again, "w[0]"));
    assert_true(value(s, "rand()") == value(again, "rand()"));
    text_release(&script);
    session_free(s);
    session_free(again);
}

static int64_t node_of(struct session *s, const char *explain)
{
    struct records r;
    records_init(&r);
    assert_int_equal(session_eval(s, explain, SESSION_SCRIPT, &r), SESSION_DONE);
    int64_t node = rec_get_whole(r.list.in.last, KEY_node);
    records_release(&r);
    return node;
}

// Memory stays what it was: a step's graph goes with the step.
static void steps_leave_no_nodes(void **state)
{
    (void)state;
    struct session *s = fresh(NULL);
    run(s, SETTING "L = mse(f(X), y); q = 1", SESSION_DONE);
    int64_t node = node_of(s, "explain q");
    run(s, "undo; train L 50 0.1 batch 5; q = 1", SESSION_DONE);
    assert_int_equal(node_of(s, "explain q"), node);
    session_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_of_all_rows_is_all_the_data),
        cmocka_unit_test(each_epoch_takes_every_row_once),
        cmocka_unit_test(it_is_one_statement),
        cmocka_unit_test(formulas_outlive_clearing_up),
        cmocka_unit_test(a_new_parameter_remembers_nothing),
        cmocka_unit_test(interrupted_it_keeps_whole_steps),
        cmocka_unit_test(steps_leave_no_nodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
