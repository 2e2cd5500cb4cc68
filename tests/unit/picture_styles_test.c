// shell/dot and dot_label: folded boxes and the three styles as DOT that Graphviz reads back, the
// colours, and what is refused before a layout is begun.
#include "dot/dot.h"

#include <graphviz/cgraph.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "command/commands.h"
#include "dot/dot_effort.h"
#include "dot/dot_label.h"
#include "picture/image.h"
#include "session/session.h"

// ---- Scenes, as a session makes them ------------------------------------------------------------

struct sitting {
    struct session *session;
    struct records records;
    const struct rec *scene;
    Agraph_t *read;
};

// Runs statements, of which the last asks for a picture, and reads its DOT back.
static void draw(struct sitting *s, const char *statements)
{
    struct session_world world = {.commands = &commands_table, .seed = 1};
    struct source source = {
        .name = "test", .text = statements, .length = strlen(statements), .line = 1};
    enum session_state state;
    s->session = session_new(&world);
    records_init(&s->records);
    session_begin(s->session, &source, SESSION_SCRIPT);
    while ((state = session_run(s->session, &s->records)) == SESSION_MORE) {
    }
    assert_int_equal(state, SESSION_NEED);
    s->scene = NULL;
    for (const struct rec *r = s->records.list.in.first; r != NULL; r = r->next) {
        s->scene = rec_is(r, KIND_scene) ? r : s->scene;
    }
    assert_non_null(s->scene);
    struct text dot;
    struct diag d = {0};
    text_init(&dot);
    assert_true(dot_text(s->scene, NULL, DOT_LAYOUT, &dot, &d));
    agseterr(AGMAX);
    s->read = agmemread(text_get(&dot));
    assert_non_null(s->read);
    text_release(&dot);
}

static void end(struct sitting *s)
{
    agclose(s->read);
    records_release(&s->records);
    session_free(s->session);
}

static const char *said(void *object, const char *attribute)
{
    const char *text = agget(object, (char *)attribute);
    return text == NULL ? "" : text;
}

static Agnode_t *node(struct sitting *s, const char *id)
{
    Agnode_t *n = agnode(s->read, (char *)id, 0);
    assert_non_null(n);
    return n;
}

static Agedge_t *edge(struct sitting *s, const char *from, const char *to)
{
    Agedge_t *e = agedge(s->read, node(s, from), node(s, to), NULL, 0);
    assert_non_null(e);
    return e;
}

static void holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("no \"%s\" in %s", part, text);
    }
}

#define NEURON "def neuron(x, w, b) = tanh(w*x + b); x = 2; param w = 1; param b = 0; "

// ---- Folded boxes -------------------------------------------------------------------------------

static void a_folded_call_is_a_double_box_with_composite_cells(void **state)
{
    (void)state;
    struct sitting s;
    draw(&s, NEURON "h = neuron(x, w, b); L = h*h; backward L; fold neuron; graph L a.svg");
    assert_int_equal(agnnodes(s.read), 3);
    const char *label = said(node(&s, "n6"), "label");
    holds(label, "⊞");
    holds(label, ">neuron<");
    holds(label, "3&#160;ops");
    holds(label, "#ECE7F5");
    holds(label, "CELLPADDING=\"2\" COLOR=\"#404040\"><TR><TD><TABLE BORDER=\"1\"");
    holds(label, "∂h/∂x");
    holds(label, "2&#160;params");
    assert_string_equal(said(edge(&s, "n1", "n6"), "headport"), "i0:w");
    holds(said(node(&s, "n7"), "label"), "output");
    end(&s);
}

static void many_values_are_one_edge(void **state)
{
    (void)state;
    struct sitting s;
    draw(&s, "param W = ones(8, 8); x = ones(8); h = W @ x; L = sum(h); backward L;"
             "graph L a.dot dark --fold");
    assert_int_equal(agnnodes(s.read), 4);
    holds(said(node(&s, "n64"), "label"), "64&#160;values");
    holds(said(node(&s, "n64"), "label"), "#2E2840");
    Agedge_t *e = edge(&s, "n64", "n192");
    assert_string_equal(said(e, "headport"), "o:w");
    assert_string_equal(said(e, "color"), "#FF9450");
    assert_true(strtod(said(e, "penwidth"), NULL) > 1);
    end(&s);
}

// ---- Styles -------------------------------------------------------------------------------------

static void derivatives_stand_on_the_edges(void **state)
{
    (void)state;
    struct sitting s;
    draw(&s, "style edges; a = 2; b = -3; e = a*b; backward e; graph e a.png");
    const char *label = said(edge(&s, "n1", "n3"), "label");
    holds(label, "∂e/∂a");
    holds(label, "−3");
    holds(label, "=&#160;");
    assert_null(strstr(said(node(&s, "n3"), "label"), "PORT=\"i0\""));
    assert_string_equal(said(edge(&s, "n1", "n3"), "headport"), "o:w");
    end(&s);
}

static void operations_are_nodes_of_their_own(void **state)
{
    (void)state;
    struct sitting s;
    draw(&s, "style micrograd; a = 2; b = a + a; c = b*3; graph c a.png");
    assert_int_equal(agnnodes(s.read), 6);  // a, b, 3, c and two operations
    assert_string_equal(said(node(&s, "n2o"), "shape"), "ellipse");
    holds(said(node(&s, "n2o"), "label"), "+");
    holds(said(node(&s, "n2"), "label"), "data");
    edge(&s, "n2o", "n2");
    assert_int_equal(agdegree(s.read, node(&s, "n1"), 0, 1), 2);  // a + a
    end(&s);
}

static void many_boxes_have_their_derivatives_in_cells(void **state)
{
    (void)state;
    struct sitting s;
    draw(&s, "style edges; a = 1; y = a\nrepeat 20 { y = tanh(y) }\ngraph y a.png");
    holds(said(node(&s, "n2"), "label"), "PORT=\"i0\"");
    bool told = false;
    for (const struct rec *r = s.records.list.in.first; r != NULL; r = r->next) {
        told |= strstr(rec_get_text(r, KEY_text), "too many for derivatives on edges") != NULL;
    }
    assert_true(told);
    end(&s);
}

static void the_size_is_the_learner_s(void **state)
{
    (void)state;
    struct sitting s;
    draw(&s, "style edges; a = 2; b = a*a; graph b a.png --size 6,4.5 --dpi 300");
    assert_string_equal(said(s.read, "size"), "6,4.5!");
    assert_string_equal(said(s.read, "dpi"), "300");
    end(&s);
    draw(&s, "a = 2; b = a*a; graph b a.png");
    assert_string_equal(said(s.read, "size"), "");
    end(&s);
}

// Names that mean something to Graphviz, as a call's, an array's and a value's.
static void any_name_is_read_back(void **state)
{
    (void)state;
    struct sitting s;
    draw(&s, "def ℓoss(p_, y_) = (p_ - y_)**2; 重み = 2; δ1_N = 3; n = ℓoss(重み, δ1_N);"
             "backward n; fold n; graph n a.svg");
    holds(said(node(&s, "n5"), "label"), "ℓoss");
    holds(said(node(&s, "n5"), "label"), "∂n/∂重み");
    end(&s);
}

// ---- Colours ------------------------------------------------------------------------------------

// WCAG's relative luminance of "#RRGGBB".
static double luminance(const char *colour)
{
    static const double weight[] = {0.2126, 0.7152, 0.0722};
    unsigned part[3];
    double sum = 0;
    assert_int_equal(sscanf(colour, "#%2x%2x%2x", &part[0], &part[1], &part[2]), 3);
    for (int i = 0; i < 3; i++) {
        double c = part[i] / 255.0;
        sum += weight[i] * (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

static double contrast(const char *a, const char *b)
{
    double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

static void words_can_be_read_on_every_fill(void **state)
{
    (void)state;
    const struct palette *palettes[] = {&palette_light, &palette_dark};
    for (size_t i = 0; i < COUNT_OF(palettes); i++) {
        const struct palette *p = palettes[i];
        const char *inks[] = {p->text, p->muted, p->value, p->local, p->grad};
        const char *fills[] = {p->background, p->cell,   p->parameter, p->input, p->constant,
                               p->interior,   p->output, p->group,     p->dead,  p->current};
        for (size_t k = 0; k < COUNT_OF(inks) * COUNT_OF(fills); k++) {
            double c = contrast(inks[k % COUNT_OF(inks)], fills[k / COUNT_OF(inks)]);
            if (c < 4.5) {
                fail_msg("%s on %s: %.2f", inks[k % COUNT_OF(inks)], fills[k / COUNT_OF(inks)], c);
            }
        }
        assert_true(contrast(p->header, p->header_text) >= 4.5);
        assert_true(contrast(p->edge, p->background) >= 3);
        assert_true(contrast(p->grad_edge, p->background) >= 3);
        assert_true(contrast(p->pending, p->background) >= 3);
    }
}

// ---- Effort -------------------------------------------------------------------------------------

static struct effort effort_of(const char *statements)
{
    struct sitting s;
    draw(&s, statements);
    struct effort effort = dot_effort(s.scene);
    end(&s);
    return effort;
}

static void effort_counts_what_lines_pass(void **state)
{
    (void)state;
    struct effort chain = effort_of("y = 1\nrepeat 50 { y = tanh(y) }\ngraph y a.dot --full");
    assert_int_equal(chain.boxes, 51);
    assert_int_equal(chain.places, 0);
    // a on its way to the k-th sum passes k - 1 others.
    struct effort sum = effort_of("a = 1; y = a\nrepeat 50 { y = y + a }\ngraph y a.dot --full");
    assert_int_equal(sum.boxes, 51);
    assert_int_equal(sum.places, 49 * 50 / 2);
    // What is used once is beside its use.
    struct effort own = effort_of("y = 1\nrepeat 50 { z = 1; y = y + z }\ngraph y a.dot --full");
    assert_int_equal(own.places, 0);
}

static void what_takes_too_long_is_refused_at_once(void **state)
{
    (void)state;
    struct sitting s;
    struct diag d = {0};
    draw(&s, "a = 1; y = a\nrepeat 1000 { y = y + a }\ngraph y a.dot --full");
    assert_false(picture_write(s.scene, "never.svg", "svg", NULL, &d));
    holds(d.message, "too long to lay out");
    holds(d.hint, "--full");
    assert_null(fopen("never.svg", "r"));
    end(&s);
    draw(&s, "a = 1; y = a\nrepeat 200 { y = y + a }\ngraph y a.dot --full");
    assert_string_equal(said(s.read, "splines"), "line");
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folded_call_is_a_double_box_with_composite_cells),
        cmocka_unit_test(many_values_are_one_edge),
        cmocka_unit_test(derivatives_stand_on_the_edges),
        cmocka_unit_test(operations_are_nodes_of_their_own),
        cmocka_unit_test(many_boxes_have_their_derivatives_in_cells),
        cmocka_unit_test(the_size_is_the_learner_s),
        cmocka_unit_test(any_name_is_read_back),
        cmocka_unit_test(words_can_be_read_on_every_fill),
        cmocka_unit_test(effort_counts_what_lines_pass),
        cmocka_unit_test(what_takes_too_long_is_refused_at_once),
    };
    return cmocka_run_group_tests_name("picture/styles", tests, NULL, NULL);
}
