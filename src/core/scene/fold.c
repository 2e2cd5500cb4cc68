#include "scene/fold.h"

#include "engine/sweep.h"
#include "scene/fold_parts.h"
#include "scene/fold_short.h"

// ---- What there is ------------------------------------------------------------------------------

// Where in the part a node is; FOLD_NONE: it is not in it.
static uint32_t place_of_node(const struct folder *f, uint32_t node)
{
    uint32_t i = part_place(f->part, node);
    return i < fold_count(f) && fold_id(f, i) == node ? i : FOLD_NONE;
}

// It is an element, unless it is one of an array that was looked at before.
static void note_element(struct folder *f, uint32_t i, uint32_t array)
{
    *fold_at(&f->array, i) = *fold_at(&f->array, i) == NAME_NONE ? array : *fold_at(&f->array, i);
    BUF(uint8_t, &f->kind)[i] |= IS_NAMED;
    f->elements = true;
}

// The elements of an array that lies in one piece lie in one piece of the part, too.
static void find_in_block(struct folder *f, uint32_t name, struct value v)
{
    uint32_t end = v.base + v.rows * v.cols;
    for (uint32_t i = part_place(f->part, v.base); i < fold_count(f) && fold_id(f, i) < end; i++) {
        note_element(f, i, name);
    }
}

static void find_elements(struct folder *f, uint32_t name, struct value v)
{
    for (uint32_t k = 0; k < v.rows * v.cols; k++) {
        uint32_t i = place_of_node(f, names_element(f->names, v, k));
        if (i != FOLD_NONE) {
            note_element(f, i, name);
        }
    }
}

// The names that the values have, alone or as elements. Of several the first counts.
static void find_names(struct folder *f)
{
    for (uint32_t name = 0; name < names_count(f->names); name++) {
        struct value v = names_get(f->names, name);
        bool block = !v.listed && v.cs == 1 && v.rs == (int32_t)v.cols;
        uint32_t i = v.rank == VALUE_SCALAR ? place_of_node(f, v.base) : FOLD_NONE;
        if (i != FOLD_NONE) {
            *fold_at(&f->name, i) =
                *fold_at(&f->name, i) == NAME_NONE ? name : *fold_at(&f->name, i);
            BUF(uint8_t, &f->kind)[i] |= IS_NAMED;
        } else if (value_is_array(v) && block) {
            find_in_block(f, name, v);
        } else if (value_is_array(v)) {
            find_elements(f, name, v);
        }
    }
}

// Did the learner say of a name or a group how it is to look?
static bool find_looks(const struct folder *f)
{
    const struct buf *looks = f->wish->looks, *groups = f->wish->groups;
    bool found = looks != NULL && looks->count > 0;
    for (uint32_t g = 0; groups != NULL && g < groups->count && !found; g++) {
        found = group_at(groups, g)->look != LOOK_AS_IT_FITS;
    }
    return found;
}

// The groups that the values are in, and how many levels of calls each holds.
static bool find_groups(struct folder *f)
{
    const struct buf *groups = f->wish->groups;
    if (!fold_has_groups(f)) {
        return true;
    }
    if (!buf_resize(&f->group, fold_count(f))) {
        return false;
    }
    for (uint32_t i = 0; i < fold_count(f) && fold_goes_on(f, i); i++) {
        *fold_at(&f->group, i) = group_of_node(groups, fold_id(f, i));
    }
    struct buf reach;
    bool whole_graph = f->root < tape_count(f->tape);
    bool ok = whole_graph ? sweep_reach(f->tape, f->root, &reach) : true;
    const struct buf *ids = whole_graph ? &reach : &f->part->ids;
    ok = ok && groups_number(groups, ids->data, ids->count, &f->numbers) &&
         buf_resize(&f->height, groups->count) && buf_resize(&f->fold_of, groups->count);
    if (whole_graph) {
        buf_release(&reach);
    }
    for (uint32_t g = (uint32_t)groups->count; ok && g-- > 0;) {
        uint32_t within = group_at(groups, g)->within, above = *fold_at(&f->height, g) + 1;
        if (*fold_at(&f->numbers, g) != 0) {
            f->levels = above > f->levels ? above : f->levels;
        }
        if (*fold_at(&f->numbers, g) != 0 && within != GROUP_NONE &&
            above > *fold_at(&f->height, within)) {
            *fold_at(&f->height, within) = above;
        }
    }
    return ok;
}

static uint8_t kind_of(const struct folder *f, uint32_t i)
{
    uint32_t id = fold_id(f, i);
    return (uint8_t)((tape_op(f->tape, id) == OP_LEAF ? IS_LEAF : 0) |
                     (tape_marked(f->tape, id, MARK_CONST) ? IS_CONST : 0) |
                     (tape_marked(f->tape, id, MARK_PARAM) ? IS_PARAM : 0) |
                     (BUF(uint8_t, &f->part->whole)[i] ? IS_WHOLE : 0));
}

static struct fold_below below(const struct folder *f, uint32_t i)
{
    struct node n = tape_node(f->tape, fold_id(f, i));
    struct fold_below found = {{FOLD_NONE, FOLD_NONE}};
    if (n.op != OP_LEAF && BUF(uint8_t, &f->part->whole)[i]) {
        found.operand[0] = part_place(f->part, (uint32_t)n.a);
        if (op_get((enum op)n.op)->arity == 2) {
            found.operand[1] = part_place(f->part, (uint32_t)n.b);
        }
    }
    return found;
}

static bool look_around(struct folder *f)
{
    uint32_t count = fold_count(f);
    if (!buf_resize(&f->below, count) || !buf_resize(&f->kind, count) ||
        !fold_fill_none(f, &f->array, count) || !fold_fill_none(f, &f->name, count)) {
        return false;
    }
    for (uint32_t i = 0; i < count && fold_goes_on(f, i); i++) {
        BUF(struct fold_below, &f->below)[i] = below(f, i);
        BUF(uint8_t, &f->kind)[i] = kind_of(f, i);
    }
    find_names(f);
    f->looks = find_looks(f);
    return find_groups(f);
}

// ---- How far ------------------------------------------------------------------------------------

static bool fits(const struct folder *f)
{
    return f->out->boxes <= FOLD_TO;
}

// Did the learner fold a name or a call?
static bool is_wished(const struct folder *f)
{
    const struct buf *looks = f->wish->looks, *groups = f->wish->groups;
    bool wished = false;
    for (size_t i = 0; looks != NULL && i < looks->count; i++) {
        wished |= BUF(struct name_look, looks)[i].look == LOOK_FOLDED;
    }
    for (uint32_t g = 0; groups != NULL && g < groups->count; g++) {
        wished |= group_at(groups, g)->look == LOOK_FOLDED;
    }
    return wished;
}

// What the learner wants folded and nothing else. Where that is nothing and much is shown, the boxes need
// only be counted.
static bool fold_wishes(struct folder *f)
{
    f->out->boxes = is_wished(f) ? 0 : part_values(f->part, f->tape);
    return f->out->boxes > FOLD_BEYOND || fold_stage(f, &(struct fold_stage){0}, SIZE_MAX);
}

// From what the learner wants folded on, as far as it takes: calls before arrays, arrays before
// statements.
static bool fold_as_it_fits(struct folder *f)
{
    uint32_t least = f->levels > 0 ? 1 : 0;
    bool ok = fold_wishes(f);
    if (f->out->boxes <= FOLD_BEYOND) {
        return ok;
    }
    for (uint32_t level = least; ok && !fits(f) && level <= f->levels; level++) {
        bool arrays = level > 0 || f->elements;  // else it is as it was
        ok = (level == 0 || fold_stage(f, &(struct fold_stage){.level = level}, FOLD_TO)) &&
             (fits(f) || !arrays ||
              fold_stage(f, &(struct fold_stage){.level = level, .arrays = true}, FOLD_TO));
    }
    for (uint32_t level = least; ok && !fits(f) && level <= f->levels; level++) {
        ok = fold_stage(f, &(struct fold_stage){.level = level, .arrays = true, .statements = true},
                        level == f->levels ? SIZE_MAX : FOLD_TO);
    }
    return ok;
}

// Which unnamed values are boxes of their own, where formulas are to be short.
static bool find_long(struct folder *f)
{
    size_t most = f->wish->stage.letters;
    return most == 0 ||
           fold_short(&f->apart, f->tape, f->names, f->part, f->name.data, f->array.data, most);
}

static bool fold(struct folder *f)
{
    switch (f->wish->mode) {
    case FOLD_AS_IT_FITS:
        return fold_as_it_fits(f);
    case FOLD_ONE:
    case FOLD_ALL:
        return fold_stage(
            f, &(struct fold_stage){.level = f->levels, .arrays = true, .statements = true},
            SIZE_MAX);
    case FOLD_STAGE:
        return find_long(f) && fold_stage(f, &f->wish->stage, SIZE_MAX);
    case FOLD_NOTHING:
        break;
    }
    f->out->boxes = part_values(f->part, f->tape);
    return true;
}

// Own boxes are no folds.
static bool put_homes(struct folder *f)
{
    bool ok = fold_fill_none(f, &f->out->home, fold_count(f));
    for (uint32_t i = 0;
         ok && f->wish->mode != FOLD_NOTHING && i < fold_count(f) && fold_goes_on(f, i); i++) {
        uint32_t box = *fold_at(&f->box, i);
        *fold_at(&f->out->home, i) = box < OWN ? box : FOLD_NONE;
    }
    return ok && !f->out->list.failed;
}

bool folds_find(struct folds *out, const struct tape *t, struct names *names,
                const struct fold_wish *wish, const struct part *part, uint32_t root)
{
    struct folder f = {
        .out = out, .tape = t, .names = names, .wish = wish, .part = part, .root = root};
    struct buf *all[] = {&f.array,   &f.name, &f.group, &f.numbers, &f.height,
                         &f.fold_of, &f.box,  &f.users, &f.size,    &out->home};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        buf_init(all[i], sizeof(uint32_t));
    }
    buf_init(&f.below, sizeof(struct fold_below));
    buf_init(&f.kind, 1);
    buf_init(&f.open, 1);
    buf_init(&f.apart, 1);
    buf_init(&out->list, sizeof(struct fold));
    out->groups = wish->groups;
    out->boxes = 0;
    bool ok = wish->mode == FOLD_NOTHING ||
              (look_around(&f) && buf_resize(&f.box, part->ids.count) &&
               buf_resize(&f.users, part->ids.count) && buf_resize(&f.size, part->ids.count) &&
               buf_resize(&f.open, part->ids.count));
    ok = ok && fold(&f) && put_homes(&f);
    out->levels = f.levels;
    buf_release(&f.below);
    buf_release(&f.kind);
    buf_release(&f.open);
    buf_release(&f.apart);
    for (size_t i = 0; i + 1 < COUNT_OF(all); i++) {
        buf_release(all[i]);
    }
    return ok;
}

void folds_release(struct folds *f)
{
    buf_release(&f->home);
    buf_release(&f->list);
}
