// A stand-in for the part of Graphviz's libcgraph that host/dot uses, for WebAssembly: a graph is
// built in memory and written as DOT. The names are cgraph's, so that dot.c compiles against either,
// and the text is the same to the byte.
//
// Left out is all that dot.c does not need: subgraphs, reading, strict graphs, changing a graph
// once it is made. A graph that memory does not suffice for is written as far as it goes, and
// agwrite then returns -1.
#ifndef GRAPHVIZ_CGRAPH_H
#define GRAPHVIZ_CGRAPH_H

enum { AGRAPH, AGNODE, AGEDGE, AGKINDS };

typedef struct Agraph_s Agraph_t;
typedef struct Agnode_s Agnode_t;
typedef struct Agedge_s Agedge_t;

// What agwrite writes through. `putstr` is given a text that ends in a 0.
typedef struct {
    int (*putstr)(void *channel, const char *text);
    int (*flush)(void *channel);
} Agiodisc_t;

typedef struct {
    Agiodisc_t *io;
} Agdisc_t;

typedef struct {
    int directed;
} Agdesc_t;

extern const Agiodisc_t AgIoDisc;
extern const Agdisc_t AgDefaultDisc;
extern const Agdesc_t Agdirected;

// NULL if out of memory. The discipline's functions are copied.
Agraph_t *agopen(const char *name, Agdesc_t description, const Agdisc_t *discipline);
int agclose(Agraph_t *g);
int agwrite(Agraph_t *g, void *channel);
// Declares an attribute of all nodes, all edges or the graph, with this default.
void agattr(Agraph_t *g, int kind, const char *name, const char *value);
// Of a node or an edge: the attribute must have been declared.
int agset(void *object, const char *name, const char *value);
// The node of this name, made if it is not there. NULL if out of memory.
Agnode_t *agnode(Agraph_t *g, const char *name, int make);
// A new edge, even if there is one between the two.
Agedge_t *agedge(Agraph_t *g, Agnode_t *tail, Agnode_t *head, const char *name, int make);
Agraph_t *agraphof(void *object);
// A label as HTML: agset knows it by its address, until agstrfree.
char *agstrdup_html(Agraph_t *g, const char *text);
int agstrfree(Agraph_t *g, char *text);

#endif
