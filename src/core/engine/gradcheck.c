#include "engine/gradcheck.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "engine/maths.h"

// How far gradient and measurement may differ without a reason, relative to the larger. A wrong
// formula is off by far more, a right one is measured far better where there is no noise.
static const double TOLERANCE = 1e-6;
// A measurement that may be off by more than this share of the gradient decides nothing …
static const double TOO_MUCH_DOUBT = 1e-2;
// … unless that is nothing beside the largest gradient: a leaf without influence is no riddle.
static const double NO_INFLUENCE = 1e-9;
// The doubt is an estimate: allow some times more.
static const double DOUBTS = 4;

// On which side of its kink an operation stands; 0 on the kink, and where there is none.
static int side(enum op op, double x, double y)
{
    switch (op) {
    case OP_RELU:
    case OP_LEAKY_RELU:
    case OP_ABS:
    case OP_SIGN:
        return (x > 0) - (x < 0);
    case OP_WHEN:
        return x != 0;
    case OP_ATAN2:  // the angle turns over from pi to -pi
        return y < 0 ? (signbit(x) ? -1 : 1) : 0;
    case OP_MAX:
    case OP_MIN:
    case OP_AMAX:
    case OP_AMIN:
    case OP_CLAMP_MIN:
    case OP_CLAMP_MAX:
    case OP_LT:
    case OP_LE:
    case OP_GT:
    case OP_GE:
    case OP_EQ:
    case OP_NE:
        return (x > y) - (x < y);
    default:
        return 0;
    }
}

static bool has_kink(enum op op)
{
    return side(op, 1, 0) != 0 || op == OP_ATAN2;
}

static const struct adjoints *gradients(const struct gradcheck *g)
{
    return g->brought != NULL ? g->brought : &g->own;
}

static bool push_id(struct buf *ids, uint32_t id)
{
    uint32_t *at = buf_push(ids, 1);
    if (at != NULL) {
        *at = id;
    }
    return at != NULL;
}

// Keeps `most` of the leaves, evenly spread.
static void thin_out(struct buf *leaves, size_t most)
{
    uint32_t *ids = leaves->data;
    size_t total = leaves->count;
    if (most < total) {
        for (size_t i = 0; i < most; i++) {
            ids[i] = ids[(size_t)((double)i * (double)total / (double)most)];
        }
        leaves->count = most;
    }
}

static bool list_nodes(struct gradcheck *g)
{
    for (size_t i = 0; i < g->nudge.under.count; i++) {
        uint32_t id = BUF(uint32_t, &g->nudge.under)[i];
        enum op op = tape_op(g->tape, id);
        if (stop_asked(g->tape->stop, i)) {
            return false;
        }
        if (op == OP_LEAF && !tape_marked(g->tape, id, MARK_CONST)) {
            double size = fabs(adjoints_get(gradients(g), id));
            g->largest = size > g->largest ? size : g->largest;
            if (!push_id(&g->leaves, id)) {
                return false;
            }
        } else if (has_kink(op) && !push_id(&g->kinks, id)) {
            return false;
        }
    }
    return true;
}

enum sweep_end gradcheck_init(struct gradcheck *g, const struct tape *t, struct stop *stop,
                              uint32_t root, size_t most, const struct adjoints *brought)
{
    *g = (struct gradcheck){.tape = t, .brought = brought};
    buf_init(&g->leaves, sizeof(uint32_t));
    buf_init(&g->kinks, sizeof(uint32_t));
    buf_init(&g->results, sizeof(struct gradcheck_leaf));
    enum sweep_end end = nudge_init(&g->nudge, t, root);
    if (end == SWEEP_DONE && brought == NULL) {
        end = sweep_adjoints(t, stop, root, SWEEP_NEEDED, &g->own);
    }
    if (end == SWEEP_DONE && !list_nodes(g)) {
        end = stop_is_asked(t->stop) ? SWEEP_STOPPED : SWEEP_NO_MEMORY;
    }
    g->total = g->leaves.count;
    thin_out(&g->leaves, most);
    return end;
}

void gradcheck_release(struct gradcheck *g)
{
    nudge_release(&g->nudge);
    adjoints_release(&g->own);
    buf_release(&g->leaves);
    buf_release(&g->kinks);
    buf_release(&g->results);
}

size_t gradcheck_left(const struct gradcheck *g)
{
    return g->leaves.count - g->results.count;
}

// The first node that is on another side of its kink than on the tape; NODE_NONE if none does.
static uint32_t crossed(const struct gradcheck *g)
{
    for (size_t i = 0; i < g->kinks.count; i++) {
        uint32_t id = BUF(uint32_t, &g->kinks)[i];
        if (!nudge_moved(&g->nudge, id)) {
            continue;
        }
        struct node n = tape_node(g->tape, id);
        uint32_t a = (uint32_t)n.a, b = (uint32_t)n.b;
        if (side((enum op)n.op, nudge_value(&g->nudge, a), nudge_value(&g->nudge, b)) !=
            side((enum op)n.op, tape_value(g->tape, a), tape_value(g->tape, b))) {
            return id;
        }
    }
    return NODE_NONE;
}

static enum sweep_end measure(struct gradcheck *g, struct stop *stop, double x,
                              struct gradcheck_point *p)
{
    double up, down;
    enum sweep_end end = nudge_to(&g->nudge, stop, x + p->h, &up);
    p->kink = crossed(g);
    if (end == SWEEP_DONE) {
        end = nudge_to(&g->nudge, stop, x - p->h, &down);
    }
    if (end == SWEEP_DONE) {
        uint32_t below = crossed(g);
        p->kink = below < p->kink ? below : p->kink;
        // Not 2h: x + h and x - h are rounded.
        p->measured = (up - down) / ((x + p->h) - (x - p->h));
        p->noise = DBL_EPSILON * (fabs(up) + fabs(down)) / p->h;
        p->curved = (up - 2 * tape_value(g->tape, g->nudge.root) + down) / (p->h * p->h);
    }
    return end;
}

// What rounding alone may do to root while the leaf moves: an ulp of each node that follows, times
// its gradient, adding up as independent errors do.
static double rounding(const struct gradcheck *g)
{
    double squares = 0;
    for (size_t i = 0; i < g->nudge.follows.count; i++) {
        uint32_t id = BUF(uint32_t, &g->nudge.under)[BUF(uint32_t, &g->nudge.follows)[i]];
        double reaching = adjoints_get(gradients(g), id) * tape_value(g->tape, id);
        squares += isfinite(reaching) ? reaching * reaching : 0;
    }
    return DBL_EPSILON * (fabs(tape_value(g->tape, g->nudge.root)) + maths_sqrt(squares));
}

static bool usable(const struct gradcheck_leaf *leaf, int k)
{
    return k >= 0 && k < GRADCHECK_STEPS && leaf->curve[k].kink == NODE_NONE &&
           isfinite(leaf->curve[k].measured);
}

// What rounding may do to the gradient itself, at the leaf's value x: the second derivative,
// measured at a large h where it has digits, times an ulp.
static double rounding_of_gradient(const struct gradcheck_leaf *leaf, double x)
{
    int k = 1;
    while (k < GRADCHECK_STEPS / 2 && !usable(leaf, k)) {
        k++;
    }
    double moved = fabs(leaf->curve[k].curved) * DBL_EPSILON * fabs(x);
    return usable(leaf, k) && isfinite(moved) ? moved : 0;
}

// By how much the measurement at h number k may be off: what it differs from its neighbours, and
// rounding. Infinite if it has no neighbour.
static double doubt_at(const struct gradcheck_leaf *leaf, int k, double noise)
{
    double spread = -1;
    for (int near = k - 1; near <= k + 1; near += 2) {
        if (usable(leaf, k) && usable(leaf, near)) {
            double apart = fabs(leaf->curve[k].measured - leaf->curve[near].measured);
            spread = apart > spread ? apart : spread;
        }
    }
    return spread < 0 ? INFINITY : spread + noise / leaf->curve[k].h + leaf->curve[k].noise;
}

static void choose_best(struct gradcheck_leaf *leaf, double noise)
{
    leaf->best = -1;
    leaf->doubt = INFINITY;
    leaf->measured = NAN;
    bool settled = false;
    for (int k = 0; k < GRADCHECK_STEPS; k++) {
        double doubt = doubt_at(leaf, k, noise);
        // Of those that agree with their neighbours the surest; only if there are none, of all.
        bool settles = doubt <= TOO_MUCH_DOUBT * fabs(leaf->curve[k].measured);
        if ((settles && !settled) || (settles == settled && doubt < leaf->doubt)) {
            settled = settles;
            leaf->best = k;
            leaf->doubt = doubt;
            leaf->measured = leaf->curve[k].measured;
        }
    }
}

static void find_kink(struct gradcheck_leaf *leaf)
{
    leaf->kink = NODE_NONE;
    leaf->kink_h = 0;
    for (int k = 0; k < GRADCHECK_STEPS; k++) {
        if (leaf->curve[k].kink != NODE_NONE) {
            leaf->kink = leaf->curve[k].kink;
            leaf->kink_h = leaf->curve[k].h;
        }
    }
}

static double larger_of(double a, double b)
{
    return a > b ? a : b;
}

// Does the measurement leave open what the gradient is, and does the gradient matter?
static bool too_doubtful(const struct gradcheck *g, const struct gradcheck_leaf *leaf,
                         double larger)
{
    double doubt = DOUBTS * leaf->doubt;
    return leaf->best < 0 || !isfinite(leaf->gradient) ||
           (leaf->gradient != 0 && doubt > TOO_MUCH_DOUBT * larger &&
            doubt > NO_INFLUENCE * g->largest);
}

// Is the measurement still on its way to the gradient where h is smallest, by more than rounding
// explains? Then the function is curved at a finer scale than any h: 1/x at 1e-300.
static bool still_moving(const struct gradcheck_leaf *leaf)
{
    const struct gradcheck_point *last = &leaf->curve[GRADCHECK_STEPS - 1], *before = last - 1;
    double moved = fabs(last->measured - before->measured);
    return usable(leaf, GRADCHECK_STEPS - 1) && usable(leaf, GRADCHECK_STEPS - 2) &&
           moved > 0.5 * fabs(last->measured) && fabs(last->measured) > fabs(before->measured) &&
           fabs(leaf->gradient) > fabs(last->measured) && last->noise + before->noise < 0.1 * moved;
}

static void judge(const struct gradcheck *g, struct gradcheck_leaf *leaf)
{
    double larger = larger_of(fabs(leaf->gradient), fabs(leaf->measured));
    double error = fabs(leaf->gradient - leaf->measured), doubt = DOUBTS * leaf->doubt;
    leaf->relative = !isfinite(error) ? INFINITY : larger <= doubt ? 0 : error / larger;
    bool wrong = isfinite(error) && error > TOLERANCE * larger + doubt;
    if (wrong && !still_moving(leaf)) {
        leaf->verdict = GRADCHECK_WRONG;
    } else if (wrong || too_doubtful(g, leaf, larger)) {
        leaf->verdict = leaf->kink == NODE_NONE ? GRADCHECK_UNCLEAR : GRADCHECK_KINK;
    } else {
        leaf->verdict = GRADCHECK_RIGHT;
    }
}

static enum sweep_end check(struct gradcheck *g, struct stop *stop, struct gradcheck_leaf *leaf)
{
    double x = tape_value(g->tape, leaf->leaf), scale = larger_of(1, fabs(x)), power = 1;
    leaf->gradient = adjoints_get(gradients(g), leaf->leaf);
    enum sweep_end end = nudge_take(&g->nudge, stop, leaf->leaf);
    for (int k = 0; end == SWEEP_DONE && k < GRADCHECK_STEPS; k++) {
        struct gradcheck_point *p = &leaf->curve[k];
        power *= 10;
        p->h = scale / power;
        end = measure(g, stop, x, p);
        p->error = fabs(p->measured - leaf->gradient);
    }
    double noise = rounding(g);
    find_kink(leaf);
    choose_best(leaf, noise);
    leaf->doubt += rounding_of_gradient(leaf, x);
    judge(g, leaf);
    return end;
}

// Worst first: by verdict, then by relative error, then in the order of the tape.
static int compare(const void *a, const void *b)
{
    const struct gradcheck_leaf *p = a, *q = b;
    if (p->verdict != q->verdict) {
        return p->verdict < q->verdict ? -1 : 1;
    }
    if (p->relative != q->relative) {
        return p->relative > q->relative ? -1 : 1;
    }
    return p->leaf < q->leaf ? -1 : p->leaf > q->leaf;
}

enum sweep_end gradcheck_more(struct gradcheck *g, struct stop *stop, uint64_t budget)
{
    uint64_t before = g->nudge.work;
    while (gradcheck_left(g) > 0) {
        struct gradcheck_leaf leaf = {.leaf = BUF(uint32_t, &g->leaves)[g->results.count]};
        enum sweep_end end = check(g, stop, &leaf);
        struct gradcheck_leaf *kept = end == SWEEP_DONE ? buf_push(&g->results, 1) : NULL;
        if (kept == NULL) {
            return end == SWEEP_DONE ? SWEEP_NO_MEMORY : end;
        }
        *kept = leaf;
        if (g->nudge.work - before >= budget) {
            break;
        }
    }
    if (gradcheck_left(g) == 0 && g->results.count > 0) {
        qsort(g->results.data, g->results.count, sizeof(struct gradcheck_leaf), compare);
    }
    return SWEEP_DONE;
}
