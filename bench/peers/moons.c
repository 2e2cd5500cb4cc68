// Plain C, as one writes it by hand: a row after the other, loops over units. Prints the microseconds of a
// step, and the last loss.
#include "moons_plain.h"

int main(int argc, char **argv)
{
    static struct plain p;
    int steps = argc > 1 ? atoi(argv[1]) : 1000;
    double loss = 0;
    plain_begin(&p);
    double start = seconds();
    for (int s = 0; s < steps; s++) {
        loss = plain_step(&p);
    }
    printf("%.4f %.17g\n", 1e6 * (seconds() - start) / steps, loss);
}
