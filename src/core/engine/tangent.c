#include "engine/tangent.h"

#include "base/stop.h"

bool tangent_follows(const struct tangent *t, uint32_t id)
{
    return id >= t->of && id <= t->root && BUF(uint8_t, &t->follows)[id - t->of] != 0;
}

double tangent_get(const struct tangent *t, uint32_t id)
{
    return tangent_follows(t, id) ? BUF(double, &t->slope)[id - t->of] : 0;
}

// In `follows`: it depends on `of` (1), and on some path the change passes (LIVE).
enum { LIVE = 3 };

static void carry(const struct tape *t, uint32_t id, struct tangent *out)
{
    double slope = 0;
    bool follows = false;
    uint8_t live = 0;
    for (int slot = 0; slot < tape_arity(t, id); slot++) {
        uint32_t operand = tape_operand(t, id, slot);
        if (tangent_follows(out, operand) && !tape_constant(t, id, slot)) {
            // Where it is flat nothing passes, as in a backward sweep.
            if (BUF(uint8_t, &out->follows)[operand - out->of] == LIVE && !tape_flat(t, id, slot)) {
                slope += tape_slope(t, id, slot) * tangent_get(out, operand);
                live = LIVE;
            }
            follows = true;
            out->multiply_adds++;
        }
    }
    BUF(double, &out->slope)[id - out->of] = slope;
    BUF(uint8_t, &out->follows)[id - out->of] = live != 0 ? live : follows;
}

static enum sweep_end carry_up(const struct tape *t, struct stop *stop, struct tangent *out)
{
    for (size_t i = 0; i < out->under.count; i++) {
        uint32_t id = BUF(uint32_t, &out->under)[i];
        if (stop_asked(stop, i)) {
            return SWEEP_STOPPED;
        }
        if (id == out->of) {
            BUF(double, &out->slope)[0] = 1;
            BUF(uint8_t, &out->follows)[0] = LIVE;
        } else if (id > out->of) {
            carry(t, id, out);
        }
    }
    return SWEEP_DONE;
}

enum sweep_end tangent_sweep(const struct tape *t, struct stop *stop, uint32_t root, uint32_t of,
                             struct tangent *out)
{
    *out = (struct tangent){.of = of, .root = root};
    buf_init(&out->slope, sizeof(double));
    buf_init(&out->follows, sizeof(uint8_t));
    size_t count = of <= root ? root - of + 1 : 0;
    bool ok = sweep_reach(t, root, &out->under) && buf_resize(&out->slope, count) &&
              buf_resize(&out->follows, count);
    return ok ? carry_up(t, stop, out) : SWEEP_NO_MEMORY;
}

void tangent_release(struct tangent *t)
{
    buf_release(&t->under);
    buf_release(&t->slope);
    buf_release(&t->follows);
}
