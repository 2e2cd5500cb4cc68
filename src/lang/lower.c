#include "lang/lower.h"

#include <math.h>
#include <string.h>

#include "engine/sweep.h"
#include "lang/foreign.h"

void lower_init(struct lower *w, struct tape *tape, const struct names *names,
                const struct source *source, struct diag *diag, const volatile int *stop)
{
    *w = (struct lower){.tape = tape,
                        .names = names,
                        .source = source,
                        .diag = diag,
                        .stop = stop,
                        .unreached = NODE_NONE,
                        .gradless = NODE_NONE};
    buf_init(&w->stack, sizeof(struct operand));
}

void lower_release(struct lower *w)
{
    buf_release(&w->stack);
}

static bool push(struct lower *w, struct operand operand)
{
    struct operand *at = buf_push(&w->stack, 1);
    if (at == NULL) {
        return diag_out_of_memory(w->diag);
    }
    *at = operand;
    return true;
}

static struct operand *operands(struct lower *w, size_t count)
{
    BS_ASSERT(w->stack.count >= count);
    return BUF(struct operand, &w->stack) + (w->stack.count - count);
}

static bool replace(struct lower *w, size_t count, struct operand by)
{
    w->stack.count -= count;
    return push(w, by);
}

static struct operand number_operand(double number, struct span span)
{
    return (struct operand){.number = number, .span = span};
}

static bool no_room(struct lower *w, struct span span)
{
    if (tape_count(w->tape) == TAPE_MOST) {
        diag_set(w->diag, span, "the graph is full: it holds at most %d nodes", TAPE_MOST);
        return diag_hint(w->diag, "'reset' starts an empty one");
    }
    return diag_out_of_memory(w->diag);
}

bool lower_as_node(struct lower *w, struct operand *operand, uint8_t marks)
{
    if (!operand->is_node) {
        operand->node = tape_leaf(w->tape, operand->number, marks);
        operand->is_node = true;
    }
    return operand->node != NODE_NONE || no_room(w, operand->span);
}

double lower_number(const struct lower *w, const struct operand *operand)
{
    return operand->is_node ? tape_value(w->tape, operand->node) : operand->number;
}

static bool apply(struct lower *w, enum op op, struct span span)
{
    size_t arity = (size_t)op_get(op)->arity;
    struct operand *x = operands(w, arity), *y = x + arity - 1;
    struct span whole = {x->span.start < span.start ? x->span.start : span.start,
                         y->span.end > span.end ? y->span.end : span.end};
    if (!x->is_node && !y->is_node) {
        double number = op_value(op, x->number, y->number);
        if (!isfinite(number) && isfinite(x->number) && isfinite(y->number) &&
            w->strange.end == 0) {
            w->strange = whole;
            w->strange_value = number;
        }
        return replace(w, arity, number_operand(number, whole));
    }
    if (!lower_as_node(w, x, MARK_CONST) || !lower_as_node(w, y, MARK_CONST)) {
        return false;
    }
    uint32_t node = tape_apply(w->tape, op, x->node, y->node);
    if (node == NODE_NONE) {
        return no_room(w, span);
    }
    return replace(w, arity, (struct operand){.is_node = true, .node = node, .span = whole});
}

// The numbers that have names until the learner takes the names for something else.
static const struct known {
    const char *name;
    double number;
} known[] = {
    {"pi", 3.14159265358979323846}, {"π", 3.14159265358979323846},
    {"inf", __builtin_inf()},       {"nan", __builtin_nan("")},
};

// How the function is written.
static bool hint_call(struct lower *w, const char *s, size_t length)
{
    char name[QUOTED];
    enum op op = op_find(s, length, OP_CALL);
    diag_quote(name, s, length);
    return diag_hint(w->diag, op == OP_COUNT           ? "write %s(L, a), or a.grad"
                              : op_get(op)->arity == 1 ? "write %s(x)"
                                                       : "write %s(x, y)",
                     name);
}

static bool unknown_name(struct lower *w, const char *s, struct span span)
{
    char name[QUOTED];
    size_t length = span.end - span.start;
    const char *foreign = foreign_hint(s, length, false);
    struct nearest nearest;
    diag_quote(name, s, length);
    if (lower_is_function(s, length)) {
        diag_set(w->diag, span, "'%s' is a function: it needs its value in parentheses", name);
        return hint_call(w, s, length);
    }
    diag_set(w->diag, span, "there is no '%s' yet", name);
    if (foreign != NULL) {
        return diag_hint(w->diag, "%s", foreign);
    }
    if (s[0] == 'd' && names_lookup(w->names, s + 1, length - 1).rank != VALUE_UNBOUND) {
        return diag_hint(w->diag, "a derivative is written dL/da, or grad(L, a)");
    }
    nearest_init(&nearest, s, length);
    nearest_offer_bound(&nearest, w->names);
    lower_offer_functions(&nearest);
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        nearest_offer(&nearest, known[i].name, strlen(known[i].name));
    }
    if (nearest.best[0] != '\0') {
        return diag_hint(w->diag, "did you mean '%s'?", nearest.best);
    }
    return diag_hint(w->diag, "give it a value first: %s = 1", name);
}

static bool take_name(struct lower *w, struct span span)
{
    const char *s = w->source->text + span.start;
    size_t length = span.end - span.start;
    struct value value = names_lookup(w->names, s, length);
    if (value.rank == VALUE_SCALAR) {
        w->named = true;
        return push(w, (struct operand){.is_node = true, .node = value.base, .span = span});
    }
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strlen(known[i].name) == length && memcmp(known[i].name, s, length) == 0) {
            return push(w, number_operand(known[i].number, span));
        }
    }
    return unknown_name(w, s, span);
}

static bool take_node(struct lower *w, const struct item *item)
{
    if (item->node >= tape_count(w->tape)) {
        diag_set(w->diag, item->span, "there is no node %%%u", (unsigned)item->node);
        return tape_count(w->tape) == 0
                   ? diag_hint(w->diag, "the graph is empty; try a = 2")
                   : diag_hint(w->diag, "the last one is %%%u",
                               (unsigned)(tape_count(w->tape) - 1));
    }
    w->named = true;
    return push(w, (struct operand){.is_node = true, .node = item->node, .span = item->span});
}

// L.backward(): a statement, which is read before expressions are.
static bool is_pass(const char *s, size_t length)
{
    return (length == 8 && memcmp(s, "backward", 8) == 0) ||
           (length == 7 && memcmp(s, "forward", 7) == 0);
}

static bool take_field(struct lower *w, struct span span)
{
    struct operand *x = operands(w, 1);
    const char *s = w->source->text + span.start;
    size_t length = span.end - span.start;
    bool data = length == 4 && memcmp(s, "data", 4) == 0;
    bool grad = length == 4 && memcmp(s, "grad", 4) == 0;
    char name[QUOTED];
    diag_quote(name, s, length);
    if (!data && !grad) {
        diag_set(w->diag, span, "a value has no field '%s'", name);
        return lower_is_function(s, length) || is_pass(s, length)
                   ? diag_hint(w->diag, "write .%s() with parentheses", name)
                   : diag_hint(w->diag, "the fields are .data and .grad");
    }
    if (!x->is_node) {
        diag_set(w->diag, span, "a plain number has no .%s", name);
        return diag_hint(w->diag, "give it a name first: x = …");
    }
    if (grad && !tape_marked(w->tape, x->node, MARK_GRAD)) {
        w->gradless = x->node;
    }
    double number = data ? tape_value(w->tape, x->node) : tape_grad(w->tape, x->node);
    return replace(w, 1, number_operand(number, (struct span){x->span.start, span.end}));
}

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

bool lower_slope(struct lower *w, uint32_t root, uint32_t of, struct span span, double *slope)
{
    if (of > root) {
        w->unreached = of;
        w->unreached_by = root;
        *slope = 0;
        return true;
    }
    struct adjoints adjoints = {0};
    enum sweep_end end = w->tape->any_stale ? slope_when_stale(w, root, of, &adjoints)
                                            : sweep_adjoints(w->tape, w->stop, root, of, &adjoints);
    if (end == SWEEP_DONE && !adjoints_reach(&adjoints, of)) {
        w->unreached = of;
        w->unreached_by = root;
    }
    if (end == SWEEP_DONE) {
        *slope = adjoints_get(&adjoints, of);
    }
    adjoints_release(&adjoints);
    return end == SWEEP_DONE ||
           (end == SWEEP_STOPPED ? diag_set(w->diag, span, "interrupted")
                                 : diag_out_of_memory(w->diag));
}

static bool take_slope(struct lower *w, struct span span)
{
    const struct operand *of = operands(w, 2);
    double slope;
    for (int i = 0; i < 2; i++) {
        if (!of[i].is_node) {
            diag_set(w->diag, of[i].span, "a derivative is of a node with respect to a node");
            return diag_hint(w->diag, "a plain number moves nothing; give it a name first");
        }
    }
    return lower_slope(w, of[0].node, of[1].node, span, &slope) &&
           replace(w, 2, number_operand(slope, span));
}

static const char grad_name[] = "grad";

bool lower_is_function(const char *name, size_t length)
{
    return op_find(name, length, OP_CALL) != OP_COUNT ||
           (length == strlen(grad_name) && memcmp(name, grad_name, length) == 0);
}

void lower_offer_functions(struct nearest *n)
{
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        if (op_get(op)->form == OP_CALL) {
            nearest_offer(n, op_get(op)->name, strlen(op_get(op)->name));
        }
    }
    nearest_offer(n, grad_name, strlen(grad_name));
}

static bool unknown_function(struct lower *w, const char *s, struct span span)
{
    char name[QUOTED];
    size_t length = span.end - span.start;
    const char *foreign = foreign_hint(s, length, true);
    struct nearest nearest;
    diag_quote(name, s, length);
    if (names_lookup(w->names, s, length).rank != VALUE_UNBOUND) {
        diag_set(w->diag, span, "'%s' is a value, not a function", name);
        return diag_hint(w->diag, "to multiply write %s*(…)", name);
    }
    if (is_pass(s, length)) {
        diag_set(w->diag, span, "'%s' is a statement of its own, not a value", name);
        return diag_hint(w->diag, "write %s L", name);
    }
    diag_set(w->diag, span, "there is no function '%s'", name);
    if (foreign != NULL) {
        return diag_hint(w->diag, "%s", foreign);
    }
    nearest_init(&nearest, s, length);
    lower_offer_functions(&nearest);
    nearest_offer(&nearest, "backward", 8);
    nearest_offer(&nearest, "forward", 7);
    return nearest.best[0] != '\0' ? diag_hint(w->diag, "did you mean '%s'?", nearest.best)
                                   : diag_hint(w->diag, "'help functions' lists them");
}

static bool take_call(struct lower *w, const struct item *item)
{
    const char *s = w->source->text + item->span.start;
    size_t length = item->span.end - item->span.start;
    enum op op = op_find(s, length, OP_CALL);
    if (op == OP_COUNT && !lower_is_function(s, length)) {
        return unknown_function(w, s, item->span);
    }
    uint32_t wanted = op == OP_COUNT ? 2 : (uint32_t)op_get(op)->arity;
    if (item->count != wanted) {
        char name[QUOTED];
        diag_quote(name, s, length);
        diag_set(w->diag, item->span, "'%s' takes %u value%s, here it is given %u", name, wanted,
                 wanted == 1 ? "" : "s", item->count);
        return hint_call(w, s, length);
    }
    return op == OP_COUNT ? take_slope(w, item->span) : apply(w, op, item->span);
}

static bool take(struct lower *w, const struct item *item)
{
    switch (item->kind) {
    case ITEM_NUMBER:
        return push(w, number_operand(item->number, item->span));
    case ITEM_NAME:
        return take_name(w, item->span);
    case ITEM_NODE:
        return take_node(w, item);
    case ITEM_OP:
        return apply(w, item->op, item->span);
    case ITEM_CALL:
        return take_call(w, item);
    case ITEM_FIELD:
        return take_field(w, item->span);
    case ITEM_SLOPE:
        return take_slope(w, item->span);
    case ITEM_END:
    case ITEM_ERROR:
        break;
    }
    return false;
}

bool lower_expression(struct lower *w, struct parser *p, struct operand *result)
{
    enum { STRIDE = 1 << 14 };
    w->stack.count = 0;
    for (size_t i = 1;; i++) {
        struct item item = parser_next(p);
        if (item.kind == ITEM_END) {
            *result = *operands(w, 1);
            return true;
        }
        if (item.kind == ITEM_ERROR || !take(w, &item)) {
            return false;
        }
        if (i % STRIDE == 0 && w->stop != NULL && *w->stop != 0) {
            return diag_set(w->diag, item.span, "interrupted");
        }
    }
}
