// What a host says in plain words, on standard output or standard error: paths, options, lines of
// files. The last exit of whatever is not written by supply/ink.h; control characters in it are
// made visible.
#ifndef PROCESS_TELL_H
#define PROCESS_TELL_H

#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 2, 3))) void tell(FILE *to, const char *format, ...);
__attribute__((format(printf, 2, 0))) void tell_args(FILE *to, const char *format, va_list args);

#endif
