#include "process/tell.h"

#include <string.h>

#include "base/text.h"

// Straight to the stream: where memory is refused there is still something to say.
static void write_safe(FILE *to, const char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t c;
        size_t bytes = utf8_read(s + i, n - i, &c);
        bool seen = bytes > 0 && (!utf8_is_control(c) || c == '\n' || c == '\t');
        bytes = bytes == 0 ? 1 : bytes;
        if (seen) {
            fwrite(s + i, 1, bytes, to);
        } else if (bytes > 1 && c >= 0xA0) {
            fprintf(to, "\\u%04x", (unsigned)c);
        } else {
            for (size_t k = 0; k < bytes; k++) {
                fprintf(to, "\\x%02x", (unsigned char)s[i + k]);
            }
        }
        i += bytes;
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
