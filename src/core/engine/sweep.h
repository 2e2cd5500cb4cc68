// The passes over a tape: forward (values, a loop up) and backward (gradients, a loop down).
//
// All of them record what they change on `trail` (NULL: nothing), and look at *stop now and then:
// when it is set they return SWEEP_STOPPED, and the caller takes the trail back.
#ifndef ENGINE_SWEEP_H
#define ENGINE_SWEEP_H

#include <stdint.h>

#include "base/stop.h"
#include "engine/tape.h"

enum sweep_end { SWEEP_DONE, SWEEP_STOPPED, SWEEP_NO_MEMORY };

// Recomputes every stale node. *count, if not NULL, receives how many there were.
enum sweep_end sweep_forward(struct tape *t, struct trail *trail, struct stop *stop,
                             uint32_t *count);

// The nodes that root depends on, root included, lowest first (uint32_t). False if out of memory, or
// if the tape's stop was asked: then there is nothing to release.
bool sweep_reach(const struct tape *t, uint32_t root, struct buf *ids);
// The same as stretches in ascending order with gaps between them (`out`, of struct stretch, is
// initialised here): for passes that cost what root needs, not what there is.
bool sweep_stretches(const struct tape *t, uint32_t root, struct buf *out);
// The same for a pass that walks it once: where root depends on much, one stretch is all of the tape
// up to it, as walking is cheaper than looking.
bool sweep_near(const struct tape *t, uint32_t root, struct buf *out);
// The nodes from `from` on that root depends on, lowest first, if these are few between many; else none.
// `ids` (of uint32_t) is empty at first. False if out of memory.
bool sweep_few(const struct tape *t, uint32_t root, uint32_t from, struct buf *ids);
// Saves an array of the tape's on the trail, at the nodes from `from` on with these marks (those that
// tape_next takes), and at more of them where they lie scattered. False if out of memory, or stopped.
bool sweep_save(const struct tape *t, struct trail *trail, struct buf *owner, uint8_t marks,
                uint32_t from, struct stop *stop);
// The same at the nodes in these stretches.
bool sweep_save_in(struct trail *trail, struct buf *owner, const struct buf *stretches,
                   struct stop *stop);
// How a pass ends whose values could not be saved.
static inline enum sweep_end sweep_unsaved(struct stop *stop)
{
    return stop_is_asked(stop) ? SWEEP_STOPPED : SWEEP_NO_MEMORY;
}
// Recomputes the stale nodes in these stretches, which are closed: operands of a node lie in them
// too. The other nodes stay as they are.
enum sweep_end sweep_forward_in(struct tape *t, struct trail *trail, struct stop *stop,
                                const struct buf *stretches, uint32_t *count);
// The backward pass from `root`, as below, over the stretches that sweep_stretches found for it.
// Nothing is recorded: the caller has saved gradients and marks. *held as below.
enum sweep_end sweep_backward_in(struct tape *t, struct stop *stop, uint32_t root,
                                 const struct buf *stretches, uint32_t *held);

// The backward pass from `root`, as PyTorch does it: clears the gradients of the interior nodes
// that root depends on, sets root's to 1 (a leaf root: adds 1), and walks down adding
// upstream × local gradient into each operand; leaves keep what they held, and add. Nodes that
// root does not depend on keep their gradients. Values must not be stale. *held, if not NULL,
// receives the lowest-numbered leaf that was reached and already held a gradient other than 0
// (NODE_NONE if none did): it holds a sum now.
enum sweep_end sweep_backward(struct tape *t, struct trail *trail, struct stop *stop, uint32_t root,
                              uint32_t *held);

// Sets every gradient to 0 and forgets that it was computed.
enum sweep_end sweep_zero(struct tape *t, struct trail *trail);
// The same for the nodes first … end - 1 (none if first >= end); nothing is recorded.
void sweep_clear(struct tape *t, uint32_t first, uint32_t end);

// The derivatives of root computed aside, nothing stored changes: grad[i] is d root / d (node
// from + i), and reached[i] says whether root depends on that node (grad is 0 where it does not). Where
// root depends on few nodes between many, grad[i] and reached[i] are those of node ids[i].
struct adjoints {
    uint32_t from, root;
    struct buf ids;      // uint32_t, sorted; empty: all from `from` on
    struct buf grad;     // double
    struct buf reached;  // uint8_t
};

// Fills `out` (which the caller releases with adjoints_release, whatever the end) for the nodes
// from `from` to root; SWEEP_NEEDED: for all that root depends on. Values must not be stale.
#define SWEEP_NEEDED UINT32_MAX
enum sweep_end sweep_adjoints(const struct tape *t, struct stop *stop, uint32_t root, uint32_t from,
                              struct adjoints *out);
void adjoints_release(struct adjoints *a);
// The node that place i is of; and the place of a node, SIZE_MAX if it has none.
static inline uint32_t adjoints_node(const struct adjoints *a, size_t i)
{
    return a->ids.count == 0 ? a->from + (uint32_t)i : BUF(uint32_t, &a->ids)[i];
}
size_t adjoints_place(const struct adjoints *a, uint32_t id);
// d root / d id; 0 where root does not depend on it, or id lies outside.
double adjoints_get(const struct adjoints *a, uint32_t id);
bool adjoints_reach(const struct adjoints *a, uint32_t id);

// For each node up to root (uint8_t): does a gradient pass to it on some path from root, at the
// present values? Where none does, what it hands on is 0. False if out of memory.
bool sweep_live(const struct tape *t, uint32_t root, struct buf *live);

#endif
