// view/draw: what is drawn is read back, sign by sign, as a person would read it, and must say what
// the graph says: every edge of thousands of random graphs is followed from its value to the
// operand's cell that it ends on.
#include "words/draw.h"

#include "command_drawings.h"

enum { GRAPHS = 3000, WIDE = 2000 };

// ---- A layout -----------------------------------------------------------------------------------

enum { NODES_MOST = 400 };

// What a question asks for.
struct question {
    double width[NODES_MOST];
    unsigned rank[NODES_MOST], tail[NODES_MOST * 2], head[NODES_MOST * 2];
    size_t nodes, edges;
    double gap;
};

static void read_question(struct question *q, const char *dot)
{
    *q = (struct question){0};
    for (const char *line = dot; *line != '\0'; line = strchr(line, '\n') + 1) {
        unsigned a, b;
        double width;
        if (sscanf(line, "i%u -> i%u", &a, &b) == 2) {
            q->tail[q->edges] = a;
            q->head[q->edges++] = b;
            q->nodes = b + 1 > q->nodes ? b + 1 : q->nodes;
        } else if (sscanf(line, "i%u [width=%lf]", &a, &width) == 2) {
            q->width[a] = width;
            q->nodes = a + 1 > q->nodes ? a + 1 : q->nodes;
        } else if (sscanf(line, "nodesep=%lf", &width) == 1) {
            q->gap = width;
        }
    }
    assert_true(q->nodes < NODES_MOST && q->gap > 0);
    for (size_t i = 0; i < q->nodes; i++) {
        q->width[i] = q->width[i] == 0 ? 0.2 : q->width[i];
    }
    // All edges lead to the next rank, so that walking over them settles the ranks.
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < q->edges; i++) {
            unsigned least = q->rank[q->tail[i]] + 1;
            more = more || q->rank[q->head[i]] < least;
            q->rank[q->head[i]] = q->rank[q->head[i]] < least ? least : q->rank[q->head[i]];
            // What begins later is pulled up to its use.
            if (q->rank[q->tail[i]] + 1 < q->rank[q->head[i]]) {
                q->rank[q->tail[i]] = q->rank[q->head[i]] - 1;
                more = true;
            }
        }
    }
}

// Any places will do: the order within a rank is left to chance, which is harder on the router than
// what Graphviz would answer.
static void answer_question(const struct question *q, struct rng *rng, struct text *out)
{
    unsigned order[NODES_MOST];
    double end[NODES_MOST];
    for (unsigned i = 0; i < q->nodes; i++) {
        unsigned k = (unsigned)rng_below(rng, i + 1);
        order[i] = order[k];
        order[k] = i;
        end[i] = rng_uniform(rng);
    }
    text_add(out, "graph 1 10 10\n");
    for (unsigned i = 0; i < q->nodes; i++) {
        unsigned node = order[i];
        double *at = &end[q->rank[node]];
        text_addf(out, "node i%u %.4f 0.5 0.2 0.1 \"\" solid box black lightgrey\n", node,
                  *at + q->width[node] / 2);
        *at += q->width[node] + q->gap * (double)(1 + rng_below(rng, 3));
    }
    text_add(out, "stop\n");
}

// The answers to both questions; an answer that says nothing forces the other way.
static void lay_out(struct graph *g, uint32_t root, struct rng *rng, bool ascii, enum draw_way way,
                    struct text *answers)
{
    static struct question q;
    struct text question;
    text_init(&question);
    const struct rec *scene = build(g, root, ascii, "");
    assert_true(draw_question(&question, scene, way));
    read_question(&q, text_get(&question));
    text_add(answers, way == DRAW_DOWN ? "graph 1 1 1\nstop\n" : "");
    answer_question(&q, rng, answers);
    text_release(&question);
}

// ---- Boxes --------------------------------------------------------------------------------------

#define UPRIGHTS "│┃║┆"

// Where "name = " stands: its first letter. Names are behind a blank.
static void find_name(const struct sheet *s, const char *name, size_t *row, size_t *column)
{
    size_t n = strlen(name), found = 0;
    *row = *column = 0;
    for (size_t r = 0; r < s->rows; r++) {
        for (size_t c = 1; c + n + 2 < s->columns; c++) {
            size_t k = 0;
            while (k < n && at(s, r, c + k) == (uint32_t)name[k]) {
                k++;
            }
            if (k == n && at(s, r, c - 1) == ' ' && at(s, r, c + n + 1) == '=') {
                *row = r;
                *column = c;
                found++;
            }
        }
    }
    assert_int_equal(found, 1);
}

enum { GOALS_MOST = 64 };

struct spot {
    size_t row, column;
};

enum { CELLS_MOST = 6 };

// A box as it stands on the sheet.
struct seen {
    const struct rec *box;
    int arity;
    struct spot out;             // where its net leaves
    struct spot in[CELLS_MOST];  // where the arrows are
    char cell[CELLS_MOST][24];   // what is in the cells
};

static void read_cell(const struct sheet *s, size_t row, size_t from, size_t to, char cell[24])
{
    size_t n = 0;
    for (size_t c = from; c < to; c++) {
        if (at(s, row, c) != ' ') {
            assert_true(at(s, row, c) < 0x80 && n < 23);
            cell[n++] = (char)at(s, row, c);
        }
    }
    cell[n] = '\0';
}

static void see_across(const struct sheet *s, struct seen *b, size_t row, size_t column)
{
    size_t right = column, inner = column - 2, left = inner - 1;
    while (!is_one_of(at(s, row + 1, right), UPRIGHTS)) {
        right++;
    }
    b->out = (struct spot){row, right};
    if (b->arity == 0) {
        return;
    }
    while (!is_one_of(at(s, row, left), UPRIGHTS)) {
        left--;
    }
    for (int i = 0; i < (b->arity < 2 ? 2 : b->arity); i++) {
        b->in[i] = (struct spot){row + (size_t)i, left - 1};
        read_cell(s, row + (size_t)i, left + 1, inner, b->cell[i]);
    }
}

static void see_down(const struct sheet *s, struct seen *b, size_t row, size_t column)
{
    size_t left = column - 2, right = column, cell = left;
    while (!is_one_of(at(s, row, right), UPRIGHTS)) {
        right++;
    }
    for (size_t c = left; c < right; c++) {
        if (is_one_of(at(s, row + 2, c), "┬┯╤")) {
            b->out = (struct spot){row + 2, c};
        }
    }
    for (int i = 0; i < b->arity; i++) {
        size_t end = cell + 1;
        while (!is_one_of(at(s, row - 2, end), UPRIGHTS)) {
            end++;
        }
        read_cell(s, row - 2, cell + 1, end, b->cell[i]);
        b->in[i].row = row - 3;
        for (size_t c = cell + 1; c < end; c++) {
            b->in[i].column = at(s, row - 3, c) == 0x25BC ? c : b->in[i].column;
        }
        cell = end;
    }
}

// ---- Following the lines ------------------------------------------------------------------------

enum { NORTH = 1, EAST = 2, SOUTH = 4, WEST = 8 };

static int arms_of(uint32_t character)
{
    static const struct {
        const char *sign;
        int arms;
    } signs[] = {
        {"│", NORTH | SOUTH},
        {"─", EAST | WEST},
        {"└", NORTH | EAST},
        {"┌", EAST | SOUTH},
        {"┐", SOUTH | WEST},
        {"┘", NORTH | WEST},
        {"├", NORTH | EAST | SOUTH},
        {"┤", NORTH | SOUTH | WEST},
        {"┬", EAST | SOUTH | WEST},
        {"┴", NORTH | EAST | WEST},
        {"●", NORTH | EAST | SOUTH | WEST},
    };
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        if (is_one_of(character, signs[i].sign)) {
            return signs[i].arms;
        }
    }
    return 0;
}

static int opposite(int arm)
{
    return arm == NORTH ? SOUTH : arm == SOUTH ? NORTH : arm == EAST ? WEST : EAST;
}

static struct spot step(struct spot p, int arm)
{
    p.row += arm == SOUTH ? 1 : 0;
    p.row -= arm == NORTH ? 1 : 0;
    p.column += arm == EAST ? 1 : 0;
    p.column -= arm == WEST ? 1 : 0;
    return p;
}

// Somebody who follows a line: where to, and the way they are going.
struct walker {
    struct spot place;
    int going;
};

// All arrows that the line reaches which leaves `out`.
static size_t follow(const struct sheet *s, struct spot out, int going, struct spot *goals)
{
    struct walker open[GOALS_MOST] = {{step(out, going), going}};
    size_t count = 1, found = 0;
    for (size_t steps = 0; count > 0; steps++) {
        assert_true(steps < 100000 && count < GOALS_MOST - 4 && found < GOALS_MOST);
        struct walker w = open[--count];
        uint32_t sign = at(s, w.place.row, w.place.column);
        if (is_one_of(sign, "►◄▼▲")) {
            goals[found++] = w.place;
        } else if (is_one_of(sign, "┼")) {
            open[count++] = (struct walker){step(w.place, w.going), w.going};
        } else {
            int arms = arms_of(sign);
            assert_true((arms & opposite(w.going)) != 0);  // else the line is broken here
            for (int arm = NORTH; arm <= WEST; arm *= 2) {
                if ((arms & arm) != 0 && arm != opposite(w.going)) {
                    open[count++] = (struct walker){step(w.place, arm), arm};
                }
            }
        }
    }
    return found;
}

// ---- Every edge ---------------------------------------------------------------------------------

struct picture {
    struct graph *g;
    const struct rec *scene;
    struct sheet sheet;
    struct seen seen[64];
    size_t count;
    bool across;
};

static void see_boxes(struct picture *p)
{
    const struct rec *boxes = rec_find(p->scene, KEY_boxes);
    p->count = 0;
    for (const struct rec *box = boxes->in.first; box != NULL; box = box->next) {
        if (strcmp(rec_get_text(box, KEY_kind), "constant") == 0) {
            continue;
        }
        struct seen *b = &p->seen[p->count++];
        size_t row, column;
        *b = (struct seen){.box = box, .arity = (int)rec_find(box, KEY_cells)->in.count};
        find_name(&p->sheet, rec_get_text(box, KEY_name), &row, &column);
        if (p->across) {
            see_across(&p->sheet, b, row, column);
        } else {
            see_down(&p->sheet, b, row, column);
        }
    }
}

static const struct rec *box_of(const struct rec *scene, const char *id)
{
    const struct rec *box = rec_find(scene, KEY_boxes)->in.first;
    while (box != NULL && strcmp(rec_get_text(box, KEY_id), id) != 0) {
        box = box->next;
    }
    return box;
}

// Is the operand a constant, which is in the cell itself?
static bool is_constant(const struct picture *p, const struct rec *cell)
{
    const struct rec *from = box_of(p->scene, rec_get_text(cell, KEY_from));
    return from == NULL || strcmp(rec_get_text(from, KEY_kind), "constant") == 0;
}

// What ought to be in the cell: the derivative, the constant, or how many values come in.
static void expected_cell(const struct picture *p, const struct rec *cell, char text[24])
{
    char number[NUMBER_TEXT];
    if (rec_find(cell, KEY_values) != NULL) {
        snprintf(text, 24, "[%d]", (int)rec_get_whole(cell, KEY_values));
        return;
    }
    double v = is_constant(p, cell)
                   ? rec_get_number(box_of(p->scene, rec_get_text(cell, KEY_from)), KEY_value)
                   : rec_get_number(cell, KEY_local);
    snprintf(text, 24, "%s", number_text(number, v, 4));
}

// Is the edge from `from` to cell `port` of b one of the scene, and does the cell belong to it? The
// operands of sums, products and calls may have changed places.
static bool is_edge(const struct picture *p, const struct seen *from, const struct seen *b,
                    int port)
{
    const char *op = rec_get_text(b->box, KEY_op);
    bool turns =
        strcmp(op, "+") == 0 || strcmp(op, "×") == 0 || rec_find(b->box, KEY_folds) != NULL;
    int slot = 0;
    for (const struct rec *cell = rec_find(b->box, KEY_cells)->in.first; cell != NULL;
         cell = cell->next, slot++) {
        char text[24];
        expected_cell(p, cell, text);
        if ((slot == port || turns) && !is_constant(p, cell) &&
            strcmp(rec_get_text(cell, KEY_from), rec_get_text(from->box, KEY_id)) == 0 &&
            strcmp(text, b->cell[port]) == 0) {
            return true;
        }
    }
    return false;
}

static size_t edges_of(const struct picture *p, const struct seen *b)
{
    size_t count = 0;
    for (const struct rec *cell = rec_find(b->box, KEY_cells)->in.first; cell != NULL;
         cell = cell->next) {
        count += !is_constant(p, cell);
    }
    return count;
}

// Follows every line; returns how many edges there were.
static size_t check_edges(const struct picture *p)
{
    size_t edges = 0, expected = 0;
    bool taken[64][CELLS_MOST] = {{false}};
    for (size_t i = 0; i < p->count; i++) {
        struct spot goals[GOALS_MOST];
        expected += edges_of(p, &p->seen[i]);
        uint32_t edge = at(&p->sheet, p->seen[i].out.row, p->seen[i].out.column);
        if (!is_one_of(edge, p->across ? "├┠╟" : "┬┯╤")) {
            continue;
        }
        size_t found = follow(&p->sheet, p->seen[i].out, p->across ? EAST : SOUTH, goals);
        for (size_t k = 0; k < found; k++) {
            bool arrived = false;
            for (size_t j = 0; j < p->count; j++) {
                for (int port = 0; port < p->seen[j].arity; port++) {
                    struct spot in = p->seen[j].in[port];
                    if (in.row != goals[k].row || in.column != goals[k].column) {
                        continue;
                    }
                    assert_false(taken[j][port]);
                    assert_true(is_edge(p, &p->seen[i], &p->seen[j], port));
                    taken[j][port] = arrived = true;
                }
            }
            assert_true(arrived);
        }
        edges += found;
    }
    assert_int_equal(edges, expected);
    return edges;
}

static void check_width(struct text *drawing, size_t width)
{
    const char *line = text_get(drawing);
    for (const char *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        assert_true(ink_columns(line, (size_t)(end - line)) <= width);
        assert_true(end == line || end[-1] != ' ');
    }
}

static bool fits_in_boxes(const struct rec *scene)
{
    const struct rec *box = rec_find(scene, KEY_boxes)->in.first;
    while (box != NULL && rec_find(box, KEY_cells)->in.count <= CELLS_MOST) {
        box = box->next;
    }
    return box == NULL;
}

static size_t check_random_graph(struct rng *rng, enum draw_way way, bool fold)
{
    struct graph g;
    struct text answers;
    struct picture p = {.g = &g, .across = way == DRAW_ACROSS};
    graph_init(&g);
    text_init(&answers);
    uint32_t root = random_graph(&g, rng, DRAW_MOST);
    assert_int_equal(sweep_backward(&g.tape, NULL, NULL, root, NULL), SWEEP_DONE);
    if (fold) {
        fold_some(&g, rng, root);
    }
    if (!fits_in_boxes(build(&g, root, false, ""))) {
        text_release(&answers);
        graph_release(&g);
        return 0;
    }
    lay_out(&g, root, rng, false, way, &answers);
    p.scene = build(&g, root, false, text_get(&answers));
    draw_scene(&g.drawing, p.scene, WIDE);
    assert_null(strstr(text_get(&g.drawing), "local gradients"));  // else no way was found
    check_width(&g.drawing, WIDE);
    sheet_init(&p.sheet, &g.drawing);
    see_boxes(&p);
    size_t edges = check_edges(&p);
    free(p.sheet.cells);
    text_release(&answers);
    graph_release(&g);
    return edges;
}

static void edges_lead_where_they_should_across(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 20);
    size_t edges = 0;
    for (int i = 0; i < GRAPHS; i++) {
        edges += check_random_graph(&rng, DRAW_ACROSS, i % 2 == 1);
    }
    assert_true(edges > 4 * GRAPHS);
}

static void edges_lead_where_they_should_down(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 21);
    size_t edges = 0;
    for (int i = 0; i < GRAPHS; i++) {
        edges += check_random_graph(&rng, DRAW_DOWN, i % 2 == 1);
    }
    assert_true(edges > 4 * GRAPHS);
}

// ---- ASCII --------------------------------------------------------------------------------------

// What is in an ASCII drawing where this sign is in the other: one of these.
static const char *ascii_of(uint32_t character)
{
    static const char *const pairs[][2] = {
        {"│┆", "|:"},  {"║", "|"},   {"─╌", "-."}, {"═", "="},    {"┃┏┓┗┛━┠┯", "#="}, {"╭╮", "."},
        {"╰╯", "'"},   {"┌┐", ".+"}, {"└┘", "'+"}, {"├┤┬┴", "+"}, {"●", "+"},         {"╔╗╚╝", "+"},
        {"╟╢╤╧", "+"}, {"┼", "|"},   {"►", ">"},   {"▼", "v"},    {"∂", "g"},         {"·", "."},
        {"×", "*"},    {"÷", "/"},   {"−", "-"},
    };
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        if (is_one_of(character, pairs[i][0])) {
            return pairs[i][1];
        }
    }
    return NULL;
}

static void check_same_sign(uint32_t sign, uint32_t ascii)
{
    const char *allowed = ascii_of(sign);
    assert_true(ascii < 0x80);
    assert_true(allowed == NULL ? sign == ascii : is_one_of(ascii, allowed));
}

static void ascii_is_the_same_drawing(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 22);
    for (int i = 0; i < 300; i++) {
        struct graph g;
        struct text answers;
        struct sheet signs, ascii;
        // Down, a track is not shared by corners that touch: the drawing may have other rows then.
        graph_init(&g);
        text_init(&answers);
        uint32_t root = random_graph(&g, &rng, DRAW_MOST);
        lay_out(&g, root, &rng, false, i % 2 == 0 ? DRAW_ACROSS : DRAW_DOWN, &answers);
        draw_scene(&g.drawing, build(&g, root, false, text_get(&answers)), WIDE);
        sheet_init(&signs, &g.drawing);
        text_clear(&g.drawing);
        draw_scene(&g.drawing, build(&g, root, true, text_get(&answers)), WIDE);
        sheet_init(&ascii, &g.drawing);
        assert_int_equal(signs.rows, ascii.rows);
        assert_int_equal(signs.columns, ascii.columns);
        for (size_t k = 0; k < signs.rows * signs.columns; k++) {
            check_same_sign(signs.cells[k], ascii.cells[k]);
        }
        free(signs.cells);
        free(ascii.cells);
        text_release(&answers);
        graph_release(&g);
    }
}

// ---- Widths and answers -------------------------------------------------------------------------

// x = tanh(tanh(…)): so many of them.
static uint32_t chain(struct graph *g, unsigned length)
{
    uint32_t at = tape_leaf(&g->tape, 0.5, 0);
    name_node(g, at);
    for (unsigned i = 0; i < length; i++) {
        at = tape_apply(&g->tape, OP_TANH, at, at);
        name_node(g, at);
    }
    return at;
}

static void a_drawing_takes_the_form_that_fits(void **state)
{
    (void)state;
    struct graph g;
    struct text answers;
    struct rng rng;
    rng_seed(&rng, 23);
    graph_init(&g);
    text_init(&answers);
    uint32_t root = chain(&g, 4);
    lay_out(&g, root, &rng, false, DRAW_ACROSS, &answers);
    size_t length = text_length(&answers);
    lay_out(&g, root, &rng, false, DRAW_DOWN, &answers);
    // The second answer is behind the empty one that lay_out puts before it.
    struct text both;
    text_init(&both);
    text_add_bytes(&both, text_get(&answers), length);
    text_add(&both, strstr(text_get(&answers) + length, "stop\n") + strlen("stop\n"));
    const struct rec *scene = build(&g, root, false, text_get(&both));
    static const struct {
        size_t width;
        const char *shows, *hides;
    } forms[] = {
        {200, "►", "▼"},
        {60, "▼", "►"},
        {14, "name", "▼"},
    };
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        text_clear(&g.drawing);
        draw_scene(&g.drawing, scene, forms[i].width);
        check_width(&g.drawing, forms[i].width);
        assert_non_null(strstr(text_get(&g.drawing), forms[i].shows));
        assert_null(strstr(text_get(&g.drawing), forms[i].hides));
    }
    for (size_t width = 0; width < 130; width++) {
        text_clear(&g.drawing);
        draw_scene(&g.drawing, scene, width);
        check_width(&g.drawing, width);
    }
    text_release(&both);
    text_release(&answers);
    graph_release(&g);
}

static void an_answer_without_sense_gives_the_table(void **state)
{
    (void)state;
    static const char *const answers[] = {
        "",
        "stop\n",
        "no layout at all",
        "node i0 1 1\nstop\n",
        "node i0 1 1\nnode i1 -3 1\nnode i2 1 1\nstop\n",
        "node i0 1 1\nnode i1 nan 1\nnode i2 1 1\nstop\n",
        "node i0 1 1\nnode i1 1e300 1\nnode i2 1 1\nstop\n",
        "node i0 1 1\nnode i99999999999 1 1\nnode i2 1 1\nstop\n",
        "node i0",
        "node i",
    };
    struct graph g;
    graph_init(&g);
    uint32_t root = chain(&g, 2);
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        text_clear(&g.drawing);
        draw_scene(&g.drawing, build(&g, root, false, answers[i]), 80);
        assert_non_null(strstr(text_get(&g.drawing), "local gradients"));
    }
    // All in one place is an answer; so is every other order of lines.
    text_clear(&g.drawing);
    draw_scene(&g.drawing, build(&g, root, false, "node i2 0 0\nnode i1 0 0\nnode i0 0 0\nstop"),
               80);
    assert_non_null(strstr(text_get(&g.drawing), "►"));
    graph_release(&g);
}

static void more_values_than_boxes_can_show_are_a_table(void **state)
{
    (void)state;
    struct graph g;
    struct text answers;
    struct rng rng;
    rng_seed(&rng, 24);
    graph_init(&g);
    text_init(&answers);
    uint32_t root = chain(&g, DRAW_MOST);
    lay_out(&g, root, &rng, false, DRAW_ACROSS, &answers);
    draw_scene(&g.drawing, build(&g, root, false, text_get(&answers)), WIDE);
    assert_non_null(strstr(text_get(&g.drawing), "local gradients"));
    text_release(&answers);
    graph_release(&g);
}

// ---- Walks --------------------------------------------------------------------------------------

// The scene of a walk: forward at the node `at`, or backward at it.
static struct rec *build_walk(struct graph *g, uint32_t root, enum scene_walk walk, uint32_t at)
{
    const struct scene_options options = {.theme = "light", .walk = walk, .current = at};
    struct rec *scene = scene_build(&g->records, &g->tape, &g->names, root, &options);
    assert_non_null(scene);
    return scene;
}

// The drawing without its words. Level lines go too, as a title that grows ("relu dead") covers
// more of its frame; their ends stay.
static void outline(struct sheet *s)
{
    for (size_t i = 0; i < s->rows * s->columns; i++) {
        uint32_t sign = s->cells[i];
        s->cells[i] = is_one_of(sign, "│┆")     ? '|'  // a relu may turn out to be shut
                      : is_one_of(sign, "►◄▼▲") ? '>'  // an arrow may turn
                      : is_one_of(sign, "║┃┌┐└┘╭╮╰╯┏┓┗┛╔╗╚╝├┤┬┴┠┯╟╢╤╧●┼") ? sign
                                                                          : ' ';
    }
}

// The numbers at a step are not the real ones of that moment, which is the session's business; what
// counts is that some are known and others not.
static void nothing_moves_in_a_walk(void **state)
{
    (void)state;
    struct graph g;
    struct text answers, question;
    struct buf rooms;
    static struct question q;
    struct rng rng;
    rng_seed(&rng, 25);
    for (int i = 0; i < 80; i++) {
        enum draw_way way = i % 2 == 0 ? DRAW_ACROSS : DRAW_DOWN;
        graph_init(&g);
        text_init(&answers);
        text_init(&question);
        buf_init(&rooms, sizeof(uint32_t));
        uint32_t root = random_graph(&g, &rng, DRAW_MOST);
        assert_int_equal(sweep_backward(&g.tape, NULL, NULL, root, NULL), SWEEP_DONE);
        for (uint32_t at = 0; at <= root; at++) {
            assert_true(draw_measure(&rooms, build_walk(&g, root, SCENE_FORWARD, at)));
            assert_true(draw_measure(&rooms, build_walk(&g, root, SCENE_BACKWARD, at)));
        }
        struct sheet first = {0};
        for (uint32_t at = 0; at <= 2 * root + 1; at++) {
            struct rec *scene = build_walk(&g, root, at <= root ? SCENE_FORWARD : SCENE_BACKWARD,
                                           at <= root ? at : 2 * root + 1 - at);
            draw_reserve(&g.records, scene, &rooms);
            if (at == 0) {
                assert_true(draw_question(&question, scene, way));
                read_question(&q, text_get(&question));
                text_add(&answers, way == DRAW_DOWN ? "graph 1 1 1\nstop\n" : "");
                answer_question(&q, &rng, &answers);
            }
            rec_text(&g.records, scene, KEY_layout, text_get(&answers));
            struct sheet sheet;
            text_clear(&g.drawing);
            draw_scene(&g.drawing, scene, WIDE);
            sheet_init(&sheet, &g.drawing);
            outline(&sheet);
            if (at == 0) {
                first = sheet;
                continue;
            }
            assert_int_equal(sheet.columns, first.columns);
            assert_memory_equal(sheet.cells, first.cells,
                                first.rows * first.columns * sizeof *first.cells);
            free(sheet.cells);
        }
        free(first.cells);
        buf_release(&rooms);
        text_release(&question);
        text_release(&answers);
        graph_release(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_lead_where_they_should_across),
        cmocka_unit_test(edges_lead_where_they_should_down),
        cmocka_unit_test(ascii_is_the_same_drawing),
        cmocka_unit_test(a_drawing_takes_the_form_that_fits),
        cmocka_unit_test(an_answer_without_sense_gives_the_table),
        cmocka_unit_test(more_values_than_boxes_can_show_are_a_table),
        cmocka_unit_test(nothing_moves_in_a_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
