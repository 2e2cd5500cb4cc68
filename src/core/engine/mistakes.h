// Backward passes with a mistake in them: mistakes.def read into a table, and three uses of it.
//   made       a pass with one mistake, at one place or wherever it can be made
//   diagnosed  which mistakes lead to a given wrong answer
//   picked     one that shows, at random, for the learner to find
//
// All are computed aside, but for mistakes_backward. Values must not be stale.
#ifndef ENGINE_MISTAKES_H
#define ENGINE_MISTAKES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/stop.h"
#include "engine/rng.h"
#include "engine/sweep.h"
#include "engine/tape.h"

enum mistake_kind {
#define MISTAKE(ID, ...) MISTAKE_##ID,
#include "engine/mistakes.def"
    MISTAKE_COUNT
};

struct mistake_row {
    const char *name, *what;
    bool at_child;           // whose fault it is: the child's, not the node's
    enum mistake_kind like;  // see mistakes.def
};

const struct mistake_row *mistake_get(enum mistake_kind kind);

// A mistake made: on the edge from `node` to its operand `slot`, or (node: NODE_NONE) wherever it
// can be made. Where it cannot, it changes nothing.
struct mistake {
    enum mistake_kind kind;
    uint32_t node;
    int slot;
};

// The node that is to be accused, of a mistake at one place.
uint32_t mistake_culprit(const struct tape *t, const struct mistake *m);

// As sweep_adjoints with from = 0, but with the mistake.
enum sweep_end mistakes_sweep(const struct tape *t, struct stop *stop, uint32_t root,
                              const struct mistake *m, struct adjoints *out);
// As sweep_backward, but with the mistake.
enum sweep_end mistakes_backward(struct tape *t, struct trail *trail, struct stop *stop,
                                 uint32_t root, const struct mistake *m);

// An answer given for d root / d of. Two numbers are the same if they differ by no more than
// absolute + relative × the larger of them.
struct given_answer {
    uint32_t root, of;
    double answer;
    double absolute, relative;
};

// What would explain it: this kind of mistake …
struct mistake_match {
    bool always;           // … made wherever it can be,
    size_t places;         // … or at any one of so many places,
    struct mistake first;  // of which this is the nearest to root
};

// Fills one match for each kind, and returns in *kinds how many kinds explain the answer. None does
// where it is right, or where root does not depend on `of`. Work: a few passes for each kind,
// however many places there are (gradients below a place are linear in it).
enum sweep_end mistakes_diagnose(const struct tape *t, struct stop *stop,
                                 const struct given_answer *given,
                                 struct mistake_match matches[MISTAKE_COUNT], int *kinds);

// Picks a mistake at one place that plainly changes at least one gradient: first the kind, then the
// place, each as likely as the others. m->kind is MISTAKE_COUNT if there is none.
enum sweep_end mistakes_pick(const struct tape *t, struct stop *stop, uint32_t root,
                             struct rng *rng, struct mistake *m);

#endif
