// The parts of a program in C that are files of their own. Private to view.
#ifndef EXPORT_EXPORT_C_PARTS_H
#define EXPORT_EXPORT_C_PARTS_H

#include "export/export_program.h"

// What C calls that formulas of ops.def name otherwise; see export_formula.
extern const char *const export_c_renames[];
void export_c_number(struct program *p, double v);

// export_c_table.c: operations and operands, node by node; then both passes as loops.
void export_c_table(struct program *p);
void export_c_loops(struct program *p, const bool used[OP_COUNT]);

// export_c_train.c: the optimiser and the function train. `straight`: nodes are members of v and d,
// else elements.
void export_c_training(struct program *p, bool straight);

#endif
