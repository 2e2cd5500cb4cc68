// view/scene: what the record of a graph says, before and after a backward pass and during a walk.
#include "scene/scene.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/sweep.h"

struct graph {
    struct tape tape;
    struct names names;
    struct records records;
};

static void graph_init(struct graph *g)
{
    tape_init(&g->tape);
    names_init(&g->names);
    records_init(&g->records);
}

static void graph_release(struct graph *g)
{
    tape_release(&g->tape);
    names_release(&g->names);
    records_release(&g->records);
}

static uint32_t name(struct graph *g, const char *s, uint32_t node)
{
    uint32_t known = names_intern(&g->names, s, strlen(s));
    assert_true(names_bind(&g->names, NULL, known, value_of_node(node)));
    return node;
}

static uint32_t leaf(struct graph *g, const char *s, double value)
{
    return name(g, s, tape_leaf(&g->tape, value, 0));
}

static uint32_t apply(struct graph *g, const char *s, enum op op, uint32_t a, uint32_t b)
{
    return name(g, s, tape_apply(&g->tape, op, a, b));
}

static void backward(struct graph *g, uint32_t root)
{
    assert_int_equal(sweep_backward(&g->tape, NULL, NULL, root, NULL), SWEEP_DONE);
}

static const struct rec *scene(struct graph *g, uint32_t root)
{
    const struct scene_options options = {.theme = "light"};
    const struct rec *built = scene_build(&g->records, &g->tape, &g->names, root, &options);
    assert_non_null(built);
    return built;
}

static const struct rec *walk(struct graph *g, uint32_t root, enum scene_walk walk, uint32_t at)
{
    const struct scene_options options = {.theme = "light", .walk = walk, .current = at};
    const struct rec *built = scene_build(&g->records, &g->tape, &g->names, root, &options);
    assert_non_null(built);
    return built;
}

static size_t boxes(const struct rec *s)
{
    return rec_find(s, KEY_boxes)->in.count;
}

static const struct rec *box(const struct rec *s, const char *called)
{
    for (const struct rec *b = rec_find(s, KEY_boxes)->in.first; b != NULL; b = b->next) {
        if (strcmp(rec_get_text(b, KEY_name), called) == 0) {
            return b;
        }
    }
    fail_msg("no box is called %s", called);
    return NULL;
}

static const struct rec *cell(const struct rec *s, const char *called, size_t slot)
{
    const struct rec *c = rec_find(box(s, called), KEY_cells)->in.first;
    for (; slot > 0 && c != NULL; slot--) {
        c = c->next;
    }
    assert_non_null(c);
    return c;
}

static void says(const struct rec *rec, enum rec_key key, const char *text)
{
    assert_string_equal(rec_get_text(rec, key), text);
}

// a = 2; b = -3; c = 10; e = a*b; d = e + c; f = -2; L = d*f
static uint32_t canonical(struct graph *g)
{
    uint32_t a = leaf(g, "a", 2), b = leaf(g, "b", -3), c = leaf(g, "c", 10);
    uint32_t e = apply(g, "e", OP_MUL, a, b), d = apply(g, "d", OP_ADD, e, c);
    return apply(g, "L", OP_MUL, d, leaf(g, "f", -2));
}

static void a_graph_before_its_backward_pass(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    const struct rec *s = scene(&g, canonical(&g));
    assert_true(rec_is(s, KIND_scene));
    says(s, KEY_root, "n7");
    says(s, KEY_direction, "LR");
    says(s, KEY_walk, "");
    assert_false(rec_get_flag(s, KEY_compact));
    assert_int_equal(boxes(s), 7);

    const struct rec *e = box(s, "e");
    says(e, KEY_id, "n4");
    says(e, KEY_op, "×");
    says(e, KEY_kind, "interior");
    says(e, KEY_value_text, "−6");
    says(e, KEY_grad_text, "·");
    assert_null(rec_find(e, KEY_grad));
    says(box(s, "a"), KEY_op, "input");
    says(box(s, "a"), KEY_kind, "input");
    says(box(s, "L"), KEY_kind, "output");

    says(cell(s, "e", 0), KEY_from, "n1");
    says(cell(s, "e", 0), KEY_symbol, "∂e/∂a");
    says(cell(s, "e", 0), KEY_local_text, "−3");
    says(cell(s, "e", 0), KEY_share_text, "");
    assert_null(rec_find(cell(s, "e", 0), KEY_share));
    says(cell(s, "e", 1), KEY_symbol, "∂e/∂b");
    says(cell(s, "e", 1), KEY_local_text, "2");
    graph_release(&g);
}

static void the_chain_rule_after_a_backward_pass(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t L = canonical(&g);
    backward(&g, L);
    const struct rec *s = scene(&g, L);
    says(box(s, "a"), KEY_grad_text, "6");
    says(box(s, "b"), KEY_grad_text, "−4");
    says(box(s, "L"), KEY_grad_text, "1");
    says(box(s, "a"), KEY_sum_text, "");

    const struct rec *c = cell(s, "e", 0);
    says(c, KEY_local_text, "−3");
    says(c, KEY_upstream_text, "−2");
    says(c, KEY_share_text, "6");
    assert_true(rec_get_number(c, KEY_share) == 6);
    // 6 is the largest share of all; the smallest is 2 in size.
    assert_true(rec_get_number(c, KEY_weight) == 1);
    assert_true(fabs(rec_get_number(cell(s, "d", 1), KEY_weight) - log1p(2) / log1p(6)) < 1e-15);
    graph_release(&g);
}

static void kinds_of_leaves(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t w = name(&g, "w", tape_leaf(&g.tape, 0.5, MARK_PARAM));
    uint32_t x = leaf(&g, "x", 3);
    uint32_t two = tape_leaf(&g.tape, 2, MARK_CONST);
    uint32_t p = tape_apply(&g.tape, OP_MUL, w, x);
    uint32_t y = apply(&g, "y", OP_POW, p, two);
    backward(&g, y);
    const struct rec *s = scene(&g, y);
    says(box(s, "w"), KEY_kind, "parameter");
    says(box(s, "w"), KEY_op, "param");
    says(box(s, "x"), KEY_kind, "input");
    const struct rec *constant = box(s, "%2");
    says(constant, KEY_kind, "constant");
    says(constant, KEY_value_text, "2");
    says(constant, KEY_grad_text, "");
    assert_null(rec_find(constant, KEY_grad));
    // The unnamed go by their formulas; a constant is not asked for a derivative.
    says(box(s, "%3"), KEY_called, "w*x");
    says(cell(s, "%3", 0), KEY_symbol, "∂/∂w");
    says(cell(s, "y", 0), KEY_symbol, "∂y/∂(w*x)");
    says(cell(s, "y", 1), KEY_from, "n3");
    says(cell(s, "y", 1), KEY_symbol, "");
    says(cell(s, "y", 1), KEY_local_text, "");
    assert_null(rec_find(cell(s, "y", 1), KEY_share));
    graph_release(&g);
}

// Two values that read the same go by their numbers as well.
static void equal_formulas_are_told_apart(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t a = leaf(&g, "a", 2), b = leaf(&g, "b", -3);
    uint32_t p = tape_apply(&g.tape, OP_MUL, a, b), q = tape_apply(&g.tape, OP_MUL, a, b);
    uint32_t r = tape_apply(&g.tape, OP_SUB, a, b), s = tape_apply(&g.tape, OP_ADD, p, q);
    uint32_t y = apply(&g, "y", OP_MUL, s, r);
    const struct rec *drawn = scene(&g, y);
    says(box(drawn, "%2"), KEY_called, "a*b %2");
    says(box(drawn, "%3"), KEY_called, "a*b %3");
    says(box(drawn, "%4"), KEY_called, "a - b");
    says(box(drawn, "%5"), KEY_called, "a*b + a*b");
    says(cell(drawn, "%5", 0), KEY_symbol, "∂/∂%2");
    says(cell(drawn, "%5", 1), KEY_symbol, "∂/∂%3");
    says(cell(drawn, "y", 1), KEY_symbol, "∂y/∂(a - b)");
    graph_release(&g);
}

static void both_edges_of_a_plus_a(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t a = leaf(&g, "a", 3);
    uint32_t b = apply(&g, "b", OP_ADD, a, a);
    backward(&g, b);
    const struct rec *s = scene(&g, b);
    assert_int_equal(boxes(s), 2);
    assert_int_equal(rec_find(box(s, "b"), KEY_cells)->in.count, 2);
    says(cell(s, "b", 0), KEY_from, "n1");
    says(cell(s, "b", 1), KEY_from, "n1");
    assert_int_equal(rec_get_whole(cell(s, "b", 1), KEY_slot), 1);
    says(box(s, "a"), KEY_grad_text, "2");
    says(box(s, "a"), KEY_sum_text, "= 1 + 1");
    graph_release(&g);
}

static void shares_stand_in_the_order_in_which_they_are_added(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t a = leaf(&g, "a", 3), b = leaf(&g, "b", -4);
    uint32_t p = apply(&g, "p", OP_MUL, a, b), q = apply(&g, "q", OP_SUB, p, a);
    backward(&g, q);
    // q's share, −1, comes before p's, −4.
    says(box(scene(&g, q), "a"), KEY_sum_text, "= (−1) + (−4)");
    graph_release(&g);
}

static void a_long_sum_of_shares_is_cut(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t a = leaf(&g, "a", 1), sum = a;
    for (int i = 0; i < 3; i++) {
        sum = tape_apply(&g.tape, OP_ADD, sum, a);
    }
    backward(&g, sum);
    says(box(scene(&g, sum), "a"), KEY_sum_text, "= 1 + 1 + 1 + 1");
    sum = tape_apply(&g.tape, OP_ADD, sum, a);
    assert_int_equal(sweep_zero(&g.tape, NULL), SWEEP_DONE);
    backward(&g, sum);
    says(box(scene(&g, sum), "a"), KEY_sum_text, "= 1 + 1 + 1 + 1 + …");
    graph_release(&g);
}

static void no_sum_where_it_would_not_be_true(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t a = leaf(&g, "a", 3);
    uint32_t b = apply(&g, "b", OP_ADD, a, a);
    backward(&g, b);
    backward(&g, b);
    const struct rec *s = scene(&g, b);
    says(box(s, "a"), KEY_grad_text, "4");
    says(box(s, "a"), KEY_sum_text, "");
    graph_release(&g);
}

static void a_relu_that_is_shut_is_dead(void **state)
{
    (void)state;
    static const double at[] = {-2, 0, 2};
    for (size_t i = 0; i < COUNT_OF(at); i++) {
        struct graph g;
        graph_init(&g);
        uint32_t x = leaf(&g, "x", at[i]);
        uint32_t h = apply(&g, "h", OP_RELU, x, x);
        const struct rec *s = scene(&g, h);
        assert_int_equal(rec_get_flag(box(s, "h"), KEY_dead), at[i] <= 0);
        assert_int_equal(rec_find(box(s, "h"), KEY_cells)->in.count, 1);
        graph_release(&g);
    }
}

static void numbers_are_short_and_have_a_real_minus(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t x = leaf(&g, "x", -1.23456789e-7), y = leaf(&g, "y", 1.0 / 3);
    uint32_t z = apply(&g, "z", OP_DIV, x, leaf(&g, "zero", 0));
    uint32_t r = apply(&g, "r", OP_ADD, z, y);
    backward(&g, r);
    const struct rec *s = scene(&g, r);
    says(box(s, "x"), KEY_value_text, "−1.235e−07");
    says(box(s, "y"), KEY_value_text, "0.3333");
    says(box(s, "z"), KEY_value_text, "−inf");
    const struct scene_options two = {.theme = "dark", .digits = 2};
    s = scene_build(&g.records, &g.tape, &g.names, r, &two);
    says(box(s, "y"), KEY_value_text, "0.33");
    says(s, KEY_theme, "dark");
    // Edges of infinite shares are as wide as can be, whatever the others are.
    assert_true(rec_get_number(cell(s, "z", 0), KEY_weight) == 1);
    assert_true(rec_get_number(cell(s, "r", 0), KEY_weight) == 1);
    graph_release(&g);
}

static void more_than_ten_operations_are_compact(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t a = leaf(&g, "a", 1), sum = a;
    for (int i = 0; i < 10; i++) {
        sum = tape_apply(&g.tape, OP_ADD, sum, a);
    }
    assert_false(rec_get_flag(scene(&g, sum), KEY_compact));
    sum = tape_apply(&g.tape, OP_ADD, sum, a);
    assert_true(rec_get_flag(scene(&g, sum), KEY_compact));
    says(scene(&g, sum), KEY_direction, "TB");
    graph_release(&g);
}

static void only_what_the_root_depends_on(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t L = canonical(&g);
    backward(&g, L);
    const struct rec *s = scene(&g, 3);
    assert_int_equal(boxes(s), 3);
    says(box(s, "e"), KEY_kind, "output");
    says(box(s, "e"), KEY_grad_text, "−2");
    s = scene(&g, 0);
    assert_int_equal(boxes(s), 1);
    says(box(s, "a"), KEY_kind, "input");
    graph_release(&g);
}

static void a_forward_walk_hides_what_is_ahead(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t L = canonical(&g);
    const struct rec *s = walk(&g, L, SCENE_FORWARD, 4);
    says(s, KEY_walk, "forward");
    assert_true(rec_get_flag(box(s, "d"), KEY_current));
    assert_false(rec_get_flag(box(s, "e"), KEY_current));
    says(box(s, "e"), KEY_value_text, "−6");
    says(box(s, "d"), KEY_value_text, "4");
    says(box(s, "f"), KEY_value_text, "−2");
    says(box(s, "L"), KEY_value_text, "·");
    says(cell(s, "L", 0), KEY_local_text, "·");
    assert_null(rec_find(box(s, "L"), KEY_value));
    graph_release(&g);
}

static void a_backward_walk_has_shares_down_to_the_current_node(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t a = leaf(&g, "a", 3);
    uint32_t p = apply(&g, "p", OP_MUL, a, a), q = apply(&g, "q", OP_ADD, p, a);
    // Where the stepper is after q's step: q has given 1 to p and 1 to a.
    assert_true(tape_set_grad(&g.tape, NULL, q, 1));
    assert_true(tape_set_grad(&g.tape, NULL, p, 1));
    assert_true(tape_set_grad(&g.tape, NULL, a, 1));
    const struct rec *s = walk(&g, q, SCENE_BACKWARD, q);
    says(s, KEY_walk, "backward");
    assert_true(rec_get_flag(box(s, "q"), KEY_current));
    says(cell(s, "q", 1), KEY_share_text, "1");
    says(cell(s, "p", 0), KEY_share_text, "");
    says(box(s, "p"), KEY_grad_text, "1");
    says(box(s, "a"), KEY_grad_text, "1 …");
    says(box(s, "a"), KEY_sum_text, "");
    // Between seed and first step no share has flowed and no box is the current one.
    s = walk(&g, q, SCENE_BACKWARD, NODE_NONE);
    says(cell(s, "q", 1), KEY_share_text, "");
    assert_false(rec_get_flag(box(s, "q"), KEY_current));
    graph_release(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_graph_before_its_backward_pass),
        cmocka_unit_test(the_chain_rule_after_a_backward_pass),
        cmocka_unit_test(kinds_of_leaves),
        cmocka_unit_test(equal_formulas_are_told_apart),
        cmocka_unit_test(both_edges_of_a_plus_a),
        cmocka_unit_test(shares_stand_in_the_order_in_which_they_are_added),
        cmocka_unit_test(a_long_sum_of_shares_is_cut),
        cmocka_unit_test(no_sum_where_it_would_not_be_true),
        cmocka_unit_test(a_relu_that_is_shut_is_dead),
        cmocka_unit_test(numbers_are_short_and_have_a_real_minus),
        cmocka_unit_test(more_than_ten_operations_are_compact),
        cmocka_unit_test(only_what_the_root_depends_on),
        cmocka_unit_test(a_forward_walk_hides_what_is_ahead),
        cmocka_unit_test(a_backward_walk_has_shares_down_to_the_current_node),
    };
    return cmocka_run_group_tests_name("scene/scene", tests, NULL, NULL);
}
