// The nodes that a growth makes (grow.h), for its own files alone: grow_nodes.c makes them, and leaves
// out those that change no result; grow.c is the sweep.
#ifndef ENGINE_GROW_PARTS_H
#define ENGINE_GROW_PARTS_H

#include "engine/tape.h"

enum term_kind { TERM_NONE, TERM_NUMBER, TERM_NODE };

// A number or a node; or nothing yet.
struct grow_term {
    enum term_kind kind;
    uint32_t node;
    double number;
};

static inline struct grow_term term_of_number(double number)
{
    return (struct grow_term){TERM_NUMBER, NODE_NONE, number};
}

static inline struct grow_term term_of_node(uint32_t node)
{
    return (struct grow_term){TERM_NODE, node, 0};
}

static inline bool term_is(struct grow_term x, double number)
{
    return x.kind == TERM_NUMBER && x.number == number;
}

static inline bool terms_same(struct grow_term x, struct grow_term y)
{
    return x.kind == TERM_NODE && y.kind == TERM_NODE && x.node == y.node;
}

// A tape that nodes are appended to, and those that are found instead of being made again.
struct grow_nodes {
    struct tape *t;
    struct buf slots;  // uint32_t: a hash table of nodes, by what they are
    size_t hashed;
    bool failed;  // no room, or interrupted: terms are numbers then, and mean nothing
};

double grow_value(const struct grow_nodes *g, struct grow_term x);
// This node is found from now on.
void grow_keep(struct grow_nodes *g, uint32_t id);

// Each of these is the same to the last bit as the operation, and makes no node where there is one,
// or where a number or an operand is the result.
struct grow_term grow_apply(struct grow_nodes *g, enum op op, struct grow_term x,
                            struct grow_term y);
struct grow_term grow_product(struct grow_nodes *g, struct grow_term x, struct grow_term y);
// 1 where x is 0, else 0.
struct grow_term grow_opposite(struct grow_nodes *g, struct grow_term x);
// Of conditions, which are 0 or not: x and y, x or y.
struct grow_term grow_both(struct grow_nodes *g, struct grow_term x, struct grow_term y);
struct grow_term grow_either(struct grow_nodes *g, struct grow_term x, struct grow_term y);
// x where c is not 0, else 0.
struct grow_term grow_when(struct grow_nodes *g, struct grow_term c, struct grow_term x);

#endif
