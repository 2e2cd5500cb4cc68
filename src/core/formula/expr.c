#include "formula/expr.h"

#include <math.h>
#include <string.h>

void exprs_init(struct exprs *p)
{
    buf_init(&p->nodes, sizeof(struct expr));
    buf_init(&p->slots, sizeof(uint32_t));
    names_init(&p->names);
    p->full = false;
    p->stop = NULL;
}

void exprs_release(struct exprs *p)
{
    buf_release(&p->nodes);
    buf_release(&p->slots);
    names_release(&p->names);
}

uint32_t exprs_count(const struct exprs *p)
{
    return (uint32_t)p->nodes.count;
}

bool exprs_failed(const struct exprs *p)
{
    return p->nodes.failed || p->slots.failed || p->full || stop_is_asked(p->stop);
}

bool expr_trouble(const struct exprs *p, struct diag *d)
{
    if (stop_is_asked(p->stop)) {
        return diag_set(d, (struct span){0, 0}, "interrupted");
    }
    if (!p->full) {
        return diag_out_of_memory(d);
    }
    diag_set(d, (struct span){0, 0}, "this formula is too large to work on as a formula");
    return diag_hint(d, "take a part of it; gradients of graphs this large come from 'backward'");
}

// ---- The pool -----------------------------------------------------------------------------------

// What tells a node from others of its kind and operation.
static uint64_t contents(struct expr node)
{
    uint64_t bits;
    memcpy(&bits, &node.number, sizeof bits);
    return bits;
}

static uint64_t hash(struct expr node)
{
    uint64_t h = contents(node) + ((uint64_t)node.kind << 8 | node.op) * 0x9e3779b97f4a7c15;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9;
    h = (h ^ (h >> 27)) * 0x94d049bb133111eb;
    return h ^ (h >> 31);
}

static bool equal(struct expr x, struct expr y)
{
    return x.kind == y.kind && x.op == y.op && contents(x) == contents(y);
}

// The slot that holds this node, or the free one where it belongs. A slot holds a node's id + 1.
static uint32_t *find_slot(const struct exprs *p, struct expr node)
{
    const struct expr *nodes = p->nodes.data;
    uint32_t *slots = p->slots.data;
    size_t mask = p->slots.count - 1, at = hash(node) & mask;
    while (slots[at] != 0 && !equal(nodes[slots[at] - 1], node)) {
        at = (at + 1) & mask;
    }
    return &slots[at];
}

// Keeps at least half of the slots free; their number is a power of two.
static bool make_room(struct exprs *p)
{
    if (2 * (p->nodes.count + 1) <= p->slots.count) {
        return true;
    }
    size_t count = p->slots.count == 0 ? 64 : 2 * p->slots.count;
    if (!buf_resize(&p->slots, count)) {
        return false;
    }
    memset(p->slots.data, 0, count * sizeof(uint32_t));
    for (uint32_t i = 0; i < p->nodes.count; i++) {
        *find_slot(p, expr_get(p, i)) = i + 1;
    }
    return true;
}

static uint32_t intern(struct exprs *p, struct expr node)
{
    if (stop_after(p->stop, 8) || !make_room(p)) {
        return EXPR_NONE;
    }
    uint32_t *slot = find_slot(p, node);
    if (*slot != 0) {
        return *slot - 1;
    }
    p->full |= p->nodes.count == EXPRS_MOST;
    struct expr *at = p->full ? NULL : buf_push(&p->nodes, 1);
    if (at == NULL) {
        return EXPR_NONE;
    }
    *at = node;
    return (*slot = (uint32_t)p->nodes.count) - 1;
}

uint32_t expr_number(struct exprs *p, double number)
{
    // One nan, and one zero.
    number = isnan(number) ? (double)NAN : number == 0 ? 0 : number;
    return intern(p, (struct expr){.kind = EXPR_NUMBER, .constant = true, .number = number});
}

uint32_t expr_name(struct exprs *p, const char *s, size_t length)
{
    uint32_t name = names_intern(&p->names, s, length);
    if (name == NAME_NONE) {
        p->nodes.failed = true;  // the pool's failure, as of any other node
        return EXPR_NONE;
    }
    return intern(p, (struct expr){.kind = EXPR_NAME, .a = name});
}

uint32_t expr_apply(struct exprs *p, enum op op, uint32_t a, uint32_t b)
{
    b = op_get(op)->arity == 1 ? a : b;
    if (a == EXPR_NONE || b == EXPR_NONE) {
        return EXPR_NONE;
    }
    struct expr x = expr_get(p, a), y = expr_get(p, b);
    if (op == OP_NEG && x.kind == EXPR_NUMBER) {
        return expr_number(p, -x.number);
    }
    return intern(p, (struct expr){.kind = EXPR_OP,
                                   .op = (uint8_t)op,
                                   .constant = x.constant && y.constant,
                                   .a = a,
                                   .b = b});
}

bool expr_is_op(const struct exprs *p, uint32_t id, enum op op)
{
    struct expr e = expr_get(p, id);
    return e.kind == EXPR_OP && e.op == op;
}

bool expr_is_number(const struct exprs *p, uint32_t id, double number)
{
    struct expr e = expr_get(p, id);
    return e.kind == EXPR_NUMBER && e.number == number;
}

// ---- Walks --------------------------------------------------------------------------------------

// Marks (with 1, in a byte for each node up to root) what root is made of; descends into a node
// only where `instead` has nothing for it. False: out of memory, or there was none for root.
static bool mark_reached(const struct exprs *p, uint32_t root, const uint32_t *instead,
                         struct buf *marks)
{
    buf_init(marks, 1);
    if (root == EXPR_NONE || stop_after(p->stop, root) || !buf_resize(marks, (size_t)root + 1)) {
        return false;
    }
    uint8_t *mark = marks->data;
    mark[root] = 1;
    for (uint32_t i = root + 1; i-- > 0;) {
        struct expr e = expr_get(p, i);
        if (mark[i] != 0 && e.kind == EXPR_OP && (instead == NULL || instead[i] == EXPR_NONE)) {
            mark[e.a] = mark[e.b] = 1;
        }
    }
    return true;
}

bool expr_reach(const struct exprs *p, uint32_t root, struct buf *ids)
{
    struct buf marks;
    buf_init(ids, sizeof(uint32_t));
    bool ok = mark_reached(p, root, NULL, &marks);
    for (uint32_t i = 0; ok && i <= root; i++) {
        if (BUF(uint8_t, &marks)[i] != 0) {
            uint32_t *at = buf_push(ids, 1);
            ok = at != NULL;
            if (ok) {
                *at = i;
            }
        }
    }
    buf_release(&marks);
    if (!ok) {
        buf_release(ids);
    }
    return ok;
}

bool expr_free_names(const struct exprs *p, uint32_t root, struct buf *ids)
{
    bool ok = expr_reach(p, root, ids);
    uint32_t *id = ids->data;
    size_t kept = 0;
    for (size_t i = 0; ok && i < ids->count; i++) {
        if (expr_get(p, id[i]).kind == EXPR_NAME) {
            id[kept++] = id[i];
        }
    }
    ids->count = kept;
    return ok;
}

static uint32_t copy_node(struct exprs *to, const struct exprs *from, uint32_t id,
                          const uint32_t *copies)
{
    struct expr e = expr_get(from, id);
    if (e.kind == EXPR_NUMBER) {
        return expr_number(to, e.number);
    }
    if (e.kind == EXPR_OP) {
        return expr_apply(to, (enum op)e.op, copies[e.a], copies[e.b]);
    }
    if (to == from) {
        return id;
    }
    size_t length;
    const char *s = names_text(&from->names, e.a, &length);
    return expr_name(to, s, length);
}

uint32_t expr_copy(struct exprs *to, const struct exprs *from, uint32_t root,
                   const uint32_t *instead)
{
    if (root == EXPR_NONE) {
        return EXPR_NONE;
    }
    struct buf marks, copies;
    buf_init(&copies, sizeof(uint32_t));
    bool ok = mark_reached(from, root, instead, &marks) && buf_resize(&copies, (size_t)root + 1);
    uint32_t *copy = copies.data;
    for (uint32_t i = 0; ok && i <= root; i++) {
        if (BUF(uint8_t, &marks)[i] != 0) {
            bool given = instead != NULL && instead[i] != EXPR_NONE;
            copy[i] = given ? instead[i] : copy_node(to, from, i, copy);
        }
    }
    uint32_t result = ok ? copy[root] : EXPR_NONE;
    to->nodes.failed |= !ok;
    buf_release(&marks);
    buf_release(&copies);
    return result;
}

uint32_t expr_substitute(struct exprs *p, uint32_t root, uint32_t old, uint32_t by)
{
    if (root == EXPR_NONE || old == EXPR_NONE || by == EXPR_NONE || old > root) {
        return root;
    }
    struct buf instead;
    buf_init(&instead, sizeof(uint32_t));
    uint32_t result = EXPR_NONE;
    if (buf_resize(&instead, (size_t)root + 1)) {
        memset(instead.data, 0xFF, instead.count * sizeof(uint32_t));
        BUF(uint32_t, &instead)[old] = by;
        result = expr_copy(p, p, root, instead.data);
    }
    buf_release(&instead);
    return result;
}

bool expr_value(const struct exprs *p, uint32_t root, const double *of_name, double *value)
{
    struct buf values;
    buf_init(&values, sizeof(double));
    bool ok = buf_resize(&values, (size_t)root + 1);
    double *v = values.data;
    for (uint32_t i = 0; ok && i <= root; i++) {
        struct expr e = expr_get(p, i);
        v[i] = e.kind == EXPR_NUMBER ? e.number
               : e.kind == EXPR_NAME ? of_name[e.a]
                                     : op_value((enum op)e.op, v[e.a], v[e.b]);
    }
    if (ok) {
        *value = v[root];
    }
    buf_release(&values);
    return ok;
}

size_t expr_length(const struct exprs *p, uint32_t root, size_t most)
{
    struct buf walk;
    buf_init(&walk, sizeof(uint32_t));
    size_t length = 0;
    for (uint32_t at = root; length < most; length++) {
        struct expr e = expr_get(p, at);
        if (e.kind == EXPR_OP && op_get((enum op)e.op)->arity == 2) {
            uint32_t *later = buf_push(&walk, 1);
            if (later == NULL) {
                length = most;
                break;
            }
            *later = e.b;
        }
        if (e.kind == EXPR_OP) {
            at = e.a;
        } else if (walk.count > 0) {
            at = BUF(uint32_t, &walk)[--walk.count];
        } else {
            length++;
            break;
        }
    }
    buf_release(&walk);
    return length;
}
