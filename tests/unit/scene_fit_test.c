// scene/fit and what belongs to it: which candidates there are, that they are bounded, and what
// siblings, chips and frames make of a graph.
#include "scene/fit.h"

#include "command_drawings.h"
#include "scene/frame.h"
#include "scene/worth.h"

static uint32_t named(struct graph *g, const char *s, uint32_t node)
{
    uint32_t name = names_intern(&g->names, s, strlen(s));
    assert_true(names_bind(&g->names, NULL, name, value_of_node(node)));
    return node;
}

// h = tanh(w*x + b), L = h*h
static uint32_t neuron(struct graph *g)
{
    struct tape *t = &g->tape;
    uint32_t w = named(g, "w", tape_leaf(t, 2, MARK_PARAM));
    uint32_t x = named(g, "x", tape_leaf(t, 0.25, 0));
    uint32_t b = named(g, "b", tape_leaf(t, -1, MARK_PARAM));
    uint32_t sum = tape_apply(t, OP_ADD, tape_apply(t, OP_MUL, w, x), b);
    uint32_t h = named(g, "h", tape_apply(t, OP_TANH, sum, sum));
    return named(g, "L", tape_apply(t, OP_MUL, h, h));
}

static struct fit_wish slide(void)
{
    return (struct fit_wish){.area = {.width = 880, .height = 420, .goal = 12, .floor = 9},
                             .style = FIT_STYLES};
}

static void find(struct graph *g, uint32_t root, const struct fit_wish *wish, struct fit *fit)
{
    part_init(&g->part);
    assert_true(part_all(&g->part, &g->tape, root));
    const struct scene_options options = {.theme = "light", .part = &g->part};
    assert_true(fit_find(fit, &g->tape, &g->names, root, &options, wish));
}

static const struct rec *box(const struct rec *scene, const char *name)
{
    for (const struct rec *b = rec_find(scene, KEY_boxes)->in.first; b != NULL; b = b->next) {
        if (strcmp(rec_get_text(b, KEY_name), name) == 0) {
            return b;
        }
    }
    return NULL;
}

static void candidates_come_in_order(void **state)
{
    (void)state;
    struct graph g;
    struct fit fit;
    graph_init(&g);
    struct fit_wish wish = slide();
    find(&g, neuron(&g), &wish, &fit);
    assert_in_range(fit.trials.count, 4, FIT_LAYOUTS);
    for (size_t i = 1; i < fit.trials.count; i++) {
        const struct fit_trial *t = &BUF(struct fit_trial, &fit.trials)[i];
        assert_true(t->bound <= t[-1].bound);
        assert_true(t->bound > t->worth - 1000);
        assert_in_range(t->scene, 0, fit.scenes.list.in.count - 1);
    }
    fit_release(&fit);
    graph_release(&g);
}

static void a_direction_and_a_style_are_kept_to(void **state)
{
    (void)state;
    struct graph g;
    struct fit fit;
    graph_init(&g);
    struct fit_wish wish = slide();
    wish.way = FIT_DOWN;
    wish.style = FIT_TERSE;
    find(&g, neuron(&g), &wish, &fit);
    assert_true(fit.trials.count > 0);
    for (size_t i = 0; i < fit.trials.count; i++) {
        assert_true(BUF(struct fit_trial, &fit.trials)[i].down);
        assert_int_equal(BUF(struct fit_trial, &fit.trials)[i].style, FIT_TERSE);
    }
    fit_release(&fit);
    graph_release(&g);
}

// The first scene folds nothing, and unnamed values are called by their formulas.
static void values_without_names_have_titles(void **state)
{
    (void)state;
    struct graph g;
    struct fit fit;
    graph_init(&g);
    struct fit_wish wish = slide();
    wish.mode = FOLD_NOTHING;
    find(&g, neuron(&g), &wish, &fit);
    const struct rec *scene = fit.scenes.list.in.first;
    assert_int_equal(fit_boxes(scene), 7);
    assert_int_equal(fit_chips(scene), 0);
    assert_non_null(box(scene, "w·x"));
    assert_non_null(box(scene, "w·x + b"));
    fit_release(&fit);
    graph_release(&g);
}

static void a_statement_is_a_box_with_its_leaves_in_cells(void **state)
{
    (void)state;
    struct graph g;
    struct fit fit;
    graph_init(&g);
    struct fit_wish wish = slide();
    wish.mode = FOLD_ALL;
    find(&g, neuron(&g), &wish, &fit);
    const struct rec *last = fit.scenes.list.in.last;
    assert_int_equal(fit_boxes(last), 2);
    assert_int_equal(fit_chips(last), 3);
    const struct rec *h = box(last, "h");
    assert_non_null(h);
    assert_string_equal(rec_get_text(h, KEY_formula), "tanh(w·x + b)");
    const struct rec *chip = rec_find(rec_find(h, KEY_cells)->in.first, KEY_chip);
    assert_string_equal(rec_get_text(chip, KEY_name), "w");
    assert_string_equal(rec_get_text(chip, KEY_kind), "parameter");
    fit_release(&fit);
    graph_release(&g);
}

// 400 boxes that nothing can fold.
static void too_many_boxes_have_no_candidate(void **state)
{
    (void)state;
    struct graph g;
    struct fit fit;
    graph_init(&g);
    uint32_t root = named(&g, "a", tape_leaf(&g.tape, 0.5, 0));
    for (int i = 0; i < FIT_BOXES_MOST + 100; i++) {
        char name[16];
        snprintf(name, sizeof name, "v%d", i);
        root = named(&g, name, tape_apply(&g.tape, OP_TANH, root, root));
    }
    struct fit_wish wish = slide();
    find(&g, root, &wish, &fit);
    assert_int_equal(fit.trials.count, 0);
    fit_release(&fit);
    graph_release(&g);
}

static void letters_count_up_to_the_goal(void **state)
{
    (void)state;
    assert_true(worth_of_letters(12, 12, 9) == worth_of_letters(30, 12, 9));
    assert_true(worth_of_letters(11, 12, 9) < worth_of_letters(12, 12, 9));
    assert_true(fabs(worth_of_letters(9, 12, 9)) < 1e-12);
    // Below the floor every step counts three times.
    assert_true(fabs(worth_of_letters(4.5, 12, 9) + 30) < 1e-9);
    assert_true(worth_of_boxes(30) == worth_of_boxes(60));
}

// ---- Frames -------------------------------------------------------------------------------------

static void a_frame_hides_what_is_not_known(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t root = neuron(&g);
    part_init(&g.part);
    assert_true(part_all(&g.part, &g.tape, root));
    struct scene_options options = {.theme = "light", .part = &g.part};
    struct rec *now = scene_build(&g.records, &g.tape, &g.names, root, &options);
    assert_int_equal(sweep_backward(&g.tape, NULL, NULL, root, NULL), SWEEP_DONE);
    struct rec *last = scene_build(&g.records, &g.tape, &g.names, root, &options);
    struct records out;
    records_init(&out);
    assert_true(frame_add(&out, &out.list, last, now, (struct frame_place){"backward", true}));
    assert_true(frame_add(&out, &out.list, last, last, (struct frame_place){"backward", false}));
    assert_true(frame_add_sheet(&out, &out.list, last, FRAME_LOCALS));
    const struct rec *first = out.list.in.first, *second = first->next, *sheet = second->next;
    const struct rec *hidden = box(first, "L"), *shown = box(second, "L");
    assert_true(rec_get_flag(hidden, KEY_hide_grad));
    assert_false(rec_get_flag(hidden, KEY_hide_value));
    assert_string_equal(rec_get_text(hidden, KEY_grad_text), rec_get_text(shown, KEY_grad_text));
    assert_true(rec_get_flag(rec_find(hidden, KEY_cells)->in.first, KEY_hide_share));
    assert_false(rec_get_flag(rec_find(hidden, KEY_cells)->in.first, KEY_hide_local));
    assert_false(rec_get_flag(shown, KEY_hide_grad));
    assert_string_equal(rec_get_text(first, KEY_walk), "backward");
    assert_true(rec_get_flag(sheet, KEY_blank));
    assert_true(rec_get_flag(rec_find(box(sheet, "L"), KEY_cells)->in.first, KEY_hide_local));
    records_release(&out);
    graph_release(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(candidates_come_in_order),
        cmocka_unit_test(a_direction_and_a_style_are_kept_to),
        cmocka_unit_test(values_without_names_have_titles),
        cmocka_unit_test(a_statement_is_a_box_with_its_leaves_in_cells),
        cmocka_unit_test(too_many_boxes_have_no_candidate),
        cmocka_unit_test(letters_count_up_to_the_goal),
        cmocka_unit_test(a_frame_hides_what_is_not_known),
    };
    return cmocka_run_group_tests_name("scene/fit", tests, NULL, NULL);
}
