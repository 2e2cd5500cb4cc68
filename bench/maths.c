// What a call of engine/maths costs next to libm's, in nanoseconds of processor time: the best of
// several rounds over a thousand arguments, so that the machine's other work is left out.
#include "engine/maths.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

enum { ARGUMENTS = 1000, ROUNDS = 200 };

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double softplus(double x)
{
    return log1p(exp(x));
}

static double our_cube(double x)
{
    return maths_pow(x, 3);
}

static double cube(double x)
{
    return pow(x, 3);
}

static const struct contest {
    const char *name;
    double (*ours)(double);
    double (*libm)(double);
    double low, high;
} CONTESTS[] = {
    {"exp", maths_exp, exp, -10, 10},
    {"expm1", maths_expm1, expm1, -3, 3},
    {"tanh", maths_tanh, tanh, -3, 3},
    {"sigmoid", maths_sigmoid, sigmoid, -6, 6},
    {"sinh", maths_sinh, sinh, -5, 5},
    {"cosh", maths_cosh, cosh, -5, 5},
    {"log", maths_log, log, 0.01, 100},
    {"log1p", maths_log1p, log1p, -0.9, 10},
    {"softplus", maths_softplus, softplus, -6, 6},
    {"sin", maths_sin, sin, -10, 10},
    {"cos", maths_cos, cos, -10, 10},
    {"x**3", our_cube, cube, -3, 3},
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

// Results go here, so that no compiler finds that nobody wants them.
static volatile double sink;

static double round_of(double (*f)(double), const double *xs)
{
    double sum = 0, start = now();
    for (int i = 0; i < ARGUMENTS; i++) {
        sum += f(xs[i]);
    }
    sink = sum;
    return (now() - start) / ARGUMENTS;
}

// Arguments in an order that no branch predictor can learn: multiples of the golden ratio, mod 1.
static void spread(double *xs, double low, double high)
{
    for (int i = 0; i < ARGUMENTS; i++) {
        xs[i] = low + (high - low) * fmod(i * 0.61803398874989485, 1);
    }
}

int main(void)
{
    printf("%-10s %8s %8s   ns a call\n", "", "ours", "libm");
    for (size_t i = 0; i < sizeof CONTESTS / sizeof CONTESTS[0]; i++) {
        const struct contest *c = &CONTESTS[i];
        double xs[ARGUMENTS], ours = INFINITY, libm = INFINITY;
        spread(xs, c->low, c->high);
        for (int round = 0; round < ROUNDS; round++) {
            ours = fmin(ours, round_of(c->ours, xs));
            libm = fmin(libm, round_of(c->libm, xs));
        }
        printf("%-10s %8.1f %8.1f\n", c->name, ours, libm);
    }
    return 0;
}
