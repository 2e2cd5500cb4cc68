#include "session/replay.h"

#include <stdlib.h>
#include <string.h>

#include "engine/ops_inline.h"
#include "session/call.h"
#include "session/state.h"

void replay_init(struct replay *r)
{
    *r = (struct replay){.phase = REPLAY_OFF};
    buf_init(&r->events, sizeof(struct replay_event));
    buf_init(&r->stretches, sizeof(struct stretch));
    buf_init(&r->optims, sizeof(struct optim));
    buf_init(&r->node, sizeof(struct node));
    buf_init(&r->value, sizeof(double));
    buf_init(&r->mark, sizeof(uint8_t));
    buf_init(&r->moves, 2 * sizeof(uint32_t));
    buf_init(&r->touched, sizeof(struct stretch));
    buf_init(&r->before, 1);
    buf_init(&r->after, 1);
    buf_init(&r->steps, sizeof(uint64_t));
    buf_init(&r->binds, sizeof(uint32_t));
}

void replay_release(struct replay *r)
{
    struct buf *const all[] = {&r->events, &r->stretches, &r->optims, &r->node,
                               &r->value,  &r->mark,      &r->moves,  &r->touched,
                               &r->before, &r->after,     &r->steps,  &r->binds};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        buf_release(all[i]);
    }
    replay_program_release(r);
    r->phase = REPLAY_OFF;
    r->pending = false;
}

void replay_begin(struct session *s, bool possible)
{
    replay_release(&s->replay);
    s->replay.phase = possible && !s->world.plain_loops ? REPLAY_WAITING : REPLAY_OFF;
    s->replay.tries = s->replay.sliced = 0;
    s->replay.passes = false;
    s->replay.told = true;
    s->replay.uses = (struct value_use){.fixed = tape_count(&s->tape)};
}

void replay_spoil(struct session *s)
{
    if (s->replay.phase != REPLAY_OFF) {
        replay_release(&s->replay);
    }
}

static bool recording(const struct session *s)
{
    return s->replay.phase == REPLAY_RECORDING;
}

// ---- What a turn does ---------------------------------------------------------------------------

static void add_event(struct replay *r, struct replay_event e)
{
    buf_add(&r->events, &e, 1);
}

// An event that concerns the stretches which were added since there were so many.
static void add_passing(struct replay *r, enum replay_kind kind, size_t from, uint32_t root)
{
    add_event(r, (struct replay_event){.kind = kind,
                                       .first = (uint32_t)from,
                                       .end = (uint32_t)r->stretches.count,
                                       .root = root});
}

// The nodes up to the tape's end are as they were made. False: others came between.
static bool keep_made(struct session *s, uint32_t from)
{
    struct replay *r = &s->replay;
    struct tape *t = &s->tape;
    size_t n = tape_count(t) - from;
    if (from != r->first + r->value.count) {
        replay_spoil(s);
        return false;
    }
    buf_add(&r->value, BUF_FROM(double, &t->value, from), n);
    buf_add(&r->mark, BUF_FROM(uint8_t, &t->mark, from), n);
    return true;
}

void replay_note_binding(struct session *s, uint32_t from)
{
    struct replay *r = &s->replay;
    uint32_t end = tape_count(&s->tape);
    r->told = true;
    if (!recording(s) || !keep_made(s, from)) {
        return;
    }
    struct replay_event *last =
        r->events.count == 0 ? NULL : &BUF(struct replay_event, &r->events)[r->events.count - 1];
    if (last != NULL && last->kind == REPLAY_MAKE && last->end == from) {
        last->end = end;
    } else if (end > from) {
        add_event(r, (struct replay_event){.kind = REPLAY_MAKE, .first = from, .end = end});
    }
}

static struct frame *loop_frame(const struct session *s)
{
    struct frame *top = &BUF(struct frame, &s->frames)[s->frames.count - 1];
    return top->kind == FRAME_LOOP ? top : NULL;
}

void replay_note_count(struct session *s, uint32_t leaf)
{
    if (recording(s) && keep_made(s, leaf)) {
        int64_t turn = loop_frame(s)->turn - s->replay.turn;
        add_event(&s->replay,
                  (struct replay_event){.kind = REPLAY_COUNT, .first = leaf, .turn = turn});
    }
}

void replay_note_zero(struct session *s)
{
    struct replay *r = &s->replay;
    const struct tape *t = &s->tape;
    r->told = r->passes = true;
    if (!recording(s)) {
        return;
    }
    size_t from = r->stretches.count;
    struct stretch in = {0};
    while (tape_next_stretch(t, MARK_GRAD, tape_count(t), &in)) {
        buf_add(&r->stretches, &in, 1);
    }
    add_passing(r, REPLAY_ZERO, from, 0);
}

// Stale nodes among those in the stretches; NULL: all of the tape.
void replay_note_refresh(struct session *s, const struct buf *stretches)
{
    struct replay *r = &s->replay;
    const struct tape *t = &s->tape;
    if (!recording(s)) {
        return;
    }
    size_t from = r->stretches.count;
    struct stretch all = {0, tape_count(t)};
    for (size_t k = 0; k < (stretches == NULL ? 1 : stretches->count); k++) {
        struct stretch among = stretches == NULL ? all : BUF(struct stretch, stretches)[k];
        struct stretch in = {.end = among.first};
        while (tape_next_stretch(t, MARK_STALE, among.end, &in)) {
            buf_add(&r->stretches, &in, 1);
        }
    }
    if (r->stretches.count > from) {
        add_passing(r, REPLAY_REFRESH, from, 0);
    }
}

void replay_note_forward(struct session *s)
{
    s->replay.told = s->replay.passes = true;
}

void replay_note_backward(struct session *s, uint32_t root)
{
    struct replay *r = &s->replay;
    struct buf below;
    r->told = r->passes = true;
    if (!recording(s)) {
        return;
    }
    size_t from = r->stretches.count;
    bool ok = sweep_stretches(&s->tape, root, &below);
    if (ok) {
        buf_add(&r->stretches, below.data, below.count);
    }
    buf_release(&below);
    add_passing(r, REPLAY_BACKWARD, from, root);
}

void replay_note_update(struct session *s, const struct optim *o)
{
    struct replay *r = &s->replay;
    r->told = r->passes = true;
    if (recording(s) && buf_add(&r->optims, o, 1)) {
        add_event(
            r, (struct replay_event){.kind = REPLAY_UPDATE, .root = (uint32_t)r->optims.count - 1});
    }
}

void replay_statement(struct session *s)
{
    s->replay.told = false;
    s->replay.uses.others = false;
}

void replay_stated(struct session *s)
{
    if (!s->replay.told || s->replay.uses.others) {
        replay_spoil(s);
    }
}

// ---- From one clearing up to the next -----------------------------------------------------------

static void add_elements(struct buf *to, const struct buf *from, size_t first)
{
    if (first < from->count) {
        buf_add(to, buf_from(from->data, first * from->size), (from->count - first) * from->size);
    }
}

// Structs are written field by field, as the bytes between the fields may be anything. (Settings
// have none.)
static void add_value(struct buf *to, struct value v)
{
    const uint32_t fields[] = {v.rank, v.listed,       v.base,        v.rows,
                               v.cols, (uint32_t)v.rs, (uint32_t)v.cs};
    buf_add(to, fields, sizeof fields);
}

static void add_recipe(struct buf *to, const struct recipes *all, const struct recipe *r)
{
    const uint32_t fields[] = {r->name, r->op,   r->data,  r->nodes,      r->slope,
                               r->lost, r->text, r->bytes, r->definitions};
    buf_add(to, fields, sizeof fields);
    add_value(to, recipes_value(all, r));
}

// All that the session is, but for values and gradients; of what no statement that is replayed
// changes, how much there is of it.
static void describe(struct session *s, const struct frame *f, struct buf *to)
{
    const struct buf *array;
    const size_t counts[] = {trail_mark(&s->undo), names_count(&s->names), s->moments.count,
                             f->noticed,           s->compact_at,          s->tape.settled,
                             s->tape.any_stale,    s->told.product,        s->stepper.tape != NULL};
    to->count = 0;
    for (size_t i = 0; (array = state_growing(s, i)) != NULL; i++) {
        buf_add(to, &array->count, sizeof array->count);
    }
    buf_add(to, counts, sizeof counts);
    add_elements(to, &s->settings, 0);
    add_elements(to, &s->tape.mark, 0);
    add_elements(to, &s->tape.node, s->begun_nodes);
    for (uint32_t name = 0; name < names_count(&s->names); name++) {
        add_value(to, names_get(&s->names, name));
    }
    add_elements(to, &s->names.lists, s->begun_lists);
    add_elements(to, &s->groups, s->begun_groups);
    const struct recipe *rows = s->recipes.rows.data;
    for (size_t i = s->begun_recipes; i < s->recipes.rows.count; i++) {
        add_recipe(to, &s->recipes, &rows[i]);
    }
    if (s->begun_recipes < s->recipes.rows.count) {
        add_elements(to, &s->recipes.text, rows[s->begun_recipes].text);
    }
}

void replay_clearing(struct session *s)
{
    struct replay *r = &s->replay;
    if (!recording(s)) {
        return;
    }
    r->end = tape_count(&s->tape);
    if (r->end != r->first + r->value.count ||
        tape_next(&s->tape, MARK_PARAM, s->begun_nodes, r->end) < r->end) {
        replay_spoil(s);  // what an optimiser remembers would move with its parameters
        return;
    }
    size_t made = r->end - r->first;
    buf_add(&r->node, BUF_FROM(struct node, &s->tape.node, r->first), made);
}

static void keep_moves(struct replay *r, uint32_t first, uint32_t end, uint32_t count,
                       const uint32_t *to)
{
    for (uint32_t i = first; i < end; i++) {
        uint32_t next = i + 1 < end ? to[i + 1 - first] : count;
        uint32_t *at = to[i - first] < next && to[i - first] != i ? buf_push(&r->moves, 1) : NULL;
        if (at != NULL) {
            at[0] = i;
            at[1] = to[i - first];
        }
    }
}

static void touch(struct replay *r, struct stretch in)
{
    in.end = in.end < r->first ? in.end : r->first;
    if (in.first < in.end) {
        buf_add(&r->touched, &in, 1);
    }
}

static int compare_stretches(const void *a, const void *b)
{
    const struct stretch *x = a, *y = b;
    return (x->first > y->first) - (x->first < y->first);
}

// In ascending order, each node once.
static void merge(struct buf *stretches)
{
    struct stretch *in = stretches->data;
    size_t kept = 0;
    if (stretches->count > 1) {
        qsort(in, stretches->count, sizeof *in, compare_stretches);
    }
    for (size_t k = 0; k < stretches->count; k++) {
        if (kept > 0 && in[k].first <= in[kept - 1].end) {
            in[kept - 1].end = in[k].end > in[kept - 1].end ? in[k].end : in[kept - 1].end;
        } else {
            in[kept++] = in[k];
        }
    }
    stretches->count = kept;
}

// Older nodes that a cycle may change.
static void find_touched(struct session *s)
{
    struct replay *r = &s->replay;
    const struct tape *t = &s->tape;
    struct stretch in = {0};
    touch(r, (struct stretch){s->begun_nodes, r->first});
    while (tape_next_stretch(t, MARK_PARAM, tape_count(t), &in)) {
        touch(r, in);
    }
    for (size_t k = 0; k < r->stretches.count; k++) {
        touch(r, BUF(struct stretch, &r->stretches)[k]);
    }
    merge(&r->touched);
}

// Whether the cycle ends as it began.
static bool ends_alike(struct session *s, const struct frame *f)
{
    struct replay *r = &s->replay;
    if (tape_count(&s->tape) != r->first) {
        return false;
    }
    describe(s, f, &r->after);
    return r->before.count == r->after.count &&
           memcmp(r->before.data, r->after.data, r->before.count) == 0;
}

static bool failed(const struct replay *r)
{
    return r->events.failed || r->stretches.failed || r->optims.failed || r->node.failed ||
           r->value.failed || r->mark.failed || r->moves.failed || r->touched.failed ||
           r->before.failed || r->after.failed;
}

void replay_cleared(struct session *s, uint32_t first, uint32_t end, const uint32_t *to)
{
    enum { TRIES = 4 };
    struct replay *r = &s->replay;
    const struct frame *f = loop_frame(s);
    r->sliced = 0;
    if (r->phase == REPLAY_OFF || r->phase == REPLAY_READY || f == NULL) {
        return;
    }
    if (recording(s) && ends_alike(s, f)) {
        keep_moves(r, first, end, tape_count(&s->tape), to);
        find_touched(s);
        r->turn = f->turn - r->turn;
        r->phase = REPLAY_READY;
        replay_program_release(r);
    } else if (r->tries++ < TRIES) {
        r->events.count = r->stretches.count = r->optims.count = 0;
        r->node.count = r->value.count = r->mark.count = 0;
        describe(s, f, &r->before);
        r->turn = f->turn;
        r->first = tape_count(&s->tape);
        r->phase = REPLAY_RECORDING;
    } else if (r->passes) {
        replay_spoil(s);
    } else {
        r->phase = REPLAY_WAITING;  // turns may still be appended
    }
    if (failed(r)) {
        replay_spoil(s);
    }
}

// ---- The replay ---------------------------------------------------------------------------------

// Computes the nodes that are no leaves. False: one is not finite.
static bool compute(struct tape *t, uint32_t first, uint32_t end)
{
    const struct node *node = t->node.data;
    double *value = t->value.data, sum = 0;  // 0, or nan
    for (uint32_t i = first; i < end; i++) {
        if (node[i].op != OP_LEAF) {
            value[i] = op_value_inline((enum op)node[i].op, value[node[i].a], value[node[i].b]);
            sum += 0 * value[i];
        }
    }
    return sum == 0;
}

static bool make(struct session *s, const struct replay_event *e)
{
    struct replay *r = &s->replay;
    struct tape *t = &s->tape;
    size_t from = e->first - r->first, n = e->end - e->first;
    memcpy(BUF_FROM(double, &t->value, e->first), BUF_FROM(double, &r->value, from),
           n * sizeof(double));
    memcpy(BUF_FROM(uint8_t, &t->mark, e->first), BUF_FROM(uint8_t, &r->mark, from), n);
    memset(BUF_FROM(double, &t->grad, e->first), 0, n * sizeof(double));
    return compute(t, e->first, e->end);
}

static bool gradients_are_finite(const struct tape *t, struct stretch in)
{
    double sum = 0;
    for (uint32_t i = in.first; i < in.end; i++) {
        sum += 0 * tape_grad(t, i);
    }
    return sum == 0;
}

static bool pass_back(struct session *s, const struct replay_event *e)
{
    struct replay *r = &s->replay;
    struct buf in = r->stretches;
    uint32_t held;
    in.data = BUF_FROM(struct stretch, &r->stretches, e->first);
    in.count = e->end - e->first;
    bool ok = sweep_backward_in(&s->tape, s->world.stop, e->root, &in, &held) == SWEEP_DONE &&
              held == NODE_NONE;
    for (size_t k = 0; ok && k < in.count; k++) {
        ok = gradients_are_finite(&s->tape, BUF(struct stretch, &in)[k]);
    }
    return ok;
}

// Does what one event says, in the cycle before whose begin so many turns were over. False: the turn has
// to be run instead.
static bool carry_out(struct session *s, const struct replay_event *e, const struct frame *f,
                      struct buf *params)
{
    struct replay *r = &s->replay;
    struct tape *t = &s->tape;
    bool ok = true;
    switch (e->kind) {
    case REPLAY_MAKE:
        return make(s, e);
    case REPLAY_COUNT:
        BUF(double, &t->value)[e->first] = f->each.from + (double)(f->turn + e->turn);
        BUF(double, &t->grad)[e->first] = 0;
        BUF(uint8_t, &t->mark)[e->first] = 0;
        return true;
    case REPLAY_REFRESH:
        for (uint32_t k = e->first; k < e->end; k++) {
            struct stretch in = BUF(struct stretch, &r->stretches)[k];
            ok = compute(t, in.first, in.end) && ok;
        }
        return ok;
    case REPLAY_ZERO:
        for (uint32_t k = e->first; k < e->end; k++) {
            struct stretch in = BUF(struct stretch, &r->stretches)[k];
            sweep_clear(t, in.first, in.end);
        }
        return true;
    case REPLAY_BACKWARD:
        return pass_back(s, e);
    case REPLAY_UPDATE: {
        const struct optim *o = &BUF(struct optim, &r->optims)[e->root];
        optim_move(t, o, o->rate, params, &s->optimiser);
        return true;
    }
    }
    return false;
}

static void clear_up(struct session *s)
{
    struct tape *t = &s->tape;
    const uint32_t *move = s->replay.moves.data;
    for (size_t k = 0; k < s->replay.moves.count; k++, move += 2) {
        BUF(double, &t->value)[move[1]] = tape_value(t, move[0]);
        BUF(double, &t->grad)[move[1]] = tape_grad(t, move[0]);
    }
}

// One cycle. False: it has to be run instead, and nothing of it was done.
static bool replay_cycle(struct session *s, struct frame *f, struct trail *aside,
                         struct buf *params)
{
    struct replay *r = &s->replay;
    struct tape *t = &s->tape;
    bool ok = trail_save(aside, &s->optimiser, 0, s->optimiser.count) &&
              sweep_save_in(aside, &t->value, &r->touched, NULL) &&
              sweep_save_in(aside, &t->grad, &r->touched, NULL);
    for (size_t k = 0; ok && k < r->events.count; k++) {
        ok = carry_out(s, &BUF(struct replay_event, &r->events)[k], f, params) &&
             !stop_is_asked(s->world.stop);
    }
    if (!ok) {
        trail_take_back(aside, 0, NULL);
        return false;
    }
    clear_up(s);
    f->turn += r->turn;
    stop_after(s->world.stop, r->end - r->first);
    trail_forget(aside, trail_mark(aside));
    return true;
}

// The last cycle that a program ran, once more with all its values and gradients; come what may, as those
// before it left none.
static bool redo_last(struct session *s, struct frame *f, struct trail *aside, struct buf *params)
{
    struct stop *stop = s->world.stop;
    s->world.stop = NULL;
    bool ok = replay_cycle(s, f, aside, params);
    s->world.stop = stop;
    s->replay.owed = false;
    return ok;
}

// The tape with the nodes of a cycle, and as it is between two cycles.
static bool lay_out(struct session *s)
{
    struct replay *r = &s->replay;
    struct tape *t = &s->tape;
    bool ok = tape_reserve(t, r->end);
    if (ok) {
        tape_hold(t, r->end);
        memcpy(BUF_FROM(struct node, &t->node, r->first), r->node.data,
               r->node.count * sizeof(struct node));
        memset(BUF_FROM(uint8_t, &t->mark, r->first), 0, r->node.count);
    }
    return ok;
}

static void pick_up(struct session *s, const uint8_t *marks, size_t settled, bool stale)
{
    struct tape *t = &s->tape;
    tape_cut(t, s->replay.first);
    memcpy(t->mark.data, marks, s->replay.first);
    t->settled = (uint32_t)settled;
    t->any_stale = stale;
}

void replay_run(struct session *s)
{
    enum { WORK = 2000000 };  // nodes, before the host is asked whether to go on
    struct replay *r = &s->replay;
    struct frame *f = loop_frame(s);
    r->pending = false;
    bool waits = r->phase == REPLAY_WAITING || (recording(s) && f != NULL && f->each.names == 0);
    if (waits && f != NULL && !r->passes && f->turn < f->turns) {
        replay_turns(s, f);
    }
    if (r->phase != REPLAY_READY || f == NULL || f->turns - f->turn < r->turn) {
        return;
    }
    struct trail aside;
    struct buf params, marks;
    size_t settled = s->tape.settled;
    bool stale = s->tape.any_stale, ok;
    trail_init(&aside);
    buf_init(&marks, 1);
    add_elements(&marks, &s->tape.mark, 0);
    buf_init(&params, sizeof(struct optim_param));
    ok = (r->optims.count == 0 || optim_list(&s->tape, &params, &s->optimiser)) && !marks.failed &&
         lay_out(s);
    size_t work = 0, cost = r->end - r->first + r->events.count;
    while (ok && work < WORK && f->turns - f->turn >= r->turn) {
        ok = replay_cycle(s, f, &aside, &params);
        work += cost;
        if (ok && work < WORK && replay_program_find(s, f)) {
            work += replay_program_run(s, f, &params, WORK - work);
            ok = !r->owed || redo_last(s, f, &aside, &params);
        }
    }
    if (!marks.failed) {
        pick_up(s, marks.data, settled, stale);
    }
    trail_release(&aside);
    buf_release(&params);
    buf_release(&marks);
    r->work += work;
    r->pending = ok && f->turns - f->turn >= r->turn;
    if (!ok) {
        replay_spoil(s);
    }
}
