// lang/expr, lang/simplify, lang/same: formulas are read, written, simplified and compared.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "formula/same.h"
#include "formula/simplify.h"
#include "formula_formulas.h"

static void expect_text(struct exprs *p, uint32_t root, const char *expected)
{
    struct text text;
    text_init(&text);
    assert_true(expr_print(&text, p, root, EXPR_TEXT_MOST));
    assert_string_equal(text_get(&text), expected);
    text_release(&text);
}

// ---- Reading and writing ------------------------------------------------------------------------

static void formulas_are_written_with_the_fewest_parentheses(void **state)
{
    (void)state;
    static const struct {
        const char *read, *written;
    } cases[] = {
        {"15*x**2", "15*x**2"},
        {"((1) - (tanh((x)))**(2))", "1 - tanh(x)**2"},
        {"-(a+b)", "-(a + b)"},
        {"a/(b*c)", "a/(b*c)"},
        {"(a/b)*c", "a/b*c"},
        {"a - (b - c) - d", "a - (b - c) - d"},
        {"x^-1", "x**-1"},
        {"x**(-(1))", "x**-1"},
        {"2**(x + 1)", "2**(x + 1)"},
        {"(x**y)**z*x**(y**z)", "(x**y)**z*x**y**z"},
        {"x**-y**2", "x**-y**2"},
        {"-2**2", "-2**2"},
        {"(-2)**2", "(-2)**2"},
        {"-x**2", "-x**2"},
        {"(-x)**2", "(-x)**2"},
        {"(-a)*b", "-a*b"},
        {"-(a*b)", "-(a*b)"},
        {"a*-b*c", "a*(-b)*c"},
        {"a - -b", "a - (-b)"},
        {"- - x", "-(-x)"},
        {"a - -b*c", "a - (-b*c)"},
        {"a - (-b)**2 + 2*-3", "a - (-b)**2 + 2*(-3)"},
        {"x > 0", "(x > 0)"},
        {"(x > 0)*((y==x)<1)", "(x > 0)*((y == x) < 1)"},
        {"x.tanh() + pow(x, y)", "tanh(x) + x**y"},
        {"max(a, b - 1)", "max(a, b - 1)"},
        {"1e-3 + 100 + 1e6 + 1/3 + .1", "0.001 + 100 + 1000000 + 1/3 + 0.1"},
        {"π*inf*nan", "pi*inf*nan"},
        {"-pi - -inf", "-pi - (-inf)"},
        {"0.1234567890123456789", "0.12345678901234568"},
        {"%7*η + a.grad", "%7*η + a.grad"},
        {"∂L/∂a * 2", "dL/da*2"},
        {"grad(L, a)", "dL/da"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exprs p;
        exprs_init(&p);
        expect_text(&p, read_formula(&p, cases[i].read), cases[i].written);
        exprs_release(&p);
    }
}

static void what_is_no_formula_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
        size_t at;
    } cases[] = {
        {"1 + tahn(x)", "there is no function 'tahn' of single numbers", 4},
        {"sum(x)", "there is no function 'sum' of single numbers", 0},
        {"max(x)", "'max' takes 2 values, here it is given 1", 0},
        {"2 x", "the formula should end here", 2},
        {"", "an expression is missing here", 0},
        {"(x + 1).grad", "a formula cannot look inside what has no name", 8},
        {"x +", "a number or a name is missing after '+'", 3},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exprs p;
        struct diag d = {0};
        uint32_t root;
        exprs_init(&p);
        assert_false(expr_read(&p, cases[i].text, &root, &d));
        assert_string_equal(d.message, cases[i].message);
        assert_int_equal(d.span.start, cases[i].at);
        exprs_release(&p);
    }
}

static void written_and_read_again_it_is_the_same_formula(void **state)
{
    (void)state;
    struct rng rng;
    rng_seed(&rng, 1);
    for (int i = 0; i < 5000; i++) {
        struct exprs p;
        struct text text;
        exprs_init(&p);
        text_init(&text);
        uint32_t root = random_formula(&p, &rng, 1 + i % 8);
        assert_true(expr_print(&text, &p, root, EXPR_TEXT_MOST));
        if (read_formula(&p, text_get(&text)) != root) {
            fail_msg("%s is not what it was", text_get(&text));
        }
        text_release(&text);
        exprs_release(&p);
    }
}

static void no_parenthesis_is_too_many(void **state)
{
    (void)state;
    // Taking any pair out must change the formula, or make it none. (But a comparison's, those of
    // a call, which follow a name, and what keeps two signs apart.)
    struct rng rng;
    rng_seed(&rng, 2);
    for (int i = 0; i < 500; i++) {
        struct exprs p;
        struct text text;
        exprs_init(&p);
        text_init(&text);
        uint32_t root = random_formula(&p, &rng, 4);
        expr_print(&text, &p, root, EXPR_TEXT_MOST);
        const char *s = text_get(&text);
        size_t length = strlen(s);
        for (size_t open = 0; open < length; open++) {
            size_t close = open, depth = 0;
            bool compares = false;
            do {
                depth += s[close] == '(';
                depth -= s[close] == ')';
                compares |= depth == 1 && (strchr("<>=", s[close]) != NULL);
            } while (depth > 0 && ++close < length);
            bool call = open > 0 && strchr("abcdefghijklmnopqrstuvwxyz_12", s[open - 1]) != NULL;
            bool signs = open > 0 && s[open + 1] == '-' && strchr("-+*/ ", s[open - 1]) != NULL;
            if (s[open] == '(' && !compares && !call && !signs) {
                char without[4096];
                struct diag d = {0};
                uint32_t other;
                assert_true(length < sizeof without);
                strcpy(without, s);
                without[open] = without[close] = ' ';
                if (expr_read(&p, without, &other, &d) && other == root) {
                    fail_msg("%s needs no parenthesis at %zu", s, open);
                }
            }
        }
        text_release(&text);
        exprs_release(&p);
    }
}

static void a_text_too_long_is_cut(void **state)
{
    (void)state;
    struct exprs p;
    struct text text;
    exprs_init(&p);
    text_init(&text);
    uint32_t x = expr_name(&p, "x", 1);
    // Written out it has 2^60 terms; here it is 61 nodes.
    for (int i = 0; i < 60; i++) {
        x = expr_apply(&p, OP_ADD, x, x);
    }
    assert_false(expr_print(&text, &p, x, 20));
    assert_string_equal(text_get(&text), "x + x + (x + x) + (x …");
    assert_int_equal(expr_length(&p, x, 1000), 1000);
    struct simplifier s;
    simplifier_init(&s, &p);
    expect_text(&p, simplify(&s, x), "1.152921504606847e+18*x");
    simplifier_release(&s);
    text_release(&text);
    exprs_release(&p);
}

// ---- What can be done with them -----------------------------------------------------------------

static void equal_formulas_are_one_node(void **state)
{
    (void)state;
    struct exprs p;
    exprs_init(&p);
    uint32_t a = read_formula(&p, "tanh(x*w + b) - -2");
    char text[] = "tanh(x*w + b) - -2";
    assert_int_equal(read_formula(&p, text), a);
    memset(text, '?', sizeof text - 1);  // the pool keeps nothing of its source
    expect_text(&p, a, "tanh(x*w + b) - (-2)");
    assert_int_equal(expr_number(&p, -0.0), expr_number(&p, 0));
    assert_int_equal(expr_number(&p, (double)NAN), expr_number(&p, -(double)NAN));
    exprs_release(&p);
}

static void names_values_and_substitution(void **state)
{
    (void)state;
    struct exprs p;
    struct buf names;
    exprs_init(&p);
    uint32_t f = read_formula(&p, "b*x + sin(b) + pi"), g = read_formula(&p, "u + x");
    assert_true(expr_free_names(&p, f, &names));
    assert_int_equal(names.count, 2);
    expect_text(&p, BUF(uint32_t, &names)[0], "b");
    expect_text(&p, BUF(uint32_t, &names)[1], "x");
    buf_release(&names);
    uint32_t h = expr_substitute(&p, f, expr_name(&p, "b", 1), g);
    expect_text(&p, h, "(u + x)*x + sin(u + x) + pi");
    assert_int_equal(expr_substitute(&p, f, expr_name(&p, "t", 1), g), f);
    double value, of_name[] = {2, 3, 5, 7};  // b, x, u, t
    assert_true(expr_value(&p, f, of_name, &value));
    assert_true(fabs(value - (2 * 3 + sin(2) + 3.14159265358979323846)) < 1e-14);
    assert_int_equal(expr_length(&p, f, 1000), 8);
    exprs_release(&p);
}

static void atoms_are_formulas(void **state)
{
    (void)state;
    struct exprs p;
    exprs_init(&p);
    uint32_t x = read_formula(&p, "w*v"), y = read_formula(&p, "1 - x"), v = EXPR_NONE;
    expect_text(&p, expr_formula(&p, op_get(OP_TANH)->atoms, x, EXPR_NONE, v),
                "(exp(2*(w*v)) - 1)/(exp(2*(w*v)) + 1)");
    expect_text(&p, expr_formula(&p, op_get(OP_DIV)->atoms, x, y, v), "w*v*(1 - x)**-1");
    expect_text(&p, expr_formula(&p, op_slope_text(OP_SIGMOID, 0), x, x, y),
                "(1 - x)*(1 - (1 - x))");
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        if (op_get(op)->atoms[0] != '\0') {
            assert_int_not_equal(expr_formula(&p, op_get(op)->atoms, x, y, v), EXPR_NONE);
        }
    }
    exprs_release(&p);
}

static void nodes_have_formulas(void **state)
{
    (void)state;
    struct graph g;
    struct exprs p;
    graph_init(&g);
    exprs_init(&p);
    struct tape *t = &g.tape;
    struct names *n = &g.names;
    uint32_t a = bind(&g, "a", "2"), e = bind(&g, "e", "a*(-3.5)"),
             d = bind(&g, "d", "tanh(e)**2 + e");
    expect_text(&p, expr_of_node(&p, t, n, a), "a");
    expect_text(&p, expr_inlined(&p, t, n, a, NODE_NONE), "a");
    expect_text(&p, expr_of_node(&p, t, n, e), "a*(-3.5)");
    char level[32];
    snprintf(level, sizeof level, "%%%u + e", (unsigned)d - 1);
    expect_text(&p, expr_of_node(&p, t, n, d), level);
    expect_text(&p, expr_inlined(&p, t, n, d, NODE_NONE), "tanh(a*(-3.5))**2 + a*(-3.5)");
    expect_text(&p, expr_inlined(&p, t, n, d, e), "tanh(e)**2 + e");
    bind(&g, "a", "7");
    expect_text(&p, expr_of_node(&p, t, n, e), "%0*(-3.5)");
    exprs_release(&p);
    graph_release(&g);
}

// ---- Simplifying --------------------------------------------------------------------------------

static void formulas_become_what_a_teacher_would_write(void **state)
{
    (void)state;
    static const struct {
        const char *text, *simplest;
    } cases[] = {
        // Numbers.
        {"1 + 2*3 - 4/8", "13/2"},
        {"1/3", "1/3"},
        {"1/2 + 1/3", "5/6"},
        {"x + pi*sin(x)", "x + pi*sin(x)"},
        {"1 - (-pi*sin(x))", "1 + pi*sin(x)"},
        {"x - (-pi)", "x + pi"},
        {"x*(-pi)**2", "pi**2*x"},
        // Squares of sine and cosine, fractions in sums.
        {"cos(x)**2 + sin(x)**2", "1"},
        {"3*y*sin(2*x)**2 + 3*cos(2*x)**2*y + x", "x + 3*y"},
        {"cos(x)**2 + sin(y)**2", "cos(x)**2 + sin(y)**2"},
        {"cos(x)**2 - sin(x)**2", "cos(x)**2 - sin(x)**2"},
        {"(cos(x)**2 + sin(x)**2)/cos(x)**2", "1/cos(x)**2"},
        {"(1 + x/sqrt(x**2 + 1))/(x + sqrt(x**2 + 1))", "1/sqrt(x**2 + 1)"},
        {"(1 - x/sqrt(x**2 - 1))/(x - sqrt(x**2 - 1))", "-1/sqrt(x**2 - 1)"},
        {"(1 + x/y)/(x + y)", "1/y"},
        {"0.1 + 0.2", "0.3"},
        {"2**3 + 2**-1", "17/2"},
        {"2**100", "2**100"},
        {"8**(1/3)*2**0.5", "2*sqrt(2)"},
        {"exp(0) + log(1) - cos(0)", "0"},
        {"exp(1)", "exp(1)"},
        {"(2 > 1) + max(3, 5)", "6"},
        {"pi*2*x + pi*x", "3*pi*x"},
        {"x/0.5", "2*x"},
        {"x/0.3", "x/0.3"},
        // Zeros, ones and signs.
        {"0*x + 1*y", "y"},
        {"x + 0", "x"},
        {"x**1*y**0", "x"},
        {"x - x", "0"},
        {"--x", "x"},
        {"2*-x", "-2*x"},
        {"-x*-y", "x*y"},
        {"x*(-a - b)", "-x*(a + b)"},
        {"-(a + b)", "-a - b"},
        {"-x + y", "y - x"},
        {"a - (b - c) - -d", "a - b + c + d"},
        {"(-x)**3", "-x**3"},
        {"1**x", "1"},
        {"x/0", "x/0"},
        // Like terms and like factors.
        {"x + x", "2*x"},
        {"2*x*3", "6*x"},
        {"x*x", "x**2"},
        {"x**2*x**-1", "x"},
        {"x/2 + x/3", "5*x/6"},
        {"a*b + b*a", "2*a*b"},
        {"(x + y)*c + (y + x)*c", "2*c*(x + y)"},
        {"3*(x + y) - 2*(x + y) + y", "2*y + x"},
        {"2*(x + 1) + 3", "2*x + 5"},
        {"2*(x + 1) + y", "2*(x + 1) + y"},
        {"(2*x*y)**2", "4*x**2*y**2"},
        {"sqrt(x)*sqrt(x)", "x"},
        {"x/sqrt(x)", "sqrt(x)"},
        {"sqrt(x*y)*sqrt(x*y)", "x*y"},
        {"sqrt(x**2)", "sqrt(x**2)"},
        {"x**n*x", "x**(n + 1)"},
        {"x**n/x**n", "1"},
        {"2**x*2**-x", "1"},
        // Order, and fractions.
        {"cos(x**2)*2*x", "2*x*cos(x**2)"},
        {"1 - tanh(x)*tanh(x)", "1 - tanh(x)**2"},
        {"-(tanh(x)**2) + 1", "1 - tanh(x)**2"},
        {"n*x**(n - 1)", "n*x**(n - 1)"},
        {"x*sqrt(2)*pi", "sqrt(2)*pi*x"},
        {"2**x*log(2)", "2**x*log(2)"},
        {"x**-1", "1/x"},
        {"a/b/c", "a/(b*c)"},
        {"a/(b/c)", "a*c/b"},
        {"-1*v/y", "-v/y"},
        {"1/x**n", "1/x**n"},
        {"square(x + 1)", "(x + 1)**2"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exprs p;
        struct simplifier s;
        exprs_init(&p);
        simplifier_init(&s, &p);
        expect_text(&p, simplify(&s, read_formula(&p, cases[i].text)), cases[i].simplest);
        simplifier_release(&s);
        exprs_release(&p);
    }
}

static void simplest_forms_have_the_same_value(void **state)
{
    (void)state;
    struct rng rng;
    int decided = 0, shorter = 0;
    rng_seed(&rng, 3);
    for (int i = 0; i < 3000; i++) {
        struct exprs p;
        struct simplifier s;
        struct comparison c;
        exprs_init(&p);
        simplifier_init(&s, &p);
        uint32_t root = random_formula(&p, &rng, 1 + i % 5), simplest = simplify(&s, root);
        assert_true(compare_formulas(&p, root, simplest, &c));
        if (c.verdict == VERDICT_DIFFERENT) {
            struct text text;
            text_init(&text);
            expr_print(&text, &p, root, EXPR_TEXT_MOST);
            text_add(&text, " became ");
            expr_print(&text, &p, simplest, EXPR_TEXT_MOST);
            fail_msg("%s: %.17g, %.17g", text_get(&text), c.left, c.right);
        }
        assert_int_equal(simplify(&s, simplest), simplest);
        decided += c.verdict == VERDICT_SAME;
        shorter += expr_length(&p, simplest, 10000) < expr_length(&p, root, 10000);
        assert_true(expr_length(&p, simplest, 10000) <= 2 * expr_length(&p, root, 10000));
        comparison_release(&c);
        simplifier_release(&s);
        exprs_release(&p);
    }
    assert_true(decided > 2700 && shorter > 1100);
}

// ---- Comparing ----------------------------------------------------------------------------------

static void verdicts(void **state)
{
    (void)state;
    static const struct {
        const char *left, *right;
        enum verdict verdict;
    } cases[] = {
        {"15*x**2", "3*5*x*x", VERDICT_SAME},
        {"1 - tanh(x)**2", "4/(exp(x) + exp(-x))**2", VERDICT_SAME},
        {"(exp(x) - exp(-x))/(exp(x) + exp(-x))", "(exp(2*x) - 1)/(exp(2*x) + 1)", VERDICT_SAME},
        {"sin(x)**2 + cos(x)**2", "1", VERDICT_SAME},
        {"sin(x)**2 + cos(x)**2 - 1", "0", VERDICT_SAME},
        {"dz/dy*dy/dx", "dy/dx*dz/dy", VERDICT_SAME},
        {"dz/dy*dy/dx", "dy/dx + dz/dy", VERDICT_DIFFERENT},
        {"max(x, 0)", "relu(x)", VERDICT_SAME},
        {"relu(relu(x))", "relu(x)", VERDICT_SAME},
        {"(relu(x) > 0)", "(x > 0)", VERDICT_SAME},
        {"relu(x - 20)", "2*relu(x - 20)", VERDICT_DIFFERENT},
        {"abs(x)*x", "x**2", VERDICT_DIFFERENT},
        {"x", "sqrt(x**2)", VERDICT_DIFFERENT},
        {"x", "sqrt(x)**2", VERDICT_SAME},
        {"x**n*x**m", "x**(n + m)", VERDICT_SAME},
        {"(-1)**n*(-1)**n", "1", VERDICT_SAME},
        {"log(x*y)", "log(x) + log(y)", VERDICT_SAME},
        {"log(-1 - x**2)", "x", VERDICT_OPEN},
        {"log(-1 - x**2)", "log(-1 - x**2)", VERDICT_SAME},
        {"(x + 1e8)**2 - 1e16 - 2e8*x - x**2", "0", VERDICT_OPEN},
        {"1e-20*x", "2e-20*x", VERDICT_DIFFERENT},
        {"0.3333333333333333*x", "x/3", VERDICT_SAME},
        {"0.333333*x", "x/3", VERDICT_DIFFERENT},
        {"exp(-x**2)*exp(x**2)", "1", VERDICT_SAME},
        {"exp(-100*x)*exp(50*x)*exp(50*x)", "1", VERDICT_SAME},
        {"(relu(-1 - x**2) > 0)", "0", VERDICT_SAME},
        // Both are 0 at z = 1, and nothing but rounding up to 1e8; large doubles are even numbers.
        {"(z - 1)*(-1)**z*((z + 1e8)**2 - 1e16 - 2e8*z)",
         "2*(z - 1)*(-1)**z*((z + 1e8)**2 - 1e16 - 2e8*z)", VERDICT_DIFFERENT},
        // Exponents that are computed from whole numbers are exact.
        {"(-1)**(n + 1)", "-(-1)**n", VERDICT_SAME},
        {"(-1)**n", "(-1)**(n + 2)", VERDICT_SAME},
        {"(-1)**(2*n)", "1", VERDICT_SAME},
        {"(-1)**(n + 1)", "(-1)**n", VERDICT_DIFFERENT},
        {"(-1)**(3*n - 1)", "(-1)**n", VERDICT_DIFFERENT},
        // What happens far out, or close to 0.
        {"(x > 0)", "sigmoid(1e6*x)", VERDICT_DIFFERENT},
        {"x", "min(x, 1000)", VERDICT_DIFFERENT},
        {"x", "max(x, -1e9)", VERDICT_DIFFERENT},
        {"x*y", "min(x, 1e4)*y", VERDICT_DIFFERENT},
        {"sign(x)", "tanh(x/1e-9)", VERDICT_DIFFERENT},
        {"x", "max(x, 0) + min(x, 0)", VERDICT_SAME},
        {"x + 1e-12", "x", VERDICT_DIFFERENT},
        {"a*b*c*d*f*g*h*k", "k*h*g*f*d*c*b*a", VERDICT_SAME},
        {"log(a*b*c*d*f*g)", "log(a) + log(b) + log(c) + log(d) + log(f) + log(g)", VERDICT_SAME},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct exprs p;
        struct comparison c;
        exprs_init(&p);
        uint32_t left = read_formula(&p, cases[i].left), right = read_formula(&p, cases[i].right);
        assert_true(compare_formulas(&p, left, right, &c));
        if (c.verdict != cases[i].verdict) {
            fail_msg("%s and %s: verdict %d after %zu points", cases[i].left, cases[i].right,
                     c.verdict, c.points);
        }
        if (c.verdict == VERDICT_DIFFERENT) {
            double value;
            assert_true(expr_value(&p, left, c.at.data, &value));
            assert_true(value == c.left && c.left != c.right);
        }
        comparison_release(&c);
        exprs_release(&p);
    }
}

// The formula with many of its operations written in another way.
static uint32_t rewritten(struct exprs *p, struct rng *rng, uint32_t root)
{
    static const struct {
        enum op op;
        const char *other;
    } ways[] = {
        {OP_ADD, "y + x"},
        {OP_ADD, "x - -y"},
        {OP_ADD, "(x*7 + 7*y)/7"},
        {OP_SUB, "-(y - x)"},
        {OP_MUL, "y*x"},
        {OP_MUL, "((x + y)**2 - (x - y)**2)/4"},
        {OP_MUL, "x*(y + 1) - x"},
        {OP_DIV, "1/(y/x)"},
        {OP_DIV, "x/(3*y)*3"},
        {OP_EXP, "exp(x/2)**2"},
        {OP_EXP, "1/exp(-x)"},
        {OP_LOG, "2*log(sqrt(x))"},
        {OP_SIN, "2*sin(x/2)*cos(x/2)"},
        {OP_COS, "1 - 2*sin(x/2)**2"},
        {OP_TANH, "2*sigmoid(2*x) - 1"},
        {OP_SIGMOID, "exp(x)/(1 + exp(x))"},
        {OP_MAX, "(x + y + abs(x - y))/2"},
        {OP_MIN, "-max(-x, -y)"},
        {OP_RELU, "(x > 0)*x"},
        {OP_SQRT, "exp(log(x)/2)"},
        {OP_LT, "1 - (x >= y)"},
    };
    struct buf ids, forms;
    buf_init(&forms, sizeof(uint32_t));
    assert_true(expr_reach(p, root, &ids) && buf_resize(&forms, root + 1));
    uint32_t *form = forms.data;
    for (size_t i = 0; i < ids.count; i++) {
        uint32_t id = BUF(uint32_t, &ids)[i];
        struct expr e = expr_get(p, id);
        if (e.kind != EXPR_OP) {
            form[id] = id;
            continue;
        }
        form[id] = expr_apply(p, (enum op)e.op, form[e.a], form[e.b]);
        const char *atoms = op_get((enum op)e.op)->atoms;
        if (atoms[0] != '\0' && rng_below(rng, 3) == 0) {
            form[id] = expr_formula(p, atoms, form[e.a], form[e.b], form[id]);
        } else {
            size_t way = rng_below(rng, COUNT_OF(ways));
            for (size_t k = 0; k < COUNT_OF(ways); k++, way = (way + 1) % COUNT_OF(ways)) {
                if (ways[way].op == e.op) {
                    form[id] = expr_formula(p, ways[way].other, form[e.a], form[e.b], form[id]);
                    break;
                }
            }
        }
    }
    uint32_t result = form[root];
    buf_release(&ids);
    buf_release(&forms);
    return result;
}

static void report(struct exprs *p, uint32_t left, uint32_t right, const struct comparison *c)
{
    struct text text;
    text_init(&text);
    expr_print(&text, p, left, 2000);
    text_add(&text, "   and   ");
    expr_print(&text, p, right, 2000);
    fail_msg("verdict %d after %zu points (%.17g, %.17g): %s", c->verdict, c->points, c->left,
             c->right, text_get(&text));
}

static void equal_formulas_are_never_called_different(void **state)
{
    (void)state;
    struct rng rng;
    int pairs = 0, decided = 0;
    rng_seed(&rng, 4);
    while (pairs < 2000) {
        struct exprs p;
        struct comparison c;
        exprs_init(&p);
        uint32_t left = random_formula(&p, &rng, 1 + pairs % 4), right = rewritten(&p, &rng, left);
        if (left != right) {
            assert_true(compare_formulas(&p, left, right, &c));
            if (c.verdict == VERDICT_DIFFERENT) {
                report(&p, left, right, &c);
            }
            decided += c.verdict == VERDICT_SAME;
            pairs++;
            comparison_release(&c);
        }
        exprs_release(&p);
    }
    assert_true(decided > 1800);  // the others are defined nowhere: log(-1), x/0
}

static void nearly_equal_formulas_are_never_called_equal(void **state)
{
    (void)state;
    struct rng rng;
    int pairs = 0, decided = 0;
    rng_seed(&rng, 5);
    while (pairs < 2000) {
        struct exprs p;
        struct comparison c;
        exprs_init(&p);
        // A name's every use moved by a millionth.
        uint32_t left = random_formula(&p, &rng, 1 + pairs % 4), x = expr_name(&p, "x", 1);
        uint32_t moved = read_formula(&p, "x*1.000001");
        uint32_t right = expr_substitute(&p, left, x, moved);
        int seen = 0;
        for (int i = 0; i < 20; i++) {
            double at[4], a, b;
            for (size_t k = 0; k < 4; k++) {
                at[k] = 4 * rng_uniform(&rng) - 2;
            }
            assert_true(expr_value(&p, left, at, &a) && expr_value(&p, right, at, &b));
            seen += isfinite(a) && isfinite(b) && fabs(a - b) > 1e-8 * fabs(a) + 1e-8;
        }
        if (seen >= 5) {
            assert_true(compare_formulas(&p, left, right, &c));
            if (c.verdict == VERDICT_SAME) {
                report(&p, left, right, &c);
            }
            decided += c.verdict == VERDICT_DIFFERENT;
            pairs++;
            comparison_release(&c);
        }
        exprs_release(&p);
    }
    // The others hold an operation on constants outside its domain, and say nothing anywhere.
    if (!(decided > 1970)) {
        fail_msg("%d of %d were decided", decided, pairs);
    }
}

// ---- Size ---------------------------------------------------------------------------------------

static void a_million_operations_need_no_stack(void **state)
{
    (void)state;
    enum { DEEP = 1000000 };
    static const struct {
        enum op op;
        bool rightwards;
    } chains[] = {
        {OP_SUB, false}, {OP_SUB, true}, {OP_POW, true}, {OP_MUL, false}, {OP_TANH, false}};
    for (size_t i = 0; i < COUNT_OF(chains); i++) {
        struct exprs p;
        struct simplifier s;
        struct text text;
        exprs_init(&p);
        simplifier_init(&s, &p);
        text_init(&text);
        uint32_t x = expr_name(&p, "x", 1), root = x;
        for (int k = 0; k < DEEP; k++) {
            root = chains[i].rightwards ? expr_apply(&p, chains[i].op, x, root)
                                        : expr_apply(&p, chains[i].op, root, x);
        }
        assert_true(expr_print(&text, &p, root, EXPR_TEXT_MOST));
        assert_true(text_length(&text) > DEEP);
        assert_int_not_equal(simplify(&s, root), EXPR_NONE);
        text_release(&text);
        simplifier_release(&s);
        exprs_release(&p);
    }
}

static void a_million_parentheses_are_read(void **state)
{
    (void)state;
    enum { DEEP = 1000000 };
    struct exprs p;
    struct text text;
    exprs_init(&p);
    text_init(&text);
    for (int k = 0; k < DEEP; k++) {
        text_add(&text, "-(");
    }
    text_add_char(&text, 'x');
    text_fill(&text, ')', DEEP);
    uint32_t root = read_formula(&p, text_get(&text));
    assert_int_equal(exprs_count(&p), DEEP + 1);
    assert_int_equal(root, DEEP);
    text_release(&text);
    exprs_release(&p);
}

static void a_full_pool_says_so(void **state)
{
    (void)state;
    struct exprs p;
    struct diag d = {0};
    exprs_init(&p);
    p.full = true;
    uint32_t x = expr_apply(&p, OP_TANH, expr_name(&p, "x", 1), EXPR_NONE);
    assert_int_equal(x, EXPR_NONE);
    assert_false(expr_trouble(&p, &d));
    assert_string_equal(d.message, "this formula is too large to work on as a formula");
    exprs_release(&p);
}

// A shown form is another form of what is computed: equal wherever both are exact enough.
static void shown_forms_are_what_is_computed(void **state)
{
    (void)state;
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        const struct op_row *row = op_get(op);
        for (int i = 0; i < OP_SAMPLES; i++) {
            double x = row->sample[0][i], y = row->sample[1][i], v = op_value(op, x, y);
            for (int slot = 0; slot < row->arity; slot++) {
                struct exprs p;
                exprs_init(&p);
                uint32_t shown = expr_formula(&p, op_slope_text(op, slot), expr_number(&p, x),
                                              expr_number(&p, y), expr_number(&p, v));
                assert_true(shown != EXPR_NONE);
                double slope;
                assert_true(expr_value(&p, shown, NULL, &slope));
                if (fabs(slope - op_slope(op, slot, x, y, v)) > 1e-13 * fmax(1, fabs(slope))) {
                    fail_msg("%s, operand %d at (%g, %g): %s is %.17g", row->name, slot, x, y,
                             op_slope_text(op, slot), slope);
                }
                exprs_release(&p);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_are_written_with_the_fewest_parentheses),
        cmocka_unit_test(what_is_no_formula_is_refused),
        cmocka_unit_test(written_and_read_again_it_is_the_same_formula),
        cmocka_unit_test(no_parenthesis_is_too_many),
        cmocka_unit_test(a_text_too_long_is_cut),
        cmocka_unit_test(equal_formulas_are_one_node),
        cmocka_unit_test(names_values_and_substitution),
        cmocka_unit_test(atoms_are_formulas),
        cmocka_unit_test(nodes_have_formulas),
        cmocka_unit_test(formulas_become_what_a_teacher_would_write),
        cmocka_unit_test(simplest_forms_have_the_same_value),
        cmocka_unit_test(verdicts),
        cmocka_unit_test(equal_formulas_are_never_called_different),
        cmocka_unit_test(nearly_equal_formulas_are_never_called_equal),
        cmocka_unit_test(a_million_operations_need_no_stack),
        cmocka_unit_test(a_million_parentheses_are_read),
        cmocka_unit_test(a_full_pool_says_so),
        cmocka_unit_test(shown_forms_are_what_is_computed),
    };
    return cmocka_run_group_tests_name("formula/expr", tests, NULL, NULL);
}
