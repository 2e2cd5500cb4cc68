// What tables show: 0 where a sum cancelled but for rounding, and nowhere else.
#include "engine_graphs.h"

#include "base/text.h"
#include "engine/shown.h"

static uint32_t leaf(struct tape *t, double value)
{
    return tape_leaf(t, value, 0);
}

static uint32_t constant(struct tape *t, double value)
{
    return tape_leaf(t, value, MARK_CONST);
}

static void test_a_sum_that_cancelled(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    uint32_t a = leaf(&t, 0.1), b = leaf(&t, 0.2), c = leaf(&t, 0.3), two = constant(&t, 2);
    uint32_t sum = tape_apply(&t, OP_ADD, a, b), d = tape_apply(&t, OP_SUB, sum, c);
    assert_true(tape_value(&t, d) != 0 && shown_value(&t, d) == 0);
    assert_true(shown_value(&t, tape_apply(&t, OP_NEG, d, d)) == 0);
    // A product is what it is, also of such a sum; so is a sum of numbers as small as itself, or a little more than rounding.
    uint32_t twice = tape_apply(&t, OP_MUL, d, two);
    assert_true(shown_value(&t, twice) == tape_value(&t, twice) && tape_value(&t, twice) != 0);
    uint32_t small = leaf(&t, 1e-20), smaller = leaf(&t, -0.9e-20);
    uint32_t rest = tape_apply(&t, OP_ADD, small, smaller);
    assert_true(shown_value(&t, rest) == tape_value(&t, rest));
    uint32_t near = leaf(&t, 0.3 + 32 * 0x1p-52), off = tape_apply(&t, OP_SUB, near, c);
    assert_true(shown_value(&t, off) == tape_value(&t, off) && tape_value(&t, off) > 0);
    uint32_t infinite = leaf(&t, INFINITY), more = tape_apply(&t, OP_ADD, infinite, a);
    assert_true(shown_value(&t, more) == INFINITY);
    assert_true(shown_value(&t, small) == 1e-20);
    tape_release(&t);
}

static void test_a_gradient_that_cancelled(void **state)
{
    (void)state;
    struct tape t;
    struct buf sizes;
    tape_init(&t);
    // L = 0.1*y + 0.2*y - 0.3*y, y = 3*x: dL/dy is rounding, and dL/dx is three times that.
    uint32_t x = leaf(&t, 1), y = tape_apply(&t, OP_MUL, constant(&t, 3), x);
    uint32_t p = tape_apply(&t, OP_MUL, constant(&t, 0.1), y);
    uint32_t q = tape_apply(&t, OP_MUL, constant(&t, 0.2), y);
    uint32_t r = tape_apply(&t, OP_MUL, constant(&t, 0.3), y);
    uint32_t L = tape_apply(&t, OP_SUB, tape_apply(&t, OP_ADD, p, q), r);
    assert_int_equal(sweep_backward(&t, NULL, NULL, L, NULL), SWEEP_DONE);
    shown_sizes(&t, &sizes);
    assert_true(tape_grad(&t, y) != 0 && tape_grad(&t, x) != 0);
    assert_true(shown_grad(&t, &sizes, y) == 0 && shown_grad(&t, &sizes, x) == 0);
    assert_true(shown_grad(&t, &sizes, p) == 1 && shown_grad(&t, &sizes, r) == -1);
    buf_release(&sizes);
    struct adjoints aside;
    assert_int_equal(sweep_adjoints(&t, NULL, L, 0, &aside), SWEEP_DONE);
    shown_adjoint_sizes(&t, &aside, &sizes);
    assert_true(shown_adjoint(&aside, &sizes, x) == 0 && adjoints_get(&aside, x) != 0);
    assert_true(shown_adjoint(&aside, &sizes, q) == 1);
    adjoints_release(&aside);
    buf_release(&sizes);
    tape_release(&t);
}

static void test_a_product_is_never_shown_as_0(void **state)
{
    (void)state;
    struct tape t;
    struct buf sizes;
    char text[NUMBER_TEXT];
    tape_init(&t);
    // Each sigmoid at 0, where its slope is 1/4.
    uint32_t x = leaf(&t, 0), half = constant(&t, 0.5), y = x;
    for (int i = 0; i < 30; i++) {
        y = tape_apply(&t, OP_SUB, tape_apply(&t, OP_SIGMOID, y, y), half);
    }
    assert_int_equal(sweep_backward(&t, NULL, NULL, y, NULL), SWEEP_DONE);
    shown_sizes(&t, &sizes);
    for (uint32_t i = 0; i <= y; i++) {
        assert_true(shown_grad(&t, &sizes, i) == tape_grad(&t, i));
    }
    assert_true(tape_value(&t, y) == 0 && tape_grad(&t, x) == 0x1p-60);
    assert_string_equal(number_text(text, shown_grad(&t, &sizes, x), 2), "8.7e-19");
    buf_release(&sizes);
    tape_release(&t);
}

static void test_what_is_not_finite_is_shown(void **state)
{
    (void)state;
    struct tape t;
    struct buf sizes;
    tape_init(&t);
    uint32_t x = leaf(&t, 0), y = tape_apply(&t, OP_LOG, x, x);
    assert_int_equal(sweep_backward(&t, NULL, NULL, y, NULL), SWEEP_DONE);
    shown_sizes(&t, &sizes);
    assert_true(shown_grad(&t, &sizes, x) == INFINITY);
    buf_release(&sizes);
    tape_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sum_that_cancelled),
        cmocka_unit_test(test_a_gradient_that_cancelled),
        cmocka_unit_test(test_a_product_is_never_shown_as_0),
        cmocka_unit_test(test_what_is_not_finite_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
