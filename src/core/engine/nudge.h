// What root would be if one node had another value: the question that a derivative answers in
// advance. Computed aside on a copy of the values; the tape stays as it is.
//
// Only what depends on the node is recomputed, and the list of it is kept, so that asking again
// about the same node (a smaller step, the other side) costs no search. gradcheck.h does that;
// `nudge_once` answers one question.
#ifndef ENGINE_NUDGE_H
#define ENGINE_NUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/stop.h"
#include "engine/sweep.h"
#include "engine/tape.h"

struct nudge {
    const struct tape *tape;
    uint32_t root, node;
    struct buf under;  // uint32_t: the nodes that root depends on, lowest first
    // By their place in `under`:
    struct buf operands;  // struct nudge_operands
    struct buf value;     // double: the tape's, but for `node` and what follows
    struct buf moved;     // uint8_t: 1 for `node` and what follows
    struct buf follows;   // uint32_t: places of those that depend on `node`, lowest first
    uint64_t work;        // nodes searched and computed so far
};

// Places; of a leaf its own.
struct nudge_operands {
    uint32_t a, b;
};

// Values must not be stale, and must not change while this is in use. Release it whatever the end.
enum sweep_end nudge_init(struct nudge *n, const struct tape *t, uint32_t root);
void nudge_release(struct nudge *n);
// Takes `node` in hand; one taken before gets its value back.
enum sweep_end nudge_take(struct nudge *n, struct stop *stop, uint32_t node);
// Gives it this value and recomputes what follows. *root_value is root's.
enum sweep_end nudge_to(struct nudge *n, struct stop *stop, double value, double *root_value);

// Of any node up to root.
double nudge_value(const struct nudge *n, uint32_t id);
bool nudge_moved(const struct nudge *n, uint32_t id);

struct nudged {
    double gradient;       // d root / d node
    double before, after;  // root's value; `after` with node's value raised by h
    double predicted;      // gradient × h
    double actual;         // after - before
};

enum sweep_end nudge_once(const struct tape *t, struct stop *stop, uint32_t root, uint32_t node,
                          double h, struct nudged *out);

#endif
