// Random programs, typed at a session, in which the same derivative is found in several ways:
// backward, forward, and by finite differences. `make hunt` runs 100,000 of them and compiles some
// as exported C (tests/hunt/exports.sh); here are a few, always the same.
//
//   BACKSTEP_PROGRAMS=100000 BACKSTEP_SEED=7 build/tests/unit/command_differential_test
//   BACKSTEP_WRITE=FOLDER    also writes each program there, as 0.bs, 1.bs …
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "command_seat.h"
#include "engine/gradcheck.h"
#include "engine/tangent.h"
#include "session/call.h"

static long setting(const char *name, long usual)
{
    const char *text = getenv(name);
    return text == NULL ? usual : strtol(text, NULL, 10);
}

static const char *pick(struct rng *rng, const char *const *from, size_t count)
{
    return from[rng_below(rng, count)];
}

#define PICK(...)                                                                                  \
    pick(rng, (const char *const[]){__VA_ARGS__},                                                  \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

// A number that meets kinks and ties every other time.
static void put_number(struct text *out, struct rng *rng)
{
    if (rng_below(rng, 2) == 0) {
        text_addf(out, "%d", (int)rng_below(rng, 5) - 2);
    } else {
        text_addf(out, "%.3f", 4 * rng_uniform(rng) - 2);
    }
}

// A formula of single numbers, of names that are bound.
static void put_formula(struct text *out, struct rng *rng, int depth, int names)
{
    static const char *const leaves[] = {"a", "b", "c", "w[0]", "w[1]", "w[2]"};
    size_t leaf = rng_below(rng, COUNT_OF(leaves) + (size_t)names + 1);
    if (depth == 0 && leaf < COUNT_OF(leaves)) {
        text_add(out, leaves[leaf]);
    } else if (depth == 0 && leaf < COUNT_OF(leaves) + (size_t)names) {
        text_addf(out, "t%zu", leaf - COUNT_OF(leaves));
    } else if (depth == 0) {
        text_addf(out, "%.2f", 4 * rng_uniform(rng) - 2);
    } else if (rng_below(rng, 2) == 0) {
        text_add_char(out, '(');
        put_formula(out, rng, depth - 1, names);
        text_add(out, PICK(" + ", " - ", "*", "/"));
        put_formula(out, rng, depth - 1, names);
        text_add_char(out, ')');
    } else if (rng_below(rng, 4) > 0) {
        text_addf(out, "%s(",
                  PICK("tanh", "sigmoid", "relu", "leaky_relu", "softplus", "gelu", "elu", "silu",
                       "softsign", "abs", "sin", "cos", "atan", "erf", "square", "exp", "log",
                       "sqrt", "log1p", "expm1", "detach", "sign"));
        put_formula(out, rng, depth - 1, names);
        text_add_char(out, ')');
    } else {
        bool three = rng_below(rng, 3) == 0;
        text_addf(out, "%s(",
                  three ? PICK("where", "clamp")
                        : PICK("max", "min", "atan2", "clamp_min", "when"));
        put_formula(out, rng, depth - 1, names);
        for (int i = 0; i < (three ? 2 : 1); i++) {
            text_add(out, ", ");
            put_formula(out, rng, depth - 1, names);
        }
        text_add_char(out, ')');
    }
}

static void put_program(struct text *out, struct rng *rng)
{
    static const char *const names[] = {"a", "b", "c"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        text_addf(out, "%s = ", names[i]);
        put_number(out, rng);
        text_add_char(out, '\n');
    }
    text_add(out, "w = [");
    for (int i = 0; i < 3; i++) {
        text_add(out, i == 0 ? "" : ", ");
        put_number(out, rng);
    }
    text_add(out, "]\n");
    int steps = 1 + (int)rng_below(rng, 4);
    for (int i = 0; i < steps; i++) {
        text_addf(out, "t%d = ", i);
        put_formula(out, rng, 1 + (int)rng_below(rng, 3), i);
        text_add_char(out, '\n');
    }
    const char *whole = PICK("sum(w)", "max(w)", "min(w)", "norm(w)", "std(w)", "prod(w)",
                             "logsumexp(w)", "softmax(w)[1]", "mse(w, 1)", "bce(sigmoid(w), 1)",
                             "cross_entropy(w, 1)", "hinge(w, -1)");
    text_addf(out, "L = t%d%s%s\n", steps - 1, PICK(" + ", "*", " - "), whole);
}

static void write_program(struct text *program, long i)
{
    const char *folder = getenv("BACKSTEP_WRITE");
    char path[400];
    if (folder != NULL) {
        snprintf(path, sizeof path, "%s/%ld.bs", folder, i);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(text_get(program), file);
        assert_int_equal(fclose(file), 0);
    }
}

// For each node up to root, the sum over all paths of the sizes of their products: what rounding in
// any order can change a gradient by is a small part of that. Freed by the caller.
static double *path_sizes(const struct tape *t, uint32_t root)
{
    double *size = calloc((size_t)root + 1, sizeof *size);
    assert_non_null(size);
    size[root] = 1;
    for (uint32_t i = root + 1; i-- > 0;) {
        for (int slot = 0; slot < tape_arity(t, i); slot++) {
            double slope = tape_flat(t, i, slot) ? 0 : fabs(tape_slope(t, i, slot));
            size[tape_operand(t, i, slot)] += size[i] == 0 ? 0 : size[i] * slope;
        }
    }
    return size;
}

// (Below 1e-150 a product of two slopes is 0 in one order, where in the other something large meets
// one of them first.)
static bool agree(double back, double forth, double size)
{
    return back == forth || fabs(back - forth) <= 1e-12 * size + 1e-150;
}

// Backward against forward, for every leaf.
static void compare_modes(const struct tape *t, uint32_t root, const struct adjoints *slopes,
                          const double *size, const char *program)
{
    for (uint32_t leaf = 0; leaf <= root; leaf++) {
        if (tape_op(t, leaf) != OP_LEAF || tape_marked(t, leaf, MARK_CONST)) {
            continue;
        }
        struct tangent forward;
        assert_int_equal(tangent_sweep(t, NULL, root, leaf, &forward), SWEEP_DONE);
        double back = adjoints_get(slopes, leaf), forth = tangent_get(&forward, root);
        // Where one is not a finite number, whether it is inf or nan depends on the order.
        bool finite = isfinite(back) && isfinite(forth) && isfinite(size[leaf]);
        if (finite && !agree(back, forth, size[leaf])) {
            fail_msg("%%%u: backward %.17g, forward %.17g\n%s", (unsigned)leaf, back, forth,
                     program);
        }
        tangent_release(&forward);
    }
}

// (A function that turns over within the smallest step, as sin(1e9*x) does, cannot be measured.)
static void compare_differences(const struct tape *t, uint32_t root, const double *size,
                                const char *program)
{
    double steepest = 1e6 * (1 + fabs(tape_value(t, root)));
    struct gradcheck g;
    assert_int_equal(gradcheck_init(&g, t, NULL, root, 100, NULL), SWEEP_DONE);
    while (gradcheck_left(&g) > 0) {
        assert_int_equal(gradcheck_more(&g, NULL, UINT64_MAX), SWEEP_DONE);
    }
    for (size_t i = 0; i < g.results.count; i++) {
        struct gradcheck_leaf leaf = BUF(struct gradcheck_leaf, &g.results)[i];
        if (leaf.verdict == GRADCHECK_WRONG && fabs(leaf.gradient) < steepest &&
            !agree(leaf.gradient, leaf.measured, size[leaf.leaf])) {
            fail_msg("%%%u: gradient %.17g, measured %.17g\n%s", (unsigned)leaf.leaf, leaf.gradient,
                     leaf.measured, program);
        }
    }
    gradcheck_release(&g);
}

static void derivatives_agree(void **state)
{
    struct seat *seat = *state;
    struct rng rng;
    rng_seed(&rng, (uint64_t)setting("BACKSTEP_SEED", 1));
    for (long i = 0, count = setting("BACKSTEP_PROGRAMS", 400); i < count; i++) {
        struct text program;
        text_init(&program);
        put_program(&program, &rng);
        write_program(&program, i);
        assert_int_equal(eval(seat, "reset", SESSION_SCRIPT), SESSION_DONE);
        if (eval(seat, text_get(&program), SESSION_SCRIPT) != SESSION_DONE) {
            fail_msg("this does not run:\n%s", text_get(&program));
        }
        const struct session *s = seat->session;
        uint32_t root = names_lookup(&s->names, "L", 1).base;
        struct adjoints slopes;
        assert_int_equal(sweep_adjoints(&s->tape, NULL, root, 0, &slopes), SWEEP_DONE);
        double *size = path_sizes(&s->tape, root);
        compare_modes(&s->tape, root, &slopes, size, text_get(&program));
        if (isfinite(tape_value(&s->tape, root))) {
            compare_differences(&s->tape, root, size, text_get(&program));
        }
        free(size);
        adjoints_release(&slopes);
        text_release(&program);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(derivatives_agree, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
