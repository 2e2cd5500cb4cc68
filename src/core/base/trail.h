// The trail: how a statement is taken back. One mechanism serves the rollback of a statement that
// failed, undo and redo, and the stepper's way back.
//
// All that a session remembers lies in growable arrays. Before code changes elements of one it
// saves them here; before it makes one longer or shorter it saves the length. Taking back to a
// mark restores, last change first, and writes the inverse of each restoration onto a second
// trail: taking *that* back is redo. Cost: what was changed, never the size of the session.
#ifndef BASE_TRAIL_H
#define BASE_TRAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

enum { TRAIL_GROUP = 32, TRAIL_GROUPED = 64 };  // rows of the group, and arrays in it, at most

// Arrays that lie one after the other in memory, and between statements are of the same length.
struct trail_row {
    struct buf *first;
    size_t count;
};

struct trail {
    struct buf changes;
    struct buf bytes;
    struct buf blocks;  // what of changes is large: not among the bytes, but each by itself
    struct buf seen;  // size_t: where changes may be found again; see still_to_save
    size_t begun;     // the mark at which the running statement began
    size_t saves;     // how often something was to be saved: see trail_saves
    struct trail_row group[TRAIL_GROUP];  // whose lengths are saved together, by where they lie
    size_t grouped;
};

void trail_init(struct trail *t);
void trail_release(struct trail *t);
void trail_clear(struct trail *t);

// Fills `to`, which was initialised, with the same changes, of arrays that lie as far behind
// `new_base` as those of `from` do behind `old_base`: for a copy of whatever holds trail and
// arrays; `to` itself does too, behind its own. False if out of memory.
bool trail_copy(struct trail *to, const struct trail *from, const void *old_base, void *new_base);

// A statement begins: elements that it saves twice are saved once, as it is taken back whole.
void trail_begin(struct trail *t);
// The present place, to take back to. Marks grow with every change.
size_t trail_mark(const struct trail *t);
// Grows with everything that is about to change, also where that was saved before, and never
// shrinks: the same before and after, and nothing changed in between.
size_t trail_saves(const struct trail *t);
// Bytes of memory held.
size_t trail_bytes(const struct trail *t);
// … by what was changed after `mark`.
size_t trail_bytes_after(const struct trail *t, size_t mark);

// Saves elements [first, first + count) of `owner`, which must outlive the trail and not move (its
// data may). t may be NULL: nothing is recorded. False if there is no memory: do not change then.
bool trail_save(struct trail *t, struct buf *owner, size_t first, size_t count);
// The same of what may be large: stops copying, with false, when it is asked to.
bool trail_save_while(struct trail *t, struct buf *owner, size_t first, size_t count,
                      struct stop *stop);
// Saves the length of `owner`; call before growing it. It may shrink again, but not below this.
bool trail_save_length(struct trail *t, struct buf *owner);
// One more row of arrays whose lengths are saved together; they must outlive the trail and not move. Of
// `count` arrays that are always of the same length, one after the other in memory, one length is saved.
void trail_join(struct trail *t, struct buf *first, size_t count);
// Saves the lengths of all of these.
bool trail_save_lengths(struct trail *t);
// Shortens `owner` to `count` elements, saving what is cut off. False if there is no memory.
bool trail_cut(struct trail *t, struct buf *owner, size_t count);

// The statement that began at `mark` is over: what it saved and did not change in the end need not be
// kept, and the rest is packed into one change. (Only where it is little, and nothing was cut off.)
void trail_tidy(struct trail *t, size_t mark);

// Takes back every change after `mark`. The inverse goes onto `inverse` (NULL: nowhere). False if
// there is no memory for the inverse: then all is as it was.
bool trail_take_back(struct trail *t, size_t mark, struct trail *inverse);
// The same, but it can be asked to stop: then, too, it returns false and all is as it was. The inverse must not
// be NULL.
bool trail_take_back_while(struct trail *t, size_t mark, struct trail *inverse, struct stop *stop);
// Forgets the changes before `mark`, so that they can no longer be taken back; marks after it
// shrink by `mark`.
void trail_forget(struct trail *t, size_t mark);

#endif
