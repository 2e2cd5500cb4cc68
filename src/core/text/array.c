#include "text/array.h"

#include <math.h>
#include <string.h>

#include "base/format.h"
#include "text/lower.h"

uint32_t operand_rows(const struct operand *x)
{
    return operand_is_array(x) ? x->array.rows : 1;
}

uint32_t operand_cols(const struct operand *x)
{
    return operand_is_array(x) ? x->array.cols : 1;
}

size_t operand_count(const struct operand *x)
{
    return (size_t)operand_rows(x) * operand_cols(x);
}

uint32_t operand_node(const struct lower *w, const struct operand *x, uint32_t i, uint32_t j)
{
    if (!operand_is_array(x)) {
        return x->node;
    }
    uint32_t place = value_place(x->array, i, j);
    return x->array.listed ? BUF(uint32_t, &w->names->lists)[place] : place;
}

double operand_number(const struct lower *w, const struct operand *x, uint32_t i, uint32_t j)
{
    if (x->is_node) {
        uint32_t node = operand_node(w, x, i, j);
        lower_uses(w, node);
        return tape_value(w->tape, node);
    }
    return operand_is_array(x) ? BUF(double, &w->numbers)[value_place(x->array, i, j)] : x->number;
}

const char *operand_shape(char out[SHAPE_TEXT], const struct operand *x)
{
    if (!operand_is_array(x)) {
        format_write(out, SHAPE_TEXT, "a single number");
    } else if (x->array.rank == VALUE_VECTOR) {
        format_write(out, SHAPE_TEXT, "%u", (unsigned)x->array.cols);
    } else {
        format_write(out, SHAPE_TEXT, "%ux%u", (unsigned)x->array.rows, (unsigned)x->array.cols);
    }
    return out;
}

// ---- New arrays ---------------------------------------------------------------------------------

double *array_numbers(struct lower *w, enum value_rank rank, double rows, double cols,
                      struct span span, struct operand *out)
{
    if (!(rows >= 1 && cols >= 1) || rows != floor(rows) || cols != floor(cols)) {
        diag_set(w->diag, span, "an array's sizes are whole numbers from 1 on");
        diag_hint(w->diag, "an empty array has nothing to compute with");
        return NULL;
    }
    if (rows * cols > ARRAY_MOST) {
        diag_set(w->diag, span, "an array holds at most %d elements", ARRAY_MOST);
        return NULL;
    }
    size_t base = w->numbers.count;
    double *numbers = buf_push(&w->numbers, (size_t)(rows * cols));
    if (numbers == NULL || base > UINT32_MAX / 2) {
        diag_out_of_memory(w->diag);
        return NULL;
    }
    *out = (struct operand){
        .array = value_block(rank, (uint32_t)base, (uint32_t)rows, (uint32_t)cols), .span = span};
    return numbers;
}

bool array_take_numbers(struct lower *w, struct buf *numbers, uint32_t rows, uint32_t cols,
                        struct span span, struct operand *out)
{
    size_t count = (size_t)rows * cols;
    BS_ASSERT(numbers->count == count && count <= ARRAY_MOST);
    if (w->numbers.count == 0) {  // there are none yet: these are all, and need not be copied
        struct buf empty = w->numbers;
        w->numbers = *numbers;
        *numbers = empty;
        *out = (struct operand){.array = value_block(VALUE_MATRIX, 0, rows, cols), .span = span};
        return true;
    }
    double *copy = array_numbers(w, VALUE_MATRIX, rows, cols, span, out);
    if (copy != NULL) {
        memcpy(copy, numbers->data, count * sizeof *copy);
    }
    return copy != NULL;
}

bool array_numbers_of(struct lower *w, const struct operand *x, struct operand *out)
{
    if (!operand_is_array(x)) {
        *out = (struct operand){.number = operand_number(w, x, 0, 0), .span = x->span};
        return true;
    }
    uint32_t cols = x->array.cols;
    double *numbers = array_numbers(w, x->array.rank, x->array.rows, cols, x->span, out);
    for (uint32_t k = 0; numbers != NULL && k < x->array.rows * cols; k++) {
        numbers[k] = operand_number(w, x, k / cols, k % cols);
        numbers = lower_goes_on(w, k, 1, x->span) ? numbers : NULL;
    }
    return numbers != NULL;
}

uint32_t *array_list(struct lower *w, enum value_rank rank, uint32_t rows, uint32_t cols,
                     struct span span, struct operand *out)
{
    size_t base = w->names->lists.count;
    uint32_t *nodes = (size_t)rows * cols > ARRAY_MOST || base > UINT32_MAX / 2
                          ? NULL
                          : buf_push(&w->names->lists, (size_t)rows * cols);
    if (nodes == NULL) {
        diag_out_of_memory(w->diag);
        return NULL;
    }
    *out = (struct operand){
        .is_node = true, .array = value_block(rank, (uint32_t)base, rows, cols), .span = span};
    out->array.listed = true;
    return nodes;
}

bool array_as_nodes(struct lower *w, struct operand *x, uint8_t marks)
{
    if (x->is_node) {
        return true;
    }
    if (!operand_is_array(x)) {
        return lower_as_node(w, x, marks);
    }
    uint32_t rows = x->array.rows, cols = x->array.cols;
    uint32_t base = tape_leaves(w->tape, rows * cols, marks);
    if (base == NODE_NONE) {
        return lower_no_room(w, x->span);
    }
    double *values = BUF_FROM(double, &w->tape->value, base);
    bool block = x->array.cs == 1 && x->array.rs == (int32_t)cols;
    if (block) {
        memcpy(values, BUF_FROM(double, &w->numbers, x->array.base),
               (size_t)rows * cols * sizeof *values);
    }
    for (uint32_t i = 0; !block && i < rows; i++) {
        for (uint32_t j = 0; j < cols; j++) {
            *values++ = operand_number(w, x, i, j);
        }
    }
    x->array = value_block(x->array.rank, base, rows, cols);
    x->is_node = true;
    return true;
}

// ---- Element by element -------------------------------------------------------------------------

static bool stretch(uint32_t a, uint32_t b, uint32_t *size)
{
    *size = a == 1 ? b : a;
    return a == b || a == 1 || b == 1;
}

static bool shapes_meet(struct lower *w, const struct operand *x, const struct operand *y,
                        struct span span, struct value *shape)
{
    uint32_t rows, cols;
    char a[SHAPE_TEXT], b[SHAPE_TEXT];
    if (!stretch(operand_rows(x), operand_rows(y), &rows) ||
        !stretch(operand_cols(x), operand_cols(y), &cols)) {
        diag_set(w->diag, span, "the shapes %s and %s do not fit together element by element",
                 operand_shape(a, x), operand_shape(b, y));
        return diag_hint(w->diag,
                         "sizes must be equal, or one of them 1; a product of matrices is @");
    }
    enum value_rank rank = x->array.rank > y->array.rank ? x->array.rank : y->array.rank;
    *shape = value_block(rank, 0, rows, cols);
    return (size_t)rows * cols <= ARRAY_MOST ||
           diag_set(w->diag, span, "an array holds at most %d elements", ARRAY_MOST);
}

// Element (i, j) of an operand that stretches.
static uint32_t within(uint32_t i, uint32_t size)
{
    return size == 1 ? 0 : i;
}

static double stretched_number(const struct lower *w, const struct operand *x, uint32_t i,
                               uint32_t j)
{
    return operand_number(w, x, within(i, operand_rows(x)), within(j, operand_cols(x)));
}

// The nodes of an operand, for tape_apply_block. The lists may move when one is added.
static struct tape_view view_of(const struct lower *w, const struct operand *x)
{
    if (!operand_is_array(x)) {
        return (struct tape_view){.base = x->node};
    }
    return (struct tape_view){.list = x->array.listed ? w->names->lists.data : NULL,
                              .base = x->array.base,
                              .rs = x->array.rs,
                              .cs = x->array.cs};
}

static struct tape_view stretched_view(const struct lower *w, const struct operand *x)
{
    struct tape_view v = view_of(w, x);
    v.rs = operand_rows(x) == 1 ? 0 : v.rs;
    v.cs = operand_cols(x) == 1 ? 0 : v.cs;
    return v;
}

// A comparison of a column with a vector is one of each with each: seldom what was meant.
static void note_table(struct lower *w, enum op op, const struct operand *x,
                       const struct operand *y, struct value shape)
{
    char a[SHAPE_TEXT], b[SHAPE_TEXT];
    size_t count = (size_t)shape.rows * shape.cols, nx = operand_count(x), ny = operand_count(y);
    if (op >= OP_LT && op <= OP_NE && nx > 1 && ny > 1 && count > nx && count > ny) {
        lower_remark(w, arena_printf(&w->memory,
                                     "comparing the shapes %s and %s makes a table of %ux%u, of "
                                     "each with each; [:, 0] after a column makes it a vector",
                                     operand_shape(a, x), operand_shape(b, y), (unsigned)shape.rows,
                                     (unsigned)shape.cols));
    }
}

bool array_apply(struct lower *w, enum op op, struct operand *x, struct operand *y,
                 struct span span, struct operand *out)
{
    struct value shape = {0};
    if (!shapes_meet(w, x, y, span, &shape)) {
        return false;
    }
    note_table(w, op, x, y, shape);
    if (!x->is_node && !y->is_node) {
        double *numbers = array_numbers(w, shape.rank, shape.rows, shape.cols, span, out);
        for (uint32_t k = 0; numbers != NULL && k < shape.rows * shape.cols; k++) {
            uint32_t i = k / shape.cols, j = k % shape.cols;
            numbers[k] = op_value(op, stretched_number(w, x, i, j), stretched_number(w, y, i, j));
            numbers = lower_goes_on(w, k, 4, span) ? numbers : NULL;
        }
        return numbers != NULL;
    }
    if (!array_as_nodes(w, x, MARK_CONST) || !array_as_nodes(w, y, MARK_CONST)) {
        return false;
    }
    uint32_t base = tape_apply_block(w->tape, op, stretched_view(w, x), stretched_view(w, y),
                                     shape.rows, shape.cols);
    if (base == NODE_NONE) {
        return lower_no_room(w, span);
    }
    *out = (struct operand){.is_node = true,
                            .array = value_block(shape.rank, base, shape.rows, shape.cols),
                            .span = span};
    return true;
}

// ---- The product of matrices --------------------------------------------------------------------

// A vector is a row, as it lies, on the left of @, and a column on its right.
static struct operand as_right(struct operand x)
{
    if (x.array.rank == VALUE_VECTOR) {
        x.array = array_transpose(x.array);
    }
    return x;
}

struct value array_transpose(struct value v)
{
    struct value t = v;
    t.rows = v.cols;
    t.cols = v.rows;
    t.rs = v.cs;
    t.cs = v.rs;
    return t;
}

static bool matmul_numbers(struct lower *w, const struct operand *x, const struct operand *y,
                           enum value_rank rank, struct span span, struct operand *out)
{
    uint32_t m = x->array.rows, n = y->array.cols, inner = x->array.cols;
    double *numbers = array_numbers(w, rank, m, n, span, out);
    for (uint32_t k = 0; numbers != NULL && k < m * n; k++) {
        numbers[k] = operand_number(w, x, k / n, 0) * operand_number(w, y, 0, k % n);
        for (uint32_t t = 1; t < inner; t++) {
            numbers[k] += operand_number(w, x, k / n, t) * operand_number(w, y, t, k % n);
        }
        numbers = lower_goes_on(w, k, inner, span) ? numbers : NULL;
    }
    return numbers != NULL;
}

// All products for t, then all sums with those before: two runs of m × n nodes for each t.
static bool matmul_nodes(struct lower *w, const struct operand *x, const struct operand *y,
                         struct span span, uint32_t *result)
{
    uint32_t m = x->array.rows, n = y->array.cols, inner = x->array.cols, sum = 0;
    if (!tape_make_room(w->tape, m * n * (2 * inner - 1))) {
        return lower_no_room(w, span);
    }
    for (uint32_t t = 0; t < inner; t++) {
        struct tape_view a = view_of(w, x), b = view_of(w, y);
        a.base = value_place(x->array, 0, t);
        b.base = value_place(y->array, t, 0);
        a.cs = b.rs = 0;
        uint32_t next = tape_apply_block(w->tape, OP_MUL, a, b, m, n);
        if (t > 0 && next != NODE_NONE) {
            struct tape_view before = {.base = sum, .cs = 1}, product = {.base = next, .cs = 1};
            next = tape_apply_block(w->tape, OP_ADD, before, product, 1, m * n);
        }
        if (next == NODE_NONE) {
            return lower_no_room(w, span);
        }
        sum = next;
    }
    *result = sum;
    return true;
}

bool array_matmul(struct lower *w, struct operand *x, struct operand *y, struct span span,
                  struct operand *out)
{
    char a[SHAPE_TEXT], b[SHAPE_TEXT];
    if (!operand_is_array(x) || !operand_is_array(y)) {
        diag_set(w->diag, span, "@ multiplies arrays, and one side is a single number");
        return diag_hint(w->diag, "to scale an array write *");
    }
    struct operand left = *x, right = as_right(*y);
    if (left.array.cols != right.array.rows) {
        diag_set(w->diag, span,
                 "the shapes %s and %s do not fit: @ needs as many columns on its left "
                 "as rows on its right",
                 operand_shape(a, x), operand_shape(b, y));
        return diag_hint(w->diag, "perhaps one side wants .T");
    }
    bool single = x->array.rank == VALUE_VECTOR && y->array.rank == VALUE_VECTOR;
    bool vector = x->array.rank == VALUE_VECTOR || y->array.rank == VALUE_VECTOR;
    enum value_rank rank = vector ? VALUE_VECTOR : VALUE_MATRIX;
    if ((size_t)left.array.rows * right.array.cols > ARRAY_MOST) {
        return diag_set(w->diag, span, "an array holds at most %d elements", ARRAY_MOST);
    }
    double products = (double)left.array.rows * left.array.cols * right.array.cols;
    if (2 * products > TAPE_MOST) {
        diag_set(w->diag, span, "this product of %s and %s takes %.4g multiplications",
                 operand_shape(a, x), operand_shape(b, y), products);
        return diag_hint(w->diag, "%.4g are the most that one product may take",
                         (double)(TAPE_MOST / 2));
    }
    if (!x->is_node && !y->is_node) {
        if (!matmul_numbers(w, &left, &right, rank, span, out)) {
            return false;
        }
    } else {
        uint32_t base = 0;
        if (!array_as_nodes(w, &left, MARK_CONST) || !array_as_nodes(w, &right, MARK_CONST) ||
            !matmul_nodes(w, &left, &right, span, &base)) {
            return false;
        }
        *out = (struct operand){.is_node = true,
                                .array = value_block(rank, base, left.array.rows, right.array.cols),
                                .span = span};
    }
    if (vector) {  // m × 1 or 1 × n: lay it flat
        out->array = value_block(rank, out->array.base, 1, out->array.rows * out->array.cols);
    }
    if (single) {
        struct operand whole = *out;
        *out = (struct operand){.is_node = whole.is_node, .span = span};
        out->node = whole.is_node ? whole.array.base : 0;
        out->number = whole.is_node ? 0 : operand_number(w, &whole, 0, 0);
    }
    return true;
}

// ---- Literals and elements ----------------------------------------------------------------------

static bool parts_agree(struct lower *w, const struct operand *parts, uint32_t count)
{
    char a[SHAPE_TEXT], b[SHAPE_TEXT];
    for (uint32_t i = 0; i < count; i++) {
        if (parts[i].array.rank == VALUE_MATRIX) {
            diag_set(w->diag, parts[i].span, "arrays here have one or two dimensions, not three");
            return diag_hint(w->diag, "write rows of single values: [[1, 2], [3, 4]]");
        }
        if (parts[i].array.rank != parts[0].array.rank) {
            diag_set(w->diag, parts[i].span, "this part is %s, the first one %s",
                     operand_is_array(&parts[i]) ? "an array" : "a single number",
                     operand_is_array(&parts[0]) ? "an array" : "a single number");
            return diag_hint(w->diag, "write [1, 2], or rows of one length: [[1, 2], [3, 4]]");
        }
        if (operand_cols(&parts[i]) != operand_cols(&parts[0])) {
            diag_set(w->diag, parts[i].span, "this part is of shape %s, the first one of shape %s",
                     operand_shape(a, &parts[i]), operand_shape(b, &parts[0]));
            return diag_hint(w->diag, "all rows of an array have the same length");
        }
    }
    return true;
}

bool array_literal(struct lower *w, struct operand *parts, uint32_t count, struct span span,
                   struct operand *out)
{
    if (count == 1 && parts[0].array.rank == VALUE_MATRIX) {  // notes use [ ] as parentheses
        lower_remark(w, "the brackets around one matrix are read as parentheses");
        *out = parts[0];
        return true;
    }
    if (!parts_agree(w, parts, count)) {
        return false;
    }
    bool matrix = operand_is_array(&parts[0]), nodes = false;
    enum value_rank rank = matrix ? VALUE_MATRIX : VALUE_VECTOR;
    uint32_t rows = matrix ? count : 1, cols = matrix ? parts[0].array.cols : count;
    for (uint32_t i = 0; i < count; i++) {
        nodes |= parts[i].is_node;
    }
    for (uint32_t i = 0; nodes && i < count; i++) {
        if (!array_as_nodes(w, &parts[i], MARK_CONST)) {
            return false;
        }
    }
    double *numbers = nodes ? NULL : array_numbers(w, rank, rows, cols, span, out);
    uint32_t *list = nodes ? array_list(w, rank, rows, cols, span, out) : NULL;
    for (uint32_t k = 0; (numbers != NULL || list != NULL) && k < rows * cols; k++) {
        const struct operand *part = &parts[matrix ? k / cols : k];
        uint32_t j = matrix ? k % cols : 0;
        if (nodes) {
            list[k] = operand_node(w, part, 0, j);
        } else {
            numbers[k] = operand_number(w, part, 0, j);
        }
        if (!lower_goes_on(w, k, 1, span)) {
            return false;
        }
    }
    return numbers != NULL || list != NULL;
}

// ---- Folds --------------------------------------------------------------------------------------

// Along an axis: `count` results, each a fold of `length` elements.
struct array_fold {
    const struct operand *x;
    int axis;
    uint32_t count, length;
};

static void fold_place(const struct array_fold *f, uint32_t k, uint32_t t, uint32_t *i, uint32_t *j)
{
    uint32_t cols = operand_cols(f->x);
    *i = f->axis < 0 ? t / cols : f->axis == 0 ? t : k;
    *j = f->axis < 0 ? t % cols : f->axis == 0 ? k : t;
}

static double fold_number(struct lower *w, const struct array_fold *f, enum op op, uint32_t k,
                          struct span span)
{
    uint32_t i, j;
    fold_place(f, k, 0, &i, &j);
    double sum = operand_number(w, f->x, i, j);
    for (uint32_t t = 1; t < f->length; t++) {
        fold_place(f, k, t, &i, &j);
        sum = op_value(op, sum, operand_number(w, f->x, i, j));
        if (!lower_goes_on(w, t, 2, span)) {
            break;
        }
    }
    return sum;
}

// A chain through all elements, row by row, from one node to the next.
static uint32_t fold_chain(struct lower *w, const struct operand *x, enum op op)
{
    struct value v = x->array.cols == 1 ? array_transpose(x->array) : x->array;
    struct operand all = {.is_node = true, .array = v};
    struct tape_view element = view_of(w, &all), before = {.rs = (int32_t)v.cols, .cs = 1};
    uint32_t first =
        tape_apply(w->tape, op, operand_node(w, &all, 0, 0), operand_node(w, &all, 0, 1));
    before.base = first;
    element.base = value_place(v, 0, 2);
    if (first == NODE_NONE ||
        tape_apply_block(w->tape, op, before, element, 1, v.cols - 2) == NODE_NONE) {
        return NODE_NONE;
    }
    before.base = first + v.cols - 2;
    element.base = value_place(v, 1, 0);
    bool ok = tape_apply_block(w->tape, op, before, element, v.rows - 1, v.cols) != NODE_NONE;
    return ok ? tape_count(w->tape) - 1 : NODE_NONE;
}

// All folds together, one element of each at a time, so that each round is a block.
static bool fold_nodes(struct lower *w, const struct array_fold *f, enum op op, uint32_t *list,
                       struct span span)
{
    uint32_t i, j, last = f->length > 1 && f->axis < 0 ? fold_chain(w, f->x, op) : 0;
    for (uint32_t k = 0; k < f->count; k++) {
        fold_place(f, k, 0, &i, &j);
        list[k] = operand_node(w, f->x, i, j);
        if (!lower_goes_on(w, k, 1, span)) {
            return false;
        }
    }
    for (uint32_t t = 1; t < f->length && f->axis >= 0 && last != NODE_NONE; t++) {
        struct tape_view before = {.list = t == 1 ? list : NULL, .base = last, .cs = 1};
        struct tape_view element = view_of(w, f->x);
        fold_place(f, 0, t, &i, &j);
        element.base = operand_is_array(f->x) ? value_place(f->x->array, i, j) : element.base;
        element.cs = f->axis == 0 ? element.cs : element.rs;
        last = tape_apply_block(w->tape, op, before, element, 1, f->count);
    }
    for (uint32_t k = 0; f->length > 1 && last != NODE_NONE && k < f->count; k++) {
        list[k] = last + k;
    }
    return last != NODE_NONE || lower_no_room(w, span);
}

bool array_fold(struct lower *w, enum op op, struct operand *x, int axis, struct span span,
                struct operand *out)
{
    struct array_fold f = {.x = x, .axis = axis};
    f.length = axis < 0    ? (uint32_t)operand_count(x)
               : axis == 0 ? operand_rows(x)
                           : operand_cols(x);
    f.count = axis < 0 ? 1 : axis == 0 ? operand_cols(x) : operand_rows(x);
    if (!x->is_node) {
        if (axis < 0) {
            *out = (struct operand){.number = fold_number(w, &f, op, 0, span), .span = span};
            return !w->diag->set;
        }
        double *numbers = array_numbers(w, VALUE_VECTOR, 1, f.count, span, out);
        for (uint32_t k = 0; numbers != NULL && k < f.count; k++) {
            numbers[k] = fold_number(w, &f, op, k, span);
            numbers = lower_goes_on(w, k, f.length, span) ? numbers : NULL;
        }
        return numbers != NULL && !w->diag->set;
    }
    uint32_t *list = array_list(w, VALUE_VECTOR, 1, f.count, span, out);
    if (list == NULL || !fold_nodes(w, &f, op, list, span)) {
        return false;
    }
    if (axis < 0) {
        *out = (struct operand){.is_node = true, .node = list[0], .span = span};
    } else if (f.length > 1) {  // the last round of sums is a block
        out->array = value_block(VALUE_VECTOR, list[0], 1, f.count);
    }
    return true;
}
