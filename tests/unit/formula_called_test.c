// formula/called: what a node without a name is called on a screen.
#include "formula/called.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lesson_graphs.h"

// Binds these names to leaves of value 0.5.
static void bind(struct graph *g, const char *const *names, size_t count)
{
    graph_init(g);
    for (size_t i = 0; i < count; i++) {
        graph_bind(g, names[i], "0.5");
    }
}

static void expect(struct graph *g, const char *expression, const char *called, const char *formula,
                   const char *short_formula)
{
    char label[LABEL_TEXT], number[24];
    struct text text;
    text_init(&text);
    uint32_t node = graph_bind(g, "it", expression);
    graph_bind(g, "it", "0");  // the name moves on
    snprintf(number, sizeof number, "%%%u", (unsigned)node);
    assert_string_equal(called_label(label, &g->tape, &g->names, node, 4),
                        called == NULL ? number : called);
    assert_int_equal(called_by_formula(label, &g->tape, &g->names, node, 4), called != NULL);
    called_formula(&text, &g->tape, &g->names, node, 4);
    assert_string_equal(text_get(&text), formula);
    text_clear(&text);
    called_short_formula(&text, &g->tape, &g->names, node, 4);
    assert_string_equal(text_get(&text), short_formula);
    text_release(&text);
}

static void a_short_formula_is_a_name(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "c", "w11", "x1", "w12", "x2"};
    static const struct {
        const char *typed, *called;
    } rows[] = {
        {"a*b + c", "a*b + c"},
        {"(a + b)*c", "(a + b)*c"},
        {"-a", "-a"},
        {"a*-2", "a*(-2)"},
        {"a > b", "a > b"},                      // alone it needs no parentheses
        {"(a > b)*(b > a)", "(a > b)*(b > a)"},  // nor are these around it all
        {"w11*x1 + w12*x2", "w11*x1 + w12*x2"},  // 15 letters
        {"tanh(a*b + c*a)", "tanh(a*b + c*a)"},
        {"a/3 + 0.123456789", "a/3 + 0.1235"},  // numbers as they are shown
        {"relu(a) + max(a, 0)", NULL},          // 19
    };
    struct graph g;
    bind(&g, names, COUNT_OF(names));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *formula = rows[i].called == NULL ? rows[i].typed : rows[i].called;
        const char *shorter = rows[i].called;
        char kept[64];
        if (shorter == NULL) {  // max(a, 0) is the longer operand; its node comes before the sum's
            snprintf(kept, sizeof kept, "relu(a) + %%%u", (unsigned)tape_count(&g.tape) + 2);
            shorter = kept;
        }
        expect(&g, rows[i].typed, rows[i].called, formula, shorter);
    }
    graph_release(&g);
}

// A leaf whose name has moved on is a number, and what is made of it is not called by a formula.
static void numbers_are_not_hidden_in_names(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t leaf = graph_bind(&g, "a", "0.5");
    graph_bind(&g, "b", "a*2");
    char label[LABEL_TEXT], expected[32];
    graph_bind(&g, "c", "a + 1");
    uint32_t sum = graph_bind(&g, "c", "a + 1");
    graph_bind(&g, "c", "0");
    assert_string_equal(called_label(label, &g.tape, &g.names, sum, 4), "a + 1");
    graph_bind(&g, "a", "7");
    struct text text;
    text_init(&text);
    snprintf(expected, sizeof expected, "%%%u + 1", (unsigned)leaf);
    called_formula(&text, &g.tape, &g.names, sum, 4);
    assert_string_equal(text_get(&text), expected);
    assert_false(called_by_formula(label, &g.tape, &g.names, sum, 4));
    assert_string_equal(label, "");
    called_formula(&text, &g.tape, &g.names, leaf, 4);  // adds nothing
    assert_string_equal(text_get(&text), expected);
    text_release(&text);
    graph_release(&g);
}

// A chain that is as long as the tape, each node used twice: no more is looked at than is shown.
static void a_long_formula_costs_little(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    uint32_t node = graph_bind(&g, "a", "1");
    for (int i = 0; i < 100000; i++) {
        node = tape_apply(&g.tape, OP_MUL, node, node);
    }
    char label[LABEL_TEXT], expected[32];
    snprintf(expected, sizeof expected, "%%%u", (unsigned)node);
    assert_string_equal(called_label(label, &g.tape, &g.names, node, 4), expected);
    struct text text;
    text_init(&text);
    snprintf(expected, sizeof expected, "%%%u*%%%u", (unsigned)node - 1, (unsigned)node - 1);
    called_formula(&text, &g.tape, &g.names, node, 4);
    assert_string_equal(text_get(&text), expected);
    text_release(&text);
    graph_release(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_formula_is_a_name),
        cmocka_unit_test(numbers_are_not_hidden_in_names),
        cmocka_unit_test(a_long_formula_costs_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
