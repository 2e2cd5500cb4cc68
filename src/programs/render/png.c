#include "render/png.h"

#include <string.h>

// The checksum of a chunk: https://www.w3.org/TR/png/#5CRC-algorithm
static uint32_t checksum(const uint8_t *bytes, size_t n)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? 0xEDB88320u ^ (crc >> 1) : crc >> 1;
        }
    }
    return ~crc;
}

static void put(uint8_t *out, uint32_t number)
{
    for (int i = 0; i < 4; i++) {
        out[i] = (uint8_t)(number >> (24 - 8 * i));
    }
}

void png_density(uint8_t out[PNG_DENSITY], double dots_an_inch)
{
    enum { LENGTH = 9, NAME = 4, BY_METRE = 1 };
    uint32_t dots = (uint32_t)(dots_an_inch / 0.0254 + 0.5);
    put(out, LENGTH);
    memcpy(out + 4, "pHYs", NAME);
    put(out + 8, dots);
    put(out + 12, dots);
    out[16] = BY_METRE;
    put(out + 17, checksum(out + 4, NAME + LENGTH));
}
