// Vectors of four doubles: compiled with -mavx2, run where the processor has it.
#include "engine/lanes_parts.h"

#if defined(__x86_64__)
#define LANES_WIDTH 4
#define LANES_KERNEL lanes_kernel_256
#include "engine/lanes_kernel_body.h"
#endif
