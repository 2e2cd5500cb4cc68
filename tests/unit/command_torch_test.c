// Against PyTorch: its optimisers step by step, and its values and gradients at special points. The
// tables were written by the scripts in tests/torch/ with Debian's python3-torch, which is not
// needed here.
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

#define LIST(...) __VA_ARGS__

// Equal to twelve digits, or to as many places. nan equals nan.
static bool close_to(double ours, double theirs)
{
    double larger = fmax(1, fmax(fabs(ours), fabs(theirs)));
    return ours == theirs || (isnan(ours) && isnan(theirs)) ||
           fabs(ours - theirs) <= 1e-12 * larger;
}

static uint32_t node_named(const struct session *s, const char *name)
{
    struct value value = names_lookup(&s->names, name, strlen(name));
    assert_int_equal(value.rank, VALUE_SCALAR);
    return value.base;
}

// ---- Optimisers ---------------------------------------------------------------------------------

static const struct optimiser {
    const char *words;
    double losses[30], end[3];
} optimisers[] = {
#define OPTIMISER(WORDS, LOSSES, END) {WORDS, {LIST LOSSES}, {LIST END}},
#include "../torch/optimisers.def"
};

static void each_optimiser_steps_as_pytorchs(void **state)
{
    struct seat *seat = *state;
    for (size_t i = 0; i < COUNT_OF(optimisers); i++) {
        const struct optimiser *o = &optimisers[i];
        char text[400];
        snprintf(text, sizeof text,
                 "reset\nparam u = 1; param v = -2; param b = 0.5\n"
                 "L = (u*v - b)**2 + sin(u) + 0.5*v**2\ntrain L 30 0.03 %s",
                 o->words);
        assert_int_equal(eval(seat, text, SESSION_SCRIPT), SESSION_DONE);
        const struct session *s = seat->session;
        assert_int_equal(s->history.count, COUNT_OF(o->losses));
        for (size_t k = 0; k < COUNT_OF(o->losses); k++) {
            if (!close_to(BUF(double, &s->history)[k], o->losses[k])) {
                fail_msg("'%s', step %zu: loss %.17g, not %.17g", o->words, k + 1,
                         BUF(double, &s->history)[k], o->losses[k]);
            }
        }
        static const char *const names[] = {"u", "v", "b"};
        for (size_t k = 0; k < COUNT_OF(names); k++) {
            double ours = tape_value(&s->tape, node_named(s, names[k]));
            if (!close_to(ours, o->end[k])) {
                fail_msg("'%s': %s is %.17g, not %.17g", o->words, names[k], ours, o->end[k]);
            }
        }
    }
}

// ---- Points -------------------------------------------------------------------------------------

static const struct point {
    const char *formula;
    double x, y, value, slope[2];
} points[] = {
#define POINT(FORMULA, X, Y, VALUE, DX, DY) {FORMULA, X, Y, VALUE, {DX, DY}},
#include "../torch/points.def"
};

// Where we mean to differ: at operands at least so large, or nan, or at most so small.
static const struct departure {
    const char *formula;
    double least;
    const char *why;
    double most;
} departures[] = {
    {"sign(x)", INFINITY, "the sign of nan is nan here: what is no number is not hidden", 0},
    {"softsign(x)", INFINITY, "1/(1 + |x|)^2 is 0 at inf; PyTorch has nan", 0},
    {"x**0.5", INFINITY, "C's pow of -inf, where PyTorch takes a square root", 0},
    {"where(x > 0, x**2, -x)", INFINITY, "only the branch that is taken; PyTorch's is 0*inf", 0},
    {"bce(sigmoid(x), 0)", 20,
     "1 - p has few digits there, and PyTorch's slope of sigmoid has none", 0},
    {"bce_logits(x, 1)", INFINITY, "the loss of certainty in what is false is inf", 0},
    {"norm([x, 0, 0])", 1e308, "PyTorch's square is inf, or 0 of 1e-300; ours are scaled", 1e-300},
    {"norm([x, y])", 1e308, "PyTorch's square is inf; ours are scaled", 0},
    {"prod([x, y, x])", 0, "factors beside inf or nan: the others' product, not 0 or nan", 0},
    {"max([x, y, x])", INFINITY, "of several nan each has the whole gradient", 0},
    {"max([x, y, 1])", INFINITY, "of several nan each has the whole gradient", 0},
    {"min([1, x, y])", INFINITY, "of several nan each has the whole gradient", 0},
};

static bool is_meant(const struct point *p, bool met[COUNT_OF(departures)])
{
    for (size_t i = 0; i < COUNT_OF(departures); i++) {
        const struct departure *d = &departures[i];
        bool far = fabs(p->x) >= d->least || fabs(p->y) >= d->least || isnan(p->x) || isnan(p->y) ||
                   (p->x != 0 && fabs(p->x) <= d->most);
        if (strcmp(d->formula, p->formula) == 0 && far) {
            met[i] = true;
            return true;
        }
    }
    return false;
}

static const char *number(char out[NUMBER_TEXT], double v)
{
    return isfinite(v) ? number_exact(out, v) : isnan(v) ? "nan" : v < 0 ? "-inf" : "inf";
}

static void special_points_are_pytorchs(void **state)
{
    struct seat *seat = *state;
    size_t wrong = 0;
    bool met[COUNT_OF(departures)] = {false};
    for (size_t i = 0; i < COUNT_OF(points); i++) {
        const struct point *p = &points[i];
        char text[400], x[NUMBER_TEXT], y[NUMBER_TEXT];
        snprintf(text, sizeof text, "reset\nx = %s; y = %s\nL = %s", number(x, p->x),
                 number(y, p->y), p->formula);
        assert_int_equal(eval(seat, text, SESSION_SCRIPT), SESSION_DONE);
        const struct session *s = seat->session;
        uint32_t root = node_named(s, "L");
        struct adjoints slopes;
        assert_int_equal(sweep_adjoints(&s->tape, NULL, root, 0, &slopes), SWEEP_DONE);
        double ours[] = {tape_value(&s->tape, root), adjoints_get(&slopes, node_named(s, "x")),
                         adjoints_get(&slopes, node_named(s, "y"))};
        double theirs[] = {p->value, p->slope[0], p->slope[1]};
        for (size_t k = 0; k < COUNT_OF(ours); k++) {
            if (!close_to(ours[k], theirs[k]) && !is_meant(p, met)) {
                printf("%s at %g, %g: %s %.17g, PyTorch %.17g\n", p->formula, p->x, p->y,
                       (const char *[]){"value", "d/dx", "d/dy"}[k], ours[k], theirs[k]);
                wrong++;
            }
        }
        adjoints_release(&slopes);
    }
    assert_int_equal(wrong, 0);
    for (size_t i = 0; i < COUNT_OF(departures); i++) {
        if (!met[i]) {
            fail_msg("%s is as PyTorch's: it need not be listed", departures[i].formula);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_optimiser_steps_as_pytorchs, setup, teardown),
        cmocka_unit_test_setup_teardown(special_points_are_pytorchs, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
