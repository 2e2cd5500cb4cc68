#include "formula/matrix.h"

#include <stdlib.h>
#include <string.h>

#include "text/builtin.h"
#include "text/spelling.h"

void matrices_init(struct matrices *m)
{
    *m = (struct matrices){0};
    buf_init(&m->rows, sizeof(struct mat));
    buf_init(&m->uses, sizeof(uint32_t));
    buf_init(&m->slots, sizeof(uint32_t));
    buf_init(&m->owner, sizeof(uint32_t));
    arena_init(&m->arena);
}

void matrices_release(struct matrices *m)
{
    buf_release(&m->rows);
    buf_release(&m->uses);
    buf_release(&m->slots);
    buf_release(&m->owner);
    arena_release(&m->arena);
}

// ---- Rows by value ------------------------------------------------------------------------------

static bool same_value(struct value a, struct value b)
{
    return a.rank == b.rank && a.listed == b.listed && a.base == b.base && a.rows == b.rows &&
           a.cols == b.cols && (a.rows == 1 || a.rs == b.rs) && (a.cols == 1 || a.cs == b.cs);
}

// The place of a value in the hash table: its own, or the free one where it would be.
static size_t slot_of(const struct matrices *m, struct value v)
{
    size_t mask = m->slots.count - 1;
    uint64_t h =
        v.base * 0x9e3779b97f4a7c15u + v.rows * 0xc2b2ae3d27d4eb4fu + v.cols * 31u + v.rank;
    size_t at = (size_t)(h ^ h >> 29) & mask;
    for (;; at = (at + 1) & mask) {
        uint32_t row = BUF(uint32_t, &m->slots)[at];
        if (row == 0 || same_value(matrices_at(m, row - 1)->value, v)) {
            return at;
        }
    }
}

uint32_t matrices_find(const struct matrices *m, struct value v)
{
    return m->slots.count == 0 ? MAT_NONE : BUF(uint32_t, &m->slots)[slot_of(m, v)] - 1;
}

static bool grow_slots(struct matrices *m)
{
    size_t count = m->slots.count == 0 ? 64 : 2 * m->slots.count;
    m->slots.count = 0;
    if (!buf_resize(&m->slots, count)) {
        return false;
    }
    for (uint32_t i = 0; i < m->rows.count; i++) {
        if (matrices_at(m, i)->kind != MAT_NUMBERS) {
            BUF(uint32_t, &m->slots)[slot_of(m, matrices_at(m, i)->value)] = i + 1;
        }
    }
    return true;
}

static struct value value_of(const struct operand *x)
{
    return operand_is_array(x) ? x->array : value_of_node(x->node);
}

static uint32_t add_row(struct matrices *m, struct mat row)
{
    row.name = row.call = NAME_NONE;
    if (m->rows.count == MATRICES_MOST) {
        m->full = true;
        return MAT_NONE;
    }
    if (2 * m->rows.count >= m->slots.count && !grow_slots(m)) {
        return MAT_NONE;
    }
    struct mat *at = buf_push(&m->rows, 1);
    if (at == NULL) {
        return MAT_NONE;
    }
    *at = row;
    uint32_t i = (uint32_t)m->rows.count - 1;
    if (row.kind != MAT_NUMBERS) {
        BUF(uint32_t, &m->slots)[slot_of(m, row.value)] = i + 1;
    }
    return i;
}

// Nodes that no row has had so far belong to this one.
static bool own_nodes(struct matrices *m, const struct lower *w, const struct operand *x,
                      uint32_t row)
{
    uint32_t cols = operand_cols(x), end = tape_count(w->tape);
    if (m->owner.count < end && !buf_resize(&m->owner, end)) {
        return false;
    }
    uint32_t *owner = m->owner.data;
    for (size_t k = 0; k < operand_count(x); k++) {
        uint32_t node = operand_node(w, x, (uint32_t)(k / cols), (uint32_t)(k % cols));
        owner[node] = owner[node] == 0 ? row + 1 : owner[node];
    }
    return true;
}

// The rows that a node belongs to, or that it is computed from, become operands of the row that
// will be number `row`. Nodes in between, which belong to none, become its own.
static bool add_owners(struct matrices *m, const struct tape *t, uint32_t node, uint32_t row,
                       struct buf *todo)
{
    uint32_t *owner = m->owner.data;
    todo->count = 0;
    for (uint32_t at = node;;) {
        uint32_t *use = NULL;
        if (owner[at] != 0 && owner[at] != row + 1) {
            use = buf_push(&m->uses, 1);
            if (use != NULL) {
                *use = owner[at] - 1;
            }
        } else if (owner[at] == 0) {
            owner[at] = row + 1;
            for (int slot = 0; slot < tape_arity(t, at); slot++) {
                uint32_t *later = buf_push(todo, 1);
                if (later != NULL) {
                    *later = tape_operand(t, at, slot);
                }
            }
        }
        if (todo->count == 0 || m->uses.failed || todo->failed) {
            return !m->uses.failed && !todo->failed;
        }
        at = BUF(uint32_t, todo)[--todo->count];
    }
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

// A value whose nodes are there: its operands are the rows that they belong to, or that they were
// computed from where they belong to none.
static uint32_t note_stack(struct matrices *m, const struct lower *w, const struct operand *x)
{
    struct mat row = {.kind = MAT_STACK, .value = value_of(x), .uses = (uint32_t)m->uses.count};
    uint32_t cols = operand_cols(x), i = (uint32_t)m->rows.count, end = tape_count(w->tape);
    struct buf todo;
    buf_init(&todo, sizeof(uint32_t));
    bool ok = m->owner.count >= end || buf_resize(&m->owner, end), between = false;
    for (size_t k = 0; ok && k < operand_count(x); k++) {
        uint32_t node = operand_node(w, x, (uint32_t)(k / cols), (uint32_t)(k % cols));
        between |= BUF(uint32_t, &m->owner)[node] == 0;
        ok = add_owners(m, w->tape, node, i, &todo);
    }
    buf_release(&todo);
    uint32_t *uses = BUF(uint32_t, &m->uses) + row.uses;
    size_t count = m->uses.count - row.uses;
    if (ok && count > 1) {
        qsort(uses, count, sizeof *uses, by_number);
    }
    for (size_t k = 0; ok && k < count; k++) {
        if (row.used == 0 || uses[row.used - 1] != uses[k]) {
            uses[row.used++] = uses[k];
        }
    }
    m->uses.count = row.uses + row.used;
    row.kind = row.used == 0 ? MAT_GIVEN : between ? MAT_OTHER : MAT_STACK;
    return ok ? add_row(m, row) : MAT_NONE;
}

uint32_t matrices_give(struct matrices *m, const struct lower *w, const struct operand *x)
{
    uint32_t row = matrices_find(m, value_of(x));
    return row == MAT_NONE ? note_stack(m, w, x) : row;
}

// ---- Operands -----------------------------------------------------------------------------------

// Plain numbers as they are typed.
static const char *write_numbers(struct matrices *m, const struct lower *w, const struct operand *x)
{
    enum { ELEMENTS_MOST = 64 };
    bool array = operand_is_array(x), matrix = x->array.rank == VALUE_MATRIX;
    char number[NUMBER_TEXT];
    struct text out;
    if (operand_count(x) > ELEMENTS_MOST) {
        return NULL;
    }
    text_init(&out);
    text_add(&out, array ? "[" : "");
    for (uint32_t i = 0; i < operand_rows(x); i++) {
        text_add(&out, matrix ? i == 0 ? "[" : ", [" : "");
        for (uint32_t j = 0; j < operand_cols(x); j++) {
            text_addf(&out, j == 0 ? "%s" : ", %s",
                      number_exact(number, operand_number(w, x, i, j)));
        }
        text_add(&out, matrix ? "]" : "");
    }
    text_add(&out, array ? "]" : "");
    const char *text = arena_copy(&m->arena, text_get(&out), text_length(&out));
    text_release(&out);
    return text;
}

static uint32_t row_of(struct matrices *m, const struct lower *w, const struct operand *x)
{
    if (x->is_node) {
        return matrices_give(m, w, x);
    }
    struct value shape = operand_is_array(x) ? x->array : value_of_node(NODE_NONE);
    return add_row(
        m, (struct mat){.kind = MAT_NUMBERS, .value = shape, .text = write_numbers(m, w, x)});
}

// Appends a row with these operands. MAT_NONE: out of memory, or full.
static uint32_t note(struct matrices *m, const struct lower *w, struct mat row,
                     const struct operand *x, uint32_t count, const struct operand *result)
{
    uint32_t operands[8];
    count = count < COUNT_OF(operands) ? count : (uint32_t)COUNT_OF(operands);
    for (uint32_t k = 0; k < count; k++) {
        operands[k] = row_of(m, w, &x[k]);
        if (operands[k] == MAT_NONE) {
            return MAT_NONE;
        }
    }
    row.uses = (uint32_t)m->uses.count;
    row.used = count;
    row.value = value_of(result);
    uint32_t *uses = count == 0 ? operands : buf_push(&m->uses, count);
    if (uses == NULL) {
        return MAT_NONE;
    }
    memcpy(uses, operands, count * sizeof *uses);
    uint32_t i = add_row(m, row);
    return i != MAT_NONE && own_nodes(m, w, result, i) ? i : MAT_NONE;
}

uint32_t matrices_note_op(struct matrices *m, const struct lower *w, enum op op,
                          const struct operand *x, const struct operand *y,
                          const struct operand *result)
{
    struct operand both[2] = {*x, *y};
    uint32_t row = matrices_find(m, value_of(result));
    return row != MAT_NONE ? row
                           : note(m, w, (struct mat){.kind = MAT_OP, .op = op}, both,
                                  (uint32_t)op_get(op)->arity, result);
}

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
            if (x[k].from != INT64_MIN) {
                text_addf(&out, "%lld", (long long)x[k].from);
            }
            text_add_char(&out, ':');
            if (x[k].to != INT64_MIN) {
                text_addf(&out, "%lld", (long long)x[k].to);
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
    struct buf calls;  // struct calling
};

// A function being called.
struct calling {
    uint32_t name;         // NAME_NONE: a comprehension
    uint32_t given, gave;  // its values, in matrices.uses
};

static bool out_of_room(const struct matrices *m, struct lower *w, struct span span)
{
    if (!m->full) {
        return diag_out_of_memory(w->diag);
    }
    diag_set(w->diag, span, "this is made of more than %d arrays and values", MATRICES_MOST);
    return diag_hint(w->diag, "arrays say in a line what many single terms say");
}

// What the item made, if that is new.
static bool note_item(struct matrix_reader *r, const struct item *item, struct mat row,
                      uint32_t count)
{
    struct lower *w = r->w;
    const struct operand *top = BUF(struct operand, &w->stack) + w->stack.count - 1;
    if (w->stack.count == 0 || top->kind != OPERAND_VALUE || !top->is_node ||
        matrices_find(r->m, value_of(top)) != MAT_NONE) {
        return true;
    }
    uint32_t made = row.kind == MAT_STACK ? matrices_give(r->m, w, top)
                                          : note(r->m, w, row, r->kept.data, count, top);
    return made != MAT_NONE || out_of_room(r->m, w, item->span);
}

static bool begin_call(struct matrix_reader *r, const struct source *source,
                       const struct item *item, uint32_t count)
{
    struct calling call = {.name = NAME_NONE};
    if (item->kind == ITEM_CALL) {
        call.name = names_find(r->w->names, source->text + item->span.start,
                               item->span.end - item->span.start);
        for (; call.gave < count; call.gave++) {
            uint32_t row = row_of(r->m, r->w, &BUF(struct operand, &r->kept)[call.gave]);
            uint32_t *at = row == MAT_NONE ? NULL : buf_push(&r->m->uses, 1);
            if (at == NULL) {
                return out_of_room(r->m, r->w, item->span);
            }
            *at = row;
        }
        call.given = (uint32_t)r->m->uses.count - count;
    }
    struct calling *at = buf_push(&r->calls, 1);
    if (at != NULL) {
        *at = call;
    }
    return at != NULL || diag_out_of_memory(r->w->diag);
}

// The result of the outermost function that was called.
static void end_call(struct matrix_reader *r)
{
    struct calling call = BUF(struct calling, &r->calls)[--r->calls.count];
    const struct operand *top = BUF(struct operand, &r->w->stack) + r->w->stack.count - 1;
    uint32_t row = top->is_node ? matrices_find(r->m, value_of(top)) : MAT_NONE;
    for (size_t i = 0; i < r->calls.count; i++) {
        if (BUF(struct calling, &r->calls)[i].name != NAME_NONE) {
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
        memcpy(r->kept.data, BUF(struct operand, &w->stack) + w->stack.count - count,
               count * sizeof(struct operand));
    }
    const struct source *source = w->source;
    uint32_t own = count;
    struct mat row = item_row(r->m, w, item, r->kept.data, &own);
    if (!lower_take(w, item)) {
        return false;
    }
    if (w->calls.count > depth) {  // a function's body comes next
        return begin_call(r, source, item, count);
    }
    if (!note_item(r, item, row, own)) {
        return false;
    }
    if (w->calls.count < depth) {
        end_call(r);
    }
    return true;
}

bool matrices_read(struct matrices *m, struct lower *w, struct parser *p, struct operand *result)
{
    struct matrix_reader r = {.m = m, .w = w};
    bool ok = true, done = false;
    buf_init(&r.kept, sizeof(struct operand));
    buf_init(&r.calls, sizeof(struct calling));
    w->stack.count = 0;
    while (ok && !done) {
        struct item item = lower_read(w, p);
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
    return ok;
}

bool matrices_reach(const struct matrices *m, uint32_t root, struct buf *reached)
{
    buf_init(reached, 1);
    if (!buf_resize(reached, m->rows.count + 1)) {
        return false;
    }
    uint8_t *is = reached->data;
    is[root] = 1;
    for (uint32_t i = root + 1; i-- > 0;) {
        for (uint32_t k = 0; is[i] != 0 && k < matrices_at(m, i)->used; k++) {
            is[matrices_operand(m, i, k)] = 1;
        }
    }
    return true;
}
