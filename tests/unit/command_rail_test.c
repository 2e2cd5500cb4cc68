// view/rail: the rails are read back, row by row, and must lead to each operation from just its
// operands.
#include "words/rail.h"

#include "command_drawings.h"
#include "words/draw.h"

enum { GRAPHS = 2000, RAILS_MOST = 64 };

#define NOBODY UINT32_MAX

// A table being read: which value each rail carries.
struct table_reader {
    const struct graph *g;
    const struct sheet *sheet;
    uint32_t live[RAILS_MOST];
    size_t rails;
};

static void check_width(struct text *drawing, size_t width)
{
    const char *line = text_get(drawing);
    for (const char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        assert_true(ink_columns(line, (size_t)(end - line)) <= width);
        assert_true(end == line || end[-1] != ' ');
    }
}

// Rails are in every second column, before the names: "v12".
static size_t rails_of(const struct sheet *s)
{
    size_t column = 0;
    while (at(s, 0, column) == ' ') {
        column++;
    }
    return (column - 2) / 2;
}

static uint32_t node_in_row(const struct table_reader *t, size_t row)
{
    size_t column = 2 * t->rails + 2;
    uint32_t node = 0;
    assert_int_equal(at(t->sheet, row, column), 'v');
    for (column++; at(t->sheet, row, column) != ' '; column++) {
        node = 10 * node + at(t->sheet, row, column) - '0';
    }
    return node;
}

static size_t mark_in_row(const struct table_reader *t, size_t row)
{
    size_t rail = t->rails;
    for (size_t i = 0; i < t->rails; i++) {
        if (is_one_of(at(t->sheet, row, 2 * i), "◆◇●◉")) {
            assert_int_equal(rail, t->rails);
            rail = i;
        }
    }
    assert_true(rail < t->rails);
    return rail;
}

// Which operands a row uses, by slot.
struct uses {
    uint32_t operand[4];
    size_t count;
};

static void use(struct table_reader *t, size_t rail, bool ends, struct uses *u)
{
    assert_true(t->live[rail] != NOBODY && u->count < 4);
    u->operand[u->count++] = t->live[rail];
    t->live[rail] = ends ? NOBODY : t->live[rail];
}

// Follows the line from the mark to one side.
static void follow(struct table_reader *t, size_t row, size_t rail, int by, struct uses *u)
{
    while (by < 0 ? rail > 0 : rail + 1 < t->rails) {
        if (!is_one_of(at(t->sheet, row, 2 * rail + (size_t)by), "─")) {
            return;
        }
        rail += (size_t)by;
        uint32_t sign = at(t->sheet, row, 2 * rail);
        if (is_one_of(sign, by < 0 ? "├╰" : "┤╯")) {
            use(t, rail, is_one_of(sign, "╰╯"), u);
            return;
        }
        if (is_one_of(sign, "╪┴")) {
            use(t, rail, is_one_of(sign, "┴"), u);
        } else if (is_one_of(sign, "┼")) {
            assert_true(t->live[rail] != NOBODY);
        } else {
            assert_true(is_one_of(sign, "─") && t->live[rail] == NOBODY);
        }
    }
}

static void check_operands(const struct table_reader *t, uint32_t node, const struct uses *u)
{
    const struct tape *tape = &t->g->tape;
    size_t expected = 0;
    for (int slot = 0; slot < tape_arity(tape, node); slot++) {
        uint32_t operand = tape_operand(tape, node, slot);
        bool counts = !tape_constant(tape, node, slot) &&
                      (slot == 0 || operand != tape_operand(tape, node, 0));
        bool found = !counts;
        for (size_t i = 0; i < u->count; i++) {
            found = found || u->operand[i] == operand;
        }
        assert_true(found);
        expected += counts;
    }
    assert_int_equal(u->count, expected);
}

// Returns how many operands were found.
static size_t read_row(struct table_reader *t, size_t row)
{
    uint32_t node = node_in_row(t, row);
    size_t rail = mark_in_row(t, row);
    struct uses uses = {.count = 0};
    bool leaf = is_one_of(at(t->sheet, row, 2 * rail), "◆◇");
    assert_int_equal(leaf, tape_op(&t->g->tape, node) == OP_LEAF);
    if (t->live[rail] != NOBODY) {
        use(t, rail, true, &uses);  // from straight above
    }
    follow(t, row, rail, -1, &uses);
    follow(t, row, rail, 1, &uses);
    check_operands(t, node, &uses);
    t->live[rail] = node;
    for (size_t i = 0; i < t->rails; i++) {
        bool drawn = is_one_of(at(t->sheet, row + 1, 2 * i), "│├┤╰╯╪┴┼");
        bool taken = is_one_of(at(t->sheet, row + 1, 2 * i), "◆◇●◉");
        // A rail runs on until it is used last; the root's does not begin.
        t->live[i] = drawn || taken || i != rail ? t->live[i] : NOBODY;
        assert_true(!drawn || t->live[i] != NOBODY);
        assert_true(drawn || taken || t->live[i] == NOBODY);
    }
    return uses.count;
}

static size_t check_random_table(struct rng *rng, uint32_t most)
{
    struct graph g;
    struct sheet sheet;
    graph_init(&g);
    uint32_t root = random_graph(&g, rng, most);
    const struct rec *scene = build(&g, root, false, "");
    rail_write(&g.drawing, scene, 2000);
    check_width(&g.drawing, 2000);
    sheet_init(&sheet, &g.drawing);
    struct table_reader t = {.g = &g, .sheet = &sheet, .rails = rails_of(&sheet)};
    assert_true(t.rails < RAILS_MOST);
    size_t edges = 0, values = 0;
    for (size_t i = 0; i < RAILS_MOST; i++) {
        t.live[i] = NOBODY;
    }
    for (size_t row = 1; row < sheet.rows; row++, values++) {
        edges += read_row(&t, row);
    }
    const struct rec *boxes = rec_find(scene, KEY_boxes);
    for (const struct rec *box = boxes->in.first; box != NULL; box = box->next) {
        values -= strcmp(rec_get_text(box, KEY_kind), "constant") != 0;
    }
    assert_int_equal(values, 0);
    free(sheet.cells);
    graph_release(&g);
    return edges;
}

static void rails_lead_from_the_operands(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 30);
    size_t edges = 0;
    for (int i = 0; i < GRAPHS; i++) {
        edges += check_random_table(&rng, 4 + (uint32_t)rng_below(&rng, 50));
    }
    assert_true(edges > 5 * GRAPHS);
}

static void a_table_keeps_to_its_width(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 31);
    for (size_t width = 0; width < 120; width++) {
        struct graph g;
        graph_init(&g);
        uint32_t root = random_graph(&g, &rng, 40);
        rail_write(&g.drawing, build(&g, root, width % 2 == 0, ""), width);
        check_width(&g.drawing, width);
        graph_release(&g);
    }
}

static void what_does_not_fit_is_left_out_from_the_right(void **state)
{
    (void)state;
    struct rng rng;
    struct graph g;
    rng_seed(&rng, 32);
    graph_init(&g);
    uint32_t root = random_graph(&g, &rng, 30);
    const struct rec *scene = build(&g, root, false, "");
    size_t locals = 0, rails = 0;
    for (size_t width = 200; width-- > 20;) {
        text_clear(&g.drawing);
        rail_write(&g.drawing, scene, width);
        locals += strstr(text_get(&g.drawing), "local gradients") != NULL;
        rails += strstr(text_get(&g.drawing), "●") != NULL;
        assert_non_null(strstr(text_get(&g.drawing), "name"));
    }
    assert_true(locals > 0 && rails > locals && rails < 180);
    graph_release(&g);
}

static const struct rec *build_walk(struct graph *g, uint32_t root, uint32_t at,
                                    const struct buf *rooms)
{
    const struct scene_options options = {.theme = "light", .walk = SCENE_BACKWARD, .current = at};
    struct rec *scene = scene_build(&g->records, &g->tape, &g->names, root, &options);
    assert_non_null(scene);
    draw_reserve(&g->records, scene, rooms);
    return scene;
}

// Where the numbers are, the head of the table tells.
static void nothing_moves_in_a_walk(void **state)
{
    (void)state;
    struct rng rng;
    struct buf rooms;
    rng_seed(&rng, 34);
    for (int i = 0; i < 60; i++) {
        struct graph g;
        char head[400] = "";
        graph_init(&g);
        buf_init(&rooms, sizeof(uint32_t));
        uint32_t root = random_graph(&g, &rng, 30);
        assert_int_equal(sweep_backward(&g.tape, NULL, NULL, root, NULL), SWEEP_DONE);
        for (uint32_t at = 0; at <= root; at++) {
            assert_true(draw_measure(&rooms, build_walk(&g, root, at, &rooms)));
        }
        for (uint32_t at = 0; at <= root; at++) {
            text_clear(&g.drawing);
            rail_write(&g.drawing, build_walk(&g, root, at, &rooms), 90);
            size_t length = strcspn(text_get(&g.drawing), "\n");
            assert_true(length < sizeof head);
            assert_true(at == 0 || memcmp(head, text_get(&g.drawing), length) == 0);
            memcpy(head, text_get(&g.drawing), length);
        }
        buf_release(&rooms);
        graph_release(&g);
    }
}

static void ascii_is_ascii(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 33);
    for (int i = 0; i < 200; i++) {
        struct graph g;
        graph_init(&g);
        uint32_t root = random_graph(&g, &rng, 40);
        rail_write(&g.drawing, build(&g, root, true, ""), 200);
        for (const char *s = text_get(&g.drawing); *s != '\0'; s++) {
            assert_true((unsigned char)*s < 0x80);
        }
        graph_release(&g);
    }
}

static void a_single_value_is_a_row(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t leaf = tape_leaf(&g.tape, 2, MARK_PARAM);
    name_node(&g, leaf);
    rail_write(&g.drawing, build(&g, leaf, false, ""), 80);
    assert_non_null(strstr(text_get(&g.drawing), "◆"));
    assert_non_null(strstr(text_get(&g.drawing), "parameter"));
    graph_release(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rails_lead_from_the_operands),
        cmocka_unit_test(a_table_keeps_to_its_width),
        cmocka_unit_test(what_does_not_fit_is_left_out_from_the_right),
        cmocka_unit_test(nothing_moves_in_a_walk),
        cmocka_unit_test(ascii_is_ascii),
        cmocka_unit_test(a_single_value_is_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
