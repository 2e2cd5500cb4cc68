// Which values of a picture are folded into one box: those of a function's call, of an array, or of
// a statement (a named value with the unnamed ones that lead to nothing else). The turns of a loop
// (session/turns.h) are folded as the calls are that calls are in.
//
// What the learner folds or opens by name stays so. Beyond that a picture folds by itself when it
// shows more than FOLD_BEYOND values, until at most FOLD_TO boxes are left: first the innermost
// calls, then those around them, each time with arrays folded too if that is what it needs; at last
// statements. Parameters that only one folded call uses go into its box, and constants into any.
//
// Every fold stands where its last value is on the tape: whatever would then be drawn before
// what it depends on is not folded.
#ifndef SCENE_FOLD_H
#define SCENE_FOLD_H

#include "scene/part.h"
#include "text/group.h"
#include "text/names.h"

// FOLD_TO is what one can still read at a slide's size: twelve neurons and what is around them.
enum { FOLD_BEYOND = 60, FOLD_TO = 36 };

#define FOLD_NONE UINT32_MAX

// How a value that has a name is drawn: as the learner said. (Calls carry this in their group.)
struct name_look {
    uint32_t name;
    enum group_look look;
};

// How far to go: calls that hold fewer levels of calls than `level` are folded, then arrays, then
// statements; of these only as much as can be written in so many letters (0: any number), the rest
// being boxes of their own.
struct fold_stage {
    uint32_t level;
    bool arrays, statements;
    bool siblings;  // arrays without a name too (scene/fold_siblings.h)
    size_t letters;
};

// Fold by itself, nothing, all that can be folded, one call and nothing else, or up to a stage.
enum fold_mode { FOLD_AS_IT_FITS, FOLD_NOTHING, FOLD_ALL, FOLD_ONE, FOLD_STAGE };

struct fold_wish {
    enum fold_mode mode;
    uint32_t one;              // FOLD_ONE: this group, its parameters left outside
    const struct buf *groups;  // struct group; NULL: there are none
    const struct buf *looks;   // struct name_look; NULL: none
    struct fold_stage stage;   // FOLD_STAGE
};

enum fold_kind { FOLD_CALL, FOLD_ARRAY, FOLD_STATEMENT, FOLD_SIBLINGS };

struct fold {
    enum fold_kind kind;
    uint32_t group;   // of a call, or a turn; of an array the turn that made it, or GROUP_NONE
    uint32_t number;  // which call of its function, from 1 on
    uint32_t name;    // of an array
    uint32_t box;     // where in the part the value is whose box it is: the last one
};

struct folds {
    struct buf home;           // uint32_t for each value of the part: its fold, or FOLD_NONE
    struct buf list;           // struct fold
    const struct buf *groups;  // as wished
    size_t boxes;              // that are drawn, constants not counted
    uint32_t levels;           // of calls; not known where nothing is folded
};

// Release it whatever the end. False if out of memory.
bool folds_find(struct folds *f, const struct tape *t, struct names *names,
                const struct fold_wish *wish, const struct part *part, uint32_t root);
void folds_release(struct folds *f);

#endif
