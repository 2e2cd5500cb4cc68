#include "text/lower.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/stop.h"
#include "engine/sweep.h"
#include "text/builtin.h"
#include "text/foreign.h"
#include "text/loss.h"
#include "text/prelude.h"
#include "text/spelling.h"

// A function being called: its body is read like any expression, its parameters being operands that
// lie on the stack, and behind them, where the body is lines, the names of its own that have a
// value by now. Or a comprehension: its formula is read once for each element, which is its only
// argument; the results gather below it.
struct activation {
    struct parser parser;
    struct lexer lexer;
    struct source source;
    const struct source *caller;
    const struct definition *definition;  // NULL: a comprehension
    const uint32_t *names;                // of what lies at `arguments`
    uint32_t count;
    size_t arguments;  // where they begin on the stack
    uint32_t group;
    struct span name, call;  // in the caller's source: its name, and all of the call
    // The line being read: its name (NAME_NONE: it returns), and the op of +=.
    uint32_t target;
    enum op op;
    // A comprehension: the arrays that it goes through, the element, how many there are, and where
    // the formula begins.
    size_t arrays;
    uint32_t over, at, elements;
    bool counts;
    size_t start;
};

void lower_init(struct lower *w, const struct scope *scope, const struct source *source,
                struct diag *diag)
{
    *w = (struct lower){.tape = scope->tape,
                        .names = scope->names,
                        .definitions = scope->definitions,
                        .rng = scope->rng,
                        .groups = scope->groups,
                        .renumbered = scope->renumbered,
                        .used = scope->used,
                        .inputs = scope->inputs,
                        .source = source,
                        .diag = diag,
                        .stop = scope->stop,
                        .unreached = NODE_NONE,
                        .gradless = NODE_NONE};
    buf_init(&w->stack, sizeof(struct operand));
    buf_init(&w->numbers, sizeof(double));
    buf_init(&w->calls, sizeof(struct activation *));
    buf_init(&w->remarks, sizeof(const char *));
    arena_init(&w->memory);
}

static struct activation *innermost(const struct lower *w)
{
    return w->calls.count == 0 ? NULL : BUF(struct activation *, &w->calls)[w->calls.count - 1];
}

// What failed inside a function leaves no call open: the next expression is of the learner's text.
static void leave_calls(struct lower *w)
{
    while (innermost(w) != NULL) {
        w->source = innermost(w)->caller;
        parser_release(&innermost(w)->parser);
        w->calls.count--;
    }
}

void lower_release(struct lower *w)
{
    leave_calls(w);
    buf_release(&w->stack);
    buf_release(&w->numbers);
    buf_release(&w->calls);
    buf_release(&w->remarks);
    arena_release(&w->memory);
}

void lower_remark(struct lower *w, const char *words)
{
    const char **at = words == NULL ? NULL : buf_push(&w->remarks, 1);
    if (at != NULL) {
        *at = words;
    }
}

bool lower_goes_on(struct lower *w, size_t i, size_t each, struct span span)
{
    return !stop_asked_by(w->stop, i, each) || diag_set(w->diag, span, "interrupted");
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
    return count == 0 ? NULL : BUF(struct operand, &w->stack) + (w->stack.count - count);
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

bool lower_no_room(struct lower *w, struct span span)
{
    if (stop_is_asked(w->stop)) {
        return diag_set(w->diag, span, "interrupted");
    }
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
    return operand->node != NODE_NONE || lower_no_room(w, operand->span);
}

double lower_number(const struct lower *w, const struct operand *operand)
{
    return operand->is_node ? tape_value(w->tape, operand->node) : operand->number;
}

// The function that the learner's own text calls, if one is being called.
static const struct activation *outermost(const struct lower *w)
{
    for (size_t i = 0; i < w->calls.count; i++) {
        const struct activation *a = BUF(struct activation *, &w->calls)[i];
        if (a->definition != NULL) {  // a comprehension is of the text that it stands in
            return a;
        }
    }
    return NULL;
}

// Spans are of the text that is being read, which may be the body of a function. What leaves this
// file is of the learner's text: there the call stands for all that happens in it.
static struct span learners_span(const struct lower *w, struct span span)
{
    return outermost(w) == NULL ? span : outermost(w)->call;
}

static void note_strange(struct lower *w, struct span span, double number)
{
    w->strange = learners_span(w, span);
    w->strange_value = number;
    w->strange_text = NULL;
    if (outermost(w) != NULL) {
        span = source_with_parentheses(w->source, span);
        w->strange_text =
            arena_copy(&w->memory, w->source->text + span.start, span.end - span.start);
    }
}

static bool apply_numbers(struct lower *w, enum op op, double x, double y, struct span span,
                          struct operand *out)
{
    double number = op_value(op, x, y);
    if (!isfinite(number) && isfinite(x) && isfinite(y) && w->strange.end == 0) {
        note_strange(w, span, number);
    }
    *out = number_operand(number, span);
    return true;
}

bool lower_apply(struct lower *w, enum op op, struct operand *x, struct operand *y,
                 struct span span, struct operand *out)
{
    if (operand_is_array(x) || operand_is_array(y)) {
        return array_apply(w, op, x, y, span, out);
    }
    if (!x->is_node && !y->is_node) {
        return apply_numbers(w, op, x->number, y->number, span, out);
    }
    if (!lower_as_node(w, x, MARK_CONST) || !lower_as_node(w, y, MARK_CONST)) {
        return false;
    }
    uint32_t node = tape_apply(w->tape, op, x->node, y->node);
    *out = (struct operand){.is_node = true, .node = node, .span = span};
    return node != NODE_NONE || lower_no_room(w, span);
}

static bool take_op(struct lower *w, enum op op, struct span span)
{
    size_t arity = (size_t)op_get(op)->arity;
    struct operand *x = operands(w, arity), *y = x + arity - 1, result;
    struct span whole = {x->span.start < span.start ? x->span.start : span.start,
                         y->span.end > span.end ? y->span.end : span.end};
    return lower_apply(w, op, x, y, whole, &result) && replace(w, arity, result);
}

// The numbers that have names until the learner takes the names for something else.
static const struct known {
    const char *name;
    double number;
} known[] = {
    {"pi", 3.14159265358979323846},
    {"π", 3.14159265358979323846},
    {"inf", __builtin_inf()},
    {"nan", __builtin_nan("")},
};

bool lower_is_known(const char *s, size_t length)
{
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strlen(known[i].name) == length && memcmp(known[i].name, s, length) == 0) {
            return true;
        }
    }
    return false;
}

// How a function is called.
static bool hint_call(struct lower *w, const char *s, size_t length)
{
    enum op op = op_find(s, length, OP_CALL);
    const struct builtin *builtin = builtin_find(s, length);
    if (op == OP_COUNT) {
        return diag_hint(w->diag, "write %s", builtin->usage);
    }
    return diag_hint(w->diag, op_get(op)->arity == 1 ? "write %.*s(x)" : "write %.*s(x, y)",
                     (int)length, s);
}

static bool is_known(const struct lower *w, const char *s, size_t length)
{
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strlen(known[i].name) == length && memcmp(known[i].name, s, length) == 0) {
            return true;
        }
    }
    return names_lookup(w->names, s, length).rank != VALUE_UNBOUND;
}

// πr where π and r are known: two names that were written as one product.
static bool hint_product(struct lower *w, const char *s, size_t length)
{
    for (size_t i = 1; i < length && length <= 8; i++) {
        bool whole = ((unsigned char)s[i] & 0xC0) != 0x80;
        if (whole && is_known(w, s, i) && is_known(w, s + i, length - i)) {
            diag_hint(w->diag, "to multiply write %.*s*%.*s", (int)i, s, (int)(length - i), s + i);
            return true;
        }
    }
    return false;
}

static bool unknown_name(struct lower *w, const char *s, struct span span)
{
    char name[QUOTED];
    size_t length = span.end - span.start;
    const char *foreign = foreign_hint(s, length, false);
    struct nearest nearest;
    diag_quote(name, s, length);
    if (definitions_find(w->definitions, names_find(w->names, s, length)) != NULL) {
        diag_set(w->diag, span, "'%s' is a function of yours: it needs its values in parentheses",
                 name);
        return diag_hint(w->diag, "write %s(…)", name);
    }
    const char *meant = spelling_function(s, length);
    if (lower_is_function(s, length) ||
        (meant != NULL && s[0] != 's' && lower_is_function(meant, strlen(meant)))) {
        diag_set(w->diag, span, "'%s' is a function: it needs its value in parentheses", name);
        return meant == NULL ? hint_call(w, s, length) : hint_call(w, meant, strlen(meant));
    }
    diag_set(w->diag, span, "there is no '%s' yet", name);
    if (foreign != NULL) {
        return diag_hint(w->diag, "%s", foreign);
    }
    if (s[0] == 'd' && names_lookup(w->names, s + 1, length - 1).rank != VALUE_UNBOUND) {
        return diag_hint(w->diag, "a derivative is written dL/da, or grad(L, a)");
    }
    if (hint_product(w, s, length)) {
        return false;
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
    w->diag->unbound = true;
    return diag_hint(w->diag, "give it a value first: %s = 1", name);
}

struct operand lower_operand(struct value value, struct span span)
{
    struct operand x = {.is_node = true, .span = span};
    if (value_is_array(value)) {
        x.array = value;
    } else {
        x.node = value.base;
    }
    return x;
}

// The operand that a name stands for inside a function, or in a comprehension, which also sees what
// is around it; NULL if it is no name of theirs.
static struct operand *find_argument(const struct lower *w, uint32_t name)
{
    for (size_t depth = w->calls.count; depth-- > 0;) {
        const struct activation *a = BUF(struct activation *, &w->calls)[depth];
        for (uint32_t i = a->count; i-- > 0;) {
            if (a->names[i] == name) {
                return BUF(struct operand, &w->stack) + a->arguments + i;
            }
        }
        if (a->definition != NULL) {
            break;
        }
    }
    return NULL;
}

static bool take_name(struct lower *w, struct span span)
{
    const char *s = w->source->text + span.start;
    size_t length = span.end - span.start;
    uint32_t name = names_find(w->names, s, length);
    const struct operand *argument = find_argument(w, name);
    if (argument != NULL) {
        struct operand copy = *argument;
        copy.span = span;
        return push(w, copy);
    }
    struct value value = names_get(w->names, name);
    if (value.rank != VALUE_UNBOUND) {
        w->named = true;
        return push(w, lower_operand(value, span));
    }
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        if (strlen(known[i].name) == length && memcmp(known[i].name, s, length) == 0) {
            return push(w, number_operand(known[i].number, span));
        }
    }
    return unknown_name(w, s, span);
}

bool lower_no_node(struct lower *w, uint32_t node, struct span span)
{
    if (node >= w->renumbered && node < w->used) {
        diag_set(w->diag, span, "node %%%u was cleared away by a loop", (unsigned)node);
        return diag_hint(w->diag, "loops keep what a name leads to, and number it anew");
    }
    diag_set(w->diag, span, "there is no node %%%u", (unsigned)node);
    return tape_count(w->tape) == 0
               ? diag_hint(w->diag, "the graph is empty; try a = 2")
               : diag_hint(w->diag, "the last one is %%%u", (unsigned)(tape_count(w->tape) - 1));
}

static bool take_node(struct lower *w, const struct item *item)
{
    if (item->node >= tape_count(w->tape)) {
        return lower_no_node(w, item->node, item->span);
    }
    w->named = true;
    w->by_new_number |= item->node >= w->renumbered && item->node < w->used;
    return push(w, (struct operand){.is_node = true, .node = item->node, .span = item->span});
}

// L.backward(): a statement, which is read before expressions are.
static bool is_pass(const char *s, size_t length)
{
    return (length == 8 && memcmp(s, "backward", 8) == 0) ||
           (length == 7 && memcmp(s, "forward", 7) == 0);
}

// A vector has but one axis, as NumPy's.
static bool take_transpose(struct lower *w)
{
    struct operand *x = operands(w, 1);
    if (x->array.rank == VALUE_MATRIX) {
        x->array = array_transpose(x->array);
    }
    return true;
}

// .shape, a vector of one or two sizes; .size, how many elements; .ndim
static bool take_shape(struct lower *w, struct span span, const char *s, size_t length)
{
    struct operand x = *operands(w, 1), result;
    bool matrix = x.array.rank == VALUE_MATRIX;
    if (!operand_is_array(&x)) {
        diag_set(w->diag, span, "a single number has no %.*s", (int)length, s);
        return diag_hint(w->diag, "only arrays do, such as [1, 2, 3]");
    }
    if (!text_among("shape", s, length)) {
        double number = text_among("ndim", s, length) ? 1 + matrix : (double)operand_count(&x);
        return replace(w, 1, number_operand(number, span));
    }
    double *sizes = array_numbers(w, VALUE_VECTOR, 1, 1 + matrix, span, &result);
    if (sizes != NULL) {
        sizes[0] = matrix ? x.array.rows : x.array.cols;
        sizes[matrix] = x.array.cols;
    }
    return sizes != NULL && replace(w, 1, result);
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
    if (length == 1 && *s == 'T') {
        return take_transpose(w);
    }
    if (text_among("shape size ndim", s, length)) {
        return take_shape(w, span, s, length);
    }
    if (!data && !grad) {
        const char *foreign = foreign_hint(s, length, false);
        diag_set(w->diag, span, "a value has no field '%s'", name);
        return lower_is_function(s, length) || is_pass(s, length)
                   ? diag_hint(w->diag, "write .%s() with parentheses", name)
                   : diag_hint(w->diag, "%s",
                               foreign != NULL ? foreign : "the fields are .data, .grad and .T");
    }
    if (!x->is_node) {
        diag_set(w->diag, span, "a plain number has no .%s", name);
        return diag_hint(w->diag, "give it a name first: x = …");
    }
    struct operand whole = *x, result;
    struct span all = {x->span.start, span.end};
    if (!operand_is_array(&whole)) {
        w->gradless = grad && !tape_marked(w->tape, x->node, MARK_GRAD) ? x->node : w->gradless;
        double number = data ? tape_value(w->tape, x->node) : tape_grad(w->tape, x->node);
        return replace(w, 1, number_operand(number, all));
    }
    uint32_t cols = whole.array.cols;
    double *numbers = array_numbers(w, whole.array.rank, whole.array.rows, cols, all, &result);
    for (uint32_t k = 0; numbers != NULL && k < whole.array.rows * cols; k++) {
        uint32_t node = operand_node(w, &whole, k / cols, k % cols);
        numbers[k] = data ? tape_value(w->tape, node) : tape_grad(w->tape, node);
    }
    return numbers != NULL && replace(w, 1, result);
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
    *out = number_operand(0, span);
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

static bool take_slope(struct lower *w, struct span span)
{
    const struct operand *of = operands(w, 2);
    struct operand result;
    return lower_slopes(w, &of[0], &of[1], span, &result) && replace(w, 2, result);
}

bool lower_is_function(const char *name, size_t length)
{
    return op_find(name, length, OP_CALL) != OP_COUNT || builtin_find(name, length) != NULL;
}

void lower_offer_functions(struct nearest *n)
{
    for (enum op op = OP_LEAF + 1; op < OP_COUNT; op++) {
        if (op_get(op)->form == OP_CALL) {
            nearest_offer(n, op_get(op)->name, strlen(op_get(op)->name));
        }
    }
    for (size_t i = 0; builtin_at(i) != NULL; i++) {
        nearest_offer(n, builtin_at(i)->name, strlen(builtin_at(i)->name));
    }
    for (size_t i = 0; prelude_at(i) != NULL; i++) {
        nearest_offer(n, prelude_at(i)->name, strlen(prelude_at(i)->name));
    }
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

static void refuse_count(struct lower *w, const struct item *item, uint32_t least, uint32_t most)
{
    char name[QUOTED];
    diag_quote(name, w->source->text + item->span.start, item->span.end - item->span.start);
    if (least == most) {
        diag_set(w->diag, item->span, "'%s' takes %u value%s, here it is given %u", name,
                 (unsigned)least, least == 1 ? "" : "s", (unsigned)item->count);
    } else {
        diag_set(w->diag, item->span, "'%s' takes %u to %u values, here it is given %u", name,
                 (unsigned)least, (unsigned)most, (unsigned)item->count);
    }
}

// From a function's name to the end of its last value.
static struct span call_span(const struct item *item, const struct operand *values)
{
    size_t end = item->count > 0 ? values[item->count - 1].span.end : item->span.end;
    return (struct span){item->span.start, end > item->span.end ? end : item->span.end};
}

static bool call_builtin(struct lower *w, const struct item *item, const struct builtin *builtin)
{
    struct operand result;
    if (item->count < builtin->least || item->count > builtin->most) {
        refuse_count(w, item, builtin->least, builtin->most);
        return diag_hint(w->diag, "write %s", builtin->usage);
    }
    struct operand *x = operands(w, item->count);
    struct span span = call_span(item, x);
    return builtin->call(w, x, item->count, span, &result) && replace(w, item->count, result);
}

static bool refuse_recursion(struct lower *w, const struct item *item)
{
    char name[QUOTED];
    diag_quote(name, w->source->text + item->span.start, item->span.end - item->span.start);
    diag_set(w->diag, item->span, "'%s' would call itself without end", name);
    return diag_hint(w->diag, "a formula has no way to stop; write a loop with repeat or for");
}

// Reads the head of a body's next line, whose form is known to be right: `name =`, or `return`.
static void begin_line(struct lower *w, struct activation *a)
{
    struct diag ignored = {0};
    struct token t = lexer_next(&a->lexer, &ignored);
    while (t.kind == TOKEN_BREAK || t.kind == TOKEN_STRING) {
        t = lexer_next(&a->lexer, &ignored);
    }
    a->target = NAME_NONE;
    if (!token_is(&a->lexer, t, "return")) {
        a->target = names_find(w->names, token_text(&a->lexer, t), token_length(t));
        a->op = lexer_next(&a->lexer, &ignored).op;
    }
    parser_restart(&a->parser);
}

// A loss of the prelude's looks at its values first.
static bool check_loss(struct lower *w, const struct definition *d)
{
    const struct prelude_row *row =
        prelude_at((size_t)(d - BUF(struct definition, &w->definitions->rows)));
    return row == NULL || !row->loss ||
           loss_check(w, row->name, operands(w, 2), row->labels, row->scores);
}

// Begins the call of a function of the learner's: its body is what is read next.
static bool begin_call(struct lower *w, const struct item *item, const struct definition *d)
{
    if (item->count != d->count) {
        refuse_count(w, item, d->count, d->count);
        return diag_hint(w->diag, "give it as many as it was defined with");
    }
    for (size_t i = 0; i < w->calls.count; i++) {
        const struct definition *outer = BUF(struct activation *, &w->calls)[i]->definition;
        if (outer != NULL && outer->name == d->name) {
            return refuse_recursion(w, item);
        }
    }
    if (!check_loss(w, d)) {
        return false;
    }
    const struct activation *outer = innermost(w);
    struct activation *a = arena_alloc(&w->memory, sizeof *a);
    struct activation **at = a == NULL ? NULL : buf_push(&w->calls, 1);
    if (at == NULL) {
        return diag_out_of_memory(w->diag);
    }
    uint32_t within = outer == NULL ? GROUP_NONE : outer->group;
    struct span call = call_span(item, operands(w, item->count));
    *at = a;
    *a = (struct activation){.caller = w->source,
                             .definition = d,
                             .names = BUF(uint32_t, &w->definitions->params) + d->params,
                             .count = d->count,
                             .target = NAME_NONE,
                             .arguments = w->stack.count - d->count,
                             .group = GROUP_NONE,
                             .name = item->span,
                             .call = call};
    a->source = (struct source){.name = w->source->name,
                                .text = BUF(char, &w->definitions->text) + d->text,
                                .length = d->length,
                                .line = 1};
    lexer_init(&a->lexer, &a->source);
    if (w->groups != NULL) {
        a->group = groups_begin(w->groups, d->name, within, tape_count(w->tape));
        if (a->group == GROUP_NONE) {
            return diag_out_of_memory(w->diag);
        }
    }
    a->lexer.open = d->lines ? 0 : 1;  // a formula may go over lines
    parser_init(&a->parser, &a->lexer, w->names, w->diag);
    w->source = &a->source;
    if (d->lines) {
        begin_line(w, a);
    }
    return true;
}

// A line of a body is read: its value becomes the operand of its name.
static bool end_line(struct lower *w, struct activation *a)
{
    struct operand value = *operands(w, 1), *old = find_argument(w, a->target);
    if (a->op != OP_COUNT) {
        size_t length;
        const char *s = names_text(w->names, a->target, &length);
        struct value global = names_get(w->names, a->target);
        if (old == NULL && global.rank == VALUE_UNBOUND) {
            diag_set(w->diag, value.span, "there is no '%.*s' yet to change", (int)length, s);
            return false;
        }
        struct operand x = old != NULL ? *old : lower_operand(global, value.span), y = value;
        if (!lower_apply(w, a->op, &x, &y, value.span, &value)) {
            return false;
        }
        old = find_argument(w, a->target);
    }
    w->stack.count--;
    if (old == NULL && !push(w, value)) {
        return false;
    }
    if (old == NULL) {
        a->count++;  // names of its own follow in the order of their first values
    } else {
        *old = value;
    }
    begin_line(w, a);
    return true;
}

// ---- Comprehensions -----------------------------------------------------------------------------

static bool element_of(struct lower *w, const struct operand *x, uint32_t i, struct operand *out)
{
    struct operand index = number_operand(i, x->span), from = *x;
    return array_index(w, &from, &index, 1, x->span, out);
}

// Pushes what the names stand for at this turn. Two names for the rows of one array take a row's
// elements.
static bool push_elements(struct lower *w, struct activation *a)
{
    uint32_t names = a->count - a->counts;
    a->arguments = w->stack.count;
    if (a->counts && !push(w, number_operand(a->at, a->call))) {
        return false;
    }
    for (uint32_t k = 0; k < names; k++) {
        struct operand x = BUF(struct operand, &w->stack)[a->arrays + (a->over == 1 ? 0 : k)];
        struct operand element, part;
        if (!element_of(w, &x, a->at, &element)) {
            return false;
        }
        if (names > 1 && a->over == 1) {
            if (!operand_is_array(&element) || element.array.cols != names) {
                diag_set(w->diag, a->call, "each element is to be %u values here", (unsigned)names);
                return diag_hint(w->diag, "for x, y in zip(X, Y) goes through two arrays together");
            }
            if (!element_of(w, &element, k, &part)) {
                return false;
            }
            element = part;
        }
        if (!push(w, element)) {
            return false;
        }
    }
    a->lexer.at = a->start;
    a->lexer.open = 1;
    parser_restart(&a->parser);
    return true;
}

// How many elements all of the arrays have; 0, and a diag, where one is no array.
static uint32_t elements_of(struct lower *w, const struct operand *x, uint32_t count)
{
    uint32_t least = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        if (!operand_is_array(&x[i])) {
            diag_set(w->diag, x[i].span, "this is a single value, and has no elements");
            diag_hint(w->diag, "write for x in [1, 2, 3], or range(3)");
            return 0;
        }
        uint32_t n = x[i].array.rank == VALUE_MATRIX ? x[i].array.rows : x[i].array.cols;
        least = n < least ? n : least;
    }
    return least;
}

static bool begin_each(struct lower *w, const struct item *item)
{
    uint32_t names[8], count = 0;
    struct source only = *w->source;
    struct diag ignored = {0};
    only.length = item->names.end;
    struct lexer l = {.source = &only, .at = item->names.start};
    for (struct token t = lexer_next(&l, &ignored); t.kind != TOKEN_END;
         t = lexer_next(&l, &ignored)) {
        if (t.kind == TOKEN_NAME && count < COUNT_OF(names)) {
            names[count++] = names_intern(w->names, token_text(&l, t), token_length(t));
        }
    }
    uint32_t elements = elements_of(w, operands(w, item->count), item->count);
    bool fits = item->count == 1 || count - item->node == item->count;
    if (elements == 0 || count <= item->node || !fits) {
        diag_set(w->diag, item->names, "the names and what they go through do not fit");
        return diag_hint(w->diag, "write for x, y in zip(X, Y)");
    }
    struct activation *a = arena_alloc(&w->memory, sizeof *a);
    uint32_t *kept = arena_alloc(&w->memory, sizeof names);
    struct activation **at = a == NULL || kept == NULL ? NULL : buf_push(&w->calls, 1);
    if (at == NULL) {
        return diag_out_of_memory(w->diag);
    }
    memcpy(kept, names, sizeof names);
    const struct activation *outer =
        w->calls.count > 1 ? BUF(struct activation *, &w->calls)[w->calls.count - 2] : NULL;
    *at = a;
    *a = (struct activation){.caller = w->source,
                             .source = *w->source,
                             .names = kept,
                             .count = count,
                             .group = outer == NULL ? GROUP_NONE : outer->group,
                             .call = item->span,
                             .target = NAME_NONE,
                             .arrays = w->stack.count - item->count,
                             .over = item->count,
                             .elements = elements,
                             .counts = item->node != 0,
                             .start = item->span.start};
    a->source.length = item->span.end;
    lexer_init(&a->lexer, &a->source);
    parser_init(&a->parser, &a->lexer, w->names, w->diag);
    w->source = &a->source;
    return push_elements(w, a);
}

// The formula is read for one element: the next, or the array of all results.
static bool end_element(struct lower *w, struct activation *a)
{
    struct operand value = *operands(w, 1), result;
    w->stack.count = a->arguments;
    if (!push(w, value)) {
        return false;
    }
    if (++a->at < a->elements) {
        return push_elements(w, a);
    }
    struct operand *parts = operands(w, a->elements);
    if (!array_literal(w, parts, a->elements, a->call, &result)) {
        return false;
    }
    w->source = a->caller;
    w->stack.count = a->arrays;
    parser_release(&a->parser);
    w->calls.count--;
    return push(w, result);
}

// ---- The parameters of a function
// ----------------------------------------------------------------

static void add_params_of(struct lower *w, const struct definition *d, struct buf *nodes, int depth)
{
    struct source body = {.name = "",
                          .text = BUF(char, &w->definitions->text) + d->text,
                          .length = d->length,
                          .line = 1};
    struct lexer l = {.source = &body};
    struct diag ignored = {0};
    for (struct token t = lexer_next(&l, &ignored); t.kind != TOKEN_END && t.kind != TOKEN_BAD;
         t = lexer_next(&l, &ignored)) {
        uint32_t name = t.kind != TOKEN_NAME
                            ? NAME_NONE
                            : names_find(w->names, token_text(&l, t), token_length(t));
        struct value v = names_get(w->names, name);
        const struct definition *inner = definitions_find(w->definitions, name);
        if (inner != NULL && inner < d && depth > 0) {
            add_params_of(w, inner, nodes, depth - 1);
        }
        struct operand x = lower_operand(v, t.span);
        for (uint32_t k = 0; v.rank != VALUE_UNBOUND && k < operand_count(&x); k++) {
            uint32_t node = operand_node(w, &x, k / operand_cols(&x), k % operand_cols(&x));
            bool met = !tape_marked(w->tape, node, MARK_PARAM);
            for (size_t i = 0; !met && i < nodes->count; i++) {
                met = BUF(uint32_t, nodes)[i] == node;
            }
            uint32_t *at = met ? NULL : buf_push(nodes, 1);
            if (at != NULL) {
                *at = node;
            }
        }
    }
}

// n.parameters(): those that the formula of n mentions, in their order.
static bool take_params(struct lower *w, struct span span)
{
    enum { DEPTH = 8 };
    char name[QUOTED];
    const char *s = w->source->text + span.start;
    uint32_t id = names_find(w->names, s, span.end - span.start);
    const struct definition *d = definitions_find(w->definitions, id);
    struct buf nodes;
    diag_quote(name, s, span.end - span.start);
    if (d == NULL) {
        diag_set(w->diag, span, "there is no function '%s'", name);
        return diag_hint(w->diag, "'params' shows every parameter");
    }
    buf_init(&nodes, sizeof(uint32_t));
    add_params_of(w, d, &nodes, DEPTH);
    struct operand result = {0};
    uint32_t count = (uint32_t)nodes.count;
    uint32_t *list = count == 0 ? NULL : array_list(w, VALUE_VECTOR, 1, count, span, &result);
    if (list != NULL) {
        memcpy(list, nodes.data, count * sizeof *list);
    }
    buf_release(&nodes);
    if (count == 0) {
        diag_set(w->diag, span, "'%s' has no parameters", name);
        return diag_hint(w->diag, "a parameter is made by param w = 0.5");
    }
    w->named = true;
    return list != NULL && push(w, result);
}

// ---- Calls --------------------------------------------------------------------------------------

// The body is read: its value takes the place of the arguments.
static bool end_call(struct lower *w)
{
    struct activation *a = innermost(w);
    if (a->definition == NULL) {
        return end_element(w, a);
    }
    if (a->target != NAME_NONE) {
        return end_line(w, a);
    }
    struct operand result = *operands(w, 1);
    if (a->group != GROUP_NONE) {
        groups_end(w->groups, a->group, tape_count(w->tape));
    }
    result.span = a->call;
    w->source = a->caller;
    w->stack.count = a->arguments;
    parser_release(&a->parser);
    w->calls.count--;
    return push(w, result);
}

// A mistake inside a body is shown where the learner called it.
static void tell_outermost(struct lower *w)
{
    const struct activation *a = outermost(w);
    if (a == NULL || !w->diag->set) {
        return;
    }
    char name[QUOTED], message[DIAG_WORDS], hint[DIAG_WORDS];
    diag_quote(name, a->caller->text + a->name.start, a->name.end - a->name.start);
    memcpy(message, w->diag->message, sizeof message);
    memcpy(hint, w->diag->hint, sizeof hint);
    w->diag->set = false;
    diag_set(w->diag, a->name, "in '%s': %s", name, message);
    diag_hint(w->diag, "%s", hint);
}

// What a function is called here that others call s: NULL if s is no such name, or has a meaning of
// its own.
static const char *spelled(const struct lower *w, const char *s, size_t length)
{
    bool own = op_find(s, length, OP_CALL) != OP_COUNT || builtin_find(s, length) != NULL ||
               names_lookup(w->names, s, length).rank != VALUE_UNBOUND;
    return own ? NULL : spelling_function(s, length);
}

// x.item(), tensor(x), x.numpy(): the value itself, or its number.
static bool take_value(struct lower *w, struct span span, const char *s, size_t length)
{
    struct operand *x = operands(w, 1), numbers;
    bool one = operand_is_array(x) && operand_count(x) == 1;
    if (!spelling_number(s, length)) {
        return true;
    }
    if (operand_is_array(x) && !one && text_among("item", s, length)) {
        char shape[SHAPE_TEXT];
        diag_set(w->diag, span, "item is of one number, and this is an array of shape %s",
                 operand_shape(shape, x));
        return diag_hint(w->diag, "take an element first, as in x[0]");
    }
    if (one && text_among("item", s, length)) {
        return replace(w, 1, number_operand(operand_number(w, x, 0, 0), x->span));
    }
    return array_numbers_of(w, x, &numbers) && replace(w, 1, numbers);
}

// zeros((2, 3)), randn(*X.shape): the elements of a shape are the sizes.
static bool spread_shape(struct lower *w, const char *s, size_t length, struct item *call)
{
    struct operand *x = call->count == 1 ? operands(w, 1) : NULL;
    if (x == NULL || x->array.rank != VALUE_VECTOR || x->array.cols > 2 ||
        !text_among("zeros ones randn rand", s, length)) {
        return true;
    }
    struct operand shape = *x;
    w->stack.count--;
    for (uint32_t k = 0; k < shape.array.cols; k++) {
        if (!push(w, number_operand(operand_number(w, &shape, 0, k), shape.span))) {
            return false;
        }
    }
    call->count = shape.array.cols;
    return true;
}

static bool take_call(struct lower *w, const struct item *item)
{
    const char *s = w->source->text + item->span.start;
    size_t length = item->span.end - item->span.start;
    const struct definition *d = definitions_find(w->definitions, names_find(w->names, s, length));
    if (d != NULL) {
        return begin_call(w, item, d);
    }
    const char *meant = spelled(w, s, length);
    if (meant == NULL && item->count == 1 && spelling_value(s, length)) {
        return take_value(w, item->span, s, length);
    }
    s = meant == NULL ? s : meant;
    length = meant == NULL ? length : strlen(meant);
    d = meant == NULL ? NULL : definitions_find(w->definitions, names_find(w->names, s, length));
    if (d != NULL) {  // a loss, which is written in the language
        return begin_call(w, item, d);
    }
    enum op op = op_find(s, length, OP_CALL);
    const struct builtin *builtin = builtin_find(s, length);
    uint32_t wanted = op == OP_COUNT ? 0 : (uint32_t)op_get(op)->arity;
    bool axis = item->count > 1 && operands(w, 1)->axis;
    if (op != OP_COUNT && item->count == wanted && !axis) {
        return take_op(w, op, item->span);
    }
    if (builtin != NULL) {
        struct item sized = *item;
        return spread_shape(w, s, length, &sized) && call_builtin(w, &sized, builtin);
    }
    if (op != OP_COUNT) {
        refuse_count(w, item, wanted, wanted);
        return hint_call(w, s, length);
    }
    return unknown_function(w, s, item->span);
}

static bool take_slice(struct lower *w, struct span span)
{
    struct operand *bound = operands(w, 2), slice = {.kind = OPERAND_SLICE, .span = span};
    int64_t *ends[2] = {&slice.from, &slice.to};
    for (int i = 0; i < 2; i++) {
        double at = operand_is_array(&bound[i]) ? 0.5 : lower_number(w, &bound[i]);
        if (bound[i].kind == OPERAND_NOTHING) {
            *ends[i] = INT64_MIN;
        } else if (at != floor(at) || !(fabs(at) <= ARRAY_MOST)) {
            diag_set(w->diag, bound[i].span, "a slice's bounds are whole numbers");
            return diag_hint(w->diag, "write X[1:3] or X[:, 0]");
        } else {
            *ends[i] = (int64_t)at;
        }
    }
    return replace(w, 2, slice);
}

static bool take_bracket(struct lower *w, const struct item *item)
{
    struct operand result;
    uint32_t count = item->count;
    struct operand *x = operands(w, item->kind == ITEM_INDEX ? count + 1 : count);
    bool ok = item->kind == ITEM_INDEX ? array_index(w, x, x + 1, count, item->span, &result)
                                       : array_literal(w, x, count, item->span, &result);
    return ok && replace(w, item->kind == ITEM_INDEX ? count + 1 : count, result);
}

static bool take_tuple(struct lower *w, const struct item *item)
{
    struct operand *x = operands(w, item->count), result;
    return array_literal(w, x, item->count, item->span, &result) && replace(w, item->count, result);
}

// *x as an argument: a shape, whose elements are sizes.
static bool take_spread(struct lower *w, struct span span)
{
    const struct operand *x = operands(w, 1);
    if (x->array.rank != VALUE_VECTOR) {
        diag_set(w->diag, span, "only a vector can be spread over the values of a function");
        return diag_hint(w->diag, "as in randn(*X.shape)");
    }
    return true;
}

static bool take_matmul(struct lower *w, struct span span)
{
    struct operand *x = operands(w, 2), result;
    return array_matmul(w, &x[0], &x[1], span, &result) && replace(w, 2, result);
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
    case ITEM_TEXT:
        return push(w, (struct operand){.kind = OPERAND_TEXT, .span = item->span});
    case ITEM_OP:
        return take_op(w, item->op, item->span);
    case ITEM_MATMUL:
        return take_matmul(w, item->span);
    case ITEM_ARRAY:
    case ITEM_INDEX:
        return take_bracket(w, item);
    case ITEM_NOTHING:
        return push(w, (struct operand){.kind = OPERAND_NOTHING, .span = item->span});
    case ITEM_SLICE:
        return take_slice(w, item->span);
    case ITEM_TUPLE:
        return take_tuple(w, item);
    case ITEM_EACH:
        return begin_each(w, item);
    case ITEM_PARAMS:
        return take_params(w, item->span);
    case ITEM_SPREAD:
        return take_spread(w, item->span);
    case ITEM_LABEL:
        w->label = w->calls.count == 0 ? item->span : w->label;
        return true;
    case ITEM_AXIS:
        operands(w, 1)->axis = true;
        return true;
    case ITEM_CALL:
        return take_call(w, item);
    case ITEM_FIELD:
        return take_field(w, item->span);
    case ITEM_TRANSPOSE:
        return take_transpose(w);
    case ITEM_SLOPE:
        return take_slope(w, item->span);
    case ITEM_END:
    case ITEM_ERROR:
        break;
    }
    return false;
}

struct item lower_read(struct lower *w, struct parser *p)
{
    return parser_next(w->calls.count == 0 ? p : &innermost(w)->parser);
}

bool lower_take(struct lower *w, const struct item *item)
{
    bool ok = item->kind == ITEM_END ? end_call(w) : item->kind != ITEM_ERROR && take(w, item);
    if (!ok) {
        tell_outermost(w);
    }
    return ok;
}

bool lower_expression(struct lower *w, struct parser *p, struct operand *result)
{
    w->stack.count = 0;
    for (;;) {
        struct item item = lower_read(w, p);
        if (item.kind == ITEM_END && w->calls.count == 0) {
            *result = *operands(w, 1);
            return true;
        }
        bool stopped = stop_after(w->stop, 1);
        if (stopped) {
            diag_set(w->diag, learners_span(w, item.span), "interrupted");
        }
        if (stopped || !lower_take(w, &item)) {
            leave_calls(w);
            return false;
        }
    }
}
