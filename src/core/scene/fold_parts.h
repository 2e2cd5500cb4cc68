// A picture being folded: what fold.c (what there is, and how far to go) and fold_stage.c (one stage)
// share. Private to scene.
#ifndef SCENE_FOLD_PARTS_H
#define SCENE_FOLD_PARTS_H

#include <string.h>

#include "scene/fold.h"

// A box that a value may go into: a fold, or (from OWN on) the box of one value of the part.
enum { OWN = 1u << 28 };
#define BOX_UNSEEN UINT32_MAX         // nothing uses the value, as far as was looked
#define BOX_SEVERAL (UINT32_MAX - 1)  // what uses it is in several boxes

// The operands of a value that are shown, as places in the part; FOLD_NONE where it has fewer.
struct fold_below {
    uint32_t operand[2];
};

// What a value is, a bit each. IS_NAMED: alone, or as an element of an array.
enum { IS_LEAF = 1, IS_CONST = 2, IS_PARAM = 4, IS_WHOLE = 8, IS_NAMED = 16 };

struct folder {
    struct folds *out;
    const struct tape *tape;
    struct names *names;
    const struct fold_wish *wish;
    const struct part *part;
    uint32_t root;
    struct buf below;    // struct fold_below for each value
    struct buf kind;     // uint8_t for each value: the IS_ bits
    struct buf array;    // uint32_t for each value: the array it is an element of, or NAME_NONE
    struct buf name;     // uint32_t for each value: its own name, or NAME_NONE
    struct buf group;    // uint32_t for each value: its innermost group
    struct buf numbers;  // as groups_number gives
    struct buf height;   // uint32_t for each group: the levels of calls inside it
    struct buf fold_of;  // uint32_t for each group: its fold
    struct buf box;      // uint32_t for each value
    struct buf users;    // uint32_t for each value: the box of all that use it
    struct buf size;     // uint32_t for each own box: the values in it
    struct buf
        open;  // uint8_t for each value: does the learner want it, or the name it leads to, open?
    struct buf apart;    // uint8_t for each value: its formula is too long to go into another's
    uint32_t levels;
    bool elements;  // some values are elements of arrays
    bool looks;     // the learner said of some names or groups how they are to look
};

static inline uint32_t fold_id(const struct folder *f, uint32_t i)
{
    return BUF(uint32_t, &f->part->ids)[i];
}

static inline uint32_t fold_count(const struct folder *f)
{
    return (uint32_t)f->part->ids.count;
}

// In turn i of a loop over the part: false once somebody wants it to end.
static inline bool fold_goes_on(struct folder *f, size_t i)
{
    if (stop_asked(f->tape->stop, i)) {
        f->out->list.failed = true;
    }
    return !f->out->list.failed;
}

// Is value i one of these?
static inline bool fold_is(const struct folder *f, uint32_t i, uint8_t kinds)
{
    return (BUF(uint8_t, &f->kind)[i] & kinds) != 0;
}

static inline uint32_t *fold_at(struct buf *b, uint32_t i)
{
    return &BUF(uint32_t, b)[i];
}

static inline const uint32_t *fold_operands(const struct folder *f, uint32_t i)
{
    return BUF(struct fold_below, &f->below)[i].operand;
}

// How a name is to look.
static inline enum group_look fold_look(const struct folder *f, uint32_t name)
{
    const struct buf *looks = f->wish->looks;
    for (size_t i = !f->looks || looks == NULL || name == NAME_NONE ? 0 : looks->count; i-- > 0;) {
        if (BUF(struct name_look, looks)[i].name == name) {
            return BUF(struct name_look, looks)[i].look;
        }
    }
    return LOOK_AS_IT_FITS;
}

static inline bool fold_has_groups(const struct folder *f)
{
    return f->wish->groups != NULL && f->wish->groups->count > 0;
}

// All bytes of these numbers become the same, unless the search is to end.
static inline void fold_fill(struct folder *f, struct buf *b, int byte)
{
    f->out->list.failed |=
        !mem_fill_while(b->data, byte, b->count * sizeof(uint32_t), f->tape->stop);
}

// Makes it `count` numbers, all of them FOLD_NONE (and NAME_NONE, and GROUP_NONE).
static inline bool fold_fill_none(struct folder *f, struct buf *b, size_t count)
{
    bool ok = buf_resize(b, count);
    if (ok) {
        fold_fill(f, b, 0xFF);
    }
    return ok && !f->out->list.failed;
}

// fold_stage.c
// Folds as far as a stage says: `box` has each value's box then, and `out` the folds. It may
// stop early once more than `most` boxes would be left; then only their number says so. False if out of memory or stopped.
bool fold_stage(struct folder *f, const struct fold_stage *s, size_t most);

#endif
