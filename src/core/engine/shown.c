#include "engine/shown.h"

// Is it another value over a constant, as a mean is? What is rounding alone stays that.
static bool is_share(const struct tape *t, uint32_t id)
{
    return tape_op(t, id) == OP_DIV && tape_marked(t, tape_operand(t, id, 1), MARK_CONST);
}

bool shown_value_cancels(const struct tape *t, uint32_t id)
{
    enum { STEPS = 64 };  // of a longer sum the first terms say nothing new
    double sum = tape_value(t, id), size = 0;
    bool adds = false;
    for (int i = 0; sum != 0 && i < STEPS; i++) {
        enum op op = tape_op(t, id);
        if (op == OP_ADD || op == OP_SUB) {
            sum = adds ? sum : tape_value(t, id);
            size += fabs(tape_value(t, tape_operand(t, id, 1)));
            adds = true;
        } else if (adds || !(op == OP_NEG || is_share(t, id))) {
            size += fabs(tape_value(t, id));
            break;
        }
        id = tape_operand(t, id, 0);
    }
    return adds && shown_cancels(sum, size);
}

double shown_value(const struct tape *t, uint32_t id)
{
    return shown_value_cancels(t, id) ? 0 : tape_value(t, id);
}

static void add_sizes(const struct tape *t, const struct adjoints *a, double *size)
{
    const double *grad = a->grad.data;
    // Users come after their operands: a node's own size is whole before it hands on.
    for (size_t k = a->grad.count; k-- > 0 && !stop_asked(t->stop, k);) {
        uint32_t i = adjoints_node(a, k);
        // What is rounding alone hands on rounding alone, of terms as large as its own.
        double passed = shown_cancels(grad[k], size[k]) ? size[k] : fabs(grad[k]);
        for (int slot = 0; passed != 0 && slot < tape_arity(t, i); slot++) {
            size_t at = adjoints_place(a, tape_operand(t, i, slot));
            if (at != SIZE_MAX && !tape_flat(t, i, slot)) {
                size[at] += passed * fabs(tape_slope(t, i, slot));
            }
        }
    }
}

// The place of a node among the sizes, if it has a gradient; else their number. `near`: where it may be.
static size_t place_of(const struct shown_size *sizes, size_t count, size_t near, uint32_t node)
{
    if (near < count && sizes[near].node == node) {
        return near;
    }
    size_t at = mem_find(sizes, count, sizeof *sizes, node);
    return at == SIZE_MAX ? count : at;
}

// As add_sizes, of the nodes that have a gradient.
static void add_listed_sizes(const struct tape *t, struct shown_size *sizes, size_t count)
{
    for (size_t k = count; k-- > 0 && !stop_asked_by(t->stop, k, 4);) {
        uint32_t i = sizes[k].node;
        double grad = tape_grad(t, i);
        double passed = shown_cancels(grad, sizes[k].size) ? sizes[k].size : fabs(grad);
        for (int slot = 0; passed != 0 && slot < tape_arity(t, i); slot++) {
            uint32_t operand = tape_operand(t, i, slot), back = i - operand;
            size_t at = place_of(sizes, k, back <= k ? k - back : count, operand);
            if (at < k && !tape_flat(t, i, slot)) {
                sizes[at].size += passed * fabs(tape_slope(t, i, slot));
            }
        }
    }
}

void shown_sizes(const struct tape *t, struct buf *sizes)
{
    buf_init(sizes, sizeof(struct shown_size));
    uint32_t end = tape_count(t), i = tape_next(t, MARK_GRAD, 0, end);
    for (; i < end && !sizes->failed; i = tape_next(t, MARK_GRAD, i + 1, end)) {
        struct shown_size *at = stop_asked(t->stop, sizes->count) ? NULL : buf_push(sizes, 1);
        if (at == NULL) {
            break;
        }
        *at = (struct shown_size){.node = i};
    }
    sizes->count = sizes->failed ? 0 : sizes->count;
    add_listed_sizes(t, sizes->data, sizes->count);
}

void shown_adjoint_sizes(const struct tape *t, const struct adjoints *a, struct buf *sizes)
{
    buf_init(sizes, sizeof(double));
    if (buf_resize(sizes, a->grad.count)) {
        add_sizes(t, a, sizes->data);
    }
}

double shown_adjoint(const struct adjoints *a, const struct buf *sizes, uint32_t id)
{
    double grad = adjoints_get(a, id);
    size_t at = adjoints_place(a, id);
    return at < sizes->count && shown_cancels(grad, BUF(double, sizes)[at]) ? 0 : grad;
}

bool shown_grad_cancels(const struct tape *t, const struct buf *sizes, uint32_t id)
{
    size_t at = place_of(sizes->data, sizes->count, id, id);
    return at < sizes->count &&
           shown_cancels(tape_grad(t, id), BUF(struct shown_size, sizes)[at].size);
}

double shown_grad(const struct tape *t, const struct buf *sizes, uint32_t id)
{
    return shown_grad_cancels(t, sizes, id) ? 0 : tape_grad(t, id);
}
