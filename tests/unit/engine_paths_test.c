// Paths, forward mode, and what a pass visits.
#include "engine_graphs.h"

#include "engine/extent.h"
#include "engine/paths.h"
#include "engine/tangent.h"

static void find_paths(struct paths *p, const struct tape *t, uint32_t root, uint32_t of)
{
    assert_int_equal(paths_init(p, t, NULL, root, of), SWEEP_DONE);
}

static void assert_path(const struct paths *p, size_t n, const uint32_t *nodes, double product)
{
    assert_int_equal(p->steps.count, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(BUF(struct path_step, &p->steps)[i].node, nodes[i]);
    }
    assert_true(paths_product(p) == product);
}

static void the_only_path_of_the_canonical_graph(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    struct paths p;
    find_paths(&p, &g.tape, g.L, g.a);
    assert_true(p.count.exact == 1 && p.count.about == 0 && p.sum == 6);
    assert_true(paths_next(&p));
    assert_path(&p, 4, (uint32_t[]){g.L, g.d, g.e, g.a}, 6);
    const struct path_step *step = p.steps.data;
    assert_true(step[0].slot == 0 && step[0].local == -2 && step[0].product == 1);
    assert_true(step[2].slot == 0 && step[2].local == -3 && step[2].product == -2);
    assert_false(paths_next(&p));
    assert_false(paths_next(&p));
    assert_false(p.steps.failed);
    paths_release(&p);
    tape_release(&g.tape);
}

// x = 3; a = x*x; L = a + x
static void paths_come_in_order(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    uint32_t x = tape_leaf(&t, 3, 0), a = tape_apply(&t, OP_MUL, x, x);
    uint32_t dead_end = tape_leaf(&t, 1, 0), b = tape_apply(&t, OP_ADD, dead_end, a);
    uint32_t L = tape_apply(&t, OP_ADD, b, x);
    struct paths p;
    find_paths(&p, &t, L, x);
    assert_true(p.count.exact == 3 && p.sum == 7);
    assert_true(paths_next(&p));
    assert_path(&p, 4, (uint32_t[]){L, b, a, x}, 3);
    assert_int_equal(BUF(struct path_step, &p.steps)[2].slot, 0);
    assert_true(paths_next(&p));
    assert_path(&p, 4, (uint32_t[]){L, b, a, x}, 3);
    assert_int_equal(BUF(struct path_step, &p.steps)[2].slot, 1);
    assert_true(paths_next(&p));
    assert_path(&p, 2, (uint32_t[]){L, x}, 1);
    assert_false(paths_next(&p));
    paths_release(&p);
    tape_release(&t);
}

static void no_path_and_the_empty_path(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    struct paths p;
    find_paths(&p, &g.tape, g.e, g.c);
    assert_true(p.count.exact == 0 && p.count.about == 0 && p.sum == 0);
    assert_false(paths_next(&p));
    paths_release(&p);
    find_paths(&p, &g.tape, g.a, g.L);
    assert_true(p.count.exact == 0 && p.sum == 0);
    assert_false(paths_next(&p));
    paths_release(&p);
    find_paths(&p, &g.tape, g.L, g.L);
    assert_true(p.count.exact == 1 && p.sum == 1);
    assert_true(paths_next(&p));
    assert_path(&p, 1, (uint32_t[]){g.L}, 1);
    assert_false(paths_next(&p));
    paths_release(&p);
    tape_release(&g.tape);
}

static void constants_are_on_no_path(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    uint32_t two = tape_leaf(&t, 2, MARK_CONST), x = tape_leaf(&t, 3, 0);
    uint32_t y = tape_apply(&t, OP_MUL, two, x);
    struct paths p;
    find_paths(&p, &t, y, two);
    assert_true(p.count.exact == 0 && p.sum == 0);
    paths_release(&p);
    struct tangent d;
    assert_int_equal(tangent_sweep(&t, NULL, y, two, &d), SWEEP_DONE);
    assert_true(tangent_get(&d, y) == 0 && !tangent_follows(&d, y));
    tangent_release(&d);
    struct extent extent;
    assert_int_equal(extent_count(&t, NULL, y, &extent), SWEEP_DONE);
    assert_true(extent.nodes == 1 && extent.leaves == 1 && extent.edges == 1);
    tape_release(&t);
}

// All paths by brute force: a stack of nodes still to be left.
static uint64_t count_by_hand(const struct tape *t, uint32_t root, uint32_t of, double *sum)
{
    struct {
        uint32_t node;
        double product;
    } stack[128] = {{root, 1}};
    size_t height = 1;
    uint64_t count = 0;
    *sum = 0;
    while (height > 0) {
        uint32_t node = stack[--height].node;
        double product = stack[height].product;
        if (node == of) {
            count++;
            *sum += product;
            continue;
        }
        for (int slot = 0; slot < tape_arity(t, node); slot++) {
            if (!tape_constant(t, node, slot)) {
                assert_true(height < COUNT_OF(stack));
                stack[height].node = tape_operand(t, node, slot);
                stack[height++].product = product * tape_slope(t, node, slot);
            }
        }
    }
    return count;
}

static void count_and_list_agree_with_brute_force(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 21);
    uint64_t most = 0;
    for (int round = 0; round < 2000; round++) {
        struct tape t;
        uint32_t root = random_graph(&t, &rng, 4, 48, true);
        uint32_t of = (uint32_t)rng_below(&rng, root + 1);
        double sum, listed = 0;
        uint64_t count = count_by_hand(&t, root, of, &sum), n = 0;
        struct paths p;
        find_paths(&p, &t, root, of);
        assert_true(p.count.exact == count && p.count.about == 0);
        while (paths_next(&p)) {
            listed += paths_product(&p);
            n++;
        }
        assert_true(n == count);
        assert_close(p.sum, sum, 12);
        assert_close(listed, sum, 12);
        most = count > most ? count : most;
        paths_release(&p);
        tape_release(&t);
    }
    assert_true(most > 100);
}

static void sum_and_tangent_equal_the_gradient(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 22);
    int asked = 0;
    for (int round = 0; round < 500; round++) {
        struct tape t;
        uint32_t root = random_graph(&t, &rng, 4, 60, true);
        struct adjoints g;
        assert_int_equal(sweep_adjoints(&t, NULL, root, 0, &g), SWEEP_DONE);
        for (uint32_t of = 0; of <= root; of++) {
            struct paths p;
            struct tangent d;
            find_paths(&p, &t, root, of);
            assert_int_equal(tangent_sweep(&t, NULL, root, of, &d), SWEEP_DONE);
            assert_close(p.sum, adjoints_get(&g, of), 9);
            assert_close(tangent_get(&d, root), adjoints_get(&g, of), 9);
            assert_int_equal(p.count.exact + (p.count.about != 0) > 0, adjoints_reach(&g, of));
            assert_int_equal(tangent_follows(&d, root), adjoints_reach(&g, of));
            asked += adjoints_reach(&g, of);
            paths_release(&p);
            tangent_release(&d);
        }
        adjoints_release(&g);
        tape_release(&t);
    }
    assert_true(asked > 5000);
}

static void exact_below_two_to_the_64th(void **state)
{
    (void)state;
    struct tape t;
    uint32_t root = ladder(&t, 70);
    struct paths p;
    find_paths(&p, &t, root - 10, 0);
    assert_true(p.count.exact == UINT64_C(1) << 60 && p.count.about == 0 && p.sum == 0x1p60);
    for (int i = 0; i < 20; i++) {
        assert_true(paths_next(&p) && p.steps.count == 61 && paths_product(&p) == 1);
    }
    paths_release(&p);
    find_paths(&p, &t, root - 6, 0);
    assert_true(p.count.exact == 0 && p.count.about == 0x1p64);
    paths_release(&p);
    find_paths(&p, &t, root, 0);
    assert_true(p.count.exact == 0 && p.count.about == 0x1p70 && p.sum == 0x1p70);
    paths_release(&p);
    // 2^64 - 1 = 1 + 2 + … + 2^63
    uint32_t at = tape_apply(&t, OP_NEG, 0, 0);
    for (uint32_t k = 1; k < 64; k++) {
        at = tape_apply(&t, OP_ADD, at, k);
    }
    find_paths(&p, &t, at, 0);
    assert_true(p.count.exact == UINT64_MAX && p.count.about == 0);
    paths_release(&p);
    find_paths(&p, &t, tape_apply(&t, OP_ADD, at, 0), 0);
    assert_true(p.count.exact == 0 && p.count.about == 0x1p64);
    paths_release(&p);
    tape_release(&t);
    // Beyond what a double holds.
    root = ladder(&t, 1100);
    find_paths(&p, &t, root, 0);
    assert_true(p.count.exact == 0 && isinf(p.count.about));
    paths_release(&p);
    tape_release(&t);
}

static void a_million_nodes_at_once(void **state)
{
    (void)state;
    enum { NODES = 1000000 };
    struct tape t;
    uint32_t root = chain(&t, NODES);
    struct stop counted = {0};
    struct paths p;
    assert_int_equal(paths_init(&p, &t, &counted, root, 0), SWEEP_DONE);
    assert_true(p.count.exact == 1);
    assert_true(paths_next(&p));
    assert_int_equal(p.steps.count, NODES + 1);
    assert_false(paths_next(&p));
    paths_release(&p);
    assert_in_range(counted.done, NODES / 2, 4 * NODES);
    struct stop stop = {.asked = 1};
    assert_int_equal(paths_init(&p, &t, &stop, root, 0), SWEEP_STOPPED);
    paths_release(&p);
    tape_release(&t);
}

// Forward mode costs what it touches, for one leaf; backward all edges, once for all leaves.
static void operations_are_counted(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    struct tangent d;
    assert_int_equal(tangent_sweep(&g.tape, NULL, g.L, g.a, &d), SWEEP_DONE);
    assert_true(d.multiply_adds == 3);
    assert_true(tangent_get(&d, g.a) == 1 && tangent_get(&d, g.e) == -3);
    assert_true(tangent_get(&d, g.d) == -3 && tangent_get(&d, g.L) == 6);
    assert_true(tangent_get(&d, g.f) == 0 && !tangent_follows(&d, g.f));
    tangent_release(&d);
    assert_int_equal(tangent_sweep(&g.tape, NULL, g.L, g.f, &d), SWEEP_DONE);
    assert_true(d.multiply_adds == 1 && tangent_get(&d, g.L) == 4);
    tangent_release(&d);
    struct extent extent;
    assert_int_equal(extent_count(&g.tape, NULL, g.L, &extent), SWEEP_DONE);
    assert_true(extent.nodes == 3 && extent.leaves == 4 && extent.edges == 6);
    // A node that comes after root, and a node beside the way to it.
    assert_int_equal(tangent_sweep(&g.tape, NULL, g.e, g.L, &d), SWEEP_DONE);
    assert_true(d.multiply_adds == 0 && tangent_get(&d, g.e) == 0);
    tangent_release(&d);
    uint32_t aside = tape_apply(&g.tape, OP_EXP, g.a, g.a);
    uint32_t M = tape_apply(&g.tape, OP_NEG, g.L, g.L);
    assert_int_equal(tangent_sweep(&g.tape, NULL, M, g.a, &d), SWEEP_DONE);
    assert_false(tangent_follows(&d, aside));
    assert_true(d.multiply_adds == 4);
    tangent_release(&d);
    tape_release(&g.tape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_only_path_of_the_canonical_graph),
        cmocka_unit_test(paths_come_in_order),
        cmocka_unit_test(no_path_and_the_empty_path),
        cmocka_unit_test(constants_are_on_no_path),
        cmocka_unit_test(count_and_list_agree_with_brute_force),
        cmocka_unit_test(sum_and_tangent_equal_the_gradient),
        cmocka_unit_test(exact_below_two_to_the_64th),
        cmocka_unit_test(a_million_nodes_at_once),
        cmocka_unit_test(operations_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
