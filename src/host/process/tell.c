#include "process/tell.h"

#include <string.h>

#include "base/text.h"

// Straight to the stream: where memory is refused there is still something to say.
static void write_safe(FILE *to, const char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t safe = text_safe_bytes(s + i, n - i);
        fwrite(s + i, 1, safe, to);
        i += safe;
        if (i < n) {
            char seen[ESCAPE_TEXT];
            i += text_escape(seen, s + i, n - i);
            fputs(seen, to);
        }
    }
}

void tell_args(FILE *to, const char *format, va_list args)
{
    enum { SHORT = 4096 };
    char few[SHORT];
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(few, sizeof few, format, args);
    if (n >= 0 && n < SHORT) {
        write_safe(to, few, (size_t)n);
    } else if (n >= SHORT) {
        struct buf many;
        buf_init(&many, 1);
        char *all = buf_push(&many, (size_t)n + 1);
        if (all != NULL) {
            vsnprintf(all, (size_t)n + 1, format, again);
            write_safe(to, all, (size_t)n);
        }
        buf_release(&many);
    }
    va_end(again);
}

void tell(FILE *to, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tell_args(to, format, args);
    va_end(args);
}
