#include "engine/stepper.h"

#include <string.h>

#include "base/stop.h"

void stepper_init(struct stepper *s)
{
    *s = (struct stepper){.tape = NULL};
    buf_init(&s->order, sizeof(uint32_t));
    buf_init(&s->live, sizeof(uint8_t));
    buf_init(&s->marks, sizeof(size_t));
    trail_init(&s->trail);
}

void stepper_release(struct stepper *s)
{
    buf_release(&s->order);
    buf_release(&s->live);
    buf_release(&s->marks);
    trail_release(&s->trail);
    stepper_init(s);
}

void stepper_stop(struct stepper *s)
{
    stepper_release(s);
}

bool stepper_start(struct stepper *s, struct tape *tape, uint32_t root, bool from_backward)
{
    stepper_stop(s);
    if (!sweep_reach(tape, root, &s->order)) {
        stepper_stop(s);
        return false;
    }
    uint32_t *order = s->order.data;
    size_t computed = 0;
    for (size_t i = 0; i < s->order.count; i++) {
        if (tape_op(tape, order[i]) != OP_LEAF) {
            order[computed++] = order[i];
        }
    }
    s->order.count = computed;
    s->tape = tape;
    s->root = root;
    s->from_backward = from_backward;
    return true;
}

size_t stepper_forward_steps(const struct stepper *s)
{
    return s->from_backward ? 0 : s->order.count;
}

size_t stepper_steps(const struct stepper *s)
{
    return stepper_forward_steps(s) + 1 + s->order.count;
}

struct step stepper_get(const struct stepper *s, size_t k)
{
    BS_ASSERT(s->tape != NULL && k < stepper_steps(s));
    const uint32_t *order = s->order.data;
    size_t seed = stepper_forward_steps(s);
    if (k == seed) {
        return (struct step){STEP_SEED, s->root};
    }
    return k < seed ? (struct step){STEP_FORWARD, order[k]}
                    : (struct step){STEP_BACKWARD, order[s->order.count - (k - seed)]};
}

static bool save(struct stepper *s, struct trail *trail, struct buf *owner, size_t first,
                 size_t count)
{
    return trail_save(&s->trail, owner, first, count) && trail_save(trail, owner, first, count);
}

static bool set_marks(struct stepper *s, struct trail *trail, uint32_t id, uint8_t marks)
{
    uint8_t *mark = s->tape->mark.data;
    if (mark[id] != marks) {
        if (!save(s, trail, &s->tape->mark, id, 1)) {
            return false;
        }
        mark[id] = marks;
        tape_note(s->tape, id, marks);
    }
    return true;
}

static bool set_number(struct stepper *s, struct trail *trail, struct buf *owner, uint32_t id,
                       double number)
{
    double *at = BUF_FROM(double, owner, id);
    // As bits: -0 is not 0 here, and nan is nan.
    if (memcmp(at, &number, sizeof number) != 0) {
        if (!save(s, trail, owner, id, 1)) {
            return false;
        }
        *at = number;
    }
    return true;
}

static bool step_forward(struct stepper *s, struct trail *trail, struct step_fact *fact)
{
    struct tape *t = s->tape;
    uint32_t id = fact->step.node;
    uint8_t marks = BUF(uint8_t, &t->mark)[id];
    buf_release(&s->live);
    t->settled = 0;
    fact->before = tape_value(t, id);
    fact->after = op_value(fact->op, fact->operand_value[0], fact->operand_value[1]);
    return set_number(s, trail, &t->value, id, fact->after) &&
           set_marks(s, trail, id, marks & (uint8_t)~MARK_STALE);
}

// What the seed clears lies between the lowest computed node and root.
static uint32_t lowest(const struct stepper *s)
{
    return s->order.count == 0 ? s->root : BUF(uint32_t, &s->order)[0];
}

static bool save_cleared(struct stepper *s, struct trail *trail)
{
    size_t first = lowest(s), count = s->root - first + 1;
    return trail_save(trail, &s->tape->grad, first, count) &&
           trail_save(trail, &s->tape->mark, first, count);
}

static bool step_seed(struct stepper *s, struct trail *trail, struct step_fact *fact)
{
    if (!save_cleared(s, &s->trail) || !save_cleared(s, trail)) {
        return false;
    }
    double *grad = s->tape->grad.data;
    uint8_t *mark = s->tape->mark.data;
    fact->before = grad[s->root];
    for (size_t i = 0; i < s->order.count; i++) {
        uint32_t id = BUF(uint32_t, &s->order)[i];
        grad[id] = 0;
        mark[id] &= (uint8_t)~MARK_GRAD;
    }
    fact->after = grad[s->root] += 1;
    mark[s->root] |= MARK_GRAD;
    tape_note(s->tape, s->root, MARK_GRAD);
    return true;
}

static bool step_backward(struct stepper *s, struct trail *trail, struct step_fact *fact)
{
    struct tape *t = s->tape;
    uint32_t id = fact->step.node;
    // The values stay as they are for the whole backward pass.
    if (s->live.count == 0 && !sweep_live(t, s->root, &s->live)) {
        return false;
    }
    fact->upstream = tape_grad(t, id);
    for (int slot = 0; slot < fact->arity; slot++) {
        if (tape_constant(t, id, slot)) {
            continue;
        }
        struct step_share *to = &fact->share[fact->shares++];
        to->slot = slot;
        to->child = fact->operand[slot];
        to->held = tape_grad(t, to->child);
        to->local = tape_slope(t, id, slot);
        to->passes = BUF(uint8_t, &s->live)[id] != 0 && !tape_flat(t, id, slot);
        to->share = to->passes ? fact->upstream * to->local : 0;
        to->now = to->held + to->share;
        uint8_t marks = BUF(uint8_t, &t->mark)[to->child];
        if (!set_number(s, trail, &t->grad, to->child, to->now) ||
            !set_marks(s, trail, to->child, marks | MARK_GRAD)) {
            return false;
        }
    }
    return true;
}

static struct step_fact fact_of(const struct stepper *s, struct step step)
{
    struct node n = tape_node(s->tape, step.node);
    return (struct step_fact){
        .step = step,
        .op = (enum op)n.op,
        .arity = tape_arity(s->tape, step.node),
        .operand = {(uint32_t)n.a, (uint32_t)n.b},
        .operand_value = {tape_value(s->tape, (uint32_t)n.a), tape_value(s->tape, (uint32_t)n.b)},
    };
}

bool stepper_step(struct stepper *s, struct trail *trail, struct step_fact *fact)
{
    *fact = fact_of(s, stepper_get(s, s->at));
    size_t mark = trail_mark(&s->trail);
    size_t *kept = buf_push(&s->marks, 1);
    if (kept == NULL) {
        return false;
    }
    *kept = mark;
    bool done = fact->step.kind == STEP_FORWARD ? step_forward(s, trail, fact)
                : fact->step.kind == STEP_SEED  ? step_seed(s, trail, fact)
                                                : step_backward(s, trail, fact);
    if (!done) {
        trail_take_back(&s->trail, mark, NULL);
        s->marks.count--;
        return false;
    }
    s->at++;
    return true;
}

// Saves what taking back `step` will change.
static bool save_touched(struct stepper *s, struct trail *trail, struct step step)
{
    struct tape *t = s->tape;
    if (step.kind == STEP_SEED) {
        return save_cleared(s, trail);
    }
    if (step.kind == STEP_FORWARD) {
        return trail_save(trail, &t->value, step.node, 1) &&
               trail_save(trail, &t->mark, step.node, 1);
    }
    for (int slot = 0; slot < tape_arity(t, step.node); slot++) {
        uint32_t child = tape_operand(t, step.node, slot);
        if (!trail_save(trail, &t->grad, child, 1) || !trail_save(trail, &t->mark, child, 1)) {
            return false;
        }
    }
    return true;
}

bool stepper_back(struct stepper *s, struct trail *trail)
{
    BS_ASSERT(s->tape != NULL && s->at > 0);
    struct step step = stepper_get(s, s->at - 1);
    if (!save_touched(s, trail, step)) {
        return false;
    }
    trail_take_back(&s->trail, BUF(size_t, &s->marks)[--s->marks.count], NULL);
    s->at--;
    // The node may be stale again.
    s->tape->any_stale |= step.kind == STEP_FORWARD;
    s->tape->settled = 0;
    return true;
}

// A long way changes most of the graph: three saved arrays are less than a change for each step.
static bool save_way(struct stepper *s, struct trail *trail, size_t steps)
{
    struct tape *t = s->tape;
    size_t first = lowest(s), count = (size_t)s->root + 1;
    return steps < count / 8 ||
           (trail_save(trail, &t->value, first, count - first) &&
            trail_save(trail, &t->grad, 0, count) && trail_save(trail, &t->mark, 0, count));
}

enum sweep_end stepper_go(struct stepper *s, struct trail *trail, struct stop *stop, size_t to)
{
    BS_ASSERT(s->tape != NULL && to <= stepper_steps(s));
    struct step_fact fact;
    if (!save_way(s, trail, to > s->at ? to - s->at : s->at - to)) {
        return SWEEP_NO_MEMORY;
    }
    while (s->at != to) {
        if (stop_asked(stop, s->at)) {
            return SWEEP_STOPPED;
        }
        if (s->at < to ? !stepper_step(s, trail, &fact) : !stepper_back(s, trail)) {
            return SWEEP_NO_MEMORY;
        }
    }
    return SWEEP_DONE;
}

size_t stepper_pass_end(const struct stepper *s)
{
    size_t forward = stepper_forward_steps(s);
    return s->at < forward ? forward : stepper_steps(s);
}

// The place of `node` in the order; order.count if it has none.
static size_t place_of(const struct stepper *s, uint32_t node)
{
    const uint32_t *order = s->order.data;
    size_t low = 0, high = s->order.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (order[middle] < node) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < s->order.count && order[low] == node ? low : s->order.count;
}

bool stepper_find(const struct stepper *s, uint32_t node, bool ahead, size_t *to)
{
    size_t forward = stepper_forward_steps(s), n = s->order.count, place = place_of(s, node);
    // After its forward step, after the seed if it is root, after its backward step: ascending.
    size_t after[3], count = 0;
    if (place < forward) {
        after[count++] = place + 1;
    }
    if (node == s->root) {
        after[count++] = forward + 1;
    }
    if (place < n) {
        after[count++] = forward + 1 + (n - place);
    }
    for (size_t i = 0; i < count; i++) {
        size_t k = ahead ? i : count - 1 - i;
        if (ahead ? after[k] > s->at : after[k] < s->at) {
            *to = after[k];
            return true;
        }
    }
    return false;
}

struct step_place stepper_where(const struct stepper *s)
{
    size_t forward = stepper_forward_steps(s), backward = stepper_steps(s) - forward;
    return s->at > forward || forward == 0 ? (struct step_place){true, s->at - forward, backward}
                                           : (struct step_place){false, s->at, forward};
}
