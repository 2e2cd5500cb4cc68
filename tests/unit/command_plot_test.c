// Plots: what is sampled is right, nothing of it stays in the session, and all of it can be
// stopped.
#include "session/session.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "command_seat.h"
#include "session/call.h"
#include "words/words.h"

static enum session_state type(struct seat *seat, const char *text)
{
    return eval(seat, text, SESSION_PROMPT);
}

static const struct rec *last(const struct seat *seat, enum rec_kind kind)
{
    const struct rec *found = NULL;
    for (const struct rec *r = seat->records.list.in.first; r != NULL; r = r->next) {
        found = rec_is(r, kind) ? r : found;
    }
    return found;
}

static const struct rec *plot(struct seat *seat, const char *text)
{
    if (type(seat, text) != SESSION_DONE) {
        fail_msg("%s: %s", text, rec_get_text(last(seat, KIND_error), KEY_message));
    }
    assert_non_null(last(seat, KIND_plot));
    return last(seat, KIND_plot);
}

static void refused(struct seat *seat, const char *text, const char *words)
{
    assert_int_equal(type(seat, text), SESSION_FAILED);
    const char *message = rec_get_text(last(seat, KIND_error), KEY_message);
    if (strstr(message, words) == NULL) {
        fail_msg("%s: '%s' is not in '%s'", text, words, message);
    }
}

// All that the session holds, as text.
static void all_of(struct seat *seat, struct text *out)
{
    assert_int_equal(type(seat, "vars; grads; params; print rand(3)"), SESSION_DONE);
    for (const struct rec *r = seat->records.list.in.first; r != NULL; r = r->next) {
        rec_json(out, r);
    }
    text_addf(out, " %u nodes", (unsigned)tape_count(&seat->session->tape));
    assert_int_equal(type(seat, "seed 4"), SESSION_DONE);
}

#define PREPARED                                                                                   \
    "param w = 0.5; x = [1, 2]; L = (w*x[0] - 3)**2; backward L; w.data = 4; "                     \
    "def model(X) = X @ [1, -1]; X = [[0, 1], [1, 0]]; seed 4; "

static void nothing_of_a_plot_stays(void **state)
{
    struct seat *seat = *state;
    static const char *const plots[] = {"plot tanh(x)",
                                        "plot L",
                                        "plot L over w from -2 to 2",
                                        "plot L*s over w, s",
                                        "plot s*w - randn()*t over s, t from 0 to 1",
                                        "plot t*w + randn()",
                                        "plot sum([t, t, 1]), grad(t**2, t)",
                                        "plot x",
                                        "plot X[:, 0], X[0]",
                                        "plot L, w*2 over w",
                                        "plot boundary model X, [0, 1]",
                                        "plot boundary model X, [-1, 1] from 0 to 2 from 0 to 3",
                                        "plot log(t - 100)",
                                        "plot nothing(t)",
                                        "plot boundary model X, [7, 8]",
                                        "plot t from 1 to w - w"};
    struct text before, after;
    text_init(&before);
    text_init(&after);
    assert_int_equal(type(seat, PREPARED), SESSION_DONE);
    all_of(seat, &before);
    for (size_t i = 0; i < COUNT_OF(plots); i++) {
        type(seat, plots[i]);
        text_clear(&after);
        all_of(seat, &after);
        if (strcmp(text_get(&before), text_get(&after)) != 0) {
            fail_msg("%s\n%s\n%s", plots[i], text_get(&before), text_get(&after));
        }
    }
    text_release(&before);
    text_release(&after);
}

// Every point of every series lies on the curve.
static void check_curve(const struct rec *series, double (*f)(double), double tolerance)
{
    const struct rec *x = rec_find(series, KEY_x), *y = rec_find(series, KEY_y);
    assert_int_equal(x->in.count, y->in.count);
    assert_true(x->in.count > 200);
    const struct rec *v = y->in.first;
    for (const struct rec *at = x->in.first; at != NULL; at = at->next, v = v->next) {
        assert_true(fabs(v->number - f(at->number)) <= tolerance * (1 + fabs(f(at->number))));
    }
}

static double parabola(double x)
{
    return (x - 3) * (x - 3);
}

static void points_lie_on_the_curve(void **state)
{
    struct seat *seat = *state;
    check_curve(rec_find(plot(seat, "plot tanh(t)"), KEY_series)->in.first, tanh, 1e-12);
    check_curve(rec_find(plot(seat, "plot grad((x - 3)**3/3, x)"), KEY_series)->in.first, parabola,
                1e-12);
    // A stored graph follows the leaf, stale values and all.
    plot(seat, "param w = 0.5; b = 7; L = (w - b)**2; b.data = 3; plot L over w");
    check_curve(rec_find(last(seat, KIND_plot), KEY_series)->in.first, parabola, 1e-12);
    // A bound x that is not a leaf means the swept number for a while, also inside functions.
    plot(seat, "a = 1; x = a*2; def f(t) = (t - 3)**2; plot f(x)");
    check_curve(rec_find(last(seat, KIND_plot), KEY_series)->in.first, parabola, 1e-12);
}

static void ends_are_exact(void **state)
{
    struct seat *seat = *state;
    const struct rec *r = plot(seat, "plot x from -0.1 to 0.3");
    const struct rec *x = rec_find(rec_find(r, KEY_series)->in.first, KEY_x);
    assert_true(x->in.first->number == -0.1);
    assert_true(x->in.last->number == 0.3);
}

static double y_end(const struct rec *r, enum rec_key end)
{
    return rec_get_number(rec_find(r, KEY_y), end);
}

static void the_window_shows_what_matters(void **state)
{
    struct seat *seat = *state;
    // A pole is cut off, a needle and a steep exponential are not.
    assert_true(y_end(plot(seat, "plot 1/x"), KEY_to) < 20);
    assert_true(y_end(plot(seat, "plot tan(x) from -10 to 10"), KEY_to) < 50);
    assert_true(y_end(plot(seat, "plot exp(-100*x**2)"), KEY_to) == 1);
    assert_true(y_end(plot(seat, "plot exp(x) from 0 to 20"), KEY_to) > 4e8);
    // A constant gets room, even the largest.
    assert_true(y_end(plot(seat, "plot 3"), KEY_from) < 3);
    assert_true(y_end(plot(seat, "plot 0"), KEY_to) > 0);
    assert_true(isfinite(y_end(plot(seat, "plot 1.7e308"), KEY_to)));
    assert_true(y_end(last(seat, KIND_plot), KEY_from) < y_end(last(seat, KIND_plot), KEY_to));
}

static void a_spike_in_a_long_array_is_kept(void **state)
{
    struct seat *seat = *state;
    const struct rec *r = plot(seat, "W = zeros(100000); W[77777].data = 9; plot W");
    assert_true(y_end(r, KEY_to) == 9);
    assert_true(rec_find(rec_find(r, KEY_series)->in.first, KEY_x)->in.count <= 4000);
}

static int64_t right_of(struct seat *seat, const char *text)
{
    return rec_get_whole(plot(seat, text), KEY_right);
}

static void a_boundary_is_found_whatever_the_model_takes(void **state)
{
    struct seat *seat = *state;
    assert_int_equal(type(seat, "X = [[0, 0], [0, 1], [1, 0], [2, 2]]; s = [-1, 1, -1, 1]; "
                                "y = [0, 1, 0, 1]; w = [-1, 2]; "
                                "def rows(X) = X @ w - 0.5; def column(X) = (X @ [w].T - 0.5); "
                                "def row(x) = w[0]*x[0] + w[1]*x[1] - 0.5; "
                                "def pair(p, q) = sigmoid(9*(2*q - p - 0.5)); "
                                "def two(X) = X @ [[1, -1], [-2, 2]] + [0.5, -0.5]; "
                                "def one_hot(x) = [0.5 - row(x), row(x) + 0.5]"),
                     SESSION_DONE);
    assert_int_equal(right_of(seat, "plot boundary rows X s"), 4);
    assert_true(rec_get_number(last(seat, KIND_plot), KEY_threshold) == 0);
    assert_int_equal(right_of(seat, "plot boundary row X s"), 4);
    assert_int_equal(right_of(seat, "plot boundary pair X y"), 4);
    assert_true(rec_get_number(last(seat, KIND_plot), KEY_threshold) == 0.5);
    assert_int_equal(right_of(seat, "plot boundary two X y"), 4);
    assert_null(rec_find(last(seat, KIND_plot), KEY_threshold));
    assert_int_equal(right_of(seat, "plot boundary two X s"), 4);
    assert_int_equal(right_of(seat, "plot boundary one_hot X y"), 4);
    // Each cell of the grid is on its side of the line 2*y - x = 0.5.
    const struct rec *r = plot(seat, "plot boundary rows X s from 0 to 1 from -1 to 1");
    int64_t columns = rec_get_whole(r, KEY_columns), rows = rec_get_whole(r, KEY_rows), i = 0;
    for (const struct rec *c = rec_find(r, KEY_class)->in.first; c != NULL; c = c->next, i++) {
        double x = ((double)(i % columns) + 0.5) / (double)columns;
        double y = ((double)(i / columns) + 0.5) / (double)rows * 2 - 1;
        double score = 2 * y - x - 0.5;
        assert_true(fabs(score) < 1e-9 || c->whole == (score > 0));
    }
    assert_int_equal(i, columns * rows);
}

static void what_is_no_boundary_is_refused(void **state)
{
    struct seat *seat = *state;
    assert_int_equal(type(seat, "X = [[0, 0], [0, 1]]; y = [0, 1]; def m(X) = X[:, 0]; "
                                "def three(a, b, c) = a; def wide(X) = X @ ones(2, 7); "
                                "def nothing(X) = sum(X)"),
                     SESSION_DONE);
    refused(seat, "plot boundary", "whose boundary");
    refused(seat, "plot boundary m", "the points are missing");
    refused(seat, "plot boundary m X", "the labels of the points are missing");
    refused(seat, "plot boundary m y y", "rows of two numbers");
    refused(seat, "plot boundary m X, [1, 2, 3]", "labels of shape 3");
    refused(seat, "plot boundary m X, [0.5, 1]", "labels are 0 and 1");
    refused(seat, "plot boundary m X, [0, 2]", "3 classes");
    refused(seat, "plot boundary m [[0, inf], [0, 1]], y", "inf or nan");
    refused(seat, "plot boundary three X y", "takes 3 values");
    refused(seat, "plot boundary wide X y", "at most 6 classes");
    refused(seat, "plot boundary m X y from 1 to 0", "backwards");
    refused(seat, "plot boundary m X y z", "'z' is not allowed here");
    refused(seat, "plot boundary tanh X y", "no function 'tanh' of yours");
}

static void a_plot_can_be_stopped(void **state)
{
    struct seat *seat = *state;
    static const char *const plots[] = {"plot tanh(t)", "plot L over w", "plot w*t, t",
                                        "plot boundary model X, [0, 1]", "plot L over w, t"};
    assert_int_equal(type(seat, PREPARED), SESSION_DONE);
    for (size_t i = 0; i < COUNT_OF(plots); i++) {
        seat->stop.asked = 1;
        refused(seat, plots[i], "interrupted");
        seat->stop.asked = 0;
    }
}

static void any_terminal_will_do(void **state)
{
    struct seat *seat = *state;
    static const int widths[] = {1, 10, 31, 80, 200, 1000000};
    assert_int_equal(type(seat, PREPARED), SESSION_DONE);
    for (size_t i = 0; i < 2 * COUNT_OF(widths); i++) {
        session_set_terminal(seat->session, widths[i / 2], 0, i % 2 == 1);
        struct text words;
        text_init(&words);
        words_add(&words, plot(seat, "plot tanh(t), t/2"), &(struct words_form){.digits = 6});
        words_add(&words, plot(seat, "plot s*t over s, t"), &(struct words_form){.digits = 6});
        words_add(&words, plot(seat, "plot boundary model X, [0, 1]"),
                  &(struct words_form){.digits = 6});
        assert_true(text_length(&words) > 200 && text_length(&words) < 100000);
        for (size_t k = 0; i % 2 == 1 && k < text_length(&words); k++) {
            assert_true((text_get(&words)[k] & 0x80) == 0);
        }
        text_release(&words);
    }
}

static void a_file_is_asked_for(void **state)
{
    struct seat *seat = *state;
    static const char *const plots[][3] = {
        {"plot t/2 /tmp/a.png", "/tmp/a.png", "png"},
        {"plot t, t**2 from 0 to 1 ../b c.svg", NULL, NULL},
        {"plot t, t**2 from 0 to 1 \"../b c.svg\"", "../b c.svg", "svg"},
        {"plot t over t it#1.pdf", "it#1.pdf", "pdf"},
        {"plot t/2 ~/a.png; w = 3", "~/a.png", "png"},
    };
    for (size_t i = 0; i < COUNT_OF(plots); i++) {
        assert_int_equal(type(seat, plots[i][0]), SESSION_FAILED);  // no files from here
        const struct rec *need = last(seat, KIND_need);
        if (plots[i][1] == NULL) {
            assert_null(need);
            continue;
        }
        assert_string_equal(rec_get_text(need, KEY_what), "plot");
        assert_string_equal(rec_get_text(need, KEY_path), plots[i][1]);
        assert_string_equal(rec_get_text(need, KEY_format), plots[i][2]);
    }
}

static void trainings_are_kept_and_taken_back(void **state)
{
    struct seat *seat = *state;
    type(seat, "param w = -2; param b = 3; L = (w - 1)**2 + 4*(b + w)**2");
    type(seat, "train L 1000 0.01");
    type(seat, "for i in range(100): train L 3 0.001 adam");
    const struct rec *series = rec_find(plot(seat, "plot history all"), KEY_series);
    assert_int_equal(series->in.count, 6);
    for (const struct rec *one = series->in.first; one != NULL; one = one->next) {
        assert_string_equal(strncmp(rec_get_text(one, KEY_label), "adam 0.001", 10) == 0 ? "" : "?",
                            "");
        assert_int_equal(rec_find(one, KEY_x)->in.count, 4);  // 0, 1, 2 and the end
    }
    type(seat, "undo");
    series = rec_find(plot(seat, "plot history all"), KEY_series);
    assert_int_equal(series->in.count, 1);
    const struct rec *x = rec_find(series->in.first, KEY_x);
    assert_true(x->in.count > 200 && x->in.count < 402);
    double last = 0;
    for (const struct rec *v = x->in.first; v != NULL; v = v->next) {
        last = v->number;
    }
    assert_true(last == 1000);
    type(seat, "redo");
    assert_int_equal(rec_find(plot(seat, "plot history all"), KEY_series)->in.count, 6);
}

// Values of a landscape lie on it, and its path begins and ends where the training did.
static void a_landscape_is_the_loss(void **state)
{
    struct seat *seat = *state;
    type(seat, "param w = -2; param b = 3; L = (w - 1)**2 + 4*(b + w)**2; train L 50 0.01");
    struct session *session = seat->session;
    double end = tape_value(&session->tape, names_lookup(&session->names, "w", 1).base);
    const struct rec *r = plot(seat, "plot L over w, b from -3 to 3 from -4 to 5");
    size_t i = 0, columns = (size_t)rec_get_whole(r, KEY_columns);
    for (const struct rec *v = rec_find(r, KEY_values)->in.first; v != NULL; v = v->next, i++) {
        double w = -3 + 6 * (double)(i % columns) / (double)(columns - 1);
        double b = -4 + 9 * (double)(i / columns) / (double)(columns - 1);
        assert_true(fabs(v->number - ((w - 1) * (w - 1) + 4 * (b + w) * (b + w))) < 1e-9);
    }
    assert_int_equal(i, columns * (size_t)rec_get_whole(r, KEY_rows));
    const struct rec *x = rec_find(rec_find(r, KEY_series)->in.first, KEY_x);
    assert_int_equal(x->in.count, 51);
    assert_true(x->in.first->number == -2);
    double last = 0;
    for (const struct rec *v = x->in.first; v != NULL; v = v->next) {
        last = v->number;
    }
    assert_true(last == end);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_of_a_plot_stays),
        TEST(points_lie_on_the_curve),
        TEST(ends_are_exact),
        TEST(the_window_shows_what_matters),
        TEST(a_spike_in_a_long_array_is_kept),
        TEST(a_boundary_is_found_whatever_the_model_takes),
        TEST(what_is_no_boundary_is_refused),
        TEST(a_plot_can_be_stopped),
        TEST(any_terminal_will_do),
        TEST(a_file_is_asked_for),
        TEST(trainings_are_kept_and_taken_back),
        TEST(a_landscape_is_the_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
