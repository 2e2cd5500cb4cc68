// session/replay: loops of which turns are replayed leave, bit for bit, what they leave turn by turn:
// values, gradients, marks, names, recipes, settings, answers, and the way back.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "command/commands.h"
#include "engine/rng.h"
#include "session/call.h"
#include "session/state.h"

// A session, what it answered so far, and how often it was asked to go on.
struct run {
    struct session *s;
    struct stop stop;
    struct text answers;
    int calls;
    enum session_state end;
};

static void begin(struct run *r, bool plain)
{
    *r = (struct run){0};
    r->s = session_new(&(struct session_world){
        .commands = &commands_table, .stop = &r->stop, .seed = 1, .plain_loops = plain});
    assert_non_null(r->s);
    text_init(&r->answers);
}

static void end(struct run *r)
{
    session_free(r->s);
    text_release(&r->answers);
}

// `interrupt`: Ctrl-C after so many calls; 0: never.
static void eval(struct run *r, const char *text, int interrupt)
{
    struct source source = {.name = "<text>", .text = text, .length = strlen(text), .line = 1};
    stop_renew(&r->stop);
    r->calls = 0;
    session_begin(r->s, &source, SESSION_SCRIPT);
    do {
        struct records records;
        records_init(&records);
        r->stop.asked = interrupt != 0 && r->calls >= interrupt ? STOP_NOW : 0;
        r->end = session_run(r->s, &records);
        r->calls++;
        for (const struct rec *rec = records.list.in.first; rec != NULL; rec = rec->next) {
            rec_json(&r->answers, rec);
        }
        records_release(&records);
    } while (r->end == SESSION_MORE);
}

static void same_bytes(const char *what, const char *text, const struct buf *a, const struct buf *b)
{
    if (a->count != b->count) {
        fail_msg("%s\n%zu of %s instead of %zu", text, b->count, what, a->count);
    }
    for (size_t i = 0; i < a->count * a->size; i++) {
        if (BUF(char, a)[i] != BUF(char, b)[i]) {
            fail_msg("%s\n%s %zu differs", text, what, i / a->size);
        }
    }
}

// Only which nan it is nobody sees.
static void same_doubles(const char *what, const char *text, const struct buf *a,
                         const struct buf *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        double x = BUF(double, a)[i], y = BUF(double, b)[i];
        if (memcmp(&x, &y, sizeof x) != 0 && !(isnan(x) && isnan(y))) {
            fail_msg("%s\n%s %zu is %a instead of %a", text, what, i, y, x);
        }
    }
}

static bool same_value(struct value x, struct value y)
{
    return x.rank == y.rank && x.listed == y.listed && x.base == y.base && x.rows == y.rows &&
           x.cols == y.cols && x.rs == y.rs && x.cs == y.cs;
}

// Field by field: what lies between the fields of a struct is anything.
static void same_names(const char *text, const struct session *a, const struct session *b)
{
    assert_int_equal(names_count(&a->names), names_count(&b->names));
    for (uint32_t i = 0; i < names_count(&a->names); i++) {
        if (!same_value(names_get(&a->names, i), names_get(&b->names, i))) {
            fail_msg("%s\nname %u differs", text, (unsigned)i);
        }
    }
}

static void same_recipes(const char *text, const struct session *a, const struct session *b)
{
    assert_int_equal(a->recipes.rows.count, b->recipes.rows.count);
    for (uint32_t i = 0; i < a->recipes.rows.count; i++) {
        const struct recipe *x = recipes_at(&a->recipes, i), *y = recipes_at(&b->recipes, i);
        if (x->name != y->name || x->op != y->op || x->data != y->data || x->nodes != y->nodes ||
            x->slope != y->slope || x->lost != y->lost || x->text != y->text ||
            x->bytes != y->bytes || x->definitions != y->definitions ||
            !same_value(recipes_value(&a->recipes, x), recipes_value(&b->recipes, y))) {
            fail_msg("%s\nrecipe %u differs", text, (unsigned)i);
        }
    }
}

static void same_settings(const char *text, const struct settings *x, const struct settings *y)
{
    struct text optim[2];
    for (int i = 0; i < 2; i++) {
        text_init(&optim[i]);
        optim_put(i == 0 ? &x->optim : &y->optim, &optim[i]);
    }
    if (x->output != y->output || x->trained != y->trained || x->batch != y->batch ||
        x->rows != y->rows || x->renumbered != y->renumbered || x->used != y->used ||
        x->steps != y->steps || !rng_same(&x->rng, &y->rng) ||
        memcmp(&x->optim.rate, &y->optim.rate, sizeof x->optim.rate) != 0 ||
        strcmp(text_get(&optim[0]), text_get(&optim[1])) != 0) {
        fail_msg("%s\nsettings differ", text);
    }
    text_release(&optim[0]);
    text_release(&optim[1]);
}

static void same_sessions(const char *text, struct run *a, struct run *b)
{
    struct buf *x, *y;
    for (size_t i = 0; (x = state_growing(a->s, i)) != NULL; i++) {
        y = state_growing(b->s, i);
        bool numbers = x == &a->s->tape.value || x == &a->s->tape.grad;
        bool fields =
            x == &a->s->recipes.rows || x == &a->s->recipes.arrays || x == &a->s->trainings.kept;
        char what[24];
        snprintf(what, sizeof what, "array %zu", i);
        numbers  ? same_doubles(what, text, x, y)
        : fields ? assert_int_equal(x->count, y->count)
                 : same_bytes(what, text, x, y);
    }
    same_names(text, a->s, b->s);
    same_recipes(text, a->s, b->s);
    same_settings(text, session_settings(a->s), session_settings(b->s));
    assert_int_equal(a->s->tape.any_stale, b->s->tape.any_stale);
    assert_int_equal(a->end, b->end);
    if (strcmp(text_get(&a->answers), text_get(&b->answers)) != 0) {
        fail_msg("%s\n%s\ninstead of\n%s", text, text_get(&b->answers), text_get(&a->answers));
    }
}

// Turns that a program of the engine ran, in the last loop.
static int64_t by_program;

// Runs the text turn by turn and replayed, then takes it back, and does it again. Was any of it
// replayed?
static bool same_both_ways(const char *before, const char *text)
{
    struct run plain, replayed;
    begin(&plain, true);
    begin(&replayed, false);
    eval(&plain, before, 0);
    eval(&replayed, before, 0);
    eval(&plain, text, 0);
    eval(&replayed, text, 0);
    bool some = replayed.calls < plain.calls;
    by_program = replayed.s->replay.by_program;
    same_sessions(text, &plain, &replayed);
    static const char *const then[] = {"x = x*y + 1; print x, y, w", "undo", "undo", "redo"};
    for (size_t i = 0; i < COUNT_OF(then); i++) {
        eval(&plain, then[i], 0);
        eval(&replayed, then[i], 0);
        same_sessions(text, &plain, &replayed);
    }
    end(&plain);
    end(&replayed);
    return some;
}

#define BEFORE                                                                                     \
    "param w = 0.5; param v = [0.1, -0.2, 0.3]; a = 0.5; b = 1; x = 1; y = 0.5; r = 0.01; "        \
    "data X = [[1, 2, 3], [0, 1, 0.5]]; def f(t) = tanh(t)*a + b; L = w*w"

static const struct {
    const char *text;
    bool replayed;
} KNOWN[] = {
    {"repeat 5000 { x = x*a + b }", true},
    {"repeat 5000 { x = x*a + b; y = x - 1 }", true},
    {"repeat 5000 { x *= a; x += b }", true},
    {"repeat 5000 { y = x; x = sin(x) + b }", true},
    {"repeat 5000 { y = w*a; c = y + b }", true},
    {"for i in range(5000) { x = x*a + i }", true},
    {"for i in range(3, 5000) { y = i*a }", true},
    {"repeat 4000 { x = f(x) }", false},
    {"repeat 3000 { L = (w - 3)**2; zero; backward L; update 0.01 }", true},
    {"repeat 3000 { L = (w - 3)**2; zero; backward L; update r }", true},
    {"repeat 3000 { L = mse(X @ v, [1, 2]); zero; backward L; update 0.01 adam }", true},
    {"repeat 3000 { h = f(w*2); L = (h - 1)**2; L.backward(); update 0.01; zero }", true},
    {"for i in range(3000) { L = (w - i)**2/1000; zero; backward L; update 0.01 momentum }", true},
    {"repeat 3000 { zero; backward L; update 0.01 }", false},
    {"repeat 3000 { forward; zero; backward L; update 0.001 }", false},
    {"repeat 3000 { L = w**2 + x; backward L; update 0.01 }", false},
    {"repeat 3000 { x = x*a + b; y = dL/dw }", false},
    {"repeat 3000 { y = w.data*2; x = x*a }", false},
    {"repeat 900 { repeat 3 { x = x*a + b } }", false},
    {"repeat 2000 { x = x*1.5 }", true},
    {"repeat 4000 { L = (w - 3)**2; zero; backward L; update 1.1 }", true},
    {"repeat 3000 { x = x*a + rand() }", false},
    {"repeat 3000 { x = x*a + X[0, 1] }", true},
    {"repeat 3000 { y = [x, a]; x = y[0]*a + 0.1 }", false},
    {"repeat 3000 { with torch.no_grad(): x += 1\n }", false},
};

static void known_loops(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(KNOWN); i++) {
        if (same_both_ways(BEFORE, KNOWN[i].text) != KNOWN[i].replayed) {
            fail_msg("%s\nis%s replayed", KNOWN[i].text, KNOWN[i].replayed ? " not" : "");
        }
    }
}

// Turns that are steps of a training: whether a program runs them.
#define NET                                                                                        \
    "seed 2; data X = randn(20, 3); data k = argmax(X, axis=1); data Y = sign(X[:, 0]); e = 2; "   \
    "param W = randn(3, 4); param c = zeros(4); param V = randn(4, 3); param v = randn(4); "       \
    "param w = 0.5; param u = 3; x = 1; y = 0.5; a = 0.5; L = w"

static const struct {
    const char *turn;
    bool program;
} NETS[] = {
    {"L = mse(tanh(X @ W + c) @ v, Y); zero; backward L; update 0.05", true},
    {"zero; L = mse(tanh(X @ W + c) @ v, Y); backward L; update 0.05 adam", true},
    {"h = tanh(X @ W + c); L = cross_entropy(h @ V, k); L.backward(); update 0.05 momentum; zero",
     false},  // it makes every score, and picks one of a row
    {"h = tanh(X @ W + c); L = mse(h @ v, Y); L.backward(); update 0.05 momentum; zero", true},
    {"h = X @ W; L = mse(tanh(h - mean(h)) @ v, Y); zero; backward L; update 0.05 rmsprop", true},
    {"L = mse(relu(X @ W + c) @ v, Y) + 0.01*sum(W**2); zero; backward L; update 0.05 decay 0.1",
     true},
    {"L = mse(tanh(X @ W) @ v, Y); L.backward(); update 0.05 clip 0.1; zero", true},
    {"L = (w - 3)**2; zero; backward L; update 0.01", true},
    {"L = sum((v*u - w)**2); zero; backward L; update 0.001 nesterov", true},
    // The loss, or a gradient, grows until it is inf or nan.
    {"L = mse(X @ W @ v, Y) - sum(W**2)/2; zero; backward L; update 0.05", true},
    {"L = mse(X @ W @ v, Y); zero; backward L; update 0.5", false},  // before there is a program
    {"L = exp(w*w*u); zero; backward L; update 0.001; w.data", false},
    {"L = mean(where(X @ W > 0, log(X @ W), w)); zero; backward L; update 0.05", false},
    // What a turn makes is not all below the loss, or depends on the turn before.
    {"x = x*a + w; L = (x - 3)**2; zero; backward L; update 0.01", false},
    {"L = (w - 3)**2 + x; y = tanh(w); zero; backward L; update 0.01", false},
    {"L = sum((W*w)**e); zero; backward L; update 0.001", false},
    {"L = sum((W*w)**2); zero; backward L; update 0.001; L = w*W[0, 0]; zero; backward L; update "
     "0.01",
     false},
    {"L = sum((W*w)**2); zero; backward L; update 0.001; backward L", false},
    {"L = sum((W*w)**2); backward L; zero; update 0.001", false},
    {"L = sum((W*w)**2); backward L; update 0.0001", false},
    // Parameters move more than once in a turn.
    {"L = sum((W*w)**2); zero; backward L; update 0.001; update 0.001", false},
    {"L = sum((W*w)**2); zero; backward L; update 0.001; update 0.001; update 0.001", false},
};

static void nets_in_loops(void **state)
{
    static const struct {
        const char *loop;
        int turns;
    } loops[] = {{"repeat", 60}, {"for i in range", 60}, {"repeat", 300}, {"repeat", 4000}};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(NETS); i++) {
        bool program = false;
        for (size_t k = 0; k < COUNT_OF(loops); k++) {
            char text[400];
            snprintf(text, sizeof text, "%s%s%d%s { %s }", loops[k].loop, k == 1 ? "(" : " ",
                     loops[k].turns, k == 1 ? ")" : "", NETS[i].turn);
            same_both_ways(NET, text);
            program = program || by_program > 0;
        }
        if (program != NETS[i].program) {
            fail_msg("%s\nis%s run by a program", NETS[i].turn, program ? "" : " not");
        }
    }
}

// ---- Random loops -------------------------------------------------------------------------------

static const char *const PARTS[] = {"x", "y", "w",      "a",      "b",    "0.5",     "2", "v[1]",
                                    "L", "i", "sum(v)", "sum(u)", "f(x)", "X[0, 1]", "r"};
static const char *const CALLS[] = {"", "sin", "tanh", "cos", "exp", "abs"};
static const char *const SIGNS[] = {" + ", " - ", "*", "/", " > "};
static const char *const PASSES[] = {
    "zero; backward L; update 0.01",
    "zero; backward L; update r",
    "L.backward(); update 0.001; zero",
    "zero; backward L; update 0.01 adam",
    "zero; backward L",
    "backward L; update 0.001",
    "forward; zero",
    "update 0.001",
    "zero; backward (w - x)**2; update 0.01",
};
static const char *const OTHERS[] = {"x.data = 0.5",
                                     "y = dL/dw",
                                     "print x",
                                     "x = 0.1*x.grad",
                                     "w.data = w - 0.1*w.grad",
                                     "train L 2 0.001",
                                     "y = rand()",
                                     "for k in range(2) { y = y*a }",
                                     "param c = 2",
                                     "node n = dL/dw",
                                     "data D = [x, y]",
                                     "def g(t) = t*2",
                                     "x = q",
                                     "i = 3"};

static const char *one_of(struct rng *rng, const char *const *list, size_t count)
{
    return list[rng_below(rng, count)];
}
#define ONE_OF(list) one_of(rng, list, COUNT_OF(list))

static void add_formula(struct text *out, struct rng *rng)
{
    size_t terms = 1 + rng_below(rng, 3);
    for (size_t i = 0; i < terms; i++) {
        const char *call = ONE_OF(CALLS);
        text_add(out, i == 0 ? "" : ONE_OF(SIGNS));
        text_addf(out, call[0] == '\0' ? "%s%s" : "%s(%s)", call, ONE_OF(PARTS));
    }
}

static void add_binding(struct text *out, struct rng *rng)
{
    static const char *const NAMES[] = {"x", "y", "z", "L", "x", "L"};
    if (rng_below(rng, 8) == 0) {
        text_add(out, rng_below(rng, 2) == 0 ? "u = v*y" : "u = X @ v");
        return;
    }
    text_addf(out, "%s %s= ", ONE_OF(NAMES), rng_below(rng, 6) == 0 ? "*" : "");
    add_formula(out, rng);
}

// A loop whose turns are steps of a training, as the engine's programs run them: what a turn makes is below
// its loss, and depends on nothing but parameters, numbers and data. Now and then something that it must not
// be.
static void random_steps(struct text *out, struct rng *rng)
{
    static const char *const TERMS[] = {"(w - 3)**2",    "sum(v**2)",         "(w*v[0] - a)**2",
                                        "tanh(w)*0.1",   "sum((X @ v)**2)/9", "0.01*w**2",
                                        "(f(w) - r)**2", "mean(tanh(X @ v))", "exp(-w*w)",
                                        "abs(w - v[2])", "sum(relu(v*w))",    "(w - b)*(w - a)"};
    static const char *const STEPS[] = {
        "zero; backward L; update 0.01", "zero; backward L; update 0.02 adam",
        "L.backward(); update 0.01 momentum; zero", "zero; backward L; update 0.01 decay 0.1",
        "zero; backward L; update 0.01 clip 0.5"};
    static const char *const SPOILED[] = {"x = x*a + w; ", "y = w*2; ", "backward L; ", "w.data; "};
    text_clear(out);
    text_addf(out, "repeat %zu { ", 100 + rng_below(rng, 3000));
    bool first = rng_below(rng, 4) == 0;
    if (first) {
        text_addf(out, "h = %s; ", ONE_OF(TERMS));
    }
    text_addf(out, "L = %s%s", ONE_OF(TERMS), first ? " + h*0.5" : "");
    for (size_t terms = rng_below(rng, 3); terms > 0; terms--) {
        text_addf(out, " + %s", ONE_OF(TERMS));
    }
    text_addf(out, "; %s; %s}", ONE_OF(STEPS), rng_below(rng, 6) == 0 ? ONE_OF(SPOILED) : "");
}

static void random_loop(struct text *out, struct rng *rng)
{
    size_t count = rng_below(rng, 3) == 0 ? rng_below(rng, 40) : rng_below(rng, 1500);
    size_t statements = 1 + rng_below(rng, 3);
    text_clear(out);
    text_addf(out, rng_below(rng, 3) == 0 ? "for i in range(%zu) { " : "repeat %zu { ", count);
    for (size_t i = 0; i < statements; i++) {
        add_binding(out, rng);
        text_add(out, "; ");
    }
    if (rng_below(rng, 2) == 0) {
        text_addf(out, "%s; ", ONE_OF(PASSES));
    }
    if (rng_below(rng, 6) == 0) {
        text_addf(out, "%s; ", ONE_OF(OTHERS));
    }
    text_add(out, "}");
}

static void random_loops(void **state)
{
    (void)state;
    enum { ROUNDS = 400 };
    struct rng rng;
    struct text text;
    int replayed = 0, programs = 0;
    rng_seed(&rng, 5);
    text_init(&text);
    for (int i = 0; i < ROUNDS; i++) {
        if (i % 4 == 3) {
            random_steps(&text, &rng);
        } else {
            random_loop(&text, &rng);
        }
        replayed += same_both_ways(BEFORE "; z = 0.1; i = 2; u = v*2", text_get(&text));
        programs += by_program > 0;
    }
    text_release(&text);
    print_message("%d of %d were replayed, %d by a program\n", replayed, ROUNDS, programs);
    if (replayed < ROUNDS / 8 || programs < ROUNDS / 8) {
        fail_msg("%d of %d were replayed, %d by a program", replayed, ROUNDS, programs);
    }
}

// Ctrl-C in a loop that is replayed takes the loop back, as it does in others.
static void interrupted(void **state)
{
    (void)state;
    static const char *const LOOPS[] = {
        "repeat 100000000 { x = x*a + b }",
        "repeat 100000000 { y = x*a + b }",
        "repeat 100000000 { L = (w - 3)**2; zero; backward L; update 0.01 }",
        "repeat 100000000 { L = sum((w*v - 3)**2); backward L; update 0.01; zero }",
    };
    for (size_t i = 0; i < COUNT_OF(LOOPS); i++) {
        for (int calls = 5; calls < 60; calls = calls * 3) {
            struct run r, untouched;
            begin(&r, false);
            begin(&untouched, false);
            eval(&r, BEFORE, 0);
            eval(&untouched, BEFORE, 0);
            if (i == 0) {
                r.s->tape.most = untouched.s->tape.most = 100000;  // or it fills the memory
            }
            eval(&r, LOOPS[i], calls);
            assert_int_equal(r.end, SESSION_FAILED);
            untouched.end = r.end;
            text_clear(&untouched.answers);
            text_add(&untouched.answers, text_get(&r.answers));
            same_names(LOOPS[i], r.s, untouched.s);
            same_doubles("value", LOOPS[i], &r.s->tape.value, &untouched.s->tape.value);
            same_doubles("gradient", LOOPS[i], &r.s->tape.grad, &untouched.s->tape.grad);
            same_bytes("marks", LOOPS[i], &r.s->tape.mark, &untouched.s->tape.mark);
            end(&r);
            end(&untouched);
        }
    }
}

// Where the tape is full, the same is said in the same turn.
static void a_full_tape(void **state)
{
    (void)state;
    for (uint32_t most = 9000; most < 9010; most++) {
        struct run runs[2];
        for (int i = 0; i < 2; i++) {
            begin(&runs[i], i == 0);
            eval(&runs[i], BEFORE, 0);
            runs[i].s->tape.most = most;
            eval(&runs[i], "repeat 100000 { x = x*a + b }", 0);
            assert_int_equal(runs[i].end, SESSION_FAILED);
        }
        same_sessions("full", &runs[0], &runs[1]);
        end(&runs[0]);
        end(&runs[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_loops),  cmocka_unit_test(nets_in_loops),
        cmocka_unit_test(random_loops), cmocka_unit_test(interrupted),
        cmocka_unit_test(a_full_tape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
