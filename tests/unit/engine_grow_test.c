// The backward pass as nodes: what is grown is the gradient, to the last bit, at every order.
#include "engine_graphs.h"

#include "engine/grow.h"
#include "engine/grow_rule.h"

// Equal as numbers, or both nan. (Zeros differ in sign: the sweep begins each sum with 0.)
static bool same_number(double x, double y)
{
    return x == y || (isnan(x) && isnan(y));
}

static struct gradient grown(struct tape *t, uint32_t root, uint32_t of)
{
    struct gradient g;
    assert_int_equal(grow_gradients(t, NULL, root, &of, 1, &g, NULL), SWEEP_DONE);
    return g;
}

static double value_of(const struct tape *t, struct gradient g)
{
    return g.node == NODE_NONE ? g.number : tape_value(t, g.node);
}

static double slope(const struct tape *t, uint32_t root, uint32_t of)
{
    struct adjoints a;
    assert_int_equal(sweep_adjoints(t, NULL, root, of, &a), SWEEP_DONE);
    double value = adjoints_get(&a, of);
    adjoints_release(&a);
    return value;
}

// What is grown in `of` is the sweep's gradient; grown again it is the slope of what was grown.
static void assert_grows(struct tape *t, uint32_t root, uint32_t of, int orders)
{
    for (int order = 0; order < orders; order++) {
        double swept = slope(t, root, of);
        struct gradient g = grown(t, root, of);
        if (!same_number(value_of(t, g), swept)) {
            print_message("order %d of node %u in %u: grown %a, swept %a\n", order + 1, root, of,
                          value_of(t, g), swept);
            for (uint32_t i = 0; i < tape_count(t) && tape_count(t) < 60; i++) {
                struct node n = tape_node(t, i);
                print_message("%u: %s %u %u = %g\n", i, op_get((enum op)n.op)->name, (unsigned)n.a,
                              (unsigned)n.b, tape_value(t, i));
            }
            fail();
        }
        if (g.node == NODE_NONE) {
            return;
        }
        root = g.node;
    }
}

static void every_operation_grows_to_the_bit(void **state)
{
    (void)state;
    static const double special[] = {0, 1, -1, 2, 0.5, -2, 40, -40, 800, -800, 1e-200};
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        for (size_t k = 0; k < OP_SAMPLES + COUNT_OF(special) * COUNT_OF(special); k++) {
            bool sample = k < OP_SAMPLES;
            size_t at = sample ? 0 : k - OP_SAMPLES;
            struct tape t;
            tape_init(&t);
            double x = sample ? op_get(op)->sample[0][k] : special[at / COUNT_OF(special)];
            double y = sample ? op_get(op)->sample[1][k] : special[at % COUNT_OF(special)];
            uint32_t a = tape_leaf(&t, x, 0), b = tape_leaf(&t, y, 0);
            uint32_t v = tape_apply(&t, op, a, op_get(op)->arity == 2 ? b : a);
            uint32_t root = tape_apply(&t, OP_MUL, v, tape_apply(&t, OP_TANH, a, a));
            assert_grows(&t, v, a, 3);
            assert_grows(&t, v, b, 3);
            assert_grows(&t, root, a, 3);
            tape_release(&t);
        }
    }
}

static void random_graphs_grow_to_the_bit(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 20);
    for (int i = 0; i < 6000; i++) {
        struct tape t;
        uint32_t root = random_graph(&t, &rng, 5, 14, i % 3 == 0), end = tape_count(&t);
        for (uint32_t of = 0; of < end; of++) {
            assert_grows(&t, root, of, i % 4 == 0 ? 2 : 1);
            tape_cut(&t, end);
        }
        tape_release(&t);
    }
}

static void all_leaves_in_one_sweep(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 21);
    for (int i = 0; i < 500; i++) {
        struct tape t;
        uint32_t root = random_graph(&t, &rng, 5, 30, i % 2 == 0), of[64];
        struct gradient g[64];
        uint32_t end = tape_count(&t);
        for (uint32_t k = 0; k < end; k++) {
            of[k] = k;
        }
        struct adjoints a;
        assert_int_equal(sweep_adjoints(&t, NULL, root, 0, &a), SWEEP_DONE);
        assert_int_equal(grow_gradients(&t, NULL, root, of, end, g, NULL), SWEEP_DONE);
        for (uint32_t k = 0; k < end; k++) {
            assert_true(same_number(value_of(&t, g[k]), adjoints_get(&a, k)));
            assert_int_equal(g[k].reached, adjoints_reach(&a, k));
        }
        adjoints_release(&a);
        tape_release(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_grows_to_the_bit),
        cmocka_unit_test(random_graphs_grow_to_the_bit),
        cmocka_unit_test(all_leaves_in_one_sweep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
