// Random numbers that a seed fixes for ever, on every machine: xoshiro256** 1.0 (Blackman and
// Vigna, 2018), its state filled from the seed by splitmix64 as its authors advise. Period
// 2^256 - 1; not for secrets.
//
// The state is a plain value: copy it to remember a place in the sequence, copy it back to return.
#ifndef ENGINE_RNG_H
#define ENGINE_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t state[4];   // not all 0
    double spare;        // normal variates are made in pairs: the second, while has_spare
    uint64_t has_spare;  // 0 or 1; as wide as the others, so that no gap follows (see settings)
};

void rng_seed(struct rng *r, uint64_t seed);
// Are they at the same place of the same sequence?
bool rng_same(const struct rng *a, const struct rng *b);
// 64 random bits.
uint64_t rng_next(struct rng *r);
// Uniform in [0, 1): a multiple of 2^-53.
double rng_uniform(struct rng *r);
// Uniform among 0 … n - 1, n > 0, each exactly as likely as the others.
uint64_t rng_below(struct rng *r, uint64_t n);
// Normal with mean 0 and variance 1, by Marsaglia's polar method and engine/maths.h.
double rng_normal(struct rng *r);

#endif
