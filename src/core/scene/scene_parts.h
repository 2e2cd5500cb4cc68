// A scene being built: what scene.c (boxes of single values) and scene_fold.c (boxes of several)
// share. Private to view.
#ifndef SCENE_SCENE_PARTS_H
#define SCENE_SCENE_PARTS_H

#include "scene/fold.h"
#include "scene/scene.h"
#include "text/group.h"

// An operand of a box, seen from the value that it is: one of an operation, or all that the values
// of a fold make of it.
struct use {
    uint32_t node, consumer;  // the consumer's box is that of this node
    double share;             // local gradient × upstream gradient
    int slot;
    bool folded;  // the consumer is a fold
    bool known;   // has the backward pass sent this share?
};

// A value outside that a fold uses.
struct inlet {
    uint32_t box, place;  // as places in the part
    uint32_t use;         // what the fold does with it: a place in the painter's `uses`
};

// What a value without a name is called by.
struct scene_formula {
    uint32_t at;    // in the texts; 0: it has no formula that is short
    bool repeated;  // another value of the picture has the same
};

struct painter {
    struct records *out;
    const struct tape *tape;
    struct names *names;
    const struct scene_options *options;
    uint32_t root;
    struct part part;           // what is drawn, in tape order
    const struct folds *folds;  // NULL: nothing is folded
    struct buf uses;  // struct use: by node, then in the order in which the backward pass adds
    struct buf uses_of;  // uint32_t for each value and one more: where in `uses` its own begin
    struct buf
        members;  // uint32_t: the values of the first fold (as places in the part), the next …
    struct buf first;    // uint32_t for each fold and one more: where in `members` it begins
    struct buf adjoint;  // double for each value: scratch
    struct buf
        inlets;  // struct inlet: those of the first fold, the next …; of each by box, then by place
    struct buf inlets_of;  // uint32_t for each fold: where in `inlets` its own end
    struct buf sizes;    // of the contributions to each gradient: see engine/shown.h
    struct buf called;   // struct scene_formula, by value: scene_called.c; empty: no formulas
    struct text formulas;
    size_t operations;
    uint32_t backward;  // the name of groups of gradients; NAME_NONE: there are none
    double most;        // the largest finite |share|
};

static inline uint32_t scene_id_at(const struct painter *p, size_t i)
{
    return BUF(uint32_t, &p->part.ids)[i];
}

static inline uint32_t scene_home(const struct painter *p, size_t i)
{
    return p->folds == NULL ? FOLD_NONE : BUF(uint32_t, &p->folds->home)[i];
}

static inline const struct fold *scene_fold(const struct painter *p, uint32_t fold)
{
    return &BUF(struct fold, &p->folds->list)[fold];
}

// Where in the part the value is whose box shows value `i`.
static inline uint32_t scene_box(const struct painter *p, size_t i)
{
    uint32_t home = scene_home(p, i);
    return home == FOLD_NONE ? (uint32_t)i : scene_fold(p, home)->box;
}

// The operands of value i that are shown, as places in the part. Returns how many these are.
static inline int scene_operands(const struct painter *p, size_t i, uint32_t below[2])
{
    struct node n = tape_node(p->tape, scene_id_at(p, i));
    if (n.op == OP_LEAF || !BUF(uint8_t, &p->part.whole)[i]) {
        return 0;
    }
    below[0] = part_place(&p->part, (uint32_t)n.a);
    below[1] = part_place(&p->part, (uint32_t)n.b);
    return op_get((enum op)n.op)->arity == 1 ? 1 : 2;
}

static inline bool scene_is_constant(const struct painter *p, size_t i)
{
    return tape_marked(p->tape, scene_id_at(p, i), MARK_CONST);
}

// Significant digits, unless the options say otherwise.
enum { SCENE_DIGITS = 4 };

// The name of value i of the part, or %7; in a picture that fits an area what it is called there.
// Returns `out`.
static inline const char *scene_label(const struct painter *p, size_t i, char out[LABEL_TEXT])
{
    const struct scene_fit *fit = p->options->fit;
    return fit != NULL ? title_of(fit->titles, i, out)
                       : names_label(p->names, out, scene_id_at(p, i));
}

// Was it made by a backward pass that makes nodes?
static inline bool scene_is_derivative(const struct painter *p, uint32_t node)
{
    const struct buf *groups = p->options->groups;
    uint32_t g = groups == NULL ? GROUP_NONE : group_of_node(groups, node);
    return g != GROUP_NONE && group_at(groups, g)->name == p->backward;
}

// scene.c
uint32_t scene_place(const struct painter *p, uint32_t node);
int scene_arity(const struct painter *p, size_t i);  // operands that are shown
// The uses of `node` by other boxes; *count receives how many there are.
const struct use *scene_uses(const struct painter *p, uint32_t node, size_t *count);
bool scene_value_known(const struct painter *p, uint32_t node);
double scene_weight(const struct painter *p, double share);
enum { SCENE_ID_TEXT = 16 };
const char *scene_box_id(char out[SCENE_ID_TEXT], uint32_t node);
// A number that is known: the fact under `key`, its text under `text_key`.
void scene_add_number(const struct painter *p, struct rec *to, enum rec_key key,
                      enum rec_key text_key, double v);
// Value, gradient and the sum that makes it up, of a single value.
void scene_add_facts(const struct painter *p, struct rec *box, uint32_t node);
// "∂above/∂below", of two values of the part; "∂/∂below" where the box, which is the other, is called by
// a formula, and in a picture that fits an area, with what is below too.
void scene_add_symbol(const struct painter *p, struct rec *cell, size_t above, size_t below);
// "parameter", "constant" …, of a box of one value.
const char *scene_box_kind(const struct painter *p, uint32_t node);
// upstream × local = share, of the box that shows `node`.
void scene_add_share(const struct painter *p, struct rec *cell, uint32_t node, double share);

// scene_called.c, for pictures of any size
// Finds out what the values without a name are called. False if out of memory.
bool scene_call_values(struct painter *p);
// Adds to a box what the value i that it shows is called, where that is a formula.
void scene_add_called(const struct painter *p, struct rec *box, size_t i);
bool scene_has_formula(const struct painter *p, size_t i);
// The label of value i in a derivative: its formula, unless another value has the same. Returns `out`.
const char *scene_called(const struct painter *p, size_t i, char out[LABEL_TEXT]);

// scene_fit.c, for pictures that fit an area (the last three do nothing for others)
// Is the box that is at this place shown in the cells of its users alone?
bool scene_is_chip(const struct painter *p, size_t box);
void scene_add_chip(const struct painter *p, struct rec *cell, size_t box);
// Of an array: its shape and, where it is small, its elements.
void scene_add_elements(const struct painter *p, struct rec *box, uint32_t name);
// The formula of what value i of the part is made of in its box; `name` is what it, or the array it
// is an element of, is bound to: NAME_NONE if nothing.
void scene_add_formula(const struct painter *p, struct rec *box, size_t i, uint32_t name);

// scene_inner.c
void scene_add_inner(const struct painter *p, struct rec *scene);

// scene_fold.c
bool scene_list_members(struct painter *p);
// Lists what comes into each fold. Call it once the uses are listed.
bool scene_list_inlets(struct painter *p);
// The places of the values in a fold.
const uint32_t *scene_members(const struct painter *p, uint32_t fold, size_t *count);
void scene_add_fold(const struct painter *p, struct rec *boxes, uint32_t fold);

#endif
