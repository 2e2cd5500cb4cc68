// A formula that uses parts of itself again and again, as a list of short ones.
//
// A derivative may be far longer than memory when it is written out, though its pool has each part of
// it once. Here such parts get names:
//
//   u1 = x*sin(x)
//   u2 = u1*sin(u1)
#ifndef FORMULA_EXPR_SHARED_H
#define FORMULA_EXPR_SHARED_H

#include "formula/expr.h"

struct expr_shared {
    struct buf parts;    // struct expr_part, each after those that it mentions
    struct buf written;  // uint32_t: by node of the pool, what to write for it
};

struct expr_part {
    uint32_t name;     // u1, a name that neither the pool nor `taken` had
    uint32_t formula;  // in the names of the parts before it
};

// Names what the formulas `roots` use more than once, and what would be too long for a line. False: the
// pool has failed (expr_trouble says why). The caller releases *out, whatever came of it.
bool expr_share(struct exprs *p, const uint32_t *roots, size_t count, const struct names *taken,
                struct expr_shared *out);
void expr_shared_release(struct expr_shared *s);
// The formula `id`, which was there before expr_share, in the names of the parts. `id` itself where
// nothing has a name (s zeroed).
uint32_t expr_shared_get(const struct expr_shared *s, uint32_t id);

#endif
