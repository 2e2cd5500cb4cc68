// What Graphviz leaves out of a PNG: how many dots it has to the inch.
#ifndef RENDER_PNG_H
#define RENDER_PNG_H

#include <stddef.h>
#include <stdint.h>

enum { PNG_HEADER = 33, PNG_DENSITY = 21 };  // bytes

// The chunk that says so (pHYs, https://www.w3.org/TR/png/#11pHYs), to stand behind the first
// PNG_HEADER bytes of a file.
void png_density(uint8_t out[PNG_DENSITY], double dots_an_inch);

#endif
