// What a .dot file says beside its picture, for programs that read graphs: nodes are called what
// the learner calls them, and their numbers are attributes.
//
//   node   value grad op kind dims tape    edge   slot local share
//
// with all digits and plain minus signs; tape is the node's number, dims an array's shape. What is
// not known is empty.
#ifndef DOT_DOT_DATA_H
#define DOT_DOT_DATA_H

#include "base/record.h"

struct dot_names {
    struct buf rows;   // one for each box
    struct text text;  // all names, each ended by a 0
};

// Names for the boxes of a scene, each different: the box's own, where it has one that no other
// has, else t1, t2 …, else its id. Release it whatever the end. False if out of memory.
bool dot_names_find(struct dot_names *n, const struct rec *scene);
void dot_names_release(struct dot_names *n);
// The name of the box with this id; the id itself if there is none.
const char *dot_name_of(const struct dot_names *n, const char *id);

struct dot_attribute {
    const char *name;
    char value[64];
};

enum { DOT_NODE_DATA = 6, DOT_EDGE_DATA = 3 };
void dot_node_data(const struct rec *box, struct dot_attribute out[DOT_NODE_DATA]);
void dot_edge_data(const struct rec *cell, struct dot_attribute out[DOT_EDGE_DATA]);

#endif
