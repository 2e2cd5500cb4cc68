// The training of moons.h in plain C. For moons.c alone, and for bench/lanes.c, which takes turns with
// it; both are to be compiled with -O3.
#ifndef BENCH_MOONS_PLAIN_H
#define BENCH_MOONS_PLAIN_H

#include "moons.h"

struct net {
    double w1[HIDDEN][IN], b1[HIDDEN], w2[HIDDEN][HIDDEN], b2[HIDDEN], w3[HIDDEN], b3;
};

struct plain {
    struct net n, g;
    double x[ROWS][IN], y[ROWS];
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

static void plain_begin(struct plain *p)
{
    double *w = (double *)&p->n;
    make_rows(p->x, p->y);
    for (int i = 0; i < WEIGHTS; i++) {
        w[i] = next_number();
    }
}

// One step down the gradient. Returns the loss before it.
static double plain_step(struct plain *p)
{
    double *w = (double *)&p->n, loss = 0;
    p->g = (struct net){0};
    for (int r = 0; r < ROWS; r++) {
        loss += back(&p->n, &p->g, p->x[r], p->y[r]);
    }
    for (int i = 0; i < WEIGHTS; i++) {
        w[i] -= 0.05 * ((double *)&p->g)[i];
    }
    return loss;
}

#endif
