// Judging answers of every kind: right, wrong and why, no answer at all; and the graph unchanged.
#include "lesson_graphs.h"

#include "lesson/answer.h"
#include "lesson/judging.h"

static const char *const verdicts[] = {
    [JUDGED_RIGHT] = "right",         [JUDGED_WRONG] = "wrong", [JUDGED_PARTLY] = "partly",
    [JUDGED_MALFORMED] = "malformed", [JUDGED_OPEN] = "open",   [JUDGED_BY_LEARNER] = "rate",
};

// "right", "wrong: what is said | more", "malformed@3: message; hint", with "[understood] " before.
static void judge_into(struct text *out, const struct question *q, struct graph *g, uint64_t seed,
                       const char *answer, struct judgement *j)
{
    uint32_t nodes = tape_count(&g->tape);
    judge(q, &g->scope, seed, answer, j);
    assert_int_equal(tape_count(&g->tape), nodes);
    if (*j->understood != '\0') {
        text_addf(out, "[%s] ", j->understood);
    }
    text_addf(out, "%s%s", j->near ? "near " : "", verdicts[j->judged]);
    if (j->diag.set) {
        text_addf(out, "@%zu: %s", j->diag.span.start, j->diag.message);
        text_addf(out, "%s%s", *j->diag.hint == '\0' ? "" : "; ", j->diag.hint);
    }
    for (size_t i = 0; i < j->said_count; i++) {
        text_addf(out, "%s%s", i == 0 ? ": " : " | ", j->said[i]);
    }
}

static void assert_judged(struct graph *g, const char *block, const char *answer,
                          const char *expected)
{
    struct lesson *lesson;
    const struct question *q = ask_question(block, &lesson);
    struct judgement j;
    struct text said;
    text_init(&said);
    judgement_init(&j);
    judge_into(&said, q, g, 1, answer, &j);
    if (strcmp(text_get(&said), expected) != 0) {
        fail_msg("%s to\n%sis judged\n%s, not\n%s", answer, block, text_get(&said), expected);
    }
    judgement_release(&j);
    text_release(&said);
    lesson_free(lesson);
}

#define NUMBER(KEY) "q\nkind: number\nanswer: " KEY "\n"
#define FORMULA(KEY) "q\nkind: formula\nanswer: " KEY "\n"

static void numbers_are_judged(void **state)
{
    (void)state;
    struct graph g;
    graph_canonical(&g);
    assert_judged(&g, NUMBER("dL/da"), "6", "right");
    assert_judged(&g, NUMBER("dL/da"), " 6.02 ", "right");
    assert_judged(&g, NUMBER("dL/da"), "-2*-3", "[-2*-3 = 6] right");
    assert_judged(&g, NUMBER("dL/da"), "dL/da = 6", "right");
    assert_judged(&g, NUMBER("dL/da"), "∂L / ∂a = 6", "right");
    assert_judged(&g, NUMBER("1/3"), "0.333", "right");
    assert_judged(&g, NUMBER("1/3"), "0.33",
                  "near wrong: It is right to 2 digits, and 3 are needed.");
    assert_judged(&g, NUMBER("5"), "-5", "wrong: The size is right, the sign is not.");
    assert_judged(&g, NUMBER("5"), "50", "wrong");
    assert_judged(&g, NUMBER("exp(-1)*2"), "2*exp(-1)", "[2*exp(-1) = 0.735759] right");
    assert_judged(&g, NUMBER("0"), "0.000001", "wrong");
    assert_judged(&g, NUMBER("1/0"), "inf", "[inf = inf] right");
    assert_judged(&g, "q\nkind: number\nanswer: L\ntol: 1\n", "-7.1", "right");
    assert_judged(&g, "q\nkind: number\nanswer: L\nwhen: d*c => That is d*c.\n", "40",
                  "wrong: That is d*c.");
#define SKIP "q\nkind: number\nanswer: 1\ntol: 0.000001\nwhen: 1.02494 => The whole slope.\n"
    assert_judged(&g, SKIP, "1.02", "wrong: The whole slope.");
    assert_judged(&g, SKIP, "1.025", "wrong: The whole slope.");
    assert_judged(&g, SKIP, "1.03", "near wrong: It has to be closer than that.");
#define ROUNDED "q\nkind: number\nanswer: 0.992\ntol: 0.1%\nwhen: 1.02494 => The whole slope.\n"
    assert_judged(&g, ROUNDED, "1.0", "near wrong: It is right to 2 digits, and 3 are needed.");
    // A usual mistake on the graph beats "Nearly", where the number is no rounded key.
    graph_bind(&g, "M", "1.02*tanh(a)");
    assert_judged(&g, NUMBER("dM/da"), "0.0707",
                  "wrong: That is what comes out when the upstream gradient is left out: the local "
                  "gradient is taken alone; or when the local gradient is left out: the upstream "
                  "gradient passes unchanged.");
    assert_judged(&g, NUMBER("dM/da"), "0.0714",
                  "near wrong: It is right to 2 digits, and 3 are needed.");
    // Of one edge nobody says that an upstream gradient was added to it.
    graph_bind(&g, "r", "relu(a)");
    assert_judged(&g, NUMBER("dr/da"), "3", "wrong");
    assert_judged(&g, NUMBER("dr/da"), "2",
                  "wrong: That is what comes out when a function's value is taken for its "
                  "derivative.");
    graph_bind(&g, "s", "relu(b)");
    assert_judged(
        &g, NUMBER("ds/db"), "1",
        "wrong: That is what comes out when the gradient passes through a gate that is shut "
        "at this value.");
    // One path is not left out of a sum; 0 and 1 are guesses, which many slips come to; and a node
    // without a name has not been seen.
    assert_judged(&g, NUMBER("dL/dc"), "0", "wrong");
    assert_judged(&g, NUMBER("dL/db"), "4", "wrong: The size is right, the sign is not.");
    graph_bind(&g, "u", "(a*b)*(a*f)");
    assert_judged(
        &g, NUMBER("du/df"), "-3",
        "wrong: That is what comes out when upstream and local gradient are added, where the "
        "chain rule multiplies them.");
    graph_release(&g);
}

static void what_is_no_number_costs_nothing(void **state)
{
    (void)state;
    struct graph g;
    graph_canonical(&g);
    assert_judged(&g, NUMBER("dL/da"), "", "malformed@0: an answer is missing here");
    static const char *const worded[] = {
        "6",   "I think 6", "it's 6",          "= 6", "≈ 6", "6?", "so 6", "6 I think",
        "$6$", "about 6",   "The answer is 6."};
    for (size_t i = 0; i < COUNT_OF(worded); i++) {
        assert_judged(&g, NUMBER("dL/da"), worded[i], "right");
    }
    assert_judged(
        &g, NUMBER("dL/da"), "d2L/da2",
        "malformed@0: a number is needed here, and 'd2L/da2' is not a number; work it out, "
        "then check with the prompt: print d2L/da2");
    assert_judged(&g, NUMBER("dL/da"), "six", "[six = 6] right");
    assert_judged(&g, NUMBER("dL/da"), "I think it's Six.", "[Six = 6] right");
    assert_judged(&g, NUMBER("dL/db"), "minus four", "[minus four = -4] right");
    assert_judged(&g, NUMBER("dL/da"), "6 times", "right");
    assert_judged(&g, NUMBER("dL/db"), "−4", "right");
    static const char *const marked[] = {"`6`", "\"6\"", "**6**", "“6”", "\\(6\\)", "it is '6'."};
    for (size_t i = 0; i < COUNT_OF(marked); i++) {
        assert_judged(&g, NUMBER("dL/da"), marked[i], "right");
    }
    assert_judged(&g, "Which part?\nkind: number\nanswer: 0.25\n", "25%", "[25% = 0.25] right");
    assert_judged(&g, "Which part?\nkind: number\nanswer: 0.25\n", "25", "wrong");
    assert_judged(&g, "How many percent?\nkind: number\nanswer: 25\n", "25 %", "right");
    static const char asked[] =
        "`L = d*f`. What is `dL/df`, the slope, now?\nkind: number\nanswer: d\n";
    assert_judged(&g, asked, "dL/df = 4", "right");
    assert_judged(&g, asked, "dL/df=16", "wrong");
    assert_judged(&g, asked, "dL/dd = 4",
                  "malformed@6: the answer alone is asked for, without '='");
    static const char counted[] = "How many edges are there?\nkind: number\nanswer: 6\n";
    assert_judged(&g, counted, "2x3", "malformed@1: 'x' is no sign here; to multiply write 2*3");
    assert_judged(&g, "How many times as much?\nkind: number\nanswer: 9\n", "9x", "right");
    assert_judged(&g, counted, "6 edges", "right");
    assert_judged(&g, counted, "6, 7",
                  "malformed@1: one answer is asked for, and a comma begins "
                  "another");
    assert_judged(&g, counted, "7 nodes",
                  "malformed@2: 'nodes' does not belong to a formula here; "
                  "write one number or one formula, and no other words");
    assert_judged(&g, NUMBER("dL/da"), "6 or 7", "malformed@2: one answer is asked for");
    assert_judged(&g, NUMBER("dL/da"), "2 x", "malformed@2: a '*' is missing here; write 2*x");
    assert_judged(&g, NUMBER("dL/da"), "z[1]",
                  "malformed@0: a number is needed here, and 'z[1]' is not a number; work it "
                  "out, then check "
                  "with the prompt: print z[1]");
    assert_judged(&g, NUMBER("dL/da"), "2 (3)", "malformed@2: a '*' is missing here; write 2*(3)");
    assert_judged(&g, NUMBER("dL/da"), "1,5",
                  "malformed@1: one answer is asked for, and a comma begins another; write a "
                  "decimal point as '.'");
    assert_judged(&g, NUMBER("dL/da"), "2*dL/da",
                  "malformed@2: a number is needed here, and 'dL/da' is not a number; work it "
                  "out, then "
                  "check with the prompt: print dL/da");
    assert_judged(&g, NUMBER("dL/da"), "a.grad",
                  "malformed@0: a number is needed here, and 'a.grad' is not a number; work it "
                  "out, then "
                  "check with the prompt: print a.grad");
    assert_judged(&g, NUMBER("dL/da"), "%0",
                  "malformed@0: a number is needed here, and '%0' is not a number; work it out, "
                  "then check "
                  "with the prompt: print %0");
    assert_judged(&g, NUMBER("dL/dq"), "2",
                  "open@0: there is no 'q' yet; give it a value first: q "
                  "= 1");
    graph_release(&g);
}

// A formula of names is worth what it comes to; what is asked for is not an answer to itself.
static void numbers_may_be_formulas(void **state)
{
    (void)state;
    struct graph g;
    graph_canonical(&g);
    assert_judged(&g, NUMBER("dL/da"), "b*f", "[b*f = 6] right");
    assert_judged(&g, NUMBER("dL/da"), "-f*b",
                  "[-f*b = -6] wrong: The size is right, the sign is not.");
    assert_judged(&g, NUMBER("dL/dd"), "f", "[f = -2] right");
    assert_judged(&g, NUMBER("0.01*dL/dd"), "0.01*f", "[0.01*f = -0.02] right");
    assert_judged(&g, NUMBER("dL/dd"), "d",
                  "malformed@0: d is 4, which is not the answer; print d shows a value without "
                  "answering");
    assert_judged(&g, NUMBER("L"), "d*f", "[d*f = -8] right");
    assert_judged(&g, NUMBER("L"), "(e + c)*f", "[(e + c)*f = -8] right");
    static const char *const itself[] = {"L", "L*1", "0 + L"};
    for (size_t i = 0; i < COUNT_OF(itself); i++) {
        char expected[160];
        snprintf(
            expected, sizeof expected,
            "malformed@%zu: a number is needed here, and 'L' is not a number; work it out, then "
            "check with the prompt: print L",
            (size_t)(strchr(itself[i], 'L') - itself[i]));
        assert_judged(&g, NUMBER("L"), itself[i], expected);
    }
    graph_release(&g);
}

static void stale_graphs_are_judged_as_they_will_be(void **state)
{
    (void)state;
    struct graph g;
    graph_canonical(&g);
    assert_true(tape_set_value(&g.tape, NULL, 1, 5));
    assert_judged(&g, NUMBER("L"), "-40", "right");
    assert_true(g.tape.any_stale);
    assert_true(tape_value(&g.tape, 6) == -8);
    graph_release(&g);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    struct graph g;
    graph_canonical(&g);
    assert_judged(&g, NUMBER("dL/da"), "-4",
                  "wrong: That is what comes out when the operands are swapped: each gets the "
                  "local gradient of the other. | Look at the edge from e to a.");
    assert_judged(&g, NUMBER("grad(L, a)"), "-4",
                  "wrong: That is what comes out when the operands are swapped: each gets the "
                  "local gradient of the other. | Look at the edge from e to a.");
    assert_judged(&g, NUMBER("dL/da"), "17.25", "wrong");
    assert_judged(&g, NUMBER("dL/da"), "24", "wrong");  // no pass was run that could be left over
    assert_true(sweep_backward(&g.tape, NULL, NULL, 6, NULL) == SWEEP_DONE);
    assert_judged(&g, NUMBER("a.grad"), "6", "right");
    assert_true(sweep_backward(&g.tape, NULL, NULL, 6, NULL) == SWEEP_DONE);
    assert_judged(&g, NUMBER("a.grad"), "12", "right");
    assert_judged(&g, NUMBER("a.grad"), "6",
                  "wrong: That is the gradient of one pass. Passes add up in a leaf until it is "
                  "cleared.");
    assert_judged(&g, NUMBER("a.grad"), "24",
                  "wrong: That is what comes out when gradients inside the graph keep those of an "
                  "earlier pass, and hand them down again.");
    graph_release(&g);
}

// -3 for dL/da, and what is said to each of the numbers that follow (blanks between).
static void assert_told(struct graph *g, const struct question *q, const char *numbers,
                        const char *expected)
{
    struct judgement j;
    struct text said;
    text_init(&said);
    judgement_init(&j);
    judge(q, &g->scope, 1, "-3", &j);
    for (const char *at = numbers; *at != '\0'; at += strcspn(at, " "), at += *at == ' ') {
        char number[20];
        snprintf(number, sizeof number, "%.*s", (int)strcspn(at, " "), at);
        text_addf(&said, "%s?\n", names_label(&g->names, (char[LABEL_TEXT]){0}, j.more));
        judge_more(q, &g->scope, number, &j);
    }
    text_add(&said, j.diag.set ? j.diag.message : j.judged == JUDGED_RIGHT ? "right" : j.said[0]);
    assert_string_equal(text_get(&said), expected);
    text_release(&said);
    judgement_release(&j);
}

static void more_numbers_tell_mistakes_apart(void **state)
{
    (void)state;
    struct graph g;
    struct lesson *lesson;
    graph_canonical(&g);
    const struct question *q = ask_question(NUMBER("dL/da"), &lesson);
    assert_told(&g, q, "",
                "Several usual mistakes lead to this. One more number tells which: what do you get "
                "for dL/dc?");
    assert_told(&g, q, "-2",
                "c?\nThat is what comes out when the upstream gradient is left out: the local "
                "gradient is taken alone.");
    // No leaf tells these two apart.
    assert_told(&g, q, "dL/dc=1",
                "c?\nThat is what comes out when the upstream gradient is left out: the local "
                "gradient is taken alone; or when the local gradient is left out: the upstream "
                "gradient passes unchanged.");
    assert_told(&g, q, "77", "c?\nThat fits none of them: go over the edges one by one.");
    assert_told(&g, q, "6", "c?\nright");
    assert_told(&g, q, "(2)3", "c?\na '*' is missing here");
    assert_told(&g, q, "2x -2",
                "c?\nc?\nThat is what comes out when the upstream gradient is left out: the local "
                "gradient is taken alone.");
    lesson_free(lesson);
    graph_release(&g);
}

static void formulas_are_judged(void **state)
{
    (void)state;
    struct graph g;
    graph_canonical(&g);
    assert_judged(&g, FORMULA("derive 5*x**3"), "15*x^2", "[15*x**2] right");
    assert_judged(&g, FORMULA("derive 5*x**3"), "x*x*15", "right");
    assert_judged(&g, FORMULA("derive 5*x**3"), "15*x**2.01",
                  "wrong: Try it at x = 2: yours gives 60.4173, and it should be 60.");
    assert_judged(&g, FORMULA("derive 5*x**3"), "15x²", "[15*x**2] right");
    assert_judged(&g, FORMULA("derive (x + 1)*(x - 2)"), "(x + 1)(1) + (1)(x - 2)",
                  "[(x + 1)*1 + 1*(x - 2)] right");
    assert_judged(&g, FORMULA("derive 5*x**3"), "15 x",
                  "malformed@3: a '*' is missing here; write "
                  "15*x");
    assert_judged(&g, FORMULA("derive 5*x**3"), "15",
                  "malformed@0: a formula is asked for, and this is a number; write it with names");
    assert_judged(&g, FORMULA("derive L a"), "b*f", "right");
    assert_judged(&g, FORMULA("derive L a"), "f*e/a", "right");
    assert_judged(&g, FORMULA("derive L d"), "f", "right");
    assert_judged(&g, FORMULA("f"), "-2",
                  "malformed@0: this is what it comes to here; a formula is asked for; write it "
                  "with names");
    assert_judged(&g, FORMULA("dz/dy * dy/dx"), "dy/dx*dz/dy", "right");
    assert_judged(&g, FORMULA("dz/dy * dy/dx") "asks: dz/dx\n", "dz/dx",
                  "malformed@0: dz/dx is what is asked for; write it in other terms");
    assert_judged(&g, FORMULA("x*b**-1") "without: tanh, /\n", "x/b",
                  "malformed@0: this should be written without /; write it in other terms");
    assert_judged(&g, FORMULA("x*b**-1") "without: tanh, /\n", "0*tanh(x) + x*b**-1",
                  "malformed@0: this should be written without tanh; write it in other terms");
    assert_judged(&g, FORMULA("x*b**-1") "without: tanh, /\n", "b^-1*x", "[b**-1*x] right");
    // A name that nobody gave is not an attempt.
    assert_judged(&g, FORMULA("g*x"), "gx",
                  "malformed@0: 'gx' has no meaning here; a product is written g*x");
    assert_judged(&g, FORMULA("g*x"), "g*w",
                  "malformed@0: 'w' has no meaning here; use the names of the question");
    assert_judged(&g, FORMULA("1 - tanh(x)**2"), "4/(exp(x) + exp(-x))**2", "right");
    static const char arrow[] =
        "A weight w, its gradient g, the rate eta: w ← …\nkind: formula\nanswer: w - eta*g\n";
    assert_judged(&g, arrow, "w - eta*g", "right");
    assert_judged(&g, arrow, "w <- w - η*g", "right");
    assert_judged(&g, arrow, "w := w - eta * g", "[w - eta*g] right");
    assert_judged(&g, arrow, "w ← w + η*g",
                  "wrong: Try it at w = 2, eta = 3, g = 5: yours gives 17, and it should "
                  "be -13.");
    assert_judged(&g, arrow, "w - ηg",
                  "malformed@0: 'ηg' has no meaning here; a product is written eta*g");
    assert_judged(&g, "By which factor, with η and k?\nkind: formula\nanswer: 1 - η*k\n",
                  "1 - k*eta", "right");
    // As the prompt reads it: its functions, and what it refuses.
    uint32_t t = names_intern(&g.names, "t", 1), twice = names_intern(&g.names, "twice", 5);
    struct definition row = {.name = twice, .count = 1};
    assert_true(definitions_add(&g.definitions, row, &t, "2*t", 3));
    assert_judged(&g, FORMULA("2*sin(x)"), "twice(sin(x))", "[2*sin(x)] right");
    assert_judged(&g, FORMULA("2*sin(x)"), "sin x",
                  "malformed@0: 'sin' is a function: it needs its value in parentheses; write "
                  "sin(x)");
    assert_judged(&g, FORMULA("2*sin(x)"), "twice*x",
                  "malformed@0: 'twice' is a function of yours: it needs its values in "
                  "parentheses; write twice(…)");
    assert_judged(&g, FORMULA("2*x"), "sum([x, x])", "[x + x] right");
    assert_judged(&g, FORMULA("2*x"), "[x, x]",
                  "malformed@0: a single number is asked for, and this is an array");
    assert_judged(&g, FORMULA("(-1)**n"), "(-1)**(n + 2)", "right");
    assert_judged(&g, FORMULA("x"), "min(x, 1000)", "wrong");
    assert_judged(&g, FORMULA("x"), "1/0",
                  "malformed@0: this is inf, whatever the names are; write a formula that has a "
                  "value");
    assert_judged(&g, FORMULA("a*x") "when: a + x => They are multiplied.\n", "x + a",
                  "wrong: They are multiplied.");
    graph_release(&g);
}

static void slips_in_formulas_are_named(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"5*x**3", "15*x**3", "the exponent comes down as a factor but is not lowered by one"},
        {"5*x**3", "5*x**2", "the exponent is lowered by one but does not come down as a factor"},
        {"5*x**3", "5*x**4/4", "the exponent is raised by one, as in the other direction"},
        {"5*x**3", "3*x**2", "a constant factor is lost"},
        {"sin(x**2)", "cos(x**2)",
         "the chain rule's second factor is left out: the slope of what is inside"},
        {"sin(x**2)", "2*x*cos(x)",
         "the outer slope is taken at the variable, not at what is inside"},
        {"sin(x**2)", "cos(2*x)*2*x", "the outer slope is taken at the slope of what is inside"},
        {"x*sin(x)", "cos(x)", "the slopes of a product's factors are multiplied with each other"},
        {"x*sin(x)", "sin(x)", "only the first factor of a product is taken to vary"},
        {"sin(x)/x", "cos(x)", "the slope above is divided by the slope below"},
        {"sin(x)/x", "(cos(x)*x + sin(x))/x**2",
         "the two parts of the quotient rule are added, not subtracted"},
        {"exp(x)", "x*exp(x - 1)",
         "the power rule is used on exp, as if its base were the variable"},
        {"x**2 + 3", "2*x + 3", "a constant term is kept; its slope is 0"},
        {"cos(x) + x", "sin(x) + 1", "the sign of a function's slope is turned"},
        {"sin(x) + x**2", "sin(x) + 2*x", "a function is taken for its own slope"},
    };
    struct graph g;
    graph_init(&g);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char block[200], expected[300];
        snprintf(block, sizeof block, FORMULA("derive %s"), rows[i][0]);
        snprintf(expected, sizeof expected, "That is what comes out when %s.", rows[i][2]);
        struct lesson *lesson;
        struct judgement j;
        judgement_init(&j);
        judge(ask_question(block, &lesson), &g.scope, 1, rows[i][1], &j);
        if (j.judged != JUDGED_WRONG || j.said_count != 1 || strcmp(j.said[0], expected) != 0) {
            fail_msg("%s for %s: %s", rows[i][1], rows[i][0], j.said_count == 0 ? "" : j.said[0]);
        }
        judgement_release(&j);
        lesson_free(lesson);
    }
    graph_release(&g);
}

// The letters under which options are shown, by their texts.
static char letter(const struct question *q, uint64_t seed, const char *option)
{
    const struct question_line *shown[OPTIONS_MOST];
    size_t count = question_options(q, seed, shown);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(shown[i]->left, option) == 0) {
            return (char)('a' + i);
        }
    }
    fail();
    return '?';
}

static void assert_picked(const char *block, const char *picked, const char *expected)
{
    struct graph g;
    struct lesson *lesson;
    graph_init(&g);
    const struct question *q = ask_question(block, &lesson);
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct judgement j;
        struct text said, answer;
        text_init(&said);
        text_init(&answer);
        judgement_init(&j);
        for (const char *at = picked; *at != '\0'; at++) {
            text_addf(&answer, "%c ", letter(q, seed, (char[]){*at, '\0'}));
        }
        judge_into(&said, q, &g, seed, text_get(&answer), &j);
        assert_string_equal(strchr(text_get(&said), ']') + 2, expected);
        judgement_release(&j);
        text_release(&said);
        text_release(&answer);
    }
    lesson_free(lesson);
    graph_release(&g);
}

static void options_are_judged_as_shown(void **state)
{
    (void)state;
#define CHOICE "q\nkind: choice\nright: R\nwrong: V => It is not V.\nwrong: W\n"
    assert_picked(CHOICE, "R", "right");
    assert_picked(CHOICE, "V", "wrong: It is not V.");
    assert_picked(CHOICE, "W", "wrong");
#define MULTI "q\nkind: multi\nright: R\nright: S\nwrong: V => It is not V.\nwrong: W\n"
    assert_picked(MULTI, "RS", "right");
    assert_picked(MULTI, "SR", "right");
    assert_picked(MULTI, "S", "near wrong: That one is right, but not the only one.");
    assert_picked(MULTI, "RSV", "wrong: It is not V.");
    assert_picked(MULTI, "RW", "wrong: 1 of these is wrong.");
#define ORDER "q\nkind: order\nitem: A => A comes early.\nitem: B\nwith: C\nitem: D\n"
    assert_picked(ORDER, "ABCD", "right");
    assert_picked(ORDER, "ACBD", "right");
    assert_picked(ORDER, "ABDC", "wrong: The first 2 are right; what follows is not.");
    assert_picked(ORDER, "BACD", "wrong: Something else comes first.");
}

static void letters_are_read_as_people_write_them(void **state)
{
    (void)state;
    struct graph g;
    graph_init(&g);
    assert_judged(&g, CHOICE, "R", "[R] right");
    assert_judged(&g, CHOICE, "z",
                  "malformed@0: 'z' is not the letter of an option; the options are a "
                  "to c");
    static const char worded[] =
        "q\nkind: choice\nright: it doubles\nwrong: it stays the same\nwrong: it `a*b` doubly\n";
    assert_judged(&g, worded, "doubles", "[it doubles] right");
    assert_judged(&g, worded, "I think it doubles", "[it doubles] right");
    assert_judged(&g, worded, "It Stays the same", "[it stays the same] wrong");
    assert_judged(&g, worded, "double", "[it doubles] right");
    assert_judged(&g, worded, "stay",
                  "malformed@0: 'stay' is none of the options; the options are "
                  "a to c");
    assert_judged(&g, worded, "the same.", "[it stays the same] wrong");
    assert_judged(&g, worded, "so it doubles then", "[it doubles] right");
    assert_judged(&g, worded, "it doubles not",
                  "malformed@0: 'it doubles not' is none of the options; the options are a to c");
    assert_judged(&g, worded, "I think it is: it doubles", "[it doubles] right");
    assert_judged(&g, worded, "six",
                  "malformed@0: 'six' is none of the options; the options are "
                  "a to c");
    assert_judged(&g, worded, "6",
                  "malformed@0: '6' is not the letter of an option; the options are a to c");
    static const char bill[] = "q\nkind: multi\nright: price\nright: fee\nwrong: goods\n"
                               "wrong: `sum(x)` of all\n";
    assert_judged(&g, bill, "price, fee", "[price; fee] right");
    assert_judged(&g, bill, "Price and fee.", "[price; fee] right");
    assert_judged(&g, bill, "price fee", "[price; fee] right");
    assert_judged(&g, bill, "the answer is fee, price", "[fee; price] right");
    assert_judged(&g, bill, "sum(x) of all, goods",
                  "[`sum(x)` of all; goods] wrong: 2 of these are wrong.");
    assert_judged(&g, bill, "price, price", "malformed@7: 'price' is here twice");
    assert_judged(&g, bill, "price and cost",
                  "malformed@10: 'cost' is none of the options; the options are a to d");
    static const char ways[] =
        "q\nkind: multi\nright: to lower L, raise b\nright: nothing and all\n"
        "wrong: z = 1, and no more\n";
    assert_judged(&g, ways, "nothing and all, to lower L, raise b",
                  "[nothing and all; to lower L, raise b] right");
    assert_judged(&g, ways, "z = 1, and no more",
                  "[z = 1, and no more] wrong: 1 of these is wrong.");
    assert_judged(&g, CHOICE, "b: W", "[W] wrong");
    assert_judged(&g, CHOICE, "b) W", "[W] wrong");
    static const char steps[] =
        "q\nkind: order\nitem: forward pass\nitem: loss\nitem: `z[1]`\nitem: update\n";
    assert_judged(&g, steps, "forward pass, loss, z[1], update",
                  "[forward pass; loss; `z[1]`; update] right");
    assert_judged(&g, steps, "forward -> loss -> z[1] -> update",
                  "[forward pass; loss; `z[1]`; update] right");
    assert_judged(&g, steps, "forward then loss then update then z[1]",
                  "[forward pass; loss; update; `z[1]`] wrong: The first 2 are right; what follows "
                  "is not.");
    assert_judged(&g, worded, "a*b",
                  "malformed@1: '*' is not the letter of an option; the options are a to c");
    assert_judged(&g, CHOICE, "I think b", "[W] wrong");
    assert_judged(&g, CHOICE, "b?", "[W] wrong");
    assert_judged(&g, CHOICE, "option b", "[W] wrong");
    assert_judged(&g, CHOICE, "a b", "malformed@0: one letter is asked for");
    assert_judged(&g, CHOICE, "a a", "malformed@2: 'a' is here twice");
    assert_judged(&g, CHOICE, ".", "malformed@0: a letter is missing here");
    assert_judged(&g, ORDER, "a b",
                  "malformed@0: all letters from a to d are asked for, here are "
                  "2");
    static const char recall[] =
        "q\nkind: recall\nmodel: Gradients *add* up, `zero` clears them.\n";
    static const char *const written[] = {"they add up", "Gradients", "add them, zero",
                                          "x = a*b + c"};
    static const char *const not_written[] = {
        "x",  "no idea",       ".",           "?",      "whatever", "up", "a b c",
        "42", "asdfgh qwertz", "lorem ipsum", "the and"};
    for (size_t i = 0; i < COUNT_OF(written); i++) {
        assert_judged(&g, recall, written[i], "rate");
    }
    for (size_t i = 0; i < COUNT_OF(not_written); i++) {
        assert_judged(
            &g, recall, not_written[i],
            "malformed@0: write a sentence first, in your own words; then a good answer is "
            "shown, and you compare; 'solution' shows it at once");
    }
    assert_judged(
        &g, "q\nkind: do\nuntil: L < 1\n", "5",
        "malformed@0: this has to be done at the prompt; it is done when this holds: L < 1");
    graph_release(&g);
}

static void what_is_to_be_ordered_is_not_shown_in_order(void **state)
{
    (void)state;
    struct lesson *lesson;
    const struct question *q = ask_question(ORDER, &lesson);
    const struct question_line *shown[OPTIONS_MOST];
    for (uint64_t seed = 0; seed < 200; seed++) {
        assert_int_equal(question_options(q, seed, shown), 4);
        assert_false(shown[0] == q->options.first && shown[3] == q->options.last);
    }
    lesson_free(lesson);
}

static void cells_are_filled(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *expected;
    } rows[] = {
        {"dL/da = 6", "partly"},
        {"x = 6", "malformed@0: there is no cell 'x'"},
        {"dL/dc = 3", "wrong: dL/dc: 3 is not right"},
        {"dL/dc = -2", "partly"},
        {"1 2", "malformed@0: these are more numbers than cells: 1 is left; write an expression "
                "without blanks, or commas between"},
        {"6 5 -2", "wrong: dL/db: 5 is not right"},  // all of them anew
        {"6, -4, 5", "wrong: dL/dc: 5 is not right"},
        {"dL/dc = f, dL/db = f*a + 1", "wrong: dL/db: f*a + 1 is not right"},
        {"dL/da = 6, -4", "malformed@11: a cell's name and '=' are missing here"},
        {"a + 1",
         "malformed@0: blanks keep the numbers of cells apart; write an expression without "
         "blanks, or commas between"},
        {"(2)3", "malformed@3: a '*' is missing here; write (2)*3"},
        {"-4", "right"},
    };
    struct graph g;
    struct lesson *lesson;
    struct judgement j;
    graph_canonical(&g);
    const struct question *q = ask_question(
        "q\nkind: fill\ncell: dL/da => dL/da\ncell: dL/db => dL/db\ncell: dL/dc => dL/dc\n",
        &lesson);
    judgement_init(&j);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text said;
        text_init(&said);
        judge_into(&said, q, &g, 1, rows[i].answer, &j);
        assert_string_equal(text_get(&said), rows[i].expected);
        text_release(&said);
    }
    assert_int_equal(j.filled, 7);
    j.filled = 0;
    judge(q, &g.scope, 1, "6 -4 -2", &j);
    assert_int_equal(j.judged, JUDGED_RIGHT);
    j.filled = 0;
    judge(q, &g.scope, 1, "6, 2 * -2", &j);
    assert_int_equal(j.judged, JUDGED_PARTLY);
    assert_int_equal(j.filled, 3);
    assert_true(answer_is_named(q, "dL/da = 5"));
    assert_false(answer_is_named(q, "a = 5"));
    judgement_release(&j);
    lesson_free(lesson);
    graph_release(&g);
}

static void places_are_judged(void **state)
{
    (void)state;
    struct graph g;
    graph_canonical(&g);
    graph_name(&g, "other", 4);
#define NODE "q\nkind: node\nanswer: d\nwhen: e => One further up.\n"
    assert_judged(&g, NODE, "d", "right");
    assert_judged(&g, NODE, "%4", "[d] right");
    assert_judged(&g, NODE, "other", "[d] right");
    assert_judged(&g, NODE, "e", "wrong: One further up.");
    assert_judged(&g, NODE, "e + c",
                  "malformed@0: a node is asked for: its name, or its number such as %3; 'vars' "
                  "shows the names, 'graph' draws all nodes");
    assert_judged(&g, NODE, "d c b", "malformed@0: one node is asked for");
    assert_judged(&g, NODE, "d, c", "malformed@0: one node is asked for");
    assert_judged(&g, NODE, "q", "malformed@0: there is no 'q' yet; give it a value first: q = 1");
#define EDGE "q\nkind: edge\nanswer: L d\nwhen: L f => The other one.\n"
    assert_judged(&g, EDGE, "L d", "[L -> d] right");
    assert_judged(&g, EDGE, "L -> %4", "[L -> d] right");
    assert_judged(&g, EDGE, "L,f", "[L -> f] wrong: The other one.");
    assert_judged(&g, EDGE, "d L",
                  "malformed@0: there is no edge from d to L; an edge goes from "
                  "the node to its child: L d");
    assert_judged(&g, EDGE, "L a",
                  "malformed@0: there is no edge from L to a; 'local L' lists the "
                  "edges of a node");
    assert_judged(&g, EDGE, "L",
                  "malformed@0: an edge is asked for: the node, then its child; "
                  "write it as L d");
    graph_release(&g);
}

static bool holds(struct graph *g, const char *until, const char *did, const char *wrote)
{
    char block[200];
    struct lesson *lesson;
    struct question_sight sight = {
        .scope = &g->scope, .output = NODE_NONE, .digits = 6, .did = did, .wrote = wrote};
    snprintf(block, sizeof block, "q\nkind: do\nuntil: %s\n", until);
    bool held = question_holds(ask_question(block, &lesson), &sight);
    lesson_free(lesson);
    return held;
}

static void what_is_to_be_done_is_seen(void **state)
{
    (void)state;
    struct graph g;
    graph_canonical(&g);
    assert_true(holds(&g, "L < 0.1", "", ""));
    assert_false(holds(&g, "L > 0.1", "", ""));
    assert_false(holds(&g, "q > 0.1", "", ""));
    assert_false(holds(&g, "0/0", "", ""));
    assert_true(holds(&g, "did topo", "topo L", ""));
    assert_true(holds(&g, "did step to", " step  to d", ""));
    assert_false(holds(&g, "did topo", "topology", ""));
    assert_false(holds(&g, "did topo", "", ""));
    assert_true(holds(&g, "did nudge b 0.001", "nudge b 1e-3 L", ""));
    assert_true(holds(&g, "did nudge b 0.001", "nudge(b, .001)", ""));
    assert_true(holds(&g, "did nudge b -0.1", "nudge b -.1", ""));
    assert_false(holds(&g, "did nudge b 0.001", "nudge b 0.01", ""));
    assert_false(holds(&g, "did nudge b 0.001", "nudge b", ""));
    assert_true(holds(&g, "did graph L", "graph(L)", ""));
    assert_true(holds(&g, "did graph L", "graph L out.png", ""));
    assert_false(holds(&g, "did graph L", "graph d", ""));
    assert_false(holds(&g, "did graph L", "graph", ""));  // there is no output
    assert_true(holds(&g, "did backward a", "a.backward()", ""));
    assert_false(holds(&g, "did backward a", "d.backward()", ""));
    assert_true(holds(&g, "did backward", "L.backward()", ""));
    assert_true(holds(&g, "did repeat | for", "for i in range(3) { L }", ""));
    assert_true(holds(&g, "did repeat | for", "repeat 3 { L }", ""));
    assert_false(holds(&g, "did repeat | for", "train L 10 0.1", ""));
    assert_true(holds(&g, "wrote .png", "graph L a.png", "a.png"));
    assert_false(holds(&g, "wrote .png", "graph L", ""));
    graph_release(&g);
}

static void a_graph_is_no_typed_number(void **state)
{
    (void)state;
    struct graph g;
    graph_canonical(&g);
    assert_true(holds(&g, "L == -8", "", ""));
    assert_true(holds(&g, "L uses *, +", "", ""));
    assert_true(holds(&g, "L depends on a and b\nuntil: L at most 7 nodes", "", ""));
    assert_true(holds(&g, "L == -2 where a = 3", "", ""));
    assert_true(holds(&g, "dL/da == 6", "", ""));
    graph_bind(&g, "L", "-8");
    assert_true(holds(&g, "L == -8", "", ""));
    assert_false(holds(&g, "L uses *, +", "", ""));
    assert_false(holds(&g, "L depends on a", "", ""));
    assert_false(holds(&g, "L == -2 where a = 3", "", ""));
    assert_false(holds(&g, "L == -8\nuntil: L depends on a", "", ""));
    graph_release(&g);
}

static void what_is_left_out_is_the_output(void **state)
{
    (void)state;
    struct graph g;
    struct lesson *lesson;
    graph_canonical(&g);
    const struct question *q = ask_question("q\nkind: do\nuntil: did graph L\n", &lesson);
    struct question_sight sight = {.scope = &g.scope,
                                   .output = names_lookup(&g.names, "L", 1).base,
                                   .digits = 6,
                                   .did = "graph",
                                   .wrote = ""};
    assert_true(question_holds(q, &sight));
    sight.output = names_lookup(&g.names, "d", 1).base;
    sight.done = 0;
    assert_false(question_holds(q, &sight));
    lesson_free(lesson);
    graph_release(&g);
}

static void typed_values_are_no_training(void **state)
{
    (void)state;
    struct graph g;
    struct lesson *lesson;
    struct text why;
    graph_canonical(&g);
    text_init(&why);
    const struct question *q = ask_question("q\nkind: do\nuntil: not typed\n", &lesson);
    struct question_sight sight = {
        .scope = &g.scope, .output = NODE_NONE, .digits = 6, .did = "", .wrote = ""};
    static const struct {
        const char *did;
        bool holds;
    } rows[] = {
        {"vars", true},           {"a.data = 3", false},       {"forward L", false},
        {"train L 1 0.1", true},  {"a.data = sqrt(4)", false}, {"a.data -= 0.1*a.grad", true},
        {"W[0].data = 1", false}, {"a.data = a - 0.1", true},  {"a.grad = 1", true},
        {"b.data = -3", false},   {"repeat 3 { L }", true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        sight.did = rows[i].did;
        assert_int_equal(question_condition(q, q->until.first, &sight, &why),
                         rows[i].holds ? CONDITION_HOLDS : CONDITION_FAILS);
    }
    text_release(&why);
    lesson_free(lesson);
    graph_release(&g);
}

static void what_was_nearly_done_is_told(void **state)
{
    (void)state;
    struct graph g;
    struct lesson *lesson;
    struct text why;
    graph_canonical(&g);
    text_init(&why);
    const struct question *q = ask_question("q\nkind: do\nuntil: did graph L\n", &lesson);
    struct question_sight sight = {
        .scope = &g.scope, .output = NODE_NONE, .digits = 6, .did = "graph d", .wrote = ""};
    assert_int_equal(question_condition(q, q->until.first, &sight, &why), CONDITION_FAILS);
    assert_string_equal(text_get(&why), "'graph L' was not done");
    sight.did = "vars";
    sight.tried = 0;
    assert_int_equal(question_condition(q, q->until.first, &sight, &why), CONDITION_BAD);
    text_release(&why);
    lesson_free(lesson);
    graph_release(&g);
}

static void what_was_done_stays_done(void **state)
{
    (void)state;
    struct graph g;
    struct lesson *lesson;
    graph_canonical(&g);
    const struct question *q =
        ask_question("q\nkind: do\nuntil: did topo\nuntil: L < 0 => Look at L.\n", &lesson);
    struct question_sight sight = {
        .scope = &g.scope, .output = NODE_NONE, .digits = 6, .did = "vars", .wrote = ""};
    struct text why;
    text_init(&why);
    assert_false(question_holds(q, &sight));
    assert_int_equal(question_condition(q, q->until.first, &sight, &why), CONDITION_BAD);
    assert_string_equal(text_get(&why), "'topo' was not done");
    sight.did = "topo L";
    assert_true(question_holds(q, &sight));
    sight.did = "vars";
    assert_true(question_holds(q, &sight));
    text_release(&why);
    lesson_free(lesson);
    graph_release(&g);
}

static void rounding_is_no_difference(void **state)
{
    (void)state;
    struct graph g;
    graph_canonical(&g);
    assert_true(holds(&g, "0.1 + 0.2 == 0.3", "", ""));
    assert_false(holds(&g, "L == -8.01", "", ""));
    assert_true(holds(&g, "L == -8.01\ntol: 1%", "", ""));
    graph_release(&g);
}

static void keys_are_right_answers(void **state)
{
    (void)state;
    static const char *const blocks[] = {
        NUMBER("dL/da"),
        NUMBER("1/3"),
        NUMBER("0/0"),
        FORMULA("derive L a"),
        FORMULA("derive tanh(x)"),
        CHOICE,
        MULTI,
        ORDER,
        NODE,
        EDGE,
        "q\nkind: fill\ncell: a => dL/da\ncell: b => 1/3\n",
        "q\nkind: guess\nanswer: L\n",
    };
    struct graph g;
    graph_canonical(&g);
    for (size_t i = 0; i < COUNT_OF(blocks); i++) {
        struct lesson *lesson;
        struct judgement j;
        struct text key;
        struct diag d = {0};
        const struct question *q = ask_question(blocks[i], &lesson);
        judgement_init(&j);
        text_init(&key);
        assert_true(question_key(q, &g.scope, i, &key, &d));
        judge(q, &g.scope, i, text_get(&key), &j);
        if (j.judged != JUDGED_RIGHT) {
            fail_msg("%s is not right for %s", text_get(&key), blocks[i]);
        }
        text_release(&key);
        judgement_release(&j);
        lesson_free(lesson);
    }
    graph_release(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_judged),
        cmocka_unit_test(what_is_no_number_costs_nothing),
        cmocka_unit_test(numbers_may_be_formulas),
        cmocka_unit_test(stale_graphs_are_judged_as_they_will_be),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(more_numbers_tell_mistakes_apart),
        cmocka_unit_test(formulas_are_judged),
        cmocka_unit_test(slips_in_formulas_are_named),
        cmocka_unit_test(options_are_judged_as_shown),
        cmocka_unit_test(letters_are_read_as_people_write_them),
        cmocka_unit_test(what_is_to_be_ordered_is_not_shown_in_order),
        cmocka_unit_test(cells_are_filled),
        cmocka_unit_test(places_are_judged),
        cmocka_unit_test(what_is_to_be_done_is_seen),
        cmocka_unit_test(a_graph_is_no_typed_number),
        cmocka_unit_test(what_is_left_out_is_the_output),
        cmocka_unit_test(typed_values_are_no_training),
        cmocka_unit_test(what_was_nearly_done_is_told),
        cmocka_unit_test(what_was_done_stays_done),
        cmocka_unit_test(rounding_is_no_difference),
        cmocka_unit_test(keys_are_right_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
