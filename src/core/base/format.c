#include "base/format.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"

struct out {
    char *bytes;
    size_t size, count;  // count: of the whole text, whether or not there was room
};

static void put(struct out *o, const char *s, size_t n)
{
    size_t left = o->count < o->size ? o->size - o->count : 0, fit = n < left ? n : left;
    if (fit > 0) {
        memcpy(o->bytes + o->count, s, fit);
    }
    o->count += n;
}

static void put_whole(struct out *o, uint64_t v, bool minus)
{
    char digits[24], *end = digits + sizeof digits, *at = number_digits(end, v);
    if (minus) {
        *--at = '-';
    }
    put(o, at, (size_t)(end - at));
}

static void put_signed(struct out *o, int64_t v)
{
    put_whole(o, v < 0 ? -(uint64_t)v : (uint64_t)v, v < 0);
}

// At most so many bytes, if that is not negative. Of a text that there was no memory for, none.
static void put_text(struct out *o, const char *s, int most)
{
    if (s == NULL) {
        return;
    }
    const char *end = most < 0 ? NULL : memchr(s, '\0', (size_t)most);
    put(o, s, end != NULL ? (size_t)(end - s) : most < 0 ? strlen(s) : (size_t)most);
}

// False: there is something in the format that only the C library writes.
static bool write_plain(struct out *o, const char *format, va_list args)
{
    for (int most;;) {
        size_t n = 0;
        while (format[n] != '%' && format[n] != '\0') {
            n++;
        }
        put(o, format, n);
        if (format[n] == '\0') {
            return true;
        }
        format += n + 1;
        switch (*format++) {
        case 's':
            put_text(o, va_arg(args, const char *), -1);
            break;
        case 'c':
            put(o, &(char){(char)va_arg(args, int)}, 1);
            break;
        case 'd':
            put_signed(o, va_arg(args, int));
            break;
        case 'u':
            put_whole(o, va_arg(args, unsigned), false);
            break;
        case '%':
            put(o, "%", 1);
            break;
        case 'z':
            if (*format++ != 'u') {
                return false;
            }
            put_whole(o, va_arg(args, size_t), false);
            break;
        case 'l':
            if (format[0] != 'l' || format[1] != 'd') {
                return false;
            }
            put_signed(o, va_arg(args, long long));
            format += 2;
            break;
        case '.':
            if (format[0] != '*' || format[1] != 's') {
                return false;
            }
            most = va_arg(args, int);
            put_text(o, va_arg(args, const char *), most);
            format += 2;
            break;
        default:
            return false;
        }
    }
}

int format_write_args(char *out, size_t size, const char *format, va_list args)
{
    struct out o = {.bytes = out, .size = size};
    va_list again;
    va_copy(again, args);
    bool plain = write_plain(&o, format, again) && o.count <= INT_MAX;
    va_end(again);
    if (!plain) {
        return vsnprintf(out, size, format, args);
    }
    if (size > 0) {
        out[o.count < size ? o.count : size - 1] = '\0';
    }
    return (int)o.count;
}

int format_write(char *out, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = format_write_args(out, size, format, args);
    va_end(args);
    return n;
}
