// Optimisers, each against its formula written out by hand on f(w) = w², from w = 1.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/optim.h"
#include "engine/sweep.h"

enum { STEPS = 5 };

struct bowl {
    struct tape tape;
    struct buf states;
    uint32_t w, root;
};

static void bowl_init(struct bowl *b)
{
    tape_init(&b->tape);
    buf_init(&b->states, sizeof(struct optim_state));
    b->w = tape_leaf(&b->tape, 1, MARK_PARAM);
    b->root = tape_apply(&b->tape, OP_MUL, b->w, b->w);
}

static void bowl_release(struct bowl *b)
{
    tape_release(&b->tape);
    buf_release(&b->states);
}

static void step(struct bowl *b, const struct optim *o, struct trail *trail)
{
    size_t moved;
    assert_int_equal(sweep_forward(&b->tape, trail, NULL, NULL), SWEEP_DONE);
    assert_int_equal(sweep_zero(&b->tape, trail), SWEEP_DONE);
    assert_int_equal(sweep_backward(&b->tape, trail, NULL, b->root, NULL), SWEEP_DONE);
    assert_true(optim_update(&b->tape, trail, o, &b->states, &moved));
    assert_int_equal(moved, 1);
}

static double by_hand(const struct optim *o)
{
    double w = 1, m = 0, v = 0;
    for (int t = 1; t <= STEPS; t++) {
        double g = 2 * w;
        if (o->kind != OPTIM_ADAMW) {
            g += o->decay * w;
        }
        double by = g;
        if (o->kind == OPTIM_MOMENTUM || o->kind == OPTIM_NESTEROV) {
            m = o->momentum * m + g;
            by = o->kind == OPTIM_MOMENTUM ? m : g + o->momentum * m;
        } else if (o->kind == OPTIM_RMSPROP) {
            v = 0.99 * v + 0.01 * g * g;
            by = g / (sqrt(v) + 1e-8);
        } else if (o->kind == OPTIM_ADAM || o->kind == OPTIM_ADAMW) {
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            by = m / (1 - pow(0.9, t)) / (sqrt(v / (1 - pow(0.999, t))) + 1e-8);
            by += o->kind == OPTIM_ADAMW ? o->decay * w : 0;
        }
        w -= o->rate * by;
    }
    return w;
}

static void each_follows_its_formula(void **state)
{
    (void)state;
    for (enum optim_kind kind = OPTIM_PLAIN; kind < OPTIM_COUNT; kind++) {
        for (int decays = 0; decays < 2; decays++) {
            struct optim o = optim_of(kind, 0.1);
            o.decay = decays * 0.05;
            struct bowl b;
            bowl_init(&b);
            for (int i = 0; i < STEPS; i++) {
                step(&b, &o, NULL);
            }
            assert_float_equal(tape_value(&b.tape, b.w), by_hand(&o), 1e-12);
            bowl_release(&b);
        }
    }
}

// Where torch.optim's SGD, RMSprop, Adam and AdamW (PyTorch 1.13) are after 20 steps, without
// weight decay and with 0.05.
static void each_does_as_pytorch_does(void **state)
{
    static const double theirs[OPTIM_COUNT][2] = {
        [OPTIM_PLAIN] = {0.29010624113146183, 0.28098655462255423},
        [OPTIM_MOMENTUM] = {0.04607414585970498, 0.06973441315877896},
        [OPTIM_NESTEROV] = {0.029493497245061406, 0.04178749947349925},
        [OPTIM_RMSPROP] = {0.006738529034630471, 0.006738528981237118},
        [OPTIM_ADAM] = {0.43085995210291234, 0.430859952028191},
        [OPTIM_ADAMW] = {0.43085995210291234, 0.4113143085897359},
    };
    (void)state;
    for (enum optim_kind kind = OPTIM_PLAIN; kind < OPTIM_COUNT; kind++) {
        for (int decays = 0; decays < 2; decays++) {
            struct optim o = optim_of(kind, 0.03);
            o.decay = decays * 0.05;
            struct bowl b;
            bowl_init(&b);
            for (int i = 0; i < 20; i++) {
                step(&b, &o, NULL);
            }
            assert_float_equal(tape_value(&b.tape, b.w), theirs[kind][decays], 1e-12);
            bowl_release(&b);
        }
    }
}

static void a_step_makes_stale_and_is_taken_back(void **state)
{
    (void)state;
    struct optim o = optim_of(OPTIM_MOMENTUM, 0.1);
    struct bowl b;
    struct trail trail;
    bowl_init(&b);
    trail_init(&trail);
    assert_true(trail_save_length(&trail, &b.states));
    step(&b, &o, &trail);
    assert_true(tape_marked(&b.tape, b.root, MARK_STALE));
    assert_false(tape_marked(&b.tape, b.w, MARK_STALE | MARK_REACHED));
    assert_true(tape_value(&b.tape, b.w) < 1);
    trail_take_back(&trail, 0, NULL);
    assert_true(tape_value(&b.tape, b.w) == 1);
    assert_true(tape_grad(&b.tape, b.w) == 0);
    assert_int_equal(b.states.count, 0);
    trail_release(&trail);
    bowl_release(&b);
}

static void what_no_pass_reached_stays(void **state)
{
    (void)state;
    struct optim o = {.kind = OPTIM_PLAIN, .rate = 0.1, .decay = 1};
    struct bowl b;
    size_t moved;
    bowl_init(&b);
    uint32_t alone = tape_leaf(&b.tape, 7, MARK_PARAM);
    uint32_t input = tape_leaf(&b.tape, 3, 0);
    step(&b, &o, NULL);
    assert_true(tape_value(&b.tape, alone) == 7);
    assert_true(tape_value(&b.tape, input) == 3);
    assert_int_equal(sweep_zero(&b.tape, NULL), SWEEP_DONE);
    assert_true(optim_update(&b.tape, NULL, &o, &b.states, &moved));
    assert_int_equal(moved, 0);
    bowl_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_follows_its_formula),
        cmocka_unit_test(each_does_as_pytorch_does),
        cmocka_unit_test(a_step_makes_stale_and_is_taken_back),
        cmocka_unit_test(what_no_pass_reached_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
