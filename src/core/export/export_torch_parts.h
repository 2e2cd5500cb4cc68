// The parts of a program for PyTorch. Private to view.
#ifndef EXPORT_EXPORT_TORCH_PARTS_H
#define EXPORT_EXPORT_TORCH_PARTS_H

#include "export/export_terms.h"

struct torch {
    struct program *p;
    struct statements s;
    struct buf seats;    // struct seat, by real node up to the root
    struct buf written;  // uint8_t, by real node up to the root: it has a line of its own
    struct buf met;      // uint8_t, by node: scratch of one walk
    struct buf walk;     // uint32_t: the nodes that it met
    struct text data, names, init, forward, show, memory;  // parts of the program
    struct text rows;  // what the batches are drawn from, "X, y", where training draws them
    size_t lines;
};

void export_torch_number(struct text *out, double v);
// export_torch_program.c: joins the parts, with all that is around them.
void export_torch_program(struct torch *t);

#endif
