// Turns that are steps of a training: `repeat 500 { L = mse(…); zero; backward L; update 0.1 }`.
//
// If the turns of a cycle are alike, each being one step of gradient descent on a loss that depends on
// nothing but parameters and constants, further cycles are run by a program of engine/lanes.h or
// engine/runs.h. It leaves only the parameters, so the last cycle before anyone looks is replayed again
// without it. Nothing may be missed that would be said: with all numbers of a program below
// LANES_TAME, those that it leaves out are finite too.
#include <math.h>
#include <string.h>

#include "engine/ops.h"
#include "session/call.h"

enum {
    WORTHWHILE = 30,  // turns to come
    FASTER = 8        // a program's work is counted as so much less
};

void replay_program_release(struct replay *r)
{
    lanes_free(r->lanes);
    runs_free(r->runs);
    buf_release(&r->weights);
    buf_release(&r->held);
    r->lanes = NULL;
    r->runs = NULL;
    r->looked = r->owed = false;
}

// ---- Is a turn a step? --------------------------------------------------------------------------

// One turn of the recorded cycle: its events, and the nodes it made.
struct replay_turn {
    const struct replay_event *event;
    size_t events;
    uint32_t first, end;
    const struct replay_event *zero, *pass, *update;
};

// Nodes are made, gradients cleared, a pass goes down, and parameters move, each once; the clearing comes
// first or last, nodes come before the pass.
static bool read_turn(struct replay_turn *t)
{
    const struct replay_event *made = NULL;
    bool once = true;
    t->first = NODE_NONE;
    t->zero = t->pass = t->update = NULL;
    for (const struct replay_event *e = t->event; e < t->event + t->events; e++) {
        switch (e->kind) {
        case REPLAY_MAKE:
        case REPLAY_COUNT:
            t->first = t->first == NODE_NONE ? e->first : t->first;
            t->end = e->kind == REPLAY_COUNT ? e->first + 1 : e->end;
            made = e;
            break;
        case REPLAY_ZERO:
            once &= t->zero == NULL;
            t->zero = e;
            break;
        case REPLAY_BACKWARD:
            once &= t->pass == NULL;
            t->pass = e;
            break;
        case REPLAY_UPDATE:
            once &= t->update == NULL;
            t->update = e;
            break;
        case REPLAY_REFRESH:
            return false;
        }
    }
    return once && made != NULL && t->zero != NULL && t->pass != NULL && t->update != NULL &&
           made < t->pass && t->pass < t->update && (t->zero < t->pass || t->zero > t->update);
}

static struct replay_turn turn_at(const struct replay *r, size_t i)
{
    size_t each = r->events.count / (size_t)r->turn;
    return (struct replay_turn){.event = BUF_FROM(struct replay_event, &r->events, i * each),
                                .events = each};
}

static bool is_counter(const struct replay_turn *t, uint32_t id)
{
    for (size_t i = 0; i < t->events; i++) {
        if (t->event[i].kind == REPLAY_COUNT && t->event[i].first == id) {
            return true;
        }
    }
    return false;
}

static bool same_operand(const struct replay_turn *a, const struct replay_turn *b, uint32_t x,
                         uint32_t y)
{
    return x >= a->first ? y >= b->first && x - a->first == y - b->first : x == y;
}

// Does b compute what a does? What it reads of older nodes must be the same.
static bool are_alike(const struct replay *r, const struct replay_turn *a,
                      const struct replay_turn *b)
{
    bool alike =
        a->end - a->first == b->end - b->first && same_operand(a, b, a->pass->root, b->pass->root);
    for (size_t i = 0; i < a->events && alike; i++) {
        alike = a->event[i].kind == b->event[i].kind;
    }
    for (uint32_t k = 0; k < a->end - a->first && alike; k++) {
        uint32_t x = a->first - r->first + k, y = b->first - r->first + k;
        struct node m = BUF(struct node, &r->node)[x], n = BUF(struct node, &r->node)[y];
        const double *value = r->value.data;
        bool leaf = m.op == OP_LEAF && !is_counter(a, a->first + k);
        alike = m.op == n.op && same_operand(a, b, (uint32_t)m.a, (uint32_t)n.a) &&
                same_operand(a, b, (uint32_t)m.b, (uint32_t)n.b) &&
                (!leaf || memcmp(&value[x], &value[y], sizeof *value) == 0) &&
                BUF(uint8_t, &r->mark)[x] == BUF(uint8_t, &r->mark)[y];
    }
    return alike;
}

static bool depends(const struct tape *t, uint32_t id)
{
    return tape_marked(t, id, MARK_PARAM | MARK_MOVES);
}

// Constants may be operands of anything; other numbers only of what has finite slopes in them, as
// their gradients are not computed.
static bool is_fit_operand(const struct tape *t, enum op op, uint32_t id)
{
    return depends(t, id) || tape_marked(t, id, MARK_CONST) || op == OP_ADD || op == OP_SUB ||
           op == OP_MUL;
}

static bool is_fit(const struct session *s, const struct replay_turn *turn, uint32_t id)
{
    const struct tape *t = &s->tape;
    struct node n = tape_node(t, id);
    bool own = id >= turn->first;
    if (n.op == OP_LEAF) {
        return tape_marked(t, id, MARK_PARAM) ||
               ((own || id < s->begun_nodes) && !is_counter(turn, id));
    }
    return own && depends(t, id) && is_fit_operand(t, (enum op)n.op, (uint32_t)n.a) &&
           is_fit_operand(t, (enum op)n.op, (uint32_t)n.b);
}

static bool is_cleared(const struct replay *r, const struct replay_turn *turn, uint32_t id)
{
    bool cleared = false;
    for (uint32_t k = turn->zero->first; k < turn->zero->end && !cleared; k++) {
        struct stretch in = BUF(struct stretch, &r->stretches)[k];
        cleared = in.first <= id && id < in.end;
    }
    return cleared;
}

// Is all that the turn computes below its loss, and nothing else there that a turn changes?
static bool is_closed(struct session *s, const struct replay_turn *turn)
{
    struct replay *r = &s->replay;
    uint32_t below = 0, made = 0;
    for (uint32_t k = turn->pass->first; k < turn->pass->end; k++) {
        struct stretch in = BUF(struct stretch, &r->stretches)[k];
        for (uint32_t id = in.first; id < in.end; id++) {
            if (!is_fit(s, turn, id)) {
                return false;
            }
            below += tape_op(&s->tape, id) != OP_LEAF;
            if (tape_marked(&s->tape, id, MARK_PARAM) &&
                (!is_cleared(r, turn, id) || !buf_add(&r->weights, &id, 1))) {
                return false;
            }
        }
    }
    for (uint32_t id = turn->first; id < turn->end; id++) {
        made += tape_op(&s->tape, id) != OP_LEAF;
    }
    return below == made && r->weights.count > 0;
}

static bool is_step(struct session *s, struct replay_turn *turn)
{
    struct replay *r = &s->replay;
    if (r->turn < 1 || r->events.count % (size_t)r->turn != 0) {
        return false;
    }
    *turn = turn_at(r, 0);
    bool ok = read_turn(turn);
    for (size_t i = 1; i < (size_t)r->turn && ok; i++) {
        struct replay_turn other = turn_at(r, i);
        ok = read_turn(&other) && are_alike(r, turn, &other);
    }
    return ok && is_closed(s, turn);
}

bool replay_program_find(struct session *s, const struct frame *f)
{
    struct replay *r = &s->replay;
    struct replay_turn turn;
    if (r->looked || f->turns - f->turn < WORTHWHILE || f->turns - f->turn < 2 * r->turn) {
        return r->lanes != NULL || r->runs != NULL;
    }
    r->looked = true;
    buf_init(&r->weights, sizeof(uint32_t));
    buf_init(&r->held, sizeof(double));
    if (!is_step(s, &turn)) {
        return false;
    }
    struct buf below = r->stretches;
    below.data = BUF_FROM(struct stretch, &r->stretches, turn.pass->first);
    below.count = turn.pass->end - turn.pass->first;
    r->lanes = lanes_compile(&s->tape, turn.pass->root, &below, s->world.lanes);
    if (r->lanes != NULL && !lanes_watch(r->lanes, &r->tame)) {
        replay_program_release(r);
        r->looked = true;
        return false;
    }
    if (r->lanes != NULL) {
        return true;
    }
    r->runs = runs_compile(&s->tape, turn.pass->root, &below, s->world.lanes);
    if (r->runs != NULL) {
        runs_watch(r->runs, &r->tame);
    }
    return r->runs != NULL;
}

// ---- Cycles -------------------------------------------------------------------------------------

// The parameters below the loss and what optimisers remember, to `held` or back.
static void hold(struct session *s, bool back)
{
    struct replay *r = &s->replay;
    double *held = r->held.data, *value = s->tape.value.data;
    for (size_t i = 0; i < r->weights.count; i++, held++) {
        double *at = &value[BUF(uint32_t, &r->weights)[i]];
        *(back ? at : held) = *(back ? held : at);
    }
    size_t n = s->optimiser.count * s->optimiser.size;
    memcpy(back ? s->optimiser.data : (void *)held, back ? (void *)held : s->optimiser.data, n);
}

// One turn. False: a number in it is too large, or none.
static bool step(struct session *s, const struct replay_turn *turn, struct buf *params)
{
    struct replay *r = &s->replay;
    struct tape *t = &s->tape;
    double loss;
    r->tame = true;
    enum sweep_end end =
        r->lanes != NULL ? lanes_run(r->lanes, NULL, &loss) : runs_run(r->runs, NULL, &loss);
    if (end != SWEEP_DONE || !r->tame) {
        return false;
    }
    for (size_t i = 0; i < r->weights.count; i++) {
        BUF(uint8_t, &t->mark)[BUF(uint32_t, &r->weights)[i]] |= MARK_GRAD;
    }
    const struct optim *o = &BUF(struct optim, &r->optims)[turn->update->root];
    optim_move(t, o, o->rate, params, &s->optimiser);
    return true;
}

// The parameters' gradients and marks as a cycle finds them.
static void keep_marks(const struct session *s, struct buf *grads, struct buf *marks)
{
    for (size_t i = 0; i < s->replay.weights.count; i++) {
        uint32_t id = BUF(uint32_t, &s->replay.weights)[i];
        double grad = tape_grad(&s->tape, id);
        buf_add(grads, &grad, 1);
        buf_add(marks, &BUF(uint8_t, &s->tape.mark)[id], 1);
    }
}

static void put_marks(struct session *s, const struct buf *grads, const struct buf *marks)
{
    for (size_t i = 0; i < s->replay.weights.count; i++) {
        uint32_t id = BUF(uint32_t, &s->replay.weights)[i];
        BUF(double, &s->tape.grad)[id] = BUF(double, grads)[i];
        BUF(uint8_t, &s->tape.mark)[id] = BUF(uint8_t, marks)[i];
    }
}

static bool run_cycle(struct session *s, struct buf *params)
{
    bool ok = true;
    for (size_t i = 0; i < (size_t)s->replay.turn && ok; i++) {
        struct replay_turn turn = turn_at(&s->replay, i);
        ok = read_turn(&turn) && step(s, &turn, params);
    }
    return ok;
}

size_t replay_program_run(struct session *s, struct frame *f, struct buf *params, size_t budget)
{
    struct replay *r = &s->replay;
    size_t cost = (r->end - r->first) / FASTER + r->events.count, work = 0;
    size_t states = s->optimiser.count * s->optimiser.size / sizeof(double);
    struct buf grads, marks, before;
    buf_init(&grads, sizeof(double));
    buf_init(&marks, sizeof(uint8_t));
    buf_init(&before, sizeof(double));
    keep_marks(s, &grads, &marks);
    bool ok = !grads.failed && !marks.failed && buf_resize(&r->held, r->weights.count + states) &&
              buf_resize(&before, r->held.count);
    int64_t ran = 0;
    for (; ok && work < budget && f->turns - f->turn >= (ran + 1) * r->turn; work += cost) {
        memcpy(before.data, r->held.data, before.count * sizeof(double));
        hold(s, false);
        ok = run_cycle(s, params);
        if (ok) {
            ran++;
            ok = !stop_after(s->world.stop, cost);
        } else {  // back to where this cycle begins; the last good one begins at `before`
            hold(s, true);
            memcpy(r->held.data, before.data, before.count * sizeof(double));
        }
    }
    if (ran > 0) {
        hold(s, true);
        f->turn += (ran - 1) * r->turn;
        r->by_program += (ran - 1) * r->turn;
        r->owed = true;
    }
    if (!grads.failed && !marks.failed) {
        put_marks(s, &grads, &marks);
    }
    buf_release(&grads);
    buf_release(&marks);
    buf_release(&before);
    return work;
}
