#include "prompt/repl_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <readline/readline.h>

enum { RESERVE = 256 << 10 };  // bytes: readline asks for a few hundred at a time

static void *reserve;

void repl_memory_reserve(void)
{
    reserve = reserve == NULL ? malloc(RESERVE) : reserve;
}

_Noreturn static void give_up(void)
{
    static const char message[] =
        "\nerror: out of memory; start again, and what was answered comes back\n";
    rl_deprep_terminal();
    ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
    (void)written;
    _exit(EXIT_FAILURE);
}

void repl_memory_lend(void)
{
    if (reserve == NULL) {
        give_up();
    }
    free(reserve);
    reserve = NULL;
}

void *xmalloc(size_t n)
{
    return xrealloc(NULL, n);
}

void *xrealloc(void *old, size_t n)
{
    void *p = realloc(old, n == 0 ? 1 : n);
    if (p == NULL) {
        free(reserve);
        reserve = NULL;
        p = realloc(old, n == 0 ? 1 : n);
    }
    if (p == NULL) {
        give_up();
    }
    return p;
}
