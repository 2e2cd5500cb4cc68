// Second derivatives as numbers: the Hessian, its product with a vector, and how near central
// differences come to it.
//
// Each grows the gradient (grow.h) at the end of the tape, sweeps from what has grown, and cuts the
// tape back; nothing stays. Values that root depends on must not be stale. H has count × count
// elements, row by row: H[i*count + j] is d²root / d of[i] d of[j].
//
// The product needs one growth and one sweep, however many variables there are: with s the sum of
// v[i] * d root / d of[i], v being numbers, ds / d of[j] is (Hv)[j] (Pearlmutter 1994).
#ifndef ENGINE_HESSIAN_H
#define ENGINE_HESSIAN_H

#include "engine/sweep.h"

enum sweep_end hessian(struct tape *t, struct stop *stop, uint32_t root, const uint32_t *of,
                       size_t count, double *H);
// Hv into Hv; the gradient itself into `gradient`, if that is not NULL.
enum sweep_end hessian_times(struct tape *t, struct stop *stop, uint32_t root, const uint32_t *of,
                             size_t count, const double *v, double *gradient, double *Hv);
// H against central differences of the gradient, one row for each leaf of[i] (the others are left
// out): the largest |difference| / (1 + |H[i, j]|), which lies at *worst_i, *worst_j; -1 if none is a
// leaf.
enum sweep_end hessian_measure(struct tape *t, struct stop *stop, uint32_t root, const uint32_t *of,
                               size_t count, const double *H, double *difference, size_t *worst_i,
                               size_t *worst_j);

#endif
