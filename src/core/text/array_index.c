// x[ … ]: elements, slices, and the elements that an array of indices takes.
//
// An index is read once, as the number that it is when the statement runs; no gradient passes
// through it.
#include <math.h>

#include "base/text.h"
#include "text/array.h"
#include "text/lower.h"

// An index of one element, counted from the end if negative. False if there is none such.
static bool read_place(struct lower *w, const struct operand *index, double at, uint32_t size,
                       uint32_t *place)
{
    if (at != floor(at)) {
        diag_set(w->diag, index->span, "an index is a whole number, or a slice such as 1:3");
        return diag_hint(w->diag, "elements are counted from 0");
    }
    double from_start = at < 0 ? at + size : at;
    if (!(from_start >= 0 && from_start < size)) {
        char number[NUMBER_TEXT];
        diag_set(w->diag, index->span, "index %s is outside: the size is %u",
                 number_text(number, at, 15), (unsigned)size);
        return diag_hint(w->diag, "indices go from 0 to %u; negative ones count from the end",
                         (unsigned)size - 1);
    }
    *place = (uint32_t)from_start;
    return true;
}

// A single index or a slice, as a range [*from, *to).
static bool read_index(struct lower *w, const struct operand *index, uint32_t size, uint32_t *from,
                       uint32_t *to)
{
    if (index->kind == OPERAND_SLICE) {
        int64_t lo = index->from == OPERAND_LEFT_OUT ? 0 : index->from;
        int64_t hi = index->to == OPERAND_LEFT_OUT ? (int64_t)size : index->to;
        lo = lo < 0 ? lo + size : lo;
        hi = hi < 0 ? hi + size : hi;
        lo = lo < 0 ? 0 : lo > size ? size : lo;
        hi = hi > size ? size : hi;
        *from = (uint32_t)lo;
        *to = (uint32_t)(hi > lo ? hi : lo);
        return hi > lo || diag_set(w->diag, index->span, "this slice is empty: the size is %u",
                                   (unsigned)size);
    }
    bool ok = read_place(w, index, operand_number(w, index, 0, 0), size, from);
    *to = ok ? *from + 1 : 0;
    return ok;
}

// What x[ … ] takes of one dimension: the indices from `from` to `to`, or those in a list.
struct index_taken {
    uint32_t from, to;
    const struct operand *list;  // NULL: none
    bool single;                 // one index, which takes the dimension away
};

static uint32_t taken_count(const struct index_taken *t)
{
    return t->list != NULL ? t->list->array.cols : t->to - t->from;
}

static uint32_t taken_at(struct lower *w, const struct index_taken *t, uint32_t k, uint32_t size)
{
    uint32_t at = t->from + k;
    return t->list == NULL || read_place(w, t->list, operand_number(w, t->list, 0, k), size, &at)
               ? at
               : UINT32_MAX;
}

// X[y == 1] would take the rows 0 and 1 again and again.
static bool is_comparison(const struct lower *w, const struct operand *list, uint32_t size)
{
    bool flags = list->array.cols == size && size > 2;
    for (uint32_t k = 0; flags && k < size; k++) {
        double number = operand_number(w, list, 0, k);
        flags = number == 0 || number == 1;
    }
    return flags;
}

static bool read_taken(struct lower *w, const struct operand *index, uint32_t size,
                       struct index_taken *t)
{
    *t = (struct index_taken){.single = index->kind != OPERAND_SLICE && !operand_is_array(index)};
    if (!operand_is_array(index)) {
        return read_index(w, index, size, &t->from, &t->to);
    }
    t->list = index;
    if (index->array.rank != VALUE_VECTOR) {
        diag_set(w->diag, index->span, "indices are a single number, a slice, or a vector");
        return diag_hint(w->diag, "some rows are X[[0, 2, 4]], or X[k] for a vector k of whole numbers");
    }
    if (is_comparison(w, index, size)) {
        diag_set(w->diag, index->span, "a comparison does not choose elements");
        return diag_hint(w->diag, "to leave elements out of a sum multiply by it: sum((y > 0)*x)");
    }
    return true;
}

// The elements that two dimensions take, one by one: as a list, or as numbers of their own.
static bool gather(struct lower *w, const struct operand *x, const struct index_taken taken[2],
                   struct span span, struct operand *out)
{
    uint32_t rows = taken_count(&taken[0]), cols = taken_count(&taken[1]);
    enum value_rank rank = taken[0].single || taken[1].single ? VALUE_VECTOR : VALUE_MATRIX;
    if (taken[0].list != NULL && taken[1].list != NULL) {
        diag_set(w->diag, taken[1].list->span, "only one of the two indices may be an array");
        return diag_hint(w->diag, "X[rows][:, cols] takes both; pick(X, k) takes one of each row");
    }
    uint32_t *nodes = NULL;
    double *numbers = NULL;
    if (x->is_node ? (nodes = array_list(w, rank, rows, cols, span, out)) == NULL
                   : (numbers = array_numbers(w, rank, rows, cols, span, out)) == NULL) {
        return false;
    }
    for (uint32_t k = 0; k < rows * cols; k++) {
        uint32_t i = taken_at(w, &taken[0], k / cols, operand_rows(x));
        uint32_t j = taken_at(w, &taken[1], k % cols, operand_cols(x));
        if (i == UINT32_MAX || j == UINT32_MAX || !lower_goes_on(w, k, 4, span)) {
            return false;
        }
        if (nodes != NULL) {
            nodes[k] = operand_node(w, x, i, j);
        } else {
            numbers[k] = operand_number(w, x, i, j);
        }
    }
    if (rank == VALUE_VECTOR) {  // a column lies flat
        out->array = value_block(rank, out->array.base, 1, rows * cols);
        out->array.listed = x->is_node;
    }
    return true;
}

bool array_index(struct lower *w, const struct operand *x, const struct operand *index,
                 uint32_t count, struct span span, struct operand *out)
{
    if (!operand_is_array(x)) {
        diag_set(w->diag, span, "a single number has no elements");
        return diag_hint(w->diag, "only an array is indexed, as in W[0, 1]");
    }
    uint32_t dimensions = x->array.rank == VALUE_VECTOR ? 1 : 2;
    if (count > dimensions) {
        char shape[SHAPE_TEXT];
        diag_set(w->diag, span, "%u indices for an array of shape %s", (unsigned)count,
                 operand_shape(shape, x));
        return diag_hint(w->diag, dimensions == 1 ? "an element is x[i]" : "an element is W[i, j]");
    }
    struct index_taken t[2] = {{.to = x->array.rows, .single = dimensions == 1},
                               {.to = x->array.cols}};
    for (uint32_t k = 0; k < count; k++) {
        uint32_t d = dimensions == 1 ? 1 : k;
        if (!read_taken(w, &index[k], d == 0 ? x->array.rows : x->array.cols, &t[d])) {
            return false;
        }
    }
    if (t[0].list != NULL || t[1].list != NULL) {
        return gather(w, x, t, span, out);
    }
    struct value v = x->array;
    v.base = value_place(x->array, t[0].from, t[1].from);
    v.rows = t[0].to - t[0].from;
    v.cols = t[1].to - t[1].from;
    *out = *x;
    out->span = span;
    if (t[0].single && t[1].single) {
        out->node = x->is_node ? operand_node(w, x, t[0].from, t[1].from) : 0;
        out->number = x->is_node ? 0 : operand_number(w, x, t[0].from, t[1].from);
        out->array = (struct value){0};
        return true;
    }
    if (t[1].single) {  // a column, as a vector
        v = array_transpose(v);
    }
    v.rank = t[0].single || t[1].single ? VALUE_VECTOR : VALUE_MATRIX;
    out->array = v;
    return true;
}
