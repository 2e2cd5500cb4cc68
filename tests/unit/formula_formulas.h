// What the tests of the room lang share: formulas and graphs made of text, and random formulas, the
// same in every run. Include it after cmocka.
#ifndef TESTS_UNIT_LANG_FORMULAS_H
#define TESTS_UNIT_LANG_FORMULAS_H

#include "engine/rng.h"
#include "formula/expr.h"
#include "text/lower.h"

static inline uint32_t read_formula(struct exprs *p, const char *text)
{
    struct diag d = {0};
    uint32_t root = EXPR_NONE;
    if (!expr_read(p, text, &root, &d)) {
        fail_msg("%s: %s", text, d.message);
    }
    return root;
}

// A session's worth of names and nodes, and statements `name = expression` to make them.
struct graph {
    struct tape tape;
    struct names names;
    struct trail trail;
};

static inline void graph_init(struct graph *g)
{
    tape_init(&g->tape);
    names_init(&g->names);
    trail_init(&g->trail);
}

static inline void graph_release(struct graph *g)
{
    tape_release(&g->tape);
    names_release(&g->names);
    trail_release(&g->trail);
}

static inline uint32_t bind(struct graph *g, const char *name, const char *text)
{
    struct source source = {.name = "", .text = text, .length = strlen(text), .line = 1};
    struct diag d = {0};
    struct lexer lexer;
    struct parser parser;
    static const struct definitions none = {0};
    struct lower lower;
    struct operand result;
    lexer_init(&lexer, &source);
    parser_init(&parser, &lexer, &g->names, &d);
    struct scope scope = {.tape = &g->tape, .names = &g->names, .definitions = &none};
    lower_init(&lower, &scope, &source, &d);
    if (!lower_expression(&lower, &parser, &result) || !lower_as_node(&lower, &result, 0)) {
        fail_msg("%s: %s", text, d.message);
    }
    names_bind(&g->names, &g->trail, names_intern(&g->names, name, strlen(name)),
               value_of_node(result.node));
    lower_release(&lower);
    parser_release(&parser);
    return result.node;
}

// ---- Random formulas ----------------------------------------------------------------------------

static inline uint32_t random_leaf(struct exprs *p, struct rng *rng)
{
    static const double numbers[] = {0, 1, 2, 3, 0.5, -1, 1.5, 10, 0.1, -2.5, 7};
    return rng_below(rng, 5) < 3 ? expr_name(p, &"xyz"[rng_below(rng, 3)], 1)
                                 : expr_number(p, numbers[rng_below(rng, COUNT_OF(numbers))]);
}

// Any operation of ops.def, the first half of the time one of + - * / **.
static inline uint32_t random_formula(struct exprs *p, struct rng *rng, int depth)
{
    static const double powers[] = {2, 3, -1, 0.5, -2, 1, 1.5};
    if (depth == 0 || rng_below(rng, 8) == 0) {
        return random_leaf(p, rng);
    }
    uint64_t choices = rng_below(rng, 2) == 0 ? 5 : OP_COUNT - 1;
    enum op op = (enum op)(OP_LEAF + 1 + rng_below(rng, choices));
    uint32_t a = random_formula(p, rng, depth - 1);
    uint32_t b = op == OP_POW && rng_below(rng, 4) > 0
                     ? expr_number(p, powers[rng_below(rng, COUNT_OF(powers))])
                     : random_formula(p, rng, depth - 1);
    return expr_apply(p, op, a, b);
}

#endif
