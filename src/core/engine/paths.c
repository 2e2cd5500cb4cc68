#include "engine/paths.h"

#include "base/stop.h"

// In `leads`: a path to `of` begins here (1), and the gradient passes on one of them (PASSES).
enum { PASSES = 3 };

// Arrays from `of` to root, while the counting goes on.
struct paths_tally {
    struct path_count *count;
    double *sum;
    uint8_t *leads;
};

static double count_about(struct path_count c)
{
    return c.about != 0 ? c.about : (double)c.exact;
}

static struct path_count count_add(struct path_count a, struct path_count b)
{
    uint64_t sum = a.exact + b.exact;
    bool fits = a.about == 0 && b.about == 0 && sum >= a.exact;
    return fits ? (struct path_count){sum, 0}
                : (struct path_count){0, count_about(a) + count_about(b)};
}

static bool leads_from(const struct paths *p, uint32_t id)
{
    return id >= p->of && id <= p->root && BUF(uint8_t, &p->leads)[id - p->of] != 0;
}

// Does a path to `of` leave node `id` by this operand?
static bool leads_by(const struct paths *p, uint32_t id, int slot)
{
    return leads_from(p, tape_operand(p->tape, id, slot)) && !tape_constant(p->tape, id, slot);
}

static void tally_node(const struct paths *p, const struct paths_tally *to, uint32_t id)
{
    uint32_t at = id - p->of;
    for (int slot = 0; slot < tape_arity(p->tape, id); slot++) {
        if (leads_by(p, id, slot)) {
            uint32_t operand = tape_operand(p->tape, id, slot) - p->of;
            to->count[at] = count_add(to->count[at], to->count[operand]);
            if (to->leads[operand] == PASSES && !tape_flat(p->tape, id, slot)) {
                to->sum[at] += tape_slope(p->tape, id, slot) * to->sum[operand];
                to->leads[at] = PASSES;
            }
            to->leads[at] |= 1;
        }
    }
}

// `under`: what root depends on.
static enum sweep_end tally_up(struct paths *p, struct stop *stop, const struct buf *under,
                               const struct paths_tally *to)
{
    to->count[0].exact = 1;
    to->sum[0] = 1;
    to->leads[0] = PASSES;
    for (size_t k = mem_search(under->data, under->count, sizeof(uint32_t), p->of + 1);
         k < under->count; k++) {
        if (stop_asked(stop, k)) {
            return SWEEP_STOPPED;
        }
        tally_node(p, to, BUF(uint32_t, under)[k]);
    }
    p->count = to->count[p->root - p->of];
    p->sum = to->sum[p->root - p->of];
    return SWEEP_DONE;
}

enum sweep_end paths_init(struct paths *p, const struct tape *t, struct stop *stop, uint32_t root,
                          uint32_t of)
{
    *p = (struct paths){.tape = t, .root = root, .of = of};
    buf_init(&p->leads, sizeof(uint8_t));
    buf_init(&p->steps, sizeof(struct path_step));
    if (of > root) {
        return SWEEP_DONE;
    }
    struct buf under, count, sum;
    buf_init(&count, sizeof(struct path_count));
    buf_init(&sum, sizeof(double));
    size_t n = root - of + 1;
    enum sweep_end end = SWEEP_NO_MEMORY;
    if (sweep_reach(t, root, &under) && buf_resize(&count, n) && buf_resize(&sum, n) &&
        buf_resize(&p->leads, n)) {
        end = tally_up(p, stop, &under, &(struct paths_tally){count.data, sum.data, p->leads.data});
    }
    buf_release(&under);
    buf_release(&count);
    buf_release(&sum);
    return end;
}

void paths_release(struct paths *p)
{
    buf_release(&p->leads);
    buf_release(&p->steps);
}

static struct path_step *last(const struct paths *p)
{
    return &BUF(struct path_step, &p->steps)[p->steps.count - 1];
}

static bool push(struct paths *p, uint32_t node, double product)
{
    struct path_step *step = buf_push(&p->steps, 1);
    if (step != NULL) {
        *step = (struct path_step){.node = node, .product = product};
    }
    return step != NULL;
}

// Turns the last step to its first way to `of`, from operand `slot` on. False if there is none.
static bool turn(struct paths *p, int slot)
{
    struct path_step *step = last(p);
    int arity = tape_arity(p->tape, step->node);
    while (slot < arity && !leads_by(p, step->node, slot)) {
        slot++;
    }
    if (slot >= arity) {
        return false;
    }
    step->slot = slot;
    step->local = tape_slope(p->tape, step->node, slot);
    step->flat = tape_flat(p->tape, step->node, slot);
    return true;
}

// Goes back to the last step that has another way, and turns it there. False if none has.
static bool turn_back(struct paths *p)
{
    while (p->steps.count > 0) {
        if (last(p)->node != p->of && turn(p, last(p)->slot + 1)) {
            return true;
        }
        p->steps.count--;
    }
    return false;
}

bool paths_next(struct paths *p)
{
    if (p->begun) {
        if (!turn_back(p)) {
            return false;
        }
    } else {
        p->begun = true;
        if (!leads_from(p, p->root) || !push(p, p->root, 1)) {
            return false;
        }
        turn(p, 0);
    }
    while (last(p)->node != p->of) {
        struct path_step from = *last(p);
        uint32_t operand = tape_operand(p->tape, from.node, from.slot);
        bool shut = from.shut || from.flat;
        if (!push(p, operand, shut ? 0 : from.product * from.local)) {
            return false;
        }
        last(p)->shut = shut;
        turn(p, 0);
    }
    return true;
}

double paths_product(const struct paths *p)
{
    BS_ASSERT(p->steps.count > 0);
    return last(p)->product;
}
