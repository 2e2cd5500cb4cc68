#include "command/latex_arrays.h"

#include <string.h>

#include "command/arrays.h"
#include "formula/math.h"
#include "formula/matrix_print.h"
#include "formula/matrix_tex.h"

struct latex_arrays_document {
    struct arrays arrays;
    struct text *out;
    struct arena arena;
    struct buf names;  // struct matrix_tex_name
    int digits;
    bool failed;
};

// ---- Names --------------------------------------------------------------------------------------

static const char *label_of(struct latex_arrays_document *d, uint32_t row)
{
    return *flow_label(&d->arrays.flow, row);
}

static bool is_array(struct latex_arrays_document *d, uint32_t row)
{
    return value_is_array(matrices_at(&d->arrays.flow.made.matrices, row)->value);
}

static void add_name(struct latex_arrays_document *d, const char *name, const char *tex, bool array)
{
    struct matrix_tex_name *at = buf_push(&d->names, 1);
    d->failed |= at == NULL || tex == NULL;
    if (at != NULL) {
        *at = (struct matrix_tex_name){name, tex, array};
    }
}

static const char *name_tex(struct latex_arrays_document *d, const char *label)
{
    struct text tex;
    text_init(&tex);
    math_name(&tex, label, strlen(label));
    const char *copy = arena_copy(&d->arena, text_get(&tex), text_length(&tex));
    text_release(&tex);
    return copy;
}

// The number of the layer that a row is the weighted sums of; 0 if it is not one.
static int64_t delta_number(struct latex_arrays_document *d, uint32_t row)
{
    const struct layer *l = layers_of(&d->arrays.flow.layers, row);
    bool sums = l != NULL && !l->plain && l->count == 1 &&
                layers_unit(&d->arrays.flow.layers, l, 0)->z == row;
    size_t i = l == NULL ? 0 : (size_t)(l - layers_at(&d->arrays.flow.layers, 0));
    return sums ? flow_layer_number(&d->arrays.flow, i) : 0;
}

// Labels, and what their gradients are called: of weighted sums \delta^{(1)}, else a fraction.
static void add_names(struct latex_arrays_document *d)
{
    const struct matrices *m = &d->arrays.flow.made.matrices;
    const char *loss = name_tex(d, label_of(d, d->arrays.flow.made.row));
    for (uint32_t i = 0; i < m->rows.count; i++) {
        if (label_of(d, i) != NULL) {
            add_name(d, label_of(d, i), name_tex(d, label_of(d, i)), is_array(d, i));
        }
    }
    for (size_t k = 0; k < d->arrays.pass.lines.count; k++) {
        const struct matrix_line *line = &BUF(struct matrix_line, &d->arrays.pass.lines)[k];
        const char *label = label_of(d, line->row);
        int64_t number = delta_number(d, line->row);
        const char *tex =
            number > 0      ? arena_printf(&d->arena, "\\delta^{(%lld)}", (long long)number)
            : label == NULL ? name_tex(d, line->name)
                            : arena_printf(&d->arena, "\\frac{\\partial %s}{\\partial %s}", loss,
                                           name_tex(d, label));
        add_name(d, line->name, tex, is_array(d, line->row));
    }
}

// ---- Equations ----------------------------------------------------------------------------------

static void put_formula(struct latex_arrays_document *d, const char *formula)
{
    d->failed |= !matrix_tex(d->out, formula, d->names.data, d->names.count);
}

// A matrix of its numbers, a vector as a column; of a large one the set that it lies in.
static void put_numbers(struct latex_arrays_document *d, uint32_t row, bool gradient)
{
    enum { SIDE_MOST = 6 };
    const struct rebuilt *made = &d->arrays.flow.made;
    struct value v = matrices_at(&made->matrices, row)->value;
    bool vector = v.rank == VALUE_VECTOR, array = value_is_array(v);
    uint32_t rows = vector ? v.cols : v.rows, cols = vector ? 1 : v.cols;
    if (rows > SIDE_MOST || cols > SIDE_MOST) {
        text_addf(d->out, vector ? " \\in \\mathbb{R}^{%u}" : " \\in \\mathbb{R}^{%u \\times %u}",
                  (unsigned)rows, (unsigned)cols);
        return;
    }
    text_add(d->out, array ? " = \\begin{bmatrix} " : " = ");
    for (uint32_t k = 0; k < rows * cols; k++) {
        uint32_t node = rebuilt_node(made, row, k);
        text_add(d->out, k == 0 ? "" : k % cols == 0 ? " \\\\ " : " & ");
        math_number(d->out,
                    gradient ? adjoints_get(&made->slopes, node)
                             : tape_value(&made->call->s->tape, node),
                    d->digits);
    }
    text_add(d->out, array ? " \\end{bmatrix}" : "");
}

static void begin_line(struct latex_arrays_document *d, bool *first)
{
    text_add(d->out, *first ? "\\begin{align*}\n  " : " \\\\\n  ");
    *first = false;
}

static void put_rows(struct latex_arrays_document *d, bool given)
{
    const struct matrices *m = &d->arrays.flow.made.matrices;
    struct buf reached;
    struct text formula;
    bool first = true;
    text_init(&formula);
    bool ok = matrices_reach(m, d->arrays.flow.made.row, &reached);
    for (uint32_t i = 0; ok && i <= d->arrays.flow.made.row; i++) {
        const struct mat *row = matrices_at(m, i);
        if (BUF(uint8_t, &reached)[i] == 0 || label_of(d, i) == NULL ||
            (row->kind == MAT_GIVEN) != given || row->kind == MAT_NUMBERS) {
            continue;
        }
        begin_line(d, &first);
        put_formula(d, label_of(d, i));
        text_add(d->out, " &");
        if (!given) {
            text_clear(&formula);
            matrix_print(&formula, m, d->arrays.flow.labels.data, i, true);
            text_add(d->out, "= ");
            put_formula(d, text_get(&formula));
        }
        put_numbers(d, i, false);
    }
    text_add(d->out, first ? "" : "\n\\end{align*}\n");
    d->failed |= !ok;
    buf_release(&reached);
    text_release(&formula);
}

// δ of a layer is also named as the derivative that it is.
static void put_backward(struct latex_arrays_document *d)
{
    const struct matrix_line *lines = d->arrays.pass.lines.data;
    const char *loss = name_tex(d, label_of(d, d->arrays.flow.made.row));
    struct buf order;
    bool first = true;
    d->failed |= !arrays_order(&d->arrays, MAT_NONE, &order);
    for (size_t i = 0; i < order.count; i++) {
        uint32_t k = BUF(uint32_t, &order)[i];
        begin_line(d, &first);
        put_formula(d, lines[k].name);
        if (delta_number(d, lines[k].row) > 0) {
            text_addf(d->out, " = \\frac{\\partial %s}{\\partial %s}", loss,
                      name_tex(d, label_of(d, lines[k].row)));
        }
        text_add(d->out, " &= ");
        put_formula(d, lines[k].formula);
        put_numbers(d, lines[k].row, true);
    }
    text_add(d->out, first ? "" : "\n\\end{align*}\n");
    buf_release(&order);
}

static bool put_document(struct latex_arrays_document *d)
{
    struct text whole, *out = d->out;
    text_init(&whole);
    d->out = &whole;  // analysis: put back below
    add_names(d);
    text_add(&whole, "\\documentclass{article}\n\\usepackage{amsmath}\n\\usepackage{amssymb}\n"
                     "\\allowdisplaybreaks\n\\begin{document}\n\n\\section*{Given}\n");
    put_rows(d, true);
    text_add(&whole, "\n\\section*{Forward}\n");
    put_rows(d, false);
    text_add(&whole, "\n\\section*{Backward}\n");
    put_backward(d);
    text_add(&whole, "\n\\end{document}\n");
    d->out = out;
    bool ok = !d->failed && !d->arena.failed && !whole.bytes.failed;
    if (ok) {
        text_add_bytes(out, text_get(&whole), text_length(&whole));
    }
    text_release(&whole);
    return ok;
}

bool latex_arrays(struct call *c, uint32_t root, struct text *out)
{
    struct latex_arrays_document d = {.out = out, .digits = session_digits(c->s)};
    char name[LABEL_TEXT];
    struct diag aside = {0}, *diag = c->diag;
    names_label(&c->s->names, name, root);
    name[strcspn(name, "[")] = '\0';  // of an array of one element, the array
    arena_init(&d.arena);
    buf_init(&d.names, sizeof(struct matrix_tex_name));
    c->diag = &aside;
    bool ok = arrays_read_text(&d.arrays, c, name, false) && arrays_has_any(&d.arrays) &&
              arrays_derive(&d.arrays, MAT_NONE) && put_document(&d);
    c->diag = diag;
    arrays_release(&d.arrays);
    arena_release(&d.arena);
    buf_release(&d.names);
    return ok;
}
