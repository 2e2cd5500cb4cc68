#include "scene/scene_layers.h"

#include <math.h>
#include <string.h>

#include "engine/maths.h"

enum { DIGITS = 4, ACROSS_MOST = 4 };  // layers side by side; more are below each other

struct layering {
    struct records *out;
    const struct rec *flow;
    struct rec *boxes;
    double most;  // the longest finite gradient
};

static void put_number(struct layering *p, struct rec *to, enum rec_key key, double v)
{
    char number[NUMBER_TEXT];
    rec_text(p->out, to, key, number_text(number, v, DIGITS));
}

// The first numbers of an array: "[0.51, 1.12]", "[[0.1, 0.2, …".
static void put_value(struct layering *p, struct rec *box, const struct rec *array)
{
    enum { SHOWN = 3 };
    const struct rec *value = rec_find(array, KEY_value);
    struct text text;
    char number[NUMBER_TEXT];
    text_init(&text);
    if (value->type != REC_LIST) {
        text_add(&text, number_text(number, value->number, DIGITS));
    } else {
        bool matrix = value->in.first != NULL && value->in.first->type == REC_LIST;
        const struct rec *v = matrix ? value->in.first->in.first : value->in.first;
        text_add(&text, "[");
        int shown = 0;
        for (; v != NULL && shown < SHOWN; v = v->next, shown++) {
            text_addf(&text, shown == 0 ? "%s" : ", %s", number_text(number, v->number, DIGITS));
        }
        text_add(&text, rec_get_whole(array, KEY_count) > shown ? ", …]" : "]");
    }
    rec_text(p->out, box, KEY_value_text, text_get(&text));
    text_release(&text);
}

// "n3" of the box with this name; NULL if there is none.
static const char *id_of(const struct layering *p, const char *name)
{
    for (const struct rec *b = p->boxes->in.first; b != NULL; b = b->next) {
        if (strcmp(rec_get_text(b, KEY_name), name) == 0) {
            return rec_get_text(b, KEY_id);
        }
    }
    return NULL;
}

static const struct rec *box_of(const struct layering *p, const char *id)
{
    const struct rec *b = p->boxes->in.first;
    while (strcmp(rec_get_text(b, KEY_id), id) != 0) {
        b = b->next;
    }
    return b;
}

static void add_edges(struct layering *p, struct rec *box, const struct rec *array)
{
    struct rec *cells = rec_list(p->out, box, KEY_cells);
    for (const struct rec *s = rec_first(array, KEY_sources); s != NULL; s = s->next) {
        const char *from = id_of(p, s->text);
        if (from == NULL) {
            continue;
        }
        const struct rec *source = box_of(p, from);
        double share = fabs(rec_get_number(source, KEY_grad));
        struct rec *cell = rec_map(p->out, cells, KEY_NONE);
        rec_text(p->out, cell, KEY_from, from);
        rec_whole(p->out, cell, KEY_slot, cells == NULL ? 0 : (int64_t)cells->in.count - 1);
        rec_whole(p->out, cell, KEY_values, rec_get_whole(source, KEY_results));
        rec_number(p->out, cell, KEY_share, share);
        put_number(p, cell, KEY_share_text, share);
        rec_number(p->out, cell, KEY_weight,
                   p->most > 0 && isfinite(share)
                       ? fmin(maths_log1p(share) / maths_log1p(p->most), 1)
                       : 1);
    }
}

static struct rec *add_box(struct layering *p, const struct rec *array, const char *kind,
                           const char *call, const char *op)
{
    struct rec *box = rec_map(p->out, p->boxes, KEY_NONE);
    struct text text;
    text_init(&text);
    size_t number = p->boxes == NULL ? 1 : p->boxes->in.count;
    text_addf(&text, "n%zu", number);
    rec_text(p->out, box, KEY_id, text_get(&text));
    rec_whole(p->out, box, KEY_node, (int64_t)number - 1);
    rec_text(p->out, box, KEY_name, rec_get_text(array, KEY_name));
    text_clear(&text);
    const char *shape = rec_get_text(array, KEY_shape);
    text_addf(&text, *op != '\0' && *shape != '\0' ? "%s · %s" : "%s%s", op, shape);
    rec_text(p->out, box, KEY_op, text_get(&text));
    rec_text(p->out, box, KEY_kind, kind);
    rec_text(p->out, box, KEY_call, call);
    rec_whole(p->out, box, KEY_results, rec_get_whole(array, KEY_count));
    put_value(p, box, array);
    const struct rec *grad = rec_find(array, KEY_grad);
    double shown = grad->type == REC_LIST ? rec_get_number(array, KEY_grad_norm) : grad->number;
    rec_number(p->out, box, KEY_grad, shown);
    put_number(p, box, KEY_grad_text, shown);
    text_release(&text);
    return box;
}

// "W1 2x2, b1 2", and the length of their gradients.
static void add_weights(struct layering *p, struct rec *box, const struct rec *weights)
{
    struct text text;
    double squares = 0;
    int64_t count = 0;
    if (weights->in.count == 0) {
        return;
    }
    text_init(&text);
    for (const struct rec *v = weights->in.first; v != NULL; v = v->next) {
        const char *shape = rec_get_text(v, KEY_shape);
        text_addf(&text, *shape == '\0' ? "%s%s%s" : "%s%s %s", v == weights->in.first ? "" : ", ",
                  rec_get_text(v, KEY_name), shape);
        squares += rec_get_number(v, KEY_grad_norm) * rec_get_number(v, KEY_grad_norm);
        count += rec_get_whole(v, KEY_count);
    }
    rec_whole(p->out, box, KEY_parameters, count);
    rec_text(p->out, box, KEY_parameters_text, text_get(&text));
    rec_number(p->out, box, KEY_parameters_grad, sqrt(squares));
    put_number(p, box, KEY_parameters_grad_text, sqrt(squares));
    text_release(&text);
}

// "vanishes: ‖δ‖ 0.0002", "saturated: 80%", "dead: 2 of 4 units": what is worth knowing.
static void add_special(struct layering *p, struct rec *box, const struct rec *layer)
{
    struct text text;
    char number[NUMBER_TEXT];
    text_init(&text);
    const struct rec *special = rec_find(layer, KEY_special);
    for (const struct rec *s = special->in.first; s != NULL; s = s->next) {
        bool dead = strcmp(s->text, "dead") == 0, saturated = strcmp(s->text, "saturated") == 0;
        text_addf(&text, s == special->in.first ? "%s: " : "; %s: ", s->text);
        if (dead) {
            double units = (double)rec_get_whole(layer, KEY_units);
            text_addf(&text, "%.0f of %.0f units", rec_get_number(layer, KEY_dead) * units, units);
        } else if (saturated) {
            text_addf(&text, "%s%% of slopes",
                      number_text(number, 100 * rec_get_number(layer, KEY_saturated), 3));
        } else {
            text_addf(&text, "×%s", number_text(number, rec_get_number(layer, KEY_ratio), 3));
        }
    }
    rec_text(p->out, box, KEY_sum_text, text_get(&text));
    text_release(&text);
}

static void add_layer(struct layering *p, const struct rec *layer)
{
    const struct rec *z = rec_find(layer, KEY_z), *a = rec_find(layer, KEY_a);
    int64_t number = rec_get_whole(layer, KEY_number);
    struct text call;
    text_init(&call);
    if (number > 0) {
        text_addf(&call, "layer %lld", (long long)number);
    }
    struct rec *box = add_box(p, z, "group", text_get(&call), "");
    add_weights(p, box, rec_find(layer, KEY_weights));
    add_special(p, box, layer);
    add_edges(p, box, z);
    if (a != NULL) {
        box = add_box(p, a, "interior", "", rec_get_text(layer, KEY_activation));
        rec_text(p->out, box, KEY_sum_text, "");
        add_edges(p, box, a);
    }
    text_release(&call);
}

static void measure(struct layering *p, const struct rec *array)
{
    double norm = array == NULL ? 0 : rec_get_number(array, KEY_grad_norm);
    p->most = isfinite(norm) && norm > p->most ? norm : p->most;
}

static void add_leaves(struct layering *p, enum rec_key key)
{
    for (const struct rec *v = rec_first(p->flow, key); v != NULL; v = v->next) {
        struct rec *box = add_box(p, v, "input", "", "");
        rec_text(p->out, box, KEY_sum_text, "");
        rec_list(p->out, box, KEY_cells);
    }
}

struct rec *scene_layers(struct records *out, const struct rec *flow, const char *theme)
{
    struct layering p = {.out = out, .flow = flow};
    struct rec *scene = records_add(out, KIND_scene);
    const struct rec *layers = rec_find(flow, KEY_layers);
    for (const struct rec *l = layers->in.first; l != NULL; l = l->next) {
        measure(&p, rec_find(l, KEY_z));
        measure(&p, rec_find(l, KEY_a));
    }
    rec_text(out, scene, KEY_direction, layers->in.count > ACROSS_MOST ? "TB" : "LR");
    rec_flag(out, scene, KEY_compact, false);
    rec_text(out, scene, KEY_theme, theme);
    rec_text(out, scene, KEY_style, "cells");
    rec_text(out, scene, KEY_walk, "");
    p.boxes = rec_list(out, scene, KEY_boxes);
    add_leaves(&p, KEY_inputs);
    add_leaves(&p, KEY_targets);
    for (const struct rec *l = layers->in.first; l != NULL; l = l->next) {
        add_layer(&p, l);
    }
    struct rec *root = add_box(&p, rec_find(flow, KEY_output), "output", "", "loss");
    rec_text(out, root, KEY_sum_text, "");
    add_edges(&p, root, rec_find(flow, KEY_output));
    rec_text(out, scene, KEY_root, root == NULL ? "" : rec_get_text(root, KEY_id));
    return out->arena.failed ? NULL : scene;
}
