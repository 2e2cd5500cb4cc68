// Plain C, as one writes it by hand: a row after the other, loops over units. Prints the microseconds of a
// step, and the last loss.
#include "moons.h"

struct net {
    double w1[HIDDEN][IN], b1[HIDDEN], w2[HIDDEN][HIDDEN], b2[HIDDEN], w3[HIDDEN], b3;
};

static double back(const struct net *n, struct net *g, const double x[IN], double y)
{
    double h[HIDDEN], k[HIDDEN], dk[HIDDEN], dh[HIDDEN], out = n->b3;
    for (int i = 0; i < HIDDEN; i++) {
        h[i] = tanh(n->b1[i] + n->w1[i][0] * x[0] + n->w1[i][1] * x[1]);
    }
    for (int i = 0; i < HIDDEN; i++) {
        double sum = n->b2[i];
        for (int j = 0; j < HIDDEN; j++) {
            sum += n->w2[i][j] * h[j];
        }
        k[i] = tanh(sum);
        out += n->w3[i] * k[i];
    }
    double error = out - y, d = 2 * error / ROWS;
    g->b3 += d;
    for (int i = 0; i < HIDDEN; i++) {
        g->w3[i] += d * k[i];
        dk[i] = d * n->w3[i] * (1 - k[i] * k[i]);
        dh[i] = 0;
    }
    for (int i = 0; i < HIDDEN; i++) {
        g->b2[i] += dk[i];
        for (int j = 0; j < HIDDEN; j++) {
            g->w2[i][j] += dk[i] * h[j];
            dh[j] += dk[i] * n->w2[i][j];
        }
    }
    for (int j = 0; j < HIDDEN; j++) {
        double slope = dh[j] * (1 - h[j] * h[j]);
        g->b1[j] += slope;
        g->w1[j][0] += slope * x[0];
        g->w1[j][1] += slope * x[1];
    }
    return error * error / ROWS;
}

int main(int argc, char **argv)
{
    static struct net n, g;
    static double x[ROWS][IN], y[ROWS];
    int steps = argc > 1 ? atoi(argv[1]) : 1000;
    double *w = (double *)&n, loss = 0;
    make_rows(x, y);
    for (int i = 0; i < WEIGHTS; i++) {
        w[i] = next_number();
    }
    double start = seconds();
    for (int s = 0; s < steps; s++) {
        g = (struct net){0};
        loss = 0;
        for (int r = 0; r < ROWS; r++) {
            loss += back(&n, &g, x[r], y[r]);
        }
        for (int i = 0; i < WEIGHTS; i++) {
            w[i] -= 0.05 * ((double *)&g)[i];
        }
    }
    printf("%.4f %.17g\n", 1e6 * (seconds() - start) / steps, loss);
}
