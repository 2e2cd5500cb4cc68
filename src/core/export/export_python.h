// The operations in Python, on floats: for a program with micrograd, and for staged lines that are to
// run in Python.
//
// Most have a row of their own in export_python.c, which keeps all digits and raises no exception. An
// operation without one is written by its formulas in ops.def, where these are made of arithmetic and
// functions of Python's `math`; else it cannot be written.
#ifndef EXPORT_PYTHON_H
#define EXPORT_PYTHON_H

#include "base/text.h"
#include "engine/ops.h"

bool python_writes(enum op op);
// Is it + - * /, or the sign -, which Python has too?
bool python_has_sign(enum op op);
// Is it the name of an operation, here or in Python?
bool python_is_name(const char *s);
// For operations that python_writes: what the function is called.
const char *python_name(enum op op);
// Appends the value as an expression in x and y.
void python_value(struct text *out, enum op op);
// Appends the local gradient in operand `slot` as an expression in x, y and the value v. False: it
// is 0 everywhere.
bool python_slope(struct text *out, enum op op, int slot);

#endif
