// ADOL-C: the loss is taped once, each step replays the tape. Prints the microseconds of a step, and the last
// loss.
#include <adolc/adolc.h>

#include "moons.h"

static adouble forward(const adouble *w, const double x[IN])
{
    adouble h[HIDDEN], out;
    const adouble *b1 = w + HIDDEN * IN, *w2 = b1 + HIDDEN, *b2 = w2 + HIDDEN * HIDDEN,
                  *w3 = b2 + HIDDEN;
    for (int i = 0; i < HIDDEN; i++) {
        h[i] = tanh(b1[i] + w[i * IN] * x[0] + w[i * IN + 1] * x[1]);
    }
    out = w3[HIDDEN];
    for (int i = 0; i < HIDDEN; i++) {
        adouble sum = b2[i];
        for (int j = 0; j < HIDDEN; j++) {
            sum += w2[i * HIDDEN + j] * h[j];
        }
        out += w3[i] * tanh(sum);
    }
    return out;
}

int main(int argc, char **argv)
{
    static double x[ROWS][IN], y[ROWS], w[WEIGHTS], g[WEIGHTS];
    static adouble a[WEIGHTS];
    int steps = argc > 1 ? atoi(argv[1]) : 1000;
    double loss = 0;
    make_rows(x, y);
    for (int i = 0; i < WEIGHTS; i++) {
        w[i] = next_number();
    }
    trace_on(1);
    for (int i = 0; i < WEIGHTS; i++) {
        a[i] <<= w[i];
    }
    adouble sum = 0;
    for (int r = 0; r < ROWS; r++) {
        adouble error = forward(a, x[r]) - y[r];
        sum += error * error / ROWS;
    }
    sum >>= loss;
    trace_off();
    double start = seconds();
    for (int s = 0; s < steps; s++) {
        function(1, 1, WEIGHTS, w, &loss);
        gradient(1, WEIGHTS, w, g);
        for (int i = 0; i < WEIGHTS; i++) {
            w[i] -= 0.05 * g[i];
        }
    }
    printf("%.4f %.17g\n", 1e6 * (seconds() - start) / steps, loss);
}
