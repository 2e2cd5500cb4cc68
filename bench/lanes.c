// A training step over lanes, with vectors of each width, and over runs of nodes, beside plain C (peers/moons_plain.h), taking turns in one
// process, as the clock of a shared machine wanders: build/bench/lanes [ROUNDS]
//
// Prints the least microseconds of a step over all rounds, the median of the rounds' ratios to plain C,
// and the ratio of the least times.
#include <string.h>

#include "command/commands.h"
#include "engine/descent.h"
#include "peers/moons_plain.h"
#include "session/session.h"

static const char NET[] = "seed 1; M = moons(100); data X = M[:, 0:2]; data y = 2*M[:, 2] - 1; "
                          "param W1 = randn(2, 16)/2; param b1 = zeros(16); "
                          "param W2 = randn(16, 16)/2; param b2 = zeros(16); "
                          "param W3 = randn(16)/2; param b3 = 0; "
                          "L = mse(tanh(tanh(X @ W1 + b1) @ W2 + b2) @ W3 + b3, y)";

enum { STEPS = 50, ROUNDS = 60, MOST_ROUNDS = 1000 };

static const struct {
    const char *name;
    enum lanes_width width;
    int steps;
    bool runs;
} WAYS[] = {
    {"plain C", LANES_NONE, STEPS, false},   {"128 bits", LANES_128, STEPS, false},
    {"256 bits", LANES_256, STEPS, false},   {"512 bits", LANES_512, STEPS, false},
    {"runs, 128 bits", LANES_128, 10, true}, {"runs", LANES_WIDEST, 10, true},
    {"plain sweep", LANES_NONE, 2, false},
};

enum { WAY_COUNT = sizeof WAYS / sizeof WAYS[0] };

struct way {
    struct session *session;
    struct descent descent;
    struct buf states;
    double times[MOST_ROUNDS];
};

static bool begin(struct way *w, enum lanes_width width, bool runs)
{
    const struct optim o = {.rate = 0.05};
    struct records r;
    records_init(&r);
    w->session = session_new(&(struct session_world){.commands = &commands_table, .seed = 1});
    bool ok =
        w->session != NULL && session_eval(w->session, NET, SESSION_SCRIPT, &r) == SESSION_DONE;
    records_release(&r);
    if (!ok) {
        return false;
    }
    struct value loss = names_get(&w->session->names, names_intern(&w->session->names, "L", 1));
    buf_init(&w->states, sizeof(struct optim_state));
    double first;
    ok = descent_begin(&w->descent, &w->session->tape, NULL, &o, &w->states, loss.base) &&
         descent_step(&w->descent, NULL, &first) == SWEEP_DONE;
    if (ok && !runs) {
        descent_compile(&w->descent, width, true);
    } else if (ok) {
        sweep_forward_in(w->descent.tape, NULL, NULL, &w->descent.stretches, NULL);
        w->descent.runs = runs_compile(w->descent.tape, loss.base, &w->descent.stretches, width);
    }
    return ok;
}

static double run(struct way *w, struct plain *plain, int steps)
{
    double loss, start = seconds();
    for (int i = 0; i < steps; i++) {
        if (w->session == NULL) {
            plain_step(plain);
        } else {
            descent_replay(&w->descent, NULL, &loss);
        }
    }
    return 1e6 * (seconds() - start) / steps;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, int n)
{
    qsort(x, (size_t)n, sizeof *x, compare);
    return n % 2 == 1 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

int main(int argc, char **argv)
{
    static struct way ways[WAY_COUNT];
    static struct plain plain;
    int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS;
    rounds = rounds < 1 ? 1 : rounds > MOST_ROUNDS ? MOST_ROUNDS : rounds;
    plain_begin(&plain);
    for (int i = 1; i < WAY_COUNT; i++) {
        if (!begin(&ways[i], WAYS[i].width, WAYS[i].runs)) {
            fprintf(stderr, "lanes: the net cannot be made\n");
            return 1;
        }
    }
    for (int k = 0; k < rounds; k++) {
        for (int i = 0; i < WAY_COUNT; i++) {
            ways[i].times[k] = run(&ways[i], &plain, WAYS[i].steps);
        }
    }
    for (int i = 0; i < WAY_COUNT; i++) {
        double ratio[MOST_ROUNDS], least = ways[i].times[0], least_plain = ways[0].times[0];
        for (int k = 0; k < rounds; k++) {
            ratio[k] = ways[i].times[k] / ways[0].times[k];
            least = ways[i].times[k] < least ? ways[i].times[k] : least;
            least_plain = ways[0].times[k] < least_plain ? ways[0].times[k] : least_plain;
        }
        const struct lanes *lanes = ways[i].descent.lanes;
        if (lanes == NULL || lanes_bits(lanes) == 64u << i) {  // or the processor has less
            printf("lanes: %-14s  %7.1f us a step, plain C times %.3f (least by least %.3f)\n",
                   WAYS[i].name, least, median(ratio, rounds), least / least_plain);
        }
        descent_release(&ways[i].descent);
        buf_release(&ways[i].states);
        session_free(ways[i].session);
    }
}
