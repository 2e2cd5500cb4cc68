#include "engine_graphs.h"

#include <time.h>

#include "engine/stepper.h"

static void assert_share(const struct step_share *s, int slot, uint32_t child, double held,
                         double local, double share, double now)
{
    assert_int_equal(s->slot, slot);
    assert_int_equal(s->child, child);
    assert_true(s->held == held && s->local == local && s->share == share && s->now == now);
}

static struct step_fact take(struct stepper *s)
{
    struct step_fact fact;
    assert_true(stepper_step(s, NULL, &fact));
    return fact;
}

static void facts_of_the_canonical_graph(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    struct stepper s;
    stepper_init(&s);
    assert_true(tape_set_value(&g.tape, NULL, g.a, 4));
    assert_true(stepper_start(&s, &g.tape, g.L, false));
    assert_int_equal(stepper_forward_steps(&s), 3);
    assert_int_equal(stepper_steps(&s), 7);

    struct step_fact f = take(&s);
    assert_int_equal(f.step.kind, STEP_FORWARD);
    assert_int_equal(f.step.node, g.e);
    assert_int_equal(f.op, OP_MUL);
    assert_int_equal(f.arity, 2);
    assert_int_equal(f.operand[0], g.a);
    assert_int_equal(f.operand[1], g.b);
    assert_true(f.operand_value[0] == 4 && f.operand_value[1] == -3);
    assert_true(f.before == -6 && f.after == -12);
    assert_false(tape_marked(&g.tape, g.e, MARK_STALE));
    assert_true(tape_marked(&g.tape, g.d, MARK_STALE));
    take(&s);
    f = take(&s);
    assert_int_equal(f.step.node, g.L);
    assert_true(f.before == -8 && f.after == 4);

    f = take(&s);
    assert_int_equal(f.step.kind, STEP_SEED);
    assert_int_equal(f.step.node, g.L);
    assert_true(f.before == 0 && f.after == 1);
    f = take(&s);
    assert_int_equal(f.step.kind, STEP_BACKWARD);
    assert_int_equal(f.step.node, g.L);
    assert_true(f.upstream == 1);
    assert_int_equal(f.shares, 2);
    assert_share(&f.share[0], 0, g.d, 0, -2, -2, -2);
    assert_share(&f.share[1], 1, g.f, 0, -2, -2, -2);
    f = take(&s);
    assert_int_equal(f.step.node, g.d);
    f = take(&s);
    assert_int_equal(f.step.node, g.e);
    assert_true(f.upstream == -2);
    assert_share(&f.share[0], 0, g.a, 0, -3, 6, 6);
    assert_share(&f.share[1], 1, g.b, 0, 4, -8, -8);
    assert_int_equal(s.at, stepper_steps(&s));
    stepper_release(&s);
    tape_release(&g.tape);
}

static void both_shares_of_one_child_add_up(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    uint32_t a = tape_leaf(&t, 3, 0), b = tape_apply(&t, OP_ADD, a, a);
    struct stepper s;
    stepper_init(&s);
    assert_true(stepper_start(&s, &t, b, true));
    assert_int_equal(stepper_steps(&s), 2);
    struct step_place place = stepper_where(&s);
    assert_true(place.backward && place.done == 0 && place.steps == 2);
    take(&s);
    struct step_fact f = take(&s);
    assert_share(&f.share[0], 0, a, 0, 1, 1, 1);
    assert_share(&f.share[1], 1, a, 1, 1, 1, 2);
    stepper_release(&s);
    tape_release(&t);
}

static void constants_receive_nothing(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    uint32_t two = tape_leaf(&t, 2, MARK_CONST), x = tape_leaf(&t, 3, 0);
    uint32_t y = tape_apply(&t, OP_MUL, two, x);
    struct stepper s;
    stepper_init(&s);
    assert_true(stepper_start(&s, &t, y, true));
    take(&s);
    struct step_fact f = take(&s);
    assert_int_equal(f.shares, 1);
    assert_share(&f.share[0], 1, x, 0, 2, 2, 2);
    assert_true(tape_grad(&t, two) == 0 && !tape_marked(&t, two, MARK_GRAD));
    stepper_release(&s);
    tape_release(&t);
}

static void a_leaf_has_only_its_seed(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    uint32_t a = tape_leaf(&t, 3, MARK_PARAM);
    assert_true(tape_set_grad(&t, NULL, a, 5));
    struct stepper s;
    stepper_init(&s);
    assert_true(stepper_start(&s, &t, a, false));
    assert_int_equal(stepper_steps(&s), 1);
    struct step_fact f = take(&s);
    assert_true(f.before == 5 && f.after == 6 && tape_grad(&t, a) == 6);
    assert_true(tape_marked(&t, a, MARK_PARAM) && tape_marked(&t, a, MARK_GRAD));
    assert_true(stepper_back(&s, NULL));
    assert_true(tape_grad(&t, a) == 5);
    stepper_release(&s);
    tape_release(&t);
}

static void places_and_finding(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    struct stepper s;
    stepper_init(&s);
    assert_true(stepper_start(&s, &g.tape, g.L, false));  // e d L, seed, L d e
    size_t to = 99;
    assert_true(stepper_find(&s, g.d, true, &to) && to == 2);
    assert_false(stepper_find(&s, g.d, false, &to));
    assert_true(stepper_find(&s, g.e, true, &to) && to == 1);
    assert_false(stepper_find(&s, g.a, true, &to));
    struct step_place place = stepper_where(&s);
    assert_true(!place.backward && place.done == 0 && place.steps == 3);
    assert_int_equal(stepper_pass_end(&s), 3);

    assert_int_equal(stepper_go(&s, NULL, NULL, 3), SWEEP_DONE);
    place = stepper_where(&s);
    assert_true(!place.backward && place.done == 3 && place.steps == 3);
    assert_int_equal(stepper_pass_end(&s), 7);
    assert_true(stepper_find(&s, g.L, true, &to) && to == 4);
    assert_true(stepper_find(&s, g.L, false, &to) == false);
    assert_true(stepper_find(&s, g.d, true, &to) && to == 6);
    assert_true(stepper_find(&s, g.d, false, &to) && to == 2);

    assert_int_equal(stepper_go(&s, NULL, NULL, 4), SWEEP_DONE);
    place = stepper_where(&s);
    assert_true(place.backward && place.done == 1 && place.steps == 4);
    assert_true(stepper_find(&s, g.L, true, &to) && to == 5);
    assert_int_equal(stepper_go(&s, NULL, NULL, 7), SWEEP_DONE);
    assert_true(stepper_find(&s, g.L, false, &to) && to == 5);
    assert_false(stepper_find(&s, g.e, true, &to));
    assert_int_equal(stepper_pass_end(&s), 7);
    stepper_release(&s);
    tape_release(&g.tape);
}

// Leaves with gradients, interior nodes with those of an earlier pass, values stale.
static void disturb(struct tape *t, struct rng *rng, uint32_t root)
{
    uint32_t held;
    assert_int_equal(sweep_backward(t, NULL, NULL, (uint32_t)rng_below(rng, root + 1), &held),
                     SWEEP_DONE);
    for (uint32_t id = 0; id < tape_count(t); id++) {
        if (tape_op(t, id) == OP_LEAF && rng_below(rng, 2) == 0) {
            assert_true(tape_set_value(t, NULL, id, 4 * rng_uniform(rng) - 2));
        }
    }
}

// Nodes that root does not depend on stay stale in a walk, and do not in a forward pass.
static void freshen(struct tape *t, struct trail *trail)
{
    assert_int_equal(sweep_forward(t, trail, NULL, NULL), SWEEP_DONE);
}

static void a_whole_walk_is_both_passes(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 11);
    for (int round = 0; round < 500; round++) {
        struct tape t;
        uint32_t root = random_graph(&t, &rng, 8, 60, round % 2 == 0);
        disturb(&t, &rng, root);
        struct trail trail;
        trail_init(&trail);
        freshen(&t, &trail);
        assert_int_equal(sweep_backward(&t, &trail, NULL, root, NULL), SWEEP_DONE);
        struct snapshot both;
        snapshot_take(&both, &t);
        trail_take_back(&trail, 0, NULL);
        t.any_stale = true;

        struct stepper s;
        stepper_init(&s);
        assert_true(stepper_start(&s, &t, root, false));
        assert_int_equal(stepper_go(&s, NULL, NULL, stepper_steps(&s)), SWEEP_DONE);
        freshen(&t, NULL);
        assert_same_numbers(&both.value, &t.value);
        assert_same_numbers(&both.grad, &t.grad);
        assert_memory_equal(both.mark.data, t.mark.data, t.mark.count);
        stepper_release(&s);
        snapshot_release(&both);
        trail_release(&trail);
        tape_release(&t);
    }
}

// Walks to random places and back; each place must look as it did when it was first met, and the
// caller's trail must take everything back, and forward again.
static void walks_to_random_places(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 12);
    for (int round = 0; round < 200; round++) {
        struct tape t;
        uint32_t root = random_graph(&t, &rng, 6, 40, round % 2 == 0);
        bool from_backward = rng_below(&rng, 3) == 0;
        disturb(&t, &rng, root);
        if (from_backward) {
            freshen(&t, NULL);
        }
        struct stepper s;
        stepper_init(&s);
        assert_true(stepper_start(&s, &t, root, from_backward));
        size_t steps = stepper_steps(&s);
        struct snapshot places[128];
        snapshot_take(&places[0], &t);
        for (size_t i = 1; i <= steps; i++) {
            take(&s);
            snapshot_take(&places[i], &t);
        }
        for (int i = 0; i < 30; i++) {
            struct trail trail, redo;
            trail_init(&trail);
            trail_init(&redo);
            size_t from = s.at, to = (size_t)rng_below(&rng, steps + 1);
            trail_begin(&trail);
            assert_int_equal(stepper_go(&s, &trail, NULL, to), SWEEP_DONE);
            assert_int_equal(s.at, to);
            assert_same_bits(&places[to], &t);
            trail_take_back(&trail, 0, &redo);
            assert_same_bits(&places[from], &t);
            trail_take_back(&redo, 0, NULL);
            assert_same_bits(&places[to], &t);
            trail_release(&trail);
            trail_release(&redo);
        }
        for (size_t i = 0; i <= steps; i++) {
            snapshot_release(&places[i]);
        }
        stepper_release(&s);
        tape_release(&t);
    }
}

// One step at a time, each recorded as a statement of its own.
static void the_callers_trail_takes_back_single_steps(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 13);
    struct tape t;
    uint32_t root = random_graph(&t, &rng, 5, 40, true);
    disturb(&t, &rng, root);
    struct snapshot before;
    snapshot_take(&before, &t);
    struct trail trail;
    trail_init(&trail);
    struct stepper s;
    stepper_init(&s);
    assert_true(stepper_start(&s, &t, root, false));
    struct step_fact fact;
    while (s.at < stepper_steps(&s)) {
        trail_begin(&trail);
        assert_true(stepper_step(&s, &trail, &fact));
    }
    while (s.at > 10) {
        trail_begin(&trail);
        assert_true(stepper_back(&s, &trail));
    }
    trail_take_back(&trail, 0, NULL);
    assert_same_bits(&before, &t);
    trail_release(&trail);
    snapshot_release(&before);
    stepper_release(&s);
    tape_release(&t);
}

static void going_back_makes_stale_again(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    assert_true(tape_set_value(&g.tape, NULL, g.a, 4));
    struct stepper s;
    stepper_init(&s);
    assert_true(stepper_start(&s, &g.tape, g.L, false));
    assert_int_equal(stepper_go(&s, NULL, NULL, 3), SWEEP_DONE);
    freshen(&g.tape, NULL);
    assert_int_equal(stepper_go(&s, NULL, NULL, 0), SWEEP_DONE);
    stepper_stop(&s);
    uint32_t count = 0;
    assert_int_equal(sweep_forward(&g.tape, NULL, NULL, &count), SWEEP_DONE);
    assert_int_equal(count, 3);
    assert_true(tape_value(&g.tape, g.L) == 4);
    tape_release(&g.tape);
}

static void can_be_stopped(void **state)
{
    (void)state;
    struct tape t;
    uint32_t root = chain(&t, 50000);
    struct stepper s;
    stepper_init(&s);
    assert_true(stepper_start(&s, &t, root, false));
    struct stop stop = {.asked = 1};
    assert_int_equal(stepper_go(&s, NULL, &stop, 50000), SWEEP_STOPPED);
    assert_int_equal(s.at, 0);
    stop_renew(&stop);
    assert_int_equal(stepper_go(&s, NULL, &stop, 50000), SWEEP_DONE);
    stepper_release(&s);
    tape_release(&t);
}

static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

// Ten thousand steps in the middle of a graph of a million nodes, each way, take no longer than a
// few passes: a step that looked at the whole graph would take hours.
static void steps_of_a_large_graph(void **state)
{
    (void)state;
    enum { NODES = 1000000, SOME = 10000 };
    struct tape t;
    uint32_t root = chain(&t, NODES);
    struct stepper s;
    stepper_init(&s);
    struct trail trail;
    trail_init(&trail);
    assert_true(stepper_start(&s, &t, root, true));
    assert_int_equal(stepper_steps(&s), NODES + 1);
    struct step_fact fact;
    assert_true(stepper_step(&s, &trail, &fact));
    double start = seconds();
    size_t bytes = trail_bytes(&s.trail);
    for (int i = 0; i < SOME; i++) {
        assert_true(stepper_step(&s, &trail, &fact));
    }
    assert_true(trail_bytes(&s.trail) - bytes < 200 * SOME);
    for (int i = 0; i < SOME; i++) {
        assert_true(stepper_back(&s, &trail));
    }
    assert_true(seconds() - start < 1);
    stepper_release(&s);
    trail_release(&trail);
    tape_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_of_the_canonical_graph),
        cmocka_unit_test(both_shares_of_one_child_add_up),
        cmocka_unit_test(constants_receive_nothing),
        cmocka_unit_test(a_leaf_has_only_its_seed),
        cmocka_unit_test(places_and_finding),
        cmocka_unit_test(a_whole_walk_is_both_passes),
        cmocka_unit_test(walks_to_random_places),
        cmocka_unit_test(the_callers_trail_takes_back_single_steps),
        cmocka_unit_test(going_back_makes_stale_again),
        cmocka_unit_test(can_be_stopped),
        cmocka_unit_test(steps_of_a_large_graph),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
