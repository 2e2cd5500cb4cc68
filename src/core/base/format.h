// Formats as the C library's snprintf does, and quicker: nearly all that messages are made of are texts
// and whole numbers.
#ifndef BASE_FORMAT_H
#define BASE_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

// Writes at most size bytes, the 0 at the end included. Returns how many bytes the whole text has without
// it; negative: it cannot be written. A text may be NULL (there was no memory for it), and is left out.
__attribute__((format(printf, 3, 4))) int format_write(char *out, size_t size, const char *format,
                                                       ...);
__attribute__((format(printf, 3, 0))) int format_write_args(char *out, size_t size,
                                                            const char *format, va_list args);

#endif
