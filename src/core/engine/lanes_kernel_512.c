// Vectors of eight doubles: compiled for AVX-512 (F, DQ, VL), run where the processor has it.
#include "engine/lanes_parts.h"

#if defined(__x86_64__)
#define LANES_WIDTH 8
#define LANES_KERNEL lanes_kernel_512
#include "engine/lanes_kernel_body.h"
#endif
