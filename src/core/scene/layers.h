// The layers of a network, found in the arrays that it was computed from (formula/matrix.h).
//
// A layer is a weighted sum z of what lies below, with parameters in it, and what its activation
// makes of it, a:
//
//   z   W @ x, X @ W.T, w*x and sum(w*x), W a parameter; more such terms and biases added; a part
//       or the transpose of that. As much of it as there is.
//   a   tanh(z), relu(z), softmax(z), …; z itself where nothing is done to it but the loss.
//
// Where no leaf is a parameter, the leaf of a product that is a matrix is its weights. Sums at the
// same depth with the same activation are one layer: of different parameters, if they are single
// values, they are its units; of the same parameters they are its samples. What else has a name and
// is an array, or is what a function of the learner's gives, is a layer with neither parameters nor
// an activation: z and a are the same.
#ifndef SCENE_LAYERS_H
#define SCENE_LAYERS_H

#include "formula/matrix.h"

struct layer {
    uint32_t units, count;  // [units, units + count) in layers.units
    uint32_t params, had;   // [params, params + had) in layers.params
    enum op activation;     // OP_COUNT: none; a softmax has `softmax`
    bool softmax;
    bool samples;  // its sums are samples, with the same parameters; else they are units
    bool plain;    // neither parameters nor an activation
    bool columns;  // its units are the columns of z (X @ W.T), samples the rows
};

// z and a as rows of the matrices.
struct layer_unit {
    uint32_t z, a;
};

struct layers {
    struct buf rows;    // struct layer, in the order of the forward pass
    struct buf units;   // struct layer_unit
    struct buf params;  // uint32_t: rows of the matrices, as given
};

// Finds the layers that `root` depends on. `hidden` says of the name of a function that it is not
// one of the learner's. Release it whatever the end. False: out of memory.
bool layers_find(struct layers *l, const struct matrices *m, const struct lower *w, uint32_t root,
                 bool (*hidden)(void *at, uint32_t function), void *at);
void layers_release(struct layers *l);

static inline struct layer *layers_at(const struct layers *l, size_t i)
{
    return &BUF(struct layer, &l->rows)[i];
}

static inline struct layer_unit *layers_unit(const struct layers *l, const struct layer *of,
                                             size_t k)
{
    return &BUF(struct layer_unit, &l->units)[of->units + k];
}

// The layer that a row of the matrices belongs to as z, a or a parameter: the first; NULL if none.
const struct layer *layers_of(const struct layers *l, uint32_t row);

#endif
