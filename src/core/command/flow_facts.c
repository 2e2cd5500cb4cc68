// The facts of a network by layers, as records.
#include <math.h>
#include <string.h>

#include "base/format.h"
#include "command/flow.h"
#include "formula/matrix_print.h"

// ---- Facts --------------------------------------------------------------------------------------

enum number { VALUE_BEFORE, GRADIENT, VALUE_AFTER };

static double number_of(const struct flow *f, uint32_t node, enum number which)
{
    return which == GRADIENT ? rebuilt_slope(&f->made, node)
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
                (flow_is_library(f->made.call->s, m->call) || (layer != NULL && layer->plain));
    for (uint32_t k = 0; k < m->gave; k++) {
        uint32_t given = BUF(uint32_t, &f->made.matrices.uses)[m->given + k];
        loss &= *flow_label(f, given) != NULL;
    }
    if (!loss) {
        matrix_print(out, &f->made.matrices, f->labels.data, row, false);
        return;
    }
    size_t length;
    const char *name = names_text(names, m->call, &length);
    text_add_bytes(out, name, length);
    for (uint32_t k = 0; k < m->gave; k++) {
        uint32_t given = BUF(uint32_t, &f->made.matrices.uses)[m->given + k];
        text_addf(out, k == 0 ? "(%s" : ", %s", *flow_label(f, given));
    }
    text_add_char(out, ')');
}

// The names of its rows; of rows that were named here, what is before their index.
static void put_name(struct flow *f, struct text *out, const struct side *s)
{
    for (size_t k = 0; k < side_rows(s); k++) {
        const char *label = *flow_label(f, side_row(f, s, k));
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
        format_write(shape, SHAPE_TEXT, side_each(f, s) > 1 ? "%zux%zu" : "%zu", side_rows(s),
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

// ---- What is computed from what -----------------------------------------------------------------

// The rows that are shown go by their side's name: of a sample that of all samples.
static bool name_shown(struct flow *f, struct buf *shown)
{
    buf_init(shown, sizeof(const char *));
    bool ok = buf_resize(shown, f->made.matrices.rows.count);
    struct text name;
    text_init(&name);
    for (uint32_t i = 0; ok && i < shown->count; i++) {
        bool given = matrices_at(&f->made.matrices, i)->kind == MAT_GIVEN && !flow_is_weight(f, i);
        BUF(const char *, shown)[i] = given ? *flow_label(f, i) : NULL;
    }
    for (size_t i = 0; ok && i < f->layers.rows.count; i++) {
        const struct layer *l = layers_at(&f->layers, i);
        for (int z = 0; z < 2; z++) {
            struct side side = {.units = l, .z = z != 0};
            text_clear(&name);
            put_name(f, &name, &side);
            const char *copy = arena_copy(&f->arena, text_get(&name), text_length(&name));
            for (size_t k = 0; k < l->count; k++) {
                BUF(const char *, shown)[side_row(f, &side, k)] = copy;
            }
        }
    }
    text_release(&name);
    return ok;
}

static bool has_text(const struct rec *list, const char *text)
{
    for (const struct rec *v = list == NULL ? NULL : list->in.first; v != NULL; v = v->next) {
        if (strcmp(v->text, text) == 0) {
            return true;
        }
    }
    return false;
}

// The shown rows met on the ways down from these rows, each way no further than to the first.
static bool put_sources(struct flow *f, struct rec *to, const struct side *of)
{
    struct buf shown, seen, todo;
    const struct matrices *m = &f->made.matrices;
    bool ok = name_shown(f, &shown);
    buf_init(&seen, 1);
    buf_init(&todo, sizeof(uint32_t));
    ok = buf_resize(&seen, m->rows.count) && ok;
    struct rec *list = rec_list(f->made.call->out, to, KEY_sources);
    for (size_t k = 0; ok && k < side_rows(of); k++) {
        uint32_t *first = buf_push(&todo, 1);
        ok = first != NULL;
        if (ok) {
            *first = side_row(f, of, k);
        }
    }
    while (ok && todo.count > 0) {
        uint32_t at = BUF(uint32_t, &todo)[--todo.count];
        for (uint32_t k = matrices_at(m, at)->used; ok && k-- > 0;) {
            uint32_t below = matrices_operand(m, at, k);
            const char *name = BUF(const char *, &shown)[below];
            if (name != NULL && !has_text(list, name)) {
                rec_text(f->made.call->out, list, KEY_NONE, name);
            }
            uint32_t *later =
                name == NULL && BUF(uint8_t, &seen)[below] == 0 ? buf_push(&todo, 1) : NULL;
            BUF(uint8_t, &seen)[below] = 1;
            if (later != NULL) {
                *later = below;
            }
            ok = !todo.failed;
        }
    }
    buf_release(&shown);
    buf_release(&seen);
    buf_release(&todo);
    return ok;
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
    double norm = delta_norm(f, layer), last = delta_norm(f, flow_last_layer(f));
    if (!isfinite(norm) || (layer < flow_last_layer(f) && norm > FLOW_EXPLODES * last)) {
        rec_text(out, list, KEY_NONE, "explodes");
    } else if (layer < flow_last_layer(f) && norm < FLOW_VANISHES * last) {
        rec_text(out, list, KEY_NONE, "vanishes");
    }
    if (dead > 0) {
        rec_text(out, list, KEY_NONE, "dead");
    } else if (saturated >= 0.5 && l->activation != OP_RELU && l->activation != OP_LEAKY_RELU) {
        rec_text(out, list, KEY_NONE, "saturated");
    }
}

bool flow_put_layer(struct flow *f, struct rec *to, size_t layer)
{
    struct records *out = f->made.call->out;
    const struct layer *l = layers_at(&f->layers, layer);
    struct side z = z_of(l), a = a_of(l);
    size_t units, samples;
    sizes_of(f, l, &units, &samples);
    rec_whole(out, to, KEY_number, flow_layer_number(f, layer));
    rec_text(out, to, KEY_activation,
             l->softmax                  ? "softmax"
             : l->activation == OP_COUNT ? ""
                                         : op_get(l->activation)->name);
    rec_whole(out, to, KEY_units, (int64_t)units);
    rec_whole(out, to, KEY_samples, (int64_t)samples);
    struct rec *sums = rec_map(out, to, KEY_z);
    put_side(f, sums, &z);
    bool ok = put_sources(f, sums, &z);
    if (layers_unit(&f->layers, l, 0)->a != layers_unit(&f->layers, l, 0)->z) {
        struct rec *outputs = rec_map(out, to, KEY_a);
        put_side(f, outputs, &a);
        ok = put_sources(f, outputs, &a) && ok;
    }
    struct rec *weights = rec_list(out, to, KEY_weights);
    for (uint32_t k = 0; k < l->had; k++) {
        put_row(f, rec_map(out, weights, KEY_NONE),
                BUF(uint32_t, &f->layers.params)[l->params + k]);
    }
    size_t above = flow_layer_above(f, layer);
    if (!l->plain && above != layer && delta_norm(f, above) > 0) {
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
    return ok;
}

// The given rows that are no weights: those that the layers are computed from, or, if `targets`, the
// others, which come in with the loss.
static bool put_given(struct flow *f, struct rec *list, bool targets)
{
    const struct matrices *m = &f->made.matrices;
    struct buf all, below;
    struct side z = z_of(layers_at(&f->layers, flow_last_layer(f)));
    bool ok = matrices_reach(m, f->made.row, &all);
    ok = matrices_reach(m, side_row(f, &z, side_rows(&z) - 1), &below) && ok;
    for (uint32_t i = 0; ok && i <= f->made.row; i++) {
        if (BUF(uint8_t, &all)[i] != 0 && matrices_at(m, i)->kind == MAT_GIVEN &&
            *flow_label(f, i) != NULL && !flow_is_weight(f, i) &&
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
    enum { LAYERS_MOST = 60, LAYERS_ENDS = 10 };  // of more layers the first ten and the last ten
    struct records *out = f->made.call->out;
    bool ok = put_given(f, rec_list(out, r, KEY_inputs), false) &&
              put_given(f, rec_list(out, r, KEY_targets), true);
    struct rec *layers = rec_list(out, r, KEY_layers);
    size_t count = f->layers.rows.count;
    bool cut = count > LAYERS_MOST;
    for (size_t i = 0; ok && i < count; i++) {
        if (!cut || i < LAYERS_ENDS || i >= count - LAYERS_ENDS) {
            ok = flow_put_layer(f, rec_map(out, layers, KEY_NONE), i);
        }
    }
    rec_whole(out, r, KEY_more, cut ? (int64_t)(count - 2 * LAYERS_ENDS) : 0);
    struct side root = {.first = f->made.row};
    struct rec *output = rec_map(out, r, KEY_output);
    put_side(f, output, &root);
    ok = put_sources(f, output, &root) && ok;
    if (f->updated) {
        rec_number(out, r, KEY_rate, f->rate);
    }
    return ok || diag_out_of_memory(f->made.call->diag);
}

bool flow_put_node(struct call *c, struct rec *to, uint32_t root)
{
    char label[LABEL_TEXT];
    struct diag ignored = {0};
    struct flow f;
    struct source source = {.name = "",
                            .text = names_label(&c->s->names, label, root),
                            .length = strlen(label),
                            .line = 1};
    struct lexer lexer;
    lexer_init(&lexer, &source);
    struct call own = {.s = c->s, .diag = &ignored, .out = c->out, .lexer = &lexer};
    bool ok = !flow_read(&f, &own) || flow_put(&f, rec_record(c->out, to, KEY_flow, KIND_flow));
    flow_release(&f);
    call_end_lowering(&own);
    return ok && !c->out->arena.failed;
}
