#include "engine_graphs.h"

#include "engine/mistakes.h"

static void rows_are_whole(void **state)
{
    (void)state;
    for (enum mistake_kind kind = 0; kind < MISTAKE_COUNT; kind++) {
        const struct mistake_row *row = mistake_get(kind);
        assert_true(strlen(row->name) > 0 && strlen(row->what) > 20);
        assert_true(row->like < MISTAKE_COUNT && mistake_get(row->like)->like == row->like);
        for (enum mistake_kind before = 0; before < kind; before++) {
            assert_string_not_equal(row->name, mistake_get(before)->name);
        }
    }
}

static void sweep(const struct tape *t, uint32_t root, enum mistake_kind kind, uint32_t node,
                  int slot, struct adjoints *out)
{
    struct mistake m = {kind, node, slot};
    assert_int_equal(mistakes_sweep(t, NULL, root, &m, out), SWEEP_DONE);
}

static void assert_wrong(const struct tape *t, uint32_t root, struct mistake m, uint32_t of,
                         double expected)
{
    struct adjoints wrong;
    sweep(t, root, m.kind, m.node, m.slot, &wrong);
    if (!close_to(adjoints_get(&wrong, of), expected, 14)) {
        fail_msg("%s: %.17g, not %.17g", mistake_get(m.kind)->name, adjoints_get(&wrong, of),
                 expected);
    }
    adjoints_release(&wrong);
}

// The mistakes that can be made on one edge: y = op(x, z), L = 3*y, the gradient of x or z.
static void each_mistake_by_hand(void **state)
{
    (void)state;
    const double e2 = exp(2), th = tanh(0.5), sg = 1 / (1 + exp(-0.5));
    static const double up = 3;
    const struct {
        enum mistake_kind kind;
        enum op op;
        double x, z;
        int slot;
        double expected;
    } cases[] = {
        {MISTAKE_DROPPED, OP_MUL, 2, 5, 0, 0},
        {MISTAKE_SIGN, OP_MUL, 2, 5, 1, -up * 2},
        {MISTAKE_NO_UPSTREAM, OP_MUL, 2, 5, 0, 5},
        {MISTAKE_NO_LOCAL, OP_MUL, 2, 5, 0, up},
        {MISTAKE_ADDED, OP_MUL, 2, 5, 0, up + 5},
        {MISTAKE_SWAPPED, OP_MUL, 2, 5, 0, up * 2},
        {MISTAKE_SWAPPED, OP_MUL, 2, 5, 1, up * 5},
        {MISTAKE_SWAPPED, OP_DIV, 2, 5, 0, up * -2 / 25},
        {MISTAKE_SWAPPED, OP_DIV, 2, 5, 1, up / 5},
        {MISTAKE_SWAPPED, OP_POW, 2, 3, 0, up * 8 * log(2)},
        {MISTAKE_SWAPPED, OP_SUB, 2, 5, 1, -up},  // cannot be made there
        {MISTAKE_SUM_AS_PRODUCT, OP_ADD, 2, 5, 0, up * 5},
        {MISTAKE_SUM_AS_PRODUCT, OP_DIV, 2, 5, 0, up / 5},  // cannot be made there
        {MISTAKE_SUM_AS_VALUE, OP_ADD, 2, 5, 0, up * 2},
        {MISTAKE_SUM_AS_VALUE, OP_SUB, 2, 5, 1, up * 5},
        {MISTAKE_AT_OUTPUT, OP_EXP, 2, 0, 0, up * exp(e2)},
        {MISTAKE_AT_OUTPUT, OP_TANH, 0.5, 0, 0, up * (1 - tanh(th) * tanh(th))},
        {MISTAKE_AT_OUTPUT, OP_SIN, 2, 0, 0, up * cos(sin(2))},
        {MISTAKE_VALUE_FOR_SLOPE, OP_SIN, 2, 0, 0, up * sin(2)},
        {MISTAKE_CUT_SHORT, OP_TANH, 0.5, 0, 0, up * (1 - th)},
        {MISTAKE_CUT_SHORT, OP_SIGMOID, 0.5, 0, 0, up * (1 - sg)},
        {MISTAKE_POWER_KEPT, OP_POW, 2, 3, 0, up * 3 * 8},
        {MISTAKE_POWER_KEPT, OP_POW, 2, 3, 1, up * 8 * log(2)},  // cannot be made there
        {MISTAKE_POWER_KEPT, OP_SQUARE, 5, 0, 0, up * 2 * 25},
        {MISTAKE_POWER_LOST, OP_POW, 2, 3, 0, up * 4},
        {MISTAKE_POWER_LOST, OP_SQUARE, 5, 0, 0, up * 5},
        {MISTAKE_POWER_OF_E, OP_EXP, 2, 0, 0, up * 2 * exp(1)},
        {MISTAKE_GATE_OPEN, OP_RELU, -2, 0, 0, up},
        {MISTAKE_GATE_OPEN, OP_MAX, 2, 5, 0, up},
        {MISTAKE_NO_LOCAL, OP_RELU, -2, 0, 0, 0},  // that is GATE_OPEN
        {MISTAKE_NOT_CLEARED, OP_MUL, 2, 5, 0, 2 * up * 5},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tape t;
        tape_init(&t);
        uint32_t x = tape_leaf(&t, cases[i].x, 0), z = tape_leaf(&t, cases[i].z, 0);
        bool two = op_get(cases[i].op)->arity == 2;
        uint32_t y = tape_apply(&t, cases[i].op, x, two ? z : x);
        uint32_t L = tape_apply(&t, OP_MUL, tape_leaf(&t, up, MARK_CONST), y);
        uint32_t of = cases[i].slot == 0 ? x : z;
        assert_wrong(&t, L, (struct mistake){cases[i].kind, y, cases[i].slot}, of,
                     cases[i].expected);
        tape_release(&t);
    }
}

// tanh(sin(x)): the slope of tanh taken at x, not at sin(x).
static void a_slope_at_the_wrong_point(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    uint32_t two = tape_leaf(&t, 2, MARK_CONST), x = tape_leaf(&t, 0.25, 0);
    uint32_t inner = tape_apply(&t, OP_MUL, two, x), y = tape_apply(&t, OP_TANH, inner, inner);
    double slope = 1 - tanh(0.25) * tanh(0.25);
    assert_wrong(&t, y, (struct mistake){MISTAKE_AT_INNER, y, 0}, x, 2 * slope);
    tape_release(&t);
}

// x*x*… used three times by three nodes, with shares 2, 3 and 7 in this order.
static uint32_t three_uses(struct tape *t, uint32_t *x)
{
    tape_init(t);
    *x = tape_leaf(t, 1, 0);
    uint32_t seven = tape_apply(t, OP_MUL, tape_leaf(t, 7, MARK_CONST), *x);
    uint32_t three = tape_apply(t, OP_MUL, tape_leaf(t, 3, MARK_CONST), *x);
    uint32_t two = tape_apply(t, OP_MUL, tape_leaf(t, 2, MARK_CONST), *x);
    return tape_apply(t, OP_ADD, tape_apply(t, OP_ADD, seven, three), two);
}

static void shares_lost_and_overwritten(void **state)
{
    (void)state;
    struct tape t;
    uint32_t x, L = three_uses(&t, &x);
    uint32_t seven = 2, three = 4, two = 6;
    assert_wrong(&t, L, (struct mistake){MISTAKE_DROPPED, three, 1}, x, 9);
    assert_wrong(&t, L, (struct mistake){MISTAKE_DROPPED, two, 1}, x, 10);
    assert_wrong(&t, L, (struct mistake){MISTAKE_DROPPED, NODE_NONE, 0}, x, 2);
    assert_wrong(&t, L, (struct mistake){MISTAKE_OVERWRITTEN, two, 1}, x, 12);  // the first
    assert_wrong(&t, L, (struct mistake){MISTAKE_OVERWRITTEN, three, 1}, x, 10);
    assert_wrong(&t, L, (struct mistake){MISTAKE_OVERWRITTEN, seven, 1}, x, 7);
    assert_wrong(&t, L, (struct mistake){MISTAKE_OVERWRITTEN, NODE_NONE, 0}, x, 7);
    // A leaf can be left uncleared, once; what is stale inside is another row's.
    assert_wrong(&t, L, (struct mistake){MISTAKE_NOT_CLEARED, two, 1}, x, 24);
    assert_wrong(&t, L, (struct mistake){MISTAKE_NOT_CLEARED, three, 1}, x, 12);
    assert_wrong(&t, L, (struct mistake){MISTAKE_STALE_INSIDE, two, 1}, x, 12);
    tape_release(&t);
}

// As micrograd does without zeroing: 24, -16, -6, where 12, -8, -4 is right.
static void earlier_passes(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    struct mistake stale = {MISTAKE_STALE_INSIDE, NODE_NONE, 0};
    assert_wrong(&g.tape, g.L, stale, g.a, 24);
    assert_wrong(&g.tape, g.L, stale, g.b, -16);
    assert_wrong(&g.tape, g.L, stale, g.c, -6);
    assert_wrong(&g.tape, g.L, stale, g.d, -4);
    struct mistake leaves = {MISTAKE_NOT_CLEARED, NODE_NONE, 0};
    assert_wrong(&g.tape, g.L, leaves, g.a, 12);
    assert_wrong(&g.tape, g.L, leaves, g.d, -2);
    struct mistake one = {MISTAKE_STALE_INSIDE, g.d, 0};  // e was not cleared
    assert_wrong(&g.tape, g.L, one, g.e, -4);
    assert_wrong(&g.tape, g.L, one, g.a, 12);
    assert_wrong(&g.tape, g.L, one, g.c, -2);
    assert_int_equal(mistake_culprit(&g.tape, &one), g.e);
    assert_int_equal(mistake_culprit(&g.tape, &(struct mistake){MISTAKE_SIGN, g.d, 0}), g.d);
    tape_release(&g.tape);
}

static void a_pass_with_a_mistake_is_stored(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    assert_true(tape_set_grad(&g.tape, NULL, g.a, 100));
    assert_true(tape_set_grad(&g.tape, NULL, g.e, 100));
    uint32_t aside = tape_apply(&g.tape, OP_NEG, g.c, g.c);
    assert_true(tape_set_marks(&g.tape, NULL, g.b, MARK_PARAM));
    struct snapshot before;
    snapshot_take(&before, &g.tape);
    struct trail trail;
    trail_init(&trail);
    struct mistake m = {MISTAKE_SIGN, g.e, 0};
    assert_int_equal(mistakes_backward(&g.tape, &trail, NULL, g.L, &m), SWEEP_DONE);
    assert_true(tape_grad(&g.tape, g.a) == 94 && tape_grad(&g.tape, g.e) == -2);
    assert_true(tape_grad(&g.tape, g.b) == -4 && tape_grad(&g.tape, g.L) == 1);
    assert_true(tape_marked(&g.tape, g.b, MARK_PARAM));
    assert_true(tape_marked(&g.tape, g.b, MARK_GRAD) && !tape_marked(&g.tape, aside, MARK_GRAD));
    trail_take_back(&trail, 0, NULL);
    assert_same_bits(&before, &g.tape);
    snapshot_release(&before);
    trail_release(&trail);
    tape_release(&g.tape);
}

static int diagnose(const struct tape *t, uint32_t root, uint32_t of, double answer,
                    struct mistake_match matches[MISTAKE_COUNT])
{
    struct given_answer given = {root, of, answer, 1e-9, 1e-6};
    int kinds;
    assert_int_equal(mistakes_diagnose(t, NULL, &given, matches, &kinds), SWEEP_DONE);
    return kinds;
}

static void assert_diagnosed(const struct tape *t, uint32_t root, uint32_t of, double answer,
                             enum mistake_kind kind)
{
    struct mistake_match matches[MISTAKE_COUNT];
    int kinds = diagnose(t, root, of, answer, matches);
    if (kinds != 1 || (!matches[kind].always && matches[kind].places == 0)) {
        fail_msg("%g: %d kinds, expected %s", answer, kinds, mistake_get(kind)->name);
    }
}

static void answers_on_the_canonical_graph(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    struct mistake_match matches[MISTAKE_COUNT];
    assert_int_equal(diagnose(&g.tape, g.L, g.a, 6, matches), 0);
    assert_int_equal(diagnose(&g.tape, g.L, g.a, 6.000001, matches), 0);
    assert_int_equal(diagnose(&g.tape, g.L, g.a, 1234.5, matches), 0);
    assert_int_equal(diagnose(&g.tape, g.L, g.a, NAN, matches), 0);
    assert_int_equal(diagnose(&g.tape, g.e, g.c, 1, matches), 0);
    assert_diagnosed(&g.tape, g.L, g.a, -6, MISTAKE_SIGN);
    assert_diagnosed(&g.tape, g.L, g.a, 24, MISTAKE_STALE_INSIDE);
    assert_diagnosed(&g.tape, g.L, g.a, 12, MISTAKE_NOT_CLEARED);
    assert_diagnosed(&g.tape, g.L, g.a, 0, MISTAKE_DROPPED);
    assert_diagnosed(&g.tape, g.L, g.a, -5, MISTAKE_ADDED);
    assert_diagnosed(&g.tape, g.L, g.b, -16, MISTAKE_STALE_INSIDE);
    // Some answers have several explanations: upstream left out at d or e, -2 at L, all added.
    assert_int_equal(diagnose(&g.tape, g.L, g.a, -3, matches), 3);
    assert_int_equal(matches[MISTAKE_NO_UPSTREAM].first.node, g.d);
    assert_int_equal(matches[MISTAKE_NO_UPSTREAM].places, 2);
    assert_int_equal(matches[MISTAKE_NO_LOCAL].first.node, g.L);
    assert_true(matches[MISTAKE_ADDED].always && matches[MISTAKE_ADDED].places == 0);
    // The first place is the nearest to root.
    assert_int_equal(diagnose(&g.tape, g.L, g.a, -6, matches), 1);
    assert_int_equal(matches[MISTAKE_SIGN].places, 3);
    assert_true(matches[MISTAKE_SIGN].always);
    assert_int_equal(matches[MISTAKE_SIGN].first.node, g.L);
    assert_int_equal(matches[MISTAKE_SIGN].first.slot, 0);
    tape_release(&g.tape);
}

// a + a: the second share replaces the first, or the first is lost: it looks the same, and so one
// of the two is named. With three uses they can be told apart.
static void answers_where_paths_meet(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    uint32_t a = tape_leaf(&t, 7, 0);
    assert_diagnosed(&t, tape_apply(&t, OP_ADD, a, a), a, 1, MISTAKE_DROPPED);
    tape_release(&t);
    uint32_t x, L = three_uses(&t, &x);
    assert_diagnosed(&t, L, x, 7, MISTAKE_OVERWRITTEN);
    assert_diagnosed(&t, L, x, 2, MISTAKE_DROPPED);
    assert_diagnosed(&t, L, x, 5, MISTAKE_DROPPED);
    struct mistake_match matches[MISTAKE_COUNT];
    assert_int_equal(diagnose(&t, L, x, 2, matches), 1);
    assert_true(matches[MISTAKE_DROPPED].always);
    assert_int_equal(matches[MISTAKE_DROPPED].places, 1);  // seven + three, at L
    // Without any tolerance, right is right.
    struct given_answer exact = {L, x, 12, 0, 0};
    int kinds;
    assert_int_equal(mistakes_diagnose(&t, NULL, &exact, matches, &kinds), SWEEP_DONE);
    assert_int_equal(kinds, 0);
    exact.answer = 7;
    assert_int_equal(mistakes_diagnose(&t, NULL, &exact, matches, &kinds), SWEEP_DONE);
    assert_int_equal(kinds, 1);
    tape_release(&t);
}

static size_t places_by_sweeping(const struct tape *t, uint32_t root, enum mistake_kind kind,
                                 uint32_t of, double answer)
{
    size_t places = 0;
    for (uint32_t node = 0; node <= root; node++) {
        for (int slot = 0; slot < tape_arity(t, node); slot++) {
            struct adjoints wrong;
            sweep(t, root, kind, node, slot, &wrong);
            places += close_to(adjoints_get(&wrong, of), answer, 7);
            adjoints_release(&wrong);
        }
    }
    return places;
}

// A mistake made is a mistake found; and the number of places is that of a sweep for each place.
static void diagnosis_agrees_with_sweeps(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 41);
    int found = 0, alike = 0;
    for (int round = 0; round < 500; round++) {
        struct tape t;
        uint32_t root = random_graph(&t, &rng, 3, 10, true);
        struct mistake m;
        assert_int_equal(mistakes_pick(&t, NULL, root, &rng, &m), SWEEP_DONE);
        if (m.kind != MISTAKE_COUNT) {
            struct adjoints right, wrong;
            assert_int_equal(sweep_adjoints(&t, NULL, root, 0, &right), SWEEP_DONE);
            sweep(&t, root, m.kind, m.node, m.slot, &wrong);
            for (uint32_t of = 0; of < root; of++) {
                double answer = adjoints_get(&wrong, of);
                if (fabs(answer - adjoints_get(&right, of)) < 1e-3) {
                    continue;
                }
                struct mistake_match matches[MISTAKE_COUNT];
                assert_true(diagnose(&t, root, of, answer, matches) > 0);
                if (matches[m.kind].places > 0) {
                    assert_int_equal(matches[m.kind].places,
                                     places_by_sweeping(&t, root, m.kind, of, answer));
                    found++;
                } else {
                    const struct mistake_match *other = &matches[mistake_get(m.kind)->like];
                    assert_true(other->always || other->places > 0);
                    alike++;
                }
            }
            adjoints_release(&right);
            adjoints_release(&wrong);
        }
        tape_release(&t);
    }
    assert_true(found > 300 && alike > 5);
}

static void what_is_picked_shows(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 42);
    int picked[MISTAKE_COUNT] = {0};
    for (int round = 0; round < 3000; round++) {
        struct tape t;
        uint32_t root = random_graph(&t, &rng, 4, 30, false);
        struct mistake m;
        assert_int_equal(mistakes_pick(&t, NULL, root, &rng, &m), SWEEP_DONE);
        if (m.kind != MISTAKE_COUNT) {
            picked[m.kind]++;
            struct adjoints right, wrong;
            assert_int_equal(sweep_adjoints(&t, NULL, root, 0, &right), SWEEP_DONE);
            sweep(&t, root, m.kind, m.node, m.slot, &wrong);
            uint32_t child = tape_operand(&t, m.node, m.slot);
            double off = fabs(adjoints_get(&wrong, child) - adjoints_get(&right, child));
            if (!isnan(off)) {  // another share may be nan
                assert_true(off > 9e-7);
            }
            adjoints_release(&right);
            adjoints_release(&wrong);
        }
        tape_release(&t);
    }
    for (enum mistake_kind kind = 0; kind < MISTAKE_COUNT; kind++) {
        assert_true(picked[kind] > 0);
    }
}

static void every_place_is_picked(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    struct rng rng;
    rng_seed(&rng, 44);
    int picked[7][2] = {{0}};
    for (int i = 0; i < 3000; i++) {
        struct mistake m;
        assert_int_equal(mistakes_pick(&g.tape, NULL, g.L, &rng, &m), SWEEP_DONE);
        picked[m.node][m.slot] += m.kind == MISTAKE_SIGN;
    }
    for (int slot = 0; slot < 2; slot++) {
        assert_in_range(picked[g.L][slot], 30, 100);
        assert_in_range(picked[g.d][slot], 30, 100);
        assert_in_range(picked[g.e][slot], 30, 100);
    }
    tape_release(&g.tape);
}

static void picking_follows_the_seed(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    struct rng one, two;
    rng_seed(&one, 9);
    rng_seed(&two, 9);
    bool differ = false;
    struct mistake before = {MISTAKE_COUNT, 0, 0};
    for (int i = 0; i < 20; i++) {
        struct mistake m, n;
        assert_int_equal(mistakes_pick(&g.tape, NULL, g.L, &one, &m), SWEEP_DONE);
        assert_int_equal(mistakes_pick(&g.tape, NULL, g.L, &two, &n), SWEEP_DONE);
        assert_true(m.kind == n.kind && m.node == n.node && m.slot == n.slot);
        differ |= before.kind != MISTAKE_COUNT && before.kind != m.kind;
        before = m;
    }
    assert_true(differ);
    struct mistake none;
    assert_int_equal(mistakes_pick(&g.tape, NULL, g.a, &one, &none), SWEEP_DONE);
    assert_int_equal(none.kind, MISTAKE_COUNT);
    tape_release(&g.tape);
}

// A mistake that cannot be made where it is asked for changes nothing, to the last bit.
static void without_a_mistake_it_is_the_right_pass(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 43);
    for (int round = 0; round < 300; round++) {
        struct tape t;
        uint32_t root = random_graph(&t, &rng, 4, 40, round % 2 == 0);
        struct adjoints right, same;
        assert_int_equal(sweep_adjoints(&t, NULL, root, 0, &right), SWEEP_DONE);
        sweep(&t, root, MISTAKE_SIGN, 0, 0, &same);
        assert_same_numbers(&right.grad, &same.grad);
        for (uint32_t id = 0; id <= root; id++) {
            assert_int_equal(adjoints_reach(&right, id), adjoints_reach(&same, id));
        }
        adjoints_release(&right);
        adjoints_release(&same);
        tape_release(&t);
    }
}

static void can_be_stopped(void **state)
{
    (void)state;
    struct tape t;
    uint32_t root = chain(&t, 50000);
    struct stop stop = {.asked = 1};
    struct mistake m = {MISTAKE_SIGN, root, 0};
    struct adjoints out;
    assert_int_equal(mistakes_sweep(&t, &stop, root, &m, &out), SWEEP_STOPPED);
    adjoints_release(&out);
    struct rng rng;
    rng_seed(&rng, 1);
    assert_int_equal(mistakes_pick(&t, &stop, root, &rng, &m), SWEEP_STOPPED);
    struct mistake_match matches[MISTAKE_COUNT];
    int kinds;
    struct given_answer given = {root, 0, 5, 0, 0};
    assert_int_equal(mistakes_diagnose(&t, &stop, &given, matches, &kinds), SWEEP_STOPPED);
    assert_int_equal(kinds, 0);
    tape_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_whole),
        cmocka_unit_test(each_mistake_by_hand),
        cmocka_unit_test(a_slope_at_the_wrong_point),
        cmocka_unit_test(shares_lost_and_overwritten),
        cmocka_unit_test(earlier_passes),
        cmocka_unit_test(a_pass_with_a_mistake_is_stored),
        cmocka_unit_test(answers_on_the_canonical_graph),
        cmocka_unit_test(answers_where_paths_meet),
        cmocka_unit_test(diagnosis_agrees_with_sweeps),
        cmocka_unit_test(what_is_picked_shows),
        cmocka_unit_test(every_place_is_picked),
        cmocka_unit_test(picking_follows_the_seed),
        cmocka_unit_test(without_a_mistake_it_is_the_right_pass),
        cmocka_unit_test(can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
