// Any bytes are a script, and what it made last is trained for 40 steps: by programs over rows or runs, the
// turns of loops being replayed; and once more step by step, turn by turn. Not a bit may differ.
//
// The first byte chooses the optimiser. The graph is bounded, and so is the work: a script that was
// stopped in one of the two is passed over.
#include <math.h>
#include <stdio.h>

#include "desk.h"
#include "session/call.h"

enum { NODES_MOST = 6000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const optimisers[] = {"",          " momentum", " adam",
                                         " nesterov", " clip 1",   " rmsprop"};

// False: it was stopped, or quit.
static bool train(struct desk *d, const uint8_t *data, size_t size)
{
    char label[LABEL_TEXT], text[LABEL_TEXT + 40];
    if (!desk_run_lines(d, data + 1, size - 1)) {
        return false;
    }
    uint32_t output = session_settings(d->session)->output;
    if (output == NODE_NONE) {
        return true;
    }
    names_label(&d->session->names, label, output);
    snprintf(text, sizeof text, "train %s 40 0.01%s", label,
             optimisers[data[0] % COUNT_OF(optimisers)]);
    return desk_run(d, text) != SESSION_QUIT && d->stop.asked == 0;
}

static bool same_numbers(const struct buf *a, const struct buf *b)
{
    const double *x = a->data, *y = b->data;
    bool same = a->count == b->count;
    for (size_t i = 0; i < a->count && same; i++) {
        same = memcmp(&x[i], &y[i], sizeof *x) == 0 || (isnan(x[i]) && isnan(y[i]));
    }
    return same;
}

static void compare(struct desk *quick, struct desk *plain)
{
    struct text a, b;
    text_init(&a);
    text_init(&b);
    desk_photograph(quick, &a);
    desk_photograph(plain, &b);
    const struct tape *t = &quick->session->tape, *u = &plain->session->tape;
    if (strcmp(text_get(&a), text_get(&b)) != 0 || !same_numbers(&t->value, &u->value) ||
        !same_numbers(&t->grad, &u->grad)) {
        fprintf(stderr, "by programs:\n%s\nstep by step:\n%s\n", text_get(&a), text_get(&b));
        abort();
    }
    text_release(&a);
    text_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2 || size > BYTES_MOST || memmem(data, size, "00", 2) != NULL ||
        memchr(data, '\0', size) != NULL) {
        return 0;
    }
    struct desk quick = {0}, plain = {0};
    desk_open_in(&quick, (struct session_world){.nodes = NODES_MOST});
    desk_open_in(&plain, (struct session_world){
                             .nodes = NODES_MOST, .lanes = LANES_NONE, .plain_loops = true});
    if (train(&quick, data, size) && train(&plain, data, size)) {
        compare(&quick, &plain);
    }
    desk_close(&quick);
    desk_close(&plain);
    return 0;
}
