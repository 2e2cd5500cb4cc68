#include "engine/lanes.h"

#include <string.h>

#include "base/stop.h"
#include "engine/lanes_parts.h"
#include "engine/ops_inline.h"

// ---- Making -------------------------------------------------------------------------------------

const struct kernel *lanes_kernel_of(enum lanes_width width)
{
#if defined(__x86_64__)
    if ((width == LANES_WIDEST || width == LANES_512) && __builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        return &lanes_kernel_512;
    }
    if (width != LANES_128 && __builtin_cpu_supports("avx2")) {
        return &lanes_kernel_256;
    }
#endif
    (void)width;
    return &lanes_kernel_128;
}

// How many of the nodes before the lanes come after them on the tape: a weight's own terms of the
// loss, when they were added last.
static size_t count_early(const struct finding *f)
{
    size_t early = 0, n = f->before.count;
    while (early < n && BUF(uint32_t, &f->before)[n - 1 - early] > f->top) {
        early++;
    }
    return early;
}

// Tiles that fit into the nearest memory; or, where a weight has several uses, all lanes at once.
static bool cut_and_prove(struct lanes *p, const struct finding *f)
{
    return (lanes_cut(&p->program, LANES_TILE) && lanes_proof(&p->program, f, p->early)) ||
           (lanes_cut(&p->program, f->lanes) && lanes_proof(&p->program, f, p->early));
}

// Vectors are read fastest from addresses that are a multiple of their size: where in its memory what
// a buffer of room_for holds begins.
enum { LANES_ALIGN = 64 };

static bool room_for(struct buf *b, size_t count)
{
    return buf_resize(b, count + LANES_ALIGN / sizeof(double));
}

static double *begin_of(const struct buf *b)
{
    uintptr_t at = (uintptr_t)b->data;
    return BUF_FROM(double, b, -at % LANES_ALIGN / sizeof(double));
}

static bool fill_inputs(struct lanes *p, const struct finding *f)
{
    const struct tile *tile = p->program.tiles.data;
    size_t tiles = p->program.tiles.count;
    const struct tile last = tile[tiles - 1];
    if (!room_for(&p->input, last.input + (size_t)last.width * p->program.inputs)) {
        return false;
    }
    for (size_t k = 0; k < tiles && p->program.inputs > 0; k++) {
        if (stop_after(f->tape->stop, (uint64_t)tile[k].width * p->program.inputs)) {
            return false;
        }
        double *at = begin_of(&p->input) + tile[k].input;
        for (uint32_t i = 0; i < p->program.inputs; i++) {
            const uint32_t *ids = finding_ids(f, BUF(uint32_t, &f->inputs)[i]) + tile[k].first;
            for (uint32_t l = 0; l < tile[k].width; l++) {
                uint32_t lane = l < tile[k].real ? l : tile[k].real - 1;
                *at++ = tape_value(f->tape, ids[lane]);  // analysis: there is room for each input
            }
        }
    }
    return true;
}

double *lanes_input(const struct lanes *p, uint32_t lane, size_t *to_next)
{
    const struct tile *tile = p->program.tiles.data;
    const struct tile in = tile[lane / tile[0].real];
    *to_next = in.width;
    return begin_of(&p->input) + in.input + (lane - in.first);
}

static bool make_room(struct lanes *p)
{
    const struct lanes_program *q = &p->program;
    size_t width = BUF(struct tile, &q->tiles)[0].width;
    bool ok = room_for(&p->value, q->slots * width) && room_for(&p->grad, q->slots * width) &&
              room_for(&p->weight, q->weights) && room_for(&p->gradient, q->gradients) &&
              room_for(&p->scratch, q->widest * width) && room_for(&p->ones, 2 * width) &&
              buf_resize(&p->term, (size_t)q->lanes * q->terms.count) &&
              buf_resize(&p->pointers, q->pointers);
    for (size_t l = 0; l < width && ok; l++) {
        begin_of(&p->ones)[l] = 1;
    }
    return ok;
}

static struct lanes *allocate(void)
{
    struct buf self;
    buf_init(&self, sizeof(struct lanes));
    struct lanes *p = buf_push(&self, 1);
    if (p == NULL) {
        return NULL;
    }
    *p = (struct lanes){.self = self};
    struct buf *const doubles[] = {&p->value,    &p->grad,    &p->input, &p->weight,
                                   &p->gradient, &p->scratch, &p->ones,  &p->term};
    for (size_t i = 0; i < COUNT_OF(doubles); i++) {
        buf_init(doubles[i], sizeof(double));
    }
    buf_init(&p->pointers, sizeof(double *));
    return p;
}

struct lanes *lanes_compile(struct tape *t, uint32_t root, const struct buf *stretches,
                            enum lanes_width width)
{
    struct finding f;
    bool lowered = false, ok = false;
    struct lanes *p = width == LANES_NONE ? NULL : allocate();
    if (p != NULL && lanes_find(&f, t, root, stretches)) {
        lowered = true;
        p->tape = t;
        p->kernel = lanes_kernel_of(width);
        p->root = root;
        p->top = f.top;
        p->foot = f.foot;
        p->low = f.low;
        p->straight = f.straight;
        p->early = count_early(&f);
        ok = lanes_lower(&p->program, &f) && cut_and_prove(p, &f) && fill_inputs(p, &f) &&
             make_room(p);
        p->before = f.before;
        p->after = f.after;
        p->depends = f.depends;
        p->ids = f.ids;
        p->inputs = f.inputs;
        f.before = f.after = f.depends = f.ids = f.inputs = (struct buf){0};
    }
    if (p != NULL) {
        lanes_find_release(&f);
    }
    if (!lowered || !ok) {
        lanes_free(p);
        return NULL;
    }
    return p;
}

void lanes_free(struct lanes *p)
{
    if (p == NULL) {
        return;
    }
    struct buf *const all[] = {&p->before, &p->after,    &p->depends,  &p->value,   &p->grad,
                               &p->input,  &p->weight,   &p->gradient, &p->scratch, &p->ones,
                               &p->term,   &p->pointers, &p->ids,      &p->inputs};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        buf_release(all[i]);
    }
    lanes_lower_release(&p->program);
    struct buf self = p->self;
    buf_release(&self);
}

uint32_t lanes_count(const struct lanes *p)
{
    return p->program.lanes;
}

uint32_t lanes_instructions(const struct lanes *p)
{
    return (uint32_t)p->program.code.count;
}

uint32_t lanes_bits(const struct lanes *p)
{
    return p->kernel->bits;
}

// ---- Weights ------------------------------------------------------------------------------------

static void pack(struct lanes *p)
{
    const double *value = p->tape->value.data;
    for (size_t i = 0; i < p->program.code.count; i++) {
        const struct instruction *in = &BUF(struct instruction, &p->program.code)[i];
        if (in->kind != LANES_DOTS) {
            continue;
        }
        const uint32_t *node = &BUF(uint32_t, &p->program.nodes)[in->names];
        double *to = begin_of(&p->weight) + in->weight;
        for (uint32_t k = 0; k < in->terms + (in->bias != BIAS_NONE); k++) {
            for (uint32_t j = 0; j < in->count; j++) {
                to[k * in->stride + j] = value[*node++];
            }
        }
    }
}

void lanes_fetch(const struct lanes_program *p, const struct instruction *in,
                 const double *node_grad, double *gradient)
{
    const uint32_t *node = BUF_FROM(uint32_t, &p->nodes, in->names);
    size_t stride = in->gradient_stride, to_next = in->across ? stride : 1;
    double *to = gradient + in->gradient;
    memset(to, 0, (in->across ? in->count : in->terms + 1) * stride * sizeof *to);
    for (uint32_t k = 0; k < in->terms + (in->bias != BIAS_NONE); k++) {
        double *at = to + k * (in->across ? 1 : stride);
        for (uint32_t j = 0; j < in->count; j++, at += to_next) {
            *at = node_grad[*node++];
        }
    }
}

void lanes_put_back(const struct lanes_program *p, const struct instruction *in, double *node_grad,
                    const double *gradient)
{
    const uint32_t *node = BUF_FROM(uint32_t, &p->nodes, in->names);
    size_t stride = in->gradient_stride, to_next = in->across ? stride : 1;
    const double *from = gradient + in->gradient;
    for (uint32_t k = 0; k < in->terms + (in->bias != BIAS_NONE); k++) {
        const double *at = from + k * (in->across ? 1 : stride);
        for (uint32_t j = 0; j < in->count; j++, at += to_next) {
            node_grad[*node++] = *at;
        }
    }
}

// Weights with no other use keep their gradients in the program from the first tile to the last. Where
// nothing else gives to them, they begin at 0.
static void move_gradients(struct lanes *p, bool in_to)
{
    if (in_to) {
        double *at = begin_of(&p->gradient);
        memset(at, 0, p->program.gradients * sizeof *at);  // analysis: what has elements has data
    }
    for (size_t i = 0; i < p->program.code.count; i++) {
        const struct instruction *in = &BUF(struct instruction, &p->program.code)[i];
        if (in->kind == LANES_DOTS && !in->shared && in_to) {
            if (in->only) {
                continue;
            }
            lanes_fetch(&p->program, in, p->tape->grad.data, begin_of(&p->gradient));
        } else if (in->kind == LANES_DOTS && !in->shared) {
            lanes_put_back(&p->program, in, p->tape->grad.data, begin_of(&p->gradient));
        }
    }
}

// ---- Nodes that are computed alone --------------------------------------------------------------

static void compute(struct lanes *p, const struct buf *ids)
{
    const struct node *node = p->tape->node.data;
    double *value = p->tape->value.data;
    for (size_t k = 0; k < ids->count; k++) {
        uint32_t i = BUF(uint32_t, ids)[k];
        value[i] = op_value_inline((enum op)node[i].op, value[node[i].a], value[node[i].b]);
    }
}

static void flow(struct lanes *p, uint32_t i)
{
    struct node n = tape_node(p->tape, i);
    const double *value = p->tape->value.data;
    const uint8_t *depends = BUF(uint8_t, &p->depends);
    double *grad = p->tape->grad.data;
    bool to_b = op_arity_inline((enum op)n.op) == 2 && depends[n.b - p->low] != 0;
    double upstream = grad[i], dx = 0, dy = 0;
    op_slopes_inline((enum op)n.op, value[n.a], value[n.b], value[i], to_b, &dx, &dy);
    int flat = op_flat_inline((enum op)n.op, value[n.a], value[n.b]);
    if (depends[n.a - p->low] != 0) {
        grad[n.a] += (flat & 1) != 0 ? 0 : upstream * dx;
    }
    if (to_b) {
        grad[n.b] += (flat & 2) != 0 ? 0 : upstream * dy;
    }
}

static void clear_gradients(struct lanes *p)
{
    double *grad = p->tape->grad.data;
    const uint32_t *node = p->program.nodes.data, *uniform = p->program.uniforms.data;
    const struct buf *const alone[] = {&p->before, &p->after};
    for (size_t i = 0; i < p->program.nodes.count; i++) {
        grad[node[i]] = 0;
    }
    for (size_t i = 0; i < p->program.uniforms.count; i++) {
        grad[uniform[i]] = 0;
    }
    for (size_t which = 0; which < COUNT_OF(alone); which++) {
        for (size_t i = 0; i < alone[which]->count; i++) {
            uint32_t id = BUF(uint32_t, alone[which])[i];
            struct node n = tape_node(p->tape, id);
            grad[id] = grad[n.a] = grad[n.b] = 0;
        }
    }
    grad[p->top] = 0;
    grad[p->root] = 1;
}

// What goes backward ahead of the lanes. Returns how many of the nodes before them are left.
static size_t flow_early(struct lanes *p)
{
    const uint32_t *before = p->before.data, *after = p->after.data;
    size_t b = p->before.count, a = p->after.count;
    while (a > 0 || p->before.count - b < p->early) {
        bool take_after =
            a > 0 && (p->before.count - b == p->early || after[a - 1] > before[b - 1]);
        flow(p, take_after ? after[--a] : before[--b]);
    }
    return b;
}

// ---- A step -------------------------------------------------------------------------------------

static struct run run_of(struct lanes *p, const struct tile *tile)
{
    return (struct run){.program = &p->program,
                        .tile = tile,
                        .value = begin_of(&p->value),
                        .grad = begin_of(&p->grad),
                        .input = begin_of(&p->input) + tile->input,
                        .weight = begin_of(&p->weight),
                        .gradient = begin_of(&p->gradient),
                        .scratch = begin_of(&p->scratch),
                        .pointers = p->pointers.data,
                        .ones = begin_of(&p->ones),
                        .zeros = begin_of(&p->ones) + tile->width,
                        .node_value = p->tape->value.data,
                        .node_grad = p->tape->grad.data};
}

static void run_forward(struct lanes *p, const struct run *r)
{
    const uint32_t *slot = p->program.terms.data;
    size_t terms = p->program.terms.count;
    p->kernel->forward(r);
    for (uint32_t l = 0; l < r->tile->real; l++) {
        double *to = BUF_FROM(double, &p->term, (r->tile->first + l) * terms);
        for (size_t i = 0; i < terms; i++) {
            to[i] = r->value[(size_t)slot[i] * r->tile->width + l];
        }
    }
}

static void sum_terms(struct lanes *p)
{
    const double *term = p->term.data;
    size_t i = p->foot == NODE_NONE ? 1 : 0;
    double sum = p->foot == NODE_NONE ? term[0] : tape_value(p->tape, p->foot);
    for (; i < p->term.count; i++) {
        sum = sum + term[i];
    }
    BUF(double, &p->tape->value)[p->top] = sum;
    compute(p, &p->after);
}

bool lanes_watch(struct lanes *p, bool *tame)
{
    p->tame = tame;
    return lanes_are_tame(begin_of(&p->input), p->input.count - LANES_ALIGN / sizeof(double));
}

// After a tile's backward pass; after the last one (tile NULL), what lies outside the lanes.
static void watch(struct lanes *p, const struct tile *tile)
{
    const double *value = p->tape->value.data, *grad = p->tape->grad.data;
    bool tame = true;
    if (tile != NULL) {
        size_t n = p->program.slots * (size_t)tile->width;
        tame = lanes_are_tame(begin_of(&p->value), n) && lanes_are_tame(begin_of(&p->grad), n);
    } else {
        const struct buf *const lists[] = {&p->before, &p->after, &p->program.nodes,
                                           &p->program.uniforms};
        tame = lanes_are_tame(&value[p->top], 1) && lanes_are_tame(&grad[p->top], 1);
        for (size_t i = 0; i < COUNT_OF(lists); i++) {
            for (size_t k = 0; k < lists[i]->count; k++) {
                uint32_t id = BUF(uint32_t, lists[i])[k];
                struct node n = tape_node(p->tape, id);
                tame = tame && lanes_are_tame(&value[id], 1) && lanes_are_tame(&grad[id], 1) &&
                       lanes_are_tame(&value[n.a], 1) && lanes_are_tame(&value[n.b], 1) &&
                       lanes_are_tame(&grad[n.a], 1) && lanes_are_tame(&grad[n.b], 1);
            }
        }
    }
    *p->tame = *p->tame && tame;
}

enum sweep_end lanes_run(struct lanes *p, struct stop *stop, double *loss)
{
    const struct tile *tile = p->program.tiles.data;
    size_t tiles = p->program.tiles.count;
    compute(p, &p->before);
    pack(p);
    for (size_t k = 0; k < tiles && !p->straight; k++) {
        struct run r = run_of(p, &tile[k]);
        run_forward(p, &r);
    }
    if (!p->straight) {
        sum_terms(p);
    }
    clear_gradients(p);
    size_t late = flow_early(p);
    move_gradients(p, true);
    for (size_t k = tiles; k-- > 0;) {
        if (stop_is_asked(stop)) {
            return SWEEP_STOPPED;
        }
        struct run r = run_of(p, &tile[k]);
        r.upstream = tape_grad(p->tape, p->top);
        if (p->straight || tiles > 1) {
            run_forward(p, &r);
        }
        p->kernel->backward(&r);
        if (p->tame != NULL) {
            watch(p, &tile[k]);
        }
    }
    move_gradients(p, false);
    while (late > 0) {
        flow(p, BUF(uint32_t, &p->before)[--late]);
    }
    if (p->straight) {
        sum_terms(p);
    }
    if (p->tame != NULL) {
        watch(p, NULL);
    }
    *loss = tape_value(p->tape, p->root);
    return SWEEP_DONE;
}
