// Graphs for the engine's tests: the canonical one, random ones, and large ones.
#ifndef TESTS_ENGINE_GRAPHS_H
#define TESTS_ENGINE_GRAPHS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/rng.h"
#include "engine/sweep.h"
#include "engine/tape.h"

// a = 2; b = -3; c = 10; e = a*b; d = e + c; f = -2; L = d*f
struct canonical {
    struct tape tape;
    uint32_t a, b, c, e, d, f, L;
};

static inline void canonical_init(struct canonical *g)
{
    struct tape *t = &g->tape;
    tape_init(t);
    g->a = tape_leaf(t, 2, 0);
    g->b = tape_leaf(t, -3, 0);
    g->c = tape_leaf(t, 10, 0);
    g->e = tape_apply(t, OP_MUL, g->a, g->b);
    g->d = tape_apply(t, OP_ADD, g->e, g->c);
    g->f = tape_leaf(t, -2, 0);
    g->L = tape_apply(t, OP_MUL, g->d, g->f);
}

// Operations that are smooth everywhere, with values that stay small; half of them are binary.
static const enum op TAME[] = {OP_ADD,  OP_MUL,     OP_ADD,      OP_MUL,  OP_ADD, OP_MUL,
                               OP_SUB,  OP_SUB,     OP_NEG,      OP_SIN,  OP_COS, OP_TANH,
                               OP_ATAN, OP_SIGMOID, OP_SOFTPLUS, OP_GELU, OP_ERF};

// A random tape of at most so many leaves (every fifth a constant) and other nodes: tame ones, or
// of any operation, on values that meet kinks, ties and poles. The last node is the root.
static inline uint32_t random_graph(struct tape *t, struct rng *rng, uint32_t most_leaves,
                                    uint32_t most_nodes, bool tame)
{
    tape_init(t);
    uint32_t leaves = 1 + (uint32_t)rng_below(rng, most_leaves);
    uint32_t nodes = 1 + (uint32_t)rng_below(rng, most_nodes);
    for (uint32_t i = 0; i < leaves; i++) {
        double value = tame || rng_below(rng, 2) == 0 ? 2 * rng_uniform(rng) - 1
                                                      : (double)rng_below(rng, 5) - 2;
        tape_leaf(t, value, i % 5 == 4 ? MARK_CONST : 0);
    }
    for (uint32_t i = 0; i < nodes; i++) {
        enum op op = tame ? TAME[rng_below(rng, COUNT_OF(TAME))]
                          : (enum op)(1 + rng_below(rng, OP_COUNT - 1));
        uint32_t count = tape_count(t);
        // Mostly recent nodes, so that root depends on many.
        uint32_t recent = count < 6 || rng_below(rng, 4) == 0 ? count : 6;
        uint32_t a = count - 1 - (uint32_t)rng_below(rng, recent);
        uint32_t b = count - 1 - (uint32_t)rng_below(rng, recent);
        tape_apply(t, op, a, op_get(op)->arity == 2 ? b : a);
    }
    return tape_count(t) - 1;
}

// x, x + x, … : `levels` doublings, 2^levels paths.
static inline uint32_t ladder(struct tape *t, uint32_t levels)
{
    tape_init(t);
    uint32_t at = tape_leaf(t, 1, 0);
    for (uint32_t i = 0; i < levels; i++) {
        at = tape_apply(t, OP_ADD, at, at);
    }
    return at;
}

// x, sin x, sin sin x, … : `length` computed nodes in a row.
static inline uint32_t chain(struct tape *t, uint32_t length)
{
    tape_init(t);
    uint32_t at = tape_leaf(t, 1, 0);
    for (uint32_t i = 0; i < length; i++) {
        at = tape_apply(t, OP_SIN, at, at);
    }
    return at;
}

// Values, gradients and marks, as bits.
struct snapshot {
    struct buf value, grad, mark;
};

static inline void copy_buf(struct buf *to, const struct buf *from)
{
    buf_init(to, from->size);
    void *at = buf_push(to, from->count);
    assert_non_null(at);
    memcpy(at, from->data, from->count * from->size);
}

// The same tape in memory of its own; its stop is the same.
static inline void copy_tape(struct tape *to, const struct tape *from)
{
    *to = *from;
    to->room = 0;
    copy_buf(&to->node, &from->node);
    copy_buf(&to->value, &from->value);
    copy_buf(&to->grad, &from->grad);
    copy_buf(&to->mark, &from->mark);
    copy_buf(&to->blocks, &from->blocks);
    copy_buf(&to->used, &from->used);
    copy_buf(&to->users, &from->users);
}

static inline void snapshot_take(struct snapshot *s, const struct tape *t)
{
    copy_buf(&s->value, &t->value);
    copy_buf(&s->grad, &t->grad);
    copy_buf(&s->mark, &t->mark);
}

static inline void snapshot_release(struct snapshot *s)
{
    buf_release(&s->value);
    buf_release(&s->grad);
    buf_release(&s->mark);
}

static inline void assert_same_bits(const struct snapshot *s, const struct tape *t)
{
    assert_int_equal(s->value.count, t->value.count);
    assert_memory_equal(s->value.data, t->value.data, s->value.count * sizeof(double));
    assert_memory_equal(s->grad.data, t->grad.data, s->grad.count * sizeof(double));
    assert_memory_equal(s->mark.data, t->mark.data, s->mark.count);
}

// The sign of a nan is up to the compiler: nobody sees it. All others bit for bit.
static inline void assert_same_numbers(const struct buf *a, const struct buf *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        double x = BUF(double, a)[i], y = BUF(double, b)[i];
        if (memcmp(&x, &y, sizeof x) != 0 && !(isnan(x) && isnan(y))) {
            fail_msg("number %zu is %a, not %a", i, y, x);
        }
    }
}

// Equal to about `digits` digits, or to that many places after the point. nan equals nan.
static inline bool close_to(double a, double b, int digits)
{
    double larger = fmax(1, fmax(fabs(a), fabs(b)));
    return a == b || (isnan(a) && isnan(b)) || fabs(a - b) <= larger * pow(10, -digits);
}

#define assert_close(a, b, digits)                                                                 \
    do {                                                                                           \
        double assert_a = (a), assert_b = (b);                                                     \
        if (!close_to(assert_a, assert_b, digits)) {                                               \
            fail_msg("%s is %.17g, not %.17g", #a, assert_a, assert_b);                            \
        }                                                                                          \
    } while (0)

#endif
