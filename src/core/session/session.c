#include "session/session.h"

#include <string.h>

#include "scene/fold.h"
#include "session/call.h"
#include "session/transaction.h"
#include "text/prelude.h"

static void init_tables(struct session *s)
{
    tape_init(&s->tape);
    s->tape.stop = s->world.stop;
    s->tape.most = s->world.nodes > 0 ? s->world.nodes : s->tape.most;
    names_init(&s->names);
    definitions_init(&s->definitions);
    buf_init(&s->groups, sizeof(struct group));
    labels_init(&s->labels);
    buf_init(&s->looks, sizeof(struct name_look));
    buf_init(&s->optimiser, sizeof(struct optim_state));
    recipes_init(&s->recipes);
    buf_init(&s->history, sizeof(double));
    trainings_init(&s->trainings);
    buf_init(&s->settings, sizeof(struct settings));
    buf_init(&s->log, 1);
    trail_init(&s->undo);
    trail_init(&s->redo);
    buf_init(&s->moments, sizeof(struct moment));
    buf_init(&s->redone, sizeof(struct moment));
    buf_init(&s->frames, sizeof(struct frame));
    buf_init(&s->supply, 1);
    inputs_init(&s->inputs);
    buf_init(&s->expansions, sizeof(struct expansion));
    stepper_init(&s->stepper);
}

static bool read_prelude(struct session *s)
{
    struct records ignored;
    records_init(&ignored);
    bool ok = session_eval(s, prelude, SESSION_SCRIPT, &ignored) == SESSION_DONE;
    records_release(&ignored);
    // The prelude is no statement of the learner's: it is neither undone nor saved.
    trail_clear(&s->undo);
    s->moments.count = s->log.count = 0;
    struct buf *arrays[GROWING];
    session_growing(s, arrays);
    for (size_t i = 0; i < GROWING; i++) {
        s->kept[i] = arrays[i]->count;
    }
    return ok;
}

struct session *session_bare(const struct session_world *world)
{
    struct buf one;  // the session itself: an array of one, as only mem.c allocates
    buf_init(&one, sizeof(struct session));
    struct session *s = buf_push(&one, 1);
    if (s == NULL) {
        return NULL;
    }
    *s = (struct session){.world = *world, .columns = 80, .again = "step", .self = one};
    init_tables(s);
    struct settings *settings = buf_push(&s->settings, 1);
    if (settings == NULL) {
        session_free(s);
        return NULL;
    }
    *settings = settings_defaults();
    rng_seed(&settings->rng, world->seed);
    return s;
}

struct session *session_new(const struct session_world *world)
{
    struct session *s = session_bare(world);
    if (s != NULL && !read_prelude(s)) {
        session_free(s);
        return NULL;
    }
    return s;
}

static bool copy_array(struct buf *to, const struct buf *from)
{
    bool ok = buf_resize(to, from->count);
    if (ok && from->count > 0) {
        memcpy(to->data, from->data, from->count * from->size);
    }
    return ok;
}

// A walk goes on in the copy where it stands.
static bool copy_walk(struct session *copy, const struct session *s)
{
    const struct stepper *from = &s->stepper;
    struct stepper *to = &copy->stepper;
    if (from->tape == NULL) {
        return true;
    }
    bool ok = copy_array(&to->order, &from->order) && copy_array(&to->marks, &from->marks) &&
              trail_copy(&to->trail, &from->trail, s, copy);
    to->tape = ok ? &copy->tape : NULL;
    to->root = from->root;
    to->from_backward = from->from_backward;
    to->at = from->at;
    copy->again = s->again;
    copy->guess = s->guess;
    return ok;
}

struct session *session_copy(struct session *s)
{
    struct session *copy = session_bare(&s->world);
    if (copy == NULL) {
        return NULL;
    }
    struct buf *from[GROWING], *to[GROWING];
    session_growing(s, from);
    session_growing(copy, to);
    bool ok = copy_array(&copy->names.symbols, &s->names.symbols) &&
              copy_array(&copy->names.text, &s->names.text) &&
              copy_array(&copy->names.heads, &s->names.heads) &&
              copy_array(&copy->settings, &s->settings) &&
              copy_array(&copy->tape.blocks, &s->tape.blocks);
    for (size_t i = 0; i < GROWING; i++) {
        ok = ok && copy_array(to[i], from[i]);
    }
    ok = ok && copy_walk(copy, s);
    memcpy(copy->kept, s->kept, sizeof copy->kept);
    copy->columns = s->columns;
    copy->ascii = s->ascii;
    copy->rows = s->rows;
    session_forget_derived(copy);
    if (!ok) {
        session_free(copy);
        copy = NULL;
    }
    return copy;
}

void session_free(struct session *s)
{
    if (s == NULL) {
        return;
    }
    session_drop_frames(s);
    tape_release(&s->tape);
    names_release(&s->names);
    definitions_release(&s->definitions);
    trail_release(&s->undo);
    trail_release(&s->redo);
    stepper_release(&s->stepper);
    inputs_release(&s->inputs);
    struct buf *tables[] = {
        &s->settings,       &s->log,          &s->moments,      &s->redone,
        &s->frames,         &s->supply,       &s->expansions,   &s->groups,
        &s->labels.rows,    &s->labels.text,  &s->looks,        &s->optimiser,
        &s->history,        &s->recipes.rows, &s->recipes.text, &s->trainings.kept,
        &s->trainings.paths};
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        buf_release(tables[i]);
    }
    struct buf self = s->self;
    buf_release(&self);
}

void session_set_terminal(struct session *s, int columns, int rows, bool ascii)
{
    s->columns = columns;
    s->rows = rows;
    s->ascii = ascii;
}

bool session_wants_guess(const struct session *s)
{
    return s->guess != NULL;
}

const char *session_log(const struct session *s, size_t *n)
{
    *n = s->log.count;
    return s->log.count == 0 ? "" : s->log.data;
}

void session_script(const struct session *s, struct text *out)
{
    text_add_bytes(out, s->log.data, s->log.count);
}
