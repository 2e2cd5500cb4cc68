// engine/lanes: a training replayed over lanes leaves, bit for bit, what the plain sweep leaves;
// and what cannot be replayed exactly is not.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "command/commands.h"
#include "engine/lanes.h"
#include "engine/rng.h"
#include "session/call.h"

static struct session *session_with(enum lanes_width lanes, struct stop *stop)
{
    struct session *s = session_new(&(struct session_world){
        .commands = &commands_table, .stop = stop, .seed = 1, .lanes = lanes});
    assert_non_null(s);
    return s;
}

static void run(struct session *s, const char *text, enum session_state expected)
{
    struct records r;
    records_init(&r);
    enum session_state end = session_eval(s, text, SESSION_SCRIPT, &r);
    if (end != expected) {
        fail_msg("%s: %s", text,
                 r.list.in.last == NULL ? "" : rec_get_text(r.list.in.last, KEY_message));
    }
    records_release(&r);
}

// Bit for bit; only which nan it is nobody sees.
static void same_doubles(const char *what, const char *text, const struct buf *a,
                         const struct buf *b)
{
    size_t n = a->count * a->size / sizeof(double);
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < n; i++) {
        double x = BUF(double, a)[i], y = BUF(double, b)[i];
        if (memcmp(&x, &y, sizeof x) != 0 && !(isnan(x) && isnan(y))) {
            fail_msg("%s\n%s %zu is %a instead of %a", text, what, i, y, x);
        }
    }
}

static void same_sessions(const char *text, const struct session *a, const struct session *b)
{
    same_doubles("value", text, &a->tape.value, &b->tape.value);
    same_doubles("gradient", text, &a->tape.grad, &b->tape.grad);
    same_doubles("loss", text, &a->history, &b->history);
    same_doubles("state", text, &a->optimiser, &b->optimiser);
    assert_int_equal(a->tape.mark.count, b->tape.mark.count);
    assert_memory_equal(a->tape.mark.data, b->tape.mark.data, a->tape.mark.count);
}

// Runs the text with plain sweeps and with each width, and compares everything.
static void same_with_every_width(const char *text)
{
    static const enum lanes_width widths[] = {LANES_128, LANES_256, LANES_512};
    struct session *plain = session_with(LANES_NONE, NULL);
    run(plain, text, SESSION_DONE);
    for (size_t i = 0; i < COUNT_OF(widths); i++) {
        struct session *lanes = session_with(widths[i], NULL);
        run(lanes, text, SESSION_DONE);
        same_sessions(text, plain, lanes);
        session_free(lanes);
    }
    session_free(plain);
}

// How many lanes the loss L of the text has; 0: it is left to the plain sweep.
static uint32_t lanes_of(const char *text)
{
    struct session *s = session_with(LANES_NONE, NULL);
    struct buf stretches;
    run(s, text, SESSION_DONE);
    struct value v = names_get(&s->names, names_intern(&s->names, "L", 1));
    assert_true(sweep_stretches(&s->tape, v.base, &stretches));
    struct lanes *p = lanes_compile(&s->tape, v.base, &stretches, LANES_WIDEST);
    uint32_t lanes = p == NULL ? 0 : lanes_count(p);
    lanes_free(p);
    buf_release(&stretches);
    session_free(s);
    return lanes;
}

// ---- Known graphs -------------------------------------------------------------------------------

#define ROWS                                                                                       \
    "seed 3; data X = randn(20, 3); data y = sign(X[:,0]); param W = randn(3, 5); "                \
    "param b = randn(5); param V = randn(5, 5); param c = randn(5); param v = randn(5); "          \
    "param d = 0.1; param s = 1.5; "

static const struct {
    const char *text;
    uint32_t lanes;
} KNOWN[] = {
    {ROWS "L = mse(tanh(tanh(X @ W + b) @ V + c) @ v + d, y)", 20},
    {ROWS "L = mse(tanh(d + tanh(b + X @ W) @ V) @ v, y)", 20},
    {ROWS "L = mse(relu(X @ W + b) @ v + d, y)", 20},
    {ROWS "L = hinge(relu(relu(X @ W + b) @ V + c) @ v, y)", 20},
    {ROWS "h = tanh(X @ W + b); L = mse((h + tanh(h @ V + c)) @ v, y)", 20},
    {ROWS "L = bce(sigmoid(X @ W @ v), (y + 1)/2)", 20},
    {ROWS "L = bce_logits(X @ W @ v + d, (y + 1)/2)", 20},
    {ROWS "L = mse(tanh(X @ W + b) @ v, y) + 0.01*sum(W**2) + 0.1*sum(v**2)", 20},
    {ROWS "R = 0.01*sum(W**2); L = R + mse(tanh(X @ W + b) @ v, y)", 20},
    {ROWS "L = sqrt(mse(tanh(X @ W + b) @ v, y))", 20},
    {ROWS "L = log(1 + sum((X @ W @ v - y)**2)) * s", 20},
    {ROWS "L = mean((X @ W)**2)", 20},
    {ROWS "L = mean(gelu(X @ W + b)*softplus(X @ W + b))", 20},
    {ROWS "L = sum(exp(-(X @ W)**2) / (1 + (X @ W)**2))", 20},
    {ROWS "L = 0; for i in range(20) { L += (tanh(X[i] @ W + b) @ v - y[i])**2 }", 20},
    {ROWS "L = 0; for i in range(20) { L = L + (tanh(b + X[i] @ W) @ v + d - y[i])**2/20 }", 20},
    {ROWS "h = tanh(X @ W + b); h = tanh(h @ V + c); h = tanh(h @ V + c); L = mse(h @ v, y)", 20},
    {ROWS "data k = argmax(X, axis=1); L = cross_entropy(tanh(X @ W + b) @ randn(5, 3), k)", 20},
    {ROWS
     "data k = argmax(X, axis=1); param U = randn(5, 3); L = cross_entropy(tanh(X @ W) @ U, k)",
     20},
    {ROWS "h = X @ W; L = mean(where(h > 0, log(h), 0))", 20},
    {ROWS "h = X @ W; L = mean(where(h > 0, sqrt(h*0), h)) + sum(abs(W)*detach(W))", 20},
    {ROWS "L = mean(max(X @ W, axis=1)) + mean(clamp(v, 0, 1))", 20},
    {ROWS "L = mean(norm(X @ W, axis=1))", 20},
    {ROWS "p = softmax(X @ W); L = -mean(log(p[:, 1]))", 20},
    // Refused: what one row gives depends on the others.
    {ROWS "h = X @ W; h = h - mean(h); L = mean(tanh(h) @ v)", 0},
    {ROWS "L = 0; for i in range(19) { L += (X[i] @ W @ v)*(X[i+1] @ W @ v) }", 0},
    {ROWS "L = s; for i in range(20) { L = L*0.9 + X[i] @ W @ v }", 0},
    {ROWS "h = tanh(X[:, 0]*s + d); L = 0; for i in range(18) { L += (h[i:i+3] @ W[:, 0])**2 }", 0},
    {ROWS "L = 0; for i in range(20) { h = b; for k in range(3) { h = tanh(X[i, k]*b + h @ V) }; "
          "L += (h @ v - y[i])**2 }",
     0},
    // No rows.
    {ROWS "L = tanh(X[0] @ W + b) @ v", 0},
    {ROWS "L = prod(1 + W*W/9) + sum(V[0]*V[1]) - max(b) + log_loss(sigmoid(d), 1)", 0},
};

static void known_graphs_go_to_lanes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(KNOWN); i++) {
        uint32_t lanes = lanes_of(KNOWN[i].text);
        if (lanes != KNOWN[i].lanes) {
            fail_msg("%s\n%u lanes instead of %u", KNOWN[i].text, (unsigned)lanes,
                     (unsigned)KNOWN[i].lanes);
        }
    }
}

static void known_graphs_train_alike(void **state)
{
    static const char *const steps[] = {
        "0.01",           "0.01 momentum 0.9",    "0.01 nesterov 0.8",
        "0.01 adam",      "0.01 adamw decay 0.1", "0.001 rmsprop",
        "0.02 decay 0.05"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(KNOWN); i++) {
        char text[1000];
        snprintf(text, sizeof text, "%s; train L 37 %s; train L 3 0.01; train L 31 0.01 adam",
                 KNOWN[i].text, steps[i % COUNT_OF(steps)]);
        same_with_every_width(text);
    }
}

// ---- Random nets --------------------------------------------------------------------------------

static int pick(struct rng *rng, int n)
{
    return (int)rng_below(rng, (uint64_t)n);
}

static const char *const ACTIVATIONS[] = {"tanh", "relu",     "sigmoid", "gelu",
                                          "sin",  "softplus", "abs",     "leaky_relu"};

static void add_layer(char *text, struct rng *rng, int from, int to, int layer)
{
    const char *f = ACTIVATIONS[pick(rng, (int)COUNT_OF(ACTIVATIONS))];
    char line[200];
    int form = pick(rng, 3);
    if (form == 0) {
        snprintf(line, sizeof line, "h = %s(b%d + h @ W%d); ", f, layer, layer);
    } else if (form == 1) {
        snprintf(line, sizeof line, "h = %s(h @ W%d + b%d); ", f, layer, layer);
    } else {
        snprintf(line, sizeof line, "h = %s(h @ W%d); ", f, layer);
    }
    strcat(text, line);
    if (from == to && pick(rng, 3) == 0) {
        snprintf(line, sizeof line, "h = h + tanh(h @ W%d); ", layer);  // shared, and residual
        strcat(text, line);
    }
}

// A net over all rows at once, or row by row in a loop.
static void random_net(char *text, struct rng *rng)
{
    static const char *const losses[] = {"mean((h @ v + d - Y)**2)",
                                         "mse(h @ v, Y)",
                                         "sqrt(mean(abs(h @ v - Y) + 0.1))",
                                         "hinge(h @ v, Y)",
                                         "bce_logits(h @ v + d, (Y + 1)/2)",
                                         "mean(h**2)",
                                         "cross_entropy(h, K)"};
    int rows = 8 + pick(rng, 70), layers = 1 + pick(rng, 3), width[4];
    bool loop = pick(rng, 3) == 0;
    char line[300];
    snprintf(text, 4000, "seed %d; data X = randn(%d, %d); data Y = sign(X[:, 0]); param d = 0.1; ",
             pick(rng, 1000), rows, width[0] = 1 + pick(rng, 4));
    for (int i = 0; i < layers; i++) {
        width[i + 1] = pick(rng, 2) == 0 ? width[i] : 1 + pick(rng, 9);
        snprintf(line, sizeof line, "param W%d = randn(%d, %d); param b%d = randn(%d); ", i,
                 width[i], width[i + 1], i, width[i + 1]);
        strcat(text, line);
    }
    snprintf(line, sizeof line, "param v = randn(%d); data K = (X[:, 0] > 0)*%d; ", width[layers],
             width[layers] > 1);
    strcat(text, line);
    strcat(text, loop ? "L = 0; " : "h = X; ");
    if (loop) {
        snprintf(line, sizeof line, "for i in range(%d) { h = X[i]; ", rows);
        strcat(text, line);
    }
    for (int i = 0; i < layers; i++) {
        add_layer(text, rng, width[i], width[i + 1], i);
    }
    if (loop) {
        strcat(text, "L += (h @ v - Y[i])**2 }; ");
    } else {
        strcat(text, "L = ");
        // The last one is of several scores for each row.
        int many = (int)COUNT_OF(losses) - (width[layers] == 1);
        strcat(text, losses[pick(rng, many)]);
        strcat(text, "; ");
    }
    if (pick(rng, 3) == 0) {
        strcat(text, "L = L + 0.01*sum(W0**2); ");
    }
}

static void random_nets_train_alike(void **state)
{
    static const char *const steps[] = {"",      " momentum 0.9", " nesterov 0.8",
                                        " adam", " adamw",        " rmsprop decay 0.1"};
    (void)state;
    struct rng rng;
    int in_lanes = 0;
    rng_seed(&rng, 11);
    for (int i = 0; i < 150; i++) {
        char text[4500] = "", train[100];
        random_net(text, &rng);
        in_lanes += lanes_of(text) > 0;
        snprintf(train, sizeof train, "train L 34 0.01%s", steps[pick(&rng, 6)]);
        strcat(text, train);
        same_with_every_width(text);
    }
    print_message("%d of 150 nets in lanes\n", in_lanes);
    assert_true(in_lanes > 100);
}

// ---- Batches ------------------------------------------------------------------------------------

#define DATA                                                                                       \
    "seed 3; data X = randn(40, 3); data y = sign(X[:,0]); data k = argmax(X, axis=1); "           \
    "param W = randn(3, 5); param b = randn(5); param v = randn(5); param U = randn(5, 3); "

static void batches_train_alike(void **state)
{
    static const char *const losses[] = {
        DATA "L = mse(tanh(X @ W + b) @ v, y)",
        DATA "L = cross_entropy(tanh(X @ W + b) @ U, k)",
        DATA "L = bce(sigmoid(X @ W @ v), (y + 1)/2) + 0.01*sum(W**2)",
        DATA "L = mean((X @ W)**2)",
        DATA "L = mse(relu((X*2 - 1) @ W + b) @ v, y*y)",
        DATA "L = mse(tanh((X - mean(X, axis=0)) @ W + b) @ v, y)",  // reads the batch's own mean
        DATA "L = mse(X @ W @ v, y) + mean(y)*sum(v**2)",
        DATA "L = mse(X @ W @ v, y) * mean(X[0]) + 1",
        DATA "data Z = randn(40, 3); L = mse(X @ W @ v, Z @ W @ v)",
        DATA "L = mse(X @ W @ v + randn(1)[0]*0, y)",
        DATA "L = mean(log(X @ W @ v + 9))",
    };
    static const char *const steps[] = {
        "train L 30 0.01 batch 8", "train L 31 0.01 adam batch 16; train L 39 0.1 batch 40",
        "train L 42 0.01 batch 9", "train L 60 0.02 momentum batch 16",
        "train L 300 0.4 batch 8", "repeat 2 { train L 40 0.01 batch 8 }",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(losses); i++) {
        for (size_t k = 0; k < COUNT_OF(steps); k++) {
            char text[1000];
            snprintf(text, sizeof text, "%s; %s", losses[i], steps[k]);
            same_with_every_width(text);
        }
    }
}

// ---- Ends ---------------------------------------------------------------------------------------

#define NET ROWS "L = mse(tanh(tanh(X @ W + b) @ V + c) @ v + d, y); "

static void a_loss_that_overflows_ends_the_same(void **state)
{
    (void)state;
    same_with_every_width(ROWS "L = mse(X @ W @ v, y); train L 300 0.5");
    same_with_every_width(ROWS "L = mean(log(X @ W @ v + 12)); train L 300 0.5 momentum");
    same_with_every_width(ROWS "h = X @ W @ v; L = mse(h - mean(h), y); train L 300 0.5");
    same_with_every_width(ROWS "L = s; for i in range(20) { L = L*L + v[0] }; train L 300 0.01");
}

static void few_steps_and_many_are_the_same(void **state)
{
    (void)state;
    same_with_every_width(NET "train L 1 0.1; train L 2 0.1; train L 3 0.1; train L 5 0.1");
    same_with_every_width(NET "train L 29 0.1 adam; train L 30 0.1 adam; train L 31 0.1");
    same_with_every_width(NET "train L 60 0; train L 2000 0.1");
    same_with_every_width(NET "repeat 3 { train L 39 0.05 momentum }; train L 39 0.1");
    same_with_every_width(NET "M = 3*W; train L 40 0.1; aside = M[0, 0]*v[1]");
}

static void a_training_is_taken_back_whole(void **state)
{
    (void)state;
    same_with_every_width(NET "train L 40 0.1 adam\nundo");
    same_with_every_width(NET "L = L + mean(X @ W)**2\ntrain L 40 0.1 adam\nundo\nredo");
    same_with_every_width(NET "train L 40 0.1 adam\ntrain L 39 0.1\nundo\nredo");
    same_with_every_width(NET "train L 40 0.1 adam\nundo\ntrain L 39 0.01 adam");
}

// Ctrl-C after some thousand steps: the session is where so many whole steps lead.
static void interrupted_it_took_whole_steps(const char *setting, const char *how)
{
    struct stop stop = {0};
    struct session *a = session_with(LANES_WIDEST, &stop), *b = session_with(LANES_NONE, NULL);
    char text[1000];
    struct source source = {.name = "", .text = text, .line = 1};
    struct records r;
    records_init(&r);
    snprintf(text, sizeof text, "%s; train L 1000000000 0.01 adam%s", setting, how);
    source.length = strlen(text);
    session_begin(a, &source, SESSION_SCRIPT);
    while (a->history.count < 1000) {
        assert_int_equal(session_run(a, &r), SESSION_MORE);
    }
    stop.asked = STOP_NOW;
    enum session_state end = SESSION_MORE;
    for (int calls = 0; calls < 3 && end == SESSION_MORE; calls++) {
        end = session_run(a, &r);
    }
    assert_int_equal(end, SESSION_DONE);
    snprintf(text, sizeof text, "%s; train L %zu 0.01 adam%s", setting, a->history.count, how);
    run(b, text, SESSION_DONE);
    same_sessions(text, b, a);
    records_release(&r);
    session_free(a);
    session_free(b);
}

// Its graph goes past several looks at whether to stop.
#define WIDE                                                                                       \
    "seed 3; data X = randn(600, 3); data y = sign(X[:,0]); param W = randn(3, 6); "               \
    "param v = randn(6); "

// Stopped after so many units of work, in the middle of whatever that is: nothing has happened, or so many whole
// steps. Was it stopped?
static bool stopped_in_the_middle(const char *setting, const char *how, enum lanes_width lanes,
                                  uint64_t most)
{
    struct stop stop = {0};
    struct session *a = session_with(lanes, &stop), *b = session_with(LANES_NONE, NULL);
    char text[1000];
    struct records r;
    records_init(&r);
    run(a, setting, SESSION_DONE);
    run(b, setting, SESSION_DONE);
    stop = (struct stop){.most = most};
    snprintf(text, sizeof text, "train L 40 0.01 adam%s", how);
    enum session_state end = session_eval(a, text, SESSION_SCRIPT, &r);
    assert_true(end == SESSION_DONE || stop.asked != 0);
    bool stopped = stop.asked != 0;
    stop = (struct stop){0};
    if (end == SESSION_DONE) {
        snprintf(text, sizeof text, "train L %zu 0.01 adam%s", a->history.count, how);
        run(b, text, SESSION_DONE);
    } else {
        assert_int_equal(a->history.count, 0);
    }
    same_sessions(text, b, a);
    snprintf(text, sizeof text, "train L 3 0.01 adam%s", how);  // other rows are drawn
    run(a, text, SESSION_DONE);
    run(b, text, SESSION_DONE);
    same_sessions(text, b, a);
    records_release(&r);
    session_free(a);
    session_free(b);
    return stopped;
}

static void an_interrupt_in_the_middle_of_a_step(void **state)
{
    (void)state;
    static const struct {
        const char *setting, *how;
        enum lanes_width lanes;
    } cases[] = {
        {WIDE "L = mse(tanh(X @ W) @ v, y)", "", LANES_NONE},
        {WIDE "L = mse(tanh(X @ W) @ v, y)", "", LANES_WIDEST},
        {WIDE "h = X @ W; L = mse(tanh(h - mean(h)) @ v, y)", "", LANES_WIDEST},
        {WIDE "L = mse(tanh(X @ W) @ v, y)", " batch 350", LANES_WIDEST},
        {WIDE "L = mse((tanh(X @ W) + 0.01*randn(6)) @ v, y)", " batch 350", LANES_WIDEST},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t most = 1;
        int times = 0;
        for (; stopped_in_the_middle(cases[i].setting, cases[i].how, cases[i].lanes, most);
             times++) {
            most += 1 + most / 6;
        }
        assert_true(times > 30);
    }
}

static void an_interrupt_comes_after_a_whole_step(void **state)
{
    (void)state;
    interrupted_it_took_whole_steps(NET "a = 1", "");
    interrupted_it_took_whole_steps(ROWS "h = X @ W; L = mse(tanh(h - mean(h)) @ v, y)", "");
    interrupted_it_took_whole_steps(DATA "L = mse(tanh(X @ W + b) @ v, y)", " batch 8");
    interrupted_it_took_whole_steps(DATA "L = mse(tanh(X @ W + b) @ v, y)", " batch 3");
}

// A graph of millions of nodes is not computed once more: its values are stale, and so a script makes it
// again.
static void left_where_it_is(uint64_t most, const char *then)
{
    static const char setting[] = "X = ones(1200, 1200); param w = 0.5; L = sum((X*w - 2)**2)";
    struct stop stop = {0};
    struct session *a = session_with(LANES_WIDEST, &stop), *b = session_with(LANES_NONE, NULL);
    struct records r;
    records_init(&r);
    run(a, setting, SESSION_DONE);
    run(b, setting, SESSION_DONE);
    stop = (struct stop){.most = most};
    assert_int_equal(session_eval(a, "train L 90 1e-9", SESSION_SCRIPT, &r), SESSION_DONE);
    assert_true(stop.asked != 0 && a->tape.any_stale);
    stop = (struct stop){0};
    char text[100], logged[100];
    snprintf(text, sizeof text, "train L %zu 1e-9%s", a->history.count, then);
    snprintf(logged, sizeof logged, "1e-09%s\n", then);
    assert_non_null(memmem(a->log.data, a->log.count, logged, strlen(logged)));
    run(a, "forward", SESSION_DONE);
    run(b, text, SESSION_DONE);
    same_sessions(text, b, a);
    records_release(&r);
    session_free(a);
    session_free(b);
}

static void a_large_training_is_left_where_it_is(void **state)
{
    (void)state;
    left_where_it_is(40000000, "");  // while a program is looked for: the gradients are the step's
    left_where_it_is(104000000, "; zero");  // in the middle of a pass: nothing is left of it
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_graphs_go_to_lanes),
        cmocka_unit_test(known_graphs_train_alike),
        cmocka_unit_test(random_nets_train_alike),
        cmocka_unit_test(batches_train_alike),
        cmocka_unit_test(a_loss_that_overflows_ends_the_same),
        cmocka_unit_test(few_steps_and_many_are_the_same),
        cmocka_unit_test(a_training_is_taken_back_whole),
        cmocka_unit_test(an_interrupt_comes_after_a_whole_step),
        cmocka_unit_test(an_interrupt_in_the_middle_of_a_step),
        cmocka_unit_test(a_large_training_is_left_where_it_is),
    };
    return cmocka_run_group_tests_name("engine/lanes", tests, NULL, NULL);
}
