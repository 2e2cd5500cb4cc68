// The training that all programs of this folder do: 100 points of two moons, 2-16-16-1 with tanh, mse,
// steps of 0.05 down the gradient. Weights are drawn by a small generator, the same in all.
#ifndef BENCH_MOONS_H
#define BENCH_MOONS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROWS = 100, IN = 2, HIDDEN = 16, WEIGHTS = HIDDEN * (IN + 1) + HIDDEN * (HIDDEN + 1) + HIDDEN + 1 };

static double next_number(void)
{
    static unsigned long long state = 1;
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (double)(state >> 11) / 9007199254740992.0 - 0.5;
}

static void make_rows(double x[ROWS][IN], double y[ROWS])
{
    for (int r = 0; r < ROWS; r++) {
        double angle = 3.14159265358979 * (r / 2) / (ROWS / 2);
        int upper = r % 2 == 0;
        x[r][0] = (upper ? cos(angle) : 1 - cos(angle)) + 0.1 * next_number();
        x[r][1] = (upper ? sin(angle) : 0.5 - sin(angle)) + 0.1 * next_number();
        y[r] = upper ? 1 : -1;
    }
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

#endif
