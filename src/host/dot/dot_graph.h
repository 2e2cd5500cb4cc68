// A directed graph with attributes, and its text in DOT.
//
// Graphviz's own library for this ends the process, or reads what is not there, where memory is
// refused; this one fails as base/mem.h says. The text is what that library would write: attributes
// by name, those alone that are not as declared; and nodes and edges in an order that leads
// Graphviz to the same layout.
#ifndef DOT_DOT_GRAPH_H
#define DOT_DOT_GRAPH_H

#include "base/mem.h"
#include "base/text.h"

// What an attribute may be of.
enum dot_kind { DOT_GRAPH, DOT_NODE, DOT_EDGE, DOT_KINDS };

// A node or an edge; the graph owns it. NULL, where there was no memory for it, takes whatever is
// set and keeps nothing.
struct dot_part;

struct dot_graph {
    struct arena arena;
    struct buf declared[DOT_KINDS];  // by name
    struct buf nodes;                // struct dot_part *, in the order they were made
    struct buf places;               // uint32_t: a hash table of nodes
};

// Names and values are copied.
void dot_graph_init(struct dot_graph *g);
void dot_graph_release(struct dot_graph *g);
// What all of a kind have unless they are given their own; of the graph, what it has.
void dot_graph_declare(struct dot_graph *g, enum dot_kind kind, const char *name,
                       const char *value);
// The node of that name, which is made if there is none.
struct dot_part *dot_graph_node(struct dot_graph *g, const char *name);
// Another edge between two nodes.
struct dot_part *dot_graph_edge(struct dot_graph *g, struct dot_part *tail, struct dot_part *head);
// headport and tailport are where an edge ends.
void dot_graph_set(struct dot_part *part, const char *name, const char *value);
// A label that is HTML.
void dot_graph_label(struct dot_part *part, const char *html);

// Appends the whole of it.
void dot_graph_write(const struct dot_graph *g, struct text *out);

#endif
