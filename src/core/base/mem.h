// Memory: growable arrays and arenas. The only file that calls malloc.
//
// Failure is sticky, so that code which builds something reads straight through: an allocation that
// the machine refuses leaves the array or the arena as it was, sets its `failed` flag, returns
// NULL, and is counted. The count is what makes an answer safe: whatever leaves through a door (a
// statement's records, a file, a line of output) is whole only if nothing was refused while it was
// made, and so each door looks at the count, and nobody in between need.
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/stop.h"

// A programmer's mistake. Prints nothing, so that the core needs no stream.
#define BS_ASSERT(cond) ((cond) ? (void)0 : __builtin_trap())

// Defined where the address space of a program must not be limited: the address sanitizer maps
// terabytes that it never uses.
#if defined __has_feature
#if __has_feature(address_sanitizer)
#define MEM_UNBOUNDED 1
#endif
#endif
#if defined __SANITIZE_ADDRESS__
#define MEM_UNBOUNDED 1
#endif

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

// How often the machine refused an allocation of this thread, and nobody has answered for it yet.
// Like the heap itself this belongs to the machine, and it is the one variable that the core keeps.
// A door remembers the count, and when its work is done compares: more, and the work is not whole.
size_t mem_refusals(void);
// What was refused since the count was `before` has been answered for: the failure was told, or
// what the memory was for is done without it.
void mem_forgive(size_t before);
// An allocation made by other means was refused.
__attribute__((cold)) void mem_refuse(void);
// A copy of n bytes with a 0 after them, to be given to free. NULL if out of memory.
char *mem_copy(const char *bytes, size_t n);

// Sets n bytes, or copies them, piece by piece, as what is large takes a while. False: stopped on the way.
bool mem_fill_while(void *to, int byte, size_t n, struct stop *stop);
bool mem_put_while(char *to, const char *from, size_t n, struct stop *stop);
// `to` holds zeros, and pages of it that get nothing else are not touched: those need no memory yet.
bool mem_copy_while(char *to, const char *from, size_t n, struct stop *stop);

// A growable array of elements of one size. Zero it, or call buf_init; `data` moves when it grows.
struct buf {
    void *data;
    size_t count;  // elements in use
    size_t cap;    // elements that fit
    size_t size;   // bytes in an element
    size_t skew;   // bytes left free before element 0 (see buf_init_skewed)
    bool failed;   // an allocation was refused; contents are still whole
};

// The elements as a C array of T.
#define BUF(T, b) ((T *)(b)->data)
// The elements from number i on. While the array has no memory i is 0, and this is NULL.
#define BUF_FROM(T, b, i) ((T *)buf_from((b)->data, (size_t)(i) * sizeof(T)))
static inline void *buf_from(void *data, size_t bytes)
{
#ifdef BS_ANALYSIS  // who wants elements knows that there are some
    return (char *)data + bytes;
#else
    return data == NULL ? NULL : (char *)data + bytes;
#endif
}

#ifdef BS_ANALYSIS  // who walks an array knows that something was put in: it is not shown as empty
void buf_init(struct buf *b, size_t element_size);
#else
static inline void buf_init(struct buf *b, size_t element_size)
{
    *b = (struct buf){.size = element_size};
}
#endif
// As buf_init; element 0 starts `skew` bytes (a multiple of 16) into its allocation. Arrays that
// are walked together and whose bases lie a power of two apart fight for the same cache lines
// (measured: ten times slower); giving each a skew of its own keeps them apart.
void buf_init_skewed(struct buf *b, size_t element_size, size_t skew);
void buf_free(struct buf *b);
static inline void buf_release(struct buf *b)
{
    if (b->data != NULL) {
        buf_free(b);
    }
    b->count = 0;
    b->failed = false;
}
// Room for n more elements, counted in, not initialised. NULL (and `failed`) if there is none.
__attribute__((cold)) void *buf_push_growing(struct buf *b, size_t n);
static inline void *buf_push(struct buf *b, size_t n)
{
    if (n > b->cap - b->count || n == 0) {
        return buf_push_growing(b, n);
    }
    void *at = (char *)b->data + b->count * b->size;
    b->count += n;
    return at;
}
// Empties b, which will be filled again, and keeps its room if that is not much: what is needed again and
// again is not asked of the machine each time.
static inline void buf_rest(struct buf *b)
{
    enum { KEPT_MOST = 1 << 16 };  // bytes
    if (b->cap * b->size > KEPT_MOST) {
        buf_free(b);
    }
    b->count = 0;
    b->failed = false;
}
// Appends copies of n elements, which may be 0 and are not in b. False if out of memory.
bool buf_add(struct buf *b, const void *elements, size_t n);
// Makes sure that n elements fit without moving. False (and `failed`) if they do not.
bool buf_reserve(struct buf *b, size_t n);
// Of an array that has no memory yet: room for n elements, all of them zeros, which cost nothing where they
// are many and never written. False (and `failed`) if there is none.
bool buf_take_zeros(struct buf *b, size_t n);
// Shortens or lengthens to n elements; new bytes are zero. False (and `failed`) if out of memory.
bool buf_resize(struct buf *b, size_t n);
// Where to look for a key among rows[0 … count) of `size` bytes, which begin with a uint32_t and
// are sorted by it: the first row that is not below the key; count if all are.
size_t mem_search(const void *rows, size_t count, size_t size, uint32_t key);
// The same where only a row with that key will do: SIZE_MAX if there is none.
size_t mem_find(const void *rows, size_t count, size_t size, uint32_t key);
// As qsort, for what is mostly in order already: then nothing is moved.
static inline void mem_sort(void *rows, size_t count, size_t size,
                            int (*compare)(const void *a, const void *b))
{
    const char *row = rows;
    size_t ordered = 1;
    while (ordered < count && compare(row + (ordered - 1) * size, row + ordered * size) <= 0) {
        ordered++;
    }
    if (ordered < count) {
        qsort(rows, count, size, compare);
    }
}
// For these two: numbers (uint32_t), the lowest first.
int mem_compare_numbers(const void *a, const void *b);

// Many small things that die together.
struct arena {
    struct arena_block *last;
    size_t total;  // bytes asked of the machine
    bool failed;
};

void arena_init(struct arena *a);
// Frees everything; the arena may be used again.
void arena_release(struct arena *a);
// n bytes, zeroed, aligned for anything. NULL (and `failed`) if out of memory.
void *arena_alloc(struct arena *a, size_t n);
// A copy of n bytes with a 0 after them. NULL if out of memory.
char *arena_copy(struct arena *a, const char *bytes, size_t n);
__attribute__((format(printf, 2, 3))) char *arena_printf(struct arena *a, const char *format, ...);

#endif
