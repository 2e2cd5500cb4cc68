// The tape and the passes over it.
#include "engine_graphs.h"

static void backward(struct tape *t, struct trail *trail, uint32_t root)
{
    assert_int_equal(sweep_backward(t, trail, NULL, root, NULL), SWEEP_DONE);
}

static uint32_t forward(struct tape *t)
{
    uint32_t count;
    assert_int_equal(sweep_forward(t, NULL, NULL, &count), SWEEP_DONE);
    return count;
}

static void assert_grads(const struct canonical *g, double L, double d, double f, double e,
                         double c, double a, double b)
{
    const double expected[] = {a, b, c, e, d, f, L};
    assert_memory_equal(g->tape.grad.data, expected, sizeof expected);
}

static void nodes_are_as_they_were_built(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    const struct tape *t = &g.tape;
    assert_int_equal(tape_count(t), 7);
    assert_int_equal(tape_op(t, g.e), OP_MUL);
    assert_int_equal(tape_arity(t, g.e), 2);
    assert_int_equal(tape_arity(t, g.a), 0);
    assert_int_equal(tape_operand(t, g.d, 0), g.e);
    assert_int_equal(tape_operand(t, g.d, 1), g.c);
    assert_true(tape_value(t, g.L) == -8 && tape_grad(t, g.L) == 0);
    assert_true(tape_slope(t, g.L, 0) == -2 && tape_slope(t, g.L, 1) == 4);
    assert_false(tape_marked(t, g.L, 0xFF));
    uint32_t unary = tape_apply(&g.tape, OP_EXP, g.a, g.a);
    assert_true(tape_node(t, unary).b == g.a && tape_node(t, g.c).a == g.c);
    assert_int_equal(tape_arity(t, unary), 1);
    tape_cut(&g.tape, 7);
    assert_int_equal(tape_count(t), 7);
    tape_release(&g.tape);
}

static void the_gradients_of_the_canonical_graph(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    backward(&g.tape, NULL, g.L);
    assert_grads(&g, 1, -2, 4, -2, -2, 6, -4);
    for (uint32_t id = 0; id < 7; id++) {
        assert_true(tape_marked(&g.tape, id, MARK_GRAD));
        assert_false(tape_marked(&g.tape, id, MARK_REACHED));
    }
    tape_release(&g.tape);
}

static void both_uses_count(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    uint32_t a = tape_leaf(&t, 3, 0), b = tape_apply(&t, OP_ADD, a, a);
    uint32_t c = tape_apply(&t, OP_MUL, a, a);
    backward(&t, NULL, b);
    assert_true(tape_grad(&t, a) == 2);
    backward(&t, NULL, c);
    assert_true(tape_grad(&t, a) == 8);
    tape_release(&t);
}

static void a_second_pass_adds_into_leaves_only(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    uint32_t held;
    assert_int_equal(sweep_backward(&g.tape, NULL, NULL, g.L, &held), SWEEP_DONE);
    assert_int_equal(held, NODE_NONE);
    assert_int_equal(sweep_backward(&g.tape, NULL, NULL, g.L, &held), SWEEP_DONE);
    assert_int_equal(held, g.a);
    assert_grads(&g, 1, -2, 8, -2, -4, 12, -8);
    assert_int_equal(sweep_zero(&g.tape, NULL), SWEEP_DONE);
    assert_grads(&g, 0, 0, 0, 0, 0, 0, 0);
    assert_false(tape_marked(&g.tape, g.a, MARK_GRAD));
    assert_int_equal(sweep_backward(&g.tape, NULL, NULL, g.e, &held), SWEEP_DONE);
    assert_int_equal(held, NODE_NONE);
    assert_grads(&g, 0, 0, 0, 1, 0, -3, 2);
    // f and c were not reached, and say so.
    assert_false(tape_marked(&g.tape, g.f, MARK_GRAD) || tape_marked(&g.tape, g.c, MARK_GRAD));
    tape_release(&g.tape);
}

static void what_root_does_not_depend_on_is_left_alone(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    backward(&g.tape, NULL, g.L);
    backward(&g.tape, NULL, g.e);
    assert_grads(&g, 1, -2, 4, 1, -2, 3, -2);
    tape_release(&g.tape);
}

static void a_leaf_adds_its_own_seed(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    backward(&g.tape, NULL, g.a);
    backward(&g.tape, NULL, g.a);
    assert_grads(&g, 0, 0, 0, 0, 0, 2, 0);
    tape_release(&g.tape);
}

static void constants_receive_nothing(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    // Its slope would be nan: a negative base has no derivative in the exponent.
    uint32_t x = tape_leaf(&t, -3, 0), two = tape_leaf(&t, 2, MARK_CONST);
    uint32_t y = tape_apply(&t, OP_POW, x, two);
    backward(&t, NULL, y);
    assert_true(tape_grad(&t, x) == -6 && tape_grad(&t, two) == 0);
    assert_false(tape_marked(&t, two, MARK_GRAD));
    struct adjoints d;
    assert_int_equal(sweep_adjoints(&t, NULL, y, 0, &d), SWEEP_DONE);
    assert_true(adjoints_get(&d, x) == -6 && !adjoints_reach(&d, two));
    adjoints_release(&d);
    tape_release(&t);
}

static void staleness_spreads_and_is_worked_off(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    assert_int_equal(forward(&g.tape), 0);
    assert_true(tape_set_value(&g.tape, NULL, g.c, 1));
    assert_true(tape_marked(&g.tape, g.d, MARK_STALE) && tape_marked(&g.tape, g.L, MARK_STALE));
    assert_false(tape_marked(&g.tape, g.e, MARK_STALE) || tape_marked(&g.tape, g.c, MARK_STALE));
    assert_true(tape_value(&g.tape, g.L) == -8);
    // A node on a stale one is born stale.
    uint32_t M = tape_apply(&g.tape, OP_NEG, g.L, g.L);
    assert_true(tape_marked(&g.tape, M, MARK_STALE) && tape_value(&g.tape, M) == 8);
    assert_int_equal(forward(&g.tape), 3);
    assert_true(tape_value(&g.tape, g.L) == 10 && tape_value(&g.tape, M) == -10);
    assert_int_equal(forward(&g.tape), 0);
    tape_release(&g.tape);
}

static void only_what_is_below_root_is_refreshed(void **state)
{
    (void)state;
    struct canonical g;
    struct buf stretches;
    struct trail trail;
    uint32_t count;
    canonical_init(&g);
    trail_init(&trail);
    uint32_t aside = tape_apply(&g.tape, OP_MUL, g.a, g.a);
    uint32_t over = tape_apply(&g.tape, OP_ADD, g.L, aside);
    assert_true(tape_set_value(&g.tape, NULL, g.a, 3));
    assert_true(sweep_stretches(&g.tape, g.d, &stretches));
    trail_begin(&trail);
    assert_int_equal(sweep_forward_in(&g.tape, &trail, NULL, &stretches, &count), SWEEP_DONE);
    assert_int_equal(count, 2);
    assert_true(tape_value(&g.tape, g.d) == 1 && tape_value(&g.tape, g.e) == -9);
    assert_false(tape_marked(&g.tape, g.d, MARK_STALE));
    assert_true(tape_marked(&g.tape, g.L, MARK_STALE) && tape_value(&g.tape, g.L) == -8);
    assert_true(tape_marked(&g.tape, aside, MARK_STALE));
    assert_int_equal(sweep_forward_in(&g.tape, NULL, NULL, &stretches, &count), SWEEP_DONE);
    assert_int_equal(count, 0);
    assert_int_equal(forward(&g.tape), 3);
    assert_true(tape_value(&g.tape, over) == -2 + 9);
    trail_take_back(&trail, 0, NULL);
    assert_true(tape_value(&g.tape, g.d) == 4);
    buf_release(&stretches);
    trail_release(&trail);
    tape_release(&g.tape);
}

static void derivatives_aside_change_nothing(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    backward(&g.tape, NULL, g.L);
    struct snapshot before;
    snapshot_take(&before, &g.tape);
    struct adjoints d;
    assert_int_equal(sweep_adjoints(&g.tape, NULL, g.d, g.b, &d), SWEEP_DONE);
    assert_same_bits(&before, &g.tape);
    assert_true(adjoints_get(&d, g.d) == 1 && adjoints_get(&d, g.b) == 2);
    assert_true(adjoints_get(&d, g.c) == 1 && adjoints_reach(&d, g.c));
    // Below `from`, above root, and beside the way.
    assert_true(adjoints_get(&d, g.a) == 0 && !adjoints_reach(&d, g.a));
    assert_true(adjoints_get(&d, g.f) == 0 && !adjoints_reach(&d, g.L));
    adjoints_release(&d);
    assert_int_equal(sweep_adjoints(&g.tape, NULL, g.e, g.L, &d), SWEEP_DONE);
    assert_true(adjoints_get(&d, g.e) == 1 && adjoints_get(&d, g.L) == 0);
    adjoints_release(&d);
    snapshot_release(&before);
    tape_release(&g.tape);
}

static void adjoints_are_the_backward_pass(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 51);
    for (int round = 0; round < 300; round++) {
        struct tape t;
        uint32_t root = random_graph(&t, &rng, 6, 60, round % 2 == 0);
        struct adjoints d;
        assert_int_equal(sweep_adjoints(&t, NULL, root, 0, &d), SWEEP_DONE);
        backward(&t, NULL, root);
        for (uint32_t id = 0; id <= root; id++) {
            assert_int_equal(adjoints_reach(&d, id), tape_marked(&t, id, MARK_GRAD));
        }
        assert_same_numbers(&d.grad, &t.grad);
        adjoints_release(&d);
        tape_release(&t);
    }
}

static void the_trail_takes_everything_back(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 52);
    for (int round = 0; round < 300; round++) {
        struct tape t;
        uint32_t root = random_graph(&t, &rng, 6, 60, round % 2 == 0);
        backward(&t, NULL, root / 2);
        struct snapshot before, after;
        snapshot_take(&before, &t);
        struct trail undo, redo;
        trail_init(&undo);
        trail_init(&redo);
        trail_begin(&undo);
        assert_true(tape_set_value(&t, &undo, 0, 0.25));
        assert_int_equal(sweep_forward(&t, &undo, NULL, NULL), SWEEP_DONE);
        backward(&t, &undo, root);
        assert_true(tape_set_grad(&t, &undo, 0, 7));
        assert_true(tape_set_marks(&t, &undo, 0, MARK_PARAM));
        assert_int_equal(sweep_zero(&t, &undo), SWEEP_DONE);
        backward(&t, &undo, root);
        snapshot_take(&after, &t);
        trail_take_back(&undo, 0, &redo);
        assert_same_bits(&before, &t);
        trail_take_back(&redo, 0, NULL);
        assert_same_bits(&after, &t);
        snapshot_release(&before);
        snapshot_release(&after);
        trail_release(&undo);
        trail_release(&redo);
        tape_release(&t);
    }
}

static void long_passes_can_be_stopped(void **state)
{
    (void)state;
    struct tape t;
    uint32_t root = chain(&t, 100000);
    assert_true(tape_set_value(&t, NULL, 0, 2));
    struct snapshot before;
    snapshot_take(&before, &t);
    struct stop stop = {.asked = 1};
    struct trail trail;
    trail_init(&trail);
    assert_int_equal(sweep_forward(&t, &trail, &stop, NULL), SWEEP_STOPPED);
    trail_take_back(&trail, 0, NULL);
    assert_same_bits(&before, &t);
    assert_int_equal(forward(&t), 100000);
    snapshot_release(&before);
    snapshot_take(&before, &t);
    assert_int_equal(sweep_backward(&t, &trail, &stop, root, NULL), SWEEP_STOPPED);
    trail_take_back(&trail, 0, NULL);
    assert_same_bits(&before, &t);
    struct adjoints d;
    assert_int_equal(sweep_adjoints(&t, &stop, root, 0, &d), SWEEP_STOPPED);
    adjoints_release(&d);
    trail_release(&trail);
    snapshot_release(&before);
    tape_release(&t);
}

static void nodes_below_root(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    struct buf ids;
    assert_true(sweep_reach(&g.tape, g.d, &ids));
    const uint32_t expected[] = {g.a, g.b, g.c, g.e, g.d};
    assert_int_equal(ids.count, 5);
    assert_memory_equal(ids.data, expected, sizeof expected);
    buf_release(&ids);
    assert_true(sweep_reach(&g.tape, g.f, &ids));
    assert_int_equal(ids.count, 1);
    buf_release(&ids);
    tape_release(&g.tape);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_are_as_they_were_built),
        cmocka_unit_test(the_gradients_of_the_canonical_graph),
        cmocka_unit_test(both_uses_count),
        cmocka_unit_test(a_second_pass_adds_into_leaves_only),
        cmocka_unit_test(what_root_does_not_depend_on_is_left_alone),
        cmocka_unit_test(a_leaf_adds_its_own_seed),
        cmocka_unit_test(constants_receive_nothing),
        cmocka_unit_test(staleness_spreads_and_is_worked_off),
        cmocka_unit_test(only_what_is_below_root_is_refreshed),
        cmocka_unit_test(derivatives_aside_change_nothing),
        cmocka_unit_test(adjoints_are_the_backward_pass),
        cmocka_unit_test(the_trail_takes_everything_back),
        cmocka_unit_test(long_passes_can_be_stopped),
        cmocka_unit_test(nodes_below_root),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
