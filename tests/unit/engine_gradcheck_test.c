// Nudges and the gradient check, which is made of them.
#include "engine_graphs.h"

#include "engine/gradcheck.h"
#include "engine/mistakes.h"

static struct nudged nudged(const struct tape *t, uint32_t root, uint32_t node, double h)
{
    struct nudged n;
    assert_int_equal(nudge_once(t, NULL, root, node, h, &n), SWEEP_DONE);
    return n;
}

static void a_nudge_predicts_and_measures(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    struct snapshot before;
    snapshot_take(&before, &g.tape);
    struct nudged n = nudged(&g.tape, g.L, g.a, 0.5);
    assert_true(n.gradient == 6 && n.predicted == 3);
    assert_true(n.before == -8 && n.after == -5 && n.actual == 3);
    // An interior node is moved too, and what it is made of is not.
    n = nudged(&g.tape, g.L, g.d, 1);
    assert_true(n.gradient == -2 && n.after == -10);
    n = nudged(&g.tape, g.L, g.L, 1);
    assert_true(n.gradient == 1 && n.after == -7 && n.actual == 1);
    // Root does not depend on these.
    n = nudged(&g.tape, g.e, g.c, 1);
    assert_true(n.gradient == 0 && n.actual == 0 && n.after == -6);
    n = nudged(&g.tape, g.e, g.L, 1);
    assert_true(n.gradient == 0 && n.actual == 0 && n.after == -6);
    assert_same_bits(&before, &g.tape);
    snapshot_release(&before);
    tape_release(&g.tape);
}

static void a_nudge_of_a_curve_differs_from_its_tangent(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    uint32_t x = tape_leaf(&t, 3, 0), y = tape_apply(&t, OP_SQUARE, x, x);
    struct nudged n = nudged(&t, y, x, 0.5);
    assert_true(n.predicted == 3 && n.actual == 3.25);
    tape_release(&t);
}

// Taking another node in hand puts the first one back.
static void one_node_is_moved_at_a_time(void **state)
{
    (void)state;
    struct canonical g;
    canonical_init(&g);
    struct nudge n;
    double L;
    assert_int_equal(nudge_init(&n, &g.tape, g.L), SWEEP_DONE);
    assert_int_equal(nudge_take(&n, NULL, g.a), SWEEP_DONE);
    assert_int_equal(nudge_to(&n, NULL, 100, &L), SWEEP_DONE);
    assert_true(L == 580);
    assert_true(nudge_moved(&n, g.e) && !nudge_moved(&n, g.b) && nudge_value(&n, g.e) == -300);
    assert_int_equal(nudge_take(&n, NULL, g.f), SWEEP_DONE);
    assert_int_equal(nudge_to(&n, NULL, 1, &L), SWEEP_DONE);
    assert_true(L == 4 && !nudge_moved(&n, g.e) && nudge_value(&n, g.e) == -6);
    assert_int_equal(nudge_to(&n, NULL, -2, &L), SWEEP_DONE);
    assert_true(L == -8);
    nudge_release(&n);
    tape_release(&g.tape);
}

// Checks everything; the results are the caller's to release.
static void check_all(struct gradcheck *g, const struct tape *t, uint32_t root,
                      const struct adjoints *brought)
{
    assert_int_equal(gradcheck_init(g, t, NULL, root, SIZE_MAX, brought), SWEEP_DONE);
    assert_int_equal(gradcheck_more(g, NULL, UINT64_MAX / 2), SWEEP_DONE);
    assert_int_equal(gradcheck_left(g), 0);
}

static const struct gradcheck_leaf *result(const struct gradcheck *g, size_t i)
{
    assert_true(i < g->results.count);
    return &BUF(struct gradcheck_leaf, &g->results)[i];
}

static const struct gradcheck_leaf *result_of(const struct gradcheck *g, uint32_t leaf)
{
    for (size_t i = 0; i < g->results.count; i++) {
        if (result(g, i)->leaf == leaf) {
            return result(g, i);
        }
    }
    fail();
    return NULL;
}

static void the_canonical_graph_is_right(void **state)
{
    (void)state;
    struct canonical c;
    canonical_init(&c);
    struct snapshot before;
    snapshot_take(&before, &c.tape);
    struct gradcheck g;
    check_all(&g, &c.tape, c.L, NULL);
    assert_int_equal(g.total, 4);
    assert_int_equal(g.results.count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(result(&g, i)->verdict, GRADCHECK_RIGHT);
        assert_true(result(&g, i)->relative < 1e-10);
        assert_int_equal(result(&g, i)->kink, NODE_NONE);
    }
    assert_true(result_of(&g, c.a)->gradient == 6);
    assert_close(result_of(&g, c.a)->measured, 6, 10);
    gradcheck_release(&g);
    assert_same_bits(&before, &c.tape);
    snapshot_release(&before);
    tape_release(&c.tape);
}

static void every_operation_is_right_at_its_samples(void **state)
{
    (void)state;
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        const struct op_row *row = op_get(op);
        for (int i = 0; i < OP_SAMPLES; i++) {
            struct tape t;
            tape_init(&t);
            uint32_t x = tape_leaf(&t, row->sample[0][i], 0), y = x;
            if (row->arity == 2) {
                y = tape_leaf(&t, row->sample[1][i], 0);
            }
            struct gradcheck g;
            check_all(&g, &t, tape_apply(&t, op, x, y), NULL);
            assert_int_equal(g.results.count, row->arity);
            for (size_t k = 0; k < g.results.count; k++) {
                const struct gradcheck_leaf *leaf = result(&g, k);
                if (leaf->verdict != GRADCHECK_RIGHT || leaf->relative > 1e-6) {
                    fail_msg("%s at sample %d, operand %zu: %.17g, measured %.17g", row->name, i, k,
                             leaf->gradient, leaf->measured);
                }
            }
            gradcheck_release(&g);
            tape_release(&t);
        }
    }
}

// The error falls with h until rounding takes over, and rises again.
static void the_curve_is_a_u(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    uint32_t x = tape_leaf(&t, 1, 0), y = tape_apply(&t, OP_EXP, x, x);
    struct gradcheck g;
    check_all(&g, &t, y, NULL);
    const struct gradcheck_leaf *leaf = result(&g, 0);
    assert_true(leaf->curve[0].h == 0.1 && leaf->curve[11].h == 1e-12);
    assert_in_range(leaf->best, 3, 6);
    double bottom = leaf->curve[leaf->best].error;
    assert_true(bottom < 1e-9);
    // h²/6 of the third derivative, e.
    assert_close(leaf->curve[0].error, 0.01 / 6 * exp(1), 4);
    assert_true(leaf->curve[0].error > 90 * leaf->curve[1].error);
    assert_true(leaf->curve[1].error > 90 * leaf->curve[2].error);
    assert_true(leaf->curve[11].error > 1e4 * bottom);
    for (int near = leaf->best - 1; near <= leaf->best + 1; near++) {
        assert_true(fabs(leaf->curve[near].measured - leaf->measured) <= leaf->doubt);
    }
    gradcheck_release(&g);
    tape_release(&t);
}

// Linear functions have no truncation error: the largest h is the best.
static void the_largest_step_where_rounding_is_all(void **state)
{
    (void)state;
    struct canonical c;
    canonical_init(&c);
    struct gradcheck g;
    check_all(&g, &c.tape, c.L, NULL);
    assert_int_equal(result_of(&g, c.a)->best, 0);
    gradcheck_release(&g);
    tape_release(&c.tape);
}

// z = (x*factor + offset) - offset, y: what rounding at the offset does to the measurement.
static struct gradcheck_leaf behind_an_offset(double factor, double offset, double slope_of_y)
{
    struct tape t;
    tape_init(&t);
    uint32_t x = tape_leaf(&t, 1, 0), y = tape_leaf(&t, 0.5, 0);
    uint32_t big = tape_leaf(&t, offset, MARK_CONST);
    uint32_t z = tape_apply(&t, OP_MUL, x, tape_leaf(&t, factor, MARK_CONST));
    z = tape_apply(&t, OP_SUB, tape_apply(&t, OP_ADD, z, big), big);
    uint32_t other = tape_apply(&t, OP_MUL, y, tape_leaf(&t, slope_of_y, MARK_CONST));
    struct gradcheck g;
    check_all(&g, &t, tape_apply(&t, OP_ADD, z, other), NULL);
    struct gradcheck_leaf leaf = *result_of(&g, x);
    gradcheck_release(&g);
    tape_release(&t);
    return leaf;
}

static void rounding_inside_the_graph_is_known(void **state)
{
    (void)state;
    // The value of root is small, but 1e8 on the way to it is not: small h see only its rounding.
    struct gradcheck_leaf leaf = behind_an_offset(1, 1e8, 1);
    assert_int_equal(leaf.verdict, GRADCHECK_RIGHT);
    assert_int_equal(leaf.best, 0);
    assert_true(leaf.relative < 1e-6 && leaf.doubt > 1e-8);
    // Nothing of x is left: that is no proof of a gradient …
    leaf = behind_an_offset(1e-3, 1e13, 1e-3);
    assert_int_equal(leaf.verdict, GRADCHECK_UNCLEAR);
    // … and does not matter beside a leaf that moves root a million million times more.
    leaf = behind_an_offset(1e-3, 1e13, 1e12);
    assert_int_equal(leaf.verdict, GRADCHECK_RIGHT);
}

// A large x has steps to match, a small one is not lost in large steps.
static void sizes_do_not_matter(void **state)
{
    (void)state;
    static const double sizes[] = {1e-9, 1e-6, 1, 1e6, 1e12, 1e150};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct tape t;
        tape_init(&t);
        uint32_t x = tape_leaf(&t, sizes[i], 0), y = tape_apply(&t, OP_LOG, x, x);
        uint32_t z = tape_apply(&t, OP_MUL, y, y);
        struct gradcheck g;
        check_all(&g, &t, z, NULL);
        assert_int_equal(result(&g, 0)->verdict, GRADCHECK_RIGHT);
        assert_true(result(&g, 0)->relative < 1e-4);
        gradcheck_release(&g);
        tape_release(&t);
    }
}

static enum gradcheck_verdict verdict_of(enum op op, double x_value, double y_value,
                                         struct gradcheck_leaf *leaf)
{
    struct tape t;
    tape_init(&t);
    uint32_t x = tape_leaf(&t, x_value, 0), y = x;
    if (op_get(op)->arity == 2) {
        y = tape_leaf(&t, y_value, 0);
    }
    struct gradcheck g;
    check_all(&g, &t, tape_apply(&t, op, x, y), NULL);
    *leaf = *result_of(&g, x);
    gradcheck_release(&g);
    tape_release(&t);
    return leaf->verdict;
}

static void kinks_are_named(void **state)
{
    (void)state;
    static const enum op kinky[] = {OP_RELU, OP_LEAKY_RELU, OP_ABS, OP_SIGN, OP_MAX, OP_MIN,
                                    OP_LT,   OP_LE,         OP_GT,  OP_GE,   OP_EQ,  OP_NE};
    struct gradcheck_leaf leaf;
    for (size_t i = 0; i < COUNT_OF(kinky); i++) {
        double at = op_get(kinky[i])->arity == 2 ? 1.5 : 0;
        uint32_t node = (uint32_t)op_get(kinky[i])->arity;
        assert_int_equal(verdict_of(kinky[i], at, 1.5, &leaf), GRADCHECK_KINK);
        assert_int_equal(leaf.kink, node);
        assert_true(leaf.kink_h == at * 1e-12 || leaf.kink_h == 1e-12);
        assert_int_equal(leaf.best, -1);
        // Near enough for some h, far enough for others: those decide, the kink is told.
        assert_int_equal(verdict_of(kinky[i], at + 3e-4, 1.5, &leaf), GRADCHECK_RIGHT);
        assert_int_equal(leaf.kink, node);
        assert_true(leaf.kink_h >= 1e-3 && leaf.kink_h < 2e-3);
        assert_true(leaf.curve[leaf.best].h < 3e-4);
        // Far away.
        assert_int_equal(verdict_of(kinky[i], at + 1, 1.5, &leaf), GRADCHECK_RIGHT);
        assert_int_equal(leaf.kink, NODE_NONE);
    }
}

static void outside_the_domain_nothing_is_claimed(void **state)
{
    (void)state;
    struct gradcheck_leaf leaf;
    assert_int_equal(verdict_of(OP_SQRT, 0, 0, &leaf), GRADCHECK_UNCLEAR);
    assert_true(leaf.best == -1 && isinf(leaf.gradient));
    assert_int_equal(verdict_of(OP_LOG, -1, 0, &leaf), GRADCHECK_UNCLEAR);
    // Some h reach outside, the others decide.
    assert_int_equal(verdict_of(OP_SQRT, 0.05, 0, &leaf), GRADCHECK_RIGHT);
    assert_true(isnan(leaf.curve[0].measured));
}

static void flat_places_are_right(void **state)
{
    (void)state;
    struct gradcheck_leaf leaf;
    assert_int_equal(verdict_of(OP_RELU, -1, 0, &leaf), GRADCHECK_RIGHT);
    assert_true(leaf.gradient == 0 && leaf.measured == 0 && leaf.relative == 0);
    assert_int_equal(verdict_of(OP_MUL, 1, 0, &leaf), GRADCHECK_RIGHT);
    assert_true(leaf.relative == 0);
}

static void random_graphs_are_right(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 31);
    size_t right = 0, unclear = 0;
    for (int round = 0; round < 300; round++) {
        struct tape t;
        uint32_t root = random_graph(&t, &rng, 6, 40, true);
        struct gradcheck g;
        check_all(&g, &t, root, NULL);
        for (size_t i = 0; i < g.results.count; i++) {
            const struct gradcheck_leaf *leaf = result(&g, i);
            if (leaf->verdict == GRADCHECK_WRONG) {
                fail_msg("round %d, leaf %u: %.17g, measured %.17g, doubt %g", round, leaf->leaf,
                         leaf->gradient, leaf->measured, leaf->doubt);
            }
            right += leaf->verdict == GRADCHECK_RIGHT;
            unclear += leaf->verdict == GRADCHECK_UNCLEAR;
        }
        gradcheck_release(&g);
        tape_release(&t);
    }
    assert_true(right > 500 && unclear < right / 100);
}

// Gradients with a mistake in them are found out, and are first.
static void wrong_gradients_are_found(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 32);
    size_t found = 0;
    for (int round = 0; round < 200; round++) {
        struct tape t;
        uint32_t root = random_graph(&t, &rng, 6, 25, true);
        struct mistake m;
        assert_int_equal(mistakes_pick(&t, NULL, root, &rng, &m), SWEEP_DONE);
        if (m.kind == MISTAKE_COUNT) {
            tape_release(&t);
            continue;
        }
        struct adjoints right, wrong;
        assert_int_equal(sweep_adjoints(&t, NULL, root, 0, &right), SWEEP_DONE);
        assert_int_equal(mistakes_sweep(&t, NULL, root, &m, &wrong), SWEEP_DONE);
        struct gradcheck g;
        check_all(&g, &t, root, &wrong);
        for (size_t i = 0; i < g.results.count; i++) {
            const struct gradcheck_leaf *leaf = result(&g, i);
            double off = fabs(adjoints_get(&right, leaf->leaf) - leaf->gradient);
            assert_true(i == 0 || result(&g, i - 1)->verdict <= leaf->verdict);
            if (off > 1e-3 && result_of(&g, leaf->leaf)->verdict != GRADCHECK_WRONG) {
                fail_msg("round %d: %s passes", round, mistake_get(m.kind)->name);
            }
            found += leaf->verdict == GRADCHECK_WRONG;
        }
        gradcheck_release(&g);
        adjoints_release(&right);
        adjoints_release(&wrong);
        tape_release(&t);
    }
    assert_true(found > 200);
}

// Wrong, unclear, kink, right; among equals the larger relative error; then the order of the tape.
static void the_worst_comes_first(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    uint32_t x[6], sum = NODE_NONE;
    static const double values[] = {2, 1, 1, 0, 0, 1};
    static const enum op ops[] = {OP_NEG, OP_NEG, OP_EXP, OP_RELU, OP_SQRT, OP_SIN};
    for (int i = 0; i < 6; i++) {
        x[i] = tape_leaf(&t, values[i], 0);
        uint32_t y = tape_apply(&t, ops[i], x[i], x[i]);
        sum = i == 0 ? y : tape_apply(&t, OP_ADD, sum, y);
    }
    struct adjoints d;
    assert_int_equal(sweep_adjoints(&t, NULL, sum, 0, &d), SWEEP_DONE);
    BUF(double, &d.grad)[x[5]] += 1e-3;
    BUF(double, &d.grad)[x[2]] *= 1 + 1e-8;
    struct gradcheck g;
    check_all(&g, &t, sum, &d);
    static const enum gradcheck_verdict verdicts[] = {GRADCHECK_WRONG, GRADCHECK_UNCLEAR,
                                                      GRADCHECK_KINK,  GRADCHECK_RIGHT,
                                                      GRADCHECK_RIGHT, GRADCHECK_RIGHT};
    const uint32_t order[] = {x[5], x[4], x[3], x[2]};
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(result(&g, i)->verdict, verdicts[i]);
        assert_true(i >= COUNT_OF(order) || result(&g, i)->leaf == order[i]);
    }
    assert_true(result(&g, 4)->relative >= result(&g, 5)->relative);
    gradcheck_release(&g);
    adjoints_release(&d);
    tape_release(&t);

    // Equal in everything.
    sum = tape_leaf(&t, 0, MARK_CONST);
    for (int i = 0; i < 40; i++) {
        sum = tape_apply(&t, OP_ADD, sum, tape_leaf(&t, 1, 0));
    }
    check_all(&g, &t, sum, NULL);
    for (size_t i = 1; i < 40; i++) {
        assert_true(result(&g, i - 1)->relative > result(&g, i)->relative ||
                    result(&g, i - 1)->leaf < result(&g, i)->leaf);
    }
    gradcheck_release(&g);
    tape_release(&t);
}

static void work_is_done_in_portions(void **state)
{
    (void)state;
    struct tape t;
    tape_init(&t);
    uint32_t sum = tape_leaf(&t, 0, MARK_CONST);
    for (int i = 0; i < 100; i++) {
        uint32_t x = tape_leaf(&t, i, 0);
        sum = tape_apply(&t, OP_ADD, sum, tape_apply(&t, OP_SIN, x, x));
    }
    struct gradcheck g;
    assert_int_equal(gradcheck_init(&g, &t, NULL, sum, 10, NULL), SWEEP_DONE);
    assert_int_equal(g.total, 100);
    assert_int_equal(gradcheck_left(&g), 10);
    for (size_t left = 9; left < 10; left--) {
        assert_int_equal(gradcheck_more(&g, NULL, 0), SWEEP_DONE);
        assert_int_equal(gradcheck_left(&g), left);
    }
    // Spread over all leaves: one of every ten.
    for (uint32_t tenth = 0; tenth < 10; tenth++) {
        result_of(&g, 1 + 3 * 10 * tenth);
    }
    gradcheck_release(&g);
    assert_int_equal(gradcheck_init(&g, &t, NULL, sum, 10, NULL), SWEEP_DONE);
    assert_int_equal(gradcheck_more(&g, NULL, 5000), SWEEP_DONE);
    size_t left = gradcheck_left(&g);
    assert_in_range(left, 1, 9);
    assert_int_equal(gradcheck_more(&g, NULL, 5000), SWEEP_DONE);
    assert_in_range(gradcheck_left(&g), 0, left - 2);
    gradcheck_release(&g);

    struct stop stop = {.asked = 1};
    assert_int_equal(gradcheck_init(&g, &t, NULL, sum, 10, NULL), SWEEP_DONE);
    assert_int_equal(gradcheck_more(&g, &stop, 1000), SWEEP_STOPPED);
    assert_int_equal(gradcheck_left(&g), 10);
    gradcheck_release(&g);
    tape_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_nudge_predicts_and_measures),
        cmocka_unit_test(a_nudge_of_a_curve_differs_from_its_tangent),
        cmocka_unit_test(one_node_is_moved_at_a_time),
        cmocka_unit_test(the_canonical_graph_is_right),
        cmocka_unit_test(every_operation_is_right_at_its_samples),
        cmocka_unit_test(the_curve_is_a_u),
        cmocka_unit_test(the_largest_step_where_rounding_is_all),
        cmocka_unit_test(rounding_inside_the_graph_is_known),
        cmocka_unit_test(sizes_do_not_matter),
        cmocka_unit_test(kinks_are_named),
        cmocka_unit_test(outside_the_domain_nothing_is_claimed),
        cmocka_unit_test(flat_places_are_right),
        cmocka_unit_test(random_graphs_are_right),
        cmocka_unit_test(wrong_gradients_are_found),
        cmocka_unit_test(the_worst_comes_first),
        cmocka_unit_test(work_is_done_in_portions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
