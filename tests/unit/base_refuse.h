// Allocations that are refused on purpose. The linker leads malloc, calloc, realloc and free here: give the test
// link_NAME_test = $(refused) in the Makefile, and include this in one file of it.
#ifndef TESTS_UNIT_BASE_REFUSE_H
#define TESTS_UNIT_BASE_REFUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *old, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *old, size_t n);
void __real_free(void *block);
void __wrap_free(void *block);

static long live;                // blocks that are allocated and not freed
static size_t made, refused_at;  // the one to be refused; 0: none
static bool all_after;
// Chooses the allocation to refuse where no number does (base_places.h).
static bool (*is_chosen)(void);

static bool refuse(void)
{
    made++;
    if (is_chosen != NULL && refused_at == 0 && is_chosen()) {
        refused_at = made;
    }
    return refused_at != 0 && (made == refused_at || (made > refused_at && all_after));
}

void *__wrap_malloc(size_t n)
{
    void *block = refuse() ? NULL : __real_malloc(n);
    live += block != NULL;
    return block;
}

void *__wrap_calloc(size_t count, size_t n)
{
    void *block = refuse() ? NULL : __real_calloc(count, n);
    live += block != NULL;
    return block;
}

void *__wrap_realloc(void *old, size_t n)
{
    void *block = refuse() ? NULL : __real_realloc(old, n);
    live += old == NULL && block != NULL;
    return block;
}

void __wrap_free(void *block)
{
    live -= block != NULL;
    __real_free(block);
}

// Counts from here; the n-th is refused (0: none), and all that follow it or not.
static void refuse_from(size_t n, bool all)
{
    made = 0;
    refused_at = n;
    all_after = all;
    is_chosen = NULL;
}

#endif
