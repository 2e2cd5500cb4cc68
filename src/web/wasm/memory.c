// Copying and clearing, in place of the C library's: nearly all that the core copies is a few bytes.
// There a call of memory.copy costs far more than the copy (V8 leaves the module for it), and the C
// library's own loop moves four bytes at a time. So up to SHORT bytes go through vectors, the last of which
// may overlap the one before it, and more through memory.copy and memory.fill.
#include <stdint.h>
#include <string.h>
#include <wasm_simd128.h>

enum { SHORT = 256, VECTOR = 16 };

// A number of any alignment.
struct eight {
    uint64_t bits;
} __attribute__((packed, may_alias));

struct four {
    uint32_t bits;
} __attribute__((packed, may_alias));

struct two {
    uint16_t bits;
} __attribute__((packed, may_alias));

// Fewer than VECTOR bytes. Everything is loaded before anything is stored, so they may overlap.
static inline void move_few(char *to, const char *from, size_t n)
{
    if (n >= sizeof(struct eight)) {
        struct eight first = *(const struct eight *)from;
        struct eight last = *(const struct eight *)(from + n - sizeof last);
        *(struct eight *)to = first;
        *(struct eight *)(to + n - sizeof last) = last;
    } else if (n >= sizeof(struct four)) {
        struct four first = *(const struct four *)from;
        struct four last = *(const struct four *)(from + n - sizeof last);
        *(struct four *)to = first;
        *(struct four *)(to + n - sizeof last) = last;
    } else if (n >= sizeof(struct two)) {
        struct two first = *(const struct two *)from;
        char last = from[n - 1];
        *(struct two *)to = first;
        to[n - 1] = last;
    } else if (n == 1) {
        *to = *from;
    }
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    char *out = to;
    const char *in = from;
    if (n < VECTOR) {
        move_few(out, in, n);
    } else if (n > SHORT) {
        __builtin_memcpy(to, from, n);
    } else {
        size_t last = n - VECTOR;
        for (size_t i = 0; i < last; i += VECTOR) {
            wasm_v128_store(out + i, wasm_v128_load(in + i));
        }
        wasm_v128_store(out + last, wasm_v128_load(in + last));
    }
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    if (n < VECTOR) {
        move_few(to, from, n);
    } else {
        __builtin_memmove(to, from, n);
    }
    return to;
}

void *memset(void *to, int byte, size_t n)
{
    char *out = to;
    if (n > SHORT) {
        __builtin_memset(to, byte, n);
    } else if (n >= VECTOR) {
        v128_t filled = wasm_i8x16_splat((int8_t)byte);
        size_t last = n - VECTOR;
        for (size_t i = 0; i < last; i += VECTOR) {
            wasm_v128_store(out + i, filled);
        }
        wasm_v128_store(out + last, filled);
    } else {
        uint64_t filled = (uint8_t)byte * 0x0101010101010101u;
        if (n >= sizeof(struct eight)) {
            *(struct eight *)out = *(struct eight *)(out + n - sizeof(struct eight)) =
                (struct eight){filled};
        } else if (n >= sizeof(struct four)) {
            *(struct four *)out = *(struct four *)(out + n - sizeof(struct four)) =
                (struct four){(uint32_t)filled};
        } else if (n > 0) {
            out[0] = out[n / 2] = out[n - 1] = (char)byte;
        }
    }
    return to;
}
