// The passes over a large tape: nanoseconds a node, forward and backward, on a two-layer network of
// tanh units written sample by sample, as a loop at the prompt would build it.
#include <stdio.h>
#include <time.h>

#include "engine/sweep.h"

enum { SAMPLES = 400, UNITS = 16, ROUNDS = 9 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static uint32_t add_unit(struct tape *t, const uint32_t *w, const uint32_t *x, int inputs)
{
    uint32_t sum = w[inputs];
    for (int i = 0; i < inputs; i++) {
        sum = tape_apply(t, OP_ADD, sum, tape_apply(t, OP_MUL, w[i], x[i]));
    }
    return tape_apply(t, OP_TANH, sum, sum);
}

static uint32_t build(struct tape *t)
{
    uint32_t w[2][UNITS][UNITS + 1], loss = tape_leaf(t, 0, 0);
    for (int layer = 0; layer < 2; layer++) {
        for (int i = 0; i < UNITS * (UNITS + 1); i++) {
            w[layer][i / (UNITS + 1)][i % (UNITS + 1)] =
                tape_leaf(t, 0.01 * (i % 17 - 8), MARK_PARAM);
        }
    }
    for (int s = 0; s < SAMPLES; s++) {
        uint32_t x[2] = {tape_leaf(t, 0.01 * s, 0), tape_leaf(t, 1 - 0.01 * s, 0)};
        uint32_t hidden[UNITS];
        for (int i = 0; i < UNITS; i++) {
            hidden[i] = add_unit(t, w[0][i], x, 2);
        }
        for (int i = 0; i < UNITS; i++) {
            loss = tape_apply(t, OP_ADD, loss, add_unit(t, w[1][i], hidden, UNITS));
        }
    }
    return loss;
}

int main(void)
{
    struct tape t;
    tape_init(&t);
    double start = seconds();
    uint32_t root = build(&t);
    double built = seconds() - start, forward = 1e9, backward = 1e9;
    double count = (double)tape_count(&t);
    for (int round = 0; round < ROUNDS; round++) {
        tape_set_value(&t, NULL, 1, 0.02);
        start = seconds();
        sweep_forward(&t, NULL, NULL, NULL);
        double middle = seconds();
        sweep_backward(&t, NULL, NULL, root, NULL);
        double end = seconds();
        forward = middle - start < forward ? middle - start : forward;
        backward = end - middle < backward ? end - middle : backward;
    }
    printf("sweep: %.0f nodes; ns a node: build %.1f, forward %.1f, backward %.1f\n", count,
           1e9 * built / count, 1e9 * forward / count, 1e9 * backward / count);
    tape_release(&t);
    return 0;
}
