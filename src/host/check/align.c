#include "check/align.h"

#include <stdint.h>
#include <string.h>

static const char any[] = "...";
enum { ANY = sizeof any - 1 };
// A changed line costs less than one missing and one extra, so that they are shown as a pair.
enum { COST_CHANGED = 1, COST_LINE = 2 };
enum { CELLS_MOST = 1 << 24 };

static bool begins_any(const char *s, size_t n)
{
    return n >= ANY && memcmp(s, any, ANY) == 0;
}

static bool is_any_lines(struct line line)
{
    while (line.n > 0 && (line.s[0] == ' ' || line.s[0] == '\t')) {
        line.s++;
        line.n--;
    }
    return line.n == ANY && begins_any(line.s, line.n);
}

// A pattern of "..." and literal text; on a mismatch the last "..." takes one byte more.
static bool matches(struct line expected, struct line came)
{
    size_t i = 0, k = 0, after = SIZE_MAX, taken = 0;
    while (k < came.n || i < expected.n) {
        if (begins_any(expected.s + i, expected.n - i)) {
            i += ANY;
            after = i;
            taken = k;
        } else if (i < expected.n && k < came.n && expected.s[i] == came.s[k]) {
            i++;
            k++;
        } else if (after != SIZE_MAX && taken < came.n) {
            i = after;
            k = ++taken;
        } else {
            return false;
        }
    }
    return true;
}

// cost[i * (m + 1) + k]: of aligning the expected lines from i on with the lines that came from k.
struct grid {
    const struct line *expected, *came;
    size_t n, m;
    uint32_t *cost;
};

static uint32_t cost_at(const struct grid *g, size_t i, size_t k)
{
    return g->cost[i * (g->m + 1) + k];
}

static void offer(uint32_t *least, enum align_step *best, uint32_t cost, enum align_step step)
{
    if (cost < *least) {
        *least = cost;
        *best = step;
    }
}

// The best step where i expected lines and k that came are behind us, and its cost to the end.
static enum align_step best_step(const struct grid *g, size_t i, size_t k, uint32_t *least)
{
    enum align_step best = ALIGN_ANY_END;
    *least = UINT32_MAX;
    if (i < g->n && is_any_lines(g->expected[i])) {
        if (k < g->m) {
            offer(least, &best, cost_at(g, i, k + 1), ALIGN_ANY);
        }
        offer(least, &best, cost_at(g, i + 1, k), ALIGN_ANY_END);
        return best;
    }
    if (i < g->n && k < g->m) {
        bool same = matches(g->expected[i], g->came[k]);
        offer(least, &best, cost_at(g, i + 1, k + 1) + (same ? 0 : COST_CHANGED),
              same ? ALIGN_SAME : ALIGN_CHANGED);
    }
    if (i < g->n) {
        offer(least, &best, cost_at(g, i + 1, k) + COST_LINE, ALIGN_MISSING);
    }
    if (k < g->m) {
        offer(least, &best, cost_at(g, i, k + 1) + COST_LINE, ALIGN_EXTRA);
    }
    return best;
}

static bool put(struct buf *steps, enum align_step step)
{
    enum align_step *at = buf_push(steps, 1);
    if (at != NULL) {
        *at = step;
    }
    return at != NULL;
}

static bool walk(const struct grid *g, struct buf *steps)
{
    bool ok = true;
    for (size_t i = 0, k = 0; ok && (i < g->n || k < g->m);) {
        uint32_t cost;
        enum align_step step = best_step(g, i, k, &cost);
        i += step != ALIGN_ANY && step != ALIGN_EXTRA;
        k += step != ALIGN_ANY_END && step != ALIGN_MISSING;
        ok = put(steps, step);
    }
    return ok;
}

static void fill(struct grid *g)
{
    for (size_t i = g->n + 1; i-- > 0;) {
        for (size_t k = g->m + 1; k-- > 0;) {
            uint32_t least = 0;
            if (i < g->n || k < g->m) {
                best_step(g, i, k, &least);
            }
            g->cost[i * (g->m + 1) + k] = least;
        }
    }
}

static bool put_all_different(size_t n, size_t m, struct buf *steps)
{
    bool ok = true;
    for (size_t i = 0; ok && i < n + m; i++) {
        ok = put(steps, i < n ? ALIGN_MISSING : ALIGN_EXTRA);
    }
    return ok;
}

bool align_lines(const struct line *expected, size_t n, const struct line *came, size_t m,
                 struct buf *steps)
{
    steps->count = 0;
    if (n >= CELLS_MOST || m >= CELLS_MOST || (n + 1) * (m + 1) > CELLS_MOST) {
        return put_all_different(n, m, steps);
    }
    struct buf cost;
    buf_init(&cost, sizeof(uint32_t));
    struct grid g = {expected, came, n, m, buf_push(&cost, (n + 1) * (m + 1))};
    bool ok = g.cost != NULL;
    if (ok) {
        fill(&g);
        ok = walk(&g, steps);
    }
    buf_release(&cost);
    return ok;
}

bool align_holds(const struct buf *steps)
{
    for (size_t i = 0; i < steps->count; i++) {
        if (BUF(enum align_step, steps)[i] >= ALIGN_CHANGED) {
            return false;
        }
    }
    return true;
}
