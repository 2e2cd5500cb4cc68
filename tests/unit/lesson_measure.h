// How often a mistake is recognised by the number that it leads to: what bench/diagnosis.c measures
// and lesson_diagnose_test.c holds in small.
//
// Random graphs as in a lesson: up to six leaves with names and plain values, up to ten operations.
// A mistake is made at one place, or everywhere; a leaf is asked for whose gradient it plainly
// changes; the wrong number is typed with four digits; if other numbers are asked for, they are
// typed as the same mistake gives them.
#ifndef LESSON_MEASURE_H
#define LESSON_MEASURE_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "lesson/diagnose.h"

struct measured {
    size_t made;             // mistakes that change an answer
    size_t distinguishable;  // of them: no other kind gives the same for every leaf
    size_t named;            // of those: named
    size_t asked;            // … after more numbers were asked for
    size_t wrongly;          // of all: another kind was named
};

// ---- Graphs -------------------------------------------------------------------------------------

struct sample {
    struct tape tape;
    struct names names;
    struct definitions definitions;
    struct rng rng;
    struct scope scope;
    uint32_t root;
    uint32_t leaves[8];
    size_t leaf_count;
};

static const enum op USUAL[] = {OP_ADD, OP_MUL,  OP_ADD,     OP_MUL, OP_SUB, OP_MUL,  OP_DIV,
                                OP_POW, OP_TANH, OP_SIGMOID, OP_EXP, OP_SIN, OP_RELU, OP_MAX};

static inline void sample_leaves(struct sample *s, struct rng *rng)
{
    s->leaf_count = 3 + (size_t)rng_below(rng, 4);
    for (size_t i = 0; i < s->leaf_count; i++) {
        // 0.25, -1.5, 3: what a lesson takes, no two alike.
        double size = (double)(1 + rng_below(rng, 12)) / 4 + (double)i / 16;
        char name[4] = {'x', (char)('0' + i), '\0'};
        s->leaves[i] = tape_leaf(&s->tape, rng_below(rng, 3) == 0 ? -size : size, 0);
        names_bind(&s->names, NULL, names_intern(&s->names, name, 2), value_of_node(s->leaves[i]));
    }
}

static inline void sample_init(struct sample *s, struct rng *rng)
{
    *s = (struct sample){.root = 0};
    tape_init(&s->tape);
    names_init(&s->names);
    definitions_init(&s->definitions);
    s->scope = (struct scope){
        .tape = &s->tape, .names = &s->names, .definitions = &s->definitions, .rng = &s->rng};
    sample_leaves(s, rng);
    size_t operations = 4 + (size_t)rng_below(rng, 7);
    for (size_t i = 0; i < operations; i++) {
        enum op op = USUAL[rng_below(rng, COUNT_OF(USUAL))];
        uint32_t count = tape_count(&s->tape);
        uint32_t recent = count < 5 || rng_below(rng, 3) == 0 ? count : 5;
        uint32_t a = count - 1 - (uint32_t)rng_below(rng, recent);
        uint32_t b = count - 1 - (uint32_t)rng_below(rng, recent);
        if (op == OP_POW) {
            b = tape_leaf(&s->tape, (double)(2 + rng_below(rng, 2)), MARK_CONST);
        }
        s->root = tape_apply(&s->tape, op, a, op_get(op)->arity == 2 ? b : a);
    }
    // A pass was run before: else none of its gradients could be left over.
    sweep_backward(&s->tape, NULL, NULL, s->root, NULL);
}

static inline void sample_release(struct sample *s)
{
    tape_release(&s->tape);
    names_release(&s->names);
    definitions_release(&s->definitions);
}

static inline bool is_tame(const struct sample *s)
{
    for (uint32_t i = 0; i <= s->root; i++) {
        if (!(fabs(tape_value(&s->tape, i)) < 1e3)) {
            return false;
        }
    }
    return true;
}

// ---- Answers ------------------------------------------------------------------------------------

// The number as it is typed with so many digits, and read again.
static inline struct given_number typed(double value, int digits)
{
    char text[NUMBER_TEXT];
    struct judgement out;
    struct given_number given = {0};
    struct judging j = {.text = number_text(text, value, digits), .out = &out};
    judgement_init(&out);
    answer_read_number(&j, "", (struct span){0, strlen(text)}, &given);
    judgement_release(&out);
    return given;
}

// Would the answer be taken for right, or for nearly right?
static inline bool passes(double answer, double key)
{
    return !isfinite(answer) || !(fabs(answer - key) > 0.05 * fmax(fabs(answer), fabs(key)) + 1e-9);
}

static inline enum mistake_kind look(enum mistake_kind kind)
{
    return mistake_get(kind)->like;
}

// Do two mistakes give the same for every leaf?
static inline bool same_for_all(const struct sample *s, const struct adjoints *a,
                                const struct adjoints *b)
{
    for (size_t i = 0; i < s->leaf_count; i++) {
        struct given_number given = typed(adjoints_get(a, s->leaves[i]), 4);
        if (!judge_number_is_right(given.value, adjoints_get(b, s->leaves[i]), given.written)) {
            return false;
        }
    }
    return true;
}

static inline bool gives_the_same(const struct sample *s, const struct adjoints *a,
                                  struct mistake other)
{
    struct adjoints b;
    bool same =
        mistakes_sweep(&s->tape, NULL, s->root, &other, &b) == SWEEP_DONE && same_for_all(s, a, &b);
    adjoints_release(&b);
    return same;
}

// Is there no other kind of mistake, anywhere, that gives the same for every leaf?
static inline bool is_distinguishable(const struct sample *s, const struct adjoints *a,
                                      enum mistake_kind made)
{
    for (enum mistake_kind kind = 0; kind < MISTAKE_COUNT; kind++) {
        if (look(kind) == look(made)) {
            continue;
        }
        if (gives_the_same(s, a, (struct mistake){kind, NODE_NONE, 0})) {
            return false;
        }
        for (uint32_t id = 0; id <= s->root; id++) {
            for (int slot = 0; slot < tape_arity(&s->tape, id); slot++) {
                if (gives_the_same(s, a, (struct mistake){kind, id, slot})) {
                    return false;
                }
            }
        }
    }
    return true;
}

static inline enum mistake_kind recognise(const struct sample *s, const struct adjoints *a,
                                          uint32_t of, bool *more)
{
    struct diagnosis d;
    struct told_number told[JUDGED_TOLD_MOST];
    struct given_number given = typed(adjoints_get(a, of), 4);
    size_t count = 0;
    diagnose(&s->scope, s->root, of, &given, NULL, 0, &d);
    while (d.kinds > 1 && d.more != NODE_NONE && count < JUDGED_TOLD_MOST) {
        told[count++] = (struct told_number){d.more, typed(adjoints_get(a, d.more), 4)};
        diagnose(&s->scope, s->root, of, &given, told, count, &d);
    }
    *more = count > 0;
    return d.kinds == 1 ? d.found[0] : MISTAKE_COUNT;
}

// One mistake on one graph. False: it changes no answer there.
static inline bool measure_one(const struct sample *s, struct mistake m, struct rng *rng,
                               struct measured *out)
{
    struct adjoints right, wrong;
    bool shown = false;
    uint32_t of = s->leaves[rng_below(rng, s->leaf_count)];
    if (sweep_adjoints(&s->tape, NULL, s->root, 0, &right) == SWEEP_DONE &&
        mistakes_sweep(&s->tape, NULL, s->root, &m, &wrong) == SWEEP_DONE) {
        shown = adjoints_reach(&right, of) && fabs(adjoints_get(&wrong, of)) < 1e6 &&
                !passes(adjoints_get(&wrong, of), adjoints_get(&right, of));
    }
    if (shown) {
        bool more, clear = is_distinguishable(s, &wrong, m.kind);
        enum mistake_kind found = recognise(s, &wrong, of, &more);
        bool same = found != MISTAKE_COUNT && look(found) == look(m.kind);
        out->made++;
        out->distinguishable += clear;
        out->named += clear && same;
        out->asked += clear && same && more;
        out->wrongly += found != MISTAKE_COUNT && !same;
    }
    adjoints_release(&right);
    adjoints_release(&wrong);
    return shown;
}

// One kind on so many random graphs.
static inline void measure_kind(enum mistake_kind kind, size_t graphs, uint64_t seed,
                                struct measured *out)
{
    struct rng rng;
    size_t done = 0;
    rng_seed(&rng, seed);
    *out = (struct measured){0};
    for (size_t tries = 0; done < graphs && tries < 2000 * graphs; tries++) {
        struct sample s;
        sample_init(&s, &rng);
        struct mistake m = {kind, NODE_NONE, 0};
        if (rng_below(&rng, 4) > 0) {
            m.node = (uint32_t)rng_below(&rng, s.root + 1);
            m.slot = (int)rng_below(&rng, 2);
        }
        bool placed = m.node == NODE_NONE || m.slot < tape_arity(&s.tape, m.node);
        done += placed && is_tame(&s) && measure_one(&s, m, &rng, out);
        sample_release(&s);
    }
}

// Of wrong numbers that come of no mistake (up to ten times the right one, either sign, three
// digits): how many are named all the same. *tried receives how many there were.
static inline size_t measure_noise(size_t graphs, uint64_t seed, size_t *tried)
{
    struct rng rng;
    size_t named = 0;
    rng_seed(&rng, seed);
    for (*tried = 0; *tried < graphs;) {
        struct sample s;
        struct adjoints right;
        struct diagnosis d;
        sample_init(&s, &rng);
        uint32_t of = s.leaves[rng_below(&rng, s.leaf_count)];
        if (is_tame(&s) && sweep_adjoints(&s.tape, NULL, s.root, 0, &right) == SWEEP_DONE) {
            double key = adjoints_get(&right, of);
            double answer = key * 10 * (2 * rng_uniform(&rng) - 1);
            adjoints_release(&right);
            if (key != 0 && !passes(answer, key)) {
                struct given_number given = typed(answer, 3);
                diagnose(&s.scope, s.root, of, &given, NULL, 0, &d);
                named += d.kinds == 1;
                (*tried)++;
            }
        }
        sample_release(&s);
    }
    return named;
}

#endif
