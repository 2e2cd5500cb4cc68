#include "words/ink.h"

void ink_add(struct text *out, enum ink ink, const char *s)
{
    text_add_char(out, (char)ink);
    text_add(out, s);
    text_add_char(out, INK_END);
}

bool ink_is_mark(char c)
{
    return c == INK_END || (c >= INK_NAME && c <= INK_LAST);
}

// The end of the run of bytes from `i` that holds no mark.
static size_t run_end(const char *s, size_t n, size_t i)
{
    while (i < n && !ink_is_mark(s[i])) {
        i++;
    }
    return i;
}

size_t ink_columns(const char *s, size_t n)
{
    size_t columns = 0;
    for (size_t i = 0; i < n;) {
        size_t end = run_end(s, n, i);
        columns += utf8_columns(s + i, end - i);
        i = end + 1;
    }
    return columns;
}

void ink_plain(struct text *out, const char *s, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t end = run_end(s, n, i);
        text_add_bytes(out, s + i, end - i);
        i = end + 1;
    }
}
