#include "scene/scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "engine/maths.h"
#include "engine/shown.h"
#include "engine/sweep.h"
#include "scene/scene_parts.h"

// More operations than this are drawn compact.
enum { FULL_MOST = 10 };

// Terms of a sum that are spelled out.
enum { TERMS_MOST = 4 };

// ---- Numbers and names --------------------------------------------------------------------------

// A number as a picture shows it.
static const char *figure(char out[FIGURE_TEXT], const struct painter *p, double v)
{
    return number_figure(out, v, p->options->digits == 0 ? SCENE_DIGITS : p->options->digits);
}

const char *scene_box_id(char out[SCENE_ID_TEXT], uint32_t node)
{
    format_write(out, SCENE_ID_TEXT, "n%u", (unsigned)node + 1);
    return out;
}

// `shown` is v, or the 0 that its sum came to but for rounding.
static void add_rounded(const struct painter *p, struct rec *to, enum rec_key key,
                        enum rec_key text_key, double v, double shown)
{
    char text[FIGURE_TEXT];
    rec_number(p->out, to, key, v);
    rec_text(p->out, to, text_key, figure(text, p, shown));
}

void scene_add_number(const struct painter *p, struct rec *to, enum rec_key key,
                      enum rec_key text_key, double v)
{
    add_rounded(p, to, key, text_key, v, v);
}

// ---- What is known ------------------------------------------------------------------------------

bool scene_value_known(const struct painter *p, uint32_t node)
{
    return p->options->walk != SCENE_FORWARD || tape_op(p->tape, node) == OP_LEAF ||
           node <= p->options->current;
}

// A backward walk goes down the tape: what is above the current node has sent its shares.
static bool share_known(const struct painter *p, uint32_t consumer, int slot)
{
    return tape_marked(p->tape, consumer, MARK_GRAD) && !tape_constant(p->tape, consumer, slot) &&
           (p->options->walk != SCENE_BACKWARD || consumer >= p->options->current);
}

uint32_t scene_place(const struct painter *p, uint32_t node)
{
    return part_place(&p->part, node);
}

int scene_arity(const struct painter *p, size_t i)
{
    return BUF(uint8_t, &p->part.whole)[i] ? tape_arity(p->tape, scene_id_at(p, i)) : 0;
}

// A use as it is found, with the one of the same value that was found before it.
struct scene_found_use {
    struct use use;
    uint32_t before;  // a number in the list, from 1 on; 0: it is the first
};

// A use of value `below`, the last of which so far is number *last. What a fold does with one value is one
// use: what is done inside is not seen.
static bool note_use(struct buf *found, uint32_t *last, struct use use)
{
    struct scene_found_use *same =
        *last == 0 ? NULL : &BUF(struct scene_found_use, found)[*last - 1];
    if (same != NULL && use.folded && same->use.consumer == use.consumer) {
        same->use.share += use.share;
        same->use.known &= use.known;
        return true;
    }
    struct scene_found_use *next = buf_push(found, 1);
    if (next != NULL) {
        *next = (struct scene_found_use){use, *last};
        *last = (uint32_t)found->count;
    }
    return next != NULL;
}

// The uses that value i makes of its operands, unless they stay inside its fold.
static bool find_uses(struct painter *p, uint32_t i, struct buf *found)
{
    uint32_t id = scene_id_at(p, i), home = scene_home(p, i), below[2];
    for (int slot = 0, arity = scene_operands(p, i, below); slot < arity; slot++) {
        if (home != FOLD_NONE && home == scene_home(p, below[slot])) {
            continue;
        }
        struct use use = {.node = scene_id_at(p, below[slot]),
                          .consumer = scene_id_at(p, scene_box(p, i)),
                          .slot = home == FOLD_NONE ? slot : 0,
                          .folded = home != FOLD_NONE,
                          .known = share_known(p, id, slot)};
        use.share = use.known ? tape_share(p->tape, id, slot) : 0;
        if (!note_use(found, &BUF(uint32_t, &p->uses_of)[below[slot]], use)) {
            return false;
        }
    }
    return true;
}

// Those of values that are boxes of their own, then fold by fold.
static bool find_all_uses(struct painter *p, struct buf *found)
{
    uint32_t count = (uint32_t)p->part.ids.count;
    size_t folds = p->folds == NULL ? 0 : p->folds->list.count, members;
    bool ok = buf_resize(&p->uses_of, (size_t)count + 1);
    for (uint32_t i = 0; ok && i < count && !stop_asked(p->tape->stop, i); i++) {
        p->operations += scene_box(p, i) == i && scene_arity(p, i) > 0;
        ok = scene_home(p, i) != FOLD_NONE || find_uses(p, i, found);
    }
    for (uint32_t f = 0; ok && f < folds; f++) {
        const uint32_t *member = scene_members(p, f, &members);
        for (size_t k = 0; ok && k < members && !stop_asked(p->tape->stop, k); k++) {
            ok = find_uses(p, member[k], found);
        }
    }
    return ok;
}

// The uses of one value, in the order in which the backward pass adds.
static int compare_uses(const void *a, const void *b)
{
    const struct use *x = a, *y = b;
    return x->consumer != y->consumer ? (x->consumer > y->consumer ? -1 : 1) : x->slot - y->slot;
}

// From the list into `uses`, value by value.
static bool place_uses(struct painter *p, const struct buf *found)
{
    const struct scene_found_use *all = found->data;
    uint32_t *of = p->uses_of.data;
    bool ok = buf_reserve(&p->uses, found->count);
    for (size_t i = 0; ok && i < p->uses_of.count; i++) {
        uint32_t begin = (uint32_t)p->uses.count;
        for (uint32_t next = of[i]; next != 0; next = all[next - 1].before) {
            buf_add(&p->uses, &all[next - 1].use, 1);
        }
        if (p->uses.count > (size_t)begin + 1) {
            mem_sort(BUF_FROM(struct use, &p->uses, begin), p->uses.count - begin,
                     sizeof(struct use), compare_uses);
        }
        of[i] = begin;
    }
    return ok;
}

static bool gather_uses(struct painter *p)
{
    struct buf found;
    buf_init(&found, sizeof(struct scene_found_use));
    bool ok = find_all_uses(p, &found) && place_uses(p, &found);
    buf_release(&found);
    for (size_t i = 0; i < p->uses.count; i++) {
        double share = fabs(BUF(struct use, &p->uses)[i].share);
        p->most = isfinite(share) ? fmax(p->most, share) : p->most;
    }
    return ok;
}

const struct use *scene_uses(const struct painter *p, uint32_t node, size_t *count)
{
    const uint32_t *of = BUF_FROM(uint32_t, &p->uses_of, scene_place(p, node));
    const struct use *uses = BUF_FROM(struct use, &p->uses, of[0]);
    *count = of[1] - of[0];
    return *count == 0 ? NULL : uses;
}

// ---- Boxes --------------------------------------------------------------------------------------

const char *scene_box_kind(const struct painter *p, uint32_t node)
{
    if (tape_op(p->tape, node) != OP_LEAF) {
        return node == p->root ? "output" : "interior";
    }
    return tape_marked(p->tape, node, MARK_CONST)   ? "constant"
           : tape_marked(p->tape, node, MARK_PARAM) ? "parameter"
                                                    : "input";
}

static const char *box_op(const struct painter *p, uint32_t node)
{
    if (tape_op(p->tape, node) != OP_LEAF) {
        return op_get(tape_op(p->tape, node))->sign;
    }
    return tape_marked(p->tape, node, MARK_CONST)   ? "const"
           : tape_marked(p->tape, node, MARK_PARAM) ? "param"
                                                    : "input";
}

static bool box_dead(const struct painter *p, uint32_t node)
{
    return tape_op(p->tape, node) == OP_RELU && scene_value_known(p, node) &&
           tape_flat(p->tape, node, 0);
}

static void add_value(const struct painter *p, struct rec *box, uint32_t node)
{
    if (scene_value_known(p, node)) {
        add_rounded(p, box, KEY_value, KEY_value_text, tape_value(p->tape, node),
                    shown_value(p->tape, node));
    } else {
        rec_text(p->out, box, KEY_value_text, "·");
    }
}

static bool pending(const struct use *uses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!uses[i].known) {
            return true;
        }
    }
    return false;
}

static void add_grad(const struct painter *p, struct rec *box, uint32_t node,
                     const struct use *uses, size_t count)
{
    if (tape_marked(p->tape, node, MARK_CONST)) {
        rec_text(p->out, box, KEY_grad_text, "");
    } else if (!tape_marked(p->tape, node, MARK_GRAD)) {
        rec_text(p->out, box, KEY_grad_text, "·");
    } else if (p->options->walk == SCENE_BACKWARD && pending(uses, count)) {
        char figure_text[FIGURE_TEXT], text[FIGURE_TEXT + 8];
        format_write(text, sizeof text, "%s …",
                     figure(figure_text, p, shown_grad(p->tape, &p->sizes, node)));
        rec_number(p->out, box, KEY_so_far, tape_grad(p->tape, node));
        rec_text(p->out, box, KEY_grad_text, text);
    } else {
        add_rounded(p, box, KEY_grad, KEY_grad_text, tape_grad(p->tape, node),
                    shown_grad(p->tape, &p->sizes, node));
    }
}

// What is handed on of a gradient that is 0 but for rounding is 0 too.
static double share_shown(const struct painter *p, uint32_t consumer, double share)
{
    return shown_grad_cancels(p->tape, &p->sizes, consumer) ? 0 : share;
}

// Do these shares make up that gradient? Not if it holds what an earlier pass left.
static bool adds_up(const struct use *uses, size_t count, double grad)
{
    double sum = 0, size = 0;
    for (size_t i = 0; i < count; i++) {
        sum += uses[i].share;
        size += fabs(uses[i].share);
    }
    return isfinite(sum) ? fabs(sum - grad) <= 1e-9 * size : !isfinite(grad);
}

static void add_sum(const struct painter *p, struct rec *box, uint32_t node, const struct use *uses,
                    size_t count)
{
    struct text sum;
    text_init(&sum);
    if (count > 1 && !pending(uses, count) && adds_up(uses, count, tape_grad(p->tape, node))) {
        for (size_t i = 0; i < count && i < TERMS_MOST; i++) {
            char number[FIGURE_TEXT];
            figure(number, p, share_shown(p, uses[i].consumer, uses[i].share));
            text_addf(&sum, uses[i].share < 0 ? "%s(%s)" : "%s%s", i == 0 ? "= " : " + ", number);
        }
        text_add(&sum, count > TERMS_MOST ? " + …" : "");
    }
    p->out->arena.failed |= sum.bytes.failed;
    rec_text(p->out, box, KEY_sum_text, text_get(&sum));
    text_release(&sum);
}

double scene_weight(const struct painter *p, double share)
{
    if (!isfinite(share)) {
        return 1;
    }
    return p->most > 0 ? fmin(maths_log1p(fabs(share)) / maths_log1p(p->most), 1) : 0;
}

void scene_add_facts(const struct painter *p, struct rec *box, uint32_t node)
{
    size_t count;
    const struct use *uses = scene_uses(p, node, &count);
    add_value(p, box, node);
    add_grad(p, box, node, uses, count);
    add_sum(p, box, node, uses, count);
}

void scene_add_share(const struct painter *p, struct rec *cell, uint32_t node, double share)
{
    char text[FIGURE_TEXT];
    rec_text(p->out, cell, KEY_upstream_text,
             figure(text, p, shown_grad(p->tape, &p->sizes, node)));
    add_rounded(p, cell, KEY_share, KEY_share_text, share, share_shown(p, node, share));
    rec_number(p->out, cell, KEY_weight, scene_weight(p, share));
}

// The label of a derivative, or a formula, is in parentheses after a ∂: ∂(dL/da)/∂(a*b).
static bool is_apart(const char *label)
{
    int open = 0;
    for (const char *s = label; *s != '\0'; s++) {
        open += (*s == '[') - (*s == ']');
        if (open == 0 && strchr(" +-*/^<>=(", *s) != NULL) {
            return true;
        }
    }
    return strstr(label, "·") != NULL || strstr(label, "−") != NULL;
}

static const char *open_part(const char *label)
{
    return is_apart(label) ? "(" : "";
}

static const char *close_part(const char *label)
{
    return is_apart(label) ? ")" : "";
}

void scene_add_symbol(const struct painter *p, struct rec *cell, size_t above, size_t below)
{
    char top[LABEL_TEXT] = "", bottom[LABEL_TEXT], symbol[2 * LABEL_TEXT + 16];
    scene_called(p, below, bottom);
    if (p->options->fit == NULL) {
        scene_label(p, above, top);
        top[0] = scene_has_formula(p, above) ? '\0' : top[0];
    } else {
        rec_text(p->out, cell, KEY_name, bottom);
    }
    format_write(symbol, sizeof symbol, "∂%s%s%s/∂%s%s%s", open_part(top), top, close_part(top),
                 open_part(bottom), bottom, close_part(bottom));
    rec_text(p->out, cell, KEY_symbol, symbol);
}

static void add_cell(const struct painter *p, struct rec *cells, uint32_t node, int slot)
{
    struct rec *cell = rec_map(p->out, cells, KEY_NONE);
    char id[SCENE_ID_TEXT];
    uint32_t below = scene_place(p, tape_operand(p->tape, node, slot));
    uint32_t from = scene_id_at(p, scene_box(p, below));
    rec_text(p->out, cell, KEY_from, scene_box_id(id, from));
    rec_whole(p->out, cell, KEY_slot, slot);
    scene_add_chip(p, cell, scene_box(p, below));
    if (tape_constant(p->tape, node, slot)) {
        return;
    }
    double local = tape_slope(p->tape, node, slot);
    scene_add_symbol(p, cell, scene_place(p, node), below);
    if (scene_value_known(p, node)) {
        scene_add_number(p, cell, KEY_local, KEY_local_text, local);
    } else {
        rec_text(p->out, cell, KEY_local_text, "·");
    }
    if (share_known(p, node, slot)) {
        scene_add_share(p, cell, node, tape_share(p->tape, node, slot));
    }
}

static void add_box(const struct painter *p, struct rec *boxes, size_t at)
{
    struct rec *box = rec_map(p->out, boxes, KEY_NONE);
    uint32_t node = scene_id_at(p, at);
    char id[SCENE_ID_TEXT], name[LABEL_TEXT];
    rec_text(p->out, box, KEY_id, scene_box_id(id, node));
    rec_whole(p->out, box, KEY_node, node);
    rec_text(p->out, box, KEY_name, scene_label(p, at, name));
    scene_add_called(p, box, at);
    rec_text(p->out, box, KEY_op, box_op(p, node));
    rec_text(p->out, box, KEY_kind, scene_box_kind(p, node));
    rec_flag(p->out, box, KEY_dead, box_dead(p, node));
    rec_flag(p->out, box, KEY_cut, scene_arity(p, at) < tape_arity(p->tape, node));
    if (scene_is_derivative(p, node)) {
        rec_flag(p->out, box, KEY_derivative, true);
    }
    rec_flag(p->out, box, KEY_current,
             p->options->walk != SCENE_WHOLE && node == p->options->current);
    scene_add_facts(p, box, node);
    struct rec *cells = rec_list(p->out, box, KEY_cells);
    for (int slot = 0; slot < scene_arity(p, at); slot++) {
        add_cell(p, cells, node, slot);
    }
}

// The node whose box shows the root, if anything does.
static uint32_t root_box(const struct painter *p)
{
    uint32_t place = scene_place(p, p->root);
    bool shown = place < p->part.ids.count && scene_id_at(p, place) == p->root;
    return shown ? scene_id_at(p, scene_box(p, place)) : p->root;
}

static struct rec *add_scene(const struct painter *p)
{
    static const char *const walks[] = {"", "forward", "backward"};
    char id[SCENE_ID_TEXT];
    bool compact = p->operations > FULL_MOST;
    struct rec *scene = records_add(p->out, KIND_scene);
    rec_text(p->out, scene, KEY_root, scene_box_id(id, root_box(p)));
    rec_text(p->out, scene, KEY_direction, compact ? "TB" : "LR");
    rec_flag(p->out, scene, KEY_compact, compact);
    rec_text(p->out, scene, KEY_theme, p->options->theme);
    rec_text(p->out, scene, KEY_style, p->options->style == NULL ? "cells" : p->options->style);
    rec_text(p->out, scene, KEY_walk, walks[p->options->walk]);
    struct rec *boxes = rec_list(p->out, scene, KEY_boxes);
    for (size_t i = 0; i < p->part.ids.count && !stop_asked(p->tape->stop, i); i++) {
        uint32_t home = scene_home(p, i);
        if (scene_box(p, i) == i && scene_is_chip(p, i)) {
            continue;
        }
        if (home == FOLD_NONE) {
            add_box(p, boxes, i);
        } else if (scene_box(p, i) == i) {
            scene_add_fold(p, boxes, home);
        }
    }
    bool stopped = stop_is_asked(p->tape->stop);
    if (p->options->inner && !stopped) {
        scene_add_inner(p, scene);
    }
    return p->out->arena.failed || stopped ? NULL : scene;
}

struct rec *scene_build(struct records *out, const struct tape *tape, struct names *names,
                        uint32_t root, const struct scene_options *options)
{
    struct painter p = {.out = out,
                        .tape = tape,
                        .names = names,
                        .options = options,
                        .root = root,
                        .folds = options->folds,
                        .backward = names_find(names, "backward", 8)};
    struct part all;
    part_init(&all);
    buf_init(&p.uses, sizeof(struct use));
    buf_init(&p.uses_of, sizeof(uint32_t));
    buf_init(&p.inlets, sizeof(struct inlet));
    buf_init(&p.inlets_of, sizeof(uint32_t));
    buf_init(&p.members, sizeof(uint32_t));
    buf_init(&p.first, sizeof(uint32_t));
    buf_init(&p.adjoint, sizeof(double));
    buf_init(&p.called, sizeof(struct scene_formula));
    text_init(&p.formulas);
    shown_sizes(tape, &p.sizes);
    bool ok = options->part != NULL || part_all(&all, tape, root);
    p.part = options->part != NULL ? *options->part : all;
    ok = ok && scene_list_members(&p) && gather_uses(&p) && scene_list_inlets(&p) &&
         scene_call_values(&p);
    struct rec *scene = ok ? add_scene(&p) : NULL;
    part_release(&all);
    buf_release(&p.uses);
    buf_release(&p.uses_of);
    buf_release(&p.inlets);
    buf_release(&p.inlets_of);
    buf_release(&p.members);
    buf_release(&p.first);
    buf_release(&p.adjoint);
    buf_release(&p.called);
    text_release(&p.formulas);
    buf_release(&p.sizes);
    return scene;
}
