// The generator is frozen: a seed must mean the same for ever.
#include "engine_graphs.h"

// The authors' xoshiro256** from the state 1, 2, 3, 4.
static void known_sequence(void **state)
{
    (void)state;
    static const uint64_t expected[] = {
        11520,
        0,
        1509978240,
        1215971899390074240u,
        1216172134540287360u,
        607988272756665600u,
        16172922978634559625u,
        8476171486693032832u,
        10595114339597558777u,
        2904607092377533576u,
    };
    struct rng r = {.state = {1, 2, 3, 4}};
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        assert_true(rng_next(&r) == expected[i]);
    }
}

// The authors' splitmix64 from 1234567 fills the state.
static void known_seeding(void **state)
{
    (void)state;
    static const uint64_t expected[] = {6457827717110365317u, 3203168211198807973u,
                                        9817491932198370423u, 4593380528125082431u};
    struct rng r;
    rng_seed(&r, 1234567);
    assert_memory_equal(r.state, expected, sizeof expected);
    assert_false(r.has_spare);
}

static void pinned_numbers(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 42);
    static const double uniform[] = {0x1.5780b2e0c2ecp-4, 0x1.84136619b444ep-2,
                                     0x1.5c2ea66473c93p-1};
    for (size_t i = 0; i < COUNT_OF(uniform); i++) {
        assert_true(rng_uniform(&r) == uniform[i]);
    }
    static const double normal[] = {0x1.df16ccfa4d2a1p-1, 0x1.856dd7819a9ebp-1,
                                    0x1.2d86b0cc26b44p-1, 0x1.c256c1740300dp-2};
    for (size_t i = 0; i < COUNT_OF(normal); i++) {
        assert_true(rng_normal(&r) == normal[i]);
    }
}

static void a_copy_remembers_the_place(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 7);
    rng_normal(&r);  // leaves a spare
    struct rng copy = r;
    for (int i = 0; i < 5; i++) {
        assert_true(rng_normal(&r) == rng_normal(&copy));
    }
}

static void uniform_fills_its_interval(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 1);
    double sum = 0, least = 1, most = 0;
    for (int i = 0; i < 100000; i++) {
        double u = rng_uniform(&r);
        sum += u;
        least = fmin(least, u);
        most = fmax(most, u);
    }
    assert_true(least >= 0 && least < 1e-4);
    assert_true(most < 1 && most > 1 - 1e-4);
    assert_close(sum / 100000, 0.5, 2);
    // All bits set is the largest there is.
    r = (struct rng){.state = {0, 0x4fc71c71c71c71c7, 0, 0}};
    assert_true(rng_uniform(&r) == 1 - 0x1p-53);
}

static void below_has_no_favourites(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 3);
    int seen[7] = {0};
    for (int i = 0; i < 70000; i++) {
        uint64_t k = rng_below(&r, 7);
        assert_true(k < 7);
        seen[k]++;
    }
    for (int k = 0; k < 7; k++) {
        assert_in_range(seen[k], 9600, 10400);
    }
    assert_true(rng_below(&r, 1) == 0);
    // Three quarters of all numbers: without drawing again, the low ones would come twice as often.
    uint64_t n = (UINT64_C(1) << 63) + (UINT64_C(1) << 62), low = 0;
    for (int i = 0; i < 30000; i++) {
        low += rng_below(&r, n) < n / 3;
    }
    assert_in_range(low, 9600, 10400);
}

static void normal_has_its_moments(void **state)
{
    (void)state;
    struct rng r;
    rng_seed(&r, 5);
    double sum = 0, squares = 0, fourth = 0;
    enum { DRAWS = 200000 };
    for (int i = 0; i < DRAWS; i++) {
        double x = rng_normal(&r);
        sum += x;
        squares += x * x;
        fourth += x * x * x * x;
    }
    assert_true(fabs(sum / DRAWS) < 0.01);
    assert_true(fabs(squares / DRAWS - 1) < 0.015);
    assert_true(fabs(fourth / DRAWS - 3) < 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_sequence),
        cmocka_unit_test(known_seeding),
        cmocka_unit_test(pinned_numbers),
        cmocka_unit_test(a_copy_remembers_the_place),
        cmocka_unit_test(uniform_fills_its_interval),
        cmocka_unit_test(below_has_no_favourites),
        cmocka_unit_test(normal_has_its_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
