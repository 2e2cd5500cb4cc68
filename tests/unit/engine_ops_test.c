// Every row of ops.def, and the rules at the edges of calculus.
#include "engine_graphs.h"

// The central difference with its error of order h² taken out (Richardson), for one operand.
static double measured(enum op op, int slot, double x, double y)
{
    static const double h = 1e-3;
    double slope[2];
    for (int i = 0; i < 2; i++) {
        double dx = slot == 0 ? h / (1 + i) : 0, dy = slot == 1 ? h / (1 + i) : 0;
        slope[i] = (op_value(op, x + dx, y + dy) - op_value(op, x - dx, y - dy)) / (2 * (dx + dy));
    }
    return (4 * slope[1] - slope[0]) / 3;
}

static void every_slope_is_measured(void **state)
{
    (void)state;
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        const struct op_row *row = op_get(op);
        for (int i = 0; i < OP_SAMPLES; i++) {
            double x = row->sample[0][i], y = row->sample[1][i], v = op_value(op, x, y);
            assert_true(isfinite(v) && op_defined(op, x, y));
            // What is detached is a constant by decree: its slope is not what is measured.
            for (int slot = 0; op != OP_DETACH && slot < row->arity; slot++) {
                double slope = op_slope(op, slot, x, y, v), expected = measured(op, slot, x, y);
                if (!close_to(slope, expected, 8)) {
                    fail_msg("%s, operand %d at (%g, %g): %.17g, measured %.17g", row->name, slot,
                             x, y, slope, expected);
                }
            }
        }
    }
}

static void every_row_is_whole(void **state)
{
    (void)state;
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        const struct op_row *row = op_get(op);
        assert_true(row->arity == 1 || row->arity == 2);
        assert_true(strlen(row->name) > 0 && strlen(row->sign) > 0 && strlen(row->help) > 0);
        assert_true(strlen(row->value) > 0 && strlen(row->slope[0]) > 0);
        assert_true(row->form == OP_CALL || (row->form == OP_PREFIX) == (row->arity == 1));
        assert_int_equal(op_find(row->name, strlen(row->name), row->form), op);
    }
}

static void operations_are_found(void **state)
{
    (void)state;
    assert_int_equal(op_find("-", 1, OP_INFIX), OP_SUB);
    assert_int_equal(op_find("-", 1, OP_PREFIX), OP_NEG);
    assert_int_equal(op_find("tanhx", 4, OP_CALL), OP_TANH);
    assert_int_equal(op_find("tan", 3, OP_CALL), OP_TAN);
    assert_int_equal(op_find("pow", 3, OP_CALL), OP_POW);
    assert_int_equal(op_find("pow", 3, OP_INFIX), OP_COUNT);
    assert_int_equal(op_find("+", 1, OP_CALL), OP_COUNT);
    assert_int_equal(op_find("", 0, OP_CALL), OP_COUNT);
    assert_int_equal(op_find("nothing", 7, OP_CALL), OP_COUNT);
}

static double slope_at(enum op op, int slot, double x, double y)
{
    return op_slope(op, slot, x, y, op_value(op, x, y));
}

static void kinks_have_the_stated_slope(void **state)
{
    (void)state;
    static const double zeros[] = {0.0, -0.0};
    for (int i = 0; i < 2; i++) {
        assert_true(slope_at(OP_RELU, 0, zeros[i], 0) == 0);
        assert_true(slope_at(OP_LEAKY_RELU, 0, zeros[i], 0) == 0.01);
        assert_true(slope_at(OP_ABS, 0, zeros[i], 0) == 0);
        assert_true(slope_at(OP_SIGN, 0, zeros[i], 0) == 0);
    }
    assert_true(slope_at(OP_RELU, 0, 1e-300, 0) == 1 && slope_at(OP_RELU, 0, -1e-300, 0) == 0);
    assert_true(slope_at(OP_LEAKY_RELU, 0, 2, 0) == 1 && slope_at(OP_LEAKY_RELU, 0, -2, 0) == 0.01);
    assert_true(slope_at(OP_ABS, 0, -3, 0) == -1 && slope_at(OP_ABS, 0, 3, 0) == 1);
}

static void ties_are_split(void **state)
{
    (void)state;
    for (int slot = 0; slot < 2; slot++) {
        assert_true(slope_at(OP_MAX, slot, 2, 2) == 0.5);
        assert_true(slope_at(OP_MIN, slot, 2, 2) == 0.5);
        assert_true(slope_at(OP_MAX, slot, 0.0, -0.0) == 0.5);
        assert_true(slope_at(OP_MAX, slot, 2, 3) == slot);
        assert_true(slope_at(OP_MIN, slot, 2, 3) == 1 - slot);
    }
    assert_true(op_value(OP_MAX, 2, 3) == 3 && op_value(OP_MIN, 2, 3) == 2);
}

static void roots_and_powers_at_their_edges(void **state)
{
    (void)state;
    assert_true(op_value(OP_SQRT, 0, 0) == 0 && isinf(slope_at(OP_SQRT, 0, 0, 0)));
    assert_true(slope_at(OP_SQRT, 0, 0, 0) > 0);
    assert_true(isnan(op_value(OP_SQRT, -1, 0)));
    // x**0 is 1 everywhere, and flat, at 0 too.
    assert_true(op_value(OP_POW, 0, 0) == 1 && slope_at(OP_POW, 0, 0, 0) == 0);
    assert_true(slope_at(OP_POW, 0, 5, 0) == 0 && slope_at(OP_POW, 0, -5, 0) == 0);
    assert_true(slope_at(OP_POW, 0, 0, 1) == 1 && slope_at(OP_POW, 0, 0, 2) == 0);
    assert_true(slope_at(OP_POW, 1, 0, 2) == 0);
    // A negative base: a power, a slope in the base, none in the exponent.
    assert_true(op_value(OP_POW, -2, 3) == -8 && slope_at(OP_POW, 0, -2, 3) == 12);
    assert_true(op_value(OP_POW, -2, -1) == -0.5 && slope_at(OP_POW, 0, -2, -1) == -0.25);
    assert_true(isnan(slope_at(OP_POW, 1, -2, 3)));
    assert_true(slope_at(OP_POW, 1, 0, -1) == -INFINITY);
    assert_true(isnan(op_value(OP_POW, -2, 0.5)));
    assert_true(isinf(op_value(OP_DIV, 1, 0)) && isnan(op_value(OP_DIV, 0, 0)));
    assert_true(op_value(OP_LOG, 0, 0) == -INFINITY && isnan(op_value(OP_LOG, -1, 0)));
}

static void domains(void **state)
{
    (void)state;
    assert_true(op_defined(OP_LOG, 1, 0) && !op_defined(OP_LOG, 0, 0));
    assert_true(op_defined(OP_SQRT, 0, 0) && !op_defined(OP_SQRT, -1, 0));
    assert_true(op_defined(OP_DIV, 0, 1) && !op_defined(OP_DIV, 1, 0));
    assert_false(op_defined(OP_ATAN2, 0, 0));
    assert_true(op_defined(OP_EXP, -1000, 0));
}

// nan is not swallowed by a comparison inside: it must reach the loss, and be seen.
static void nan_goes_through(void **state)
{
    (void)state;
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        // A choice by nan is the first one; so is a share by it.
        bool compares = (op >= OP_LT && op <= OP_NE) || op == OP_WHEN || op == OP_SPLIT;
        assert_true(compares || isnan(op_value(op, NAN, 0.5)));
        assert_true(compares || op_get(op)->arity == 1 || isnan(op_value(op, 0.5, NAN)));
    }
}

// Where the naive formula overflows or loses everything.
static void large_and_small_operands(void **state)
{
    (void)state;
    assert_true(op_value(OP_SOFTPLUS, 800, 0) == 800 && slope_at(OP_SOFTPLUS, 0, 800, 0) == 1);
    assert_true(op_value(OP_SOFTPLUS, -800, 0) == 0 || op_value(OP_SOFTPLUS, -800, 0) < 1e-300);
    assert_true(op_value(OP_SIGMOID, -800, 0) < 1e-300 && op_value(OP_SIGMOID, 800, 0) == 1);
    assert_true(op_value(OP_TANH, 800, 0) == 1 && slope_at(OP_TANH, 0, 800, 0) == 0);
    assert_true(op_value(OP_GELU, -40, 0) == 0 && op_value(OP_GELU, 40, 0) == 40);
    assert_true(slope_at(OP_GELU, 0, 1e200, 0) == 1);
}

// Where an operation is flat its slope is 0 too: the two facts of a row agree.
static void flat_is_of_slope_zero(void **state)
{
    (void)state;
    static const double at[] = {-2, -1, -0.5, 0, 0.5, 1, 2, NAN};
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        for (size_t i = 0; i < COUNT_OF(at) * COUNT_OF(at); i++) {
            double x = at[i / COUNT_OF(at)], y = at[i % COUNT_OF(at)], v = op_value(op, x, y);
            for (int slot = 0; slot < op_get(op)->arity; slot++) {
                double slope = op_slope(op, slot, x, y, v);
                bool flat = op_flat(op, slot, x, y);
                assert_true(!flat || slope == 0 || isnan(slope));
            }
        }
    }
    assert_false(op_flat(OP_RELU, 0, NAN, 0));
    assert_false(op_flat(OP_MAX, 0, NAN, 1) || op_flat(OP_MAX, 1, NAN, 1));
}

// Digits that the forms in books lose.
static void slopes_keep_their_digits(void **state)
{
    (void)state;
    assert_close(slope_at(OP_SIGMOID, 0, 40, 0) * 1e18, 4.248354255291589, 14);
    assert_close(slope_at(OP_SIGMOID, 0, 700, 0) * 1e304, 0.9859676543759770, 13);
    assert_close(slope_at(OP_SIGMOID, 0, -40, 0) * 1e18, 4.248354255291589, 14);
    assert_close(slope_at(OP_TANH, 0, 20, 0), 4 * slope_at(OP_SIGMOID, 0, 40, 0), 28);
    assert_true(slope_at(OP_TANH, 0, 800, 0) == 0 && slope_at(OP_TANH, 0, INFINITY, 0) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_slope_is_measured),
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(operations_are_found),
        cmocka_unit_test(kinks_have_the_stated_slope),
        cmocka_unit_test(ties_are_split),
        cmocka_unit_test(roots_and_powers_at_their_edges),
        cmocka_unit_test(domains),
        cmocka_unit_test(nan_goes_through),
        cmocka_unit_test(large_and_small_operands),
        cmocka_unit_test(flat_is_of_slope_zero),
        cmocka_unit_test(slopes_keep_their_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
