// engine/lanes and engine/runs on tapes that no formula would make: rows alike in any order, wired in
// any way, and some of them wired wrong. Whatever is accepted must give the bits of the plain sweep.
#include "engine/lanes.h"

#include "engine/descent.h"
#include "engine_graphs.h"

enum { SHAPES = 24, LANES_MOST = 80 };

// A node of the pattern that every lane repeats: its operands are nodes of the pattern before it,
// or what is outside it.
struct shape {
    enum op op;
    uint32_t operand[2];
    enum { FROM_PATTERN, FROM_LANE, FROM_OUTSIDE } from[2];
};

struct pattern {
    struct shape shape[SHAPES];
    uint32_t count, lanes;
    uint32_t outside[12], outsides;  // parameters and what is made of them
    uint32_t leaf[LANES_MOST][3];    // of each lane
    uint32_t node[LANES_MOST][SHAPES];
};

static void choose_shapes(struct pattern *p, struct rng *rng)
{
    p->count = 2 + (uint32_t)rng_below(rng, SHAPES - 2);
    for (uint32_t i = 0; i < p->count; i++) {
        struct shape *s = &p->shape[i];
        bool product = rng_below(rng, 3) == 0;
        s->op = product ? (rng_below(rng, 2) == 0 ? OP_MUL : OP_ADD)
                        : TAME[rng_below(rng, COUNT_OF(TAME))];
        for (int k = 0; k < 2; k++) {
            uint64_t from = rng_below(rng, i == 0 ? 2 : 4);
            s->from[k] = from == 0 ? FROM_LANE : from == 1 ? FROM_OUTSIDE : FROM_PATTERN;
            uint64_t most = from == 0 ? 3 : from == 1 ? p->outsides : i < 4 ? i : 4;
            uint32_t chosen = (uint32_t)rng_below(rng, most);
            s->operand[k] = s->from[k] == FROM_PATTERN ? i - 1 - chosen : chosen;
        }
    }
}

static uint32_t resolve(const struct pattern *p, uint32_t lane, uint32_t i, int k)
{
    const struct shape *s = &p->shape[i];
    return s->from[k] == FROM_PATTERN ? p->node[lane][s->operand[k]]
           : s->from[k] == FROM_LANE  ? p->leaf[lane][s->operand[k]]
                                      : p->outside[s->operand[k]];
}

static void add_node(struct tape *t, struct pattern *p, uint32_t lane, uint32_t i, bool wrong,
                     struct rng *rng)
{
    uint32_t a = resolve(p, lane, i, 0), b = resolve(p, lane, i, 1);
    enum op op = p->shape[i].op;
    if (wrong && rng_below(rng, 3) == 0) {
        op = op == OP_ADD ? OP_SUB : OP_ADD;
    } else if (wrong) {
        a = (uint32_t)rng_below(rng, tape_count(t));
    }
    p->node[lane][i] = tape_apply(t, op, a, op_get(op)->arity == 2 ? b : a);
}

// Lane by lane, shape by shape, or some shapes at a time.
static void add_lanes(struct tape *t, struct pattern *p, struct rng *rng, bool wrong)
{
    uint32_t block = rng_below(rng, 3) == 0   ? p->count
                     : rng_below(rng, 2) == 0 ? 1
                                              : 1 + (uint32_t)rng_below(rng, p->count);
    uint32_t lane = (uint32_t)rng_below(rng, p->lanes), shape = (uint32_t)rng_below(rng, p->count);
    for (uint32_t first = 0; first < p->count; first += block) {
        for (uint32_t l = 0; l < p->lanes; l++) {
            for (uint32_t i = first; i < first + block && i < p->count; i++) {
                add_node(t, p, l, i, wrong && l == lane && i == shape, rng);
            }
        }
    }
}

static uint32_t small_param(struct tape *t, struct rng *rng)
{
    return tape_leaf(t, rng_uniform(rng) - 0.5, MARK_PARAM);
}

static void add_outsides(struct tape *t, struct pattern *p, struct rng *rng)
{
    uint32_t params = 1 + (uint32_t)rng_below(rng, 8);
    for (uint32_t i = 0; i < params; i++) {
        p->outside[i] = small_param(t, rng);
    }
    p->outsides = params;
    while (p->outsides < 12 && rng_below(rng, 3) == 0) {
        uint32_t a = p->outside[rng_below(rng, p->outsides)],
                 b = p->outside[rng_below(rng, params)];
        p->outside[p->outsides++] = tape_apply(t, rng_below(rng, 2) == 0 ? OP_MUL : OP_TANH, a, b);
        if (tape_op(t, tape_count(t) - 1) == OP_TANH) {
            tape_cut(t, tape_count(t) - 1);
            p->outside[p->outsides - 1] = tape_apply(t, OP_TANH, a, a);
        }
    }
}

static uint32_t penalty(struct tape *t, const struct pattern *p)
{
    uint32_t sum = tape_leaf(t, 0, MARK_CONST);
    for (uint32_t i = 0; i < p->outsides; i++) {
        uint32_t w = p->outside[i];
        sum = tape_apply(t, OP_ADD, sum, tape_apply(t, OP_MUL, w, w));
    }
    return sum;
}

static uint32_t finish(struct tape *t, struct rng *rng, uint32_t sum)
{
    uint32_t n = tape_leaf(t, 50, MARK_CONST);
    switch (rng_below(rng, 4)) {
    case 0:
        return tape_apply(t, OP_DIV, sum, n);
    case 1:
        return tape_apply(t, OP_SIN, sum, sum);
    case 2:
        return tape_apply(t, OP_NEG, sum, sum);
    default:
        return sum;
    }
}

static uint32_t random_loss(struct tape *t, struct rng *rng, bool wrong, uint32_t *lanes)
{
    struct pattern p;
    tape_init(t);
    p.lanes = 8 + (uint32_t)rng_below(rng, LANES_MOST - 8);
    add_outsides(t, &p, rng);
    choose_shapes(&p, rng);
    for (uint32_t l = 0; l < p.lanes; l++) {
        for (int k = 0; k < 3; k++) {
            p.leaf[l][k] = tape_leaf(t, 2 * rng_uniform(rng) - 1, 0);
        }
    }
    uint32_t early = rng_below(rng, 3) == 0 ? penalty(t, &p) : NODE_NONE;
    add_lanes(t, &p, rng, wrong);
    uint32_t end = p.count - 1, first = 1, sum = p.node[0][end];
    if (rng_below(rng, 2) == 0) {
        sum = tape_leaf(t, 0.25, MARK_CONST);
        first = 0;
    }
    for (uint32_t l = first; l < p.lanes; l++) {
        sum = tape_apply(t, OP_ADD, sum, p.node[l][end]);
    }
    sum = finish(t, rng, sum);
    if (early != NODE_NONE) {
        sum = tape_apply(t, OP_ADD, early, sum);
    }
    if (rng_below(rng, 3) == 0) {
        uint32_t late = penalty(t, &p);
        sum = tape_apply(t, OP_ADD, sum, late);
    }
    *lanes = p.lanes;
    return sum;
}

static void same_doubles(const struct buf *a, const struct buf *b)
{
    assert_same_numbers(a, b);
}

// Only runs, even if there are rows.
static void compile_runs(struct descent *d, enum lanes_width width)
{
    assert_int_equal(sweep_forward_in(d->tape, NULL, NULL, &d->stretches, NULL), SWEEP_DONE);
    d->runs = runs_compile(d->tape, d->root, &d->stretches, width);
    optim_spread(d->tape, &d->params, &d->stretches);
}

enum program { ROWS, RUNS, EITHER };

// What there was of runs, over a test.
static struct {
    uint32_t nodes, alone, apart;
} counted;

static void count_runs(const struct runs *p)
{
    if (p != NULL) {
        counted.nodes += runs_nodes(p);
        counted.alone += runs_alone(p);
        counted.apart += runs_apart(p);
    }
}

// A few steps with a program and without. Was there one?
static bool trains_alike(struct tape *a, uint32_t root, const struct optim *o,
                         enum lanes_width width, enum program program)
{
    enum { STEPS = 6 };
    struct tape b;
    struct buf states[2];
    struct descent plain, replayed;
    buf_init(&states[0], sizeof(struct optim_state));
    buf_init(&states[1], sizeof(struct optim_state));
    copy_tape(&b, a);
    assert_true(descent_begin(&plain, a, NULL, o, &states[0], root));
    assert_true(descent_begin(&replayed, &b, NULL, o, &states[1], root));
    for (int step = 0; step < STEPS; step++) {
        double expected, loss;
        assert_int_equal(descent_step(&plain, NULL, &expected), SWEEP_DONE);
        if (step == 1 && program == RUNS) {
            compile_runs(&replayed, width);
        } else if (step == 1) {
            descent_compile(&replayed, width, program == EITHER);
        }
        bool plainly = step == 0 || step == STEPS - 1;
        assert_int_equal(plainly ? descent_step(&replayed, NULL, &loss)
                                 : descent_replay(&replayed, NULL, &loss),
                         SWEEP_DONE);
        if (memcmp(&expected, &loss, sizeof loss) != 0 && !(isnan(expected) && isnan(loss))) {
            fail_msg("step %d: %a instead of %a", step, loss, expected);
        }
    }
    same_doubles(&a->value, &b.value);
    same_doubles(&a->grad, &b.grad);
    same_doubles(&states[0], &states[1]);
    assert_memory_equal(a->mark.data, b.mark.data, a->mark.count);
    bool found = replayed.lanes != NULL || replayed.runs != NULL;
    count_runs(replayed.runs);
    descent_release(&plain);
    descent_release(&replayed);
    buf_release(&states[0]);
    buf_release(&states[1]);
    tape_release(&b);
    return found;
}

static const enum lanes_width WIDTHS[] = {LANES_128, LANES_256, LANES_512};

static int count_found(uint64_t seed, int rounds, bool wrong, enum program program)
{
    struct rng rng;
    int found = 0;
    rng_seed(&rng, seed);
    for (int i = 0; i < rounds; i++) {
        struct tape t;
        uint32_t lanes, root = random_loss(&t, &rng, wrong, &lanes);
        struct optim o = {.kind = (enum optim_kind)rng_below(&rng, OPTIM_COUNT),
                          .rate = 0.01,
                          .momentum = 0.9,
                          .decay = 0.01,
                          .beta = {0.9, 0.999}};
        found += trains_alike(&t, root, &o, WIDTHS[i % (int)COUNT_OF(WIDTHS)], program);
        tape_release(&t);
    }
    return found;
}

static void patterns_train_alike(void **state)
{
    (void)state;
    int found = count_found(1, 3000, false, ROWS);
    print_message("%d of 3000 patterns in lanes\n", found);
    assert_true(found > 600);
}

static void patterns_with_a_mistake_train_alike(void **state)
{
    (void)state;
    int found = count_found(2, 3000, true, ROWS);
    print_message("%d of 3000 patterns with a mistake in lanes\n", found);
}

static void patterns_train_alike_in_runs(void **state)
{
    (void)state;
    counted.nodes = counted.alone = counted.apart = 0;
    int found = count_found(3, 1500, false, RUNS) + count_found(4, 1500, true, RUNS);
    print_message("%d of 3000 patterns in runs: %u nodes, %u of them alone, %u shares set apart\n",
                  found, (unsigned)counted.nodes, (unsigned)counted.alone, (unsigned)counted.apart);
    assert_true(found > 2500);
    assert_true(counted.alone < counted.nodes / 2 && counted.apart > 10000);
}

static void random_graphs_train_alike(void **state)
{
    static const enum program programs[] = {ROWS, RUNS, EITHER};
    (void)state;
    struct rng rng;
    rng_seed(&rng, 5);
    counted.nodes = counted.alone = counted.apart = 0;
    for (int i = 0; i < 900; i++) {
        struct tape t;
        uint32_t root = random_graph(&t, &rng, 30, i % 9 == 0 ? 6000 : 600, i % 2 == 0);
        for (uint32_t k = 0; k < tape_count(&t) && tape_op(&t, k) == OP_LEAF; k++) {
            bool param = k == 0 || (i % 4 == 0 && !tape_marked(&t, k, MARK_CONST));
            assert_true(!param || tape_set_marks(&t, NULL, k, MARK_PARAM));
        }
        trains_alike(&t, root, &(struct optim){.rate = 0.01}, WIDTHS[i / 3 % (int)COUNT_OF(WIDTHS)],
                     programs[i % 3]);
        tape_release(&t);
    }
    print_message("%u nodes in runs, %u of them alone, %u shares set apart\n",
                  (unsigned)counted.nodes, (unsigned)counted.alone, (unsigned)counted.apart);
}

// A sum of 20 squares: vectors are as wide as was asked for, or as the processor has them.
static void vectors_are_as_wide_as_can_be(void **state)
{
    static const uint32_t bits[] = {128, 256, 512};
    (void)state;
    struct tape t;
    struct buf stretches;
    tape_init(&t);
    uint32_t w = tape_leaf(&t, 0.5, MARK_PARAM), sum = tape_leaf(&t, 0, MARK_CONST), widest = 128;
    for (int i = 0; i < 20; i++) {
        uint32_t product = tape_apply(&t, OP_MUL, w, tape_leaf(&t, i, 0));
        sum = tape_apply(&t, OP_ADD, sum, tape_apply(&t, OP_SQUARE, product, product));
    }
    assert_true(sweep_stretches(&t, sum, &stretches));
    for (size_t i = 0; i < COUNT_OF(WIDTHS); i++) {
        struct lanes *p = lanes_compile(&t, sum, &stretches, WIDTHS[i]);
        assert_non_null(p);
        bool has = i == 0;
#if defined(__x86_64__)
        has = has || (i == 1 && __builtin_cpu_supports("avx2")) ||
              (i == 2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl"));
#endif
        widest = has ? bits[i] : widest;
        assert_int_equal(lanes_bits(p), widest);
        lanes_free(p);
    }
    struct lanes *p = lanes_compile(&t, sum, &stretches, LANES_WIDEST);
    assert_int_equal(lanes_bits(p), widest);
    lanes_free(p);
    buf_release(&stretches);
    tape_release(&t);
}

// A sum over rows, or a chain in which each link is read twice: one for lanes, one for runs.
static uint32_t long_loss(struct tape *t, bool rows)
{
    enum { LENGTH = 12000 };
    tape_init(t);
    uint32_t w = tape_leaf(t, 0.5, MARK_PARAM), b = tape_leaf(t, 0.25, MARK_PARAM), sum = b;
    for (int i = 0; i < LENGTH; i++) {
        uint32_t x = rows ? w : sum;
        uint32_t product = tape_apply(t, OP_MUL, x, tape_leaf(t, 1.0 / (i + 2), 0));
        uint32_t row = tape_apply(t, OP_TANH, product, product);
        sum = tape_apply(t, rows ? OP_ADD : OP_MUL, sum, row);
    }
    return rows ? sum : tape_apply(t, OP_ADD, sum, w);
}

// Looks for a program with so much work allowed (0: any). The work that was done; the steps that follow
// are those of a training in which nobody looked.
static uint64_t stopped_search(bool rows, uint64_t most)
{
    struct tape t, untouched;
    uint32_t root = long_loss(&t, rows);
    struct buf states[2];
    struct descent d, plain;
    struct stop stop = {.most = most};
    double loss, expected;
    copy_tape(&untouched, &t);
    buf_init(&states[0], sizeof(struct optim_state));
    buf_init(&states[1], sizeof(struct optim_state));
    const struct optim o = {.rate = 0.01};
    assert_true(descent_begin(&d, &t, NULL, &o, &states[0], root));
    assert_true(descent_begin(&plain, &untouched, NULL, &o, &states[1], root));
    t.stop = &stop;
    for (int i = 0; i < 3; i++) {
        bool found = i == 1 && descent_compile(&d, LANES_WIDEST, true);
        assert_true(i != 1 || found == (stop.asked == 0));
        assert_int_equal(descent_step(&d, NULL, &loss), SWEEP_DONE);
        assert_int_equal(descent_step(&plain, NULL, &expected), SWEEP_DONE);
        assert_true(loss == expected);
    }
    same_doubles(&t.value, &untouched.value);
    same_doubles(&t.grad, &untouched.grad);
    assert_memory_equal(t.mark.data, untouched.mark.data, t.mark.count);
    descent_release(&d);
    descent_release(&plain);
    buf_release(&states[0]);
    buf_release(&states[1]);
    tape_release(&t);
    tape_release(&untouched);
    return stop.done;
}

static void a_search_is_stopped_at_once(void **state)
{
    enum { BETWEEN_LOOKS = 4 * STOP_STRIDE };
    (void)state;
    for (int rows = 0; rows < 2; rows++) {
        uint64_t all = stopped_search(rows, 0);
        print_message("%s: %llu units of work\n", rows ? "lanes" : "runs", (unsigned long long)all);
        assert_true(all > 300000);
        for (uint64_t most = 1; most < all; most += STOP_STRIDE) {
            uint64_t done = stopped_search(rows, most);
            if (done > most + BETWEEN_LOOKS) {
                fail_msg("told to stop after %llu, it went on to %llu", (unsigned long long)most,
                         (unsigned long long)done);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_search_is_stopped_at_once),
        cmocka_unit_test(vectors_are_as_wide_as_can_be),
        cmocka_unit_test(patterns_train_alike),
        cmocka_unit_test(patterns_with_a_mistake_train_alike),
        cmocka_unit_test(patterns_train_alike_in_runs),
        cmocka_unit_test(random_graphs_train_alike),
    };
    return cmocka_run_group_tests_name("engine/lanes", tests, NULL, NULL);
}
