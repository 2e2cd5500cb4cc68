// `backstep print`: a lesson on paper.
#ifndef CHECK_PRINT_H
#define CHECK_PRINT_H

#include <stdbool.h>
#include <stdint.h>

// Writes the lesson, an id of the course or a file, as FILE.html or FILE.pdf, with the numbers of
// the seed; keys: with the answers at its end. Returns the exit status: 1 where it cannot be written
// or the lesson has a mistake, which are told on standard error, 2 where nothing can be made of what
// was asked for.
int print_run(const char *lesson, const char *path, uint64_t seed, bool keys);

#endif
