// The inside of a program over lanes: private to the lanes_*.c files. Runs (runs_parts.h) use the kernels.
//
// Lanes are cut into tiles. In a tile every vector is a row of `width` doubles, a multiple of
// LANES_STEP; where the last tile has fewer real lanes, the last lane fills the row. Slots are the
// rows that instructions write, inputs those that nothing below root changes.
#ifndef ENGINE_LANES_PARTS_H
#define ENGINE_LANES_PARTS_H

#include <math.h>

#include "engine/lanes.h"

enum {
    LANES_STEP = 8,   // the width of a row is a multiple of this
    LANES_TILE = 32,  // lanes in a tile, where there is more than one
    LANES_LEAST = 4   // fewer lanes are not worth it
};

// ---- What was found: lanes_find.c ---------------------------------------------------------------

enum ref_kind {
    REF_NONE,
    REF_SLOT,     // index: of a like (lanes_find.c), of a slot (in instructions)
    REF_INPUT,    // index: of an input
    REF_UNIFORM,  // the same node in every lane. index: its id, later of a uniform
    REF_PICK      // another slot in every lane. index: of a pick
};

struct ref {
    enum ref_kind kind;
    uint32_t index;
};

// Nodes that are alike, one in each lane: the same operation on operands that are alike.
struct like {
    enum op op;
    struct ref operand[2];  // REF_NONE: there is no second
    uint32_t ids;           // in `ids`: a node for each lane
    uint32_t uses;          // by other likes, by picks, and as a term
    uint32_t slot;          // lanes_lower.c: where its value is; NODE_NONE while unknown, or fused
    bool fused;             // lanes_lower.c: part of a dot product
};

// What is known of the nodes from `low` to `root`; arrays are indexed by id less low.
struct finding {
    const struct tape *tape;
    const struct buf *stretches;
    uint32_t low, root;
    struct buf depends;  // uint8_t: on a parameter
    struct buf uses;     // uint32_t: by nodes that depend on a parameter
    struct buf owner;    // uint32_t: the like that it is part of, or one of OWNER_…
    uint32_t lanes;
    uint32_t terms;     // of the sum, in each lane
    struct buf ids;     // uint32_t
    struct buf likes;   // struct like
    struct buf inputs;  // uint32_t: of each where in `ids`
    struct buf picks;   // uint32_t: likewise
    struct buf term;    // struct ref: of each of a lane's terms
    // The sum: ADD nodes from its top down to its foot.
    uint32_t top;
    uint32_t foot;      // what the first term was added to, a constant; or NODE_NONE
    struct buf adders;  // uint32_t: for each term in order the ADD node that takes it in
    struct buf ends;    // uint32_t: the terms' nodes
    // All other computed nodes that depend on a parameter, in ascending order.
    struct buf before;  // uint32_t: do not depend on the sum
    struct buf after;   // uint32_t: depend on it
    bool straight;      // the sum's gradient depends on no parameter
};

#define OWNER_NONE NODE_NONE
#define OWNER_SUM (NODE_NONE - 1)
#define OWNER_AFTER (NODE_NONE - 2)

static inline bool finding_depends(const struct finding *f, uint32_t id)
{
    return id >= f->low && BUF(uint8_t, &f->depends)[id - f->low] != 0;
}

static inline uint32_t *finding_owner(const struct finding *f, uint32_t id)
{
    return &BUF(uint32_t, &f->owner)[id - f->low];
}

static inline const uint32_t *finding_ids(const struct finding *f, uint32_t at)
{
    return BUF_FROM(uint32_t, &f->ids, at);
}

static inline struct like *finding_like(const struct finding *f, uint32_t i)
{
    return &BUF(struct like, &f->likes)[i];
}

// Finds a sum of like terms. False if there is none, or no memory. Release it in any case.
bool lanes_find(struct finding *f, const struct tape *t, uint32_t root,
                const struct buf *stretches);
void lanes_find_release(struct finding *f);

// ---- The program: lanes_lower.c -----------------------------------------------------------------

// Instructions name a row by one number: slots as they are, inputs and uniforms with a flag.
enum { ROW_INPUT = 1 << 30, ROW_UNIFORM = 1 << 29, ROW_INDEX = (1 << 29) - 1 };

enum lanes_kind { LANES_MAP, LANES_DOTS, LANES_PICK };
enum lanes_bias { BIAS_NONE, BIAS_FIRST, BIAS_LAST };

struct instruction {
    enum lanes_kind kind;
    enum op op;      // of a map
    uint32_t slot;   // the first that it writes
    uint32_t count;  // how many: all of a map by the same operation
    // A map: its operands' first rows; the others follow, or are the same one again.
    uint32_t row[2];
    bool again[2];
    bool gives[2];  // the operand receives a share
    // Dots: out[j] = sum over k of weight[k][j] x[k], and a bias.
    uint32_t x, terms;        // rows, in `rows`
    uint32_t weight, stride;  // in the program's weights: [terms + 1][stride], the bias at the end
    uint32_t names;           // in `nodes`: [terms and bias][count], which node each weight is
    enum lanes_bias bias;
    uint32_t likes;  // in `likes`: [terms and bias][count], which like takes it in
    bool across;     // gradients lie as [count][across_stride], not as [terms + 1][stride]
    uint32_t gradient, gradient_stride;  // where, in the program's gradients
    bool shared;  // a weight has other uses: its gradient is fetched and put back
    bool only;    // no weight has any use outside this instruction
    // A pick: one slot for each lane, in the program's picks.
    uint32_t picks;
    uint32_t like;         // of a map (its first), in `likes`; of a pick the like that uses it
    uint32_t slot_of_use;  // of a pick: which operand of that
};

struct tile {
    uint32_t first, real, width;  // lanes; real ones; a row's length
    size_t input;                 // in `inputs`: [input][width]
};

struct lanes_program {
    struct buf code;      // struct instruction
    struct buf rows;      // uint32_t
    struct buf picks;     // uint32_t: slots
    struct buf nodes;     // uint32_t: weights' nodes
    struct buf likes;     // uint32_t
    struct buf uniforms;  // uint32_t: nodes
    struct buf terms;     // uint32_t: the slots of a lane's terms
    uint32_t slots, inputs, lanes;
    uint32_t weights, gradients;  // doubles of each
    uint32_t widest;              // doubles of scratch that an instruction needs for each lane
    uint32_t pointers;            // that it needs for its rows
    struct buf tiles;             // struct tile
};

bool lanes_lower(struct lanes_program *p, struct finding *f);
void lanes_lower_release(struct lanes_program *p);
// Cuts the lanes into tiles of at most `tile`.
bool lanes_cut(struct lanes_program *p, uint32_t tile);

// ---- The order of summation: lanes_proof.c ------------------------------------------------------

// Does the program, as lanes.c and lanes_kernel_body.h run it, add every share in the order of the
// plain sweep? early: how many nodes of `before`, from its end, go backward ahead of the lanes.
bool lanes_proof(const struct lanes_program *p, const struct finding *f, size_t early);

// ---- A program with room to run in: lanes.c, and lanes_rows.c
// --------------------------------------

struct lanes {
    struct buf self;  // the memory this lies in
    struct tape *tape;
    const struct kernel *kernel;
    struct lanes_program program;
    uint32_t root, top, foot;
    struct buf before, after;  // uint32_t: nodes that are computed alone, in ascending order
    size_t early;              // of `before`, from its end: go backward ahead of the lanes
    bool straight;             // the sum's gradient is known before the sum
    struct buf depends;        // uint8_t, by id less low
    uint32_t low;
    struct buf value, grad, input, weight, gradient, scratch, ones, term;  // double
    struct buf pointers;                                                   // const double *
    struct buf ids, inputs;  // uint32_t: the nodes of each input, lane by lane (struct finding)
    bool *tame;              // of lanes_watch; NULL: nobody asks
};

// Are all of them below LANES_TAME in size?
static inline bool lanes_are_tame(const double *x, size_t n)
{
    int64_t wild = 0;
    for (size_t i = 0; i < n; i++) {
        wild |= fabs(x[i]) < LANES_TAME ? 0 : -1;  // analysis: what has elements has data
    }
    return wild == 0;
}

// Where the value of a lane's first input lies, and how far it is from each to the next.
double *lanes_input(const struct lanes *p, uint32_t lane, size_t *to_next);

// ---- Running: lanes_kernel*.c -------------------------------------------------------------------

struct run {
    const struct lanes_program *program;
    const struct tile *tile;
    double *value, *grad;  // [slot][width]
    const double *input;   // [input][width], of this tile
    const double *weight;
    double *gradient;            // of weights
    double *scratch;             // [widest][width]
    const double **pointers;     // room for the rows of an instruction of dots
    const double *ones, *zeros;  // [width]
    const double *node_value;    // the tape's, by id
    double *node_grad;
    double upstream;  // of every term
};

struct kernel {
    uint32_t bits;  // of a vector
    void (*forward)(const struct run *r);
    void (*backward)(const struct run *r);
    // v[i] = op(x[i], y[i]). One operand: y is x.
    void (*map)(enum op op, double *restrict v, const double *x, const double *y, size_t n);
    // What the operand (0: x, 1: y) receives of the gradients g is added to `to`; n is a multiple of
    // LANES_STEP.
    void (*give)(enum op op, int operand, double *restrict to, const double *restrict g,
                 const double *x, const double *y, const double *v, size_t n);
};

// What the processor has, or less of it.
const struct kernel *lanes_kernel_of(enum lanes_width width);

extern const struct kernel lanes_kernel_128;
#if defined(__x86_64__)
extern const struct kernel lanes_kernel_256;
extern const struct kernel lanes_kernel_512;
#endif

// The weights' gradients of an instruction of dots, between the tape's and the program's.
void lanes_fetch(const struct lanes_program *p, const struct instruction *in,
                 const double *node_grad, double *gradient);
void lanes_put_back(const struct lanes_program *p, const struct instruction *in, double *node_grad,
                    const double *gradient);

#endif
