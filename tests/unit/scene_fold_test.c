// view/fold and the boxes of folds: what goes into which box, and that a composite derivative is
// what the chain rule makes of the values in it.
#include "scene/fold.h"

#include "command_drawings.h"

static void assert_near(double a, double b, double most)
{
    assert_true(fabs(a - b) <= most);
}

static const struct rec *box(const struct rec *scene, const char *name)
{
    for (const struct rec *b = rec_find(scene, KEY_boxes)->in.first; b != NULL; b = b->next) {
        if (strcmp(rec_get_text(b, KEY_name), name) == 0) {
            return b;
        }
    }
    fail_msg("no box is called %s", name);
    return NULL;
}

static size_t cells(const struct rec *b)
{
    return rec_find(b, KEY_cells)->in.count;
}

static uint32_t named(struct graph *g, const char *s, uint32_t node)
{
    uint32_t name = names_intern(&g->names, s, strlen(s));
    assert_true(names_bind(&g->names, NULL, name, value_of_node(node)));
    return node;
}

static uint32_t begin(struct graph *g, const char *s, uint32_t within)
{
    return groups_begin(&g->groups, names_intern(&g->names, s, strlen(s)), within,
                        tape_count(&g->tape));
}

static void end(struct graph *g, uint32_t group)
{
    groups_end(&g->groups, group, tape_count(&g->tape));
}

static const struct rec *fold(struct graph *g, uint32_t root, enum fold_mode mode,
                              const struct buf *looks)
{
    const struct fold_wish wish = {.mode = mode, .groups = &g->groups, .looks = looks};
    part_release(&g->part);
    part_init(&g->part);
    assert_true(part_all(&g->part, &g->tape, root));
    if (g->folded) {
        folds_release(&g->folds);
    }
    assert_true(folds_find(&g->folds, &g->tape, &g->names, &wish, &g->part, root));
    g->folded = true;
    return build(g, root, false, "");
}

static size_t boxes(const struct rec *scene)
{
    return rec_find(scene, KEY_boxes)->in.count;
}

// neuron(x, w, b) = tanh(x*w + b), on parameters of its own
static uint32_t neuron(struct graph *g, uint32_t x, uint32_t within)
{
    uint32_t w = tape_leaf(&g->tape, 0.5, MARK_PARAM), b = tape_leaf(&g->tape, 0.1, MARK_PARAM);
    uint32_t group = begin(g, "neuron", within);
    uint32_t product = tape_apply(&g->tape, OP_MUL, x, w);
    uint32_t sum = tape_apply(&g->tape, OP_ADD, product, b);
    uint32_t out = tape_apply(&g->tape, OP_TANH, sum, sum);
    end(g, group);
    return out;
}

static void a_call_takes_its_parameters_in(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t x = named(&g, "x", tape_leaf(&g.tape, 2, 0));
    uint32_t h = named(&g, "h", neuron(&g, x, GROUP_NONE));
    uint32_t y = named(&g, "y", neuron(&g, h, GROUP_NONE));
    assert_int_equal(sweep_backward(&g.tape, NULL, NULL, y, NULL), SWEEP_DONE);
    assert_int_equal(boxes(fold(&g, y, FOLD_AS_IT_FITS, NULL)), 11);
    const struct rec *s = fold(&g, y, FOLD_ALL, NULL);
    assert_int_equal(boxes(s), 3);
    const struct rec *first = box(s, "h"), *second = box(s, "y");
    assert_string_equal(rec_get_text(first, KEY_call), "neuron");
    assert_string_equal(rec_get_text(second, KEY_call), "neuron 2");
    assert_string_equal(rec_get_text(first, KEY_op), "3 ops");
    assert_string_equal(rec_get_text(first, KEY_kind), "group");
    assert_int_equal(rec_get_whole(first, KEY_parameters), 2);
    assert_true(rec_get_flag(second, KEY_output));
    assert_string_equal(rec_get_text(s, KEY_root), rec_get_text(second, KEY_id));
    const struct rec *cell = rec_find(first, KEY_cells)->in.first;
    assert_string_equal(rec_get_text(cell, KEY_symbol), "∂h/∂x");
    double t = tape_value(&g.tape, h);
    assert_near(rec_get_number(cell, KEY_local), (1 - t * t) * 0.5, 1e-12);
    assert_near(rec_get_number(cell, KEY_share), tape_grad(&g.tape, x), 1e-12);
    graph_release(&g);
}

static void what_is_wanted_open_stays_open(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t x = tape_leaf(&g.tape, 2, 0), outer = begin(&g, "pair", GROUP_NONE);
    uint32_t y = neuron(&g, neuron(&g, x, outer), outer);
    end(&g, outer);
    assert_int_equal(boxes(fold(&g, y, FOLD_ALL, NULL)), 2);
    group_at(&g.groups, outer)->look = LOOK_OPEN;
    assert_int_equal(boxes(fold(&g, y, FOLD_ALL, NULL)), 3);
    group_at(&g.groups, 1)->look = LOOK_OPEN;
    assert_int_equal(boxes(fold(&g, y, FOLD_ALL, NULL)), 7);
    assert_int_equal(boxes(fold(&g, y, FOLD_NOTHING, NULL)), 11);
    group_at(&g.groups, outer)->look = LOOK_FOLDED;
    assert_int_equal(boxes(fold(&g, y, FOLD_AS_IT_FITS, NULL)), 2);
    graph_release(&g);
}

// Innermost calls first, then those around them.
static void large_graphs_fold_as_far_as_they_must(void **state)
{
    (void)state;
    static const struct {
        unsigned pairs;
        size_t boxes;
    } cases[] = {{5, 51}, {7, 15}, {17, 35}, {18, 19}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct graph g;
        graph_init(&g);
        uint32_t y = tape_leaf(&g.tape, 2, 0);
        for (unsigned k = 0; k < cases[i].pairs; k++) {
            uint32_t outer = begin(&g, "pair", GROUP_NONE);
            y = neuron(&g, neuron(&g, y, outer), outer);
            end(&g, outer);
        }
        assert_int_equal(boxes(fold(&g, y, FOLD_AS_IT_FITS, NULL)), cases[i].boxes);
        assert_int_equal(g.folds.boxes, cases[i].boxes);
        graph_release(&g);
    }
}

static void a_chain_without_names_is_one_box(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t a = named(&g, "a", tape_leaf(&g.tape, 3, 0)), sum = a;
    for (int i = 1; i < 1000; i++) {
        sum = tape_apply(&g.tape, OP_ADD, sum, a);
    }
    named(&g, "L", sum);
    const struct rec *s = fold(&g, sum, FOLD_AS_IT_FITS, NULL);
    assert_int_equal(boxes(s), 2);
    assert_string_equal(rec_get_text(box(s, "L"), KEY_op), "999 ops");
    const struct rec *cell = rec_find(box(s, "L"), KEY_cells)->in.first;
    assert_near(rec_get_number(cell, KEY_local), 1000, 0);
    graph_release(&g);
}

// The array's second element depends on its first by way of a value that is not one: as one box it
// would be before and behind that value.
static void what_would_go_in_circles_is_not_folded(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    struct buf looks;
    uint32_t a = named(&g, "a", tape_leaf(&g.tape, 1, 0));
    uint32_t first = tape_apply(&g.tape, OP_EXP, a, a);
    uint32_t between = named(&g, "c", tape_apply(&g.tape, OP_SIN, first, first));
    uint32_t second = tape_apply(&g.tape, OP_MUL, between, a);
    uint32_t L = named(&g, "L", tape_apply(&g.tape, OP_ADD, first, second));
    uint32_t *list = buf_push(&g.names.lists, 2), h = names_intern(&g.names, "h", 1);
    list[0] = first;
    list[1] = second;
    struct value value = value_block(VALUE_VECTOR, 0, 1, 2);
    value.listed = true;
    assert_true(names_bind(&g.names, NULL, h, value));
    buf_init(&looks, sizeof(struct name_look));
    *(struct name_look *)buf_push(&looks, 1) = (struct name_look){h, LOOK_FOLDED};
    const struct rec *s = fold(&g, L, FOLD_AS_IT_FITS, &looks);
    assert_int_equal(boxes(s), 5);
    for (const struct rec *b = rec_find(s, KEY_boxes)->in.first; b != NULL; b = b->next) {
        assert_string_not_equal(rec_get_text(b, KEY_kind), "group");
    }
    buf_release(&looks);
    graph_release(&g);
}

static void an_array_is_one_box(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t first = tape_leaf(&g.tape, 3, MARK_PARAM);
    uint32_t second = tape_leaf(&g.tape, 4, MARK_PARAM);
    uint32_t L = named(&g, "L", tape_apply(&g.tape, OP_MUL, first, second));
    uint32_t w = names_intern(&g.names, "W", 1);
    assert_true(names_bind(&g.names, NULL, w, value_block(VALUE_VECTOR, first, 1, 2)));
    assert_int_equal(sweep_backward(&g.tape, NULL, NULL, L, NULL), SWEEP_DONE);
    const struct rec *s = fold(&g, L, FOLD_ALL, NULL), *array = box(s, "W");
    assert_int_equal(boxes(s), 2);
    assert_string_equal(rec_get_text(array, KEY_op), "2 params");
    assert_string_equal(rec_get_text(array, KEY_value_text), "2 values");
    assert_near(rec_get_number(array, KEY_grad), 5, 1e-12);
    assert_int_equal(cells(box(s, "L")), 2);
    graph_release(&g);
}

// ---- Composite derivatives ----------------------------------------------------------------------

// ∂ result / ∂ node by forward mode over the fold's values alone.
static double tangent(const struct graph *g, uint32_t fold, uint32_t result, uint32_t node)
{
    double rate[64] = {0};
    rate[node] = 1;
    for (uint32_t i = 0; i <= result; i++) {
        size_t place = 0;
        while (place < g->part.ids.count && BUF(uint32_t, &g->part.ids)[place] != i) {
            place++;
        }
        if (place == g->part.ids.count || BUF(uint32_t, &g->folds.home)[place] != fold) {
            continue;
        }
        for (int slot = 0; slot < tape_arity(&g->tape, i); slot++) {
            rate[i] += tape_constant(&g->tape, i, slot)
                           ? 0
                           : tape_slope(&g->tape, i, slot) * rate[tape_operand(&g->tape, i, slot)];
        }
    }
    return rate[result];
}

static size_t check_composites(const struct graph *g, const struct rec *b)
{
    size_t checked = 0;
    for (const struct rec *cell = rec_find(b, KEY_cells)->in.first; cell != NULL;
         cell = cell->next) {
        if (rec_find(cell, KEY_local) != NULL) {
            uint32_t from = (uint32_t)strtoul(rec_get_text(cell, KEY_from) + 1, NULL, 10) - 1;
            double expected = tangent(g, 0, (uint32_t)rec_get_whole(b, KEY_node), from);
            double local = rec_get_number(cell, KEY_local);
            assert_true(local == expected || !isfinite(expected) ||
                        fabs(local - expected) <= 1e-9 * fabs(expected));
            checked++;
        }
    }
    return checked;
}

static void composites_are_the_chain_rule(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 31);
    size_t checked = 0;
    for (int i = 0; i < 2000; i++) {
        struct graph g;
        graph_init(&g);
        uint32_t root = random_graph(&g, &rng, 20);
        assert_int_equal(sweep_backward(&g.tape, NULL, NULL, root, NULL), SWEEP_DONE);
        fold_some(&g, &rng, root);
        const struct rec *s = build(&g, root, false, "");
        for (const struct rec *b = rec_find(s, KEY_boxes)->in.first; b != NULL; b = b->next) {
            // Boxes are in their order, and edges lead on.
            for (const struct rec *c = rec_find(b, KEY_cells)->in.first; c != NULL; c = c->next) {
                unsigned long from = strtoul(rec_get_text(c, KEY_from) + 1, NULL, 10) - 1;
                assert_true(from < (unsigned long)rec_get_whole(b, KEY_node));
            }
            bool one = rec_find(b, KEY_folds) != NULL && rec_get_whole(b, KEY_results) == 1;
            checked += one ? check_composites(&g, b) : 0;
        }
        graph_release(&g);
    }
    assert_true(checked > 1000);
}

// y = (… ((x*w) + w)*w + w …), `apart` other nodes lying before each of its own.
static uint32_t chain(struct graph *g, size_t links, size_t apart)
{
    uint32_t w = named(g, "w", tape_leaf(&g->tape, 0.5, MARK_PARAM));
    uint32_t y = named(g, "x", tape_leaf(&g->tape, 2, 0));
    for (size_t i = 0; i < links; i++) {
        for (size_t k = 0; k < apart; k++) {
            tape_leaf(&g->tape, 1, 0);
        }
        y = tape_apply(&g->tape, i % 2 == 0 ? OP_MUL : OP_ADD, y, w);
    }
    return named(g, "y", y);
}

static void what_lies_between_changes_nothing(void **state)
{
    (void)state;
    static const size_t apart[] = {0, 1, 3, 40};
    double local = 0, share = 0;
    for (size_t i = 0; i < COUNT_OF(apart); i++) {
        struct graph g;
        graph_init(&g);
        uint32_t y = chain(&g, 1000, apart[i]);
        assert_int_equal(sweep_backward(&g.tape, NULL, NULL, y, NULL), SWEEP_DONE);
        const struct rec *s = fold(&g, y, FOLD_AS_IT_FITS, NULL);
        for (uint32_t node = 0; node <= tape_count(&g.tape); node++) {
            assert_int_equal(part_place(&g.part, node), part_search(&g.part, node));
        }
        assert_int_equal(boxes(s), 3);
        const struct rec *b = box(s, "y"), *cell = rec_find(b, KEY_cells)->in.first;
        assert_string_equal(rec_get_text(b, KEY_op), "1000 ops");
        assert_int_equal(cells(b), 2);
        assert_string_equal(rec_get_text(cell, KEY_symbol), "∂y/∂w");
        local = i == 0 ? rec_get_number(cell, KEY_local) : local;
        share = i == 0 ? rec_get_number(cell, KEY_share) : share;
        assert_true(rec_get_number(cell, KEY_local) == local);
        assert_true(rec_get_number(cell, KEY_share) == share);
        assert_near(share, tape_grad(&g.tape, 0), 1e-12);
        graph_release(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_takes_its_parameters_in),
        cmocka_unit_test(what_is_wanted_open_stays_open),
        cmocka_unit_test(large_graphs_fold_as_far_as_they_must),
        cmocka_unit_test(a_chain_without_names_is_one_box),
        cmocka_unit_test(what_would_go_in_circles_is_not_folded),
        cmocka_unit_test(an_array_is_one_box),
        cmocka_unit_test(composites_are_the_chain_rule),
        cmocka_unit_test(what_lies_between_changes_nothing),
    };
    return cmocka_run_group_tests_name("scene/fold", tests, NULL, NULL);
}
