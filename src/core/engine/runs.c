#include "engine/runs.h"

#include <string.h>

#include "engine/ops_inline.h"
#include "engine/runs_parts.h"

// ---- Making -------------------------------------------------------------------------------------

static struct runs *allocate(void)
{
    struct buf self;
    buf_init(&self, sizeof(struct runs));
    struct runs *p = buf_push(&self, 1);
    if (p == NULL) {
        return NULL;
    }
    *p = (struct runs){.self = self};
    struct buf *const numbers[] = {&p->params,   &p->reads[0], &p->reads[1],
                                   &p->gives[0], &p->gives[1], &p->edges};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        buf_init(numbers[i], sizeof(uint32_t));
    }
    buf_init(&p->op, sizeof(uint8_t));
    buf_init(&p->sections, sizeof(struct runs_section));
    buf_init(&p->collected, sizeof(struct runs_collected));
    buf_init(&p->value, sizeof(double));
    buf_init(&p->grad, sizeof(double));
    return p;
}

void runs_free(struct runs *p)
{
    if (p == NULL) {
        return;
    }
    struct buf *const all[] = {&p->params,   &p->op,       &p->reads[0], &p->reads[1],
                               &p->gives[0], &p->gives[1], &p->sections, &p->collected,
                               &p->edges,    &p->value,    &p->grad};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        buf_release(all[i]);
    }
    struct buf self = p->self;
    buf_release(&self);
}

struct runs *runs_compile(struct tape *t, uint32_t root, const struct buf *stretches,
                          enum lanes_width width)
{
    struct runs *p = width == LANES_NONE ? NULL : allocate();
    if (p == NULL) {
        return NULL;
    }
    p->tape = t;
    p->kernel = lanes_kernel_of(width);
    if (!runs_plan(p, root, stretches)) {
        runs_free(p);
        return NULL;
    }
    return p;
}

uint32_t runs_nodes(const struct runs *p)
{
    return p->computed;
}

uint32_t runs_alone(const struct runs *p)
{
    uint32_t alone = 0;
    for (size_t i = 0; i < p->sections.count; i++) {
        const struct runs_section *s = &BUF(struct runs_section, &p->sections)[i];
        alone += s->alone ? s->count : 0;
    }
    return alone;
}

uint32_t runs_apart(const struct runs *p)
{
    return (uint32_t)p->edges.count;
}

// ---- Running ------------------------------------------------------------------------------------

// What a loop over nodes needs, from node k on.
struct runs_place {
    double *value, *grad;   // by cell
    double *v, *g;          // of the nodes
    const uint32_t *a, *b;  // their operands
    const uint32_t *to_a, *to_b;
};

static struct runs_place place_at(const struct runs *p, uint32_t k)
{
    double *value = p->value.data, *grad = p->grad.data;
    uint32_t cell = runs_first_cell(p) + k;
    return (struct runs_place){value,
                               grad,
                               value + cell,
                               grad + cell,
                               BUF_FROM(uint32_t, &p->reads[0], k),
                               BUF_FROM(uint32_t, &p->reads[1], k),
                               BUF_FROM(uint32_t, &p->gives[0], k),
                               BUF_FROM(uint32_t, &p->gives[1], k)};
}

// The values of n cells as an array; beyond them up to a multiple of LANES_STEP are any numbers.
static const double *gather(const double *value, bool in_row, const uint32_t *cell, uint32_t n,
                            double *scratch)
{
    if (in_row) {
        return value + cell[0];
    }
    for (uint32_t i = 0; i < n; i++) {
        scratch[i] = value[cell[i]];
    }
    for (uint32_t i = n; i % LANES_STEP != 0; i++) {
        scratch[i] = 0;
    }
    return scratch;
}

static void compute_alone(const struct runs *p, const struct runs_section *s)
{
    const uint8_t *op = BUF_FROM(uint8_t, &p->op, s->first);
    struct runs_place at = place_at(p, s->first);
    for (uint32_t i = 0; i < s->count; i++) {
        at.v[i] = op_value_inline((enum op)op[i], at.value[at.a[i]], at.value[at.b[i]]);
    }
}

static void compute_run(const struct runs *p, const struct runs_section *s)
{
    double x[RUNS_BLOCK], y[RUNS_BLOCK];
    for (uint32_t k = 0; k < s->count; k += RUNS_BLOCK) {
        uint32_t n = s->count - k < RUNS_BLOCK ? s->count - k : RUNS_BLOCK;
        struct runs_place at = place_at(p, s->first + k);
        if (s->op == OP_MUL && !(s->side[0].in_row && s->side[1].in_row)) {
            for (uint32_t i = 0; i < n; i++) {
                at.v[i] = at.value[at.a[i]] * at.value[at.b[i]];
            }
            continue;
        }
        const double *first = gather(at.value, s->side[0].in_row, at.a, n, x);
        const double *second =
            op_arity_inline(s->op) == 2 ? gather(at.value, s->side[1].in_row, at.b, n, y) : first;
        p->kernel->map(s->op, at.v, first, second, n);
    }
}

// Shares that have places of their own, down to this cell.
static void collect(const struct runs *p, size_t *next, uint32_t down_to)
{
    double *grad = p->grad.data;
    while (*next < p->collected.count) {
        struct runs_collected c = BUF(struct runs_collected, &p->collected)[*next];
        const uint32_t *edge = BUF_FROM(uint32_t, &p->edges, c.first);
        if (c.cell < down_to) {
            return;
        }
        double sum = 0;
        for (uint32_t i = 0; i < c.count; i++) {
            sum += grad[edge[i]];
        }
        grad[c.cell] = sum;
        ++*next;
    }
}

static void give_alone(const struct runs *p, const struct runs_section *s, size_t *next)
{
    const uint8_t *ops = BUF_FROM(uint8_t, &p->op, s->first);
    struct runs_place at = place_at(p, s->first);
    for (uint32_t i = s->count; i-- > 0;) {
        collect(p, next, runs_first_cell(p) + s->first + i);
        enum op op = (enum op)ops[i];
        double x = at.value[at.a[i]], y = at.value[at.b[i]], dx = 0, dy = 0;
        bool to_b = at.to_b[i] != p->nowhere;
        op_slopes_inline(op, x, y, at.v[i], to_b, &dx, &dy);
        int flat = op_flat_inline(op, x, y);
        at.grad[at.to_a[i]] += (flat & 1) != 0 ? 0 : at.g[i] * dx;
        if (to_b) {
            at.grad[at.to_b[i]] += (flat & 2) != 0 ? 0 : at.g[i] * dy;
        }
    }
}

static void give_products(struct runs_place at, uint32_t n)
{
    for (uint32_t i = n; i-- > 0;) {
        double x = at.value[at.a[i]], y = at.value[at.b[i]], g = at.g[i];
        at.grad[at.to_a[i]] += g * y;
        at.grad[at.to_b[i]] += g * x;
    }
}

static void give_pairs(struct runs_place at, const double *a, const double *b, uint32_t n)
{
    for (uint32_t i = n; i-- > 0;) {
        at.grad[at.to_a[i]] += a[i];
        at.grad[at.to_b[i]] += b[i];
    }
}

static void give_side(double *grad, struct runs_side side, const uint32_t *to, const double *share,
                      uint32_t n)
{
    double *row = grad + to[0];
    if (side.gives == GIVES_A_ROW) {
        for (uint32_t i = 0; i < n; i++) {
            row[i] += share[i];  // analysis: a side that gives has its shares
        }
    } else if (side.gives == GIVES_EACH) {
        for (uint32_t i = n; i-- > 0;) {
            grad[to[i]] += share[i];
        }
    }
}

static void give_block(const struct runs *p, const struct runs_section *s, uint32_t k, uint32_t n)
{
    double x[RUNS_BLOCK], y[RUNS_BLOCK], shares[2][RUNS_BLOCK];
    const double *share[2];
    struct runs_place at = place_at(p, s->first + k);
    if (s->op == OP_MUL && s->paired) {
        give_products(at, n);
        return;
    }
    bool plain = s->op == OP_ADD;  // every share is the gradient itself
    const double *first = plain ? NULL : gather(at.value, s->side[0].in_row, at.a, n, x);
    const double *second = plain || op_arity_inline(s->op) != 2
                               ? first
                               : gather(at.value, s->side[1].in_row, at.b, n, y);
    uint32_t padded = (n + LANES_STEP - 1) / LANES_STEP * LANES_STEP;
    for (int slot = 0; slot < 2; slot++) {
        share[slot] = plain ? at.g : shares[slot];
        if (!plain && s->side[slot].gives != GIVES_NOTHING) {
            memset(shares[slot], 0, padded * sizeof(double));
            p->kernel->give(s->op, slot, shares[slot], at.g, first, second, at.v, padded);
        }
    }
    if (s->paired) {
        give_pairs(at, share[0], share[1], n);
        return;
    }
    give_side(at.grad, s->side[0], at.to_a, share[0], n);
    give_side(at.grad, s->side[1], at.to_b, share[1], n);
}

static void give_section(const struct runs *p, const struct runs_section *s, size_t *next)
{
    if (s->alone) {
        give_alone(p, s, next);
        return;
    }
    collect(p, next, runs_first_cell(p) + s->first);
    for (uint32_t end = s->count, begin; end > 0; end = begin) {
        begin = (end - 1) / RUNS_BLOCK * RUNS_BLOCK;
        give_block(p, s, begin, end - begin);
    }
}

void runs_watch(struct runs *p, bool *tame)
{
    p->tame = tame;
}

enum sweep_end runs_run(struct runs *p, struct stop *stop, double *loss)
{
    const struct runs_section *section = p->sections.data;
    const uint32_t *param = p->params.data;
    double *value = p->value.data, *grad = p->grad.data;
    size_t next = 0;
    for (uint32_t i = 0; i < p->params.count; i++) {
        value[p->inputs + i] = tape_value(p->tape, param[i]);
    }
    for (size_t i = 0; i < p->sections.count; i++) {
        if (stop_is_asked(stop)) {
            return SWEEP_STOPPED;
        }
        if (section[i].alone) {
            compute_alone(p, &section[i]);
        } else {
            compute_run(p, &section[i]);
        }
    }
    memset(grad, 0, p->grad.count * sizeof *grad);
    grad[p->root] = 1;
    for (size_t i = p->sections.count; i-- > 0;) {
        if (stop_is_asked(stop)) {
            return SWEEP_STOPPED;
        }
        give_section(p, &section[i], &next);
    }
    collect(p, &next, 0);
    for (uint32_t i = 0; i < p->params.count; i++) {
        BUF(double, &p->tape->grad)[param[i]] = grad[p->inputs + i];
    }
    if (p->tame != NULL) {
        *p->tame = lanes_are_tame(value, p->nowhere) && lanes_are_tame(grad, p->nowhere);
    }
    *loss = value[p->root];
    return SWEEP_DONE;
}
