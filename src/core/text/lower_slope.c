#include "text/lower_parts.h"

#include "engine/sweep.h"

// Stale values are refreshed on the tape for the moment, and put back.
static enum sweep_end slope_when_stale(struct lower *w, uint32_t root, uint32_t of,
                                       struct adjoints *out)
{
    struct trail aside;
    trail_init(&aside);
    enum sweep_end end = sweep_forward(w->tape, &aside, w->stop, NULL);
    if (end == SWEEP_DONE) {
        end = sweep_adjoints(w->tape, w->stop, root, of, out);
    }
    trail_take_back(&aside, 0, NULL);
    trail_release(&aside);
    w->tape->any_stale = true;
    return end;
}

// The lowest node of an operand.
static uint32_t lowest(const struct lower *w, const struct operand *x)
{
    uint32_t least = NODE_NONE, cols = operand_cols(x);
    for (size_t k = 0; k < operand_count(x); k++) {
        uint32_t node = operand_node(w, x, (uint32_t)k / cols, (uint32_t)k % cols);
        least = node < least ? node : least;
    }
    return least;
}

static bool read_slopes(struct lower *w, const struct adjoints *adjoints, const struct operand *of,
                        struct span span, struct operand *out)
{
    bool reached = false;
    uint32_t cols = operand_cols(of);
    double *numbers = operand_is_array(of) ? array_numbers(w, of->array.rank, of->array.rows,
                                                           of->array.cols, span, out)
                                           : &out->number;
    for (uint32_t k = 0; numbers != NULL && k < operand_count(of); k++) {
        uint32_t node = operand_node(w, of, k / cols, k % cols);
        reached |= adjoints_reach(adjoints, node);
        numbers[k] = adjoints_get(adjoints, node);
    }
    if (!reached) {
        w->unreached = operand_node(w, of, 0, 0);
        w->unreached_by = adjoints->root;
    }
    return numbers != NULL;
}

bool lower_slopes(struct lower *w, const struct operand *root, const struct operand *of,
                  struct span span, struct operand *out)
{
    if (!root->is_node || !of->is_node) {
        diag_set(w->diag, root->is_node ? of->span : root->span,
                 "a derivative is of a node with respect to a node");
        return diag_hint(w->diag, "a plain number moves nothing; give it a name first");
    }
    struct operand single = *root;
    if (operand_is_array(root) && operand_count(root) == 1) {
        single.node = operand_node(w, root, 0, 0);
        single.array = (struct value){0};
        root = &single;
    }
    if (operand_is_array(root)) {
        diag_set(w->diag, root->span, "a derivative is of one number, and this is an array");
        return diag_hint(w->diag, "take one element of it, or its sum or mean");
    }
    *out = lower_number_operand(0, span);
    struct adjoints adjoints = {0};
    uint32_t from = lowest(w, of);
    enum sweep_end end = w->tape->any_stale
                             ? slope_when_stale(w, root->node, from, &adjoints)
                             : sweep_adjoints(w->tape, w->stop, root->node, from, &adjoints);
    bool ok = end == SWEEP_DONE && read_slopes(w, &adjoints, of, span, out);
    adjoints_release(&adjoints);
    return ok || (end == SWEEP_STOPPED ? diag_set(w->diag, span, "interrupted")
                                       : diag_out_of_memory(w->diag));
}
