#include "session/session.h"

#include "session/state.h"
#include "session/transaction.h"
#include "text/prelude.h"

static bool read_prelude(struct session *s)
{
    struct records ignored;
    records_init(&ignored);
    bool ok = session_eval(s, prelude, SESSION_SCRIPT, &ignored) == SESSION_DONE;
    records_release(&ignored);
    // The prelude is not a statement of the learner's: it is neither undone nor saved.
    trail_clear(&s->undo);
    s->moments.count = s->lines.count = s->log.count = 0;
    state_keep(s);
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
    *s = (struct session){.world = *world, .terminal.columns = 80, .again = "step", .self = one};
    state_init(s);
    s->tape.stop = world->stop;
    s->tape.most = world->nodes > 0 ? world->nodes : s->tape.most;
    struct settings *settings = buf_push(&s->settings, SETTINGS_WORDS);
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

struct session *session_copy(struct session *s)
{
    struct session *copy = session_bare(&s->world);
    if (copy == NULL) {
        return NULL;
    }
    bool ok = state_copy(copy, s);
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
    state_release(s);
    struct buf self = s->self;
    buf_release(&self);
}

void session_set_terminal(struct session *s, int columns, int rows, bool ascii)
{
    s->terminal = (struct terminal){.columns = columns, .rows = rows, .ascii = ascii};
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

bool session_is_fresh(const struct session *s)
{
    return s->log.count == 0 && s->moments.count == 0;
}
