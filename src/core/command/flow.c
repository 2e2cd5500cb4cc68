#include "command/flow.h"

#include <string.h>

#include "text/prelude.h"

// ---- Layers in their order
// -----------------------------------------------------------------------

// The last layer that has parameters, and the next one above a layer; the layer itself if it is it.
size_t flow_last_layer(const struct flow *f)
{
    size_t last = f->layers.rows.count - 1;
    while (last > 0 && layers_at(&f->layers, last)->plain) {
        last--;
    }
    return last;
}

size_t flow_layer_above(const struct flow *f, size_t layer)
{
    for (size_t i = layer + 1; i < f->layers.rows.count; i++) {
        if (!layers_at(&f->layers, i)->plain) {
            return i;
        }
    }
    return layer;
}

// Layers with parameters are counted, from 1 on; where there are none, all of them.
int64_t flow_layer_number(const struct flow *f, size_t layer)
{
    bool plain = layers_at(&f->layers, flow_last_layer(f))->plain;
    int64_t number = 0;
    for (size_t i = 0; i <= layer; i++) {
        number += plain || !layers_at(&f->layers, i)->plain;
    }
    return plain || !layers_at(&f->layers, layer)->plain ? number : 0;
}

// ---- What rows go by ----------------------------------------------------------------------------

const char **flow_label(const struct flow *f, uint32_t row)
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
        if (*flow_label(f, i) != NULL && strcmp(*flow_label(f, i), label) == 0) {
            return true;
        }
    }
    return names_lookup(&f->made.call->s->names, label, strlen(label)).rank != VALUE_UNBOUND;
}

// z1 or a1 where rows have no name of their own, with as many marks after it as it takes; of
// several z1[0], z1[1], …
static void label_side(struct flow *f, const struct layer *l, bool z, int64_t number)
{
    const char *label = arena_printf(&f->arena, z ? "z%lld" : "a%lld", (long long)number);
    while (label != NULL && is_taken(f, label)) {
        label = arena_printf(&f->arena, "%s_", label);
    }
    for (uint32_t k = 0; label != NULL && k < l->count; k++) {
        const struct layer_unit *unit = layers_unit(&f->layers, l, k);
        const char **at = flow_label(f, z ? unit->z : unit->a);
        if (*at == NULL && (z || unit->a != f->made.row)) {
            *at = l->count == 1 ? label
                                : arena_printf(&f->arena, f->identifiers ? "%s_%u" : "%s[%u]",
                                               label, (unsigned)k);
        }
    }
}

// An output without a name goes by what was typed, if that is short, or else "loss".
static void label_output(struct flow *f)
{
    enum { TYPED_MOST = 12 };
    const char *text = f->made.call->lexer->source->text + f->made.span.start;
    size_t length = text_trimmed(text, f->made.span.end - f->made.span.start);
    const char *label = "loss";
    while (label != NULL && is_taken(f, label)) {
        label = arena_printf(&f->arena, "%s_", label);
    }
    *flow_label(f, f->made.row) =
        length <= TYPED_MOST && !f->identifiers ? arena_copy(&f->arena, text, length) : label;
}

static void make_labels(struct flow *f)
{
    const struct matrices *m = &f->made.matrices;
    for (uint32_t i = 0; i < m->rows.count; i++) {
        uint32_t name = matrices_at(m, i)->name;
        *flow_label(f, i) = name == NAME_NONE ? NULL : name_text(f, name);
    }
    for (size_t i = 0; i < f->layers.rows.count; i++) {
        const struct layer *layer = layers_at(&f->layers, i);
        int64_t number = flow_layer_number(f, i) > 0 ? flow_layer_number(f, i) : (int64_t)i + 1;
        label_side(f, layer, true, number);
        label_side(f, layer, false, number);
    }
    if (*flow_label(f, f->made.row) == NULL) {
        label_output(f);
    }
}

// ---- Reading ------------------------------------------------------------------------------------

// The functions that every session begins with are losses and choices, and no layers.
bool flow_is_library(void *at, uint32_t function)
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

bool flow_open(struct flow *f, struct call *c)
{
    arena_init(&f->arena);
    buf_init(&f->labels, sizeof(const char *));
    buf_init(&f->before, sizeof(double));
    if (!rebuilt_read(&f->made, c)) {
        return false;
    }
    if (f->made.root == NODE_NONE && !f->any_shape) {
        return refuse_array(f);
    }
    const struct matrices *m = &f->made.matrices;
    if (!layers_find(&f->layers, m, &f->made.lower, f->made.row, flow_is_library, c->s) ||
        !buf_resize(&f->labels, m->rows.count)) {
        return diag_out_of_memory(c->diag);
    }
    make_labels(f);
    return (f->any_shape || rebuilt_slopes(&f->made)) &&
           (!f->arena.failed || diag_out_of_memory(c->diag));
}

bool flow_read(struct flow *f, struct call *c)
{
    *f = (struct flow){0};
    if (!flow_open(f, c)) {
        return false;
    }
    if (f->layers.rows.count == 0) {
        diag_set(c->diag, f->made.span, "there are no layers in this");
        return diag_hint(c->diag, "a layer is an array such as z = W @ x + b, or a call of a "
                                  "function; topo shows every node");
    }
    return true;
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

bool flow_is_weight(const struct flow *f, uint32_t row)
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
    for (uint32_t i = 0; ok && i < m->rows.count; i++) {
        enum mat_kind kind = matrices_at(m, i)->kind;
        bool given = kind == MAT_GIVEN, weight = given && flow_is_weight(f, i);
        size_t count = kind == MAT_NUMBERS ? 0 : rebuilt_count(&f->made, i);
        for (size_t k = 0; ok && k < count; k++) {
            uint32_t node = rebuilt_node(&f->made, i, k);
            BUF(double, &f->before)[node] = tape_value(t, node);
            if (given && tape_op(t, node) == OP_LEAF &&
                (weight || tape_marked(t, node, MARK_PARAM))) {
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
    ok = ok ? aside_move(&f->made.aside, leaves.data, values.data, leaves.count)
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
