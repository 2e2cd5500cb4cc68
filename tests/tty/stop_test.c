// Ctrl-C is heeded within 0.2 s of work, whatever is being done; and a terminal is not flooded.
#include "person.h"

enum { HEEDED = 200, WELL_INTO = 60 };  // milliseconds of work

#define MILLIONS "X = ones(900, 900); param w = 0.5; L = sum((X*w - 2)**2)"
#define ELEVEN_MILLIONS "X = ones(1500, 1500); param w = 0.5; L = sum((X*w - 2)**2)"

static const struct {
    const char *what, *setup, *command;
} cases[] = {
    {"a derivative 20,000 deep", "x = 0.5; y = x; repeat 20000 { y = tanh(y)*y + x }",
     "derive y x"},
    {"a chain of 10,000", "x = 0.5; y = x; repeat 10000 { y = sin(y) }", "derive y x"},
    {"a product of 60,000 factors", "load product.bs", "derive L x"},
    {"100,000 terms in stages", "load terms.bs", "stage L"},
    {"100,000 terms explained", "load terms.bs", "explain L"},
    {"second derivatives", "load terms.bs", "hessian L x"},
    {"a plot", "a = 1", "plot sin(x)**2 from -9 to 9 curve.svg"},
    {"a landscape", "param a = 1; param b = 2; L = sin(a)*cos(b)", "plot L over a, b land.svg"},
    {"a table of a million rows", "a = 1", "X = load_csv(\"rows.csv\")"},
    {"data of a million rows", "a = 1", "data X = load_csv(\"rows.csv\")"},
    {"large arrays", "X = ones(1500, 1500)", "Y = exp(X)*X + sin(X)*X"},
    {"a product of matrices", "X = ones(200, 200)", "Y = X @ X @ X"},
    {"printing", "X = ones(1000, 1000)", "print X"},
    {"saving", "load terms.bs", "save saved.bs"},
    {"loading", "a = 1", "load long.bs"},
    {"a graph of a million nodes", "X = ones(1000, 1000); L = sum(X*X)", "graph L"},
    {"its picture", "X = ones(1000, 1000); L = sum(X*X)", "graph L big.svg"},
    {"each of its nodes", "X = ones(300, 300); L = sum(X*X)", "graph L big.svg --full"},
    {"a layout", "load some.bs", "graph L wide.svg --full"},
    {"a page", "load few.bs", "graph L wide.html --full"},
    {"a program", "load terms.bs", "export c program.c L"},
    {"a program of PyTorch", "load some.bs", "export torch program.py L"},
    {"TeX", "load some.bs", "export latex program.tex L"},
    {"a long lesson", "a = 1", "lesson long.md"},
    {"a loop", "a = 1", "repeat 100000000 { a = a + 1 }"},
    {"a training", "param w = 1; L = (w - 3)**2", "train L 100000000 0.0000001"},
    {"calls", "load calls.bs", "print f19(1)"},
    {"a check", "X = ones(300, 300); param w = 2; L = sum((w*X)**2)", "check L"},
    {"paths", "load paths.bs", "paths L x"},
    {"a table of gradients", MILLIONS "; backward L", "grads"},
    {"a gradient as a graph", MILLIONS, "backward L graph"},
    {"a formula of millions", MILLIONS, "derive L w"},
    {"a long training", MILLIONS, "train L 1000 1e-9"},
    {"a training of eleven million nodes", ELEVEN_MILLIONS, "train L 1000 1e-9"},
    {"a training in large batches",
     "data X = randn(40000, 4); data y = X[:, 0]; param v = randn(4); L = mse(tanh(X @ v), y)",
     "train L 1000 0.01 batch 15000"},
    {"a table of names", "load names.bs", "vars"},
    {"an order", MILLIONS, "topo L"},
    {"a forward pass", MILLIONS "; w.data = 0.25", "forward"},
    {"a backward pass", MILLIONS, "backward L"},
    {"gradients to zero", MILLIONS "; backward L", "zero"},
    {"an update", "param W = randn(1500, 1500); L = sum(W*W); backward L", "update 0.1 adam"},
    {"layers",
     "X = randn(20000, 5); param W = randn(5, 4); param v = randn(4); "
     "L = mean((tanh(X @ W) @ v)**2)",
     "flow L"},
    {"a walk to the end", MILLIONS, "step L; run; run"},
    {"a nudge", MILLIONS, "nudge w 0.1 L"},
    {"a claim", "X = ones(2000, 1200); param w = 0.5; L = sum((X*w - 2)**2)",
     "assert L == 0 where w = 2"},
    {"forward mode", MILLIONS, "tangent L w"},
    {"a curvature", MILLIONS, "curvature L"},
    {"a mistake to find", MILLIONS, "sabotage L"},
    {"operations opened", "X = ones(500, 500); Y = tanh(X); L = sum(Y)", "expand Y"},
    {"calls", "def f(x) = x*0.5 + 1; y = 1; repeat 300000 { y = f(y) }", "groups y"},
    {"a statement taken back", ELEVEN_MILLIONS, "undo; undo"},
    {"a statement done again", ELEVEN_MILLIONS, "undo; undo; redo; redo; undo; undo; redo"},
    {"notes", "load terms.bs", "notes notes.md"},
};

static void write_terms(const struct person *p, const char *name, int terms)
{
    FILE *f = fopen(in_home(p, name), "w");
    assert_non_null(f);
    fputs("x = 1\nL = x", f);
    for (int i = 1; i < terms; i++) {
        fprintf(f, " + x*%d*(x + %d)", i, i);
    }
    fputs("\n", f);
    assert_int_equal(fclose(f), 0);
}

static void write_files(const struct person *p)
{
    FILE *f = fopen(in_home(p, "product.bs"), "w");
    assert_non_null(f);
    fputs("x = 1\nL = x", f);
    for (int i = 1; i < 60000; i++) {
        fputs("*x", f);
    }
    fputs("\n", f);
    fclose(f);
    f = fopen(in_home(p, "terms.bs"), "w");
    fputs("param x = 0.5\nL = x", f);
    for (int i = 1; i < 100000; i++) {
        fprintf(f, " + x*%d", i);
    }
    fputs("\n", f);
    fclose(f);
    f = fopen(in_home(p, "rows.csv"), "w");
    fputs("a,b\n", f);
    for (int i = 1; i < 1000000; i++) {
        fprintf(f, "%d,%d\n", i, 2 * i);
    }
    fclose(f);
    f = fopen(in_home(p, "long.bs"), "w");
    for (int i = 1; i < 300000; i++) {
        fprintf(f, "y%d = %d\n", i % 1000, i);
    }
    fclose(f);
    f = fopen(in_home(p, "long.md"), "w");
    fputs("---\nid: long\ntitle: Long\n---\n\n", f);
    for (int i = 1; i < 990; i++) {
        fputs("- A line of *prose* with `code`.\n", f);
    }
    fclose(f);
    write_terms(p, "some.bs", 120);
    write_terms(p, "few.bs", 50);
    f = fopen(in_home(p, "calls.bs"), "w");
    fputs("def f0(x) = x\n", f);
    for (int i = 1; i < 20; i++) {
        fprintf(f, "def f%d(x) = f%d(x) + f%d(x)\n", i, i - 1, i - 1);
    }
    fclose(f);
    f = fopen(in_home(p, "names.bs"), "w");
    for (int i = 0; i < 200000; i++) {
        fprintf(f, "y%d = %d\n", i, i);
    }
    fclose(f);
    f = fopen(in_home(p, "paths.bs"), "w");
    fputs("x = 1.001; y = x\nrepeat 3000 { y = y*0.5 + y*0.5 }\nL = y\n", f);
    fclose(f);
}

// What died with its session is not to be taken up.
static void kill_for_good(struct person *p)
{
    kill_outright(p);
    assert_int_equal(nftw(in_home(p, ".local"), remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static bool since(const struct person *p, const char *text)
{
    return memmem(p->screen + p->seen, p->shown - p->seen, text, strlen(text)) != NULL;
}

static bool is_back(const struct person *p)
{
    return since(p, PROMPT);
}

// Milliseconds of work after Ctrl-C; 0 if it was done before that.
static int64_t stop_at_work(struct person *p, const char *command)
{
    type(p, command);
    type(p, "\r");
    see(p, "\n");  // the line is taken
    int64_t begun = worked(p), deadline = now() + PATIENCE;
    while (worked(p) - begun < WELL_INTO && !is_back(p) && now() < deadline) {
        look(p, 2);
    }
    if (is_back(p)) {
        return 0;
    }
    type(p, CTRL_C);
    int64_t asked = worked(p);
    while (!is_back(p) && now() < deadline) {
        look(p, 5);
    }
    int64_t took = worked(p) - asked;
    return is_back(p) ? took : PATIENCE;
}

static void test_stops_at_once(void **state)
{
    struct person *p = *state;
    bool ok = true;
    write_files(p);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        start(p);
        enter(p, cases[i].setup);
        enter(p, "m = 7*6");
        enter(p, "print m - 1");
        see(p, "41");
        see(p, PROMPT);
        int64_t took = stop_at_work(p, cases[i].command);
        if (since(p, "error:") && !since(p, "error: interrupted")) {
            printf("%s: %.*s\n", cases[i].what, (int)(p->shown - p->seen), p->screen + p->seen);
            ok = false;
        }
        if (getenv("BACKSTEP_TOLD") != NULL) {
            printf("%s: %lld ms\n", cases[i].what, (long long)took);
        }
        if (took > HEEDED * slower()) {
            printf("%s: %lld ms after Ctrl-C\n", cases[i].what, (long long)took);
            ok = false;
        }
        kill_for_good(p);
    }
    assert_true(ok);
}

static void test_a_terminal_is_not_flooded(void **state)
{
    struct person *p = *state;
    start(p);
    enter(p, "for i in range(5000): print i");
    see(p, "\n  199\r\n");
    see(p, "and 4800 more lines");
    see(p, "for i in range(5000): print i");
    enter(p, "print 3");
    see(p, "  3\r\n");
    see(p, PROMPT);
    assert_false(was_shown(p, "\n  200\r\n"));
    leave(p);
}

// What becomes of the turns of a loop that is stopped is said, wherever in a turn that happens.
static void test_a_loop_says_what_is_kept(void **state)
{
    struct person *p = *state;
    start(p);
    enter(p, "param w = 1");
    for (int i = 0; i < 5; i++) {
        enter(p, "repeat 100000000 { L = (w - 3)**2; zero; backward L; update 0.0001 }");
        see(p, "\n");
        see_at_work(p, 30 + 7 * i);
        type(p, CTRL_C);
        see(p, "interrupted; nothing of the loop");
        see(p, "kept");
    }
    enter(p, "print w");
    see(p, "  1\r\n");
    see(p, PROMPT);
    leave(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_stops_at_once),
        TEST(test_a_terminal_is_not_flooded),
        TEST(test_a_loop_says_what_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
