// Training: update, train, and the losses that plot history shows; seed.
#include <math.h>
#include <string.h>

#include "command/commands.h"
#include "command/optimiser.h"

static bool no_params(struct call *c)
{
    const struct tape *t = &c->s->tape;
    uint32_t count = tape_count(t);
    if (tape_next(t, MARK_PARAM, 0, count) < count) {
        return false;
    }
    diag_set(c->diag, c->command, "there is no parameter to move");
    diag_hint(c->diag, "make one with param w = 0.5");
    return true;
}

bool train_note(struct call *c, const struct optim *o, int64_t steps, uint32_t root,
                const struct batch *batch)
{
    struct settings *settings = session_settings(c->s);
    if (!call_change_settings(c)) {
        return false;
    }
    settings->optim = *o;
    settings->steps = steps;
    settings->trained = root == NODE_NONE ? NAME_NONE : names_of_node(&c->s->names, root);
    settings->batch = batch == NULL ? 0 : batch->size;
    settings->rows = batch == NULL ? 0 : batch->rows;
    return true;
}

// The turns of the loop that this statement is in, or 1.
static int64_t turns_around(const struct call *c)
{
    return c->frame->kind == FRAME_LOOP ? c->frame->turns : 1;
}

// ---- update -------------------------------------------------------------------------------------

// A parameter before it is moved.
struct before {
    uint32_t node;
    double value;
};

static void note_before(struct call *c, struct buf *before)
{
    const struct tape *t = &c->s->tape;
    uint32_t count = tape_count(t);
    for (uint32_t i = tape_next(t, MARK_PARAM, 0, count);
         i < count && before->count <= CALL_ROWS_CUT; i = tape_next(t, MARK_PARAM, i + 1, count)) {
        struct before *at = buf_push(before, 1);
        if (at != NULL) {
            *at = (struct before){i, tape_value(t, i)};
        }
    }
}

static void put_update(struct call *c, const struct buf *before, size_t moved)
{
    struct rec *r = call_record(c, KIND_update);
    struct rec *rows = rec_list(c->out, r, KEY_rows);
    size_t shown = before->count < CALL_ROWS_CUT ? before->count : CALL_ROWS_CUT;
    for (size_t i = 0; i < shown; i++) {
        struct before b = BUF(struct before, before)[i];
        struct rec *row = rec_map(c->out, rows, KEY_NONE);
        call_put_node(c, row, b.node);
        rec_number(c->out, row, KEY_before, b.value);
        call_put_grad(c, row, b.node);
    }
    rec_whole(c->out, r, KEY_moved, (int64_t)moved);
    rec_whole(c->out, r, KEY_more, moved > shown ? (int64_t)(moved - shown) : 0);
}

enum call_end command_update(struct call *c)
{
    struct optim o;
    struct session *s = c->s;
    size_t moved;
    if (!optimiser_read(c, &o, 0, NULL) || !call_finish(c) || no_params(c)) {
        return CALL_FAILED;
    }
    struct buf before;
    buf_init(&before, sizeof(struct before));
    bool echo = call_echoes(c);
    if (echo) {
        note_before(c, &before);
    }
    replay_note_update(s, &o);
    bool ok =
        optim_update(&s->tape, &s->undo, &o, &s->optimiser, &moved) || diag_out_of_memory(c->diag);
    ok = ok && train_note(c, &o, turns_around(c), session_settings(s)->output, NULL);
    if (ok && moved == 0) {
        call_notice(c, c->command,
                    "no parameter has a gradient yet, so none was moved; run "
                    "'backward' first");
    }
    if (ok && echo) {
        put_update(c, &before, moved);
    }
    buf_release(&before);
    return ok ? CALL_DONE : CALL_FAILED;
}

// ---- train --------------------------------------------------------------------------------------

// So many nodes below the loss are not computed once more after Ctrl-C: that would take over 0.1 s.
enum { LARGE = 1 << 22 };

struct training {
    uint32_t root;
    struct checkpoint before;  // what batches build goes again
    int64_t done, steps;
    struct descent descent;
    struct batch batch;
    bool ending;   // the step that is being taken is the last, and is not to be interrupted
    bool partly;   // the values and gradients are not those that a whole plain step leaves
    double first;  // the loss before the first step, over all the data
};

// (The graphs of batches go again, and the one over all rows is computed at the end.)
static bool is_large(const struct training *t)
{
    return t->batch.size == 0 && t->descent.nodes > LARGE;
}

static void release_training(void *training)
{
    struct training *t = training;
    batch_release(&t->batch);
    descent_release(&t->descent);
}

// Plans the steps, and saves what they will change.
static bool begin(struct call *c, struct training *t, const struct optim *o, int64_t steps)
{
    struct session *s = c->s;
    if (t->batch.size > 0 && !batch_plan(c, &t->batch, t->root, steps)) {
        return false;
    }
    uint32_t root = t->batch.size > 0 ? NODE_NONE : t->root;
    return descent_begin(&t->descent, &s->tape, &s->undo, o, &s->optimiser, root) ||
           diag_out_of_memory(c->diag);
}

static bool train_more(struct call *c, struct frame *f);

// The training is the frame's from now on. False: there was no room for a frame.
static bool push_training(struct call *c, const struct training *t)
{
    struct frame *f =
        session_new_frame(c->s, FRAME_WORK, (struct span){c->command.start, c->lexer->at});
    struct training *kept = NULL;
    if (f != NULL) {
        buf_init(&f->work, sizeof *t);
        kept = buf_push(&f->work, 1);
    }
    if (kept != NULL) {
        *kept = *t;
        f->release = release_training;
        f->more = train_more;
    }
    return kept != NULL;
}

enum call_end command_train(struct call *c)
{
    struct session *s = c->s;
    struct training t = {0};
    struct optim o;
    int64_t steps;
    uint32_t fresh;
    if (!call_node(c, &t.root) || !call_whole(c, "the number of steps", 1, 1000000000, &steps) ||
        !optimiser_read(c, &o, steps, &t.batch.size) || !call_finish(c) || no_params(c) ||
        !call_refresh_to(c, t.root, &fresh)) {
        return CALL_FAILED;
    }
    t.first = tape_value(&s->tape, t.root);
    session_checkpoint(s, &t.before);
    if (!begin(c, &t, &o, steps)) {
        release_training(&t);
        return CALL_FAILED;
    }
    t.steps = steps;
    const struct training_kept kept = {
        .optim = o,
        .batch = t.batch.size,
        .root = names_of_node(&s->names, t.root),
        .steps = steps,
    };
    if (!trainings_begin(&s->trainings, &s->undo, &kept, &s->tape, &s->names) ||
        !trail_cut(&s->undo, &s->history, 0) || !trail_save_length(&s->undo, &s->history) ||
        !train_note(c, &o, steps, t.root, &t.batch) || !push_training(c, &t)) {
        release_training(&t);
        diag_out_of_memory(c->diag);
        return CALL_FAILED;
    }
    session_settings(s)->output = t.root;
    return CALL_DONE;
}

// The first step and the last are plain ones, which leave every value and gradient; those between
// are replayed where they can be, from the second on if enough are to come. Where a step was
// interrupted, a plain one is the last.
static enum sweep_end descend_once(struct training *t, const struct session_world *world,
                                   double *loss)
{
    bool plain = t->batch.size > 0 || t->ending || t->done == 0 || t->done >= t->steps - 1;
    if (!plain && t->done == 1 && descent_repays(t->descent.tape, t->steps, t->descent.nodes)) {
        descent_compile(&t->descent, world->lanes, true);
        if (stop_is_asked(world->stop)) {
            return SWEEP_STOPPED;
        }
    }
    plain = plain || (t->descent.lanes == NULL && t->descent.runs == NULL);
    t->partly = true;
    enum sweep_end end = plain ? descent_step(&t->descent, world->stop, loss)
                               : descent_replay(&t->descent, world->stop, loss);
    t->partly = !plain || end != SWEEP_DONE;
    return end;
}

// The loss that is noted is the one before the step.
static bool descend(struct call *c, struct training *t, double *loss)
{
    double *at = buf_push(&c->s->history, 1);
    if (at == NULL) {
        return diag_out_of_memory(c->diag);
    }
    if (!call_swept(c, descend_once(t, &c->s->world, loss))) {
        c->s->history.count--;
        return false;
    }
    *at = *loss;
    t->done++;
    return true;
}

// The batch's program on these rows. *moved: false if a plain step has to be taken.
static bool replay_batch(struct call *c, struct training *t, struct lanes *program,
                         const uint32_t *rows, double *loss, bool *moved)
{
    double *at = buf_push(&c->s->history, 1);
    if (at == NULL) {
        return diag_out_of_memory(c->diag);
    }
    lanes_draw(t->batch.all, program, rows);
    descent_run(&t->descent, program, NULL, loss, moved);
    *at = *loss;
    if (*moved) {
        t->done++;
        t->partly = true;
    } else {
        c->s->history.count--;
    }
    return true;
}

// After a step on a batch's graph: can a program take its place? Then that graph stays.
static bool keep_batch(struct call *c, struct training *t, const uint32_t *rows, uint32_t count)
{
    if (!batch_wants_program(&t->batch, count) || t->done > t->steps - 3) {
        return false;
    }
    descent_compile(&t->descent, c->s->world.lanes, false);
    bool kept = batch_keep(&t->batch, t->descent.lanes, rows, count);
    if (kept) {
        t->descent.lanes = NULL;
    }
    return kept;
}

// A step with the loss of a batch, whose graph goes again. Where it was interrupted, the next one has the
// same rows.
static bool batch_step(struct call *c, struct training *t, double *loss)
{
    struct checkpoint before;
    session_checkpoint(c->s, &before);
    const uint32_t *rows;
    uint32_t root, count = batch_draw(c, &t->batch, &rows);
    struct rng drawn = session_settings(c->s)->rng;
    bool moved = false, ok = true;
    struct lanes *program = batch_program(&t->batch, count);
    if (program != NULL && !t->ending && t->done < t->steps - 1) {
        ok = replay_batch(c, t, program, rows, loss, &moved);
    }
    if (ok && !moved) {
        ok = batch_build(c, &t->batch, rows, count, &root) &&
             (descent_aim(&t->descent, root) || diag_out_of_memory(c->diag)) && descend(c, t, loss);
        if (!ok || !isfinite(*loss) || !keep_batch(c, t, rows, count)) {
            checkpoint_cut(&before);
        }
    }
    if (!ok) {
        batch_put_back(&t->batch, count);
        session_settings(c->s)->rng = drawn;
        t->partly = true;
    }
    return ok;
}

// ending: it is the last, and goes through whatever asks it to stop.
static bool train_step(struct call *c, struct training *t, bool ending, double *loss)
{
    struct session *s = c->s;
    struct stop *stop = s->world.stop;
    int64_t done = t->done;
    t->ending = ending;
    s->world.stop = s->tape.stop = ending ? NULL : stop;
    bool room = trainings_step(&s->trainings, &s->tape, done);
    bool ok = room ? t->batch.size > 0 ? batch_step(c, t, loss) : descend(c, t, loss)
                   : diag_out_of_memory(c->diag);
    if (room) {
        trainings_stepped(&s->trainings, done, *loss, ok);
    }
    s->world.stop = s->tape.stop = stop;
    return ok;
}

// The loss before the last step; before the first there is none.
static double last_loss(const struct session *s)
{
    size_t n = s->history.count;
    return n == 0 ? (double)NAN : BUF(double, &s->history)[n - 1];
}

// stale: the loss is the one before the last step.
static void put_trained(struct call *c, const struct training *t, const char *end, double loss,
                        bool stale)
{
    enum { POINTS = 60 };
    const struct session *s = c->s;
    const double *history = s->history.data;
    struct rec *r = call_record(c, KIND_trained);
    call_put_node(c, rec_map(c->out, r, KEY_root), t->root);
    rec_text(c->out, r, KEY_end, end);
    rec_whole(c->out, r, KEY_steps, t->done);
    rec_whole(c->out, r, KEY_wanted, t->steps);
    rec_whole(c->out, r, KEY_batch, t->batch.size);
    rec_whole(c->out, r, KEY_rows, t->batch.rows);
    rec_number(c->out, r, KEY_first, t->first);
    rec_number(c->out, r, KEY_loss, loss);
    if (stale) {
        rec_flag(c->out, r, KEY_stale, true);
    }
    struct rec *points = rec_list(c->out, r, KEY_history);
    size_t n = s->history.count, shown = n < POINTS ? n : POINTS;
    for (size_t i = 0; i < shown; i++) {
        rec_number(c->out, points, KEY_NONE, history[shown == 1 ? 0 : i * (n - 1) / (shown - 1)]);
    }
}

// Where a training met a loss that is not a number: the node at which that began.
static void note_lost(struct call *c, const struct training *t)
{
    char label[LABEL_TEXT];
    struct text formula;
    call_swept(c, sweep_forward(&c->s->tape, &c->s->undo, NULL, NULL));  // all rows of the data
    uint32_t from = explain_origin(&c->s->tape, t->root);
    text_init(&formula);
    call_formula(c, &formula, from);
    call_notice(c, c->command,
                "training stopped: the loss is no longer a number; that began at %s%s%s",
                names_label(&c->s->names, label, from), text_length(&formula) == 0 ? "" : " = ",
                text_get(&formula));
    text_release(&formula);
}

// The log remembers the steps that were taken, not those that were wanted.
static void put_statement(struct session *s, const struct training *t, struct text *out)
{
    const struct optim *o = &t->descent.optim;
    char label[LABEL_TEXT], rate[NUMBER_TEXT];
    text_addf(out, "train %s %lld %s", names_label(&s->names, label, t->root), (long long)t->done,
              number_exact(rate, o->rate));
    optim_put(o, out);
    if (t->batch.size > 0) {
        text_addf(out, " batch %u", (unsigned)t->batch.size);
    }
}

// The values of a large graph that was stopped stay stale, and gradients of a part of a step go.
static void leave_stale(struct call *c, struct frame *f, struct training *t)
{
    if (t->partly) {
        descent_clear(&t->descent);
        text_add(&f->log_as, "; zero");
    }
    call_notice(c, c->command,
                "this graph is large: its values are stale now%s; 'forward' computes them",
                t->partly ? ", and its gradients are 0" : "");
}

static void end_training(struct call *c, struct frame *f, struct training *t, const char *end)
{
    struct session *s = c->s;
    bool lost = strcmp(end, "lost") == 0, stale = strcmp(end, "interrupted") == 0 && is_large(t);
    checkpoint_cut(&t->before);
    descent_end(&t->descent);
    put_statement(s, t, &f->log_as);
    session_settings(s)->steps = t->done;
    if (lost) {
        note_lost(c, t);
    } else if (stale) {
        leave_stale(c, f, t);
    } else {
        call_swept(c, sweep_forward(&s->tape, &s->undo, NULL, NULL));
    }
    double loss = lost ? (double)NAN : stale ? last_loss(s) : tape_value(&s->tape, t->root);
    if (!lost) {
        put_trained(c, t, end, loss, stale);
    }
    if (!trainings_end(&s->trainings, &s->tape, t->done, loss)) {
        diag_out_of_memory(c->diag);
    }
}

// A few steps. False: the training is over, or (diag set) it failed.
static bool train_more(struct call *c, struct frame *f)
{
    // Nodes swept before the host is asked whether to go on; a step takes as long as some beyond
    // those of its loss.
    enum { WORK = 2000000, STEP = 100, PASSES = 4 };
    struct training *t = f->work.data;
    struct session *s = c->s;
    const char *end = NULL;
    double loss = 0;
    for (int64_t work = 0; work < WORK && end == NULL;
         work += STEP + PASSES * (int64_t)t->descent.nodes) {
        // What was learned is kept. Where values and gradients are not those of a whole step one more is
        // taken, unless that takes too long.
        bool stopped = stop_is_asked(s->world.stop);
        if (stopped && t->done == 0) {
            diag_set(c->diag, f->statement, "interrupted");
            return diag_hint(c->diag, "no step was taken");
        }
        if ((stopped && (!t->partly || is_large(t))) || t->done == t->steps) {
            end = stopped ? "interrupted" : "done";
        } else if (!train_step(c, t, stopped, &loss)) {
            if (stopped || !stop_is_asked(s->world.stop)) {
                return false;
            }
            *c->diag = (struct diag){0};
        } else if (!isfinite(loss)) {
            end = "lost";
        }
    }
    if (end == NULL) {
        struct rec *r = call_record(c, KIND_training);
        rec_whole(c->out, r, KEY_steps, t->done);
        rec_whole(c->out, r, KEY_wanted, t->steps);
        rec_number(c->out, r, KEY_loss, last_loss(s));
        return true;
    }
    end_training(c, f, t, end);
    return false;
}

// ---- seed ---------------------------------------------------------------------------------------

enum call_end command_seed(struct call *c)
{
    int64_t seed;
    if (!call_whole(c, "the seed", 0, 1000000000000000, &seed) || !call_finish(c) ||
        !call_change_settings(c)) {
        return CALL_FAILED;
    }
    rng_seed(&session_settings(c->s)->rng, (uint64_t)seed);
    return CALL_DONE;
}
