// Random formulas, the same in every run, for the tests of the room lang.
#ifndef TESTS_UNIT_LANG_FORMULAS_H
#define TESTS_UNIT_LANG_FORMULAS_H

#include "engine/rng.h"
#include "lang/expr.h"

static inline uint32_t random_leaf(struct exprs *p, struct rng *rng)
{
    static const double numbers[] = {0, 1, 2, 3, 0.5, -1, 1.5, 10, 0.1, -2.5, 7};
    return rng_below(rng, 5) < 3
               ? expr_name(p, &"xyz"[rng_below(rng, 3)], 1)
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
