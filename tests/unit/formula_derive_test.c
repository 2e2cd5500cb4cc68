// lang/derive: derivatives as formulas are those of the textbook, and those of the engine.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/sweep.h"
#include "formula/derive.h"
#include "formula/expr_shared.h"
#include "formula_formulas.h"

static const char *formula_text(struct text *out, const struct exprs *p, uint32_t root)
{
    text_clear(out);
    assert_true(expr_print(out, p, root, EXPR_TEXT_MOST));
    return text_get(out);
}

// ---- Results ------------------------------------------------------------------------------------

static void results_are_those_of_the_textbook(void **state)
{
    (void)state;
    static const struct {
        const char *formula, *derivative;
    } cases[] = {
        {"5*x**3", "15*x**2"},
        {"tanh(x)", "1 - tanh(x)**2"},
        {"exp(x)", "exp(x)"},
        {"sigmoid(x)", "sigmoid(x)*(1 - sigmoid(x))"},
        {"relu(x)", "(x > 0)"},
        {"log(x)", "1/x"},
        {"sqrt(x)", "1/(2*sqrt(x))"},
        {"x**n", "n*x**(n - 1)"},
        {"sin(x)/x", "(x*cos(x) - sin(x))/x**2"},
        {"exp(-x**2)", "-2*x*exp(-x**2)"},
        {"7", "0"},
        {"y", "0"},
        {"x", "1"},
        {"-x", "-1"},
        {"x/2", "1/2"},
        {"x*y", "y"},
        {"x*x*x", "3*x**2"},
        {"x**3 - 2*x**2 + x - 7", "3*x**2 - 4*x + 1"},
        {"x**2*y + x*y**2", "2*x*y + y**2"},
        {"1/x", "-1/x**2"},
        {"x**-1", "-1/x**2"},
        {"a/x", "-a/x**2"},
        {"x**0.5", "0.5/sqrt(x)"},
        {"x**(2/3)", "2/(3*x**(1/3))"},
        {"(x + 1)/(x - 1)", "-2/(x - 1)**2"},
        {"x/(x**2 + 1)", "(1 - x**2)/(x**2 + 1)**2"},
        {"log(x)/x", "(1 - log(x))/x**2"},
        {"x**2/(x + 1)", "x*(x + 2)/(x + 1)**2"},
        {"x*exp(x)", "exp(x) + x*exp(x)"},
        {"sin(x)*cos(x)", "cos(x)**2 - sin(x)**2"},
        {"sin(cos(x))", "-sin(x)*cos(cos(x))"},
        {"log(sin(x))", "cos(x)/sin(x)"},
        {"sqrt(x**2 + 1)", "x/sqrt(x**2 + 1)"},
        {"2**x", "2**x*log(2)"},
        {"x**x", "x**x + x**x*log(x)"},
        {"cos(x)", "-sin(x)"},
        {"tan(x)", "1 + tan(x)**2"},
        {"softplus(x)", "sigmoid(x)"},
        {"atan(x)", "1/(1 + x**2)"},
        {"erf(x)", "2*exp(-x**2)/sqrt(pi)"},
        {"abs(x)", "sign(x)"},
        {"max(x, y)", "(x > y) + 0.5*(x == y)"},
        {"relu(1 - x)", "-(1 - x > 0)"},
        {"(y - tanh(w*x + b))**2", "-2*w*(y - tanh(w*x + b))*(1 - tanh(w*x + b)**2)"},
        {"exp(a*x)*sin(b*x)", "a*exp(a*x)*sin(b*x) + b*exp(a*x)*cos(b*x)"},
        {"(exp(2*x) - 1)/(exp(2*x) + 1)", "4*exp(2*x)/(exp(2*x) + 1)**2"},
        {"1/(1 + exp(-x))", "exp(-x)/(1 + exp(-x))**2"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exprs p;
        struct derivation out;
        struct diag d = {0};
        struct text text;
        exprs_init(&p);
        text_init(&text);
        uint32_t f = read_formula(&p, cases[i].formula);
        assert_true(derive(&p, f, expr_name(&p, "x", 1), NULL, &out, &d));
        assert_string_equal(formula_text(&text, &p, out.result), cases[i].derivative);
        derivation_release(&out);
        text_release(&text);
        exprs_release(&p);
    }
}

// "rule: of: derivative" for each step, a line each.
static void write_steps(struct text *out, const struct exprs *p,
                        const struct derivation *derivation)
{
    struct text part;
    text_init(&part);
    for (size_t i = 0; i < derivation->steps.count; i++) {
        struct derivation_step step = BUF(struct derivation_step, &derivation->steps)[i];
        text_addf(out, "%s: ", derive_rule_name(step.rule));
        text_addf(out, "%s: ", formula_text(&part, p, step.of));
        if (step.rule == RULE_CHAIN) {
            text_addf(out, "(%s)", formula_text(&part, p, step.slope));
            text_addf(out, "(%s) = ", formula_text(&part, p, step.inner_slope));
        }
        text_addf(out, "%s\n", formula_text(&part, p, step.result));
    }
    text_release(&part);
}

static void every_step_names_its_rule(void **state)
{
    (void)state;
    static const struct {
        const char *formula, *steps;
    } cases[] = {
        {"3", "constant: 3: 0\n"},
        {"x", "variable: x: 1\n"},
        {"5*x**3", "power rule: x**3: 3*x**2\n"
                   "constant factor: 5*x**3: 15*x**2\n"},
        {"exp(-x**2)", "power rule: x**2: 2*x\n"
                       "constant factor: -x**2: -2*x\n"
                       "chain rule: exp(-x**2): (exp(-x**2))(-2*x) = -2*x*exp(-x**2)\n"},
        {"sin(x)/x", "known function: sin(x): cos(x)\n"
                     "quotient rule: sin(x)/x: (x*cos(x) - sin(x))/x**2\n"},
        {"x*(y + x**2 + x)", "power rule: x**2: 2*x\n"
                             "sum rule: y + x**2 + x: 2*x + 1\n"
                             "product rule: x*(y + x**2 + x): y + x**2 + x + x*(2*x + 1)\n"},
        {"x - 2**x", "exponential: 2**x: 2**x*log(2)\n"
                     "difference rule: x - 2**x: 1 - 2**x*log(2)\n"},
        {"x**x", "chain rule in both: x**x: x**x + x**x*log(x)\n"},
        {"1/x", "quotient rule: 1/x: -1/x**2\n"},
        {"(x + 1)**2", "sum rule: x + 1: 1\n"
                       "chain rule: (x + 1)**2: (2*(x + 1))(1) = 2*(x + 1)\n"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exprs p;
        struct derivation out;
        struct diag d = {0};
        struct text text;
        exprs_init(&p);
        text_init(&text);
        uint32_t f = read_formula(&p, cases[i].formula);
        assert_true(derive(&p, f, expr_name(&p, "x", 1), NULL, &out, &d));
        write_steps(&text, &p, &out);
        assert_string_equal(text_get(&text), cases[i].steps);
        derivation_release(&out);
        text_release(&text);
        exprs_release(&p);
    }
}

static void edges_are_noted_where_they_are_used(void **state)
{
    (void)state;
    static const struct {
        const char *formula;
        enum op edges[3];
        size_t count;
    } cases[] = {
        {"relu(x) + abs(y)", {OP_RELU}, 1},
        {"relu(relu(x)) + max(x, 1)", {OP_RELU, OP_MAX}, 2},
        {"x**y", {OP_LEAF}, 0},
        {"y**x", {OP_POW}, 1},
        {"2**x + tanh(x)", {OP_LEAF}, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exprs p;
        struct derivation out;
        struct diag d = {0};
        exprs_init(&p);
        uint32_t f = read_formula(&p, cases[i].formula);
        assert_true(derive(&p, f, expr_name(&p, "x", 1), NULL, &out, &d));
        assert_int_equal(out.edges.count, cases[i].count);
        for (size_t k = 0; k < out.edges.count; k++) {
            assert_int_equal(BUF(enum op, &out.edges)[k], cases[i].edges[k]);
        }
        derivation_release(&out);
        exprs_release(&p);
    }
}

// ---- Against the engine -------------------------------------------------------------------------

// The largest gradient that any node of root hands down: where it is far larger than the result,
// shares cancelled, and rounding with them.
static double largest_share(const struct adjoints *a)
{
    double largest = 0;
    for (uint32_t i = a->from; i <= a->root; i++) {
        double size = fabs(adjoints_get(a, i));
        largest = size > largest || isnan(size) ? size : largest;
    }
    return largest;
}

static void derivatives_are_those_of_the_backward_pass(void **state)
{
    (void)state;
    struct rng rng;
    int compared = 0;
    rng_seed(&rng, 6);
    for (int i = 0; i < 3000; i++) {
        struct exprs p;
        struct derivation out;
        struct diag d = {0};
        struct text text;
        exprs_init(&p);
        text_init(&text);
        uint32_t x = expr_name(&p, "x", 1);
        expr_name(&p, "y", 1);
        expr_name(&p, "z", 1);
        uint32_t f = random_formula(&p, &rng, 1 + i % 5);
        assert_true(derive(&p, f, x, NULL, &out, &d));
        formula_text(&text, &p, f);
        for (int k = 0; k < 4; k++) {
            struct graph g;
            struct adjoints adjoints;
            char number[NUMBER_TEXT];
            double at[3], ours;
            graph_init(&g);
            for (int n = 0; n < 3; n++) {
                at[n] = (k % 2 == 0 ? 2 : 4) * rng_uniform(&rng) - (k % 2 == 0 ? 0 : 2);
                snprintf(number, sizeof number, "%.17g", at[n]);
                bind(&g, (const char *[]){"x", "y", "z"}[n], number);
            }
            uint32_t root = bind(&g, "f", text_get(&text));
            assert_int_equal(sweep_adjoints(&g.tape, NULL, root, 0, &adjoints), SWEEP_DONE);
            assert_true(expr_value(&p, out.result, at, &ours));
            double engine = adjoints_get(&adjoints, 0), share = largest_share(&adjoints);
            // (The forms that are shown differ from what is computed where an operand is nan.)
            if (isfinite(ours) && isfinite(engine) && isfinite(share) &&
                isfinite(tape_value(&g.tape, root))) {
                compared++;
                if (!(fabs(ours - engine) <= 1e-9 * (fabs(engine) + share))) {
                    struct text derivative;
                    text_init(&derivative);
                    fail_msg("%s at %g, %g, %g: engine %.17g, formula %.17g: %s", text_get(&text),
                             at[0], at[1], at[2], engine, ours,
                             formula_text(&derivative, &p, out.result));
                }
            }
            adjoints_release(&adjoints);
            graph_release(&g);
        }
        derivation_release(&out);
        text_release(&text);
        exprs_release(&p);
    }
    assert_true(compared > 9000);
}

static void every_operation_has_its_derivative(void **state)
{
    (void)state;
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        const struct op_row *row = op_get(op);
        for (int slot = 0; slot < row->arity; slot++) {
            struct exprs p;
            struct derivation out;
            struct diag d = {0};
            exprs_init(&p);
            uint32_t names[2] = {expr_name(&p, "a", 1), expr_name(&p, "b", 1)};
            uint32_t f = expr_apply(&p, op, names[0], names[1]);
            assert_true(derive(&p, f, names[slot], NULL, &out, &d));
            for (int i = 0; i < OP_SAMPLES; i++) {
                double at[2] = {row->sample[0][i], row->sample[1][i]}, ours;
                double v = op_value(op, at[0], at[1]);
                double engine = op_slope(op, slot, at[0], at[1], v);
                assert_true(expr_value(&p, out.result, at, &ours));
                if (isfinite(engine) && !(fabs(ours - engine) <= 1e-14 * fabs(engine))) {
                    fail_msg("%s in operand %d: %.17g, %.17g", row->name, slot, engine, ours);
                }
            }
            derivation_release(&out);
            exprs_release(&p);
        }
    }
}

// ---- Local derivatives --------------------------------------------------------------------------

static void local_derivatives_are_written_with_names(void **state)
{
    (void)state;
    static const struct {
        const char *statement, *local[2];
    } cases[] = {
        {"a*b", {"b", "a"}},
        {"a + b", {"1", "1"}},
        {"a - b", {"1", "-1"}},
        {"a/b", {"1/b", "-a/b**2"}},
        {"a**3", {"3*a**2", "a**3*log(a)"}},
        {"a**b", {"b*a**(b - 1)", "a**b*log(a)"}},
        {"-a", {"-1"}},
        {"a*a", {"a", "a"}},
        {"2*a", {"a", "2"}},
        {"tanh(a)", {"1 - e**2"}},
        {"exp(a)", {"e"}},
        {"sigmoid(a)", {"e*(1 - e)"}},
        {"sqrt(a)", {"1/(2*e)"}},
        {"relu(a)", {"(a > 0)"}},
        {"log(a)", {"1/a"}},
        {"sin(a)", {"cos(a)"}},
        {"max(a, b)", {"(a > b)", "(b > a)"}},
        {"max(3, b)", {"(3 > b) + 0.5*(3 == b)", "(b > 3) + 0.5*(3 == b)"}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct graph g;
        struct text text;
        graph_init(&g);
        text_init(&text);
        bind(&g, "a", "2");
        bind(&g, "b", "3");
        uint32_t e = bind(&g, "e", cases[i].statement);
        for (int slot = 0; slot < tape_arity(&g.tape, e); slot++) {
            struct exprs p;
            exprs_init(&p);
            uint32_t local = derive_local(&p, &g.tape, &g.names, e, slot);
            assert_string_equal(formula_text(&text, &p, local), cases[i].local[slot]);
            exprs_release(&p);
        }
        text_release(&text);
        graph_release(&g);
    }
}

static void a_node_without_a_name_is_written_as_its_operation(void **state)
{
    (void)state;
    struct graph g;
    struct exprs p;
    struct text text;
    graph_init(&g);
    exprs_init(&p);
    text_init(&text);
    bind(&g, "n", "0.5");
    uint32_t d = bind(&g, "d", "tanh(n)*tanh(2*n)");
    uint32_t first = tape_operand(&g.tape, d, 0), second = tape_operand(&g.tape, d, 1);
    assert_string_equal(formula_text(&text, &p, derive_local(&p, &g.tape, &g.names, first, 0)),
                        "1 - tanh(n)**2");
    char expected[64];
    snprintf(expected, sizeof expected, "1 - tanh(%%%u)**2", (unsigned)second - 1);
    assert_string_equal(formula_text(&text, &p, derive_local(&p, &g.tape, &g.names, second, 0)),
                        expected);
    snprintf(expected, sizeof expected, "%%%u", (unsigned)second);
    assert_string_equal(formula_text(&text, &p, derive_local(&p, &g.tape, &g.names, d, 0)),
                        expected);
    text_release(&text);
    exprs_release(&p);
    graph_release(&g);
}

// ---- Size ---------------------------------------------------------------------------------------

static void long_chains_are_derived(void **state)
{
    (void)state;
    static const struct {
        enum op op;
        bool rightwards;
        int length;
        const char *derivative;
    } chains[] = {
        {OP_ADD, false, 1000000, "1000001"},
        {OP_SUB, true, 100000, "1"},
        {OP_MUL, false, 20000, "20001*x**20000"},
        {OP_TANH, false, 20000, NULL},
        {OP_MAX, true, 20000, NULL},
        {OP_POW, true, 20000, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(chains); i++) {
        struct exprs p;
        struct derivation out;
        struct diag d = {0};
        struct text text;
        exprs_init(&p);
        text_init(&text);
        uint32_t x = expr_name(&p, "x", 1), root = x;
        for (int k = 0; k < chains[i].length; k++) {
            root = chains[i].rightwards ? expr_apply(&p, chains[i].op, x, root)
                                        : expr_apply(&p, chains[i].op, root, x);
        }
        assert_true(derive(&p, root, x, NULL, &out, &d));
        if (chains[i].derivative != NULL) {
            assert_string_equal(formula_text(&text, &p, out.result), chains[i].derivative);
        } else {
            // As a pool of nodes it is no longer than the chain; written out it would be.
            assert_true(exprs_count(&p) < 20 * (uint32_t)chains[i].length);
            assert_false(expr_print(&text, &p, out.result, EXPR_TEXT_MOST));
        }
        derivation_release(&out);
        text_release(&text);
        exprs_release(&p);
    }
}

static void what_is_shared_is_derived_once(void **state)
{
    (void)state;
    struct exprs p;
    struct derivation out;
    struct diag d = {0};
    struct text text;
    exprs_init(&p);
    text_init(&text);
    uint32_t x = expr_name(&p, "x", 1), root = x;
    for (int k = 0; k < 50; k++) {
        root = expr_apply(&p, OP_ADD, root, root);
    }
    assert_true(derive(&p, root, x, NULL, &out, &d));
    assert_string_equal(formula_text(&text, &p, out.result), "1125899906842624");
    assert_int_equal(out.steps.count, 50);
    derivation_release(&out);
    text_release(&text);
    exprs_release(&p);
}

static void it_can_be_interrupted(void **state)
{
    (void)state;
    struct exprs p;
    struct derivation out;
    struct diag d = {0};
    struct stop stop = {.asked = 1};
    exprs_init(&p);
    uint32_t f = read_formula(&p, "tanh(x)*x");
    assert_false(derive(&p, f, expr_name(&p, "x", 1), &stop, &out, &d));
    assert_string_equal(d.message, "interrupted");
    assert_string_equal(d.hint, "");
    derivation_release(&out);
    exprs_release(&p);
}

static void too_large_a_formula_is_refused_in_words(void **state)
{
    (void)state;
    struct exprs p;
    struct derivation out;
    struct diag d = {0};
    exprs_init(&p);
    uint32_t f = read_formula(&p, "tanh(x)*x"), x = expr_name(&p, "x", 1);
    p.full = true;
    assert_false(derive(&p, f, x, NULL, &out, &d));
    assert_string_equal(d.message, "this formula is too large to work on as a formula");
    derivation_release(&out);
    exprs_release(&p);
}

// ---- Parts with names ---------------------------------------------------------------------------

// The value of a formula in the names of the parts, which are found one after another.
static double value_in_parts(struct exprs *p, const struct expr_shared *s, uint32_t root,
                             double *of_name)
{
    double value = 0;
    for (size_t i = 0; i < s->parts.count; i++) {
        struct expr_part part = BUF(struct expr_part, &s->parts)[i];
        assert_true(expr_value(p, part.formula, of_name, &value));
        of_name[expr_get(p, part.name).a] = value;
    }
    assert_true(expr_value(p, expr_shared_get(s, root), of_name, &value));
    return value;
}

static void parts_with_names_are_the_same_formula(void **state)
{
    (void)state;
    struct rng rng;
    struct names taken;
    rng_seed(&rng, 41);
    names_init(&taken);
    for (int i = 0; i < 500; i++) {
        struct exprs p;
        struct expr_shared s;
        exprs_init(&p);
        uint32_t part = random_formula(&p, &rng, 4), root = part;
        for (int k = 0; k < 6; k++) {
            root = expr_apply(&p, k % 2 == 0 ? OP_MUL : OP_ADD, root,
                              expr_apply(&p, OP_TANH, root, root));
        }
        double *of_name = calloc(100000, sizeof *of_name), whole;
        for (size_t k = 0; k < names_count(&p.names); k++) {
            of_name[k] = 0.3 + 0.4 * (double)k;
        }
        assert_true(expr_value(&p, root, of_name, &whole));
        assert_true(expr_share(&p, &root, 1, &taken, &s));
        double in_parts = value_in_parts(&p, &s, root, of_name);
        assert_true(in_parts == whole || (isnan(in_parts) && isnan(whole)));
        assert_true(s.parts.count >= 4 || expr_get(&p, part).kind != EXPR_OP);
        free(of_name);
        expr_shared_release(&s);
        exprs_release(&p);
    }
    names_release(&taken);
}

// What is used again has a name, and so has what is too long for a line; what is short has none.
static void parts_are_named_where_it_helps(void **state)
{
    (void)state;
    struct exprs p;
    struct names taken;
    struct expr_shared s;
    struct text out;
    exprs_init(&p);
    names_init(&taken);
    text_init(&out);
    uint32_t root = read_formula(&p, "(x + y*z)*exp(x + y*z) + x*y/(x*y)");
    assert_true(expr_share(&p, &root, 1, &taken, &s));
    assert_int_equal(s.parts.count, 1);
    assert_string_equal(formula_text(&out, &p, BUF(struct expr_part, &s.parts)[0].formula),
                        "x + y*z");
    assert_string_equal(formula_text(&out, &p, expr_shared_get(&s, root)),
                        "u1*exp(u1) + x*y/(x*y)");
    expr_shared_release(&s);

    root = read_formula(&p, "x");
    for (int i = 0; i < 1000; i++) {
        root = expr_apply(&p, OP_SIN, root, root);
    }
    assert_true(expr_share(&p, &root, 1, &taken, &s));
    assert_int_equal(s.parts.count, 10);
    for (size_t i = 0; i < s.parts.count; i++) {
        uint32_t part = BUF(struct expr_part, &s.parts)[i].formula;
        assert_true(expr_length(&p, part, 1000) <= 100);
    }
    expr_shared_release(&s);
    text_release(&out);
    names_release(&taken);
    exprs_release(&p);
}

// u7 is a name that the learner has: the parts are called v1, v2, …
static void names_that_are_taken_are_left_alone(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"x", "y", "u1"},   {"u7", "y", "v1"},  {"x", "u12", "v1"},
        {"u1", "v1", "w1"}, {"u", "u_1", "u1"}, {"u1x", "u1_", "u1"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exprs p;
        struct names taken;
        struct expr_shared s;
        struct text out;
        exprs_init(&p);
        names_init(&taken);
        text_init(&out);
        uint32_t x = expr_name(&p, cases[i][0], strlen(cases[i][0]));
        names_intern(&taken, cases[i][1], strlen(cases[i][1]));
        uint32_t one = expr_apply(&p, OP_ADD, expr_apply(&p, OP_EXP, x, x), x);
        uint32_t root = expr_apply(&p, OP_MUL, one, one);
        assert_true(expr_share(&p, &root, 1, &taken, &s));
        assert_int_equal(s.parts.count, 1);
        uint32_t name = BUF(struct expr_part, &s.parts)[0].name;
        assert_string_equal(formula_text(&out, &p, name), cases[i][2]);
        expr_shared_release(&s);
        text_release(&out);
        names_release(&taken);
        exprs_release(&p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_those_of_the_textbook),
        cmocka_unit_test(every_step_names_its_rule),
        cmocka_unit_test(edges_are_noted_where_they_are_used),
        cmocka_unit_test(derivatives_are_those_of_the_backward_pass),
        cmocka_unit_test(every_operation_has_its_derivative),
        cmocka_unit_test(local_derivatives_are_written_with_names),
        cmocka_unit_test(a_node_without_a_name_is_written_as_its_operation),
        cmocka_unit_test(long_chains_are_derived),
        cmocka_unit_test(what_is_shared_is_derived_once),
        cmocka_unit_test(it_can_be_interrupted),
        cmocka_unit_test(parts_with_names_are_the_same_formula),
        cmocka_unit_test(parts_are_named_where_it_helps),
        cmocka_unit_test(names_that_are_taken_are_left_alone),
        cmocka_unit_test(too_large_a_formula_is_refused_in_words),
    };
    return cmocka_run_group_tests_name("formula/derive", tests, NULL, NULL);
}
