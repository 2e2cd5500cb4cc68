#include "process/tell.h"

#include "base/text.h"

// In pieces: a piece that there is no memory for is left out, and the refusal is counted.
void tell_args(FILE *to, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    struct buf raw;
    struct text safe;
    buf_init(&raw, 1);
    text_init(&safe);
    char *at = n < 0 ? NULL : buf_push(&raw, (size_t)n + 1);
    if (at != NULL) {
        vsnprintf(at, (size_t)n + 1, format, again);
        text_add_safe(&safe, at, (size_t)n);
        fputs(text_get(&safe), to);
    }
    va_end(again);
    buf_release(&raw);
    text_release(&safe);
}

void tell(FILE *to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tell_args(to, format, args);
    va_end(args);
}
