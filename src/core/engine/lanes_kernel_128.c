// Vectors of two doubles: what every x86-64, arm64 and WebAssembly's SIMD have.
#define LANES_WIDTH 2
#define LANES_KERNEL lanes_kernel_128
#include "engine/lanes_kernel_body.h"
