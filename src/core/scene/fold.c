#include "scene/fold.h"

#include <string.h>

#include "engine/sweep.h"
#include "scene/fold_short.h"
#include "scene/fold_siblings.h"

// A box that a value may go into: a fold, or (from OWN on) the box of one value of the part.
enum { OWN = 1u << 28 };
#define BOX_UNSEEN UINT32_MAX         // nothing uses the value, as far as was looked
#define BOX_SEVERAL (UINT32_MAX - 1)  // what uses it is in several boxes

struct folder {
    struct folds *out;
    const struct tape *tape;
    struct names *names;
    const struct fold_wish *wish;
    const struct part *part;
    uint32_t root;
    struct buf place;    // uint32_t for each node up to the last of the part: where in the part
    struct buf array;    // uint32_t for each value: the array it is an element of, or NAME_NONE
    struct buf name;     // uint32_t for each value: its own name, or NAME_NONE
    struct buf group;    // uint32_t for each value: its innermost group
    struct buf numbers;  // as groups_number gives
    struct buf height;   // uint32_t for each group: the levels of calls inside it
    struct buf fold_of;  // uint32_t for each group: its fold
    struct buf box;      // uint32_t for each value
    struct buf users;    // uint32_t for each value: the box of all that use it
    struct buf size;     // uint32_t for each own box: the values in it
    struct buf open;     // uint32_t for each value: it, or the name it leads to, is to be seen open
    struct buf apart;    // uint8_t for each value: its formula is too long to go into another's
    uint32_t levels;
};

static uint32_t id_at(const struct folder *f, uint32_t i)
{
    return BUF(uint32_t, &f->part->ids)[i];
}

static uint32_t count_of(const struct folder *f)
{
    return (uint32_t)f->part->ids.count;
}

// In turn i of a loop over the part: false once somebody wants it to end.
static bool goes_on(struct folder *f, size_t i)
{
    if (stop_asked(f->tape->stop, i)) {
        f->out->list.failed = true;
    }
    return !f->out->list.failed;
}

static bool is_whole(const struct folder *f, uint32_t i)
{
    return BUF(uint8_t, &f->part->whole)[i] != 0;
}

static bool is_leaf(const struct folder *f, uint32_t i)
{
    return tape_op(f->tape, id_at(f, i)) == OP_LEAF;
}

static uint32_t *at(struct buf *b, uint32_t i)
{
    return &BUF(uint32_t, b)[i];
}

// Operands that are shown, as places in the part.
static int operands_of(struct folder *f, uint32_t i, uint32_t operand[2])
{
    struct node n = tape_node(f->tape, id_at(f, i));
    if (n.op == OP_LEAF || !is_whole(f, i)) {
        return 0;
    }
    int arity = op_get((enum op)n.op)->arity;
    operand[0] = *at(&f->place, (uint32_t)n.a) - 1;
    if (arity == 2) {
        operand[1] = *at(&f->place, (uint32_t)n.b) - 1;
    }
    return arity;
}

static enum group_look look_of_name(const struct folder *f, uint32_t name)
{
    const struct buf *looks = f->wish->looks;
    for (size_t i = looks == NULL || name == NAME_NONE ? 0 : looks->count; i-- > 0;) {
        if (BUF(struct name_look, looks)[i].name == name) {
            return BUF(struct name_look, looks)[i].look;
        }
    }
    return LOOK_AS_IT_FITS;
}

// ---- What there is ------------------------------------------------------------------------------

static bool fill_none(struct buf *b, size_t count)
{
    bool ok = buf_resize(b, count);
    if (ok && count > 0) {
        memset(b->data, 0xFF, count * sizeof(uint32_t));
    }
    return ok;
}

// Which values are elements of an array that lies in one piece: they are looked through, not it.
static void find_in_block(struct folder *f, uint32_t name, struct value v)
{
    for (uint32_t i = 0; i < count_of(f); i++) {
        if (id_at(f, i) - v.base < v.rows * v.cols && *at(&f->array, i) == NAME_NONE) {
            *at(&f->array, i) = name;
        }
    }
}

static void find_arrays(struct folder *f)
{
    uint32_t last = count_of(f) == 0 ? 0 : id_at(f, count_of(f) - 1);
    for (uint32_t name = 0; name < names_count(f->names); name++) {
        struct value v = names_get(f->names, name);
        uint32_t count = value_is_array(v) ? v.rows * v.cols : 0;
        bool block = !v.listed && v.cs == 1 && v.rs == (int32_t)v.cols;
        if (block && count > count_of(f)) {
            find_in_block(f, name, v);
            continue;
        }
        for (uint32_t k = 0; k < count; k++) {
            uint32_t node = names_element(f->names, v, k);
            uint32_t i = node <= last ? *at(&f->place, node) - 1 : UINT32_MAX;
            if (i != UINT32_MAX && *at(&f->array, i) == NAME_NONE) {
                *at(&f->array, i) = name;
            }
        }
    }
}

// The groups that the values are in, and how many levels of calls each holds.
static bool find_groups(struct folder *f)
{
    const struct buf *groups = f->wish->groups;
    if (groups == NULL || groups->count == 0) {
        return true;
    }
    for (uint32_t i = 0; i < count_of(f) && goes_on(f, i); i++) {
        *at(&f->group, i) = group_of_node(groups, id_at(f, i));
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
        uint32_t within = group_at(groups, g)->within, above = *at(&f->height, g) + 1;
        if (*at(&f->numbers, g) != 0) {
            f->levels = above > f->levels ? above : f->levels;
        }
        if (*at(&f->numbers, g) != 0 && within != GROUP_NONE && above > *at(&f->height, within)) {
            *at(&f->height, within) = above;
        }
    }
    return ok;
}

static bool look_around(struct folder *f)
{
    uint32_t count = count_of(f), last = count == 0 ? 0 : id_at(f, count - 1);
    if (!buf_resize(&f->place, (size_t)last + 1) || !fill_none(&f->array, count) ||
        !fill_none(&f->name, count) || !fill_none(&f->group, count)) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        *at(&f->place, id_at(f, i)) = i + 1;
        *at(&f->name, i) = names_of_node(f->names, id_at(f, i));
    }
    find_arrays(f);
    return find_groups(f);
}

// ---- One stage ----------------------------------------------------------------------------------

static bool is_folded(struct folder *f, const struct fold_stage *s, uint32_t group)
{
    enum group_look look = group_at(f->wish->groups, group)->look;
    if (f->wish->mode == FOLD_ONE) {
        return group == f->wish->one;
    }
    // A turn is a box where statements or arrays are: they would be parts of it.
    bool turn = group_at(f->wish->groups, group)->turn != 0 && (s->statements || s->arrays);
    return look == LOOK_FOLDED ||
           (look == LOOK_AS_IT_FITS && (turn || *at(&f->height, group) < s->level));
}

static uint32_t add_fold(struct folder *f, struct fold fold)
{
    struct fold *to = buf_push(&f->out->list, 1);
    fold.box = FOLD_NONE;
    if (to != NULL) {
        *to = fold;
    }
    return (uint32_t)f->out->list.count - 1;
}

// The values of calls, each in the outermost one that is folded. (Constants follow what uses them.)
static void fold_calls(struct folder *f, const struct fold_stage *s)
{
    for (uint32_t i = 0; i < count_of(f) && goes_on(f, i); i++) {
        uint32_t folded = GROUP_NONE;
        for (uint32_t g = *at(&f->group, i); g != GROUP_NONE;
             g = group_at(f->wish->groups, g)->within) {
            folded = is_folded(f, s, g) ? g : folded;
        }
        if (folded == GROUP_NONE || !is_whole(f, i) ||
            tape_marked(f->tape, id_at(f, i), MARK_CONST)) {
            continue;
        }
        if (*at(&f->fold_of, folded) == FOLD_NONE) {
            *at(&f->fold_of, folded) = add_fold(
                f, (struct fold){
                       .kind = FOLD_CALL, .group = folded, .number = *at(&f->numbers, folded)});
        }
        *at(&f->box, i) = *at(&f->fold_of, folded);
    }
}

// The turn of a loop that a value was made in.
static uint32_t turn_of(const struct folder *f, uint32_t i)
{
    return f->wish->groups == NULL ? GROUP_NONE : group_turn_of(f->wish->groups, id_at(f, i));
}

// The elements of arrays that are not in calls. (Elements of one array mostly follow each other.)
static bool fold_arrays(struct folder *f, const struct fold_stage *s)
{
    struct buf fold_of;
    buf_init(&fold_of, sizeof(uint32_t));
    bool ok = fill_none(&fold_of, names_count(f->names));
    for (uint32_t i = 0; ok && i < count_of(f) && goes_on(f, i); i++) {
        uint32_t name = *at(&f->array, i);
        if (name == NAME_NONE || *at(&f->box, i) < OWN || !is_whole(f, i)) {
            continue;
        }
        enum group_look look = look_of_name(f, name);
        if (look == LOOK_FOLDED || (look == LOOK_AS_IT_FITS && s->arrays)) {
            if (*at(&fold_of, name) == FOLD_NONE) {
                *at(&fold_of, name) = add_fold(
                    f, (struct fold){.kind = FOLD_ARRAY, .name = name, .group = turn_of(f, i)});
            }
            *at(&f->box, i) = *at(&fold_of, name);
        }
    }
    buf_release(&fold_of);
    return ok && !f->out->list.failed;
}

// May others go into this box?
static bool takes_in(struct folder *f, const struct fold_stage *s, uint32_t box, bool leaf)
{
    if (box >= BOX_SEVERAL) {
        return false;
    }
    if (box < OWN) {
        return leaf || BUF(struct fold, &f->out->list)[box].kind != FOLD_CALL;
    }
    bool folded = look_of_name(f, *at(&f->name, box - OWN)) == LOOK_FOLDED;
    return folded || (s->statements && *at(&f->open, box - OWN) == 0);
}

static bool is_nameless(struct folder *f, uint32_t i)
{
    return *at(&f->name, i) == NAME_NONE && *at(&f->array, i) == NAME_NONE;
}

// What is in an open call is shown as it is, and so is what leads to an open name alone.
static bool is_open(struct folder *f, uint32_t i)
{
    uint32_t users = *at(&f->users, i), group = *at(&f->group, i);
    if (group != GROUP_NONE && group_at(f->wish->groups, group)->look == LOOK_OPEN) {
        return true;
    }
    return is_nameless(f, i) ? users >= OWN && users < BOX_SEVERAL && *at(&f->open, users - OWN)
                             : look_of_name(f, *at(&f->name, i)) == LOOK_OPEN;
}

// A constant goes into any box, a parameter only into a call's: that is what calls are given.
static bool leaf_goes_in(struct folder *f, uint32_t i, uint32_t box)
{
    bool call = box < OWN && BUF(struct fold, &f->out->list)[box].kind == FOLD_CALL;
    return tape_marked(f->tape, id_at(f, i), MARK_CONST) ||
           (call && tape_marked(f->tape, id_at(f, i), MARK_PARAM));
}

// What an earlier turn made does not go into a box of a later one.
static bool is_of_turn(struct folder *f, uint32_t i, uint32_t box)
{
    const struct fold *fold = box < OWN ? &BUF(struct fold, &f->out->list)[box] : NULL;
    return fold == NULL               ? turn_of(f, i) == turn_of(f, box - OWN)
           : fold->kind == FOLD_ARRAY ? turn_of(f, i) == fold->group
                                      : true;
}

static bool goes_in(struct folder *f, const struct fold_stage *s, uint32_t i)
{
    uint32_t box = *at(&f->users, i);
    if (*at(&f->box, i) < OWN || id_at(f, i) == f->root || !takes_in(f, s, box, is_leaf(f, i)) ||
        (!is_leaf(f, i) && !is_of_turn(f, i, box))) {
        return false;
    }
    bool apart = s->letters > 0 && BUF(uint8_t, &f->apart)[i];
    return is_leaf(f, i) ? leaf_goes_in(f, i, box)
                         : is_whole(f, i) && is_nameless(f, i) && !(apart && box >= OWN);
}

// From the output down: what only one box uses may go into it.
static void take_in(struct folder *f, const struct fold_stage *s)
{
    for (uint32_t i = 0; i < count_of(f) && goes_on(f, i); i++) {
        *at(&f->users, i) = BOX_UNSEEN;
    }
    for (uint32_t i = count_of(f); i-- > 0 && goes_on(f, i);) {
        uint32_t operand[2] = {0}, *box = at(&f->box, i);
        *at(&f->open, i) = is_open(f, i);
        *box = goes_in(f, s, i) ? *at(&f->users, i) : *box;
        for (int slot = 0, n = operands_of(f, i, operand); slot < n; slot++) {
            uint32_t *users = at(&f->users, operand[slot]);
            *users = *users == BOX_UNSEEN || *users == *box ? *box : BOX_SEVERAL;
        }
    }
}

// Own boxes that took others in become folds.
static void make_statements(struct folder *f)
{
    memset(f->size.data, 0, f->size.count * sizeof(uint32_t));
    for (uint32_t i = 0; i < count_of(f) && goes_on(f, i); i++) {
        uint32_t box = *at(&f->box, i);
        // A constant alone is nothing to hide.
        if (box >= OWN && !tape_marked(f->tape, id_at(f, i), MARK_CONST)) {
            ++*at(&f->size, box - OWN);
        }
    }
    // From the top: where a box's own value becomes a fold, those below it find it there.
    for (uint32_t i = count_of(f); i-- > 0 && goes_on(f, i);) {
        uint32_t own = *at(&f->box, i);
        if (own == OWN + i && *at(&f->size, i) > 1) {
            *at(&f->box, i) = add_fold(f, (struct fold){.kind = FOLD_STATEMENT});
        } else if (own >= OWN && own != OWN + i) {
            uint32_t of = *at(&f->box, own - OWN);
            *at(&f->box, i) = of < OWN ? of : OWN + i;
        }
    }
}

// ---- Where folds are --------------------------------------------------------------------------

static void find_places(struct folder *f)
{
    struct fold *list = f->out->list.data;
    for (uint32_t i = 0; i < count_of(f) && goes_on(f, i); i++) {
        uint32_t box = *at(&f->box, i);
        // A leaf is not a result, unless there are only leaves.
        if (box < OWN &&
            (list[box].box == FOLD_NONE || !is_leaf(f, i) || is_leaf(f, list[box].box))) {
            list[box].box = i;
        }
    }
}

static uint32_t place_of_box(struct folder *f, uint32_t i)
{
    uint32_t box = *at(&f->box, i);
    return box < OWN ? BUF(struct fold, &f->out->list)[box].box : i;
}

// A fold of a single value hides nothing; only of a call the learner may want it.
static void dissolve_singles(struct folder *f)
{
    struct fold *list = f->out->list.data;
    memset(f->size.data, 0, f->size.count * sizeof(uint32_t));
    for (uint32_t i = 0; i < count_of(f) && goes_on(f, i); i++) {
        uint32_t box = *at(&f->box, i);
        if (box < OWN && !tape_marked(f->tape, id_at(f, i), MARK_CONST)) {
            ++*at(&f->size, list[box].box);
        }
    }
    for (uint32_t i = 0; i < count_of(f) && goes_on(f, i); i++) {
        uint32_t box = *at(&f->box, i);
        bool wanted = box < OWN && list[box].kind == FOLD_CALL &&
                      (f->wish->mode == FOLD_ONE ||
                       group_at(f->wish->groups, list[box].group)->look == LOOK_FOLDED);
        if (box < OWN && !wanted && *at(&f->size, list[box].box) == 1) {
            *at(&f->box, i) = OWN + i;
        }
    }
}

static void dissolve(struct folder *f, uint32_t fold)
{
    for (uint32_t i = 0; i < count_of(f) && goes_on(f, i); i++) {
        if (*at(&f->box, i) == fold) {
            *at(&f->box, i) = OWN + i;
        }
    }
}

// Would a fold be behind what uses it? Returns one, or FOLD_NONE.
static uint32_t find_tangle(struct folder *f)
{
    for (uint32_t i = 0; i < count_of(f) && goes_on(f, i); i++) {
        uint32_t operand[2] = {0};
        for (int slot = 0, n = operands_of(f, i, operand); slot < n; slot++) {
            bool apart = *at(&f->box, i) != *at(&f->box, operand[slot]);
            if (apart && place_of_box(f, operand[slot]) > place_of_box(f, i)) {
                return *at(&f->box, operand[slot]);
            }
        }
    }
    return FOLD_NONE;
}

static void untangle(struct folder *f)
{
    enum { PATIENCE = 20 };
    uint32_t tangle;
    for (int i = 0; i < PATIENCE && (tangle = find_tangle(f)) != FOLD_NONE; i++) {
        dissolve(f, tangle);
    }
    if (find_tangle(f) != FOLD_NONE) {
        for (uint32_t i = 0; i < count_of(f) && goes_on(f, i); i++) {
            *at(&f->box, i) = OWN + i;
        }
    }
}

// May the box of this value be an element of an array without a name? An operation that nothing
// names, alone or with what leads to it only.
static bool may_be_sibling(struct folder *f, uint32_t i)
{
    uint32_t box = *at(&f->box, i), top = place_of_box(f, i);
    bool statement = box < OWN && BUF(struct fold, &f->out->list)[box].kind == FOLD_STATEMENT;
    return (box >= OWN || statement) && is_whole(f, top) && !is_leaf(f, top) &&
           is_nameless(f, top) && id_at(f, top) != f->root;
}

// Joins siblings; *count receives how many arrays were found.
static bool join_siblings(struct folder *f, uint32_t *count)
{
    struct buf may, group;
    uint32_t first = (uint32_t)f->out->list.count;
    buf_init(&may, 1);
    buf_init(&group, sizeof(uint32_t));
    *count = 0;
    find_places(f);
    bool ok = buf_resize(&may, count_of(f));
    for (uint32_t i = 0; ok && i < count_of(f) && goes_on(f, i); i++) {
        BUF(uint8_t, &may)[i] = may_be_sibling(f, i);
    }
    ok = ok && fold_siblings(&group, count, f->tape, f->part, f->box.data, may.data);
    for (uint32_t k = 0; ok && k < *count; k++) {
        add_fold(f, (struct fold){.kind = FOLD_SIBLINGS});
    }
    ok = ok && !f->out->list.failed;
    for (uint32_t i = 0; ok && i < count_of(f) && goes_on(f, i); i++) {
        uint32_t g = *at(&group, i);
        *at(&f->box, i) = g == UINT32_MAX ? *at(&f->box, i) : first + g;
    }
    buf_release(&may);
    buf_release(&group);
    return ok;
}

// Those that are joined may make siblings of others.
static bool join_all_siblings(struct folder *f)
{
    enum { ROUNDS = 4 };
    uint32_t count = 1;
    bool ok = true;
    for (int i = 0; ok && count > 0 && i < ROUNDS; i++) {
        ok = join_siblings(f, &count);
    }
    return ok;
}

static size_t count_boxes(struct folder *f)
{
    size_t count = 0;
    for (uint32_t i = 0; i < count_of(f) && goes_on(f, i); i++) {
        count += place_of_box(f, i) == i && !tape_marked(f->tape, id_at(f, i), MARK_CONST);
    }
    return count;
}

static bool fold_stage(struct folder *f, const struct fold_stage *s)
{
    f->out->list.count = 0;
    for (uint32_t i = 0; i < count_of(f) && goes_on(f, i); i++) {
        *at(&f->box, i) = OWN + i;
    }
    if (f->levels > 0) {
        memset(f->fold_of.data, 0xFF, f->fold_of.count * sizeof(uint32_t));
        fold_calls(f, s);
        if (f->out->list.failed) {
            return false;
        }
        if (f->wish->mode != FOLD_ONE) {
            take_in(f,
                    &(struct fold_stage){0});  // the parameters of calls, before arrays claim them
        }
    }
    if (f->wish->mode != FOLD_ONE) {
        if (!fold_arrays(f, s)) {
            return false;
        }
        take_in(f, s);
        make_statements(f);
        if (f->out->list.failed || (s->siblings && !join_all_siblings(f))) {
            return false;
        }
    }
    find_places(f);
    dissolve_singles(f);
    if (!f->out->list.failed) {
        untangle(f);
    }
    f->out->boxes = count_boxes(f);
    return !f->out->list.failed;
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
    return f->out->boxes > FOLD_BEYOND || fold_stage(f, &(struct fold_stage){0});
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
        ok = (level == 0 || fold_stage(f, &(struct fold_stage){.level = level})) &&
             (fits(f) || fold_stage(f, &(struct fold_stage){.level = level, .arrays = true}));
    }
    for (uint32_t level = least; ok && !fits(f) && level <= f->levels; level++) {
        ok =
            fold_stage(f, &(struct fold_stage){.level = level, .arrays = true, .statements = true});
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
            f, &(struct fold_stage){.level = f->levels, .arrays = true, .statements = true});
    case FOLD_STAGE:
        return find_long(f) && fold_stage(f, &f->wish->stage);
    case FOLD_NOTHING:
        break;
    }
    f->out->boxes = part_values(f->part, f->tape);
    return true;
}

// Own boxes are no folds.
static bool put_homes(struct folder *f)
{
    bool ok = fill_none(&f->out->home, count_of(f));
    for (uint32_t i = 0; ok && f->wish->mode != FOLD_NOTHING && i < count_of(f); i++) {
        uint32_t box = *at(&f->box, i);
        *at(&f->out->home, i) = box < OWN ? box : FOLD_NONE;
    }
    return ok;
}

bool folds_find(struct folds *out, const struct tape *t, struct names *names,
                const struct fold_wish *wish, const struct part *part, uint32_t root)
{
    struct folder f = {
        .out = out, .tape = t, .names = names, .wish = wish, .part = part, .root = root};
    struct buf *all[] = {&f.place,   &f.array, &f.name,  &f.group, &f.numbers, &f.height,
                         &f.fold_of, &f.box,   &f.users, &f.size,  &f.open,    &out->home};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        buf_init(all[i], sizeof(uint32_t));
    }
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
