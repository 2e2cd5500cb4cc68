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

// A grown gradient is live: where its leaves move to, it is the gradient there. (The other form of a
// function has other last digits.)
static void it_follows_its_leaves(void **state)
{
    (void)state;
    static const double points[] = {0, 1, -1, 2, 0.5, -2, 3.5, -40, 40};
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        for (size_t k = 0; k < COUNT_OF(points) * COUNT_OF(points); k++) {
            struct tape t;
            tape_init(&t);
            uint32_t a = tape_leaf(&t, op_get(op)->sample[0][0], 0);
            uint32_t b = tape_leaf(&t, op_get(op)->sample[1][0], 0);
            uint32_t v = tape_apply(&t, op, a, op_get(op)->arity == 2 ? b : a);
            uint32_t root = tape_apply(&t, OP_RELU, v, v);  // what is below may be flat as well
            struct gradient g = grown(&t, root, a);
            assert_true(tape_set_value(&t, NULL, a, points[k / COUNT_OF(points)]));
            assert_true(tape_set_value(&t, NULL, b, points[k % COUNT_OF(points)]));
            assert_int_equal(sweep_forward(&t, NULL, NULL, NULL), SWEEP_DONE);
            double is = value_of(&t, g), swept = slope(&t, root, a);
            // Settled when it grew: that no value is nan, and that none overflows.
            if (!isnan(tape_value(&t, v)) && isfinite(tape_value(&t, v)) &&
                !same_number(is, swept) && !(fabs(is - swept) <= 1e-12 * fabs(swept) + 1e-15)) {
                fail_msg("%s at %g, %g: grown %.17g, swept %.17g", op_get(op)->name,
                         tape_value(&t, a), tape_value(&t, b), is, swept);
            }
            tape_release(&t);
        }
    }
}

// Growing and growing again makes no more nodes than this.
static void growth_is_small(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    const uint32_t of[] = {g.a, g.b, g.c, g.e, g.d, g.f};
    struct gradient out[6];
    assert_int_equal(grow_gradients(&g.tape, NULL, g.L, of, 6, out, NULL), SWEEP_DONE);
    assert_int_equal(tape_count(&g.tape), 9);  // f*b and f*a; the others were there
    assert_true(out[4].node == g.f && out[3].node == g.f && out[2].node == g.f);
    assert_true(out[5].node == g.d);
    tape_release(&g.tape);

    static const uint32_t most[3][4] = {{3, 6, 13, 27}, {12, 35, 100, 252}, {24, 75, 224, 564}};
    for (int i = 0; i < 3; i++) {
        struct tape t;
        tape_init(&t);
        uint32_t x = tape_leaf(&t, 0.5, 0), root = x, before;
        for (int depth = i == 0 ? 1 : 4 * i; depth > 0; depth--) {
            root = tape_apply(&t, OP_TANH, root, root);
        }
        before = tape_count(&t);
        for (int order = 0; order < 4; order++) {
            root = grown(&t, root, x).node;
            assert_true(tape_count(&t) - before <= most[i][order]);
        }
        tape_release(&t);
    }
}

// What a condition already says is not asked again: relu' is when(x > 0, u), and a max is as short.
static void conditions_are_asked_once(void **state)
{
    (void)state;
    static const struct {
        enum op op;
        uint32_t nodes;  // for u times the derivative in x, u a leaf
    } rows[] = {{OP_RELU, 3}, {OP_AMAX, 2}, {OP_CLAMP_MIN, 2}, {OP_TANH, 4}, {OP_WHEN, 0}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct tape t;
        tape_init(&t);
        uint32_t x = tape_leaf(&t, 2, 0), y = tape_leaf(&t, 1, 0), u = tape_leaf(&t, 3, 0);
        uint32_t v = tape_apply(&t, rows[i].op, x, op_get(rows[i].op)->arity == 2 ? y : x);
        uint32_t root = tape_apply(&t, OP_MUL, u, v), before = tape_count(&t);
        grown(&t, root, x);
        assert_int_equal(tape_count(&t) - before, rows[i].nodes);
        tape_release(&t);
    }
}

static void rows_tell_what_was_made(void **state)
{
    (void)state;
    struct canonical g;
    struct buf rows;
    struct gradient out;
    canonical_init(&g);
    buf_init(&rows, sizeof(struct grown));
    assert_int_equal(grow_gradients(&g.tape, NULL, g.L, &g.a, 1, &out, &rows), SWEEP_DONE);
    assert_int_equal(rows.count, 1);  // dL/dd and dL/de are the node f
    const struct grown *row = rows.data;
    assert_true(row->node == out.node && row->root == g.L && row->of == g.a);
    assert_true(tape_op(&g.tape, out.node) == OP_MUL && out.reached);
    assert_int_equal(grow_gradients(&g.tape, NULL, g.a, &g.b, 1, &out, &rows), SWEEP_DONE);
    assert_true(out.node == NODE_NONE && out.number == 0 && !out.reached);
    buf_release(&rows);
    tape_release(&g.tape);
}

static void what_is_stopped_leaves_nothing(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    uint32_t x = tape_leaf(&t, 0.5, 0), root = x;
    for (int i = 0; i < 100000; i++) {
        root = tape_apply(&t, OP_SIN, root, root);
    }
    uint32_t before = tape_count(&t);
    enum sweep_end end = SWEEP_STOPPED;
    int stopped = 0;
    for (uint64_t most = 1000; end == SWEEP_STOPPED; most += 37000) {
        struct stop stop = {.most = most};
        struct gradient out;
        t.stop = &stop;
        end = grow_gradients(&t, &stop, root, &x, 1, &out, NULL);
        assert_true(end == SWEEP_DONE || end == SWEEP_STOPPED);
        assert_true(end == SWEEP_DONE || tape_count(&t) == before);
        stopped++;
    }
    assert_true(stopped > 10);
    tape_release(&t);
}

// The reader of ops.def's formulas agrees with the compiler.
static void formulas_are_read_as_they_are_compiled(void **state)
{
    (void)state;
    static const double points[] = {0, 1, -1, 2, 0.5, -2, 3.5, 40, -40};
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        for (size_t k = 0; k < COUNT_OF(points) * COUNT_OF(points); k++) {
            double x = points[k / COUNT_OF(points)], y = points[k % COUNT_OF(points)];
            double v = op_value(op, x, y);
            for (int slot = 0; slot < op_get(op)->arity; slot++) {
                struct grow_rule rule;
                grow_rule_read(&rule, op_get(op)->slope[slot]);
                uint8_t last = (uint8_t)(rule.count - 1);
                assert_true(same_number(grow_rule_value(&rule, last, x, y, v),
                                        op_slope(op, slot, x, y, v)));
                grow_rule_read(&rule, op_flat_text(op, slot));
                last = (uint8_t)(rule.count - 1);
                assert_int_equal(grow_rule_value(&rule, last, x, y, v) != 0,
                                 op_flat(op, slot, x, y));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_grows_to_the_bit),
        cmocka_unit_test(random_graphs_grow_to_the_bit),
        cmocka_unit_test(all_leaves_in_one_sweep),
        cmocka_unit_test(it_follows_its_leaves),
        cmocka_unit_test(growth_is_small),
        cmocka_unit_test(conditions_are_asked_once),
        cmocka_unit_test(rows_tell_what_was_made),
        cmocka_unit_test(what_is_stopped_leaves_nothing),
        cmocka_unit_test(formulas_are_read_as_they_are_compiled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
