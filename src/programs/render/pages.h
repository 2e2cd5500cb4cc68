// Several graphs as the pages of one PDF. The only user of cairo.
//
// Graphviz's own PDF device ends the file after its first page. So the file is ours: each page is
// drawn into it by the device for PNG, which takes any cairo context, and ends when we say so.
#ifndef RENDER_PAGES_H
#define RENDER_PAGES_H

#include <cgraph.h>
#include <gvc.h>
#include <stdbool.h>
#include <stdio.h>

struct pages;

// Bytes go to `out` as they are made. NULL if out of memory.
struct pages *pages_begin(FILE *out);
// Adds a page of this size, in points, with a graph that is laid out at 72 dots an inch.
bool pages_add(struct pages *p, GVC_t *gvc, Agraph_t *g, double width, double height);
// Ends the file. False if anything could not be written.
bool pages_end(struct pages *p);

#endif
