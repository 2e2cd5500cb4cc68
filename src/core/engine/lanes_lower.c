// From likes to instructions: dot products over the same operands become one instruction, and
// neighbours that do the same to neighbours another.
#include <stdlib.h>
#include <string.h>

#include "engine/lanes_parts.h"

enum { SCRATCH = 4 };  // rows that a map needs beside

// A product of a uniform and a row, as a term of a dot product.
struct lanes_lower_factor {
    uint32_t like;
    struct ref x;
    uint32_t weight;  // a node
};

struct dot {
    uint32_t top;            // a like
    uint32_t factor, count;  // in `factors`
    enum lanes_bias bias;
    uint32_t bias_node, bias_like;
    uint32_t first;  // of the dots over the same operands, the one with the lowest top
    bool done;
};

struct lowering {
    struct lanes_program *p;
    struct finding *f;
    struct buf order;    // uint32_t: likes by the number of their first lane's node
    struct buf factors;  // struct lanes_lower_factor
    struct buf dots;     // struct dot
    struct buf seen;     // uint8_t, by id less low: instructions that a uniform occurs in, up to 2
    struct stop *stop;
};

static bool push_number(struct buf *b, uint32_t number)
{
    uint32_t *at = buf_push(b, 1);
    if (at != NULL) {
        *at = number;
    }
    return at != NULL;
}

static uint32_t first_node(const struct finding *f, uint32_t like)
{
    return finding_ids(f, finding_like(f, like)->ids)[0];
}

// ---- Order --------------------------------------------------------------------------------------

// The nodes are in order, and each knows the like that it is part of.
static bool sort_likes(struct lowering *w)
{
    const struct finding *f = w->f;
    for (size_t k = 0; k < f->stretches->count; k++) {
        struct stretch in = BUF(struct stretch, f->stretches)[k];
        for (uint32_t i = in.first; i < in.end; i++) {
            uint32_t like = *finding_owner(f, i);
            if (stop_asked(w->stop, i)) {
                return false;
            }
            if (finding_depends(f, i) && like < f->likes.count && first_node(f, like) == i &&
                !push_number(&w->order, like)) {
                return false;
            }
        }
    }
    return true;
}

// ---- Dot products -------------------------------------------------------------------------------

static bool is_single(const struct finding *f, struct ref r)
{
    return r.kind == REF_SLOT && finding_like(f, r.index)->uses == 1 &&
           !finding_like(f, r.index)->fused;
}

static bool read_factor(const struct finding *f, struct ref r, struct lanes_lower_factor *out)
{
    if (!is_single(f, r) || finding_like(f, r.index)->op != OP_MUL) {
        return false;
    }
    const struct ref *x = finding_like(f, r.index)->operand;
    int uniform = x[0].kind == REF_UNIFORM ? 0 : 1;
    struct ref other = x[1 - uniform];
    *out = (struct lanes_lower_factor){r.index, other, x[uniform].index};
    return x[uniform].kind == REF_UNIFORM && (other.kind == REF_SLOT || other.kind == REF_INPUT);
}

static bool add_factor(struct lowering *w, struct lanes_lower_factor factor)
{
    struct lanes_lower_factor *at = buf_push(&w->factors, 1);
    if (at != NULL) {
        *at = factor;
    }
    return at != NULL;
}

// The sum of products whose last addition is the like `at`; factors from the last to the first.
static bool read_products(struct lowering *w, struct ref at, struct dot *d)
{
    const struct finding *f = w->f;
    struct lanes_lower_factor factor;
    while (at.kind == REF_SLOT && finding_like(f, at.index)->op == OP_ADD) {
        const struct ref *x = finding_like(f, at.index)->operand;
        if (!read_factor(f, x[1], &factor) || !add_factor(w, factor)) {
            return false;
        }
        if (x[0].kind == REF_UNIFORM && d->bias == BIAS_NONE) {
            d->bias = BIAS_FIRST;
            d->bias_node = x[0].index;
            d->bias_like = at.index;
            return true;
        }
        at = x[0];
        if (!is_single(f, at)) {
            return false;
        }
    }
    return read_factor(f, at, &factor) && add_factor(w, factor);
}

static bool read_dot(struct lowering *w, uint32_t top, struct dot *d)
{
    const struct finding *f = w->f;
    const struct ref *x = finding_like(f, top)->operand;
    *d = (struct dot){.top = top, .factor = (uint32_t)w->factors.count};
    struct ref at = {REF_SLOT, top};
    int uniform = x[0].kind == REF_UNIFORM ? 0 : 1;
    if (x[uniform].kind == REF_UNIFORM && is_single(f, x[1 - uniform])) {
        struct lanes_lower_factor only;
        struct like *sum = finding_like(f, x[1 - uniform].index);
        // One that is spread over several outputs is added by a map, in its own order.
        bool own = BUF(uint32_t, &f->uses)[x[uniform].index - f->low] == f->lanes;
        if (own && (sum->op == OP_ADD || (uniform == 1 && read_factor(f, x[0], &only)))) {
            d->bias = BIAS_LAST;
            d->bias_node = x[uniform].index;
            d->bias_like = top;
            at = x[1 - uniform];
        }
    }
    bool ok = read_products(w, at, d);
    d->count = (uint32_t)w->factors.count - d->factor;
    if (!ok || d->count + (d->bias != BIAS_NONE) < 2) {
        w->factors.count = d->factor;
        return false;
    }
    struct lanes_lower_factor *factor = BUF_FROM(struct lanes_lower_factor, &w->factors, d->factor);
    for (uint32_t i = 0; i < d->count / 2; i++) {
        struct lanes_lower_factor held = factor[i];
        factor[i] = factor[d->count - 1 - i];
        factor[d->count - 1 - i] = held;
    }
    return true;
}

// All likes of the dot but its top are no instruction of their own.
static void fuse(struct lowering *w, const struct dot *d)
{
    struct ref at = {REF_SLOT, d->top};
    const struct lanes_lower_factor *factor =
        BUF_FROM(struct lanes_lower_factor, &w->factors, d->factor);
    for (uint32_t i = 0; i < d->count; i++) {
        finding_like(w->f, factor[i].like)->fused = true;
    }
    while (at.kind == REF_SLOT && finding_like(w->f, at.index)->op == OP_ADD) {
        const struct ref *x = finding_like(w->f, at.index)->operand;
        finding_like(w->f, at.index)->fused = true;
        at = x[0].kind == REF_UNIFORM && d->bias == BIAS_LAST && at.index == d->top ? x[1] : x[0];
    }
}

static bool is_over_the_same(const struct lowering *w, const struct dot *a, const struct dot *b)
{
    const struct lanes_lower_factor *x =
        BUF_FROM(struct lanes_lower_factor, &w->factors, a->factor);
    const struct lanes_lower_factor *y =
        BUF_FROM(struct lanes_lower_factor, &w->factors, b->factor);
    bool same = a->count == b->count && a->bias == b->bias;
    for (uint32_t k = 0; k < a->count && same; k++) {
        same = x[k].x.kind == y[k].x.kind && x[k].x.index == y[k].x.index;
    }
    return same;
}

// Does one of the dots have this one's first weight? Their gradients would be summed in two places.
static bool has_weight(const struct lowering *w, const struct buf *dots, const struct dot *d)
{
    uint32_t weight = BUF(struct lanes_lower_factor, &w->factors)[d->factor].weight;
    bool has = false;
    bool own = BUF(uint32_t, &w->f->uses)[weight - w->f->low] == w->f->lanes;
    for (size_t i = 0; i < dots->count && !own && !has; i++) {
        const struct dot *other = BUF(const struct dot *, dots)[i];
        has = BUF(struct lanes_lower_factor, &w->factors)[other->factor].weight == weight;
    }
    return has;
}

// From the highest likes down, so that a sum is read from its last addition.
static bool find_dots(struct lowering *w)
{
    for (size_t i = w->order.count; i-- > 0;) {
        uint32_t like = BUF(uint32_t, &w->order)[i];
        struct dot d, *at;
        if (stop_asked_by(w->stop, i, 8)) {
            return false;
        }
        if (finding_like(w->f, like)->fused || finding_like(w->f, like)->op != OP_ADD ||
            !read_dot(w, like, &d)) {
            continue;
        }
        fuse(w, &d);
        if ((at = buf_push(&w->dots, 1)) == NULL) {
            return false;
        }
        *at = d;
    }
    return !w->factors.failed;
}

// ---- Emitting -----------------------------------------------------------------------------------

static struct instruction *emit(struct lowering *w)
{
    struct instruction *in = buf_push(&w->p->code, 1);
    if (in != NULL) {
        *in = (struct instruction){.slot = w->p->slots};
    }
    return in;
}

static uint32_t row_of(const struct finding *f, struct ref r)
{
    return r.kind == REF_INPUT ? ROW_INPUT | r.index : finding_like(f, r.index)->slot;
}

static void see(struct lowering *w, uint32_t node)
{
    uint8_t *seen = &BUF(uint8_t, &w->seen)[node - w->f->low];
    *seen = (uint8_t)(*seen < 2 ? *seen + 1 : 2);
}

static uint32_t padded(uint32_t n)
{
    return (n + LANES_STEP - 1) / LANES_STEP * LANES_STEP;
}

// Which node the weight [k][j] is, and which like takes it in; the bias is the last row.
static bool name_weights(struct lowering *w, const struct dot *const *dots, uint32_t count,
                         uint32_t terms)
{
    uint32_t rows = terms + (dots[0]->bias != BIAS_NONE);
    for (uint32_t k = 0; k < rows; k++) {
        for (uint32_t j = 0; j < count; j++) {
            const struct dot *d = dots[j];
            const struct lanes_lower_factor *factor =
                BUF_FROM(struct lanes_lower_factor, &w->factors, d->factor);
            uint32_t node = k < terms ? factor[k].weight : d->bias_node;
            uint32_t like = k < terms ? factor[k].like : d->bias_like;
            if (!push_number(&w->p->nodes, node) || !push_number(&w->p->likes, like)) {
                return false;
            }
            see(w, node);
        }
    }
    return true;
}

// One instruction for the dot and those over the same operands that follow.
static bool emit_dots(struct lowering *w, struct dot *first)
{
    struct lanes_program *p = w->p;
    enum { LOOK = 4096 };  // dots beyond the first
    struct buf alike;      // const struct dot *
    buf_init(&alike, sizeof(struct dot *));
    struct instruction *in = emit(w);
    bool ok = in != NULL;
    size_t left = (size_t)(first - BUF(struct dot, &w->dots));  // those before have higher tops
    left = left < LOOK ? left : LOOK;
    ok = ok && !stop_after(w->stop, left);
    for (size_t i = 0; ok && i <= left; i++) {
        struct dot *d = first - i;
        if (!d->done && is_over_the_same(w, first, d) && !has_weight(w, &alike, d)) {
            const struct dot **at = buf_push(&alike, 1);
            d->done = true;
            finding_like(w->f, d->top)->slot = p->slots++;
            if ((ok = at != NULL)) {
                *at = d;
            }
        }
    }
    if (ok) {
        in->kind = LANES_DOTS;
        in->count = (uint32_t)alike.count;
        in->terms = first->count;
        in->bias = first->bias;
        in->stride = padded(in->count);
        in->across = in->count < 4 && in->terms >= 4;
        in->gradient_stride = in->across ? padded(in->terms + 1) : in->stride;
        in->x = (uint32_t)p->rows.count;
        in->names = (uint32_t)p->nodes.count;
        in->likes = (uint32_t)p->likes.count;
        uint32_t scratch = in->gradient_stride;
        uint32_t pointers = in->terms + 1 + in->count;
        p->widest = scratch > p->widest ? scratch : p->widest;
        p->pointers = pointers > p->pointers ? pointers : p->pointers;
        ok = name_weights(w, alike.data, in->count, in->terms);
    }
    for (uint32_t k = 0; ok && k < first->count; k++) {
        ok = push_number(
            &p->rows,
            row_of(w->f, BUF(struct lanes_lower_factor, &w->factors)[first->factor + k].x));
    }
    buf_release(&alike);
    return ok;
}

// The uniform's place among the uniforms.
static bool uniform_row(struct lowering *w, uint32_t node, uint32_t *row)
{
    enum { LOOK = 64 };
    const uint32_t *uniform = w->p->uniforms.data;
    size_t n = w->p->uniforms.count;
    see(w, node);
    for (size_t i = n; i-- > 0 && n - i <= LOOK;) {
        if (uniform[i] == node) {
            *row = ROW_UNIFORM | (uint32_t)i;
            return true;
        }
    }
    *row = ROW_UNIFORM | (uint32_t)n;
    return push_number(&w->p->uniforms, node);
}

static bool emit_pick(struct lowering *w, uint32_t like, uint32_t operand, uint32_t pick,
                      uint32_t *row)
{
    struct lanes_program *p = w->p;
    const struct finding *f = w->f;
    struct instruction *in = emit(w);
    if (in == NULL) {
        return false;
    }
    in->kind = LANES_PICK;
    in->count = 1;
    in->like = like;
    in->slot_of_use = operand;
    in->row[0] = pick;
    in->picks = (uint32_t)p->picks.count;
    const uint32_t *ids = finding_ids(f, BUF(uint32_t, &f->picks)[pick]);
    for (uint32_t l = 0; l < f->lanes; l++) {
        if (stop_asked(w->stop, l)) {
            return false;
        }
        if (!push_number(&p->picks, finding_like(f, *finding_owner(f, ids[l]))->slot)) {
            return false;
        }
    }
    *row = p->slots++;
    return true;
}

static bool operand_row(struct lowering *w, uint32_t like, uint32_t operand, uint32_t *row)
{
    struct ref r = finding_like(w->f, like)->operand[operand];
    switch (r.kind) {
    case REF_SLOT:
    case REF_INPUT:
        *row = row_of(w->f, r);
        return true;
    case REF_UNIFORM:
        return uniform_row(w, r.index, row);
    case REF_PICK:
        return emit_pick(w, like, operand, r.index, row);
    case REF_NONE:
        *row = 0;
        return true;
    }
    return false;
}

// Does a row go on where the instruction's operand ends, or is it the same again? An instruction
// may not read what it writes.
static bool goes_on(const struct instruction *in, int operand, uint32_t row, bool *again)
{
    uint32_t last = in->row[operand];
    *again = row == last;
    if (in->count > 1 && *again != in->again[operand]) {
        return false;
    }
    return (*again || row == last + in->count) &&
           ((row & (ROW_INPUT | ROW_UNIFORM)) != 0 || row < in->slot);
}

// May the two operands' shares be added one operand after the other?
static bool are_apart(const uint32_t row[2], const bool again[2], uint32_t count)
{
    uint32_t a = again[0] ? 1 : count, b = again[1] ? 1 : count;
    return (row[0] == row[1] && again[0] == again[1]) || row[0] + a <= row[1] ||
           row[1] + b <= row[0];
}

static bool joins(struct instruction *in, enum op op, int arity, const uint32_t row[2])
{
    bool again[2] = {false, false};
    if (in->kind != LANES_MAP || in->op != op || !goes_on(in, 0, row[0], &again[0]) ||
        (arity == 2 && !goes_on(in, 1, row[1], &again[1])) ||
        (arity == 2 && !are_apart(in->row, again, in->count + 1))) {
        return false;
    }
    in->again[0] = again[0];
    in->again[1] = again[1];
    in->count++;
    return true;
}

// Rows of scratch: a uniform that the whole map shares keeps the shares of all its rows.
static void widen(struct lanes_program *p, const struct instruction *in)
{
    uint32_t rows = SCRATCH + ((in->again[0] || in->again[1]) ? in->count : 0);
    p->widest = rows > p->widest ? rows : p->widest;
}

// A power of 2 is a square, to the last bit.
static void simplify(const struct finding *f, struct like *like)
{
    if (like->op != OP_POW || like->operand[1].kind != REF_INPUT) {
        return;
    }
    const uint32_t *ids = finding_ids(f, BUF(uint32_t, &f->inputs)[like->operand[1].index]);
    for (uint32_t l = 0; l < f->lanes; l++) {
        if (tape_value(f->tape, ids[l]) != 2) {
            return;
        }
    }
    like->op = OP_SQUARE;
    like->operand[1] = (struct ref){REF_NONE, 0};
}

static bool emit_map(struct lowering *w, uint32_t at)
{
    struct lanes_program *p = w->p;
    uint32_t row[2] = {0};
    struct like *like = finding_like(w->f, at);
    simplify(w->f, like);
    int arity = op_get(like->op)->arity;
    size_t before = p->code.count;
    if (!operand_row(w, at, 0, &row[0]) || !operand_row(w, at, 1, &row[1])) {
        return false;
    }
    like->slot = p->slots;
    struct instruction *last = before == 0 ? NULL : &BUF(struct instruction, &p->code)[before - 1];
    if (before == p->code.count && last != NULL && joins(last, like->op, arity, row)) {
        p->slots++;
        widen(p, last);
        return push_number(&p->likes, at);
    }
    struct instruction *in = emit(w);
    if (in == NULL) {
        return false;
    }
    in->kind = LANES_MAP;
    in->op = like->op;
    in->count = 1;
    in->like = (uint32_t)p->likes.count;
    for (int slot = 0; slot < arity; slot++) {
        in->row[slot] = row[slot];
        in->gives[slot] = (row[slot] & ROW_INPUT) == 0;
    }
    p->slots++;
    return push_number(&p->likes, at);
}

static bool emit_all(struct lowering *w)
{
    size_t dots = w->dots.count;  // the lowest comes last
    for (size_t i = 0; i < w->order.count; i++) {
        uint32_t at = BUF(uint32_t, &w->order)[i];
        const struct like *like = finding_like(w->f, at);
        if (stop_asked_by(w->stop, i, w->f->lanes)) {
            return false;
        }
        if (!like->fused && !emit_map(w, at)) {
            return false;
        }
        struct dot *dot = dots == 0 ? NULL : &BUF(struct dot, &w->dots)[dots - 1];
        if (like->fused && dot != NULL && dot->top == at) {
            dots--;
            if (!dot->done && !emit_dots(w, dot)) {
                return false;
            }
        }
    }
    return true;
}

// ---- What weights share -------------------------------------------------------------------------

// The same weight, or the same slot, twice in one instruction would be summed in two places. (Or
// there is no memory to tell.)
static bool has_twice(const uint32_t *nodes, size_t count)
{
    bool twice = false;
    struct buf sorted;
    buf_init(&sorted, sizeof(uint32_t));
    if (!buf_add(&sorted, nodes, count)) {
        return true;
    }
    const uint32_t *number = sorted.data;
    qsort(sorted.data, count, sizeof *number, mem_compare_numbers);
    for (size_t i = 1; i < count; i++) {
        twice = twice || number[i] == number[i - 1];
    }
    buf_release(&sorted);
    return twice;
}

static bool mark_shared(struct lowering *w)
{
    struct lanes_program *p = w->p;
    uint32_t gradient = 0, weight = 0;
    for (size_t i = 0; i < p->code.count; i++) {
        struct instruction *in = &BUF(struct instruction, &p->code)[i];
        if (in->kind != LANES_DOTS) {
            continue;
        }
        const uint32_t *nodes = BUF_FROM(uint32_t, &p->nodes, in->names);
        size_t count = (size_t)(in->terms + (in->bias != BIAS_NONE)) * in->count;
        if (stop_after(w->stop, count)) {
            return false;
        }
        in->only = true;
        for (size_t k = 0; k < count; k++) {
            in->only = in->only && BUF(uint32_t, &w->f->uses)[nodes[k] - w->f->low] == w->f->lanes;
            in->shared = in->shared || BUF(uint8_t, &w->seen)[nodes[k] - w->f->low] > 1;
        }
        if ((in->shared && has_twice(nodes, count)) ||
            has_twice(BUF_FROM(uint32_t, &p->rows, in->x), in->terms)) {
            return false;
        }
        in->weight = weight;
        in->gradient = gradient;
        weight += (in->terms + 1) * in->stride;
        gradient += (in->across ? in->count : in->terms + 1) * in->gradient_stride;
    }
    p->weights = weight;
    p->gradients = gradient;
    return true;
}

bool lanes_lower(struct lanes_program *p, struct finding *f)
{
    struct lowering w = {.p = p, .f = f, .stop = f->tape->stop};
    *p = (struct lanes_program){
        .lanes = f->lanes, .inputs = (uint32_t)f->inputs.count, .widest = SCRATCH};
    buf_init(&p->code, sizeof(struct instruction));
    buf_init(&p->tiles, sizeof(struct tile));
    struct buf *const numbers[] = {&p->rows,     &p->picks, &p->nodes, &p->likes,
                                   &p->uniforms, &p->terms, &w.order};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        buf_init(numbers[i], sizeof(uint32_t));
    }
    buf_init(&w.factors, sizeof(struct lanes_lower_factor));
    buf_init(&w.dots, sizeof(struct dot));
    buf_init(&w.seen, sizeof(uint8_t));
    bool ok = buf_resize(&w.seen, f->owner.count) && sort_likes(&w) && find_dots(&w) &&
              emit_all(&w) && mark_shared(&w);
    for (uint32_t i = 0; i < f->terms && ok; i++) {
        struct ref term = BUF(struct ref, &f->term)[i];
        ok = push_number(&p->terms, finding_like(f, term.index)->slot);
    }
    buf_release(&w.order);
    buf_release(&w.factors);
    buf_release(&w.dots);
    buf_release(&w.seen);
    return ok;
}

void lanes_lower_release(struct lanes_program *p)
{
    struct buf *const all[] = {&p->code,  &p->rows,     &p->picks, &p->nodes,
                               &p->likes, &p->uniforms, &p->terms, &p->tiles};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        buf_release(all[i]);
    }
}

bool lanes_cut(struct lanes_program *p, uint32_t most)
{
    size_t input = 0;
    p->tiles.count = 0;
    for (uint32_t first = 0; first < p->lanes;) {
        uint32_t left = p->lanes - first, real = left < most ? left : most;
        struct tile *t = buf_push(&p->tiles, 1);
        if (t == NULL) {
            return false;
        }
        *t = (struct tile){first, real, padded(real), input};
        input += (size_t)t->width * p->inputs;
        first += real;
    }
    return true;
}
