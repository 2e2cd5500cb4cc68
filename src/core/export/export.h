// A graph as a program in another language, which computes the same value and the same gradients.
//
// The tape is the truth: what is written is read off it, node by node, or (tensors) checked against
// it. Leaves have the numbers that they have now; all else the program computes anew. The same
// graph gives the same bytes.
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include "base/diag.h"
#include "base/stop.h"
#include "engine/optim.h"
#include "text/recipe.h"

// What is exported. All of it outlives the call.
struct export
{
    struct tape *tape;  // its values are fresh; it is as before in the end
    struct names *names;
    uint32_t root;
    struct stop *stop;
    int digits;  // of numbers that are only read
    // How root was trained last (steps 0: it was not), and what the optimiser remembers of each
    // parameter (struct optim_state, in tape order; missing ones are 0).
    struct optim optim;
    int64_t steps;
    uint32_t batch, rows;  // each step took `batch` (0: all) of the rows of what `data` binds
    const struct buf *states;
    // How the values were made, for those who write arrays.
    const struct definitions *definitions;
    const struct recipes *recipes;
};

// One row for each language.
struct export_kind {
    const char *name;
    const char *ending;  // of a file of this kind
    const char *help;
};

// NULL past the last; NULL if there is none of this name.
const struct export_kind *export_kind_at(size_t i);
const struct export_kind *export_kind_find(const char *s, size_t length);

// Writes the program. False, with the diag set at `span`: too large for this language, stopped, or
// no memory.
bool export_write(struct text *out, const struct export_kind *kind, const struct export *e,
                  struct span span, struct diag *d);
// Does a path that no gradient passes lead to an infinite local gradient, so that PyTorch, which
// multiplies it by 0, has nan there?
bool export_meets_infinity(const struct export *e);

#endif
