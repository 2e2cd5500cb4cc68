// Reading an expression: what each item of it makes.
#include <string.h>

#include "formula/matrix_parts.h"
#include "text/builtin.h"
#include "text/spelling.h"

// ---- Items --------------------------------------------------------------------------------------

// What the operation of an item is called: our own name for it.
static const char *function_name(const struct lower *w, const struct item *item, size_t *length)
{
    const char *s = w->source->text + item->span.start;
    *length = item->span.end - item->span.start;
    bool own = op_find(s, *length, OP_CALL) != OP_COUNT || builtin_find(s, *length) != NULL;
    const char *meant = own ? NULL : spelling_function(s, *length);
    *length = meant == NULL ? *length : strlen(meant);
    return meant == NULL ? s : meant;
}

// The axis of a fold over x as array_fold takes it; for a softmax the one along which it goes.
static int axis_of(const struct lower *w, const struct operand *x, uint32_t count, bool rows)
{
    if (x->array.rank != VALUE_MATRIX) {
        return -1;
    }
    if (count < 2) {
        return rows ? 1 : -1;
    }
    double axis = operand_is_array(&x[1]) ? 0 : lower_number(w, &x[1]);
    return axis == 1 || axis == -1 ? 1 : 0;
}

static const struct {
    const char *name;
    enum mat_kind kind;
    uint32_t operands;
    bool along;  // it goes along an axis rather than over it
} functions[] = {
    {"sum", MAT_SUM, 1, false},        {"mean", MAT_MEAN, 1, false},
    {"softmax", MAT_SOFTMAX, 1, true}, {"cross_entropy", MAT_CROSS_ENTROPY, 2, false},
    {"outer", MAT_OUTER, 2, false},    {"dot", MAT_MATMUL, 2, false},
};

// The row of a call, and how many of its values are operands.
static struct mat call_row(struct matrices *m, const struct lower *w, const struct item *item,
                           const struct operand *x, uint32_t *count)
{
    size_t length;
    const char *s = function_name(w, item, &length);
    enum op op = op_find(s, length, OP_CALL);
    bool axis = item->count > 1 && x[item->count - 1].axis;
    if (op != OP_COUNT && (uint32_t)op_get(op)->arity == item->count && !axis) {
        return (struct mat){.kind = MAT_OP, .op = op};
    }
    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        if (strlen(functions[i].name) == length && memcmp(functions[i].name, s, length) == 0) {
            *count = functions[i].operands;
            return (struct mat){.kind = functions[i].kind,
                                .axis = axis_of(w, x, item->count, functions[i].along)};
        }
    }
    return (struct mat){.kind = MAT_OTHER, .text = arena_copy(&m->arena, s, length)};
}

// "[:, 0]", where the indices are numbers and slices; NULL where they are arrays.
static const char *write_index(struct matrices *m, const struct lower *w, const struct operand *x,
                               uint32_t count)
{
    struct text out;
    bool plain = true;
    text_init(&out);
    for (uint32_t k = 0; k < count; k++) {
        text_add(&out, k == 0 ? "[" : ", ");
        if (x[k].kind == OPERAND_SLICE) {
            if (x[k].from != OPERAND_LEFT_OUT) {
                text_addf(&out, "%d", (int)x[k].from);
            }
            text_add_char(&out, ':');
            if (x[k].to != OPERAND_LEFT_OUT) {
                text_addf(&out, "%d", (int)x[k].to);
            }
        } else if (operand_is_array(&x[k])) {
            plain = false;
        } else {
            text_addf(&out, "%.0f", lower_number(w, &x[k]));
        }
    }
    text_add_char(&out, ']');
    const char *text = plain ? arena_copy(&m->arena, text_get(&out), text_length(&out)) : NULL;
    text_release(&out);
    return text;
}

// How many operands an item takes from the stack.
static uint32_t taken(const struct item *item)
{
    switch (item->kind) {
    case ITEM_OP:
        return (uint32_t)op_get(item->op)->arity;
    case ITEM_MATMUL:
        return 2;
    case ITEM_CALL:
        return item->count;
    case ITEM_INDEX:
        return item->count + 1;
    case ITEM_ARRAY:
    case ITEM_TUPLE:
        return item->count;
    case ITEM_FIELD:
    case ITEM_TRANSPOSE:
        return 1;
    default:
        return 0;
    }
}

// What an item's operation is; `count` of the operands at x are its own.
static struct mat item_row(struct matrices *m, const struct lower *w, const struct item *item,
                           const struct operand *x, uint32_t *count)
{
    switch (item->kind) {
    case ITEM_OP:
        return (struct mat){.kind = MAT_OP, .op = item->op};
    case ITEM_MATMUL:
        return (struct mat){.kind = MAT_MATMUL};
    case ITEM_CALL:
        return call_row(m, w, item, x, count);
    case ITEM_INDEX:
        *count = 1;
        return (struct mat){.kind = MAT_INDEX, .text = write_index(m, w, x + 1, item->count)};
    case ITEM_FIELD:
    case ITEM_TRANSPOSE:
        return (struct mat){.kind = MAT_TRANSPOSE};
    default:
        return (struct mat){.kind = MAT_STACK};
    }
}

// ---- Reading ------------------------------------------------------------------------------------

struct matrix_reader {
    struct matrices *m;
    struct lower *w;
    struct buf kept;   // struct operand: those of the item that is being taken
    struct buf calls;  // struct array_calling
    struct buf parts;  // uint32_t: the results of the comprehensions being read, row by row
};

// A function being called.
struct array_calling {
    uint32_t name;         // NAME_NONE: a comprehension
    uint32_t given, gave;  // its values, in matrices.uses
    size_t parts;          // of a comprehension: where its results begin
};

static bool out_of_room(const struct matrices *m, struct lower *w, struct span span)
{
    if (!m->full) {
        return diag_out_of_memory(w->diag);
    }
    diag_set(w->diag, span, "this is made of more than %d arrays and values", MATRICES_MOST);
    return diag_hint(w->diag, "write it with arrays: one line instead of many terms");
}

// [a, b]: its operands are the parts, in their order.
static uint32_t note_parts(struct matrix_reader *r, const uint32_t *parts, size_t count,
                           const struct operand *result)
{
    uint32_t from = (uint32_t)r->m->uses.count;
    for (size_t k = 0; k < count; k++) {
        if (!matrix_push_use(r->m, parts[k])) {
            return MAT_NONE;
        }
    }
    return matrix_note_uses(r->m, r->w, (struct mat){.kind = MAT_STACK}, from, result);
}

static bool keep_part(struct matrix_reader *r, const struct operand *x)
{
    uint32_t row = matrix_row_of(r->m, r->w, x),
             *at = row == MAT_NONE ? NULL : buf_push(&r->parts, 1);
    if (at != NULL) {
        *at = row;
    }
    return at != NULL;
}

// The rows of the first `count` operands of the item that is being taken.
static bool keep_parts(struct matrix_reader *r, uint32_t count)
{
    bool ok = true;
    for (uint32_t k = 0; ok && k < count; k++) {
        ok = keep_part(r, &BUF(struct operand, &r->kept)[k]);
    }
    return ok;
}

// What the item made, if that is new.
// `comprehension`: what just ended, or NULL.
static bool note_item(struct matrix_reader *r, const struct item *item, struct mat row,
                      uint32_t count, const struct array_calling *comprehension)
{
    struct lower *w = r->w;
    const struct operand *top = BUF_FROM(struct operand, &w->stack, w->stack.count - 1);
    if (w->stack.count == 0 || top->kind != OPERAND_VALUE || !top->is_node ||
        matrices_find(r->m, matrix_value_of(top)) != MAT_NONE) {
        return true;
    }
    uint32_t made;
    if (item->kind == ITEM_END && comprehension != NULL) {
        made = note_parts(r, BUF_FROM(uint32_t, &r->parts, comprehension->parts),
                          r->parts.count - comprehension->parts, top);
    } else if (row.kind == MAT_STACK) {
        size_t from = r->parts.count;
        made = count == 0 ? matrices_give(r->m, w, top)
               : keep_parts(r, count)
                   ? note_parts(r, BUF_FROM(uint32_t, &r->parts, from), count, top)
                   : MAT_NONE;
        r->parts.count = from;
    } else {
        made = matrix_note(r->m, w, row, r->kept.data, count, top);
    }
    return made != MAT_NONE || out_of_room(r->m, w, item->span);
}

static bool begin_call(struct matrix_reader *r, const struct source *source,
                       const struct item *item, uint32_t count)
{
    struct array_calling call = {.name = NAME_NONE, .parts = r->parts.count};
    if (item->kind == ITEM_CALL) {
        call.name = names_find(r->w->names, source->text + item->span.start,
                               item->span.end - item->span.start);
        bool ok = keep_parts(r, count);
        call.given = (uint32_t)r->m->uses.count;
        for (; ok && call.gave < count; call.gave++) {
            ok = matrix_push_use(r->m, BUF(uint32_t, &r->parts)[call.parts + call.gave]);
        }
        r->parts.count = call.parts;
        if (!ok) {
            return out_of_room(r->m, r->w, item->span);
        }
    }
    struct array_calling *at = buf_push(&r->calls, 1);
    if (at != NULL) {
        *at = call;
    }
    return at != NULL || diag_out_of_memory(r->w->diag);
}

// The result of the outermost function that was called.
static void end_call(struct matrix_reader *r)
{
    struct array_calling call = BUF(struct array_calling, &r->calls)[--r->calls.count];
    const struct operand *top = BUF_FROM(struct operand, &r->w->stack, r->w->stack.count - 1);
    uint32_t row = top->is_node ? matrices_find(r->m, matrix_value_of(top)) : MAT_NONE;
    for (size_t i = 0; i < r->calls.count; i++) {
        if (BUF(struct array_calling, &r->calls)[i].name != NAME_NONE) {
            return;
        }
    }
    struct mat *made = row == MAT_NONE ? NULL : matrices_at(r->m, row);
    if (made != NULL && call.name != NAME_NONE && made->call == NAME_NONE) {
        made->call = call.name;
        made->given = call.given;
        made->gave = call.gave;
    }
}

static bool take_item(struct matrix_reader *r, const struct item *item)
{
    struct lower *w = r->w;
    uint32_t count = taken(item);
    size_t depth = w->calls.count;
    if (count > w->stack.count || !buf_resize(&r->kept, count)) {
        return diag_out_of_memory(w->diag);
    }
    if (count > 0) {
        memcpy(r->kept.data, BUF_FROM(struct operand, &w->stack, w->stack.count - count),
               count * sizeof(struct operand));
    }
    const struct source *source = w->source;
    uint32_t own = count;
    struct mat row = item_row(r->m, w, item, r->kept.data, &own);
    const struct array_calling *inner =
        r->calls.count == 0 ? NULL : BUF_FROM(struct array_calling, &r->calls, r->calls.count - 1);
    bool each = item->kind == ITEM_END && inner != NULL && inner->name == NAME_NONE;
    if (each && !keep_part(r, BUF_FROM(struct operand, &w->stack, w->stack.count - 1))) {
        return out_of_room(r->m, w, item->span);
    }
    if (!lower_take(w, item)) {
        return false;
    }
    if (w->calls.count > depth) {  // a function's body comes next
        return begin_call(r, source, item, count);
    }
    bool ended = w->calls.count < depth;
    if (!note_item(r, item, row, own, ended && each ? inner : NULL)) {
        return false;
    }
    if (ended) {
        r->parts.count = each ? inner->parts : r->parts.count;
        end_call(r);
    }
    return true;
}

bool matrices_read(struct matrices *m, struct lower *w, struct parser *p, struct operand *result)
{
    struct matrix_reader r = {.m = m, .w = w};
    bool ok = true, done = false;
    buf_init(&r.kept, sizeof(struct operand));
    buf_init(&r.calls, sizeof(struct array_calling));
    buf_init(&r.parts, sizeof(uint32_t));
    w->stack.count = 0;
    while (ok && !done) {
        struct item item = *lower_read(w, p);
        done = item.kind == ITEM_END && w->calls.count == 0;
        if (stop_after(w->stop, 1)) {
            ok = diag_set(w->diag, item.span, "interrupted");
        } else if (!done) {
            ok = take_item(&r, &item);
        }
    }
    if (ok) {
        *result = *BUF(struct operand, &w->stack);
        ok = !result->is_node || matrices_give(m, w, result) != MAT_NONE ||
             out_of_room(m, w, result->span);
    }
    buf_release(&r.kept);
    buf_release(&r.calls);
    buf_release(&r.parts);
    return ok;
}
