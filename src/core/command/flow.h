// A network layer by layer, as facts: what flow, explain, local and backward --layers answer with.
// Everything is computed aside; the session does not change.
#ifndef COMMAND_FLOW_H
#define COMMAND_FLOW_H

#include "command/rebuilt.h"
#include "scene/layers.h"

struct flow {
    struct rebuilt made;
    struct layers layers;
    struct arena arena;
    struct buf labels;  // const char *, by row of the matrices: what it goes by; NULL
    struct buf before;  // double, by node: values before the update
    bool identifiers;   // labels are names that can be typed: z1_0, not z1[0]
    bool any_shape;     // an array will do; there are no derivatives then
    bool updated;
    double rate;
};

// How much smaller, or larger, the error signal of a layer is than that of the last one when it is
// said to vanish or to explode; and a slope that is as good as none.
#define FLOW_VANISHES 0.01
#define FLOW_EXPLODES 100.0
#define FLOW_FLAT 0.01

// Reads an expression at the call's place: one number, made of layers. Release it whatever the end.
// False: the diag says why.
bool flow_read(struct flow *f, struct call *c);
// The same, where there may be no layers. (f is all zero, but for `identifiers` and `any_shape`.)
bool flow_open(struct flow *f, struct call *c);
void flow_release(struct flow *f);
// Moves the weights of all layers, and all other parameters, by -rate times their gradients, and
// runs the forward pass again. False: the diag says why.
bool flow_update(struct flow *f, double rate);
// What a row goes by: its name, or z1, a1 and the like; NULL.
const char **flow_label(const struct flow *f, uint32_t row);
// Is it a parameter of a layer?
bool flow_is_weight(const struct flow *f, uint32_t row);
// The number of a layer. Layers with parameters are counted, from 1 on; where there are none, all of
// them. 0: it is not counted.
int64_t flow_layer_number(const struct flow *f, size_t layer);
// The last layer that has parameters, and the next one above a layer; the layer itself if it is it.
size_t flow_last_layer(const struct flow *f);
size_t flow_layer_above(const struct flow *f, size_t layer);
// Is the function of this name in a session (`at`) none of the learner's?
bool flow_is_library(void *at, uint32_t function);

// flow_facts.c: fills a record of kind flow. False, with the diag set, if out of memory.
bool flow_put(struct flow *f, struct rec *r);
// Appends a flow to a record, under `flow`: of the node's formulas; nothing, where they have no layers.
// False if out of memory.
bool flow_put_node(struct call *c, struct rec *to, uint32_t root);
// Fills a flow_layer. False if out of memory.
bool flow_put_layer(struct flow *f, struct rec *to, size_t layer);

#endif
