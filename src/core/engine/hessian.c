#include "engine/hessian.h"

#include <math.h>

#include "engine/checkpoint.h"
#include "engine/grow.h"

// The lowest of the nodes.
static uint32_t lowest(const uint32_t *of, size_t count)
{
    uint32_t least = NODE_NONE;
    for (size_t i = 0; i < count; i++) {
        least = of[i] < least ? of[i] : least;
    }
    return least;
}

// d root / d of[j] into to[j].
static enum sweep_end slopes(const struct tape *t, struct stop *stop, uint32_t root,
                             const uint32_t *of, size_t count, double *to)
{
    struct adjoints a = {0};
    enum sweep_end end = sweep_adjoints(t, stop, root, lowest(of, count), &a);
    for (size_t j = 0; end == SWEEP_DONE && j < count; j++) {
        to[j] = adjoints_get(&a, of[j]);
    }
    adjoints_release(&a);
    return end;
}

enum sweep_end hessian(struct tape *t, struct stop *stop, uint32_t root, const uint32_t *of,
                       size_t count, double *H)
{
    struct buf grown;
    uint32_t nodes = tape_count(t);
    buf_init(&grown, sizeof(struct gradient));
    enum sweep_end end = buf_resize(&grown, count)
                             ? grow_gradients(t, stop, root, of, count, grown.data, NULL)
                             : SWEEP_NO_MEMORY;
    for (size_t i = 0; end == SWEEP_DONE && i < count; i++) {
        uint32_t g = BUF(struct gradient, &grown)[i].node;
        for (size_t j = 0; j < count; j++) {
            H[i * count + j] = 0;
        }
        end = g == NODE_NONE ? SWEEP_DONE : slopes(t, stop, g, of, count, H + i * count);
    }
    tape_cut(t, nodes);
    buf_release(&grown);
    return end;
}

// The sum of v[i] * grown[i] as a node; NODE_NONE if none of them is a node, or no room is left
// (*end tells).
static uint32_t weighted_sum(struct tape *t, const struct gradient *grown, const double *v,
                             size_t count, enum sweep_end *end)
{
    uint32_t sum = NODE_NONE;
    for (size_t i = 0; *end == SWEEP_DONE && i < count; i++) {
        if (grown[i].node == NODE_NONE) {
            continue;
        }
        uint32_t weight = tape_leaf(t, v[i], MARK_CONST);
        uint32_t term = weight == NODE_NONE ? weight : tape_apply(t, OP_MUL, weight, grown[i].node);
        if (term != NODE_NONE) {
            sum = sum == NODE_NONE ? term : tape_apply(t, OP_ADD, sum, term);
        }
        *end = term == NODE_NONE || sum == NODE_NONE ? SWEEP_NO_MEMORY : SWEEP_DONE;
    }
    return sum;
}

enum sweep_end hessian_times(struct tape *t, struct stop *stop, uint32_t root, const uint32_t *of,
                             size_t count, const double *v, double *gradient, double *Hv)
{
    struct buf grown;
    uint32_t nodes = tape_count(t);
    buf_init(&grown, sizeof(struct gradient));
    enum sweep_end end = buf_resize(&grown, count)
                             ? grow_gradients(t, stop, root, of, count, grown.data, NULL)
                             : SWEEP_NO_MEMORY;
    const struct gradient *g = grown.data;
    for (size_t j = 0; end == SWEEP_DONE && j < count; j++) {
        Hv[j] = 0;
        if (gradient != NULL) {
            gradient[j] = g[j].node == NODE_NONE ? g[j].number : tape_value(t, g[j].node);
        }
    }
    uint32_t sum = end == SWEEP_DONE ? weighted_sum(t, g, v, count, &end) : NODE_NONE;
    if (end == SWEEP_DONE && sum != NODE_NONE) {
        end = slopes(t, stop, sum, of, count, Hv);
    }
    tape_cut(t, nodes);
    buf_release(&grown);
    return end;
}

// ---- Central differences ------------------------------------------------------------------------

// The gradient where a leaf is moved to `value`.
static enum sweep_end moved_slopes(struct checkpoint *c, struct stop *stop, uint32_t root,
                                   uint32_t leaf, double value, const uint32_t *of, size_t count,
                                   double *to)
{
    enum sweep_end end = checkpoint_move(c, &leaf, &value, 1) ? SWEEP_DONE : SWEEP_NO_MEMORY;
    end = end == SWEEP_DONE ? checkpoint_refresh(c, stop) : end;
    return end == SWEEP_DONE ? slopes(c->tape, stop, root, of, count, to) : end;
}

enum sweep_end hessian_measure(struct tape *t, struct stop *stop, uint32_t root, const uint32_t *of,
                               size_t count, const double *H, double *difference, size_t *worst_i,
                               size_t *worst_j)
{
    struct buf sides;
    buf_init(&sides, sizeof(double));
    *difference = -1;
    *worst_i = *worst_j = 0;
    enum sweep_end end = buf_resize(&sides, 2 * count) ? SWEEP_DONE : SWEEP_NO_MEMORY;
    double *above = sides.data, *below = above + count;
    for (size_t i = 0; end == SWEEP_DONE && i < count; i++) {
        if (tape_op(t, of[i]) != OP_LEAF) {
            continue;
        }
        double x = tape_value(t, of[i]), size = fabs(x), h = 1e-5 * (size > 1 ? size : 1);
        double up = x + h, down = x - h;
        struct checkpoint before;
        checkpoint_take(&before, t, NULL);
        end = moved_slopes(&before, stop, root, of[i], up, of, count, above);
        end = end == SWEEP_DONE ? moved_slopes(&before, stop, root, of[i], down, of, count, below)
                                : end;
        checkpoint_back(&before);
        for (size_t j = 0; end == SWEEP_DONE && j < count; j++) {
            double measured = (above[j] - below[j]) / (up - down), exact = H[i * count + j];
            double apart = fabs(measured - exact) / (1 + fabs(exact));
            if (apart > *difference || isnan(apart)) {
                *difference = apart;
                *worst_i = i;
                *worst_j = j;
            }
        }
    }
    buf_release(&sides);
    return end;
}
