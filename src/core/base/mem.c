#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

#include "base/format.h"

static _Thread_local size_t refusals;

size_t mem_refusals(void)
{
    return refusals;
}

void mem_forgive(size_t before)
{
    refusals = before;
}

void mem_refuse(void)
{
    refusals++;
}

char *mem_copy(const char *bytes, size_t n)
{
    char *copy = n == SIZE_MAX ? NULL : malloc(n + 1);
    if (copy == NULL) {
        mem_refuse();
        return NULL;
    }
    if (n > 0) {
        memcpy(copy, bytes, n);
    }
    copy[n] = '\0';
    return copy;
}

enum { PIECE = 1 << 18, A_UNIT = 16 };  // bytes, and those that are a unit of work

// How many of the bytes that are left are done next; 0: it is asked to stop.
static size_t next_piece(size_t left, struct stop *stop)
{
    size_t piece = left < PIECE ? left : PIECE;
    return stop_after(stop, piece / A_UNIT) ? 0 : piece;
}

bool mem_fill_while(void *to, int byte, size_t n, struct stop *stop)
{
    for (size_t at = 0, piece; at < n; at += piece) {
        piece = next_piece(n - at, stop);
        if (piece == 0) {
            return false;
        }
        memset((char *)to + at, byte, piece);
    }
    return true;
}

bool mem_put_while(char *to, const char *from, size_t n, struct stop *stop)
{
    for (size_t at = 0, piece; at < n; at += piece) {
        piece = next_piece(n - at, stop);
        if (piece == 0) {
            return false;
        }
        memcpy(to + at, from + at, piece);
    }
    return true;
}

static bool is_zero(const char *bytes, size_t n)
{
    return n == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0);
}

bool mem_copy_while(char *to, const char *from, size_t n, struct stop *stop)
{
    for (size_t at = 0, piece; at < n; at += piece) {
        piece = next_piece(n - at, stop);
        if (piece == 0) {
            return false;
        }
        if (!is_zero(from + at, piece)) {
            memcpy(to + at, from + at, piece);
        }
    }
    return true;
}

static void fail_buf(struct buf *b)
{
    b->failed = true;
    mem_refuse();
}

static void fail_arena(struct arena *a)
{
    a->failed = true;
    mem_refuse();
}

void buf_init_skewed(struct buf *b, size_t element_size, size_t skew)
{
    BS_ASSERT(skew % 16 == 0);
    *b = (struct buf){.size = element_size, .skew = skew};
}

void buf_free(struct buf *b)
{
    free((char *)b->data - b->skew);
    buf_init_skewed(b, b->size, b->skew);
}

bool buf_reserve(struct buf *b, size_t n)
{
    if (n <= b->cap) {
        return true;
    }
    size_t cap = b->cap < 8 ? 8 : b->cap + b->cap / 2;
    if (cap < n) {
        cap = n;
    }
    char *block = b->data == NULL ? NULL : (char *)b->data - b->skew;
    char *grown =
        cap > (SIZE_MAX - b->skew) / b->size ? NULL : realloc(block, b->skew + cap * b->size);
    if (grown == NULL) {
        fail_buf(b);
        return false;
    }
    b->data = grown + b->skew;
    b->cap = cap;
    return true;
}

void *buf_push_growing(struct buf *b, size_t n)
{
    if (n > SIZE_MAX - b->count) {
        fail_buf(b);
        return NULL;
    }
    // Room for none is somewhere too: NULL means that there was no memory.
    bool nowhere = n == 0 && b->data == NULL;
    if (!buf_reserve(b, b->count + (nowhere ? 1 : n))) {
        return NULL;
    }
    void *at = (char *)b->data + b->count * b->size;
    b->count += n;
    return at;
}

bool buf_add(struct buf *b, const void *elements, size_t n)
{
    void *at = n == 0 ? NULL : buf_push(b, n);
    if (at != NULL) {
        memcpy(at, elements, n * b->size);
    }
    return n == 0 || at != NULL;
}

bool buf_take_zeros(struct buf *b, size_t n)
{
    BS_ASSERT(b->data == NULL);
    size_t most = (SIZE_MAX - b->skew) / b->size;
    char *block = n > most ? NULL : calloc(1, b->skew + n * b->size);
    if (block == NULL) {
        fail_buf(b);
        return false;
    }
    b->data = block + b->skew;
    b->cap = n;
    return true;
}

static bool move_to_zeros(struct buf *b, size_t n)
{
    struct buf fresh;
    buf_init_skewed(&fresh, b->size, b->skew);
    if (!buf_take_zeros(&fresh, n)) {
        b->failed = true;
        return false;
    }
    if (b->data != NULL) {
        memcpy(fresh.data, b->data, b->count * b->size);
        buf_free(b);
    }
    b->data = fresh.data;
    b->cap = fresh.cap;
    return true;
}

bool buf_resize(struct buf *b, size_t n)
{
    size_t old = b->count;
    if (n > b->cap && n - old >= old) {  // more of it is new than was there
        if (!move_to_zeros(b, n)) {
            return false;
        }
    } else if (n > old) {
        void *fresh = buf_push(b, n - old);
        if (fresh == NULL) {
            return false;
        }
        memset(fresh, 0, (n - old) * b->size);
    }
    b->count = n;
    return true;
}

size_t mem_search(const void *rows, size_t count, size_t size, uint32_t key)
{
    size_t lo = 0, hi = count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        uint32_t at;
        memcpy(&at, (const char *)rows + mid * size, sizeof at);
        if (at < key) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

size_t mem_find(const void *rows, size_t count, size_t size, uint32_t key)
{
    size_t at = mem_search(rows, count, size, key);
    uint32_t found = key;
    if (at < count) {
        memcpy(&found, (const char *)rows + at * size, sizeof found);
    }
    return at < count && found == key ? at : SIZE_MAX;
}

int mem_compare_numbers(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

struct arena_block {
    struct arena_block *before;
    size_t used, cap;
    _Alignas(max_align_t) char bytes[];
};

enum { ARENA_BLOCK = 16384 };

void arena_init(struct arena *a)
{
    *a = (struct arena){0};
}

void arena_release(struct arena *a)
{
    while (a->last != NULL) {
        struct arena_block *before = a->last->before;
        free(a->last);
        a->last = before;
    }
    arena_init(a);
}

void *arena_alloc(struct arena *a, size_t n)
{
    const size_t align = _Alignof(max_align_t);
    if (n > SIZE_MAX / 2) {
        fail_arena(a);
        return NULL;
    }
    n = (n + align - 1) / align * align;
    if (a->last == NULL || a->last->cap - a->last->used < n) {
        size_t cap = n > ARENA_BLOCK ? n : ARENA_BLOCK;
        struct arena_block *block = malloc(sizeof *block + cap);
        if (block == NULL) {
            fail_arena(a);
            return NULL;
        }
        block->before = a->last;
        block->used = 0;
        block->cap = cap;
        a->last = block;
        a->total += sizeof *block + cap;
    }
    void *at = a->last->bytes + a->last->used;
    a->last->used += n;
    return memset(at, 0, n);
}

char *arena_copy(struct arena *a, const char *bytes, size_t n)
{
    char *copy = arena_alloc(a, n + 1);
    if (copy != NULL && n > 0) {
        memcpy(copy, bytes, n);
    }
    return copy;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    char few[128];
    int n = format_write_args(few, sizeof few, format, args);
    va_end(args);
    char *text = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (text != NULL && (size_t)n < sizeof few) {
        memcpy(text, few, (size_t)n + 1);
    } else if (text != NULL) {
        format_write_args(text, (size_t)n + 1, format, again);
    }
    va_end(again);
    return text;
}
