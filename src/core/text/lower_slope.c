#include "text/lower_parts.h"

#include <stdio.h>
#include <string.h>

#include "engine/grow.h"
#include "engine/sweep.h"

// Stale values are refreshed on the tape for the moment, and put back.
static enum sweep_end fresh_begin(struct lower *w, struct checkpoint *c)
{
    checkpoint_take(c, w->tape, NULL);
    return checkpoint_refresh(c, w->stop);
}

static bool swept(struct lower *w, enum sweep_end end, struct span span)
{
    return end == SWEEP_DONE || lower_no_room(w, span);
}

// ---- Numbers ------------------------------------------------------------------------------------

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

// Writes the derivatives of a node in every element of `of`. *reached is set if it depends on one.
static bool read_slopes(struct lower *w, uint32_t root, const struct operand *of, struct span span,
                        double *numbers, bool *reached)
{
    struct adjoints adjoints = {0};
    uint32_t cols = operand_cols(of);
    enum sweep_end end = sweep_adjoints(w->tape, w->stop, root, lowest(w, of), &adjoints);
    for (uint32_t k = 0; end == SWEEP_DONE && k < operand_count(of); k++) {
        uint32_t node = operand_node(w, of, k / cols, k % cols);
        *reached |= adjoints_reach(&adjoints, node);
        numbers[k] = adjoints_get(&adjoints, node);
    }
    adjoints_release(&adjoints);
    return swept(w, end, span);
}

static bool first_slopes(struct lower *w, uint32_t root, const struct operand *of, struct span span,
                         struct operand *out)
{
    struct checkpoint fresh;
    bool reached = false, array = operand_is_array(of);
    double *numbers =
        array ? array_numbers(w, of->array.rank, of->array.rows, of->array.cols, span, out)
              : &out->number;
    bool ok = numbers != NULL && swept(w, fresh_begin(w, &fresh), span) &&
              read_slopes(w, root, of, span, numbers, &reached);
    if (numbers != NULL) {
        checkpoint_keep_nodes(&fresh);
    }
    if (ok && !reached) {
        w->unreached = operand_node(w, of, 0, 0);
        w->unreached_by = root;
    }
    return ok;
}

// ---- Nodes --------------------------------------------------------------------------------------

// What one sweep makes is a group, which pictures fold to a box.
static bool begin_group(struct lower *w, uint32_t *group)
{
    static const char name[] = "backward";
    const struct activation *in = lower_innermost(w);
    uint32_t id = names_intern(w->names, name, sizeof name - 1);
    *group = id == NAME_NONE ? GROUP_NONE
                             : groups_begin(w->groups, id, in == NULL ? GROUP_NONE : in->group,
                                            tape_count(w->tape));
    return *group != GROUP_NONE || diag_out_of_memory(w->diag);
}

bool lower_grow(struct lower *w, uint32_t root, const uint32_t *of, size_t count,
                struct gradient *out, struct span span)
{
    uint32_t group = GROUP_NONE;
    if (w->groups != NULL && !begin_group(w, &group)) {
        return false;
    }
    enum sweep_end end = grow_gradients(w->tape, w->stop, root, of, count, out, &w->grown);
    if (group != GROUP_NONE) {
        groups_end(w->groups, group, tape_count(w->tape));
    }
    return swept(w, end, span);
}

// Appends d root / d of to `terms` (struct gradient), for every element of `of`. stays: not aside.
static bool grow_in(struct lower *w, struct gradient root, const struct operand *of,
                    struct span span, struct buf *terms, bool stays)
{
    size_t count = operand_count(of);
    struct gradient *out = buf_push(terms, count);
    struct buf ids;
    buf_init(&ids, sizeof(uint32_t));
    if (out == NULL || !buf_resize(&ids, count)) {
        buf_release(&ids);
        return diag_out_of_memory(w->diag);
    }
    uint32_t *id = ids.data, cols = operand_cols(of);
    for (uint32_t k = 0; k < count; k++) {
        id[k] = operand_node(w, of, k / cols, k % cols);
        out[k] = (struct gradient){.node = NODE_NONE};
    }
    bool ok =
        root.node == NODE_NONE ||
        (stays ? lower_grow(w, root.node, id, count, out, span)
               : swept(w, grow_gradients(w->tape, w->stop, root.node, id, count, out, NULL), span));
    buf_release(&ids);
    return ok;
}

// Grows the derivative that an operand remembers: an element for each of the numbers it has.
static bool grow_chain(struct lower *w, uint32_t slope, struct span span, struct buf *terms)
{
    uint32_t chain[SLOPE_ORDERS] = {0}, depth = 0;
    for (; slope != 0 && depth < SLOPE_ORDERS; depth++) {
        chain[depth] = slope;
        slope = BUF(struct slope_of, &w->slopes)[slope - 1].below;
    }
    if (slope != 0) {
        diag_set(w->diag, span, "derivatives go up to order %d", SLOPE_ORDERS);
        return false;
    }
    bool ok = true;
    for (uint32_t d = depth; ok && d-- > 0;) {
        struct slope_of row = BUF(struct slope_of, &w->slopes)[chain[d] - 1];
        struct gradient first = {.node = row.root};
        struct buf next;
        buf_init(&next, sizeof(struct gradient));
        size_t roots = row.below == 0 ? 1 : terms->count;
        for (size_t k = 0; ok && k < roots; k++) {
            struct gradient root = row.below == 0 ? first : BUF(struct gradient, terms)[k];
            ok = grow_in(w, root, &row.of, span, &next, false) && lower_goes_on(w, k, 1000, span);
        }
        buf_release(terms);
        *terms = next;
    }
    return ok;
}

// "d2L/dadb", "d3y/dx3": what a number is the derivative of. NULL: out of memory.
static const char *slope_label(struct lower *w, uint32_t slope)
{
    uint32_t of[SLOPE_ORDERS], root = NODE_NONE;
    int order = 0;
    for (; slope != 0 && order < SLOPE_ORDERS; order++) {
        const struct slope_of *row = &BUF(struct slope_of, &w->slopes)[slope - 1];
        of[SLOPE_ORDERS - 1 - order] = operand_node(w, &row->of, 0, 0);
        root = row->root;
        slope = row->below;
    }
    struct text out;
    text_init(&out);
    names_derivative(w->names, &out, root, of + SLOPE_ORDERS - order, order);
    const char *words = arena_copy(&w->memory, text_get(&out), text_length(&out));
    text_release(&out);
    return words;
}

// That x does not depend on `of`: once, for a derivative by what it is the derivative of.
static void note_unreached(struct lower *w, const struct operand *x, const struct operand *of)
{
    char label[LABEL_TEXT];
    if (x->slope == 0) {
        w->unreached = operand_node(w, of, 0, 0);
        w->unreached_by = x->node;
        return;
    }
    const char *d = slope_label(w, x->slope);
    if (d != NULL && w->unreached == NODE_NONE && !w->told_unreached) {
        w->told_unreached = true;
        names_label(w->names, label, operand_node(w, of, 0, 0));
        lower_remark(w, arena_printf(&w->memory, "%s does not depend on %s, so the derivative is 0",
                                     d, label));
    }
}

// ---- Derivatives of derivatives -----------------------------------------------------------------

// The shape of the derivatives of numbers, which have the shape of x, in every element of `of`.
static bool slopes_shape(struct lower *w, const struct operand *x, const struct operand *of,
                         struct span span, struct value *shape)
{
    bool outer = operand_is_array(x), inner = operand_is_array(of);
    *shape = outer ? x->array : inner ? of->array : value_of_node(NODE_NONE);
    if (outer && inner && x->array.rank == VALUE_VECTOR && of->array.rank == VALUE_VECTOR) {
        *shape = value_block(VALUE_MATRIX, 0, x->array.cols, of->array.cols);
    } else if (outer && inner) {
        diag_set(w->diag, span, "this has more than two axes, and arrays here have two at most");
        return diag_hint(w->diag, "node G = … keeps the first derivative; then differentiate an "
                                  "element of it");
    }
    return true;
}

// An array for these numbers; the pointer to be filled.
static double *slopes_array(struct lower *w, const struct operand *x, const struct operand *of,
                            struct span span, struct operand *out)
{
    struct value v;
    if (!slopes_shape(w, x, of, span, &v)) {
        return NULL;
    }
    return v.rank == VALUE_SCALAR ? &out->number
                                  : array_numbers(w, v.rank, v.rows, v.cols, span, out);
}

// What the number x remembers to be a derivative is grown aside, and differentiated.
static bool further_slopes(struct lower *w, const struct operand *x, const struct operand *of,
                           struct span span, struct operand *out)
{
    struct buf terms;
    struct checkpoint fresh;
    bool reached = false;
    double *numbers = slopes_array(w, x, of, span, out);
    if (numbers == NULL) {
        return false;
    }
    buf_init(&terms, sizeof(struct gradient));
    bool ok = swept(w, fresh_begin(w, &fresh), span) && grow_chain(w, x->slope, span, &terms);
    size_t count = operand_count(of);
    for (size_t k = 0; ok && k < terms.count; k++) {
        uint32_t root = BUF(struct gradient, &terms)[k].node;
        memset(numbers + k * count, 0, count * sizeof *numbers);
        ok = root == NODE_NONE || read_slopes(w, root, of, span, numbers + k * count, &reached);
    }
    checkpoint_back(&fresh);
    buf_release(&terms);
    if (ok && !reached) {
        note_unreached(w, x, of);
    }
    return ok;
}

// ---- As nodes -----------------------------------------------------------------------------------

// Grown derivatives as an operand of this shape.
static bool grown_operand(struct lower *w, const struct buf *terms, struct value v,
                          struct span span, struct operand *out)
{
    const struct gradient *term = terms->data;
    bool nodes = false;
    for (size_t k = 0; k < terms->count; k++) {
        nodes |= term[k].node != NODE_NONE;
    }
    if (!value_is_array(v)) {
        *out = (struct operand){
            .is_node = nodes, .node = term->node, .number = term->number, .span = span};
        return true;
    }
    if (!nodes) {
        double *numbers = array_numbers(w, v.rank, v.rows, v.cols, span, out);
        for (size_t k = 0; numbers != NULL && k < terms->count; k++) {
            numbers[k] = term[k].number;
        }
        return numbers != NULL;
    }
    uint32_t *list = array_list(w, v.rank, v.rows, v.cols, span, out);
    for (size_t k = 0; list != NULL && k < terms->count; k++) {
        list[k] = term[k].node != NODE_NONE ? term[k].node : tape_leaf(w->tape, term[k].number, 0);
        if (list[k] == NODE_NONE) {
            return lower_no_room(w, span);
        }
    }
    return list != NULL;
}

// The node that was made for this derivative before, if its value is the derivative's now.
static uint32_t made_before(struct lower *w, uint32_t root, const struct operand *of)
{
    struct adjoints a = {0};
    uint32_t node = operand_is_array(of) ? NODE_NONE : names_grown(w->names, root, of->node);
    if (node == NODE_NONE || sweep_adjoints(w->tape, w->stop, root, of->node, &a) != SWEEP_DONE ||
        adjoints_get(&a, of->node) != tape_value(w->tape, node)) {
        node = NODE_NONE;
    }
    adjoints_release(&a);
    return node;
}

static bool slopes_as_nodes(struct lower *w, const struct operand *root, const struct operand *of,
                            struct span span, struct operand *out)
{
    struct buf terms;
    struct checkpoint fresh;
    struct value shape;
    if (!slopes_shape(w, root, of, span, &shape)) {
        return false;
    }
    buf_init(&terms, sizeof(struct gradient));
    bool ok = swept(w, fresh_begin(w, &fresh), span);
    bool single = !operand_is_array(root);
    uint32_t before = ok && single ? made_before(w, root->node, of) : NODE_NONE;
    uint32_t cols = operand_cols(root);
    if (before != NODE_NONE) {
        *out = (struct operand){.is_node = true, .node = before, .span = span};
    }
    for (uint32_t k = 0; ok && before == NODE_NONE && k < operand_count(root); k++) {
        uint32_t node = operand_node(w, root, k / cols, k % cols);
        ok = grow_in(w, (struct gradient){.node = node}, of, span, &terms, true) &&
             lower_goes_on(w, k, 100, span);
    }
    checkpoint_keep_nodes(&fresh);
    bool reached = false;
    for (size_t k = 0; ok && k < terms.count; k++) {
        reached |= BUF(struct gradient, &terms)[k].reached;
    }
    if (ok && !reached && before == NODE_NONE) {
        note_unreached(w, root, of);
    }
    ok = ok && (before != NODE_NONE || grown_operand(w, &terms, shape, span, out));
    buf_release(&terms);
    return ok;
}

// d root / d of where that is a node which is there anyway: dL/dd = f.
static uint32_t grows_nothing(struct lower *w, uint32_t root, uint32_t of)
{
    struct checkpoint fresh;
    struct gradient g = {.node = NODE_NONE};
    bool ok = fresh_begin(w, &fresh) == SWEEP_DONE &&
              grow_gradients(w->tape, w->stop, root, &of, 1, &g, NULL) == SWEEP_DONE;
    checkpoint_back(&fresh);
    return ok && g.node < fresh.nodes ? g.node : NODE_NONE;
}

// The nodes that the derivatives in the elements of an array were grown as.
static bool grown_elements(struct lower *w, uint32_t root, const struct operand *of,
                           struct span span, struct operand *out)
{
    struct value v = of->array;
    uint32_t *list = array_list(w, v.rank, v.rows, v.cols, span, out);
    for (uint32_t k = 0; list != NULL && k < v.rows * v.cols; k++) {
        uint32_t node = operand_node(w, of, k / v.cols, k % v.cols);
        list[k] = names_grown(w->names, root, node);
        list[k] = list[k] == NODE_NONE ? grows_nothing(w, root, node) : list[k];
        if (list[k] == NODE_NONE || !lower_goes_on(w, k, w->names->grown.count + 1, span)) {
            return false;
        }
    }
    return list != NULL;
}

// The node that dL/da was grown as.
static bool grown_already(struct lower *w, uint32_t root, const struct operand *of,
                          struct span span, struct operand *out)
{
    char a[LABEL_TEXT], b[LABEL_TEXT];
    if (operand_is_array(of) && grown_elements(w, root, of, span, out)) {
        return true;
    }
    uint32_t node = operand_is_array(of) ? NODE_NONE : names_grown(w->names, root, of->node);
    if (node == NODE_NONE && !operand_is_array(of)) {
        node = grows_nothing(w, root, of->node);
    }
    if (node != NODE_NONE || w->diag->set) {
        *out = (struct operand){.is_node = true, .node = node, .span = span};
        return !w->diag->set;
    }
    names_label(w->names, a, root);
    const char *s = w->source->text + of->span.start;
    int n = (int)(of->span.end - of->span.start);
    names_label(w->names, b, operand_node(w, of, 0, 0));
    diag_set(w->diag, span, "this derivative is a number here, not a node of the graph");
    return operand_is_array(of) ? diag_hint(w->diag, "node G = d%s/d%.*s makes it nodes", a, n, s)
                                : diag_hint(w->diag, "node g = d%s/d%s makes it one", a, b);
}

// The node that dL/da was grown as, or its number.
static bool made_slopes(struct lower *w, const struct operand *root, const struct operand *of,
                        struct span span, struct operand *out)
{
    struct checkpoint fresh;
    bool ok = swept(w, fresh_begin(w, &fresh), span);
    uint32_t node = ok ? made_before(w, root->node, of) : NODE_NONE;
    checkpoint_back(&fresh);
    if (node != NODE_NONE) {
        *out = (struct operand){.is_node = true, .node = node, .span = span};
        return true;
    }
    return ok && first_slopes(w, root->node, of, span, out);
}

// ---- Both ---------------------------------------------------------------------------------------

static bool remember(struct lower *w, const struct operand *root, const struct operand *of,
                     struct operand *out)
{
    struct slope_of *at = buf_push(&w->slopes, 1);
    if (at == NULL) {
        return diag_out_of_memory(w->diag);
    }
    const struct slope_of *below =
        root->slope == 0 ? NULL : &BUF(struct slope_of, &w->slopes)[root->slope - 1];
    *at = (struct slope_of){
        .below = root->slope, .root = below == NULL ? root->node : below->root, .of = *of};
    out->slope = (uint32_t)w->slopes.count;
    return true;
}

static bool refuse_numbers(struct lower *w, const struct operand *root, const struct operand *of)
{
    const struct operand *number = root->is_node || root->slope != 0 ? of : root;
    bool computed = number == of ? of->slope != 0 : w->slopes.count > 0;
    diag_set(w->diag, number->span, "a derivative is of a node with respect to a node");
    return computed ? diag_hint(w->diag, "a derivative in a formula is a number; node g = … makes "
                                         "it nodes")
                    : diag_hint(w->diag, "nothing depends on a plain number; give it a name first");
}

bool lower_slopes(struct lower *w, const struct operand *root, const struct operand *of,
                  struct span span, struct operand *out)
{
    struct operand single = *root, in = *of;
    lower_uses(w, NODE_NONE);
    if (!of->is_node || (!root->is_node && root->slope == 0)) {
        return refuse_numbers(w, root, of);
    }
    if (operand_is_array(root) && root->is_node && operand_count(root) == 1) {
        single.node = operand_node(w, root, 0, 0);
        single.array = (struct value){0};
    }
    bool derivatives = root->slope != 0 && w->slopes_as == SLOPES_NODES;  // node H = d2L/dz2
    if (operand_is_array(&single) && single.is_node && !derivatives) {
        diag_set(w->diag, root->span, "a derivative is of one number, and this is an array");
        return diag_hint(w->diag, "take one element of it, or its sum or mean");
    }
    *out = lower_number_operand(0, span);
    bool ok = !single.is_node                ? further_slopes(w, &single, &in, span, out)
              : w->slopes_as == SLOPES_NODES ? slopes_as_nodes(w, &single, &in, span, out)
              : w->slopes_as == SLOPES_GROWN ? grown_already(w, single.node, &in, span, out)
              : w->slopes_as == SLOPES_MADE  ? made_slopes(w, &single, &in, span, out)
                                             : first_slopes(w, single.node, &in, span, out);
    return ok && remember(w, &single, &in, out);
}
