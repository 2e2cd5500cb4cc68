// What the tape keeps so that nobody has to walk all of it: marks that are found again, what depends on
// a parameter, what is stale. Held against walks over everything, after random work on random graphs.
#include "engine_graphs.h"

#include <stdlib.h>

#include "engine/optim.h"

enum { ASKED = 4 };
static const uint8_t MARKS[ASKED] = {MARK_PARAM, MARK_MOVES, MARK_GRAD, MARK_STALE};

static void marks_are_found(const struct tape *t)
{
    uint32_t count = tape_count(t);
    for (int k = 0; k < ASKED; k++) {
        uint32_t next = tape_next(t, MARKS[k], 0, count);
        for (uint32_t i = 0; i < count; i++) {
            assert_int_equal(i == next, tape_marked(t, i, MARKS[k]));
            next = i == next ? tape_next(t, MARKS[k], i + 1, count) : next;
        }
        assert_int_equal(next, count);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct node n = tape_node(t, i);
        assert_true(n.op == OP_LEAF || (tape_is_used(t, n.a) && tape_is_used(t, n.b)));
    }
}

static void marks_are_true(const struct tape *t)
{
    for (uint32_t i = 0; i < tape_count(t); i++) {
        struct node n = tape_node(t, i);
        const uint8_t on = MARK_PARAM | MARK_MOVES;
        bool leaf = n.op == OP_LEAF;
        bool moves = !leaf && (tape_marked(t, n.a, on) || tape_marked(t, n.b, on));
        bool late = !leaf && (tape_marked(t, n.a, MARK_STALE) || tape_marked(t, n.b, MARK_STALE));
        assert_int_equal(moves, tape_marked(t, i, MARK_MOVES));
        assert_true(!late || tape_marked(t, i, MARK_STALE));
        assert_true(!moves || i >= t->settled || tape_marked(t, i, MARK_STALE));
        assert_true(tape_grad(t, i) == 0 || tape_marked(t, i, MARK_GRAD));
        assert_true(!tape_marked(t, i, MARK_STALE) || t->any_stale);
    }
}

// Leaves far apart, computed nodes between them, so that passes meet gaps of all lengths.
static void grow(struct tape *t, struct rng *rng)
{
    uint32_t leaves = (uint32_t)rng_below(rng, rng_below(rng, 3) == 0 ? 5000 : 6);
    for (uint32_t i = 0; i <= leaves; i++) {
        bool param = leaves < 6 && rng_below(rng, 3) == 0;
        tape_leaf(t, rng_uniform(rng), param ? MARK_PARAM : i % 5 == 4 ? MARK_CONST : 0);
    }
    for (int i = 0; i < 8; i++) {
        enum op op = TAME[rng_below(rng, COUNT_OF(TAME))];
        uint32_t count = tape_count(t);
        uint32_t a = (uint32_t)rng_below(rng, count), b = (uint32_t)rng_below(rng, count);
        tape_apply(t, op, a, op_get(op)->arity == 1 ? a : b);
    }
}

// A view of nodes below `count`: by steps, or through a list.
static struct tape_view draw_view(struct rng *rng, uint32_t count, uint32_t *list, uint32_t rows,
                                  uint32_t cols)
{
    struct tape_view v = {.rs = (int32_t)rng_below(rng, 4), .cs = (int32_t)rng_below(rng, 4)};
    uint32_t reach = (rows - 1) * (uint32_t)v.rs + (cols - 1) * (uint32_t)v.cs;
    if (reach >= count) {
        v.rs = v.cs = 0;
        reach = 0;
    }
    v.base = (uint32_t)rng_below(rng, count - reach);
    if (rng_below(rng, 2) == 0) {
        for (uint32_t k = 0; k <= v.base + reach; k++) {
            list[k] = (uint32_t)rng_below(rng, count);
        }
        v.list = list;
    }
    return v;
}

static uint32_t view_at(const struct tape_view *v, uint32_t i, uint32_t j)
{
    uint32_t place = v->base + i * (uint32_t)v->rs + j * (uint32_t)v->cs;
    return v->list == NULL ? place : v->list[place];
}

static void assert_same_tape(const struct tape *a, const struct tape *b)
{
    uint32_t count = tape_count(a);
    assert_int_equal(count, tape_count(b));
    assert_memory_equal(a->node.data, b->node.data, count * sizeof(struct node));
    assert_memory_equal(a->value.data, b->value.data, count * sizeof(double));
    assert_memory_equal(a->grad.data, b->grad.data, count * sizeof(double));
    assert_memory_equal(a->mark.data, b->mark.data, count);
}

// A block is what as many single nodes are, also where its nodes are operands of others in it.
static void blocks_are_nodes(void **state)
{
    (void)state;
    static uint32_t lists[2][20000];
    struct rng rng;
    rng_seed(&rng, 5);
    for (int round = 0; round < 200; round++) {
        struct tape t, one;
        tape_init(&t);
        tape_init(&one);
        struct rng again = rng;
        grow(&t, &rng);
        grow(&one, &again);
        t.any_stale = one.any_stale = true;
        uint32_t stale = (uint32_t)rng_below(&rng, tape_count(&t)), leaves = 0;
        tape_set_marks(&t, NULL, stale, MARK_STALE);
        tape_set_marks(&one, NULL, stale, MARK_STALE);
        leaves = (uint32_t)rng_below(&rng, 700);
        uint8_t marks = rng_below(&rng, 2) == 0 ? MARK_PARAM : MARK_CONST;
        uint32_t first = tape_leaves(&t, leaves, marks);
        assert_int_equal(first, tape_count(&one));
        for (uint32_t k = 0; k < leaves; k++) {
            BUF(double, &t.value)[first + k] = k;
            tape_leaf(&one, k, marks);
        }
        uint32_t rows = 1 + (uint32_t)rng_below(&rng, 9), cols = 1 + (uint32_t)rng_below(&rng, 90);
        uint32_t count = tape_count(&t);
        struct tape_view a = draw_view(&rng, count, lists[0], rows, cols);
        struct tape_view b = draw_view(&rng, count, lists[1], rows, cols);
        if (rng_below(&rng, 3) == 0) {  // a chain
            a = (struct tape_view){.base = count - 1, .rs = (int32_t)cols, .cs = 1};
        }
        enum op op = TAME[rng_below(&rng, COUNT_OF(TAME))];
        b = op_get(op)->arity == 1 ? a : b;
        assert_int_equal(tape_apply_block(&t, op, a, b, rows, cols), count);
        for (uint32_t k = 0; k < rows * cols; k++) {
            tape_apply(&one, op, view_at(&a, k / cols, k % cols), view_at(&b, k / cols, k % cols));
        }
        assert_same_tape(&t, &one);
        marks_are_found(&t);
        tape_release(&t);
        tape_release(&one);
    }
}

// Every user of these nodes is found, wherever it lies.
static void assert_users_found(const struct tape *t, const struct tape_used *used,
                               const uint8_t *is)
{
    uint32_t count = tape_count(t), next = 0;
    for (uint32_t i = 0; i < count; i++) {
        next = next <= i ? tape_next_user(t, used, i, count) : next;
        struct node n = tape_node(t, i);
        if (n.op != OP_LEAF && (is[n.a] | is[n.b]) != 0) {
            assert_int_equal(next, i);
        }
    }
}

static void users_are_found(void **state)
{
    (void)state;
    static uint8_t is[20000];
    struct rng rng;
    rng_seed(&rng, 7);
    for (int round = 0; round < 100; round++) {
        struct tape t;
        tape_init(&t);
        uint32_t leaves = 1 + (uint32_t)rng_below(&rng, 3000);
        tape_leaves(&t, leaves, 0);
        for (uint32_t k = (uint32_t)rng_below(&rng, 4); k-- > 0;) {
            uint32_t count = tape_count(&t), n = 1 + (uint32_t)rng_below(&rng, 2000);
            n = n < count ? n : count;
            struct tape_view some = {.base = (uint32_t)rng_below(&rng, count - n + 1), .cs = 1};
            tape_apply_block(&t, OP_NEG, some, some, 1, n);
            tape_apply(&t, OP_MUL, (uint32_t)rng_below(&rng, count), count);
        }
        memset(is, 0, sizeof is);
        struct tape_used used = {0};
        for (uint32_t k = (uint32_t)rng_below(&rng, 4); k-- > 0;) {
            uint32_t node = (uint32_t)rng_below(&rng, tape_count(&t));
            is[node] = 1;
            tape_used_add(&used, node);
        }
        assert_users_found(&t, &used, is);
        tape_release(&t);
    }
}

// Blocks whose operands all lie above a node do not use it: none of them is looked at.
static void far_blocks_are_passed_over(void **state)
{
    (void)state;
    enum { MANY = 200000 };
    struct tape t;
    tape_init(&t);
    uint32_t a = tape_leaf(&t, 2, 0), first;
    while (tape_count(&t) < TAPE_BLOCK) {
        tape_leaf(&t, 0, 0);
    }
    first = tape_leaves(&t, MANY, 0);
    struct tape_view all = {.base = first, .cs = 1};
    assert_int_equal(tape_apply_block(&t, OP_NEG, all, all, 1, MANY), first + MANY);
    struct tape_used used = {0};
    tape_used_add(&used, a);
    assert_int_equal(tape_next_user(&t, &used, 0, tape_count(&t)), tape_count(&t));
    uint32_t user = tape_apply(&t, OP_NEG, a, a);
    assert_in_range(tape_next_user(&t, &used, 0, tape_count(&t)), user - TAPE_BLOCK, user);
    tape_release(&t);
}

// The gradients of what was cut off are forgotten, whether the arrays have room for what comes or move.
static void a_block_has_no_gradients(void **state)
{
    (void)state;
    for (uint32_t kept = 0; kept <= 100; kept += 50) {
        for (uint32_t count = 1; count < 3000; count = 2 * count + 1) {
            struct tape t;
            tape_init(&t);
            assert_int_equal(tape_leaves(&t, 100, 0), 0);
            for (uint32_t i = 0; i < 100; i++) {
                assert_true(tape_set_grad(&t, NULL, i, i + 1));
            }
            tape_cut(&t, kept);
            assert_int_equal(tape_leaves(&t, count, 0), kept);
            assert_int_equal(tape_apply_block(&t, OP_NEG, (struct tape_view){.cs = 1},
                                              (struct tape_view){.cs = 1}, 3, kept + count),
                             kept + count);
            for (uint32_t i = 0; i < tape_count(&t); i++) {
                assert_true(tape_grad(&t, i) == (i < kept ? i + 1 : 0));
            }
            tape_release(&t);
        }
    }
}

static void a_block_fills_what_there_is(void **state)
{
    (void)state;
    struct tape t;
    struct stop stop = {0};
    tape_init(&t);
    t.most = 100;
    assert_int_equal(tape_leaves(&t, 60, 0), 0);
    assert_int_equal(tape_leaves(&t, 41, 0), NODE_NONE);
    assert_int_equal(tape_count(&t), 100);
    struct tape_view v = {.cs = 1};
    tape_cut(&t, 60);
    assert_int_equal(tape_apply_block(&t, OP_ADD, v, v, 1, 40), 60);
    assert_int_equal(tape_apply_block(&t, OP_ADD, v, v, 1, 1), NODE_NONE);
    tape_cut(&t, 60);
    t.most = TAPE_MOST;
    t.stop = &stop;
    stop.asked = STOP_NOW;
    assert_int_equal(tape_apply_block(&t, OP_ADD, v, v, 2, 30), 60);
    assert_int_equal(tape_apply_block(&t, OP_ADD, v, v, 2 * STOP_STRIDE, 30), NODE_NONE);
    assert_int_equal(tape_count(&t), STOP_STRIDE);
    assert_int_equal(tape_leaves(&t, 3, 0), NODE_NONE);
    tape_cut(&t, 60);
    assert_int_equal(tape_leaves(&t, 2 * STOP_STRIDE, 0), NODE_NONE);
    assert_int_equal(tape_count(&t), STOP_STRIDE);
    tape_release(&t);
}

// Room that was made is not moved by what is appended, nor is there more than the tape may hold.
static void room_is_made_once(void **state)
{
    (void)state;
    struct tape t;
    struct tape_view v = {.cs = 1};
    tape_init(&t);
    assert_int_equal(tape_leaves(&t, 100, 0), 0);
    assert_true(tape_make_room(&t, 80000));
    const void *nodes = t.node.data, *grads = t.grad.data;
    for (int i = 0; i < 800; i++) {
        assert_int_equal(tape_apply_block(&t, OP_ADD, v, v, 1, 100), 100 * (i + 1));
    }
    assert_int_equal(tape_leaf(&t, 1, 0), 80100);
    assert_true(t.node.data == nodes && t.grad.data == grads);
    t.most = 80200;
    assert_true(tape_make_room(&t, TAPE_MOST / 2));
    assert_true(t.node.cap < 200000);
    tape_release(&t);
}

// What an update, or another value, makes stale: found by a walk over everything.
static void stale_is(const struct tape *t, const uint8_t *before, const uint8_t *changed)
{
    uint32_t count = tape_count(t);
    uint8_t *late = calloc(count, 1);
    for (uint32_t i = 0; i < count; i++) {
        struct node n = tape_node(t, i);
        bool leaf = n.op == OP_LEAF;
        late[i] = (before[i] & MARK_STALE) != 0 || (!leaf && (late[n.a] | late[n.b]) != 0);
        late[i] |= !leaf && (changed[n.a] | changed[n.b]) != 0;
        assert_int_equal(late[i], tape_marked(t, i, MARK_STALE));
    }
    free(late);
}

static void update(struct tape *t, struct trail *undo, struct buf *states)
{
    const struct optim o = {.rate = 0.1};
    size_t moved, expected = 0;
    uint32_t count = tape_count(t);
    uint8_t *before = calloc(count, 1), *changed = calloc(count, 1);
    memcpy(before, t->mark.data, count);
    for (uint32_t i = 0; i < count; i++) {
        changed[i] = (before[i] & MARK_PARAM) != 0 && (before[i] & MARK_GRAD) != 0;
        expected += changed[i];
    }
    assert_true(optim_update(t, undo, &o, states, &moved));
    assert_int_equal(moved, expected);
    stale_is(t, before, changed);
    free(before);
    free(changed);
}

static void set_values(struct tape *t, struct trail *undo, struct rng *rng)
{
    enum { LEAVES = 6 };
    uint32_t count = tape_count(t), leaves[LEAVES];
    double values[LEAVES];
    uint8_t *before = calloc(count, 1), *changed = calloc(count, 1);
    size_t n = 1 + rng_below(rng, LEAVES);
    memcpy(before, t->mark.data, count);
    for (size_t k = 0; k < n; k++) {
        leaves[k] = (uint32_t)rng_below(rng, count);
        while (tape_op(t, leaves[k]) != OP_LEAF) {
            leaves[k] = tape_node(t, leaves[k]).a;
        }
        changed[leaves[k]] = 1;
        values[k] = (double)leaves[k];
    }
    assert_true(tape_set_values(t, undo, leaves, values, n));
    stale_is(t, before, changed);
    for (size_t k = 0; k < n; k++) {
        assert_true(tape_value(t, leaves[k]) == values[k]);
    }
    free(before);
    free(changed);
}

static void work(struct tape *t, struct rng *rng, struct trail *undo, struct buf *states)
{
    uint32_t count = tape_count(t), id = (uint32_t)rng_below(rng, count);
    switch (rng_below(rng, 6)) {
    case 0:
        assert_int_equal(sweep_forward(t, undo, NULL, NULL), SWEEP_DONE);
        break;
    case 1:
        assert_int_equal(sweep_zero(t, undo), SWEEP_DONE);
        for (uint32_t i = 0; i < count; i++) {
            assert_true(tape_grad(t, i) == 0 && !tape_marked(t, i, MARK_GRAD));
        }
        break;
    case 2:
        update(t, undo, states);
        break;
    case 3:
        set_values(t, undo, rng);
        break;
    default:
        assert_int_equal(sweep_forward(t, undo, NULL, NULL), SWEEP_DONE);
        assert_int_equal(sweep_backward(t, undo, NULL, id, NULL), SWEEP_DONE);
        break;
    }
}

struct kept {
    struct buf value, grad, mark;
};

static void keep(struct kept *k, const struct tape *t)
{
    const struct buf *from[] = {&t->value, &t->grad, &t->mark};
    struct buf *to[] = {&k->value, &k->grad, &k->mark};
    for (int i = 0; i < 3; i++) {
        buf_init(to[i], from[i]->size);
        memcpy(buf_push(to[i], from[i]->count), from[i]->data, from[i]->count * from[i]->size);
    }
}

static void drop(struct kept *k)
{
    buf_release(&k->value);
    buf_release(&k->grad);
    buf_release(&k->mark);
}

static void is_as_kept(struct kept *k, const struct tape *t)
{
    assert_memory_equal(k->value.data, t->value.data, k->value.count * sizeof(double));
    assert_memory_equal(k->grad.data, t->grad.data, k->grad.count * sizeof(double));
    assert_memory_equal(k->mark.data, t->mark.data, k->mark.count);
    drop(k);
}

static void random_work(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 7);
    for (int round = 0; round < 40; round++) {
        struct tape t;
        struct trail undo;
        struct buf states;
        struct kept kept;
        tape_init(&t);
        trail_init(&undo);
        buf_init(&states, sizeof(struct optim_state));
        for (int i = 0; i < 40; i++) {
            grow(&t, &rng);
            keep(&kept, &t);
            bool stale = t.any_stale;
            trail_begin(&undo);
            for (int k = 0; k < 3; k++) {
                work(&t, &rng, &undo, &states);
                marks_are_found(&t);
                marks_are_true(&t);
            }
            if (rng_below(&rng, 2) == 0) {
                trail_take_back(&undo, 0, NULL);
                t.any_stale = stale;
                t.settled = 0;
                is_as_kept(&kept, &t);
                marks_are_found(&t);
            } else {
                drop(&kept);
                trail_clear(&undo);
            }
        }
        tape_release(&t);
        trail_release(&undo);
        buf_release(&states);
    }
}

// The gradients of a few nodes far apart are those of a walk over all that lies between.
static void few_nodes_far_apart(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 8);
    for (int round = 0; round < 60; round++) {
        struct tape t;
        struct adjoints all;
        uint32_t held;
        tape_init(&t);
        for (int i = 0; i < 12; i++) {
            grow(&t, &rng);
        }
        uint32_t root = tape_count(&t) - 1;
        assert_int_equal(sweep_adjoints(&t, NULL, root, 0, &all), SWEEP_DONE);
        assert_int_equal(sweep_backward(&t, NULL, NULL, root, &held), SWEEP_DONE);
        assert_int_equal(held, NODE_NONE);
        for (uint32_t i = 0; i <= root; i++) {
            assert_int_equal(adjoints_reach(&all, i), tape_marked(&t, i, MARK_GRAD));
            double grad = adjoints_get(&all, i);
            assert_memory_equal(&grad, &BUF(double, &t.grad)[i], sizeof grad);
        }
        adjoints_release(&all);
        tape_release(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_nodes),
        cmocka_unit_test(users_are_found),
        cmocka_unit_test(far_blocks_are_passed_over),
        cmocka_unit_test(a_block_has_no_gradients),
        cmocka_unit_test(a_block_fills_what_there_is),
        cmocka_unit_test(room_is_made_once),
        cmocka_unit_test(random_work),
        cmocka_unit_test(few_nodes_far_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
