// One stage of folding: calls, arrays, statements, siblings, as far as the stage says.
#include <string.h>

#include "scene/fold_parts.h"
#include "scene/fold_siblings.h"

static bool is_folded(struct folder *f, const struct fold_stage *s, uint32_t group)
{
    enum group_look look = group_at(f->wish->groups, group)->look;
    if (f->wish->mode == FOLD_ONE) {
        return group == f->wish->one;
    }
    // A turn is a box where statements or arrays are: they would be parts of it.
    bool turn = group_at(f->wish->groups, group)->turn != 0 && (s->statements || s->arrays);
    return look == LOOK_FOLDED ||
           (look == LOOK_AS_IT_FITS && (turn || *fold_at(&f->height, group) < s->level));
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
    for (uint32_t i = 0; i < fold_count(f) && fold_goes_on(f, i); i++) {
        uint32_t folded = GROUP_NONE;
        for (uint32_t g = *fold_at(&f->group, i); g != GROUP_NONE;
             g = group_at(f->wish->groups, g)->within) {
            folded = is_folded(f, s, g) ? g : folded;
        }
        if (folded == GROUP_NONE || !fold_is(f, i, IS_WHOLE) || fold_is(f, i, IS_CONST)) {
            continue;
        }
        if (*fold_at(&f->fold_of, folded) == FOLD_NONE) {
            *fold_at(&f->fold_of, folded) =
                add_fold(f, (struct fold){.kind = FOLD_CALL,
                                          .group = folded,
                                          .number = *fold_at(&f->numbers, folded)});
        }
        *fold_at(&f->box, i) = *fold_at(&f->fold_of, folded);
    }
}

static uint32_t group_of(struct folder *f, uint32_t i)
{
    return fold_has_groups(f) ? *fold_at(&f->group, i) : GROUP_NONE;
}

// The turn of a loop that a value was made in.
static uint32_t turn_of(struct folder *f, uint32_t i)
{
    uint32_t outermost = group_of(f, i);
    while (outermost != GROUP_NONE && group_at(f->wish->groups, outermost)->within != GROUP_NONE) {
        outermost = group_at(f->wish->groups, outermost)->within;
    }
    bool turn = outermost != GROUP_NONE && group_at(f->wish->groups, outermost)->turn != 0;
    return turn ? group_at(f->wish->groups, outermost)->whole : GROUP_NONE;
}

// The elements of arrays that are not in calls. (Elements of one array mostly follow each other.)
static bool fold_arrays(struct folder *f, const struct fold_stage *s)
{
    if (!f->elements) {
        return true;
    }
    struct buf fold_of;
    buf_init(&fold_of, sizeof(uint32_t));
    bool ok = fold_fill_none(f, &fold_of, names_count(f->names));
    for (uint32_t i = 0; ok && i < fold_count(f) && fold_goes_on(f, i); i++) {
        uint32_t name = *fold_at(&f->array, i);
        if (name == NAME_NONE || *fold_at(&f->box, i) < OWN || !fold_is(f, i, IS_WHOLE)) {
            continue;
        }
        enum group_look look = fold_look(f, name);
        if (look == LOOK_FOLDED || (look == LOOK_AS_IT_FITS && s->arrays)) {
            if (*fold_at(&fold_of, name) == FOLD_NONE) {
                *fold_at(&fold_of, name) = add_fold(
                    f, (struct fold){.kind = FOLD_ARRAY, .name = name, .group = turn_of(f, i)});
            }
            *fold_at(&f->box, i) = *fold_at(&fold_of, name);
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
    bool folded = fold_look(f, *fold_at(&f->name, box - OWN)) == LOOK_FOLDED;
    return folded || (s->statements && !BUF(uint8_t, &f->open)[box - OWN]);
}

// What is in an open call is shown as it is, and so is what leads to an open name alone.
static bool is_open(struct folder *f, uint32_t i)
{
    if (!f->looks) {
        return false;
    }
    uint32_t users = *fold_at(&f->users, i), group = group_of(f, i);
    if (group != GROUP_NONE && group_at(f->wish->groups, group)->look == LOOK_OPEN) {
        return true;
    }
    return fold_is(f, i, IS_NAMED)
               ? fold_look(f, *fold_at(&f->name, i)) == LOOK_OPEN
               : users >= OWN && users < BOX_SEVERAL && BUF(uint8_t, &f->open)[users - OWN];
}

// A constant goes into any box, a parameter only into a call's: that is what calls are given.
static bool leaf_goes_in(struct folder *f, uint32_t i, uint32_t box)
{
    bool call = box < OWN && BUF(struct fold, &f->out->list)[box].kind == FOLD_CALL;
    return fold_is(f, i, IS_CONST) || (call && fold_is(f, i, IS_PARAM));
}

// What an earlier turn made does not go into a box of a later one.
static bool is_of_turn(struct folder *f, uint32_t i, uint32_t box)
{
    if (!fold_has_groups(f)) {
        return true;
    }
    const struct fold *fold = box < OWN ? &BUF(struct fold, &f->out->list)[box] : NULL;
    return fold == NULL               ? turn_of(f, i) == turn_of(f, box - OWN)
           : fold->kind == FOLD_ARRAY ? turn_of(f, i) == fold->group
                                      : true;
}

static bool goes_in(struct folder *f, const struct fold_stage *s, uint32_t i)
{
    uint32_t box = *fold_at(&f->users, i);
    bool leaf = fold_is(f, i, IS_LEAF);
    if (*fold_at(&f->box, i) < OWN || fold_id(f, i) == f->root || !takes_in(f, s, box, leaf) ||
        (!leaf && !is_of_turn(f, i, box))) {
        return false;
    }
    bool apart = s->letters > 0 && BUF(uint8_t, &f->apart)[i];
    return leaf ? leaf_goes_in(f, i, box)
                : fold_is(f, i, IS_WHOLE) && !fold_is(f, i, IS_NAMED) && !(apart && box >= OWN);
}

// From the output down: what only one box uses may go into it. Ends early, and returns false, where more
// than `most` values have boxes of their own.
static bool take_in(struct folder *f, const struct fold_stage *s, size_t most)
{
    size_t own = 0;
    fold_fill(f, &f->users, 0xFF);  // BOX_UNSEEN
    for (uint32_t i = fold_count(f); i-- > 0 && own <= most && fold_goes_on(f, i);) {
        const uint32_t *operand = fold_operands(f, i);
        uint32_t *box = fold_at(&f->box, i);
        BUF(uint8_t, &f->open)[i] = is_open(f, i);
        *box = goes_in(f, s, i) ? *fold_at(&f->users, i) : *box;
        own += *box == OWN + i && !fold_is(f, i, IS_CONST);
        for (int slot = 0; slot < 2 && operand[slot] != FOLD_NONE; slot++) {
            uint32_t *users = fold_at(&f->users, operand[slot]);
            *users = *users == BOX_UNSEEN || *users == *box ? *box : BOX_SEVERAL;
        }
    }
    return own <= most;
}

// Own boxes that took others in become folds.
static void make_statements(struct folder *f)
{
    fold_fill(f, &f->size, 0);
    for (uint32_t i = 0; i < fold_count(f) && fold_goes_on(f, i); i++) {
        uint32_t box = *fold_at(&f->box, i);
        // A constant alone is nothing to hide.
        if (box >= OWN && !fold_is(f, i, IS_CONST)) {
            ++*fold_at(&f->size, box - OWN);
        }
    }
    // From the top: where a box's own value becomes a fold, those below it find it there.
    for (uint32_t i = fold_count(f); i-- > 0 && fold_goes_on(f, i);) {
        uint32_t own = *fold_at(&f->box, i);
        if (own == OWN + i && *fold_at(&f->size, i) > 1) {
            *fold_at(&f->box, i) = add_fold(f, (struct fold){.kind = FOLD_STATEMENT});
        } else if (own >= OWN && own != OWN + i) {
            uint32_t of = *fold_at(&f->box, own - OWN);
            *fold_at(&f->box, i) = of < OWN ? of : OWN + i;
        }
    }
}

// ---- Where folds are --------------------------------------------------------------------------

static void find_places(struct folder *f)
{
    struct fold *list = f->out->list.data;
    for (uint32_t i = 0; i < fold_count(f) && fold_goes_on(f, i); i++) {
        uint32_t box = *fold_at(&f->box, i);
        // A leaf is not a result, unless there are only leaves.
        if (box < OWN && (list[box].box == FOLD_NONE || !fold_is(f, i, IS_LEAF) ||
                          fold_is(f, list[box].box, IS_LEAF))) {
            list[box].box = i;
        }
    }
}

static uint32_t place_of_box(struct folder *f, uint32_t i)
{
    uint32_t box = *fold_at(&f->box, i);
    return box < OWN ? BUF(struct fold, &f->out->list)[box].box : i;
}

// A fold of a single value hides nothing; only of a call the learner may want it. `size` tells how many
// values are in the fold that is at a place.
static bool is_single(struct folder *f, uint32_t fold)
{
    const struct fold *at_fold = &BUF(struct fold, &f->out->list)[fold];
    bool wanted = at_fold->kind == FOLD_CALL &&
                  (f->wish->mode == FOLD_ONE ||
                   group_at(f->wish->groups, at_fold->group)->look == LOOK_FOLDED);
    return !wanted && at_fold->box != FOLD_NONE && *fold_at(&f->size, at_fold->box) == 1;
}

static void dissolve_singles(struct folder *f)
{
    struct fold *list = f->out->list.data;
    fold_fill(f, &f->size, 0);
    for (uint32_t i = 0; i < fold_count(f) && fold_goes_on(f, i); i++) {
        uint32_t box = *fold_at(&f->box, i);
        if (box < OWN && !fold_is(f, i, IS_CONST)) {
            ++*fold_at(&f->size, list[box].box);
        }
    }
    bool some = false;
    for (uint32_t fold = 0; fold < f->out->list.count; fold++) {
        some |= is_single(f, fold);
    }
    for (uint32_t i = 0; some && i < fold_count(f) && fold_goes_on(f, i); i++) {
        uint32_t *box = fold_at(&f->box, i);
        *box = *box < OWN && is_single(f, *box) ? OWN + i : *box;
    }
}

static void dissolve(struct folder *f, uint32_t fold)
{
    for (uint32_t i = 0; i < fold_count(f) && fold_goes_on(f, i); i++) {
        if (*fold_at(&f->box, i) == fold) {
            *fold_at(&f->box, i) = OWN + i;
        }
    }
}

// Would a fold be behind what uses it? Returns one, or FOLD_NONE.
static uint32_t find_tangle(struct folder *f)
{
    for (uint32_t i = 0; i < fold_count(f) && fold_goes_on(f, i); i++) {
        const uint32_t *operand = fold_operands(f, i);
        for (int slot = 0; slot < 2 && operand[slot] != FOLD_NONE; slot++) {
            bool apart = *fold_at(&f->box, i) != *fold_at(&f->box, operand[slot]);
            if (apart && place_of_box(f, operand[slot]) > place_of_box(f, i)) {
                return *fold_at(&f->box, operand[slot]);
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
        for (uint32_t i = 0; i < fold_count(f) && fold_goes_on(f, i); i++) {
            *fold_at(&f->box, i) = OWN + i;
        }
    }
}

// May the box of this value be an element of an array without a name? An operation that nothing
// names, alone or with what leads to it only.
static bool may_be_sibling(struct folder *f, uint32_t i)
{
    uint32_t box = *fold_at(&f->box, i), top = place_of_box(f, i);
    bool statement = box < OWN && BUF(struct fold, &f->out->list)[box].kind == FOLD_STATEMENT;
    return (box >= OWN || statement) && fold_is(f, top, IS_WHOLE) &&
           !fold_is(f, top, IS_LEAF | IS_NAMED) && fold_id(f, top) != f->root;
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
    bool ok = buf_resize(&may, fold_count(f));
    for (uint32_t i = 0; ok && i < fold_count(f) && fold_goes_on(f, i); i++) {
        BUF(uint8_t, &may)[i] = may_be_sibling(f, i);
    }
    ok = ok && fold_siblings(&group, count, f->tape, f->part, f->box.data, may.data);
    for (uint32_t k = 0; ok && k < *count; k++) {
        add_fold(f, (struct fold){.kind = FOLD_SIBLINGS});
    }
    ok = ok && !f->out->list.failed;
    for (uint32_t i = 0; ok && i < fold_count(f) && fold_goes_on(f, i); i++) {
        uint32_t g = *fold_at(&group, i);
        *fold_at(&f->box, i) = g == UINT32_MAX ? *fold_at(&f->box, i) : first + g;
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
    for (uint32_t i = 0; i < fold_count(f) && fold_goes_on(f, i); i++) {
        count += place_of_box(f, i) == i && !fold_is(f, i, IS_CONST);
    }
    return count;
}

bool fold_stage(struct folder *f, const struct fold_stage *s, size_t most)
{
    f->out->list.count = 0;
    for (uint32_t i = 0; i < fold_count(f) && fold_goes_on(f, i); i++) {
        *fold_at(&f->box, i) = OWN + i;
    }
    if (f->levels > 0) {
        fold_fill(f, &f->fold_of, 0xFF);
        fold_calls(f, s);
        if (f->out->list.failed) {
            return false;
        }
        if (f->wish->mode != FOLD_ONE) {
            // The parameters of calls, before arrays claim them.
            take_in(f, &(struct fold_stage){0}, SIZE_MAX);
        }
    }
    if (f->wish->mode != FOLD_ONE) {
        if (!fold_arrays(f, s)) {
            return false;
        }
        if (!take_in(f, s, most)) {
            f->out->boxes = most + 1;
            return !f->out->list.failed;
        }
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
