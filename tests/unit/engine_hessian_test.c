// Second derivatives as numbers.
#include "engine_graphs.h"

#include "engine/hessian.h"

enum { MOST = 8 };

// The leaves of a random graph that are no constants.
static size_t leaves_of(const struct tape *t, uint32_t root, uint32_t of[MOST])
{
    size_t count = 0;
    for (uint32_t i = 0; i <= root && count < MOST; i++) {
        if (tape_op(t, i) == OP_LEAF && !tape_marked(t, i, MARK_CONST)) {
            of[count++] = i;
        }
    }
    return count;
}

static void the_canonical_hessian(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    const uint32_t of[] = {g.a, g.b, g.c, g.f};
    const double expected[] = {0, -2, 0, -3, -2, 0, 0, 2, 0, 0, 0, 1, -3, 2, 1, 0};
    double H[16], difference;
    size_t i, j;
    assert_int_equal(hessian(&g.tape, NULL, g.L, of, 4, H), SWEEP_DONE);
    for (size_t k = 0; k < 16; k++) {
        assert_true(H[k] == expected[k]);
    }
    assert_int_equal(hessian_measure(&g.tape, NULL, g.L, of, 4, H, &difference, &i, &j),
                     SWEEP_DONE);
    assert_true(difference < 1e-10);
    H[7] += 1;  // a mistake is seen where it is
    assert_int_equal(hessian_measure(&g.tape, NULL, g.L, of, 4, H, &difference, &i, &j),
                     SWEEP_DONE);
    assert_true(difference > 0.1 && i == 1 && j == 3);
    assert_int_equal(tape_count(&g.tape), 7);
    assert_true(tape_value(&g.tape, g.L) == -8);
    tape_release(&g.tape);
}

static void random_hessians_are_symmetric_and_measured(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 22);
    for (int k = 0; k < 400; k++) {
        struct tape t;
        uint32_t root = random_graph(&t, &rng, 6, 14, true), of[MOST], nodes = tape_count(&t);
        size_t n = leaves_of(&t, root, of), at[2];
        double H[MOST * MOST], v[MOST], g[MOST], Hv[MOST], difference;
        assert_int_equal(hessian(&t, NULL, root, of, n, H), SWEEP_DONE);
        assert_int_equal(hessian_measure(&t, NULL, root, of, n, H, &difference, &at[0], &at[1]),
                         SWEEP_DONE);
        assert_true(difference < 1e-6);
        for (size_t i = 0; i < n; i++) {
            v[i] = (double)i - 1.5;
        }
        assert_int_equal(hessian_times(&t, NULL, root, of, n, v, g, Hv), SWEEP_DONE);
        struct adjoints a;
        assert_int_equal(sweep_adjoints(&t, NULL, root, 0, &a), SWEEP_DONE);
        for (size_t i = 0; i < n; i++) {
            double sum = 0, size = 0;
            for (size_t j = 0; j < n; j++) {
                double apart = fabs(H[i * n + j] - H[j * n + i]);
                assert_true(apart <= 1e-12 * (1 + fabs(H[i * n + j])));
                sum += H[i * n + j] * v[j];
                size += fabs(H[i * n + j] * v[j]);
            }
            assert_true(fabs(Hv[i] - sum) <= 1e-11 * (1 + size));
            assert_true(g[i] == adjoints_get(&a, of[i]));
        }
        adjoints_release(&a);
        assert_int_equal(tape_count(&t), nodes);
        tape_release(&t);
    }
}

static void of_what_is_straight_it_is_0(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    uint32_t x = tape_leaf(&t, 2, 0), y = tape_leaf(&t, 3, 0);
    uint32_t root = tape_apply(&t, OP_ADD, x, x), of[] = {x, y};
    double H[4] = {7, 7, 7, 7}, v[2] = {1, 1}, Hv[2] = {7, 7};
    assert_int_equal(hessian(&t, NULL, root, of, 2, H), SWEEP_DONE);
    assert_int_equal(hessian_times(&t, NULL, root, of, 2, v, NULL, Hv), SWEEP_DONE);
    for (size_t k = 0; k < 4; k++) {
        assert_true(H[k] == 0 && Hv[k / 2] == 0);
    }
    tape_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_canonical_hessian),
        cmocka_unit_test(random_hessians_are_symmetric_and_measured),
        cmocka_unit_test(of_what_is_straight_it_is_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
