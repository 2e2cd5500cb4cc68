#include "words/spark.h"

#include <math.h>

void spark_add(struct text *out, const double *numbers, size_t count)
{
    static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    double least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        if (isfinite(numbers[i])) {
            least = fmin(least, numbers[i]);
            most = fmax(most, numbers[i]);
        }
    }
    for (size_t i = 0; i < count; i++) {
        double height = most > least ? (numbers[i] - least) / (most - least) : 0;
        int eighth = height >= 1 ? 7 : height > 0 ? (int)(height * 8) : 0;
        text_add(out, isfinite(numbers[i]) ? bars[eighth] : " ");
    }
}
