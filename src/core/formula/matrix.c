#include "formula/matrix.h"

#include <stdlib.h>
#include <string.h>

#include "formula/matrix_parts.h"

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

struct value matrix_value_of(const struct operand *x)
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

// "[2]" or "[2, 0]", where x is that row or that element of a row of the matrices; NULL where not.
static const char *place_in(struct matrices *m, const struct lower *w, const struct operand *x,
                            uint32_t of)
{
    struct operand whole = lower_operand(matrices_at(m, of)->value, x->span);
    uint32_t rows = operand_rows(&whole), cols = operand_cols(&whole), i = 0, j = 0;
    uint32_t first = operand_node(w, x, 0, 0);
    while (i < rows && operand_node(w, &whole, i, j) != first) {
        j = j + 1 < cols ? j + 1 : 0;
        i += j == 0;
    }
    bool matrix = whole.array.rank == VALUE_MATRIX, vector = x->array.rank == VALUE_VECTOR;
    if (i == rows || !operand_is_array(&whole)) {
        return NULL;
    }
    if (!operand_is_array(x)) {
        return matrix ? arena_printf(&m->arena, "[%u, %u]", (unsigned)i, (unsigned)j)
                      : arena_printf(&m->arena, "[%u]", (unsigned)j);
    }
    bool row = vector && matrix && j == 0 && operand_cols(x) == cols &&
               operand_node(w, x, 0, cols - 1) == operand_node(w, &whole, i, cols - 1);
    return row ? arena_printf(&m->arena, "[%u]", (unsigned)i) : NULL;
}

// A value whose nodes are there: its operands are the rows that they belong to, or that they were
// computed from where they belong to none.
static uint32_t note_stack(struct matrices *m, const struct lower *w, const struct operand *x)
{
    struct mat row = {
        .kind = MAT_STACK, .value = matrix_value_of(x), .uses = (uint32_t)m->uses.count};
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
    uint32_t *uses = m->uses.count == 0 ? NULL : BUF_FROM(uint32_t, &m->uses, row.uses);
    size_t count = uses == NULL ? 0 : m->uses.count - row.uses;
    if (ok && count > 1) {
        qsort(uses, count, sizeof *uses, mem_compare_numbers);
    }
    for (size_t k = 0; ok && k < count; k++) {
        if (row.used == 0 || uses[row.used - 1] != uses[k]) {
            uses[row.used++] = uses[k];
        }
    }
    m->uses.count = row.uses + row.used;
    row.kind = row.used == 0 ? MAT_GIVEN : between ? MAT_OTHER : MAT_STACK;
    row.text = ok && row.used == 1 && !between ? place_in(m, w, x, uses[0]) : NULL;
    row.kind = row.text != NULL ? MAT_INDEX : row.kind;
    return ok ? add_row(m, row) : MAT_NONE;
}

uint32_t matrices_give(struct matrices *m, const struct lower *w, const struct operand *x)
{
    uint32_t row = matrices_find(m, matrix_value_of(x));
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

uint32_t matrix_row_of(struct matrices *m, const struct lower *w, const struct operand *x)
{
    if (x->is_node) {
        return matrices_give(m, w, x);
    }
    struct value shape = operand_is_array(x) ? x->array : value_of_node(NODE_NONE);
    return add_row(
        m, (struct mat){.kind = MAT_NUMBERS, .value = shape, .text = write_numbers(m, w, x)});
}

// Appends a row with the operands that were appended to `uses` from `from` on.
uint32_t matrix_note_uses(struct matrices *m, const struct lower *w, struct mat row, uint32_t from,
                          const struct operand *result)
{
    row.uses = from;
    row.used = (uint32_t)m->uses.count - from;
    row.value = matrix_value_of(result);
    uint32_t i = m->uses.failed ? MAT_NONE : add_row(m, row);
    return i != MAT_NONE && own_nodes(m, w, result, i) ? i : MAT_NONE;
}

bool matrix_push_use(struct matrices *m, uint32_t row)
{
    uint32_t *at = row == MAT_NONE ? NULL : buf_push(&m->uses, 1);
    if (at != NULL) {
        *at = row;
    }
    return at != NULL;
}

// Appends a row with these operands. MAT_NONE: out of memory, or full.
uint32_t matrix_note(struct matrices *m, const struct lower *w, struct mat row,
                     const struct operand *x, uint32_t count, const struct operand *result)
{
    enum { OPERANDS = 8 };
    uint32_t rows[OPERANDS];
    if (count > OPERANDS) {
        return matrices_give(m, w, result);
    }
    for (uint32_t k = 0; k < count; k++) {  // each may append rows and uses of its own
        rows[k] = matrix_row_of(m, w, &x[k]);
    }
    uint32_t from = (uint32_t)m->uses.count;
    for (uint32_t k = 0; k < count; k++) {
        if (!matrix_push_use(m, rows[k])) {
            return MAT_NONE;
        }
    }
    return matrix_note_uses(m, w, row, from, result);
}

uint32_t matrices_note_op(struct matrices *m, const struct lower *w, enum op op,
                          const struct operand *x, const struct operand *y,
                          const struct operand *result)
{
    struct operand both[2] = {*x, *y};
    uint32_t row = matrices_find(m, matrix_value_of(result));
    return row != MAT_NONE ? row
                           : matrix_note(m, w, (struct mat){.kind = MAT_OP, .op = op}, both,
                                         (uint32_t)op_get(op)->arity, result);
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
