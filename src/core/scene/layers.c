#include "scene/layers.h"

#include "text/names.h"

// What a row is on the way to a weighted sum.
enum part_of_sum {
    PART_OTHER,
    PART_WEIGHT,  // a parameter, or a view of one
    PART_SUM,     // a weighted sum
};

struct finder {
    struct layers *l;
    const struct matrices *m;
    const struct lower *w;
    uint32_t root;
    struct buf reached;  // uint8_t
    struct buf part;     // uint8_t: enum part_of_sum
    struct buf used_in;  // uint8_t: a row that is a weighted sum goes into a larger one
    struct buf depth;    // uint32_t: layers on the longest way up to here
    struct buf after;    // uint32_t: the activation of a weighted sum, plus 1
    struct buf covered;  // uint8_t: it belongs to a layer
    bool params;         // there are parameters
    bool (*hidden)(void *at, uint32_t function);
    void *at;
};

static uint8_t *byte(struct buf *b, uint32_t i)
{
    return &BUF(uint8_t, b)[i];
}

void layers_release(struct layers *l)
{
    buf_release(&l->rows);
    buf_release(&l->units);
    buf_release(&l->params);
}

static uint32_t first_node(const struct finder *f, const struct mat *m)
{
    struct operand x = lower_operand(m->value, (struct span){0});
    return operand_node(f->w, &x, 0, 0);
}

static bool is_param(const struct finder *f, uint32_t i)
{
    const struct mat *m = matrices_at(f->m, i);
    return m->kind == MAT_GIVEN && tape_marked(f->w->tape, first_node(f, m), MARK_PARAM);
}

static bool is_leaf(const struct finder *f, uint32_t i)
{
    const struct mat *m = matrices_at(f->m, i);
    return m->kind == MAT_GIVEN && tape_op(f->w->tape, first_node(f, m)) == OP_LEAF;
}

// ---- Weighted sums ------------------------------------------------------------------------------

static enum part_of_sum part(const struct finder *f, uint32_t i)
{
    return (enum part_of_sum)BUF(uint8_t, &f->part)[i];
}

// Of a view: the row that it is one of.
static uint32_t seen_through(const struct finder *f, uint32_t i)
{
    while (matrices_at(f->m, i)->kind == MAT_TRANSPOSE || matrices_at(f->m, i)->kind == MAT_INDEX) {
        i = matrices_operand(f->m, i, 0);
    }
    return i;
}

// Which side of a product of matrices without parameters is its weights: the leaf, of two leaves
// the one that is turned, else the left one if it is a matrix. 2: neither.
static uint32_t weights_side(const struct finder *f, uint32_t a, uint32_t b)
{
    uint32_t x = seen_through(f, a), y = seen_through(f, b);
    if (!is_leaf(f, x) || !is_leaf(f, y)) {
        return is_leaf(f, x) ? 0 : is_leaf(f, y) ? 1 : 2;
    }
    return matrices_at(f->m, b)->kind == MAT_TRANSPOSE ? 1 : 0;
}

// Leaves that are weights by their place, where there are no parameters.
static void mark_weights(struct finder *f)
{
    for (uint32_t i = 0; i <= f->root; i++) {
        if (*byte(&f->reached, i) == 0 || matrices_at(f->m, i)->kind != MAT_MATMUL) {
            continue;
        }
        uint32_t a = matrices_operand(f->m, i, 0), b = matrices_operand(f->m, i, 1);
        uint32_t side = weights_side(f, a, b);
        if (side < 2) {
            *byte(&f->part, seen_through(f, side == 0 ? a : b)) = PART_WEIGHT;
        }
    }
}

static enum part_of_sum part_of_op(enum op op, enum part_of_sum a, enum part_of_sum b)
{
    bool one_weight = (a == PART_WEIGHT) != (b == PART_WEIGHT);
    switch (op) {
    case OP_MUL:
        return one_weight ? PART_SUM : PART_OTHER;
    case OP_ADD:
    case OP_SUB:
        return (a == PART_SUM && b != PART_OTHER) || (b == PART_SUM && a != PART_OTHER)
                   ? PART_SUM
                   : PART_OTHER;
    default:
        return PART_OTHER;
    }
}

// A sum of a weighted sum and a leaf that is not one (a bias where there are no parameters).
static bool is_bias(const struct finder *f, enum op op, uint32_t a, uint32_t b)
{
    bool either = (part(f, a) == PART_SUM && is_leaf(f, seen_through(f, b))) ||
                  (part(f, b) == PART_SUM && is_leaf(f, seen_through(f, a)));
    return !f->params && op == OP_ADD && either;
}

static enum part_of_sum find_part(struct finder *f, uint32_t i)
{
    const struct mat *m = matrices_at(f->m, i);
    uint32_t a = m->used > 0 ? matrices_operand(f->m, i, 0) : i;
    uint32_t b = m->used > 1 ? matrices_operand(f->m, i, 1) : a;
    switch (m->kind) {
    case MAT_GIVEN:
        return is_param(f, i) ? PART_WEIGHT : part(f, i);
    case MAT_MATMUL:
        return part(f, a) == PART_WEIGHT || part(f, b) == PART_WEIGHT ? PART_SUM : PART_OTHER;
    case MAT_TRANSPOSE:
    case MAT_INDEX:
        return part(f, a);
    case MAT_SUM:
        return part(f, a) == PART_SUM ? PART_SUM : PART_OTHER;
    case MAT_OP:
        if (is_bias(f, m->op, a, b)) {
            *byte(&f->part, seen_through(f, part(f, a) == PART_SUM ? b : a)) = PART_WEIGHT;
            return PART_SUM;
        }
        return m->used == 2 ? part_of_op(m->op, part(f, a), part(f, b)) : PART_OTHER;
    case MAT_STACK:
        for (uint32_t k = 0; k < m->used; k++) {
            if (part(f, matrices_operand(f->m, i, k)) != PART_WEIGHT) {
                return PART_OTHER;
            }
        }
        return m->used > 0 ? PART_WEIGHT : PART_OTHER;
    default:
        return PART_OTHER;
    }
}

// A product with a weight begins a new sum: W2 @ (W1 @ x) is two layers.
static bool begins_sum(const struct finder *f, uint32_t i)
{
    const struct mat *m = matrices_at(f->m, i);
    return m->kind == MAT_MATMUL || (m->kind == MAT_OP && m->op == OP_MUL);
}

// Is a weighted sum that goes into this row a part of a larger one?
static bool goes_on(const struct finder *f, uint32_t user)
{
    return part(f, user) == PART_SUM && !begins_sum(f, user);
}

static bool is_activation(const struct mat *m)
{
    static const enum op ops[] = {OP_TANH, OP_SIGMOID, OP_RELU, OP_LEAKY_RELU, OP_SOFTPLUS,
                                  OP_GELU, OP_ELU,     OP_SILU, OP_SOFTSIGN,   OP_SIN};
    for (size_t i = 0; m->kind == MAT_OP && i < COUNT_OF(ops); i++) {
        if (m->op == ops[i]) {
            return true;
        }
    }
    return m->kind == MAT_SOFTMAX;
}

static void find_sums(struct finder *f)
{
    for (uint32_t i = 0; i <= f->root; i++) {
        f->params |= *byte(&f->reached, i) != 0 && is_param(f, i);
    }
    if (!f->params) {
        mark_weights(f);
    }
    for (uint32_t i = 0; i <= f->root; i++) {
        if (*byte(&f->reached, i) == 0) {
            continue;
        }
        const struct mat *m = matrices_at(f->m, i);
        *byte(&f->part, i) = (uint8_t)find_part(f, i);
        for (uint32_t k = 0; k < m->used; k++) {
            uint32_t of = matrices_operand(f->m, i, k);
            *byte(&f->used_in, of) |= goes_on(f, i);
            uint32_t *after = &BUF(uint32_t, &f->after)[of];
            *after = *after == 0 && is_activation(m) ? i + 1 : *after;
        }
    }
}

// ---- Layers -------------------------------------------------------------------------------------

static bool is_sum(const struct finder *f, uint32_t i)
{
    return part(f, i) == PART_SUM && BUF(uint8_t, &f->used_in)[i] == 0 && i != f->root;
}

// An array that has a name, or what a function gives, on its way to the root.
static bool is_plain(struct finder *f, uint32_t i)
{
    const struct mat *m = matrices_at(f->m, i);
    bool call = m->call != NAME_NONE && !f->hidden(f->at, m->call);
    return i != f->root && *byte(&f->covered, i) == 0 && m->kind != MAT_GIVEN &&
           m->kind != MAT_NUMBERS && part(f, i) == PART_OTHER &&
           (call || (m->name != NAME_NONE && value_is_array(m->value)));
}

static uint32_t activation_of(const struct finder *f, uint32_t z)
{
    uint32_t after = BUF(uint32_t, &f->after)[z];
    return after == 0 ? z : after - 1;
}

static void find_depths(struct finder *f)
{
    uint32_t *depth = f->depth.data;
    for (uint32_t i = 0; i <= f->root; i++) {
        for (uint32_t k = 0; *byte(&f->reached, i) != 0 && k < matrices_at(f->m, i)->used; k++) {
            uint32_t below = depth[matrices_operand(f->m, i, k)];
            depth[i] = below > depth[i] ? below : depth[i];
        }
        depth[i] += is_sum(f, i) || is_plain(f, i);
    }
}

static bool add_unit(struct finder *f, struct layer *to, uint32_t z, uint32_t a)
{
    struct layer_unit *at = buf_push(&f->l->units, 1);
    if (at != NULL) {
        *at = (struct layer_unit){z, a};
        to->count++;
    }
    *byte(&f->covered, z) = *byte(&f->covered, a) = 1;
    return at != NULL;
}

// The parameters of a weighted sum: those met on the way down that leads through no other sum. What
// is not a sum has those that it uses itself; in z1 + b, W is that of z1.
static bool add_params(struct finder *f, struct layer *to, uint32_t z)
{
    struct buf todo;
    buf_init(&todo, sizeof(uint32_t));
    for (uint32_t at = z;;) {
        const struct mat *m = matrices_at(f->m, at);
        if (m->kind == MAT_GIVEN && part(f, at) == PART_WEIGHT) {
            bool met = false;
            for (uint32_t k = 0; k < to->had; k++) {
                met |= BUF(uint32_t, &f->l->params)[to->params + k] == at;
            }
            uint32_t *param = met ? NULL : buf_push(&f->l->params, 1);
            if (param != NULL) {
                *param = at;
                to->had++;
            }
        }
        // The last operand first, so that parameters come in the order of the formula.
        for (uint32_t k = m->used; k-- > 0;) {
            uint32_t below = matrices_operand(f->m, at, k), *later;
            bool part_of_it =
                part(f, below) == PART_WEIGHT ||
                (part(f, z) == PART_SUM && part(f, below) == PART_SUM && !begins_sum(f, at));
            later = part_of_it ? buf_push(&todo, 1) : NULL;
            if (later != NULL) {
                *later = below;
            }
        }
        if (todo.count == 0 || todo.failed) {
            break;
        }
        at = BUF(uint32_t, &todo)[--todo.count];
    }
    bool ok = !todo.failed && !f->l->params.failed;
    buf_release(&todo);
    return ok;
}

// Are the units of z its columns? So it is where a matrix of rows is multiplied by weights.
static bool has_columns(const struct finder *f, uint32_t z)
{
    for (uint32_t at = z;;) {
        const struct mat *m = matrices_at(f->m, at);
        if (m->kind == MAT_MATMUL) {
            return part(f, matrices_operand(f->m, at, 1)) == PART_WEIGHT &&
                   m->value.rank == VALUE_MATRIX;
        }
        uint32_t next = MAT_NONE;
        for (uint32_t k = 0; k < m->used; k++) {
            uint32_t below = matrices_operand(f->m, at, k);
            next = part(f, below) == PART_SUM && !begins_sum(f, at) ? below : next;
        }
        if (next == MAT_NONE) {
            return false;
        }
        at = next;
    }
}

static bool same_activation(struct finder *f, uint32_t x, uint32_t y)
{
    const struct mat *p = matrices_at(f->m, activation_of(f, x));
    const struct mat *q = matrices_at(f->m, activation_of(f, y));
    return p->kind == q->kind && (p->kind != MAT_OP || p->op == q->op);
}

static bool same_shape(const struct mat *a, const struct mat *b)
{
    return a->value.rank == b->value.rank && a->value.rows == b->value.rows &&
           a->value.cols == b->value.cols;
}

// Are the parameters of y those of the layer, and no others?
static bool same_params(struct finder *f, const struct layer *l, uint32_t y)
{
    struct layer of_y = {.params = (uint32_t)f->l->params.count};
    bool same = add_params(f, &of_y, y) && of_y.had == l->had;
    const uint32_t *params = f->l->params.data;
    for (uint32_t k = 0; same && k < l->had; k++) {
        same = params[l->params + k] == params[of_y.params + k];
    }
    f->l->params.count = of_y.params;
    return same;
}

static bool is_head(struct finder *f, uint32_t i)
{
    return *byte(&f->reached, i) != 0 && *byte(&f->covered, i) == 0 &&
           (is_sum(f, i) || is_plain(f, i));
}

// Do the sums y and z, z the first of the layer, belong to the same layer? As samples or units?
static bool belongs(struct finder *f, const struct layer *l, uint32_t z, uint32_t y, bool *sample)
{
    const struct mat *a = matrices_at(f->m, z), *b = matrices_at(f->m, y);
    if (!is_head(f, y) || is_sum(f, y) != is_sum(f, z) || !same_shape(a, b) ||
        BUF(uint32_t, &f->depth)[z] != BUF(uint32_t, &f->depth)[y] ||
        (is_sum(f, y) && !same_activation(f, z, y))) {
        return false;
    }
    *sample = is_sum(f, y) && same_params(f, l, y);
    bool call = a->call != NAME_NONE && a->call == b->call;
    bool unit = a->value.rank == VALUE_SCALAR && (is_sum(f, y) || call);
    return l->count == 1 ? *sample || unit : l->samples ? *sample : unit && !*sample;
}

// The layer of z, and all that belongs to it.
static bool add_layer(struct finder *f, uint32_t z)
{
    bool sum = is_sum(f, z), sample = false;
    uint32_t a = sum ? activation_of(f, z) : z;
    const struct mat *does = matrices_at(f->m, a);
    struct layer row = {.units = (uint32_t)f->l->units.count,
                        .params = (uint32_t)f->l->params.count,
                        .activation = a != z && does->kind == MAT_OP ? does->op : OP_COUNT,
                        .softmax = a != z && does->kind == MAT_SOFTMAX,
                        .plain = !sum,
                        .columns = sum && has_columns(f, z)};
    bool ok = add_unit(f, &row, z, a) && add_params(f, &row, z);
    for (uint32_t i = z + 1; ok && i <= f->root; i++) {
        if (belongs(f, &row, z, i, &sample)) {
            row.samples |= sample;
            ok = add_unit(f, &row, i, sum ? activation_of(f, i) : i) &&
                 (!sum || sample || add_params(f, &row, i));
        }
    }
    struct layer *at = ok ? buf_push(&f->l->rows, 1) : NULL;
    if (at != NULL) {
        *at = row;
    }
    return at != NULL;
}

static bool init(struct finder *f)
{
    size_t count = (size_t)f->root + 1;
    buf_init(&f->part, 1);
    buf_init(&f->used_in, 1);
    buf_init(&f->covered, 1);
    buf_init(&f->depth, sizeof(uint32_t));
    buf_init(&f->after, sizeof(uint32_t));
    return matrices_reach(f->m, f->root, &f->reached) && buf_resize(&f->part, count) &&
           buf_resize(&f->used_in, count) && buf_resize(&f->covered, count) &&
           buf_resize(&f->depth, count) && buf_resize(&f->after, count);
}

static void release(struct finder *f)
{
    buf_release(&f->reached);
    buf_release(&f->part);
    buf_release(&f->used_in);
    buf_release(&f->covered);
    buf_release(&f->depth);
    buf_release(&f->after);
}

bool layers_find(struct layers *l, const struct matrices *m, const struct lower *w, uint32_t root,
                 bool (*hidden)(void *at, uint32_t function), void *at)
{
    struct finder f = {.l = l, .m = m, .w = w, .root = root, .hidden = hidden, .at = at};
    *l = (struct layers){0};
    buf_init(&l->rows, sizeof(struct layer));
    buf_init(&l->units, sizeof(struct layer_unit));
    buf_init(&l->params, sizeof(uint32_t));
    bool ok = init(&f);
    if (ok) {
        find_sums(&f);
        for (uint32_t i = 0; i < root; i++) {
            if (*byte(&f.reached, i) != 0 && is_sum(&f, i) && activation_of(&f, i) != i) {
                *byte(&f.covered, activation_of(&f, i)) = 1;
            }
        }
        find_depths(&f);
    }
    for (uint32_t i = 0; ok && i < root; i++) {
        ok = !is_head(&f, i) || add_layer(&f, i);
    }
    release(&f);
    return ok;
}

const struct layer *layers_of(const struct layers *l, uint32_t row)
{
    for (size_t i = 0; i < l->rows.count; i++) {
        const struct layer *at = layers_at(l, i);
        for (uint32_t k = 0; k < at->count; k++) {
            if (layers_unit(l, at, k)->z == row || layers_unit(l, at, k)->a == row) {
                return at;
            }
        }
        for (uint32_t k = 0; k < at->had; k++) {
            if (BUF(uint32_t, &l->params)[at->params + k] == row) {
                return at;
            }
        }
    }
    return NULL;
}
