// A formula of whole arrays as LaTeX: W1.T @ dz2 is (W^{(1)})^\top \delta^{(2)}. Needs no package but
// amsmath.
//
//   A @ B        A B                outer(a, b)  a b^\top
//   A*B          A \odot B, of arrays; else a dot
//   A/B          a fraction         (z > 0)      \mathbf{1}[z > 0]
//   A.T          A^\top             f(A)         \operatorname{f}(A), or its own sign
#ifndef FORMULA_MATRIX_TEX_H
#define FORMULA_MATRIX_TEX_H

#include "base/text.h"

// What a name is written as, and whether it is an array. A name that is not listed is a single
// value, and written by math_name.
struct matrix_tex_name {
    const char *name, *tex;
    bool array;
};

// False: the formula cannot be read, or out of memory.
bool matrix_tex(struct text *out, const char *formula, const struct matrix_tex_name *names,
                size_t count);

#endif
