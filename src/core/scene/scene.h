// A graph as it is to be drawn: boxes, cells, edges and their words, as a record. What dot.c turns
// into Graphviz, what the page draws, and what `graph L out.json` writes.
//
//   {kind: "scene", root: "n9", direction: "LR" | "TB", compact: flag, theme: "light" | "dark",
//    style: "cells" | "edges" | "micrograd", walk: "" | "forward" | "backward",
//    boxes: [{id: "n4", node: 3, name: "e", op: "×", kind: "interior", dead: flag, current: flag,
//             cut: flag, derivative: flag, value: -6, value_text: "−6", grad: -2, grad_text: "−2",
//             sum_text: "= 1 + 3",
//             cells: [{from: "n1", slot: 0, symbol: "∂e/∂a", local: -3, local_text: "−3",
//                      upstream_text: "−2", share: 6, share_text: "6", weight: 0.7}]}]}
//
// Boxes come in tape order, and their ids are n1, n2 … by the tape. A box has one cell per operand
// and every cell is an edge, so a + a has two. Words that mean different things are different
// fields (a drawer joins "local × upstream = share" in three colours); upstream is the gradient of
// the box that the cell is in.
//
//   kind      "parameter", "input", "constant", "interior", "output", "group"
//   op        the operation's sign, or "param", "input", "const"
//   cut       an operation whose operands are not part of the picture: it has no cells
//   called    the formula that a value without a name is called by (formula/called.h), where that is
//             short; with the number behind it where two values have the same formula
//   dead      a relu that is shut: its local gradient is 0
//   derivative  what a backward pass made into nodes (engine/grow.h), or a fold of it
//   sum_text  the shares that make up the gradient of a value used more than once, in the order in
//             which the backward pass adds them; "" if they do not (a gradient held from before)
//   weight    of an edge, 0 to 1: log1p|share| / log1p(the largest |share|)
//
// A box may stand for several values (view/fold.h). Its kind is then "group", and it has
//
//   folds     "call", "array", "statement" or, of elements without a name, "siblings"
//   call      "neuron 2": the second call of neuron that the root depends on; else ""
//   name      of its one result, of the array of its results, or the call again
//   op        "5 ops", "48 params"
//   results   how many of its values are used outside; where there are several, value_text says how
//             many and grad is the length of their gradients as a vector
//   output    the root is one of its values
//   parameters, parameters_text, parameters_grad, parameters_grad_text
//             "3 params" in it, and the length of their gradients; absent if there are none
//
// With one result and at most 6 operands its cells are those of an operation, `local` being the
// composite derivative of the result. Otherwise there is a cell for each box that it uses values
// of:
//   {from: "n9", slot: 0, values: 16, share: 0.3, share_text: "0.3", weight: 0.2}
// with the length of the gradient that flows back there, and neither symbol nor local gradient.
//
// A scene that is to fit an area (scene_options.fit) has shorter names and more to say:
//
//   name      of a value without one: its formula, or t1, t2 … (scene/title.h)
//   formula   of a box of several values: as typed, where it was; else made from the graph
//   rows, cols, numbers, number_texts
//             of an array: its shape (a vector has one row), and where it is small its elements
//   cells     have a `name` each, of the operand alone. Constants are no boxes, and leaves that few
//             boxes use may be none either: their cells have a `chip`
//               {kind: "parameter", name: "w", value_text: "0.5", grad_text: "−2"}
//             (of an array value_text is its shape, and `rows` is there)
//
// A page computes a folded scene anew, for other values of its leaves (scene_options.inner):
//
//   below     {ops: [-1, 0, 3], operand: [-1, -1, 1], second_operand: [-1, -1, 0],
//              values: [2, 0.5, 1], homes: [-1, 0, 1]}
//             every value of the graph, operands first: its operation (-1: a constant, 0: a leaf, else
//             a row of engine/ops.def from 1 on), the places of its operands, its value, and which of
//             the boxes it is in (-1: none)
//   elements  of an array with `numbers`: the places of these
//
// What is not known has the text "·" and no number: a gradient before the backward pass, a value
// that a forward walk has yet to reach. Texts of a share not known are "". A gradient that a
// backward walk has not yet added up reads "1 …", and its number is "so_far". A constant asks for
// no gradient: its cell has neither symbol nor numbers, nor its box a gradient's text.
#ifndef SCENE_SCENE_H
#define SCENE_SCENE_H

#include "base/record.h"
#include "engine/tape.h"
#include "scene/fold.h"
#include "scene/part.h"
#include "scene/title.h"
#include "text/names.h"

// The formula that a name was bound by, as it was typed; length 0: it is not known.
struct scene_typed {
    const char *text;
    size_t length;
};

// What a scene that fits an area is made with.
struct scene_fit {
    struct titles *titles;            // of the same part and folds
    size_t chips;                     // leaves used by at most so many boxes are cells of these
    const struct scene_typed *typed;  // by name; of `names` of them
    size_t names;
};

// Is the scene a picture of the graph as it is, or of a walk over it that is at one node?
enum scene_walk { SCENE_WHOLE, SCENE_FORWARD, SCENE_BACKWARD };

struct scene_options {
    const char *theme;  // "light" or "dark"
    int digits;         // significant digits of numbers; 0: 4
    enum scene_walk walk;
    // The node whose step was taken last. Before the first step of a forward walk 0 (which is a
    // leaf); between seed and first step of a backward walk NODE_NONE, as no share has flowed.
    uint32_t current;
    const struct part *part;      // what to show; NULL: all that root depends on
    const struct folds *folds;    // of that part; NULL: nothing is folded
    size_t composites;            // derivatives that a fold shows at most; 0: 6
    const char *style;            // "cells" (or NULL), "edges", "micrograd": how a file shows it
    const struct scene_fit *fit;  // NULL: a picture of any size
    const struct buf *groups;     // struct group: which nodes are gradients; NULL: none
    bool inner;                   // of a folded scene: with what it takes to compute it anew
};

// The scene of a part of the graph, appended to `out`; `root` is its output. Draws the stored
// values: whoever wants fresh ones runs forward first. Up to 10 operations it is laid out left to
// right, with the chain rule in every cell; beyond that top-down and compact: a cell has room for
// the local gradient only. NULL if out of memory.
struct rec *scene_build(struct records *out, const struct tape *tape, struct names *names,
                        uint32_t root, const struct scene_options *options);

#endif
