// flow: what it says of a network is what the engine computes, and it changes nothing.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "command_seat.h"
#include "words/words.h"

// Networks, each with its loss in L: the first lines build it.
static const char *const networks[] = {
    "x = [1, 2]; y = 1; param W1 = [[0.1, 0.2], [0.3, 0.4]]; param b1 = [0.01, 0.02]\n"
    "param W2 = [0.5, 0.6]; param b2 = 0.05\n"
    "L = bce(sigmoid(W2 @ sigmoid(W1 @ x + b1) + b2), y)",
    "seed 1; n = MLP(3, [4, 4, 1])\n"
    "L = sum(([n(x) for x in [[2, 3, -1], [3, -1, 0.5], [0.5, 1, 1]]] - [1, -1, -1])**2)",
    "seed 2; data X = randn(6, 4); data k = [0, 1, 2, 0, 1, 2]\n"
    "param W = he(8, 4); param b = zeros(8); param V = xavier(3, 8); param c = zeros(3)\n"
    "L = cross_entropy(relu(X @ W.T + b) @ V.T + c, k)",
    "x = [1, -1]; h = [0, 0]; param W = [[0.5, 0.1], [-0.2, 0.3]]; param U = eye(2)\n"
    "h = tanh(W @ x + U @ h); h = tanh(W @ x + U @ h); h += x; L = sum(h**2)",
    "def f(x, w):\n  u = w*x\n  return tanh(u)\nx = 0.5; param w = 2; param v = -1\n"
    "L = (f(f(x, w), v) - 1)**2",
};

// The answer of `flow`.
static const struct rec *find_flow(const struct seat *seat)
{
    const struct rec *r = seat->records.list.in.first;
    while (r != NULL && !rec_is(r, KIND_flow)) {
        r = r->next;
    }
    return r;
}

// The numbers of a field, one after the other; how many there are.
static size_t flatten(const struct rec *value, double *out, size_t most)
{
    size_t n = 0;
    if (value->type == REC_NUMBER) {
        *out = value->number;
        return 1;
    }
    for (const struct rec *v = value->in.first; v != NULL && n < most; v = v->next) {
        n += flatten(v, out + n, most - n);
    }
    return n;
}

static void assert_same(const char *what, const struct rec *a, const struct rec *b)
{
    double x[64], y[64];
    size_t n = flatten(a, x, COUNT_OF(x));
    assert_int_equal(n, flatten(b, y, COUNT_OF(y)));
    for (size_t i = 0; i < n; i++) {
        if (!(fabs(x[i] - y[i]) <= 1e-12 * (1 + fabs(x[i])))) {
            fail_msg("%s: element %zu is %.17g, and %.17g by the engine", what, i, x[i], y[i]);
        }
    }
}

// What `print` answers for an expression.
static void assert_engine(struct seat *seat, const char *what, const char *expression,
                          const struct rec *field)
{
    struct records kept = seat->records;
    records_init(&seat->records);
    assert_int_equal(eval(seat, expression, SESSION_PROMPT), SESSION_DONE);
    const struct rec *value = rec_find(seat->records.list.in.last, KEY_value);
    assert_non_null(value);
    assert_same(what, field, value);
    records_release(&seat->records);
    seat->records = kept;
}

static void build(struct seat *seat, const char *network)
{
    assert_int_equal(eval(seat, network, SESSION_SCRIPT), SESSION_DONE);
}

static void test_gradients(void **state)
{
    struct seat *seat = *state;
    for (size_t i = 0; i < COUNT_OF(networks); i++) {
        eval(seat, "reset", SESSION_SCRIPT);
        build(seat, networks[i]);
        assert_int_equal(eval(seat, "flow L", SESSION_PROMPT), SESSION_DONE);
        size_t met = 0;
        for (const struct rec *l = rec_find(find_flow(seat), KEY_layers)->in.first; l != NULL;
             l = l->next) {
            for (const struct rec *w = rec_find(l, KEY_weights)->in.first; w != NULL; w = w->next) {
                char slope[64];
                snprintf(slope, sizeof slope, "dL/d%s", rec_get_text(w, KEY_name));
                assert_engine(seat, slope, slope, rec_find(w, KEY_grad));
                assert_engine(seat, rec_get_text(w, KEY_name), rec_get_text(w, KEY_name),
                              rec_find(w, KEY_value));
                met++;
            }
        }
        assert_true(met >= 2);
        assert_engine(seat, "L", "L", rec_find(rec_find(find_flow(seat), KEY_output), KEY_value));
    }
}

// The forward pass after the update is that of the engine after the same update.
static void test_update(void **state)
{
    struct seat *seat = *state;
    for (size_t i = 0; i < COUNT_OF(networks); i++) {
        eval(seat, "reset", SESSION_SCRIPT);
        build(seat, networks[i]);
        assert_int_equal(eval(seat, "flow L 0.1", SESSION_PROMPT), SESSION_DONE);
        struct records kept = seat->records;
        const struct rec *flow = find_flow(seat);
        records_init(&seat->records);
        assert_int_equal(eval(seat, "zero; backward L; update 0.1; forward L", SESSION_SCRIPT),
                         SESSION_DONE);
        assert_engine(seat, "L after", "L", rec_find(rec_find(flow, KEY_output), KEY_after));
        for (const struct rec *l = rec_find(flow, KEY_layers)->in.first; l != NULL; l = l->next) {
            for (const struct rec *w = rec_find(l, KEY_weights)->in.first; w != NULL; w = w->next) {
                assert_engine(seat, rec_get_text(w, KEY_name), rec_get_text(w, KEY_name),
                              rec_find(w, KEY_after));
            }
        }
        records_release(&kept);
    }
}

static void look(struct seat *seat, struct text *out)
{
    static const char *const looks[] = {"vars", "L", "print rand()", "groups L", "undo", "topo L"};
    for (size_t i = 0; i < COUNT_OF(looks); i++) {
        eval(seat, looks[i], SESSION_PROMPT);
        rec_json(out, &seat->records.list);
    }
}

static void test_changes_nothing(void **state)
{
    struct seat *seat = *state;
    for (size_t i = 0; i < COUNT_OF(networks); i++) {
        struct text before, after;
        text_init(&before);
        text_init(&after);
        for (int flows = 0; flows < 2; flows++) {
            eval(seat, "reset; seed 5", SESSION_SCRIPT);
            build(seat, networks[i]);
            if (flows == 1) {
                eval(seat, "flow L", SESSION_PROMPT);
                eval(seat, "flow L 0.5", SESSION_PROMPT);
                eval(seat, "flow L*rand() 0.5", SESSION_PROMPT);
            }
            look(seat, flows == 1 ? &after : &before);
        }
        assert_string_equal(text_get(&before), text_get(&after));
        text_release(&before);
        text_release(&after);
    }
}

// The figures of the notes' network, to six digits.
static void test_worked_network(void **state)
{
    struct seat *seat = *state;
    build(seat, networks[0]);
    assert_int_equal(eval(seat, "flow L 0.1", SESSION_PROMPT), SESSION_DONE);
    const struct rec *flow = find_flow(seat), *output = rec_find(flow, KEY_output);
    assert_true(fabs(rec_get_number(output, KEY_value) - 0.366537) < 5e-7);
    assert_true(fabs(rec_get_number(output, KEY_after) - 0.347010) < 5e-7);
    const struct rec *first = rec_find(flow, KEY_layers)->in.first, *last = first->next;
    static const double delta[] = {-0.035969, -0.034153}, a[] = {0.624806, 0.753989},
                        next[] = {0.629852, 0.757770};
    double got[2];
    assert_int_equal(flatten(rec_find(rec_find(first, KEY_z), KEY_grad), got, 2), 2);
    assert_true(fabs(got[0] - delta[0]) < 5e-7 && fabs(got[1] - delta[1]) < 5e-7);
    assert_int_equal(flatten(rec_find(rec_find(first, KEY_a), KEY_value), got, 2), 2);
    assert_true(fabs(got[0] - a[0]) < 5e-7 && fabs(got[1] - a[1]) < 5e-7);
    assert_int_equal(flatten(rec_find(rec_find(first, KEY_a), KEY_after), got, 2), 2);
    assert_true(fabs(got[0] - next[0]) < 5e-7 && fabs(got[1] - next[1]) < 5e-7);
    assert_true(fabs(rec_get_number(rec_find(last, KEY_z), KEY_grad) + 0.306869) < 5e-7);
    assert_true(fabs(rec_get_number(rec_find(last, KEY_z), KEY_after) - 0.879884) < 5e-7);
    assert_string_equal(rec_get_text(last, KEY_activation), "sigmoid");
}

// The marks of layers, and the figure that each rests on.
static void test_marks(void **state)
{
    static const struct {
        const char *network, *mark;
        enum rec_key figure;
        double least, most;
    } cases[] = {
        {"param w = [9, -9]; param v = [1, 1]; L = (v @ sigmoid(w*4) - 2)**2", "saturated",
         KEY_saturated, 1, 1},
        {"param W = [[-1], [-1], [1]]; param v = [1, 1, 1]; x = [1]\n"
         "L = (v @ relu(W @ x))**2",
         "dead", KEY_dead, 0.6, 0.7},
        {"param W = [[1], [1]]; param v = [0.001, 0.001]; x = [1]; L = v @ tanh(W @ x) + 0",
         "vanishes", KEY_ratio, 0, 0.01},
        {"param W = [[0.1], [0.1]]; param v = [300, 1]; x = [1]; L = v @ tanh(W @ x) + 0",
         "explodes", KEY_ratio, 100, 1000},
    };
    struct seat *seat = *state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        eval(seat, "reset", SESSION_SCRIPT);
        build(seat, cases[i].network);
        assert_int_equal(eval(seat, "flow L", SESSION_PROMPT), SESSION_DONE);
        const struct rec *layer = rec_find(find_flow(seat), KEY_layers)->in.first;
        const struct rec *mark = rec_find(layer, KEY_special)->in.first;
        while (mark != NULL && strcmp(mark->text, cases[i].mark) != 0) {
            mark = mark->next;
        }
        assert_non_null(mark);
        double figure = rec_get_number(layer, cases[i].figure);
        assert_true(figure >= cases[i].least && figure <= cases[i].most);
    }
}

// On a terminal of 80 columns no line is longer, whatever the network.
static void test_fits(void **state)
{
    static const char *const flows[] = {"flow L", "flow L 0.1"};
    const struct words_form form = {.style = WORDS_PROMPT, .digits = 6, .columns = 80};
    struct seat *seat = *state;
    for (size_t i = 0; i < 2 * COUNT_OF(networks); i++) {
        struct text out;
        text_init(&out);
        eval(seat, "reset", SESSION_SCRIPT);
        build(seat, networks[i / 2]);
        eval(seat, flows[i % 2], SESSION_PROMPT);
        words_add(&out, find_flow(seat), &form);
        assert_true(text_length(&out) > 0);
        for (const char *line = text_get(&out); *line != '\0';) {
            size_t n = strcspn(line, "\n");
            if (ink_columns(line, n) > 80) {
                fail_msg("too long: %.*s", (int)n, line);
            }
            line += n + (line[n] == '\n');
        }
        text_release(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_gradients, setup, teardown),
        cmocka_unit_test_setup_teardown(test_update, setup, teardown),
        cmocka_unit_test_setup_teardown(test_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_worked_network, setup, teardown),
        cmocka_unit_test_setup_teardown(test_marks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fits, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
