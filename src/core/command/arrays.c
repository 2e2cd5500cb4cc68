#include "command/arrays.h"

#include <math.h>
#include <string.h>

#include "formula/matrix_print.h"
#include "text/excerpt.h"

bool arrays_read(struct arrays *a, struct call *c)
{
    *a = (struct arrays){.flow.identifiers = true};
    return flow_open(&a->flow, c);
}

bool arrays_read_text(struct arrays *a, struct call *c, const char *text, bool any_shape)
{
    struct lexer *before = c->lexer;
    *a = (struct arrays){.flow.identifiers = true, .flow.any_shape = any_shape};
    a->source = (struct source){.name = "", .text = text, .length = strlen(text), .line = 1};
    lexer_init(&a->lexer, &a->source);
    c->lexer = &a->lexer;
    bool ok = flow_open(&a->flow, c);
    c->lexer = before;
    return ok;
}

void arrays_release(struct arrays *a)
{
    if (a->derived) {
        matrix_pass_release(&a->pass);
    }
    flow_release(&a->flow);
}

static const struct matrices *matrices_of(const struct arrays *a)
{
    return &a->flow.made.matrices;
}

// Does a row that the root depends on, itself included, fit?
static bool has_row(const struct arrays *a, bool (*fits)(const struct mat *m))
{
    struct buf reached;
    bool found = false;
    uint32_t root = a->flow.made.row;
    bool ok = root != MAT_NONE && matrices_reach(matrices_of(a), root, &reached);
    for (uint32_t i = 0; ok && i <= root; i++) {
        found |= BUF(uint8_t, &reached)[i] != 0 && fits(matrices_at(matrices_of(a), i));
    }
    if (root != MAT_NONE) {
        buf_release(&reached);
    }
    return found;
}

// Elements of arrays, and arrays of elements, are no computation with arrays yet.
static bool is_array(const struct mat *m)
{
    switch (m->kind) {
    case MAT_GIVEN:
    case MAT_NUMBERS:
    case MAT_INDEX:
    case MAT_STACK:
        return false;
    case MAT_OP:
    case MAT_TRANSPOSE:
        return value_is_array(m->value);
    default:
        return true;
    }
}

static bool is_product(const struct mat *m)
{
    return m->kind == MAT_MATMUL || m->kind == MAT_OUTER;
}

bool arrays_has_any(const struct arrays *a)
{
    return has_row(a, is_array);
}

bool arrays_has_products(const struct arrays *a)
{
    return has_row(a, is_product);
}

uint32_t arrays_find(const struct arrays *a, const char *label, size_t length)
{
    for (uint32_t i = 0; i < a->flow.labels.count; i++) {
        const char *at = *flow_label(&a->flow, i);
        if (at != NULL && strlen(at) == length && memcmp(at, label, length) == 0) {
            return i;
        }
    }
    return MAT_NONE;
}

// ---- What is wanted -----------------------------------------------------------------------------

static bool is_leaf(const struct arrays *a, uint32_t row)
{
    const struct tape *t = &a->flow.made.call->s->tape;
    return matrices_at(matrices_of(a), row)->kind == MAT_GIVEN &&
           *flow_label(&a->flow, row) != NULL &&
           tape_op(t, rebuilt_node(&a->flow.made, row, 0)) == OP_LEAF;
}

static bool is_parameter(const struct arrays *a, uint32_t row)
{
    const struct tape *t = &a->flow.made.call->s->tape;
    return is_leaf(a, row) && (flow_is_weight(&a->flow, row) ||
                               tape_marked(t, rebuilt_node(&a->flow.made, row, 0), MARK_PARAM));
}

static bool has_parameters(const struct arrays *a)
{
    const struct tape *t = &a->flow.made.call->s->tape;
    for (uint32_t i = 0; i < matrices_of(a)->rows.count; i++) {
        if (is_leaf(a, i) && tape_marked(t, rebuilt_node(&a->flow.made, i, 0), MARK_PARAM)) {
            return true;
        }
    }
    return false;
}

// Marks what the layers depend on, or, where there are none, the root: not what comes in with the
// loss only.
static bool find_below(const struct arrays *a, struct buf *below)
{
    const struct layers *l = &a->flow.layers;
    uint32_t root = a->flow.made.row;
    if (l->rows.count > 0) {
        const struct layer *last = layers_at(l, flow_last_layer(&a->flow));
        root = layers_unit(l, last, last->count - 1)->z;
    }
    return matrices_reach(matrices_of(a), root, below);
}

static bool find_wanted(const struct arrays *a, uint32_t only, struct buf *wanted)
{
    bool parameters = has_parameters(a);
    struct buf below;
    buf_init(wanted, 1);
    bool ok = find_below(a, &below) && buf_resize(wanted, matrices_of(a)->rows.count);
    for (uint32_t i = 0; ok && i < wanted->count; i++) {
        BUF(uint8_t, wanted)
        [i] = only != MAT_NONE ? i == only
              : parameters     ? is_parameter(a, i)
                               : is_leaf(a, i) && BUF(uint8_t, &below)[i] != 0;
    }
    buf_release(&below);
    return ok;
}

// ---- The proof ----------------------------------------------------------------------------------

static bool is_gradient(const struct arrays *a, const struct lower *w, uint32_t row,
                        const struct operand *x)
{
    struct value v = matrices_at(matrices_of(a), row)->value;
    bool array = value_is_array(v);
    if (array != operand_is_array(x) ||
        (array &&
         (x->array.rank != v.rank || x->array.rows != v.rows || x->array.cols != v.cols))) {
        return false;
    }
    for (size_t k = 0; k < rebuilt_count(&a->flow.made, row); k++) {
        double is = array ? operand_number(w, x, (uint32_t)(k / v.cols), (uint32_t)(k % v.cols))
                          : lower_number(w, x);
        double ought = adjoints_get(&a->flow.made.slopes, rebuilt_node(&a->flow.made, row, k));
        if (is != ought && isfinite(ought) && !(fabs(is - ought) <= 1e-8 * (1 + fabs(ought)))) {
            return false;
        }
    }
    return true;
}

// Evaluates one line and binds its name to what it gives.
static bool prove_line(struct arrays *a, const struct matrix_line *line)
{
    struct call *c = a->flow.made.call;
    struct scope scope = session_scope(c->s);
    struct excerpt e;
    struct lower w;
    struct operand x;
    scope.groups = NULL;
    excerpt_init_all(&e, &c->s->names, line->formula);
    lower_init(&w, &scope, &e.source, &e.d);
    bool ok = lower_expression(&w, &e.parser, &x) && is_gradient(a, &w, line->row, &x) &&
              array_as_nodes(&w, &x, 0) &&
              aside_bind(&a->flow.made.aside, line->name, strlen(line->name),
                         operand_is_array(&x) ? x.array : value_of_node(x.node));
    lower_release(&w);
    excerpt_release(&e);
    return ok;
}

static bool prove(struct arrays *a)
{
    struct call *c = a->flow.made.call;
    for (uint32_t i = 0; i < a->flow.labels.count; i++) {
        const char *label = *flow_label(&a->flow, i);
        if (label != NULL && i != a->flow.made.row &&
            !aside_bind(&a->flow.made.aside, label, strlen(label),
                        matrices_at(matrices_of(a), i)->value)) {
            return false;
        }
    }
    for (size_t i = 0; i < a->pass.lines.count; i++) {
        const struct matrix_line *line = &BUF(struct matrix_line, &a->pass.lines)[i];
        if (!prove_line(a, line)) {
            if (stop_is_asked(c->s->world.stop)) {
                return diag_set(c->diag, c->command, "interrupted");
            }
            diag_set(c->diag, a->flow.made.span,
                     "the chain rule of this cannot be written with whole arrays, at %s = %s",
                     line->name, line->formula);
            return diag_hint(c->diag, "backward shows it value by value");
        }
    }
    return true;
}

static bool refuse(struct arrays *a)
{
    struct call *c = a->flow.made.call;
    char what[QUOTED];
    const char *why = a->pass.why;
    bool function = why != NULL && strchr(why, ' ') == NULL;
    diag_quote(what, why == NULL ? "" : why, why == NULL ? 0 : strlen(why));
    diag_set(c->diag, a->flow.made.span,
             function ? "the chain rule with whole arrays does not cover %s(…)"
                      : "the chain rule with whole arrays does not cover %s",
             what);
    return diag_hint(c->diag, "backward shows it value by value");
}

bool arrays_derive(struct arrays *a, uint32_t only)
{
    struct call *c = a->flow.made.call;
    struct buf wanted;
    bool ok = find_wanted(a, only, &wanted);
    if (ok) {
        ok = matrix_derive(&a->pass, matrices_of(a), &a->flow.made.lower, a->flow.labels.data,
                           a->flow.made.row, wanted.data);
        a->derived = true;
    }
    buf_release(&wanted);
    if (!ok) {
        return a->derived && a->pass.refused != MAT_NONE ? refuse(a) : diag_out_of_memory(c->diag);
    }
    if (a->pass.lines.count == 0) {
        diag_set(c->diag, a->flow.made.span, "there is no leaf with a name to derive this in");
        return diag_hint(c->diag, "give its arrays names: W = …, then L = sum(W @ x)");
    }
    return prove(a);
}

// ---- Records ------------------------------------------------------------------------------------

void arrays_put_line(struct arrays *a, struct rec *to, const char *name, const char *formula,
                     uint32_t row, bool gradient)
{
    enum { ELEMENTS_MOST = 64 };
    struct records *out = a->flow.made.call->out;
    struct value v = matrices_at(matrices_of(a), row)->value;
    struct operand x = lower_operand(v, a->flow.made.span);
    size_t count = rebuilt_count(&a->flow.made, row);
    char shape[SHAPE_TEXT] = "";
    double squares = 0;
    struct rec *list = value_is_array(v) ? rec_list(out, to, KEY_value) : NULL, *line = list;
    for (size_t k = 0; k < count; k++) {
        uint32_t node = rebuilt_node(&a->flow.made, row, k);
        double number = gradient ? rebuilt_slope(&a->flow.made, node)
                                 : tape_value(&a->flow.made.call->s->tape, node);
        squares += number * number;
        if (list == NULL) {
            rec_number(out, to, KEY_value, number);
        } else if (k < ELEMENTS_MOST) {
            line = v.rank == VALUE_MATRIX && k % v.cols == 0 ? rec_list(out, list, KEY_NONE) : line;
            rec_number(out, line, KEY_NONE, number);
        }
    }
    rec_text(out, to, KEY_name, name);
    rec_text(out, to, KEY_formula, formula);
    rec_text(out, to, KEY_shape, value_is_array(v) ? operand_shape(shape, &x) : "");
    rec_whole(out, to, KEY_count, (int64_t)count);
    rec_number(out, to, KEY_norm, sqrt(squares));
}

void arrays_put_forward(struct arrays *a, struct rec *list)
{
    struct buf reached;
    struct text formula;
    text_init(&formula);
    bool ok = matrices_reach(matrices_of(a), a->flow.made.row, &reached);
    for (uint32_t i = 0; ok && i <= a->flow.made.row; i++) {
        const struct mat *m = matrices_at(matrices_of(a), i);
        bool computed = m->kind != MAT_GIVEN && m->kind != MAT_NUMBERS;
        if (BUF(uint8_t, &reached)[i] != 0 && computed && *flow_label(&a->flow, i) != NULL) {
            text_clear(&formula);
            matrix_print(&formula, matrices_of(a), a->flow.labels.data, i, true);
            arrays_put_line(a, rec_map(a->flow.made.call->out, list, KEY_NONE),
                            *flow_label(&a->flow, i), text_get(&formula), i, false);
        }
    }
    buf_release(&reached);
    text_release(&formula);
}

// Is `name` mentioned in a formula, as a name of its own?
static bool mentions(const char *formula, const char *name)
{
    struct source source = {.text = formula, .length = strlen(formula), .line = 1};
    struct lexer lexer;
    struct diag ignored = {0};
    lexer_init(&lexer, &source);
    for (struct token t = lexer_next(&lexer, &ignored); t.kind != TOKEN_END && t.kind != TOKEN_BAD;
         t = lexer_next(&lexer, &ignored)) {
        if (t.kind == TOKEN_NAME && token_is(&lexer, t, name)) {
            return true;
        }
    }
    return false;
}

static bool is_leaf_line(const struct arrays *a, const struct matrix_line *line)
{
    return matrices_at(matrices_of(a), line->row)->kind == MAT_GIVEN;
}

// The last line that line k mentions, counted from 1; 0: none.
static size_t last_mentioned(const struct arrays *a, size_t k)
{
    const struct matrix_line *lines = a->pass.lines.data;
    size_t last = 0;
    for (size_t i = 0; i < k; i++) {
        last = mentions(lines[k].formula, lines[i].name) ? i + 1 : last;
    }
    return last;
}

bool arrays_order(const struct arrays *a, uint32_t only, struct buf *order)
{
    const struct matrix_line *lines = a->pass.lines.data;
    size_t count = a->pass.lines.count;
    struct buf wanted;
    buf_init(&wanted, 1);
    buf_init(order, sizeof(uint32_t));
    bool ok = buf_resize(&wanted, count) && buf_reserve(order, count);
    uint8_t *is = wanted.data;
    for (size_t i = count; ok && i-- > 0;) {
        is[i] |= only == MAT_NONE || lines[i].row == only;
        for (size_t k = 0; is[i] != 0 && k < i; k++) {
            is[k] |= mentions(lines[i].formula, lines[k].name);
        }
    }
    for (size_t i = 0; ok && i <= count; i++) {
        if (i > 0 && is[i - 1] != 0 && !is_leaf_line(a, &lines[i - 1])) {
            *(uint32_t *)buf_push(order, 1) = (uint32_t)i - 1;
        }
        for (size_t k = count; k-- > 0;) {
            if (is[k] != 0 && is_leaf_line(a, &lines[k]) && last_mentioned(a, k) == i) {
                *(uint32_t *)buf_push(order, 1) = (uint32_t)k;
            }
        }
    }
    buf_release(&wanted);
    return ok;
}

void arrays_put_backward(struct arrays *a, struct rec *list, uint32_t only)
{
    struct buf order;
    bool ok = arrays_order(a, only, &order);
    for (size_t i = 0; ok && i < order.count; i++) {
        const struct matrix_line *line =
            &BUF(struct matrix_line, &a->pass.lines)[BUF(uint32_t, &order)[i]];
        arrays_put_line(a, rec_map(a->flow.made.call->out, list, KEY_NONE), line->name,
                        line->formula, line->row, true);
    }
    buf_release(&order);
}
