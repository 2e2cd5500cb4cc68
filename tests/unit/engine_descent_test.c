// engine/descent: a step on part of the tape leaves what passes over all of it leave.
#include "engine/descent.h"

#include "engine_graphs.h"

// The step as sweep.h and optim.h have it: zero, forward, backward, update, over the whole tape.
static double plain_step(struct tape *t, const struct optim *o, struct buf *states, uint32_t root)
{
    size_t moved;
    assert_int_equal(sweep_forward(t, NULL, NULL, NULL), SWEEP_DONE);
    assert_int_equal(sweep_zero(t, NULL), SWEEP_DONE);
    assert_int_equal(sweep_backward(t, NULL, NULL, root, NULL), SWEEP_DONE);
    double loss = tape_value(t, root);
    if (isfinite(loss)) {
        assert_true(optim_update(t, NULL, o, states, &moved));
    }
    return loss;
}

// A random tape with parameters here and there, and a root that need not be its last node.
static uint32_t random_training(struct tape *t, struct rng *rng)
{
    uint32_t last = random_graph(t, rng, 40, 400, true);
    for (uint32_t i = 0; i < last; i++) {
        if (tape_op(t, i) == OP_LEAF && (i == 0 || rng_below(rng, 3) == 0)) {
            assert_true(tape_set_marks(t, NULL, i, MARK_PARAM));
        }
    }
    return rng_below(rng, 2) == 0 ? last : (uint32_t)rng_below(rng, last + 1);
}

static void equal_losses(double a, double b)
{
    assert_true(memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b)));
}

static void steps_on_a_part_are_those_on_the_whole(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 3);
    for (int round = 0; round < 300; round++) {
        struct tape whole, part;
        struct buf states[2];
        struct descent d;
        struct snapshot expected;
        struct optim o = optim_of((enum optim_kind)rng_below(&rng, OPTIM_COUNT), 0.01);
        uint32_t root = random_training(&whole, &rng);
        buf_init(&states[0], sizeof(struct optim_state));
        buf_init(&states[1], sizeof(struct optim_state));
        plain_step(&whole, &o, &states[0], tape_count(&whole) - 1);  // gradients to be cleared
        sweep_forward(&whole, NULL, NULL, NULL);
        copy_tape(&part, &whole);
        copy_buf(&states[1], &states[0]);
        assert_true(descent_begin(&d, &part, NULL, &o, &states[1], NODE_NONE));
        assert_true(descent_aim(&d, root));
        for (int step = 0; step < 4; step++) {
            double loss;
            assert_int_equal(descent_step(&d, NULL, &loss), SWEEP_DONE);
            equal_losses(loss, plain_step(&whole, &o, &states[0], root));
        }
        descent_end(&d);
        sweep_forward(&whole, NULL, NULL, NULL);
        sweep_forward(&part, NULL, NULL, NULL);
        snapshot_take(&expected, &whole);
        assert_same_numbers(&expected.value, &part.value);
        assert_same_numbers(&expected.grad, &part.grad);
        assert_memory_equal(expected.mark.data, part.mark.data, expected.mark.count);
        assert_int_equal(states[0].count, states[1].count);
        snapshot_release(&expected);
        descent_release(&d);
        buf_release(&states[0]);
        buf_release(&states[1]);
        tape_release(&whole);
        tape_release(&part);
    }
}

// The root moves from step to step, and its nodes come and go: as batches do.
static void each_aim_begins_with_clean_gradients(void **state)
{
    (void)state;
    struct tape t;
    struct buf states;
    struct descent d;
    struct optim o = optim_of(OPTIM_PLAIN, 0.5);
    double loss;
    tape_init(&t);
    buf_init(&states, sizeof(struct optim_state));
    uint32_t w = tape_leaf(&t, 1, MARK_PARAM), a = tape_leaf(&t, 2, 0), b = tape_leaf(&t, 3, 0);
    uint32_t aside = tape_apply(&t, OP_NEG, w, w);
    uint32_t count = tape_count(&t);
    assert_true(descent_begin(&d, &t, NULL, &o, &states, NODE_NONE));
    assert_true(descent_aim(&d, tape_apply(&t, OP_MUL, w, a)));
    assert_int_equal(descent_step(&d, NULL, &loss), SWEEP_DONE);
    assert_true(loss == 2 && tape_value(&t, w) == 0 && tape_grad(&t, a) == 1);
    assert_false(tape_marked(&t, aside, MARK_STALE));
    tape_cut(&t, count);
    assert_true(descent_aim(&d, tape_apply(&t, OP_MUL, w, b)));
    assert_int_equal(d.nodes, 3);
    assert_int_equal(descent_step(&d, NULL, &loss), SWEEP_DONE);
    assert_true(loss == 0 && tape_value(&t, w) == -1.5 && tape_grad(&t, w) == 3);
    assert_true(tape_grad(&t, a) == 0 && !tape_marked(&t, a, MARK_GRAD));
    tape_cut(&t, count);
    descent_end(&d);
    assert_true(tape_marked(&t, aside, MARK_STALE));
    descent_release(&d);
    buf_release(&states);
    tape_release(&t);
}

static void a_loss_that_is_no_number_moves_nothing(void **state)
{
    (void)state;
    struct tape t;
    struct buf states;
    struct descent d;
    double loss;
    tape_init(&t);
    buf_init(&states, sizeof(struct optim_state));
    uint32_t w = tape_leaf(&t, -1, MARK_PARAM), root = tape_apply(&t, OP_LOG, w, w);
    assert_true(descent_begin(&d, &t, NULL, &(struct optim){.rate = 1}, &states, NODE_NONE));
    assert_true(descent_aim(&d, root));
    assert_int_equal(descent_step(&d, NULL, &loss), SWEEP_DONE);
    assert_true(isnan(loss) && tape_value(&t, w) == -1);
    descent_release(&d);
    buf_release(&states);
    tape_release(&t);
}

static void a_stopped_step_moves_nothing(void **state)
{
    (void)state;
    struct tape t;
    struct buf states;
    struct descent d;
    double loss;
    struct stop stop = {.asked = 1};
    uint32_t root = ladder(&t, 3);
    assert_true(tape_set_marks(&t, NULL, 0, MARK_PARAM));
    buf_init(&states, sizeof(struct optim_state));
    assert_true(descent_begin(&d, &t, NULL, &(struct optim){.rate = 1}, &states, NODE_NONE));
    assert_true(descent_aim(&d, root));
    assert_int_equal(descent_step(&d, &stop, &loss), SWEEP_STOPPED);
    assert_true(tape_value(&t, 0) == 1);
    descent_release(&d);
    buf_release(&states);
    tape_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_on_a_part_are_those_on_the_whole),
        cmocka_unit_test(each_aim_begins_with_clean_gradients),
        cmocka_unit_test(a_loss_that_is_no_number_moves_nothing),
        cmocka_unit_test(a_stopped_step_moves_nothing),
    };
    return cmocka_run_group_tests_name("engine/descent", tests, NULL, NULL);
}
