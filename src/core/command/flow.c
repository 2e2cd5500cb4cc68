#include "command/flow.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formula/matrix_print.h"
#include "text/prelude.h"

// ---- Layers in their order -----------------------------------------------------------------------

// The last layer that has parameters, and the next one above a layer; the layer itself if it is it.
static size_t last_layer(const struct flow *f)
{
    size_t last = f->layers.rows.count - 1;
    while (last > 0 && layers_at(&f->layers, last)->plain) {
        last--;
    }
    return last;
}

static size_t layer_above(const struct flow *f, size_t layer)
{
    for (size_t i = layer + 1; i < f->layers.rows.count; i++) {
        if (!layers_at(&f->layers, i)->plain) {
            return i;
        }
    }
    return layer;
}

// Layers with parameters are counted, from 1 on; where there are none, all of them.
static int64_t layer_number(const struct flow *f, size_t layer)
{
    bool plain = layers_at(&f->layers, last_layer(f))->plain;
    int64_t number = 0;
    for (size_t i = 0; i <= layer; i++) {
        number += plain || !layers_at(&f->layers, i)->plain;
    }
    return plain || !layers_at(&f->layers, layer)->plain ? number : 0;
}

// ---- What rows go by ----------------------------------------------------------------------------

static const char **label_at(struct flow *f, uint32_t row)
{
    return &BUF(const char *, &f->labels)[row];
}

static const char *name_text(struct flow *f, uint32_t name)
{
    size_t length;
    const char *s = names_text(&f->made.call->s->names, name, &length);
    return arena_copy(&f->arena, s, length);
}

static bool is_taken(struct flow *f, const char *label)
{
    for (uint32_t i = 0; i < f->labels.count; i++) {
        if (*label_at(f, i) != NULL && strcmp(*label_at(f, i), label) == 0) {
            return true;
        }
    }
    return names_lookup(&f->made.call->s->names, label, strlen(label)).rank != VALUE_UNBOUND;
}

// z1 or a1 where rows have no name of their own, with as many marks behind it as it takes; of
// several z1[0], z1[1], …
static void label_side(struct flow *f, const struct layer *l, bool z, int64_t number)
{
    const char *label = arena_printf(&f->arena, z ? "z%lld" : "a%lld", (long long)number);
    while (label != NULL && is_taken(f, label)) {
        label = arena_printf(&f->arena, "%s_", label);
    }
    for (uint32_t k = 0; label != NULL && k < l->count; k++) {
        const struct layer_unit *unit = layers_unit(&f->layers, l, k);
        const char **at = label_at(f, z ? unit->z : unit->a);
        if (*at == NULL && (z || unit->a != f->made.row)) {
            *at = l->count == 1 ? label : arena_printf(&f->arena, "%s[%u]", label, (unsigned)k);
        }
    }
}

// An output without a name goes by what was typed, if that is short, or else "loss".
static void label_output(struct flow *f)
{
    enum { TYPED_MOST = 12 };
    const char *text = f->made.call->lexer->source->text + f->made.span.start;
    size_t length = f->made.span.end - f->made.span.start;
    while (length > 0 && text[length - 1] == ' ') {
        length--;
    }
    const char *label = "loss";
    while (label != NULL && is_taken(f, label)) {
        label = arena_printf(&f->arena, "%s_", label);
    }
    *label_at(f, f->made.row) = length <= TYPED_MOST ? arena_copy(&f->arena, text, length) : label;
}

static void make_labels(struct flow *f)
{
    const struct matrices *m = &f->made.matrices;
    for (uint32_t i = 0; i < m->rows.count; i++) {
        uint32_t name = matrices_at(m, i)->name;
        *label_at(f, i) = name == NAME_NONE ? NULL : name_text(f, name);
    }
    for (size_t i = 0; i < f->layers.rows.count; i++) {
        const struct layer *layer = layers_at(&f->layers, i);
        int64_t number = layer_number(f, i) > 0 ? layer_number(f, i) : (int64_t)i + 1;
        label_side(f, layer, true, number);
        label_side(f, layer, false, number);
    }
    if (*label_at(f, f->made.row) == NULL) {
        label_output(f);
    }
}

// ---- Reading ------------------------------------------------------------------------------------

// The functions that every session begins with are losses and choices, and no layers.
static bool is_hidden(void *at, uint32_t function)
{
    const struct session *s = at;
    size_t length;
    const char *name = names_text(&s->names, function, &length);
    return prelude_find(name, length) != NULL;
}

static bool refuse_array(struct flow *f)
{
    struct call *c = f->made.call;
    char shape[SHAPE_TEXT], typed[QUOTED];
    size_t length = f->made.span.end - f->made.span.start;
    diag_quote(typed, c->lexer->source->text + f->made.span.start, length);
    diag_set(c->diag, f->made.span, "a loss is one number, and this is of shape %s",
             operand_shape(shape, &f->made.result));
    return diag_hint(c->diag, "take its sum or mean: mean(%s)", typed);
}

bool flow_read(struct flow *f, struct call *c)
{
    *f = (struct flow){0};
    arena_init(&f->arena);
    buf_init(&f->labels, sizeof(const char *));
    buf_init(&f->before, sizeof(double));
    if (!rebuilt_read(&f->made, c)) {
        return false;
    }
    if (f->made.root == NODE_NONE) {
        return refuse_array(f);
    }
    const struct matrices *m = &f->made.matrices;
    if (!layers_find(&f->layers, m, &f->made.lower, f->made.row, is_hidden, c->s) ||
        !buf_resize(&f->labels, m->rows.count)) {
        return diag_out_of_memory(c->diag);
    }
    if (f->layers.rows.count == 0) {
        diag_set(c->diag, f->made.span, "there are no layers in this");
        return diag_hint(c->diag, "a layer is an array such as z = W @ x + b, or a call of a "
                                  "function; topo shows every node");
    }
    make_labels(f);
    return rebuilt_slopes(&f->made) && (!f->arena.failed || diag_out_of_memory(c->diag));
}

void flow_release(struct flow *f)
{
    layers_release(&f->layers);
    buf_release(&f->labels);
    buf_release(&f->before);
    arena_release(&f->arena);
    rebuilt_release(&f->made);
}

// ---- The update ---------------------------------------------------------------------------------

static bool is_weight(const struct flow *f, uint32_t row)
{
    const struct layer *layer = layers_of(&f->layers, row);
    for (uint32_t k = 0; layer != NULL && k < layer->had; k++) {
        if (BUF(uint32_t, &f->layers.params)[layer->params + k] == row) {
            return true;
        }
    }
    return false;
}

bool flow_update(struct flow *f, double rate)
{
    struct call *c = f->made.call;
    const struct tape *t = &c->s->tape;
    const struct matrices *m = &f->made.matrices;
    struct buf leaves, values;
    buf_init(&leaves, sizeof(uint32_t));
    buf_init(&values, sizeof(double));
    bool ok = buf_resize(&f->before, tape_count(t));
    if (ok) {
        memcpy(f->before.data, t->value.data, tape_count(t) * sizeof(double));
    }
    for (uint32_t i = 0; ok && i < m->rows.count; i++) {
        bool given = matrices_at(m, i)->kind == MAT_GIVEN, weight = given && is_weight(f, i);
        for (size_t k = 0; ok && given && k < rebuilt_count(&f->made, i); k++) {
            uint32_t node = rebuilt_node(&f->made, i, k);
            if (tape_op(t, node) == OP_LEAF && (weight || tape_marked(t, node, MARK_PARAM))) {
                uint32_t *leaf = buf_push(&leaves, 1);
                double *value = buf_push(&values, 1);
                ok = leaf != NULL && value != NULL;
                if (ok) {
                    *leaf = node;
                    *value = tape_value(t, node) - rate * adjoints_get(&f->made.slopes, node);
                }
            }
        }
    }
    ok = ok ? aside_move_all(&f->made.aside, leaves.data, values.data, leaves.count)
            : diag_out_of_memory(c->diag);
    if (ok && leaves.count == 0) {
        diag_set(c->diag, f->made.span, "there is no parameter to update here");
        ok = diag_hint(c->diag, "parameters are made by param, as in param W = randn(2, 3)");
    }
    f->updated = true;
    f->rate = rate;
    buf_release(&leaves);
    buf_release(&values);
    return ok;
}

// ---- Facts --------------------------------------------------------------------------------------

enum number { VALUE_BEFORE, GRADIENT, VALUE_AFTER };

static double number_of(const struct flow *f, uint32_t node, enum number which)
{
    return which == GRADIENT ? adjoints_get(&f->made.slopes, node)
           : which == VALUE_BEFORE && f->updated && node < f->before.count
               ? BUF(double, &f->before)[node]
               : tape_value(&f->made.call->s->tape, node);
}

// Rows side by side: one array, or single values that are units of a layer.
struct side {
    uint32_t first;             // the row
    const struct layer *units;  // NULL: one row
    bool z;
};

static size_t side_rows(const struct side *s)
{
    return s->units == NULL ? 1 : s->units->count;
}

static uint32_t side_row(const struct flow *f, const struct side *s, size_t k)
{
    if (s->units == NULL) {
        return s->first;
    }
    const struct layer_unit *unit = layers_unit(&f->layers, s->units, k);
    return s->z ? unit->z : unit->a;
}

// How many elements each of its rows has.
static size_t side_each(const struct flow *f, const struct side *s)
{
    return rebuilt_count(&f->made, side_row(f, s, 0));
}

static size_t side_count(const struct flow *f, const struct side *s)
{
    return side_rows(s) * side_each(f, s);
}

static uint32_t side_node(const struct flow *f, const struct side *s, size_t k)
{
    size_t each = side_each(f, s);
    return rebuilt_node(&f->made, side_row(f, s, k / each), k % each);
}

// Its numbers: as lists of rows, or, where they are many, the first of them.
static void put_numbers(struct flow *f, struct rec *to, enum rec_key key, const struct side *s,
                        enum number which)
{
    enum { ELEMENTS_MOST = 64 };
    struct records *out = f->made.call->out;
    struct value v = matrices_at(&f->made.matrices, side_row(f, s, 0))->value;
    size_t count = side_count(f, s), shown = count < ELEMENTS_MOST ? count : ELEMENTS_MOST;
    size_t cols = side_rows(s) > 1 ? side_each(f, s) : v.rank == VALUE_MATRIX ? v.cols : 1;
    if (count == 1 && !value_is_array(v)) {
        rec_number(out, to, key, number_of(f, side_node(f, s, 0), which));
        return;
    }
    bool matrix = cols > 1 || (side_rows(s) == 1 && v.rank == VALUE_MATRIX);
    struct rec *list = rec_list(out, to, key), *row = list;
    for (size_t k = 0; k < shown; k++) {
        row = matrix && k % cols == 0 ? rec_list(out, list, KEY_NONE) : row;
        rec_number(out, row, KEY_NONE, number_of(f, side_node(f, s, k), which));
    }
}

static double length_of(const struct flow *f, const struct side *s, enum number which)
{
    double sum = 0;
    for (size_t k = 0; k < side_count(f, s); k++) {
        double v = number_of(f, side_node(f, s, k), which);
        sum += v * v;
    }
    return sqrt(sum);
}

// bce(p, y), where a loss or a function that is a layer of its own made it; else the operation on
// its operands.
static void put_formula(struct flow *f, struct text *out, uint32_t row)
{
    const struct mat *m = matrices_at(&f->made.matrices, row);
    const struct names *names = &f->made.call->s->names;
    const struct layer *layer = layers_of(&f->layers, row);
    bool loss = m->call != NAME_NONE &&
                (is_hidden(f->made.call->s, m->call) || (layer != NULL && layer->plain));
    for (uint32_t k = 0; k < m->gave; k++) {
        uint32_t given = BUF(uint32_t, &f->made.matrices.uses)[m->given + k];
        loss &= *label_at(f, given) != NULL;
    }
    if (!loss) {
        matrix_print(out, &f->made.matrices, f->labels.data, row);
        return;
    }
    size_t length;
    const char *name = names_text(names, m->call, &length);
    text_add_bytes(out, name, length);
    for (uint32_t k = 0; k < m->gave; k++) {
        uint32_t given = BUF(uint32_t, &f->made.matrices.uses)[m->given + k];
        text_addf(out, k == 0 ? "(%s" : ", %s", *label_at(f, given));
    }
    text_add_char(out, ')');
}

// The names of its rows; of rows that were named here, what is before their index.
static void put_name(struct flow *f, struct text *out, const struct side *s)
{
    for (size_t k = 0; k < side_rows(s); k++) {
        const char *label = *label_at(f, side_row(f, s, k));
        bool index = side_rows(s) > 1 && label != NULL && strchr(label, '[') != NULL;
        if (index || label == NULL) {
            text_clear(out);
            text_add_bytes(out, label == NULL ? "…" : label,
                           label == NULL ? strlen("…") : strcspn(label, "["));
            return;
        }
        text_addf(out, k == 0 ? "%s" : ", %s", label);
    }
}

static void put_shape(struct flow *f, char shape[SHAPE_TEXT], const struct side *s)
{
    struct operand x =
        lower_operand(matrices_at(&f->made.matrices, side_row(f, s, 0))->value, f->made.span);
    *shape = '\0';
    if (side_rows(s) > 1) {
        snprintf(shape, SHAPE_TEXT, side_each(f, s) > 1 ? "%zux%zu" : "%zu", side_rows(s),
                 side_each(f, s));
    } else if (operand_is_array(&x)) {
        operand_shape(shape, &x);
    }
}

static void put_side(struct flow *f, struct rec *to, const struct side *s)
{
    struct records *out = f->made.call->out;
    struct text name, formula;
    char shape[SHAPE_TEXT];
    uint32_t row = side_row(f, s, 0);
    text_init(&name);
    text_init(&formula);
    put_name(f, &name, s);
    put_shape(f, shape, s);
    const struct mat *m = matrices_at(&f->made.matrices, row);
    bool known = m->kind != MAT_GIVEN && (m->kind != MAT_OTHER || m->text != NULL);
    bool units = side_rows(s) > 1 && (s->units == NULL || !s->units->samples);
    if (known && !units) {
        put_formula(f, &formula, row);
    }
    bool same = strcmp(text_get(&name), text_get(&formula)) == 0;
    rec_text(out, to, KEY_name, text_get(&name));
    rec_text(out, to, KEY_formula, same ? "" : text_get(&formula));
    rec_text(out, to, KEY_shape, shape);
    rec_whole(out, to, KEY_count, (int64_t)side_count(f, s));
    put_numbers(f, to, KEY_value, s, VALUE_BEFORE);
    rec_number(out, to, KEY_norm, length_of(f, s, VALUE_BEFORE));
    put_numbers(f, to, KEY_grad, s, GRADIENT);
    rec_number(out, to, KEY_grad_norm, length_of(f, s, GRADIENT));
    if (f->updated) {
        put_numbers(f, to, KEY_after, s, VALUE_AFTER);
        rec_number(out, to, KEY_after_norm, length_of(f, s, VALUE_AFTER));
    }
    text_release(&name);
    text_release(&formula);
}

static void put_row(struct flow *f, struct rec *to, uint32_t row)
{
    put_side(f, to, &(struct side){.first = row});
}

// ---- Layers -------------------------------------------------------------------------------------

static struct side z_of(const struct layer *l)
{
    return (struct side){.units = l, .z = true};
}

static struct side a_of(const struct layer *l)
{
    return (struct side){.units = l};
}

// Units and samples of z.
static void sizes_of(const struct flow *f, const struct layer *l, size_t *units, size_t *samples)
{
    struct side z = z_of(l);
    struct value v = matrices_at(&f->made.matrices, side_row(f, &z, 0))->value;
    bool matrix = l->count == 1 && v.rank == VALUE_MATRIX;
    *samples = l->samples ? l->count : !matrix ? 1 : l->columns ? v.rows : v.cols;
    *units = side_count(f, &z) / *samples;
}

// The slope of the activation at element k.
static double slope_at(const struct flow *f, const struct layer *l, size_t k)
{
    const struct tape *t = &f->made.call->s->tape;
    struct side a = a_of(l), z = z_of(l);
    uint32_t node = side_node(f, &a, k);
    if (f->updated) {  // the slope where the gradients were taken
        double x = number_of(f, side_node(f, &z, k), VALUE_BEFORE);
        return op_slope(l->activation, 0, x, x, number_of(f, node, VALUE_BEFORE));
    }
    return tape_slope(t, node, 0);
}

static bool has_slopes(const struct layer *l)
{
    return l->activation != OP_COUNT;
}

// The share of elements with a slope that is as good as none.
static double saturated_share(const struct flow *f, const struct layer *l)
{
    struct side z = z_of(l);
    size_t count = side_count(f, &z), flat = 0;
    for (size_t k = 0; k < count; k++) {
        flat += fabs(slope_at(f, l, k)) < FLOW_FLAT;
    }
    return (double)flat / (double)count;
}

// The share of units whose slope is 0 for every sample.
static double dead_share(const struct flow *f, const struct layer *l)
{
    size_t units, samples, dead = 0;
    sizes_of(f, l, &units, &samples);
    for (size_t u = 0; u < units; u++) {
        bool alive = false;
        for (size_t s = 0; s < samples && !alive; s++) {
            size_t k = l->columns || l->samples ? s * units + u : u * samples + s;
            alive = slope_at(f, l, k) != 0;
        }
        dead += !alive;
    }
    return (double)dead / (double)units;
}

static double delta_norm(const struct flow *f, size_t layer)
{
    struct side z = z_of(layers_at(&f->layers, layer));
    return length_of(f, &z, GRADIENT);
}

static void put_specials(struct flow *f, struct rec *list, size_t layer, double saturated,
                         double dead)
{
    struct records *out = f->made.call->out;
    const struct layer *l = layers_at(&f->layers, layer);
    double norm = delta_norm(f, layer), last = delta_norm(f, last_layer(f));
    if (!isfinite(norm) || (layer < last_layer(f) && norm > FLOW_EXPLODES * last)) {
        rec_text(out, list, KEY_NONE, "explodes");
    } else if (layer < last_layer(f) && norm < FLOW_VANISHES * last) {
        rec_text(out, list, KEY_NONE, "vanishes");
    }
    if (dead > 0) {
        rec_text(out, list, KEY_NONE, "dead");
    } else if (saturated >= 0.5 && l->activation != OP_RELU && l->activation != OP_LEAKY_RELU) {
        rec_text(out, list, KEY_NONE, "saturated");
    }
}

void flow_put_layer(struct flow *f, struct rec *to, size_t layer)
{
    struct records *out = f->made.call->out;
    const struct layer *l = layers_at(&f->layers, layer);
    struct side z = z_of(l), a = a_of(l);
    size_t units, samples;
    sizes_of(f, l, &units, &samples);
    rec_whole(out, to, KEY_number, layer_number(f, layer));
    rec_text(out, to, KEY_activation,
             l->softmax                  ? "softmax"
             : l->activation == OP_COUNT ? ""
                                         : op_get(l->activation)->name);
    rec_whole(out, to, KEY_units, (int64_t)units);
    rec_whole(out, to, KEY_samples, (int64_t)samples);
    put_side(f, rec_map(out, to, KEY_z), &z);
    if (layers_unit(&f->layers, l, 0)->a != layers_unit(&f->layers, l, 0)->z) {
        put_side(f, rec_map(out, to, KEY_a), &a);
    }
    struct rec *weights = rec_list(out, to, KEY_weights);
    for (uint32_t k = 0; k < l->had; k++) {
        put_row(f, rec_map(out, weights, KEY_NONE),
                BUF(uint32_t, &f->layers.params)[l->params + k]);
    }
    size_t above = layer_above(f, layer);
    if (!l->plain && above != layer) {
        rec_number(out, to, KEY_ratio, delta_norm(f, layer) / delta_norm(f, above));
    }
    double saturated = 0, dead = 0;
    if (has_slopes(l)) {
        saturated = saturated_share(f, l);
        dead = dead_share(f, l);
        rec_number(out, to, KEY_saturated, saturated);
        rec_number(out, to, KEY_dead, dead);
    }
    put_specials(f, rec_list(out, to, KEY_special), layer, saturated, dead);
}

// The given rows that are no weights: those that the layers are computed from, or, if `targets`, the
// others, which come in with the loss.
static bool put_given(struct flow *f, struct rec *list, bool targets)
{
    const struct matrices *m = &f->made.matrices;
    struct buf all, below;
    struct side z = z_of(layers_at(&f->layers, last_layer(f)));
    bool ok = matrices_reach(m, f->made.row, &all);
    ok = matrices_reach(m, side_row(f, &z, side_rows(&z) - 1), &below) && ok;
    for (uint32_t i = 0; ok && i <= f->made.row; i++) {
        if (BUF(uint8_t, &all)[i] != 0 && matrices_at(m, i)->kind == MAT_GIVEN &&
            *label_at(f, i) != NULL && !is_weight(f, i) &&
            (BUF(uint8_t, &below)[i] == 0) == targets) {
            put_row(f, rec_map(f->made.call->out, list, KEY_NONE), i);
        }
    }
    buf_release(&all);
    buf_release(&below);
    return ok;
}

bool flow_put(struct flow *f, struct rec *r)
{
    struct records *out = f->made.call->out;
    bool ok = put_given(f, rec_list(out, r, KEY_inputs), false) &&
              put_given(f, rec_list(out, r, KEY_targets), true);
    struct rec *layers = rec_list(out, r, KEY_layers);
    for (size_t i = 0; ok && i < f->layers.rows.count; i++) {
        flow_put_layer(f, rec_map(out, layers, KEY_NONE), i);
    }
    put_row(f, rec_map(out, r, KEY_output), f->made.row);
    if (f->updated) {
        rec_number(out, r, KEY_rate, f->rate);
    }
    return ok || diag_out_of_memory(f->made.call->diag);
}
