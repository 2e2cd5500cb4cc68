#include "engine/rng.h"

#include <string.h>

#include "base/mem.h"
#include "engine/maths.h"

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

void rng_seed(struct rng *r, uint64_t seed)
{
    *r = (struct rng){.has_spare = 0};
    for (int i = 0; i < 4; i++) {
        r->state[i] = splitmix64(&seed);
    }
}

static uint64_t rotate_left(uint64_t x, int k)
{
    return x << k | x >> (64 - k);
}

uint64_t rng_next(struct rng *r)
{
    uint64_t *s = r->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate_left(s[3], 45);
    return result;
}

double rng_uniform(struct rng *r)
{
    return (double)(rng_next(r) >> 11) * 0x1p-53;
}

bool rng_same(const struct rng *a, const struct rng *b)
{
    return a->has_spare == b->has_spare && memcmp(a->state, b->state, sizeof a->state) == 0;
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
    BS_ASSERT(n > 0);
    // 2^64 mod n results at the bottom would favour the small remainders: draw again.
    uint64_t too_few = (0 - n) % n, bits;
    do {
        bits = rng_next(r);
    } while (bits < too_few);
    return bits % n;
}

double rng_normal(struct rng *r)
{
    if (r->has_spare) {
        r->has_spare = 0;
        return r->spare;
    }
    // A point in the unit disc, without its centre.
    double x, y, square;
    do {
        x = 2 * rng_uniform(r) - 1;
        y = 2 * rng_uniform(r) - 1;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    double stretch = maths_sqrt(-2 * maths_log(square) / square);
    r->spare = y * stretch;
    r->has_spare = 1;
    return x * stretch;
}
