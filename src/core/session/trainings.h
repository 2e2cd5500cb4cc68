// The last trainings, for plots that compare them: how each stepped, its losses, and the way that
// its parameters took.
//
// A row of `paths` is a training's loss and then the values of its first parameters, before a step;
// the last row is how it ended. Of a long training only every so many-th step has one. Both arrays
// only grow while a statement runs, so undo, redo and the rollback of a statement take them along
// like the others.
#ifndef SESSION_TRAININGS_H
#define SESSION_TRAININGS_H

#include "engine/optim.h"
#include "text/names.h"

enum {
    TRAININGS_KEPT = 6,     // that a plot shows
    TRAININGS_PARAMS = 32,  // of a training's parameters, in tape order
};

struct training_param {
    uint32_t node, name;  // NAME_NONE: an array's element, or it has none
};

struct training_kept {
    struct optim optim;
    uint32_t batch;  // 0: all rows
    uint32_t root;   // the loss's name, or NAME_NONE
    int64_t steps;   // that were taken
    int64_t every;   // steps from row to row
    size_t first;    // its first row, in numbers of `paths`
    uint32_t params;
    struct training_param param[TRAININGS_PARAMS];
};

struct trainings {
    struct buf kept;   // struct training_kept
    struct buf paths;  // double
};

void trainings_init(struct trainings *t);
// A training of so many steps begins. Those that no plot shows any more may go. False if out of
// memory.
bool trainings_begin(struct trainings *t, struct trail *trail, const struct training_kept *about,
                     const struct tape *tape, struct names *names);
// Before the step that follows `done` others; trainings_stepped then says what its loss was, or
// (ok: false) that it was not taken. False if out of memory.
bool trainings_step(struct trainings *t, const struct tape *tape, int64_t done);
void trainings_stepped(struct trainings *t, int64_t done, double loss, bool ok);
// It is over after `done` steps, with this loss. False if out of memory.
bool trainings_end(struct trainings *t, const struct tape *tape, int64_t done, double loss);

// How many a plot shows; number i of them, the oldest being 0; and its rows, each of
// 1 + params numbers.
size_t trainings_count(const struct trainings *t);
const struct training_kept *trainings_get(const struct trainings *t, size_t i);
const double *trainings_rows(const struct trainings *t, size_t i, size_t *rows);
// The step before which row k of `rows` was noted.
double trainings_step_of(const struct training_kept *k, size_t row, size_t rows);
// "adam 0.2": how it stepped.
void trainings_label(const struct training_kept *k, struct text *out);

#endif
