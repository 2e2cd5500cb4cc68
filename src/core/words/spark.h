// A row of numbers as one line of text, each an eighth-block from the lowest to the highest.
#ifndef WORDS_SPARK_H
#define WORDS_SPARK_H

#include "base/text.h"

// Numbers that are not finite stand as blanks.
void spark_add(struct text *out, const double *numbers, size_t count);

#endif
