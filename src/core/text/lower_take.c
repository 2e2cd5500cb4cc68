#include "text/lower_parts.h"

#include <math.h>
#include <string.h>

#include "base/stop.h"
#include "text/builtin.h"
#include "text/foreign.h"
#include "text/spelling.h"

void lower_begin(struct lower *w, const struct scope *scope, const struct source *source,
                 struct diag *diag)
{
    memset(&w->tape, 0, sizeof *w - offsetof(struct lower, tape));
    w->stack.size = sizeof(struct operand);
    w->slopes.size = sizeof(struct slope_of);
    w->grown.size = sizeof(struct grown);
    w->numbers.size = sizeof(double);
    w->calls.size = sizeof(struct activation *);
    w->remarks.size = sizeof(const char *);
    w->tape = scope->tape;
    w->names = scope->names;
    w->definitions = scope->definitions;
    w->rng = scope->rng;
    w->groups = scope->groups;
    w->renumbered = scope->renumbered;
    w->used = scope->used;
    w->inputs = scope->inputs;
    w->uses = scope->uses;
    w->source = source;
    w->diag = diag;
    w->stop = scope->stop;
    w->unreached = w->gradless = NODE_NONE;
}

void lower_init(struct lower *w, const struct scope *scope, const struct source *source,
                struct diag *diag)
{
    memset(w, 0, offsetof(struct lower, tape));
    lower_begin(w, scope, source, diag);
}

void lower_rest(struct lower *w)
{
    lower_leave_calls(w);
    buf_rest(&w->stack);
    buf_release(&w->slopes);
    buf_release(&w->grown);
    buf_release(&w->numbers);
    buf_release(&w->calls);
    buf_release(&w->remarks);
    arena_release(&w->memory);
}

void lower_release(struct lower *w)
{
    lower_rest(w);
    buf_release(&w->stack);
}

// d * x.T of two vectors was meant to be a matrix: a vector has one axis, which .T does not turn.
static void note_turned(struct lower *w, const struct operand *x, const char *what)
{
    char a[QUOTED], b[QUOTED];
    if (w->calls.count > 0 || x[0].array.rank != VALUE_VECTOR || x[1].array.rank != VALUE_VECTOR) {
        return;
    }
    const char *s = w->source->text;
    diag_quote(a, s + x[0].span.start, x[0].span.end - x[0].span.start);
    diag_quote(b, s + x[1].span.start, x[1].span.end - x[1].span.start);
    lower_remark(w,
                 arena_printf(&w->memory,
                              "these are two vectors, which .T does not turn, so this is %s; all "
                              "products of one element each are outer(%s, %s)",
                              what, a, b));
}

// Is it all that is asked for? Inside of more, max(abs(a - b)), a rounding is no surprise.
static bool is_whole(const struct lower *w, struct span span)
{
    const char *s = w->source->text;
    size_t from = span.start, to = span.end;
    while (from > 0 && s[from - 1] == ' ') {
        from--;
    }
    while (to < w->source->length && s[to] == ' ') {
        to++;
    }
    return (from == 0 || strchr(";\n=", s[from - 1]) != NULL) &&
           (to == w->source->length || strchr(";\n#", s[to]) != NULL);
}

// a == b, or a - b, where the two were added up in another order: they differ in the last bits.
static void note_rounding(struct lower *w, enum op op, const struct operand *x,
                          const struct operand *y)
{
    size_t apart = 0, other = 0;
    bool alike = operand_is_array(x) && operand_is_array(y) && operand_rows(x) == operand_rows(y) &&
                 operand_cols(x) == operand_cols(y);
    uint32_t cols = operand_cols(x);
    bool all = op == OP_SUB;  // one that is really different is enough
    for (size_t k = 0; alike && w->calls.count == 0 && !(all && other > 0) && k < operand_count(x);
         k++) {
        double a = operand_number(w, x, (uint32_t)(k / cols), (uint32_t)(k % cols));
        double b = operand_number(w, y, (uint32_t)(k / cols), (uint32_t)(k % cols));
        bool close = fabs(a - b) <= 1e-12 * fmax(fabs(a), fabs(b));
        apart += a != b && close;
        other += !close;
    }
    if (apart > 0 && op == OP_SUB && other == 0) {
        lower_remark(
            w,
            arena_printf(
                &w->memory,
                "these are equal except for rounding: the differences are 0, up to the last bits"));
    } else if (apart > 0 && op == OP_EQ) {
        lower_remark(w,
                     arena_printf(&w->memory,
                                  "%zu of these %zu differ in their last bits only, by rounding; "
                                  "max(abs(a - b)) < 1e-9 compares them",
                                  apart, operand_count(x)));
    }
}

// 0.1 + 0.2 == 0.3
static void note_rounding_of_numbers(struct lower *w, double a, double b)
{
    if (a != b && fabs(a - b) <= 1e-12 * fmax(fabs(a), fabs(b))) {
        lower_remark(w, "these differ in their last bits only, by rounding; abs(a - b) < 1e-9 "
                        "compares them, and check dL/da = … two formulas");
    }
}

// e^x, where e has a value: in e = a*b; d = e + c, as lectures write it, it has one.
static void note_e(struct lower *w, const struct operand *base, const struct operand *exponent)
{
    const char *s = w->source->text + base->span.start;
    char first = w->source->text[exponent->span.start];
    bool number = text_is_digit(first);  // e**2 is a square
    if (!number && w->calls.count == 0 && base->span.end == base->span.start + 1 && *s == 'e') {
        lower_remark(w, "e is a value of yours here; exp(x) is the exponential function");
    }
}

static bool take_op(struct lower *w, enum op op, struct span span)
{
    size_t arity = (size_t)op_get(op)->arity;
    BS_ASSERT(arity > 0);
    struct operand *x = lower_operands(w, arity), *y = x + arity - 1, result;
    struct span whole = {x->span.start < span.start ? x->span.start : span.start,
                         y->span.end > span.end ? y->span.end : span.end};
    if (op == OP_MUL && (x->turned || y->turned)) {
        note_turned(w, x, "element by element");
    }
    if (op == OP_POW) {
        note_e(w, x, y);
    }
    if (op == OP_EQ || (op == OP_SUB && is_whole(w, whole))) {
        note_rounding(w, op, x, y);
    }
    if (op == OP_EQ && !operand_is_array(x) && !operand_is_array(y) && is_whole(w, whole)) {
        note_rounding_of_numbers(w, lower_number(w, x), lower_number(w, y));
    }
    if (operand_is_array(x) || operand_is_array(y)) {
        return lower_apply(w, op, x, y, whole, &result) && lower_replace(w, arity, result);
    }
    w->stack.count -= arity - 1;  // the result takes the first one's place
    return lower_apply(w, op, x, y, whole, x);
}

// A vector has but one axis, as NumPy's.
static bool take_transpose(struct lower *w)
{
    struct operand *x = lower_operands(w, 1);
    if (x->array.rank == VALUE_MATRIX) {
        x->array = array_transpose(x->array);
    }
    x->turned = x->array.rank == VALUE_VECTOR;
    return true;
}

// .shape, a vector of one or two sizes; .size, how many elements; .ndim
static bool take_shape(struct lower *w, struct span span, const char *s, size_t length)
{
    struct operand x = *lower_operands(w, 1), result;
    bool matrix = x.array.rank == VALUE_MATRIX;
    if (!operand_is_array(&x)) {
        diag_set(w->diag, span, "a single number has no %.*s", (int)length, s);
        return diag_hint(w->diag, "only arrays do, such as [1, 2, 3]");
    }
    if (!text_among("shape", s, length)) {
        double number = text_among("ndim", s, length) ? 1 + matrix : (double)operand_count(&x);
        return lower_replace(w, 1, lower_number_operand(number, span));
    }
    double *sizes = array_numbers(w, VALUE_VECTOR, 1, 1 + matrix, span, &result);
    if (sizes != NULL) {
        sizes[0] = matrix ? x.array.rows : x.array.cols;
        sizes[matrix] = x.array.cols;
    }
    return sizes != NULL && lower_replace(w, 1, result);
}

static bool refuse_field(struct lower *w, struct span span, const char *s, size_t length)
{
    char name[QUOTED];
    diag_quote(name, s, length);
    const char *foreign = foreign_field(s, length);
    diag_set(w->diag, span, "a value has no field '%s'", name);
    return lower_is_function(s, length) || lower_is_pass(s, length)
               ? diag_hint(w->diag, "a function has parentheses: .%s()", name)
               : diag_hint(w->diag, "%s",
                           foreign != NULL ? foreign : "the fields are .data, .grad and .T");
}

static bool take_field(struct lower *w, struct span span)
{
    struct operand *x = lower_operands(w, 1);
    const char *s = w->source->text + span.start;
    size_t length = span.end - span.start;
    bool data = length == 4 && memcmp(s, "data", 4) == 0;
    bool grad = length == 4 && memcmp(s, "grad", 4) == 0;
    if (length == 1 && *s == 'T') {
        return take_transpose(w);
    }
    if (text_among("shape size ndim", s, length)) {
        return take_shape(w, span, s, length);
    }
    if (!data && !grad) {
        return refuse_field(w, span, s, length);
    }
    if (!x->is_node) {
        diag_set(w->diag, span, "a plain number has no .%s", data ? "data" : "grad");
        return diag_hint(w->diag, "give it a name first: x = …");
    }
    struct operand whole = *x, result;
    struct span all = {x->span.start, span.end};
    lower_uses(w, NODE_NONE);
    if (!operand_is_array(&whole)) {
        w->gradless = grad && !tape_marked(w->tape, x->node, MARK_GRAD) ? x->node : w->gradless;
        double number = data ? tape_value(w->tape, x->node) : tape_grad(w->tape, x->node);
        return lower_replace(w, 1, lower_number_operand(number, all));
    }
    uint32_t cols = whole.array.cols;
    double *numbers = array_numbers(w, whole.array.rank, whole.array.rows, cols, all, &result);
    for (uint32_t k = 0; numbers != NULL && k < whole.array.rows * cols; k++) {
        uint32_t node = operand_node(w, &whole, k / cols, k % cols);
        numbers[k] = data ? tape_value(w->tape, node) : tape_grad(w->tape, node);
    }
    return numbers != NULL && lower_replace(w, 1, result);
}

static bool take_slope(struct lower *w, const struct item *item)
{
    const struct operand *of = lower_operands(w, 2);
    struct operand result;
    enum slopes_as as = w->slopes_as;
    w->slopes_as = item->count == SLOPE_BENEATH                        ? SLOPES_GROWN
                   : item->count == SLOPE_OVER && as == SLOPES_NUMBERS ? SLOPES_MADE
                                                                       : as;
    bool ok = lower_slopes(w, &of[0], &of[1], item->span, &result) && lower_replace(w, 2, result);
    w->slopes_as = as;
    return ok;
}

// x.item(), tensor(x), x.numpy(): the value itself, or its number.
static bool take_value(struct lower *w, struct span span, const char *s, size_t length)
{
    struct operand *x = lower_operands(w, 1), numbers;
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
        return lower_replace(w, 1, lower_number_operand(operand_number(w, x, 0, 0), x->span));
    }
    return array_numbers_of(w, x, &numbers) && lower_replace(w, 1, numbers);
}

// zeros((2, 3)), randn(*X.shape): the elements of a shape are the sizes.
static bool spread_shape(struct lower *w, const char *s, size_t length, struct item *call)
{
    struct operand *x = call->count == 1 ? lower_operands(w, 1) : NULL;
    if (x == NULL || x->array.rank != VALUE_VECTOR || x->array.cols > 2 ||
        !text_among("zeros ones randn rand", s, length)) {
        return true;
    }
    struct operand shape = *x;
    w->stack.count--;
    for (uint32_t k = 0; k < shape.array.cols; k++) {
        if (!lower_push(w, lower_number_operand(operand_number(w, &shape, 0, k), shape.span))) {
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
        return lower_call(w, item, d);
    }
    const char *meant = lower_spelled(w, s, length);
    if (meant == NULL && item->count == 1 && spelling_value(s, length)) {
        return take_value(w, item->span, s, length);
    }
    s = meant == NULL ? s : meant;
    length = meant == NULL ? length : strlen(meant);
    d = meant == NULL ? NULL : definitions_find(w->definitions, names_find(w->names, s, length));
    if (d != NULL) {  // a loss, which is written in the language
        return lower_call(w, item, d);
    }
    enum op op = op_find(s, length, OP_CALL);
    const struct builtin *builtin = builtin_find(s, length);
    uint32_t wanted = op == OP_COUNT ? 0 : (uint32_t)op_get(op)->arity;
    bool axis = item->count > 1 && lower_operands(w, 1)->axis;
    if (op != OP_COUNT && item->count == wanted && !axis) {
        return take_op(w, op, item->span);
    }
    if (builtin != NULL) {
        struct item sized = *item;
        return spread_shape(w, s, length, &sized) && lower_builtin(w, &sized, builtin);
    }
    if (op != OP_COUNT) {
        lower_refuse_count(w, item, wanted, wanted);
        return lower_hint_call(w, s, length);
    }
    return lower_unknown_function(w, s, item->span);
}

static bool take_slice(struct lower *w, struct span span)
{
    struct operand *bound = lower_operands(w, 2), slice = {.kind = OPERAND_SLICE, .span = span};
    int32_t *ends[2] = {&slice.from, &slice.to};
    for (int i = 0; i < 2; i++) {
        double at = operand_is_array(&bound[i]) ? 0.5 : lower_number(w, &bound[i]);
        if (bound[i].kind == OPERAND_NOTHING) {
            *ends[i] = OPERAND_LEFT_OUT;
        } else if (at != floor(at) || !(fabs(at) <= ARRAY_MOST)) {
            diag_set(w->diag, bound[i].span, "a slice's bounds are whole numbers");
            return diag_hint(w->diag, "write X[1:3] or X[:, 0]");
        } else {
            *ends[i] = (int32_t)at;
        }
    }
    return lower_replace(w, 2, slice);
}

static bool take_bracket(struct lower *w, const struct item *item)
{
    struct operand result;
    uint32_t count = item->count;
    struct operand *x = lower_operands(w, item->kind == ITEM_INDEX ? count + 1 : count);
    bool ok = item->kind == ITEM_INDEX ? array_index(w, x, x + 1, count, item->span, &result)
                                       : array_literal(w, x, count, item->span, &result);
    return ok && lower_replace(w, item->kind == ITEM_INDEX ? count + 1 : count, result);
}

static bool take_tuple(struct lower *w, const struct item *item)
{
    struct operand *x = lower_operands(w, item->count), result;
    return array_literal(w, x, item->count, item->span, &result) &&
           lower_replace(w, item->count, result);
}

// *x as an argument: a shape, whose elements are sizes.
static bool take_spread(struct lower *w, struct span span)
{
    const struct operand *x = lower_operands(w, 1);
    if (x->array.rank != VALUE_VECTOR) {
        diag_set(w->diag, span, "only a vector can be spread over the values of a function");
        return diag_hint(w->diag, "as in randn(*X.shape)");
    }
    return true;
}

static bool take_matmul(struct lower *w, struct span span)
{
    struct operand *x = lower_operands(w, 2), result;
    if (x[1].turned) {
        note_turned(w, x, "one number, their inner product");
    }
    return array_matmul(w, &x[0], &x[1], span, &result) && lower_replace(w, 2, result);
}

static bool take(struct lower *w, const struct item *item)
{
    switch (item->kind) {
    case ITEM_NUMBER: {
        struct operand *x = lower_add(w, item->span);
        x->number = item->number;
        return x != &w->lost;
    }
    case ITEM_NAME:
        return lower_name(w, item->span);
    case ITEM_NODE:
        return lower_node(w, item);
    case ITEM_TEXT:
        return lower_push(w, (struct operand){.kind = OPERAND_TEXT, .span = item->span});
    case ITEM_OP:
        return take_op(w, item->op, item->span);
    case ITEM_MATMUL:
        return take_matmul(w, item->span);
    case ITEM_ARRAY:
    case ITEM_INDEX:
        return take_bracket(w, item);
    case ITEM_NOTHING:
        return lower_push(w, (struct operand){.kind = OPERAND_NOTHING, .span = item->span});
    case ITEM_SLICE:
        return take_slice(w, item->span);
    case ITEM_TUPLE:
        return take_tuple(w, item);
    case ITEM_EACH:
        return lower_each(w, item);
    case ITEM_PARAMS:
        return lower_params(w, item->span);
    case ITEM_SPREAD:
        return take_spread(w, item->span);
    case ITEM_NODES:
        w->nodes_asked = true;
        return true;
    case ITEM_LABEL:
        w->label = w->calls.count == 0 ? item->span : w->label;
        return true;
    case ITEM_AXIS:
        lower_operands(w, 1)->axis = true;
        return true;
    case ITEM_CALL:
        return take_call(w, item);
    case ITEM_FIELD:
        return take_field(w, item->span);
    case ITEM_TRANSPOSE:
        return take_transpose(w);
    case ITEM_SLOPE:
        return take_slope(w, item);
    case ITEM_END:
    case ITEM_ERROR:
        break;
    }
    return false;
}

const struct item *lower_read(struct lower *w, struct parser *p)
{
    return parser_take(w->calls.count == 0 ? p : &lower_innermost(w)->parser);
}

bool lower_take(struct lower *w, const struct item *item)
{
    bool ok =
        item->kind == ITEM_END ? lower_end_call(w) : item->kind != ITEM_ERROR && take(w, item);
    if (!ok) {
        lower_tell_call(w);
    }
    return ok;
}

bool lower_expression(struct lower *w, struct parser *p, struct operand *result)
{
    w->stack.count = 0;
    for (;;) {
        const struct item *item = lower_read(w, p);
        if (item->kind == ITEM_END && w->calls.count == 0) {
            *result = *lower_operands(w, 1);
            return true;
        }
        bool stopped = stop_after(w->stop, 1);
        if (stopped) {
            diag_set(w->diag, lower_learners_span(w, item->span), "interrupted");
        }
        if (stopped || !lower_take(w, item)) {
            lower_leave_calls(w);
            return false;
        }
    }
}
