// Computing and leaving nothing behind: take a checkpoint, do what you like, and go back.
//
// New nodes, elements appended to the arrays that the checkpoint knows of, and random numbers come
// back by their lengths and a copy. What was there before and is changed (values, gradients, marks,
// bindings) comes back from the checkpoint's trail: give that to whatever does the changing. Nothing is
// allocated until something is saved on it.
#ifndef ENGINE_CHECKPOINT_H
#define ENGINE_CHECKPOINT_H

#include "base/stop.h"
#include "base/trail.h"
#include "engine/rng.h"
#include "engine/sweep.h"
#include "engine/tape.h"

enum { CHECKPOINT_ARRAYS = 2 };

struct checkpoint {
    struct trail trail;
    struct tape *tape;
    uint32_t nodes;  // that there were: the first new one has this number
    bool stale;      // whether there were stale values
    // Of checkpoint_move:
    struct buf moved;    // uint32_t, sorted: leaves that were moved
    struct buf follows;  // uint32_t: what depends on them, lowest first
    uint32_t
        listed;  // the length of the tape when the list was made; 0: the list must be made again
    struct rng *rng, drawn;
    struct checkpoint_length {
        struct buf *array;
        size_t count;
    } arrays[CHECKPOINT_ARRAYS];
    size_t count;
};

// All that it is given must not move. rng may be NULL.
void checkpoint_take(struct checkpoint *c, struct tape *tape, struct rng *rng);
// Of this array, too, what is appended goes again. At most CHECKPOINT_ARRAYS.
void checkpoint_array(struct checkpoint *c, struct buf *array);

// Refreshes stale values; they are as stale as before in the end.
enum sweep_end checkpoint_refresh(struct checkpoint *c, struct stop *stop);
// Moves n leaves to other values. What depends on them is looked for once: leaves that were moved before are
// moved again at the cost of what follows them. checkpoint_refresh computes that, and until then nobody reads
// it. Values are not stale before. False if out of memory.
bool checkpoint_move(struct checkpoint *c, const uint32_t *leaves, const double *values, size_t n);
// Saves all values, so that any leaf's may be changed; checkpoint_recompute then computes all that
// is computed. False if out of memory.
bool checkpoint_save_values(struct checkpoint *c);
enum sweep_end checkpoint_recompute(struct checkpoint *c, struct stop *stop);

// What was appended goes; the rest stays as it is now. Needs no checkpoint_back after it if nothing
// was saved on the trail.
void checkpoint_cut(struct checkpoint *c);
// The random numbers that were drawn will be drawn again.
void checkpoint_redraw(struct checkpoint *c);
// What was changed is as it was; new nodes stay, and are as stale as what they depend on. It is over.
void checkpoint_keep_nodes(struct checkpoint *c);
// Everything is as it was, and it is over. Where names were bound, names_changed is to be called.
void checkpoint_back(struct checkpoint *c);

#endif
